/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>

#include "os/memfd.h"
#include "os/parcel.h"

static const struct tsm_parcel_kind kind = {0x1234, 5}, other_magic = {0x1235, 5},
                                    other_version = {0x1234, 6};

static bool is_same_file(int a, int b)
{
    struct tsm_memfd_id first, second;

    assert_true(tsm_memfd_identify(a, &first) && tsm_memfd_identify(b, &second));
    return first.device == second.device && first.inode == second.inode;
}

static void what_was_put_in_comes_out_each_time_until_it_is_emptied(void **state)
{
    int own[2], found[TSM_FD_BOX_FDS], parcel, copy;
    uint32_t count;

    assert_status(tsm_memfd_create("first", &own[0]), STATUS_SUCCESS);
    assert_status(tsm_memfd_create("second", &own[1]), STATUS_SUCCESS);
    assert_status(tsm_parcel_new(&kind, own, 2, &parcel), STATUS_SUCCESS);
    assert_true(fcntl(parcel, F_GETFD) & FD_CLOEXEC);
    for (int i = 0; i < 3; i++) {
        assert_status(tsm_parcel_look(&kind, parcel, found, &count), STATUS_SUCCESS);
        assert_int_equal(count, 2);
        assert_true(is_same_file(own[0], found[0]) && is_same_file(own[1], found[1]));
        for (uint32_t k = count; k < TSM_FD_BOX_FDS; k++)
            assert_int_equal(found[k], -1);
        tsm_parcel_close_fds(found);
    }
    copy = dup(parcel);
    tsm_parcel_empty(copy);
    assert_status(tsm_parcel_look(&kind, parcel, found, &count), STATUS_NOT_FOUND);
    close(copy);
    close(parcel);
    close(own[0]);
    close(own[1]);
}

static void a_parcel_of_another_kind_is_refused_and_leaves_no_descriptors(void **state)
{
    int own, found[TSM_FD_BOX_FDS], parcel;
    uint32_t count;

    assert_status(tsm_memfd_create("it", &own), STATUS_SUCCESS);
    assert_status(tsm_parcel_new(&kind, &own, 1, &parcel), STATUS_SUCCESS);
    assert_status(tsm_parcel_look(&other_magic, parcel, found, &count), STATUS_REVISION_MISMATCH);
    assert_status(tsm_parcel_look(&other_version, parcel, found, &count), STATUS_REVISION_MISMATCH);
    close(parcel);
    close(own);
}

static void what_is_no_parcel_is_refused(void **state)
{
    int file = open("/dev/null", O_RDWR | O_CLOEXEC), found[TSM_FD_BOX_FDS];
    uint32_t count;

    assert_status(tsm_parcel_look(&kind, -1, found, &count), STATUS_INVALID_PARAMETER);
    assert_false(NT_SUCCESS(tsm_parcel_look(&kind, file, found, &count)));
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_put_in_comes_out_each_time_until_it_is_emptied),
        TEST(a_parcel_of_another_kind_is_refused_and_leaves_no_descriptors),
        TEST(what_is_no_parcel_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
