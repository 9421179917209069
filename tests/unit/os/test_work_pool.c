/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <semaphore.h>
#include <stdatomic.h>

#include "base/macros.h"
#include "os/work_pool.h"

#define AT_ONCE 8 /* threads that the pool makes without waiting */
#define MANY    40

struct piece {
    struct tsm_work_item item;
    int number;
};

static sem_t go_on, done;
static _Atomic int running, order[MANY + 200], place;

static void submit(struct piece *piece, void (*run)(struct tsm_work_item *item), int number,
                   enum tsm_work_length length)
{
    tsm_list_init(&piece->item.node);
    piece->item.run = run;
    piece->number = number;
    assert_status(tsm_work_pool_submit(&piece->item, length), STATUS_SUCCESS);
}

static void note(struct tsm_work_item *item)
{
    order[place++] = tsm_container_of(item, struct piece, item)->number;
    sem_post(&done);
}

static void note_and_block(struct tsm_work_item *item)
{
    running++;
    sem_wait(&go_on);
    note(item);
}

static void semaphores_begin(void)
{
    assert_int_equal(sem_init(&go_on, 0, 0) | sem_init(&done, 0, 0), 0);
    running = place = 0;
}

static void wait_for_done(int count)
{
    while (count--)
        assert_int_equal(sem_wait(&done), 0);
}

static void wait_for_running(int count)
{
    for (int i = 0; i < 2000 && running < count; i++)
        support_sleep_ms(5);
    assert_int_equal(running, count);
}

static void each_piece_is_done_once(void **state)
{
    struct piece pieces[MANY];
    bool was_done[MANY] = {false};

    semaphores_begin();
    for (int i = 0; i < MANY; i++)
        submit(&pieces[i], note, i, TSM_WORK_SHORT);
    wait_for_done(MANY);
    for (int i = 0; i < MANY; i++) {
        assert_false(was_done[order[i]]);
        was_done[order[i]] = true;
    }
}

/* Pieces that wait for each other get on, although there are more than threads at first. */
static void work_that_stands_still_gets_more_threads(void **state)
{
    struct piece pieces[AT_ONCE + 3];

    semaphores_begin();
    for (int i = 0; i < AT_ONCE + 3; i++)
        submit(&pieces[i], note_and_block, i, TSM_WORK_SHORT);
    wait_for_running(AT_ONCE + 3);
    for (int i = 0; i < AT_ONCE + 3; i++)
        sem_post(&go_on);
    wait_for_done(AT_ONCE + 3);
}

static void long_work_gets_a_thread_at_once(void **state)
{
    struct piece pieces[MANY];

    semaphores_begin();
    for (int i = 0; i < MANY; i++)
        submit(&pieces[i], note_and_block, i, TSM_WORK_LONG);
    wait_for_running(MANY);
    for (int i = 0; i < MANY; i++)
        sem_post(&go_on);
    wait_for_done(MANY);
}

static void what_has_not_begun_can_be_taken_back(void **state)
{
    struct piece blocked[MANY], last;
    int taken_back = 0;

    semaphores_begin();
    for (int i = 0; i < MANY; i++)
        submit(&blocked[i], note_and_block, i, TSM_WORK_LONG);
    wait_for_running(MANY);
    /* All threads are busy; a new one would come after a while. */
    for (int i = 0; i < 100 && !taken_back; i++) {
        submit(&last, note, 99, TSM_WORK_SHORT);
        taken_back = tsm_work_pool_withdraw(&last.item);
        if (!taken_back)
            wait_for_done(1);
    }
    assert_true(taken_back);
    assert_false(tsm_work_pool_withdraw(&last.item));
    assert_false(tsm_work_pool_withdraw(&blocked[0].item));
    for (int i = 0; i < MANY; i++)
        sem_post(&go_on);
    wait_for_done(MANY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_piece_is_done_once),
        TEST(work_that_stands_still_gets_more_threads),
        TEST(long_work_gets_a_thread_at_once),
        TEST(what_has_not_begun_can_be_taken_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
