/* SPDX-License-Identifier: MIT */
/* Standard handles, command line, environment and current folder of the process. */
#ifndef TRANSOM_PROCESSENV_H
#define TRANSOM_PROCESSENV_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A standard handle: STD_INPUT_HANDLE, STD_OUTPUT_HANDLE or STD_ERROR_HANDLE. NULL when there is
 * none, INVALID_HANDLE_VALUE for another number. Not a new handle: nothing to close. SDK:
 * GetStdHandle.
 */
WINBASEAPI HANDLE WINAPI GetStdHandle(DWORD nStdHandle);

/* Replaces a standard handle; the value is stored unchecked. SDK: SetStdHandle. */
WINBASEAPI BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle);

/* The whole command line as one string, which belongs to the process. SDK: GetCommandLineW. */
WINBASEAPI LPSTR WINAPI GetCommandLineA(void);
WINBASEAPI LPWSTR WINAPI GetCommandLineW(void);
#ifdef UNICODE
#define GetCommandLine GetCommandLineW
#else
#define GetCommandLine GetCommandLineA
#endif

/*
 * Copies a variable; sizes are in characters. Returns the length without the end, or the size
 * needed with it when the buffer is too small, or 0 with ERROR_ENVVAR_NOT_FOUND. SDK:
 * GetEnvironmentVariableW.
 */
WINBASEAPI DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize);
WINBASEAPI DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize);
#ifdef UNICODE
#define GetEnvironmentVariable GetEnvironmentVariableW
#else
#define GetEnvironmentVariable GetEnvironmentVariableA
#endif

/*
 * Sets a variable of this process, or removes it when the value is NULL. SDK:
 * SetEnvironmentVariableW.
 */
WINBASEAPI BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue);
WINBASEAPI BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue);
#ifdef UNICODE
#define SetEnvironmentVariable SetEnvironmentVariableW
#else
#define SetEnvironmentVariable SetEnvironmentVariableA
#endif

/*
 * A copy of the environment: strings "name=value", each ended by 0, and one more 0 after the last.
 * The caller gives it back with FreeEnvironmentStrings. The plain name is the 8-bit form, unless
 * UNICODE is defined. SDK: GetEnvironmentStringsW.
 */
WINBASEAPI LPCH WINAPI GetEnvironmentStringsA(void);
WINBASEAPI LPWCH WINAPI GetEnvironmentStringsW(void);
#ifdef UNICODE
#define GetEnvironmentStrings GetEnvironmentStringsW
#else
#define GetEnvironmentStrings GetEnvironmentStringsA
#endif

/* Gives back what GetEnvironmentStrings returned. SDK: FreeEnvironmentStringsW. */
WINBASEAPI BOOL WINAPI FreeEnvironmentStringsA(LPCH penv);
WINBASEAPI BOOL WINAPI FreeEnvironmentStringsW(LPWCH penv);
#ifdef UNICODE
#define FreeEnvironmentStrings FreeEnvironmentStringsW
#else
#define FreeEnvironmentStrings FreeEnvironmentStringsA
#endif

/*
 * Copies the path of the current folder; sizes are in characters. Returns as GetEnvironmentVariable
 * does. SDK: GetCurrentDirectoryW.
 */
WINBASEAPI DWORD WINAPI GetCurrentDirectoryA(DWORD nBufferLength, LPSTR lpBuffer);
WINBASEAPI DWORD WINAPI GetCurrentDirectoryW(DWORD nBufferLength, LPWSTR lpBuffer);
#ifdef UNICODE
#define GetCurrentDirectory GetCurrentDirectoryW
#else
#define GetCurrentDirectory GetCurrentDirectoryA
#endif

/* Changes the current folder of the process. SDK: SetCurrentDirectoryW. */
WINBASEAPI BOOL WINAPI SetCurrentDirectoryA(LPCSTR lpPathName);
WINBASEAPI BOOL WINAPI SetCurrentDirectoryW(LPCWSTR lpPathName);
#ifdef UNICODE
#define SetCurrentDirectory SetCurrentDirectoryW
#else
#define SetCurrentDirectory SetCurrentDirectoryA
#endif

#ifdef __cplusplus
}
#endif

#endif
