/* SPDX-License-Identifier: MIT */
/* Anonymous and named pipes. The forms with 8-bit text and the constants are in winbase.h. */
#ifndef TRANSOM_NAMEDPIPEAPI_H
#define TRANSOM_NAMEDPIPEAPI_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes an anonymous pipe of at least the given size in bytes, 0 for the default. The caller closes
 * both ends. SDK: CreatePipe.
 */
WINBASEAPI BOOL WINAPI CreatePipe(PHANDLE hReadPipe, PHANDLE hWritePipe,
                                  LPSECURITY_ATTRIBUTES lpPipeAttributes, DWORD nSize);

/*
 * Makes one instance of a named pipe, \\.\pipe\name, ready for a client at once. Sizes are quotas
 * in bytes, the timeout is in ms (0: 50 ms). INVALID_HANDLE_VALUE on failure: ERROR_PIPE_BUSY when
 * all instances exist, ERROR_ACCESS_DENIED when the direction differs or it is not the first
 * instance as asked. SDK: CreateNamedPipeW.
 */
WINBASEAPI HANDLE WINAPI CreateNamedPipeW(LPCWSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode,
                                          DWORD nMaxInstances, DWORD nOutBufferSize,
                                          DWORD nInBufferSize, DWORD nDefaultTimeOut,
                                          LPSECURITY_ATTRIBUTES lpSecurityAttributes);
#ifdef UNICODE
#define CreateNamedPipe CreateNamedPipeW
#endif

/*
 * Waits for a client. FALSE with ERROR_PIPE_CONNECTED is a good connection too: the client came
 * before the call. After DisconnectNamedPipe it makes the instance ready again. SDK:
 * ConnectNamedPipe.
 */
WINBASEAPI BOOL WINAPI ConnectNamedPipe(HANDLE hNamedPipe, LPOVERLAPPED lpOverlapped);

/*
 * Throws the client out together with all unread data in both directions. Server end only. SDK:
 * DisconnectNamedPipe.
 */
WINBASEAPI BOOL WINAPI DisconnectNamedPipe(HANDLE hNamedPipe);

/*
 * Waits until an instance of the pipe is ready for a client, which reserves nothing. The timeout is
 * in ms or an NMPWAIT_ value. ERROR_SEM_TIMEOUT when it has passed, ERROR_FILE_NOT_FOUND at once
 * when no instance exists. SDK: WaitNamedPipeW.
 */
WINBASEAPI BOOL WINAPI WaitNamedPipeW(LPCWSTR lpNamedPipeName, DWORD nTimeOut);
#ifdef UNICODE
#define WaitNamedPipe WaitNamedPipeW
#endif

/*
 * Opens a message pipe, sends one request, reads one reply and closes it again. A reply that is
 * longer than the buffer is lost but for its beginning: ERROR_MORE_DATA. SDK: CallNamedPipeW.
 */
WINBASEAPI BOOL WINAPI CallNamedPipeW(LPCWSTR lpNamedPipeName, LPVOID lpInBuffer,
                                      DWORD nInBufferSize, LPVOID lpOutBuffer, DWORD nOutBufferSize,
                                      LPDWORD lpBytesRead, DWORD nTimeOut);
#ifdef UNICODE
#define CallNamedPipe CallNamedPipeW
#endif

/*
 * Writes one message and reads one on a duplex pipe in message read mode. ERROR_BAD_PIPE in another
 * mode or state, ERROR_PIPE_BUSY when unread data waits. SDK: TransactNamedPipe.
 */
WINBASEAPI BOOL WINAPI TransactNamedPipe(HANDLE hNamedPipe, LPVOID lpInBuffer, DWORD nInBufferSize,
                                         LPVOID lpOutBuffer, DWORD nOutBufferSize,
                                         LPDWORD lpBytesRead, LPOVERLAPPED lpOverlapped);

/*
 * Copies data that waits in a pipe and counts it, without taking it and without waiting. Each
 * result may be NULL. Works on the read end of an anonymous pipe too. SDK: PeekNamedPipe.
 */
WINBASEAPI BOOL WINAPI PeekNamedPipe(HANDLE hNamedPipe, LPVOID lpBuffer, DWORD nBufferSize,
                                     LPDWORD lpBytesRead, LPDWORD lpTotalBytesAvail,
                                     LPDWORD lpBytesLeftThisMessage);

/*
 * Type and end (PIPE_SERVER_END, PIPE_TYPE_MESSAGE), quotas in bytes and instance limit of a pipe.
 * Each result may be NULL. SDK: GetNamedPipeInfo.
 */
WINBASEAPI BOOL WINAPI GetNamedPipeInfo(HANDLE hNamedPipe, LPDWORD lpFlags, LPDWORD lpOutBufferSize,
                                        LPDWORD lpInBufferSize, LPDWORD lpMaxInstances);

/*
 * Read and wait mode of a handle and the number of instances. Each result may be NULL; the
 * collection values must be for a pipe of this machine. The size of the user name is in characters.
 * SDK: GetNamedPipeHandleStateW.
 */
WINBASEAPI BOOL WINAPI GetNamedPipeHandleStateW(HANDLE hNamedPipe, LPDWORD lpState,
                                                LPDWORD lpCurInstances,
                                                LPDWORD lpMaxCollectionCount,
                                                LPDWORD lpCollectDataTimeout, LPWSTR lpUserName,
                                                DWORD nMaxUserNameSize);
#ifdef UNICODE
#define GetNamedPipeHandleState GetNamedPipeHandleStateW
#endif

/*
 * Sets read and wait mode of this handle, both at once. The collection values must be NULL for a
 * pipe of this machine. SDK: SetNamedPipeHandleState.
 */
WINBASEAPI BOOL WINAPI SetNamedPipeHandleState(HANDLE hNamedPipe, LPDWORD lpMode,
                                               LPDWORD lpMaxCollectionCount,
                                               LPDWORD lpCollectDataTimeout);

/*
 * The name of the client's machine; FALSE with ERROR_PIPE_LOCAL when that is this one. The size is
 * in bytes. SDK: GetNamedPipeClientComputerNameW.
 */
WINBASEAPI BOOL WINAPI GetNamedPipeClientComputerNameW(HANDLE Pipe, LPWSTR ClientComputerName,
                                                       ULONG ClientComputerNameLength);
#ifdef UNICODE
#define GetNamedPipeClientComputerName GetNamedPipeClientComputerNameW
#endif

#ifdef __cplusplus
}
#endif

#endif
