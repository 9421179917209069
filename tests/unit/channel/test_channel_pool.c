/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "channel/channel_pool.h"

static const uint32_t quota[2] = {4096, 8192}, other_quota[2] = {4096, 16 << 20};

struct connection {
    struct tsm_channel *client, *server;
};

static struct tsm_channel *client_new(int socket, const uint32_t quotas[2])
{
    struct tsm_channel *client = NULL;
    struct tsm_unix_peer peer;

    assert_status(tsm_unix_peer(socket, &peer), STATUS_SUCCESS);
    assert_status(tsm_channel_new(socket, &peer, quotas, &client), STATUS_SUCCESS);
    return client;
}

/* With ourselves: this process is the client and the server. */
static struct connection connect_with(const uint32_t quotas[2])
{
    struct connection connection = {0};
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends),
                     0);
    connection.client = client_new(ends[0], quotas);
    assert_status(tsm_channel_from_peer(fcntl(connection.client->memfd, F_DUPFD_CLOEXEC, 0),
                                        ends[1], quotas, &connection.server),
                  STATUS_SUCCESS);
    connection.client->may_be_kept = connection.server->may_be_kept = true;
    return connection;
}

static void disconnect(struct connection *connection)
{
    tsm_channel_close(connection->client, TSM_SIDE_CLOSED);
    tsm_channel_close(connection->server, TSM_SIDE_DISCONNECTED);
}

/* So that what is given back can be told from what is made. */
static bool is_kept(const uint32_t quotas[2], bool may_be_cleared)
{
    struct connection connection = connect_with(quotas);
    bool is_marked = connection.client->header->capacity[0] == 77;

    if (is_marked && may_be_cleared) {
        assert_int_equal(connection.client->header->server_state, TSM_SIDE_OPEN);
        assert_int_equal(connection.client->header->client_state, TSM_SIDE_OPEN);
        assert_int_equal(connection.client->header->released, 0);
        assert_int_equal(connection.client->header->ring[1].producer.head, 0);
        assert_int_equal(connection.client->data[0][0], 0);
        assert_int_equal(connection.server->header->ring[1].producer.head, 0);
    }
    tsm_channel_free(connection.client);
    tsm_channel_free(connection.server);
    return is_marked;
}

static struct connection marked_connection(void)
{
    struct connection connection = connect_with(quota);

    connection.client->header->capacity[0] = 77;
    connection.client->data[0][0] = 9;
    connection.client->header->ring[1].producer.head = 64;
    connection.client->header->admission = TSM_ADMISSION_GRANTED;
    return connection;
}

static void memory_goes_to_the_same_server_again_and_is_clean(void **state)
{
    struct connection connection = marked_connection();

    disconnect(&connection);
    assert_true(is_kept(quota, true));
    assert_false(is_kept(quota, true)); /* it was freed */
}

static void a_server_that_has_it_mapped_does_not_map_it_again(void **state)
{
    struct connection connection = marked_connection();
    struct tsm_channel_header *mapped = connection.server->header;

    disconnect(&connection);
    connection = connect_with(quota);
    assert_ptr_equal(connection.server->header, mapped);
    disconnect(&connection);
    /* One that has not does. */
    tsm_channel_free(tsm_channel_pool_take_from(
        &connection.server->peer, &connection.server->memory, connection.server->capacity));
    connection = connect_with(quota);
    assert_int_equal(connection.client->header->capacity[0], 77);
    disconnect(&connection);
}

static void memory_that_the_server_has_not_released_stays(void **state)
{
    struct connection connection = marked_connection();

    tsm_channel_close(connection.client, TSM_SIDE_CLOSED);
    assert_false(is_kept(quota, false));
    tsm_channel_close(connection.server, TSM_SIDE_CLOSED);
    assert_true(is_kept(quota, true));
}

static void memory_of_another_shape_stays(void **state)
{
    struct connection connection = marked_connection();

    disconnect(&connection);
    assert_false(is_kept(other_quota, false));
    assert_true(is_kept(quota, true));
}

static void memory_of_a_connection_that_carried_much_is_not_kept(void **state)
{
    struct connection connection = marked_connection();

    connection.client->header->ring[0].producer.head = 1 << 20;
    disconnect(&connection);
    assert_false(is_kept(quota, false));
}

static void memory_that_a_stranger_had_is_not_kept(void **state)
{
    struct connection connection = marked_connection();

    connection.client->peer.is_own_user = connection.server->peer.is_own_user = false;
    disconnect(&connection);
    assert_false(is_kept(quota, false));
}

static void memory_that_other_processes_had_is_not_kept(void **state)
{
    struct connection connection = marked_connection();

    tsm_channel_share_locked(connection.client);
    disconnect(&connection);
    assert_false(is_kept(quota, false));
    connection = marked_connection();
    tsm_channel_share_locked(connection.server);
    disconnect(&connection);
    assert_false(is_kept(quota, false)); /* the server's others may still look at it */
}

static void no_more_than_a_few_are_kept(void **state)
{
    struct connection connections[40];
    int kept = 0;

    for (int i = 0; i < 40; i++)
        connections[i] = marked_connection();
    for (int i = 0; i < 40; i++)
        disconnect(&connections[i]);
    while (is_kept(quota, true))
        kept++;
    assert_int_equal(kept, 16);
}

/* A process that makes both ends of a connection, gives us one, and lives until it is killed. */
static pid_t server_process(int *socket)
{
    int carrier[2], fd = -1;
    char record[8];
    size_t length;
    pid_t process;

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, carrier), 0);
    process = fork();
    assert_true(process >= 0);
    if (process == 0) {
        int ends[2];

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0 ||
            !NT_SUCCESS(tsm_unix_send(carrier[1], "", 1, ends[0])))
            _exit(1);
        for (;;)
            pause();
    }
    close(carrier[1]);
    assert_true(tsm_unix_wait_readable(carrier[0], tsm_deadline_in_ms(10000)));
    assert_status(tsm_unix_receive(carrier[0], record, sizeof(record), &length, &fd),
                  STATUS_SUCCESS);
    close(carrier[0]);
    *socket = fd;
    return process;
}

static void memory_that_a_dead_server_had_is_nobodys(void **state)
{
    for (int is_killed = 0; is_killed < 2; is_killed++) {
        struct tsm_unix_peer peer;
        struct tsm_channel *channel;
        int socket;
        pid_t process = server_process(&socket);

        assert_status(tsm_unix_peer(socket, &peer), STATUS_SUCCESS);
        assert_int_equal(peer.pid, process);
        channel = client_new(socket, quota);
        channel->header->released = 1;
        channel->may_be_kept = true;
        tsm_channel_close(channel, TSM_SIDE_CLOSED);
        if (is_killed) {
            kill(process, SIGKILL);
            waitpid(process, NULL, 0);
        }
        /* Its number may be anybody's now. */
        channel = tsm_channel_pool_take_for(
            &peer, (const uint64_t[2]){tsm_channel_capacity(4096), tsm_channel_capacity(8192)});
        if (is_killed)
            assert_null(channel);
        else
            assert_non_null(channel);
        if (channel) {
            tsm_channel_free(channel);
            kill(process, SIGKILL);
            waitpid(process, NULL, 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_goes_to_the_same_server_again_and_is_clean),
        TEST(a_server_that_has_it_mapped_does_not_map_it_again),
        TEST(memory_that_the_server_has_not_released_stays),
        TEST(memory_of_another_shape_stays),
        TEST(memory_of_a_connection_that_carried_much_is_not_kept),
        TEST(memory_that_a_stranger_had_is_not_kept),
        TEST(memory_that_other_processes_had_is_not_kept),
        TEST(no_more_than_a_few_are_kept),
        TEST(memory_that_a_dead_server_had_is_nobodys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
