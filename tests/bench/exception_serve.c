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

#define SLICES   10
#define SLICE_NS 20000.0 /* at least: many ticks of the clock */

static double ns_of(const struct bench_subject *subject, unsigned int count)
{
    double begin = now_ns();

    subject->run(count);
    return now_ns() - begin;
}

static double least_of_slices(const struct bench_subject *subject, unsigned int count)
{
    double least = ns_of(subject, count);

    for (int slice = 1; slice < SLICES; slice++) {
        double took = ns_of(subject, count);

        least = took < least ? took : least;
    }
    return least;
}

/* In the best of some slices nobody else has had the processor. The first runs, too short to count,
 * are for warming up; one of them that somebody has interrupted does not make a slice long. */
static double ns_of_one(const struct bench_subject *subject, double least_ns)
{
    double slice_ns = least_ns / SLICES > SLICE_NS ? least_ns / SLICES : SLICE_NS, took;
    unsigned int count = 16;

    while (ns_of(subject, count) < slice_ns && count < 1u << 30)
        count *= 2;
    while ((took = least_of_slices(subject, count)) < slice_ns / 4 && count < 1u << 30)
        count *= 2;
    return took / count;
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
