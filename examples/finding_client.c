/* SPDX-License-Identifier: MIT */
/*
 * A client that knows no server: it listens to what servers announce, chooses the one that is least
 * busy, and asks it over a named pipe.
 *
 *     finding_client [-servers N] NAME QUESTION
 *
 * Listens until it has heard N servers (1 unless given), ten seconds at most. "shutdown" as a question
 * ends the chosen server.
 */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOT         "\\\\.\\mailslot\\transom-example\\servers"
#define LISTEN_MS    10000
#define MOST_SERVERS 16
#define SIZE         400

struct server {
    char name[64], pipe[128];
    long answered;
};

static const char *client_name;

static void fail(const char *what)
{
    fprintf(stderr, "[%s] %s failed with error %lu\n", client_name, what,
            (unsigned long)GetLastError());
    exit(1);
}

/* The slot has one owner: another client may be listening just now. */
static HANDLE create_slot(void)
{
    DWORD give_up = GetTickCount() + LISTEN_MS;

    for (;;) {
        HANDLE slot = CreateMailslotA(SLOT, SIZE, LISTEN_MS, NULL);

        if (slot != INVALID_HANDLE_VALUE)
            return slot;
        if (GetLastError() != ERROR_ALREADY_EXISTS || (LONG)(GetTickCount() - give_up) >= 0)
            fail("CreateMailslot");
        Sleep(50);
    }
}

/* What a server says may be said by anybody: it is taken apart with care. */
static void note(struct server *servers, int *count, const char *text)
{
    struct server heard;
    int i;

    if (sscanf(text, "%63s %ld %127s", heard.name, &heard.answered, heard.pipe) != 3)
        return;
    for (i = 0; i < *count && strcmp(servers[i].pipe, heard.pipe) != 0; i++)
        ;
    if (i == MOST_SERVERS)
        return;
    if (i == *count)
        ++*count;
    servers[i] = heard;
}

static int is_better(const struct server *a, const struct server *b)
{
    return a->answered != b->answered ? a->answered < b->answered : strcmp(a->name, b->name) < 0;
}

static struct server choose(int wanted)
{
    struct server servers[MOST_SERVERS], *best = servers;
    HANDLE slot = create_slot();
    char text[SIZE + 1];
    int count = 0, i;
    DWORD length;

    while (count < wanted) {
        if (!ReadFile(slot, text, SIZE, &length, NULL))
            fail(GetLastError() == ERROR_SEM_TIMEOUT ? "finding a server" : "ReadFile");
        text[length] = 0;
        note(servers, &count, text);
    }
    CloseHandle(slot);
    for (i = 0; i < count; i++) {
        printf("[%s] hears of %s, %ld questions answered\n", client_name, servers[i].name,
               servers[i].answered);
        if (is_better(&servers[i], best))
            best = &servers[i];
    }
    printf("[%s] chooses %s\n", client_name, best->name);
    return *best;
}

int main(int argc, char **argv)
{
    char answer[2 * SIZE + 1];
    struct server server;
    int wanted = 1;
    DWORD count;

    if (argc == 5 && strcmp(argv[1], "-servers") == 0) {
        wanted = atoi(argv[2]);
        argv += 2;
        argc -= 2;
    }
    if (argc != 3 || wanted < 1 || wanted > MOST_SERVERS) {
        fprintf(stderr, "usage: finding_client [-servers N] NAME QUESTION\n");
        return 2;
    }
    client_name = argv[1];
    server = choose(wanted);
    if (!CallNamedPipeA(server.pipe, argv[2], (DWORD)strlen(argv[2]), answer, sizeof(answer) - 1,
                        &count, 5000))
        fail("CallNamedPipe");
    answer[count] = 0;
    printf("[%s] %s\n", client_name, answer);
    return 0;
}
