/* SPDX-License-Identifier: MIT */
/* The spelling of winerror.h that many programs use. */
#include <winerror.h>
