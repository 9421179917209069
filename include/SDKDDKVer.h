/* SPDX-License-Identifier: MIT */
/* The spelling of sdkddkver.h that many programs use. */
#include <sdkddkver.h>
