/* SPDX-License-Identifier: MIT */
/*
 * What the stress tests share: TAP, a seed that is printed, other processes of the same program, a
 * runtime directory of their own, and a watchdog.
 *
 * STRESS_SEED repeats a run as far as timing allows, STRESS_SECONDS makes it longer or shorter. A
 * third of the time is enough for every day; TRANSOM_TEST_ALL=1 takes the whole.
 */
#ifndef STRESS_H
#define STRESS_H

#include <windows.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STRESS_UNUSED __attribute__((unused))

extern char **environ;

/* ---- time and chance ---- */

static STRESS_UNUSED int64_t now_us(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static STRESS_UNUSED void sleep_us(int64_t us)
{
    struct timespec time = {us / 1000000, us % 1000000 * 1000};

    nanosleep(&time, NULL);
}

struct chance {
    uint64_t state;
};

static STRESS_UNUSED uint64_t chance_next(struct chance *chance)
{
    uint64_t z = chance->state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* 0 to limit - 1 */
static STRESS_UNUSED uint32_t chance_below(struct chance *chance, uint32_t limit)
{
    return (uint32_t)(chance_next(chance) % limit);
}

static STRESS_UNUSED uint64_t stress_seed(void)
{
    const char *given = getenv("STRESS_SEED");
    uint64_t seed =
        given ? strtoull(given, NULL, 0) : (uint64_t)time(NULL) * 1000003u ^ (uint64_t)getpid();

    printf("# STRESS_SEED=%llu\n", (unsigned long long)seed);
    return seed;
}

static STRESS_UNUSED bool stress_is_whole(void)
{
    const char *all = getenv("TRANSOM_TEST_ALL");

    return all && strcmp(all, "1") == 0;
}

static STRESS_UNUSED int64_t stress_us(int seconds)
{
    const char *given = getenv("STRESS_SECONDS");

    if (given)
        return atoll(given) * 1000000LL;
    return seconds * 1000000LL / (stress_is_whole() ? 1 : 3);
}

static STRESS_UNUSED uint32_t checksum(const void *data, size_t size)
{
    const unsigned char *bytes = data;
    uint32_t sum = 2166136261u;

    while (size--)
        sum = (sum ^ *bytes++) * 16777619u;
    return sum;
}

/* ---- results ---- */

static _Atomic int stress_failures;
static int stress_number;

/* Something is wrong: say it now, fail the test case at its end. */
#define WRONG(...)                                        \
    do {                                                  \
        if (atomic_fetch_add(&stress_failures, 1) < 20) { \
            printf("# %s:%d: ", __FILE__, __LINE__);      \
            printf(__VA_ARGS__);                          \
            printf("\n");                                 \
            fflush(stdout);                               \
        }                                                 \
    } while (0)
#define EXPECT(condition)                                            \
    do {                                                             \
        if (!(condition))                                            \
            WRONG("%s (last error %u)", #condition, GetLastError()); \
    } while (0)

static STRESS_UNUSED void test_case(const char *name, void (*body)(void))
{
    int64_t start = now_us();

    atomic_store(&stress_failures, 0);
    body();
    printf("%s %d - %s\n# %.1f s\n", atomic_load(&stress_failures) ? "not ok" : "ok",
           ++stress_number, name, (double)(now_us() - start) / 1e6);
    fflush(stdout);
}

/* ---- a runtime directory of our own ---- */

static char stress_dir[64];

static STRESS_UNUSED void runtime_dir_make_in(const char *parent)
{
    snprintf(stress_dir, sizeof(stress_dir), "%s/transom-stress-XXXXXX", parent);
    if (!mkdtemp(stress_dir) || setenv("TRANSOM_DIR", stress_dir, 1) != 0) {
        printf("Bail out! no directory for names: %s\n", strerror(errno));
        exit(1);
    }
}

static STRESS_UNUSED void runtime_dir_make(void)
{
    runtime_dir_make_in("/tmp");
}

/* Removes everything below a folder; counts what is no folder, and folders below the first level. */
static STRESS_UNUSED int folder_empty(int at, const char *name, int level)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    int count = 0;

    if (!folder)
        return 0;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (entry->d_type == DT_DIR) {
            int inside = folder_empty(fd, entry->d_name, level + 1);

            /* Sockets of killed processes go when the next process comes. */
            if (strcmp(entry->d_name, "processes") != 0)
                count += inside + (level > 0);
            unlinkat(fd, entry->d_name, AT_REMOVEDIR);
        } else {
            printf("# left over: %s\n", entry->d_name);
            count++;
            unlinkat(fd, entry->d_name, 0);
        }
    }
    closedir(folder);
    return count;
}

/* Removes the directory and gives the number of things that should not have been in it. */
static STRESS_UNUSED int runtime_dir_remove(void)
{
    int count = folder_empty(AT_FDCWD, stress_dir, 0);

    rmdir(stress_dir);
    return count;
}

/* A test case: the last one. */
static STRESS_UNUSED void nothing_is_left_behind(void)
{
    int left = runtime_dir_remove();

    if (left)
        WRONG("%d things are left in the directory", left);
}

/* ---- other processes of this program ---- */

#define MAX_CHILDREN 64

static _Atomic pid_t stress_children[MAX_CHILDREN];

/*
 * Starts this program again with these arguments; fd, unless -1, becomes its descriptor 3. Not
 * fork: in a forked child the library does not promise to work.
 */
static STRESS_UNUSED pid_t start_role(int fd, const char *role, const char *pipe,
                                      const char *argument)
{
    char *arguments[] = {(char *)"stress", (char *)role, (char *)pipe, (char *)argument, NULL};
    posix_spawn_file_actions_t actions;
    pid_t process = -1;

    posix_spawn_file_actions_init(&actions);
    if (fd >= 0)
        posix_spawn_file_actions_adddup2(&actions, fd, 3);
    if (posix_spawn(&process, "/proc/self/exe", &actions, NULL, arguments, environ) != 0) {
        WRONG("a process cannot be started");
        process = -1;
    }
    posix_spawn_file_actions_destroy(&actions);
    for (int i = 0; process > 0 && i < MAX_CHILDREN; i++) {
        pid_t none = 0;

        if (atomic_compare_exchange_strong(&stress_children[i], &none, process))
            break;
    }
    return process;
}

/* Its wait status. */
static STRESS_UNUSED int reap(pid_t process)
{
    int status = -1;

    while (waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    for (int i = 0; i < MAX_CHILDREN; i++) {
        pid_t expected = process;

        if (atomic_compare_exchange_strong(&stress_children[i], &expected, 0))
            break;
    }
    return status;
}

/* ---- other processes that have handles of this one ---- */

struct heir {
    HANDLE process; /* NULL: it could not be started, or was killed */
    pid_t pid;
};

/* Children inherit it from now on. */
static STRESS_UNUSED HANDLE heirloom(HANDLE handle)
{
    EXPECT(handle != INVALID_HANDLE_VALUE &&
           SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    return handle;
}

static STRESS_UNUSED struct heir heir_start(const char *program, char *line, bool inherits)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION information;

    if (!CreateProcessA(program, line, NULL, NULL, inherits, 0, NULL, NULL, &startup,
                        &information)) {
        WRONG("a process cannot be started: error %u", (unsigned)GetLastError());
        return (struct heir){0};
    }
    CloseHandle(information.hThread);
    return (struct heir){information.hProcess, (pid_t)information.dwProcessId};
}

static STRESS_UNUSED void heir_kill(struct heir *heir)
{
    kill(heir->pid, SIGKILL);
    if (WaitForSingleObject(heir->process, 10000) != WAIT_OBJECT_0)
        WRONG("a process does not die");
    CloseHandle(heir->process);
    heir->process = NULL;
}

/* ---- the watchdog ---- */

static _Atomic int64_t watch_fed;
static int64_t watch_us;
static void (*watch_report)(void);

static STRESS_UNUSED void watchdog_feed(void)
{
    atomic_store(&watch_fed, now_us());
}

static DWORD WINAPI watchdog(LPVOID argument)
{
    (void)argument;
    for (;;) {
        sleep_us(100000);
        if (now_us() - atomic_load(&watch_fed) < watch_us)
            continue;
        printf("# nothing happens any more\n");
        if (watch_report)
            watch_report();
        printf("Bail out! hanging\n");
        fflush(stdout);
        for (int i = 0; i < MAX_CHILDREN; i++) {
            pid_t process = atomic_load(&stress_children[i]);

            if (process > 0)
                kill(process, SIGKILL);
        }
        _exit(1);
    }
}

/* From here on, seconds without watchdog_feed() end the program. */
static STRESS_UNUSED void watchdog_start(int seconds, void (*report)(void))
{
    watch_us = seconds * 1000000LL;
    watch_report = report;
    watchdog_feed();
    CloseHandle(CreateThread(NULL, 0, watchdog, NULL, 0, NULL));
}

#endif
