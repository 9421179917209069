/* SPDX-License-Identifier: MIT */
/* The program file. */
#ifndef TRANSOM_LIBLOADERAPI_H
#define TRANSOM_LIBLOADERAPI_H

#include <minwindef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Copies the path of a module, NULL for the program itself; sizes are in characters. Returns the
 * length; a path that does not fit is cut and the result is the size, with
 * ERROR_INSUFFICIENT_BUFFER. SDK: GetModuleFileNameW.
 */
WINBASEAPI DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize);
WINBASEAPI DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize);
#ifdef UNICODE
#define GetModuleFileName GetModuleFileNameW
#else
#define GetModuleFileName GetModuleFileNameA
#endif

#ifdef __cplusplus
}
#endif

#endif
