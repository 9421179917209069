/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "os/unix_socket.h"

static int folder_new(void)
{
    char path[] = "/tmp/transom-unit-XXXXXX";
    int fd;

    assert_non_null(mkdtemp(path));
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    rmdir(path); /* stays usable for listings only: see folder_keep() */
    return fd;
}

static char kept_path[64];

static int folder_keep(void)
{
    strcpy(kept_path, "/tmp/transom-unit-XXXXXX");
    assert_non_null(mkdtemp(kept_path));

    int fd = open(kept_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

static void folder_drop(int fd)
{
    close(fd);
    assert_int_equal(rmdir(kept_path), 0);
}

static void one_client_waits_and_the_next_one_when_it_was_taken(void **state)
{
    int folder = folder_keep(), listener, first = -1, second = -1, accepted = -1;

    assert_status(tsm_unix_listen(folder, "S1", 0600, 0, &listener), STATUS_SUCCESS);
    assert_status(tsm_unix_accept(listener, &accepted), STATUS_PIPE_LISTENING);
    assert_status(tsm_unix_connect(folder, "S1", &first), STATUS_SUCCESS);
    assert_status(tsm_unix_connect(folder, "S1", &second), STATUS_PIPE_NOT_AVAILABLE);
    assert_status(tsm_unix_accept(listener, &accepted), STATUS_SUCCESS);
    assert_status(tsm_unix_connect(folder, "S1", &second), STATUS_SUCCESS);
    close(accepted);
    close(first);
    close(second);
    tsm_unix_shutdown(listener);
    assert_status(tsm_unix_connect(folder, "S1", &second), STATUS_OBJECT_NAME_NOT_FOUND);
    close(listener);
    unlinkat(folder, "S1", 0);
    folder_drop(folder);
}

static void the_file_has_the_mode_whatever_the_umask(void **state)
{
    int folder = folder_keep(), listener;
    mode_t before = umask(0777);
    struct stat info;

    assert_status(tsm_unix_listen(folder, "L1", 0666, 0, &listener), STATUS_SUCCESS);
    umask(before);
    assert_int_equal(fstatat(folder, "L1", &info, 0), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 07777, 0666);
    close(listener);
    unlinkat(folder, "L1", 0);
    folder_drop(folder);
}

static void a_removed_folder_takes_no_listener(void **state)
{
    int folder = folder_new(), listener = -1;

    assert_status(tsm_unix_listen(folder, "L1", 0600, 0, &listener), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_int_equal(listener, -1);
    close(folder);
}

static void a_life_sign_lasts_as_long_as_its_descriptor(void **state)
{
    int folder = folder_keep(), life, client;

    assert_status(tsm_unix_bind_life_sign(folder, "K1", 0666, &life), STATUS_SUCCESS);
    assert_true(tsm_unix_is_alive(folder, "K1"));
    assert_false(tsm_unix_is_alive(folder, "K2"));
    assert_status(tsm_unix_connect(folder, "K1", &client), STATUS_OBJECT_NAME_NOT_FOUND);
    close(life);
    assert_false(tsm_unix_is_alive(folder, "K1"));
    unlinkat(folder, "K1", 0);
    folder_drop(folder);
}

static void pair(int ends[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
}

static void a_descriptor_travels_with_a_record(void **state)
{
    int ends[2], other[2], fd = -1;
    char record[16];
    size_t length = 0;

    pair(ends);
    pair(other);
    assert_status(tsm_unix_receive(ends[1], record, sizeof(record), &length, &fd),
                  STATUS_PIPE_LISTENING);
    assert_status(tsm_unix_send(ends[0], "hello", 5, other[0]), STATUS_SUCCESS);
    assert_status(tsm_unix_receive(ends[1], record, sizeof(record), &length, &fd), STATUS_SUCCESS);
    assert_int_equal(length, 5);
    assert_memory_equal(record, "hello", 5);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(write(fd, "x", 1), 1);
    assert_int_equal(read(other[1], record, 1), 1);
    close(fd);

    fd = 77;
    assert_status(tsm_unix_send(ends[0], "bare", 4, -1), STATUS_SUCCESS);
    assert_status(tsm_unix_receive(ends[1], record, sizeof(record), &length, &fd), STATUS_SUCCESS);
    assert_int_equal(fd, -1);
    for (int i = 0; i < 2; i++) {
        close(ends[i]);
        close(other[i]);
    }
}

static void send_many(int socket, size_t length, uint32_t count)
{
    char record[64] = "", room[CMSG_SPACE(250 * sizeof(int))];
    struct iovec data = {record, length};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = room};
    struct cmsghdr *header;

    memset(room, 0, sizeof(room));
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(count * sizeof(int));
    for (uint32_t i = 0; i < count; i++)
        memcpy(CMSG_DATA(header) + i * sizeof(int), &socket, sizeof(int));
    assert_int_equal(sendmsg(socket, &message, 0), length);
}

/* support_end() sees a descriptor that stays open. */
static void more_than_one_descriptor_is_refused_and_none_kept(void **state)
{
    static const uint32_t counts[] = {2, 3, 4, 5, 6, 250};

    for (size_t i = 0; i < TSM_COUNT_OF(counts); i++) {
        int ends[2], fd = -1;
        char record[16];
        size_t length;

        pair(ends);
        send_many(ends[0], 8, counts[i]);
        assert_status(tsm_unix_receive(ends[1], record, sizeof(record), &length, &fd),
                      STATUS_INVALID_PARAMETER);
        assert_int_equal(fd, -1);
        close(ends[0]);
        close(ends[1]);
    }
}

static void a_record_too_long_is_refused_with_its_descriptor(void **state)
{
    int ends[2], fd = -1;
    char record[16];
    size_t length;

    pair(ends);
    send_many(ends[0], 17, 1);
    assert_status(tsm_unix_receive(ends[1], record, sizeof(record), &length, &fd),
                  STATUS_INVALID_PARAMETER);
    assert_int_equal(fd, -1);
    send_many(ends[0], 0, 1);
    assert_status(tsm_unix_receive(ends[1], record, sizeof(record), &length, &fd),
                  STATUS_PIPE_BROKEN);
    assert_int_equal(fd, -1);
    close(ends[0]);
    close(ends[1]);
}

static void a_hang_up_is_seen_although_copies_are_open(void **state)
{
    int ends[2], copy, fd = -1;
    char record[16];
    size_t length;

    pair(ends);
    copy = dup(ends[0]);
    tsm_unix_shutdown(ends[0]);
    assert_true(tsm_unix_wait_readable(ends[1], tsm_deadline_in_ms(1000)));
    assert_status(tsm_unix_receive(ends[1], record, sizeof(record), &length, &fd),
                  STATUS_PIPE_BROKEN);
    assert_status(tsm_unix_send(ends[1], "x", 1, -1), STATUS_PIPE_BROKEN);
    close(copy);
    close(ends[0]);
    close(ends[1]);
}

static void a_hang_up_is_seen_before_what_is_left_was_received(void **state)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    assert_false(tsm_unix_has_hung_up(ends[0]));
    assert_status(tsm_unix_send(ends[1], "x", 1, -1), STATUS_SUCCESS);
    assert_false(tsm_unix_has_hung_up(ends[0]));
    close(ends[1]);
    assert_true(tsm_unix_has_hung_up(ends[0]));
    close(ends[0]);
}

static void the_kernel_says_who_the_peer_is(void **state)
{
    struct tsm_unix_peer peer = {0};
    int ends[2];

    pair(ends);
    assert_status(tsm_unix_peer(ends[0], &peer), STATUS_SUCCESS);
    assert_int_equal(peer.pid, getpid());
    assert_int_equal(peer.uid, geteuid());
    assert_false(tsm_unix_wait_readable(ends[0], tsm_deadline_in_ms(1)));
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_client_waits_and_the_next_one_when_it_was_taken),
        TEST(the_file_has_the_mode_whatever_the_umask),
        TEST(a_removed_folder_takes_no_listener),
        TEST(a_life_sign_lasts_as_long_as_its_descriptor),
        TEST(a_descriptor_travels_with_a_record),
        TEST(more_than_one_descriptor_is_refused_and_none_kept),
        TEST(a_record_too_long_is_refused_with_its_descriptor),
        TEST(a_hang_up_is_seen_although_copies_are_open),
        TEST(a_hang_up_is_seen_before_what_is_left_was_received),
        TEST(the_kernel_says_who_the_peer_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
