/* SPDX-License-Identifier: MIT */
/* Windows: the whole string is good up to 256 characters and accepted up to 259; inside NAME every
 * character is ordinary. Slashes count as backslashes in the prefix only. */
#include "object/name.h"

#include "base/utf.h"

#define STRING_MAX 259

static bool is_separator(char16_t unit)
{
    return unit == u'\\' || unit == u'/';
}

/* Where the host begins and ends, and where NAME begins; false for another form. */
static bool split(const char16_t *text, const char16_t **host_end, const char16_t **name)
{
    static const char16_t pipe_word[] = u"PIPE";

    if (!is_separator(text[0]) || !is_separator(text[1]))
        return false;

    const char16_t *at = text + 2;

    while (*at && !is_separator(*at))
        at++;
    if (at == text + 2 || !*at)
        return false;
    *host_end = at++;
    for (int i = 0; i < 4; i++, at++)
        if (tsm_utf16_upcase(*at) != pipe_word[i])
            return false;
    if (!is_separator(*at))
        return false;
    *name = at + 1;
    return true;
}

bool tsm_name_is_pipe(const char16_t *text)
{
    const char16_t *host_end, *name;

    return split(text, &host_end, &name);
}

NTSTATUS tsm_name_parse_pipe(const char16_t *text, struct tsm_name *out)
{
    const char16_t *host_end, *name;

    if (!split(text, &host_end, &name) || !*name)
        return STATUS_OBJECT_NAME_INVALID;
    if (tsm_utf16_length(text) > STRING_MAX)
        return STATUS_NAME_TOO_LONG;

    out->host = host_end - text == 3 && text[2] == u'.' ? TSM_HOST_LOCAL : TSM_HOST_REMOTE;
    out->length = 0;
    for (; *name; name++)
        out->folded[out->length++] = tsm_utf16_upcase(*name);
    out->folded[out->length] = 0;
    return STATUS_SUCCESS;
}
