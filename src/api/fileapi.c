/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf.h"
#include "io/fd_file.h"
#include "object/handle_table.h"
#include "object/name.h"
#include "pipe/pipe_client.h"

/* ---- names of files ---- */

static bool is_same(const char16_t *text, const char *word)
{
    for (; *word; text++, word++)
        if (tsm_utf16_upcase(*text) != (char16_t)*word)
            return false;
    return *text == 0;
}

/* A Windows path as a Linux one, heap. Devices become their Linux twins. */
static NTSTATUS path_from_windows(const char16_t *name, uint32_t access, char **out)
{
    static const char16_t device_prefix[] = u"\\\\.\\";
    const char *device = NULL;

    if (!name || !*name)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    if (memcmp(name, device_prefix, 4 * sizeof(char16_t)) == 0)
        name += 4;
    if (is_same(name, "NUL"))
        device = "/dev/null";
    else if (is_same(name, "CONIN$") || is_same(name, "CONOUT$"))
        device = "/dev/tty";
    else if (is_same(name, "CON")) {
        if ((access & GENERIC_READ) && (access & GENERIC_WRITE))
            return STATUS_OBJECT_NAME_NOT_FOUND;
        device = "/dev/tty";
    }
    if (!device && name[1] == u':')
        return STATUS_OBJECT_PATH_NOT_FOUND; /* there are no drives */
    *out = device ? strdup(device) : tsm_utf8_new(name);
    if (!*out)
        return STATUS_NO_MEMORY;
    for (char *at = *out; !device && *at; at++)
        if (*at == '\\')
            *at = '/';
    return STATUS_SUCCESS;
}

/* Windows: 3 when a folder on the way is missing, 2 when it is only the file. */
static NTSTATUS missing_status(const char *path)
{
    char *copy = strdup(path), *slash = copy ? strrchr(copy, '/') : NULL;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    mode_t mode;
    bool is_writable;

    if (slash && slash != copy) {
        *slash = 0;
        if (!NT_SUCCESS(tsm_fd_path_mode(copy, &mode, &is_writable)))
            status = STATUS_OBJECT_PATH_NOT_FOUND;
    }
    free(copy);
    return status;
}

static NTSTATUS open_path(const char16_t *name, DWORD access, DWORD disposition, DWORD flags,
                          struct tsm_file **out, bool *existed)
{
    struct tsm_fd_open how = {
        .reads = access & (GENERIC_READ | GENERIC_ALL | FILE_READ_DATA),
        .writes = access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA | FILE_APPEND_DATA),
        .appends = (access & FILE_APPEND_DATA) && !(access & (GENERIC_WRITE | FILE_WRITE_DATA)),
        .must_exist = disposition == OPEN_EXISTING || disposition == TRUNCATE_EXISTING,
        .must_be_new = disposition == CREATE_NEW,
        .truncates = disposition == CREATE_ALWAYS || disposition == TRUNCATE_EXISTING,
    };
    struct tsm_fd_file *made;
    char *path = NULL;
    int fd = -1;

    if (disposition < CREATE_NEW || disposition > TRUNCATE_EXISTING ||
        (disposition == TRUNCATE_EXISTING && !how.writes))
        return STATUS_INVALID_PARAMETER;
    if (flags & FILE_FLAG_OVERLAPPED)
        return STATUS_NOT_SUPPORTED; /* asynchronous handles are not built yet */

    NTSTATUS status = path_from_windows(name, access, &path);

    if (!NT_SUCCESS(status))
        return status;
    status = tsm_fd_open(path, &how, &fd, existed);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        status = missing_status(path);
    if (NT_SUCCESS(status)) {
        made = tsm_fd_file_new(fd);
        if (!made) {
            tsm_fd_close(fd);
            status = STATUS_NO_MEMORY;
        } else {
            if (flags & FILE_FLAG_DELETE_ON_CLOSE) {
                made->delete_path = path;
                path = NULL;
            }
            *out = &made->file;
        }
    }
    free(path);
    return status;
}

HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                          LPSECURITY_ATTRIBUTES lpSecurityAttributes, DWORD dwCreationDisposition,
                          DWORD dwFlagsAndAttributes, HANDLE hTemplateFile)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    const char16_t *name = (const char16_t *)lpFileName;
    bool is_pipe = name && tsm_name_is_pipe(name), existed = false;
    HANDLE handle = INVALID_HANDLE_VALUE;
    uint32_t granted = SYNCHRONIZE | FILE_READ_ATTRIBUTES;
    NTSTATUS status;

    if (is_pipe) {
        status = dwFlagsAndAttributes & FILE_FLAG_OVERLAPPED
                     ? STATUS_NOT_SUPPORTED
                     : tsm_pipe_client_open(name, dwDesiredAccess, &file, &granted);
    } else {
        status = open_path(name, dwDesiredAccess, dwCreationDisposition, dwFlagsAndAttributes,
                           &file, &existed);
        granted |= dwDesiredAccess & 0x1FFFFF;
        /* The descriptor appends whatever it is asked for. */
        granted |= dwDesiredAccess & FILE_APPEND_DATA ? FILE_WRITE_DATA : 0;
        granted |= dwDesiredAccess & (GENERIC_READ | GENERIC_ALL) ? FILE_GENERIC_READ : 0;
        granted |= dwDesiredAccess & (GENERIC_WRITE | GENERIC_ALL) ? FILE_GENERIC_WRITE : 0;
    }
    if (NT_SUCCESS(status))
        status = tsm_handle_insert(
            &file->object, granted,
            lpSecurityAttributes && lpSecurityAttributes->bInheritHandle ? TSM_HANDLE_INHERIT : 0,
            &handle);
    if (NT_SUCCESS(status) && !is_pipe &&
        (dwCreationDisposition == CREATE_ALWAYS || dwCreationDisposition == OPEN_ALWAYS ||
         dwCreationDisposition == CREATE_NEW))
        tsm_set_last_error(existed ? ERROR_ALREADY_EXISTS : ERROR_SUCCESS);
    else if (status == STATUS_OBJECT_NAME_COLLISION)
        tsm_set_last_error(ERROR_FILE_EXISTS);
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

/* A plain file with an offset of its own; the position follows it. */
static NTSTATUS transfer_at(struct tsm_fd_file *file, struct tsm_io *io, OVERLAPPED *overlapped)
{
    int64_t offset = (int64_t)((uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset);
    int64_t ignored;
    uint32_t count = 0;
    bool is_append = io->kind == TSM_IO_WRITE && offset == -1;
    NTSTATUS status = STATUS_SUCCESS;

    if (file->kind == TSM_FD_DISK)
        status = tsm_fd_seek(file->fd, is_append ? 0 : offset, is_append ? 2 : 0, &ignored);
    if (NT_SUCCESS(status))
        status = io->kind == TSM_IO_READ
                     ? tsm_fd_file_read(file, io->out, io->out_length, -1, &count)
                     : tsm_fd_file_write(file, io->in, io->in_length, -1, &count);
    if (status == STATUS_SUCCESS && count == 0 && io->kind == TSM_IO_READ && io->out_length &&
        file->kind == TSM_FD_DISK)
        status = STATUS_END_OF_FILE;
    io->information = count;
    return status;
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
    if (tsm_unlikely(!NT_SUCCESS(status)))
        return tsm_return(status);

    struct tsm_file *file = tsm_file_from(pin.object);

    if (tsm_unlikely(!file)) {
        tsm_handle_unpin(&pin);
        return tsm_return(STATUS_OBJECT_TYPE_MISMATCH);
    }
    io->file = file;
    if (tsm_unlikely(overlapped != NULL)) {
        struct tsm_fd_file *plain = tsm_fd_file_from(file);

        tsm_object_ref(&file->object);
        tsm_handle_unpin(&pin);
        overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
        status = plain ? transfer_at(plain, io, overlapped) : tsm_file_run(file, io);
        if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) {
            overlapped->Internal = (ULONG_PTR)(uint32_t)status;
            overlapped->InternalHigh = io->information;
        }
        tsm_object_unref(&file->object);
        /* Windows: a warning leaves the count at 0 where there is an OVERLAPPED to look into. */
        if (count && NT_SUCCESS(status))
            *count = (DWORD)io->information;
        return tsm_return(status);
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

BOOL WINAPI FlushFileBuffers(HANDLE hFile)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_io io;
    NTSTATUS status = tsm_file_from_handle(hFile, FILE_WRITE_DATA, &file);

    /* Windows: the reading end of a pipe has written nothing and has nothing to wait for. */
    if (status == STATUS_ACCESS_DENIED && GetFileType(hFile) == FILE_TYPE_PIPE)
        return TRUE;
    if (!NT_SUCCESS(status))
        return tsm_return(status);
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

BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_fd_file *plain;
    int64_t size = 0;
    NTSTATUS status = plain_file(hFile, 0, &file, &plain);

    if (NT_SUCCESS(status) && plain->kind != TSM_FD_DISK)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status))
        status = tsm_fd_size(plain->fd, &size);
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

    tsm_return(status);
    return NT_SUCCESS(status) ? file->ops->type(file) : FILE_TYPE_UNKNOWN;
}

BOOL WINAPI DeleteFileW(LPCWSTR lpFileName)
{
    char *path = NULL;
    NTSTATUS status = path_from_windows((const char16_t *)lpFileName, 0, &path);

    if (NT_SUCCESS(status))
        status = tsm_fd_unlink(path);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        status = missing_status(path);
    free(path);
    return tsm_return(status);
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
    DWORD attributes = INVALID_FILE_ATTRIBUTES;
    bool is_writable;
    char *path = NULL;
    mode_t mode;
    NTSTATUS status = path_from_windows((const char16_t *)lpFileName, 0, &path);

    if (NT_SUCCESS(status))
        status = tsm_fd_path_mode(path, &mode, &is_writable);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        status = missing_status(path);
    if (NT_SUCCESS(status)) {
        attributes = S_ISDIR(mode) ? FILE_ATTRIBUTE_DIRECTORY : 0;
        attributes |= is_writable ? 0 : FILE_ATTRIBUTE_READONLY;
        if (!attributes)
            attributes = FILE_ATTRIBUTE_NORMAL;
    }
    free(path);
    tsm_return(status);
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
