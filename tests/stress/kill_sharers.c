/* SPDX-License-Identifier: MIT */
/*
 * Processes that share named objects are killed at random.
 *
 * Some wait for two semaphores and a mutex at once and so keep the counts of both semaphores equal,
 * others take the mutex, alone or as one of two. However they die, the others go on, and both counts
 * stay equal.
 */
#include "stress.h"

#define WORKERS      6
#define START        90000
#define FEW          40000
#define STUCK_MS     8000
#define HANG_SECONDS 30
#define LOOK_EVERY   50

enum { TAKES_ALL, TAKES_MUTEX, TAKES_ANY, WORKS };

struct objects {
    HANDLE first, second, mutex, event;
};

static HANDLE named(HANDLE handle)
{
    if (!handle)
        WRONG("an object cannot be had: error %u", (unsigned)GetLastError());
    return handle;
}

static struct objects objects_get(const char *tag)
{
    struct objects objects;
    char name[80];

    snprintf(name, sizeof(name), "%s first", tag);
    objects.first = named(CreateSemaphoreA(NULL, START, 2 * START, name));
    snprintf(name, sizeof(name), "%s second", tag);
    objects.second = named(CreateSemaphoreA(NULL, START, 2 * START, name));
    snprintf(name, sizeof(name), "%s mutex", tag);
    objects.mutex = named(CreateMutexA(NULL, FALSE, name));
    snprintf(name, sizeof(name), "%s event", tag);
    objects.event = named(CreateEventA(NULL, FALSE, FALSE, name));
    return objects;
}

/* Until killed, or until something does not come. */
static int work(const char *tag, unsigned long kind)
{
    struct objects at = objects_get(tag);
    HANDLE all[] = {at.first, at.second, at.mutex}, any[] = {at.event, at.mutex};

    for (;;) {
        DWORD result = kind == TAKES_ALL     ? WaitForMultipleObjects(3, all, TRUE, STUCK_MS)
                       : kind == TAKES_MUTEX ? WaitForSingleObject(at.mutex, STUCK_MS)
                                             : WaitForMultipleObjects(2, any, FALSE, STUCK_MS);

        if (result == WAIT_TIMEOUT || result == WAIT_FAILED)
            return 3;
        if (kind != TAKES_ANY || (result & ~(DWORD)WAIT_ABANDONED_0) == 1)
            ReleaseMutex(at.mutex);
        if (kind == TAKES_ANY)
            SetEvent(at.event);
    }
}

static char tag[40];

static pid_t worker_start(int number)
{
    char kind[8];

    snprintf(kind, sizeof(kind), "%d", number % WORKS);
    return start_role(-1, "work", tag, kind);
}

/* With the mutex, so that no wait for all is in between. */
static void counts_must_be_equal(const struct objects *at)
{
    LONG first = 0, second = 0;

    if ((WaitForSingleObject(at->mutex, STUCK_MS) & ~(DWORD)WAIT_ABANDONED) != WAIT_OBJECT_0) {
        WRONG("the mutex does not come");
        return;
    }
    EXPECT(ReleaseSemaphore(at->first, 1, &first));
    EXPECT(ReleaseSemaphore(at->second, 1, &second));
    if (first != second)
        WRONG("the counts are %d and %d", (int)first, (int)second);
    if (first < FEW) {
        EXPECT(ReleaseSemaphore(at->first, FEW, NULL));
        EXPECT(ReleaseSemaphore(at->second, FEW, NULL));
    }
    EXPECT(ReleaseMutex(at->mutex));
}

static void sharers_that_are_killed_leave_the_others_working(void)
{
    struct chance chance = {stress_seed()};
    int64_t end = now_us() + stress_us(8);
    pid_t workers[WORKERS];
    struct objects at;
    int kills = 0;

    snprintf(tag, sizeof(tag), "kill sharers %d", (int)getpid());
    at = objects_get(tag);
    for (int i = 0; i < WORKERS; i++)
        workers[i] = worker_start(i);
    while (now_us() < end) {
        int chosen = (int)chance_below(&chance, WORKERS), status;

        sleep_us(chance_below(&chance, 4000));
        kill(workers[chosen], SIGKILL);
        status = reap(workers[chosen]);
        if (!WIFSIGNALED(status))
            WRONG("worker %d gave up: %d", chosen, WEXITSTATUS(status));
        if (++kills % LOOK_EVERY == 0)
            counts_must_be_equal(&at);
        workers[chosen] = worker_start(chosen);
        watchdog_feed();
    }
    for (int i = 0; i < WORKERS; i++) {
        kill(workers[i], SIGKILL);
        reap(workers[i]);
    }
    counts_must_be_equal(&at);
    printf("# %d killed\n", kills);
    CloseHandle(at.first);
    CloseHandle(at.second);
    CloseHandle(at.mutex);
    CloseHandle(at.event);
}

static void names_of_the_dead_are_free(void)
{
    char name[80];

    snprintf(name, sizeof(name), "%s mutex", tag);
    EXPECT(OpenMutexA(SYNCHRONIZE, FALSE, name) == NULL);
    EXPECT(GetLastError() == ERROR_FILE_NOT_FOUND);
}

int main(int argc, char **argv)
{
    if (argc > 3)
        return work(argv[2], strtoul(argv[3], NULL, 10));
    printf("1..2\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    test_case("sharers_that_are_killed_leave_the_others_working",
              sharers_that_are_killed_leave_the_others_working);
    test_case("names_of_the_dead_are_free", names_of_the_dead_are_free);
    runtime_dir_remove();
    return 0;
}
