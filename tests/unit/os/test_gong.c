/* SPDX-License-Identifier: MIT */
/* Own gongs, struck as another process would. */
#include "support.h"

#include <fcntl.h>

#include "os/futex.h"
#include "os/gong.h"

static struct tsm_gong_memory *memory_of(const struct tsm_gong *gong)
{
    return tsm_gong_memory_get((uint32_t)getpid(), gong->address);
}

static void who_is_awake_is_not_woken_and_who_is_away_hears_nothing(void **state)
{
    struct tsm_gong gong;
    struct tsm_gong_memory *memory;
    struct tsm_gong_words *words;

    tsm_gong_init(&gong);
    assert_non_null(gong.words);
    memory = memory_of(&gong);
    assert_non_null(memory);
    words = tsm_gong_memory_words(memory, gong.address);
    assert_non_null(words);
    assert_ptr_not_equal(words, gong.words); /* it is mapped twice */
    assert_false(tsm_gong_strike(words));
    atomic_store(&gong.words->state, TSM_GONG_AWAKE);
    assert_true(tsm_gong_strike(words));
    assert_int_equal(gong.words->strokes, 0);
    atomic_store(&gong.words->state, TSM_GONG_ASLEEP);
    assert_true(tsm_gong_strike(words));
    assert_int_equal(gong.words->strokes, 1);
    atomic_store(&gong.words->state, 77);
    assert_false(tsm_gong_strike(words));
    tsm_gong_memory_put(memory);
    tsm_gong_deinit(&gong);
    tsm_gong_deinit(&gong);
}

static void *strike_soon(void *argument)
{
    support_sleep_ms(20);
    assert_true(tsm_gong_strike(argument));
    return NULL;
}

static void a_stroke_wakes_who_sleeps_on_it(void **state)
{
    struct tsm_gong gong;
    struct tsm_gong_memory *memory;
    _Atomic uint32_t own = 0;
    struct tsm_futex_word word = {0};
    pthread_t thread;

    tsm_gong_init(&gong);
    memory = memory_of(&gong);
    word.word = &gong.words->strokes;
    atomic_store(&gong.words->state, TSM_GONG_ASLEEP);
    thread = support_thread(strike_soon, tsm_gong_memory_words(memory, gong.address));
    while (atomic_load(word.word) == 0)
        assert_true(tsm_futex_wait_many(&word, 1, &own, 0, tsm_deadline_in_ms(10000)));
    pthread_join(thread, NULL);
    tsm_gong_memory_put(memory);
    tsm_gong_deinit(&gong);
}

static void what_is_no_gong_is_not_taken_for_one(void **state)
{
    struct tsm_gong gong;
    struct tsm_gong_memory *memory;
    struct tsm_gong_address address;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC), ends[2];

    assert_int_equal(pipe(ends), 0);
    tsm_gong_init(&gong);
    memory = memory_of(&gong);
    address = gong.address;
    address.at = (address.at & ~UINT64_C(0xffffffff)) | 256;
    assert_null(tsm_gong_memory_words(memory, address));
    address.at = (address.at & ~UINT64_C(0xffffffff));
    assert_null(tsm_gong_memory_words(memory, address));
    tsm_gong_memory_put(memory);
    address = gong.address;
    address.memory++;
    assert_null(tsm_gong_memory_get((uint32_t)getpid(), address));
    for (int i = 0; i < 4; i++) {
        const int numbers[] = {null, ends[0], ends[1], 1 << 30};

        address.at = (uint64_t)(uint32_t)numbers[i] << 32 | 1;
        assert_null(tsm_gong_memory_get((uint32_t)getpid(), address));
    }
    assert_null(tsm_gong_memory_get(0, gong.address));
    tsm_gong_deinit(&gong);
    close(null);
    close(ends[0]);
    close(ends[1]);
}

/* And nothing is left of them: see support.h. */
static void there_are_as_many_as_have_room(void **state)
{
    static struct tsm_gong gongs[260];
    int count = 0;

    for (int i = 0; i < 260; i++) {
        tsm_gong_init(&gongs[i]);
        count += gongs[i].words != NULL;
    }
    assert_int_equal(count, 255);
    tsm_gong_deinit(&gongs[7]);
    tsm_gong_init(&gongs[258]);
    assert_ptr_equal(gongs[258].words, gongs[6].words + 1);
    for (int i = 0; i < 260; i++)
        tsm_gong_deinit(&gongs[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_is_awake_is_not_woken_and_who_is_away_hears_nothing),
        TEST(a_stroke_wakes_who_sleeps_on_it),
        TEST(what_is_no_gong_is_not_taken_for_one),
        TEST(there_are_as_many_as_have_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
