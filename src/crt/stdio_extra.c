/* SPDX-License-Identifier: MIT */
/* Microsoft's additions to stdio.h. */
#include <stdio.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crt/export.h"
#include "crt/mode.h"

char *gets_s(char *text, rsize_t size)
{
    bool fits = true;
    size_t n = 0;
    int c;

    if (!text || !size) {
        errno = EINVAL;
        return NULL;
    }
    flockfile(stdin);
    while ((c = getc_unlocked(stdin)) != EOF && c != '\n') {
        if (n < size - 1) {
            text[n++] = (char)c;
        } else {
            fits = false;
        }
    }
    funlockfile(stdin);
    text[fits ? n : 0] = '\0';
    if (!fits) {
        errno = ERANGE;
    }
    return (n || c == '\n') && fits ? text : NULL;
}

char *gets(char *text)
{
    return gets_s(text, INT32_MAX);
}

void tsm_crt_mode_clean(const char *mode, char out[8])
{
    size_t n = 0;

    for (; *mode && *mode != ',' && n < 7; mode++) {
        if (strchr("rwa+bx", *mode)) {
            out[n++] = *mode;
        } else if (*mode == 'N') {
            out[n++] = 'e';
        }
    }
    out[n] = '\0';
}

FILE *_fsopen(const char *path, const char *mode, int share)
{
    char clean[8];

    (void)share;
    tsm_crt_mode_clean(mode, clean);
    return fopen(path, clean);
}

errno_t fopen_s(FILE **file, const char *path, const char *mode)
{
    if (!file || !path || !mode) {
        return tsm_crt_error(EINVAL);
    }
    *file = _fsopen(path, mode, 0);
    return *file ? 0 : errno;
}

errno_t freopen_s(FILE **file, const char *path, const char *mode, FILE *old)
{
    char clean[8];

    if (!file || !mode || !old) {
        return tsm_crt_error(EINVAL);
    }
    tsm_crt_mode_clean(mode, clean);
    *file = freopen(path, clean, old);
    return *file ? 0 : errno;
}

errno_t tmpfile_s(FILE **file)
{
    if (!file) {
        return tsm_crt_error(EINVAL);
    }
    *file = tmpfile();
    return *file ? 0 : errno;
}

int _fileno(FILE *file)
{
    return fileno(file);
}

FILE *_fdopen(int fd, const char *mode)
{
    char clean[8];

    tsm_crt_mode_clean(mode, clean);
    return fdopen(fd, clean);
}

FILE *_popen(const char *command, const char *mode)
{
    return popen(command, *mode == 'r' ? "r" : "w");
}

int _pclose(FILE *file)
{
    int status = pclose(file);

    /* The exit code itself, not wait's status. */
    return status < 0 ? -1 : status & 0x7F ? 128 + (status & 0x7F) : status >> 8 & 0xFF;
}

int _unlink(const char *path)
{
    return unlink(path);
}

int _fseeki64(FILE *file, long long offset, int whence)
{
    return fseeko(file, (off_t)offset, whence);
}

long long _ftelli64(FILE *file)
{
    return ftello(file);
}

int _flushall(void)
{
    return fflush(NULL);
}

int _fputchar(int c)
{
    return putchar(c);
}

int _fgetchar(void)
{
    return getchar();
}
