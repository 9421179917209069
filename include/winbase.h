/* SPDX-License-Identifier: MIT */
/*
 * The rest of the base functions: forms with 8-bit text, messages, local memory, and the constants
 * that the function headers leave to this one.
 */
#ifndef TRANSOM_WINBASE_H
#define TRANSOM_WINBASE_H

#include <stdarg.h>
#include <minwindef.h>
#include <minwinbase.h>
#include <debugapi.h>
#include <errhandlingapi.h>
#include <fileapi.h>
#include <handleapi.h>
#include <heapapi.h>
#include <ioapiset.h>
#include <libloaderapi.h>
#include <memoryapi.h>
#include <namedpipeapi.h>
#include <processenv.h>
#include <processthreadsapi.h>
#include <profileapi.h>
#include <securitybaseapi.h>
#include <synchapi.h>
#include <sysinfoapi.h>
#include <threadpoolapiset.h>
#include <threadpoollegacyapiset.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Waits. */
#define INFINITE           0xFFFFFFFF
#define WAIT_FAILED        ((DWORD)0xFFFFFFFF)
#define WAIT_OBJECT_0      ((DWORD)0x00000000)
#define WAIT_ABANDONED     ((DWORD)0x00000080)
#define WAIT_ABANDONED_0   ((DWORD)0x00000080)
#define WAIT_IO_COMPLETION ((DWORD)0x000000C0)
#define WAIT_TIMEOUT       258

/* Flags of CreateFile and CreateNamedPipe. */
#define FILE_FLAG_WRITE_THROUGH       0x80000000
#define FILE_FLAG_OVERLAPPED          0x40000000
#define FILE_FLAG_NO_BUFFERING        0x20000000
#define FILE_FLAG_RANDOM_ACCESS       0x10000000
#define FILE_FLAG_SEQUENTIAL_SCAN     0x08000000
#define FILE_FLAG_DELETE_ON_CLOSE     0x04000000
#define FILE_FLAG_BACKUP_SEMANTICS    0x02000000
#define FILE_FLAG_POSIX_SEMANTICS     0x01000000
#define FILE_FLAG_SESSION_AWARE       0x00800000
#define FILE_FLAG_OPEN_REPARSE_POINT  0x00200000
#define FILE_FLAG_OPEN_NO_RECALL      0x00100000
#define FILE_FLAG_FIRST_PIPE_INSTANCE 0x00080000

/* What a pipe client lets the server do in its name. */
#define SECURITY_ANONYMOUS        (SecurityAnonymous << 16)
#define SECURITY_IDENTIFICATION   (SecurityIdentification << 16)
#define SECURITY_IMPERSONATION    (SecurityImpersonation << 16)
#define SECURITY_DELEGATION       (SecurityDelegation << 16)
#define SECURITY_CONTEXT_TRACKING 0x00040000
#define SECURITY_EFFECTIVE_ONLY   0x00080000
#define SECURITY_SQOS_PRESENT     0x00100000
#define SECURITY_VALID_SQOS_FLAGS 0x001F0000

/* SetFileCompletionNotificationModes: success at once needs no packet; the handle is not signaled. */
#define FILE_SKIP_COMPLETION_PORT_ON_SUCCESS 0x1
#define FILE_SKIP_SET_EVENT_ON_HANDLE        0x2

#define FILE_BEGIN   0
#define FILE_CURRENT 1
#define FILE_END     2

#define FILE_TYPE_UNKNOWN 0x0000
#define FILE_TYPE_DISK    0x0001
#define FILE_TYPE_CHAR    0x0002
#define FILE_TYPE_PIPE    0x0003
#define FILE_TYPE_REMOTE  0x8000

#define STD_INPUT_HANDLE  ((DWORD)-10)
#define STD_OUTPUT_HANDLE ((DWORD)-11)
#define STD_ERROR_HANDLE  ((DWORD)-12)

/* Pipes. */
#define PIPE_ACCESS_INBOUND        0x00000001
#define PIPE_ACCESS_OUTBOUND       0x00000002
#define PIPE_ACCESS_DUPLEX         0x00000003
#define PIPE_CLIENT_END            0x00000000
#define PIPE_SERVER_END            0x00000001
#define PIPE_WAIT                  0x00000000
#define PIPE_NOWAIT                0x00000001
#define PIPE_READMODE_BYTE         0x00000000
#define PIPE_READMODE_MESSAGE      0x00000002
#define PIPE_TYPE_BYTE             0x00000000
#define PIPE_TYPE_MESSAGE          0x00000004
#define PIPE_ACCEPT_REMOTE_CLIENTS 0x00000000
#define PIPE_REJECT_REMOTE_CLIENTS 0x00000008
#define PIPE_UNLIMITED_INSTANCES   255
#define NMPWAIT_WAIT_FOREVER       0xFFFFFFFF
#define NMPWAIT_NOWAIT             0x00000001
#define NMPWAIT_USE_DEFAULT_WAIT   0x00000000

/* Mailslots. */
#define MAILSLOT_NO_MESSAGE   ((DWORD)-1)
#define MAILSLOT_WAIT_FOREVER ((DWORD)-1)

/* Processes and threads. */
#define DEBUG_PROCESS                     0x00000001
#define DEBUG_ONLY_THIS_PROCESS           0x00000002
#define CREATE_SUSPENDED                  0x00000004
#define DETACHED_PROCESS                  0x00000008
#define CREATE_NEW_CONSOLE                0x00000010
#define NORMAL_PRIORITY_CLASS             0x00000020
#define IDLE_PRIORITY_CLASS               0x00000040
#define HIGH_PRIORITY_CLASS               0x00000080
#define REALTIME_PRIORITY_CLASS           0x00000100
#define CREATE_NEW_PROCESS_GROUP          0x00000200
#define CREATE_UNICODE_ENVIRONMENT        0x00000400
#define BELOW_NORMAL_PRIORITY_CLASS       0x00004000
#define ABOVE_NORMAL_PRIORITY_CLASS       0x00008000
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define EXTENDED_STARTUPINFO_PRESENT      0x00080000
#define CREATE_BREAKAWAY_FROM_JOB         0x01000000
#define CREATE_DEFAULT_ERROR_MODE         0x04000000
#define CREATE_NO_WINDOW                  0x08000000

#define STARTF_USESHOWWINDOW    0x00000001
#define STARTF_USESIZE          0x00000002
#define STARTF_USEPOSITION      0x00000004
#define STARTF_USECOUNTCHARS    0x00000008
#define STARTF_USEFILLATTRIBUTE 0x00000010
#define STARTF_FORCEONFEEDBACK  0x00000040
#define STARTF_FORCEOFFFEEDBACK 0x00000080
#define STARTF_USESTDHANDLES    0x00000100

#define TLS_OUT_OF_INDEXES ((DWORD)0xFFFFFFFF)

/* FormatMessage. */
#define FORMAT_MESSAGE_ALLOCATE_BUFFER 0x00000100
#define FORMAT_MESSAGE_IGNORE_INSERTS  0x00000200
#define FORMAT_MESSAGE_FROM_STRING     0x00000400
#define FORMAT_MESSAGE_FROM_HMODULE    0x00000800
#define FORMAT_MESSAGE_FROM_SYSTEM     0x00001000
#define FORMAT_MESSAGE_ARGUMENT_ARRAY  0x00002000
#define FORMAT_MESSAGE_MAX_WIDTH_MASK  0x000000FF

/* CreateNamedPipeW with UTF-8 text. SDK: CreateNamedPipeA. */
WINBASEAPI HANDLE WINAPI CreateNamedPipeA(LPCSTR lpName, DWORD dwOpenMode, DWORD dwPipeMode,
                                          DWORD nMaxInstances, DWORD nOutBufferSize,
                                          DWORD nInBufferSize, DWORD nDefaultTimeOut,
                                          LPSECURITY_ATTRIBUTES lpSecurityAttributes);
#ifndef UNICODE
#define CreateNamedPipe CreateNamedPipeA
#endif

/* WaitNamedPipeW with UTF-8 text. SDK: WaitNamedPipeA. */
WINBASEAPI BOOL WINAPI WaitNamedPipeA(LPCSTR lpNamedPipeName, DWORD nTimeOut);
#ifndef UNICODE
#define WaitNamedPipe WaitNamedPipeA
#endif

/* A mailslot \\.\mailslot\NAME that this process reads; others write to it. nMaxMessageSize 0: any.
 * lReadTimeout in ms: 0, or MAILSLOT_WAIT_FOREVER. ERROR_ALREADY_EXISTS. SDK: CreateMailslotW. */
WINBASEAPI HANDLE WINAPI CreateMailslotW(LPCWSTR lpName, DWORD nMaxMessageSize, DWORD lReadTimeout,
                                         LPSECURITY_ATTRIBUTES lpSecurityAttributes);
WINBASEAPI HANDLE WINAPI CreateMailslotA(LPCSTR lpName, DWORD nMaxMessageSize, DWORD lReadTimeout,
                                         LPSECURITY_ATTRIBUTES lpSecurityAttributes);
#ifdef UNICODE
#define CreateMailslot CreateMailslotW
#else
#define CreateMailslot CreateMailslotA
#endif

/* What waits in a mailslot; *lpNextSize MAILSLOT_NO_MESSAGE: nothing. Each pointer may be NULL. SDK:
 * GetMailslotInfo. */
WINBASEAPI BOOL WINAPI GetMailslotInfo(HANDLE hMailslot, LPDWORD lpMaxMessageSize,
                                       LPDWORD lpNextSize, LPDWORD lpMessageCount,
                                       LPDWORD lpReadTimeout);

/* How long reads wait that begin from now on. SDK: SetMailslotInfo. */
WINBASEAPI BOOL WINAPI SetMailslotInfo(HANDLE hMailslot, DWORD lReadTimeout);

/* CallNamedPipeW with a UTF-8 name. SDK: CallNamedPipeA. */
WINBASEAPI BOOL WINAPI CallNamedPipeA(LPCSTR lpNamedPipeName, LPVOID lpInBuffer,
                                      DWORD nInBufferSize, LPVOID lpOutBuffer, DWORD nOutBufferSize,
                                      LPDWORD lpBytesRead, DWORD nTimeOut);
#ifndef UNICODE
#define CallNamedPipe CallNamedPipeA
#endif

/* GetNamedPipeHandleStateW with UTF-8 text. SDK: GetNamedPipeHandleStateA. */
WINBASEAPI BOOL WINAPI GetNamedPipeHandleStateA(HANDLE hNamedPipe, LPDWORD lpState,
                                                LPDWORD lpCurInstances,
                                                LPDWORD lpMaxCollectionCount,
                                                LPDWORD lpCollectDataTimeout, LPSTR lpUserName,
                                                DWORD nMaxUserNameSize);
#ifndef UNICODE
#define GetNamedPipeHandleState GetNamedPipeHandleStateA
#endif

/* GetNamedPipeClientComputerNameW with UTF-8 text. SDK: GetNamedPipeClientComputerNameA. */
WINBASEAPI BOOL WINAPI GetNamedPipeClientComputerNameA(HANDLE Pipe, LPSTR ClientComputerName,
                                                       ULONG ClientComputerNameLength);
#ifndef UNICODE
#define GetNamedPipeClientComputerName GetNamedPipeClientComputerNameA
#endif

/*
 * The id of the process that opened the client end. ERROR_NOT_FOUND before there is one. SDK:
 * GetNamedPipeClientProcessId.
 */
WINBASEAPI BOOL WINAPI GetNamedPipeClientProcessId(HANDLE Pipe, PULONG ClientProcessId);

/* The session of the client. SDK: GetNamedPipeClientSessionId. */
WINBASEAPI BOOL WINAPI GetNamedPipeClientSessionId(HANDLE Pipe, PULONG ClientSessionId);

/* The id of the process that made the instance. SDK: GetNamedPipeServerProcessId. */
WINBASEAPI BOOL WINAPI GetNamedPipeServerProcessId(HANDLE Pipe, PULONG ServerProcessId);

/* The session of the server. SDK: GetNamedPipeServerSessionId. */
WINBASEAPI BOOL WINAPI GetNamedPipeServerSessionId(HANDLE Pipe, PULONG ServerSessionId);

/* CreateSemaphoreW with UTF-8 text. SDK: CreateSemaphoreA. */
WINBASEAPI HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                                          LONG lInitialCount, LONG lMaximumCount, LPCSTR lpName);
#ifndef UNICODE
#define CreateSemaphore CreateSemaphoreA
#endif

/* CreateSemaphoreExW with UTF-8 text. SDK: CreateSemaphoreExA. */
WINBASEAPI HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                                            LONG lInitialCount, LONG lMaximumCount, LPCSTR lpName,
                                            DWORD dwFlags, DWORD dwDesiredAccess);
#ifndef UNICODE
#define CreateSemaphoreEx CreateSemaphoreExA
#endif

/* OpenMutexW with UTF-8 text. SDK: OpenMutexA. */
WINBASEAPI HANDLE WINAPI OpenMutexA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
#ifndef UNICODE
#define OpenMutex OpenMutexA
#endif

/* OpenSemaphoreW with UTF-8 text. SDK: OpenSemaphoreA. */
WINBASEAPI HANDLE WINAPI OpenSemaphoreA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
#ifndef UNICODE
#define OpenSemaphore OpenSemaphoreA
#endif

/*
 * Makes a timer. One with manual reset stays signaled until it is set again, the other lets one
 * waiter go each time. NULL on failure; the caller closes the handle. With a name that exists it is
 * a handle to that timer, and the last error ERROR_ALREADY_EXISTS. SDK: CreateWaitableTimerW.
 */
WINBASEAPI HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES lpTimerAttributes,
                                              BOOL bManualReset, LPCSTR lpTimerName);
WINBASEAPI HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES lpTimerAttributes,
                                              BOOL bManualReset, LPCWSTR lpTimerName);
#ifdef UNICODE
#define CreateWaitableTimer CreateWaitableTimerW
#else
#define CreateWaitableTimer CreateWaitableTimerA
#endif

/* CreateWaitableTimerExW with UTF-8 text. SDK: CreateWaitableTimerExA. */
WINBASEAPI HANDLE WINAPI CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES lpTimerAttributes,
                                                LPCSTR lpTimerName, DWORD dwFlags,
                                                DWORD dwDesiredAccess);
#ifndef UNICODE
#define CreateWaitableTimerEx CreateWaitableTimerExA
#endif

/* OpenWaitableTimerW with UTF-8 text. SDK: OpenWaitableTimerA. */
WINBASEAPI HANDLE WINAPI OpenWaitableTimerA(DWORD dwDesiredAccess, BOOL bInheritHandle,
                                            LPCSTR lpTimerName);
#ifndef UNICODE
#define OpenWaitableTimer OpenWaitableTimerA
#endif

/* GetStartupInfoW with UTF-8 text. SDK: GetStartupInfoA. */
WINBASEAPI VOID WINAPI GetStartupInfoA(LPSTARTUPINFOA lpStartupInfo);
#ifndef UNICODE
#define GetStartupInfo GetStartupInfoA
#endif

/*
 * Makes text from a message: one of the system for an error code, or a format of the caller. Sizes
 * and result are in characters, 0 on failure. With FORMAT_MESSAGE_ALLOCATE_BUFFER the buffer is the
 * address of a pointer and the caller frees the text with LocalFree. ERROR_MR_MID_NOT_FOUND for a
 * code without text. SDK: FormatMessageW.
 */
WINBASEAPI DWORD WINAPI FormatMessageA(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                                       DWORD dwLanguageId, LPSTR lpBuffer, DWORD nSize,
                                       va_list *Arguments);
WINBASEAPI DWORD WINAPI FormatMessageW(DWORD dwFlags, LPCVOID lpSource, DWORD dwMessageId,
                                       DWORD dwLanguageId, LPWSTR lpBuffer, DWORD nSize,
                                       va_list *Arguments);
#ifdef UNICODE
#define FormatMessage FormatMessageW
#else
#define FormatMessage FormatMessageA
#endif

/*
 * Takes so many bytes, cleared with LMEM_ZEROINIT. The result is the address itself, also with
 * LMEM_MOVEABLE. NULL on failure; freed with LocalFree. SDK: LocalAlloc.
 */
WINBASEAPI HLOCAL WINAPI LocalAlloc(UINT uFlags, SIZE_T uBytes);

/* Frees memory of LocalAlloc. NULL on success, the argument on failure. SDK: LocalFree. */
WINBASEAPI HLOCAL WINAPI LocalFree(HLOCAL hMem);

/*
 * The size of memory of LocalAlloc in bytes, which may be more than was asked for; 0 on failure.
 * libtransom-crt has it. SDK: LocalSize.
 */
WINBASEAPI SIZE_T WINAPI LocalSize(HLOCAL hMem);

/* The address of memory of LocalAlloc. libtransom-crt has it. SDK: LocalLock. */
WINBASEAPI LPVOID WINAPI LocalLock(HLOCAL hMem);

/* Ends the use of that address; it stays the same. libtransom-crt has it. SDK: LocalUnlock. */
WINBASEAPI BOOL WINAPI LocalUnlock(HLOCAL hMem);

#define GMEM_FIXED    LMEM_FIXED
#define GMEM_MOVEABLE LMEM_MOVEABLE
#define GMEM_ZEROINIT LMEM_ZEROINIT
#define GPTR          (GMEM_FIXED | GMEM_ZEROINIT)
#define GHND          (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define LHND          (LMEM_MOVEABLE | LMEM_ZEROINIT)

/* LocalAlloc under its other name. libtransom-crt has it. SDK: GlobalAlloc. */
WINBASEAPI HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);

/* Frees memory of GlobalAlloc. NULL on success. libtransom-crt has it. SDK: GlobalFree. */
WINBASEAPI HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);

/* LocalSize under its other name. libtransom-crt has it. SDK: GlobalSize. */
WINBASEAPI SIZE_T WINAPI GlobalSize(HGLOBAL hMem);

/* LocalLock under its other name. libtransom-crt has it. SDK: GlobalLock. */
WINBASEAPI LPVOID WINAPI GlobalLock(HGLOBAL hMem);

/* LocalUnlock under its other name. libtransom-crt has it. SDK: GlobalUnlock. */
WINBASEAPI BOOL WINAPI GlobalUnlock(HGLOBAL hMem);

#define MAX_COMPUTERNAME_LENGTH 15

/*
 * The name of this machine: capitals, cut to 15 characters. The size is in characters: of the buffer
 * before, of the text without its end after; ERROR_BUFFER_OVERFLOW and the size needed when it is
 * too small. libtransom-crt has it. SDK: GetComputerNameW.
 */
WINBASEAPI BOOL WINAPI GetComputerNameA(LPSTR lpBuffer, LPDWORD nSize);
WINBASEAPI BOOL WINAPI GetComputerNameW(LPWSTR lpBuffer, LPDWORD nSize);
#ifdef UNICODE
#define GetComputerName GetComputerNameW
#else
#define GetComputerName GetComputerNameA
#endif

/*
 * The name of the user that this process runs as. The size is in characters with the end, of the
 * buffer before and of the text after; ERROR_INSUFFICIENT_BUFFER and the size needed when it is too
 * small. libtransom-crt has it. SDK: GetUserNameW.
 */
WINADVAPI BOOL WINAPI GetUserNameA(LPSTR lpBuffer, LPDWORD pcbBuffer);
WINADVAPI BOOL WINAPI GetUserNameW(LPWSTR lpBuffer, LPDWORD pcbBuffer);
#ifdef UNICODE
#define GetUserName GetUserNameW
#else
#define GetUserName GetUserNameA
#endif

/* Length of a string in characters, 0 for NULL. libtransom-crt has it. SDK: lstrlenW. */
WINBASEAPI int WINAPI lstrlenA(LPCSTR lpString);
WINBASEAPI int WINAPI lstrlenW(LPCWSTR lpString);
#ifdef UNICODE
#define lstrlen lstrlenW
#else
#define lstrlen lstrlenA
#endif

/* Copies a string into a buffer that must be large enough. libtransom-crt has it. SDK: lstrcpyW. */
WINBASEAPI LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
WINBASEAPI LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2);
#ifdef UNICODE
#define lstrcpy lstrcpyW
#else
#define lstrcpy lstrcpyA
#endif

/*
 * Copies a string into a buffer of so many characters, cut if needed and always ended. libtransom-
 * crt has it. SDK: lstrcpynW.
 */
WINBASEAPI LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength);
WINBASEAPI LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength);
#ifdef UNICODE
#define lstrcpyn lstrcpynW
#else
#define lstrcpyn lstrcpynA
#endif

/* Appends a string to a buffer that must be large enough. libtransom-crt has it. SDK: lstrcatW. */
WINBASEAPI LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
WINBASEAPI LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2);
#ifdef UNICODE
#define lstrcat lstrcatW
#else
#define lstrcat lstrcatA
#endif

/* Compares two strings: negative, 0 or positive. libtransom-crt has it. SDK: lstrcmpW. */
WINBASEAPI int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
WINBASEAPI int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2);
#ifdef UNICODE
#define lstrcmp lstrcmpW
#else
#define lstrcmp lstrcmpA
#endif

/* Compares two strings without regard to case. libtransom-crt has it. SDK: lstrcmpiW. */
WINBASEAPI int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
WINBASEAPI int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2);
#ifdef UNICODE
#define lstrcmpi lstrcmpiW
#else
#define lstrcmpi lstrcmpiA
#endif

/*
 * Binds an overlapped file to the thread pool, which calls the routine each time an operation has
 * ended; the flags are 0. As CreateIoCompletionPort, and for as long as the file is open. SDK:
 * BindIoCompletionCallback.
 */
WINBASEAPI BOOL WINAPI BindIoCompletionCallback(HANDLE FileHandle,
                                                LPOVERLAPPED_COMPLETION_ROUTINE Function,
                                                ULONG Flags);

/* True when an operation that was begun has ended; a macro that looks at the OVERLAPPED alone. */
#define HasOverlappedIoCompleted(lpOverlapped) (((DWORD)(lpOverlapped)->Internal) != STATUS_PENDING)

/*
 * Chooses for good: with FILE_SKIP_COMPLETION_PORT_ON_SUCCESS what succeeds at once makes no packet,
 * with FILE_SKIP_SET_EVENT_ON_HANDLE the file itself is never signaled. SDK:
 * SetFileCompletionNotificationModes.
 */
WINBASEAPI BOOL WINAPI SetFileCompletionNotificationModes(HANDLE FileHandle, UCHAR Flags);

/*
 * Has the thread pool wait for an object and call a function each time it is signaled, or the time
 * is over; with WT_EXECUTEONLYONCE the first time only. Not for mutexes: the pool would own them. The
 * caller ends the wait with UnregisterWait or UnregisterWaitEx. SDK: RegisterWaitForSingleObject.
 */
WINBASEAPI BOOL WINAPI RegisterWaitForSingleObject(PHANDLE phNewWaitObject, HANDLE hObject,
                                                   WAITORTIMERCALLBACK Callback, PVOID Context,
                                                   ULONG dwMilliseconds, ULONG dwFlags);

/* Ends such a wait. FALSE with ERROR_IO_PENDING when a call still runs. SDK: UnregisterWait. */
WINBASEAPI BOOL WINAPI UnregisterWait(HANDLE WaitHandle);

#ifdef __cplusplus
}
#endif

#endif
