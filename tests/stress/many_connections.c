/* SPDX-License-Identifier: MIT */
/*
 * A thousand connections at once between two processes, and ten thousand between as many processes as
 * the limit of descriptors makes necessary: all of them work, and what each of them costs is counted.
 *
 * Memory: what the processes have (Pss: a page that two share counts half in each), and the pages of
 * the shared memory once more, by the connections.
 */
#include "stress.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#define MANY       1000
#define VERY_MANY  10000
#define PAIRS_MAX  20
#define BYTES_EACH (16u * 1024)
#ifdef __SANITIZE_THREAD__
#define HAS_SHADOW 1 /* the sanitizer's own memory would be counted */
#else
#define HAS_SHADOW 0
#endif
#define FDS_EACH     5 /* of the process that has more */
#define FDS_OTHERS   200
#define HANG_SECONDS 300
#define MESSAGE_SIZE 64

static char pipe_name[64];

/* ---- what it costs ---- */

static uint64_t pss_of(pid_t process)
{
    char path[64], line[128];
    unsigned long long kib = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)process);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "Pss: %llu kB", &kib) == 1)
            break;
    if (file)
        fclose(file);
    return kib * 1024;
}

static DIR *descriptors_of(pid_t process)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)process);
    return opendir(path);
}

/* The pages of the shared memory that a process has open, each once. */
static uint64_t memory_of_connections(pid_t process)
{
    DIR *folder = descriptors_of(process);
    struct dirent *entry;
    uint64_t sum = 0;

    while (folder && (entry = readdir(folder)) != NULL) {
        char target[64];
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
        struct stat info;

        if (length < 0)
            continue;
        target[length] = 0;
        if (strncmp(target, "/memfd:transom", 14) == 0 &&
            fstatat(dirfd(folder), entry->d_name, &info, 0) == 0)
            sum += (uint64_t)info.st_blocks * 512;
    }
    if (folder)
        closedir(folder);
    return sum;
}

static int count_descriptors(pid_t process)
{
    DIR *folder = descriptors_of(process);
    int count = 0;

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* ---- a server ---- */

/* Gives each client its message back and waits for the end of all; says over descriptor 3 when clients
 * may come. */
static int serve(const char *name, int count)
{
    HANDLE *pipes = calloc((size_t)count, sizeof(*pipes));
    char message[MESSAGE_SIZE];
    DWORD size;

    for (int i = 0; i < count; i++) {
        pipes[i] =
            CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                             PIPE_UNLIMITED_INSTANCES, 4096, 4096, 0, NULL);
        if (pipes[i] == INVALID_HANDLE_VALUE) {
            printf("# instance %d: error %u\n", i, GetLastError());
            return 2;
        }
    }
    if (write(3, "", 1) != 1)
        return 3;
    for (int i = 0; i < count; i++) {
        if (!ConnectNamedPipe(pipes[i], NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
            return 4;
        if (!ReadFile(pipes[i], message, sizeof(message), &size, NULL) || size != sizeof(message) ||
            !WriteFile(pipes[i], message, size, &size, NULL)) {
            printf("# client %d: error %u\n", i, GetLastError());
            return 5;
        }
    }
    for (int i = 0; i < count; i++) {
        if (ReadFile(pipes[i], message, sizeof(message), &size, NULL) ||
            GetLastError() != ERROR_BROKEN_PIPE)
            return 6;
        if (!CloseHandle(pipes[i]))
            return 7;
    }
    free(pipes);
    return 0;
}

/* ---- a client ---- */

/* Connects so many times; says over descriptor 3 that all have their answer, and stays until it is told
 * by SIGUSR1. */
static int ask(const char *name, int count)
{
    HANDLE *clients = calloc((size_t)count, sizeof(*clients));
    char message[MESSAGE_SIZE], answer[MESSAGE_SIZE];
    DWORD mode = PIPE_READMODE_MESSAGE, size;
    sigset_t end;
    int signal;

    sigemptyset(&end);
    sigaddset(&end, SIGUSR1);
    sigprocmask(SIG_BLOCK, &end, NULL);
    prctl(PR_SET_PDEATHSIG, SIGUSR1);
    if (!clients)
        return 2;
    for (int i = 0; i < count; i++) {
        while ((clients[i] = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                         0, NULL)) == INVALID_HANDLE_VALUE &&
               GetLastError() == ERROR_PIPE_BUSY)
            WaitNamedPipeA(name, 1000); /* others are faster */
        memset(message, i, sizeof(message));
        if (!SetNamedPipeHandleState(clients[i], &mode, NULL, NULL) ||
            !WriteFile(clients[i], message, sizeof(message), &size, NULL)) {
            printf("# client %d: error %u\n", i, GetLastError());
            return 3;
        }
    }
    for (int i = 0; i < count; i++) {
        memset(message, i, sizeof(message));
        if (!ReadFile(clients[i], answer, sizeof(answer), &size, NULL) || size != sizeof(answer) ||
            memcmp(message, answer, sizeof(answer)) != 0) {
            printf("# the answer to client %d: error %u\n", i, GetLastError());
            return 4;
        }
    }
    if (write(3, "", 1) != 1 || sigwait(&end, &signal) != 0)
        return 5;
    for (int i = 0; i < count; i++)
        if (!CloseHandle(clients[i]))
            return 6;
    free(clients);
    return 0;
}

/* ---- the cases ---- */

/* Starts `number` of them and waits until each has said that it is ready. */
static bool start_all(const char *role, int number, int count, pid_t *processes)
{
    char argument[16], ready;
    bool is_ready = true;
    int ends[2];

    if (pipe(ends) < 0) {
        WRONG("no pipe");
        return false;
    }
    snprintf(argument, sizeof(argument), "%d", count);
    for (int i = 0; i < number; i++)
        processes[i] = start_role(ends[1], role, pipe_name, argument);
    close(ends[1]);
    for (int i = 0; i < number && is_ready; i++) {
        is_ready = read(ends[0], &ready, 1) == 1;
        watchdog_feed();
    }
    close(ends[0]);
    if (!is_ready)
        WRONG("a process (%s) ends early", role);
    return is_ready;
}

static void reap_all(const pid_t *processes, int number)
{
    for (int i = 0; i < number; i++)
        if (processes[i] > 0) {
            EXPECT(reap(processes[i]) == 0);
            watchdog_feed();
        }
}

/* So many connections in all, between `pairs` servers and as many clients. */
static void connections(int count, int pairs)
{
    pid_t servers[PAIRS_MAX] = {0}, askers[PAIRS_MAX] = {0};
    uint64_t memory = 0, both = 0;
    int each = count / pairs, descriptors = 0;
    int64_t start;

    if (start_all("serve", pairs, each, servers)) {
        start = now_us();
        if (start_all("ask", pairs, each, askers)) {
            printf("# %d connections of %d processes in %.0f ms\n", count, 2 * pairs,
                   (double)(now_us() - start) / 1e3);
            for (int i = 0; i < pairs; i++) {
                memory += memory_of_connections(askers[i]);
                both += pss_of(servers[i]) + pss_of(askers[i]);
                descriptors += count_descriptors(askers[i]);
            }
            printf("# each: %llu bytes of both processes, %llu of shared memory, %.1f descriptors "
                   "of a client\n",
                   (unsigned long long)both / (unsigned)count,
                   (unsigned long long)memory / (unsigned)count, (double)descriptors / count);
            if ((both + memory) / (unsigned)count > BYTES_EACH && !HAS_SHADOW)
                WRONG("a connection takes %llu bytes",
                      (unsigned long long)(both + memory) / (unsigned)count);
        }
    }
    for (int i = 0; i < pairs; i++)
        if (askers[i] > 0)
            kill(askers[i], SIGUSR1);
    reap_all(askers, pairs);
    reap_all(servers, pairs);
}

static void a_thousand_connections_work_and_cost_little(void)
{
    connections(MANY, 1);
}

static int pairs_needed; /* for very many */

static void ten_thousand_connections_work_and_cost_little(void)
{
    connections(VERY_MANY, pairs_needed);
}

/* How many descriptors a process may have: as many as all connections take if the limit can be raised,
 * which root may. */
static int descriptors_allowed(void)
{
    const rlim_t wanted = VERY_MANY * FDS_EACH + FDS_OTHERS;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    if (limit.rlim_max < wanted) {
        struct rlimit raised = {.rlim_cur = limit.rlim_cur, .rlim_max = wanted};

        if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
            limit = raised;
    }
    return (int)(limit.rlim_max < wanted ? limit.rlim_max : wanted);
}

static void nothing_is_left(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

int main(int argc, char **argv)
{
    int each;

    if (argc > 3)
        return strcmp(argv[1], "serve") == 0 ? serve(argv[2], atoi(argv[3]))
                                             : ask(argv[2], atoi(argv[3]));
    printf("1..3\n");
    /* Folders of thousands are slow on disks. */
    runtime_dir_make_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    snprintf(pipe_name, sizeof(pipe_name), "\\\\.\\pipe\\stress.many.%d", (int)getpid());
    watchdog_start(HANG_SECONDS, NULL);
    test_case("a_thousand_connections_work_and_cost_little",
              a_thousand_connections_work_and_cost_little);
    each = (descriptors_allowed() - FDS_OTHERS) / FDS_EACH;
    for (pairs_needed = 1; pairs_needed * each < VERY_MANY && pairs_needed < PAIRS_MAX;)
        do
            pairs_needed++;
        while (VERY_MANY % pairs_needed);
    if (!stress_is_whole())
        printf("ok %d - ten_thousand_connections_work_and_cost_little # SKIP takes some minutes: "
               "TRANSOM_TEST_ALL=1\n",
               ++stress_number);
    else if (pairs_needed * each >= VERY_MANY)
        test_case("ten_thousand_connections_work_and_cost_little",
                  ten_thousand_connections_work_and_cost_little);
    else
        printf("ok %d - ten_thousand_connections_work_and_cost_little # SKIP a process may have no "
               "more than %d descriptors\n",
               ++stress_number, descriptors_allowed());
    test_case("nothing_is_left", nothing_is_left);
    return 0;
}
