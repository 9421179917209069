/* SPDX-License-Identifier: MIT */
/* Processes, threads and thread-local slots. Creation flags are in winbase.h. */
#ifndef TRANSOM_PROCESSTHREADSAPI_H
#define TRANSOM_PROCESSTHREADSAPI_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How a process starts: cb is the size; of the rest only the standard handles have an effect. */
typedef struct _STARTUPINFOA {
    DWORD cb;
    LPSTR lpReserved;
    LPSTR lpDesktop;
    LPSTR lpTitle;
    DWORD dwX;
    DWORD dwY;
    DWORD dwXSize;
    DWORD dwYSize;
    DWORD dwXCountChars;
    DWORD dwYCountChars;
    DWORD dwFillAttribute;
    DWORD dwFlags;
    WORD wShowWindow;
    WORD cbReserved2;
    LPBYTE lpReserved2;
    HANDLE hStdInput;
    HANDLE hStdOutput;
    HANDLE hStdError;
} STARTUPINFOA, *LPSTARTUPINFOA;

typedef struct _STARTUPINFOW {
    DWORD cb;
    LPWSTR lpReserved;
    LPWSTR lpDesktop;
    LPWSTR lpTitle;
    DWORD dwX;
    DWORD dwY;
    DWORD dwXSize;
    DWORD dwYSize;
    DWORD dwXCountChars;
    DWORD dwYCountChars;
    DWORD dwFillAttribute;
    DWORD dwFlags;
    WORD wShowWindow;
    WORD cbReserved2;
    LPBYTE lpReserved2;
    HANDLE hStdInput;
    HANDLE hStdOutput;
    HANDLE hStdError;
} STARTUPINFOW, *LPSTARTUPINFOW;

#ifdef UNICODE
typedef STARTUPINFOW STARTUPINFO;
typedef LPSTARTUPINFOW LPSTARTUPINFO;
#else
typedef STARTUPINFOA STARTUPINFO;
typedef LPSTARTUPINFOA LPSTARTUPINFO;
#endif

typedef struct _PROCESS_INFORMATION {
    HANDLE hProcess;
    HANDLE hThread;
    DWORD dwProcessId;
    DWORD dwThreadId;
} PROCESS_INFORMATION, *PPROCESS_INFORMATION, *LPPROCESS_INFORMATION;

/*
 * Starts a thread; the size of its stack is in bytes, 0 for the default. NULL on failure; the
 * caller closes the handle. SDK: CreateThread.
 */
WINBASEAPI HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES lpThreadAttributes, SIZE_T dwStackSize,
                                      LPTHREAD_START_ROUTINE lpStartAddress, LPVOID lpParameter,
                                      DWORD dwCreationFlags, LPDWORD lpThreadId);

/* Ends the calling thread with this exit code. SDK: ExitThread. */
WINBASEAPI DECLSPEC_NORETURN VOID WINAPI ExitThread(DWORD dwExitCode);

/*
 * Adds one to the suspend count of a thread and returns the old one, (DWORD)-1 on failure. A thread
 * may suspend itself; one that runs cannot be suspended by another: ERROR_NOT_SUPPORTED. SDK:
 * SuspendThread.
 */
WINBASEAPI DWORD WINAPI SuspendThread(HANDLE hThread);

/*
 * Takes one from the suspend count of a thread and returns the old one, (DWORD)-1 on failure; at 0
 * the thread runs. So starts what was made with CREATE_SUSPENDED. SDK: ResumeThread.
 */
WINBASEAPI DWORD WINAPI ResumeThread(HANDLE hThread);

/*
 * Has a thread call a function. It does so when it waits alertably, or before its start if it is
 * suspended still; in the order in which calls were queued. 0 on failure; ERROR_GEN_FAILURE when the
 * thread has ended. SDK: QueueUserAPC.
 */
WINBASEAPI DWORD WINAPI QueueUserAPC(PAPCFUNC pfnAPC, HANDLE hThread, ULONG_PTR dwData);

/* The exit code of a thread, STILL_ACTIVE while it runs. SDK: GetExitCodeThread. */
WINBASEAPI BOOL WINAPI GetExitCodeThread(HANDLE hThread, LPDWORD lpExitCode);

/*
 * A handle value that means the calling thread wherever it is used. It needs no close. SDK:
 * GetCurrentThread.
 */
WINBASEAPI HANDLE WINAPI GetCurrentThread(void);

/* The id of the calling thread. SDK: GetCurrentThreadId. */
WINBASEAPI DWORD WINAPI GetCurrentThreadId(void);

/* The id of a thread; 0 on failure. SDK: GetThreadId. */
WINBASEAPI DWORD WINAPI GetThreadId(HANDLE Thread);

/* Lets another ready thread run. FALSE when there was none. SDK: SwitchToThread. */
WINBASEAPI BOOL WINAPI SwitchToThread(void);

/*
 * Takes a slot that holds one pointer for each thread, NULL at first. TLS_OUT_OF_INDEXES on
 * failure. SDK: TlsAlloc.
 */
WINBASEAPI DWORD WINAPI TlsAlloc(void);

/* Gives a slot back; what its pointers lead to is the caller's. SDK: TlsFree. */
WINBASEAPI BOOL WINAPI TlsFree(DWORD dwTlsIndex);

/*
 * This thread's pointer in a slot. The last error is 0 on success, so that a stored NULL can be
 * told from a bad index. SDK: TlsGetValue.
 */
WINBASEAPI LPVOID WINAPI TlsGetValue(DWORD dwTlsIndex);

/* Stores this thread's pointer in a slot. SDK: TlsSetValue. */
WINBASEAPI BOOL WINAPI TlsSetValue(DWORD dwTlsIndex, LPVOID lpTlsValue);

/*
 * Starts a program: a file, or the first word of the command line looked for along the usual path.
 * With bInheritHandles all inheritable handles go along. The caller closes both handles of the
 * result; the W form may write into the command line. ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED,
 * ERROR_BAD_EXE_FORMAT. SDK: CreateProcessW.
 */
WINBASEAPI BOOL WINAPI CreateProcessA(LPCSTR lpApplicationName, LPSTR lpCommandLine,
                                      LPSECURITY_ATTRIBUTES lpProcessAttributes,
                                      LPSECURITY_ATTRIBUTES lpThreadAttributes,
                                      BOOL bInheritHandles, DWORD dwCreationFlags,
                                      LPVOID lpEnvironment, LPCSTR lpCurrentDirectory,
                                      LPSTARTUPINFOA lpStartupInfo,
                                      LPPROCESS_INFORMATION lpProcessInformation);
WINBASEAPI BOOL WINAPI CreateProcessW(LPCWSTR lpApplicationName, LPWSTR lpCommandLine,
                                      LPSECURITY_ATTRIBUTES lpProcessAttributes,
                                      LPSECURITY_ATTRIBUTES lpThreadAttributes,
                                      BOOL bInheritHandles, DWORD dwCreationFlags,
                                      LPVOID lpEnvironment, LPCWSTR lpCurrentDirectory,
                                      LPSTARTUPINFOW lpStartupInfo,
                                      LPPROCESS_INFORMATION lpProcessInformation);
#ifdef UNICODE
#define CreateProcess CreateProcessW
#else
#define CreateProcess CreateProcessA
#endif

/* Ends the process and all its threads with this exit code. SDK: ExitProcess. */
WINBASEAPI DECLSPEC_NORETURN VOID WINAPI ExitProcess(UINT uExitCode);

/*
 * Ends another process without asking it. Returns before it has ended: wait on the handle. SDK:
 * TerminateProcess.
 */
WINBASEAPI BOOL WINAPI TerminateProcess(HANDLE hProcess, UINT uExitCode);

/*
 * A handle to a running process of the same user. ERROR_INVALID_PARAMETER when there is none of that
 * id, ERROR_ACCESS_DENIED when it is another user's. The caller closes it. SDK: OpenProcess.
 */
WINBASEAPI HANDLE WINAPI OpenProcess(DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwProcessId);

/* The exit code of a process, STILL_ACTIVE while it runs. SDK: GetExitCodeProcess. */
WINBASEAPI BOOL WINAPI GetExitCodeProcess(HANDLE hProcess, LPDWORD lpExitCode);

/* A handle value that means the calling process. It needs no close. SDK: GetCurrentProcess. */
WINBASEAPI HANDLE WINAPI GetCurrentProcess(void);

/* The id of the calling process. SDK: GetCurrentProcessId. */
WINBASEAPI DWORD WINAPI GetCurrentProcessId(void);

/* The id of a process; 0 on failure. SDK: GetProcessId. */
WINBASEAPI DWORD WINAPI GetProcessId(HANDLE Process);

/* The session that a process belongs to. SDK: ProcessIdToSessionId. */
WINBASEAPI BOOL WINAPI ProcessIdToSessionId(DWORD dwProcessId, DWORD *pSessionId);

/* What this process was started with. The strings belong to the process. SDK: GetStartupInfoW. */
WINBASEAPI VOID WINAPI GetStartupInfoW(LPSTARTUPINFOW lpStartupInfo);
#ifdef UNICODE
#define GetStartupInfo GetStartupInfoW
#endif

#ifdef __cplusplus
}
#endif

#endif
