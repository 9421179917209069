/* SPDX-License-Identifier: MIT */
/* fcntl.h with Microsoft's spellings. Text and binary are the same here. */
#include_next <fcntl.h>
#ifndef TRANSOM_CRT_FCNTL_H
#define TRANSOM_CRT_FCNTL_H

#define _O_RDONLY    O_RDONLY
#define _O_WRONLY    O_WRONLY
#define _O_RDWR      O_RDWR
#define _O_APPEND    O_APPEND
#define _O_CREAT     O_CREAT
#define _O_TRUNC     O_TRUNC
#define _O_EXCL      O_EXCL
#define _O_NOINHERIT O_CLOEXEC
/* Modes of _setmode; bits that open(2) does not look at. */
#define _O_TEXT    0x40000000
#define _O_BINARY  0x20000000
#define _O_WTEXT   0x10000000
#define _O_U16TEXT 0x08000000
#define _O_U8TEXT  0x04000000
#ifndef O_TEXT
#define O_TEXT   _O_TEXT
#define O_BINARY _O_BINARY
#endif

#endif
