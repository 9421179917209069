/* SPDX-License-Identifier: MIT */
/* The spelling of windef.h that many programs use. */
#include <windef.h>
