/* SPDX-License-Identifier: MIT */
/* Conversion between UTF-16 and UTF-8. */
#ifndef TRANSOM_STRINGAPISET_H
#define TRANSOM_STRINGAPISET_H

#include <minwindef.h>
#include <winnls.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * UTF-8 to UTF-16. Sizes are in units of each side; -1 means a source up to its 0, which is then
 * converted too. A target of size 0 only counts. Returns units written, 0 on failure:
 * ERROR_INSUFFICIENT_BUFFER, ERROR_NO_UNICODE_TRANSLATION with MB_ERR_INVALID_CHARS. SDK:
 * MultiByteToWideChar.
 */
WINBASEAPI int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCCH lpMultiByteStr,
                                          int cbMultiByte, LPWSTR lpWideCharStr, int cchWideChar);

/*
 * UTF-16 to UTF-8, with the same rules; the default character and its flag must be NULL. SDK:
 * WideCharToMultiByte.
 */
WINBASEAPI int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWCH lpWideCharStr,
                                          int cchWideChar, LPSTR lpMultiByteStr, int cbMultiByte,
                                          LPCCH lpDefaultChar, LPBOOL lpUsedDefaultChar);

#ifdef __cplusplus
}
#endif

#endif
