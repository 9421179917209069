/* SPDX-License-Identifier: MIT */
/* Holders of one memory: others are open files of this process, or children. */
#include "support.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "os/fd.h"
#include "os/holders.h"
#include "os/memfd.h"

#define SIZE 65536u

static const struct tsm_parcel_kind kind = {0x1234, 5}, other_kind = {0x1234, 6};

static uint32_t join(struct tsm_holders *holders)
{
    assert_status(tsm_holders_claim(holders, holders->memfd, &holders->self), STATUS_SUCCESS);
    tsm_holders_enter(holders, holders->self, (uint32_t)getpid());
    return holders->self;
}

static struct tsm_holders founder(void)
{
    struct tsm_holders holders = TSM_HOLDERS_INIT;

    assert_status(tsm_holders_new(&kind, SIZE, &holders), STATUS_SUCCESS);
    assert_int_equal(join(&holders), 0);
    return holders;
}

/* As another process would have it. */
static struct tsm_holders another(const struct tsm_holders *of)
{
    struct tsm_holders holders = TSM_HOLDERS_INIT;

    assert_status(tsm_holders_adopt(&kind, SIZE, of->memfd, &holders), STATUS_SUCCESS);
    return holders;
}

/* What the users of holders do from time to time. */
static void forget_the_dead(struct tsm_holders *holders)
{
    for (uint32_t i = 0; i < tsm_holders_end(holders); i++)
        if (tsm_holders_is_dead(holders, i))
            tsm_holders_forget(holders, i);
}

static void each_holder_has_a_number_of_its_own(void **state)
{
    struct tsm_holders first = founder(), second;

    assert_false(tsm_holders_has_others(&first));
    second = another(&first);
    assert_true(tsm_holders_has_others(&second));
    assert_int_equal(join(&second), 1);
    assert_int_equal(tsm_holders_end(&first), 2);
    assert_true(tsm_holders_has(&first, 0) && tsm_holders_has(&first, 1));
    assert_int_equal(first.table->at[1].pid, getpid());
    assert_true(tsm_holders_has_others(&first) && tsm_holders_has_others(&second));
    forget_the_dead(&first);
    forget_the_dead(&second);
    assert_true(tsm_holders_has_others(&first) && tsm_holders_has_others(&second));
    tsm_holders_forget(&second, second.self);
    tsm_holders_close(&second);
    assert_false(tsm_holders_has_others(&first));
    tsm_holders_close(&first);
    tsm_holders_close(&first);
}

static void who_closes_without_a_word_is_dead_until_it_is_forgotten(void **state)
{
    struct tsm_holders first = founder(), second = another(&first), third = another(&first);

    join(&second);
    assert_false(tsm_holders_is_dead(&first, 1));
    tsm_holders_close(&second);
    assert_true(tsm_holders_is_dead(&first, 1));
    assert_true(tsm_holders_has_others(&first));
    /* What it had pending is there still: nobody else gets its number. */
    assert_int_equal(join(&third), 2);
    tsm_holders_forget(&first, 1);
    assert_false(tsm_holders_is_dead(&first, 1));
    second = another(&first);
    assert_int_equal(join(&second), 1);
    tsm_holders_close(&second);
    tsm_holders_close(&third);
    tsm_holders_close(&first);
}

static void a_number_is_free_again_after_its_process_was_killed(void **state)
{
    struct tsm_holders first = founder(), next;
    int ready[2], status;
    char byte;
    pid_t child;

    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    child = fork();
    if (child == 0) {
        struct tsm_holders own = TSM_HOLDERS_INIT;

        if (!NT_SUCCESS(tsm_holders_adopt(&kind, SIZE, first.memfd, &own)) ||
            !NT_SUCCESS(tsm_holders_claim(&own, own.memfd, &own.self)))
            _exit(1);
        tsm_holders_enter(&own, own.self, (uint32_t)getpid());
        (void)!write(ready[1], "r", 1);
        for (;;)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    assert_int_equal(first.table->at[1].pid, child);
    assert_false(tsm_holders_is_dead(&first, 1));
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_true(tsm_holders_is_dead(&first, 1));
    forget_the_dead(&first);
    assert_false(tsm_holders_has_others(&first));
    next = another(&first);
    assert_int_equal(join(&next), 1);
    tsm_holders_close(&next);
    tsm_holders_close(&first);
}

static void who_dies_before_it_is_entered_has_taken_no_number(void **state)
{
    struct tsm_holders first = founder(), second = another(&first);
    uint32_t number;
    int memfd;

    assert_status(tsm_fd_reopen(first.memfd, &memfd), STATUS_SUCCESS);
    assert_status(tsm_holders_claim(&first, memfd, &number), STATUS_SUCCESS);
    assert_int_equal(number, 1);
    assert_false(tsm_holders_has_others(&first));
    assert_int_equal(join(&second), 2); /* it lives still */
    tsm_holders_forget(&second, 2);
    tsm_holders_close(&second);
    close(memfd);
    second = another(&first);
    assert_int_equal(join(&second), 1);
    tsm_holders_close(&second);
    tsm_holders_close(&first);
}

static void a_full_table_has_room_for_one_more_when_one_has_died(void **state)
{
    struct tsm_holders first = founder();
    int fds[TSM_HOLDERS_MAX], late;
    uint32_t number;

    for (uint32_t i = 1; i < TSM_HOLDERS_MAX; i++) {
        assert_status(tsm_fd_reopen(first.memfd, &fds[i]), STATUS_SUCCESS);
        assert_status(tsm_holders_claim(&first, fds[i], &number), STATUS_SUCCESS);
        assert_int_equal(number, i);
        tsm_holders_enter(&first, number, 0);
    }
    assert_status(tsm_fd_reopen(first.memfd, &late), STATUS_SUCCESS);
    assert_status(tsm_holders_claim(&first, late, &number), STATUS_INSUFFICIENT_RESOURCES);
    forget_the_dead(&first);
    assert_status(tsm_holders_claim(&first, late, &number), STATUS_INSUFFICIENT_RESOURCES);
    close(fds[77]);
    assert_status(tsm_holders_claim(&first, late, &number), STATUS_INSUFFICIENT_RESOURCES);
    forget_the_dead(&first);
    assert_status(tsm_holders_claim(&first, late, &number), STATUS_SUCCESS);
    assert_int_equal(number, 77);
    for (uint32_t i = 1; i < TSM_HOLDERS_MAX; i++)
        if (i != 77)
            close(fds[i]);
    close(late);
    tsm_holders_close(&first);
}

static void an_heir_counts_until_its_receiver_has_a_number_and_the_parcel_is_empty(void **state)
{
    struct tsm_holders first = founder(), receiver = TSM_HOLDERS_INIT;
    int memfd, parcel, fds[TSM_FD_BOX_FDS];
    uint32_t heir, count;

    assert_status(tsm_fd_reopen(first.memfd, &memfd), STATUS_SUCCESS);
    assert_status(tsm_holders_claim(&first, memfd, &heir), STATUS_SUCCESS);
    tsm_holders_enter(&first, heir, 0);
    assert_status(tsm_parcel_new(&kind, &memfd, 1, &parcel), STATUS_SUCCESS);
    close(memfd);
    assert_false(tsm_holders_is_dead(&first, heir));

    assert_status(tsm_parcel_look(&kind, parcel, fds, &count), STATUS_SUCCESS);
    assert_status(tsm_holders_adopt(&kind, SIZE, fds[0], &receiver), STATUS_SUCCESS);
    assert_int_equal(join(&receiver), 2);
    tsm_parcel_close_fds(fds);
    assert_false(tsm_holders_is_dead(&first, heir));
    tsm_parcel_empty(parcel);
    assert_true(tsm_holders_is_dead(&first, heir));
    forget_the_dead(&receiver);
    assert_true(tsm_holders_has(&first, 2) && !tsm_holders_has(&first, heir));
    close(parcel);
    tsm_holders_close(&receiver);
    tsm_holders_close(&first);
}

static void memory_of_another_kind_or_size_is_refused(void **state)
{
    struct tsm_holders first = founder(), other = TSM_HOLDERS_INIT;
    int empty;

    assert_status(tsm_holders_adopt(&other_kind, SIZE, first.memfd, &other),
                  STATUS_REVISION_MISMATCH);
    tsm_holders_close(&other);
    assert_false(NT_SUCCESS(tsm_holders_adopt(&kind, 2 * SIZE, first.memfd, &other)));
    tsm_holders_close(&other);
    assert_status(tsm_memfd_new(SIZE, &empty), STATUS_SUCCESS);
    assert_status(tsm_holders_adopt(&kind, SIZE, empty, &other), STATUS_REVISION_MISMATCH);
    tsm_holders_close(&other);
    close(empty);
    first.table->pid_space++;
    assert_status(tsm_holders_adopt(&kind, SIZE, first.memfd, &other), STATUS_NOT_SUPPORTED);
    tsm_holders_close(&other);
    tsm_holders_close(&first);
}

static void a_count_that_somebody_has_forged_is_bounded(void **state)
{
    static const uint32_t counts[] = {TSM_HOLDERS_MAX + 1, INT32_MAX, UINT32_MAX};
    struct tsm_holders first = founder(), second = another(&first);
    uint32_t number = TSM_HOLDERS_NOBODY;

    join(&second);
    for (size_t i = 0; i < TSM_COUNT_OF(counts); i++) {
        first.table->used_count = counts[i];
        assert_int_equal(tsm_holders_end(&first), TSM_HOLDERS_MAX);
        forget_the_dead(&first);
        assert_true(tsm_holders_has_others(&first));
    }
    first.table->used_count =
        0; /* one that is not counted is not looked for, and keeps its number */
    assert_false(tsm_holders_has_others(&first));
    memset((void *)first.table->at, 0xff, sizeof(first.table->at));
    first.table->used_count = UINT32_MAX;
    assert_status(tsm_holders_claim(&first, first.memfd, &number), STATUS_INSUFFICIENT_RESOURCES);
    forget_the_dead(&first);
    assert_true(tsm_holders_has(&first, 0) && tsm_holders_has(&first, 1));
    assert_status(tsm_holders_claim(&second, second.memfd, &number), STATUS_SUCCESS);
    assert_int_equal(number, 2);
    tsm_holders_close(&second);
    tsm_holders_close(&first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_holder_has_a_number_of_its_own),
        TEST(who_closes_without_a_word_is_dead_until_it_is_forgotten),
        TEST(a_number_is_free_again_after_its_process_was_killed),
        TEST(who_dies_before_it_is_entered_has_taken_no_number),
        TEST(a_full_table_has_room_for_one_more_when_one_has_died),
        TEST(an_heir_counts_until_its_receiver_has_a_number_and_the_parcel_is_empty),
        TEST(memory_of_another_kind_or_size_is_refused),
        TEST(a_count_that_somebody_has_forged_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
