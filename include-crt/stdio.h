/* SPDX-License-Identifier: MIT */
/*
 * stdio.h with the formats of Microsoft's C library: l is 32 bits, ll and I64 are 64, S is a string
 * of the other kind, n is refused.
 */
#ifndef TRANSOM_CRT_STDIO_H
#define TRANSOM_CRT_STDIO_H

#define printf    __transom_libc_printf
#define fprintf   __transom_libc_fprintf
#define sprintf   __transom_libc_sprintf
#define snprintf  __transom_libc_snprintf
#define vprintf   __transom_libc_vprintf
#define vfprintf  __transom_libc_vfprintf
#define vsprintf  __transom_libc_vsprintf
#define vsnprintf __transom_libc_vsnprintf
#define scanf     __transom_libc_scanf
#define fscanf    __transom_libc_fscanf
#define sscanf    __transom_libc_sscanf
#define vscanf    __transom_libc_vscanf
#define vfscanf   __transom_libc_vfscanf
#define vsscanf   __transom_libc_vsscanf
#define gets      __transom_libc_gets
#include_next <stdio.h>
#undef printf
#undef fprintf
#undef sprintf
#undef snprintf
#undef vprintf
#undef vfprintf
#undef vsprintf
#undef vsnprintf
#undef scanf
#undef fscanf
#undef sscanf
#undef vscanf
#undef vfscanf
#undef vsscanf
#undef gets

#include <transom_crt.h>

__TRANSOM_CRT_BEGIN

/* The standard functions. */
int printf(const char *format, ...) __TRANSOM_LIBC(printf);
int fprintf(FILE *file, const char *format, ...) __TRANSOM_LIBC(fprintf);
int sprintf(char *text, const char *format, ...) __TRANSOM_LIBC(sprintf);
int snprintf(char *text, size_t size, const char *format, ...) __TRANSOM_LIBC(snprintf);
int vprintf(const char *format, va_list args) __TRANSOM_LIBC(vprintf);
int vfprintf(FILE *file, const char *format, va_list args) __TRANSOM_LIBC(vfprintf);
int vsprintf(char *text, const char *format, va_list args) __TRANSOM_LIBC(vsprintf);
int vsnprintf(char *text, size_t size, const char *format, va_list args) __TRANSOM_LIBC(vsnprintf);
int scanf(const char *format, ...) __TRANSOM_LIBC(scanf);
int fscanf(FILE *file, const char *format, ...) __TRANSOM_LIBC(fscanf);
int sscanf(const char *text, const char *format, ...) __TRANSOM_LIBC(sscanf);
int vscanf(const char *format, va_list args) __TRANSOM_LIBC(vscanf);
int vfscanf(FILE *file, const char *format, va_list args) __TRANSOM_LIBC(vfscanf);
int vsscanf(const char *text, const char *format, va_list args) __TRANSOM_LIBC(vsscanf);
char *gets(char *text) __TRANSOM_LIBC(gets);

/* The length of the text without its end; no text is made. */
int _scprintf(const char *format, ...);
int _vscprintf(const char *format, va_list args);

/* At most size characters; a text that fills them is not ended, a longer one gives -1. */
int _snprintf(char *text, size_t size, const char *format, ...);
int _vsnprintf(char *text, size_t size, const char *format, va_list args);

/* Buffers with their sizes. What does not fit gives -1 and an empty text. */
int sprintf_s(char *text, size_t size, const char *format, ...);
int vsprintf_s(char *text, size_t size, const char *format, va_list args);

/* At most count characters of the text, or as much as fits with _TRUNCATE; -1 when cut. */
int _snprintf_s(char *text, size_t size, size_t count, const char *format, ...);
int _vsnprintf_s(char *text, size_t size, size_t count, const char *format, va_list args);

int printf_s(const char *format, ...);
int fprintf_s(FILE *file, const char *format, ...);
int vprintf_s(const char *format, va_list args);
int vfprintf_s(FILE *file, const char *format, va_list args);

/* A size of type unsigned follows each buffer of %s, %c and %[. */
int scanf_s(const char *format, ...);
int fscanf_s(FILE *file, const char *format, ...);
int sscanf_s(const char *text, const char *format, ...);
int vscanf_s(const char *format, va_list args);
int vfscanf_s(FILE *file, const char *format, va_list args);
int vsscanf_s(const char *text, const char *format, va_list args);

char *gets_s(char *text, rsize_t size);
errno_t fopen_s(FILE **file, const char *path, const char *mode);
errno_t freopen_s(FILE **file, const char *path, const char *mode, FILE *old);
errno_t tmpfile_s(FILE **file);
/* The share mode means nothing: files are open to all. */
FILE *_fsopen(const char *path, const char *mode, int share);
int _fileno(FILE *file);
FILE *_fdopen(int fd, const char *mode);
FILE *_popen(const char *command, const char *mode);
int _pclose(FILE *file);
int _unlink(const char *path);
int _fseeki64(FILE *file, __int64 offset, int whence);
__int64 _ftelli64(FILE *file);
int _flushall(void);
int _fputchar(int c);
int _fgetchar(void);

__TRANSOM_CRT_END

#ifdef __cplusplus
/* The size of an array is known without being said. */
extern "C++" {
template <size_t N, typename... Args>
inline int sprintf_s(char (&text)[N], const char *format, Args... args)
{
    return sprintf_s(static_cast<char *>(text), N, format, args...);
}
template <size_t N> inline int vsprintf_s(char (&text)[N], const char *format, va_list args)
{
    return vsprintf_s(static_cast<char *>(text), N, format, args);
}
template <size_t N, typename... Args>
inline int _snprintf_s(char (&text)[N], size_t count, const char *format, Args... args)
{
    return _snprintf_s(static_cast<char *>(text), N, count, format, args...);
}
template <size_t N> inline char *gets_s(char (&text)[N])
{
    return gets_s(text, N);
}
}
#endif

#define _SH_DENYRW 0x10
#define _SH_DENYWR 0x20
#define _SH_DENYRD 0x30
#define _SH_DENYNO 0x40

#include <wchar.h>

#endif
