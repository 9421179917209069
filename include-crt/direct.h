/* SPDX-License-Identifier: MIT */
/* Folders under Microsoft's names. */
#ifndef TRANSOM_CRT_DIRECT_H
#define TRANSOM_CRT_DIRECT_H

#include <unistd.h>

#include <transom_crt.h>

__TRANSOM_CRT_BEGIN

int _mkdir(const char *path);
int _rmdir(const char *path);
int _chdir(const char *path);
char *_getcwd(char *text, int size);

__TRANSOM_CRT_END

#endif
