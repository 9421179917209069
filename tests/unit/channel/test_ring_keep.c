/* SPDX-License-Identifier: MIT */
/* What a writer left behind, read from memory of our own. */
#include "support.h"

#include "channel/ring_keep.h"

#define CAPACITY 4096

static struct tsm_ring_header *shared;
static uint8_t *data;
static struct tsm_ring_writer writer;
static struct tsm_ring_reader reader;

static int ring_begin(void **state)
{
    shared = aligned_alloc(128, sizeof(*shared));
    data = calloc(1, CAPACITY);
    if (!shared || !data)
        return 1;
    memset(shared, 0, sizeof(*shared));
    tsm_ring_writer_init(&writer, shared, data, CAPACITY, CAPACITY);
    tsm_ring_reader_init(&reader, shared, data, CAPACITY, CAPACITY);
    return support_begin(state);
}

static int ring_end(void **state)
{
    free(shared);
    free(data);
    return support_end(state);
}

static void put(const char *text, uint32_t flags)
{
    uint64_t place;

    assert_true(tsm_ring_write(&writer, text, (uint32_t)strlen(text), flags, &place));
}

static const char *get(uint32_t length)
{
    static char text[CAPACITY];
    struct tsm_ring_next next;
    bool was_cancelled;

    if (!tsm_ring_peek(&reader, &next))
        return "-";
    text[tsm_ring_take(&reader, text, length, &was_cancelled)] = 0;
    return text;
}

/* The writer's memory is gone afterwards. */
static void *keep(uint64_t *limit)
{
    void *memory = NULL;
    uint64_t size;

    tsm_ring_reader_drop_pending(&reader);
    size = tsm_ring_keep_size(&reader);
    if (size)
        memory = malloc(size);
    tsm_ring_keep(&reader, memory, size, limit);
    memset(data, 0xEE, CAPACITY);
    memset(shared, 0xEE, sizeof(*shared));
    return memory;
}

static void messages_are_read_from_the_copy(void **state)
{
    struct tsm_ring_scout scout = {0};
    uint64_t limit = 0;
    void *memory;

    put("read", 0);
    get(100);
    put("first", 0);
    put("", 0);
    put("in ", TSM_FRAME_MORE);
    put("pieces", 0);
    put("unfinished", TSM_FRAME_MORE);
    memory = keep(&limit);
    assert_int_equal(tsm_ring_count(&reader, &scout), 3);
    assert_string_equal(get(100), "first");
    assert_string_equal(get(100), "");
    assert_string_equal(get(100), "in ");
    assert_string_equal(get(100), "pieces");
    assert_string_equal(get(100), "-");
    assert_false(reader.is_broken);
    free(memory);
}

static void nothing_needs_no_memory(void **state)
{
    uint64_t limit = 5;

    put("read", 0);
    get(100);
    assert_null(keep(&limit));
    assert_string_equal(get(100), "-");
    assert_int_equal(limit, 0);
}

static void what_was_read_in_part_goes_on(void **state)
{
    uint64_t limit = 0;
    void *memory;

    put("begin and end", 0);
    put("next", 0);
    assert_string_equal(get(6), "begin ");
    memory = keep(&limit);
    assert_string_equal(get(100), "and end");
    assert_string_equal(get(100), "next");
    assert_string_equal(get(100), "-");
    free(memory);
}

static void a_position_is_that_of_the_same_frame(void **state)
{
    uint64_t limit;
    void *memory;

    for (int lap = 0; lap < 30; lap++) { /* until jumps are in between */
        put("something of some length that is read at once", 0);
        get(100);
    }
    put("before", 0);
    limit = writer.head;
    put("behind", 0);
    memory = keep(&limit);
    assert_true(reader.tail < limit);
    assert_string_equal(get(100), "before");
    assert_int_equal(reader.tail, limit);
    assert_string_equal(get(100), "behind");
    free(memory);
}

#define RING_TEST(function) cmocka_unit_test_setup_teardown(function, ring_begin, ring_end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RING_TEST(messages_are_read_from_the_copy),
        RING_TEST(nothing_needs_no_memory),
        RING_TEST(what_was_read_in_part_goes_on),
        RING_TEST(a_position_is_that_of_the_same_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
