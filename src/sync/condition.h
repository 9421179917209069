/* SPDX-License-Identifier: MIT */
/* CONDITION_VARIABLE: one pointer in the program, zero at rest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <windows.h>

#include "base/deadline.h"

/* The caller holds its lock here and gives it up between prepare and sleep. */
uint32_t tsm_condition_prepare(CONDITION_VARIABLE *condition);

/* False when the deadline passed. May return true for no reason. */
bool tsm_condition_sleep(CONDITION_VARIABLE *condition, uint32_t ticket,
                         struct tsm_deadline deadline);
void tsm_condition_wake(CONDITION_VARIABLE *condition, int count);
