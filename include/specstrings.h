/* SPDX-License-Identifier: MIT */
/* Older name of sal.h, which has all annotations. */
#ifndef TRANSOM_SPECSTRINGS_H
#define TRANSOM_SPECSTRINGS_H

#include <sal.h>

#endif
