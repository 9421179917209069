/* SPDX-License-Identifier: MIT */
#include <malloc.h>

#include <transom/seh_frame.h>

int _resetstkoflw(void)
{
    return transom_stack_rearm();
}
