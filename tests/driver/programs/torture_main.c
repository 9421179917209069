/* SPDX-License-Identifier: MIT */
#include "torture.h"

int *nowhere = (int *)0x10;
char trail[512];
struct torture_case torture_cases[256];
int torture_count;
jmp_buf torture_jump;

void torture_register(const char *name, void (*run)(void), const char *expected)
{
    torture_cases[torture_count].name = name;
    torture_cases[torture_count].run = run;
    torture_cases[torture_count++].expected = expected;
}

void add(const char *format, ...)
{
    size_t used = strlen(trail);
    va_list args;

    va_start(args, format);
    vsnprintf(trail + used, sizeof(trail) - used, format, args);
    va_end(args);
}

NOINLINE int fault_in_callee(void)
{
    *nowhere = 1;
    return 0;
}

NOINLINE int raise_in_callee(DWORD code)
{
    RaiseException(code, 0, 0, NULL);
    return 7;
}

NOINLINE int said(int answer)
{
    add("?");
    return answer;
}

static int is_left_out(const char *name, int argc, char **argv)
{
    int i;

    for (i = 2; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return 1;
    return 0;
}

/* Prints the cases that failed; the last line counts. An argument runs one case; --all tells of
 * each, and leaves out those that are named behind it. */
int main(int argc, char **argv)
{
    int failed = 0, all = argc > 1 && strcmp(argv[1], "--all") == 0, i;

    for (i = 0; i < torture_count; i++) {
        if (all ? is_left_out(torture_cases[i].name, argc, argv)
                : argc > 1 && strcmp(argv[1], torture_cases[i].name) != 0)
            continue;
        trail[0] = '\0';
        torture_cases[i].run();
        if (strcmp(trail, torture_cases[i].expected) != 0) {
            printf("%s: %s, should be %s\n", torture_cases[i].name, trail,
                   torture_cases[i].expected);
            failed++;
        } else if (all) {
            printf("%s holds\n", torture_cases[i].name);
        }
        fflush(stdout);
    }
    printf("%d cases, %d failed\n", torture_count, failed);
    return failed != 0;
}
