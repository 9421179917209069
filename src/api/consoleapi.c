/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "base/utf.h"
#include "io/console.h"
#include "object/handle_table.h"
#include "process/console_ctrl.h"

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add)
{
    if (!HandlerRoutine) {
        tsm_console_ctrl_ignore(Add);
        return TRUE;
    }
    return tsm_return(Add ? tsm_console_ctrl_add(HandlerRoutine)
                          : tsm_console_ctrl_remove(HandlerRoutine));
}

BOOL WINAPI GenerateConsoleCtrlEvent(DWORD dwCtrlEvent, DWORD dwProcessGroupId)
{
    return tsm_return(tsm_console_ctrl_generate(dwCtrlEvent, dwProcessGroupId));
}

BOOL WINAPI AllocConsole(void)
{
    return tsm_return(tsm_console_ctrl_attach());
}

BOOL WINAPI FreeConsole(void)
{
    return tsm_return(tsm_console_ctrl_detach());
}

/* ---- handles of the console ---- */

/* *file is returned owned. Windows: what is no console is no handle here. */
static NTSTATUS console_from_handle(HANDLE handle, uint32_t access, struct tsm_file **file)
{
    NTSTATUS status = tsm_file_from_handle(handle, access, file);
    struct tsm_fd_file *plain = NT_SUCCESS(status) ? tsm_fd_file_from(*file) : NULL;

    if (!NT_SUCCESS(status))
        return status == STATUS_OBJECT_TYPE_MISMATCH ? STATUS_INVALID_HANDLE : status;
    return plain && plain->is_terminal ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

BOOL WINAPI GetConsoleMode(HANDLE hConsoleHandle, LPDWORD lpMode)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = console_from_handle(hConsoleHandle, 0, &file);
    uint32_t mode = 0;

    if (NT_SUCCESS(status))
        status = tsm_console_get_mode(tsm_fd_file_from(file), &mode);
    if (NT_SUCCESS(status))
        *lpMode = mode;
    return tsm_return(status);
}

BOOL WINAPI SetConsoleMode(HANDLE hConsoleHandle, DWORD dwMode)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = console_from_handle(hConsoleHandle, 0, &file);

    if (NT_SUCCESS(status))
        status = tsm_console_set_mode(tsm_fd_file_from(file), dwMode);
    return tsm_return(status);
}

BOOL WINAPI FlushConsoleInputBuffer(HANDLE hConsoleInput)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = console_from_handle(hConsoleInput, FILE_READ_DATA, &file);

    if (NT_SUCCESS(status))
        status = tsm_console_flush_input(tsm_fd_file_from(file));
    return tsm_return(status);
}

static BOOL end_read(NTSTATUS status, uint32_t count, LPDWORD read)
{
    if (read)
        *read = NT_SUCCESS(status) ? count : 0;
    /* Windows: Ctrl+C ends a read as if there were nothing to read. */
    if (status == STATUS_ALERTED) {
        tsm_set_last_error(ERROR_OPERATION_ABORTED);
        return TRUE;
    }
    return tsm_return(status);
}

BOOL WINAPI ReadConsoleA(HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead,
                         LPDWORD lpNumberOfCharsRead, LPVOID pInputControl)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = console_from_handle(hConsoleInput, FILE_READ_DATA, &file);
    uint32_t count = 0;

    if (NT_SUCCESS(status))
        status = pInputControl ? STATUS_NOT_SUPPORTED
                               : tsm_console_read(tsm_fd_file_from(file), lpBuffer,
                                                  nNumberOfCharsToRead, &count);
    return end_read(status, count, lpNumberOfCharsRead);
}

BOOL WINAPI ReadConsoleW(HANDLE hConsoleInput, LPVOID lpBuffer, DWORD nNumberOfCharsToRead,
                         LPDWORD lpNumberOfCharsRead, LPVOID pInputControl)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = console_from_handle(hConsoleInput, FILE_READ_DATA, &file);
    uint32_t count = 0;

    if (NT_SUCCESS(status))
        status = pInputControl ? STATUS_NOT_SUPPORTED
                               : tsm_console_read_wide(tsm_fd_file_from(file), lpBuffer,
                                                       nNumberOfCharsToRead, &count);
    return end_read(status, count, lpNumberOfCharsRead);
}

static NTSTATUS write_text(HANDLE handle, const char *text, DWORD length)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    NTSTATUS status = console_from_handle(handle, FILE_WRITE_DATA, &file);
    struct tsm_io io;

    if (!NT_SUCCESS(status))
        return status;
    tsm_io_init(&io, file, TSM_IO_WRITE);
    io.in = text;
    io.in_length = length;
    return tsm_file_run(file, &io);
}

BOOL WINAPI WriteConsoleA(HANDLE hConsoleOutput, const VOID *lpBuffer, DWORD nNumberOfCharsToWrite,
                          LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved)
{
    NTSTATUS status = write_text(hConsoleOutput, lpBuffer, nNumberOfCharsToWrite);

    if (lpNumberOfCharsWritten)
        *lpNumberOfCharsWritten = NT_SUCCESS(status) ? nNumberOfCharsToWrite : 0;
    return tsm_return(status);
}

#define UNITS_AT_ONCE 1024

BOOL WINAPI WriteConsoleW(HANDLE hConsoleOutput, const VOID *lpBuffer, DWORD nNumberOfCharsToWrite,
                          LPDWORD lpNumberOfCharsWritten, LPVOID lpReserved)
{
    const char16_t *text = lpBuffer;
    NTSTATUS status = STATUS_SUCCESS;
    DWORD done = 0;

    do {
        char room[3 * UNITS_AT_ONCE];
        DWORD units = nNumberOfCharsToWrite - done;

        if (units > UNITS_AT_ONCE) {
            units = UNITS_AT_ONCE;
            /* Halves of one character stay together. */
            if ((text[done + units - 1] & 0xFC00) == 0xD800)
                units--;
        }
        status =
            write_text(hConsoleOutput, room,
                       (DWORD)tsm_utf8_from_utf16(text + done, units, room, sizeof(room), NULL));
        if (NT_SUCCESS(status))
            done += units;
    } while (NT_SUCCESS(status) && done < nNumberOfCharsToWrite);
    if (lpNumberOfCharsWritten)
        *lpNumberOfCharsWritten = done;
    return tsm_return(status);
}

UINT WINAPI GetConsoleCP(void)
{
    return CP_UTF8;
}

UINT WINAPI GetConsoleOutputCP(void)
{
    return CP_UTF8;
}
