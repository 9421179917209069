/* SPDX-License-Identifier: MIT */
/*
 * The operations of nth_call.c
 *
 * A peer is a thread of the test, whose calls do not fail. What it does, it does until it has
 * succeeded or is told to stop, since the other side may have had to begin once more.
 */
#include "interpose.h"
#include "operation.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH    "\\\\.\\pipe\\nth"
#define QUOTA   4096
#define LONG    (256 * 1024)
#define GREEDY  64
#define WORD    "nth call"
#define INVALID INVALID_HANDLE_VALUE

static struct {
    HANDLE server, client, other, objects[3];
    pthread_t peer;
    bool has_peer;
    _Atomic bool is_over; /* the peer is to stop */
    _Atomic bool peer_did;
    DWORD count;
    char got[LONG];
} it;

static char long_text[LONG];

static void pause_us(long us)
{
    nanosleep(&(struct timespec){0, us * 1000}, NULL);
}

static void close_one(HANDLE *handle)
{
    if (*handle && *handle != INVALID)
        CloseHandle(*handle);
    *handle = NULL;
}

static void peer_start(void *(*run)(void *))
{
    atomic_store(&it.is_over, false);
    atomic_store(&it.peer_did, false);
    it.has_peer = pthread_create(&it.peer, NULL, run, NULL) == 0;
}

static void peer_end(void)
{
    atomic_store(&it.is_over, true);
    if (it.has_peer)
        pthread_join(it.peer, NULL);
    it.has_peer = false;
}

static void clean(void)
{
    /* Closing the pipe frees a peer that waits in it. */
    atomic_store(&it.is_over, true);
    if (it.server && it.server != INVALID)
        DisconnectNamedPipe(it.server);
    peer_end();
    close_one(&it.client);
    close_one(&it.other);
    close_one(&it.server);
    for (int i = 0; i < 3; i++)
        close_one(&it.objects[i]);
}

static DWORD result(BOOL success)
{
    return success ? 0 : GetLastError();
}

static DWORD result_of(HANDLE made, HANDLE *out)
{
    *out = made;
    return made && made != INVALID ? 0 : GetLastError();
}

/* ---- named pipes: creating ---- */

static HANDLE server_new(DWORD flags, DWORD limit)
{
    return CreateNamedPipeA(PATH, PIPE_ACCESS_DUPLEX | flags,
                            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, limit, QUOTA, QUOTA, 0,
                            NULL);
}

static HANDLE client_new(void)
{
    return CreateFileA(PATH, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static bool nothing(void)
{
    return true;
}

static bool a_server(void)
{
    return result_of(server_new(0, 3), &it.server) == 0;
}

static bool a_full_server(void)
{
    return result_of(server_new(0, 1), &it.server) == 0;
}

static DWORD create(void)
{
    return result_of(server_new(0, 3), &it.other);
}

static DWORD create_first(void)
{
    return result_of(server_new(FILE_FLAG_FIRST_PIPE_INSTANCE, 3), &it.other);
}

/* A client reaches the new instance (and the one before it). */
static bool is_created(void)
{
    HANDLE clients[2] = {client_new(), it.server ? client_new() : NULL};
    bool is_good = clients[0] != INVALID && clients[1] != INVALID;

    for (int i = 0; i < 2; i++)
        close_one(&clients[i]);
    return is_good;
}

/* ---- named pipes: connecting ---- */

static DWORD open_client(void)
{
    return result_of(client_new(), &it.client);
}

static bool a_client_waits(void)
{
    return a_server() && open_client() == 0;
}

static bool a_pair(void)
{
    return a_client_waits() && !ConnectNamedPipe(it.server, NULL) &&
           GetLastError() == ERROR_PIPE_CONNECTED;
}

static bool a_busy_pair(void)
{
    return a_full_server() && open_client() == 0;
}

static DWORD open_other(void)
{
    return result_of(client_new(), &it.other);
}

static bool passes(HANDLE from, HANDLE to)
{
    DWORD count = 0;
    char text[sizeof(WORD)];

    return WriteFile(from, WORD, sizeof(WORD), &count, NULL) && count == sizeof(WORD) &&
           ReadFile(to, text, sizeof(text), &count, NULL) && count == sizeof(WORD) &&
           memcmp(text, WORD, sizeof(WORD)) == 0;
}

/* A client may be turned away by a server that had no room for it at that moment. */
static bool is_connected(void)
{
    return passes(it.client, it.server) && passes(it.server, it.client);
}

static bool is_open(void)
{
    return (ConnectNamedPipe(it.server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED) &&
           is_connected();
}

static DWORD connect_waiting(void)
{
    return ConnectNamedPipe(it.server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED
               ? 0
               : GetLastError();
}

/* Opens the pipe, and once more if it was turned away. */
static void *client_peer(void *argument)
{
    interpose_exempt();
    while (!atomic_load(&it.is_over)) {
        pause_us(200);
        if (!it.client || it.client == INVALID)
            it.client = client_new();
        else if (!PeekNamedPipe(it.client, NULL, 0, NULL, NULL, NULL))
            close_one(&it.client);
    }
    return NULL;
}

static bool a_client_comes(void)
{
    if (!a_server())
        return false;
    peer_start(client_peer);
    return true;
}

static bool is_client_there(void)
{
    peer_end();
    return is_connected();
}

static bool a_client_is_there(void)
{
    if (!a_client_waits())
        return false;
    peer_start(client_peer);
    return true;
}

static bool a_closed_pair(void)
{
    if (!a_pair() || !DisconnectNamedPipe(it.server))
        return false;
    close_one(&it.client);
    peer_start(client_peer);
    return true;
}

static DWORD disconnect(void)
{
    return result(DisconnectNamedPipe(it.server));
}

static bool is_disconnected(void)
{
    DWORD count;

    return !WriteFile(it.client, WORD, 1, &count, NULL) &&
           GetLastError() == ERROR_PIPE_NOT_CONNECTED &&
           !WriteFile(it.server, WORD, 1, &count, NULL) &&
           GetLastError() == ERROR_PIPE_NOT_CONNECTED;
}

static DWORD wait_pipe(void)
{
    return result(WaitNamedPipeA(PATH, 5000));
}

static bool is_free(void)
{
    return open_other() == 0;
}

/* Frees the only instance after a while. */
static void *freeing_peer(void *argument)
{
    interpose_exempt();
    pause_us(300);
    DisconnectNamedPipe(it.server);
    ConnectNamedPipe(it.server, NULL);
    return NULL;
}

static bool soon_free(void)
{
    if (!a_busy_pair())
        return false;
    peer_start(freeing_peer);
    return true;
}

/* A client comes and goes until the peer, which may wait for one, has ended. */
static void clean_waiting(void)
{
    atomic_store(&it.is_over, true);
    while (it.has_peer && pthread_tryjoin_np(it.peer, NULL) != 0) {
        HANDLE last = client_new();

        close_one(&last);
        pause_us(100);
    }
    it.has_peer = false;
    clean();
}

/* Answers one request on the only instance, with what it got. */
static void *answering_peer(void *argument)
{
    char text[sizeof(WORD)];
    DWORD count;

    interpose_exempt();
    while (!atomic_load(&it.is_over)) {
        if ((ConnectNamedPipe(it.server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED) &&
            ReadFile(it.server, text, sizeof(text), &count, NULL) &&
            WriteFile(it.server, text, count, &count, NULL)) {
            FlushFileBuffers(it.server);
        }
        DisconnectNamedPipe(it.server);
    }
    return NULL;
}

static bool an_answering_server(void)
{
    if (!a_full_server())
        return false;
    peer_start(answering_peer);
    return true;
}

static DWORD call(void)
{
    it.count = 0;
    return result(
        CallNamedPipeA(PATH, (void *)WORD, sizeof(WORD), it.got, sizeof(WORD), &it.count, 2000));
}

static bool is_answered(void)
{
    return it.count == sizeof(WORD) && memcmp(it.got, WORD, sizeof(WORD)) == 0;
}

/* ---- named pipes: messages ---- */

static DWORD write_short(void)
{
    return result(WriteFile(it.server, WORD, sizeof(WORD), &it.count, NULL));
}

static bool is_written(void)
{
    return it.count == sizeof(WORD) &&
           ReadFile(it.client, it.got, sizeof(it.got), &it.count, NULL) &&
           it.count == sizeof(WORD) && memcmp(it.got, WORD, sizeof(WORD)) == 0;
}

static bool a_message(void)
{
    return a_pair() && WriteFile(it.client, WORD, sizeof(WORD), &it.count, NULL);
}

static DWORD read_waiting(void)
{
    it.count = 0;
    return result(ReadFile(it.server, it.got, sizeof(it.got), &it.count, NULL));
}

static DWORD peek(void)
{
    return result(PeekNamedPipe(it.server, it.got, sizeof(it.got), &it.count, NULL, NULL));
}

static DWORD read_part(void)
{
    char start[4];

    return result(ReadFile(it.server, start, sizeof(start), &it.count, NULL));
}

static bool is_rest_there(void)
{
    return ReadFile(it.server, it.got, sizeof(it.got), &it.count, NULL) &&
           it.count == sizeof(WORD) - 4 && memcmp(it.got, &WORD[4], it.count) == 0;
}

/* Reads what the other side writes, message by message. */
static void *reading_peer(void *argument)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    interpose_exempt();
    pause_us(300);
    SetNamedPipeHandleState(it.client, &mode, NULL, NULL);
    atomic_store(&it.peer_did, ReadFile(it.client, it.got, sizeof(it.got), &it.count, NULL) &&
                                   it.count == sizeof(long_text) &&
                                   memcmp(it.got, long_text, sizeof(long_text)) == 0);
    return NULL;
}

static bool a_pair_with_reader(void)
{
    if (!a_pair())
        return false;
    memset(long_text, 'n', sizeof(long_text));
    memset(it.got, 0, sizeof(it.got));
    peer_start(reading_peer);
    return true;
}

static DWORD write_long(void)
{
    DWORD count;

    return result(WriteFile(it.server, long_text, sizeof(long_text), &count, NULL));
}

static bool is_peer_done(void)
{
    peer_end();
    return atomic_load(&it.peer_did);
}

static void *writing_peer(void *argument)
{
    DWORD count;

    interpose_exempt();
    pause_us(300);
    WriteFile(it.client, WORD, sizeof(WORD), &count, NULL);
    return NULL;
}

static bool a_pair_with_writer(void)
{
    if (!a_pair())
        return false;
    peer_start(writing_peer);
    return true;
}

/* ---- anonymous pipes ---- */

static DWORD create_pipe(void)
{
    return result(CreatePipe(&it.objects[0], &it.objects[1], NULL, 1 << 17));
}

static bool is_pipe(void)
{
    return passes(it.objects[1], it.objects[0]);
}

static bool a_filled_pipe(void)
{
    return create_pipe() == 0 && WriteFile(it.objects[1], WORD, sizeof(WORD), &it.count, NULL);
}

static DWORD read_pipe(void)
{
    it.count = 0;
    return result(ReadFile(it.objects[0], it.got, sizeof(WORD), &it.count, NULL));
}

static DWORD peek_pipe(void)
{
    it.count = 0;
    return result(PeekNamedPipe(it.objects[0], it.got, sizeof(WORD), &it.count, NULL, NULL));
}

/* ---- processes and threads ---- */

static PROCESS_INFORMATION child;

static DWORD start(const char *line, DWORD flags, HANDLE out)
{
    STARTUPINFOA info = {.cb = sizeof(info), .dwFlags = STARTF_USESTDHANDLES, .hStdOutput = out};
    char text[64];

    snprintf(text, sizeof(text), "%s", line);
    if (!CreateProcessA(NULL, text, NULL, NULL, TRUE, flags, NULL, NULL, &info, &child))
        return GetLastError();
    it.objects[0] = child.hProcess;
    it.objects[1] = child.hThread;
    return 0;
}

static DWORD start_program(void)
{
    return start("true", 0, NULL);
}

static DWORD start_suspended(void)
{
    return start("true", CREATE_SUSPENDED, NULL);
}

static DWORD start_with_pipe(void)
{
    return start("echo nth", 0, it.other);
}

static bool has_ended(void)
{
    DWORD code;

    return WaitForSingleObject(it.objects[0], 10000) == WAIT_OBJECT_0 &&
           GetExitCodeProcess(it.objects[0], &code) && code == 0;
}

static bool runs_on(void)
{
    return ResumeThread(it.objects[1]) == 1 && has_ended();
}

static bool a_pipe_for_output(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};

    return CreatePipe(&it.objects[2], &it.other, &inherited, 0);
}

static bool has_said_it(void)
{
    char text[8] = "";

    close_one(&it.other);
    return ReadFile(it.objects[2], text, sizeof(text), &it.count, NULL) && it.count == 4 &&
           memcmp(text, "nth\n", 4) == 0 && has_ended();
}

static _Atomic int threads_run;
static int threads_made;

static DWORD WINAPI thread_of_three(LPVOID argument)
{
    atomic_fetch_add(&threads_run, 1);
    return 3;
}

/* One that could not be made did not run. */
static bool no_other_thread(void)
{
    return atomic_load(&threads_run) == threads_made;
}

static DWORD create_thread(void)
{
    DWORD error = result_of(CreateThread(NULL, 0, thread_of_three, NULL, 0, NULL), &it.objects[0]);

    threads_made += error == 0;
    return error;
}

static bool has_given_three(void)
{
    DWORD code;

    return WaitForSingleObject(it.objects[0], 10000) == WAIT_OBJECT_0 &&
           GetExitCodeThread(it.objects[0], &code) && code == 3;
}

/* A process of ours that sleeps until this one has ended. */
static PROCESS_INFORMATION sleeper;
static HANDLE sleeper_input;

static bool a_sleeper(void)
{
    STARTUPINFOA info = {.cb = sizeof(info), .dwFlags = STARTF_USESTDHANDLES};
    SECURITY_ATTRIBUTES inherited = {sizeof(inherited), NULL, TRUE};
    char own[4000], line[4096];
    HANDLE reader;
    ssize_t length;

    if (sleeper.hProcess)
        return true;
    length = readlink("/proc/self/exe", own, sizeof(own) - 1);
    own[length > 0 ? length : 0] = 0;
    snprintf(line, sizeof(line), "\"%s\" " SLEEPER_ROLE, own);
    if (!CreatePipe(&reader, &sleeper_input, &inherited, 0) ||
        !SetHandleInformation(sleeper_input, HANDLE_FLAG_INHERIT, 0))
        return false;
    info.hStdInput = reader;
    if (!CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &info, &sleeper))
        return false;
    CloseHandle(reader);
    return true;
}

static DWORD open_process(void)
{
    return result_of(OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)getppid()), &it.objects[0]);
}

static bool is_running(void)
{
    return WaitForSingleObject(it.objects[0], 0) == WAIT_TIMEOUT;
}

static bool an_event(void)
{
    return result_of(CreateEventA(NULL, TRUE, FALSE, NULL), &it.objects[0]) == 0;
}

static DWORD duplicate(void)
{
    return result(DuplicateHandle(GetCurrentProcess(), it.objects[0], GetCurrentProcess(),
                                  &it.objects[1], 0, FALSE, DUPLICATE_SAME_ACCESS));
}

static bool is_same_event(void)
{
    return SetEvent(it.objects[1]) && WaitForSingleObject(it.objects[0], 0) == WAIT_OBJECT_0;
}

static bool a_pipe_and_a_sleeper(void)
{
    return create_pipe() == 0 && a_sleeper();
}

static HANDLE sent;

static DWORD send_handle(void)
{
    sent = NULL;
    return result(DuplicateHandle(GetCurrentProcess(), it.objects[0], sleeper.hProcess, &sent, 0,
                                  FALSE, DUPLICATE_SAME_ACCESS));
}

/* Back again, out of there. */
static bool is_sent(void)
{
    return DuplicateHandle(sleeper.hProcess, sent, GetCurrentProcess(), &it.objects[2], 0, FALSE,
                           DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE) &&
           passes(it.objects[1], it.objects[2]);
}

/* ---- mailslots ---- */

#define SLOT "\\\\.\\mailslot\\nth"

static DWORD create_slot(void)
{
    return result_of(CreateMailslotA(SLOT, 0, 1000, NULL), &it.objects[0]);
}

static DWORD open_slot(void)
{
    return result_of(
        CreateFileA(SLOT, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL),
        &it.objects[1]);
}

static bool a_slot(void)
{
    return create_slot() == 0;
}

/* What is lost while a writer is let in is lost: here it is in. */
static bool a_slot_with_a_message(void)
{
    DWORD count;

    return a_slot() && open_slot() == 0 &&
           WriteFile(it.objects[1], WORD, sizeof(WORD), &it.count, NULL) &&
           GetMailslotInfo(it.objects[0], NULL, NULL, &count, NULL) && count == 1;
}

static DWORD read_slot(void)
{
    return result(ReadFile(it.objects[0], it.got, sizeof(it.got), &it.count, NULL));
}

static bool is_slot(void)
{
    return open_slot() == 0 && passes(it.objects[1], it.objects[0]);
}

static bool is_slot_open(void)
{
    return passes(it.objects[1], it.objects[0]);
}

static bool is_slot_back;

/* Each has left something that was taken in, and two of the three have gone. */
static bool a_slot_with_messages_and_a_sleeper(void)
{
    DWORD count;

    is_slot_back = false;
    for (DWORD i = 0; i < 3; i++) {
        close_one(&it.objects[1]);
        if (i == 0
                ? !a_slot_with_a_message()
                : open_slot() != 0 ||
                      !WriteFile(it.objects[1], WORD, sizeof(WORD), &it.count, NULL) ||
                      !GetMailslotInfo(it.objects[0], NULL, NULL, &count, NULL) || count != i + 1)
            return false;
    }
    return a_sleeper();
}

/* The other process' handle alone keeps what lies there. */
static bool is_slot_sent(void)
{
    HANDLE back;
    bool is_good;

    close_one(&it.objects[0]);
    if (!DuplicateHandle(sleeper.hProcess, sent, GetCurrentProcess(), &back, 0, FALSE,
                         DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
        return false;
    it.objects[0] = back;
    is_slot_back = true;
    is_good = read_slot() == 0 && is_answered() && read_slot() == 0 && is_answered() &&
              read_slot() == 0 && is_answered();
    return is_good && passes(it.objects[1], back);
}

/* Who has not got its answer does not know whether the other process has the slot, and its name. */
static void clean_with_sleeper(void)
{
    clean();
    if (!sleeper.hProcess || is_slot_back)
        return;
    TerminateProcess(sleeper.hProcess, 0);
    WaitForSingleObject(sleeper.hProcess, 10000);
    close_one(&sleeper.hProcess);
    close_one(&sleeper.hThread);
    close_one(&sleeper_input);
}

/* ---- events and waits ---- */

static DWORD create_event(void)
{
    return result_of(CreateEventA(NULL, TRUE, FALSE, NULL), &it.objects[0]);
}

static DWORD create_named_event(void)
{
    SetLastError(0);
    return result_of(CreateEventA(NULL, TRUE, FALSE, "nth"), &it.objects[0]);
}

static DWORD create_named_mutex(void)
{
    return result_of(CreateMutexA(NULL, TRUE, "nth mutex"), &it.objects[0]);
}

static bool is_owned(void)
{
    return ReleaseMutex(it.objects[0]);
}

static bool is_event(void)
{
    return SetEvent(it.objects[0]) && WaitForSingleObject(it.objects[0], 0) == WAIT_OBJECT_0;
}

static bool is_named_event(void)
{
    HANDLE same = OpenEventA(EVENT_ALL_ACCESS, FALSE, "nth");
    bool is_good = same && SetEvent(same) && WaitForSingleObject(it.objects[0], 0) == WAIT_OBJECT_0;

    close_one(&same);
    return is_good;
}

static void *setting_peer(void *argument)
{
    interpose_exempt();
    pause_us(300);
    SetEvent(it.objects[0]);
    SetEvent(it.objects[1]);
    return NULL;
}

static bool two_events(void)
{
    return result_of(CreateEventA(NULL, FALSE, FALSE, NULL), &it.objects[0]) == 0 &&
           result_of(CreateEventA(NULL, FALSE, FALSE, "nth"), &it.objects[1]) == 0;
}

static bool two_events_soon(void)
{
    if (!two_events())
        return false;
    peer_start(setting_peer);
    return true;
}

static DWORD wait_all(void)
{
    DWORD got = WaitForMultipleObjects(2, it.objects, TRUE, 10000);

    return got == WAIT_OBJECT_0 ? 0 : got == WAIT_FAILED ? GetLastError() : got;
}

/* Both were taken. */
static bool are_reset(void)
{
    return WaitForMultipleObjects(2, it.objects, FALSE, 0) == WAIT_TIMEOUT;
}

static DWORD wait_in_vain(void)
{
    DWORD got = WaitForMultipleObjects(2, it.objects, FALSE, 1);

    return got == WAIT_FAILED ? GetLastError() : got;
}

/* ---- all of them ---- */

#define OPERATION(its_name, before, call, check, after, result)                          \
    .name = #its_name, .prepare = before, .act = call, .is_done = check, .clean = after, \
    .expected = result

const struct operation operations[] = {
    {OPERATION(creating_a_pipe, nothing, create, is_created, clean, 0)},
    {OPERATION(creating_a_second_instance, a_server, create, is_created, clean, 0)},
    {OPERATION(creating_more_than_the_limit, a_full_server, create, nothing, clean,
               ERROR_PIPE_BUSY)},
    {OPERATION(creating_a_second_first_instance, a_server, create_first, nothing, clean,
               ERROR_ACCESS_DENIED)},
    {OPERATION(opening_a_pipe, a_server, open_client, is_open, clean, 0)},
    {OPERATION(opening_no_pipe, nothing, open_client, nothing, clean, ERROR_FILE_NOT_FOUND)},
    {OPERATION(opening_a_busy_pipe, a_busy_pair, open_other, nothing, clean, ERROR_PIPE_BUSY)},
    {OPERATION(connecting_a_client_that_waits, a_client_is_there, connect_waiting, is_client_there,
               clean, 0)},
    {OPERATION(waiting_for_a_client, a_client_comes, connect_waiting, is_client_there, clean, 0)},
    {OPERATION(disconnecting, a_pair, disconnect, is_disconnected, clean, 0)},
    {OPERATION(listening_again, a_closed_pair, connect_waiting, is_client_there, clean, 0)},
    {OPERATION(waiting_for_a_free_instance, a_server, wait_pipe, is_free, clean, 0)},
    {OPERATION(waiting_until_an_instance_is_free, soon_free, wait_pipe, is_free, clean_waiting, 0),
     .is_slow = true},
    {OPERATION(calling_a_pipe, an_answering_server, call, is_answered, clean_waiting, 0)},
    {OPERATION(writing_a_message, a_pair, write_short, is_written, clean, 0)},
    {OPERATION(writing_a_long_message, a_pair_with_reader, write_long, is_peer_done, clean, 0)},
    {OPERATION(reading_a_message, a_message, read_waiting, is_answered, clean, 0)},
    {OPERATION(waiting_for_a_message, a_pair_with_writer, read_waiting, is_answered, clean, 0)},
    {OPERATION(reading_part_of_a_message, a_message, read_part, is_rest_there, clean,
               ERROR_MORE_DATA)},
    {OPERATION(peeking_at_a_message, a_message, peek, is_answered, clean, 0)},
    {OPERATION(creating_an_anonymous_pipe, nothing, create_pipe, is_pipe, clean, 0)},
    {OPERATION(reading_an_anonymous_pipe, a_filled_pipe, read_pipe, is_answered, clean, 0)},
    {OPERATION(peeking_at_an_anonymous_pipe, a_filled_pipe, peek_pipe, is_answered, clean, 0)},
    {OPERATION(starting_a_program, nothing, start_program, has_ended, clean, 0)},
    {OPERATION(starting_a_suspended_program, nothing, start_suspended, runs_on, clean, 0)},
    {OPERATION(starting_a_program_that_writes_to_a_pipe, a_pipe_for_output, start_with_pipe,
               has_said_it, clean, 0)},
    {OPERATION(opening_a_process, nothing, open_process, is_running, clean, 0)},
    {OPERATION(starting_a_thread, no_other_thread, create_thread, has_given_three, clean, 0)},
    {OPERATION(duplicating_a_handle, an_event, duplicate, is_same_event, clean, 0)},
    {OPERATION(giving_a_handle_to_a_process, a_pipe_and_a_sleeper, send_handle, is_sent, clean, 0)},
    {OPERATION(creating_a_mailslot, nothing, create_slot, is_slot, clean, 0)},
    {OPERATION(opening_a_mailslot, a_slot, open_slot, is_slot_open, clean, 0)},
    {OPERATION(reading_a_mailslot, a_slot_with_a_message, read_slot, is_answered, clean, 0)},
    {OPERATION(giving_a_mailslot_to_a_process, a_slot_with_messages_and_a_sleeper, send_handle,
               is_slot_sent, clean_with_sleeper, 0)},
    {OPERATION(creating_an_event, nothing, create_event, is_event, clean, 0)},
    {OPERATION(creating_a_named_event, nothing, create_named_event, is_named_event, clean, 0)},
    {OPERATION(creating_a_named_mutex, nothing, create_named_mutex, is_owned, clean, 0)},
    {OPERATION(waiting_for_two_events, two_events_soon, wait_all, are_reset, clean, 0)},
    {OPERATION(waiting_in_vain, two_events, wait_in_vain, nothing, clean, WAIT_TIMEOUT)},
};

const unsigned int operation_count = sizeof(operations) / sizeof(operations[0]);
