/* SPDX-License-Identifier: MIT */
/*
 * Conformance tests: Windows' behaviour, in the words of the SDK alone.
 *
 * A file is one program. Each TEST runs in a process of its own, with a clock; a ROLE is another
 * process of the same file, so that server and client of a test stand one under the other. Built
 * for Transom, and with mingw-w64 for Windows and Wine. Output is TAP; one argument runs only the
 * tests with that text in their names.
 *
 * Marks: WINE_DIFFERS and DEVIATES say that what follows in the test has to fail under Wine or
 * natively; CHECK_WINE_DIFFERS and CHECK_DEVIATES say it of one check. They are tried all the same:
 * what is marked and holds is a failure, so that no mark outlives its reason. Marks about Wine bind
 * Wine 8; a later one may hold. A test that fails as marked counts as skipped.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* For a test that hangs; a busy machine may let one wait for long. */
#ifdef __TRANSOM__
#define TEST_SECONDS 40
#else
#define TEST_SECONDS 20
#endif

#define BLOCKED_MS 150
#define BUSY_MS    5000 /* one that runs for so long will not block... */
#define POLLS_MS   600  /* ...but an emulator may have it run while it waits */

/* EXIT_TOLD: the process has printed its test's line by itself. */
enum { EXIT_PASSED = 0, EXIT_FAILED = 1, EXIT_TOLD = 77 };

typedef int (*conformance_body)(const char *argument);

struct conformance_entry {
    const char *name;
    conformance_body body;
    int is_role;
    struct conformance_entry *next;
};

static struct conformance_entry *conformance_entries;
static char conformance_pipe[128];
static const char *conformance_name = "?";
static const char *conformance_number; /* of the test in this process; NULL in a role */
static const char *volatile conformance_mark;
static volatile LONG conformance_mark_binds;
static HANDLE conformance_roles[64];

#ifdef _MSC_VER
#define CONFORMANCE_UNUSED
#pragma section(".CRT$XCU", read)
#define CONFORMANCE_CONSTRUCTOR(function)                                         \
    static void function(void);                                                   \
    __declspec(allocate(".CRT$XCU")) void (*function##_pointer)(void) = function; \
    static void function(void)
#else
#define CONFORMANCE_UNUSED                __attribute__((unused))
#define CONFORMANCE_CONSTRUCTOR(function) __attribute__((constructor)) static void function(void)
#endif

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
    CONFORMANCE_CONSTRUCTOR(add_##name)                                      \
    {                                                                        \
        conformance_add(&entry_##name);                                      \
    }

#define TEST(name)                              \
    static void name(void);                     \
    static int run_##name(const char *argument) \
    {                                           \
        (void)argument;                         \
        name();                                 \
        return EXIT_PASSED;                     \
    }                                           \
    CONFORMANCE_ENTRY(name, run_##name, 0)      \
    static void name(void)

/* Its value is its exit code. */
#define ROLE(name)                   \
    CONFORMANCE_ENTRY(name, name, 1) \
    static int name(CONFORMANCE_UNUSED const char *argument)

/* ---- the end of a test or role ---- */

static void conformance_kill_roles(void)
{
    size_t i;

    for (i = 0; i < sizeof(conformance_roles) / sizeof(conformance_roles[0]); i++)
        if (conformance_roles[i])
            TerminateProcess(conformance_roles[i], EXIT_FAILED);
}

static int conformance_end(int failed)
{
    int code = failed ? EXIT_FAILED : EXIT_PASSED;

    conformance_kill_roles();
    if (conformance_mark && failed) {
        if (conformance_number)
            printf("not ok %s - %s # TODO %s\n", conformance_number, conformance_name,
                   conformance_mark);
        code = conformance_number ? EXIT_TOLD : EXIT_PASSED;
    } else if (conformance_mark && conformance_mark_binds) {
        printf("# %s holds, take its mark away: %s\n", conformance_name, conformance_mark);
        code = EXIT_FAILED;
    }
    fflush(stdout);
    return code;
}

/* ---- checks: the first that fails ends the process ---- */

static void conformance_stop(void)
{
    ExitProcess((UINT)conformance_end(1));
}

static void conformance_fail(const char *file, int line, const char *what)
{
    printf("# %s:%d: %s (last error %u)\n", file, line, what, (unsigned)GetLastError());
    conformance_stop();
}

static void conformance_u32(const char *file, int line, const char *what, DWORD actual,
                            DWORD expected)
{
    if (actual == expected)
        return;
    printf("# %s:%d: %s is %u (%#x), should be %u (%#x)\n", file, line, what, (unsigned)actual,
           (unsigned)actual, (unsigned)expected, (unsigned)expected);
    conformance_stop();
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

#define SKIP(why)                                                                    \
    do {                                                                             \
        printf("ok %s - %s # SKIP %s\n", conformance_number, conformance_name, why); \
        conformance_kill_roles();                                                    \
        fflush(stdout);                                                              \
        ExitProcess(EXIT_TOLD);                                                      \
    } while (0)

/* The version of Wine, 0 if this is none. */
static CONFORMANCE_UNUSED int wine_version(void)
{
#if defined(_WIN32) && !defined(__TRANSOM__)
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");
    FARPROC found = ntdll ? GetProcAddress(ntdll, "wine_get_version") : NULL;
    const char *(*get)(void);

    if (!found)
        return 0;
    memcpy(&get, &found, sizeof(get));
    return atoi(get());
#else
    return 0;
#endif
}

static CONFORMANCE_UNUSED int is_wine(void)
{
    return wine_version() != 0;
}

static CONFORMANCE_UNUSED int is_transom(void)
{
#ifdef __TRANSOM__
    return 1;
#else
    return 0;
#endif
}

static CONFORMANCE_UNUSED void conformance_set_mark(int here, int binds, const char *why)
{
    if (!here)
        return;
    conformance_mark_binds = binds;
    conformance_mark = why;
}

static CONFORMANCE_UNUSED void conformance_marked(const char *file, int line, const char *what,
                                                  int holds, int here, int binds, const char *why)
{
    if (!here) {
        if (!holds)
            conformance_fail(file, line, what);
    } else if (!holds) {
        printf("# as marked, not so: %s (%s)\n", what, why);
    } else if (binds) {
        printf("# %s:%d: holds, take its mark away: %s (%s)\n", file, line, what, why);
        conformance_stop();
    }
}

/* For what a user-mode emulator of another processor does to signals, ptrace and exec. */
#define NEEDS_A_KERNEL_OF_ITS_OWN()                                \
    do {                                                           \
        if (getenv("TRANSOM_TEST_EMULATED"))                       \
            SKIP("the emulator does not pass on what this needs"); \
    } while (0)

/* From here on the test shows what Windows does and Wine does not: under Wine it has to fail. */
#define WINE_DIFFERS(what) conformance_set_mark(is_wine(), wine_version() == 8, "Wine: " what)
/* From here on the test shows what Windows does and Transom does not: see docs/deviations.md. */
#define DEVIATES(number) conformance_set_mark(is_transom(), 1, "deviation " #number)
/* The same where it may go well, too: it depends on who is faster. */
#define DEVIATES_AT_TIMES(number) conformance_set_mark(is_transom(), 0, "deviation " #number)
/* A single check that only Windows has to hold. */
#define CHECK_WINE_DIFFERS(condition, what)                                            \
    conformance_marked(__FILE__, __LINE__, #condition, (condition) ? 1 : 0, is_wine(), \
                       wine_version() == 8, "Wine: " what)
#define CHECK_U32_WINE_DIFFERS(actual, expected, what) \
    CHECK_WINE_DIFFERS((actual) == (DWORD)(expected), what)
#define CHECK_DEVIATES(number, condition)                                                    \
    conformance_marked(__FILE__, __LINE__, #condition, (condition) ? 1 : 0, is_transom(), 1, \
                       "deviation " #number)

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

/* What is still there when the test ends is killed then. */
static void conformance_note_role(HANDLE from, HANDLE to)
{
    size_t i;

    for (i = 0; i < sizeof(conformance_roles) / sizeof(conformance_roles[0]); i++)
        if (conformance_roles[i] == from) {
            conformance_roles[i] = to;
            return;
        }
}

static CONFORMANCE_UNUSED PROCESS conformance_spawn_role(const char *name, const char *argument)
{
    PROCESS process = conformance_spawn("--role", name, argument);

    conformance_note_role(NULL, process.handle);
    return process;
}

/* Starts a ROLE of this file; no quotation mark in the argument, no backslash at its end. */
#define spawn_role(name, argument) conformance_spawn_role(#name, argument)

/* Its exit code: 0 if all its checks held. */
static CONFORMANCE_UNUSED DWORD wait_role(PROCESS process)
{
    DWORD code = 0xFFFFFFFF;

    if (WaitForSingleObject(process.handle, TEST_SECONDS * 1000) == WAIT_OBJECT_0)
        GetExitCodeProcess(process.handle, &code);
    conformance_note_role(process.handle, NULL);
    CloseHandle(process.handle);
    return code;
}

static CONFORMANCE_UNUSED void kill_role(PROCESS process)
{
    TerminateProcess(process.handle, 9);
    WaitForSingleObject(process.handle, TEST_SECONDS * 1000);
    conformance_note_role(process.handle, NULL);
    CloseHandle(process.handle);
}

/* For a role that waits to be killed; not for ever, should its test crash. */
static CONFORMANCE_UNUSED void hang(void)
{
    Sleep(TEST_SECONDS * 1000);
}

/* False: a thread that runs, or would if the machine had time for it. */
static CONFORMANCE_UNUSED BOOL conformance_rests(DWORD process, DWORD thread)
{
    BOOL rests = TRUE;
#ifdef __TRANSOM__
    char path[64], text[256], *state;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%u/task/%u/stat", (unsigned)process, (unsigned)thread);
    file = fopen(path, "r");
    if (file) {
        text[fread(text, 1, sizeof(text) - 1, file)] = 0;
        state = strrchr(text, ')');
        rests = !state || (state[2] != 'R' && state[2] != 'D');
        fclose(file);
    }
#else
    (void)process;
    (void)thread;
#endif
    return rests;
}

/* True if the object is not signaled while the thread rests for a while, or never rests for long. */
static CONFORMANCE_UNUSED BOOL conformance_is_blocked(HANDLE object, DWORD process, DWORD thread)
{
    DWORD busy_ms = getenv("TRANSOM_TEST_EMULATED") ? POLLS_MS : BUSY_MS;
    DWORD begin = GetTickCount(), rested_ms = 0;

    while (GetTickCount() - begin < busy_ms && rested_ms < BLOCKED_MS) {
        if (WaitForSingleObject(object, 10) != WAIT_TIMEOUT)
            return FALSE;
        rested_ms = conformance_rests(process, thread) ? rested_ms + 10 : 0;
    }
    return WaitForSingleObject(object, 0) == WAIT_TIMEOUT;
}

/* True if the thread has not ended after a while: it waits for something. */
static CONFORMANCE_UNUSED BOOL thread_is_blocked(HANDLE thread)
{
    return conformance_is_blocked(thread, GetCurrentProcessId(), GetThreadId(thread));
}

/* The same for the first thread of a role. */
static CONFORMANCE_UNUSED BOOL role_is_blocked(PROCESS process)
{
    return conformance_is_blocked(process.handle, process.id, process.id);
}

/* How many of the threads have ended, when no more do. */
static CONFORMANCE_UNUSED DWORD count_ended(const HANDLE *threads, DWORD count)
{
    DWORD i, ended = 0;

    for (i = 0; i < count; i++)
        ended += !thread_is_blocked(threads[i]);
    return ended;
}

/* Until another thread has counted so far. */
static CONFORMANCE_UNUSED void await(const volatile LONG *value, LONG expected)
{
    int i;

    for (i = 0; i < 2000 && *value != expected; i++)
        Sleep(5);
    CHECK_U32(*value, expected);
}

/* A pipe's name of this test alone. */
static CONFORMANCE_UNUSED const char *pipe_name(void)
{
    if (!conformance_pipe[0])
        snprintf(conformance_pipe, sizeof(conformance_pipe), "\\\\.\\pipe\\conformance.%u.%u",
                 (unsigned)GetCurrentProcessId(), (unsigned)GetTickCount());
    return conformance_pipe;
}

/* A mailslot's name of this test alone. */
static CONFORMANCE_UNUSED const char *slot_name(void)
{
    static char name[sizeof(conformance_pipe) + 8];

    snprintf(name, sizeof(name), "\\\\.\\mailslot\\%s", pipe_name() + 9);
    return name;
}

static CONFORMANCE_UNUSED const WCHAR *pipe_name_w(void)
{
    static WCHAR wide[sizeof(conformance_pipe)];
    size_t i;

    pipe_name();
    for (i = 0; i < sizeof(conformance_pipe); i++)
        wide[i] = (WCHAR)(unsigned char)conformance_pipe[i];
    return wide;
}

/* ---- the runner ---- */

/*
 * In the process itself, which alone knows whether the test is marked. A role has none: it may be
 * about its threads. It ends with its test, or a little later: see hang().
 */
static DWORD WINAPI conformance_watch(LPVOID unused)
{
    (void)unused;
    Sleep(TEST_SECONDS * 1000);
    printf("# %s takes too long\n", conformance_name);
    TerminateProcess(GetCurrentProcess(), (UINT)conformance_end(1));
    return 0;
}

static int conformance_run_one(const char *name, const char *argument, int is_role)
{
    struct conformance_entry *entry;

    for (entry = conformance_entries; entry; entry = entry->next)
        if (strcmp(entry->name, name) == 0 && entry->is_role == is_role) {
            int code;

            conformance_name = name;
            if (!is_role) {
                HANDLE watch = CreateThread(NULL, 0, conformance_watch, NULL, 0, NULL);

                if (watch)
                    CloseHandle(watch);
                conformance_number = argument;
            }
            code = entry->body(argument);
            if (code == EXIT_PASSED)
                code = conformance_end(0);
            fflush(stdout);
            return code;
        }
    printf("# there is no %s\n", name);
    return EXIT_FAILED;
}

static int conformance_report(unsigned number, const char *name)
{
    char text[16];
    PROCESS process;
    DWORD code = EXIT_FAILED;

    snprintf(text, sizeof(text), "%u", number);
    process = conformance_spawn("--test", name, text);
    /* The test has its own clock; this is for one that cannot look at it. */
    if (WaitForSingleObject(process.handle, (TEST_SECONDS + 5) * 1000) != WAIT_OBJECT_0) {
        printf("# %s takes too long, and its clock stands still\n", name);
        TerminateProcess(process.handle, EXIT_FAILED);
    } else {
        GetExitCodeProcess(process.handle, &code);
    }
    CloseHandle(process.handle);
    if (code == EXIT_TOLD)
        return 0;
    if (code != EXIT_PASSED && code != EXIT_FAILED)
        printf("# %s ends with %#x\n", name, (unsigned)code);
    printf("%s %u - %s\n", code == EXIT_PASSED ? "ok" : "not ok", number, name);
    fflush(stdout);
    return code != EXIT_PASSED;
}

int main(int argc, char **argv)
{
    struct conformance_entry *entry;
    unsigned number = 0, count = 0;
    const char *only = argc == 2 ? argv[1] : "";
    int failed = 0;

    if (argc > 3 && strcmp(argv[1], "--test") == 0)
        return conformance_run_one(argv[2], argv[3], 0);
    if (argc > 3 && strcmp(argv[1], "--role") == 0)
        return conformance_run_one(argv[2], argv[3], 1);
    for (entry = conformance_entries; entry; entry = entry->next)
        count += !entry->is_role && strstr(entry->name, only);
    printf("1..%u\n", count);
    for (entry = conformance_entries; entry; entry = entry->next)
        if (!entry->is_role && strstr(entry->name, only))
            failed |= conformance_report(++number, entry->name);
    return failed;
}

#endif
