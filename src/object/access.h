/* SPDX-License-Identifier: MIT */
/* Rights as programs ask for them, and as handles carry them. */
#pragma once

#include "object/object.h"

/* The generic bits and MAXIMUM_ALLOWED as specific rights of the type; others as they are. Right for
 * files, events, mutexes and semaphores. */
uint32_t tsm_access_map(const struct tsm_object_ops *ops, uint32_t access);
