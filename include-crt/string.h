/* SPDX-License-Identifier: MIT */
/* string.h with Microsoft's additions. The wide functions are here as well, as in theirs. */
#include_next <string.h>
#ifndef TRANSOM_CRT_STRING_H
#define TRANSOM_CRT_STRING_H

#include <transom_crt.h>
#include <wchar.h>

__TRANSOM_CRT_BEGIN

int _stricmp(const char *a, const char *b);
int _strnicmp(const char *a, const char *b, size_t n);
int _stricoll(const char *a, const char *b);
int _strcmpi(const char *a, const char *b);
int _memicmp(const void *a, const void *b, size_t n);
char *_strdup(const char *s);
char *_strlwr(char *s);
char *_strupr(char *s);
char *_strrev(char *s);
char *_strset(char *s, int c);

/*
 * Functions that know the size of the buffer. What does not fit empties it and gives ERANGE, what
 * is NULL gives EINVAL; _TRUNCATE as the count cuts and gives STRUNCATE.
 */
errno_t strcpy_s(char *to, rsize_t size, const char *from);
errno_t strncpy_s(char *to, rsize_t size, const char *from, rsize_t n);
errno_t strcat_s(char *to, rsize_t size, const char *from);
errno_t strncat_s(char *to, rsize_t size, const char *from, rsize_t n);
errno_t memcpy_s(void *to, rsize_t size, const void *from, rsize_t n);
errno_t memmove_s(void *to, rsize_t size, const void *from, rsize_t n);
errno_t strerror_s(char *text, size_t size, int error);
errno_t _strlwr_s(char *s, size_t size);
errno_t _strupr_s(char *s, size_t size);
char *strtok_s(char *s, const char *set, char **state);
size_t strnlen_s(const char *s, size_t limit);

__TRANSOM_CRT_END

#define stricmp  _stricmp
#define strnicmp _strnicmp
#define strcmpi  _stricmp
#define strlwr   _strlwr
#define strupr   _strupr
#define strrev   _strrev
#define strset   _strset
#define memicmp  _memicmp

#define STRUNCATE 80

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline errno_t strcpy_s(char (&to)[N], const char *from)
{
    return strcpy_s(to, N, from);
}
template <size_t N> inline errno_t strncpy_s(char (&to)[N], const char *from, rsize_t n)
{
    return strncpy_s(to, N, from, n);
}
template <size_t N> inline errno_t strcat_s(char (&to)[N], const char *from)
{
    return strcat_s(to, N, from);
}
template <size_t N> inline errno_t strncat_s(char (&to)[N], const char *from, rsize_t n)
{
    return strncat_s(to, N, from, n);
}
template <size_t N> inline errno_t strerror_s(char (&text)[N], int error)
{
    return strerror_s(text, N, error);
}
}
#endif

#endif
