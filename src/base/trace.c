/* SPDX-License-Identifier: MIT */
#include "base/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/teb.h"

unsigned int tsm_trace_mask;

static const char *const channel_names[TSM_TRACE_COUNT] = {
    [TSM_TRACE_HANDLE] = "handle",     [TSM_TRACE_IO] = "io",
    [TSM_TRACE_WAIT] = "wait",         [TSM_TRACE_PIPE] = "pipe",
    [TSM_TRACE_MAILSLOT] = "mailslot", [TSM_TRACE_RING] = "ring",
    [TSM_TRACE_NAME] = "name",         [TSM_TRACE_PROCESS] = "process",
    [TSM_TRACE_REACTOR] = "reactor",   [TSM_TRACE_DEBUG] = "debug",
};

void tsm_trace_init(void)
{
    const char *list = getenv("TRANSOM_TRACE");

    tsm_trace_mask = 0;
    while (list && *list) {
        size_t length = strcspn(list, ",");

        if (length == 3 && memcmp(list, "all", 3) == 0)
            tsm_trace_mask = ~0u;
        for (unsigned int i = 0; i < TSM_TRACE_COUNT; i++)
            if (strlen(channel_names[i]) == length && memcmp(list, channel_names[i], length) == 0)
                tsm_trace_mask |= 1u << i;
        list += length;
        list += *list == ',';
    }
}

void tsm_trace_line(enum tsm_trace_channel channel, const char *format, ...)
{
    char text[1024];
    struct timespec now;
    va_list args;

    clock_gettime(CLOCK_MONOTONIC, &now);

    int length =
        snprintf(text, sizeof(text), "transom %d.%u %ld.%06ld %s: ", (int)getpid(), tsm_teb_tid(),
                 (long)now.tv_sec, now.tv_nsec / 1000, channel_names[channel]);
    size_t used = (size_t)length;

    va_start(args, format);
    length = vsnprintf(text + used, sizeof(text) - used - 1, format, args);
    va_end(args);
    if (length > 0)
        used += tsm_min_u64((uint64_t)length, sizeof(text) - used - 2);
    text[used++] = '\n';
    (void)!write(STDERR_FILENO, text, used);
}
