/* SPDX-License-Identifier: MIT */
/* malloc.h with Microsoft's spellings. */
#include_next <malloc.h>
#ifndef TRANSOM_CRT_MALLOC_H
#define TRANSOM_CRT_MALLOC_H

#include <alloca.h>

#include <transom_crt.h>

#define _alloca(size) __builtin_alloca(size)
#define _msize(block) malloc_usable_size(block)

__TRANSOM_CRT_BEGIN
/* After an overflow of the stack was handled: the next one is an exception again. 0 if too much of
 * the stack is in use still. */
int _resetstkoflw(void);
__TRANSOM_CRT_END

#endif
