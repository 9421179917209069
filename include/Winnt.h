/* SPDX-License-Identifier: MIT */
/* The spelling of winnt.h that many programs use. */
#include <winnt.h>
