/* SPDX-License-Identifier: MIT */
/*
 * File descriptors under Microsoft's names. The system's unistd.h is left out, since its functions
 * have names that programs for Windows give to their own things: pipe, link, pause.
 */
#ifndef TRANSOM_CRT_IO_H
#define TRANSOM_CRT_IO_H

#include <stdint.h>
#include <sys/types.h>

#include <transom_crt.h>
#include <stdio.h>

__TRANSOM_CRT_BEGIN

/*
 * Chooses text or binary. The bytes are the same in all modes here, wide text is always UTF-8; the
 * call keeps the mode and returns the one before, -1 for a descriptor that is not open.
 */
int _setmode(int fd, int mode);

/* The HANDLE of standard input, output or error; -1 with EBADF for all other descriptors. */
intptr_t _get_osfhandle(int fd);

int _isatty(int fd);
int _access(const char *path, int mode);
int _open(const char *path, int flags, ...);
int _close(int fd);
int _read(int fd, void *buffer, unsigned int size);
int _write(int fd, const void *buffer, unsigned int size);
int _dup(int fd);
int _dup2(int from, int to);
long _lseek(int fd, long offset, int whence);
int _chmod(const char *path, int mode);

/* The system's own, which Microsoft's header has too. */
int access(const char *path, int mode) __THROW;
int close(int fd);
int dup(int fd) __THROW;
int dup2(int from, int to) __THROW;
int isatty(int fd) __THROW;
off_t lseek(int fd, off_t offset, int whence) __THROW;
ssize_t read(int fd, void *buffer, size_t size);
int unlink(const char *path) __THROW;
ssize_t write(int fd, const void *buffer, size_t size);

__TRANSOM_CRT_END

#define _S_IREAD  0400
#define _S_IWRITE 0200
#define setmode   _setmode

#endif
