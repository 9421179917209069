/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <sys/socket.h>

#include "channel/channel_pool.h"

static const uint32_t quota[2] = {4096, 8192};

static void pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
                     0);
}

static struct tsm_channel *client_new(int socket)
{
    struct tsm_channel *client = NULL;
    struct tsm_unix_peer peer;

    assert_status(tsm_unix_peer(socket, &peer), STATUS_SUCCESS);
    assert_status(tsm_channel_new(socket, &peer, quota, &client), STATUS_SUCCESS);
    return client;
}

static void connect_both(struct tsm_channel **client, struct tsm_channel **server)
{
    int ends[2];

    pair(ends);
    *client = client_new(ends[0]);
    assert_status(
        tsm_channel_from_peer(fcntl((*client)->memfd, F_DUPFD_CLOEXEC, 0), ends[1], quota, server),
        STATUS_SUCCESS);
}

static bool was_rung(struct tsm_channel *channel)
{
    char byte;

    return recv(channel->socket, &byte, 1, MSG_DONTWAIT) == 1;
}

static void a_gong_is_struck_instead_of_a_bell_as_long_as_it_is_believed(void **state)
{
    struct tsm_channel *client, *server;
    struct tsm_ring_consumer_wait *reader;
    struct tsm_gong gong;

    connect_both(&client, &server);
    reader = &client->header->ring[0].consumer_wait;
    tsm_gong_init(&gong);
    atomic_store(&reader->wait, TSM_WAIT_BELL);
    tsm_channel_wake(client, &reader->wait);
    assert_true(was_rung(server)); /* none is shown */
    assert_int_equal(reader->wait, 0);
    tsm_channel_show_gong_locked(server, gong.address);
    atomic_store(&gong.words->state, TSM_GONG_ASLEEP);
    atomic_store(&reader->wait, TSM_WAIT_BELL | TSM_WAIT_FUTEX);
    tsm_channel_wake(client, &reader->wait);
    assert_false(was_rung(server));
    assert_int_equal(gong.words->strokes, 1);
    assert_int_equal(reader->wait, TSM_WAIT_BELL); /* sleepers were woken */
    atomic_store(&gong.words->state, TSM_GONG_NOBODY);
    tsm_channel_wake(client, &reader->wait);
    assert_true(was_rung(server));
    /* Whatever is shown, and however often: a message is told. */
    for (uint32_t i = 1; i < 30; i++) {
        struct tsm_gong_address address = {gong.address.memory ^ i, gong.address.at + i};

        tsm_channel_show_gong_locked(server, address);
        atomic_store(&reader->wait, TSM_WAIT_BELL);
        tsm_channel_wake(client, &reader->wait);
        assert_true(was_rung(server));
    }
    tsm_channel_show_gong_locked(server, gong.address);
    atomic_store(&gong.words->state, TSM_GONG_AWAKE);
    atomic_store(&reader->wait, TSM_WAIT_BELL);
    tsm_channel_wake(client, &reader->wait);
    assert_true(was_rung(server)); /* it is not believed any more */
    tsm_channel_unref(client);
    tsm_channel_unref(server);
    tsm_gong_deinit(&gong);
}

static void what_goes_out_of_one_side_comes_into_the_other(void **state)
{
    struct tsm_channel *client, *server;
    struct tsm_ring_header *out, *in;
    uint64_t out_capacity, in_capacity;
    uint8_t *out_data, *in_data;

    connect_both(&client, &server);
    out = tsm_channel_outgoing(client, &out_data, &out_capacity);
    in = tsm_channel_incoming(server, &in_data, &in_capacity);
    assert_int_equal(out_capacity, in_capacity);
    atomic_store(&out->producer.head, 1234);
    assert_int_equal(atomic_load(&in->producer.head), 1234);
    out_data[out_capacity - 1] = 77;
    assert_int_equal(in_data[in_capacity - 1], 77);
    assert_int_equal(server->peer.pid, getpid());
    tsm_channel_unref(client);
    tsm_channel_unref(server);
}

static void the_first_places_of_both_directions_lie_in_one_page(void **state)
{
    struct tsm_channel *client, *server;
    struct tsm_ring_writer there, back;
    uint64_t place;
    char text[100] = "";

    connect_both(&client, &server);
    tsm_channel_writer_init(client, &there, 4096);
    tsm_channel_writer_init(server, &back, 8192);
    for (int i = 0; i < 11; i++) {
        assert_true(tsm_ring_write(&there, text, sizeof(text), 0, &place));
        assert_true(client->data[0] + place + sizeof(text) + 16 <=
                    (uint8_t *)client->header + TSM_CHANNEL_WINDOWS + TSM_CHANNEL_WINDOW);
        assert_true(tsm_ring_write(&back, text, sizeof(text), 0, &place));
        assert_true(server->data[1] + place + sizeof(text) + 16 <=
                    (uint8_t *)server->header + TSM_CHANNEL_HEADER_SIZE);
    }
    /* Then each where its own lies, up to its end. */
    assert_true(tsm_ring_write(&there, text, sizeof(text), 0, &place));
    assert_ptr_equal(client->data[0] + place, (uint8_t *)client->header + TSM_CHANNEL_HEADER_SIZE);
    assert_true(tsm_ring_write(&back, text, sizeof(text), 0, &place));
    assert_ptr_equal(server->data[1] + place,
                     (uint8_t *)server->header + TSM_CHANNEL_HEADER_SIZE + server->capacity[0]);
    assert_ptr_equal(client->data[0] + there.capacity,
                     (uint8_t *)client->header + TSM_CHANNEL_HEADER_SIZE + client->capacity[0]);
    assert_ptr_equal(server->data[1] + back.capacity, (uint8_t *)server->header + server->size);
    tsm_channel_unref(client);
    tsm_channel_unref(server);
}

static void bad_memory_is_refused_and_everything_closed(void **state)
{
    const uint32_t large[2] = {64 << 20, 4096};
    struct tsm_channel *client, *server = NULL;
    int ends[2];

    for (int i = 0; i < 4; i++) {
        int memfd = -1;

        pair(ends);
        client = client_new(ends[0]);
        if (i == 0)
            client->header->magic ^= 1;
        if (i == 1)
            client->header->version++;
        if (i != 3)
            memfd = fcntl(client->memfd, F_DUPFD_CLOEXEC, 0);
        assert_status(tsm_channel_from_peer(memfd, ends[1], i == 2 ? large : quota, &server),
                      STATUS_INVALID_PARAMETER);
        assert_null(server);
        tsm_channel_free(client);
    }
}

static void goodbye_is_told_once_and_only_a_server_disconnects(void **state)
{
    struct tsm_channel *client, *server;

    connect_both(&client, &server);
    assert_int_equal(tsm_channel_peer_state(client), TSM_SIDE_OPEN);
    tsm_channel_announce(client, TSM_SIDE_DISCONNECTED);
    assert_int_equal(tsm_channel_peer_state(server), TSM_SIDE_CLOSED);
    tsm_channel_announce(server, TSM_SIDE_DISCONNECTED);
    tsm_channel_announce(server, TSM_SIDE_CLOSED);
    assert_int_equal(tsm_channel_peer_state(client), TSM_SIDE_DISCONNECTED);
    atomic_store(&client->header->server_state, 77);
    assert_int_equal(tsm_channel_peer_state(client), TSM_SIDE_CLOSED);
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    tsm_channel_close(server, TSM_SIDE_CLOSED);
}

static void hanging_up_ends_the_connection_for_both(void **state)
{
    struct tsm_channel *client, *server;

    connect_both(&client, &server);
    tsm_channel_hang_up(server);
    assert_int_equal(tsm_channel_peer_state(client), TSM_SIDE_CLOSED);
    assert_true(tsm_unix_wait_readable(client->socket, tsm_deadline_in_ms(1000)));
    tsm_channel_unref(client);
    tsm_channel_unref(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_gong_is_struck_instead_of_a_bell_as_long_as_it_is_believed),
        TEST(what_goes_out_of_one_side_comes_into_the_other),
        TEST(the_first_places_of_both_directions_lie_in_one_page),
        TEST(bad_memory_is_refused_and_everything_closed),
        TEST(goodbye_is_told_once_and_only_a_server_disconnects),
        TEST(hanging_up_ends_the_connection_for_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
