/* SPDX-License-Identifier: MIT */
/*
 * Processes that share handles and are killed at random: some write messages, others read them and
 * report what came. Each message is whole and comes once; none is missing but those that a reader had
 * when it was killed, and very rarely all that somebody wrote who had opened and closed what a reader
 * was about to let him in for.
 */
#ifndef SHARERS_H
#define SHARERS_H

#include "stress.h"

#define WRITERS        3
#define READERS        3
#define RUNS_MAX       20000
#define SEQS_MAX       16384
#define LENGTH_MAX     2000
#define MESSAGE_HEADER 20

/* Where a writer opens and closes what it writes to. */
enum { MESSAGE_FIRST = 1, MESSAGE_LAST = 2 };

struct message {
    uint32_t run, seq, size, sum, place; /* MESSAGE_... */
    char data[LENGTH_MAX];
};

struct report {
    uint32_t run, seq, place;
};

/* ---- workers ---- */

/* What a worker was told. */
struct task {
    const char *role, *name;
    HANDLE shared, other;
    uint32_t run; /* no two workers have the same */
};

static uint32_t runs;

/* It inherits handles if it gets one. */
static struct heir worker_start(const char *role, HANDLE shared, HANDLE other, const char *name)
{
    char line[200];

    snprintf(line, sizeof(line), "stress %s %lx %lx %u \"%s\"", role,
             (unsigned long)(ULONG_PTR)shared, (unsigned long)(ULONG_PTR)other, ++runs, name);
    return heir_start("/proc/self/exe", line, shared != NULL);
}

static HANDLE handle_of(const char *text)
{
    return (HANDLE)(ULONG_PTR)strtoul(text, NULL, 16);
}

/* False: this process is no worker. */
static bool task_get(int argc, char **argv, struct task *out)
{
    if (argc != 6)
        return false;
    *out = (struct task){argv[1], argv[5], handle_of(argv[2]), handle_of(argv[3]),
                         (uint32_t)strtoul(argv[4], NULL, 10)};
    return true;
}

static void worker_kill(struct heir *worker, const char *role)
{
    DWORD code = 0;

    if (!worker->process)
        return;
    if (WaitForSingleObject(worker->process, 0) == WAIT_OBJECT_0) {
        GetExitCodeProcess(worker->process, &code);
        WRONG("one that has to %s gave up: %u", role, (unsigned)code);
    }
    heir_kill(worker);
}

/* ---- messages ---- */

/* Out: how many bytes it has. */
static DWORD message_make(struct message *message, uint32_t run, uint32_t seq, uint32_t size)
{
    message->run = run;
    message->seq = seq;
    message->size = size;
    message->place = 0;
    memset(message->data, (int)(seq + run), size);
    message->sum = checksum(message->data, size) ^ seq ^ run;
    return MESSAGE_HEADER + size;
}

static bool message_is_whole(const struct message *message, DWORD count)
{
    return count >= MESSAGE_HEADER && count == MESSAGE_HEADER + message->size &&
           message->sum == (checksum(message->data, message->size) ^ message->seq ^ message->run);
}

/* A worker's. */
static int read_until_killed(const struct task *task)
{
    static struct message message;
    struct report report;
    DWORD count;

    for (;;) {
        if (!ReadFile(task->shared, &message, sizeof(message), &count, NULL))
            return 5;
        if (!message_is_whole(&message, count))
            return 6;
        report = (struct report){message.run, message.seq, message.place};
        if (!WriteFile(task->other, &report, sizeof(report), &count, NULL))
            return 7;
    }
}

/* What has come of each run. */
static struct run {
    uint32_t end;
    struct bits {
        uint8_t seen[SEQS_MAX / 8], first[SEQS_MAX / 8], last[SEQS_MAX / 8];
    } * bits;
} table[RUNS_MAX];

static bool bit_get(const uint8_t *bits, uint32_t seq)
{
    return bits[seq / 8] >> (seq % 8) & 1;
}

static void bit_set(uint8_t *bits, uint32_t seq, bool value)
{
    bits[seq / 8] |= (uint8_t)(value << (seq % 8));
}

static void note(uint32_t run, uint32_t seq, uint32_t place)
{
    struct run *at = &table[run];

    if (run >= RUNS_MAX || seq >= SEQS_MAX) {
        WRONG("a message %u of run %u", seq, run);
        return;
    }
    if (!at->bits)
        at->bits = calloc(1, sizeof(*at->bits));
    if (bit_get(at->bits->seen, seq))
        WRONG("message %u of run %u comes twice", seq, run);
    bit_set(at->bits->seen, seq, true);
    bit_set(at->bits->first, seq, place & MESSAGE_FIRST);
    bit_set(at->bits->last, seq, (place & MESSAGE_LAST) != 0);
    if (seq >= at->end)
        at->end = seq + 1;
}

static DWORD WINAPI collect(LPVOID inbox)
{
    struct report report;
    DWORD count;

    while (ReadFile(inbox, &report, sizeof(report), &count, NULL) && report.run) {
        note(report.run, report.seq, report.place);
        watchdog_feed();
    }
    return 0;
}

/* ---- killing them ---- */

struct sharing {
    HANDLE written; /* for writers; NULL: they know the name */
    HANDLE read;
    const char *name;
    /* Now and then: this process has it too, and must be able to go on. */
    void (*look)(const struct sharing *sharing, struct chance *chance);
    int kills, reader_kills;
};

/* Workers write and read, and are killed and replaced, for so long. Afterwards all are dead, and what
 * they have reported is noted. */
static void sharing_run(struct sharing *sharing, int seconds)
{
    struct chance chance = {stress_seed()};
    struct heir writers[WRITERS], readers[READERS];
    int64_t end = now_us() + stress_us(seconds);
    const struct report last = {0};
    HANDLE inbox, outbox, collector;
    DWORD count;

    EXPECT(CreatePipe(&inbox, &outbox, NULL, 65536));
    heirloom(outbox);
    collector = CreateThread(NULL, 0, collect, inbox, 0, NULL);
    for (int i = 0; i < WRITERS; i++)
        writers[i] = worker_start("write", sharing->written, NULL, sharing->name);
    for (int i = 0; i < READERS; i++)
        readers[i] = worker_start("read", sharing->read, outbox, sharing->name);
    while (now_us() < end && runs < RUNS_MAX - 10 && !atomic_load(&stress_failures)) {
        uint32_t chosen = chance_below(&chance, WRITERS + READERS);

        sleep_us(chance_below(&chance, 4000));
        if (chosen < WRITERS) {
            worker_kill(&writers[chosen], "write");
            writers[chosen] = worker_start("write", sharing->written, NULL, sharing->name);
        } else {
            worker_kill(&readers[chosen - WRITERS], "read");
            readers[chosen - WRITERS] = worker_start("read", sharing->read, outbox, sharing->name);
            sharing->reader_kills++;
        }
        if (++sharing->kills % 8 == 0)
            sharing->look(sharing, &chance);
    }
    for (int i = 0; i < WRITERS; i++)
        worker_kill(&writers[i], "write");
    for (int i = 0; i < READERS; i++) {
        worker_kill(&readers[i], "read");
        sharing->reader_kills++;
    }
    EXPECT(WriteFile(outbox, &last, sizeof(last), &count, NULL));
    WaitForSingleObject(collector, INFINITE);
    CloseHandle(inbox);
    CloseHandle(outbox);
    CloseHandle(collector);
}

/* Adds to what came and what did not. */
static void run_judge(const struct run *run, uint32_t *received, uint32_t *missing,
                      uint32_t *openings)
{
    for (uint32_t seq = 0, begin; seq < run->end; seq++) {
        for (begin = seq; !bit_get(run->bits->seen, seq); seq++)
            ;
        ++*received;
        if (seq == begin)
            continue;
        if ((begin == 0 || bit_get(run->bits->last, begin - 1)) && bit_get(run->bits->first, seq))
            ++*openings;
        else
            *missing += seq - begin;
    }
}

/* When the rest was noted too; out: how many messages came. */
static uint32_t sharing_judge(const struct sharing *sharing)
{
    uint32_t missing = 0, received = 0, openings = 0, kills = (uint32_t)sharing->reader_kills;

    for (uint32_t i = 0; i < RUNS_MAX; i++)
        run_judge(&table[i], &received, &missing, &openings);
    if (missing > kills)
        WRONG("%u messages are missing, %u readers were killed", missing, kills);
    if (openings > 3 + kills / 50)
        WRONG("%u writers were lost with %u readers", openings, kills);
    printf("# %d killed, %u messages, %u went with their readers, and %u writers\n", sharing->kills,
           received, missing, openings);
    return received;
}

#endif
