/* SPDX-License-Identifier: MIT */
#include "os/host_name.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/utf.h"

#define NETBIOS_LENGTH 15
#define HOST_MAX       256

static bool is_same(const char16_t *text, uint32_t length, const char16_t *name, size_t name_length)
{
    if (length != name_length)
        return false;
    for (uint32_t i = 0; i < length; i++)
        if (tsm_utf16_upcase(text[i]) != tsm_utf16_upcase(name[i]))
            return false;
    return true;
}

bool tsm_host_name_is_own(const char16_t *text, uint32_t length)
{
    struct utsname system;
    char16_t name[HOST_MAX];
    size_t whole, label = 0;

    if (is_same(text, length, u"localhost", 9))
        return true;
    if (uname(&system) < 0)
        return false;
    whole = tsm_utf16_from_utf8(system.nodename, strlen(system.nodename), name, HOST_MAX, NULL);
    if (whole > HOST_MAX)
        return false;
    while (label < whole && name[label] != u'.')
        label++;
    return is_same(text, length, name, whole) || is_same(text, length, name, label) ||
           (label > NETBIOS_LENGTH && is_same(text, length, name, NETBIOS_LENGTH));
}
