/* SPDX-License-Identifier: MIT */
/* The C library's standard input. */
#pragma once

#include "base/status.h"

/* At the start of the process: if the handle is a file that is no descriptor, stdin reads it. */
void tsm_std_input_attach(HANDLE handle);
