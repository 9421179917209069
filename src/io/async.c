/* SPDX-License-Identifier: MIT */
/*
 * Overlapped requests
 *
 * The request lies on the heap, shares its file and its event, and belongs to whoever finishes it.
 * It is told in this order: the OVERLAPPED's words, the last of them its status, then the event or
 * the file, then the packet of the port or the call of the routine. After its status the OVERLAPPED
 * is not touched again: the program may have freed it. The ends of a file's requests are told in the
 * order in which they came, see tsm_file_tell(). Status and event are told in one: who has seen
 * the status may use both for the next request, and that one's event is not to be signaled by this.
 *
 * Ownership: as a packet or a call the request belongs to the port or the thread it was given to.
 * Windows:   what fails at once is told by the call alone. What succeeds at once is told like
 *            everything else, unless the file's modes say that the port needs no packet then.
 */
#include "io/async.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/teb.h"
#include "base/trace.h"
#include "io/completion_port.h"
#include "object/handle_table.h"
#include "sync/apc.h"
#include "sync/dispatcher.h"
#include "sync/event.h"

#define NO_PACKET ((uintptr_t)1) /* bit of OVERLAPPED.hEvent */

struct async {
    struct tsm_io io;
    struct tsm_packet packet;
    struct tsm_apc apc;
    OVERLAPPED *overlapped;
    struct tsm_object *event;
    struct tsm_object *thread; /* with a routine: who runs it */
    struct tsm_apc_queue *apcs;
    LPOVERLAPPED_COMPLETION_ROUTINE routine;
    bool wants_packet;
    bool spares_packet; /* if it succeeds at once */
};

static struct async *async_from(struct tsm_io *io)
{
    return tsm_container_of(io, struct async, io);
}

/* ---- telling ---- */

static void overlapped_store(void *request)
{
    const struct async *async = request;

    async->overlapped->InternalHigh = async->io.information;
    /* pairs with the acquire of whoever looks whether it has finished */
    __atomic_store_n(&async->overlapped->Internal, (ULONG_PTR)(uint32_t)async->io.status,
                     __ATOMIC_RELEASE);
}

static void packet_dispose(struct tsm_packet *packet)
{
    free(tsm_container_of(packet, struct async, packet));
}

static void routine_run(const struct tsm_apc_call *call)
{
    ((LPOVERLAPPED_COMPLETION_ROUTINE)call->routine)(call->low, call->high, call->argument);
}

static void routine_take(struct tsm_apc *apc, struct tsm_apc_call *call)
{
    struct async *async = tsm_container_of(apc, struct async, apc);

    if (call)
        *call = (struct tsm_apc_call){
            .run = routine_run,
            .routine = (void (*)(void))async->routine,
            .argument = async->overlapped,
            .low = tsm_status_to_win32(async->io.status),
            .high = (uint32_t)async->io.information,
        };
    free(async);
}

/* Takes the request. */
static void queue_routine(struct async *async)
{
    struct tsm_object *thread = async->thread;
    bool was_added;

    tsm_dispatcher_lock();
    was_added = tsm_apc_add_locked(async->apcs, &async->apc);
    tsm_dispatcher_unlock();
    if (!was_added)
        free(async);
    tsm_object_unref(thread);
}

/* Status and information are there. Takes the request. */
static void async_tell(struct async *async)
{
    struct tsm_file *file = async->io.file;
    struct tsm_port *port = async->wants_packet ? tsm_file_port(file, &async->packet.key) : NULL;

    tsm_trace(TSM_TRACE_IO, "overlapped request ends: %s, %llu bytes",
              tsm_status_name(async->io.status), (unsigned long long)async->io.information);
    async->packet.overlapped = async->overlapped;
    async->packet.status = (uint32_t)async->io.status;
    async->packet.information = async->io.information;
    if (async->event) {
        tsm_event_signal_after(async->event, overlapped_store, async);
        tsm_object_unref(async->event);
    } else {
        tsm_file_signal_after(file, overlapped_store, async);
    }
    if (async->routine)
        queue_routine(async);
    else if (port)
        tsm_port_add(port, &async->packet);
    else
        free(async);
    tsm_object_unref(&file->object);
}

/* It was never begun. */
static void async_discard(struct async *async)
{
    tsm_object_unref(async->event);
    tsm_object_unref(async->thread);
    free(async);
}

/* Windows: of what a transaction finds in its way, only its end tells. */
static bool is_told_later(enum tsm_io_kind kind, NTSTATUS status)
{
    return kind == TSM_IO_TRANSACT && status == STATUS_PIPE_BUSY;
}

static void async_on_finish(struct tsm_io *io)
{
    struct async *async = async_from(io);
    struct tsm_file *file = io->file;

    if (io->is_at_once && NT_ERROR(io->status) && !is_told_later(io->kind, io->status)) {
        async_discard(async);
        tsm_object_unref(&file->object);
        return;
    }
    if (io->is_at_once && io->status == STATUS_SUCCESS && async->spares_packet)
        async->wants_packet = false;
    async_tell(async);
}

/* ---- starting ---- */

NTSTATUS tsm_async_take_event(const OVERLAPPED *overlapped, struct tsm_object **event)
{
    HANDLE handle = (HANDLE)((uintptr_t)overlapped->hEvent & ~NO_PACKET);
    NTSTATUS status = STATUS_SUCCESS;

    if (handle)
        status = tsm_handle_ref(handle, &tsm_event_ops, EVENT_MODIFY_STATE, event);
    if (*event)
        tsm_event_reset(*event);
    return status;
}

static struct async *async_new(const struct tsm_io *what, OVERLAPPED *overlapped)
{
    struct async *async = malloc(sizeof(*async));

    if (!async)
        return NULL;
    tsm_io_init(&async->io, what->file, what->kind);
    async->io.in = what->in;
    async->io.in_length = what->in_length;
    async->io.out = what->out;
    async->io.out_length = what->out_length;
    async->io.offset = (int64_t)((uint64_t)overlapped->OffsetHigh << 32 | overlapped->Offset);
    async->io.on_finish = async_on_finish;
    tsm_list_init(&async->packet.node);
    async->packet.dispose = packet_dispose;
    tsm_list_init(&async->apc.node);
    async->apc.take = routine_take;
    async->overlapped = overlapped;
    async->event = async->thread = NULL;
    async->apcs = NULL;
    async->routine = NULL;
    async->wants_packet = !((uintptr_t)overlapped->hEvent & NO_PACKET);
    async->spares_packet = what->file->modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS;
    return async;
}

/* Windows: hEvent is the program's own with a routine, and a port has no routines. */
static NTSTATUS async_prepare(struct async *async, LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    if (!routine)
        return tsm_async_take_event(async->overlapped, &async->event);
    if (tsm_file_port(async->io.file, &async->packet.key))
        return STATUS_INVALID_PARAMETER;
    async->apcs = tsm_apc_queue_current();
    if (!async->apcs)
        return STATUS_NO_MEMORY;
    async->thread = tsm_object_ref(async->apcs->thread);
    async->routine = routine;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_async_submit(const struct tsm_io *what, OVERLAPPED *overlapped,
                          LPOVERLAPPED_COMPLETION_ROUTINE routine, uint64_t *information)
{
    struct async *async = async_new(what, overlapped);
    struct tsm_file *file = what->file;
    NTSTATUS status = async ? async_prepare(async, routine) : STATUS_NO_MEMORY;

    tsm_assert(file->is_overlapped);
    *information = 0;
    if (!NT_SUCCESS(status)) {
        if (async)
            async_discard(async);
        return status;
    }

    bool spares_packet = async->spares_packet;

    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    tsm_file_unsignal(file);
    tsm_object_ref(&file->object);
    tsm_teb_current()->has_overlapped = true;
    status = tsm_file_submit_overlapped(file, &async->io, information);
    if (is_told_later(what->kind, status))
        return STATUS_PENDING;
    /* Windows: where success needs no packet, a warning comes as one. */
    return NT_WARNING(status) && spares_packet ? STATUS_PENDING : status;
}

struct tsm_object *tsm_async_object(struct tsm_io *io)
{
    struct async *async = async_from(io);
    uint64_t key;
    struct tsm_port *port = async->wants_packet ? tsm_file_port(io->file, &key) : NULL;

    tsm_assert(io->on_finish == async_on_finish);
    if (async->routine)
        return NULL;
    if (port)
        return tsm_port_queue(port);
    return async->event ? async->event : &io->file->object;
}

/* ---- cancelling ---- */

static bool is_meant(struct tsm_io *io, const void *context)
{
    const struct tsm_cancel *cancel = context;
    bool is_overlapped = io->on_finish == async_on_finish;
    uint64_t key;

    if ((cancel->tid && io->tid != cancel->tid) ||
        (cancel->overlapped &&
         (!is_overlapped || async_from(io)->overlapped != cancel->overlapped)))
        return false;
    switch (cancel->which) {
    case TSM_CANCEL_ALL:
        return true;
    case TSM_CANCEL_OVERLAPPED:
        return is_overlapped;
    case TSM_CANCEL_BLOCKING:
        return !is_overlapped;
    case TSM_CANCEL_OF_THREAD:
        return is_overlapped && (!async_from(io)->wants_packet || !tsm_file_port(io->file, &key));
    }
    tsm_unreachable();
}

NTSTATUS tsm_async_cancel(struct tsm_file *file, const struct tsm_cancel *cancel)
{
    return file->ops->cancel ? file->ops->cancel(file, is_meant, cancel) : STATUS_NOT_FOUND;
}

struct everywhere {
    const struct tsm_cancel *cancel;
    NTSTATUS status;
};

static void cancel_in(struct tsm_object *object, void *context)
{
    struct everywhere *everywhere = context;
    struct tsm_file *file = tsm_file_from(object);

    if (file && NT_SUCCESS(tsm_async_cancel(file, everywhere->cancel)))
        everywhere->status = STATUS_SUCCESS;
}

NTSTATUS tsm_async_cancel_everywhere(const struct tsm_cancel *cancel)
{
    struct everywhere everywhere = {cancel, STATUS_NOT_FOUND};

    tsm_handle_for_each_object(cancel_in, &everywhere);
    return everywhere.status;
}

void tsm_async_thread_ends(void)
{
    struct tsm_cancel cancel = {.tid = tsm_teb_tid(), .which = TSM_CANCEL_OF_THREAD};

    if (tsm_teb_current()->has_overlapped)
        (void)!NT_SUCCESS(tsm_async_cancel_everywhere(&cancel));
}
