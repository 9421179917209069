/* SPDX-License-Identifier: MIT */
/* From an exception to whoever takes it. */
#pragma once

#include <stdbool.h>
#include <windows.h>

#include "base/macros.h"

enum tsm_outcome {
    TSM_CONTINUED,
    TSM_UNHANDLED /* the process has to end, and with a message */
};

/*
 * Asks everybody in order: vectored handlers, frames, the filter for what is unhandled. Does not
 * return when an __except block takes the exception. is_complete: see above; otherwise *changed
 * says whether somebody may have changed the context.
 */
tsm_must_check enum tsm_outcome tsm_dispatch(EXCEPTION_RECORD *record, CONTEXT *context,
                                             bool is_complete, bool *may_be_changed);

/* Called by tsm_raise() with the caller's registers. */
void tsm_dispatch_raised(EXCEPTION_RECORD *record, CONTEXT *context);
