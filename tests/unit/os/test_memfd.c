/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "os/memfd.h"

#define SIZE (UINT64_C(1) << 20)

static void own_memory_passes_the_check_of_a_peer(void **state)
{
    int fd = -1;

    assert_status(tsm_memfd_new(SIZE, &fd), STATUS_SUCCESS);
    assert_status(tsm_memfd_check(fd, SIZE), STATUS_SUCCESS);
    assert_status(tsm_memfd_check(fd, SIZE - 1), STATUS_INVALID_PARAMETER);
    assert_status(tsm_memfd_check(fd, SIZE + 4096), STATUS_INVALID_PARAMETER);
    close(fd);
}

static void nobody_changes_its_size_or_its_seals(void **state)
{
    int fd = -1;

    assert_status(tsm_memfd_new(SIZE, &fd), STATUS_SUCCESS);
    assert_int_equal(ftruncate(fd, 4096), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(fd, 2 * SIZE), -1);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE), -1);
    assert_int_equal(fcntl(fd, F_GET_SEALS) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE), 0);
    close(fd);
}

static int memfd_of(uint64_t size, int seals)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    assert_true(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
    return fd;
}

static void any_other_set_of_seals_is_refused(void **state)
{
    const int needed = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

    for (int seals = 0; seals < 32; seals++) {
        int fd = memfd_of(SIZE, seals);

        assert_status(tsm_memfd_check(fd, SIZE),
                      seals == needed ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
        close(fd);
    }
}

static void memory_that_may_not_be_executed_is_as_good(void **state)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING | 0x8 /* MFD_NOEXEC_SEAL */);

    if (fd < 0) {
        print_message("# this kernel does not know MFD_NOEXEC_SEAL\n");
        skip();
    }
    assert_int_equal(ftruncate(fd, SIZE), 0);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
    assert_status(tsm_memfd_check(fd, SIZE), STATUS_SUCCESS);
    close(fd);
}

static void what_is_no_memory_is_refused(void **state)
{
    int ends[2], fds[4];

    assert_int_equal(pipe(ends), 0);
    fds[0] = ends[0];
    fds[1] = open("/", O_RDONLY | O_DIRECTORY);
    fds[2] = open("/dev/zero", O_RDWR);
    fds[3] = open("/dev/shm", O_RDWR | O_TMPFILE, 0600);
    for (int i = 0; i < 4; i++) {
        assert_status(tsm_memfd_check(fds[i], 0), STATUS_INVALID_PARAMETER);
        if (fds[i] >= 0)
            close(fds[i]);
    }
    close(ends[1]);
    assert_status(tsm_memfd_check(-1, 0), STATUS_INVALID_PARAMETER);
}

static void memory_opened_for_reading_cannot_be_mapped(void **state)
{
    int fd = memfd_of(SIZE, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), again;
    void *memory = NULL;
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    again = open(path, O_RDONLY);
    assert_true(again >= 0);
    assert_status(tsm_memfd_map(again, SIZE, &memory), STATUS_ACCESS_DENIED);
    assert_null(memory);
    close(again);
    close(fd);
}

static void a_hole_reads_as_zeros(void **state)
{
    uint8_t *memory = NULL;
    void *mapped;
    int fd = -1;

    assert_status(tsm_memfd_new(SIZE, &fd), STATUS_SUCCESS);
    assert_status(tsm_memfd_map(fd, SIZE, &mapped), STATUS_SUCCESS);
    memory = mapped;
    assert_status(tsm_memfd_reserve(fd, 0, 8192), STATUS_SUCCESS);
    memory[0] = memory[4096] = 1;
    tsm_memfd_punch(fd, 0, 4096);
    assert_int_equal(memory[0], 0);
    assert_int_equal(memory[4096], 1);
    tsm_memfd_unmap(memory, SIZE);
    close(fd);
}

static void a_limit_on_files_is_an_error_and_no_signal(void **state)
{
    struct rlimit before, limit;
    int fd = -1;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = SIZE - 1;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_status(tsm_memfd_new(SIZE, &fd), STATUS_INSUFFICIENT_RESOURCES);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(fd, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(own_memory_passes_the_check_of_a_peer),
        TEST(nobody_changes_its_size_or_its_seals),
        TEST(any_other_set_of_seals_is_refused),
        TEST(memory_that_may_not_be_executed_is_as_good),
        TEST(what_is_no_memory_is_refused),
        TEST(memory_opened_for_reading_cannot_be_mapped),
        TEST(a_hole_reads_as_zeros),
        TEST(a_limit_on_files_is_an_error_and_no_signal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
