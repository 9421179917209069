/* SPDX-License-Identifier: MIT */
/*
 * Operations are begun, finished and cancelled at once by many threads: each one ends exactly once,
 * and its OVERLAPPED is not touched afterwards.
 *
 * Each OVERLAPPED lies in memory of its own, which is overwritten and freed as soon as its packet has
 * come; who touches it then is found by the pattern, or by a sanitizer. STRESS_OPERATIONS says how
 * many there are.
 */
#include "stress.h"

#define PAIRS        4
#define ISSUERS      2 /* of each pair, one at each end */
#define TAKERS       2
#define DEPTH        8 /* operations of one issuer at a time */
#define LENGTH       64
#define QUOTA        200
#define HANG_SECONDS 60

struct operation {
    OVERLAPPED overlapped; /* first */
    _Atomic uint32_t ends;
    bool is_read;
    uint32_t length;
    struct issuer *issuer;
    char buffer[LENGTH];
};

struct issuer {
    HANDLE pipe, port;
    struct chance chance;
    _Atomic int in_flight;
    _Atomic uint64_t begun, ended, cancelled, read, written;
    uint64_t goal;
};

static struct issuer issuers[PAIRS * ISSUERS];
static HANDLE port;
static _Atomic bool is_over, has_failed;

static void fail(const char *what, uint64_t number)
{
    printf("# %s: %llu\n", what, (unsigned long long)number);
    fflush(stdout);
    atomic_store(&has_failed, true);
}

static void operation_end(struct operation *operation, DWORD error, DWORD bytes)
{
    struct issuer *issuer = operation->issuer;

    if (atomic_fetch_add(&operation->ends, 1) != 0)
        fail("an operation ends again", operation->ends);
    if (error == ERROR_OPERATION_ABORTED) {
        atomic_fetch_add(&issuer->cancelled, 1);
        if (bytes)
            fail("a cancelled operation has bytes", bytes);
    } else if (error != 0) {
        fail("an operation fails", error);
    } else {
        atomic_fetch_add(operation->is_read ? &issuer->read : &issuer->written, bytes);
    }
    memset(operation, 0xDD, sizeof(*operation));
    free(operation);
    atomic_fetch_add(&issuer->ended, 1);
    atomic_fetch_sub(&issuer->in_flight, 1);
}

static DWORD WINAPI take(LPVOID unused)
{
    while (!atomic_load(&is_over)) {
        DWORD bytes = 0, error = 0;
        LPOVERLAPPED overlapped;
        ULONG_PTR key;

        if (!GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, 50)) {
            error = GetLastError();
            if (!overlapped)
                continue;
        }
        operation_end((struct operation *)(void *)overlapped, error, bytes);
    }
    return 0;
}

static void begin(struct issuer *issuer)
{
    struct operation *operation = calloc(1, sizeof(*operation));
    BOOL result;

    operation->issuer = issuer;
    operation->is_read = chance_below(&issuer->chance, 2);
    operation->length = 1 + chance_below(&issuer->chance, LENGTH);
    atomic_fetch_add(&issuer->in_flight, 1);
    atomic_fetch_add(&issuer->begun, 1);
    result = operation->is_read ? ReadFile(issuer->pipe, operation->buffer, operation->length, NULL,
                                           &operation->overlapped)
                                : WriteFile(issuer->pipe, operation->buffer, operation->length,
                                            NULL, &operation->overlapped);
    /* From here on it belongs to whoever takes its packet. */
    if (!result && GetLastError() != ERROR_IO_PENDING)
        fail("an operation cannot be begun", GetLastError());
}

static DWORD WINAPI issue(LPVOID argument)
{
    struct issuer *issuer = argument;

    while (atomic_load(&issuer->begun) < issuer->goal && !atomic_load(&has_failed)) {
        if (atomic_load(&issuer->in_flight) < DEPTH)
            begin(issuer);
        else if (chance_below(&issuer->chance, 2))
            CancelIoEx(issuer->pipe, NULL);
        else
            CancelIo(issuer->pipe);
    }
    return 0;
}

static void open_pair(int number)
{
    char name[64];
    HANDLE ends[2];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\cancel_storm.%d.%d", (int)getpid(), number);
    ends[0] = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1,
                               QUOTA, QUOTA, 0, NULL);
    ends[1] = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                          FILE_FLAG_OVERLAPPED, NULL);
    for (int i = 0; i < 2; i++) {
        struct issuer *issuer = &issuers[number * 2 + i];

        issuer->pipe = ends[i];
        if (!CreateIoCompletionPort(ends[i], port, 0, 0))
            fail("an end cannot be bound", GetLastError());
    }
}

static bool all_ended(void)
{
    for (int i = 0; i < PAIRS * ISSUERS; i++)
        if (atomic_load(&issuers[i].in_flight))
            return false;
    return true;
}

static bool storm(uint64_t operations)
{
    struct chance chance = {stress_seed()};
    HANDLE threads[PAIRS * ISSUERS], takers[TAKERS];
    uint64_t begun = 0, ended = 0, cancelled = 0, read = 0, written = 0;

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    for (int i = 0; i < PAIRS; i++)
        open_pair(i);
    for (int i = 0; i < TAKERS; i++)
        takers[i] = CreateThread(NULL, 0, take, NULL, 0, NULL);
    for (int i = 0; i < PAIRS * ISSUERS; i++) {
        issuers[i].chance.state = chance_next(&chance);
        issuers[i].goal = operations / (PAIRS * ISSUERS);
        threads[i] = CreateThread(NULL, 0, issue, &issuers[i], 0, NULL);
    }
    for (int i = 0; i < PAIRS * ISSUERS; i++)
        WaitForSingleObject(threads[i], INFINITE);
    for (int i = 0; i < PAIRS * ISSUERS; i++)
        CancelIoEx(issuers[i].pipe, NULL);
    for (int64_t end = now_us() + 10000000; !all_ended() && now_us() < end;)
        sleep_us(1000);
    atomic_store(&is_over, true);
    for (int i = 0; i < TAKERS; i++)
        WaitForSingleObject(takers[i], INFINITE);
    for (int i = 0; i < PAIRS * ISSUERS; i++) {
        begun += issuers[i].begun;
        ended += issuers[i].ended;
        cancelled += issuers[i].cancelled;
        read += issuers[i].read;
        written += issuers[i].written;
        CloseHandle(issuers[i].pipe);
        CloseHandle(threads[i]);
    }
    printf("# %llu operations, %llu cancelled; %llu bytes written, %llu read\n",
           (unsigned long long)begun, (unsigned long long)cancelled, (unsigned long long)written,
           (unsigned long long)read);
    if (begun != ended)
        fail("operations that did not end", begun - ended);
    return !has_failed;
}

/* ---- closing with operations in flight ---- */

static _Atomic uint32_t routine_calls;

static void CALLBACK count_call(DWORD error, DWORD bytes, LPOVERLAPPED overlapped)
{
    atomic_fetch_add(&routine_calls, 1);
    memset(overlapped, 0xDD, sizeof(*overlapped));
    free(overlapped);
}

static bool close_in_flight(int rounds)
{
    uint32_t begun = 0;

    for (int round = 0; round < rounds; round++) {
        static char buffer[8];
        char name[64];
        HANDLE server, client;

        snprintf(name, sizeof(name), "\\\\.\\pipe\\cancel_storm.%d.close", (int)getpid());
        server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE,
                                  1, QUOTA, QUOTA, 0, NULL);
        client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                             FILE_FLAG_OVERLAPPED, NULL);
        for (int i = 0; i < 20; i++)
            begun += ReadFileEx(i % 2 ? server : client, buffer, sizeof(buffer),
                                calloc(1, sizeof(OVERLAPPED)), count_call);
        CloseHandle(round % 2 ? server : client);
        CloseHandle(round % 2 ? client : server);
        SleepEx(0, TRUE);
    }
    for (int64_t end = now_us() + 5000000; routine_calls < begun && now_us() < end;)
        SleepEx(10, TRUE);
    printf("# %u begun, %u ended\n", begun, routine_calls);
    return begun == routine_calls;
}

#define OPERATIONS 200000

static unsigned long long operations;

static void each_operation_ends_once_however_it_is_cancelled(void)
{
    EXPECT(storm(operations));
}

static void closing_ends_what_is_in_flight(void)
{
    EXPECT(close_in_flight(200));
}

int main(void)
{
    const char *given = getenv("STRESS_OPERATIONS");

    operations = given ? strtoull(given, NULL, 0) : OPERATIONS;
    printf("1..2\n");
    runtime_dir_make();
    alarm((unsigned int)(3 * HANG_SECONDS * (1 + operations / OPERATIONS)));
    test_case("each_operation_ends_once_however_it_is_cancelled",
              each_operation_ends_once_however_it_is_cancelled);
    test_case("closing_ends_what_is_in_flight", closing_ends_what_is_in_flight);
    EXPECT(runtime_dir_remove() == 0);
    return 0;
}
