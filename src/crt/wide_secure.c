/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <wchar.h>

#include <stdint.h>

#include "crt/export.h"

#define UNIT        wchar_t
#define COPY        wcscpy_s
#define COPY_N      wcsncpy_s
#define APPEND      wcscat_s
#define APPEND_N    wcsncat_s
#define LOWER       _wcslwr_s
#define UPPER       _wcsupr_s
#define LOWER_PLAIN _wcslwr
#define UPPER_PLAIN _wcsupr
#include "crt/secure.h"

errno_t wmemcpy_s(wchar_t *to, rsize_t size, const wchar_t *from, rsize_t n)
{
    return copy_block(to, size, from, n);
}

errno_t wmemmove_s(wchar_t *to, rsize_t size, const wchar_t *from, rsize_t n)
{
    if (to && from && size < n) {
        return tsm_crt_error(ERANGE); /* leaves the buffer, unlike wmemcpy_s */
    }
    return copy_block(to, size, from, n);
}
