/* SPDX-License-Identifier: MIT */
/* WaitNamedPipe: when it returns at once, who wakes it, and how long it waits. */
#include "pipe_helpers.h"

#define NOTHING INVALID_HANDLE_VALUE

static HANDLE create_instance(DWORD max, DWORD timeout_ms)
{
    HANDLE server = CreateNamedPipeA(pipe_name(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, max, 0, 0,
                                     timeout_ms, NULL);

    CHECK(server != NOTHING);
    return server;
}

/* A pipe of which nobody listens. */
static struct pair create_busy(DWORD max, DWORD timeout_ms)
{
    struct pair pair = {create_instance(max, timeout_ms), open_pipe()};

    CHECK(pair.client != NOTHING);
    return pair;
}

/* One WaitNamedPipe in a thread of its own. */
struct waiter {
    HANDLE thread;
    DWORD timeout_ms, error;
    BOOL result;
};

static DWORD WINAPI wait_for_pipe(LPVOID argument)
{
    struct waiter *waiter = (struct waiter *)argument;

    waiter->result = WaitNamedPipeA(pipe_name(), waiter->timeout_ms);
    waiter->error = GetLastError();
    return 0;
}

static void start_waiter(struct waiter *waiter, DWORD timeout_ms)
{
    memset(waiter, 0, sizeof(*waiter));
    waiter->timeout_ms = timeout_ms;
    waiter->thread = CreateThread(NULL, 0, wait_for_pipe, waiter, 0, NULL);
    CHECK(waiter->thread != NULL);
}

static void finish_waiter(struct waiter *waiter)
{
    CHECK_U32(WaitForSingleObject(waiter->thread, 5000), WAIT_OBJECT_0);
    CloseHandle(waiter->thread);
}

static void check_waits_about(DWORD timeout_ms, DWORD at_least, DWORD less_than)
{
    DWORD begin = GetTickCount(), lasted;

    CHECK_ERR(WaitNamedPipeA(pipe_name(), timeout_ms), ERROR_SEM_TIMEOUT);
    lasted = GetTickCount() - begin;
    CHECK(lasted + 20 >= at_least); /* the clock ticks in steps */
    CHECK(lasted < less_than);
}

/* ---- at once ---- */

TEST(waiting_for_a_missing_pipe_fails_at_once_with_any_timeout)
{
    static const DWORD timeouts[] = {NMPWAIT_USE_DEFAULT_WAIT, 1, 8000, NMPWAIT_WAIT_FOREVER};
    DWORD begin = GetTickCount();
    size_t i;

    for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++)
        CHECK_ERR(WaitNamedPipeA(pipe_name(), timeouts[i]), ERROR_FILE_NOT_FOUND);
    CHECK(GetTickCount() - begin < 6000);
}

TEST(waiting_for_a_listening_pipe_succeeds_at_once)
{
    create_instance(1, 0);
    CHECK(WaitNamedPipeA(pipe_name(), 1));
    CHECK(WaitNamedPipeW(pipe_name_w(), NMPWAIT_WAIT_FOREVER));
}

TEST(one_listening_instance_among_busy_ones_is_enough)
{
    create_busy(2, 0);
    create_instance(2, 0);
    CHECK(WaitNamedPipeA(pipe_name(), 1));
}

TEST(a_wait_reserves_nothing)
{
    create_instance(1, 0);
    CHECK(WaitNamedPipeA(pipe_name(), 1));
    CHECK(WaitNamedPipeA(pipe_name(), 1));
    CHECK(open_pipe() != NOTHING);
    CHECK_ERR(open_pipe() != NOTHING, ERROR_PIPE_BUSY);
}

TEST(waiting_for_a_name_of_another_form_is_a_bad_path)
{
    WINE_DIFFERS("a name of another form is path not found");
    CHECK_ERR(WaitNamedPipeA("not a pipe", 1), ERROR_BAD_PATHNAME);
}

TEST(waiting_finds_the_name_in_any_case)
{
    CHECK(CreateNamedPipeA("\\\\.\\pipe\\conformance.Waited", PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1,
                           0, 0, 0, NULL) != NOTHING);
    CHECK(WaitNamedPipeA("\\\\.\\PIPE\\CONFORMANCE.wAITED", 1));
}

/* ---- how long ---- */

TEST(waiting_for_a_busy_pipe_times_out)
{
    create_busy(1, 0);
    check_waits_about(200, 200, 6000);
}

TEST(a_timeout_of_1_is_one_millisecond)
{
    create_busy(1, 8000);
    check_waits_about(NMPWAIT_NOWAIT, 0, 6000);
}

TEST(waiting_for_a_closing_or_disconnected_instance_times_out)
{
    struct pair pair = create_busy(1, 0);

    CHECK(CloseHandle(pair.client));
    check_waits_about(100, 100, 6000);
    CHECK(DisconnectNamedPipe(pair.server));
    check_waits_about(100, 100, 6000);
}

TEST(a_timeout_of_0_is_what_the_server_chose)
{
    create_busy(1, 400);
    check_waits_about(NMPWAIT_USE_DEFAULT_WAIT, 400, 6000);
}

TEST(a_server_that_chooses_no_timeout_gets_50_ms)
{
    create_busy(1, 0);
    WINE_DIFFERS("a default timeout of 0 is no time at all");
    check_waits_about(NMPWAIT_USE_DEFAULT_WAIT, 50, 6000);
}

TEST(the_timeout_of_the_first_instance_rules)
{
    create_busy(2, 400);
    create_busy(2, 8000);
    check_waits_about(NMPWAIT_USE_DEFAULT_WAIT, 400, 6000);
}

/* ---- what ends a wait ---- */

TEST(a_new_instance_wakes_those_who_wait)
{
    struct waiter waiters[3];
    int i;

    create_busy(2, 0);
    for (i = 0; i < 3; i++)
        start_waiter(&waiters[i], 5000);
    for (i = 0; i < 3; i++)
        CHECK(thread_is_blocked(waiters[i].thread));
    create_instance(2, 0);
    for (i = 0; i < 3; i++) {
        finish_waiter(&waiters[i]);
        CHECK(waiters[i].result);
    }
}

TEST(an_instance_that_listens_again_wakes_those_who_wait)
{
    struct pair pair = create_busy(1, 0);
    struct waiter waiters[2];
    struct call call;
    int i;

    for (i = 0; i < 2; i++)
        start_waiter(&waiters[i], NMPWAIT_WAIT_FOREVER);
    CHECK(DisconnectNamedPipe(pair.server));
    for (i = 0; i < 2; i++)
        CHECK(thread_is_blocked(waiters[i].thread));
    start_call(&call, call_connect, pair.server, 0);
    for (i = 0; i < 2; i++) {
        finish_waiter(&waiters[i]);
        CHECK(waiters[i].result);
    }
    CHECK(open_pipe() != NOTHING);
    finish_call(&call);
}

TEST(a_nowait_server_that_listens_again_wakes_those_who_wait)
{
    struct pair pair = create_busy(1, 0);
    struct waiter waiter;

    set_mode(pair.server, PIPE_NOWAIT);
    CHECK(DisconnectNamedPipe(pair.server));
    start_waiter(&waiter, 5000);
    CHECK(thread_is_blocked(waiter.thread));
    CHECK_ERR(ConnectNamedPipe(pair.server, NULL), ERROR_PIPE_LISTENING);
    WINE_DIFFERS("an instance that listens again without waiting wakes nobody");
    finish_waiter(&waiter);
    CHECK(waiter.result);
}

TEST(a_wait_fails_when_the_last_instance_is_closed)
{
    struct pair pair = create_busy(1, 0);
    struct waiter waiter;

    start_waiter(&waiter, 15000);
    CHECK(thread_is_blocked(waiter.thread));
    CHECK(CloseHandle(pair.server));
    WINE_DIFFERS("a wait outlives the instances that it waits for");
    finish_waiter(&waiter);
    CHECK(!waiter.result);
    CHECK_U32(waiter.error, ERROR_FILE_NOT_FOUND);
}

TEST(a_wait_goes_on_while_one_instance_is_left)
{
    struct pair first = create_busy(2, 0);
    struct waiter waiter;

    create_busy(2, 0);
    start_waiter(&waiter, 10000);
    CHECK(CloseHandle(first.server));
    CHECK(thread_is_blocked(waiter.thread));
    create_instance(2, 0);
    finish_waiter(&waiter);
    CHECK(waiter.result);
}

ROLE(serve_and_hang)
{
    HANDLE server =
        CreateNamedPipeA(argument, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 64, 64, 0, NULL);

    CHECK(server != NOTHING);
    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    write_all(server, "here", 4);
    hang();
    return 0;
}

TEST(a_wait_fails_when_the_only_server_is_killed)
{
    PROCESS server = spawn_role(serve_and_hang, pipe_name());
    struct waiter waiter;
    HANDLE client = NOTHING;
    int i;

    for (i = 0; i < 500 && client == NOTHING; i++) {
        Sleep(10);
        client = open_pipe();
    }
    read_exactly(client, "here", 4);
    start_waiter(&waiter, 15000);
    CHECK(thread_is_blocked(waiter.thread));
    kill_role(server);
    WINE_DIFFERS("a wait outlives the instances that it waits for");
    finish_waiter(&waiter);
    CHECK(!waiter.result);
    CHECK_U32(waiter.error, ERROR_FILE_NOT_FOUND);
}
