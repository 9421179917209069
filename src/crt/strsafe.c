/* SPDX-License-Identifier: MIT */
#include <strsafe.h>

#include <stdbool.h>
#include <string.h>

#include "crt/format.h"
#include "crt/target.h"

#define UNIT          char
#define NAME(name)    name##A
#define WIDTH         TSM_CRT_NARROW
#define GET_LINE_UNIT getc
#define LINE_END      EOF
#include "crt/strsafe_units.h"
