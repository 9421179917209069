/* SPDX-License-Identifier: MIT */
/* The spelling of winnls.h that many programs use. */
#include <winnls.h>
