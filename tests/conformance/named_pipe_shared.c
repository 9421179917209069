/* SPDX-License-Identifier: MIT */
/* One end of a pipe in several processes: inherited or duplicated, it stays one end. */
#include "inherit.h"
#include "pipe_helpers.h"

static HANDLE event_for_heirs(void)
{
    HANDLE event = CreateEventA(NULL, FALSE, FALSE, NULL);

    CHECK(event != NULL);
    return heirloom(event);
}

/* ---- serving ---- */

/* Answers each message with itself until the client goes. */
static int serve_one_client(HANDLE server)
{
    char buffer[256];
    DWORD count;

    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    while (ReadFile(server, buffer, sizeof(buffer), &count, NULL))
        write_all(server, buffer, count);
    CHECK_U32(GetLastError(), ERROR_BROKEN_PIPE);
    return 0;
}

ROLE(serves)
{
    return serve_one_client(next_handle(&argument));
}

static void talk(HANDLE client)
{
    write_all(client, "hello", 5);
    read_exactly(client, "hello", 5);
}

TEST(a_child_serves_the_instance_that_it_inherits)
{
    HANDLE server = heirloom(create_pipe(MESSAGE_MODE)), client;
    PROCESS child = spawn_heir(serves, server, NULL);

    CHECK(CloseHandle(server));
    CHECK(WaitNamedPipeA(pipe_name(), 5000));
    client = open_pipe();
    CHECK(client != INVALID_HANDLE_VALUE);
    talk(client);
    CHECK(CloseHandle(client));
    CHECK_U32(wait_role(child), 0);
    CHECK_ERR(open_pipe() != INVALID_HANDLE_VALUE, ERROR_FILE_NOT_FOUND);
}

TEST(a_child_serves_the_client_that_was_there_when_it_began)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    PROCESS child;

    child = spawn_heir(serves, heirloom(pair.server), NULL);
    CHECK(CloseHandle(pair.server));
    talk(pair.client);
    talk(pair.client);
    CHECK(CloseHandle(pair.client));
    CHECK_U32(wait_role(child), 0);
}

#ifdef __TRANSOM__
ROLE(says_hello)
{
    write_all(next_handle(&argument), "hello", 5);
    return 0;
}

TEST(programs_that_a_shell_starts_have_the_end_as_well)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    char byte;
    DWORD count;
    PROCESS shell = spawn_heirs_by_shell(says_hello, heirloom(pair.client), NULL);

    CHECK(CloseHandle(pair.client));
    read_exactly(pair.server, "hello", 5);
    read_exactly(pair.server, "hello", 5);
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
    CHECK_U32(wait_role(shell), 0);
}
#endif

ROLE(tells_and_serves)
{
    HANDLE server = next_handle(&argument);

    CHECK(SetEvent(next_handle(&argument)));
    return serve_one_client(server);
}

/* The event is called like the pipe. */
ROLE(creates_and_lets_its_child_serve)
{
    HANDLE server = heirloom(
        CreateNamedPipeA(argument, PIPE_ACCESS_DUPLEX, MESSAGE_MODE, 1, 4096, 4096, 0, NULL));

    CHECK(server != INVALID_HANDLE_VALUE);
    spawn_heir(tells_and_serves, server,
               heirloom(OpenEventA(EVENT_MODIFY_STATE, FALSE, argument + 9)));
    hang();
    return 0;
}

TEST(an_instance_outlives_its_creator_in_a_child)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    HANDLE client, is_there = CreateEventA(NULL, TRUE, FALSE, pipe_name() + 9);
    PROCESS creator = spawn_role(creates_and_lets_its_child_serve, pipe_name());

    wait_for(is_there);
    kill_role(creator);
    client = open_pipe();
    CHECK(client != INVALID_HANDLE_VALUE);
    talk(client);
    CHECK(CloseHandle(client));
}

TEST(parent_and_child_may_both_wait_for_the_client)
{
    HANDLE server = heirloom(create_pipe(MESSAGE_MODE)), client;
    struct call call;
    PROCESS child;

    start_call(&call, call_connect, server, 0);
    child = spawn_heir(serves, server, NULL);
    CHECK(thread_is_blocked(call.thread));
    client = open_pipe();
    CHECK(client != INVALID_HANDLE_VALUE);
    finish_call(&call);
    CHECK(call.result);
    talk(client);
    CHECK(CloseHandle(client));
    CHECK_U32(wait_role(child), 0);
}

ROLE(disconnects)
{
    HANDLE server = next_handle(&argument);

    CHECK(DisconnectNamedPipe(server));
    CHECK_ERR(DisconnectNamedPipe(server), ERROR_PIPE_NOT_CONNECTED);
    return 0;
}

TEST(a_disconnect_in_one_process_ends_the_read_of_another)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    struct call call;

    start_call(&call, call_read, heirloom(pair.server), 10);
    CHECK(thread_is_blocked(call.thread));
    CHECK_U32(wait_role(spawn_heir(disconnects, pair.server, NULL)), 0);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(WriteFile(pair.server, "x", 1, &call.count, NULL), ERROR_PIPE_NOT_CONNECTED);
    CHECK_ERR(ReadFile(pair.client, call.buffer, 1, &call.count, NULL), ERROR_PIPE_NOT_CONNECTED);
}

ROLE(lets_the_next_client_in)
{
    HANDLE server = next_handle(&argument);

    CHECK(DisconnectNamedPipe(server));
    CHECK(ConnectNamedPipe(server, NULL));
    write_all(server, "from the child", 14);
    return 0;
}

TEST(another_client_that_a_child_let_in_is_there_for_the_parent_too)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    PROCESS child = spawn_heir(lets_the_next_client_in, heirloom(pair.server), NULL);
    HANDLE second;

    CHECK(WaitNamedPipeA(pipe_name(), 5000));
    second = open_pipe();
    CHECK(second != INVALID_HANDLE_VALUE);
    set_mode(second, PIPE_READMODE_MESSAGE);
    read_exactly(second, "from the child", 14);
    CHECK_U32(wait_role(child), 0);
    write_all(second, "to the parent", 13);
    read_exactly(pair.server, "to the parent", 13);
    write_all(pair.server, "back", 4);
    read_exactly(second, "back", 4);
}

ROLE(listens_again)
{
    HANDLE server = next_handle(&argument);

    CHECK(DisconnectNamedPipe(server));
    CHECK(ConnectNamedPipe(server, NULL));
    return 0;
}

TEST(the_process_that_has_made_an_instance_stays_its_server)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    PROCESS child = spawn_heir(listens_again, heirloom(pair.server), NULL);
    HANDLE second;
    ULONG id = 0;

    CHECK(WaitNamedPipeA(pipe_name(), 5000));
    second = open_pipe();
    CHECK(second != INVALID_HANDLE_VALUE);
    CHECK_U32(wait_role(child), 0);
    CHECK(GetNamedPipeServerProcessId(pair.server, &id));
    CHECK_U32(id, GetCurrentProcessId());
    CHECK(GetNamedPipeServerProcessId(second, &id));
    DEVIATES(26);
    CHECK_U32(id, GetCurrentProcessId());
}

ROLE(looks_at_the_pipe)
{
    HANDLE server = next_handle(&argument), client = next_handle(&argument);
    ULONG id = 0, expected = (ULONG)(ULONG_PTR)next_handle(&argument);
    DWORD flags = 0, out = 0, in = 0, max = 0, instances = 0;

    CHECK(GetNamedPipeInfo(server, &flags, &out, &in, &max));
    CHECK_U32(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
    CHECK_U32(out, 100);
    CHECK_U32(in, 200);
    CHECK_U32(max, 1);
    CHECK(GetNamedPipeInfo(client, &flags, NULL, NULL, NULL));
    CHECK_U32(flags, PIPE_CLIENT_END | PIPE_TYPE_MESSAGE);
    CHECK(GetNamedPipeHandleStateA(server, NULL, &instances, NULL, NULL, NULL, 0));
    CHECK_U32(instances, 1);
    CHECK(GetNamedPipeServerProcessId(client, &id));
    CHECK_U32(id, expected);
    CHECK(GetNamedPipeClientProcessId(server, &id));
    CHECK_U32(id, expected);
    return 0;
}

TEST(what_a_child_inherits_is_what_its_parent_made)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 100, 200);
    char text[80];

    snprintf(text, sizeof(text), "%lx %lx %lx", (unsigned long)(ULONG_PTR)heirloom(pair.server),
             (unsigned long)(ULONG_PTR)heirloom(pair.client), (unsigned long)GetCurrentProcessId());
    CHECK_U32(wait_role(inherit_spawn("looks_at_the_pipe", text, NULL, TRUE)), 0);
}

ROLE(changes_the_mode)
{
    HANDLE pipe = next_handle(&argument);

    set_mode(pipe, PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    return 0;
}

TEST(a_mode_that_a_child_sets_rules_in_the_parent)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE, 4096, 4096);
    DWORD state = 99, count;
    char buffer[10];

    CHECK_U32(wait_role(spawn_heir(changes_the_mode, heirloom(pair.client), NULL)), 0);
    CHECK(GetNamedPipeHandleStateA(pair.client, &state, NULL, NULL, NULL, NULL, 0));
    CHECK_U32(state, PIPE_READMODE_MESSAGE | PIPE_NOWAIT);
    CHECK_ERR(ReadFile(pair.client, buffer, 10, &count, NULL), ERROR_NO_DATA);
}

/* ---- closing ---- */

ROLE(writes_and_ends)
{
    write_all(next_handle(&argument), "child", 5);
    return 0;
}

TEST(closing_in_one_process_leaves_the_end_to_the_other)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    DWORD count;
    char buffer[10];

    CHECK_U32(wait_role(spawn_heir(writes_and_ends, heirloom(pair.client), NULL)), 0);
    read_exactly(pair.server, "child", 5);
    write_all(pair.client, "parent", 6);
    read_exactly(pair.server, "parent", 6);
    CHECK(CloseHandle(pair.client));
    CHECK_ERR(ReadFile(pair.server, buffer, 10, &count, NULL), ERROR_BROKEN_PIPE);
}

ROLE(writes_when_told)
{
    HANDLE pipe = next_handle(&argument), event = next_handle(&argument);

    wait_for(event);
    write_all(pipe, "late", 4);
    return 0;
}

TEST(the_last_handle_of_all_processes_closes_the_end)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE event = event_for_heirs();
    PROCESS child = spawn_heir(writes_when_told, heirloom(pair.client), event);
    struct call call;

    CHECK(CloseHandle(pair.client));
    start_call(&call, call_read, pair.server, 10);
    CHECK(thread_is_blocked(call.thread));
    CHECK(SetEvent(event));
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 4);
    CHECK_U32(wait_role(child), 0);
    CHECK_ERR(ReadFile(pair.server, call.buffer, 10, &call.count, NULL), ERROR_BROKEN_PIPE);
}

ROLE(reads_for_ever)
{
    HANDLE pipe = next_handle(&argument), event = next_handle(&argument);
    char buffer[64];
    DWORD count;

    CHECK(SetEvent(event));
    ReadFile(pipe, buffer, sizeof(buffer), &count, NULL);
    return 99;
}

TEST(a_process_that_is_killed_leaves_the_end_to_the_others)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE event = event_for_heirs();
    PROCESS child = spawn_heir(reads_for_ever, heirloom(pair.client), event);

    wait_for(event);
    CHECK(role_is_blocked(child));
    kill_role(child);
    write_all(pair.server, "one", 3);
    read_exactly(pair.client, "one", 3);
    write_all(pair.client, "two", 3);
    read_exactly(pair.server, "two", 3);
}

TEST(a_read_that_waited_behind_that_of_a_killed_process_gets_the_message)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE event = event_for_heirs();
    PROCESS child = spawn_heir(reads_for_ever, heirloom(pair.client), event);
    struct call call;

    wait_for(event);
    CHECK(role_is_blocked(child));
    start_call(&call, call_read, pair.client, 10);
    CHECK(thread_is_blocked(call.thread));
    kill_role(child);
    write_all(pair.server, "still", 5);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 5);
}

TEST(a_pipe_breaks_when_all_that_have_the_other_end_are_killed)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE event = event_for_heirs();
    PROCESS first = spawn_heir(reads_for_ever, heirloom(pair.client), event), second;
    struct call call;

    wait_for(event);
    second = spawn_heir(reads_for_ever, pair.client, event);
    wait_for(event);
    CHECK(CloseHandle(pair.client));
    start_call(&call, call_read, pair.server, 10);
    kill_role(first);
    CHECK(thread_is_blocked(call.thread));
    kill_role(second);
    finish_call(&call);
    CHECK(!call.result);
    CHECK_U32(call.error, ERROR_BROKEN_PIPE);
}

/* ---- reading and writing at once ---- */

enum { MANY = 200 };

/* Messages of its own letter, of all lengths, each with its number. */
static int write_many(HANDLE pipe, char letter)
{
    char buffer[200];
    DWORD i;

    memset(buffer, letter, sizeof(buffer));
    for (i = 0; i < MANY; i++) {
        memcpy(buffer + 1, &i, sizeof(i));
        write_all(pipe, buffer, 8 + i * 37 % 190);
    }
    return 0;
}

ROLE(writes_many)
{
    HANDLE pipe = next_handle(&argument);

    return write_many(pipe, (char)(ULONG_PTR)next_handle(&argument));
}

static void messages_of_three_writers(DWORD quota)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, quota);
    PROCESS a = spawn_heir(writes_many, heirloom(pair.client), (HANDLE)(ULONG_PTR)'a'), b;
    DWORD next[2] = {0, 0}, count, i, number;
    char buffer[256];

    b = spawn_heir(writes_many, pair.client, (HANDLE)(ULONG_PTR)'b');
    CHECK(CloseHandle(pair.client));
    for (i = 0; i < 2 * MANY; i++) {
        DWORD *expected;

        CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, NULL));
        CHECK(buffer[0] == 'a' || buffer[0] == 'b');
        expected = &next[buffer[0] - 'a'];
        memcpy(&number, buffer + 1, sizeof(number));
        CHECK_U32(number, *expected);
        CHECK_U32(count, 8 + number * 37 % 190);
        CHECK(buffer[count - 1] == buffer[0]);
        ++*expected;
    }
    CHECK_U32(wait_role(a), 0);
    CHECK_U32(wait_role(b), 0);
    CHECK_ERR(ReadFile(pair.server, buffer, sizeof(buffer), &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(messages_of_several_processes_stay_whole_and_in_order)
{
    messages_of_three_writers(4096);
}

TEST(messages_of_several_processes_stay_whole_without_room)
{
    messages_of_three_writers(1);
}

enum { LENGTHY = 20 << 20 };

ROLE(writes_a_long_one)
{
    HANDLE pipe = next_handle(&argument);
    char letter = (char)(ULONG_PTR)next_handle(&argument);
    char *buffer = (char *)malloc(LENGTHY);

    CHECK(buffer != NULL);
    memset(buffer, letter, LENGTHY);
    write_all(pipe, buffer, LENGTHY);
    return 0;
}

static char letter_of_long_message(HANDLE pipe, char *buffer)
{
    DWORD count = 0, i;

    CHECK(ReadFile(pipe, buffer, LENGTHY, &count, NULL));
    CHECK_U32(count, LENGTHY);
    for (i = 1; i < LENGTHY; i++)
        if (buffer[i] != buffer[0])
            CHECK_U32(i, LENGTHY);
    return buffer[0];
}

TEST(long_messages_of_several_processes_do_not_mix)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    PROCESS a = spawn_heir(writes_a_long_one, heirloom(pair.client), (HANDLE)(ULONG_PTR)'a'), b;
    char *buffer = (char *)malloc(LENGTHY);
    int sum;

    CHECK(buffer != NULL);
    b = spawn_heir(writes_a_long_one, pair.client, (HANDLE)(ULONG_PTR)'b');
    sum = letter_of_long_message(pair.server, buffer);
    sum += letter_of_long_message(pair.server, buffer);
    CHECK_U32(sum, 'a' + 'b');
    CHECK_U32(wait_role(a), 0);
    CHECK_U32(wait_role(b), 0);
    write_all(pair.client, "short", 5);
    read_exactly(pair.server, "short", 5);
}

/* How many came; each later than the one before. */
ROLE(reads_many)
{
    HANDLE pipe = next_handle(&argument);
    DWORD count, number, last = 0;
    int received = 0;

    for (;;) {
        CHECK(ReadFile(pipe, &number, sizeof(number), &count, NULL));
        CHECK_U32(count, sizeof(number));
        if (number == 0xFFFFFFFF)
            return received;
        CHECK(number > last);
        last = number;
        received++;
    }
}

TEST(each_message_goes_to_one_of_the_reading_processes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    PROCESS readers[3];
    DWORD i, sum = 0, stop = 0xFFFFFFFF;

    heirloom(pair.client);
    for (i = 0; i < 3; i++)
        readers[i] = spawn_heir(reads_many, pair.client, NULL);
    for (i = 1; i <= 200; i++)
        write_all(pair.server, &i, sizeof(i));
    for (i = 0; i < 3; i++)
        write_all(pair.server, &stop, sizeof(stop));
    for (i = 0; i < 3; i++)
        sum += wait_role(readers[i]);
    CHECK_U32(sum, 200);
}

TEST(pending_reads_of_several_processes_are_served_in_turn)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE event = event_for_heirs();
    PROCESS child = spawn_heir(reads_for_ever, heirloom(pair.client), event);
    struct call call;

    wait_for(event);
    CHECK(role_is_blocked(child));
    start_call(&call, call_read, pair.client, 10);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.server, "first", 5);
    CHECK_U32(wait_role(child), 99);
    CHECK(thread_is_blocked(call.thread));
    write_all(pair.server, "next", 4);
    finish_call(&call);
    CHECK(call.result);
    CHECK_U32(call.count, 4);
}

ROLE(writes_six)
{
    write_all(next_handle(&argument), "sixsix", 6);
    return 0;
}

TEST(the_quota_is_one_for_all_processes)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 8);
    struct call call;

    CHECK_U32(wait_role(spawn_heir(writes_six, heirloom(pair.client), NULL)), 0);
    start_call(&call, call_write, pair.client, 3);
    CHECK(thread_is_blocked(call.thread));
    read_exactly(pair.server, "sixsix", 6);
    finish_call(&call);
    CHECK(call.result);
}

ROLE(flushes)
{
    CHECK(FlushFileBuffers(next_handle(&argument)));
    return 0;
}

TEST(a_flush_waits_for_what_another_process_wrote)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    PROCESS child;

    write_all(pair.client, "parent", 6);
    child = spawn_heir(flushes, heirloom(pair.client), NULL);
    CHECK_U32(WaitForSingleObject(child.handle, 2 * BLOCKED_MS), WAIT_TIMEOUT);
    read_exactly(pair.server, "parent", 6);
    CHECK_U32(wait_role(child), 0);
}

ROLE(writes_more_than_fits)
{
    HANDLE pipe = next_handle(&argument), event = next_handle(&argument);
    DWORD count;

    write_all(pipe, "sixsix", 6);
    CHECK(SetEvent(event));
    WriteFile(pipe, "pending", 7, &count, NULL);
    return 99;
}

TEST(what_a_killed_process_still_had_to_write_is_gone)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 8);
    HANDLE event = event_for_heirs();
    PROCESS child = spawn_heir(writes_more_than_fits, heirloom(pair.client), event);

    wait_for(event);
    CHECK(role_is_blocked(child));
    CHECK_U32(available(pair.server), 13);
    kill_role(child);
    write_all(pair.client, "zz", 2);
    CHECK_U32(available(pair.server), 8);
    read_exactly(pair.server, "sixsix", 6);
    read_exactly(pair.server, "zz", 2);
}

TEST(a_pending_write_goes_with_its_process_at_once)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 8);
    HANDLE event = event_for_heirs();
    PROCESS child = spawn_heir(writes_more_than_fits, heirloom(pair.client), event);

    wait_for(event);
    CHECK(role_is_blocked(child));
    CHECK_U32(available(pair.server), 13);
    kill_role(child);
    DEVIATES(24);
    CHECK_U32(available(pair.server), 6);
}

ROLE(transacts)
{
    HANDLE pipe = next_handle(&argument);
    char reply[16];
    DWORD count = 0;

    CHECK(TransactNamedPipe(pipe, (LPVOID) "ask", 3, reply, sizeof(reply), &count, NULL));
    CHECK_U32(count, 5);
    CHECK(memcmp(reply, "reply", 5) == 0);
    return 0;
}

TEST(a_child_transacts_on_its_parents_end)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    PROCESS child = spawn_heir(transacts, heirloom(pair.client), NULL);

    read_exactly(pair.server, "ask", 3);
    write_all(pair.server, "reply", 5);
    CHECK_U32(wait_role(child), 0);
}

/* ---- duplicates ---- */

ROLE(uses_what_it_is_sent)
{
    HANDLE inbox = next_handle(&argument), pipe;
    DWORD count, value;

    CHECK(ReadFile(inbox, &value, sizeof(value), &count, NULL));
    pipe = (HANDLE)(ULONG_PTR)value;
    write_all(pipe, "sent", 4);
    read_exactly(pipe, "answer", 6);
    return 0;
}

TEST(an_end_that_is_duplicated_into_another_process_works_there)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    HANDLE there = NULL, inbox, outbox;
    PROCESS child;
    DWORD value, count;

    CHECK(CreatePipe(&inbox, &outbox, NULL, 0));
    child = spawn_heir(uses_what_it_is_sent, heirloom(inbox), NULL);
    CHECK(DuplicateHandle(GetCurrentProcess(), pair.client, child.handle, &there, 0, FALSE,
                          DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    CHECK_ERR(WriteFile(pair.client, "x", 1, &count, NULL), ERROR_INVALID_HANDLE);
    value = (DWORD)(ULONG_PTR)there;
    write_all(outbox, &value, sizeof(value));
    read_exactly(pair.server, "sent", 4);
    write_all(pair.server, "answer", 6);
    CHECK_U32(wait_role(child), 0);
    CHECK_ERR(WriteFile(pair.server, "x", 1, &count, NULL), ERROR_NO_DATA);
}

ROLE(connects_and_waits)
{
    HANDLE tell = next_handle(&argument), event = next_handle(&argument);
    char name[128];
    HANDLE client;
    DWORD value, count;

    CHECK(ReadFile(tell, name, sizeof(name), &count, NULL));
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(client != INVALID_HANDLE_VALUE);
    value = (DWORD)(ULONG_PTR)client;
    write_all(client, &value, sizeof(value));
    wait_for(event);
    return 0;
}

TEST(an_end_that_is_taken_from_another_process_works_here)
{
    HANDLE server = create_pipe(MESSAGE_MODE), inbox, outbox, client = NULL;
    HANDLE event = event_for_heirs();
    PROCESS child;
    DWORD value = 0, count;

    CHECK(CreatePipe(&inbox, &outbox, NULL, 0));
    child = spawn_heir(connects_and_waits, heirloom(inbox), event);
    write_all(outbox, pipe_name(), (DWORD)strlen(pipe_name()) + 1);
    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    CHECK(ReadFile(server, &value, sizeof(value), &count, NULL));
    CHECK(DuplicateHandle(child.handle, (HANDLE)(ULONG_PTR)value, GetCurrentProcess(), &client, 0,
                          FALSE, DUPLICATE_SAME_ACCESS));
    write_all(client, "taken", 5);
    read_exactly(server, "taken", 5);
    CHECK(SetEvent(event));
    CHECK_U32(wait_role(child), 0);
    write_all(server, "alone now", 9);
    read_exactly(client, "alone now", 9);
}
