/* SPDX-License-Identifier: MIT */
/* What the kit's functions share when they report to the program. */
#pragma once

#include <errno.h>

/* Sets errno and is it, as the functions with _s in their name report. */
static inline int tsm_crt_error(int error)
{
    errno = error;
    return error;
}
