/* SPDX-License-Identifier: MIT */
/* Overlapped requests of both ends of a pipe, here in one process: who finishes them. */
#include "pair.h"

#include "io/async.h"
#include "io/completion_port.h"
#include "sync/event.h"
#include "sync/wait.h"
#include "sync/workers.h"

static struct pair overlapped_pair_new(void)
{
    struct pair pair = pair_new();

    pair.server->file.is_overlapped = pair.client->file.is_overlapped = true;
    return pair;
}

struct read {
    OVERLAPPED overlapped;
    struct tsm_object *event;
    char buffer[64];
};

static struct read *read_new(void)
{
    struct read *read = calloc(1, sizeof(*read));

    assert_non_null(read);
    read->event = tsm_event_new(true, false);
    assert_status(tsm_handle_insert(read->event, EVENT_ALL_ACCESS, 0, &read->overlapped.hEvent),
                  STATUS_SUCCESS);
    return read;
}

static void read_free(struct read *read)
{
    assert_status(tsm_handle_close(read->overlapped.hEvent), STATUS_SUCCESS);
    tsm_object_unref(read->event);
    free(read);
}

static NTSTATUS begin(struct tsm_pipe_end *end, struct read *read)
{
    struct tsm_io what;
    uint64_t information;

    tsm_io_init(&what, &end->file, TSM_IO_READ);
    what.out = read->buffer;
    what.out_length = sizeof(read->buffer);
    return tsm_async_submit(&what, &read->overlapped, NULL, &information);
}

static void write_text(struct tsm_pipe_end *end, const char *text)
{
    struct tsm_io io;

    tsm_io_init(&io, &end->file, TSM_IO_WRITE);
    io.in = text;
    io.in_length = (uint32_t)strlen(text);
    assert_status(tsm_file_submit(&end->file, &io), STATUS_SUCCESS);
}

static NTSTATUS status_of(const struct read *read)
{
    return (NTSTATUS)(uint32_t)__atomic_load_n(&read->overlapped.Internal, __ATOMIC_ACQUIRE);
}

static NTSTATUS wait_for(struct read *read)
{
    return tsm_wait_objects(&read->event, 1, false, false, tsm_deadline_in_ms(10000));
}

static void expect(const struct read *read, const char *text)
{
    assert_status(status_of(read), STATUS_SUCCESS);
    assert_int_equal(read->overlapped.InternalHigh, strlen(text));
    assert_memory_equal(read->buffer, text, strlen(text));
}

/* Without waiting for it. */
static void expect_soon(const struct read *read, const char *text)
{
    for (int i = 0; i < 5000 && status_of(read) == STATUS_PENDING; i++)
        support_sleep_ms(1);
    expect(read, text);
}

static void who_waits_finishes_the_read(void **state)
{
    struct pair pair = overlapped_pair_new();
    struct read *read = read_new();

    for (int i = 0; i < 100; i++) {
        assert_status(begin(pair.server, read), STATUS_PENDING);
        write_text(pair.client, i % 2 ? "odd" : "even");
        assert_status(wait_for(read), STATUS_WAIT_0);
        expect(read, i % 2 ? "odd" : "even");
    }
    pair_free(&pair);
    read_free(read);
}

static void the_service_thread_finishes_what_nobody_waits_for(void **state)
{
    struct pair pair = overlapped_pair_new();
    struct read *read = read_new();

    assert_status(begin(pair.server, read), STATUS_PENDING);
    write_text(pair.client, "bell");
    expect_soon(read, "bell");
    /* The same behind somebody who looked and went. */
    assert_status(begin(pair.server, read), STATUS_PENDING);
    write_text(pair.client, "look");
    assert_status(wait_for(read), STATUS_WAIT_0);
    assert_status(begin(pair.server, read), STATUS_PENDING);
    write_text(pair.client, "guard");
    expect_soon(read, "guard");
    assert_status(begin(pair.server, read), STATUS_PENDING);
    support_sleep_ms(20);
    write_text(pair.client, "bell again");
    expect_soon(read, "bell again");
    pair_free(&pair);
    read_free(read);
}

static void peers_see_the_gong_while_a_read_pends_that_threads_can_wait_for(void **state)
{
    struct pair pair = overlapped_pair_new();
    struct read *first = read_new(), *second = read_new();
    uint64_t at;

    assert_status(begin(pair.server, first), STATUS_PENDING);
    at = pair.server->reader.shared->consumer_wait.gong_at;
    assert_true(at != 0);
    assert_status(begin(pair.server, second), STATUS_PENDING);
    assert_int_equal(pair.server->reader.shared->consumer_wait.gong_at, at); /* of the first */
    write_text(pair.client, "1");
    assert_status(wait_for(first), STATUS_WAIT_0);
    assert_int_not_equal(pair.server->reader.shared->consumer_wait.gong_at, at);
    write_text(pair.client, "2");
    assert_status(wait_for(second), STATUS_WAIT_0);
    expect(second, "2");
    pair_free(&pair);
    read_free(first);
    read_free(second);
}

static void *read_blocking(void *argument)
{
    struct tsm_pipe_end *end = argument;
    static char buffer[64];
    struct tsm_io io;

    tsm_io_init(&io, &end->file, TSM_IO_READ);
    io.out = buffer;
    io.out_length = sizeof(buffer);
    return tsm_file_run(&end->file, &io) == STATUS_SUCCESS ? buffer : NULL;
}

static void a_blocking_read_and_an_overlapped_one_get_a_message_each(void **state)
{
    for (int i = 0; i < 20; i++) {
        struct pair pair = overlapped_pair_new();
        struct read *read = read_new();
        pthread_t thread = support_thread(read_blocking, pair.server);
        void *blocking;

        support_sleep_ms(i % 3);
        assert_status(begin(pair.server, read), STATUS_PENDING);
        write_text(pair.client, "x");
        write_text(pair.client, "x");
        assert_status(wait_for(read), STATUS_WAIT_0);
        expect(read, "x");
        pthread_join(thread, &blocking);
        assert_non_null(blocking);
        pair_free(&pair);
        read_free(read);
    }
}

static void a_port_that_is_never_empty_lets_messages_in(void **state)
{
    struct pair pair = overlapped_pair_new();
    struct read *read = read_new();
    struct tsm_port *port = tsm_port_new(1);
    struct tsm_packet_entry entry;
    uint32_t count;

    assert_status(tsm_file_bind(&pair.server->file, port, 1), STATUS_SUCCESS);
    for (int i = 0; i < 20; i++) {
        int others = 0;

        assert_status(begin(pair.server, read), STATUS_PENDING);
        assert_status(tsm_port_post(port, 2, NULL, 0), STATUS_SUCCESS);
        write_text(pair.client, "message");
        do {
            assert_status(tsm_port_post(port, 2, NULL, 0), STATUS_SUCCESS);
            assert_status(tsm_port_take(port, &entry, 1, &count, false, TSM_DEADLINE_NEVER),
                          STATUS_SUCCESS);
            others += entry.key == 2;
        } while (entry.key == 2 && others < 1000000);
        assert_int_equal(entry.key, 1);
        expect(read, "message");
        while (tsm_port_take(port, &entry, 1, &count, false, tsm_deadline_in_ms(0)) ==
               STATUS_SUCCESS)
            ;
    }
    pair_free(&pair);
    read_free(read);
    tsm_workers_join(NULL);
    tsm_object_unref(tsm_port_object(port));
}

static void a_cancelled_read_leaves_the_message(void **state)
{
    struct pair pair = overlapped_pair_new();
    struct read *read = read_new();
    struct tsm_cancel cancel = {.which = TSM_CANCEL_ALL};

    assert_status(begin(pair.server, read), STATUS_PENDING);
    assert_status(tsm_async_cancel(&pair.server->file, &cancel), STATUS_SUCCESS);
    assert_status(status_of(read), STATUS_CANCELLED);
    write_text(pair.client, "for the next");
    assert_status(begin(pair.server, read), STATUS_SUCCESS);
    expect(read, "for the next");
    pair_free(&pair);
    read_free(read);
}

static void the_end_of_a_connection_ends_its_reads(void **state)
{
    struct pair pair = overlapped_pair_new();
    struct read *read = read_new(), *other = read_new();

    assert_status(begin(pair.server, read), STATUS_PENDING);
    end_unref(pair.client);
    assert_status(wait_for(read), STATUS_WAIT_0);
    assert_status(status_of(read), STATUS_PIPE_BROKEN);
    assert_status(begin(pair.server, other), STATUS_PIPE_BROKEN);
    assert_status(tsm_pipe_server_disconnect(pair.server), STATUS_SUCCESS);
    assert_null(pair.server->beacon.lookout); /* its word is not mapped any more */
    end_unref(pair.server);
    read_free(read);
    read_free(other);
}

/* It stays, and so do its descriptors. */
static int start_service_thread(void **state)
{
    struct tsm_reactor_watch watch = {.fd = TSM_REACTOR_NO_FD};

    if (!NT_SUCCESS(tsm_reactor_add(&watch, 0)))
        return 1;
    tsm_reactor_remove(&watch);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_waits_finishes_the_read),
        TEST(the_service_thread_finishes_what_nobody_waits_for),
        TEST(peers_see_the_gong_while_a_read_pends_that_threads_can_wait_for),
        TEST(a_blocking_read_and_an_overlapped_one_get_a_message_each),
        TEST(a_port_that_is_never_empty_lets_messages_in),
        TEST(a_cancelled_read_leaves_the_message),
        TEST(the_end_of_a_connection_ends_its_reads),
    };

    return cmocka_run_group_tests(tests, start_service_thread, NULL);
}
