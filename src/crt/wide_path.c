/* SPDX-License-Identifier: MIT */
/* Files, commands and the environment under wide names: the names are UTF-8 below. */
#include <stdio.h>
#include <stdlib.h>
#include <locale.h>
#include <wchar.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "crt/export.h"
#include "crt/mode.h"
#include "crt/utf.h"

/* Frees what is held and keeps errno for the caller. */
static void release(char **text)
{
    int error = errno;

    free(*text);
    errno = error;
}

#define OWNED __attribute__((cleanup(release))) char *

static char *narrow(const wchar_t *s)
{
    return s ? tsm_crt_utf_narrow(s, tsm_crt_utf_length16(s), NULL) : NULL;
}

FILE *_wfsopen(const wchar_t *path, const wchar_t *mode, int share)
{
    OWNED name = narrow(path);
    OWNED word = narrow(mode);

    if (!name || !word) {
        errno = EINVAL;
        return NULL;
    }
    return _fsopen(name, word, share);
}

FILE *_wfopen(const wchar_t *path, const wchar_t *mode)
{
    return _wfsopen(path, mode, _SH_DENYNO);
}

errno_t _wfopen_s(FILE **file, const wchar_t *path, const wchar_t *mode)
{
    if (!file || !path || !mode) {
        return tsm_crt_error(EINVAL);
    }
    *file = _wfopen(path, mode);
    return *file ? 0 : errno;
}

FILE *_wfreopen(const wchar_t *path, const wchar_t *mode, FILE *old)
{
    OWNED name = narrow(path);
    OWNED word = narrow(mode);
    char clean[8];

    if (!name || !word) {
        errno = EINVAL;
        return NULL;
    }
    tsm_crt_mode_clean(word, clean);
    return freopen(name, clean, old);
}

FILE *_wfdopen(int fd, const wchar_t *mode)
{
    OWNED word = narrow(mode);

    return word ? _fdopen(fd, word) : NULL;
}

FILE *_wpopen(const wchar_t *command, const wchar_t *mode)
{
    OWNED text = narrow(command);
    OWNED word = narrow(mode);

    return text && word ? _popen(text, word) : NULL;
}

int _wremove(const wchar_t *path)
{
    OWNED name = narrow(path);

    return name ? remove(name) : -1;
}

int _wrename(const wchar_t *from, const wchar_t *to)
{
    OWNED old_name = narrow(from);
    OWNED new_name = narrow(to);

    return old_name && new_name ? rename(old_name, new_name) : -1;
}

int _wunlink(const wchar_t *path)
{
    OWNED name = narrow(path);

    return name ? unlink(name) : -1;
}

int _waccess(const wchar_t *path, int mode)
{
    OWNED name = narrow(path);

    return name ? access(name, mode) : -1;
}

int _wsystem(const wchar_t *command)
{
    OWNED text = narrow(command);

    /* Without memory the question whether there is a shell must not be asked instead. */
    return command && !text ? -1 : system(text);
}

void _wperror(const wchar_t *text)
{
    OWNED bytes = narrow(text);

    perror(bytes);
}

int _wputenv(const wchar_t *setting)
{
    OWNED text = narrow(setting);

    return text ? _putenv(text) : -1;
}

/* Values that were handed out stay valid: programs keep the pointers. */
struct value {
    struct value *next;
    wchar_t *name;
    wchar_t *text;
};

static struct value *values;
static pthread_mutex_t values_lock = PTHREAD_MUTEX_INITIALIZER;

/* Takes text. */
static wchar_t *keep_value(const wchar_t *name, wchar_t *text)
{
    struct value *value;
    wchar_t *result = NULL;

    pthread_mutex_lock(&values_lock);
    for (value = values; value; value = value->next) {
        if (!wcscmp(value->name, name) && !wcscmp(value->text, text)) {
            result = value->text;
            break;
        }
    }
    if (!result && (value = malloc(sizeof(*value)))) {
        *value = (struct value){.next = values, .name = _wcsdup(name), .text = text};
        if (value->name) {
            values = value;
            result = text;
            text = NULL;
        } else {
            free(value);
        }
    }
    pthread_mutex_unlock(&values_lock);
    free(text);
    return result;
}

wchar_t *_wgetenv(const wchar_t *name)
{
    OWNED bytes = narrow(name);
    const char *value = bytes ? getenv(bytes) : NULL;
    wchar_t *text = value ? tsm_crt_utf_widen(value, strlen(value), NULL) : NULL;

    return text ? keep_value(name, text) : NULL;
}

wchar_t *_wsetlocale(int category, const wchar_t *name)
{
    static _Thread_local wchar_t answer[256];
    OWNED bytes = narrow(name);
    const char *result = name && !bytes ? NULL : setlocale(category, bytes);
    size_t n = 0;

    if (!result) {
        return NULL;
    }
    for (; result[n] && n < 255; n++) {
        answer[n] = (unsigned char)result[n];
    }
    answer[n] = 0;
    return answer;
}
