/* SPDX-License-Identifier: MIT */
/* Overlapped requests on a file that keeps what it is told to keep. */
#include "support.h"

#include "io/async.h"
#include "io/completion_port.h"
#include "process/thread.h"
#include "sync/apc.h"
#include "sync/event.h"
#include "sync/wait.h"
#include "sync/workers.h"

#define KEY 7

struct fake {
    struct tsm_file file;
    NTSTATUS answer; /* STATUS_PENDING: it is kept */
    struct tsm_list kept;
    int looks;
};

static struct fake *fake_from(struct tsm_file *file)
{
    return tsm_container_of(file, struct fake, file);
}

static NTSTATUS fake_submit(struct tsm_file *file, struct tsm_io *io)
{
    struct fake *fake = fake_from(file);

    io->information = 3;
    if (fake->answer == STATUS_PENDING) {
        io->information = 0;
        tsm_list_append(&fake->kept, &io->node);
        tsm_file_keep_locked(file, io);
    }
    return fake->answer;
}

static void fake_look_after(struct tsm_file *file)
{
    fake_from(file)->looks++;
}

static NTSTATUS fake_cancel(struct tsm_file *file, tsm_io_filter *is_meant, const void *context)
{
    NTSTATUS status = STATUS_NOT_FOUND;
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    TSM_LIST_FOR_EACH(node, &fake_from(file)->kept)
    {
        struct tsm_io *io = TSM_LIST_ENTRY(node, struct tsm_io, node);

        if (!is_meant(io, context))
            continue;
        tsm_io_batch_add(&batch, io, STATUS_CANCELLED, 0);
        status = STATUS_SUCCESS;
    }
    tsm_io_batch_finish(&batch, NULL);
    return status;
}

static bool fake_is_signaled(struct tsm_object *object, uint32_t tid)
{
    return tsm_file_from(object)->is_signaled;
}

static void fake_destroy(struct tsm_object *object)
{
    struct fake *fake = fake_from(tsm_file_from(object));

    tsm_file_deinit(&fake->file);
    free(fake);
}

static const struct tsm_object_ops fake_object_ops = {
    .type_name = "Fake",
    .is_file = true,
    .is_signaled = fake_is_signaled,
    .destroy = fake_destroy,
};

static const struct tsm_file_ops fake_ops = {
    .submit = fake_submit,
    .look_after = fake_look_after,
    .cancel = fake_cancel,
};

static struct fake *fake_new(NTSTATUS answer)
{
    struct fake *fake = calloc(1, sizeof(*fake));

    assert_non_null(fake);
    tsm_file_init(&fake->file, &fake_object_ops, &fake_ops);
    fake->file.is_overlapped = true;
    fake->answer = answer;
    tsm_list_init(&fake->kept);
    return fake;
}

static NTSTATUS begin(struct fake *fake, OVERLAPPED *overlapped,
                      LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct tsm_io what;
    uint64_t information;
    NTSTATUS status;

    tsm_io_init(&what, &fake->file, TSM_IO_READ);
    status = tsm_async_submit(&what, overlapped, routine, &information);
    if (NT_SUCCESS(status) && status != STATUS_PENDING)
        assert_int_equal(information, 3);
    return status;
}

static struct tsm_io *first_kept(struct fake *fake)
{
    assert_false(tsm_list_is_empty(&fake->kept));
    return TSM_LIST_ENTRY(fake->kept.next, struct tsm_io, node);
}

static void finish_first(struct fake *fake, NTSTATUS status, uint64_t information)
{
    struct tsm_io_batch batch;

    tsm_io_batch_init(&batch);
    tsm_io_batch_add(&batch, first_kept(fake), status, information);
    tsm_io_batch_finish(&batch, NULL);
}

static bool is_signaled(struct tsm_object *object)
{
    return tsm_wait_objects(&object, 1, false, false, tsm_deadline_in_ms(0)) == STATUS_WAIT_0;
}

static struct tsm_object *new_event(HANDLE *handle)
{
    struct tsm_object *event = tsm_event_new(true, true);

    assert_status(tsm_handle_insert(event, EVENT_ALL_ACCESS, 0, handle), STATUS_SUCCESS);
    return event;
}

static NTSTATUS take(struct tsm_port *port, struct tsm_packet_entry *entry)
{
    uint32_t count;

    return tsm_port_take(port, entry, 1, &count, false, tsm_deadline_in_ms(0));
}

static void the_event_is_signaled_at_the_end_and_only_then(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    OVERLAPPED overlapped = {0};
    struct tsm_object *event = new_event(&overlapped.hEvent);

    assert_status(begin(fake, &overlapped, NULL), STATUS_PENDING);
    assert_int_equal(fake->looks, 1);
    assert_false(is_signaled(event));
    assert_status(overlapped.Internal, STATUS_PENDING);
    assert_ptr_equal(tsm_async_object(first_kept(fake)), event);
    finish_first(fake, STATUS_BUFFER_OVERFLOW, 5);
    assert_true(is_signaled(event));
    assert_status(overlapped.Internal, STATUS_BUFFER_OVERFLOW);
    assert_int_equal(overlapped.InternalHigh, 5);
    assert_false(is_signaled(&fake->file.object)); /* the event tells, not the file */
    tsm_object_unref(&fake->file.object);
    assert_status(tsm_handle_close(overlapped.hEvent), STATUS_SUCCESS);
    tsm_object_unref(event);
}

static void without_an_event_the_file_tells(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    OVERLAPPED overlapped = {0};

    assert_true(is_signaled(&fake->file.object));
    assert_status(begin(fake, &overlapped, NULL), STATUS_PENDING);
    assert_false(is_signaled(&fake->file.object));
    assert_ptr_equal(tsm_async_object(first_kept(fake)), &fake->file.object);
    finish_first(fake, STATUS_SUCCESS, 1);
    assert_true(is_signaled(&fake->file.object));
    tsm_object_unref(&fake->file.object);
}

static void a_port_gets_what_was_kept_and_what_ended_at_once(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    struct tsm_port *port = tsm_port_new(1);
    struct tsm_packet_entry entry;
    OVERLAPPED first = {0}, second = {0};

    assert_status(tsm_file_bind(&fake->file, port, KEY), STATUS_SUCCESS);
    assert_status(begin(fake, &first, NULL), STATUS_PENDING);
    assert_ptr_equal(tsm_async_object(first_kept(fake)), tsm_port_queue(port));
    assert_status(take(port, &entry), STATUS_TIMEOUT);
    fake->answer = STATUS_SUCCESS;
    assert_status(begin(fake, &second, NULL), STATUS_SUCCESS);
    finish_first(fake, STATUS_SUCCESS, 2);
    assert_status(take(port, &entry), STATUS_SUCCESS);
    assert_ptr_equal(entry.overlapped, &second);
    assert_int_equal(entry.information, 3);
    assert_status(take(port, &entry), STATUS_SUCCESS);
    assert_ptr_equal(entry.overlapped, &first);
    assert_int_equal(entry.key, KEY);
    tsm_object_unref(&fake->file.object);
    tsm_workers_join(NULL);
    tsm_object_unref(tsm_port_object(port));
}

static void expect_packet(struct tsm_port *port, const OVERLAPPED *overlapped)
{
    struct tsm_packet_entry entry;

    assert_status(take(port, &entry), STATUS_SUCCESS);
    assert_ptr_equal(entry.overlapped, overlapped);
}

/* Threads drop the lock one after the other, and are where they tell in another order. */
static void ends_are_told_in_the_order_in_which_they_came(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    struct tsm_port *port = tsm_port_new(1);
    struct tsm_io_batch earlier, later;
    OVERLAPPED overlapped[3] = {{0}};

    assert_status(tsm_file_bind(&fake->file, port, KEY), STATUS_SUCCESS);
    for (int i = 0; i < 3; i++)
        assert_status(begin(fake, &overlapped[i], NULL), STATUS_PENDING);
    tsm_io_batch_init(&earlier);
    tsm_io_batch_init(&later);
    tsm_io_batch_add(&earlier, first_kept(fake), STATUS_SUCCESS, 1);
    tsm_io_batch_add(&later, first_kept(fake), STATUS_SUCCESS, 1);
    tsm_io_batch_add(&earlier, first_kept(fake), STATUS_SUCCESS, 1);
    tsm_io_batch_finish(&later, NULL);
    for (int i = 0; i < 3; i++)
        expect_packet(port, &overlapped[i]);
    tsm_io_batch_finish(&earlier, NULL);
    tsm_object_unref(&fake->file.object);
    tsm_workers_join(NULL);
    tsm_object_unref(tsm_port_object(port));
}

static void what_ends_at_once_is_told_behind_what_ended_before(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    struct tsm_port *port = tsm_port_new(1);
    struct tsm_io_batch batch;
    OVERLAPPED kept = {0}, at_once = {0};

    assert_status(tsm_file_bind(&fake->file, port, KEY), STATUS_SUCCESS);
    assert_status(begin(fake, &kept, NULL), STATUS_PENDING);
    tsm_io_batch_init(&batch);
    tsm_io_batch_add(&batch, first_kept(fake), STATUS_SUCCESS, 1);
    fake->answer = STATUS_SUCCESS;
    assert_status(begin(fake, &at_once, NULL), STATUS_SUCCESS);
    expect_packet(port, &kept);
    expect_packet(port, &at_once);
    tsm_io_batch_finish(&batch, NULL);
    tsm_object_unref(&fake->file.object);
    tsm_workers_join(NULL);
    tsm_object_unref(tsm_port_object(port));
}

struct sink_of_one {
    struct tsm_port_sink base;
    struct fake *fake;
    OVERLAPPED *next; /* begun in the call that tells of the one before */
    OVERLAPPED *told[3];
    int count;
};

static void sink_deliver(struct tsm_port_sink *base, struct tsm_packet *packet)
{
    struct sink_of_one *sink = tsm_container_of(base, struct sink_of_one, base);
    OVERLAPPED *next = sink->next;

    sink->told[sink->count++] = packet->overlapped;
    packet->dispose(packet);
    sink->next = NULL;
    if (next)
        assert_status(begin(sink->fake, next, NULL), STATUS_SUCCESS);
}

static void sink_end(struct tsm_port_sink *base)
{
}

static void who_is_told_may_begin_the_next_one(void **state)
{
    struct fake *fake = fake_new(STATUS_SUCCESS);
    OVERLAPPED first = {0}, next = {0};
    struct sink_of_one sink = {{sink_deliver, sink_end}, fake, &next, {NULL}, 0};
    struct tsm_port *port = tsm_port_new_sink(&sink.base);

    assert_status(tsm_file_bind(&fake->file, port, KEY), STATUS_SUCCESS);
    assert_status(begin(fake, &first, NULL), STATUS_SUCCESS);
    assert_int_equal(sink.count, 2);
    assert_ptr_equal(sink.told[0], &first);
    assert_ptr_equal(sink.told[1], &next);
    tsm_object_unref(&fake->file.object);
    tsm_object_unref(tsm_port_object(port));
}

static void the_low_bit_of_the_event_keeps_the_port_out(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    struct tsm_port *port = tsm_port_new(1);
    struct tsm_packet_entry entry;
    OVERLAPPED overlapped = {0};
    HANDLE handle;
    struct tsm_object *event = new_event(&handle);

    overlapped.hEvent = (HANDLE)((uintptr_t)handle | 1);
    assert_status(tsm_file_bind(&fake->file, port, KEY), STATUS_SUCCESS);
    assert_status(begin(fake, &overlapped, NULL), STATUS_PENDING);
    assert_ptr_equal(tsm_async_object(first_kept(fake)), event);
    finish_first(fake, STATUS_SUCCESS, 2);
    assert_status(take(port, &entry), STATUS_TIMEOUT);
    assert_true(is_signaled(event));
    tsm_object_unref(&fake->file.object);
    assert_status(tsm_handle_close(handle), STATUS_SUCCESS);
    tsm_object_unref(event);
    tsm_workers_join(NULL);
    tsm_object_unref(tsm_port_object(port));
}

static void what_fails_at_once_is_told_by_the_call_alone(void **state)
{
    struct fake *fake = fake_new(STATUS_PIPE_BROKEN);
    OVERLAPPED overlapped = {0};
    struct tsm_object *event = new_event(&overlapped.hEvent);

    assert_status(begin(fake, &overlapped, NULL), STATUS_PIPE_BROKEN);
    assert_false(is_signaled(event));
    assert_int_equal(fake->looks, 0);
    tsm_object_unref(&fake->file.object);
    assert_status(tsm_handle_close(overlapped.hEvent), STATUS_SUCCESS);
    tsm_object_unref(event);
}

static int routine_calls;

static VOID CALLBACK count_routine(DWORD error, DWORD count, LPOVERLAPPED overlapped)
{
    assert_int_equal(error, 0);
    assert_int_equal(count, 4);
    routine_calls++;
}

static void a_routine_runs_in_an_alertable_wait(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    OVERLAPPED overlapped = {0};

    tsm_thread_attach();
    routine_calls = 0;
    assert_status(begin(fake, &overlapped, count_routine), STATUS_PENDING);
    assert_null(tsm_async_object(first_kept(fake)));
    finish_first(fake, STATUS_SUCCESS, 4);
    assert_int_equal(routine_calls, 0);
    assert_status(tsm_wait_delay(true, tsm_deadline_in_ms(1000)), STATUS_USER_APC);
    tsm_apc_deliver();
    assert_int_equal(routine_calls, 1);
    tsm_object_unref(&fake->file.object);
}

static void only_what_is_meant_is_cancelled(void **state)
{
    struct fake *fake = fake_new(STATUS_PENDING);
    OVERLAPPED first = {0}, second = {0};
    struct tsm_cancel cancel = {.overlapped = &second, .which = TSM_CANCEL_ALL};

    assert_status(begin(fake, &first, NULL), STATUS_PENDING);
    assert_status(begin(fake, &second, NULL), STATUS_PENDING);
    assert_status(tsm_async_cancel(&fake->file, &cancel), STATUS_SUCCESS);
    assert_status(second.Internal, STATUS_CANCELLED);
    assert_status(first.Internal, STATUS_PENDING);
    assert_status(tsm_async_cancel(&fake->file, &cancel), STATUS_NOT_FOUND);
    cancel = (struct tsm_cancel){.which = TSM_CANCEL_BLOCKING};
    assert_status(tsm_async_cancel(&fake->file, &cancel), STATUS_NOT_FOUND);
    cancel = (struct tsm_cancel){.tid = 1, .which = TSM_CANCEL_OVERLAPPED};
    assert_status(tsm_async_cancel(&fake->file, &cancel), STATUS_NOT_FOUND);
    cancel.tid = tsm_teb_tid();
    assert_status(tsm_async_cancel(&fake->file, &cancel), STATUS_SUCCESS);
    assert_status(first.Internal, STATUS_CANCELLED);
    tsm_object_unref(&fake->file.object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_event_is_signaled_at_the_end_and_only_then),
        TEST(without_an_event_the_file_tells),
        TEST(a_port_gets_what_was_kept_and_what_ended_at_once),
        TEST(ends_are_told_in_the_order_in_which_they_came),
        TEST(what_ends_at_once_is_told_behind_what_ended_before),
        TEST(who_is_told_may_begin_the_next_one),
        TEST(the_low_bit_of_the_event_keeps_the_port_out),
        TEST(what_fails_at_once_is_told_by_the_call_alone),
        TEST(a_routine_runs_in_an_alertable_wait),
        TEST(only_what_is_meant_is_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
