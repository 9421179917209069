/* SPDX-License-Identifier: MIT */
/*
 * The nth call fails
 *
 * Each operation is tried with its first call to the system or for memory failing, then its second,
 * and so on, in each way that call can fail, until it makes fewer calls than that. It either succeeds
 * and has its effect, or fails with an error that says what was missing; after the same operation
 * has gone well once more, as many descriptors, mappings, threads, handles, allocations and files are
 * there as before.
 *
 * Warm: the process has done it before, and one process tries all. Cold: the failing try is the
 * first thing that its process does with the library; a child for each.
 */
#include "interpose.h"
#include "operation.h"

#include "../stress/stress.h"

#include "object/handle_table.h"
#include "os/fd_limit.h"
#include "os/reactor.h"

#include <ftw.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#define CALLS_MAX 2000
#define SETTLE_US 500000
#define LAST_US   10000000 /* for what would be a leak otherwise: a machine may be busy */
#define TRY_S     30

/* ---- what is there ---- */

struct inventory {
    long allocations, mappings;
    int descriptors, threads, files, handles, zombies;
};

static int entries_of(int at, const char *path, bool is_deep)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 0;
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    while (folder && (entry = readdir(folder))) {
        if (entry->d_name[0] == '.')
            continue;
        count++;
        if (is_deep && entry->d_type == DT_DIR)
            count += entries_of(fd, entry->d_name, true);
    }
    if (folder)
        closedir(folder);
    return count;
}

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    return place->level ? remove(path) : 0;
}

/* What is in it. */
static void folder_remove(const char *path)
{
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* A child that has ended and that nobody has waited for. */
static bool has_zombie(void)
{
    siginfo_t info = {0};

    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
}

static void on_nothing(struct tsm_reactor_watch *watch, uint32_t events)
{
    (void)watch;
    (void)events;
}

/* The library has its service thread, and nothing that it keeps for the next time. */
static void library_settle(void)
{
    struct tsm_reactor_watch watch = {.fd = eventfd(0, EFD_CLOEXEC), .on_event = on_nothing};

    if (NT_SUCCESS(tsm_reactor_add(&watch, 0)))
        tsm_reactor_remove(&watch);
    close(watch.fd);
    tsm_fd_limit_give_back();
}

static struct inventory inventory_take(void)
{
    library_settle();

    struct interposed_counts counts = interpose_counts();

    return (struct inventory){
        .allocations = counts.allocations,
        .mappings = counts.mappings,
        .descriptors = entries_of(AT_FDCWD, "/proc/self/fd", false),
        .threads = entries_of(AT_FDCWD, "/proc/self/task", false),
        .files = entries_of(AT_FDCWD, stress_dir, true),
        .handles = (int)tsm_handle_count(),
        .zombies = has_zombie(),
    };
}

static bool inventory_equals(const struct inventory *a, const struct inventory *b)
{
    return a->allocations == b->allocations && a->mappings == b->mappings &&
           a->descriptors == b->descriptors && a->threads == b->threads && a->files == b->files &&
           a->handles == b->handles && a->zombies == b->zombies;
}

static bool inventory_is_within(const struct inventory *a, const struct inventory *b)
{
    return a->allocations <= b->allocations && a->mappings <= b->mappings &&
           a->descriptors <= b->descriptors && a->threads <= b->threads && a->files <= b->files &&
           a->handles <= b->handles && a->zombies <= b->zombies;
}

/* The service thread may still be putting away. */
static bool inventory_settles(const struct inventory *expected, struct inventory *out)
{
    int64_t start = now_us();

    for (;;) {
        *out = inventory_take();
        if (inventory_equals(out, expected))
            return true;
        if (now_us() - start > SETTLE_US)
            return false;
        sleep_us(200);
    }
}

/* When it stays the same: then the service thread has put away what there was. */
static struct inventory inventory_steady(void)
{
    struct inventory before, now = inventory_take();
    int64_t start = now_us();

    do {
        before = now;
        sleep_us(20000);
        now = inventory_take();
    } while (!inventory_equals(&before, &now) && now_us() - start < LAST_US);
    return now;
}

/* ---- the right error ---- */

static const struct {
    int error;
    DWORD results[4];
} meanings[] = {
    {ENOMEM, {ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES}},
    {EAGAIN, {ERROR_NO_SYSTEM_RESOURCES}},
    {ENOBUFS, {ERROR_NO_SYSTEM_RESOURCES}},
    {ENOLCK, {ERROR_NO_SYSTEM_RESOURCES}},
    {ENFILE, {ERROR_NO_SYSTEM_RESOURCES}},
    {EMFILE, {ERROR_TOO_MANY_OPEN_FILES}},
    {ETOOMANYREFS, {ERROR_TOO_MANY_OPEN_FILES, ERROR_PIPE_BUSY, ERROR_NO_SYSTEM_RESOURCES}},
    {ENOSPC, {ERROR_DISK_FULL, ERROR_NOT_ENOUGH_MEMORY, ERROR_NO_SYSTEM_RESOURCES}},
    {EACCES, {ERROR_ACCESS_DENIED, ERROR_FILE_NOT_FOUND}}, /* what may not be seen is not there */
    {EPERM, {ERROR_ACCESS_DENIED}},
};

static bool is_meant(DWORD result, int error)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        for (int k = 0; meanings[i].error == error && k < 4 && meanings[i].results[k]; k++)
            if (meanings[i].results[k] == result)
                return true;
    return false;
}

/* ---- one try ---- */

struct attempt {
    const struct operation *operation;
    unsigned int nth, way;
    struct interposed_call call;
    DWORD result;
};

static void complain(const struct attempt *attempt, const char *what)
{
    printf("# %s, call %u (%s: %s) failed: %s (result %u)\n", attempt->operation->name,
           attempt->nth, attempt->call.function ? attempt->call.function : "none",
           strerror(attempt->call.error), what, attempt->result);
    fflush(stdout);
}

static bool attempt_run(struct attempt *attempt)
{
    const struct operation *operation = attempt->operation;
    bool is_good = true;

    if (!operation->prepare()) {
        complain(attempt, "it cannot be prepared");
        operation->clean();
        return false;
    }
    interpose_arm(attempt->nth, attempt->way);
    attempt->result = operation->act();
    attempt->call = interpose_disarm();
    if (attempt->result == operation->expected) {
        if (!operation->is_done()) {
            complain(attempt, "it was not done");
            is_good = false;
        }
    } else if (!attempt->call.function || !is_meant(attempt->result, attempt->call.error)) {
        complain(attempt, "a wrong result");
        is_good = false;
    }
    operation->clean();
    return is_good;
}

/* Without a failing call. */
static bool plain_run(const struct operation *operation)
{
    struct attempt attempt = {.operation = operation};

    return attempt_run(&attempt);
}

static bool leaves_nothing(const struct attempt *attempt, struct inventory *before)
{
    struct inventory after;
    int64_t start = now_us();
    char text[200];

    if (inventory_settles(before, &after))
        return true;
    while (!inventory_is_within(&after, before) && now_us() - start < LAST_US) {
        sleep_us(20000);
        after = inventory_take();
    }
    if (inventory_is_within(&after, before)) {
        *before = after; /* on a busy machine something had not been put away when it was taken */
        return true;
    }
    snprintf(
        text, sizeof(text),
        "left: %ld allocations, %ld mappings, %d descriptors, %d threads, %d files, %d handles, "
        "%d zombies",
        after.allocations - before->allocations, after.mappings - before->mappings,
        after.descriptors - before->descriptors, after.threads - before->threads,
        after.files - before->files, after.handles - before->handles,
        after.zombies - before->zombies);
    complain(attempt, text);
    return false;
}

/* ---- all tries of an operation ---- */

static unsigned int tries;

static bool all_warm(const struct operation *operation)
{
    struct attempt attempt = {.operation = operation, .nth = 1};
    struct inventory before;
    bool is_good = plain_run(operation) && plain_run(operation);
    int bad = 0;

    before = inventory_steady();
    for (; is_good && attempt.nth < CALLS_MAX; tries++) {
        alarm(TRY_S);
        if (!attempt_run(&attempt))
            bad++;
        else if (!attempt.call.function)
            break;
        if (!plain_run(operation) || !leaves_nothing(&attempt, &before)) {
            bad++;
            before = inventory_take();
        }
        if (bad > 40)
            break;
        if (operation->is_slow) {
            attempt.way = ++attempt.nth % 3;
        } else {
            attempt.nth += attempt.call.is_last_error || !attempt.call.function;
            attempt.way = attempt.call.is_last_error ? 0 : attempt.way + 1;
        }
    }
    return is_good && bad == 0 && attempt.nth < CALLS_MAX;
}

/* Shared with the children. */
static struct {
    struct inventory reference;
    struct attempt attempt;
    bool is_good;
} * cold;

static void cold_child(bool is_reference)
{
    const struct operation *operation = cold->attempt.operation;
    struct inventory now;

    alarm(TRY_S);
    cold->is_good = attempt_run(&cold->attempt);
    cold->is_good = plain_run(operation) && plain_run(operation) && cold->is_good;
    if (is_reference) {
        cold->reference = inventory_steady();
    } else if (!inventory_settles(&cold->reference, &now)) {
        cold->is_good = leaves_nothing(&cold->attempt, &cold->reference) && cold->is_good;
    }
    fflush(stdout);
    _exit(0);
}

/* False: the child ended in another way. */
static bool cold_try(bool is_reference)
{
    pid_t process = fork();
    int status = -1;

    if (process == 0)
        cold_child(is_reference);
    while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    folder_remove(stress_dir);
    if (status == 0)
        return true;
    complain(&cold->attempt, "it crashed or hung");
    return false;
}

static bool all_cold(const struct operation *operation)
{
    int bad = 0;

    cold->attempt = (struct attempt){.operation = operation};
    cold->is_good = false;
    if (!cold_try(true) || !cold->is_good)
        return false;
    for (unsigned int nth = 1; nth < CALLS_MAX && bad < 40; nth++, tries++) {
        cold->attempt = (struct attempt){.operation = operation, .nth = nth, .way = nth % 3};
        cold->is_good = false;
        if (!cold_try(false) || !cold->is_good)
            bad++;
        else if (!cold->attempt.call.function)
            break;
    }
    return bad == 0;
}

static bool in_a_child(bool (*all)(const struct operation *), const struct operation *operation)
{
    pid_t process = fork();
    int status = -1;

    if (process == 0) {
        bool is_good = all(operation);

        printf("# %u tries\n", tries);
        fflush(stdout);
        _exit(!is_good);
    }
    while (process > 0 && waitpid(process, &status, 0) < 0 && errno == EINTR)
        ;
    folder_remove(stress_dir);
    if (WIFSIGNALED(status))
        printf("# ended by signal %d\n", WTERMSIG(status));
    return status == 0;
}

static int sleep_until_told(void)
{
    char byte;

    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0;
}

static const struct operation_list *const lists[] = {&pipe_operations, &process_operations,
                                                     &wait_operations};

#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static void try_one(const struct operation *operation, bool is_cold)
{
    static unsigned int number;
    int64_t start = now_us();
    bool is_good = in_a_child(is_cold ? all_cold : all_warm, operation);

    printf("%s %u - a_call_fails_in_%s%s\n", is_good ? "ok" : "not ok", ++number, operation->name,
           is_cold ? "_for_the_first_time" : "");
    printf("# %.1f s\n", (double)(now_us() - start) / 1e6);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    unsigned int count = 0;

    if (argc > 1 && strcmp(argv[1], SLEEPER_ROLE) == 0)
        return sleep_until_told();
    runtime_dir_make();
    cold = mmap(NULL, sizeof(*cold), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (cold == MAP_FAILED)
        abort();
    for (size_t k = 0; k < LIST_COUNT; k++)
        count += lists[k]->count;
    printf("1..%u\n", argc > 1 ? 2 : 2 * count);
    fflush(stdout);
    for (int is_cold = 0; is_cold < 2; is_cold++)
        for (size_t k = 0; k < LIST_COUNT; k++)
            for (unsigned int i = 0; i < lists[k]->count; i++)
                if (argc < 2 || strcmp(argv[1], lists[k]->operations[i].name) == 0)
                    try_one(&lists[k]->operations[i], is_cold);
    folder_remove(stress_dir);
    rmdir(stress_dir);
    return 0;
}
