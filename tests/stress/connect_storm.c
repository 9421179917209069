/* SPDX-License-Identifier: MIT */
/*
 * Many processes connect, use and close, while the instances of the server come round again and
 * again: every client gets served, and by the answers to its own questions.
 */
#include "stress.h"

#define INSTANCES    4
#define CLIENTS      8
#define ROUNDS       1500
#define HANG_SECONDS 20

struct question {
    uint32_t sum;
    uint32_t client;
    uint32_t round;
    uint32_t size;
    char data[2000];
};

#define HEADER offsetof(struct question, data)

static char pipe_name[64];

static uint32_t question_sum(const struct question *question)
{
    return checksum(&question->client, HEADER - 4 + question->size);
}

/* ---- a client ---- */

/* Opens the pipe however long it takes; errors that must not be end the process. */
static HANDLE open_patiently(const char *name)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    for (;;) {
        HANDLE pipe =
            CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (pipe != INVALID_HANDLE_VALUE) {
            if (SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
                return pipe;
            /* The server may be gone again already, but not the handle. */
            printf("# SetNamedPipeHandleState: error %u\n", GetLastError());
            exit(3);
        }
        if (GetLastError() != ERROR_PIPE_BUSY) {
            printf("# CreateFile: error %u\n", GetLastError());
            exit(4);
        }
        /* TRUE promises nothing, and somebody may be faster for a long time. */
        if (!WaitNamedPipeA(name, 2000) && GetLastError() != ERROR_SEM_TIMEOUT) {
            printf("# WaitNamedPipe: error %u\n", GetLastError());
            exit(5);
        }
    }
}

static int client_main(const char *name, uint32_t number)
{
    static struct question question, answer;
    struct chance chance = {number * 7919u + 1};
    DWORD count = 0, size;
    HANDLE pipe;
    BOOL ok;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        question.client = number;
        question.round = i;
        question.size = chance_below(&chance, sizeof(question.data));
        memset(question.data, (int)(number + i), question.size);
        question.sum = question_sum(&question);
        size = (DWORD)HEADER + question.size;
        switch (chance_below(&chance, 3)) {
        case 0:
            while (!(ok = CallNamedPipeA(name, &question, size, &answer, sizeof(answer), &count,
                                         2000)) &&
                   (GetLastError() == ERROR_PIPE_BUSY || GetLastError() == ERROR_SEM_TIMEOUT))
                ;
            break;
        case 1:
            pipe = open_patiently(name);
            ok = TransactNamedPipe(pipe, &question, size, &answer, sizeof(answer), &count, NULL);
            if (!CloseHandle(pipe))
                return 6;
            break;
        default:
            pipe = open_patiently(name);
            ok = WriteFile(pipe, &question, size, &count, NULL) && count == size &&
                 ReadFile(pipe, &answer, sizeof(answer), &count, NULL);
            if (!CloseHandle(pipe))
                return 6;
            break;
        }
        if (!ok) {
            printf("# client %u, round %u: error %u\n", number, i, GetLastError());
            return 7;
        }
        question.round++;
        question.sum = question_sum(&question);
        if (count != size || memcmp(&question, &answer, count) != 0) {
            printf("# client %u, round %u: somebody else's answer\n", number, i);
            return 8;
        }
    }
    return 0;
}

/* ---- the server ---- */

static _Atomic uint32_t served;
static _Atomic uint32_t remade;
static _Atomic bool is_over;

static HANDLE create_instance(void)
{
    HANDLE pipe =
        CreateNamedPipeA(pipe_name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                         PIPE_UNLIMITED_INSTANCES, 4096, 4096, 1000, NULL);

    if (pipe == INVALID_HANDLE_VALUE)
        WRONG("CreateNamedPipe: error %u", GetLastError());
    return pipe;
}

/* Answers with the next round's number until the client goes. */
static void serve(HANDLE pipe)
{
    struct question question;
    DWORD count;

    while (ReadFile(pipe, &question, sizeof(question), &count, NULL)) {
        if (count < HEADER || count != HEADER + question.size ||
            question.sum != question_sum(&question)) {
            WRONG("a broken question of %u bytes", count);
            return;
        }
        question.round++;
        question.sum = question_sum(&question);
        if (!WriteFile(pipe, &question, count, &count, NULL)) {
            WRONG("WriteFile: error %u", GetLastError());
            return;
        }
        atomic_fetch_add(&served, 1);
        watchdog_feed();
    }
    if (GetLastError() != ERROR_BROKEN_PIPE)
        WRONG("ReadFile: error %u", GetLastError());
}

static DWORD WINAPI instance_main(LPVOID argument)
{
    struct chance chance = {(uint64_t)(ULONG_PTR)argument};
    HANDLE pipe = create_instance();

    while (pipe != INVALID_HANDLE_VALUE) {
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
            GetLastError() != ERROR_NO_DATA)
            WRONG("ConnectNamedPipe: error %u", GetLastError());
        if (atomic_load(&is_over))
            break;
        serve(pipe);
        if (chance_below(&chance, 4) == 0) {
            EXPECT(CloseHandle(pipe));
            pipe = create_instance();
            atomic_fetch_add(&remade, 1);
        } else {
            EXPECT(DisconnectNamedPipe(pipe));
        }
    }
    CloseHandle(pipe);
    return 0;
}

static void every_client_is_served_with_its_own_answers(void)
{
    HANDLE threads[INSTANCES], keeper, occupier;
    pid_t clients[CLIENTS];
    char number[8];
    bool is_done;

    /* An instance that is never free keeps the name when all others are being remade at once. */
    keeper = create_instance();
    occupier = CreateFileA(pipe_name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(occupier != INVALID_HANDLE_VALUE);
    for (int i = 0; i < INSTANCES; i++)
        threads[i] = CreateThread(NULL, 0, instance_main, (LPVOID)(ULONG_PTR)(i + 1), 0, NULL);
    for (int i = 0; i < CLIENTS; i++) {
        snprintf(number, sizeof(number), "%d", i);
        clients[i] = start_role(-1, "client", pipe_name, number);
    }
    for (int i = 0; i < CLIENTS; i++) {
        int status = clients[i] > 0 ? reap(clients[i]) : -1;

        if (status != 0)
            WRONG("client %d ended with status %#x", i, status);
    }
    /* Each thread needs one more client to see that it is over. */
    atomic_store(&is_over, true);
    do {
        HANDLE pipe = CreateFileA(pipe_name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (pipe != INVALID_HANDLE_VALUE)
            CloseHandle(pipe);
        is_done = WaitForMultipleObjects(INSTANCES, threads, TRUE, 1) == WAIT_OBJECT_0;
    } while (!is_done);
    EXPECT(CloseHandle(occupier));
    EXPECT(CloseHandle(keeper));
    EXPECT(served == CLIENTS * ROUNDS);
    printf("# %u questions answered, %u instances made anew\n", served, remade);
}

static void the_name_is_free_afterwards(void)
{
    HANDLE pipe;

    EXPECT(!WaitNamedPipeA(pipe_name, 100) && GetLastError() == ERROR_FILE_NOT_FOUND);
    pipe = CreateNamedPipeA(pipe_name, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                            PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);
    EXPECT(pipe != INVALID_HANDLE_VALUE);
    EXPECT(CloseHandle(pipe));
    EXPECT(runtime_dir_remove() == 0);
}

int main(int argc, char **argv)
{
    if (argc > 3)
        return client_main(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
    printf("1..2\n");
    runtime_dir_make();
    snprintf(pipe_name, sizeof(pipe_name), "\\\\.\\pipe\\stress.storm.%d", (int)getpid());
    watchdog_start(HANG_SECONDS, NULL);
    test_case("every_client_is_served_with_its_own_answers",
              every_client_is_served_with_its_own_answers);
    test_case("the_name_is_free_afterwards", the_name_is_free_afterwards);
    return 0;
}
