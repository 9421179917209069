/* SPDX-License-Identifier: MIT */
/*
 * Measures what exceptions cost, beside what a program for Linux has in their place, and beside Wine
 * where bench.sh has built its side. Each of the three is a process that runs what it is told, so
 * that none has the other's signal handlers; all of them are pinned to one processor, and asked in
 * turn.
 *
 *     bench_exceptions [--quick] [--tsv FILE]     FILE is appended to
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exceptions.h"
#include "line.h"
#include "statistics.h"

#define ROUNDS       15
#define ROUND_US     10000 /* for one figure of one peer */
#define QUICK_ROUNDS 3
#define QUICK_US     500
#define PEERS_MAX    4 /* of one figure */

struct side {
    const char *role;
    pid_t process;
    FILE *to, *from;
};

static struct side transom_side = {.role = "--transom"}, linux_side = {.role = "--linux"},
                   wine_side;

static const struct figure {
    const char *name, *what;
    const char *peers[PEERS_MAX]; /* the first one is what wanted is about */
    double wanted;                /* the ratio; 0: nothing in particular */
} figures[] = {
    {"enter", "enter and leave __try/__except", {"setjmp"}, 0.5},
    {"enter_finally", "enter and leave __try/__finally", {"setjmp"}, 0.5},
    {"raise", "raise and handle, in one function", {"cxx", "sigsetjmp"}, 15},
    {"raise_10", "raise and handle, 10 frames up", {"cxx", "sigsetjmp"}, 30},
    {"raise_finally_10", "raise and handle, through 10 __finally", {"cxx"}, 0},
    {"fault", "access violation to its handler", {"sigsetjmp"}, 1},
    {"vectored", "access violation, continued by a vectored handler", {"signal"}, 1 / 1.1},
};

_Noreturn static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void pin_to_one_processor(void)
{
    cpu_set_t set;
    int cpu = sched_getcpu();

    CPU_ZERO(&set);
    CPU_SET(cpu < 0 ? 0 : cpu, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static void start(struct side *side, const char *runner, const char *program)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        fail("socketpair");
    side->process = fork();
    if (side->process < 0)
        fail("fork");
    if (side->process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(ends[1], STDIN_FILENO);
        dup2(ends[1], STDOUT_FILENO);
        if (runner)
            execl(runner, runner, program, NULL);
        else
            execl(program, "bench_exceptions", side->role, NULL);
        _exit(127);
    }
    close(ends[1]);
    side->from = fdopen(ends[0], "r");
    side->to = fdopen(fcntl(ends[0], F_DUPFD_CLOEXEC, 0), "w");
    if (!side->from || !side->to)
        fail("fdopen");
}

static void stop(struct side *side)
{
    if (side->process > 0) {
        kill(side->process, SIGKILL);
        waitpid(side->process, NULL, 0);
        fclose(side->from);
        fclose(side->to);
    }
}

static double ask(struct side *side, const char *peer, const char *figure, int us)
{
    char line[64];

    fprintf(side->to, "%s%s%s %d\n", peer ? peer : "", peer ? "." : "", figure, us);
    fflush(side->to);
    if (!fgets(line, sizeof(line), side->from)) {
        fprintf(stderr, "bench: %s ended at %s\n", peer ? peer : side->role, figure);
        exit(1);
    }
    return strtod(line, NULL);
}

/* A figure's peers with Transom in front and Wine, if it is there, at the end. */
static size_t peers_of(const struct figure *figure, const char **names)
{
    size_t count = 0;

    names[count++] = "transom";
    for (size_t i = 0; i < PEERS_MAX && figure->peers[i]; i++)
        names[count++] = figure->peers[i];
    if (wine_side.from)
        names[count++] = "wine";
    return count;
}

static double measure_once(const struct figure *figure, const char *peer, int us)
{
    if (strcmp(peer, "transom") == 0)
        return ask(&transom_side, NULL, figure->name, us);
    if (strcmp(peer, "wine") == 0)
        return ask(&wine_side, NULL, figure->name, us);
    return ask(&linux_side, peer, figure->name, us);
}

static void tell(FILE *table, const char *figure, const char *peer, double value,
                 const struct bench_spread *ratio)
{
    char name[64];

    snprintf(name, sizeof(name), "seh_%s", figure);
    bench_line_tell(&(struct bench_line){name, peer, "one_core", "ns", value, ratio}, table);
}

/* The first peer's ratio. */
static double measure(const struct figure *figure, int rounds, int us, FILE *table)
{
    static double values[PEERS_MAX + 2][ROUNDS];
    const char *names[PEERS_MAX + 2];
    size_t peers = peers_of(figure, names);
    double first = 0;

    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < peers; i++) {
            size_t peer = (i + (size_t)round) % peers;

            values[peer][round] = measure_once(figure, names[peer], us);
        }
    for (size_t i = 0; i < peers; i++) {
        struct bench_spread ratio = bench_spread_of_ratios(values[i], values[0], (size_t)rounds);

        tell(table, figure->name, names[i], bench_median(values[i], (size_t)rounds),
             i > 0 ? &ratio : NULL);
        first = i == 1 ? ratio.median : first;
    }
    return first;
}

int main(int argc, char **argv)
{
    double ratios[sizeof(figures) / sizeof(figures[0])];
    const size_t count = sizeof(figures) / sizeof(figures[0]);
    const char *runner = getenv("TRANSOM_BENCH_WINE"), *wine = getenv("TRANSOM_BENCH_WINE_SEH");
    int rounds = ROUNDS, us = ROUND_US;
    FILE *table = NULL;

    if (argc == 2 && strcmp(argv[1], transom_side.role) == 0)
        return bench_subjects_serve(bench_subjects_seh);
    if (argc == 2 && strcmp(argv[1], linux_side.role) == 0)
        return bench_subjects_serve(bench_subjects_linux);
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--quick") == 0) {
            rounds = QUICK_ROUNDS;
            us = QUICK_US;
        } else if (strcmp(argv[i], "--tsv") == 0 && i + 1 < argc) {
            table = fopen(argv[++i], "a");
            if (!table)
                fail(argv[i]);
        } else {
            fprintf(stderr, "Usage: bench_exceptions [--quick] [--tsv FILE]\n");
            return 2;
        }
    pin_to_one_processor();
    start(&transom_side, NULL, "/proc/self/exe");
    start(&linux_side, NULL, "/proc/self/exe");
    if (runner && wine)
        start(&wine_side, runner, wine);
    for (size_t i = 0; i < count; i++)
        ratios[i] = measure(&figures[i], rounds, us, table);
    printf("\nExceptions: how many times faster than what Linux has in their place, and wanted\n");
    for (size_t i = 0; i < count; i++) {
        printf("  %-50s %-10s %6.2f", figures[i].what, figures[i].peers[0], ratios[i]);
        if (figures[i].wanted > 0)
            printf(" %6.2f  %s", figures[i].wanted,
                   ratios[i] >= figures[i].wanted ? "reached" : "MISSED");
        printf("\n");
    }
    stop(&transom_side);
    stop(&linux_side);
    stop(&wine_side);
    return table && fclose(table) ? 1 : 0;
}
