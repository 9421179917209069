/* SPDX-License-Identifier: MIT */
/*
 * Thread pool I/O
 *
 * The file is bound to a port without a queue, which makes a piece of work of each packet.
 *
 * Ownership: the file has the port, and the port what stands here; an object that the program has
 *            closed goes with the file and its last call, whichever is later.
 * Locking:   its mutex, then the pool's. Packets come without locks.
 * Windows:   each operation has to be announced, and taken back when it fails at once.
 */
#include "process/threadpool_io.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/assert.h"
#include "io/completion_port.h"

struct _TP_IO {
    struct tsm_port_sink sink;
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    PTP_WIN32_IO_CALLBACK callback;
    LPOVERLAPPED_COMPLETION_ROUTINE routine; /* instead of the callback */
    void *context;
    struct tsm_list queued; /* packets whose calls have not begun */
    uint64_t started;       /* operations that have not ended */
    uint64_t calls;         /* queued or being made */
    bool has_port;
    bool is_closed;
};

/* Mutex held, given up. */
static void unlock_and_free_if_over(struct _TP_IO *io)
{
    bool is_over = io->is_closed && !io->has_port && io->calls == 0;

    pthread_mutex_unlock(&io->mutex);
    if (!is_over)
        return;
    pthread_mutex_destroy(&io->mutex);
    pthread_cond_destroy(&io->ended);
    free(io);
}

static void call_ended(struct _TP_IO *io)
{
    pthread_mutex_lock(&io->mutex);
    if (--io->calls == 0)
        pthread_cond_broadcast(&io->ended);
    unlock_and_free_if_over(io);
}

static void run_call(struct tsm_work_item *item)
{
    struct tsm_packet *packet = tsm_container_of(item, struct tsm_packet, work);
    struct _TP_IO *io = (struct _TP_IO *)(uintptr_t)packet->key;
    void *overlapped = packet->overlapped;
    uint64_t bytes = packet->information;
    ULONG error = tsm_status_to_win32((NTSTATUS)packet->status);

    pthread_mutex_lock(&io->mutex);
    tsm_list_unlink(&packet->node);
    pthread_mutex_unlock(&io->mutex);
    packet->dispose(packet);
    if (io->routine)
        io->routine(error, (DWORD)bytes, overlapped);
    else
        io->callback((PTP_CALLBACK_INSTANCE)(void *)item, io->context, overlapped, error, bytes,
                     io);
    call_ended(io);
}

static void deliver(struct tsm_port_sink *sink, struct tsm_packet *packet)
{
    struct _TP_IO *io = tsm_container_of(sink, struct _TP_IO, sink);

    pthread_mutex_lock(&io->mutex);
    if (io->started)
        io->started--;
    io->calls++;
    packet->key = (uintptr_t)io;
    packet->work.run = run_call;
    tsm_list_init(&packet->work.node);
    tsm_list_append(&io->queued, &packet->node);
    pthread_mutex_unlock(&io->mutex);
    /* Without any thread of the pool there is this one. */
    if (!NT_SUCCESS(tsm_work_pool_submit(&packet->work, TSM_WORK_SHORT)))
        run_call(&packet->work);
}

static void port_ended(struct tsm_port_sink *sink)
{
    struct _TP_IO *io = tsm_container_of(sink, struct _TP_IO, sink);

    pthread_mutex_lock(&io->mutex);
    io->has_port = false;
    unlock_and_free_if_over(io);
}

static NTSTATUS io_new(struct tsm_file *file, const struct _TP_IO *what, struct _TP_IO **out)
{
    struct _TP_IO *io = malloc(sizeof(*io));
    struct tsm_port *port;
    NTSTATUS status;

    if (!io)
        return STATUS_NO_MEMORY;
    *io = *what;
    io->sink = (struct tsm_port_sink){deliver, port_ended};
    pthread_mutex_init(&io->mutex, NULL);
    pthread_cond_init(&io->ended, NULL);
    tsm_list_init(&io->queued);
    io->has_port = true;
    port = tsm_port_new_sink(&io->sink);
    status = port ? tsm_file_bind(file, port, 0) : STATUS_NO_MEMORY;
    if (!NT_SUCCESS(status)) {
        io->is_closed = true;
        if (port)
            tsm_object_unref(tsm_port_object(port)); /* and the rest */
        else
            port_ended(&io->sink);
        return status;
    }
    tsm_object_unref(tsm_port_object(port)); /* the file has it */
    *out = io;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_threadpool_bind(struct tsm_file *file, LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    /* Nobody but the file has it. */
    const struct _TP_IO what = {.routine = routine, .is_closed = true};
    struct _TP_IO *io;

    return io_new(file, &what, &io);
}

NTSTATUS tsm_threadpool_io_new(struct tsm_file *file, PTP_WIN32_IO_CALLBACK callback, void *context,
                               struct _TP_IO **out)
{
    const struct _TP_IO what = {.callback = callback, .context = context};

    return io_new(file, &what, out);
}

void tsm_threadpool_io_start(struct _TP_IO *io)
{
    pthread_mutex_lock(&io->mutex);
    io->started++;
    pthread_mutex_unlock(&io->mutex);
}

void tsm_threadpool_io_cancel(struct _TP_IO *io)
{
    pthread_mutex_lock(&io->mutex);
    if (io->started)
        io->started--;
    pthread_mutex_unlock(&io->mutex);
}

void tsm_threadpool_io_wait(struct _TP_IO *io, enum tsm_work_wait how)
{
    struct tsm_list dropped = TSM_LIST_INIT(dropped);

    pthread_mutex_lock(&io->mutex);
    TSM_LIST_FOR_EACH(node, &io->queued)
    {
        struct tsm_packet *packet = TSM_LIST_ENTRY(node, struct tsm_packet, node);

        if (how != TSM_WORK_CANCEL || !tsm_work_pool_withdraw(&packet->work))
            continue;
        tsm_list_unlink(node);
        tsm_list_append(&dropped, node);
        io->calls--;
    }
    while (io->calls)
        pthread_cond_wait(&io->ended, &io->mutex);
    pthread_mutex_unlock(&io->mutex);
    TSM_LIST_FOR_EACH(node, &dropped)
    {
        struct tsm_packet *packet = TSM_LIST_ENTRY(node, struct tsm_packet, node);

        tsm_list_unlink(node);
        packet->dispose(packet);
    }
}

void tsm_threadpool_io_close(struct _TP_IO *io)
{
    pthread_mutex_lock(&io->mutex);
    io->is_closed = true;
    unlock_and_free_if_over(io);
}
