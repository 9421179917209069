/* SPDX-License-Identifier: MIT */
/* Handles in a program that waits with epoll. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <windows.h>
#include <transom.h>

static bool is_ready(int fd, int ms)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

    return poll(&poll_fd, 1, ms) == 1 && poll_fd.revents == POLLIN;
}

static int fd_of(HANDLE handle)
{
    int fd = transom_handle_fd(handle);

    assert_true(fd >= 0);
    return fd;
}

static const char *pipe_name(void)
{
    static _Thread_local char name[64];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\unit.transom.%d", (int)getpid());
    return name;
}

static HANDLE create_server(void)
{
    HANDLE server =
        CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                         PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0, NULL);

    assert_true(server != INVALID_HANDLE_VALUE);
    return server;
}

static HANDLE open_client(void)
{
    HANDLE client =
        CreateFileA(pipe_name(), GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    assert_true(client != INVALID_HANDLE_VALUE);
    return client;
}

static void put(HANDLE pipe, const char *text)
{
    DWORD count, length = (DWORD)strlen(text);

    assert_true(WriteFile(pipe, text, length, &count, NULL));
    assert_int_equal(count, length);
}

static void get(HANDLE pipe, const char *text)
{
    char buffer[64];
    DWORD count;

    assert_true(ReadFile(pipe, buffer, sizeof(buffer), &count, NULL));
    assert_int_equal(count, strlen(text));
    assert_memory_equal(buffer, text, count);
}

static void an_event_is_readable_while_it_is_set(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    int fd = fd_of(event);

    assert_false(is_ready(fd, 0));
    SetEvent(event);
    assert_true(is_ready(fd, 0));
    assert_true(is_ready(fd, 0));
    ResetEvent(event);
    assert_false(is_ready(fd, 0));
    SetEvent(event);
    close(fd);
    fd = fd_of(event);
    assert_true(is_ready(fd, 0));
    CloseHandle(event);
    close(fd);
}

static void what_a_wait_takes_is_not_readable_any_more(void **state)
{
    HANDLE event = CreateEventA(NULL, FALSE, TRUE, NULL);
    HANDLE semaphore = CreateSemaphoreA(NULL, 2, 2, NULL);
    HANDLE mutex = CreateMutexA(NULL, FALSE, NULL);
    int fds[] = {fd_of(event), fd_of(semaphore), fd_of(mutex)};

    for (int i = 0; i < 3; i++)
        assert_true(is_ready(fds[i], 0));
    WaitForSingleObject(event, 0);
    WaitForSingleObject(semaphore, 0);
    WaitForSingleObject(mutex, 0);
    assert_false(is_ready(fds[0], 0));
    assert_true(is_ready(fds[1], 0));
    assert_false(is_ready(fds[2], 0));
    WaitForSingleObject(semaphore, 0);
    assert_false(is_ready(fds[1], 0));
    ReleaseMutex(mutex);
    ReleaseSemaphore(semaphore, 1, NULL);
    assert_true(is_ready(fds[1], 0));
    assert_true(is_ready(fds[2], 0));
    for (int i = 0; i < 3; i++)
        close(fds[i]);
    CloseHandle(event);
    CloseHandle(semaphore);
    CloseHandle(mutex);
}

static DWORD WINAPI wait_for_event(LPVOID event)
{
    return WaitForSingleObject(event, 10000);
}

static void a_thread_is_readable_when_it_has_ended(void **state)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, wait_for_event, event, 0, NULL);
    int fd = fd_of(thread);

    assert_false(is_ready(fd, 0));
    SetEvent(event);
    assert_true(is_ready(fd, 5000));
    close(fd);
    CloseHandle(thread);
    CloseHandle(event);
}

static void a_port_is_readable_while_it_has_packets(void **state)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    LPOVERLAPPED overlapped;
    ULONG_PTR key;
    DWORD bytes;
    int fd = fd_of(port);

    assert_false(is_ready(fd, 0));
    PostQueuedCompletionStatus(port, 1, 0, NULL);
    PostQueuedCompletionStatus(port, 2, 0, NULL);
    assert_true(is_ready(fd, 0));
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0));
    assert_true(is_ready(fd, 0));
    assert_true(GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 0));
    assert_false(is_ready(fd, 0));
    close(fd);
    CloseHandle(port);
}

static void a_pipe_is_readable_while_it_has_data(void **state)
{
    HANDLE server = create_server(), client = open_client();
    int fd = fd_of(server);

    assert_false(is_ready(fd, 20));
    put(client, "one");
    assert_true(is_ready(fd, 5000));
    put(client, "two");
    get(server, "one");
    assert_true(is_ready(fd, 0));
    get(server, "two");
    assert_false(is_ready(fd, 20));
    put(client, "three");
    assert_true(is_ready(fd, 5000));
    get(server, "three");
    assert_false(is_ready(fd, 0));
    CloseHandle(client);
    assert_true(is_ready(fd, 5000));
    close(fd);
    CloseHandle(server);
}

static void a_listening_pipe_is_readable_when_its_client_has_written(void **state)
{
    HANDLE server = create_server(), client;
    int fd = fd_of(server);

    assert_false(is_ready(fd, 20));
    client = open_client();
    assert_false(is_ready(fd, 20));
    put(client, "hello");
    assert_true(is_ready(fd, 5000));
    get(server, "hello");
    put(server, "you too");
    get(client, "you too");
    CloseHandle(client);
    assert_true(is_ready(fd, 5000));
    assert_true(DisconnectNamedPipe(server));
    close(fd);
    CloseHandle(server);
}

static DWORD WINAPI answer_and_leave(LPVOID unused)
{
    HANDLE client = open_client();

    for (int i = 0; i < 1000; i++) {
        put(client, "ping");
        get(client, "pong");
    }
    CloseHandle(client);
    return 0;
}

static void one_epoll_serves_several_clients(void **state)
{
    enum { CLIENTS = 4 };
    HANDLE servers[CLIENTS], threads[CLIENTS];
    int fds[CLIENTS], epoll = epoll_create1(EPOLL_CLOEXEC), left = CLIENTS, served = 0;

    for (int i = 0; i < CLIENTS; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};

        servers[i] = create_server();
        fds[i] = fd_of(servers[i]);
        assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        threads[i] = CreateThread(NULL, 0, answer_and_leave, NULL, 0, NULL);
    while (left > 0) {
        struct epoll_event event;
        char buffer[16];
        DWORD count;

        assert_int_equal(epoll_wait(epoll, &event, 1, 10000), 1);

        int i = (int)event.data.u32;

        if (ReadFile(servers[i], buffer, sizeof(buffer), &count, NULL)) {
            put(servers[i], "pong");
            served++;
        } else {
            assert_int_equal(GetLastError(), ERROR_BROKEN_PIPE);
            close(fds[i]);
            CloseHandle(servers[i]);
            left--;
        }
    }
    assert_int_equal(served, CLIENTS * 1000);
    for (int i = 0; i < CLIENTS; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        CloseHandle(threads[i]);
    }
    close(epoll);
}

static void what_changes_without_a_word_is_refused(void **state)
{
    HANDLE timer = CreateWaitableTimerA(NULL, TRUE, NULL), reads, writes;

    assert_int_equal(transom_handle_fd(timer), -1);
    assert_int_equal(GetLastError(), ERROR_NOT_SUPPORTED);
    assert_true(CreatePipe(&reads, &writes, NULL, 0));
    assert_int_equal(transom_handle_fd(reads), -1);
    assert_int_equal(GetLastError(), ERROR_NOT_SUPPORTED);
    assert_int_equal(transom_handle_fd(NULL), -1);
    assert_int_equal(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(timer);
    CloseHandle(reads);
    CloseHandle(writes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_is_readable_while_it_is_set),
        cmocka_unit_test(what_a_wait_takes_is_not_readable_any_more),
        cmocka_unit_test(a_thread_is_readable_when_it_has_ended),
        cmocka_unit_test(a_port_is_readable_while_it_has_packets),
        cmocka_unit_test(a_pipe_is_readable_while_it_has_data),
        cmocka_unit_test(a_listening_pipe_is_readable_when_its_client_has_written),
        cmocka_unit_test(one_epoll_serves_several_clients),
        cmocka_unit_test(what_changes_without_a_word_is_refused),
    };

    alarm(60);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
