/* SPDX-License-Identifier: MIT */
/*
 * A process that shares an end of a pipe is killed between two instructions of an operation.
 *
 * It is single-stepped into the operation, a number of instructions that chance draws from all that
 * the operation has, and killed there. Whatever it had done, the others find the pipe in order: what
 * it did is there as a whole or not at all.
 */
#include "stress.h"

#include <sys/ptrace.h>

#define QUOTA        64
#define STEPS_MAX    60000
#define BLOCKED_US   30000
#define HANG_SECONDS 20

static const char *program;
static HANDLE server, client;
static char name[64];

/* ---- the one who is killed ---- */

static int role(const char *operation, HANDLE first, HANDLE second)
{
    static char buffer[QUOTA];
    DWORD count;

    kill(getpid(), SIGSTOP);
    if (strcmp(operation, "write") == 0 || strcmp(operation, "write_more") == 0)
        WriteFile(first, "12345678901234567890", 20, &count, NULL);
    else if (strcmp(operation, "read") == 0 || strcmp(operation, "read_more") == 0)
        ReadFile(second, buffer, sizeof(buffer), &count, NULL);
    else if (strcmp(operation, "accept") == 0)
        ConnectNamedPipe(second, NULL);
    else if (strcmp(operation, "disconnect") == 0)
        DisconnectNamedPipe(second);
    else if (strcmp(operation, "close") == 0)
        CloseHandle(first);
    kill(getpid(), SIGSTOP);
    return 0;
}

/* ---- stepping ---- */

static sigset_t child_signal; /* blocked in all threads, so that one can wait for it */

static struct heir victim_start(const char *operation)
{
    char line[160];

    snprintf(line, sizeof(line), "step %s %lx %lx x", operation, (unsigned long)(ULONG_PTR)client,
             (unsigned long)(ULONG_PTR)server);
    return heir_start(program, line, true);
}

/* False: it did not stop, or it is gone. */
static bool wait_stopped(pid_t pid, int64_t us, bool *is_signal_stop)
{
    int64_t end = now_us() + us;
    int status;

    for (;;) {
        pid_t got = waitpid(pid, &status, __WALL | WNOHANG);

        if (got == pid) {
            *is_signal_stop = WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP;
            return WIFSTOPPED(status);
        }
        if (got < 0 || now_us() > end)
            return false;
        sigtimedwait(&child_signal, NULL, &(struct timespec){.tv_nsec = 10000000});
    }
}

/* It sleeps in a call; one that is only not let run does not. */
static bool is_asleep(pid_t pid)
{
    char path[40], text[256], *state;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    file = fopen(path, "r");
    if (!file)
        return true;
    text[fread(text, 1, sizeof(text) - 1, file)] = 0;
    fclose(file);
    state = strrchr(text, ')');
    return !state || state[2] == 'S';
}

/* False: it has gone, or blocks. */
static bool wait_stepped(pid_t pid, bool *is_signal_stop)
{
    for (int64_t start = now_us(); now_us() - start < 5000000;)
        if (wait_stopped(pid, BLOCKED_US, is_signal_stop))
            return true;
        else if (is_asleep(pid))
            break;
    return false;
}

/* How many instructions it went: less than asked if the operation ended, or blocked. */
static uint32_t victim_step(const struct heir *victim, uint32_t steps)
{
    bool is_signal = false;
    uint32_t done = 0;

    if (ptrace(PTRACE_SEIZE, victim->pid, NULL, NULL) < 0) {
        WRONG("nobody may be traced here: %s", strerror(errno));
        return 0;
    }
    while (!is_signal)
        if (!wait_stopped(victim->pid, 5000000, &is_signal)) {
            WRONG("a process does not begin");
            return 0;
        }
    /* Out of the call in which it stopped itself. */
    for (is_signal = false; done < steps && !is_signal; done++) {
        if (ptrace(PTRACE_SINGLESTEP, victim->pid, NULL, NULL) < 0 ||
            !wait_stepped(victim->pid, &is_signal))
            break;
        watchdog_feed();
    }
    return done;
}

/* ---- what is found afterwards ---- */

static HANDLE open_client(void)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE made = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    EXPECT(made != INVALID_HANDLE_VALUE && SetNamedPipeHandleState(made, &mode, NULL, NULL));
    return made;
}

static void expect_message(HANDLE from, const char *text)
{
    char buffer[QUOTA] = "";
    DWORD count = 0;

    if (!ReadFile(from, buffer, sizeof(buffer), &count, NULL))
        WRONG("no message \"%s\": error %u", text, (unsigned)GetLastError());
    else if (count != strlen(text) || memcmp(buffer, text, count) != 0)
        WRONG("\"%.*s\" instead of \"%s\"", (int)count, buffer, text);
}

static void expect_conversation(void)
{
    DWORD count;

    EXPECT(WriteFile(client, "there", 5, &count, NULL));
    expect_message(server, "there");
    EXPECT(WriteFile(server, "back", 4, &count, NULL));
    expect_message(client, "back");
    EXPECT(FlushFileBuffers(server));
}

/* Without waiting for a client. */
static void listen_again(void)
{
    DWORD mode = PIPE_READMODE_MESSAGE | PIPE_NOWAIT;

    EXPECT(SetNamedPipeHandleState(server, &mode, NULL, NULL));
    EXPECT(!ConnectNamedPipe(server, NULL) && GetLastError() == ERROR_PIPE_LISTENING);
    mode = PIPE_READMODE_MESSAGE;
    EXPECT(SetNamedPipeHandleState(server, &mode, NULL, NULL));
}

static void connect_anew(void)
{
    DWORD count;

    DisconnectNamedPipe(server);
    if (client != INVALID_HANDLE_VALUE) {
        EXPECT(!ReadFile(client, &count, sizeof(count), &count, NULL));
        CloseHandle(client);
    }
    listen_again();
    client = heirloom(open_client());
}

static DWORD WINAPI write_over_quota(LPVOID unused)
{
    DWORD count;

    (void)unused;
    for (int i = 0; i < 5; i++)
        EXPECT(WriteFile(client, "a message of 20 byte", 20, &count, NULL));
    return 0;
}

static uint32_t in_the_pipe(void)
{
    DWORD total = 0;

    EXPECT(PeekNamedPipe(server, NULL, 0, NULL, &total, NULL));
    return total;
}

/* One round: prepares, lets the victim go that far, kills it, looks. Returns the victim's steps. */
static uint32_t one_round(const char *operation, uint32_t steps)
{
    bool writes = strncmp(operation, "write", 5) == 0, reads = strncmp(operation, "read", 4) == 0;
    bool is_over = strstr(operation, "_more") != NULL;
    HANDLE writer = NULL;
    struct heir victim;
    DWORD count, before = 0;

    if (strcmp(operation, "accept") == 0) {
        DisconnectNamedPipe(server);
        CloseHandle(client);
        listen_again();
        client = INVALID_HANDLE_VALUE;
    }
    if (writes && is_over) {
        EXPECT(WriteFile(client, "a message of 50 bytes, so that there is no room ...", 50, &count,
                         NULL));
        before = 50;
    }
    if (reads && !is_over) {
        EXPECT(WriteFile(client, "first", 5, &count, NULL));
        EXPECT(WriteFile(client, "second", 6, &count, NULL));
    }
    victim = victim_start(operation);
    if (!victim.process)
        return 0;
    if (strcmp(operation, "accept") == 0)
        client = open_client();
    if (reads && is_over) {
        writer = CreateThread(NULL, 0, write_over_quota, NULL, 0, NULL);
        while (in_the_pipe() < 80)
            sleep_us(20);
    }
    steps = victim_step(&victim, steps);
    heir_kill(&victim);

    if (writes) {
        EXPECT(WriteFile(client, "end", 3, &count, NULL));
        if (before)
            EXPECT(ReadFile(server, (char[64]){0}, 64, &count, NULL) && count == 50);
        before = in_the_pipe();
        if (before == 23)
            expect_message(server, "12345678901234567890");
        else if (before != 3)
            WRONG("%u bytes are there", (unsigned)before);
        expect_message(server, "end");
    } else if (reads && !is_over) {
        if (in_the_pipe() == 11)
            expect_message(server, "first");
        expect_message(server, "second");
    } else if (reads) {
        before = 0;
        while (WaitForSingleObject(writer, 0) == WAIT_TIMEOUT || in_the_pipe()) {
            if (in_the_pipe()) {
                expect_message(server, "a message of 20 byte");
                before++;
            }
        }
        CloseHandle(writer);
        if (before < 4)
            WRONG("%u of 5 messages are there", (unsigned)before);
    } else if (strcmp(operation, "disconnect") == 0) {
        connect_anew();
    } else if (strcmp(operation, "accept") == 0) {
        DWORD mode;

        /* Taken from the listener and not yet shown to the others: then it went with the dead. */
        if (!WriteFile(client, "there", 5, &count, NULL) ||
            !GetNamedPipeHandleStateA(client, &mode, NULL, NULL, NULL, NULL, 0) ||
            !ReadFile(server, (char[8]){0}, 8, &count, NULL))
            connect_anew();
    }
    expect_conversation();
    return steps;
}

static const char *operation;

static void others_find_the_pipe_in_order(void)
{
    struct chance chance = {stress_seed()};
    int64_t end = now_us() + stress_us(20) / 7;
    uint32_t all, rounds = 0;

    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                              1, QUOTA, QUOTA, 0, NULL);
    heirloom(server);
    client = heirloom(open_client());
    all = one_round(operation, STEPS_MAX);
    while (all && now_us() < end && !atomic_load(&stress_failures)) {
        uint32_t steps = chance_below(&chance, all + 20);

        one_round(operation, steps);
        if (atomic_load(&stress_failures))
            WRONG("killed after %u of %u instructions", steps, all);
        rounds++;
        watchdog_feed();
    }
    printf("# %s: %u rounds, %u instructions\n", operation, rounds, all);
    CloseHandle(client);
    CloseHandle(server);
    EXPECT(all > 100);
}

int main(int argc, char **argv)
{
    static const char *const operations[] = {"write",  "write_more", "read", "read_more",
                                             "accept", "disconnect", "close"};
    static char path[4096];

    if (argc == 5)
        return role(argv[1], (HANDLE)(ULONG_PTR)strtoul(argv[2], NULL, 16),
                    (HANDLE)(ULONG_PTR)strtoul(argv[3], NULL, 16));
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal, NULL);
    program = realpath("/proc/self/exe", path);
    printf("1..%d\n", (int)(sizeof(operations) / sizeof(operations[0])));
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
        char text[80];

        operation = operations[i];
        snprintf(name, sizeof(name), "\\\\.\\pipe\\step.%d", (int)getpid());
        snprintf(text, sizeof(text), "one_who_dies_amid_%s_leaves_the_others_in_order", operation);
        test_case(text, others_find_the_pipe_in_order);
    }
    runtime_dir_remove();
    return 0;
}
