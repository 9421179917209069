/* SPDX-License-Identifier: MIT */
/*
 * Names of machine and user
 *
 * Windows: GetComputerName gives the NetBIOS name, which is at most 15 characters, without a domain.
 *          Its sizes count without the end on success, those of GetUserName with it.
 */
#include <winbase.h>
#include <winerror.h>

#include <ctype.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crt/utf.h"

static void computer_name(char name[MAX_COMPUTERNAME_LENGTH + 1])
{
    char host[HOST_NAME_MAX + 1] = "";
    size_t n = 0;

    gethostname(host, sizeof(host) - 1);
    for (; n < MAX_COMPUTERNAME_LENGTH && host[n] && host[n] != '.'; n++) {
        name[n] = (char)toupper((unsigned char)host[n]);
    }
    name[n] = '\0';
}

BOOL GetComputerNameA(LPSTR text, LPDWORD size)
{
    char name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD length;

    computer_name(name);
    length = (DWORD)strlen(name);
    if (!text || *size <= length) {
        *size = length + 1;
        SetLastError(ERROR_BUFFER_OVERFLOW);
        return FALSE;
    }
    memcpy(text, name, length + 1);
    *size = length;
    return TRUE;
}

/* A host's name is ASCII. */
BOOL GetComputerNameW(LPWSTR text, LPDWORD size)
{
    char name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD room = sizeof(name);

    if (!GetComputerNameA(name, &room)) {
        return FALSE;
    }
    if (!text || *size <= room) {
        *size = room + 1;
        SetLastError(ERROR_BUFFER_OVERFLOW);
        return FALSE;
    }
    for (DWORD i = 0; i <= room; i++) {
        text[i] = (unsigned char)name[i];
    }
    *size = room;
    return TRUE;
}

/* The user's name on the heap: a user without an entry is named by the number. */
static char *user_name(void)
{
    struct passwd entry, *found = NULL;
    char number[16];
    size_t room = 1 << 14;
    char *buffer = malloc(room);
    char *name;

    if (!buffer) {
        return NULL;
    }
    if (getpwuid_r(geteuid(), &entry, buffer, room, &found) || !found) {
        name = strdup(_ultoa(geteuid(), number, 10));
    } else {
        name = strdup(found->pw_name);
    }
    free(buffer);
    return name;
}

static BOOL give(void *text, LPDWORD size, const void *name, size_t length, size_t unit)
{
    DWORD needed = (DWORD)length + 1;
    BOOL fits = text && *size >= needed;

    *size = needed;
    if (!fits) {
        SetLastError(ERROR_INSUFFICIENT_BUFFER);
        return FALSE;
    }
    memcpy(text, name, needed * unit);
    return TRUE;
}

BOOL GetUserNameA(LPSTR text, LPDWORD size)
{
    char *name = user_name();
    BOOL result;

    if (!name) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    result = give(text, size, name, strlen(name), 1);
    free(name);
    return result;
}

BOOL GetUserNameW(LPWSTR text, LPDWORD size)
{
    char *name = user_name();
    size_t length;
    WCHAR *wide = name ? tsm_crt_utf_widen(name, strlen(name), &length) : NULL;
    BOOL result;

    free(name);
    if (!wide) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    result = give(text, size, wide, length, sizeof(*wide));
    free(wide);
    return result;
}
