/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "os/fd.h"
#include "os/fd_box.h"
#include "os/memfd.h"

static int memory_with(const char *text)
{
    int fd;

    assert_status(tsm_memfd_create("test", &fd), STATUS_SUCCESS);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    return fd;
}

static void expect_text(int fd, const char *text)
{
    char buffer[16] = "";

    assert_int_equal(pread(fd, buffer, sizeof(buffer) - 1, 0), strlen(text));
    assert_string_equal(buffer, text);
}

static void each_look_yields_descriptors_of_its_own(void **state)
{
    struct tsm_fd_box box;
    int fds[TSM_FD_BOX_FDS], fd = memory_with("here"), record = 0;
    uint32_t count;

    assert_status(tsm_fd_box_new(&box), STATUS_SUCCESS);
    assert_status(tsm_fd_box_look(&box, 1, &record, sizeof(record), fds, &count), STATUS_NOT_FOUND);
    assert_status(tsm_fd_box_post(&box, 1, &(int){42}, sizeof(int), &fd, 1), STATUS_SUCCESS);
    close(fd);
    for (int i = 0; i < 3; i++) {
        assert_status(tsm_fd_box_look(&box, 1, &record, sizeof(record), fds, &count),
                      STATUS_SUCCESS);
        assert_int_equal(record, 42);
        assert_int_equal(count, 1);
        expect_text(fds[0], "here");
        assert_true(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
        close(fds[0]);
    }
    assert_status(tsm_fd_box_look(&box, 0, &record, sizeof(record), fds, &count), STATUS_NOT_FOUND);
    tsm_fd_box_close(&box);
}

static void an_emptied_place_lets_its_descriptors_go(void **state)
{
    struct tsm_fd_box box;
    int fds[TSM_FD_BOX_FDS], pair[2], record;
    char byte;
    uint32_t count;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_status(tsm_fd_box_new(&box), STATUS_SUCCESS);
    assert_status(tsm_fd_box_post(&box, 0, &(int){1}, sizeof(int), &pair[1], 1), STATUS_SUCCESS);
    close(pair[1]);
    assert_int_equal(recv(pair[0], &byte, 1, MSG_DONTWAIT), -1);
    tsm_fd_box_empty(&box, 0);
    assert_int_equal(recv(pair[0], &byte, 1, MSG_DONTWAIT), 0);
    assert_status(tsm_fd_box_look(&box, 0, &record, sizeof(record), fds, &count), STATUS_NOT_FOUND);
    tsm_fd_box_empty(&box, 0);
    close(pair[0]);
    tsm_fd_box_close(&box);
    tsm_fd_box_close(&box);
}

static void what_is_not_of_the_right_length_is_refused(void **state)
{
    struct tsm_fd_box box;
    int fds[TSM_FD_BOX_FDS], fd = memory_with("x"), record[2];
    uint32_t count;

    assert_status(tsm_fd_box_new(&box), STATUS_SUCCESS);
    assert_status(tsm_fd_box_post(&box, 0, record, sizeof(record), &fd, 1), STATUS_SUCCESS);
    assert_status(tsm_fd_box_look(&box, 0, record, sizeof(int), fds, &count),
                  STATUS_INVALID_PARAMETER);
    tsm_fd_box_empty(&box, 0);
    assert_status(tsm_fd_box_post(&box, 0, record, sizeof(int), &fd, 1), STATUS_SUCCESS);
    assert_status(tsm_fd_box_look(&box, 0, record, sizeof(record), fds, &count),
                  STATUS_INVALID_PARAMETER);
    close(fd);
    tsm_fd_box_close(&box);
}

static void without_room_for_all_descriptors_there_are_none(void **state)
{
    struct rlimit before, few;
    struct tsm_fd_box box;
    int fds[TSM_FD_BOX_FDS], fd = memory_with("x"), record;
    const int two[] = {fd, fd};
    uint32_t count;

    assert_status(tsm_fd_box_new(&box), STATUS_SUCCESS);
    assert_status(tsm_fd_box_post(&box, 0, &record, sizeof(record), two, 2), STATUS_SUCCESS);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)dup(fd) + 1;
    close((int)few.rlim_cur - 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_status(tsm_fd_box_look(&box, 0, &record, sizeof(record), fds, &count),
                  STATUS_TOO_MANY_OPENED_FILES);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    close(fd);
    tsm_fd_box_close(&box);
}

static void expect_at(const struct tsm_fd_box *box, uint32_t index, uint64_t expected,
                      const char *text)
{
    int fds[TSM_FD_BOX_FDS];
    uint64_t record;
    uint32_t count;

    assert_status(tsm_fd_box_look_at(box, 1, index, &record, sizeof(record), fds, &count),
                  STATUS_SUCCESS);
    assert_int_equal(record, expected);
    assert_int_equal(count, 1);
    expect_text(fds[0], text);
    close(fds[0]);
}

static void each_record_of_a_row_can_be_looked_at(void **state)
{
    int fds[TSM_FD_BOX_FDS], fd;
    struct tsm_fd_box box;
    char text[8];
    uint64_t record;
    uint32_t count;

    assert_status(tsm_fd_box_new(&box), STATUS_SUCCESS);
    assert_false(tsm_fd_box_drop_first(&box, 1));
    for (record = 0; record < 256; record++) {
        snprintf(text, sizeof(text), "%u", (unsigned)record);
        fd = memory_with(text);
        assert_status(tsm_fd_box_post(&box, 1, &record, sizeof(record), &fd, 1), STATUS_SUCCESS);
        close(fd);
    }
    expect_at(&box, 200, 200, "200");
    expect_at(&box, 0, 0, "0");
    expect_at(&box, 255, 255, "255");
    assert_status(tsm_fd_box_look_at(&box, 1, 256, &record, sizeof(record), fds, &count),
                  STATUS_NOT_FOUND);
    assert_true(tsm_fd_box_drop_first(&box, 1));
    expect_at(&box, 0, 1, "1");
    expect_at(&box, 254, 255, "255");
    assert_status(tsm_fd_box_look_at(&box, 1, 255, &record, sizeof(record), fds, &count),
                  STATUS_NOT_FOUND);
    assert_status(tsm_fd_box_look(&box, 0, &record, sizeof(record), fds, &count), STATUS_NOT_FOUND);
    tsm_fd_box_close(&box);
}

static void a_claim_holds_as_long_as_its_open_file(void **state)
{
    int fd = memory_with("x"), other, copy;

    assert_status(tsm_fd_reopen(fd, &other), STATUS_SUCCESS);
    assert_false(tsm_fd_is_claimed(other, 7));
    assert_true(tsm_fd_claim(fd, 7));
    assert_true(tsm_fd_is_claimed(other, 7));
    assert_false(tsm_fd_claim(other, 7));
    assert_true(tsm_fd_claim(other, 8));
    assert_false(tsm_fd_is_claimed(fd, 7));
    copy = dup(fd);
    close(fd);
    assert_true(tsm_fd_is_claimed(other, 7));
    close(copy);
    assert_false(tsm_fd_is_claimed(other, 7));
    close(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_look_yields_descriptors_of_its_own),
        TEST(an_emptied_place_lets_its_descriptors_go),
        TEST(what_is_not_of_the_right_length_is_refused),
        TEST(without_room_for_all_descriptors_there_are_none),
        TEST(each_record_of_a_row_can_be_looked_at),
        TEST(a_claim_holds_as_long_as_its_open_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
