/* SPDX-License-Identifier: MIT */
/*
 * Measures how long Ctrl+C takes from the keyboard of a pseudo-terminal to a control handler, beside a
 * plain sigaction handler: both programs wait on terminals of their own and note when they are called.
 * Keys go to one and the other in turn.
 *
 *     bench_keys [--quick] [--tsv FILE]     FILE is appended to
 */
#include <windows.h>

#include <pty.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "line.h"
#include "statistics.h"

#define ROUNDS       5
#define KEYS         200 /* in a round */
#define QUICK_ROUNDS 3
#define QUICK_KEYS   50
#define PAUSE_US     3000 /* programs that wait sleep */
#define PATIENCE_NS  5000000000u
#define WANTED_US    200.0

/* What the programs and the keyboard share: when the handler was called; 0: it was not. */
static _Atomic uint64_t *came_at;

_Noreturn static void fail(const char *what)
{
    perror(what);
    exit(1);
}

/* ---- the programs ---- */

static BOOL WINAPI on_event(DWORD type)
{
    (void)type;
    *came_at = bench_ns();
    return TRUE;
}

static void on_signal(int number)
{
    (void)number;
    *came_at = bench_ns();
}

static int wait_for_keys(const char *role, const char *fd)
{
    struct sigaction action = {.sa_handler = on_signal};

    came_at = mmap(NULL, sizeof(*came_at), PROT_READ | PROT_WRITE, MAP_SHARED, atoi(fd), 0);
    if (came_at == MAP_FAILED)
        fail("mmap");
    if (strcmp(role, "--transom") == 0)
        SetConsoleCtrlHandler(on_event, TRUE);
    else
        sigaction(SIGINT, &action, NULL);
    *came_at = 1; /* ready */
    for (;;)
        pause();
}

/* ---- the keyboard ---- */

static struct peer {
    const char *name, *role;
    int fd; /* of the terminal */
    pid_t program;
    _Atomic uint64_t *came_at;
} peers[] = {
    {.name = "transom", .role = "--transom"},
    {.name = "sigaction", .role = "--sigaction"},
};
enum { OURS, THEIRS, PEERS };

static uint64_t wait_until_came(struct peer *peer)
{
    uint64_t until = bench_ns() + PATIENCE_NS, came;

    while (!(came = *peer->came_at)) {
        if (bench_ns() > until) {
            fprintf(stderr, "bench: the handler of %s is not called\n", peer->name);
            exit(1);
        }
        usleep(200);
    }
    return came;
}

static void start(struct peer *peer)
{
    int memory = memfd_create("bench", 0);
    char number[16];

    if (memory < 0 || ftruncate(memory, sizeof(*peer->came_at)) < 0)
        fail("memfd_create");
    peer->came_at =
        mmap(NULL, sizeof(*peer->came_at), PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (peer->came_at == MAP_FAILED)
        fail("mmap");
    snprintf(number, sizeof(number), "%d", memory);
    peer->program = forkpty(&peer->fd, NULL, NULL, NULL);
    if (peer->program < 0)
        fail("forkpty");
    if (peer->program == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal(SIGINT, SIG_DFL);
        execl("/proc/self/exe", "bench_keys", peer->role, number, NULL);
        _exit(127);
    }
    close(memory);
    wait_until_came(peer);
}

static uint32_t type_ctrl_c(struct peer *peer)
{
    char echo[64];
    uint64_t begin, came;

    *peer->came_at = 0;
    usleep(PAUSE_US);
    begin = bench_ns();
    if (write(peer->fd, "\x03", 1) != 1)
        fail("write");
    came = wait_until_came(peer);
    /* What the terminal shows has to go somewhere. */
    if (read(peer->fd, echo, sizeof(echo)) < 0)
        fail("read");
    return (uint32_t)(came - begin);
}

static double values[2][PEERS][ROUNDS]; /* p50 and p99, in us */

static void measure(int rounds, int keys)
{
    static uint32_t samples[PEERS][KEYS];

    for (int round = 0; round < rounds; round++) {
        for (int key = 0; key < keys; key++)
            for (int i = 0; i < PEERS; i++)
                samples[i][key] = type_ctrl_c(&peers[i]);
        for (int i = 0; i < PEERS; i++) {
            values[0][i][round] = bench_percentile(samples[i], (size_t)keys, 0.5) / 1e3;
            values[1][i][round] = bench_percentile(samples[i], (size_t)keys, 0.99) / 1e3;
        }
    }
}

static void tell(FILE *table, const char *figure, double (*of)[ROUNDS], int rounds)
{
    struct bench_spread ratio = bench_spread_of_ratios(of[THEIRS], of[OURS], (size_t)rounds);

    for (int i = 0; i < PEERS; i++) {
        double value = bench_median(of[i], (size_t)rounds);

        bench_line_tell(&(struct bench_line){figure, peers[i].name, "unpinned", "us", value,
                                             i == OURS ? NULL : &ratio},
                        table);
    }
}

int main(int argc, char **argv)
{
    int rounds = ROUNDS, keys = KEYS;
    FILE *table = NULL;
    double ours;

    if (argc == 3 && (strcmp(argv[1], "--transom") == 0 || strcmp(argv[1], "--sigaction") == 0))
        return wait_for_keys(argv[1], argv[2]);
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--quick") == 0) {
            rounds = QUICK_ROUNDS;
            keys = QUICK_KEYS;
        } else if (strcmp(argv[i], "--tsv") == 0 && i + 1 < argc) {
            table = fopen(argv[++i], "a");
            if (!table)
                fail(argv[i]);
        } else {
            fprintf(stderr, "Usage: bench_keys [--quick] [--tsv FILE]\n");
            return 2;
        }
    for (int i = 0; i < PEERS; i++)
        start(&peers[i]);
    measure(rounds, keys);
    tell(table, "ctrl_c", values[0], rounds);
    tell(table, "ctrl_c_p99", values[1], rounds);
    ours = bench_median(values[0][OURS], (size_t)rounds);
    printf(
        "\nCtrl+C, from the key to the handler: %.0f us, a plain sigaction handler %.0f us; wanted "
        "are less than %.0f us  %s\n",
        ours, bench_median(values[0][THEIRS], (size_t)rounds), WANTED_US,
        ours < WANTED_US ? "reached" : "MISSED");
    for (int i = 0; i < PEERS; i++) {
        kill(peers[i].program, SIGKILL);
        waitpid(peers[i].program, NULL, 0);
    }
    return table && fclose(table) ? 1 : 0;
}
