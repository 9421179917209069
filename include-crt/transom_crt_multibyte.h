/* SPDX-License-Identifier: MIT */
/*
 * The four functions of stdlib.h that know wchar_t. They are declared before the system's header
 * is read, by way of stdlib.h or of C++'s cstdlib: what is said first, stands.
 */
#ifndef TRANSOM_CRT_MULTIBYTE_H
#define TRANSOM_CRT_MULTIBYTE_H

#include <transom_crt.h>

#if __SIZEOF_WCHAR_T__ == 2
#if defined(__cplusplus) && __cplusplus >= 201103L
#define __TRANSOM_NOTHROW noexcept(true)
#elif defined(__cplusplus)
#define __TRANSOM_NOTHROW throw()
#else
#define __TRANSOM_NOTHROW
#endif

__TRANSOM_CRT_BEGIN

int mbtowc(wchar_t *c, const char *s, size_t n) __TRANSOM_NOTHROW __TRANSOM_LIBC(mbtowc);
int wctomb(char *s, wchar_t c) __TRANSOM_NOTHROW __TRANSOM_LIBC(wctomb);
size_t mbstowcs(wchar_t *to, const char *from, size_t n) __TRANSOM_NOTHROW __TRANSOM_LIBC(mbstowcs);
size_t wcstombs(char *to, const wchar_t *from, size_t n) __TRANSOM_NOTHROW __TRANSOM_LIBC(wcstombs);

__TRANSOM_CRT_END

#undef __TRANSOM_NOTHROW
#endif

#endif
