/* SPDX-License-Identifier: MIT */
/* Windows: the whole string is good up to 256 characters and accepted up to 259; inside NAME every
 * character is ordinary. Slashes count as backslashes in the prefix only. */
#include "object/name.h"

#include "base/utf.h"

#define STRING_MAX 259

static const char16_t pipe_word[] = u"PIPE", mailslot_word[] = u"MAILSLOT";

static bool is_separator(char16_t unit)
{
    return unit == u'\\' || unit == u'/';
}

/* Where the host begins and ends, and where NAME begins; false for another form. */
static bool split(const char16_t *text, const char16_t *word, const char16_t **host_end,
                  const char16_t **name)
{
    if (!is_separator(text[0]) || !is_separator(text[1]))
        return false;

    const char16_t *at = text + 2;

    while (*at && !is_separator(*at))
        at++;
    if (at == text + 2 || !*at)
        return false;
    *host_end = at++;
    for (; *word; word++, at++)
        if (tsm_utf16_upcase(*at) != *word)
            return false;
    if (!is_separator(*at))
        return false;
    *name = at + 1;
    return true;
}

static bool is_form(const char16_t *text, const char16_t *word)
{
    const char16_t *host_end, *name;

    return split(text, word, &host_end, &name);
}

bool tsm_name_is_pipe(const char16_t *text)
{
    return is_form(text, pipe_word);
}

bool tsm_name_is_mailslot(const char16_t *text)
{
    return is_form(text, mailslot_word);
}

static enum tsm_name_host host_of(const char16_t *text, uint32_t length)
{
    if (length == 1 && *text == u'.')
        return TSM_HOST_LOCAL;
    return length == 1 && *text == u'*' ? TSM_HOST_ALL : TSM_HOST_REMOTE;
}

/* mark: what folded begins with, 0 nothing. */
static NTSTATUS parse(const char16_t *text, const char16_t *word, char16_t mark,
                      struct tsm_name *out, struct tsm_name_machine *machine)
{
    const char16_t *host_end, *name;

    if (!split(text, word, &host_end, &name) || !*name)
        return STATUS_OBJECT_NAME_INVALID;
    if (tsm_utf16_length(text) > STRING_MAX)
        return STATUS_NAME_TOO_LONG;

    *machine = (struct tsm_name_machine){text + 2, (uint32_t)(host_end - text - 2)};
    out->host = host_of(machine->text, machine->length);
    out->length = 0;
    if (mark)
        out->folded[out->length++] = mark;
    for (; *name; name++)
        out->folded[out->length++] = tsm_utf16_upcase(*name);
    out->folded[out->length] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_name_parse_pipe(const char16_t *text, struct tsm_name *out)
{
    struct tsm_name_machine machine;
    NTSTATUS status = parse(text, pipe_word, 0, out, &machine);

    /* There is no pipe on all machines: that is one with an impossible name. */
    if (NT_SUCCESS(status) && out->host == TSM_HOST_ALL)
        out->host = TSM_HOST_REMOTE;
    return status;
}

NTSTATUS tsm_name_parse_mailslot(const char16_t *text, struct tsm_name *out,
                                 struct tsm_name_machine *machine)
{
    struct tsm_name_machine unused;

    return parse(text, mailslot_word, u'm', out, machine ? machine : &unused);
}
