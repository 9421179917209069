/* SPDX-License-Identifier: MIT */
/* One step at a time, in one thread: both ends of a small ring, and what a lie does to each. */
#include "support.h"

#include "channel/ring.h"

#define CAPACITY 1024

static struct tsm_ring_header *shared;
static uint8_t *data;
static struct tsm_ring_writer writer;
static struct tsm_ring_reader reader;
static uint64_t place;

static int ring_begin(void **state)
{
    shared = aligned_alloc(128, sizeof(*shared));
    data = calloc(1, CAPACITY);
    if (!shared || !data)
        return 1;
    memset(shared, 0, sizeof(*shared));
    tsm_ring_writer_init(&writer, shared, data, CAPACITY, 100);
    tsm_ring_reader_init(&reader, shared, data, CAPACITY, 100);
    return support_begin(state);
}

static int ring_end(void **state)
{
    free(shared);
    free(data);
    return support_end(state);
}

static bool put(const char *text, uint32_t flags)
{
    return tsm_ring_write(&writer, text, (uint32_t)strlen(text), flags, &place);
}

/* What one read of up to length bytes takes; "-" for nothing, "!" for taken back. */
static const char *get(uint32_t length)
{
    static char text[CAPACITY + 1];
    struct tsm_ring_next next;
    bool was_cancelled;
    uint32_t count;

    if (!tsm_ring_peek(&reader, &next))
        return "-";
    count = tsm_ring_take(&reader, text, length, &was_cancelled);
    text[count] = 0;
    tsm_ring_reader_publish(&reader, 0);
    return was_cancelled ? "!" : text;
}

static struct tsm_frame *frame_of(uint64_t at)
{
    return (struct tsm_frame *)(void *)(data + at);
}

static void an_empty_ring_has_nothing(void **state)
{
    assert_string_equal(get(10), "-");
    assert_int_equal(tsm_ring_available(&reader), 0);
    assert_false(tsm_ring_has_news(shared, reader.tail));
    tsm_ring_reader_doubt(&reader);
    assert_false(reader.is_broken);
}

static void frames_come_in_order_and_in_parts(void **state)
{
    struct tsm_ring_next next;

    assert_true(put("first", 0) && put("second", TSM_FRAME_MORE) && put("", 0));
    assert_true(tsm_ring_has_news(shared, reader.tail));
    tsm_ring_reader_doubt(&reader);
    assert_false(reader.is_broken);
    assert_int_equal(tsm_ring_available(&reader), 11);
    assert_string_equal(get(3), "fir");
    assert_true(tsm_ring_peek(&reader, &next));
    assert_int_equal(next.rest, 2);
    assert_true(next.is_last);
    assert_string_equal(get(10), "st");
    assert_int_equal(reader.messages, 1);
    assert_true(tsm_ring_peek(&reader, &next));
    assert_false(next.is_last);
    assert_string_equal(get(10), "second");
    assert_int_equal(reader.messages, 1);
    assert_string_equal(get(10), "");
    assert_int_equal(reader.messages, 2);
    assert_string_equal(get(10), "-");
    assert_int_equal(tsm_ring_writer_messages_read(&writer), 2);
    assert_int_equal(tsm_ring_writer_consumed(&writer), 11);
}

static void a_full_ring_takes_no_more_until_the_reader_was_there(void **state)
{
    char text[201];
    int count = 0;

    memset(text, 'x', 200);
    text[200] = 0;
    while (put(text, 0))
        count++;
    assert_int_equal(count, 4);
    assert_false(writer.is_broken);
    /* Beside the frame there must be room for a jump: the place of one is not enough. */
    assert_string_equal(get(200), text);
    assert_false(put(text, 0));
    assert_string_equal(get(200), text);
    assert_true(put(text, 0));
    for (int i = 0; i < 3; i++)
        assert_string_equal(get(200), text);
    assert_string_equal(get(200), "-");
}

/* Many laps with lengths that end everywhere, at the very end of the ring too. */
static void nothing_is_lost_over_many_laps(void **state)
{
    char text[241], expected[241];
    uint32_t written = 0, read = 0, length;

    for (int i = 0; i < 20000; i++) {
        length = written * 7 % 241;
        memset(text, 'a' + written % 26, length);
        text[length] = 0;
        if (written - read < 1 + (uint32_t)i / 16 % 6 && put(text, 0)) {
            assert_true(place % 8 == 0 && place + 8 + length <= CAPACITY);
            written++;
        } else if (read < written) {
            length = read * 7 % 241;
            memset(expected, 'a' + read % 26, length);
            expected[length] = 0;
            assert_string_equal(get(240), expected);
            read++;
        }
    }
    assert_true(written > 5000);
    assert_false(reader.is_broken || writer.is_broken);
}

static void a_look_takes_nothing(void **state)
{
    char text[32] = "";
    uint64_t rest = 0;

    put("one", 0);
    put("two", 0);
    assert_int_equal(tsm_ring_look(&reader, text, sizeof(text), false, &rest), 6);
    assert_memory_equal(text, "onetwo", 6);
    assert_int_equal(rest, 3);
    assert_int_equal(tsm_ring_look(&reader, text, sizeof(text), true, &rest), 3);
    assert_int_equal(tsm_ring_look(&reader, text, 2, true, &rest), 2);
    assert_int_equal(rest, 3);
    assert_string_equal(get(10), "one");
}

static void what_is_taken_back_is_not_read(void **state)
{
    uint64_t first;

    put("first", TSM_FRAME_REVOCABLE);
    first = place;
    put("second", TSM_FRAME_REVOCABLE);
    assert_int_equal(tsm_ring_cancel(&writer, first, 5), 5);
    assert_int_equal(writer.payload, 6);
    assert_int_equal(writer.messages, 1);
    assert_string_equal(get(2), "se");
    assert_int_equal(tsm_ring_cancel(&writer, place, 6), 4);
    assert_int_equal(writer.payload, 2);
    assert_string_equal(get(10), "-");
    assert_int_equal(tsm_ring_available(&reader), 0);
    assert_false(reader.is_broken);
}

static void what_was_read_cannot_be_taken_back(void **state)
{
    put("first", TSM_FRAME_REVOCABLE);
    assert_string_equal(get(10), "first");
    assert_int_equal(tsm_ring_cancel(&writer, place, 5), 0);
    assert_int_equal(writer.payload, 5);
    assert_int_equal(writer.messages, 1);
}

static void a_dead_writers_blocked_writes_go_with_it(void **state)
{
    char text[101];

    memset(text, 'x', 100);
    text[100] = 0;
    put(text, 0);
    put("blocked", TSM_FRAME_REVOCABLE);
    put("half", TSM_FRAME_MORE);
    tsm_ring_reader_drop_pending(&reader);
    assert_string_equal(get(200), text);
    assert_string_equal(get(200), "-");
    assert_int_equal(tsm_ring_available(&reader), 0);
    put("from the grave", 0);
    assert_string_equal(get(200), "-");
}

static void a_dead_writer_of_an_empty_ring_writes_no_more(void **state)
{
    tsm_ring_reader_drop_pending(&reader);
    put("from the grave", 0);
    assert_string_equal(get(200), "-");
}

/* ---- lies ---- */

static void assert_reader_gives_up(void)
{
    assert_string_equal(get(100), "-");
    assert_true(reader.is_broken);
    /* For good, whatever the memory says later. */
    atomic_store(&shared->producer.head, reader.tail);
    assert_string_equal(get(100), "-");
}

static void a_head_without_a_frame_is_a_lie(void **state)
{
    put("x", 0);
    get(1);
    atomic_store(&shared->producer.head, reader.tail + 8);
    assert_true(tsm_ring_has_news(shared, reader.tail));
    assert_string_equal(get(1), "-");
    assert_false(reader.is_broken);
    tsm_ring_reader_doubt(&reader);
    assert_reader_gives_up();
}

static void a_word_without_its_mark_is_a_lie(void **state)
{
    put("x", 0);
    frame_of(0)->word = 1;
    assert_reader_gives_up();
}

static void a_frame_over_the_end_of_the_ring_is_a_lie(void **state)
{
    put("x", 0);
    frame_of(0)->word = TSM_FRAME_VALID | (CAPACITY - 7);
    assert_reader_gives_up();
}

static void a_frame_without_room_for_the_next_word_is_a_lie(void **state)
{
    put("x", 0);
    frame_of(0)->word = TSM_FRAME_VALID | (CAPACITY - 8);
    assert_reader_gives_up();
}

static void the_longest_length_is_a_lie(void **state)
{
    put("x", 0);
    frame_of(0)->word = TSM_FRAME_VALID | TSM_FRAME_LENGTH;
    assert_reader_gives_up();
}

static void a_frame_that_shrinks_while_it_is_read_is_a_lie(void **state)
{
    put("long enough", 0);
    assert_string_equal(get(8), "long eno");
    frame_of(0)->word = TSM_FRAME_VALID | TSM_FRAME_MORE | 3;
    assert_reader_gives_up();
}

static void a_frame_that_vanishes_while_it_is_read_is_a_lie(void **state)
{
    put("long enough", 0);
    assert_string_equal(get(8), "long eno");
    frame_of(0)->word = 0;
    tsm_ring_reader_doubt(&reader);
    assert_reader_gives_up();
}

static void a_frame_that_vanishes_before_it_is_taken_is_a_lie(void **state)
{
    struct tsm_ring_next next;
    bool was_cancelled = false;
    char text[8];

    put("there", 0);
    assert_true(tsm_ring_peek(&reader, &next));
    frame_of(0)->word = 0;
    assert_int_equal(tsm_ring_take(&reader, text, sizeof(text), &was_cancelled), 0);
    assert_true(was_cancelled);
    assert_reader_gives_up();
}

static void an_empty_piece_of_a_message_is_a_lie(void **state)
{
    put("x", 0);
    frame_of(0)->word = TSM_FRAME_VALID | TSM_FRAME_MORE;
    assert_reader_gives_up();
}

static void make_jump(uint64_t at, uint32_t to)
{
    frame_of(at)->take = TSM_FRAME_IS_JUMP;
    frame_of(at)->word = TSM_FRAME_VALID | to / 8;
}

static void a_jump_out_of_the_ring_is_a_lie(void **state)
{
    make_jump(0, CAPACITY);
    assert_reader_gives_up();
}

static void a_jump_to_a_jump_is_a_lie(void **state)
{
    make_jump(0, 0);
    assert_reader_gives_up();
}

static void a_circle_of_what_was_taken_back_is_a_lie(void **state)
{
    frame_of(0)->take = TSM_FRAME_CANCELLED;
    frame_of(0)->word = TSM_FRAME_VALID | TSM_FRAME_REVOCABLE | 8;
    make_jump(16, 0);
    assert_reader_gives_up();
}

/* A look goes no further than a ring is long; reads get what each asks for. */
static void a_circle_of_frames_ends(void **state)
{
    static char text[4 * CAPACITY];
    uint64_t rest;

    frame_of(0)->word = TSM_FRAME_VALID | 8;
    make_jump(16, 0);
    assert_string_equal(get(4), "");
    assert_string_equal(get(4), "");
    assert_in_range(tsm_ring_look(&reader, text, sizeof(text), false, &rest), 0, CAPACITY);
    assert_true(reader.is_broken);
}

static void bytes_that_were_claimed_by_nobody_are_a_lie(void **state)
{
    bool was_cancelled;
    char text[8];

    put("claimed", TSM_FRAME_REVOCABLE);
    atomic_store(&frame_of(0)->take, 5);
    tsm_ring_take(&reader, text, sizeof(text), &was_cancelled);
    assert_true(reader.is_broken || was_cancelled);
    assert_reader_gives_up();
}

static void a_tail_before_what_it_was_is_a_lie(void **state)
{
    char text[241];

    memset(text, 'x', 240);
    text[240] = 0;
    put(text, 0);
    get(240);
    while (put(text, 0))
        ;
    assert_true(writer.tail_seen > 0);
    atomic_store(&shared->consumer.tail, 0);
    assert_false(put(text, 0));
    assert_true(writer.is_broken);
}

static void a_tail_behind_the_head_is_a_lie(void **state)
{
    char text[241];

    memset(text, 'x', 240);
    text[240] = 0;
    while (put(text, 0))
        ;
    atomic_store(&shared->consumer.tail, writer.head + 8);
    assert_false(put(text, 0));
    assert_true(writer.is_broken);
    assert_false(put("", 0));
}

static void more_taken_than_was_there_is_a_lie(void **state)
{
    put("x", TSM_FRAME_REVOCABLE);
    atomic_store(&frame_of(place)->take, 2);
    assert_int_equal(tsm_ring_cancel(&writer, place, 1), 0);
    assert_true(writer.is_broken);
    assert_int_equal(writer.payload, 1);
}

static void more_consumed_than_written_is_as_if_all_were(void **state)
{
    put("x", 0);
    atomic_store(&shared->consumer.payload, UINT64_MAX);
    assert_int_equal(tsm_ring_writer_consumed(&writer), 1);
}

static void a_dead_writers_frame_that_grows_is_a_lie(void **state)
{
    put("first", 0);
    put("second", 0);
    put("half", TSM_FRAME_MORE);
    tsm_ring_reader_drop_pending(&reader);
    frame_of(0)->word = TSM_FRAME_VALID | 64;
    assert_reader_gives_up();
}

/* Some places, a gap that is somebody else's, and the rest. */
#define WINDOW 64
#define LOW    512

static void gap_begin(void)
{
    tsm_ring_writer_set_gap(&writer, WINDOW, LOW);
    memset(data + WINDOW, 0x5a, LOW - WINDOW);
}

static void gap_is_untouched(void)
{
    for (int i = WINDOW; i < LOW; i++)
        assert_int_equal(data[i], 0x5a);
}

static void what_does_not_fit_before_the_gap_lies_behind_it(void **state)
{
    gap_begin();
    assert_true(put("0123456789abcdef", 0));
    assert_int_equal(place, 0);
    assert_true(put("0123456789abcdef", 0));
    assert_int_equal(place, 24);
    assert_true(put("behind", 0)); /* the jump needs the last 8 bytes */
    assert_int_equal(place, LOW);
    gap_is_untouched();
    assert_string_equal(get(100), "0123456789abcdef");
    assert_string_equal(get(100), "0123456789abcdef");
    assert_string_equal(get(100), "behind");
    assert_string_equal(get(100), "-");
    assert_false(reader.is_broken);
}

/* As on a channel, where both directions lie in one page. */
static void a_conversation_stays_before_the_gap(void **state)
{
    const uint64_t capacity = 8192;
    char text[8];

    free(data);
    data = calloc(1, capacity);
    assert_non_null(data);
    tsm_ring_writer_init(&writer, shared, data, capacity, 100);
    tsm_ring_reader_init(&reader, shared, data, capacity, 100);
    tsm_ring_writer_set_gap(&writer, 1344, 2048);
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof(text), "%d", i);
        assert_true(put(text, 0));
        assert_true(place + 24 <= 1344);
        assert_string_equal(get(100), text);
    }
    assert_false(reader.is_broken);
    /* Who leaves something unread needs the rest, and stays there. */
    for (int i = 0; i < 100; i++)
        assert_true(put("unread", 0));
    assert_true(place >= 2048);
    for (int i = 0; i < 100; i++)
        assert_string_equal(get(100), "unread");
    assert_true(put("later", 0));
    assert_true(place >= 2048);
    assert_string_equal(get(100), "later");
}

static void a_first_frame_longer_than_the_places_before_the_gap_lies_behind_it(void **state)
{
    char text[WINDOW + 1];

    gap_begin();
    memset(text, 'x', WINDOW);
    text[WINDOW] = 0;
    assert_true(put(text, 0));
    assert_int_equal(place, LOW);
    gap_is_untouched();
    assert_string_equal(get(100), text);
}

static void many_laps_leave_the_gap_alone(void **state)
{
    char text[100];

    gap_begin();
    for (uint32_t i = 0; i < 10000; i++) {
        uint32_t length = i * 7 % 90;

        memset(text, 'a' + (int)(i % 26), length);
        text[length] = 0;
        assert_true(put(text, 0));
        assert_true(place + length + 16 <= WINDOW || place >= LOW);
        if (i % 3 != 0) {
            memset(text, 'A' + (int)(i % 26), length);
            assert_true(put(text, 0));
        }
        while (tsm_ring_has_news(shared, reader.tail))
            (void)get(100);
    }
    gap_is_untouched();
    assert_false(reader.is_broken || writer.is_broken);
    assert_int_equal(reader.messages, writer.messages);
}

#define RING_TEST(function) cmocka_unit_test_setup_teardown(function, ring_begin, ring_end)

static void a_stamp_comes_before_the_data(void **state)
{
    char text[200];
    struct tsm_ring_next next;
    uint64_t stamp;
    bool was_cancelled;

    memset(text, 'x', sizeof(text));
    /* Of all lengths, since the first line of a frame is laid down by itself. */
    for (uint32_t length = 0; length <= sizeof(text); length++) {
        char out[sizeof(text)] = "";

        assert_true(tsm_ring_write_stamped(&writer, 1000 + length, text, length));
        assert_true(tsm_ring_writer_unread(&writer) > 0 && tsm_ring_peek(&reader, &next));
        assert_int_equal(next.rest, length + 8);
        assert_int_equal(tsm_ring_take(&reader, &stamp, sizeof(stamp), &was_cancelled), 8);
        assert_int_equal(stamp, 1000 + length);
        if (length)
            assert_int_equal(tsm_ring_take(&reader, out, sizeof(out), &was_cancelled), length);
        assert_memory_equal(out, text, length);
        assert_int_equal(out[length < sizeof(out) ? length : 0], length < sizeof(out) ? 0 : 'x');
        tsm_ring_reader_publish(&reader, 0);
        assert_int_equal(tsm_ring_writer_unread(&writer), 0);
        assert_int_equal(reader.messages, length + 1);
    }
}

static void unread_messages_are_counted_across_jumps_and_pieces(void **state)
{
    struct tsm_ring_scout scout = {0};

    assert_int_equal(tsm_ring_count(&reader, &scout), 0);
    for (int i = 1; i <= 3; i++) {
        put("message", 0);
        assert_int_equal(tsm_ring_count(&reader, &scout), i);
    }
    put("begin", TSM_FRAME_MORE);
    assert_int_equal(tsm_ring_count(&reader, &scout), 3);
    put("end", 0);
    assert_int_equal(tsm_ring_count(&reader, &scout), 4);
    get(100);
    assert_int_equal(tsm_ring_count(&reader, &scout), 3);
    get(3);
    assert_int_equal(tsm_ring_count(&reader, &scout), 3);
    for (int lap = 0; lap < 200; lap++) {
        while (strcmp(get(100), "-") != 0)
            ;
        for (int i = 0; i < lap % 5; i++)
            put("some words of a message", 0);
        /* Also where the count was not asked for while the reader went by. */
        if (lap % 3)
            assert_int_equal(tsm_ring_count(&reader, &scout), lap % 5);
    }
    assert_false(reader.is_broken);
}

static void a_count_of_jumps_to_jumps_ends(void **state)
{
    struct tsm_ring_scout scout = {0};
    struct tsm_frame *frame = frame_of(0);

    frame->take = TSM_FRAME_IS_JUMP;
    frame->word = TSM_FRAME_VALID;
    assert_int_equal(tsm_ring_count(&reader, &scout), 0);
    assert_true(reader.is_broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(an_empty_ring_has_nothing),
        RING_TEST(frames_come_in_order_and_in_parts),
        RING_TEST(a_full_ring_takes_no_more_until_the_reader_was_there),
        RING_TEST(nothing_is_lost_over_many_laps),
        RING_TEST(what_does_not_fit_before_the_gap_lies_behind_it),
        RING_TEST(a_conversation_stays_before_the_gap),
        RING_TEST(a_first_frame_longer_than_the_places_before_the_gap_lies_behind_it),
        RING_TEST(many_laps_leave_the_gap_alone),
        RING_TEST(a_look_takes_nothing),
        RING_TEST(what_is_taken_back_is_not_read),
        RING_TEST(what_was_read_cannot_be_taken_back),
        RING_TEST(a_dead_writers_blocked_writes_go_with_it),
        RING_TEST(a_dead_writer_of_an_empty_ring_writes_no_more),
        RING_TEST(a_head_without_a_frame_is_a_lie),
        RING_TEST(a_word_without_its_mark_is_a_lie),
        RING_TEST(a_frame_over_the_end_of_the_ring_is_a_lie),
        RING_TEST(a_frame_without_room_for_the_next_word_is_a_lie),
        RING_TEST(the_longest_length_is_a_lie),
        RING_TEST(a_frame_that_shrinks_while_it_is_read_is_a_lie),
        RING_TEST(a_frame_that_vanishes_while_it_is_read_is_a_lie),
        RING_TEST(a_frame_that_vanishes_before_it_is_taken_is_a_lie),
        RING_TEST(an_empty_piece_of_a_message_is_a_lie),
        RING_TEST(a_jump_out_of_the_ring_is_a_lie),
        RING_TEST(a_jump_to_a_jump_is_a_lie),
        RING_TEST(a_circle_of_what_was_taken_back_is_a_lie),
        RING_TEST(a_circle_of_frames_ends),
        RING_TEST(bytes_that_were_claimed_by_nobody_are_a_lie),
        RING_TEST(a_tail_before_what_it_was_is_a_lie),
        RING_TEST(a_tail_behind_the_head_is_a_lie),
        RING_TEST(more_taken_than_was_there_is_a_lie),
        RING_TEST(a_dead_writers_frame_that_grows_is_a_lie),
        RING_TEST(a_stamp_comes_before_the_data),
        RING_TEST(unread_messages_are_counted_across_jumps_and_pieces),
        RING_TEST(a_count_of_jumps_to_jumps_ends),
        RING_TEST(more_consumed_than_written_is_as_if_all_were),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
