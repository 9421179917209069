/* SPDX-License-Identifier: MIT */
/*
 * What the machine itself allows: a message that is copied once by one process, and a cache line
 * that two processors hand to each other. No connection can be faster for long.
 */
#include "bench.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

#define LEAST_COPY   4096
#define LINE_SIZE    64
#define TURNS        100
#define PATIENCE     100000 /* looks; many times what a line needs to come over */
#define END_OF_TURNS UINT64_MAX

static const char *variant(enum bench_kind kind, int number)
{
    return number == 0 ? "default" : NULL;
}

static bool copy(const struct bench_job *job, const int cpus[2], int ms,
                 struct bench_sample *sample)
{
    uint64_t begin = bench_ns(), until = begin + (uint64_t)ms * 1000000u, now;
    char *from, *to;

    if (job->kind != BENCH_ONE_WAY || job->size < LEAST_COPY || cpus[0] != cpus[1])
        return false;
    from = malloc(job->size);
    to = malloc(job->size);
    if (!from || !to)
        bench_fail("malloc");
    memset(from, 1, job->size);
    memset(to, 1, job->size);
    do {
        for (int i = 0; i < 8; i++) {
            memcpy(to, from, job->size);
            __asm__ volatile("" : : "r"(to) : "memory"); /* somebody might look */
        }
        sample->count += 8;
        now = bench_ns();
    } while (now < until);
    sample->seconds = (double)(now - begin) / 1e9;
    free(from);
    free(to);
    return true;
}

/* The other side has not got a processor: where others want ours, they shall have it. */
static void look_again(unsigned int *looks)
{
    if (++*looks % PATIENCE == 0)
        sched_yield();
}

/* Odd: the other's turn. One line for both directions is the fastest way there is. */
static void answer(_Atomic uint64_t *line)
{
    unsigned int looks = 0;
    uint64_t turn;

    for (;;) {
        while (!((turn = atomic_load_explicit(line, memory_order_acquire)) & 1))
            look_again(&looks);
        if (turn == END_OF_TURNS)
            return;
        atomic_store_explicit(line, turn + 1, memory_order_release);
    }
}

static bool hand_a_line(const struct bench_job *job, const int cpus[2], int ms,
                        struct bench_sample *sample)
{
    _Atomic uint64_t *line;
    uint64_t begin, until, now, turn = 0;
    unsigned int looks = 0;
    pid_t parent = getpid(), child;

    if (job->kind != BENCH_ROUND_TRIP || job->size > LINE_SIZE || cpus[0] == cpus[1])
        return false;
    line = mmap(NULL, sizeof(*line), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (line == MAP_FAILED)
        bench_fail("mmap");
    child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        bench_pin(cpus[1]);
        if (getppid() == parent)
            answer(line);
        _exit(0);
    }
    begin = bench_ns();
    until = begin + (uint64_t)ms * 1000000u;
    do {
        for (int i = 0; i < TURNS; i++) {
            atomic_store_explicit(line, turn + 1, memory_order_release);
            turn += 2;
            while (atomic_load_explicit(line, memory_order_acquire) != turn)
                look_again(&looks);
        }
        now = bench_ns();
    } while (now < until);
    atomic_store_explicit(line, END_OF_TURNS, memory_order_release);
    waitpid(child, NULL, 0);
    munmap((void *)line, sizeof(*line));
    sample->count = (double)turn / 2;
    sample->seconds = (double)(now - begin) / 1e9;
    sample->p50_us = sample->seconds * 1e6 / sample->count;
    return true;
}

const struct bench_peer bench_memcpy = {
    .name = "memcpy",
    .title = "limit: one memcpy",
    .variant = variant,
    .limit = copy,
};

const struct bench_peer bench_cache_line = {
    .name = "cache_line",
    .title = "limit: a cache line",
    .variant = variant,
    .limit = hand_a_line,
};
