/* SPDX-License-Identifier: MIT */
/* The number of descriptors that this process may have. */
#pragma once

#include <stdbool.h>

/* After EMFILE: raises the soft limit towards the hard one, and says so in a trace; where it is there
 * already, what was kept open for later is closed. False: nothing helps. errno stays. */
bool tsm_fd_limit_raise(void);

/* Whom to ask then: he closes what he can do without, and says whether there was anything. No lock is
 * held that he could want. To say so again is cheap. */
void tsm_fd_limit_add_giver(bool (*give)(void));

/* Asks all of them. False: there was nothing. */
bool tsm_fd_limit_give_back(void);

/* Makes sure that some can be had behind this one, for those that come where nobody can say no. */
void tsm_fd_limit_reach(int fd);

/* fd = expression, once more if the limit was in the way. */
#define TSM_FD_TRY(fd, expression) \
    do                             \
        (fd) = (expression);       \
    while ((fd) < 0 && errno == EMFILE && tsm_fd_limit_raise())
