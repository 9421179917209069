/* SPDX-License-Identifier: MIT */
/*
 * A named pipe server with several instances and a thread for each.
 *
 *     message_server [-p PIPE] [-i INSTANCES]
 *
 * Every message of a client is one line of text. The server writes down who said it and answers
 * with the line in capitals and its number. Three lines have a meaning:
 *
 *     hello NAME   from now on the client is called NAME
 *     bye          the client leaves
 *     shutdown     the client leaves, and the server ends
 *
 * A client that vanishes without a word of farewell costs nothing but a line in the log.
 */
#include <windows.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INSTANCES 16
#define BUFFER_SIZE   4096
#define MAX_LINE      16384
#define MAX_NAME      32

struct client {
    int server_thread;
    char name[MAX_NAME];
    ULONG process_id;
    DWORD lines;
};

static const char *pipe_name = "\\\\.\\pipe\\transom-example";
static DWORD instance_count = 3;

static CRITICAL_SECTION log_lock;
static HANDLE stop_event;
static LONG clients_served;
static LONG clients_lost;
static LONG lines_heard;

static void log_line(const struct client *client, const char *verb, const char *text)
{
    EnterCriticalSection(&log_lock);
    printf("[server] thread %d | %-8s (process %lu) %s%s\n", client->server_thread, client->name,
           (unsigned long)client->process_id, verb, text);
    fflush(stdout);
    LeaveCriticalSection(&log_lock);
}

/*
 * Reads one whole message. A message longer than what we offer comes in parts: all but the last
 * part end with ERROR_MORE_DATA. What does not fit into size bytes is read and dropped.
 */
static BOOL read_message(HANDLE pipe, char *message, DWORD size, DWORD *length)
{
    char part[256];
    DWORD got;
    BOOL whole;

    *length = 0;
    do {
        whole = ReadFile(pipe, part, sizeof(part), &got, NULL);
        if (!whole && GetLastError() != ERROR_MORE_DATA)
            return FALSE;
        if (got > size - *length)
            got = size - *length;
        memcpy(message + *length, part, got);
        *length += got;
    } while (!whole);
    return TRUE;
}

static BOOL write_message(HANDLE pipe, const char *message)
{
    DWORD length = (DWORD)strlen(message);
    DWORD written;

    return WriteFile(pipe, message, length, &written, NULL) && written == length;
}

/* Answers one line; FALSE when it was the client's last. */
static BOOL answer(HANDLE pipe, struct client *client, char *line)
{
    static const char hello[] = "hello ";
    char *reply;
    DWORD i;
    BOOL stays = TRUE;

    reply = malloc(MAX_LINE + 64);
    if (reply == NULL)
        return FALSE;
    if (strncmp(line, hello, sizeof(hello) - 1) == 0) {
        snprintf(client->name, sizeof(client->name), "%s", line + sizeof(hello) - 1);
        log_line(client, "has come", "");
        snprintf(reply, MAX_LINE + 64, "welcome, %s", client->name);
    } else if (strcmp(line, "bye") == 0 || strcmp(line, "shutdown") == 0) {
        log_line(client, "leaves: ", line);
        snprintf(reply, MAX_LINE + 64, "goodbye, %s, after %lu lines", client->name,
                 (unsigned long)client->lines);
        stays = FALSE;
    } else {
        client->lines++;
        InterlockedIncrement(&lines_heard);
        log_line(client, "says: ", line);
        snprintf(reply, MAX_LINE + 64, "%lu: %s", (unsigned long)client->lines, line);
        for (i = 0; reply[i] != '\0'; i++)
            reply[i] = (char)toupper((unsigned char)reply[i]);
    }
    if (!write_message(pipe, reply))
        stays = FALSE;
    free(reply);
    return stays;
}

static void serve_client(HANDLE pipe, struct client *client, char *line)
{
    DWORD length;
    BOOL stays = TRUE;

    strcpy(client->name, "?");
    client->lines = 0;
    client->process_id = 0;
    GetNamedPipeClientProcessId(pipe, &client->process_id);

    while (stays) {
        if (!read_message(pipe, line, MAX_LINE, &length)) {
            char reason[64];

            snprintf(reason, sizeof(reason), " (error %lu)", (unsigned long)GetLastError());
            log_line(client, "was lost", reason);
            InterlockedIncrement(&clients_lost);
            return;
        }
        line[length] = '\0';
        stays = answer(pipe, client, line);
    }
    /* Disconnecting throws away what the client has not read yet: wait until it has. */
    FlushFileBuffers(pipe);
    InterlockedIncrement(&clients_served);
    if (strcmp(line, "shutdown") == 0)
        SetEvent(stop_event);
}

static DWORD WINAPI instance_thread(LPVOID argument)
{
    struct client client;
    HANDLE pipe = argument;
    char *line = malloc(MAX_LINE + 1);
    static LONG thread_count;

    if (line == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    client.server_thread = InterlockedIncrement(&thread_count);
    for (;;) {
        /* A client may have come before we asked: that is a success with another name. */
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) {
            /* It may also have left again already. */
            if (GetLastError() != ERROR_NO_DATA) {
                fprintf(stderr, "ConnectNamedPipe failed with error %lu\n",
                        (unsigned long)GetLastError());
                break;
            }
        } else {
            serve_client(pipe, &client, line);
        }
        DisconnectNamedPipe(pipe);
    }
    CloseHandle(pipe);
    free(line);
    return 1;
}

static HANDLE create_instance(BOOL first)
{
    return CreateNamedPipeA(
        pipe_name, PIPE_ACCESS_DUPLEX | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
        instance_count, BUFFER_SIZE, BUFFER_SIZE, 0, NULL);
}

int main(int argc, char **argv)
{
    HANDLE instances[MAX_INSTANCES];
    HANDLE thread;
    DWORD id, i;
    int a;

    for (a = 1; a + 1 < argc; a += 2) {
        if (strcmp(argv[a], "-p") == 0)
            pipe_name = argv[a + 1];
        else if (strcmp(argv[a], "-i") == 0)
            instance_count = (DWORD)atoi(argv[a + 1]);
        else
            break;
    }
    if (a != argc || instance_count < 1 || instance_count > MAX_INSTANCES) {
        fprintf(stderr, "usage: message_server [-p PIPE] [-i INSTANCES (1 to %d)]\n",
                MAX_INSTANCES);
        return 2;
    }

    InitializeCriticalSection(&log_lock);
    stop_event = CreateEventA(NULL, TRUE, FALSE, NULL);
    if (stop_event == NULL) {
        fprintf(stderr, "CreateEvent failed with error %lu\n", (unsigned long)GetLastError());
        return 1;
    }
    for (i = 0; i < instance_count; i++) {
        instances[i] = create_instance(i == 0);
        if (instances[i] == INVALID_HANDLE_VALUE) {
            fprintf(stderr, "CreateNamedPipe failed with error %lu\n",
                    (unsigned long)GetLastError());
            return 1;
        }
    }
    printf("[server] ready: process %lu, %lu instances of %s\n",
           (unsigned long)GetCurrentProcessId(), (unsigned long)instance_count, pipe_name);
    fflush(stdout);
    for (i = 0; i < instance_count; i++) {
        thread = CreateThread(NULL, 0, instance_thread, instances[i], 0, &id);
        if (thread == NULL) {
            fprintf(stderr, "CreateThread failed with error %lu\n", (unsigned long)GetLastError());
            return 1;
        }
        CloseHandle(thread);
    }

    WaitForSingleObject(stop_event, INFINITE);
    EnterCriticalSection(&log_lock);
    printf("[server] end: %ld clients served, %ld lost, %ld lines heard\n", (long)clients_served,
           (long)clients_lost, (long)lines_heard);
    fflush(stdout);
    /* The other threads still wait for clients; the end of the process ends them. */
    return 0;
}
