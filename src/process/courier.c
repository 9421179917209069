/* SPDX-License-Identifier: MIT */
/*
 * Courier
 *
 * A process that others may know (it was started by one of us, or started or opened one itself)
 * listens on a socket in the user's folder. Its service thread answers: gives a copy of a handle,
 * makes a handle to what it is given, closes one. Objects travel as they do to a child.
 *
 * Ownership: a visit holds the object that it gave away until the visitor hangs up, so it cannot go
 *            in between.
 * Locking:   none: visits belong to the service thread.
 */
#include "process/courier.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/trace.h"
#include "object/handle_table.h"
#include "object/import.h"
#include "os/fd.h"
#include "os/process_folder.h"
#include "os/reactor.h"
#include "os/unix_socket.h"
#include "process/process.h"
#include "sync/arena.h"
#include "wire/handle_request.h"

#define ANSWER_MS 5000u
#define CHILD_MS  2000u /* for a child to begin to listen */

struct visit {
    struct tsm_reactor_watch watch;
    struct tsm_object *given;
};

static struct {
    pthread_mutex_t mutex;
    struct tsm_reactor_watch watch;
    _Atomic bool is_started;
    bool listens;
} courier = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* ---- objects on the way ---- */

/* What a handle of this process becomes on the way; *object is returned owned. The source is closed
 * if the request says so, also if the rest fails. */
static NTSTATUS pack(struct tsm_handle_request *request, struct tsm_export *out,
                     struct tsm_object **object)
{
    HANDLE source = (HANDLE)(uintptr_t)request->handle, copy;
    struct tsm_object *found = NULL;
    uint32_t access = 0;
    NTSTATUS status = tsm_handle_duplicate(source, request->access,
                                           request->options & TSM_HANDLE_SAME_ACCESS, 0, &copy);

    if (NT_SUCCESS(status)) {
        status = tsm_handle_get_access(copy, &access);
        if (NT_SUCCESS(status))
            status = tsm_handle_ref(copy, NULL, 0, &found);
        (void)!NT_SUCCESS(tsm_handle_close(copy));
    }
    if (NT_SUCCESS(status))
        status = found->ops->export ? found->ops->export(found, out) : STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status) && out->type == TSM_IMPORT_STATE && !tsm_arena_has_our_names())
        status = STATUS_NOT_SUPPORTED;
    if (request->options & TSM_HANDLE_CLOSE_SOURCE) {
        NTSTATUS closed = tsm_handle_close(source);

        if (NT_SUCCESS(status))
            status = closed;
    }
    if (!NT_SUCCESS(status)) {
        tsm_object_unref(found);
        return status;
    }
    request->access = access;
    request->type = out->type;
    memcpy(request->data, out->data, sizeof(request->data));
    *object = found;
    return STATUS_SUCCESS;
}

/* A handle here to what came. Takes fd. */
static NTSTATUS unpack(const struct tsm_handle_request *request, int fd, HANDLE *out)
{
    struct tsm_export import = {
        .type = (enum tsm_import_type)request->type, .fd = fd, .is_for_one = true};
    struct tsm_object *object;
    NTSTATUS status;

    memcpy(import.data, request->data, sizeof(import.data));
    if ((request->type != TSM_IMPORT_STATE) != (fd >= 0))
        status = STATUS_INVALID_PARAMETER;
    else if (request->type == TSM_IMPORT_STATE && !tsm_arena_has_our_names())
        status = STATUS_NOT_SUPPORTED;
    else
        status = tsm_import(&import, &object);
    if (!NT_SUCCESS(status)) {
        if (fd >= 0)
            tsm_fd_close(fd);
        return status;
    }
    status = tsm_handle_insert(object, request->access & object->ops->valid_access,
                               request->flags & TSM_HANDLE_INHERIT, out);
    tsm_object_unref(object);
    return status;
}

/* ---- the one who is asked ---- */

static void visit_end(struct visit *visit)
{
    tsm_reactor_remove(&visit->watch);
    tsm_unix_close(visit->watch.fd);
    tsm_object_unref(visit->given);
    free(visit);
}

/* Takes fd. */
static NTSTATUS visit_answer(struct visit *visit, struct tsm_handle_request *request, int fd)
{
    struct tsm_export export = {.fd = -1};
    uint8_t record[TSM_HANDLE_REQUEST_SIZE];
    HANDLE made = NULL;
    NTSTATUS status;

    if (request->op == TSM_HANDLE_PUSH) {
        status = unpack(request, fd, &made);
        fd = -1;
    } else if (visit->given || fd >= 0) {
        status = STATUS_INVALID_PARAMETER;
    } else if (request->op == TSM_HANDLE_PULL) {
        status = pack(request, &export, &visit->given);
    } else {
        status = tsm_handle_close((HANDLE)(uintptr_t)request->handle);
    }
    if (fd >= 0)
        tsm_fd_close(fd);
    request->op = TSM_HANDLE_ANSWER;
    request->options = 0;
    request->status = (uint32_t)status;
    request->handle = (uint32_t)(uintptr_t)made;
    tsm_handle_request_encode(request, record);
    status =
        tsm_unix_send(visit->watch.fd, record, sizeof(record), NT_SUCCESS(status) ? export.fd : -1);
    if (export.is_fd_owned)
        tsm_fd_close(export.fd);
    return status;
}

static void on_visitor(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct visit *visit = tsm_container_of(watch, struct visit, watch);
    uint8_t record[TSM_HANDLE_REQUEST_SIZE];
    struct tsm_handle_request request;
    size_t length;
    int fd = -1;
    NTSTATUS status = tsm_unix_receive(watch->fd, record, sizeof(record), &length, &fd);

    if (status == STATUS_PIPE_LISTENING)
        return;
    if (NT_SUCCESS(status)) {
        if (tsm_handle_request_decode(record, length, &request) && request.op != TSM_HANDLE_ANSWER)
            status = visit_answer(visit, &request, fd);
        else if (fd >= 0)
            tsm_fd_close(fd);
    }
    if (!NT_SUCCESS(status))
        visit_end(visit);
}

static void on_listener(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct tsm_unix_peer peer;
    int socket;

    while (NT_SUCCESS(tsm_unix_accept(watch->fd, &socket))) {
        struct visit *visit = NULL;

        if (NT_SUCCESS(tsm_unix_peer(socket, &peer)) && peer.uid == geteuid())
            visit = calloc(1, sizeof(*visit));
        if (visit) {
            visit->watch.fd = socket;
            visit->watch.on_event = on_visitor;
        }
        if (!visit || !NT_SUCCESS(tsm_reactor_add(&visit->watch, EPOLLIN))) {
            tsm_unix_close(socket);
            free(visit);
        }
    }
}

void tsm_courier_start(void)
{
    if (atomic_load_explicit(&courier.is_started, memory_order_acquire))
        return;
    pthread_mutex_lock(&courier.mutex);
    if (!courier.is_started) {
        courier.watch.on_event = on_listener;
        if (NT_SUCCESS(tsm_process_folder_listen(&courier.watch.fd))) {
            courier.listens = NT_SUCCESS(tsm_reactor_add(&courier.watch, EPOLLIN));
            if (!courier.listens) {
                tsm_unix_close(courier.watch.fd);
                tsm_process_folder_leave();
            }
        }
        /* Another time there may be room for it. */
        if (!courier.listens)
            tsm_trace(TSM_TRACE_PROCESS, "handles of this process cannot be reached by others");
        atomic_store_explicit(&courier.is_started, courier.listens, memory_order_release);
    }
    pthread_mutex_unlock(&courier.mutex);
}

void tsm_courier_leave(void)
{
    if (courier.listens)
        tsm_process_folder_leave();
}

/* ---- the one who asks ---- */

/* A child may not have come so far yet. */
static NTSTATUS reach(struct tsm_object *process, int *socket)
{
    struct tsm_deadline deadline = tsm_deadline_in_ms(CHILD_MS);
    NTSTATUS status;

    for (;;) {
        status = tsm_process_folder_connect(tsm_process_id(process), socket);
        if (status != STATUS_OBJECT_NAME_NOT_FOUND && status != STATUS_PIPE_NOT_AVAILABLE)
            return status;
        if (!tsm_process_is_running_child(process) || tsm_deadline_has_passed(deadline))
            return STATUS_NOT_SUPPORTED;
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
}

/* Asks and waits. *fd: what to send on entry, what came at the end, owned. */
static NTSTATUS ask(int socket, struct tsm_handle_request *request, int *fd)
{
    uint8_t record[TSM_HANDLE_REQUEST_SIZE];
    size_t length;
    NTSTATUS status;

    tsm_handle_request_encode(request, record);
    status = tsm_unix_send(socket, record, sizeof(record), *fd);
    *fd = -1;
    if (!NT_SUCCESS(status))
        return status;
    if (!tsm_unix_wait_readable(socket, tsm_deadline_in_ms(ANSWER_MS)))
        return STATUS_IO_TIMEOUT;
    status = tsm_unix_receive(socket, record, sizeof(record), &length, fd);
    if (NT_SUCCESS(status) &&
        (!tsm_handle_request_decode(record, length, request) || request->op != TSM_HANDLE_ANSWER))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = (NTSTATUS)request->status;
    if (!NT_SUCCESS(status) && *fd >= 0) {
        tsm_fd_close(*fd);
        *fd = -1;
    }
    return status;
}

/* A handle here of a handle there. */
static NTSTATUS fetch(const struct tsm_courier_order *order, uint32_t flags, HANDLE *out)
{
    struct tsm_handle_request request = {
        .op = order->is_wanted ? TSM_HANDLE_PULL : TSM_HANDLE_CLOSE,
        .options = (order->has_same_access ? TSM_HANDLE_SAME_ACCESS : 0) |
                   (order->closes_source ? TSM_HANDLE_CLOSE_SOURCE : 0),
        .handle = (uint32_t)(uintptr_t)order->handle,
        .access = order->access,
    };
    int socket, fd = -1;
    NTSTATUS status = (uintptr_t)order->handle <= UINT32_MAX ? reach(order->source, &socket)
                                                             : STATUS_INVALID_HANDLE;

    if (!NT_SUCCESS(status))
        return status;
    status = ask(socket, &request, &fd);
    if (NT_SUCCESS(status) && order->is_wanted) {
        request.flags = flags;
        status = unpack(&request, fd, out);
    }
    tsm_unix_close(socket);
    return status;
}

/* A handle there of a handle here. */
static NTSTATUS bring(const struct tsm_courier_order *order, HANDLE handle, bool closes,
                      HANDLE *out)
{
    struct tsm_handle_request request = {
        .op = TSM_HANDLE_PUSH,
        .options = (order->has_same_access ? TSM_HANDLE_SAME_ACCESS : 0) |
                   (closes ? TSM_HANDLE_CLOSE_SOURCE : 0),
        .handle = (uint32_t)(uintptr_t)handle,
        .access = order->access,
    };
    tsm_cleanup(tsm_object_unrefp) struct tsm_object *object = NULL;
    struct tsm_export export = {.fd = -1};
    NTSTATUS status = pack(&request, &export, &object);
    int socket, fd = export.fd;

    if (NT_SUCCESS(status))
        status = reach(order->target, &socket);
    if (!NT_SUCCESS(status)) {
        if (export.is_fd_owned)
            tsm_fd_close(export.fd);
        return status;
    }
    request.flags = order->flags;
    request.options = 0;
    status = ask(socket, &request, &fd);
    if (export.is_fd_owned)
        tsm_fd_close(export.fd);
    if (fd >= 0)
        tsm_fd_close(fd); /* an answer to this has none */
    tsm_unix_close(socket);
    if (NT_SUCCESS(status))
        *out = (HANDLE)(uintptr_t)request.handle;
    return status;
}

NTSTATUS tsm_courier_run(const struct tsm_courier_order *order, HANDLE *out)
{
    uint32_t self = (uint32_t)getpid();
    bool is_from_here = tsm_process_id(order->source) == self;
    bool is_to_here = tsm_process_id(order->target) == self;
    HANDLE here = NULL;
    NTSTATUS status;

    if (is_from_here && !is_to_here)
        return bring(order, order->handle, order->closes_source, out);
    if (is_to_here || !order->is_wanted)
        return fetch(order, order->flags, out);
    status = fetch(order, 0, &here);
    if (!NT_SUCCESS(status))
        return status;
    struct tsm_courier_order rest = *order;

    rest.has_same_access = true;
    return bring(&rest, here, true, out);
}
