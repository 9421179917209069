/* SPDX-License-Identifier: MIT */
#include "base/teb.h"

#include <unistd.h>

_Thread_local struct tsm_teb tsm_teb_self;

uint32_t tsm_teb_tid(void)
{
    struct tsm_teb *teb = tsm_teb_current();

    if (teb->tid == 0)
        teb->tid = (uint32_t)gettid();
    return teb->tid;
}

void tsm_teb_after_fork(void)
{
    tsm_teb_current()->tid = 0;
}
