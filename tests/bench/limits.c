/* SPDX-License-Identifier: MIT */
/*
 * What the machine itself allows: a message that is copied once by one process, and a cache line
 * that two processors hand to each other. No connection can be faster for long.
 */
#include "bench.h"

#include <signal.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

#define LEAST_COPY   4096
#define LINE         128 /* two lines: processors fetch them in pairs */
#define TURNS        1000
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

struct table {
    alignas(LINE) _Atomic uint64_t there;
    alignas(LINE) _Atomic uint64_t back;
};

static void answer(struct table *table)
{
    uint64_t seen = 0, next;

    do {
        while ((next = atomic_load_explicit(&table->there, memory_order_acquire)) == seen)
            ;
        seen = next;
        atomic_store_explicit(&table->back, seen, memory_order_release);
    } while (seen != END_OF_TURNS);
}

static bool hand_a_line(const struct bench_job *job, const int cpus[2], int ms,
                        struct bench_sample *sample)
{
    struct table *table;
    uint64_t begin, until, now, turn = 0;
    pid_t parent = getpid(), child;

    if (job->kind != BENCH_ROUND_TRIP || job->size > LINE || cpus[0] == cpus[1])
        return false;
    table = mmap(NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (table == MAP_FAILED)
        bench_fail("mmap");
    child = fork();
    if (child < 0)
        bench_fail("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        bench_pin(cpus[1]);
        if (getppid() == parent)
            answer(table);
        _exit(0);
    }
    begin = bench_ns();
    until = begin + (uint64_t)ms * 1000000u;
    do {
        for (int i = 0; i < TURNS; i++) {
            atomic_store_explicit(&table->there, ++turn, memory_order_release);
            while (atomic_load_explicit(&table->back, memory_order_acquire) != turn)
                ;
        }
        now = bench_ns();
    } while (now < until);
    atomic_store_explicit(&table->there, END_OF_TURNS, memory_order_release);
    waitpid(child, NULL, 0);
    munmap(table, sizeof(*table));
    sample->count = (double)turn;
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
