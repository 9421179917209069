/* SPDX-License-Identifier: MIT */
/* The dispatcher lock: signal state and wait blocks of all objects of the process. */
#pragma once

void tsm_dispatcher_lock(void);
void tsm_dispatcher_unlock(void);
