/* SPDX-License-Identifier: MIT */
/*
 * Many threads and processes write at once: what arrives is every write, whole, once, and each
 * writer's in its order.
 *
 * Each process has one connection, which all its threads write to and several threads of the
 * server read from. A record carries its writer, its number and a checksum.
 */
#include "stress.h"

#define PROCESSES    3
#define WRITERS      4
#define READERS      2
#define RECORDS      20000
#define PAYLOAD_MAX  6000
#define QUOTA        8192
#define HANG_SECONDS 20

struct record {
    uint32_t sum; /* of everything behind it */
    uint32_t size;
    uint32_t process;
    uint32_t writer;
    uint32_t number;
    char data[PAYLOAD_MAX];
};

#define HEADER offsetof(struct record, data)

/* ---- the writing process ---- */

struct writer {
    HANDLE pipe;
    uint32_t process;
    uint32_t number;
    struct chance chance;
};

static DWORD WINAPI write_records(LPVOID argument)
{
    struct writer *writer = argument;
    struct record *record = calloc(1, sizeof(*record));
    DWORD total, count;

    if (!record)
        return 1;
    for (uint32_t i = 0; i < RECORDS; i++) {
        record->process = writer->process;
        record->writer = writer->number;
        record->number = i;
        record->size = chance_below(&writer->chance, 8) == 0
                           ? chance_below(&writer->chance, PAYLOAD_MAX)
                           : chance_below(&writer->chance, 200);
        for (uint32_t at = 0; at < record->size; at++)
            record->data[at] = (char)(at * 31 + i + writer->number);
        record->sum = checksum(&record->size, HEADER - 4 + record->size);
        total = (DWORD)HEADER + record->size;
        if (!WriteFile(writer->pipe, record, total, &count, NULL) || count != total) {
            printf("# a write of %u bytes: %u written, error %u\n", total, count, GetLastError());
            fflush(stdout);
            return 1;
        }
    }
    free(record);
    return 0;
}

static int writing_process(const char *name, uint32_t process)
{
    static struct writer writers[WRITERS];
    HANDLE threads[WRITERS], pipe;
    DWORD code;
    int failed = 0;

    while ((pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
                               NULL)) == INVALID_HANDLE_VALUE) {
        if (GetLastError() != ERROR_PIPE_BUSY || !WaitNamedPipeA(name, 10000))
            return 2;
    }
    for (uint32_t i = 0; i < WRITERS; i++) {
        writers[i].pipe = pipe;
        writers[i].process = process;
        writers[i].number = i;
        writers[i].chance.state = process * 1000003u + i;
        /* Half of the threads write through a handle of their own to the same end. */
        if (i % 2 && !DuplicateHandle(GetCurrentProcess(), pipe, GetCurrentProcess(),
                                      &writers[i].pipe, 0, FALSE, DUPLICATE_SAME_ACCESS))
            return 3;
        threads[i] = CreateThread(NULL, 0, write_records, &writers[i], 0, NULL);
        if (!threads[i])
            return 4;
    }
    WaitForMultipleObjects(WRITERS, threads, TRUE, INFINITE);
    for (int i = 0; i < WRITERS; i++) {
        GetExitCodeThread(threads[i], &code);
        failed |= code != 0;
    }
    return failed ? 5 : 0;
}

/* ---- the server ---- */

static _Atomic uint32_t seen[PROCESSES][WRITERS];
static _Atomic uint8_t arrived[PROCESSES][WRITERS][RECORDS];
static _Atomic int64_t bytes_seen;

/* Notes a record; in_order if one reader sees them all. */
static void note(const struct record *record, size_t size, bool in_order)
{
    uint32_t before;

    if (size < HEADER || record->size > PAYLOAD_MAX || size != HEADER + record->size ||
        record->process >= PROCESSES || record->writer >= WRITERS || record->number >= RECORDS ||
        record->sum != checksum(&record->size, HEADER - 4 + record->size)) {
        WRONG("a broken record of %zu bytes", size);
        return;
    }
    if (atomic_exchange(&arrived[record->process][record->writer][record->number], 1))
        WRONG("record %u of %u/%u came twice", record->number, record->process, record->writer);
    before = atomic_fetch_add(&seen[record->process][record->writer], 1);
    if (in_order && before != record->number)
        WRONG("record %u of %u/%u came as number %u", record->number, record->process,
              record->writer, before);
    atomic_fetch_add(&bytes_seen, (int64_t)size);
    watchdog_feed();
}

static DWORD WINAPI read_messages(LPVOID pipe)
{
    struct record *record = calloc(1, sizeof(*record));
    DWORD count;

    while (record && ReadFile((HANDLE)pipe, record, sizeof(*record), &count, NULL))
        note(record, count, false);
    if (GetLastError() != ERROR_BROKEN_PIPE)
        WRONG("ReadFile: error %u", GetLastError());
    free(record);
    return 0;
}

/* A byte pipe has no boundaries: records must follow each other without a gap. */
static DWORD WINAPI read_bytes(LPVOID pipe)
{
    const size_t capacity = 4 * sizeof(struct record);
    char *buffer = malloc(capacity);
    struct record *record = malloc(sizeof(*record));
    struct chance chance = {(uint64_t)(ULONG_PTR)pipe};
    size_t used = 0, at;
    DWORD count;

    while (buffer && record &&
           ReadFile((HANDLE)pipe, buffer + used,
                    1 + chance_below(&chance, (uint32_t)(capacity - used)), &count, NULL)) {
        used += count;
        for (at = 0; used - at >= HEADER; at += HEADER + record->size) {
            memcpy(record, buffer + at, HEADER);
            if (record->size > PAYLOAD_MAX) {
                WRONG("writes are mixed up");
                return 1;
            }
            if (used - at < HEADER + record->size)
                break;
            memcpy(record, buffer + at, HEADER + record->size);
            note(record, HEADER + record->size, true);
        }
        memmove(buffer, buffer + at, used - at);
        used -= at;
    }
    if (GetLastError() != ERROR_BROKEN_PIPE)
        WRONG("ReadFile: error %u", GetLastError());
    EXPECT(used == 0);
    free(buffer);
    free(record);
    return 0;
}

static void serve_all(DWORD mode, DWORD readers_each, LPTHREAD_START_ROUTINE read_all)
{
    HANDLE pipes[PROCESSES], threads[PROCESSES * READERS];
    pid_t processes[PROCESSES];
    char name[64], number[8];
    DWORD count = 0;

    memset(seen, 0, sizeof(seen));
    memset(arrived, 0, sizeof(arrived));
    bytes_seen = 0;
    watchdog_feed();
    snprintf(name, sizeof(name), "\\\\.\\pipe\\stress.writers.%d", (int)getpid());
    for (int i = 0; i < PROCESSES; i++) {
        pipes[i] =
            CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, mode, PROCESSES, QUOTA, QUOTA, 0, NULL);
        EXPECT(pipes[i] != INVALID_HANDLE_VALUE);
    }
    for (int i = 0; i < PROCESSES; i++) {
        snprintf(number, sizeof(number), "%d", i);
        processes[i] = start_role(-1, "write", name, number);
    }
    for (int i = 0; i < PROCESSES; i++) {
        EXPECT(ConnectNamedPipe(pipes[i], NULL) || GetLastError() == ERROR_PIPE_CONNECTED);
        for (DWORD k = 0; k < readers_each; k++)
            threads[count++] = CreateThread(NULL, 0, read_all, pipes[i], 0, NULL);
    }
    WaitForMultipleObjects(count, threads, TRUE, INFINITE);
    for (int i = 0; i < PROCESSES; i++) {
        int status = processes[i] > 0 ? reap(processes[i]) : -1;

        if (status != 0)
            WRONG("a writing process ended with status %#x", status);
        EXPECT(DisconnectNamedPipe(pipes[i]));
        EXPECT(CloseHandle(pipes[i]));
        for (int k = 0; k < WRITERS; k++)
            if (seen[i][k] != RECORDS)
                WRONG("of the records of %d/%d only %u came", i, k, seen[i][k]);
    }
    for (DWORD i = 0; i < count; i++)
        CloseHandle(threads[i]);
    printf("# %d records, %lld bytes\n", PROCESSES * WRITERS * RECORDS, (long long)bytes_seen);
}

static void messages_of_many_writers_arrive_whole_and_once(void)
{
    serve_all(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, READERS, read_messages);
}

static void messages_of_each_writer_arrive_in_order(void)
{
    serve_all(PIPE_TYPE_MESSAGE | PIPE_READMODE_BYTE, 1, read_bytes);
}

static void writes_to_a_byte_pipe_are_never_mixed(void)
{
    serve_all(PIPE_TYPE_BYTE, 1, read_bytes);
}

static void nothing_is_left(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

int main(int argc, char **argv)
{
    if (argc > 3)
        return writing_process(argv[2], (uint32_t)strtoul(argv[3], NULL, 10));
    printf("1..4\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    test_case("messages_of_many_writers_arrive_whole_and_once",
              messages_of_many_writers_arrive_whole_and_once);
    test_case("messages_of_each_writer_arrive_in_order", messages_of_each_writer_arrive_in_order);
    test_case("writes_to_a_byte_pipe_are_never_mixed", writes_to_a_byte_pipe_are_never_mixed);
    test_case("nothing_is_left_in_the_runtime_directory", nothing_is_left);
    return 0;
}
