/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/fd_box.h"
#include "os/memfd.h"
#include "os/spawn.h"
#include "process/exit_code.h"
#include "process/process_parcel.h"

/* A child that lives until its pipe is closed. */
static pid_t child;
static int child_pidfd, child_pipe;

static int child_begin(void **state)
{
    int ends[2];
    char byte;

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    child = fork();
    if (child == 0) {
        close(ends[1]);
        (void)!read(ends[0], &byte, 1);
        _exit(3);
    }
    close(ends[0]);
    child_pipe = ends[1];
    return NT_SUCCESS(tsm_spawn_open((uint32_t)child, &child_pidfd)) ? 0 : -1;
}

static void child_stop(void)
{
    if (child_pipe < 0)
        return;
    close(child_pipe);
    child_pipe = -1;
    waitpid(child, NULL, 0);
}

static int child_end(void **state)
{
    child_stop();
    close(child_pidfd);
    return 0;
}

static struct tsm_process_facts child_facts(void)
{
    return (struct tsm_process_facts){.pid = (uint32_t)child, .pidfd = child_pidfd};
}

static struct tsm_export packed(const struct tsm_process_facts *facts)
{
    struct tsm_export parcel;

    assert_status(tsm_process_parcel_pack(facts, &parcel), STATUS_SUCCESS);
    assert_int_equal(parcel.type, TSM_IMPORT_PROCESS);
    assert_true(parcel.is_fd_owned);
    return parcel;
}

static void what_is_packed_comes_out(void **state)
{
    struct tsm_process_facts facts = child_facts(), found;
    struct tsm_exit_page *page;
    struct tsm_export parcel;

    assert_status(tsm_exit_page_new(&page), STATUS_SUCCESS);
    facts.exit_page = page;
    parcel = packed(&facts);
    tsm_exit_page_free(page);
    assert_status(tsm_process_parcel_unpack(&parcel, &found), STATUS_SUCCESS);
    assert_int_equal(found.pid, child);
    assert_true(found.pidfd >= 0 && found.pidfd != child_pidfd);
    assert_non_null(found.exit_page);
    assert_false(found.has_exited);
    tsm_process_facts_deinit(&found);
    close(parcel.fd);
}

static void a_code_told_on_one_side_of_a_page_is_read_on_the_other(void **state)
{
    struct tsm_process_facts facts = child_facts(), found;
    struct tsm_export parcel;

    assert_status(tsm_exit_page_new(&facts.exit_page), STATUS_SUCCESS);
    parcel = packed(&facts);
    assert_status(tsm_process_parcel_unpack(&parcel, &found), STATUS_SUCCESS);
    tsm_exit_page_tell_killed(found.exit_page, 0x12345678);
    assert_int_equal(tsm_exit_page_code(facts.exit_page, SIGKILL, true), 0x12345678);
    tsm_process_facts_deinit(&found);
    tsm_exit_page_free(facts.exit_page);
    close(parcel.fd);
}

static void the_way_it_ended_goes_along(void **state)
{
    struct tsm_process_facts facts = child_facts(), found;
    struct tsm_export parcel;

    child_stop();
    facts.has_exited = facts.is_code_known = true;
    facts.exit_code = 0xC0000005;
    parcel = packed(&facts);
    assert_status(tsm_process_parcel_unpack(&parcel, &found), STATUS_SUCCESS);
    assert_int_equal(found.pid, child);
    assert_true(found.has_exited && found.is_code_known);
    assert_int_equal(found.exit_code, 0xC0000005);
    assert_null(found.exit_page);
    tsm_process_facts_deinit(&found);
    close(parcel.fd);
}

static void one_that_ended_on_the_way_is_still_that_one(void **state)
{
    struct tsm_process_facts facts = child_facts(), found;
    struct tsm_export parcel = packed(&facts);

    child_stop();
    assert_status(tsm_process_parcel_unpack(&parcel, &found), STATUS_SUCCESS);
    assert_int_equal(found.pid, child);
    assert_false(found.has_exited);
    tsm_process_facts_deinit(&found);
    close(parcel.fd);
}

static void the_number_is_that_of_the_descriptor(void **state)
{
    struct tsm_process_facts facts = child_facts(), found;
    struct tsm_export parcel = packed(&facts);

    parcel.data[0] = 1;
    assert_status(tsm_process_parcel_unpack(&parcel, &found), STATUS_SUCCESS);
    assert_int_equal(found.pid, child);
    tsm_process_facts_deinit(&found);
    close(parcel.fd);
}

static void the_calling_process_is_packed_by_its_number(void **state)
{
    struct tsm_process_facts self = {.pid = (uint32_t)getpid(), .pidfd = -1}, found;
    struct tsm_export parcel = packed(&self);

    assert_status(tsm_process_parcel_unpack(&parcel, &found), STATUS_SUCCESS);
    assert_int_equal(found.pid, getpid());
    tsm_process_facts_deinit(&found);
    close(parcel.fd);
}

/* A parcel as somebody else might make it. */
static NTSTATUS unpack_forged(const void *record, size_t length, const int *fds, uint32_t count)
{
    struct tsm_fd_box box = TSM_FD_BOX_INIT;
    struct tsm_export parcel = {.type = TSM_IMPORT_PROCESS, .data = {(uint32_t)child}};
    struct tsm_process_facts found;
    NTSTATUS status;

    assert_status(tsm_fd_box_new(&box), STATUS_SUCCESS);
    assert_status(tsm_fd_box_post(&box, 0, record, length, fds, count), STATUS_SUCCESS);
    parcel.fd = box.ends[1];
    status = tsm_process_parcel_unpack(&parcel, &found);
    if (NT_SUCCESS(status))
        tsm_process_facts_deinit(&found);
    tsm_fd_box_close(&box);
    return status;
}

static void forged_parcels_are_refused_and_keep_no_descriptor(void **state)
{
    static const uint32_t good[] = {0x52504d54, 1}, bad_magic[] = {0x52504d55, 1},
                          bad_version[] = {0x52504d54, 2};
    int memfd, null = open("/dev/null", O_RDWR | O_CLOEXEC), probe;

    assert_status(tsm_memfd_new(8192, &memfd), STATUS_SUCCESS);

    const int two[] = {child_pidfd, memfd}, three[] = {child_pidfd, memfd, null};
    const int swapped[] = {memfd, child_pidfd}, only_null[] = {null};
    int before = dup(null);

    close(before);
    assert_status(unpack_forged(good, sizeof(good), two, 1), STATUS_SUCCESS);
    assert_status(unpack_forged(bad_magic, sizeof(good), two, 1), STATUS_REVISION_MISMATCH);
    assert_status(unpack_forged(bad_version, sizeof(good), two, 1), STATUS_REVISION_MISMATCH);
    assert_status(unpack_forged(good, 4, two, 1), STATUS_INVALID_PARAMETER);
    assert_status(unpack_forged(good, sizeof(good), three, 3), STATUS_REVISION_MISMATCH);
    assert_status(unpack_forged(good, sizeof(good), only_null, 1), STATUS_INVALID_PARAMETER);
    assert_status(unpack_forged(good, sizeof(good), swapped, 2), STATUS_INVALID_PARAMETER);
    assert_false(NT_SUCCESS(unpack_forged(good, sizeof(good), two, 2))); /* twice a page's size */
    assert_false(NT_SUCCESS(unpack_forged(good, sizeof(good), two, 0)));
    probe = dup(null);
    assert_int_equal(probe, before);
    close(probe);
    close(null);
    close(memfd);
}

static void words_that_say_nothing_are_refused(void **state)
{
    static const uint32_t words[][2] = {{0, 0}, {0x80000000, 0}, {UINT32_MAX, 1}, {1, 3}};
    struct tsm_process_facts facts = child_facts(), found;
    struct tsm_export parcel = packed(&facts);

    for (size_t i = 0; i < TSM_COUNT_OF(words); i++) {
        memcpy(parcel.data, words[i], sizeof(words[i]));
        assert_status(tsm_process_parcel_unpack(&parcel, &found), STATUS_INVALID_PARAMETER);
    }
    close(parcel.fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_packed_comes_out, child_begin, child_end),
        cmocka_unit_test_setup_teardown(a_code_told_on_one_side_of_a_page_is_read_on_the_other,
                                        child_begin, child_end),
        cmocka_unit_test_setup_teardown(the_way_it_ended_goes_along, child_begin, child_end),
        cmocka_unit_test_setup_teardown(one_that_ended_on_the_way_is_still_that_one, child_begin,
                                        child_end),
        cmocka_unit_test_setup_teardown(the_number_is_that_of_the_descriptor, child_begin,
                                        child_end),
        cmocka_unit_test(the_calling_process_is_packed_by_its_number),
        cmocka_unit_test_setup_teardown(forged_parcels_are_refused_and_keep_no_descriptor,
                                        child_begin, child_end),
        cmocka_unit_test_setup_teardown(words_that_say_nothing_are_refused, child_begin, child_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
