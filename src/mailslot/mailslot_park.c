/* SPDX-License-Identifier: MIT */
/*
 * Mailslot park
 *
 * The first who waits leads: it looks for a while, asks all writers to ring, and sleeps on their
 * sockets itself, so that nobody stands between a bell and the one who is called. It serves the
 * others too, who sleep on their own words; when it leaves, the next one leads.
 *
 * Locking:   looks under the file lock, spins and sleeps without it. The service thread does not watch
 *            the sockets meanwhile.
 */
#include <sys/epoll.h>

#include "mailslot/mailslot.h"
#include "mailslot/mailslot_share.h"
#include "os/futex.h"
#include "os/spin.h"

enum next_step { LOOK_AGAIN, SPIN, SLEEP_LEADING, SLEEP_FOLLOWING, RETURN };

static struct tsm_deadline deadline_of(const struct tsm_io *io)
{
    return (struct tsm_deadline){(int64_t)io->pending.target};
}

static void begin_to_lead(struct tsm_mailslot *slot, struct tsm_io *io)
{
    slot->leader = io;
    tsm_reactor_change(&slot->watch, 0);
}

/* Somebody returns: if it led, or nobody does, the next who waits has to. If there are overlapped reads
 * alone, the service thread takes over. */
static void stop_leading(struct tsm_mailslot *slot, const struct tsm_io *io,
                         struct tsm_io_batch *batch)
{
    if (slot->leader == io) {
        slot->leader = NULL;
        tsm_reactor_change(&slot->watch, EPOLLIN);
    }
    if (slot->leader)
        return;
    TSM_LIST_FOR_EACH(node, &slot->reads)
    {
        struct tsm_io *next = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (!next->on_finish) {
            tsm_io_poke(next);
            return;
        }
    }
    if (!tsm_list_is_empty(&slot->reads))
        tsm_mailslot_settle_locked(slot, batch);
}

/* Lock held. has_spun: in vain, and nothing was heard since. */
static enum next_step step_locked(struct tsm_mailslot *slot, struct tsm_io *io, bool has_spun,
                                  struct tsm_io_batch *batch)
{
    tsm_io_get_up(io);
    tsm_mailslot_pump_locked(slot, batch);
    if (io->status == STATUS_PENDING && tsm_deadline_has_passed(deadline_of(io)))
        tsm_mailslot_finish_locked(slot, batch, io, STATUS_IO_TIMEOUT);
    if (io->status != STATUS_PENDING) {
        stop_leading(slot, io, batch);
        return RETURN;
    }
    if (slot->leader && slot->leader != io)
        return SLEEP_FOLLOWING;
    if (!has_spun && !slot->share)
        return SPIN;
    if (!tsm_mailslot_rest_locked(slot))
        return LOOK_AGAIN;
    if (!slot->leader)
        begin_to_lead(slot, io);
    return SLEEP_LEADING;
}

static void spin(struct tsm_mailslot *slot, struct tsm_io *io)
{
    struct tsm_spin spin;
    bool was_fruitful = false, is_there;
    uint32_t cpu;

    tsm_lock_acquire(&slot->file.lock);
    is_there = tsm_mailslot_writer_cpu_locked(slot, &cpu);
    tsm_lock_release(&slot->file.lock);
    if (!is_there)
        return;
    tsm_spin_begin(&spin, &slot->spin_us, cpu);
    while (!was_fruitful && tsm_spin_again(&spin)) {
        tsm_lock_acquire(&slot->file.lock);
        was_fruitful = tsm_mailslot_has_news_locked(slot) || tsm_io_has_news(io);
        tsm_lock_release(&slot->file.lock);
    }
    tsm_spin_end(&spin, was_fruitful);
}

void tsm_mailslot_park(struct tsm_file *file, struct tsm_io *io)
{
    struct tsm_mailslot *slot = tsm_mailslot_from(file);
    bool has_spun = false;

    for (;;) {
        struct tsm_io_batch batch;
        struct tsm_deadline deadline;
        enum next_step next;

        tsm_io_batch_init(&batch);
        tsm_mailslot_lock(slot);
        next = step_locked(slot, io, has_spun, &batch);
        deadline = tsm_mailslot_look_again_locked(slot, deadline_of(io));
        tsm_mailslot_unlock(slot);
        tsm_io_batch_finish(&batch, io);
        switch (next) {
        case SPIN:
            spin(slot, io);
            has_spun = true;
            break;
        case SLEEP_LEADING:
            tsm_poll_set_wait(&slot->poll, deadline);
            has_spun = false;
            break;
        case SLEEP_FOLLOWING:
            if (tsm_io_fall_asleep(io))
                tsm_futex_wait(&io->wake, TSM_IO_ASLEEP, TSM_FUTEX_PRIVATE, deadline_of(io));
            break;
        case LOOK_AGAIN:
            break;
        case RETURN:
            /* Another thread has finished it but for the last word. */
            for (; !tsm_io_is_done(io); tsm_io_get_up(io))
                if (tsm_io_fall_asleep(io))
                    tsm_futex_wait(&io->wake, TSM_IO_ASLEEP, TSM_FUTEX_PRIVATE, TSM_DEADLINE_NEVER);
            return;
        }
    }
}
