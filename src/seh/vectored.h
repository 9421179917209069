/* SPDX-License-Identifier: MIT */
/* Vectored handlers: of the process, asked before any frame. */
#pragma once

#include <stdbool.h>
#include <windows.h>

#include "seh/dispatch.h"

enum tsm_vectored_list { TSM_VECTORED_EXCEPTION, TSM_VECTORED_CONTINUE };

/* A handle for tsm_vectored_remove(); NULL without memory. */
void *tsm_vectored_add(enum tsm_vectored_list list, bool is_first,
                       PVECTORED_EXCEPTION_HANDLER handler);

/* False for what is not, or not any more, in that list. */
bool tsm_vectored_remove(enum tsm_vectored_list list, void *handle);

/* Answer < 0: continue. */
int tsm_vectored_ask(struct tsm_dispatch *dispatch);

/* The exception is about to be continued. */
void tsm_vectored_tell_continued(struct tsm_dispatch *dispatch);

/* An exception was given up while its handlers were being called. */
void tsm_vectored_give_up(struct tsm_dispatch *dispatch);
