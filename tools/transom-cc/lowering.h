/* SPDX-License-Identifier: MIT */
/* break and continue that leave a __finally block. */
#pragma once

/*
 * A source in which each of them is a goto to a place behind the block, on the same line; NULL if
 * there is none, or if the braces of the source do not match. The caller frees it.
 */
char *cc_lowering_apply(const char *source);
