/* SPDX-License-Identifier: MIT */
/* time.h with Microsoft's additions. */
#include_next <time.h>
#ifndef TRANSOM_CRT_TIME_H
#define TRANSOM_CRT_TIME_H

#include <transom_crt.h>

__TRANSOM_CRT_BEGIN

typedef long long __time64_t;

errno_t localtime_s(struct tm *out, const time_t *time);
errno_t gmtime_s(struct tm *out, const time_t *time);
errno_t ctime_s(char *text, rsize_t size, const time_t *time);
errno_t asctime_s(char *text, rsize_t size, const struct tm *time);
__time64_t _time64(__time64_t *out);
struct tm *_localtime64(const __time64_t *time);
errno_t _localtime64_s(struct tm *out, const __time64_t *time);
struct tm *_gmtime64(const __time64_t *time);
/* Today as mm/dd/yy and now as hh:mm:ss. */
char *_strdate(char *text);
char *_strtime(char *text);
errno_t _strdate_s(char *text, size_t size);
errno_t _strtime_s(char *text, size_t size);

__TRANSOM_CRT_END

#ifdef __cplusplus
extern "C++" {
template <size_t N> inline errno_t ctime_s(char (&text)[N], const time_t *time)
{
    return ctime_s(text, N, time);
}
template <size_t N> inline errno_t asctime_s(char (&text)[N], const struct tm *time)
{
    return asctime_s(text, N, time);
}
}
#endif

#endif
