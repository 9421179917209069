/* SPDX-License-Identifier: MIT */
/* Vectored handlers: of the process, asked before any frame. */
#pragma once

#include <stdbool.h>
#include <windows.h>

enum tsm_vectored_list { TSM_VECTORED_EXCEPTION, TSM_VECTORED_CONTINUE };

/* A handle for tsm_vectored_remove(); NULL without memory. */
void *tsm_vectored_add(enum tsm_vectored_list list, bool is_first,
                       PVECTORED_EXCEPTION_HANDLER handler);

/* False for what is not, or not any more, in that list. */
bool tsm_vectored_remove(enum tsm_vectored_list list, void *handle);

bool tsm_vectored_is_empty(enum tsm_vectored_list list);

/* Calls the handlers of a list until one wants to continue; true: one did. *is_reading meanwhile. */
bool tsm_vectored_ask(enum tsm_vectored_list list, EXCEPTION_POINTERS *pointers, bool *is_reading);

/* A jump has left an exception, perhaps while its handlers were being called. */
void tsm_vectored_give_up(bool *is_reading);
