/* SPDX-License-Identifier: MIT */
/*
 * Console
 *
 * The terminal edits lines and makes signals of keys; here a line gets the end that Windows gives
 * it, and what a reader has no room for waits for the next one.
 *
 * Locking:   console.reading: one reader at a time, for as long as it takes. console.mutex: who that
 *            is, and the modes that the terminal does not know.
 * Windows:   a read that Ctrl+C interrupts succeeds, with nothing.
 */
#include "io/console.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/teb.h"
#include "base/trace.h"
#include "base/utf.h"
#include "os/reactor.h"
#include "os/terminal.h"
#include "sync/dispatcher.h"
#include "sync/wait_block.h"

#define LINE_MAX_BYTES 4096 /* the kernel's own limit */

/* Modes that are kept for those who ask, and have no meaning to a terminal. */
#define KEPT_INPUT                                                                            \
    (ENABLE_WINDOW_INPUT | ENABLE_MOUSE_INPUT | ENABLE_INSERT_MODE | ENABLE_QUICK_EDIT_MODE | \
     ENABLE_EXTENDED_FLAGS | ENABLE_AUTO_POSITION | ENABLE_VIRTUAL_TERMINAL_INPUT)
#define KEPT_OUTPUT                                                                             \
    (ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING | \
     DISABLE_NEWLINE_AUTO_RETURN | ENABLE_LVB_GRID_WORLDWIDE)

static struct {
    pthread_mutex_t reading, mutex;
    struct tsm_terminal_wait *reader; /* NULL: nobody waits */
    uint32_t reader_tid;
    bool is_called_back;              /* the reader is to end as cancelled */
    uint32_t input_mode, output_mode; /* the kept bits */
    /* Bytes that were read and not asked for yet. */
    uint8_t line[LINE_MAX_BYTES + 2];
    uint32_t begin, end;
    _Atomic bool has_rest; /* of such bytes; for those who do not read */
} console = {
    .reading = PTHREAD_MUTEX_INITIALIZER,
    .mutex = PTHREAD_MUTEX_INITIALIZER,
    .input_mode = ENABLE_INSERT_MODE | ENABLE_QUICK_EDIT_MODE | ENABLE_EXTENDED_FLAGS,
    .output_mode =
        ENABLE_PROCESSED_OUTPUT | ENABLE_WRAP_AT_EOL_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING,
};

static void set_reader(struct tsm_terminal_wait *wait)
{
    pthread_mutex_lock(&console.mutex);
    console.reader = wait;
    console.reader_tid = wait ? tsm_teb_tid() : 0;
    console.is_called_back = false;
    pthread_mutex_unlock(&console.mutex);
}

bool tsm_console_call_back(uint32_t tid)
{
    bool is_told;

    pthread_mutex_lock(&console.mutex);
    is_told = console.reader && console.reader_tid == tid;
    if (is_told) {
        console.is_called_back = true;
        tsm_terminal_wait_interrupt(console.reader);
    }
    pthread_mutex_unlock(&console.mutex);
    return is_told;
}

static bool was_called_back(void)
{
    bool was;

    pthread_mutex_lock(&console.mutex);
    was = console.is_called_back;
    pthread_mutex_unlock(&console.mutex);
    return was;
}

void tsm_console_interrupt(void)
{
    pthread_mutex_lock(&console.mutex);
    if (console.reader)
        tsm_terminal_wait_interrupt(console.reader);
    pthread_mutex_unlock(&console.mutex);
}

/* Windows: Enter is CR LF where lines are read, and CR where keys are. */
static void end_line(bool has_lines)
{
    if (console.end == 0 || console.line[console.end - 1] != '\n')
        return;
    console.line[console.end - 1] = '\r';
    if (has_lines)
        console.line[console.end++] = '\n';
}

/* Windows: Ctrl+Z at the beginning of a line is an end. */
#define CTRL_Z 0x1A

/* Reading lock held: there is something in the line, or it is the end of all input. */
static NTSTATUS fill(struct tsm_fd_file *file)
{
    struct tsm_terminal_mode mode;
    struct tsm_terminal_wait wait;
    NTSTATUS status;
    uint32_t count = 0;

    if (console.begin < console.end)
        return STATUS_SUCCESS;
    console.begin = console.end = 0;
    status = tsm_terminal_get_mode(file->fd, &mode);
    if (!NT_SUCCESS(status))
        return status;
    status = tsm_terminal_wait_init(&wait);
    if (!NT_SUCCESS(status))
        return status;
    set_reader(&wait);
    status = tsm_terminal_read(file->fd, &wait, console.line, LINE_MAX_BYTES, &count);
    if (status == STATUS_ALERTED && was_called_back())
        status = STATUS_CANCELLED;
    set_reader(NULL);
    tsm_terminal_wait_deinit(&wait);
    if (status != STATUS_SUCCESS)
        return status;
    if (mode.has_lines && count && console.line[0] == CTRL_Z)
        return STATUS_SUCCESS;
    console.end = count;
    end_line(mode.has_lines);
    return STATUS_SUCCESS;
}

NTSTATUS tsm_console_read(struct tsm_fd_file *file, void *out, uint32_t length, uint32_t *count)
{
    NTSTATUS status;

    *count = 0;
    if (length == 0)
        return STATUS_SUCCESS;
    pthread_mutex_lock(&console.reading);
    status = fill(file);
    if (status == STATUS_SUCCESS) {
        *count = (uint32_t)tsm_min_u64(length, console.end - console.begin);
        memcpy(out, console.line + console.begin, *count);
        console.begin += *count;
    }
    console.has_rest = console.begin < console.end;
    pthread_mutex_unlock(&console.reading);
    return status;
}

/* Bytes of the UTF-8 sequence that begins here; one that is cut off counts as it is. */
static uint32_t sequence_length(uint8_t first, uint32_t rest)
{
    uint32_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    return length < rest ? length : rest;
}

NTSTATUS tsm_console_read_wide(struct tsm_fd_file *file, char16_t *out, uint32_t length,
                               uint32_t *count)
{
    NTSTATUS status;

    *count = 0;
    if (length == 0)
        return STATUS_SUCCESS;
    pthread_mutex_lock(&console.reading);
    status = fill(file);
    while (status == STATUS_SUCCESS && console.begin < console.end && *count < length) {
        const char *at = (const char *)console.line + console.begin;
        uint32_t bytes = sequence_length((uint8_t)*at, console.end - console.begin);
        char16_t units[4];
        size_t made = tsm_utf16_from_utf8(at, bytes, units, TSM_COUNT_OF(units), NULL);

        /* No room for both halves: the next read has it, unless it would never have. */
        if (made > length - *count) {
            if (*count)
                break;
            made = 1;
            units[0] = 0xFFFD;
        }
        memcpy(out + *count, units, made * sizeof(char16_t));
        *count += (uint32_t)made;
        console.begin += bytes;
    }
    console.has_rest = console.begin < console.end;
    pthread_mutex_unlock(&console.reading);
    return status;
}

/* ---- waiting ---- */

struct tsm_console_watch {
    struct tsm_reactor_watch base;
    struct tsm_object *object; /* borrowed: it owns us */
};

static void on_input(struct tsm_reactor_watch *base, uint32_t events)
{
    struct tsm_console_watch *watch = tsm_container_of(base, struct tsm_console_watch, base);

    tsm_dispatcher_lock();
    tsm_wait_notify_locked(watch->object);
    tsm_dispatcher_unlock();
}

bool tsm_console_has_input(struct tsm_fd_file *file)
{
    struct tsm_console_watch *watch;

    if (console.has_rest || tsm_terminal_has_input(file->fd))
        return true;
    if (file->console_watch)
        return false;
    /* What comes from now on is an event, and so is what came since we looked. */
    watch = calloc(1, sizeof(*watch));
    if (watch) {
        watch->base.fd = file->fd;
        watch->base.on_event = on_input;
        watch->object = &file->file.object;
    }
    if (!watch || !NT_SUCCESS(tsm_reactor_add(&watch->base, EPOLLIN | EPOLLET))) {
        tsm_trace(TSM_TRACE_IO, "nobody looks for keys");
        free(watch);
        return false;
    }
    file->console_watch = watch;
    return false;
}

void tsm_console_unwatch(struct tsm_fd_file *file)
{
    if (!file->console_watch)
        return;
    tsm_reactor_remove(&file->console_watch->base);
    free(file->console_watch);
    file->console_watch = NULL;
}

/* ---- modes ---- */

NTSTATUS tsm_console_get_mode(struct tsm_fd_file *file, uint32_t *out)
{
    struct tsm_terminal_mode mode;
    NTSTATUS status = tsm_terminal_get_mode(file->fd, &mode);

    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&console.mutex);
    if (file->is_console_output)
        *out = console.output_mode;
    else
        *out = console.input_mode | (mode.has_signals ? ENABLE_PROCESSED_INPUT : 0) |
               (mode.has_lines ? ENABLE_LINE_INPUT : 0) | (mode.has_echo ? ENABLE_ECHO_INPUT : 0);
    pthread_mutex_unlock(&console.mutex);
    return STATUS_SUCCESS;
}

static NTSTATUS set_input_mode(struct tsm_fd_file *file, uint32_t wanted)
{
    struct tsm_terminal_mode mode = {
        .has_signals = wanted & ENABLE_PROCESSED_INPUT,
        .has_lines = wanted & ENABLE_LINE_INPUT,
        .has_echo = wanted & ENABLE_ECHO_INPUT,
    };
    uint32_t terminals = ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT;

    /* Windows: there is no echo without lines. */
    if ((wanted & ~(uint32_t)(KEPT_INPUT | terminals)) || (mode.has_echo && !mode.has_lines))
        return STATUS_INVALID_PARAMETER;
    console.input_mode = wanted & KEPT_INPUT;
    return tsm_terminal_set_mode(file->fd, &mode);
}

NTSTATUS tsm_console_set_mode(struct tsm_fd_file *file, uint32_t wanted)
{
    struct tsm_terminal_mode mode;
    NTSTATUS status = tsm_terminal_get_mode(file->fd, &mode);

    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&console.mutex);
    if (!file->is_console_output)
        status = set_input_mode(file, wanted);
    else if (wanted & ~(uint32_t)KEPT_OUTPUT)
        status = STATUS_INVALID_PARAMETER;
    else
        console.output_mode = wanted;
    pthread_mutex_unlock(&console.mutex);
    return status;
}

NTSTATUS tsm_console_flush_input(struct tsm_fd_file *file)
{
    NTSTATUS status = tsm_terminal_flush_input(file->fd);

    if (!NT_SUCCESS(status))
        return status;
    /* One who reads at this moment has taken the line's rest already. */
    if (pthread_mutex_trylock(&console.reading) == 0) {
        console.begin = console.end = 0;
        console.has_rest = false;
        pthread_mutex_unlock(&console.reading);
    }
    return status;
}
