/* SPDX-License-Identifier: MIT */
/*
 * Copying and formatting into buffers of known size. Cch counts characters, Cb bytes; the result is
 * always ended. All return S_OK, STRSAFE_E_INSUFFICIENT_BUFFER (the text was cut) or
 * STRSAFE_E_INVALID_PARAMETER.
 */
#ifndef TRANSOM_CRT_STRSAFE_H
#define TRANSOM_CRT_STRSAFE_H

#include <stdio.h>
#include <string.h>

#include <winnt.h>
#include <winerror.h>

#define STRSAFE_MAX_CCH               2147483647
#define STRSAFE_MAX_LENGTH            (STRSAFE_MAX_CCH - 1)
#define STRSAFE_E_INSUFFICIENT_BUFFER ((HRESULT)0x8007007A)
#define STRSAFE_E_INVALID_PARAMETER   ((HRESULT)0x80070057)
#define STRSAFE_E_END_OF_FILE         ((HRESULT)0x80070026)

#define STRSAFE_IGNORE_NULLS     0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_ON_FAILURE  0x00000400
#define STRSAFE_NULL_ON_FAILURE  0x00000800
#define STRSAFE_NO_TRUNCATION    0x00001000

typedef char *STRSAFE_LPSTR;
typedef const char *STRSAFE_LPCSTR;
typedef WCHAR *STRSAFE_LPWSTR;
typedef const WCHAR *STRSAFE_LPCWSTR;

__TRANSOM_CRT_BEGIN

/* Copies a text. */
HRESULT StringCchCopyA(char *to, size_t size, const char *from);
HRESULT StringCchCopyW(WCHAR *to, size_t size, const WCHAR *from);
HRESULT StringCbCopyA(char *to, size_t bytes, const char *from);
HRESULT StringCbCopyW(WCHAR *to, size_t bytes, const WCHAR *from);

/* Copies at most so many characters (bytes) of a text. */
HRESULT StringCchCopyNA(char *to, size_t size, const char *from, size_t count);
HRESULT StringCchCopyNW(WCHAR *to, size_t size, const WCHAR *from, size_t count);
HRESULT StringCbCopyNA(char *to, size_t bytes, const char *from, size_t count);
HRESULT StringCbCopyNW(WCHAR *to, size_t bytes, const WCHAR *from, size_t count);

/* Appends a text. */
HRESULT StringCchCatA(char *to, size_t size, const char *from);
HRESULT StringCchCatW(WCHAR *to, size_t size, const WCHAR *from);
HRESULT StringCbCatA(char *to, size_t bytes, const char *from);
HRESULT StringCbCatW(WCHAR *to, size_t bytes, const WCHAR *from);

/* Appends at most so many characters (bytes) of a text. */
HRESULT StringCchCatNA(char *to, size_t size, const char *from, size_t count);
HRESULT StringCchCatNW(WCHAR *to, size_t size, const WCHAR *from, size_t count);
HRESULT StringCbCatNA(char *to, size_t bytes, const char *from, size_t count);
HRESULT StringCbCatNW(WCHAR *to, size_t bytes, const WCHAR *from, size_t count);

/* Formats a text; the formats are those of printf. */
HRESULT StringCchPrintfA(char *to, size_t size, const char *format, ...);
HRESULT StringCchPrintfW(WCHAR *to, size_t size, const WCHAR *format, ...);
HRESULT StringCbPrintfA(char *to, size_t bytes, const char *format, ...);
HRESULT StringCbPrintfW(WCHAR *to, size_t bytes, const WCHAR *format, ...);

/* The same with the arguments in a va_list. */
HRESULT StringCchVPrintfA(char *to, size_t size, const char *format, va_list args);
HRESULT StringCchVPrintfW(WCHAR *to, size_t size, const WCHAR *format, va_list args);
HRESULT StringCbVPrintfA(char *to, size_t bytes, const char *format, va_list args);
HRESULT StringCbVPrintfW(WCHAR *to, size_t bytes, const WCHAR *format, va_list args);

/* The length of a text that ends within so many characters (bytes); 0 on failure. */
HRESULT StringCchLengthA(const char *text, size_t size, size_t *length);
HRESULT StringCchLengthW(const WCHAR *text, size_t size, size_t *length);
HRESULT StringCbLengthA(const char *text, size_t bytes, size_t *length);
HRESULT StringCbLengthW(const WCHAR *text, size_t bytes, size_t *length);

/* Reads a line of standard input, without its end. */
HRESULT StringCchGetsA(char *to, size_t size);
HRESULT StringCchGetsW(WCHAR *to, size_t size);
HRESULT StringCbGetsA(char *to, size_t bytes);
HRESULT StringCbGetsW(WCHAR *to, size_t bytes);

/* Copies; also says where the text ends and what is left. Flags are STRSAFE_ words. */
HRESULT StringCchCopyExA(char *to, size_t size, const char *from, char **end, size_t *left,
                         DWORD flags);
HRESULT StringCchCopyExW(WCHAR *to, size_t size, const WCHAR *from, WCHAR **end, size_t *left,
                         DWORD flags);
HRESULT StringCbCopyExA(char *to, size_t bytes, const char *from, char **end, size_t *left,
                        DWORD flags);
HRESULT StringCbCopyExW(WCHAR *to, size_t bytes, const WCHAR *from, WCHAR **end, size_t *left,
                        DWORD flags);

/* Appends, in the same way. */
HRESULT StringCchCatExA(char *to, size_t size, const char *from, char **end, size_t *left,
                        DWORD flags);
HRESULT StringCchCatExW(WCHAR *to, size_t size, const WCHAR *from, WCHAR **end, size_t *left,
                        DWORD flags);
HRESULT StringCbCatExA(char *to, size_t bytes, const char *from, char **end, size_t *left,
                       DWORD flags);
HRESULT StringCbCatExW(WCHAR *to, size_t bytes, const WCHAR *from, WCHAR **end, size_t *left,
                       DWORD flags);

/* Formats, in the same way. */
HRESULT StringCchPrintfExA(char *to, size_t size, char **end, size_t *left, DWORD flags,
                           const char *format, ...);
HRESULT StringCchPrintfExW(WCHAR *to, size_t size, WCHAR **end, size_t *left, DWORD flags,
                           const WCHAR *format, ...);
HRESULT StringCbPrintfExA(char *to, size_t bytes, char **end, size_t *left, DWORD flags,
                          const char *format, ...);
HRESULT StringCbPrintfExW(WCHAR *to, size_t bytes, WCHAR **end, size_t *left, DWORD flags,
                          const WCHAR *format, ...);

/* The same with the arguments in a va_list. */
HRESULT StringCchVPrintfExA(char *to, size_t size, char **end, size_t *left, DWORD flags,
                            const char *format, va_list args);
HRESULT StringCchVPrintfExW(WCHAR *to, size_t size, WCHAR **end, size_t *left, DWORD flags,
                            const WCHAR *format, va_list args);
HRESULT StringCbVPrintfExA(char *to, size_t bytes, char **end, size_t *left, DWORD flags,
                           const char *format, va_list args);
HRESULT StringCbVPrintfExW(WCHAR *to, size_t bytes, WCHAR **end, size_t *left, DWORD flags,
                           const WCHAR *format, va_list args);

__TRANSOM_CRT_END

#ifdef UNICODE
#define StringCchCopy      StringCchCopyW
#define StringCbCopy       StringCbCopyW
#define StringCchCopyN     StringCchCopyNW
#define StringCbCopyN      StringCbCopyNW
#define StringCchCat       StringCchCatW
#define StringCbCat        StringCbCatW
#define StringCchCatN      StringCchCatNW
#define StringCbCatN       StringCbCatNW
#define StringCchPrintf    StringCchPrintfW
#define StringCbPrintf     StringCbPrintfW
#define StringCchVPrintf   StringCchVPrintfW
#define StringCbVPrintf    StringCbVPrintfW
#define StringCchLength    StringCchLengthW
#define StringCbLength     StringCbLengthW
#define StringCchGets      StringCchGetsW
#define StringCbGets       StringCbGetsW
#define StringCchCopyEx    StringCchCopyExW
#define StringCbCopyEx     StringCbCopyExW
#define StringCchCatEx     StringCchCatExW
#define StringCbCatEx      StringCbCatExW
#define StringCchPrintfEx  StringCchPrintfExW
#define StringCbPrintfEx   StringCbPrintfExW
#define StringCchVPrintfEx StringCchVPrintfExW
#define StringCbVPrintfEx  StringCbVPrintfExW
#else
#define StringCchCopy      StringCchCopyA
#define StringCbCopy       StringCbCopyA
#define StringCchCopyN     StringCchCopyNA
#define StringCbCopyN      StringCbCopyNA
#define StringCchCat       StringCchCatA
#define StringCbCat        StringCbCatA
#define StringCchCatN      StringCchCatNA
#define StringCbCatN       StringCbCatNA
#define StringCchPrintf    StringCchPrintfA
#define StringCbPrintf     StringCbPrintfA
#define StringCchVPrintf   StringCchVPrintfA
#define StringCbVPrintf    StringCbVPrintfA
#define StringCchLength    StringCchLengthA
#define StringCbLength     StringCbLengthA
#define StringCchGets      StringCchGetsA
#define StringCbGets       StringCbGetsA
#define StringCchCopyEx    StringCchCopyExA
#define StringCbCopyEx     StringCbCopyExA
#define StringCchCatEx     StringCchCatExA
#define StringCbCatEx      StringCbCatExA
#define StringCchPrintfEx  StringCchPrintfExA
#define StringCbPrintfEx   StringCbPrintfExA
#define StringCchVPrintfEx StringCchVPrintfExA
#define StringCbVPrintfEx  StringCbVPrintfExA
#endif

#endif
