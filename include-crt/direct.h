/* SPDX-License-Identifier: MIT */
/* Folders under Microsoft's names. */
#ifndef TRANSOM_CRT_DIRECT_H
#define TRANSOM_CRT_DIRECT_H

#include <sys/types.h>

#include <transom_crt.h>

__TRANSOM_CRT_BEGIN

int _mkdir(const char *path);
int _rmdir(const char *path);
int _chdir(const char *path);
char *_getcwd(char *text, int size);

/* The system's own, which Microsoft's header has too. */
int rmdir(const char *path) __THROW;
int chdir(const char *path) __THROW;
char *getcwd(char *text, size_t size) __THROW;

__TRANSOM_CRT_END

#endif
