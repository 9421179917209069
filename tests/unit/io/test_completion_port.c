/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "io/completion_port.h"
#include "process/thread.h"

static int disposed;

static void count_dispose(struct tsm_packet *packet)
{
    disposed++;
}

static void add(struct tsm_port *port, struct tsm_packet *packet, uint64_t key)
{
    *packet = (struct tsm_packet){.key = key, .dispose = count_dispose};
    tsm_list_init(&packet->node);
    tsm_port_add(port, packet);
}

static NTSTATUS take(struct tsm_port *port, struct tsm_packet_entry *entry, uint32_t ms)
{
    uint32_t count;

    return tsm_port_take(port, entry, 1, &count, false, tsm_deadline_in_ms(ms));
}

static void each_packet_is_disposed_of_once(void **state)
{
    struct tsm_port *port = tsm_port_new(1);
    struct tsm_packet packets[3];
    struct tsm_packet_entry entry;
    HANDLE handle;

    disposed = 0;
    assert_status(tsm_handle_insert(tsm_port_object(port), 0, 0, &handle), STATUS_SUCCESS);
    add(port, &packets[0], 10);
    add(port, &packets[1], 11);
    assert_status(take(port, &entry, 0), STATUS_SUCCESS);
    assert_int_equal(entry.key, 10);
    assert_int_equal(disposed, 1);
    assert_status(tsm_handle_close(handle), STATUS_SUCCESS); /* one is left inside */
    assert_int_equal(disposed, 2);
    add(port, &packets[2], 12); /* comes too late */
    assert_int_equal(disposed, 3);
    assert_status(take(port, &entry, 0), STATUS_ABANDONED_WAIT_0);
    tsm_object_unref(tsm_port_object(port));
}

static void *take_one(void *port)
{
    struct tsm_packet_entry entry = {0};

    tsm_thread_attach();
    return (void *)(uintptr_t)(take(port, &entry, 10000) == STATUS_SUCCESS ? entry.key : 0);
}

static void a_thread_that_is_full_of_work_leaves_the_next_packet_to_nobody(void **state)
{
    struct tsm_port *port = tsm_port_new(1);
    struct tsm_packet packets[2];
    struct tsm_packet_entry entry;
    pthread_t other;
    void *key;

    add(port, &packets[0], 10);
    assert_status(take(port, &entry, 0), STATUS_SUCCESS); /* this thread works for the port now */
    other = support_thread(take_one, port);
    support_sleep_ms(20);
    add(port, &packets[1], 11);
    support_sleep_ms(20);
    assert_int_equal(packets[1].taker, 0);
    assert_status(take(port, &entry, 0), STATUS_SUCCESS); /* its own place is still its own */
    assert_int_equal(entry.key, 11);
    assert_status(take(port, &entry, 20), STATUS_TIMEOUT);
    add(port, &packets[0], 12);
    pthread_join(other, &key);
    assert_int_equal((uintptr_t)key, 12);
    tsm_object_unref(tsm_port_object(port));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_packet_is_disposed_of_once),
        TEST(a_thread_that_is_full_of_work_leaves_the_next_packet_to_nobody),
    };

    tsm_thread_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
