/* SPDX-License-Identifier: MIT */
/* What the system tells of a process or thread, one's own or not. */
#pragma once

#include <stdint.h>

/* Its state as a letter, see proc(5): 'Z' has ended and is still waited for, 'X' is gone. 0: there is
 * none, or nobody tells. *exit_status, unless NULL: of a 'Z' what waitpid(2) would say, of others
 * nothing that counts. */
char tsm_task_state(uint32_t id, int *exit_status);
