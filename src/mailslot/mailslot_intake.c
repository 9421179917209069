/* SPDX-License-Identifier: MIT */
/*
 * Mailslot intake
 *
 * Writers come by the listener, ring and go by their sockets: all of these are in one poll set, which
 * is emptied at the beginning of each batch. A bell is one record of one byte, sent once for each time
 * a link went to rest; one that nobody asked for is a lie.
 *
 * Limits:    so many writers at once; when they are there, or the system has no descriptors left, the
 *            door is shut and the others wait outside, writing all the same. What all may have unread
 *            together is divided among them.
 */
#include "mailslot/mailslot_inside.h"

#include "base/trace.h"
#include "mailslot/mailslot_share.h"
#include "wire/pipe_hello.h"

#define EVENTS_AT_ONCE  64
#define ACCEPTS_AT_ONCE 4096
#define ALLOWANCE_MIN   (TSM_MAILSLOT_SLOT_BYTES / TSM_MAILSLOT_WRITERS_MAX)

static void set_allowance(const struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    if (link->channel)
        atomic_store_explicit(&link->reader.shared->consumer.allowance, slot->allowance,
                              memory_order_relaxed);
}

/* Halves and doubles only, so that not every writer who comes changes it for all. */
static void divide_allowance(struct tsm_mailslot *slot)
{
    uint64_t share = TSM_MAILSLOT_WRITER_BYTES;

    while (share * slot->link_count > TSM_MAILSLOT_SLOT_BYTES && share > ALLOWANCE_MIN)
        share /= 2;
    if (share == slot->allowance)
        return;
    slot->allowance = share;
    TSM_LIST_FOR_EACH(node, &slot->awake)
    {
        set_allowance(slot, TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node));
    }
    TSM_LIST_FOR_EACH(node, &slot->resting)
    {
        set_allowance(slot, TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node));
    }
}

/* ---- the door ---- */

static void shut_door(struct tsm_mailslot *slot)
{
    if (!slot->is_door_shut)
        tsm_poll_set_remove(&slot->poll, slot->door.listener);
    slot->is_door_shut = true;
}

static void open_door(struct tsm_mailslot *slot)
{
    if (slot->is_door_shut && slot->is_open &&
        NT_SUCCESS(tsm_poll_set_add(&slot->poll, slot->door.listener, &slot->door))) {
        slot->is_door_shut = false;
        slot->has_opened_door = true;
    }
}

static void stop_polling(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    /* A forked child may have copies of the socket: closing would not do. */
    if (link->is_polled)
        tsm_poll_set_remove(&slot->poll, link->socket);
    link->is_polled = false;
}

/* The writer's socket is about to be closed. */
static void forget_socket(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    if (!link->has_socket)
        return;
    stop_polling(slot, link);
    link->has_socket = false;
    slot->link_count--;
    divide_allowance(slot);
}

static void remove_link(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    tsm_mailslot_forget_locked(slot, link);
    slot->kept_bytes -= link->kept_size;
    slot->left_messages -= link->left_messages;
    slot->link_total--;
    forget_socket(slot, link);
    tsm_mailslot_link_free(link);
}

void tsm_mailslot_drop_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    if (link->channel && tsm_mailslot_link_lies(link))
        tsm_trace(TSM_TRACE_MAILSLOT, "process %u contradicts itself: its messages are dropped",
                  link->channel->peer.pid);
    if (!tsm_mailslot_link_has_left(link))
        slot->lost += tsm_mailslot_link_dropped(link);
    if (link->id)
        tsm_mailslot_share_remove(slot, link);
    remove_link(slot, link);
    open_door(slot);
}

void tsm_mailslot_unload_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    link->parting = TSM_PARTING_NOTHING;
    remove_link(slot, link);
}

static void for_all(struct tsm_mailslot *slot,
                    void (*act)(struct tsm_mailslot *slot, struct tsm_mailslot_link *link))
{
    struct tsm_list *const lists[] = {&slot->greeting, &slot->awake, &slot->resting, &slot->left};

    for (size_t i = 0; i < TSM_COUNT_OF(lists); i++)
        TSM_LIST_FOR_EACH(node, lists[i])
        {
            act(slot, TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node));
        }
}

void tsm_mailslot_drop_all_locked(struct tsm_mailslot *slot)
{
    tsm_mailslot_end_batch_locked(slot);
    for_all(slot, tsm_mailslot_drop_locked);
}

static void leave_link(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    if (link->id)
        tsm_mailslot_share_unload(slot, link);
    tsm_mailslot_unload_locked(slot, link);
}

void tsm_mailslot_unload_all_locked(struct tsm_mailslot *slot)
{
    tsm_mailslot_end_batch_locked(slot);
    for_all(slot, leave_link);
}

static void wake_up(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    slot->has_touched = true;
    link->state = TSM_LINK_AWAKE;
    link->empty_looks = 0;
    tsm_list_unlink(&link->node);
    tsm_list_append(&slot->awake, &link->node);
}

bool tsm_mailslot_rest_locked(struct tsm_mailslot *slot)
{
    bool all_rest = true;

    TSM_LIST_FOR_EACH(node, &slot->awake)
    {
        struct tsm_mailslot_link *link = TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node);

        if (tsm_mailslot_link_has_left(link) || !tsm_mailslot_link_rest(link)) {
            all_rest = false;
            continue;
        }
        tsm_list_unlink(&link->node);
        tsm_list_append(&slot->resting, &link->node);
    }
    return all_rest;
}

/* What it has written stays. */
void tsm_mailslot_hang_up_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    uint64_t room = TSM_MAILSLOT_KEPT_BYTES - slot->kept_bytes;

    forget_socket(slot, link);
    slot->lost += tsm_mailslot_link_dropped(link);
    slot->lost +=
        slot->share ? tsm_mailslot_link_seal(link, room) : tsm_mailslot_link_end(link, room);
    if (link->id)
        tsm_mailslot_share_commit(slot, link);
    slot->kept_bytes += link->kept_size;
    if (!link->has_next)
        tsm_mailslot_forget_locked(slot, link);
    wake_up(slot, link);
    open_door(slot);
}

/* Listens to what a newcomer says. False: it was dropped. */
static bool greet(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    struct tsm_channel *channel;

    stop_polling(slot, link);

    /* In the hello is the writer's memory: first the others get it, then it goes. Who dies in between has
     * left them one or both, and never neither. */
    NTSTATUS status = tsm_mailslot_door_greet(link->socket, slot->share != NULL, &channel);

    if (NT_SUCCESS(status)) {
        tsm_trace(TSM_TRACE_MAILSLOT, "process %u writes", channel->peer.pid);
        tsm_mailslot_link_attach(link, channel, slot->now);
        set_allowance(slot, link);
        wake_up(slot, link);
        if (slot->share)
            status = tsm_mailslot_share_add(slot, link);
        if (slot->share && NT_SUCCESS(status))
            (void)tsm_unix_skip(link->socket);
    } else if (status != STATUS_PIPE_LISTENING) {
        tsm_trace(TSM_TRACE_MAILSLOT, "a writer was turned away: %s", tsm_status_name(status));
        link->socket = -1;
    }
    link->is_polled = (NT_SUCCESS(status) || status == STATUS_PIPE_LISTENING) &&
                      NT_SUCCESS(tsm_poll_set_add(&slot->poll, link->socket, link));
    if (link->is_polled)
        return true;
    /* There was no room for it; it knocks again with what it has written. */
    link->parting = TSM_PARTING_HUNG_UP;
    tsm_mailslot_drop_locked(slot, link);
    return false;
}

static void forget_the_silent(struct tsm_mailslot *slot)
{
    TSM_LIST_FOR_EACH(node, &slot->greeting)
    {
        struct tsm_mailslot_link *link = TSM_LIST_ENTRY(node, struct tsm_mailslot_link, node);

        if (!tsm_deadline_has_passed(link->hello_deadline))
            break;
        /* Or somebody died who had taken it. */
        link->parting = TSM_PARTING_HUNG_UP;
        tsm_mailslot_drop_locked(slot, link);
    }
}

/* False: nobody else came, or nobody else can be let in. */
static bool let_one_in(struct tsm_mailslot *slot)
{
    struct tsm_mailslot_link *link;
    int socket;

    /* In a shared slot those who have left have their memory still. */
    uint32_t count = slot->share ? slot->link_total : slot->link_count;

    slot->is_short = count < TSM_MAILSLOT_WRITERS_MAX && !tsm_mailslot_queue_grow_locked(slot);
    if (slot->is_short || count >= TSM_MAILSLOT_WRITERS_MAX) {
        shut_door(slot);
        return false;
    }

    NTSTATUS status = tsm_mailslot_door_accept(&slot->door, &socket);

    if (!NT_SUCCESS(status)) {
        if (status != STATUS_PIPE_LISTENING) {
            tsm_trace(TSM_TRACE_MAILSLOT, "no writer can be let in: %s", tsm_status_name(status));
            slot->is_short = true;
            shut_door(slot);
        }
        return false;
    }
    link = tsm_mailslot_link_new(socket, tsm_mailslot_limit(slot));
    if (!link) {
        tsm_unix_close(socket);
        return true;
    }
    slot->link_count++;
    slot->link_total++;
    tsm_list_append(&slot->greeting, &link->node);
    divide_allowance(slot);
    /* At once: if this process dies before, a writer that has closed already is lost. */
    if (slot->share && !NT_SUCCESS(tsm_mailslot_share_add(slot, link))) {
        link->parting = TSM_PARTING_HUNG_UP;
        tsm_mailslot_drop_locked(slot, link);
        return true;
    }
    /* Those who come and go faster than we look would be many. */
    if (greet(slot, link) && link->channel && tsm_unix_has_hung_up(link->socket))
        tsm_mailslot_hang_up_locked(slot, link);
    return true;
}

static void on_listener(struct tsm_mailslot *slot)
{
    uint32_t count = 0;

    forget_the_silent(slot);
    while (count++ < ACCEPTS_AT_ONCE && let_one_in(slot))
        ;
}

struct tsm_mailslot_link *tsm_mailslot_adopt_locked(struct tsm_mailslot *slot, int socket,
                                                    struct tsm_channel *channel)
{
    struct tsm_mailslot_link *link = tsm_mailslot_queue_grow_locked(slot)
                                         ? tsm_mailslot_link_new(socket, tsm_mailslot_limit(slot))
                                         : NULL;

    if (!link) {
        if (channel)
            tsm_channel_drop(channel);
        else
            tsm_unix_close(socket);
        return NULL;
    }
    if (channel)
        tsm_mailslot_link_attach(link, channel, 0);
    slot->link_count++;
    slot->link_total++;
    link->is_polled = NT_SUCCESS(tsm_poll_set_add(&slot->poll, link->socket, link));
    tsm_list_append(channel ? &slot->awake : &slot->greeting, &link->node);
    if (link->is_polled)
        return link;
    tsm_mailslot_unload_locked(slot, link);
    return NULL;
}

void tsm_mailslot_part_locked(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    forget_socket(slot, link);
    slot->kept_bytes -= link->kept_size;
    link->kept_size = link->reader.is_ended && link->reader.end > link->reader.tail
                          ? link->reader.end - link->reader.tail
                          : 0;
    slot->kept_bytes += link->kept_size;
}

void tsm_mailslot_recount_locked(struct tsm_mailslot *slot)
{
    divide_allowance(slot);
    if (slot->link_total < TSM_MAILSLOT_WRITERS_MAX)
        open_door(slot);
}

/* ---- the sockets of writers ---- */

static void on_bell(struct tsm_mailslot *slot, struct tsm_mailslot_link *link)
{
    uint8_t record[TSM_PIPE_HELLO_SIZE + 1];
    size_t length = 0;
    int fd = -1;
    NTSTATUS status = tsm_unix_receive(link->socket, record, sizeof(record), &length, &fd);

    if (fd >= 0)
        tsm_unix_close(fd);
    if (status == STATUS_PIPE_LISTENING || status == STATUS_PIPE_BROKEN)
        return;
    /* In a shared slot another one may have asked for it, or have died before he took the hello away. */
    bool is_hello = slot->share && length == TSM_PIPE_HELLO_SIZE;

    if (!NT_SUCCESS(status) || (!is_hello && (length != 1 || fd >= 0)) ||
        (link->state != TSM_LINK_RESTING && !slot->share))
        link->reader.is_broken = true;
    wake_up(slot, link);
}

static void on_link(struct tsm_mailslot *slot, struct tsm_mailslot_link *link,
                    const struct tsm_poll_event *event)
{
    if (link->state == TSM_LINK_GREETING) {
        if (!greet(slot, link))
            return;
        if (link->state == TSM_LINK_GREETING) {
            if (event->has_hung_up)
                tsm_mailslot_drop_locked(slot, link);
            return;
        }
    } else if (event->is_readable) {
        on_bell(slot, link);
    }
    if (tsm_mailslot_link_lies(link))
        tsm_mailslot_drop_locked(slot, link);
    else if (event->has_hung_up)
        tsm_mailslot_hang_up_locked(slot, link);
}

void tsm_mailslot_collect_locked(struct tsm_mailslot *slot)
{
    struct tsm_poll_event events[EVENTS_AT_ONCE];
    /* Whoever is ready comes up once in so many passes, however often others ring meanwhile. */
    uint32_t passes = slot->link_count / EVENTS_AT_ONCE + 2;
    uint32_t count;

    if (!slot->is_open)
        return;
    if (tsm_unlikely(slot->is_short)) {
        slot->is_short = false;
        open_door(slot);
    }
    do {
        slot->has_opened_door = false;
        count = tsm_poll_set_take(&slot->poll, events, EVENTS_AT_ONCE);
        for (uint32_t i = 0; i < count; i++)
            if (events[i].context == &slot->door)
                on_listener(slot);
            else
                on_link(slot, events[i].context, &events[i]);
    } while ((count == EVENTS_AT_ONCE || slot->has_opened_door) && --passes);
}
