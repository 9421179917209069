/* SPDX-License-Identifier: MIT */
/*
 * A whole end of a pipe, with requests that wait, against a peer who lies between the end's own
 * loads. The channel is made of plain memory: what is behind it is seen by AddressSanitizer.
 *
 * Promised: every request ends exactly once, with no more bytes than it asked for; who was lied to
 * has closed the connection after the next pump, and nobody waits there any more.
 */
#include "fuzz.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "channel/rendezvous.h"
#include "io/completion_port.h"
#include "pipe/pipe_end.h"
#include "pipe/pipe_info.h"
#include "pipe/pipe_park.h"
#include "sync/dispatcher.h"
#include "sync/poll.h"
#include "sync/wait_block.h"
#include "sync/workers.h"

#define LOADS_MAX  200000 /* in one call */
#define CAPACITY   4096u
#define QUOTA      256u
#define IOS_MAX    24
#define LENGTH_MAX 3000u

static void peer_acts(void);

#ifdef __clang__
#define REAL_LOAD(object, order) __c11_atomic_load(object, order)
#else
#define REAL_LOAD(object, order) __atomic_load_n(object, order)
#endif
#undef atomic_load_explicit
#define atomic_load_explicit(object, order) (peer_acts(), REAL_LOAD(object, order))
#include "channel/ring.c"
#include "pipe/pipe_end.c"
#include "pipe/pipe_watch.c"
#undef atomic_load_explicit
#define atomic_load_explicit(object, order) REAL_LOAD(object, order)

/* ---- the input ---- */

static const uint8_t *program;
static size_t program_left;

static uint8_t next_u8(void)
{
    if (!program_left)
        return 0;
    program_left--;
    return *program++;
}

static uint32_t next_u16(void)
{
    uint32_t low = next_u8();

    return low | (uint32_t)next_u8() << 8;
}

static uint32_t next_u32(void)
{
    uint32_t low = next_u16();

    return low | next_u16() << 16;
}

/* ---- a channel of plain memory, and no rendezvous ---- */

static struct tsm_channel channel;

void tsm_channel_watch(struct tsm_channel *watched, void (*gone)(void *context), void *context)
{
}

bool tsm_channel_look(struct tsm_channel *watched)
{
    return false;
}

void tsm_channel_wake_slow(struct tsm_channel *of, _Atomic uint32_t *wait)
{
    *wait = 0;
}

void tsm_channel_look_soon_locked(struct tsm_channel *of)
{
}

void tsm_channel_want_bell_locked(struct tsm_channel *of, _Atomic uint32_t *wait)
{
    *wait |= TSM_WAIT_BELL;
}

void tsm_channel_show_gong_locked(struct tsm_channel *of, struct tsm_gong_address address)
{
}

/* ---- nobody listens, and nobody waits for the file or works for a port ---- */

bool tsm_beacon_set(struct tsm_beacon *beacon, struct tsm_object *object,
                    const struct tsm_beacon_view *view, struct tsm_gong_address *gong)
{
    return false;
}

void tsm_beacon_darken(struct tsm_beacon *beacon)
{
}

void tsm_beacon_clear(struct tsm_beacon *beacon)
{
}

struct tsm_object *tsm_async_object(struct tsm_io *io)
{
    return &io->file->object;
}

NTSTATUS tsm_reactor_add(struct tsm_reactor_watch *watch, uint32_t epoll_events)
{
    abort();
}

void tsm_reactor_set_deadline(struct tsm_reactor_watch *watch, struct tsm_deadline deadline)
{
    abort();
}

void tsm_reactor_cancel(struct tsm_reactor_watch *watch)
{
    abort();
}

void tsm_reactor_remove(struct tsm_reactor_watch *watch)
{
    abort();
}

int tsm_listener_poll_fd(const struct tsm_listener *listener)
{
    abort();
}

bool tsm_listener_has_client(const struct tsm_listener *listener)
{
    abort();
}

struct tsm_listener *tsm_listener_ref(struct tsm_listener *listener)
{
    abort();
}

void tsm_listener_unref(struct tsm_listener *listener)
{
    abort();
}

void tsm_poll_show(struct tsm_object *object, bool is_ready)
{
    abort();
}

void tsm_dispatcher_lock(void)
{
    abort();
}

void tsm_dispatcher_unlock(void)
{
    abort();
}

void tsm_wait_notify_locked(struct tsm_object *object)
{
    abort();
}

bool tsm_workers_block(void)
{
    abort();
}

void tsm_workers_unblock(bool was_working)
{
    abort();
}

struct tsm_object *tsm_port_object(struct tsm_port *port)
{
    abort();
}

void tsm_channel_hang_up(struct tsm_channel *closed)
{
    closed->header->client_state = TSM_SIDE_CLOSED;
}

void tsm_channel_close(struct tsm_channel *closed, enum tsm_side_state state)
{
}

struct tsm_ring_header *tsm_channel_outgoing(struct tsm_channel *of, uint8_t **data, uint64_t *size)
{
    int index = of->side == TSM_SIDE_SERVER;

    *data = of->data[index];
    *size = of->capacity[index];
    return &of->header->ring[index];
}

struct tsm_ring_header *tsm_channel_incoming(struct tsm_channel *of, uint8_t **data, uint64_t *size)
{
    int index = of->side == TSM_SIDE_CLIENT;

    *data = of->data[index];
    *size = of->capacity[index];
    return &of->header->ring[index];
}

NTSTATUS tsm_rendezvous_count(const struct tsm_name *name, uint32_t *out)
{
    *out = 1;
    return STATUS_SUCCESS;
}

void tsm_pipe_server_notice_locked(struct tsm_pipe_end *end)
{
}

void tsm_pipe_server_close(struct tsm_pipe_end *end)
{
}

NTSTATUS tsm_pipe_server_listen_locked(struct tsm_pipe_end *end, struct tsm_io *io)
{
    return STATUS_PIPE_CONNECTED;
}

void tsm_pipe_server_leave(struct tsm_pipe_end *end)
{
}

void tsm_channel_drop(struct tsm_channel *left)
{
}

void tsm_pipe_park(struct tsm_file *file, struct tsm_io *io)
{
    abort(); /* nobody sleeps here */
}

/* ---- nobody shares this end ---- */

void tsm_pipe_share_lock(struct tsm_pipe_end *end)
{
    abort();
}

void tsm_pipe_share_unlock(struct tsm_pipe_end *end)
{
    abort();
}

void tsm_pipe_share_commit(struct tsm_pipe_end *end)
{
    abort();
}

void tsm_pipe_share_look_after(struct tsm_pipe_end *end)
{
    abort();
}

void tsm_pipe_share_queue(struct tsm_pipe_end *end, struct tsm_io *io)
{
    abort();
}

void tsm_pipe_share_taken(struct tsm_pipe_end *end, uint64_t position, uint32_t bytes)
{
    abort();
}

bool tsm_pipe_share_is_next(struct tsm_pipe_end *end, const struct tsm_io *io)
{
    abort();
}

bool tsm_pipe_share_others_read(struct tsm_pipe_end *end)
{
    abort();
}

bool tsm_pipe_share_others_write(struct tsm_pipe_end *end)
{
    abort();
}

bool tsm_pipe_share_others_wait(struct tsm_pipe_end *end)
{
    abort();
}

uint64_t tsm_pipe_share_claims(const struct tsm_pipe_end *end)
{
    abort();
}

void tsm_pipe_share_needs(struct tsm_pipe_end *end, struct tsm_pipe_needs *needs)
{
    abort();
}

bool tsm_pipe_share_is_last(struct tsm_pipe_end *end)
{
    abort();
}

void tsm_pipe_share_go(struct tsm_pipe_end *end)
{
    abort();
}

void tsm_pipe_share_free(struct tsm_pipe_end *end)
{
    MUST(!end->share);
}

NTSTATUS tsm_pipe_share_export(struct tsm_object *object, struct tsm_export *out)
{
    abort();
}

/* ---- the peer ---- */

static struct tsm_ring_writer peer_writer;
static struct tsm_ring_reader peer_reader;
static bool is_peer_at_work, has_lied;
static uint32_t loads;
static struct lie {
    uint32_t after;
    uint8_t kind;
    uint16_t offset;
    uint32_t value;
} lies[4];
static uint32_t lie_count;

static void tell(const struct lie *lie)
{
    uint8_t *header = (uint8_t *)channel.header;
    struct tsm_pipe_end *end = channel.context;
    struct tsm_frame *frame =
        frame_at(channel.data[lie->kind >> 7], lie->offset % (CAPACITY - 8) & ~7u);
    uint32_t mark = lie->kind & 0x40 ? TSM_FRAME_VALID : 0;

    has_lied = true;
    switch (lie->kind % 8) {
    case 0: /* any word of the header page, states included */
        memcpy(header + lie->offset % (sizeof(struct tsm_channel_header) - 4), &lie->value, 4);
        break;
    case 1: /* a counter */
        memcpy(header + 384 + lie->offset % 8 * 128 + lie->offset / 8 % 4 * 8,
               &(uint64_t){(uint64_t)(int64_t)(int32_t)lie->value}, 8);
        break;
    case 2:
        frame->word = lie->value | mark;
        break;
    case 3:
        frame->take = lie->value;
        break;
    case 4:
        frame->take = TSM_FRAME_IS_JUMP;
        frame->word = lie->value % (CAPACITY / 8) | TSM_FRAME_VALID;
        break;
    case 5:
        frame_at(end->reader.data, end->reader.place)->word = lie->value | mark;
        break;
    case 6:
        frame_at(end->reader.data, end->reader.place)->take = lie->value;
        break;
    default:
        channel.peer_gone = 1;
        break;
    }
}

static void peer_acts(void)
{
    if (is_peer_at_work)
        return;
    MUST(++loads < LOADS_MAX);
    for (uint32_t i = 0; i < lie_count; i++)
        if (lies[i].after-- == 0) {
            tell(&lies[i]);
            lies[i] = lies[--lie_count];
            break;
        }
}

static void plan_lie(void)
{
    struct lie lie = {.after = next_u8()};

    lie.kind = next_u8();
    lie.offset = (uint16_t)next_u16();
    lie.value = next_u32();
    if (lie.after == 0)
        tell(&lie);
    else if (lie_count < 4)
        lies[lie_count++] = lie;
}

static void peer_works(uint8_t code)
{
    static uint8_t bytes[LENGTH_MAX];
    struct tsm_ring_next next;
    bool was_cancelled;
    uint64_t place;

    is_peer_at_work = true;
    if (code & 0x10)
        (void)tsm_ring_write(&peer_writer, bytes, next_u16() % 900,
                             code & 0x20 ? TSM_FRAME_REVOCABLE : 0, &place);
    else if (!has_lied && tsm_ring_peek(&peer_reader, &next)) {
        tsm_ring_take(&peer_reader, bytes, next_u16() % sizeof(bytes), &was_cancelled);
        tsm_ring_reader_publish(&peer_reader, code & 0x20 ? peer_reader.payload + 100 : 0);
    }
    is_peer_at_work = false;
}

/* ---- our end ---- */

static struct request {
    struct tsm_io io;
    uint8_t *in, *out;
    bool is_pending;
    bool is_finished; /* an overlapped one */
} requests[IOS_MAX];

static void request_end(struct request *request, NTSTATUS status)
{
    struct tsm_io *io = &request->io;

    MUST(status != STATUS_PENDING);
    if (io->kind == TSM_IO_READ || io->kind == TSM_IO_TRANSACT) {
        MUST(io->information <= io->out_length);
        MUST(request->out[io->out_length] == 0xA5);
    } else {
        MUST(io->information <= io->in_length);
    }
    free(request->in);
    free(request->out);
    memset(request, 0, sizeof(*request));
}

static void collect(void)
{
    for (int i = 0; i < IOS_MAX; i++)
        if (requests[i].is_pending && (requests[i].is_finished || tsm_io_is_done(&requests[i].io)))
            request_end(&requests[i], requests[i].io.status);
}

static void on_finish(struct tsm_io *io)
{
    struct request *request = tsm_container_of(io, struct request, io);

    MUST(!request->is_finished);
    request->is_finished = true;
}

static void submit(struct tsm_pipe_end *end, uint8_t code, enum tsm_io_kind kind, uint32_t in,
                   uint32_t out)
{
    struct request *request = requests;

    while (request < requests + IOS_MAX && request->is_pending)
        request++;
    if (request == requests + IOS_MAX)
        return;
    tsm_io_init(&request->io, &end->file, kind);
    request->in = calloc(1, in + 1);
    request->out = malloc(out + 1);
    MUST(request->in && request->out);
    request->out[out] = 0xA5;
    request->io.in = request->in;
    request->io.in_length = in;
    request->io.out = request->out;
    request->io.out_length = out;
    request->is_pending = true;
    if (code & 0x40) {
        uint64_t information;

        request->io.on_finish = on_finish;
        (void)!NT_SUCCESS(tsm_file_submit_overlapped(&end->file, &request->io, &information));
    } else {
        NTSTATUS status = tsm_file_submit(&end->file, &request->io);

        if (status != STATUS_PENDING)
            request_end(request, status);
    }
    collect();
}

static void pump(struct tsm_pipe_end *end)
{
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_lock_acquire(&end->file.lock);
    tsm_pipe_end_pump_locked(end, &batch);
    tsm_lock_release(&end->file.lock);
    MUST(end->state != TSM_PIPE_CONNECTED || !tsm_pipe_end_was_lied_to(end));
    if (end->state != TSM_PIPE_CONNECTED)
        MUST(tsm_list_is_empty(&end->writes) && tsm_list_is_empty(&end->flushes) &&
             tsm_list_is_empty(&end->reads));
    tsm_io_batch_finish(&batch, NULL);
    collect();
}

static bool is_meant(struct tsm_io *io, const void *context)
{
    return io == &requests[*(const uint32_t *)context].io;
}

static void cancel(struct tsm_pipe_end *end, uint32_t number)
{
    (void)!NT_SUCCESS(tsm_pipe_cancel(&end->file, is_meant, &number));
    collect();
}

static void peek(struct tsm_pipe_end *end, uint32_t length)
{
    uint8_t *bytes = malloc(length + 1);
    struct tsm_pipe_peek peeked = {0};

    MUST(bytes);
    bytes[length] = 0xA5;
    if (NT_SUCCESS(tsm_pipe_info_peek(end, bytes, length, &peeked)))
        MUST(peeked.read <= length && peeked.read <= peeked.available);
    MUST(bytes[length] == 0xA5);
    free(bytes);
}

static void step(struct tsm_pipe_end *end)
{
    uint8_t code = next_u8();

    loads = 0;
    switch (code % 16) {
    case 0:
    case 1:
        submit(end, code, TSM_IO_READ, 0, next_u16() % LENGTH_MAX);
        break;
    case 2:
    case 3:
        submit(end, code, TSM_IO_WRITE, next_u16() % LENGTH_MAX, 0);
        break;
    case 4:
        submit(end, code, TSM_IO_FLUSH, 0, 0);
        break;
    case 5:
        submit(end, code, TSM_IO_TRANSACT, next_u16() % LENGTH_MAX, next_u16() % LENGTH_MAX);
        break;
    case 6:
        peek(end, next_u16() % LENGTH_MAX);
        break;
    case 7:
        (void)!NT_SUCCESS(tsm_pipe_info_set_state(
            end, (code & 0x10 ? PIPE_NOWAIT : 0) | (code & 0x20 ? PIPE_READMODE_MESSAGE : 0)));
        break;
    case 8:
    case 9:
        pump(end);
        break;
    case 10:
    case 11:
    case 12:
        plan_lie();
        break;
    case 13:
        if (code & 0x10) {
            cancel(end, next_u8() % IOS_MAX);
            break;
        }
        tsm_lock_acquire(&end->file.lock);
        if (end->channel)
            tsm_ring_reader_doubt(&end->reader);
        tsm_lock_release(&end->file.lock);
        break;
    default:
        peer_works(code);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    static const struct tsm_name name = {.length = 1, .folded = u"X"};
    struct tsm_pipe_params params = {
        .direction = 3, .max_instances = 1, .out_quota = QUOTA, .in_quota = QUOTA};
    struct tsm_io_batch batch;
    struct tsm_pipe_end *end;

    program = input;
    program_left = size;
    has_lied = is_peer_at_work = false;
    lie_count = 0;
    params.is_message_type = next_u8() & 1;

    memset(&channel, 0, sizeof(channel));
    channel.side = TSM_SIDE_CLIENT;
    channel.header = aligned_alloc(128, (sizeof(*channel.header) + 127) & ~127u);
    MUST(channel.header);
    memset(channel.header, 0, sizeof(*channel.header));
    for (int i = 0; i < 2; i++) {
        channel.data[i] = calloc(1, CAPACITY);
        channel.capacity[i] = CAPACITY;
        MUST(channel.data[i]);
    }
    tsm_ring_writer_init(&peer_writer, &channel.header->ring[1], channel.data[1], CAPACITY, QUOTA);
    tsm_ring_reader_init(&peer_reader, &channel.header->ring[0], channel.data[0], CAPACITY, QUOTA);

    end = tsm_pipe_end_new(false, &name, &params);
    MUST(end);
    tsm_pipe_end_attach_locked(end, &channel);
    channel.context = end;
    for (int i = 0; i < 200 && program_left; i++)
        step(end);
    lie_count = 0;
    loads = 0;
    pump(end);

    tsm_io_batch_init(&batch);
    MUST(tsm_pipe_end_detach_locked(end, STATUS_PIPE_BROKEN, &batch) == &channel);
    tsm_io_batch_finish(&batch, NULL);
    collect();
    for (int i = 0; i < IOS_MAX; i++)
        MUST(!requests[i].is_pending);
    end->was_closed = true;
    tsm_object_unref(&end->file.object);
    free(channel.header);
    free(channel.data[0]);
    free(channel.data[1]);
    return 0;
}
