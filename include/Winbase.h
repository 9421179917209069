/* SPDX-License-Identifier: MIT */
/* The spelling of winbase.h that many programs use. */
#include <winbase.h>
