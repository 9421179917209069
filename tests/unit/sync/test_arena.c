/* SPDX-License-Identifier: MIT */
/* Processes that die among shared objects. The tests' own process attaches once and stays; each
 * child is made before that could be inherited, by a helper that has not attached. */
#include "../os/runtime.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include "base/teb.h"
#include "object/import.h"
#include "sync/arena.h"
#include "sync/event.h"
#include "sync/mutex.h"
#include "sync/semaphore.h"
#include "sync/wait.h"

static struct tsm_state *named(const char16_t *text, enum tsm_cell_kind kind,
                               const struct tsm_object_ops *ops, struct tsm_cell cell)
{
    struct tsm_state_name name;
    struct tsm_state *state = NULL;

    if (!NT_SUCCESS(tsm_state_parse_name(text, &name)) ||
        !NT_SUCCESS(tsm_state_create(ops, kind, &name, &cell, 0, &state)))
        abort();
    return state;
}

static struct tsm_state *named_semaphore(const char16_t *text, int32_t count)
{
    return named(text, TSM_CELL_SEMAPHORE, &tsm_semaphore_ops, tsm_semaphore_cell(count, 1000));
}

static struct tsm_state *named_mutex(const char16_t *text)
{
    return named(text, TSM_CELL_MUTEX, &tsm_mutex_ops, tsm_mutex_cell());
}

static NTSTATUS wait_one(struct tsm_state *state, uint32_t ms)
{
    struct tsm_object *object = &state->object;

    return tsm_wait_objects(&object, 1, false, false, tsm_deadline_in_ms(ms));
}

/* ---- children ---- */

static void die(void)
{
    raise(SIGKILL);
}

static void die_with_a_half_changed_pair(void)
{
    struct tsm_state *first = named_semaphore(u"first", 5), *second = named_semaphore(u"second", 5);

    tsm_arena_lock();
    tsm_arena_touch(first->slot);
    tsm_state_cell(first)->count--;
    tsm_arena_touch(second->slot);
    tsm_state_cell(second)->count -= 3;
    die();
}

static void die_inside_the_lock(void)
{
    named_semaphore(u"first", 5);
    tsm_arena_lock();
    die();
}

static void die_after_waking_before_the_change(void)
{
    struct tsm_state *first = named_semaphore(u"first", 0);

    tsm_arena_lock();
    tsm_arena_announce(first->slot);
    die();
}

static void die_with_two_mutexes(void)
{
    if (wait_one(named_mutex(u"one mutex"), 1000) != STATUS_WAIT_0 ||
        wait_one(named_mutex(u"other mutex"), 1000) != STATUS_WAIT_0)
        abort();
    die();
}

static void (*const children[])(void) = {die_with_a_half_changed_pair, die_inside_the_lock,
                                         die_after_waking_before_the_change, die_with_two_mutexes};

static int helper; /* a socket to the process that makes the children */

static void helper_main(int orders)
{
    uint8_t number;

    while (read(orders, &number, 1) == 1) {
        pid_t child = fork();
        int status = 0;

        if (child == 0) {
            alarm(20);
            children[number]();
        }
        waitpid(child, &status, 0);
        number = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        if (write(orders, &number, 1) != 1)
            break;
    }
    _exit(0);
}

static void run_child(uint8_t number)
{
    uint8_t answer = 0;

    assert_int_equal(write(helper, &number, 1), 1);
    assert_int_equal(read(helper, &answer, 1), 1);
    assert_int_equal(answer, 1);
}

/* ---- tests ---- */

static void what_was_half_changed_is_put_back(void **state)
{
    struct tsm_state *first = named_semaphore(u"first", 5), *second = named_semaphore(u"second", 5);
    int32_t before = 0;

    run_child(0);
    assert_status(tsm_semaphore_release(&first->object, 1, &before), STATUS_SUCCESS);
    assert_int_equal(before, 5);
    assert_status(tsm_semaphore_release(&second->object, 1, &before), STATUS_SUCCESS);
    assert_int_equal(before, 5);
    tsm_object_unref(&first->object);
    tsm_object_unref(&second->object);
}

static void a_lock_whose_holder_died_can_be_taken(void **state)
{
    struct tsm_state *first = named_semaphore(u"first", 1);

    run_child(1);
    assert_status(wait_one(first, 1000), STATUS_WAIT_0);
    tsm_object_unref(&first->object);
}

static void *wait_long(void *semaphore)
{
    return (void *)(intptr_t)wait_one(semaphore, 10000);
}

static void a_signal_that_was_announced_and_never_given_loses_no_waiter(void **state)
{
    struct tsm_state *first = named_semaphore(u"first", 0);
    pthread_t thread = support_thread(wait_long, first);
    void *result = NULL;

    support_sleep_ms(50);
    run_child(2);
    support_sleep_ms(50);
    assert_status(tsm_semaphore_release(&first->object, 1, NULL), STATUS_SUCCESS);
    pthread_join(thread, &result);
    assert_status((NTSTATUS)(intptr_t)result, STATUS_WAIT_0);
    tsm_object_unref(&first->object);
}

static void all_mutexes_of_a_dead_process_are_abandoned(void **state)
{
    struct tsm_state *one = named_mutex(u"one mutex"), *other = named_mutex(u"other mutex");

    run_child(3);
    assert_status(wait_one(one, 0), STATUS_ABANDONED_WAIT_0);
    assert_status(wait_one(other, 0), STATUS_ABANDONED_WAIT_0);
    assert_status(tsm_mutex_release(&one->object, tsm_teb_tid()), STATUS_SUCCESS);
    assert_status(tsm_mutex_release(&other->object, tsm_teb_tid()), STATUS_SUCCESS);
    tsm_object_unref(&one->object);
    tsm_object_unref(&other->object);
}

static void a_name_of_dead_processes_is_free(void **state)
{
    struct tsm_state_name name;
    struct tsm_state *found = NULL;

    run_child(3);
    assert_status(tsm_state_parse_name(u"one mutex", &name), STATUS_SUCCESS);
    assert_status(tsm_state_open(TSM_CELL_MUTEX, &name, &found), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void an_object_of_ours_that_becomes_shared_keeps_its_state_and_waiters(void **state)
{
    struct tsm_object *event = tsm_event_new(false, false);
    pthread_t thread = support_thread(wait_long, tsm_state_from(event));
    struct tsm_export export;
    void *result = NULL;

    support_sleep_ms(50);
    assert_status(tsm_state_export(event, &export), STATUS_SUCCESS);
    support_sleep_ms(50);
    tsm_event_signal(event);
    pthread_join(thread, &result);
    assert_status((NTSTATUS)(intptr_t)result, STATUS_WAIT_0);
    assert_status(wait_one(tsm_state_from(event), 0), STATUS_TIMEOUT);
    tsm_object_unref(event);
}

static void names_have_their_rules(void **state)
{
    struct tsm_state_name name;
    char16_t text[300];

    assert_status(tsm_state_parse_name(u"Local\\a", &name), STATUS_SUCCESS);
    assert_int_equal(name.length, 2);
    assert_int_equal(name.units[0], u'L');
    assert_status(tsm_state_parse_name(u"Global\\a", &name), STATUS_SUCCESS);
    assert_int_equal(name.units[0], u'G');
    assert_status(tsm_state_parse_name(u"Loca", &name), STATUS_SUCCESS);
    assert_int_equal(name.length, 5);
    assert_status(tsm_state_parse_name(u"a\\b", &name), STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(tsm_state_parse_name(u"Global\\", &name), STATUS_OBJECT_NAME_INVALID);
    for (int i = 0; i < 299; i++)
        text[i] = u'x';
    text[260] = 0;
    assert_status(tsm_state_parse_name(text, &name), STATUS_SUCCESS);
    text[260] = u'x';
    text[261] = 0;
    assert_status(tsm_state_parse_name(text, &name), STATUS_NAME_TOO_LONG);
}

static int begin(void **state)
{
    int sockets[2];

    /* What the library's constructor does. */
    tsm_state_register(TSM_CELL_MUTEX, &tsm_mutex_ops);
    tsm_state_register(TSM_CELL_SEMAPHORE, &tsm_semaphore_ops);
    if (runtime_begin(state) != 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sockets) < 0)
        return 1;
    if (fork() == 0) {
        close(sockets[0]);
        helper_main(sockets[1]);
    }
    close(sockets[1]);
    helper = sockets[0];
    return NT_SUCCESS(tsm_arena_attach()) ? 0 : 1;
}

static int end(void **state)
{
    close(helper);
    wait(NULL);
    return runtime_end(state);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_was_half_changed_is_put_back),
        TEST(a_lock_whose_holder_died_can_be_taken),
        TEST(a_signal_that_was_announced_and_never_given_loses_no_waiter),
        TEST(all_mutexes_of_a_dead_process_are_abandoned),
        TEST(a_name_of_dead_processes_is_free),
        TEST(an_object_of_ours_that_becomes_shared_keeps_its_state_and_waiters),
        TEST(names_have_their_rules),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
