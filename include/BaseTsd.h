/* SPDX-License-Identifier: MIT */
/* The spelling of basetsd.h that many programs use. */
#include <basetsd.h>
