/* SPDX-License-Identifier: MIT */
/* WaitOnAddress: sleeping while some bytes of the program hold a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/deadline.h"
#include "base/status.h"

/* size 1, 2, 4 or 8, else STATUS_INVALID_PARAMETER; STATUS_TIMEOUT. */
tsm_must_check NTSTATUS tsm_address_wait(const volatile void *address, const void *compare,
                                         size_t size, struct tsm_deadline deadline);
void tsm_address_wake(const void *address, bool all);
