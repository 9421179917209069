/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <sys/socket.h>

#include "os/fd.h"
#include "os/fd_call.h"
#include "os/poll_set.h"

static int ends[2];

static void pipe_begin(void)
{
    assert_int_equal(pipe(ends), 0);
}

static void pipe_end(void)
{
    close(ends[0]);
    close(ends[1]);
}

static void a_step_reads_what_is_there(void **state)
{
    char got[8];
    uint32_t count = 9;

    pipe_begin();
    assert_status(tsm_fd_call_read(ends[0], got, sizeof(got), &count), STATUS_PIPE_EMPTY);
    assert_int_equal(count, 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    assert_status(tsm_fd_call_read(ends[0], got, 2, &count), STATUS_SUCCESS);
    assert_int_equal(count, 2);
    assert_memory_equal(got, "ab", 2);
    close(ends[1]);
    assert_status(tsm_fd_call_read(ends[0], got, sizeof(got), &count), STATUS_SUCCESS);
    assert_int_equal(count, 1);
    assert_status(tsm_fd_call_read(ends[0], got, sizeof(got), &count), STATUS_PIPE_BROKEN);
    close(ends[0]);
}

static void a_step_writes_what_there_is_room_for(void **state)
{
    static char bytes[1 << 20];
    uint32_t count = 0, more = 9;

    pipe_begin();
    assert_status(tsm_fd_call_write(ends[1], bytes, sizeof(bytes), &count), STATUS_SUCCESS);
    assert_true(count > 0 && count < sizeof(bytes));
    assert_status(tsm_fd_call_write(ends[1], bytes, sizeof(bytes), &more), STATUS_SUCCESS);
    assert_int_equal(more, 0);
    close(ends[0]);
    assert_status(tsm_fd_call_write(ends[1], bytes, 1, &more), STATUS_PIPE_CLOSING);
    close(ends[1]);
}

static void sockets_have_steps_too(void **state)
{
    char got[8];
    uint32_t count;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_status(tsm_fd_call_read(ends[0], got, sizeof(got), &count), STATUS_PIPE_EMPTY);
    assert_status(tsm_fd_call_write(ends[1], "xy", 2, &count), STATUS_SUCCESS);
    assert_int_equal(count, 2);
    assert_status(tsm_fd_call_read(ends[0], got, sizeof(got), &count), STATUS_SUCCESS);
    assert_int_equal(count, 2);
    pipe_end();
}

static void *ring(void *bell)
{
    support_sleep_ms(30);
    tsm_poll_bell_ring(*(int *)bell);
    return NULL;
}

static void *write_late(void *unused)
{
    support_sleep_ms(30);
    assert_int_equal(write(ends[1], "x", 1), 1);
    return NULL;
}

static void who_waits_is_called_back_by_the_bell(void **state)
{
    pthread_t thread;
    int bell;

    pipe_begin();
    assert_status(tsm_poll_bell_new(&bell), STATUS_SUCCESS);
    thread = support_thread(ring, &bell);
    assert_status(tsm_fd_call_wait(ends[0], false, bell), STATUS_ALERTED);
    pthread_join(thread, NULL);
    assert_int_equal(write(ends[1], "x", 1), 1);
    assert_status(tsm_fd_call_drain(ends[1], bell), STATUS_ALERTED);
    tsm_poll_bell_hush(bell);
    assert_int_equal(read(ends[0], &(char){0}, 1), 1);
    assert_status(tsm_fd_call_drain(ends[1], bell), STATUS_SUCCESS);
    assert_status(tsm_fd_call_wait(ends[1], true, bell), STATUS_SUCCESS);
    thread = support_thread(write_late, NULL);
    assert_status(tsm_fd_call_wait(ends[0], false, -1), STATUS_SUCCESS);
    pthread_join(thread, NULL);
    close(bell);
    pipe_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_step_reads_what_is_there),
        TEST(a_step_writes_what_there_is_room_for),
        TEST(sockets_have_steps_too),
        TEST(who_waits_is_called_back_by_the_bell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
