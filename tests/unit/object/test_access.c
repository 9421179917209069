/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "io/fd_file.h"
#include "object/access.h"
#include "sync/event.h"
#include "sync/mutex.h"

static void generic_rights_become_those_of_files(void **state)
{
    const struct tsm_object_ops *ops = &tsm_fd_file_object_ops;

    assert_int_equal(tsm_access_map(ops, GENERIC_READ), 0x120089);
    assert_int_equal(tsm_access_map(ops, GENERIC_WRITE), 0x120116);
    assert_int_equal(tsm_access_map(ops, GENERIC_EXECUTE), 0x1200A0);
    assert_int_equal(tsm_access_map(ops, GENERIC_ALL), 0x1F01FF);
}

static void generic_rights_become_those_of_synchronisation_objects(void **state)
{
    assert_int_equal(tsm_access_map(&tsm_event_ops, GENERIC_READ), 0x20001);
    assert_int_equal(tsm_access_map(&tsm_event_ops, GENERIC_WRITE), 0x20002);
    assert_int_equal(tsm_access_map(&tsm_event_ops, GENERIC_EXECUTE), 0x120000);
    assert_int_equal(tsm_access_map(&tsm_event_ops, GENERIC_ALL), 0x1F0003);
    assert_int_equal(tsm_access_map(&tsm_mutex_ops, GENERIC_WRITE), 0x20000);
    assert_int_equal(tsm_access_map(&tsm_mutex_ops, GENERIC_ALL), 0x1F0001);
}

static void specific_rights_stay_as_they_are(void **state)
{
    assert_int_equal(tsm_access_map(&tsm_event_ops, SYNCHRONIZE), SYNCHRONIZE);
    assert_int_equal(tsm_access_map(&tsm_event_ops, 0), 0);
    assert_int_equal(tsm_access_map(&tsm_event_ops, MAXIMUM_ALLOWED), 0x1F0003);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(generic_rights_become_those_of_files),
        TEST(generic_rights_become_those_of_synchronisation_objects),
        TEST(specific_rights_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
