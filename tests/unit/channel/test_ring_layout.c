/* SPDX-License-Identifier: MIT */
/* The numbers of docs/protocol/named-pipe.md, which are an agreement between programs. */
#include "support.h"

#include "channel/channel.h"
#include "channel/ring_layout.h"

static void words_lie_where_the_protocol_says(void **state)
{
    assert_int_equal(offsetof(struct tsm_channel_header, magic), 0);
    assert_int_equal(offsetof(struct tsm_channel_header, version), 4);
    assert_int_equal(offsetof(struct tsm_channel_header, capacity), 8);
    assert_int_equal(offsetof(struct tsm_channel_header, server_state), 128);
    assert_int_equal(offsetof(struct tsm_channel_header, admission), 132);
    assert_int_equal(offsetof(struct tsm_channel_header, released), 136);
    assert_int_equal(offsetof(struct tsm_channel_header, client_state), 256);
    assert_int_equal(TSM_CHANNEL_WINDOWS, 1408);
    assert_int_equal(TSM_CHANNEL_WINDOW, 1344);
    assert_int_equal(offsetof(struct tsm_channel_header, ring[0]), 384);
    assert_int_equal(offsetof(struct tsm_channel_header, ring[1]), 896);
    assert_int_equal(offsetof(struct tsm_ring_header, producer), 0);
    assert_int_equal(offsetof(struct tsm_ring_header, consumer), 128);
    assert_int_equal(offsetof(struct tsm_ring_header, consumer_wait), 256);
    assert_int_equal(offsetof(struct tsm_ring_header, producer_wait), 384);
    assert_int_equal(offsetof(struct tsm_ring_producer, head), 0);
    assert_int_equal(offsetof(struct tsm_ring_producer, payload), 8);
    assert_int_equal(offsetof(struct tsm_ring_producer, messages), 16);
    assert_int_equal(offsetof(struct tsm_ring_producer, dropped), 24);
    assert_int_equal(offsetof(struct tsm_ring_consumer, tail), 0);
    assert_int_equal(offsetof(struct tsm_ring_consumer, payload), 8);
    assert_int_equal(offsetof(struct tsm_ring_consumer, messages), 16);
    assert_int_equal(offsetof(struct tsm_ring_consumer, claim), 24);
    assert_int_equal(offsetof(struct tsm_ring_consumer, allowance), 32);
    assert_int_equal(offsetof(struct tsm_ring_consumer_wait, wait), 0);
    assert_int_equal(offsetof(struct tsm_ring_consumer_wait, cpu), 4);
    assert_int_equal(offsetof(struct tsm_ring_consumer_wait, gong_memory), 8);
    assert_int_equal(offsetof(struct tsm_ring_consumer_wait, gong_at), 16);
    assert_int_equal(offsetof(struct tsm_ring_producer_wait, wait), 0);
    assert_int_equal(offsetof(struct tsm_ring_producer_wait, cpu), 4);
    assert_int_equal(offsetof(struct tsm_ring_producer_wait, need_tail), 8);
    assert_int_equal(offsetof(struct tsm_ring_producer_wait, need_payload), 16);
    assert_int_equal(offsetof(struct tsm_ring_producer_wait, need_messages), 24);
    assert_int_equal(offsetof(struct tsm_frame, word), 0);
    assert_int_equal(offsetof(struct tsm_frame, take), 4);
}

static void a_direction_has_sixteen_bytes_for_each_of_its_quota(void **state)
{
    const uint64_t mib = 1 << 20;

    assert_int_equal(tsm_channel_capacity(0), 64 * mib);
    assert_int_equal(tsm_channel_capacity(4096), 64 * mib);
    assert_int_equal(tsm_channel_capacity(4 * mib), 64 * mib);
    assert_int_equal(tsm_channel_capacity(4 * mib + 1), 64 * mib + 4096);
    assert_int_equal(tsm_channel_capacity(16 * mib), 256 * mib);
    assert_int_equal(tsm_channel_capacity(UINT32_MAX), 256 * mib);
}

static void the_longest_frame_fits_four_times(void **state)
{
    static const uint64_t capacities[] = {512, 4096, 64 << 20, 256 << 20};

    for (size_t i = 0; i < TSM_COUNT_OF(capacities); i++)
        assert_true(4 * ((uint64_t)tsm_ring_frame_limit(capacities[i]) + 24) <= capacities[i]);
    assert_true(tsm_ring_frame_limit(UINT64_MAX) <= TSM_FRAME_LENGTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_lie_where_the_protocol_says),
        TEST(a_direction_has_sixteen_bytes_for_each_of_its_quota),
        TEST(the_longest_frame_fits_four_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
