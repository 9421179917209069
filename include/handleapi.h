/* SPDX-License-Identifier: MIT */
/* Handles: closing, copying and their inheritance flag. */
#ifndef TRANSOM_HANDLEAPI_H
#define TRANSOM_HANDLEAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)

/* Flags of a handle: goes to child processes under the same value; CloseHandle refuses it. */
#define HANDLE_FLAG_INHERIT            0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002

/*
 * Gives a handle up; the object goes with its last handle. FALSE with ERROR_INVALID_HANDLE for a
 * value that is no handle any more. SDK: CloseHandle.
 */
WINBASEAPI BOOL WINAPI CloseHandle(HANDLE hObject);

/*
 * Makes a second handle to the same object, in the same process or in another one of the same user:
 * events, mutexes, semaphores, timers, files and anonymous pipes can go there, others are
 * ERROR_NOT_SUPPORTED. DUPLICATE_SAME_ACCESS ignores the access asked for;
 * DUPLICATE_CLOSE_SOURCE closes the source even when the call fails. The caller closes the result.
 * SDK: DuplicateHandle.
 */
WINBASEAPI BOOL WINAPI DuplicateHandle(HANDLE hSourceProcessHandle, HANDLE hSourceHandle,
                                       HANDLE hTargetProcessHandle, LPHANDLE lpTargetHandle,
                                       DWORD dwDesiredAccess, BOOL bInheritHandle, DWORD dwOptions);

/* Reads the HANDLE_FLAG_ bits of a handle. SDK: GetHandleInformation. */
WINBASEAPI BOOL WINAPI GetHandleInformation(HANDLE hObject, LPDWORD lpdwFlags);

/* Sets those HANDLE_FLAG_ bits that the mask names. SDK: SetHandleInformation. */
WINBASEAPI BOOL WINAPI SetHandleInformation(HANDLE hObject, DWORD dwMask, DWORD dwFlags);

/* TRUE when both handles lead to the same object. SDK: CompareObjectHandles. */
WINBASEAPI BOOL WINAPI CompareObjectHandles(HANDLE hFirstObjectHandle, HANDLE hSecondObjectHandle);

#ifdef __cplusplus
}
#endif

#endif
