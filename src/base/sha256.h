/* SPDX-License-Identifier: MIT */
/* SHA-256 (FIPS 180-4), for names too long to be a file name. */
#pragma once

#include <stddef.h>
#include <stdint.h>

void tsm_sha256(const void *data, size_t length, uint8_t out[32]);
