/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "io/async.h"
#include "object/handle_table.h"
#include "pipe/anonymous_pipe.h"
#include "pipe/pipe_client.h"
#include "pipe/pipe_info.h"
#include "pipe/pipe_server.h"
#include "process/process.h"

/* Windows: granted rights by direction; an outbound server cannot read attributes, an inbound one
 * cannot write them. */
#define SERVER_BASE     (SYNCHRONIZE | READ_CONTROL)
#define INBOUND_ACCESS  (FILE_GENERIC_READ)
#define OUTBOUND_ACCESS (FILE_GENERIC_WRITE)

#define OPEN_MODE_KNOWN                                                          \
    (PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE | FILE_FLAG_OVERLAPPED | \
     FILE_FLAG_WRITE_THROUGH | WRITE_DAC | WRITE_OWNER | ACCESS_SYSTEM_SECURITY)
#define PIPE_MODE_KNOWN \
    (PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT | PIPE_REJECT_REMOTE_CLIENTS)

#define DEFAULT_TIMEOUT_MS     50
#define ANONYMOUS_READ_ACCESS  (FILE_GENERIC_READ | FILE_WRITE_ATTRIBUTES)
#define ANONYMOUS_WRITE_ACCESS (FILE_GENERIC_WRITE | FILE_READ_ATTRIBUTES)

static uint32_t inherit_flag(const SECURITY_ATTRIBUTES *attributes)
{
    return attributes && attributes->bInheritHandle ? TSM_HANDLE_INHERIT : 0;
}

static NTSTATUS check_modes(DWORD open_mode, DWORD pipe_mode, DWORD max_instances)
{
    if ((open_mode & ~(DWORD)OPEN_MODE_KNOWN) || (pipe_mode & ~(DWORD)PIPE_MODE_KNOWN) ||
        !(open_mode & PIPE_ACCESS_DUPLEX) || max_instances == 0 || max_instances > 255)
        return STATUS_INVALID_PARAMETER;
    if ((pipe_mode & PIPE_READMODE_MESSAGE) && !(pipe_mode & PIPE_TYPE_MESSAGE))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

HANDLE WINAPI CreateNamedPipeW(LPCWSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode,
                               DWORD nMaxInstances, DWORD nOutBufferSize, DWORD nInBufferSize,
                               DWORD nDefaultTimeOut, LPSECURITY_ATTRIBUTES lpSecurityAttributes)
{
    struct tsm_rendezvous_request request = {
        .is_first_only = dwOpenMode & FILE_FLAG_FIRST_PIPE_INSTANCE,
        .params = {.is_message_type = dwPipeMode & PIPE_TYPE_MESSAGE,
                   .direction = dwOpenMode & PIPE_ACCESS_DUPLEX,
                   .max_instances = (uint8_t)nMaxInstances,
                   .out_quota = nOutBufferSize,
                   .in_quota = nInBufferSize,
                   .timeout_ms = nDefaultTimeOut ? nDefaultTimeOut : DEFAULT_TIMEOUT_MS},
    };
    struct tsm_pipe_end *end;
    struct tsm_name name;
    HANDLE handle = INVALID_HANDLE_VALUE;
    NTSTATUS status = lpName ? tsm_name_parse_pipe((const char16_t *)lpName, &name)
                             : STATUS_OBJECT_PATH_NOT_FOUND;

    if (NT_SUCCESS(status) && name.host != TSM_HOST_LOCAL)
        status = STATUS_OBJECT_NAME_INVALID;
    if (NT_SUCCESS(status))
        status = check_modes(dwOpenMode, dwPipeMode, nMaxInstances);
    if (NT_SUCCESS(status))
        status = tsm_descriptor_check(lpSecurityAttributes, &request.is_open_to_all);
    if (NT_SUCCESS(status))
        status = tsm_pipe_server_create(&name, &request, dwPipeMode & PIPE_READMODE_MESSAGE,
                                        dwPipeMode & PIPE_NOWAIT, &end);
    if (NT_SUCCESS(status)) {
        uint32_t access = SERVER_BASE | (dwOpenMode & (WRITE_DAC | WRITE_OWNER));

        end->file.is_overlapped = dwOpenMode & FILE_FLAG_OVERLAPPED;
        access |= dwOpenMode & PIPE_ACCESS_INBOUND ? INBOUND_ACCESS : 0;
        access |= dwOpenMode & PIPE_ACCESS_OUTBOUND ? OUTBOUND_ACCESS : 0;
        status = tsm_handle_insert(&end->file.object, access, inherit_flag(lpSecurityAttributes),
                                   &handle);
        tsm_object_unref(&end->file.object);
    }
    tsm_return(status);
    return handle;
}

HANDLE WINAPI CreateNamedPipeA(LPCSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode,
                               DWORD nMaxInstances, DWORD nOutBufferSize, DWORD nInBufferSize,
                               DWORD nDefaultTimeOut, LPSECURITY_ATTRIBUTES lpSecurityAttributes)
{
    struct tsm_wide name;
    HANDLE handle = INVALID_HANDLE_VALUE;

    if (tsm_return(tsm_wide_from_utf8(&name, lpName))) {
        handle =
            CreateNamedPipeW((LPCWSTR)name.text, dwOpenMode, dwPipeMode, nMaxInstances,
                             nOutBufferSize, nInBufferSize, nDefaultTimeOut, lpSecurityAttributes);
        tsm_wide_deinit(&name);
    }
    return handle;
}

BOOL WINAPI CreatePipe(PHANDLE hReadPipe, PHANDLE hWritePipe,
                       LPSECURITY_ATTRIBUTES lpPipeAttributes, DWORD nSize)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *read_end = NULL;
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *write_end = NULL;
    uint32_t flags = inherit_flag(lpPipeAttributes);
    NTSTATUS status = tsm_anonymous_pipe_new(nSize, &read_end, &write_end);

    if (NT_SUCCESS(status))
        status = tsm_handle_insert(&read_end->object, ANONYMOUS_READ_ACCESS, flags, hReadPipe);
    if (NT_SUCCESS(status)) {
        status = tsm_handle_insert(&write_end->object, ANONYMOUS_WRITE_ACCESS, flags, hWritePipe);
        if (!NT_SUCCESS(status))
            (void)!NT_SUCCESS(tsm_handle_close(*hReadPipe));
    }
    return tsm_return(status);
}

/* A handle to a named pipe's end; *file is returned owned. Another kind of file is refused. */
static NTSTATUS pipe_end_of(HANDLE handle, uint32_t access, struct tsm_file **file,
                            struct tsm_pipe_end **end)
{
    NTSTATUS status = tsm_file_from_handle(handle, access, file);

    if (!NT_SUCCESS(status))
        return status;
    *end = tsm_pipe_end_from(*file);
    return *end || tsm_anonymous_pipe_from(*file) ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
}

BOOL WINAPI ConnectNamedPipe(HANDLE hNamedPipe, LPOVERLAPPED lpOverlapped)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_end *end = NULL;
    struct tsm_io io;
    NTSTATUS status = pipe_end_of(hNamedPipe, 0, &file, &end);

    /* Windows: the read end of an anonymous pipe is a server end whose client is there. */
    if (NT_SUCCESS(status) && !end)
        status = tsm_anonymous_pipe_from(file)->is_read_end ? STATUS_PIPE_CONNECTED
                                                            : STATUS_ILLEGAL_FUNCTION;
    if (!NT_SUCCESS(status))
        return tsm_return(status);
    tsm_io_init(&io, file, TSM_IO_LISTEN);
    status = file->is_overlapped && lpOverlapped
                 ? tsm_async_submit(&io, lpOverlapped, NULL, &io.information)
                 : tsm_file_run(file, &io);
    /* Windows: a client that is there already is a failure with a good connection. */
    return tsm_return(status);
}

BOOL WINAPI DisconnectNamedPipe(HANDLE hNamedPipe)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_end *end = NULL;
    NTSTATUS status = pipe_end_of(hNamedPipe, 0, &file, &end);

    if (NT_SUCCESS(status))
        status = end ? tsm_pipe_server_disconnect(end) : STATUS_ILLEGAL_FUNCTION;
    return tsm_return(status);
}

BOOL WINAPI WaitNamedPipeW(LPCWSTR lpNamedPipeName, DWORD nTimeOut)
{
    NTSTATUS status = lpNamedPipeName
                          ? tsm_pipe_client_wait((const char16_t *)lpNamedPipeName, nTimeOut)
                          : STATUS_OBJECT_PATH_NOT_FOUND;

    if (status == STATUS_OBJECT_NAME_INVALID)
        status = STATUS_OBJECT_PATH_SYNTAX_BAD;
    return tsm_return(status);
}

BOOL WINAPI WaitNamedPipeA(LPCSTR lpNamedPipeName, DWORD nTimeOut)
{
    struct tsm_wide name;
    BOOL result = tsm_return(tsm_wide_from_utf8(&name, lpNamedPipeName));

    if (result) {
        result = WaitNamedPipeW((LPCWSTR)name.text, nTimeOut);
        tsm_wide_deinit(&name);
    }
    return result;
}

BOOL WINAPI CallNamedPipeW(LPCWSTR lpNamedPipeName, LPVOID lpInBuffer, DWORD nInBufferSize,
                           LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesRead,
                           DWORD nTimeOut)
{
    uint32_t read = 0;
    NTSTATUS status = lpNamedPipeName ? tsm_pipe_client_call((const char16_t *)lpNamedPipeName,
                                                             lpInBuffer, nInBufferSize, lpOutBuffer,
                                                             nOutBufferSize, &read, nTimeOut)
                                      : STATUS_OBJECT_PATH_NOT_FOUND;

    if (lpBytesRead)
        *lpBytesRead = read;
    return tsm_return(status);
}

BOOL WINAPI CallNamedPipeA(LPCSTR lpNamedPipeName, LPVOID lpInBuffer, DWORD nInBufferSize,
                           LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesRead,
                           DWORD nTimeOut)
{
    struct tsm_wide name;
    BOOL result = tsm_return(tsm_wide_from_utf8(&name, lpNamedPipeName));

    if (result) {
        result = CallNamedPipeW((LPCWSTR)name.text, lpInBuffer, nInBufferSize, lpOutBuffer,
                                nOutBufferSize, lpBytesRead, nTimeOut);
        tsm_wide_deinit(&name);
    }
    return result;
}

BOOL WINAPI TransactNamedPipe(HANDLE hNamedPipe, LPVOID lpInBuffer, DWORD nInBufferSize,
                              LPVOID lpOutBuffer, DWORD nOutBufferSize, LPDWORD lpBytesRead,
                              LPOVERLAPPED lpOverlapped)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_end *end = NULL;
    struct tsm_io io;
    NTSTATUS status = pipe_end_of(hNamedPipe, FILE_READ_DATA | FILE_WRITE_DATA, &file, &end);

    if (lpBytesRead)
        *lpBytesRead = 0;
    if (!NT_SUCCESS(status) || !end)
        return tsm_return(NT_SUCCESS(status) ? STATUS_INVALID_PIPE_STATE : status);
    tsm_io_init(&io, file, TSM_IO_TRANSACT);
    io.in = lpInBuffer;
    io.in_length = nInBufferSize;
    io.out = lpOutBuffer;
    io.out_length = nOutBufferSize;
    if (file->is_overlapped && lpOverlapped)
        return tsm_return(tsm_async_submit(&io, lpOverlapped, NULL, &io.information));
    status = tsm_file_run(file, &io);
    if (lpBytesRead)
        *lpBytesRead = (DWORD)io.information;
    return tsm_return(status);
}

BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize,
                          LPDWORD lpBytesRead, LPDWORD lpTotalBytesAvail,
                          LPDWORD lpBytesLeftThisMessage)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_end *end = NULL;
    struct tsm_pipe_peek peek;
    NTSTATUS status = pipe_end_of(hNamedPipe, FILE_READ_DATA, &file, &end);

    if (status == STATUS_INVALID_DEVICE_REQUEST)
        status = STATUS_NOT_SUPPORTED;
    if (!lpBuffer)
        nBufferSize = 0;
    if (NT_SUCCESS(status))
        status = end ? tsm_pipe_info_peek(end, lpBuffer, nBufferSize, &peek)
                     : tsm_anonymous_pipe_peek(tsm_anonymous_pipe_from(file), lpBuffer, nBufferSize,
                                               &peek);
    if (NT_SUCCESS(status)) {
        if (lpBytesRead)
            *lpBytesRead = peek.read;
        if (lpTotalBytesAvail)
            *lpTotalBytesAvail = peek.available;
        if (lpBytesLeftThisMessage)
            *lpBytesLeftThisMessage = peek.left;
    }
    return tsm_return(status);
}

BOOL WINAPI GetNamedPipeInfo(HANDLE hNamedPipe, LPDWORD lpFlags, LPDWORD lpOutBufferSize,
                             LPDWORD lpInBufferSize, LPDWORD lpMaxInstances)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_params params = {.max_instances = 1};
    struct tsm_pipe_end *end = NULL;
    DWORD flags = 0;
    NTSTATUS status = pipe_end_of(hNamedPipe, FILE_READ_ATTRIBUTES, &file, &end);

    if (NT_SUCCESS(status) && end) {
        status = tsm_pipe_info_params(end, &params);
        flags = (end->is_server ? PIPE_SERVER_END : PIPE_CLIENT_END) |
                (params.is_message_type ? PIPE_TYPE_MESSAGE : PIPE_TYPE_BYTE);
    } else if (NT_SUCCESS(status)) {
        const struct tsm_fd_file *anonymous = tsm_anonymous_pipe_from(file);

        params.out_quota = params.in_quota = anonymous->size;
        flags = anonymous->is_read_end ? PIPE_SERVER_END : PIPE_CLIENT_END;
    }
    if (NT_SUCCESS(status)) {
        if (lpFlags)
            *lpFlags = flags;
        if (lpOutBufferSize)
            *lpOutBufferSize = params.out_quota;
        if (lpInBufferSize)
            *lpInBufferSize = params.in_quota;
        if (lpMaxInstances)
            *lpMaxInstances = params.max_instances;
    }
    return tsm_return(status);
}

/* Windows: collection counts and the user name are for remote handles and impersonating servers. */
BOOL WINAPI GetNamedPipeHandleStateW(HANDLE hNamedPipe, LPDWORD lpState, LPDWORD lpCurInstances,
                                     LPDWORD lpMaxCollectionCount, LPDWORD lpCollectDataTimeout,
                                     LPWSTR lpUserName, DWORD nMaxUserNameSize)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_end *end = NULL;
    uint32_t state = 0, instances = 1;
    NTSTATUS status = pipe_end_of(hNamedPipe, FILE_READ_ATTRIBUTES, &file, &end);

    if (NT_SUCCESS(status) && (lpMaxCollectionCount || lpCollectDataTimeout))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && lpUserName)
        status = STATUS_CANNOT_IMPERSONATE;
    if (NT_SUCCESS(status) && end)
        status = tsm_pipe_info_get_state(end, &state, lpCurInstances ? &instances : NULL);
    else if (NT_SUCCESS(status))
        state = tsm_anonymous_pipe_from(file)->is_nowait ? PIPE_NOWAIT : PIPE_WAIT;
    if (NT_SUCCESS(status)) {
        if (lpState)
            *lpState = state;
        if (lpCurInstances)
            *lpCurInstances = instances;
    }
    return tsm_return(status);
}

BOOL WINAPI GetNamedPipeHandleStateA(HANDLE hNamedPipe, LPDWORD lpState, LPDWORD lpCurInstances,
                                     LPDWORD lpMaxCollectionCount, LPDWORD lpCollectDataTimeout,
                                     LPSTR lpUserName, DWORD nMaxUserNameSize)
{
    /* No name is ever told, so that the wide form writes none. */
    return GetNamedPipeHandleStateW(hNamedPipe, lpState, lpCurInstances, lpMaxCollectionCount,
                                    lpCollectDataTimeout, (LPWSTR)(void *)lpUserName,
                                    nMaxUserNameSize);
}

BOOL WINAPI SetNamedPipeHandleState(HANDLE hNamedPipe, LPDWORD lpMode, LPDWORD lpMaxCollectionCount,
                                    LPDWORD lpCollectDataTimeout)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_end *end = NULL;
    NTSTATUS status = pipe_end_of(hNamedPipe, FILE_WRITE_ATTRIBUTES, &file, &end);

    if (NT_SUCCESS(status) && (lpMaxCollectionCount || lpCollectDataTimeout))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status) && lpMode) {
        if (end)
            status = tsm_pipe_info_set_state(end, *lpMode);
        else if (*lpMode & ~(DWORD)PIPE_NOWAIT)
            status = STATUS_INVALID_PARAMETER;
        else
            tsm_anonymous_pipe_from(file)->is_nowait = *lpMode & PIPE_NOWAIT;
    }
    return tsm_return(status);
}

static BOOL get_party(HANDLE handle, enum tsm_pipe_party party, PULONG out, bool as_session)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    struct tsm_pipe_end *end = NULL;
    uint32_t pid = GetCurrentProcessId();
    NTSTATUS status = pipe_end_of(handle, 0, &file, &end);

    if (NT_SUCCESS(status) && !out)
        status = STATUS_BUFFER_TOO_SMALL;
    if (NT_SUCCESS(status) && end)
        status = tsm_pipe_info_pid(end, party, &pid);
    if (NT_SUCCESS(status))
        *out = as_session ? tsm_process_session(pid) : pid;
    return tsm_return(status);
}

BOOL WINAPI GetNamedPipeClientProcessId(HANDLE Pipe, PULONG ClientProcessId)
{
    return get_party(Pipe, TSM_PIPE_THE_CLIENT, ClientProcessId, false);
}

BOOL WINAPI GetNamedPipeServerProcessId(HANDLE Pipe, PULONG ServerProcessId)
{
    return get_party(Pipe, TSM_PIPE_THE_SERVER, ServerProcessId, false);
}

BOOL WINAPI GetNamedPipeClientSessionId(HANDLE Pipe, PULONG ClientSessionId)
{
    return get_party(Pipe, TSM_PIPE_THE_CLIENT, ClientSessionId, true);
}

BOOL WINAPI GetNamedPipeServerSessionId(HANDLE Pipe, PULONG ServerSessionId)
{
    return get_party(Pipe, TSM_PIPE_THE_SERVER, ServerSessionId, true);
}

/* Every client is local for now. */
BOOL WINAPI GetNamedPipeClientComputerNameW(HANDLE Pipe, LPWSTR ClientComputerName,
                                            ULONG ClientComputerNameLength)
{
    ULONG pid;

    if (get_party(Pipe, TSM_PIPE_THE_CLIENT, &pid, false))
        tsm_set_last_error(ERROR_PIPE_LOCAL);
    return FALSE;
}

BOOL WINAPI GetNamedPipeClientComputerNameA(HANDLE Pipe, LPSTR ClientComputerName,
                                            ULONG ClientComputerNameLength)
{
    return GetNamedPipeClientComputerNameW(Pipe, NULL, ClientComputerNameLength);
}
