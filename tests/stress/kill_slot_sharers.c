/* SPDX-License-Identifier: MIT */
/*
 * Processes that read one mailslot are killed at random, also inside the lock of the slot, and so are
 * its writers. Each message is whole and comes once; none is missing but those that a reader had when
 * it was killed. The slot ends with its last reader.
 */
#include "stress.h"

#define WRITERS      3
#define READERS      3
#define RUNS_MAX     20000
#define SEQS_MAX     16384
#define LENGTH_MAX   600
#define HANG_SECONDS 20

struct message {
    uint32_t run, seq, size, sum;
    char data[LENGTH_MAX];
};

struct report {
    uint32_t run, seq;
};

/* ---- what the others do ---- */

static HANDLE handle_of(const char *text)
{
    return (HANDLE)(ULONG_PTR)strtoul(text, NULL, 16);
}

static HANDLE writer_open(const char *name)
{
    return CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       0, NULL);
}

/* Opens the slot now and then, so that writers come and go; not faster than others read. */
static int write_until_killed(const char *name, uint32_t run)
{
    struct chance chance = {run};
    static struct message message;
    HANDLE slot = writer_open(name);
    DWORD count;

    message.run = run;
    for (message.seq = 0; message.seq < SEQS_MAX; message.seq++) {
        if (slot == INVALID_HANDLE_VALUE)
            return 3;
        message.size = chance_below(&chance, chance_below(&chance, 4) ? 48 : LENGTH_MAX);
        memset(message.data, (int)(message.seq + run), message.size);
        message.sum = checksum(message.data, message.size) ^ message.seq ^ run;
        if (!WriteFile(slot, &message, 16 + message.size, &count, NULL) ||
            count != 16 + message.size)
            return 4;
        if (chance_below(&chance, 8) == 0)
            sleep_us(chance_below(&chance, 300));
        if (chance_below(&chance, 100) == 0) {
            CloseHandle(slot);
            slot = writer_open(name);
        }
    }
    Sleep(INFINITE);
    return 0;
}

static bool is_whole(const struct message *message, DWORD count)
{
    return count >= 16 && count == 16 + message->size &&
           message->sum == (checksum(message->data, message->size) ^ message->seq ^ message->run);
}

static int read_until_killed(HANDLE slot, HANDLE reports)
{
    static struct message message;
    struct report report;
    DWORD count;

    for (;;) {
        if (!ReadFile(slot, &message, sizeof(message), &count, NULL))
            return 5;
        if (!is_whole(&message, count))
            return 6;
        report = (struct report){message.run, message.seq};
        if (!WriteFile(reports, &report, sizeof(report), &count, NULL))
            return 7;
    }
}

/* ---- starting and killing them ---- */

struct worker {
    HANDLE process;
    pid_t pid;
};

static uint32_t runs;
static char slot_name[64];

static struct worker worker_start(const char *role, HANDLE slot, HANDLE other)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION information;
    struct worker worker = {0};
    char line[200];

    snprintf(line, sizeof(line), "stress %s %lx %lx %u \"%s\"", role,
             (unsigned long)(ULONG_PTR)slot, (unsigned long)(ULONG_PTR)other, ++runs, slot_name);
    if (!CreateProcessA("/proc/self/exe", line, NULL, NULL, slot != NULL, 0, NULL, NULL, &startup,
                        &information)) {
        WRONG("a process cannot be started: error %u", (unsigned)GetLastError());
        return worker;
    }
    CloseHandle(information.hThread);
    worker.process = information.hProcess;
    worker.pid = (pid_t)information.dwProcessId;
    return worker;
}

static void worker_kill(struct worker *worker, const char *role)
{
    DWORD code = 0;

    if (!worker->process)
        return;
    if (WaitForSingleObject(worker->process, 0) == WAIT_OBJECT_0) {
        GetExitCodeProcess(worker->process, &code);
        WRONG("a %s gave up: %u", role, (unsigned)code);
    }
    kill(worker->pid, SIGKILL);
    if (WaitForSingleObject(worker->process, 10000) != WAIT_OBJECT_0)
        WRONG("a %s does not die", role);
    CloseHandle(worker->process);
    worker->process = NULL;
}

static HANDLE heirloom(HANDLE handle)
{
    EXPECT(SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    return handle;
}

/* ---- messages ---- */

static struct run {
    uint32_t end, count;
    uint8_t *seen;
} table[RUNS_MAX];

static void note(uint32_t run, uint32_t seq)
{
    struct run *at = &table[run];

    if (run >= RUNS_MAX || seq >= SEQS_MAX) {
        WRONG("a message %u of run %u", seq, run);
        return;
    }
    if (!at->seen)
        at->seen = calloc(1, SEQS_MAX / 8);
    if (at->seen[seq / 8] >> (seq % 8) & 1)
        WRONG("message %u of run %u comes twice", seq, run);
    at->seen[seq / 8] |= (uint8_t)(1 << (seq % 8));
    at->count++;
    if (seq >= at->end)
        at->end = seq + 1;
}

static DWORD WINAPI collect(LPVOID inbox)
{
    struct report report;
    DWORD count;

    while (ReadFile(inbox, &report, sizeof(report), &count, NULL) && report.run) {
        note(report.run, report.seq);
        watchdog_feed();
    }
    return 0;
}

static uint32_t count_missing(uint32_t *received)
{
    uint32_t missing = 0;

    *received = 0;
    for (uint32_t i = 0; i < RUNS_MAX; i++) {
        missing += table[i].end - table[i].count;
        *received += table[i].count;
    }
    return missing;
}

static void read_the_rest(HANDLE slot)
{
    static struct message message;
    DWORD count;

    EXPECT(SetMailslotInfo(slot, 0));
    while (ReadFile(slot, &message, sizeof(message), &count, NULL)) {
        if (!is_whole(&message, count))
            WRONG("a message of %u bytes is torn", (unsigned)count);
        else
            note(message.run, message.seq);
    }
    EXPECT(GetLastError() == ERROR_SEM_TIMEOUT);
}

static void messages_survive_the_death_of_those_who_share_the_slot(void)
{
    struct chance chance = {stress_seed()};
    HANDLE slot, inbox, outbox, collector;
    struct worker writers[WRITERS], readers[READERS];
    int64_t end = now_us() + stress_us(8);
    int kills = 0, reader_kills = 0;
    uint32_t received, missing;
    struct report last = {0};
    DWORD count;

    snprintf(slot_name, sizeof(slot_name), "\\\\.\\mailslot\\sharers.%d", (int)getpid());
    slot = CreateMailslotA(slot_name, 0, MAILSLOT_WAIT_FOREVER, NULL);
    EXPECT(slot != INVALID_HANDLE_VALUE);
    EXPECT(CreatePipe(&inbox, &outbox, NULL, 65536));
    heirloom(slot);
    heirloom(outbox);
    collector = CreateThread(NULL, 0, collect, inbox, 0, NULL);
    for (int i = 0; i < WRITERS; i++)
        writers[i] = worker_start("write", NULL, NULL);
    for (int i = 0; i < READERS; i++)
        readers[i] = worker_start("read", slot, outbox);
    while (now_us() < end && runs < RUNS_MAX - 10 && !atomic_load(&stress_failures)) {
        uint32_t chosen = chance_below(&chance, WRITERS + READERS);
        bool is_writer = chosen < WRITERS;
        struct worker *worker = is_writer ? &writers[chosen] : &readers[chosen - WRITERS];

        sleep_us(chance_below(&chance, 4000));
        worker_kill(worker, is_writer ? "writer" : "reader");
        kills++;
        reader_kills += !is_writer;
        *worker =
            is_writer ? worker_start("write", NULL, NULL) : worker_start("read", slot, outbox);
        if (kills % 8 == 0)
            EXPECT(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    }
    for (int i = 0; i < WRITERS; i++)
        worker_kill(&writers[i], "writer");
    for (int i = 0; i < READERS; i++) {
        worker_kill(&readers[i], "reader");
        reader_kills++;
    }
    EXPECT(WriteFile(outbox, &last, sizeof(last), &count, NULL));
    WaitForSingleObject(collector, INFINITE);
    read_the_rest(slot);
    missing = count_missing(&received);
    if (missing > (uint32_t)reader_kills)
        WRONG("%u messages are missing, %d readers were killed", missing, reader_kills);
    printf("# %d killed, %u messages, %u went with their readers\n", kills, received, missing);
    EXPECT(received > 1000);
    EXPECT(CloseHandle(slot));
    EXPECT(writer_open(slot_name) == INVALID_HANDLE_VALUE);
    CloseHandle(inbox);
    CloseHandle(outbox);
    CloseHandle(collector);
}

static void nothing_is_left_behind(void)
{
    int left = runtime_dir_remove();

    if (left)
        WRONG("%d things are left in the directory", left);
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "write") == 0)
        return write_until_killed(argv[5], (uint32_t)strtoul(argv[4], NULL, 10));
    if (argc == 6 && strcmp(argv[1], "read") == 0)
        return read_until_killed(handle_of(argv[2]), handle_of(argv[3]));
    printf("1..2\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    test_case("messages_survive_the_death_of_those_who_share_the_slot",
              messages_survive_the_death_of_those_who_share_the_slot);
    test_case("nothing_is_left_behind", nothing_is_left_behind);
    return 0;
}
