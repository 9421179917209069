/* SPDX-License-Identifier: MIT */
/* What is measured of exceptions: each is a function, run by a side process that serves it. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct bench_subject {
    const char *name;
    void (*run)(unsigned int count);
};

/* What a source for Windows does. Ended by a subject without a name. */
extern const struct bench_subject bench_subjects_seh[];

/* What a source for Linux would do in its place. */
extern const struct bench_subject bench_subjects_linux[];

/* Reads lines "NAME MICROSECONDS" and answers each with the nanoseconds that one run takes. */
int bench_subjects_serve(const struct bench_subject *subjects);

#ifdef __cplusplus
}
#endif
