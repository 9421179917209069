/* SPDX-License-Identifier: MIT */
/* malloc.h with Microsoft's spellings. */
#include_next <malloc.h>
#ifndef TRANSOM_CRT_MALLOC_H
#define TRANSOM_CRT_MALLOC_H

#include <alloca.h>

#define _alloca(size) __builtin_alloca(size)
#define _msize(block) malloc_usable_size(block)

#endif
