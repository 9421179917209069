/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "os/module_map.h"
#include "seh/vectored.h"

static int calls;
static void *to_remove;

static LONG CALLBACK removes(EXCEPTION_POINTERS *pointers)
{
    calls++;
    if (to_remove)
        assert_true(tsm_vectored_remove(TSM_VECTORED_EXCEPTION, to_remove));
    to_remove = NULL;
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG CALLBACK goes_on(EXCEPTION_POINTERS *pointers)
{
    calls += 10;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void a_handler_removed_by_an_earlier_one_is_not_called(void **state)
{
    void *first = tsm_vectored_add(TSM_VECTORED_EXCEPTION, false, removes);
    void *second = tsm_vectored_add(TSM_VECTORED_EXCEPTION, false, goes_on);
    void *third = tsm_vectored_add(TSM_VECTORED_EXCEPTION, false, goes_on);

    to_remove = second;
    calls = 0;
    RaiseException(0xE0000001, 0, 0, NULL);
    assert_int_equal(calls, 11);
    assert_false(tsm_vectored_remove(TSM_VECTORED_EXCEPTION, second));
    assert_true(tsm_vectored_remove(TSM_VECTORED_EXCEPTION, first));
    assert_true(tsm_vectored_remove(TSM_VECTORED_EXCEPTION, third));
}

static void places_are_told_by_file(void **state)
{
    char text[64], small[12];

    assert_true(tsm_module_map_find((uintptr_t)places_are_told_by_file, text, sizeof(text)));
    assert_non_null(strstr(text, "unit_seh_vectored+0x"));
    assert_true(tsm_module_map_find((uintptr_t)places_are_told_by_file, small, sizeof(small)));
    assert_true(strlen(small) < sizeof(small));
    assert_false(tsm_module_map_find((uintptr_t)state, text, sizeof(text)));
    assert_false(tsm_module_map_find(0x10, text, sizeof(text)));
    assert_false(tsm_debugger_is_attached());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_handler_removed_by_an_earlier_one_is_not_called),
        cmocka_unit_test(places_are_told_by_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
