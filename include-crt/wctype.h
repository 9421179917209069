/* SPDX-License-Identifier: MIT */
/* wctype.h for 16-bit characters: classes and cases of Unicode, whatever the locale. */
#ifndef TRANSOM_CRT_WCTYPE_H
#define TRANSOM_CRT_WCTYPE_H

#define iswalpha  __transom_libc_iswalpha
#define iswalnum  __transom_libc_iswalnum
#define iswblank  __transom_libc_iswblank
#define iswcntrl  __transom_libc_iswcntrl
#define iswdigit  __transom_libc_iswdigit
#define iswgraph  __transom_libc_iswgraph
#define iswlower  __transom_libc_iswlower
#define iswprint  __transom_libc_iswprint
#define iswpunct  __transom_libc_iswpunct
#define iswspace  __transom_libc_iswspace
#define iswupper  __transom_libc_iswupper
#define iswxdigit __transom_libc_iswxdigit
#define towlower  __transom_libc_towlower
#define towupper  __transom_libc_towupper
#include_next <wctype.h>
#undef iswalpha
#undef iswalnum
#undef iswblank
#undef iswcntrl
#undef iswdigit
#undef iswgraph
#undef iswlower
#undef iswprint
#undef iswpunct
#undef iswspace
#undef iswupper
#undef iswxdigit
#undef towlower
#undef towupper

#include <transom_crt.h>

__TRANSOM_CRT_BEGIN

int iswalpha(wint_t c) __TRANSOM_LIBC(iswalpha);
int iswalnum(wint_t c) __TRANSOM_LIBC(iswalnum);
int iswblank(wint_t c) __TRANSOM_LIBC(iswblank);
int iswcntrl(wint_t c) __TRANSOM_LIBC(iswcntrl);
int iswdigit(wint_t c) __TRANSOM_LIBC(iswdigit);
int iswgraph(wint_t c) __TRANSOM_LIBC(iswgraph);
int iswlower(wint_t c) __TRANSOM_LIBC(iswlower);
int iswprint(wint_t c) __TRANSOM_LIBC(iswprint);
int iswpunct(wint_t c) __TRANSOM_LIBC(iswpunct);
int iswspace(wint_t c) __TRANSOM_LIBC(iswspace);
int iswupper(wint_t c) __TRANSOM_LIBC(iswupper);
int iswxdigit(wint_t c) __TRANSOM_LIBC(iswxdigit);
wint_t towlower(wint_t c) __TRANSOM_LIBC(towlower);
wint_t towupper(wint_t c) __TRANSOM_LIBC(towupper);

__TRANSOM_CRT_END

#endif
