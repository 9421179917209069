/* SPDX-License-Identifier: MIT */
/*
 * wchar.h for 16-bit characters: strings of UTF-16, files of UTF-8. Streams have no orientation;
 * narrow and wide calls may be mixed on one FILE.
 */
#ifndef TRANSOM_CRT_WCHAR_H
#define TRANSOM_CRT_WCHAR_H

#include <transom_crt.h>
#include <stdio.h>
#include <wctype.h>

#if __SIZEOF_WCHAR_T__ == 2
#define wcslen      __transom_libc_wcslen
#define wcsnlen     __transom_libc_wcsnlen
#define wcscpy      __transom_libc_wcscpy
#define wcsncpy     __transom_libc_wcsncpy
#define wcscat      __transom_libc_wcscat
#define wcsncat     __transom_libc_wcsncat
#define wcscmp      __transom_libc_wcscmp
#define wcsncmp     __transom_libc_wcsncmp
#define wcscasecmp  __transom_libc_wcscasecmp
#define wcsncasecmp __transom_libc_wcsncasecmp
#define wcscoll     __transom_libc_wcscoll
#define wcsxfrm     __transom_libc_wcsxfrm
#define wcschr      __transom_libc_wcschr
#define wcsrchr     __transom_libc_wcsrchr
#define wcsstr      __transom_libc_wcsstr
#define wcspbrk     __transom_libc_wcspbrk
#define wcsspn      __transom_libc_wcsspn
#define wcscspn     __transom_libc_wcscspn
#define wcstok      __transom_libc_wcstok
#define wcsdup      __transom_libc_wcsdup
#define wmemcpy     __transom_libc_wmemcpy
#define wmemmove    __transom_libc_wmemmove
#define wmemset     __transom_libc_wmemset
#define wmemcmp     __transom_libc_wmemcmp
#define wmemchr     __transom_libc_wmemchr
#define wcstol      __transom_libc_wcstol
#define wcstoul     __transom_libc_wcstoul
#define wcstoll     __transom_libc_wcstoll
#define wcstoull    __transom_libc_wcstoull
#define wcstod      __transom_libc_wcstod
#define wcstof      __transom_libc_wcstof
#define wcstold     __transom_libc_wcstold
#define mbrtowc     __transom_libc_mbrtowc
#define wcrtomb     __transom_libc_wcrtomb
#define mbsrtowcs   __transom_libc_mbsrtowcs
#define wcsrtombs   __transom_libc_wcsrtombs
#define mbsnrtowcs  __transom_libc_mbsnrtowcs
#define wcsnrtombs  __transom_libc_wcsnrtombs
#define fwide       __transom_libc_fwide
#define fgetwc      __transom_libc_fgetwc
#define getwc       __transom_libc_getwc
#define getwchar    __transom_libc_getwchar
#define fputwc      __transom_libc_fputwc
#define putwc       __transom_libc_putwc
#define putwchar    __transom_libc_putwchar
#define fgetws      __transom_libc_fgetws
#define fputws      __transom_libc_fputws
#define ungetwc     __transom_libc_ungetwc
#define wprintf     __transom_libc_wprintf
#define fwprintf    __transom_libc_fwprintf
#define swprintf    __transom_libc_swprintf
#define vwprintf    __transom_libc_vwprintf
#define vfwprintf   __transom_libc_vfwprintf
#define vswprintf   __transom_libc_vswprintf
#define wscanf      __transom_libc_wscanf
#define fwscanf     __transom_libc_fwscanf
#define swscanf     __transom_libc_swscanf
#define vwscanf     __transom_libc_vwscanf
#define vfwscanf    __transom_libc_vfwscanf
#define vswscanf    __transom_libc_vswscanf
#define wcsftime    __transom_libc_wcsftime
/* GNU functions that are not in Microsoft's library: better unknown than wrong. */
#define wcpcpy          __transom_libc_wcpcpy
#define wcpncpy         __transom_libc_wcpncpy
#define wmempcpy        __transom_libc_wmempcpy
#define wcschrnul       __transom_libc_wcschrnul
#define wcswidth        __transom_libc_wcswidth
#define open_wmemstream __transom_libc_open_wmemstream
#endif
#include_next <wchar.h>
#if __SIZEOF_WCHAR_T__ == 2
#undef wcslen
#undef wcsnlen
#undef wcscpy
#undef wcsncpy
#undef wcscat
#undef wcsncat
#undef wcscmp
#undef wcsncmp
#undef wcscasecmp
#undef wcsncasecmp
#undef wcscoll
#undef wcsxfrm
#undef wcschr
#undef wcsrchr
#undef wcsstr
#undef wcspbrk
#undef wcsspn
#undef wcscspn
#undef wcstok
#undef wcsdup
#undef wmemcpy
#undef wmemmove
#undef wmemset
#undef wmemcmp
#undef wmemchr
#undef wcstol
#undef wcstoul
#undef wcstoll
#undef wcstoull
#undef wcstod
#undef wcstof
#undef wcstold
#undef mbrtowc
#undef wcrtomb
#undef mbsrtowcs
#undef wcsrtombs
#undef mbsnrtowcs
#undef wcsnrtombs
#undef fwide
#undef fgetwc
#undef getwc
#undef getwchar
#undef fputwc
#undef putwc
#undef putwchar
#undef fgetws
#undef fputws
#undef ungetwc
#undef wprintf
#undef fwprintf
#undef swprintf
#undef vwprintf
#undef vfwprintf
#undef vswprintf
#undef wscanf
#undef fwscanf
#undef swscanf
#undef vwscanf
#undef vfwscanf
#undef vswscanf
#undef wcsftime
#undef wcpcpy
#undef wcpncpy
#undef wmempcpy
#undef wcschrnul
#undef wcswidth
#undef open_wmemstream
/* A character that can be kept in a wchar_t, as programs do. */
#undef WEOF
#define WEOF ((wint_t)0xFFFF)
#endif

struct tm;

__TRANSOM_CRT_BEGIN

/* Strings. */
size_t __TRANSOM_WIDE(wcslen)(const __transom_wchar *s) __TRANSOM_WIDE_LIBC(wcslen);
size_t __TRANSOM_WIDE(wcsnlen)(const __transom_wchar *s, size_t limit) __TRANSOM_WIDE_LIBC(wcsnlen);
__transom_wchar *__TRANSOM_WIDE(wcscpy)(__transom_wchar *to, const __transom_wchar *from)
    __TRANSOM_WIDE_LIBC(wcscpy);
__transom_wchar *__TRANSOM_WIDE(wcsncpy)(__transom_wchar *to, const __transom_wchar *from, size_t n)
    __TRANSOM_WIDE_LIBC(wcsncpy);
__transom_wchar *__TRANSOM_WIDE(wcscat)(__transom_wchar *to, const __transom_wchar *from)
    __TRANSOM_WIDE_LIBC(wcscat);
__transom_wchar *__TRANSOM_WIDE(wcsncat)(__transom_wchar *to, const __transom_wchar *from, size_t n)
    __TRANSOM_WIDE_LIBC(wcsncat);
int __TRANSOM_WIDE(wcscmp)(const __transom_wchar *a, const __transom_wchar *b)
    __TRANSOM_WIDE_LIBC(wcscmp);
int __TRANSOM_WIDE(wcsncmp)(const __transom_wchar *a, const __transom_wchar *b, size_t n)
    __TRANSOM_WIDE_LIBC(wcsncmp);
int __TRANSOM_WIDE(wcscoll)(const __transom_wchar *a, const __transom_wchar *b)
    __TRANSOM_WIDE_LIBC(wcscoll);
size_t __TRANSOM_WIDE(wcsxfrm)(__transom_wchar *to, const __transom_wchar *from, size_t n)
    __TRANSOM_WIDE_LIBC(wcsxfrm);
size_t __TRANSOM_WIDE(wcsspn)(const __transom_wchar *s, const __transom_wchar *set)
    __TRANSOM_WIDE_LIBC(wcsspn);
size_t __TRANSOM_WIDE(wcscspn)(const __transom_wchar *s, const __transom_wchar *set)
    __TRANSOM_WIDE_LIBC(wcscspn);
__transom_wchar *__TRANSOM_WIDE(wcstok)(__transom_wchar *s, const __transom_wchar *set,
                                        __transom_wchar **state) __TRANSOM_WIDE_LIBC(wcstok);
__transom_wchar *__TRANSOM_WIDE(wmemcpy)(__transom_wchar *to, const __transom_wchar *from, size_t n)
    __TRANSOM_WIDE_LIBC(wmemcpy);
__transom_wchar *__TRANSOM_WIDE(wmemmove)(__transom_wchar *to, const __transom_wchar *from,
                                          size_t n) __TRANSOM_WIDE_LIBC(wmemmove);
__transom_wchar *__TRANSOM_WIDE(wmemset)(__transom_wchar *to, __transom_wchar c, size_t n)
    __TRANSOM_WIDE_LIBC(wmemset);
int __TRANSOM_WIDE(wmemcmp)(const __transom_wchar *a, const __transom_wchar *b, size_t n)
    __TRANSOM_WIDE_LIBC(wmemcmp);

#if defined(__CORRECT_ISO_CPP_WCHAR_H_PROTO) && __SIZEOF_WCHAR_T__ == 2
/* C++ keeps const, with two forms of each search; where the system has one, the C++ library adds. */
#define __TRANSOM_SEARCH(name, what)                                        \
    extern "C++" wchar_t *name(wchar_t *s, what) __TRANSOM_WIDE_LIBC(name); \
    extern "C++" const wchar_t *name(const wchar_t *s, what) __TRANSOM_WIDE_LIBC(name)
__TRANSOM_SEARCH(wcschr, wchar_t c);
__TRANSOM_SEARCH(wcsrchr, wchar_t c);
__TRANSOM_SEARCH(wcsstr, const wchar_t *part);
__TRANSOM_SEARCH(wcspbrk, const wchar_t *set);
#undef __TRANSOM_SEARCH
extern "C++" wchar_t *wmemchr(wchar_t *s, wchar_t c, size_t n) __TRANSOM_WIDE_LIBC(wmemchr);
extern "C++" const wchar_t *wmemchr(const wchar_t *s, wchar_t c, size_t n)
    __TRANSOM_WIDE_LIBC(wmemchr);
#else
__transom_wchar *__TRANSOM_WIDE(wcschr)(const __transom_wchar *s, __transom_wchar c)
    __TRANSOM_WIDE_LIBC(wcschr);
__transom_wchar *__TRANSOM_WIDE(wcsrchr)(const __transom_wchar *s, __transom_wchar c)
    __TRANSOM_WIDE_LIBC(wcsrchr);
__transom_wchar *__TRANSOM_WIDE(wcsstr)(const __transom_wchar *s, const __transom_wchar *part)
    __TRANSOM_WIDE_LIBC(wcsstr);
__transom_wchar *__TRANSOM_WIDE(wcspbrk)(const __transom_wchar *s, const __transom_wchar *set)
    __TRANSOM_WIDE_LIBC(wcspbrk);
__transom_wchar *__TRANSOM_WIDE(wmemchr)(const __transom_wchar *s, __transom_wchar c, size_t n)
    __TRANSOM_WIDE_LIBC(wmemchr);
#endif

int _wcsicmp(const __transom_wchar *a, const __transom_wchar *b);
int _wcsnicmp(const __transom_wchar *a, const __transom_wchar *b, size_t n);
int _wcsicoll(const __transom_wchar *a, const __transom_wchar *b);
__transom_wchar *_wcsdup(const __transom_wchar *s);
__transom_wchar *_wcslwr(__transom_wchar *s);
__transom_wchar *_wcsupr(__transom_wchar *s);
__transom_wchar *_wcsrev(__transom_wchar *s);
__transom_wchar *_wcsset(__transom_wchar *s, __transom_wchar c);
__transom_wchar *_wcstok(__transom_wchar *s, const __transom_wchar *set);
errno_t wcscpy_s(__transom_wchar *to, rsize_t size, const __transom_wchar *from);
errno_t wcsncpy_s(__transom_wchar *to, rsize_t size, const __transom_wchar *from, rsize_t n);
errno_t wcscat_s(__transom_wchar *to, rsize_t size, const __transom_wchar *from);
errno_t wcsncat_s(__transom_wchar *to, rsize_t size, const __transom_wchar *from, rsize_t n);
__transom_wchar *wcstok_s(__transom_wchar *s, const __transom_wchar *set, __transom_wchar **state);
size_t wcsnlen_s(const __transom_wchar *s, size_t limit);
errno_t _wcslwr_s(__transom_wchar *s, size_t size);
errno_t _wcsupr_s(__transom_wchar *s, size_t size);
errno_t wmemcpy_s(__transom_wchar *to, rsize_t size, const __transom_wchar *from, rsize_t n);
errno_t wmemmove_s(__transom_wchar *to, rsize_t size, const __transom_wchar *from, rsize_t n);

/* Numbers. */
long __TRANSOM_WIDE(wcstol)(const __transom_wchar *s, __transom_wchar **end, int base)
    __TRANSOM_WIDE_LIBC(wcstol);
unsigned long __TRANSOM_WIDE(wcstoul)(const __transom_wchar *s, __transom_wchar **end, int base)
    __TRANSOM_WIDE_LIBC(wcstoul);
long long __TRANSOM_WIDE(wcstoll)(const __transom_wchar *s, __transom_wchar **end, int base)
    __TRANSOM_WIDE_LIBC(wcstoll);
unsigned long long __TRANSOM_WIDE(wcstoull)(const __transom_wchar *s, __transom_wchar **end,
                                            int base) __TRANSOM_WIDE_LIBC(wcstoull);
double __TRANSOM_WIDE(wcstod)(const __transom_wchar *s, __transom_wchar **end)
    __TRANSOM_WIDE_LIBC(wcstod);
float __TRANSOM_WIDE(wcstof)(const __transom_wchar *s, __transom_wchar **end)
    __TRANSOM_WIDE_LIBC(wcstof);
long double __TRANSOM_WIDE(wcstold)(const __transom_wchar *s, __transom_wchar **end)
    __TRANSOM_WIDE_LIBC(wcstold);
__int64 _wcstoi64(const __transom_wchar *s, __transom_wchar **end, int base);
unsigned __int64 _wcstoui64(const __transom_wchar *s, __transom_wchar **end, int base);
int _wtoi(const __transom_wchar *s);
long _wtol(const __transom_wchar *s);
__int64 _wtoi64(const __transom_wchar *s);
double _wtof(const __transom_wchar *s);
__transom_wchar *_itow(int value, __transom_wchar *text, int radix);
__transom_wchar *_ltow(long value, __transom_wchar *text, int radix);
__transom_wchar *_ultow(unsigned long value, __transom_wchar *text, int radix);
__transom_wchar *_i64tow(__int64 value, __transom_wchar *text, int radix);
__transom_wchar *_ui64tow(unsigned __int64 value, __transom_wchar *text, int radix);
errno_t _itow_s(int value, __transom_wchar *text, size_t size, int radix);
errno_t _ltow_s(long value, __transom_wchar *text, size_t size, int radix);
errno_t _ultow_s(unsigned long value, __transom_wchar *text, size_t size, int radix);
errno_t _i64tow_s(__int64 value, __transom_wchar *text, size_t size, int radix);
errno_t _ui64tow_s(unsigned __int64 value, __transom_wchar *text, size_t size, int radix);

/* Multibyte text is UTF-8, whatever the locale. */
size_t __TRANSOM_WIDE(mbrtowc)(__transom_wchar *c, const char *s, size_t n, mbstate_t *state)
    __TRANSOM_WIDE_LIBC(mbrtowc);
size_t __TRANSOM_WIDE(wcrtomb)(char *s, __transom_wchar c, mbstate_t *state)
    __TRANSOM_WIDE_LIBC(wcrtomb);
size_t __TRANSOM_WIDE(mbsrtowcs)(__transom_wchar *to, const char **from, size_t n, mbstate_t *state)
    __TRANSOM_WIDE_LIBC(mbsrtowcs);
size_t __TRANSOM_WIDE(wcsrtombs)(char *to, const __transom_wchar **from, size_t n, mbstate_t *state)
    __TRANSOM_WIDE_LIBC(wcsrtombs);

/* Files. */
wint_t __TRANSOM_WIDE(fgetwc)(FILE *file) __TRANSOM_WIDE_LIBC(fgetwc);
wint_t __TRANSOM_WIDE(getwc)(FILE *file) __TRANSOM_LIBC(fgetwc);
wint_t __TRANSOM_WIDE(getwchar)(void) __TRANSOM_WIDE_LIBC(getwchar);
wint_t __TRANSOM_WIDE(fputwc)(__transom_wchar c, FILE *file) __TRANSOM_WIDE_LIBC(fputwc);
wint_t __TRANSOM_WIDE(putwc)(__transom_wchar c, FILE *file) __TRANSOM_LIBC(fputwc);
wint_t __TRANSOM_WIDE(putwchar)(__transom_wchar c) __TRANSOM_WIDE_LIBC(putwchar);
__transom_wchar *__TRANSOM_WIDE(fgetws)(__transom_wchar *text, int size, FILE *file)
    __TRANSOM_WIDE_LIBC(fgetws);
int __TRANSOM_WIDE(fputws)(const __transom_wchar *text, FILE *file) __TRANSOM_WIDE_LIBC(fputws);
wint_t __TRANSOM_WIDE(ungetwc)(wint_t c, FILE *file) __TRANSOM_WIDE_LIBC(ungetwc);
int __TRANSOM_WIDE(fwide)(FILE *file, int mode) __TRANSOM_WIDE_LIBC(fwide);
__transom_wchar *_getws(__transom_wchar *text);
__transom_wchar *_getws_s(__transom_wchar *text, size_t size);
int _putws(const __transom_wchar *text);
wint_t _fgetwchar(void);
wint_t _fputwchar(__transom_wchar c);
FILE *_wfopen(const __transom_wchar *path, const __transom_wchar *mode);
errno_t _wfopen_s(FILE **file, const __transom_wchar *path, const __transom_wchar *mode);
FILE *_wfsopen(const __transom_wchar *path, const __transom_wchar *mode, int share);
FILE *_wfreopen(const __transom_wchar *path, const __transom_wchar *mode, FILE *old);
FILE *_wfdopen(int fd, const __transom_wchar *mode);
FILE *_wpopen(const __transom_wchar *command, const __transom_wchar *mode);
int _wremove(const __transom_wchar *path);
int _wrename(const __transom_wchar *from, const __transom_wchar *to);
int _wunlink(const __transom_wchar *path);
int _waccess(const __transom_wchar *path, int mode);
int _wsystem(const __transom_wchar *command);
void _wperror(const __transom_wchar *text);
__transom_wchar *_wgetenv(const __transom_wchar *name);
int _wputenv(const __transom_wchar *setting);

/* Formats. In a wide format s and c are wide, S and C are narrow; hs and ls say it plainly. */
int __TRANSOM_WIDE(wprintf)(const __transom_wchar *format, ...) __TRANSOM_WIDE_LIBC(wprintf);
int __TRANSOM_WIDE(fwprintf)(FILE *file, const __transom_wchar *format, ...)
    __TRANSOM_WIDE_LIBC(fwprintf);
int __TRANSOM_WIDE(swprintf)(__transom_wchar *text, size_t size, const __transom_wchar *format, ...)
    __TRANSOM_WIDE_LIBC(swprintf);
int __TRANSOM_WIDE(vwprintf)(const __transom_wchar *format, va_list args)
    __TRANSOM_WIDE_LIBC(vwprintf);
int __TRANSOM_WIDE(vfwprintf)(FILE *file, const __transom_wchar *format, va_list args)
    __TRANSOM_WIDE_LIBC(vfwprintf);
int __TRANSOM_WIDE(vswprintf)(__transom_wchar *text, size_t size, const __transom_wchar *format,
                              va_list args) __TRANSOM_WIDE_LIBC(vswprintf);
int __TRANSOM_WIDE(wscanf)(const __transom_wchar *format, ...) __TRANSOM_WIDE_LIBC(wscanf);
int __TRANSOM_WIDE(fwscanf)(FILE *file, const __transom_wchar *format, ...)
    __TRANSOM_WIDE_LIBC(fwscanf);
int __TRANSOM_WIDE(swscanf)(const __transom_wchar *text, const __transom_wchar *format, ...)
    __TRANSOM_WIDE_LIBC(swscanf);
int __TRANSOM_WIDE(vwscanf)(const __transom_wchar *format, va_list args)
    __TRANSOM_WIDE_LIBC(vwscanf);
int __TRANSOM_WIDE(vfwscanf)(FILE *file, const __transom_wchar *format, va_list args)
    __TRANSOM_WIDE_LIBC(vfwscanf);
int __TRANSOM_WIDE(vswscanf)(const __transom_wchar *text, const __transom_wchar *format,
                             va_list args) __TRANSOM_WIDE_LIBC(vswscanf);
int _swprintf(__transom_wchar *text, const __transom_wchar *format, ...);
int _vswprintf(__transom_wchar *text, const __transom_wchar *format, va_list args);
int _scwprintf(const __transom_wchar *format, ...);
int _vscwprintf(const __transom_wchar *format, va_list args);
int _snwprintf(__transom_wchar *text, size_t size, const __transom_wchar *format, ...);
int _vsnwprintf(__transom_wchar *text, size_t size, const __transom_wchar *format, va_list args);
int swprintf_s(__transom_wchar *text, size_t size, const __transom_wchar *format, ...);
int vswprintf_s(__transom_wchar *text, size_t size, const __transom_wchar *format, va_list args);
int _snwprintf_s(__transom_wchar *text, size_t size, size_t count, const __transom_wchar *format,
                 ...);
int _vsnwprintf_s(__transom_wchar *text, size_t size, size_t count, const __transom_wchar *format,
                  va_list args);
int wprintf_s(const __transom_wchar *format, ...);
int fwprintf_s(FILE *file, const __transom_wchar *format, ...);
int vwprintf_s(const __transom_wchar *format, va_list args);
int vfwprintf_s(FILE *file, const __transom_wchar *format, va_list args);
int wscanf_s(const __transom_wchar *format, ...);
int fwscanf_s(FILE *file, const __transom_wchar *format, ...);
int swscanf_s(const __transom_wchar *text, const __transom_wchar *format, ...);

/* Time. */
size_t __TRANSOM_WIDE(wcsftime)(__transom_wchar *text, size_t size, const __transom_wchar *format,
                                const struct tm *time) __TRANSOM_WIDE_LIBC(wcsftime);

__TRANSOM_CRT_END

/* Names without the underscore, and the forms that C++ knows the size of. */
#if __SIZEOF_WCHAR_T__ == 2
#define wcsdup   _wcsdup
#define wcsicmp  _wcsicmp
#define wcsnicmp _wcsnicmp
#define wcslwr   _wcslwr
#define wcsupr   _wcsupr
#define wcsrev   _wcsrev

#ifdef __cplusplus
extern "C++" {
/* The old forms without a size. */
template <typename... Args> inline int swprintf(wchar_t *text, const wchar_t *format, Args... args)
{
    return _swprintf(text, format, args...);
}
inline int vswprintf(wchar_t *text, const wchar_t *format, va_list args)
{
    return _vswprintf(text, format, args);
}
inline wchar_t *wcstok(wchar_t *s, const wchar_t *set)
{
    return _wcstok(s, set);
}
}
#else
#define __transom_wcstok2(s, set)            _wcstok(s, set)
#define __transom_wcstok3(s, set, state)     (wcstok)(s, set, state)
#define __transom_wcstok(a, b, c, name, ...) name
#define wcstok(...) \
    __transom_wcstok(__VA_ARGS__, __transom_wcstok3, __transom_wcstok2, 0)(__VA_ARGS__)
/* The form without a size has the format in the second place. */
#define swprintf(text, second, ...) \
    _Generic((second), __transom_wchar *            \
             : _swprintf, const __transom_wchar *   \
             : _swprintf, default                   \
             : (swprintf))(text, second, ##__VA_ARGS__)
#endif
#endif

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline errno_t wcscpy_s(__transom_wchar (&to)[N], const __transom_wchar *from)
{
    return wcscpy_s(to, N, from);
}
template <size_t N>
inline errno_t wcsncpy_s(__transom_wchar (&to)[N], const __transom_wchar *from, rsize_t n)
{
    return wcsncpy_s(to, N, from, n);
}
template <size_t N> inline errno_t wcscat_s(__transom_wchar (&to)[N], const __transom_wchar *from)
{
    return wcscat_s(to, N, from);
}
template <size_t N>
inline errno_t wcsncat_s(__transom_wchar (&to)[N], const __transom_wchar *from, rsize_t n)
{
    return wcsncat_s(to, N, from, n);
}
template <size_t N, typename... Args>
inline int swprintf_s(__transom_wchar (&text)[N], const __transom_wchar *format, Args... args)
{
    return swprintf_s(static_cast<__transom_wchar *>(text), N, format, args...);
}
template <size_t N>
inline int vswprintf_s(__transom_wchar (&text)[N], const __transom_wchar *format, va_list args)
{
    return vswprintf_s(static_cast<__transom_wchar *>(text), N, format, args);
}
template <size_t N, typename... Args>
inline int _snwprintf_s(__transom_wchar (&text)[N], size_t count, const __transom_wchar *format,
                        Args... args)
{
    return _snwprintf_s(static_cast<__transom_wchar *>(text), N, count, format, args...);
}
template <size_t N> inline errno_t _itow_s(int value, __transom_wchar (&text)[N], int radix)
{
    return _itow_s(value, text, N, radix);
}
template <size_t N> inline __transom_wchar *_getws_s(__transom_wchar (&text)[N])
{
    return _getws_s(text, N);
}
}
#endif

#endif
