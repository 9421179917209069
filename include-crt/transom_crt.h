/* SPDX-License-Identifier: MIT */
/*
 * Shared by the kit's headers. Programs do not include it.
 *
 * Names that the system's C library has as well (printf, wcslen) are declared with the symbol of
 * libtransom-crt, so that the library itself never stands in the way of the system's. While the
 * system's header is read, such a name is a macro for another one.
 *
 * Where wchar_t has 32 bits (--native-wchar) the standard wide functions stay the system's, and the
 * 16-bit ones are reached through the names of tchar.h and through transom_crt_<name>.
 */
#ifndef TRANSOM_CRT_H
#define TRANSOM_CRT_H

#include <stdarg.h>
#include <stddef.h>

#if defined(__cplusplus) && __SIZEOF_WCHAR_T__ == 2
typedef wchar_t __transom_wchar;
#elif defined(__cplusplus)
typedef char16_t __transom_wchar;
#else
typedef unsigned short __transom_wchar;
#endif

#define __TRANSOM_LIBC(name) __asm__("transom_crt_" #name)
#if __SIZEOF_WCHAR_T__ == 2
#define __TRANSOM_WIDE(name)      name
#define __TRANSOM_WIDE_LIBC(name) __asm__("transom_crt_" #name)
#else
#define __TRANSOM_WIDE(name) transom_crt_##name
#define __TRANSOM_WIDE_LIBC(name)
#endif

#ifdef __cplusplus
#define __TRANSOM_CRT_BEGIN                            \
    _Pragma("GCC visibility push(default)") extern "C" \
    {
#define __TRANSOM_CRT_END \
    }                     \
    _Pragma("GCC visibility pop")
#else
#define __TRANSOM_CRT_BEGIN _Pragma("GCC visibility push(default)")
#define __TRANSOM_CRT_END   _Pragma("GCC visibility pop")
#endif

/* Words of the dialect, for sources that include no header of the SDK. */
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __stdcall
#define __stdcall
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef __int64
#define __int64 long long
#endif
#ifndef __int32
#define __int32 int
#endif
#ifndef __int16
#define __int16 short
#endif
#ifndef __int8
#define __int8 char
#endif
#ifndef _CRTIMP
#define _CRTIMP
#endif

/*
 * i64 and ui64 behind a number. Clang knows them; for gcc they can be said in C++ only: in C the
 * suffixes are LL and ULL.
 */
#if defined(__cplusplus) && __cplusplus >= 201103L && !defined(__clang__)
extern "C++" {
constexpr long long operator"" i64(unsigned long long n)
{
    return static_cast<long long>(n);
}
constexpr long long operator"" I64(unsigned long long n)
{
    return static_cast<long long>(n);
}
constexpr unsigned long long operator"" ui64(unsigned long long n)
{
    return n;
}
constexpr unsigned long long operator"" UI64(unsigned long long n)
{
    return n;
}
}
#endif

typedef int errno_t;
typedef size_t rsize_t;

#ifndef _TRUNCATE
#define _TRUNCATE ((size_t)-1)
#endif

#ifndef _countof
#ifdef __cplusplus
extern "C++" {
template <typename T, size_t N> char (*__transom_countof(T (&)[N]))[N];
}
#define _countof(array) (sizeof(*__transom_countof(array)))
#else
#define _countof(array) (sizeof(array) / sizeof((array)[0]))
#endif
#endif

#endif
