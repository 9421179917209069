/* SPDX-License-Identifier: MIT */
#include <strsafe.h>

#include <stdbool.h>
#include <string.h>

#include "crt/format.h"
#include "crt/target.h"
#include "crt/wide_file.h"

#define UNIT          WCHAR
#define NAME(name)    name##W
#define WIDTH         TSM_CRT_WIDE
#define GET_LINE_UNIT tsm_crt_wide_file_get
#define LINE_END      TSM_CRT_WEOF
#include "crt/strsafe_units.h"
