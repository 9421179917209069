/* SPDX-License-Identifier: MIT */
/*
 * Conformance tests: Windows' behaviour, in the words of the SDK alone.
 *
 * A file is one program. Each TEST runs in a process of its own, with a clock; a ROLE is another
 * process of the same file, so that server and client of a test stand one under the other. Built
 * for Transom, and with mingw-w64 for Windows and Wine. Output is TAP.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_SECONDS 20
#define BLOCKED_MS   150

enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_DIFFERS = 76, EXIT_SKIPPED = 77 };

typedef int (*conformance_body)(const char *argument);

struct conformance_entry {
    const char *name;
    conformance_body body;
    int is_role;
    struct conformance_entry *next;
};

static struct conformance_entry *conformance_entries;
static char conformance_pipe[128];

static void conformance_add(struct conformance_entry *entry)
{
    struct conformance_entry **at = &conformance_entries;

    while (*at && strcmp((*at)->name, entry->name) < 0)
        at = &(*at)->next;
    entry->next = *at;
    *at = entry;
}

#define CONFORMANCE_ENTRY(name, run, role)                                   \
    static int run(const char *argument);                                    \
    static struct conformance_entry entry_##name = {#name, run, role, NULL}; \
    __attribute__((constructor)) static void add_##name(void)                \
    {                                                                        \
        conformance_add(&entry_##name);                                      \
    }

#define TEST(name)                                                      \
    static void name(void);                                             \
    static int run_##name(__attribute__((unused)) const char *argument) \
    {                                                                   \
        name();                                                         \
        return EXIT_PASSED;                                             \
    }                                                                   \
    CONFORMANCE_ENTRY(name, run_##name, 0)                              \
    static void name(void)

/* Its value is its exit code. */
#define ROLE(name)                   \
    CONFORMANCE_ENTRY(name, name, 1) \
    static int name(__attribute__((unused)) const char *argument)

/* ---- checks: the first that fails ends the process ---- */

static void conformance_fail(const char *file, int line, const char *what)
{
    printf("# %s:%d: %s (last error %u)\n", file, line, what, (unsigned)GetLastError());
    fflush(stdout);
    ExitProcess(EXIT_FAILED);
}

static void conformance_u32(const char *file, int line, const char *what, DWORD actual,
                            DWORD expected)
{
    if (actual == expected)
        return;
    printf("# %s:%d: %s is %u (%#x), should be %u (%#x)\n", file, line, what, (unsigned)actual,
           (unsigned)actual, (unsigned)expected, (unsigned)expected);
    fflush(stdout);
    ExitProcess(EXIT_FAILED);
}

#define CHECK(condition) ((condition) ? (void)0 : conformance_fail(__FILE__, __LINE__, #condition))
#define CHECK_U32(actual, expected) \
    conformance_u32(__FILE__, __LINE__, #actual, (DWORD)(actual), (DWORD)(expected))
/* The call fails, with this last error. */
#define CHECK_ERR(call, code)                                                           \
    do {                                                                                \
        SetLastError(0xDEADBEEF);                                                       \
        if (call)                                                                       \
            conformance_fail(__FILE__, __LINE__, #call " succeeds");                    \
        conformance_u32(__FILE__, __LINE__, "error of " #call, GetLastError(), (code)); \
    } while (0)

#define SKIP(why)                       \
    do {                                \
        printf("# skipped: %s\n", why); \
        fflush(stdout);                 \
        ExitProcess(EXIT_SKIPPED);      \
    } while (0)

static __attribute__((unused)) int is_wine(void)
{
#if defined(_WIN32) && !defined(__TRANSOM__)
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    return ntdll && GetProcAddress(ntdll, "wine_get_version") != NULL;
#else
    return 0;
#endif
}

/* From here on the test shows what Windows does and Wine does not: under Wine it has to fail. */
#define WINE_DIFFERS(what)                        \
    do {                                          \
        if (is_wine()) {                          \
            printf("# Wine differs: %s\n", what); \
            fflush(stdout);                       \
            ExitProcess(EXIT_DIFFERS);            \
        }                                         \
    } while (0)

/* From here on the test shows what Windows does and Transom does not: see docs/deviations.md. */
#ifdef __TRANSOM__
#define DEVIATES(number)                    \
    do {                                    \
        printf("# deviation %d\n", number); \
        fflush(stdout);                     \
        ExitProcess(EXIT_DIFFERS);          \
    } while (0)
#else
#define DEVIATES(number) ((void)0)
#endif

/* A single check that only Windows has to hold. */
#define CHECK_WINE_DIFFERS(condition, what)       \
    do {                                          \
        if (is_wine())                            \
            printf("# Wine differs: %s\n", what); \
        else                                      \
            CHECK(condition);                     \
    } while (0)
#define CHECK_U32_WINE_DIFFERS(actual, expected, what) \
    do {                                               \
        if (is_wine())                                 \
            printf("# Wine differs: %s\n", what);      \
        else                                           \
            CHECK_U32(actual, expected);               \
    } while (0)

/* A test ends with its process and leaves its memory to it. */
#ifdef __SANITIZE_ADDRESS__
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

/* ---- processes ---- */

typedef struct {
    HANDLE handle;
    DWORD id;
} PROCESS;

static PROCESS conformance_spawn(const char *kind, const char *name, const char *argument)
{
    char program[MAX_PATH], line[3 * MAX_PATH];
    STARTUPINFOA startup;
    PROCESS_INFORMATION information;
    PROCESS process = {NULL, 0};

    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    GetModuleFileNameA(NULL, program, sizeof(program));
    snprintf(line, sizeof(line), "\"%s\" %s %s \"%s\"", program, kind, name, argument);
    fflush(stdout);
    if (!CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information))
        conformance_fail(__FILE__, __LINE__, "a process cannot be started");
    CloseHandle(information.hThread);
    process.handle = information.hProcess;
    process.id = information.dwProcessId;
    return process;
}

/* Starts a ROLE of this file. */
#define spawn_role(name, argument) conformance_spawn("--role", #name, argument)

/* Its exit code: 0 if all its checks held. */
static __attribute__((unused)) DWORD wait_role(PROCESS process)
{
    DWORD code = 0xFFFFFFFF;

    if (WaitForSingleObject(process.handle, TEST_SECONDS * 1000) == WAIT_OBJECT_0)
        GetExitCodeProcess(process.handle, &code);
    CloseHandle(process.handle);
    return code;
}

static __attribute__((unused)) void kill_role(PROCESS process)
{
    TerminateProcess(process.handle, 9);
    WaitForSingleObject(process.handle, TEST_SECONDS * 1000);
    CloseHandle(process.handle);
}

/* True if the thread has not ended after a while. */
static __attribute__((unused)) BOOL thread_is_blocked(HANDLE thread)
{
    return WaitForSingleObject(thread, BLOCKED_MS) == WAIT_TIMEOUT;
}

/* A pipe's name of this test alone. */
static __attribute__((unused)) const char *pipe_name(void)
{
    if (!conformance_pipe[0])
        snprintf(conformance_pipe, sizeof(conformance_pipe), "\\\\.\\pipe\\conformance.%u.%u",
                 (unsigned)GetCurrentProcessId(), (unsigned)GetTickCount());
    return conformance_pipe;
}

/* ---- the runner ---- */

static int conformance_run_one(const char *name, const char *argument, int is_role)
{
    struct conformance_entry *entry;

    for (entry = conformance_entries; entry; entry = entry->next)
        if (strcmp(entry->name, name) == 0 && entry->is_role == is_role) {
            int code = entry->body(argument);

            fflush(stdout);
            return code;
        }
    printf("# there is no %s\n", name);
    return EXIT_FAILED;
}

static int conformance_report(unsigned number, const char *name)
{
    PROCESS process = conformance_spawn("--test", name, "");
    DWORD code = EXIT_FAILED;

    if (WaitForSingleObject(process.handle, TEST_SECONDS * 1000) != WAIT_OBJECT_0) {
        printf("# %s takes too long\n", name);
        TerminateProcess(process.handle, EXIT_FAILED);
    } else {
        GetExitCodeProcess(process.handle, &code);
    }
    CloseHandle(process.handle);
    printf("%s %u - %s%s\n",
           code == EXIT_PASSED || code == EXIT_SKIPPED || code == EXIT_DIFFERS ? "ok" : "not ok",
           number, name,
           code == EXIT_SKIPPED   ? " # SKIP"
           : code == EXIT_DIFFERS ? " # SKIP differs"
                                  : "");
    fflush(stdout);
    return code != EXIT_PASSED && code != EXIT_SKIPPED && code != EXIT_DIFFERS;
}

int main(int argc, char **argv)
{
    struct conformance_entry *entry;
    unsigned number = 0, count = 0;
    int failed = 0;

    if (argc > 2 && strcmp(argv[1], "--test") == 0)
        return conformance_run_one(argv[2], "", 0);
    if (argc > 3 && strcmp(argv[1], "--role") == 0)
        return conformance_run_one(argv[2], argv[3], 1);
    for (entry = conformance_entries; entry; entry = entry->next)
        count += !entry->is_role;
    printf("1..%u\n", count);
    for (entry = conformance_entries; entry; entry = entry->next)
        if (!entry->is_role)
            failed |= conformance_report(++number, entry->name);
    return failed;
}

#endif
