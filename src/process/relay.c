/* SPDX-License-Identifier: MIT */
/*
 * Relay
 *
 * A program that knows nothing of Transom wants a descriptor as its standard input or output, and the
 * end of a named pipe is none. So it gets a pipe(2), and a process of its own carries what comes: this
 * program once more, which inherits the end like any child, finds out before main() that it is a
 * relay, and never gets there. It belongs to nobody, so it lives as long as both sides do.
 *
 * Input:     each message is written to the pipe(2) as it comes, without boundaries; the relay ends,
 *            and its read with it, when nobody reads there any more. What was carried and not read
 *            is lost with the reader.
 * Output:    what one read(2) finds is one write to the end, so one message.
 * Our own:   programs of ours get the handle itself, and their C library reads it (std_input.c); what
 *            it writes comes by relay.
 */
#include "process/relay.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/trace.h"
#include "os/fd.h"
#include "os/fd_pipe.h"
#include "os/spawn.h"
#include "process/inherit.h"

#define VARIABLE    "TRANSOM_RELAY"
#define OWN_HANDLE  ((HANDLE)(uintptr_t)4)
#define BUFFER_SIZE 65536u
#define RETRY_NS    5000000

static struct {
    bool is_input;
    int fd;
} relay;

/* ---- the one who needs it ---- */

static bool knows_us(const char *program)
{
    static const char *const texts[] = {"libtransom.so", TSM_INHERIT_VARIABLE};

    return tsm_spawn_file_has(program, texts, 2);
}

bool tsm_relay_is_needless(const char *program, unsigned int std_index)
{
    return std_index == 0 && knows_us(program);
}

/* The caller's environment, in which the relay finds what we found, and its task; heap. */
static char **environment_make(char *handles, char *task)
{
    size_t count = 0;
    char **made;

    while (environ[count])
        count++;
    made = malloc((count + 3) * sizeof(char *));
    if (!made)
        return NULL;
    made[0] = handles;
    made[1] = task;
    memcpy(made + 2, environ, (count + 1) * sizeof(char *));
    return made;
}

/* Returns when the relay goes on by itself. */
static NTSTATUS launch(const char *program, const struct tsm_inherit *inherit, bool is_input,
                       int fd)
{
    char handles[64], task[64];
    char *argv[] = {(char *)"transom-relay", NULL};
    struct tsm_spawn spawn = {
        .path = program, .argv = argv, .directory = "/", .std_fds = {-1, -1, -1}};
    int *fds = malloc((inherit->fd_count + 1) * sizeof(int)), nothing = -1, pidfd;
    char **environment = environment_make(handles, task);
    NTSTATUS status = fds && environment ? tsm_spawn_null_fd(&nothing) : STATUS_NO_MEMORY;
    uint32_t pid;

    snprintf(handles, sizeof(handles), TSM_INHERIT_VARIABLE "=%d", inherit->blob_fd);
    snprintf(task, sizeof(task), VARIABLE "=%c%d", is_input ? 'i' : 'o', fd);
    if (NT_SUCCESS(status)) {
        memcpy(fds, inherit->fds, inherit->fd_count * sizeof(int));
        fds[inherit->fd_count] = fd;
        spawn.environment = environment;
        spawn.kept_fds = fds;
        spawn.kept_count = inherit->fd_count + 1;
        for (int i = 0; i < 3; i++)
            spawn.std_fds[i] = nothing;
        status = tsm_spawn(&spawn, &pid, &pidfd);
    }
    if (NT_SUCCESS(status)) {
        tsm_spawn_await(pidfd);
        tsm_fd_close(pidfd);
    }
    if (nothing >= 0)
        tsm_fd_close(nothing);
    free(environment);
    free(fds);
    return status;
}

NTSTATUS tsm_relay_start(struct tsm_file *file, unsigned int std_index, int *fd)
{
    const struct tsm_handle_info info = {.handle = OWN_HANDLE,
                                         .object = &file->object,
                                         .access = FILE_GENERIC_READ | FILE_GENERIC_WRITE};
    int ends[2] = {-1, -1};
    struct tsm_inherit inherit;
    bool is_input = std_index == 0;
    char program[4096];
    NTSTATUS status;

    if (!tsm_spawn_own_path(program, sizeof(program)) || !knows_us(program)) {
        tsm_trace(TSM_TRACE_PROCESS, "no relay can be started from this program");
        return STATUS_NOT_SUPPORTED;
    }
    status = tsm_inherit_one(&info, &inherit);
    if (!NT_SUCCESS(status))
        return status;
    status = tsm_fd_pipe(BUFFER_SIZE, &ends[0], &ends[1]);
    if (NT_SUCCESS(status))
        status = launch(program, &inherit, is_input, ends[is_input]);
    tsm_inherit_deinit(&inherit);
    if (ends[is_input] >= 0)
        tsm_fd_close(ends[is_input]);
    if (NT_SUCCESS(status))
        *fd = ends[!is_input];
    else if (ends[!is_input] >= 0)
        tsm_fd_close(ends[!is_input]);
    return status;
}

/* ---- the relay itself ---- */

bool tsm_relay_prepare(void)
{
    const char *text = secure_getenv(VARIABLE);
    char *rest = NULL;
    long fd;

    if (!text || (text[0] != 'i' && text[0] != 'o'))
        return false;
    fd = strtol(text + 1, &rest, 10);
    if (fd <= 2 || fd >= (1 << 20) || *rest)
        return false;
    relay.is_input = text[0] == 'i';
    relay.fd = (int)fd;
    unsetenv(VARIABLE);
    if (!NT_SUCCESS(tsm_spawn_detach()))
        _exit(1);
    tsm_spawn_set_cloexec(relay.fd);
    return true;
}

static void *watch_reader(void *unused)
{
    tsm_fd_pipe_wait_unread(relay.fd);
    /* The pending read ends with the process. */
    _exit(0);
}

static NTSTATUS run(struct tsm_file *file, enum tsm_io_kind kind, void *buffer, uint32_t *count)
{
    struct tsm_io io;
    NTSTATUS status;

    tsm_io_init(&io, file, kind);
    if (kind == TSM_IO_READ) {
        io.out = buffer;
        io.out_length = BUFFER_SIZE;
    } else {
        io.in = buffer;
        io.in_length = *count;
    }
    status = tsm_file_run(file, &io);
    *count = (uint32_t)io.information;
    return status;
}

static void carry_in(struct tsm_file *file, uint8_t *buffer)
{
    uint32_t count, written;
    pthread_t thread;

    if (pthread_create(&thread, NULL, watch_reader, NULL) != 0)
        return;
    for (;;) {
        NTSTATUS status = run(file, TSM_IO_READ, buffer, &count);

        if (status == STATUS_PIPE_EMPTY)
            nanosleep(&(struct timespec){.tv_nsec = RETRY_NS}, NULL);
        else if ((!NT_SUCCESS(status) && status != STATUS_BUFFER_OVERFLOW) ||
                 (count && !NT_SUCCESS(tsm_fd_pipe_write(relay.fd, buffer, count, &written))))
            return;
    }
}

static void carry_out(struct tsm_file *file, uint8_t *buffer)
{
    uint32_t count, written, done;

    while (NT_SUCCESS(tsm_fd_pipe_read(relay.fd, buffer, BUFFER_SIZE, &count)))
        for (done = 0; done < count; done += written) {
            written = count - done;
            if (!NT_SUCCESS(run(file, TSM_IO_WRITE, buffer + done, &written)))
                return;
            if (written == 0) /* an end that does not wait */
                nanosleep(&(struct timespec){.tv_nsec = RETRY_NS}, NULL);
        }
}

void tsm_relay_run(void)
{
    uint8_t *buffer = malloc(BUFFER_SIZE);
    struct tsm_file *file = NULL;

    signal(SIGPIPE, SIG_IGN);
    if (buffer && NT_SUCCESS(tsm_file_from_handle(OWN_HANDLE, 0, &file))) {
        tsm_trace(TSM_TRACE_PROCESS, "a relay %s",
                  relay.is_input ? "to a program" : "from a program");
        if (relay.is_input)
            carry_in(file, buffer);
        else
            carry_out(file, buffer);
        (void)!NT_SUCCESS(tsm_handle_close(OWN_HANDLE));
    }
    _exit(0);
}
