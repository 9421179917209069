/* SPDX-License-Identifier: MIT */
/*
 * CharUpper, CharLower, CharNext, CharPrev
 *
 * Windows: case is that of single 16-bit units, and no letter changes its length. An argument below
 *          64 KiB is no string but one character. The narrow forms take UTF-8 here; a letter whose
 *          counterpart has more or fewer bytes stays as it is.
 */
#include <winuser.h>

#include <string.h>
#include <wctype.h>

#include "crt/utf.h"

#define FIRST_ADDRESS 0x10000u

enum to_case { TO_UPPER, TO_LOWER };

static WCHAR convert(WCHAR unit, enum to_case which)
{
    return (WCHAR)(which == TO_UPPER ? towupper(unit) : towlower(unit));
}

static void convert_wide(WCHAR *text, size_t length, enum to_case which)
{
    for (size_t i = 0; i < length; i++)
        text[i] = convert(text[i], which);
}

static void convert_narrow(char *text, size_t length, enum to_case which)
{
    size_t used;

    for (size_t i = 0; i < length; i += used) {
        uint32_t code = tsm_crt_utf_decode8(text + i, length - i, &used);
        char made[4];

        if (code <= 0xFFFF && tsm_crt_utf_encode8(convert((WCHAR)code, which), made) == used)
            memcpy(text + i, made, used);
    }
}

/* A single character, in the place of a pointer. */
static uintptr_t convert_single(uintptr_t character, enum to_case which)
{
    return convert((WCHAR)character, which);
}

static LPWSTR change_wide(LPWSTR text, enum to_case which)
{
    if ((uintptr_t)text < FIRST_ADDRESS)
        return (LPWSTR)convert_single((uintptr_t)text, which);
    convert_wide(text, tsm_crt_utf_length16(text), which);
    return text;
}

/* A single narrow character is one byte. */
static LPSTR change_narrow(LPSTR text, enum to_case which)
{
    if ((uintptr_t)text >= 0x80 && (uintptr_t)text < FIRST_ADDRESS)
        return text;
    if ((uintptr_t)text < 0x80)
        return (LPSTR)convert_single((uintptr_t)text, which);
    convert_narrow(text, strlen(text), which);
    return text;
}

LPWSTR CharUpperW(LPWSTR lpsz)
{
    return change_wide(lpsz, TO_UPPER);
}

LPSTR CharUpperA(LPSTR lpsz)
{
    return change_narrow(lpsz, TO_UPPER);
}

LPWSTR CharLowerW(LPWSTR lpsz)
{
    return change_wide(lpsz, TO_LOWER);
}

LPSTR CharLowerA(LPSTR lpsz)
{
    return change_narrow(lpsz, TO_LOWER);
}

DWORD CharUpperBuffW(LPWSTR lpsz, DWORD cchLength)
{
    convert_wide(lpsz, cchLength, TO_UPPER);
    return cchLength;
}

DWORD CharUpperBuffA(LPSTR lpsz, DWORD cchLength)
{
    convert_narrow(lpsz, cchLength, TO_UPPER);
    return cchLength;
}

DWORD CharLowerBuffW(LPWSTR lpsz, DWORD cchLength)
{
    convert_wide(lpsz, cchLength, TO_LOWER);
    return cchLength;
}

DWORD CharLowerBuffA(LPSTR lpsz, DWORD cchLength)
{
    convert_narrow(lpsz, cchLength, TO_LOWER);
    return cchLength;
}

LPWSTR CharNextW(LPCWSTR lpsz)
{
    return (LPWSTR)(*lpsz ? lpsz + 1 : lpsz);
}

LPSTR CharNextA(LPCSTR lpsz)
{
    size_t used = 0;

    if (*lpsz)
        tsm_crt_utf_decode8(lpsz, strlen(lpsz), &used);
    return (LPSTR)(lpsz + used);
}

LPWSTR CharPrevW(LPCWSTR lpszStart, LPCWSTR lpszCurrent)
{
    return (LPWSTR)(lpszCurrent > lpszStart ? lpszCurrent - 1 : lpszStart);
}

LPSTR CharPrevA(LPCSTR lpszStart, LPCSTR lpszCurrent)
{
    LPCSTR at = lpszStart;

    while (*at && CharNextA(at) < lpszCurrent)
        at = CharNextA(at);
    return (LPSTR)at;
}
