/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <stdint.h>

#include "crt/export.h"

#define UNIT        char
#define COPY        strcpy_s
#define COPY_N      strncpy_s
#define APPEND      strcat_s
#define APPEND_N    strncat_s
#define LOWER       _strlwr_s
#define UPPER       _strupr_s
#define LOWER_PLAIN _strlwr
#define UPPER_PLAIN _strupr
#include "crt/secure.h"

errno_t memcpy_s(void *to, rsize_t size, const void *from, rsize_t n)
{
    return copy_block(to, size, from, n);
}

errno_t memmove_s(void *to, rsize_t size, const void *from, rsize_t n)
{
    if (to && from && size < n) {
        return tsm_crt_error(ERANGE); /* leaves the buffer, unlike memcpy_s */
    }
    return copy_block(to, size, from, n);
}
