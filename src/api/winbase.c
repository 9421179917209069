/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "base/utf.h"
#include "io/file.h"
#include "mailslot/mailslot.h"
#include "mailslot/mailslot_writer.h"
#include "object/handle_table.h"
#include "process/registered_wait.h"
#include "process/threadpool_io.h"

HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes)
{
    void *memory =
        uFlags & LMEM_ZEROINIT ? calloc(1, uBytes ? uBytes : 1) : malloc(uBytes ? uBytes : 1);

    if (!memory)
        tsm_set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

HLOCAL WINAPI LocalFree(HLOCAL hMem)
{
    free(hMem);
    return NULL;
}

#define LANGUAGE_PRIMARY 0x3FFu
#define LANGUAGE_NEUTRAL 0x00u
#define LANGUAGE_ENGLISH 0x09u
#define RESULT_SIZE_MAX  (128u * 1024)

/* The text before expansion; heap. */
static NTSTATUS message_source(DWORD flags, LPCVOID source, DWORD id, DWORD language,
                               bool is_narrow, char16_t **out)
{
    const char *text;

    if (flags & FORMAT_MESSAGE_FROM_STRING) {
        if (!source)
            return STATUS_INVALID_PARAMETER;
        if (is_narrow) {
            *out = tsm_utf16_new(source);
        } else {
            size_t size = (tsm_utf16_length(source) + 1) * sizeof(char16_t);

            *out = malloc(size);
            if (*out)
                memcpy(*out, source, size);
        }
        return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (!(flags & FORMAT_MESSAGE_FROM_SYSTEM)) /* no module here has a table of messages */
        return flags & FORMAT_MESSAGE_FROM_HMODULE ? STATUS_RESOURCE_TYPE_NOT_FOUND
                                                   : STATUS_INVALID_PARAMETER;
    text = tsm_message_text(id);
    if (!text)
        return STATUS_MESSAGE_NOT_FOUND;
    language &= LANGUAGE_PRIMARY;
    if (language != LANGUAGE_NEUTRAL && language != LANGUAGE_ENGLISH)
        return STATUS_RESOURCE_LANG_NOT_FOUND;

    char line[256];

    snprintf(line, sizeof(line), "%s%%n", text);
    *out = tsm_utf16_new(line);
    return *out ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

static NTSTATUS message_make(DWORD flags, LPCVOID source, DWORD id, DWORD language,
                             va_list *arguments, bool is_narrow, char16_t **out)
{
    struct tsm_message_args args = {
        .is_narrow = is_narrow,
        .is_verbatim = flags & FORMAT_MESSAGE_IGNORE_INSERTS,
    };
    char16_t *text = NULL;
    NTSTATUS status = message_source(flags, source, id, language, is_narrow, &text);

    if (!NT_SUCCESS(status))
        return status;
    if (flags & FORMAT_MESSAGE_ARGUMENT_ARRAY)
        args.array = (const uintptr_t *)(const void *)arguments;
    else
        args.list = arguments;
    status = tsm_message_expand(text, flags & FORMAT_MESSAGE_MAX_WIDTH_MASK, &args, out);
    free(text);
    return status;
}

/* Copies length units of that size and a terminator to where the caller wants them. */
static DWORD message_deliver(DWORD flags, const void *text, size_t length, size_t unit,
                             void *buffer, DWORD capacity)
{
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER) {
        size_t units = length + 1 > capacity ? length + 1 : capacity;
        void *made = NULL;

        if (length * unit > RESULT_SIZE_MAX)
            tsm_set_last_error(ERROR_MORE_DATA);
        else
            made = LocalAlloc(LMEM_ZEROINIT, units * unit);
        if (!made)
            return 0;
        memcpy(made, text, (length + 1) * unit);
        *(void **)buffer = made;
        return (DWORD)length;
    }
    if (length + 1 > capacity) {
        tsm_set_last_error(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    memcpy(buffer, text, (length + 1) * unit);
    return (DWORD)length;
}

/* Windows: a buffer that was to be allocated is NULL after every failure. */
static NTSTATUS message_check(DWORD flags, void *buffer)
{
    if (!buffer)
        return STATUS_INVALID_PARAMETER;
    if (flags & FORMAT_MESSAGE_ALLOCATE_BUFFER)
        *(void **)buffer = NULL;
    return STATUS_SUCCESS;
}

DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                            LPWSTR lpBuffer, DWORD nSize, va_list *Arguments)
{
    char16_t *text = NULL;
    DWORD length = 0;
    NTSTATUS status = message_check(dwFlags, lpBuffer);

    if (NT_SUCCESS(status))
        status =
            message_make(dwFlags, lpSource, dwMessageId, dwLanguageId, Arguments, false, &text);
    if (tsm_return(status))
        length = message_deliver(dwFlags, text, tsm_utf16_length(text), sizeof(char16_t), lpBuffer,
                                 nSize);
    free(text);
    return length;
}

DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId, DWORD dwLanguageId,
                            LPSTR lpBuffer, DWORD nSize, va_list *Arguments)
{
    char16_t *wide = NULL;
    char *text = NULL;
    DWORD length = 0;
    NTSTATUS status = message_check(dwFlags, lpBuffer);

    if (NT_SUCCESS(status))
        status = message_make(dwFlags, lpSource, dwMessageId, dwLanguageId, Arguments, true, &wide);
    if (NT_SUCCESS(status)) {
        text = tsm_utf8_new(wide);
        status = text ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (tsm_return(status))
        length = message_deliver(dwFlags, text, strlen(text), 1, lpBuffer, nSize);
    free(text);
    free(wide);
    return length;
}

/* ---- files ---- */

BOOL WINAPI SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = tsm_file_from_handle(FileHandle, 0, &file);

    if (NT_SUCCESS(status) &&
        ((Flags & ~(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE)) ||
         !file->is_overlapped))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        atomic_fetch_or(&file->modes, Flags);
    return tsm_return(status);
}

BOOL WINAPI BindIoCompletionCallback(HANDLE FileHandle, LPOVERLAPPED_COMPLETION_ROUTINE Function,
                                     ULONG Flags)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = tsm_file_from_handle(FileHandle, 0, &file);

    return tsm_return(NT_SUCCESS(status) ? tsm_threadpool_bind(file, Function) : status);
}

/* ---- waits of the thread pool ---- */

BOOL WINAPI RegisterWaitForSingleObject(PHANDLE phNewWaitObject, HANDLE hObject,
                                        WAITORTIMERCALLBACK Callback, PVOID Context,
                                        ULONG dwMilliseconds, ULONG dwFlags)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *object = NULL;
    struct tsm_registered_wait_request request = {
        .callback = Callback,
        .context = Context,
        .timeout_ms = dwMilliseconds,
        .flags = dwFlags,
    };
    struct tsm_object *wait;
    NTSTATUS status = tsm_handle_ref(hObject, NULL, SYNCHRONIZE, &object);

    request.object = object;
    if (NT_SUCCESS(status))
        status = tsm_registered_wait_new(&request, &wait);
    if (NT_SUCCESS(status)) {
        status = tsm_handle_insert(wait, 0, 0, phNewWaitObject);
        if (!NT_SUCCESS(status))
            (void)!NT_SUCCESS(tsm_registered_wait_end(wait, NULL));
        tsm_object_unref(wait);
    }
    return tsm_return(status);
}

BOOL WINAPI UnregisterWait(HANDLE WaitHandle)
{
    return UnregisterWaitEx(WaitHandle, NULL);
}

/* ---- mailslots ---- */

#define MAILSLOT_ACCESS (FILE_GENERIC_READ | WRITE_DAC)

HANDLE WINAPI CreateMailslotW(LPCWSTR lpName, DWORD nMaxMessageSize, DWORD lReadTimeout,
                              LPSECURITY_ATTRIBUTES lpSecurityAttributes)
{
    struct tsm_mailslot *slot;
    HANDLE handle = INVALID_HANDLE_VALUE;
    bool is_open_to_all = false;
    NTSTATUS status = lpName ? tsm_descriptor_check(lpSecurityAttributes, &is_open_to_all)
                             : STATUS_OBJECT_PATH_NOT_FOUND;

    if (NT_SUCCESS(status))
        status = tsm_mailslot_create((const char16_t *)lpName, nMaxMessageSize, lReadTimeout,
                                     is_open_to_all, &slot);
    if (NT_SUCCESS(status)) {
        bool is_inherited = lpSecurityAttributes && lpSecurityAttributes->bInheritHandle;

        status = tsm_handle_insert(&slot->file.object, MAILSLOT_ACCESS,
                                   is_inherited ? TSM_HANDLE_INHERIT : 0, &handle);
        tsm_object_unref(&slot->file.object);
    }
    tsm_return(status);
    return handle;
}

HANDLE WINAPI CreateMailslotA(LPCSTR lpName, DWORD nMaxMessageSize, DWORD lReadTimeout,
                              LPSECURITY_ATTRIBUTES lpSecurityAttributes)
{
    struct tsm_wide name;
    HANDLE handle = INVALID_HANDLE_VALUE;

    if (tsm_return(tsm_wide_from_utf8(&name, lpName))) {
        handle = CreateMailslotW((LPCWSTR)name.text, nMaxMessageSize, lReadTimeout,
                                 lpSecurityAttributes);
        tsm_wide_deinit(&name);
    }
    return handle;
}

/* *file is returned owned. */
static NTSTATUS mailslot_from_handle(HANDLE handle, struct tsm_file **file,
                                     struct tsm_mailslot **slot)
{
    NTSTATUS status = tsm_file_from_handle(handle, 0, file);

    if (!NT_SUCCESS(status))
        return status;
    *slot = tsm_mailslot_from(*file);
    if (*slot)
        return STATUS_SUCCESS;
    return tsm_mailslot_writer_is(*file) ? STATUS_ACCESS_DENIED : STATUS_INVALID_PARAMETER;
}

BOOL WINAPI GetMailslotInfo(HANDLE hMailslot, LPDWORD lpMaxMessageSize, LPDWORD lpNextSize,
                            LPDWORD lpMessageCount, LPDWORD lpReadTimeout)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_mailslot_info info;
    struct tsm_mailslot *slot;
    NTSTATUS status = mailslot_from_handle(hMailslot, &file, &slot);

    if (!NT_SUCCESS(status))
        return tsm_return(status);
    tsm_mailslot_query(slot, &info);
    if (lpMaxMessageSize)
        *lpMaxMessageSize = info.max_message;
    if (lpNextSize)
        *lpNextSize = info.next_size;
    if (lpMessageCount)
        *lpMessageCount = info.count;
    if (lpReadTimeout)
        *lpReadTimeout = info.read_timeout_ms;
    return TRUE;
}

BOOL WINAPI SetMailslotInfo(HANDLE hMailslot, DWORD lReadTimeout)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_mailslot *slot;
    NTSTATUS status = mailslot_from_handle(hMailslot, &file, &slot);

    if (NT_SUCCESS(status))
        tsm_mailslot_set_timeout(slot, lReadTimeout);
    return tsm_return(status);
}
