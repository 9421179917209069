/* SPDX-License-Identifier: MIT */
/* One writer's ring: its stamps, and what a lie does to them. */
#include "support.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "mailslot/mailslot_link.h"

static struct tsm_channel *client;
static struct tsm_ring_writer writer;
static struct tsm_mailslot_link *tested;

static int link_begin(void **state)
{
    static const uint32_t quota[2] = {0, 0};
    struct tsm_unix_peer peer;
    struct tsm_channel *server;
    uint64_t capacity;
    uint8_t *data;
    int ends[2], result = support_begin(state);

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0 ||
        !NT_SUCCESS(tsm_unix_peer(ends[0], &peer)) ||
        !NT_SUCCESS(tsm_channel_new(ends[0], &peer, quota, &client)))
        return 1;
    if (!NT_SUCCESS(tsm_channel_from_peer(fcntl(client->memfd, F_DUPFD_CLOEXEC, 0), ends[1], quota,
                                          &server)))
        return 1;

    struct tsm_ring_header *shared = tsm_channel_outgoing(client, &data, &capacity);

    tsm_ring_writer_init(&writer, shared, data, capacity, 1 << 20);
    tested = tsm_mailslot_link_new(ends[1], 100);
    if (!tested)
        return 1;
    tsm_mailslot_link_attach(tested, server, 1000);
    return result;
}

static int link_end(void **state)
{
    tsm_mailslot_link_free(tested);
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    return support_end(state);
}

static void put(uint64_t stamp, const char *text)
{
    assert_true(tsm_ring_write_stamped(&writer, stamp, text, (uint32_t)strlen(text)));
}

static const char *take(void)
{
    static char text[101];

    text[tested->size] = 0;
    assert_true(tsm_mailslot_link_take(tested, text));
    return text;
}

static void messages_come_with_their_stamps(void **state)
{
    put(2000, "first");
    put(2001, "");
    assert_true(tsm_mailslot_link_look(tested, 3000));
    assert_int_equal(tested->stamp, 2000);
    assert_int_equal(tested->size, 5);
    assert_int_equal(tsm_mailslot_link_count(tested), 2);
    assert_string_equal(take(), "first");
    assert_true(tsm_mailslot_link_find(tested, 3000));
    assert_int_equal(tested->stamp, 2001);
    assert_int_equal(tsm_mailslot_link_count(tested), 1);
    assert_string_equal(take(), "");
    assert_false(tsm_mailslot_link_find(tested, 3000));
    assert_int_equal(tsm_mailslot_link_count(tested), 0);
}

static void what_came_after_the_look_is_of_the_next_batch(void **state)
{
    put(2000, "first");
    assert_true(tsm_mailslot_link_look(tested, 3000));
    put(2001, "second");
    assert_string_equal(take(), "first");
    assert_false(tsm_mailslot_link_find(tested, 3000));
    assert_true(tsm_mailslot_link_has_news(tested));
    assert_true(tsm_mailslot_link_look(tested, 4000));
    /* It was not there at 3000: so it came later, whatever it says. */
    assert_int_equal(tested->stamp, 3000);
    assert_string_equal(take(), "second");
}

static void a_stamp_goes_neither_back_nor_into_the_future(void **state)
{
    uint64_t now = (uint64_t)tsm_monotonic_ns();

    put(1500, "first");
    put(1400, "second");
    put(UINT64_MAX, "third");
    assert_true(tsm_mailslot_link_look(tested, 2000));
    assert_int_equal(tested->stamp, 1500);
    take();
    assert_true(tsm_mailslot_link_find(tested, 2000));
    assert_int_equal(tested->stamp, 1500);
    take();
    assert_true(tsm_mailslot_link_find(tested, 2000));
    assert_true(tested->stamp >= now && tested->stamp <= (uint64_t)tsm_monotonic_ns());
}

static void a_message_longer_than_the_slot_takes_is_a_lie(void **state)
{
    char text[102];

    memset(text, 'x', 101);
    text[101] = 0;
    put(2000, text);
    assert_false(tsm_mailslot_link_look(tested, 3000));
    assert_true(tsm_mailslot_link_lies(tested));
}

static void one_who_rests_is_asked_to_ring(void **state)
{
    assert_true(tsm_mailslot_link_rest(tested));
    assert_int_equal(tested->state, TSM_LINK_RESTING);
    assert_int_equal(atomic_load(&writer.shared->consumer_wait.wait), TSM_WAIT_BELL);
}

static void one_who_has_something_does_not_rest(void **state)
{
    put(2000, "there");
    assert_false(tsm_mailslot_link_rest(tested));
    assert_int_equal(tested->state, TSM_LINK_AWAKE);
    assert_int_equal(atomic_load(&writer.shared->consumer_wait.wait), 0);
}

static void what_a_writer_leaves_is_kept(void **state)
{
    put(2000, "first");
    put(2001, "second");
    put(2002, "third");
    assert_true(tsm_mailslot_link_look(tested, 2001));
    take();
    assert_true(tsm_mailslot_link_find(tested, 2001));
    assert_int_equal(tsm_mailslot_link_end(tested, 1 << 20), 0);
    assert_int_equal(tested->socket, -1);
    assert_null(tested->channel);
    assert_int_equal(tsm_mailslot_link_count(tested), 2);
    assert_string_equal(take(), "second");
    assert_true(tsm_mailslot_link_find(tested, 2001));
    assert_int_equal(tested->stamp, 2002);
    assert_string_equal(take(), "third");
    assert_true(tsm_mailslot_link_is_over(tested));
}

static void a_message_that_shrinks_before_it_is_kept_is_a_lie(void **state)
{
    struct tsm_frame *frame = (struct tsm_frame *)(void *)writer.data;
    static const char zeros[40];

    assert_true(tsm_ring_write_stamped(&writer, 2000, zeros, sizeof(zeros)));
    assert_true(tsm_mailslot_link_look(tested, 3000));
    atomic_store(&frame->word, (TSM_RING_STAMP_SIZE + 1) | TSM_FRAME_VALID);
    assert_int_equal(tsm_mailslot_link_end(tested, 1 << 20), 0);
    assert_false(tested->has_next);
    assert_true(tsm_mailslot_link_lies(tested));
}

static void what_a_writer_leaves_can_stay_where_it_is(void **state)
{
    put(2000, "first");
    put(2001, "second");
    assert_true(tsm_mailslot_link_look(tested, 3000));
    assert_int_equal(tsm_mailslot_link_seal(tested, 1 << 20), 0);
    put(2002, "too late");
    assert_int_equal(tsm_mailslot_link_count(tested), 2);
    assert_string_equal(take(), "first");
    assert_true(tsm_mailslot_link_look(tested, 4000));
    assert_int_equal(tested->stamp, 2001);
    assert_string_equal(take(), "second");
    assert_true(tsm_mailslot_link_is_over(tested));
    assert_false(tsm_mailslot_link_look(tested, 5000));
}

static void what_is_left_of_a_batch_keeps_its_stamp(void **state)
{
    put(2000, "first");
    put(2001, "second");
    assert_true(tsm_mailslot_link_look(tested, 3000));
    take();
    assert_true(tsm_mailslot_link_look(tested, 4000));
    assert_int_equal(tested->stamp, 2001);
}

static void what_finds_no_room_is_counted(void **state)
{
    put(2000, "first");
    put(2001, "second");
    assert_true(tsm_mailslot_link_look(tested, 3000));
    assert_int_equal(tsm_mailslot_link_end(tested, 10), 2);
    assert_false(tested->has_next);
    assert_true(tsm_mailslot_link_is_over(tested));
}

static void what_finds_no_room_is_not_left_either(void **state)
{
    put(2000, "first");
    put(2001, "second");
    assert_true(tsm_mailslot_link_look(tested, 3000));
    assert_int_equal(tsm_mailslot_link_seal(tested, 10), 2);
    assert_false(tested->has_next);
    assert_true(tsm_mailslot_link_is_over(tested));
    assert_false(tsm_mailslot_link_look(tested, 4000));
}

#define LINK_TEST(function) cmocka_unit_test_setup_teardown(function, link_begin, link_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINK_TEST(messages_come_with_their_stamps),
        LINK_TEST(what_came_after_the_look_is_of_the_next_batch),
        LINK_TEST(a_stamp_goes_neither_back_nor_into_the_future),
        LINK_TEST(a_message_longer_than_the_slot_takes_is_a_lie),
        LINK_TEST(one_who_rests_is_asked_to_ring),
        LINK_TEST(one_who_has_something_does_not_rest),
        LINK_TEST(what_a_writer_leaves_is_kept),
        LINK_TEST(a_message_that_shrinks_before_it_is_kept_is_a_lie),
        LINK_TEST(what_a_writer_leaves_can_stay_where_it_is),
        LINK_TEST(what_is_left_of_a_batch_keeps_its_stamp),
        LINK_TEST(what_finds_no_room_is_counted),
        LINK_TEST(what_finds_no_room_is_not_left_either),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
