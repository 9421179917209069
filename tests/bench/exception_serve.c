/* SPDX-License-Identifier: MIT */
/* The loop of a side process; also built for Windows. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

#include "exceptions.h"

static double now_ns(void)
{
    LARGE_INTEGER ticks, frequency;

    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&frequency);
    return (double)ticks.QuadPart * 1e9 / (double)frequency.QuadPart;
}

#define SLICES 10

static double ns_of(const struct bench_subject *subject, unsigned int count)
{
    double begin = now_ns();

    subject->run(count);
    return now_ns() - begin;
}

/* In the best of some slices nobody else has had the processor. The first runs, too short to count,
 * are for warming up. */
static double ns_of_one(const struct bench_subject *subject, double least_ns)
{
    unsigned int count = 16;
    double least;

    while (ns_of(subject, count) < least_ns / SLICES && count < 1u << 30)
        count *= 2;
    least = ns_of(subject, count);
    for (int slice = 1; slice < SLICES; slice++) {
        double took = ns_of(subject, count);

        least = took < least ? took : least;
    }
    return least / count;
}

int bench_subjects_serve(const struct bench_subject *subjects)
{
    char name[64];
    unsigned int us;

    while (scanf("%63s %u", name, &us) == 2) {
        const struct bench_subject *subject = subjects;

        while (subject->name && strcmp(subject->name, name) != 0)
            subject++;
        if (!subject->name)
            return 1;
        printf("%.3f\n", ns_of_one(subject, us * 1e3));
        fflush(stdout);
    }
    return 0;
}
