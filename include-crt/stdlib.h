/* SPDX-License-Identifier: MIT */
/* stdlib.h with Microsoft's additions; multibyte text is UTF-8, wide text is UTF-16. */
#include <transom_crt_multibyte.h>
#include_next <stdlib.h>
#ifndef TRANSOM_CRT_STDLIB_H
#define TRANSOM_CRT_STDLIB_H

#include <errno.h>

#include <transom_crt.h>
#include <wchar.h>

__TRANSOM_CRT_BEGIN

#if __SIZEOF_WCHAR_T__ != 2
size_t transom_crt_mbstowcs(__transom_wchar *to, const char *from, size_t n);
size_t transom_crt_wcstombs(char *to, const __transom_wchar *from, size_t n);
#endif
errno_t mbstowcs_s(size_t *done, __transom_wchar *to, size_t size, const char *from, size_t n);
errno_t wcstombs_s(size_t *done, char *to, size_t size, const __transom_wchar *from, size_t n);

char *_itoa(int value, char *text, int radix);
char *_ltoa(long value, char *text, int radix);
char *_ultoa(unsigned long value, char *text, int radix);
char *_i64toa(__int64 value, char *text, int radix);
char *_ui64toa(unsigned __int64 value, char *text, int radix);
errno_t _itoa_s(int value, char *text, size_t size, int radix);
errno_t _ltoa_s(long value, char *text, size_t size, int radix);
errno_t _ultoa_s(unsigned long value, char *text, size_t size, int radix);
errno_t _i64toa_s(__int64 value, char *text, size_t size, int radix);
errno_t _ui64toa_s(unsigned __int64 value, char *text, size_t size, int radix);
__int64 _atoi64(const char *s);
__int64 _strtoi64(const char *s, char **end, int base);
unsigned __int64 _strtoui64(const char *s, char **end, int base);
int _putenv(const char *setting);
errno_t _putenv_s(const char *name, const char *value);
errno_t getenv_s(size_t *length, char *text, rsize_t size, const char *name);
errno_t _dupenv_s(char **text, size_t *size, const char *name);
errno_t rand_s(unsigned int *value);
void _sleep(unsigned long milliseconds);

__TRANSOM_CRT_END

#define itoa  _itoa
#define ltoa  _ltoa
#define ultoa _ultoa
#define itow  _itow

#define _MAX_PATH   260
#define _MAX_DRIVE  3
#define _MAX_DIR    256
#define _MAX_FNAME  256
#define _MAX_EXT    256
#define __max(a, b) (((a) > (b)) ? (a) : (b))
#define __min(a, b) (((a) < (b)) ? (a) : (b))

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline errno_t _itoa_s(int value, char (&text)[N], int radix)
{
    return _itoa_s(value, text, N, radix);
}
template <size_t N>
inline errno_t mbstowcs_s(size_t *done, __transom_wchar (&to)[N], const char *from, size_t n)
{
    return mbstowcs_s(done, to, N, from, n);
}
template <size_t N>
inline errno_t wcstombs_s(size_t *done, char (&to)[N], const __transom_wchar *from, size_t n)
{
    return wcstombs_s(done, to, N, from, n);
}
}
#endif

#endif
