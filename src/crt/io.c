/* SPDX-License-Identifier: MIT */
/* Descriptors and folders under Microsoft's names. */
#include <direct.h>
#include <fcntl.h>
#include <io.h>

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <processenv.h>
#include <winbase.h>

/* Modes are kept for their answer alone. Descriptors above are taken for text. */
#define REMEMBERED 64

static int modes[REMEMBERED];
static pthread_mutex_t modes_lock = PTHREAD_MUTEX_INITIALIZER;

int _setmode(int fd, int mode)
{
    int before = _O_TEXT;

    if (fcntl(fd, F_GETFD) < 0) {
        return -1;
    }
    if (mode != _O_TEXT && mode != _O_BINARY && mode != _O_WTEXT && mode != _O_U16TEXT &&
        mode != _O_U8TEXT) {
        errno = EINVAL;
        return -1;
    }
    if (fd < REMEMBERED) {
        pthread_mutex_lock(&modes_lock);
        before = modes[fd] ? modes[fd] : _O_TEXT;
        modes[fd] = mode;
        pthread_mutex_unlock(&modes_lock);
    }
    return before;
}

intptr_t _get_osfhandle(int fd)
{
    static const DWORD names[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

    if (fd < 0 || fd > 2) {
        errno = EBADF;
        return -1;
    }
    return (intptr_t)GetStdHandle(names[fd]);
}

int _isatty(int fd)
{
    return isatty(fd);
}

int _access(const char *path, int mode)
{
    return access(path, mode);
}

int _open(const char *path, int flags, ...)
{
    va_list args;
    int mode = 0;

    if (flags & O_CREAT) {
        va_start(args, flags);
        mode = va_arg(args, int);
        va_end(args);
        /* Windows knows one write permission for all. */
        mode |= mode & S_IRUSR ? S_IRGRP | S_IROTH : 0;
    }
    flags &= ~(_O_TEXT | _O_BINARY | _O_WTEXT | _O_U16TEXT | _O_U8TEXT);
    return open(path, flags, (mode_t)mode);
}

int _close(int fd)
{
    return close(fd);
}

int _read(int fd, void *buffer, unsigned int size)
{
    return (int)read(fd, buffer, size);
}

int _write(int fd, const void *buffer, unsigned int size)
{
    return (int)write(fd, buffer, size);
}

int _dup(int fd)
{
    return dup(fd);
}

int _dup2(int from, int to)
{
    return dup2(from, to) < 0 ? -1 : 0;
}

long _lseek(int fd, long offset, int whence)
{
    return lseek(fd, offset, whence);
}

int _chmod(const char *path, int mode)
{
    return chmod(path, (mode_t)(mode | S_IRUSR | S_IRGRP | S_IROTH));
}

int _mkdir(const char *path)
{
    return mkdir(path, 0777);
}

int _rmdir(const char *path)
{
    return rmdir(path);
}

int _chdir(const char *path)
{
    return chdir(path);
}

char *_getcwd(char *text, int size)
{
    return getcwd(text, (size_t)size);
}
