/* SPDX-License-Identifier: MIT */
/* Named and anonymous pipes. */
#include "interpose.h"
#include "scene.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH   "\\\\.\\pipe\\nth"
#define QUOTA  4096
#define GREEDY 64

static char long_text[LONG];

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

/* ---- all of them ---- */

static const struct operation operations[] = {
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
};

const struct operation_list pipe_operations = OPERATION_LIST(operations);
