/* SPDX-License-Identifier: MIT */
/*
 * Timings between two processes: named pipes through ReadFile and WriteFile, against pipe(2) and
 * AF_UNIX. Rounds are interleaved and medians are compared, because machines are noisy.
 *
 * bench [--demo] [--tsv FILE]
 */
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define QUOTA          (1 << 20)
#define ROUNDS         5
#define PIPE_NAME_SIZE 64

enum peer { TRANSOM, PIPE2, SEQPACKET, STREAM, PEER_COUNT };
enum placement { ONE_CORE, TWO_CORES, UNPINNED, PLACEMENT_COUNT };

static const char *const peer_names[] = {"transom", "pipe", "seqpacket", "stream"};
static const char *const placement_names[] = {"one_core", "two_cores", "unpinned"};

/* One side's way to its partner. */
struct link {
    enum peer peer;
    int in, out;
    HANDLE handle;
};

static void fail(const char *what)
{
    fprintf(stderr, "bench: %s fails (errno %d, last error %u)\n", what, errno, GetLastError());
    exit(1);
}

static void send_one(struct link *link, const char *data, size_t size)
{
    DWORD count;

    if (link->peer == TRANSOM) {
        if (!WriteFile(link->handle, data, (DWORD)size, &count, NULL))
            fail("WriteFile");
        return;
    }
    while (size) {
        ssize_t put = write(link->out, data, size);

        if (put <= 0)
            fail("write");
        data += put;
        size -= (size_t)put;
    }
}

static void receive_one(struct link *link, char *data, size_t size)
{
    DWORD count;

    if (link->peer == TRANSOM) {
        if (!ReadFile(link->handle, data, (DWORD)size, &count, NULL) || count != size)
            fail("ReadFile");
        return;
    }
    while (size) {
        ssize_t got = read(link->in, data, size);

        if (got <= 0)
            fail("read");
        data += got;
        size -= (size_t)got;
    }
}

static void pin(enum placement placement, int side)
{
    cpu_set_t set;

    if (placement == UNPINNED)
        return;
    CPU_ZERO(&set);
    CPU_SET(placement == TWO_CORES ? side : 0, &set);
    sched_setaffinity(0, sizeof(set), &set);
}

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct job {
    size_t size;
    long count;
    int is_round_trip;
};

static void serve(struct link *link, const struct job *job, char *buffer)
{
    for (long i = 0; i < job->count; i++) {
        receive_one(link, buffer, job->size);
        if (job->is_round_trip)
            send_one(link, buffer, job->size);
    }
    if (!job->is_round_trip)
        send_one(link, buffer, 1);
}

/* Seconds for the job. */
static double drive(struct link *link, const struct job *job, char *buffer)
{
    double begin = now();

    for (long i = 0; i < job->count; i++) {
        send_one(link, buffer, job->size);
        if (job->is_round_trip)
            receive_one(link, buffer, job->size);
    }
    if (!job->is_round_trip)
        receive_one(link, buffer, 1);
    return now() - begin;
}

static void enlarge(int fd)
{
    int size = 4 << 20;

    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
}

/* The two links of a peer other than ourselves. */
static void make_links(enum peer peer, struct link links[2])
{
    int a[2], b[2];

    links[0].peer = links[1].peer = peer;
    if (peer == PIPE2) {
        if (pipe(a) || pipe(b))
            fail("pipe");
        fcntl(a[0], F_SETPIPE_SZ, QUOTA);
        links[0].in = b[0], links[0].out = a[1];
        links[1].in = a[0], links[1].out = b[1];
    } else {
        if (socketpair(AF_UNIX, peer == SEQPACKET ? SOCK_SEQPACKET : SOCK_STREAM, 0, a))
            fail("socketpair");
        enlarge(a[0]);
        enlarge(a[1]);
        links[0].in = links[0].out = a[0];
        links[1].in = links[1].out = a[1];
    }
}

static void open_server(struct link *link, const char *name)
{
    link->peer = TRANSOM;
    link->handle =
        CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1,
                         QUOTA, QUOTA, 0, NULL);
    if (link->handle == INVALID_HANDLE_VALUE)
        fail("CreateNamedPipe");
    if (!ConnectNamedPipe(link->handle, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        fail("ConnectNamedPipe");
}

static void open_client(struct link *link, const char *name)
{
    DWORD mode = PIPE_READMODE_MESSAGE;

    link->peer = TRANSOM;
    for (int i = 0; i < 2000; i++) {
        link->handle =
            CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (link->handle != INVALID_HANDLE_VALUE)
            break;
        usleep(1000);
    }
    if (link->handle == INVALID_HANDLE_VALUE ||
        !SetNamedPipeHandleState(link->handle, &mode, NULL, NULL))
        fail("CreateFile");
}

static double run(enum peer peer, enum placement placement, const struct job *job)
{
    static unsigned int number;
    char *buffer = calloc(1, job->size + 1);
    struct job warm_up = *job;
    struct link links[2];
    char name[PIPE_NAME_SIZE];
    double seconds;
    pid_t child;

    warm_up.count = job->count / 20 + 1;
    memset(buffer, 1, job->size);
    snprintf(name, sizeof(name), "\\\\.\\pipe\\bench.%d.%u", getpid(), number++);
    if (peer != TRANSOM)
        make_links(peer, links);
    child = fork();
    if (child == 0) {
        /* A process of its own for both sides: a fork is no place to start using handles. */
        pin(placement, 1);
        if (peer == TRANSOM) {
            char size[32], count[32], trip[8];

            snprintf(size, sizeof(size), "%zu", job->size);
            snprintf(count, sizeof(count), "%ld", job->count);
            snprintf(trip, sizeof(trip), "%d", job->is_round_trip);
            execl("/proc/self/exe", "bench", "--serve", name, size, count, trip, (char *)NULL);
            _exit(1);
        }
        serve(&links[1], &warm_up, buffer);
        serve(&links[1], job, buffer);
        _exit(0);
    }
    if (child < 0)
        fail("fork");
    pin(placement, 0);
    if (peer == TRANSOM)
        open_client(&links[0], name);
    drive(&links[0], &warm_up, buffer);
    seconds = drive(&links[0], job, buffer);
    if (peer == TRANSOM) {
        CloseHandle(links[0].handle);
    } else {
        close(links[0].in);
        if (links[0].out != links[0].in)
            close(links[0].out);
        close(links[1].in);
        if (links[1].out != links[1].in)
            close(links[1].out);
    }
    waitpid(child, NULL, 0);
    free(buffer);
    return seconds;
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return (left > right) - (left < right);
}

/* What is measured: microseconds a round trip (less is better), or a rate (more is better). */
struct bench {
    const char *name, *unit;
    struct job job;
    double scale; /* value = scale * count / seconds, or scale * seconds / count for round trips */
};

static const struct bench benches[] = {
    {"round_trip_64", "us", {64, 20000, 1}, 1e6},
    {"round_trip_4096", "us", {4096, 20000, 1}, 1e6},
    {"rate_64", "M/s", {64, 500000, 0}, 1e-6},
    {"throughput_4096", "GB/s", {4096, 200000, 0}, 4096e-9},
    {"throughput_65536", "GB/s", {65536, 20000, 0}, 65536e-9},
    {"throughput_1048576", "GB/s", {1048576, 1500, 0}, 1048576e-9},
};

static double values[PEER_COUNT][PLACEMENT_COUNT];

static double best_of(const struct bench *bench, enum peer peer)
{
    double best = values[peer][0];

    for (int place = 1; place < PLACEMENT_COUNT; place++)
        if (bench->job.is_round_trip ? values[peer][place] < best : values[peer][place] > best)
            best = values[peer][place];
    return best;
}

static void measure(const struct bench *bench, int rounds)
{
    double samples[PEER_COUNT][PLACEMENT_COUNT][ROUNDS];

    for (int round = 0; round < rounds; round++)
        for (int peer = 0; peer < PEER_COUNT; peer++)
            for (int place = 0; place < PLACEMENT_COUNT; place++) {
                cpu_set_t all;
                double seconds, count = (double)bench->job.count;

                CPU_ZERO(&all);
                for (int cpu = 0; cpu < sysconf(_SC_NPROCESSORS_ONLN); cpu++)
                    CPU_SET(cpu, &all);
                sched_setaffinity(0, sizeof(all), &all);
                seconds = run((enum peer)peer, (enum placement)place, &bench->job);
                samples[peer][place][round] = bench->job.is_round_trip
                                                  ? bench->scale * seconds / count
                                                  : bench->scale * count / seconds;
            }
    for (int peer = 0; peer < PEER_COUNT; peer++)
        for (int place = 0; place < PLACEMENT_COUNT; place++) {
            qsort(samples[peer][place], (size_t)rounds, sizeof(double), compare);
            values[peer][place] = samples[peer][place][rounds / 2];
        }
}

static void report(const struct bench *bench, FILE *tsv)
{
    for (int peer = 0; peer < PEER_COUNT; peer++)
        for (int place = 0; place < PLACEMENT_COUNT; place++) {
            double ours = values[TRANSOM][place], best = best_of(bench, (enum peer)peer);
            double ratio = bench->job.is_round_trip ? best / ours : ours / best;

            printf("bench=%s peer=%s placement=%s value=%.3f unit=%s ratio=%.2f\n", bench->name,
                   peer_names[peer], placement_names[place], values[peer][place], bench->unit,
                   ratio);
            if (tsv)
                fprintf(tsv, "%s\t%s\t%s\t%.3f\t%s\t%.2f\n", bench->name, peer_names[peer],
                        placement_names[place], values[peer][place], bench->unit, ratio);
        }
    fflush(stdout);
}

static int demo(void)
{
    static const int places[] = {ONE_CORE, TWO_CORES};

    measure(&benches[0], 3);
    printf("\n  64-byte round trip, microseconds (median of three)\n\n");
    printf("  %-12s %12s %12s\n", "", "one core", "two cores");
    for (int peer = 0; peer < STREAM; peer++) {
        printf("  %-12s", peer_names[peer]);
        for (int i = 0; i < 2; i++)
            printf(" %12.2f", values[peer][places[i]]);
        printf("\n");
    }
    printf("\n  two cores: %.1f times pipe(2) and %.1f times SEQPACKET, each in its best place\n",
           best_of(&benches[0], PIPE2) / values[TRANSOM][TWO_CORES],
           best_of(&benches[0], SEQPACKET) / values[TRANSOM][TWO_CORES]);
    return 0;
}

static int serve_process(char **argv)
{
    struct job job = {strtoul(argv[3], NULL, 10), strtol(argv[4], NULL, 10), atoi(argv[5])};
    struct job warm_up = job;
    char *buffer = calloc(1, job.size + 1);
    struct link link;

    warm_up.count = job.count / 20 + 1;
    open_server(&link, argv[2]);
    serve(&link, &warm_up, buffer);
    serve(&link, &job, buffer);
    FlushFileBuffers(link.handle);
    return 0;
}

int main(int argc, char **argv)
{
    const char *path = NULL;
    FILE *tsv;

    signal(SIGPIPE, SIG_IGN);
    if (argc == 6 && strcmp(argv[1], "--serve") == 0)
        return serve_process(argv);
    if (argc > 1 && strcmp(argv[1], "--demo") == 0)
        return demo();
    if (argc > 2 && strcmp(argv[1], "--tsv") == 0)
        path = argv[2];
    tsv = path ? fopen(path, "w") : NULL;
    if (tsv)
        fprintf(tsv, "bench\tpeer\tplacement\tvalue\tunit\tratio\n");
    for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
        measure(&benches[i], ROUNDS);
        report(&benches[i], tsv);
    }
    if (tsv)
        fclose(tsv);
    return 0;
}
