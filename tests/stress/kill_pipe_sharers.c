/* SPDX-License-Identifier: MIT */
/*
 * Processes that share the ends of a pipe are killed at random, also inside the locks of the ends.
 *
 * Some write on one end, others read on the other one and report what came. Each message is whole
 * and comes once; none is missing but those that a reader had when it was killed. Then several share
 * a listening end: clients are served however often one of the servers dies.
 */
#include "stress.h"

#define WRITERS      3
#define READERS      3
#define SERVERS      3
#define RUNS_MAX     20000
#define SEQS_MAX     8192
#define QUOTA        900
#define LENGTH_MAX   2000
#define HANG_SECONDS 20
#define LOST_MAX     8 /* calls of a client in a row that may meet a dying server */
#define ANSWER_US    200000

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

static int write_until_killed(HANDLE pipe, uint32_t run)
{
    struct chance chance = {run};
    static struct message message;
    DWORD count;

    message.run = run;
    for (message.seq = 0; message.seq < SEQS_MAX; message.seq++) {
        message.size = chance_below(&chance, chance_below(&chance, 4) ? 100 : LENGTH_MAX);
        memset(message.data, (int)(message.seq + run), message.size);
        message.sum = checksum(message.data, message.size) ^ message.seq ^ run;
        if (!WriteFile(pipe, &message, 16 + message.size, &count, NULL) ||
            count != 16 + message.size)
            return 3;
        if (chance_below(&chance, 50) == 0 && !FlushFileBuffers(pipe))
            return 4;
    }
    Sleep(INFINITE);
    return 0;
}

static bool is_whole(const struct message *message, DWORD count)
{
    return count >= 16 && count == 16 + message->size &&
           message->sum == (checksum(message->data, message->size) ^ message->seq ^ message->run);
}

static int read_until_killed(HANDLE pipe, HANDLE reports)
{
    static struct message message;
    struct report report;
    DWORD count;

    for (;;) {
        if (!ReadFile(pipe, &message, sizeof(message), &count, NULL))
            return 5;
        if (!is_whole(&message, count))
            return 6;
        report = (struct report){message.run, message.seq};
        if (!WriteFile(reports, &report, sizeof(report), &count, NULL))
            return 7;
    }
}

static int serve_until_killed(HANDLE pipe)
{
    char buffer[64];
    DWORD count;

    for (;;) {
        /* Another one of us may have let the client in, or cut it off. */
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
            GetLastError() != ERROR_NO_DATA && GetLastError() != ERROR_PIPE_NOT_CONNECTED)
            return 8;
        if (ReadFile(pipe, buffer, sizeof(buffer), &count, NULL))
            WriteFile(pipe, buffer, count, &count, NULL);
        else if (GetLastError() == ERROR_BROKEN_PIPE)
            DisconnectNamedPipe(pipe);
    }
}

/* ---- starting and killing them ---- */

struct worker {
    HANDLE process;
    pid_t pid;
};

static uint32_t runs;

static struct worker worker_start(const char *role, HANDLE pipe, HANDLE other)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION information;
    struct worker worker = {0};
    char line[160];

    snprintf(line, sizeof(line), "stress %s %lx %lx %u", role, (unsigned long)(ULONG_PTR)pipe,
             (unsigned long)(ULONG_PTR)other, ++runs);
    if (!CreateProcessA("/proc/self/exe", line, NULL, NULL, TRUE, 0, NULL, NULL, &startup,
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

static void read_the_rest(HANDLE server)
{
    static struct message message;
    DWORD count, total = 0;

    while (PeekNamedPipe(server, NULL, 0, NULL, &total, NULL) && total) {
        if (!ReadFile(server, &message, sizeof(message), &count, NULL)) {
            WRONG("the rest cannot be read: error %u", (unsigned)GetLastError());
            return;
        }
        if (!is_whole(&message, count))
            WRONG("a message of %u bytes is torn", (unsigned)count);
        else if (message.run)
            note(message.run, message.seq);
        else
            return;
    }
}

static void messages_survive_the_death_of_those_who_share_the_ends(void)
{
    struct chance chance = {stress_seed()};
    DWORD mode = PIPE_READMODE_MESSAGE, count;
    HANDLE server, client, inbox, outbox, collector;
    struct worker writers[WRITERS], readers[READERS];
    int64_t end = now_us() + stress_us(8);
    int kills = 0, reader_kills = 0;
    uint32_t received, missing;
    struct report last = {0};
    static struct message message;
    char name[64];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\sharers.%d", (int)getpid());
    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | mode, 1, QUOTA, QUOTA,
                              0, NULL);
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(server != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE);
    EXPECT(CreatePipe(&inbox, &outbox, NULL, 65536));
    heirloom(server);
    heirloom(client);
    heirloom(outbox);
    collector = CreateThread(NULL, 0, collect, inbox, 0, NULL);
    for (int i = 0; i < WRITERS; i++)
        writers[i] = worker_start("write", client, NULL);
    for (int i = 0; i < READERS; i++)
        readers[i] = worker_start("read", server, outbox);
    while (now_us() < end && runs < RUNS_MAX - 10 && !atomic_load(&stress_failures)) {
        uint32_t chosen = chance_below(&chance, WRITERS + READERS);
        bool is_writer = chosen < WRITERS;
        struct worker *worker = is_writer ? &writers[chosen] : &readers[chosen - WRITERS];

        sleep_us(chance_below(&chance, 4000));
        worker_kill(worker, is_writer ? "writer" : "reader");
        kills++;
        reader_kills += !is_writer;
        *worker =
            is_writer ? worker_start("write", client, NULL) : worker_start("read", server, outbox);
        /* We have both ends as well. */
        if (kills % 8 == 0)
            EXPECT(GetNamedPipeInfo(chance_below(&chance, 2) ? server : client, NULL, NULL, NULL,
                                    NULL));
    }
    for (int i = 0; i < WRITERS; i++)
        worker_kill(&writers[i], "writer");
    for (int i = 0; i < READERS; i++) {
        worker_kill(&readers[i], "reader");
        reader_kills++;
    }
    EXPECT(WriteFile(outbox, &last, sizeof(last), &count, NULL));
    WaitForSingleObject(collector, INFINITE);
    /* Takes back what the dead had pending, and comes behind the rest. */
    message.sum = checksum(message.data, 0);
    EXPECT(WriteFile(client, &message, 16, &count, NULL));
    read_the_rest(server);
    missing = count_missing(&received);
    if (missing > (uint32_t)reader_kills)
        WRONG("%u messages are missing, %d readers were killed", missing, reader_kills);
    printf("# %d killed, %u messages, %u went with their readers\n", kills, received, missing);
    EXPECT(WriteFile(server, "end", 3, &count, NULL));
    EXPECT(ReadFile(client, message.data, 10, &count, NULL) && count == 3);
    EXPECT(CloseHandle(client));
    EXPECT(!ReadFile(server, message.data, 10, &count, NULL));
    EXPECT(GetLastError() == ERROR_BROKEN_PIPE);
    EXPECT(CloseHandle(server));
    CloseHandle(inbox);
    CloseHandle(outbox);
    CloseHandle(collector);
}

/* ---- clients ---- */

static _Atomic int calls, lost_calls;
static _Atomic bool is_over;

/* True: there was an answer. Who took the question may be dead, and the others do not know it; one who
 * was slow may answer the question of the client before. */
static bool ask(HANDLE client)
{
    static uint32_t question;
    int64_t end = now_us() + ANSWER_US;
    uint32_t answer = 0;
    DWORD count;

    question++;
    if (!WriteFile(client, &question, sizeof(question), &count, NULL))
        return false;
    do {
        if (!PeekNamedPipe(client, NULL, 0, NULL, &count, NULL))
            return false;
        if (count == 0) {
            sleep_us(20);
        } else {
            if (!ReadFile(client, &answer, sizeof(answer), &count, NULL))
                return false;
            if (count != sizeof(answer) || answer > question)
                WRONG("an answer of %u bytes to question %u", (unsigned)count, answer);
        }
    } while (answer != question && now_us() < end);
    return answer == question;
}

static DWORD WINAPI call_for_ever(LPVOID name)
{
    int lost = 0;

    while (!atomic_load(&is_over)) {
        HANDLE client =
            CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (client == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY) {
            if (!WaitNamedPipeA(name, 10000))
                WRONG("nobody serves: error %u", (unsigned)GetLastError());
            continue;
        }
        if (client == INVALID_HANDLE_VALUE) {
            WRONG("the name is not there: error %u", (unsigned)GetLastError());
            break;
        }
        lost++;
        if (ask(client)) {
            atomic_fetch_add(&calls, 1);
            lost = 0;
        }
        atomic_fetch_add(&lost_calls, lost != 0);
        if (lost > LOST_MAX)
            WRONG("%d calls in a row get no answer", lost);
        watchdog_feed();
        CloseHandle(client);
    }
    return 0;
}

static void clients_are_served_while_servers_die(void)
{
    struct chance chance = {stress_seed()};
    struct worker servers[SERVERS];
    int64_t end = now_us() + stress_us(5);
    HANDLE server, caller;
    int kills = 0;
    char name[64];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\servers.%d", (int)getpid());
    server = heirloom(CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX,
                                       PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, QUOTA, QUOTA,
                                       0, NULL));
    EXPECT(server != INVALID_HANDLE_VALUE);
    for (int i = 0; i < SERVERS; i++)
        servers[i] = worker_start("serve", server, NULL);
    caller = CreateThread(NULL, 0, call_for_ever, name, 0, NULL);
    while (now_us() < end && !atomic_load(&stress_failures)) {
        struct worker *worker = &servers[chance_below(&chance, SERVERS)];

        sleep_us(chance_below(&chance, 4000));
        worker_kill(worker, "server");
        kills++;
        *worker = worker_start("serve", server, NULL);
    }
    atomic_store(&is_over, true);
    EXPECT(WaitForSingleObject(caller, 15000) == WAIT_OBJECT_0);
    for (int i = 0; i < SERVERS; i++)
        worker_kill(&servers[i], "server");
    EXPECT(CloseHandle(server));
    CloseHandle(caller);
    printf("# %d killed, %d calls, %d met a dying server\n", kills, atomic_load(&calls),
           atomic_load(&lost_calls));
    EXPECT(atomic_load(&calls) > 20);
}

static void nothing_is_left_behind(void)
{
    int left = runtime_dir_remove();

    if (left)
        WRONG("%d things are left in the directory", left);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "write") == 0)
        return write_until_killed(handle_of(argv[2]), (uint32_t)strtoul(argv[4], NULL, 10));
    if (argc == 5 && strcmp(argv[1], "read") == 0)
        return read_until_killed(handle_of(argv[2]), handle_of(argv[3]));
    if (argc == 5 && strcmp(argv[1], "serve") == 0)
        return serve_until_killed(handle_of(argv[2]));
    printf("1..3\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    test_case("messages_survive_the_death_of_those_who_share_the_ends",
              messages_survive_the_death_of_those_who_share_the_ends);
    test_case("clients_are_served_while_servers_die", clients_are_served_while_servers_die);
    test_case("nothing_is_left_behind", nothing_is_left_behind);
    return 0;
}
