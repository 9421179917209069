/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "io/async.h"
#include "io/disk_file.h"
#include "mailslot/mailslot_writer.h"
#include "object/access.h"
#include "object/handle_table.h"
#include "object/name.h"
#include "pipe/anonymous_pipe.h"
#include "pipe/pipe_client.h"
#include "process/thread.h"
#include "sync/event.h"

/* Windows: these rights come with every open. */
#define ALWAYS_GRANTED (SYNCHRONIZE | FILE_READ_ATTRIBUTES)

/* Windows: these say in the last error whether the file was there. */
static bool tells_existence(DWORD disposition)
{
    return disposition == CREATE_NEW || disposition == CREATE_ALWAYS || disposition == OPEN_ALWAYS;
}

static NTSTATUS insert_file(struct tsm_file *file, uint32_t granted,
                            const SECURITY_ATTRIBUTES *attributes, HANDLE *handle)
{
    return tsm_handle_insert(&file->object, granted,
                             attributes && attributes->bInheritHandle ? TSM_HANDLE_INHERIT : 0,
                             handle);
}

/* A pipe or a mailslot; their disposition does not matter. */
static HANDLE open_named(const char16_t *name, DWORD access, DWORD flags,
                         const SECURITY_ATTRIBUTES *attributes)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    HANDLE handle = INVALID_HANDLE_VALUE;
    uint32_t granted;
    NTSTATUS status = tsm_name_is_pipe(name)
                          ? tsm_pipe_client_open(name, access, &file, &granted)
                          : tsm_mailslot_writer_open(name, access, &file, &granted);

    if (NT_SUCCESS(status))
        file->is_overlapped = flags & FILE_FLAG_OVERLAPPED;
    if (NT_SUCCESS(status))
        status = insert_file(file, granted, attributes, &handle);
    tsm_return(status);
    return handle;
}

HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE hTemplateFile)
{
    struct tsm_disk_file_open how = {
        .name = (const char16_t *)lpFileName,
        .access = tsm_access_map(&tsm_fd_file_object_ops, dwDesiredAccess) | ALWAYS_GRANTED,
        .disposition = dwCreationDisposition,
        .flags = dwFlagsAndAttributes,
    };
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    HANDLE handle = INVALID_HANDLE_VALUE;
    bool existed = false;

    if (how.name && (tsm_name_is_pipe(how.name) || tsm_name_is_mailslot(how.name)))
        return open_named(how.name, dwDesiredAccess, dwFlagsAndAttributes, lpSecurityAttributes);

    NTSTATUS status = tsm_disk_file_open(&how, &file, &existed);

    if (NT_SUCCESS(status))
        status = insert_file(file, how.access & FILE_ALL_ACCESS, lpSecurityAttributes, &handle);
    if (status == STATUS_OBJECT_NAME_COLLISION)
        tsm_set_last_error(ERROR_FILE_EXISTS);
    else if (NT_SUCCESS(status) && tells_existence(dwCreationDisposition))
        tsm_set_last_error(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    else
        tsm_return(status);
    return handle;
}

HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE hTemplateFile)
{
    struct tsm_wide name;
    HANDLE handle = INVALID_HANDLE_VALUE;

    if (tsm_return(tsm_wide_from_utf8(&name, lpFileName))) {
        handle = CreateFileW((LPCWSTR)name.text, dwDesiredAccess, dwShareMode, lpSecurityAttributes,
                             dwCreationDisposition, dwFlagsAndAttributes, hTemplateFile);
        tsm_wide_deinit(&name);
    }
    return handle;
}

/* ---- reading and writing ---- */

/* A synchronous handle with an OVERLAPPED: an offset, and words for the result. */
static NTSTATUS transfer_overlapped(struct tsm_file *file, struct tsm_io *io,
                                    OVERLAPPED *overlapped)
{
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *event = NULL;
    struct tsm_fd_file *plain = tsm_fd_file_from(file);
    int64_t offset = (int64_t)((uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset);
    NTSTATUS status = tsm_async_take_event(overlapped, &event);

    if (!NT_SUCCESS(status))
        return status;
    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    status = plain ? tsm_fd_file_transfer_at(plain, io, offset) : tsm_file_run(file, io);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) {
        overlapped->Internal = (ULONG_PTR)(uint32_t)status;
        overlapped->InternalHigh = io->information;
        if (event)
            tsm_event_signal(event);
    }
    return status;
}

/* Windows: a file opened to append only is written with that right. */
static NTSTATUS pin_to_append(HANDLE handle, struct tsm_handle_pin *pin)
{
    NTSTATUS status = tsm_handle_pin(handle, FILE_APPEND_DATA, pin);

    if (!NT_SUCCESS(status))
        return status;

    struct tsm_file *file = tsm_file_from(pin->object);
    struct tsm_fd_file *plain = file ? tsm_fd_file_from(file) : NULL;

    if (plain && plain->kind == TSM_FD_DISK)
        return STATUS_SUCCESS;
    tsm_handle_unpin(pin);
    return STATUS_ACCESS_DENIED;
}

/* Windows: nothing ever lies in the first 64 KiB, so that NULL and what is near it is an error. */
static bool is_buffer(const struct tsm_io *io)
{
    uintptr_t address = io->kind == TSM_IO_READ ? (uintptr_t)io->out : (uintptr_t)io->in;

    return address >= 0x10000 || io->in_length + io->out_length == 0;
}

/* The pin keeps the file alive while nothing blocks; whoever has to wait takes a reference. */
static BOOL transfer(HANDLE handle, uint32_t access, struct tsm_io *io, LPDWORD count,
                     OVERLAPPED *overlapped)
{
    struct tsm_handle_pin pin;
    NTSTATUS status;

    if (count)
        *count = 0;
    status = tsm_handle_pin(handle, access, &pin);
    if (tsm_unlikely(status == STATUS_ACCESS_DENIED && io->kind == TSM_IO_WRITE))
        status = pin_to_append(handle, &pin);
    if (tsm_unlikely(!NT_SUCCESS(status)))
        return tsm_return(status);

    struct tsm_file *file = tsm_file_from(pin.object);

    if (tsm_unlikely(!file)) {
        tsm_handle_unpin(&pin);
        return tsm_return(STATUS_OBJECT_TYPE_MISMATCH);
    }
    if (tsm_unlikely(!is_buffer(io))) {
        tsm_handle_unpin(&pin);
        return tsm_return(STATUS_ACCESS_VIOLATION);
    }
    io->file = file;
    if (tsm_unlikely(overlapped != NULL)) {
        tsm_object_ref(&file->object);
        tsm_handle_unpin(&pin);
        status = file->is_overlapped ? tsm_async_submit(io, overlapped, NULL, &io->information)
                                     : transfer_overlapped(file, io, overlapped);
        tsm_object_unref(&file->object);
        /* Windows: a warning leaves the count at 0 where there is an OVERLAPPED to look into. */
        if (count && NT_SUCCESS(status))
            *count = (DWORD)io->information;
        return tsm_return(status);
    }
    /* Windows: an overlapped file has no position that could stand in for the offset. */
    if (tsm_unlikely(file->is_overlapped && file->ops->type(file) == FILE_TYPE_DISK)) {
        tsm_handle_unpin(&pin);
        return tsm_return(STATUS_INVALID_PARAMETER);
    }
    status = tsm_file_submit(file, io);
    if (status == STATUS_PENDING) {
        tsm_object_ref(&file->object);
        tsm_handle_unpin(&pin);
        status = tsm_file_wait(file, io);
        tsm_object_unref(&file->object);
    } else {
        tsm_handle_unpin(&pin);
    }
    if (count)
        *count = (DWORD)io->information;
    /* Windows: Ctrl+C ends a read of the console as if there were nothing to read. */
    if (tsm_unlikely(status == STATUS_ALERTED)) {
        tsm_set_last_error(ERROR_OPERATION_ABORTED);
        return TRUE;
    }
    return tsm_return(status);
}

BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                     LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped)
{
    struct tsm_io io;

    tsm_io_init(&io, NULL, TSM_IO_READ);
    io.out = lpBuffer;
    io.out_length = nNumberOfBytesToRead;
    return transfer(hFile, FILE_READ_DATA, &io, lpNumberOfBytesRead, lpOverlapped);
}

BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                      LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped)
{
    struct tsm_io io;

    tsm_io_init(&io, NULL, TSM_IO_WRITE);
    io.in = lpBuffer;
    io.in_length = nNumberOfBytesToWrite;
    return transfer(hFile, FILE_WRITE_DATA, &io, lpNumberOfBytesWritten, lpOverlapped);
}

/* Windows: TRUE says that the routine will be called, and the last error is 0 or a warning. */
static BOOL transfer_with_routine(HANDLE handle, uint32_t access, struct tsm_io *io,
                                  OVERLAPPED *overlapped, LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    uint64_t information;
    NTSTATUS status = tsm_file_from_handle(handle, access, &file);

    if (NT_SUCCESS(status) && (!file->is_overlapped || !overlapped || !routine))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && !is_buffer(io))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status)) {
        tsm_thread_attach();
        io->file = file;
        status = tsm_async_submit(io, overlapped, routine, &information);
    }
    if (NT_ERROR(status))
        return tsm_return(status);
    tsm_set_last_error(NT_SUCCESS(status) ? ERROR_SUCCESS : tsm_status_to_win32(status));
    return TRUE;
}

BOOL WINAPI ReadFileEx(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                       LPOVERLAPPED lpOverlapped,
                       LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    struct tsm_io io;

    tsm_io_init(&io, NULL, TSM_IO_READ);
    io.out = lpBuffer;
    io.out_length = nNumberOfBytesToRead;
    return transfer_with_routine(hFile, FILE_READ_DATA, &io, lpOverlapped, lpCompletionRoutine);
}

BOOL WINAPI WriteFileEx(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                        LPOVERLAPPED lpOverlapped,
                        LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine)
{
    struct tsm_io io;

    tsm_io_init(&io, NULL, TSM_IO_WRITE);
    io.in = lpBuffer;
    io.in_length = nNumberOfBytesToWrite;
    return transfer_with_routine(hFile, FILE_WRITE_DATA, &io, lpOverlapped, lpCompletionRoutine);
}

/* Windows: any handle to a pipe may be flushed; a file's must carry a right to write. */
BOOL WINAPI FlushFileBuffers(HANDLE hFile)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_io io;
    uint32_t access = 0;
    NTSTATUS status = tsm_file_from_handle(hFile, 0, &file);

    if (!NT_SUCCESS(status))
        return tsm_return(status);
    if (file->ops->type(file) == FILE_TYPE_DISK) {
        status = tsm_handle_get_access(hFile, &access);
        if (NT_SUCCESS(status) && !(access & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
            status = STATUS_ACCESS_DENIED;
        if (!NT_SUCCESS(status))
            return tsm_return(status);
    }
    tsm_io_init(&io, file, TSM_IO_FLUSH);
    return tsm_return(tsm_file_run(file, &io));
}

/* ---- positions and sizes ---- */

/* A handle to a plain descriptor; *file is returned owned. */
static NTSTATUS plain_file(HANDLE handle, uint32_t access, struct tsm_file **file,
                           struct tsm_fd_file **plain)
{
    NTSTATUS status = tsm_file_from_handle(handle, access, file);

    if (!NT_SUCCESS(status))
        return status;
    *plain = tsm_fd_file_from(*file);
    return *plain ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove,
                             PLARGE_INTEGER lpNewFilePointer, DWORD dwMoveMethod)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_fd_file *plain;
    int64_t position = 0;
    NTSTATUS status = plain_file(hFile, 0, &file, &plain);

    if (NT_SUCCESS(status) && dwMoveMethod > FILE_END)
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = tsm_fd_seek(plain->fd, liDistanceToMove.QuadPart, (int)dwMoveMethod, &position);
    if (status == STATUS_INVALID_PARAMETER && dwMoveMethod <= FILE_END) {
        tsm_set_last_error(ERROR_NEGATIVE_SEEK);
        return FALSE;
    }
    if (NT_SUCCESS(status) && lpNewFilePointer)
        lpNewFilePointer->QuadPart = position;
    return tsm_return(status);
}

DWORD WINAPI SetFilePointer(HANDLE hFile, LONG lDistanceToMove, PLONG lpDistanceToMoveHigh,
                            DWORD dwMoveMethod)
{
    LARGE_INTEGER distance, position;

    distance.QuadPart = lDistanceToMove;
    if (lpDistanceToMoveHigh)
        distance.QuadPart =
            (LONGLONG)((ULONGLONG)(ULONG)*lpDistanceToMoveHigh << 32 | (ULONG)lDistanceToMove);
    if (!SetFilePointerEx(hFile, distance, &position, dwMoveMethod))
        return INVALID_SET_FILE_POINTER;
    if (lpDistanceToMoveHigh)
        *lpDistanceToMoveHigh = (LONG)(position.QuadPart >> 32);
    if ((DWORD)position.QuadPart == INVALID_SET_FILE_POINTER)
        tsm_set_last_error(ERROR_SUCCESS);
    return (DWORD)position.QuadPart;
}

/* Windows: the size of a pipe is what waits to be read; nothing does without a connection. */
static int64_t pipe_size(struct tsm_file *file)
{
    struct tsm_pipe_end *end = tsm_pipe_end_from(file);
    struct tsm_fd_file *anonymous = tsm_anonymous_pipe_from(file);
    struct tsm_pipe_peek peek = {0};
    NTSTATUS status = STATUS_SUCCESS;

    if (end)
        status = tsm_pipe_info_peek(end, NULL, 0, &peek);
    else if (anonymous && anonymous->is_read_end)
        status = tsm_anonymous_pipe_peek(anonymous, NULL, 0, &peek);
    return NT_SUCCESS(status) ? peek.available : 0;
}

BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    int64_t size = 0;
    NTSTATUS status = tsm_file_from_handle(hFile, 0, &file);

    if (NT_SUCCESS(status) && file->ops->type(file) == FILE_TYPE_DISK)
        status = tsm_fd_size(tsm_fd_file_from(file)->fd, &size);
    else if (NT_SUCCESS(status) && file->ops->type(file) == FILE_TYPE_PIPE)
        size = pipe_size(file);
    else if (NT_SUCCESS(status))
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status))
        lpFileSize->QuadPart = size;
    return tsm_return(status);
}

DWORD WINAPI GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh)
{
    LARGE_INTEGER size;

    if (!GetFileSizeEx(hFile, &size))
        return INVALID_FILE_SIZE;
    if (lpFileSizeHigh)
        *lpFileSizeHigh = (DWORD)(size.QuadPart >> 32);
    if ((DWORD)size.QuadPart == INVALID_FILE_SIZE)
        tsm_set_last_error(ERROR_SUCCESS);
    return (DWORD)size.QuadPart;
}

BOOL WINAPI SetEndOfFile(HANDLE hFile)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_fd_file *plain;
    NTSTATUS status = plain_file(hFile, FILE_WRITE_DATA, &file, &plain);

    return tsm_return(NT_SUCCESS(status) ? tsm_fd_truncate_here(plain->fd) : status);
}

DWORD WINAPI GetFileType(HANDLE hFile)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = tsm_file_from_handle(hFile, 0, &file);

    if (!tsm_return(status))
        return FILE_TYPE_UNKNOWN;

    DWORD type = file->ops->type(file);

    /* Windows: so that it can be told from an error. */
    if (type == FILE_TYPE_UNKNOWN)
        tsm_set_last_error(NO_ERROR);
    return type;
}

BOOL WINAPI DeleteFileW(LPCWSTR lpFileName)
{
    return tsm_return(tsm_disk_file_delete((const char16_t *)lpFileName));
}

BOOL WINAPI DeleteFileA(LPCSTR lpFileName)
{
    struct tsm_wide name;
    BOOL result = tsm_return(tsm_wide_from_utf8(&name, lpFileName));

    if (result) {
        result = DeleteFileW((LPCWSTR)name.text);
        tsm_wide_deinit(&name);
    }
    return result;
}

DWORD WINAPI GetFileAttributesW(LPCWSTR lpFileName)
{
    uint32_t attributes = INVALID_FILE_ATTRIBUTES;

    tsm_return(tsm_disk_file_attributes((const char16_t *)lpFileName, &attributes));
    return attributes;
}

DWORD WINAPI GetFileAttributesA(LPCSTR lpFileName)
{
    struct tsm_wide name;
    DWORD attributes = INVALID_FILE_ATTRIBUTES;

    if (tsm_return(tsm_wide_from_utf8(&name, lpFileName))) {
        attributes = GetFileAttributesW((LPCWSTR)name.text);
        tsm_wide_deinit(&name);
    }
    return attributes;
}
