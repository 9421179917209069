/* SPDX-License-Identifier: MIT */
/*
 * A thousand connections at once between two processes, and ten thousand where the system allows so
 * many descriptors: all of them work, and what each of them costs is counted.
 *
 * Memory: what both processes have (Pss: a page that two share counts half in each), and the pages of
 * the shared memory once more, by the connections.
 */
#include "stress.h"

#include <sys/resource.h>

#define MANY         1000
#define VERY_MANY    10000
#define BYTES_EACH   (16u * 1024)
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

/* The pages of the shared memory that this process has open, each once. */
static uint64_t memory_of_connections(void)
{
    DIR *folder = opendir("/proc/self/fd");
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

static int count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    int count = 0;

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* ---- the server ---- */

/* Gives each client its message back and waits for the end of all; says over descriptor 3 how it
 * goes. */
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

/* ---- the cases ---- */

static HANDLE *clients;

static void connect_all(int count)
{
    char message[MESSAGE_SIZE], answer[MESSAGE_SIZE];
    DWORD mode = PIPE_READMODE_MESSAGE, size;

    for (int i = 0; i < count; i++) {
        clients[i] =
            CreateFileA(pipe_name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (clients[i] == INVALID_HANDLE_VALUE) {
            WRONG("client %d: error %u", i, GetLastError());
            return;
        }
        memset(message, i, sizeof(message));
        EXPECT(SetNamedPipeHandleState(clients[i], &mode, NULL, NULL));
        EXPECT(WriteFile(clients[i], message, sizeof(message), &size, NULL));
        watchdog_feed();
    }
    for (int i = 0; i < count; i++) {
        memset(message, i, sizeof(message));
        EXPECT(ReadFile(clients[i], answer, sizeof(answer), &size, NULL) &&
               size == sizeof(answer) && memcmp(message, answer, sizeof(answer)) == 0);
        watchdog_feed();
    }
}

static void connections(int count)
{
    int ends[2], before;
    uint64_t memory, both;
    char number[16], ready;
    int64_t start;
    pid_t server;

    clients = calloc((size_t)count, sizeof(*clients));
    for (int i = 0; i < count; i++)
        clients[i] = INVALID_HANDLE_VALUE;
    snprintf(number, sizeof(number), "%d", count);
    if (!clients || pipe(ends) < 0) {
        WRONG("no memory or pipe");
        return;
    }
    server = start_role(ends[1], "serve", pipe_name, number);
    close(ends[1]);
    if (server < 0 || read(ends[0], &ready, 1) != 1) {
        WRONG("the server ends with status %#x", server > 0 ? reap(server) : -1);
        return;
    }
    watchdog_feed();
    before = count_descriptors();
    start = now_us();
    connect_all(count);
    printf("# %d connections in %.0f ms\n", count, (double)(now_us() - start) / 1e3);
    memory = memory_of_connections();
    both = pss_of(getpid()) + pss_of(server);
    printf(
        "# each: %llu bytes of both processes, %llu of shared memory, %.1f descriptors of ours\n",
        (unsigned long long)both / (unsigned)count, (unsigned long long)memory / (unsigned)count,
        (double)(count_descriptors() - before) / count);
    if ((both + memory) / (unsigned)count > BYTES_EACH)
        WRONG("a connection takes %llu bytes",
              (unsigned long long)(both + memory) / (unsigned)count);
    for (int i = 0; i < count; i++)
        if (clients[i] != INVALID_HANDLE_VALUE)
            EXPECT(CloseHandle(clients[i]));
    EXPECT(reap(server) == 0);
    close(ends[0]);
    free(clients);
}

static void a_thousand_connections_work_and_cost_little(void)
{
    connections(MANY);
}

static void ten_thousand_connections_work_and_cost_little(void)
{
    connections(VERY_MANY);
}

static bool may_have(rlim_t descriptors)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    if (limit.rlim_max >= descriptors)
        return true;
    limit.rlim_max = descriptors;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0; /* root may */
}

static void nothing_is_left(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

int main(int argc, char **argv)
{
    if (argc > 3)
        return serve(argv[2], atoi(argv[3]));
    printf("1..3\n");
    /* Folders of thousands are slow on disks. */
    runtime_dir_make_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    snprintf(pipe_name, sizeof(pipe_name), "\\\\.\\pipe\\stress.many.%d", (int)getpid());
    watchdog_start(HANG_SECONDS, NULL);
    test_case("a_thousand_connections_work_and_cost_little",
              a_thousand_connections_work_and_cost_little);
    if (may_have(VERY_MANY * FDS_EACH + FDS_OTHERS))
        test_case("ten_thousand_connections_work_and_cost_little",
                  ten_thousand_connections_work_and_cost_little);
    else
        printf(
            "ok %d - ten_thousand_connections_work_and_cost_little # SKIP the system allows fewer "
            "than %d descriptors\n",
            ++stress_number, VERY_MANY * FDS_EACH + FDS_OTHERS);
    test_case("nothing_is_left", nothing_is_left);
    return 0;
}
