/* SPDX-License-Identifier: MIT */
/* Any string is the name of a pipe, of a mailslot, or none; a good one is folded, bounded and stable. */
#include "fuzz.h"

#include "base/utf.h"
#include "object/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    size_t length = size / sizeof(char16_t);
    char16_t *text = malloc((length + 1) * sizeof(char16_t)), again[13 + TSM_NAME_CAPACITY];
    struct tsm_name name, second;

    MUST(text);
    if (length)
        memcpy(text, input, length * sizeof(char16_t));
    text[length] = 0;
    length = tsm_utf16_length(text);
    text = realloc(text, (length + 1) * sizeof(char16_t));
    MUST(text);

    bool is_pipe = tsm_name_is_pipe(text);
    NTSTATUS status = tsm_name_parse_pipe(text, &name);

    MUST(is_pipe || status == STATUS_OBJECT_NAME_INVALID);
    if (NT_SUCCESS(status)) {
        MUST(name.length > 0 && name.length < TSM_NAME_CAPACITY && name.length < length);
        MUST(tsm_utf16_length(name.folded) == name.length);
        memcpy(again, u"\\\\.\\pipe\\", 9 * sizeof(char16_t));
        memcpy(again + 9, name.folded, (name.length + 1) * sizeof(char16_t));
        status = tsm_name_parse_pipe(again, &second);
        MUST(NT_SUCCESS(status) && second.host == TSM_HOST_LOCAL);
        MUST(second.length == name.length);
        MUST(memcmp(second.folded, name.folded, name.length * sizeof(char16_t)) == 0);
    }

    bool is_mailslot = tsm_name_is_mailslot(text);
    struct tsm_name_machine machine;

    MUST(!is_mailslot || !is_pipe);
    status = tsm_name_parse_mailslot(text, &name, &machine);
    MUST(is_mailslot || status == STATUS_OBJECT_NAME_INVALID);
    if (NT_SUCCESS(status)) {
        MUST(name.length > 1 && name.length < TSM_NAME_CAPACITY && name.length < length);
        MUST(tsm_utf16_length(name.folded) == name.length && name.folded[0] == u'm');
        MUST(machine.length > 0 && machine.text + machine.length < text + length);
        memcpy(again, u"\\\\.\\mailslot\\", 13 * sizeof(char16_t));
        memcpy(again + 13, name.folded + 1, name.length * sizeof(char16_t));
        status = tsm_name_parse_mailslot(again, &second, NULL);
        MUST(NT_SUCCESS(status) && second.host == TSM_HOST_LOCAL);
        MUST(second.length == name.length);
        MUST(memcmp(second.folded, name.folded, name.length * sizeof(char16_t)) == 0);
    }
    free(text);
    return 0;
}
