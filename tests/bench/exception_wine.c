/* SPDX-License-Identifier: MIT */
/* Wine's side: bench.sh builds it, with exception_subjects.c. */
#include "exceptions.h"

int main(void)
{
    return bench_subjects_serve(bench_subjects_seh);
}
