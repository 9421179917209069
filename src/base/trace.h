/* SPDX-License-Identifier: MIT */
/*
 * TRANSOM_TRACE=channel[,channel...] or "all": one line per event on stderr.
 *
 * Channels: handle io wait pipe mailslot ring name process reactor debug
 */
#pragma once

#include <stdbool.h>

#include "base/macros.h"

enum tsm_trace_channel {
    TSM_TRACE_HANDLE,
    TSM_TRACE_IO,
    TSM_TRACE_WAIT,
    TSM_TRACE_PIPE,
    TSM_TRACE_MAILSLOT,
    TSM_TRACE_RING,
    TSM_TRACE_NAME,
    TSM_TRACE_PROCESS,
    TSM_TRACE_REACTOR,
    TSM_TRACE_DEBUG,
    TSM_TRACE_COUNT
};

extern unsigned int tsm_trace_mask;

/* Reads TRANSOM_TRACE; called once by the constructor. */
void tsm_trace_init(void);
void tsm_trace_line(enum tsm_trace_channel channel, const char *format, ...) tsm_printf_like(2, 3);

static inline bool tsm_trace_is_on(enum tsm_trace_channel channel)
{
    return tsm_unlikely((tsm_trace_mask >> channel) & 1);
}

#define tsm_trace(channel, ...)                   \
    do {                                          \
        if (tsm_trace_is_on(channel))             \
            tsm_trace_line(channel, __VA_ARGS__); \
    } while (0)
