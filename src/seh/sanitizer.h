/* SPDX-License-Identifier: MIT */
/* What a sanitizer of the program has to know. */
#pragma once

/* AddressSanitizer's; nothing in a program without it. */
extern void __asan_handle_no_return(void) __attribute__((weak));

/* The functions between here and the frame that is jumped to do not come to their ends: what was
 * marked as their variables' is free again. */
static inline void tsm_sanitizer_forget_stack(void)
{
    if (__asan_handle_no_return)
        __asan_handle_no_return();
}
