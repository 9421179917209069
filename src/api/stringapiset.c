/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <limits.h>
#include <string.h>

#include "base/utf.h"

static int fail(DWORD error)
{
    tsm_set_last_error(error);
    return 0;
}

/* Every code page is UTF-8 here: CP_ACP, CP_OEMCP, CP_THREAD_ACP and CP_UTF8. */
static bool is_known_page(UINT page)
{
    return page == CP_ACP || page == CP_OEMCP || page == CP_THREAD_ACP || page == CP_UTF8;
}

int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCCH lpMultiByteStr, int cbMultiByte,
                               LPWSTR lpWideCharStr, int cchWideChar)
{
    bool had_error;
    size_t length, used;

    if (!is_known_page(CodePage) || !lpMultiByteStr || cbMultiByte == 0 || cchWideChar < 0 ||
        (cchWideChar && !lpWideCharStr) || (const void *)lpMultiByteStr == lpWideCharStr)
        return fail(ERROR_INVALID_PARAMETER);
    length = cbMultiByte < 0 ? strlen(lpMultiByteStr) + 1 : (size_t)cbMultiByte;
    used = tsm_utf16_from_utf8(lpMultiByteStr, length, (char16_t *)lpWideCharStr,
                               (size_t)cchWideChar, &had_error);
    if (had_error && (dwFlags & MB_ERR_INVALID_CHARS))
        return fail(ERROR_NO_UNICODE_TRANSLATION);
    if (used > INT_MAX || (cchWideChar && used > (size_t)cchWideChar))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return (int)used;
}

int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWCH lpWideCharStr, int cchWideChar,
                               LPSTR lpMultiByteStr, int cbMultiByte, LPCCH lpDefaultChar,
                               LPBOOL lpUsedDefaultChar)
{
    bool had_error;
    size_t length, used;

    if (!is_known_page(CodePage) || !lpWideCharStr || cchWideChar == 0 || cbMultiByte < 0 ||
        (cbMultiByte && !lpMultiByteStr) || (const void *)lpMultiByteStr == lpWideCharStr)
        return fail(ERROR_INVALID_PARAMETER);
    /* Windows: UTF-8 can say everything and has no default character. */
    if (CodePage == CP_UTF8 && (lpDefaultChar || lpUsedDefaultChar))
        return fail(ERROR_INVALID_PARAMETER);
    length = cchWideChar < 0 ? tsm_utf16_length((const char16_t *)lpWideCharStr) + 1
                             : (size_t)cchWideChar;
    used = tsm_utf8_from_utf16((const char16_t *)lpWideCharStr, length, lpMultiByteStr,
                               (size_t)cbMultiByte, &had_error);
    if (had_error && (dwFlags & WC_ERR_INVALID_CHARS))
        return fail(ERROR_NO_UNICODE_TRANSLATION);
    if (used > INT_MAX || (cbMultiByte && used > (size_t)cbMultiByte))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (lpUsedDefaultChar)
        *lpUsedDefaultChar = had_error;
    return (int)used;
}
