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

/* The first runs, too short to count, are for warming up. */
static double ns_of_one(const struct bench_subject *subject, double least_ns)
{
    for (unsigned int count = 16;; count *= 2) {
        double begin = now_ns(), took;

        subject->run(count);
        took = now_ns() - begin;
        if (took >= least_ns || count >= 1u << 30)
            return took / count;
    }
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
