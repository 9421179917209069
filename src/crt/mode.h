/* SPDX-License-Identifier: MIT */
/* The mode word of fopen as Microsoft's programs write it. */
#pragma once

/*
 * Leaves what the system's fopen understands: text, commit and cache hints go, so does ", ccs=";
 * N (not inherited) becomes e.
 */
void tsm_crt_mode_clean(const char *mode, char out[8]);
