/* SPDX-License-Identifier: MIT */
#include "base/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/macros.h"
#include "base/utf.h"

static const struct {
    uint32_t error;
    const char *text;
} messages[] = {
    {WAIT_TIMEOUT, "The time is over."},
    {ERROR_SUCCESS, "The operation was successful."},
    {ERROR_INVALID_FUNCTION, "The function is not valid here."},
    {ERROR_FILE_NOT_FOUND, "There is no such file or pipe."},
    {ERROR_PATH_NOT_FOUND, "There is no such path."},
    {ERROR_TOO_MANY_OPEN_FILES, "Too many files are open."},
    {ERROR_ACCESS_DENIED, "Access is denied."},
    {ERROR_INVALID_HANDLE, "The handle is not valid."},
    {ERROR_NOT_ENOUGH_MEMORY, "There is not enough memory."},
    {ERROR_BAD_LENGTH, "The length is wrong."},
    {ERROR_NO_MORE_FILES, "There are no more files."},
    {ERROR_WRITE_PROTECT, "The medium is write protected."},
    {ERROR_GEN_FAILURE, "The operation failed."},
    {ERROR_SHARING_VIOLATION, "Somebody else uses the file."},
    {ERROR_HANDLE_EOF, "The end of the file was reached."},
    {ERROR_NOT_SUPPORTED, "The request is not supported."},
    {ERROR_BAD_NETPATH, "The network path was not found."},
    {ERROR_NETNAME_DELETED, "The network name is gone."},
    {ERROR_BAD_NET_NAME, "The network name was not found."},
    {ERROR_FILE_EXISTS, "The file exists."},
    {ERROR_INVALID_PARAMETER, "A parameter is wrong."},
    {ERROR_BROKEN_PIPE, "The pipe is broken: its other end is closed."},
    {ERROR_DISK_FULL, "There is no room left."},
    {ERROR_CALL_NOT_IMPLEMENTED, "The function is not available."},
    {ERROR_SEM_TIMEOUT, "The time is over."},
    {ERROR_INSUFFICIENT_BUFFER, "The buffer is too small."},
    {ERROR_INVALID_NAME, "The name is malformed."},
    {ERROR_DIRECTORY, "The folder's name is wrong."},
    {ERROR_NOT_OWNER, "The caller does not own the mutex."},
    {ERROR_NEGATIVE_SEEK, "The position would be before the beginning."},
    {ERROR_BAD_PATHNAME, "The path is malformed."},
    {ERROR_BUSY, "The resource is in use."},
    {ERROR_ALREADY_EXISTS, "It exists already."},
    {ERROR_BAD_EXE_FORMAT, "The file is no program."},
    {ERROR_FILENAME_EXCED_RANGE, "The name is too long."},
    {ERROR_PIPE_LOCAL, "The pipe is local."},
    {ERROR_BAD_PIPE, "The pipe is in a state that does not allow this."},
    {ERROR_PIPE_BUSY, "All instances of the pipe are busy."},
    {ERROR_NO_DATA, "The pipe is closing or has no data."},
    {ERROR_PIPE_NOT_CONNECTED, "Nobody is at the other end of the pipe."},
    {ERROR_MORE_DATA, "There is more data."},
    {ERROR_NO_MORE_ITEMS, "There are no more items."},
    {ERROR_MR_MID_NOT_FOUND, "There is no text for that number."},
    {ERROR_TOO_MANY_POSTS, "The semaphore is at its limit."},
    {ERROR_PIPE_CONNECTED, "A client is at the other end of the pipe already."},
    {ERROR_PIPE_LISTENING, "The pipe waits for a client."},
    {ERROR_OPERATION_ABORTED, "The operation was cancelled."},
    {ERROR_IO_INCOMPLETE, "The operation is not finished."},
    {ERROR_IO_PENDING, "The operation goes on."},
    {ERROR_NOACCESS, "The memory cannot be accessed."},
    {ERROR_NOT_FOUND, "It was not found."},
    {ERROR_NO_SYSTEM_RESOURCES, "The system lacks resources."},
    {ERROR_CANNOT_IMPERSONATE, "There is nobody to impersonate."},
    {ERROR_PRIVILEGE_NOT_HELD, "A privilege is missing."},
    {ERROR_INVALID_USER_BUFFER, "The buffer is not valid."},
    {ERROR_NOT_ENOUGH_QUOTA, "The quota is used up."},
    {ERROR_ABANDONED_WAIT_0, "The owner of the mutex has ended."},
    {ERROR_NOT_SAME_OBJECT, "The handles belong to different objects."},
};

const char *tsm_message_text(uint32_t error)
{
    for (size_t i = 0; i < TSM_COUNT_OF(messages); i++)
        if (messages[i].error == error)
            return messages[i].text;
    return NULL;
}

struct text {
    char16_t *units; /* NULL after a failure */
    size_t length, capacity;
};

static void append(struct text *text, char16_t unit)
{
    if (text->units && text->length + 1 >= text->capacity) {
        char16_t *larger = realloc(text->units, 2 * text->capacity * sizeof(char16_t));

        if (!larger)
            free(text->units);
        text->units = larger;
        text->capacity *= 2;
    }
    if (text->units)
        text->units[text->length++] = unit;
}

static void append_utf16(struct text *text, const char16_t *units)
{
    while (*units)
        append(text, *units++);
}

static void append_utf8(struct text *text, const char *bytes)
{
    char16_t *units = tsm_utf16_new(bytes);

    if (units)
        append_utf16(text, units);
    free(units);
}

static uintptr_t argument(struct tsm_message_args *args, unsigned int number)
{
    va_list copy;
    uintptr_t value = 0;

    if (args->array)
        return args->array[number - 1];
    va_copy(copy, *args->list);
    for (unsigned int i = 0; i < number; i++)
        value = va_arg(copy, uintptr_t);
    va_end(copy);
    return value;
}

/* %n!format!: one printf conversion; strings follow the width of the call, h and l say otherwise. */
static void append_insert(struct text *text, struct tsm_message_args *args, unsigned int number,
                          const char *format)
{
    uintptr_t value = argument(args, number);
    char kind = format[strlen(format) - 1];
    char directive[40], result[512];
    char *out = directive;
    bool is_wide = !args->is_narrow;
    bool is_64 = strstr(format, "I64") || strstr(format, "ll");

    if (kind == 's' || kind == 'S') {
        is_wide ^= kind == 'S';
        is_wide = strchr(format, 'h') ? false : strchr(format, 'l') ? true : is_wide;
        if (value && is_wide)
            append_utf16(text, (const char16_t *)value);
        else
            append_utf8(text, value ? (const char *)value : "(null)");
        return;
    }
    *out++ = '%';
    for (const char *at = format; *at && out < directive + 30; at++)
        if (strchr("0123456789.-+# ", *at))
            *out++ = *at;
    if (strchr("diuxXo", kind)) {
        *out++ = 'l';
        *out++ = 'l';
        *out++ = kind;
        *out = 0;
        if (kind == 'd' || kind == 'i')
            snprintf(result, sizeof(result), directive,
                     is_64 ? (long long)value : (long long)(int32_t)value);
        else
            snprintf(result, sizeof(result), directive,
                     is_64 ? (long long)value : (long long)(uint32_t)value);
        append_utf8(text, result);
    } else if (kind == 'c') {
        append(text, (char16_t)value);
    } else if (kind == 'p') {
        snprintf(result, sizeof(result), "%016llX", (long long)value);
        append_utf8(text, result);
    }
}

/* The insert at source, behind its percent sign; returns what is behind it. */
static const char16_t *expand_insert(struct text *text, const char16_t *source,
                                     struct tsm_message_args *args)
{
    unsigned int number = (unsigned int)(*source++ - u'0');
    char format[32] = "s";
    size_t used = 0;

    if (*source >= u'0' && *source <= u'9')
        number = number * 10 + (unsigned int)(*source++ - u'0');
    if (*source == u'!') {
        const char16_t *end = source + 1;

        while (*end && *end != u'!' && used < sizeof(format) - 1)
            format[used++] = (char)*end++;
        if (*end == u'!' && used) {
            format[used] = 0;
            source = end + 1;
        } else {
            strcpy(format, "s");
        }
    }
    append_insert(text, args, number, format);
    return source;
}

char16_t *tsm_message_expand(const char16_t *source, bool ignore_inserts,
                             struct tsm_message_args *args)
{
    struct text text = {.units = malloc(128 * sizeof(char16_t)), .capacity = 128};

    while (*source) {
        char16_t unit = *source++;

        if (unit != u'%' || !*source) {
            append(&text, unit);
            continue;
        }
        if (*source >= u'1' && *source <= u'9') {
            if (ignore_inserts) {
                append(&text, u'%');
                continue;
            }
            if (!args->array && !args->list) {
                free(text.units);
                return NULL;
            }
            source = expand_insert(&text, source, args);
            continue;
        }
        unit = *source++;
        if (unit == u'0')
            break;
        if (unit == u'n' || unit == u'r') {
            append(&text, u'\r');
            if (unit == u'n')
                append(&text, u'\n');
        } else {
            append(&text, unit == u't' ? u'\t' : unit == u'b' ? u' ' : unit);
        }
    }
    append(&text, 0);
    return text.units;
}
