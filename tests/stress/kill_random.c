/* SPDX-License-Identifier: MIT */
/*
 * kill -9 of a server or a client at any moment: the other side gets the right error soon, nothing
 * hangs, and the name can be used again at once.
 *
 * A few lanes run side by side. In each, one process after the other is started and killed (the
 * victim), while the lane's thread is its partner (the survivor). Half of the kills come blindly
 * after a random time, so that starting and connecting are hit too; the others come shortly after
 * the victim has said that it is at a certain step.
 */
#include "stress.h"

#define LANES        5
#define QUOTA        4096
#define BOUND_US     2000000
#define MESSAGE_MAX  12000
#define LATENCIES    100000
#define HANG_SECONDS 15

/* What the victim does once it is connected. */
enum kind { PARKED, WRITING, NOT_READING, TRANSACTING, OPENING, KINDS };

static const char *const kind_names[KINDS] = {"parked", "writing", "not_reading", "transacting",
                                              "opening"};

struct message {
    uint32_t sum;
    uint32_t size;
    char data[MESSAGE_MAX];
};

struct lane {
    struct chance chance;
    char pipe[64];
    int number;
    bool victim_is_server;
    enum kind kind;
    const char *_Atomic step;

    /* the killer */
    HANDLE kill_now;
    HANDLE killed;
    pid_t victim;
    int ready_fd;
    int64_t delay_us;
    bool is_aimed;
    _Atomic int64_t killed_at;
    _Atomic bool is_dead;
    _Atomic bool waits_for_client;
};

static struct lane lanes[LANES];
static _Atomic int kills[2][KINDS];
static _Atomic int connections[2][KINDS];
static _Atomic int never_connected;
static _Atomic int64_t latencies[LATENCIES];
static _Atomic int latency_count;
static int64_t end_at;

static bool check_message(const struct message *message, DWORD count)
{
    return count >= 8 && message->size == count - 8 &&
           message->sum == checksum(message->data, message->size);
}

static DWORD make_message(struct chance *chance, struct message *message)
{
    message->size = chance_below(chance, MESSAGE_MAX);
    for (uint32_t i = 0; i < message->size; i += 8) {
        uint64_t bits = chance_next(chance);

        memcpy(message->data + i, &bits, message->size - i < 8 ? message->size - i : 8);
    }
    message->sum = checksum(message->data, message->size);
    return message->size + 8;
}

static HANDLE create_pipe(const char *name)
{
    return CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 2, QUOTA, QUOTA, 0, NULL);
}

static HANDLE open_pipe(const char *name)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE pipe = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    if (pipe != INVALID_HANDLE_VALUE)
        SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
    return pipe;
}

/* ---- the victim ---- */

static void say_ready(void)
{
    ssize_t done = write(3, "r", 1);

    (void)done;
}

/* Does what the kind says on one end until it is killed; a partner that gives up ends it too. */
static void victim_act(HANDLE pipe, enum kind kind, bool is_server, struct chance *chance)
{
    static struct message message, reply;
    DWORD size, count;

    say_ready();
    switch (kind) {
    case PARKED:
        ReadFile(pipe, &message, sizeof(message), &count, NULL);
        break;
    case WRITING:
        do {
            size = make_message(chance, &message);
        } while (WriteFile(pipe, &message, size, &count, NULL));
        break;
    case TRANSACTING:
        if (is_server) {
            while (ReadFile(pipe, &message, sizeof(message), &count, NULL))
                if (!WriteFile(pipe, &message, count, &count, NULL))
                    break;
        } else {
            do {
                size = make_message(chance, &message);
            } while (TransactNamedPipe(pipe, &message, size, &reply, sizeof(reply), &count, NULL));
        }
        break;
    default:
        break;
    }
}

static int victim_main(const char *role, const char *pipe_name, const char *argument)
{
    struct chance chance;
    enum kind kind = (enum kind)strtoul(argument, NULL, 10);
    HANDLE pipe;

    chance.state = strtoull(strchr(argument, ' '), NULL, 10);
    if (strcmp(role, "server") == 0) {
        pipe = create_pipe(pipe_name);
        if (pipe == INVALID_HANDLE_VALUE)
            return 10;
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
            return 11;
        victim_act(pipe, kind, true, &chance);
    } else if (kind == OPENING) {
        say_ready();
        for (;;) {
            pipe = open_pipe(pipe_name);
            if (pipe != INVALID_HANDLE_VALUE)
                break;
            WaitNamedPipeA(pipe_name, 20);
        }
    } else {
        while ((pipe = open_pipe(pipe_name)) == INVALID_HANDLE_VALUE) {
            if (GetLastError() != ERROR_PIPE_BUSY && GetLastError() != ERROR_FILE_NOT_FOUND)
                return 12;
            WaitNamedPipeA(pipe_name, 20);
        }
        victim_act(pipe, kind, false, &chance);
    }
    for (;;)
        pause();
}

/* ---- the killer ---- */

static DWORD WINAPI killer(LPVOID argument)
{
    struct lane *lane = argument;

    for (;;) {
        char byte;
        int status;

        WaitForSingleObject(lane->kill_now, INFINITE);
        if (lane->is_aimed) {
            ssize_t got = read(lane->ready_fd, &byte, 1);

            (void)got;
        }
        sleep_us(lane->delay_us);
        atomic_store(&lane->killed_at, now_us());
        kill(lane->victim, SIGKILL);
        status = reap(lane->victim);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            WRONG("a %s (%s) ended by itself, status %#x",
                  lane->victim_is_server ? "server" : "client", kind_names[lane->kind], status);
        close(lane->ready_fd);
        atomic_store(&lane->is_dead, true);
        /* A server that still waits for a client gets one. */
        while (atomic_load(&lane->waits_for_client)) {
            HANDLE pipe = open_pipe(lane->pipe);

            if (pipe != INVALID_HANDLE_VALUE)
                CloseHandle(pipe);
            sleep_us(200);
        }
        SetEvent(lane->killed);
    }
    return 0;
}

/* ---- the survivor ---- */

/* An operation has failed: with one of these errors, because the victim is dead, and soon. */
static void check_end(struct lane *lane, const char *what, DWORD error, DWORD first, DWORD second)
{
    int64_t now = now_us(), killed_at = atomic_load(&lane->killed_at);
    int at;

    if (error != first && error != second)
        WRONG("%s at a %s killed while %s: error %u", what,
              lane->victim_is_server ? "server" : "client", kind_names[lane->kind], error);
    if (killed_at == 0) {
        WRONG("%s at a %s while %s: error %u though nobody was killed", what,
              lane->victim_is_server ? "server" : "client", kind_names[lane->kind], error);
        return;
    }
    if (now - killed_at > BOUND_US)
        WRONG("%s noticed the death only after %lld ms", what, (long long)(now - killed_at) / 1000);
    at = atomic_fetch_add(&latency_count, 1);
    if (at < LATENCIES)
        atomic_store(&latencies[at], now - killed_at);
}

/* Uses a connected end in the way that fits the victim, until that is dead; then looks again. */
static void survivor_use(struct lane *lane, HANDLE pipe)
{
    static _Thread_local struct message message, reply;
    DWORD count = 0, size;
    BOOL ok;

    atomic_fetch_add(&connections[lane->victim_is_server][lane->kind], 1);
    switch (lane->kind) {
    case PARKED:
    case WRITING:
    case OPENING:
    case KINDS:
        atomic_store(&lane->step, "reading");
        while ((ok = ReadFile(pipe, &message, sizeof(message), &count, NULL))) {
            if (!check_message(&message, count))
                WRONG("a broken message of %u bytes", count);
        }
        check_end(lane, "ReadFile", GetLastError(), ERROR_BROKEN_PIPE, ERROR_BROKEN_PIPE);
        break;
    case NOT_READING:
        if (chance_below(&lane->chance, 3) == 0) {
            atomic_store(&lane->step, "flushing");
            size = make_message(&lane->chance, &message) % QUOTA;
            ok = WriteFile(pipe, &message, size, &count, NULL) && FlushFileBuffers(pipe);
            /* After the death an empty outgoing side is flushed with success. */
            if (ok)
                EXPECT(atomic_load(&lane->killed_at) != 0);
            else
                check_end(lane, "FlushFileBuffers", GetLastError(), ERROR_BROKEN_PIPE,
                          ERROR_NO_DATA);
            break;
        }
        atomic_store(&lane->step, "writing");
        do {
            size = make_message(&lane->chance, &message);
        } while (WriteFile(pipe, &message, size, &count, NULL));
        check_end(lane, "WriteFile", GetLastError(), ERROR_BROKEN_PIPE, ERROR_NO_DATA);
        break;
    case TRANSACTING:
        atomic_store(&lane->step, "transacting");
        if (lane->victim_is_server) {
            do {
                size = make_message(&lane->chance, &message);
                ok = TransactNamedPipe(pipe, &message, size, &reply, sizeof(reply), &count, NULL);
                if (ok && (count != size || memcmp(&message, &reply, size) != 0))
                    WRONG("a wrong reply");
            } while (ok);
            if (GetLastError() == ERROR_BAD_PIPE)
                check_end(lane, "TransactNamedPipe", ERROR_BAD_PIPE, ERROR_BAD_PIPE, 0);
            else
                check_end(lane, "TransactNamedPipe", GetLastError(), ERROR_BROKEN_PIPE,
                          ERROR_NO_DATA);
        } else {
            do {
                ok = ReadFile(pipe, &message, sizeof(message), &count, NULL);
                if (ok && !check_message(&message, count))
                    WRONG("a broken request of %u bytes", count);
            } while (ok && WriteFile(pipe, &message, count, &size, NULL));
            check_end(lane, ok ? "WriteFile" : "ReadFile", GetLastError(), ERROR_BROKEN_PIPE,
                      ok ? ERROR_NO_DATA : ERROR_BROKEN_PIPE);
        }
        break;
    }
    atomic_store(&lane->step, "looking at a dead pipe");
    WaitForSingleObject(lane->killed, INFINITE);
    SetEvent(lane->killed);
    ok = WriteFile(pipe, &message, 8, &count, NULL);
    if (ok || GetLastError() != ERROR_NO_DATA)
        WRONG("a new write to a dead partner: %d, error %u", ok, GetLastError());
    while ((ok = ReadFile(pipe, &message, sizeof(message), &count, NULL)))
        if (!check_message(&message, count))
            WRONG("a broken message of %u bytes after the death", count);
    if (GetLastError() != ERROR_BROKEN_PIPE)
        WRONG("a read from a dead partner: error %u", GetLastError());
}

static void survive_server(struct lane *lane)
{
    HANDLE pipe;

    for (;;) {
        bool was_dead = atomic_load(&lane->is_dead);
        DWORD error;

        atomic_store(&lane->step, "opening");
        pipe = open_pipe(lane->pipe);
        if (pipe != INVALID_HANDLE_VALUE)
            break;
        error = GetLastError();
        if (error != ERROR_FILE_NOT_FOUND && error != ERROR_PIPE_BUSY)
            WRONG("CreateFile: error %u", error);
        if (was_dead) {
            if (error != ERROR_FILE_NOT_FOUND)
                WRONG("CreateFile after the death: error %u", error);
            atomic_fetch_add(&never_connected, 1);
            return;
        }
        atomic_store(&lane->step, "waiting for an instance");
        if (!WaitNamedPipeA(lane->pipe, 50) && GetLastError() != ERROR_FILE_NOT_FOUND &&
            GetLastError() != ERROR_SEM_TIMEOUT)
            WRONG("WaitNamedPipe: error %u", GetLastError());
    }
    survivor_use(lane, pipe);
    EXPECT(CloseHandle(pipe));
}

static void survive_client(struct lane *lane, HANDLE server)
{
    DWORD error = 0;

    atomic_store(&lane->step, "waiting for a client");
    if (!ConnectNamedPipe(server, NULL))
        error = GetLastError();
    atomic_store(&lane->waits_for_client, false);
    if (error != 0 && error != ERROR_PIPE_CONNECTED && error != ERROR_NO_DATA)
        WRONG("ConnectNamedPipe: error %u", error);
    /* The killer's own client may have been the first; what follows holds for both. */
    survivor_use(lane, server);
    EXPECT(DisconnectNamedPipe(server));
    EXPECT(CloseHandle(server));
}

static void run_once(struct lane *lane)
{
    HANDLE server = INVALID_HANDLE_VALUE;
    char argument[64];
    int ready[2];

    lane->victim_is_server = chance_below(&lane->chance, 2);
    lane->kind = (enum kind)chance_below(&lane->chance, lane->victim_is_server ? OPENING : KINDS);
    lane->is_aimed = chance_below(&lane->chance, 2);
    lane->delay_us = chance_below(&lane->chance, lane->is_aimed                        ? 300
                                                 : chance_below(&lane->chance, 4) == 0 ? 20000
                                                                                       : 3000);
    /* An aimed kill of a server needs a client that comes: it does, since the lane opens. */
    atomic_store(&lane->killed_at, 0);
    atomic_store(&lane->is_dead, false);
    ResetEvent(lane->killed);

    atomic_store(&lane->step, "creating");
    if (!lane->victim_is_server) {
        server = create_pipe(lane->pipe);
        if (server == INVALID_HANDLE_VALUE) {
            WRONG("the name cannot be used again: error %u", GetLastError());
            return;
        }
        atomic_store(&lane->waits_for_client, true);
    }
    if (pipe2(ready, O_CLOEXEC) != 0)
        WRONG("pipe: %s", strerror(errno));
    snprintf(argument, sizeof(argument), "%d %llu", (int)lane->kind,
             (unsigned long long)chance_next(&lane->chance));
    lane->victim =
        start_role(ready[1], lane->victim_is_server ? "server" : "client", lane->pipe, argument);
    close(ready[1]);
    if (lane->victim <= 0)
        _exit(1);
    lane->ready_fd = ready[0];
    SetEvent(lane->kill_now);

    if (lane->victim_is_server)
        survive_server(lane);
    else
        survive_client(lane, server);

    atomic_store(&lane->step, "reaping");
    WaitForSingleObject(lane->killed, INFINITE);
    atomic_fetch_add(&kills[lane->victim_is_server][lane->kind], 1);

    if (lane->victim_is_server) {
        atomic_store(&lane->step, "using the name again");
        server = create_pipe(lane->pipe);
        if (server == INVALID_HANDLE_VALUE)
            WRONG("the name of a dead server cannot be used again: error %u", GetLastError());
        else
            EXPECT(CloseHandle(server));
    }
}

static DWORD WINAPI lane_main(LPVOID argument)
{
    struct lane *lane = argument;

    while (now_us() < end_at && atomic_load(&stress_failures) < 20) {
        run_once(lane);
        watchdog_feed();
    }
    atomic_store(&lane->step, "done");
    return 0;
}

/* ---- results ---- */

static void report_lanes(void)
{
    for (int i = 0; i < LANES; i++)
        printf("# lane %d: %s while %s, %s, %s\n", i,
               lanes[i].victim_is_server ? "a server is killed" : "a client is killed",
               kind_names[lanes[i].kind], atomic_load(&lanes[i].step),
               atomic_load(&lanes[i].is_dead) ? "dead" : "alive");
}

static int compare_latencies(const void *first, const void *second)
{
    int64_t a = *(const int64_t *)first, b = *(const int64_t *)second;

    return a < b ? -1 : a > b;
}

static void a_partner_killed_at_any_moment_leaves_an_error_and_nothing_else(void)
{
    HANDLE threads[LANES];
    int64_t start = now_us(), sum = 0;
    static int64_t sorted[LATENCIES];
    uint64_t seed = stress_seed();
    int count, total = 0;

    end_at = start + stress_us(15);
    watchdog_start(HANG_SECONDS, report_lanes);
    for (int i = 0; i < LANES; i++) {
        struct lane *lane = &lanes[i];

        lane->number = i;
        lane->chance.state = seed + (uint64_t)i * 7919;
        snprintf(lane->pipe, sizeof(lane->pipe), "\\\\.\\pipe\\stress.kill.%d.%d", (int)getpid(),
                 i);
        atomic_store(&lane->step, "starting");
        lane->kill_now = CreateEventA(NULL, FALSE, FALSE, NULL);
        lane->killed = CreateEventA(NULL, TRUE, FALSE, NULL);
        CloseHandle(CreateThread(NULL, 0, killer, lane, 0, NULL));
        threads[i] = CreateThread(NULL, 0, lane_main, lane, 0, NULL);
    }
    WaitForMultipleObjects(LANES, threads, TRUE, INFINITE);
    for (int server = 0; server < 2; server++)
        for (int kind = 0; kind < KINDS; kind++) {
            if (server && kind == OPENING)
                continue;
            total += kills[server][kind];
            printf("# %s killed while %-12s %5d times, %5d connected\n",
                   server ? "servers" : "clients", kind_names[kind], kills[server][kind],
                   connections[server][kind]);
            if (now_us() - start > 5000000 && connections[server][kind] == 0)
                WRONG("this was never tried");
        }
    count = latency_count < LATENCIES ? latency_count : LATENCIES;
    for (int i = 0; i < count; i++) {
        sorted[i] = latencies[i];
        sum += sorted[i];
    }
    qsort(sorted, (size_t)count, sizeof(sorted[0]), compare_latencies);
    EXPECT(count > 0);
    if (count > 0)
        printf("# %d kills, %d servers dead before the client came; the error came after %lld us "
               "on average, p50 %lld us, p99 %lld us, at most %lld us\n",
               total, never_connected, (long long)(sum / count), (long long)sorted[count / 2],
               (long long)sorted[count * 99 / 100], (long long)sorted[count - 1]);
}

static void nothing_is_left_of_the_names_of_the_dead(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

int main(int argc, char **argv)
{
    if (argc > 3)
        return victim_main(argv[1], argv[2], argv[3]);
    printf("1..2\n");
    runtime_dir_make();
    test_case("a_partner_killed_at_any_moment_leaves_an_error_and_nothing_else",
              a_partner_killed_at_any_moment_leaves_an_error_and_nothing_else);
    test_case("nothing_is_left_of_the_names_of_the_dead", nothing_is_left_of_the_names_of_the_dead);
    return 0;
}
