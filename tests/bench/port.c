/* SPDX-License-Identifier: MIT */
/*
 * Measures a server of many connections that is one completion-port loop, beside an epoll loop over
 * AF_UNIX SEQPACKET; overlapped round trips beside blocking ones; and a packet's way through a port.
 *
 *     bench_port [OPTION...]     FILE of --tsv is appended to
 *
 * A server and a client are processes of one thread, both new for each measurement. The client has all
 * connections and a loop of the server's kind: each connection has one message of 64 bytes on its way,
 * and sends the next when it has its answer.
 */
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "line.h"
#include "statistics.h"

#define SIZE             64
#define MOST_CONNECTIONS 1000
#define MOST_ROUNDS      15
#define ROUNDS           5
#define MS               300
#define QUICK_ROUNDS     3
#define QUICK_MS         40
#define AT_ONCE          64
#define TRIPS_AT_ONCE    64
#define QUOTA            4096
#define PATIENCE_NS      5000000000u
#define PIPE_NAME        "\\\\.\\pipe\\bench-port"

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "bench: %s fails: %s, last error %u\n", what, strerror(errno),
            (unsigned)GetLastError());
    exit(1);
}

/* ---- the client's counts ---- */

struct tally {
    uint64_t answers[MOST_CONNECTIONS];
    uint64_t begin_ns, lap_ns;
    int connections;
    bool is_warm;
};

/* Who came last may not have been let in yet. */
static bool all_were_answered(const struct tally *tally)
{
    for (int i = 0; i < tally->connections; i++)
        if (!tally->answers[i])
            return false;
    return true;
}

/* To be called now and then; true when the time is over. Before it comes half of that to warm up, and
 * until each connection was served once. */
static bool tally_is_over(struct tally *tally)
{
    uint64_t now = bench_ns();

    if (!tally->begin_ns)
        tally->begin_ns = now;
    if (!tally->is_warm && now - tally->begin_ns >= tally->lap_ns / 2 &&
        (all_were_answered(tally) || now - tally->begin_ns >= PATIENCE_NS)) {
        memset(tally->answers, 0, sizeof(tally->answers));
        tally->begin_ns = now;
        tally->is_warm = true;
    }
    return tally->is_warm && now - tally->begin_ns >= tally->lap_ns;
}

/* Thousands a second, and the slowest connection against the mean. */
static void tally_print(const struct tally *tally)
{
    double time = (double)(bench_ns() - tally->begin_ns);
    uint64_t all = 0, least = UINT64_MAX;

    for (int i = 0; i < tally->connections; i++) {
        all += tally->answers[i];
        if (tally->answers[i] < least)
            least = tally->answers[i];
    }
    printf("%.3f %.3f\n", (double)all / time * 1e6,
           all ? (double)least * tally->connections / (double)all : 0);
}

/* ---- pipes ---- */

struct pipe {
    HANDLE handle;
    OVERLAPPED read, write;
    char in[SIZE], out[SIZE];
    bool is_connected;
};

static struct pipe *pipes_new(int count)
{
    struct pipe *pipes = calloc((size_t)count, sizeof(*pipes));

    if (!pipes)
        fail("calloc");
    return pipes;
}

/* A write says nothing to the port when it succeeds at once, and a read neither. */
static void pipe_bind(struct pipe *pipe, HANDLE port)
{
    if (!CreateIoCompletionPort(pipe->handle, port, (ULONG_PTR)pipe, 0) ||
        !SetFileCompletionNotificationModes(pipe->handle, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS |
                                                              FILE_SKIP_SET_EVENT_ON_HANDLE))
        fail("CreateIoCompletionPort");
}

/* A server ends when its client has gone. */
static void pipe_must(bool is_well, const char *what)
{
    if (is_well || GetLastError() == ERROR_IO_PENDING)
        return;
    if (GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_NO_DATA)
        exit(0);
    fail(what);
}

static void pipe_write(struct pipe *pipe)
{
    pipe_must(WriteFile(pipe->handle, pipe->out, SIZE, NULL, &pipe->write), "WriteFile");
}

/* True: there was something at once. */
static bool pipe_read(struct pipe *pipe)
{
    bool is_there = ReadFile(pipe->handle, pipe->in, SIZE, NULL, &pipe->read);

    pipe_must(is_there, "ReadFile");
    return is_there;
}

static void pipe_server(int connections)
{
    struct pipe *pipes = pipes_new(connections);
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    OVERLAPPED_ENTRY entries[AT_ONCE];
    ULONG count;

    for (int i = 0; i < connections; i++) {
        struct pipe *pipe = &pipes[i];

        pipe->handle = CreateNamedPipeA(PIPE_NAME, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                                        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                                        PIPE_UNLIMITED_INSTANCES, QUOTA, QUOTA, 0, NULL);
        if (pipe->handle == INVALID_HANDLE_VALUE)
            fail("CreateNamedPipe");
        pipe_bind(pipe, port);
        if (ConnectNamedPipe(pipe->handle, &pipe->read) || GetLastError() != ERROR_IO_PENDING)
            fail("ConnectNamedPipe");
    }
    printf("ready\n");
    fflush(stdout);
    for (;;) {
        if (!GetQueuedCompletionStatusEx(port, entries, AT_ONCE, &count, INFINITE, FALSE))
            fail("GetQueuedCompletionStatusEx");
        for (ULONG i = 0; i < count; i++) {
            struct pipe *pipe = (struct pipe *)entries[i].lpCompletionKey;

            if (entries[i].Internal)
                exit(0); /* the client has gone */
            if (entries[i].lpOverlapped == &pipe->write)
                continue;
            if (pipe->is_connected)
                pipe_write(pipe);
            pipe->is_connected = true;
            while (pipe_read(pipe))
                pipe_write(pipe);
        }
    }
}

static void pipe_client(int connections, struct tally *tally)
{
    struct pipe *pipes = pipes_new(connections);
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    OVERLAPPED_ENTRY entries[AT_ONCE];
    DWORD mode = PIPE_READMODE_MESSAGE;
    ULONG count;

    for (int i = 0; i < connections; i++) {
        struct pipe *pipe = &pipes[i];

        pipe->handle = CreateFileA(PIPE_NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                   FILE_FLAG_OVERLAPPED, NULL);
        if (pipe->handle == INVALID_HANDLE_VALUE ||
            !SetNamedPipeHandleState(pipe->handle, &mode, NULL, NULL))
            fail("CreateFile");
        pipe_bind(pipe, port);
    }
    for (int i = 0; i < connections; i++) {
        pipe_write(&pipes[i]);
        while (pipe_read(&pipes[i]))
            pipe_write(&pipes[i]);
    }
    while (!tally_is_over(tally)) {
        if (!GetQueuedCompletionStatusEx(port, entries, AT_ONCE, &count, INFINITE, FALSE))
            fail("GetQueuedCompletionStatusEx");
        for (ULONG i = 0; i < count; i++) {
            struct pipe *pipe = (struct pipe *)entries[i].lpCompletionKey;

            if (entries[i].Internal)
                fail("an overlapped read");
            if (entries[i].lpOverlapped == &pipe->write)
                continue;
            do {
                tally->answers[pipe - pipes]++;
                pipe_write(pipe);
            } while (pipe_read(pipe));
        }
    }
}

/* ---- sockets ---- */

static struct sockaddr_un socket_address(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", getenv("TRANSOM_DIR"));
    return address;
}

static void watch(int epoll, int fd, int number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)number};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        fail("epoll_ctl");
}

static void epoll_server(int connections)
{
    struct sockaddr_un address = socket_address();
    int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0), epoll = epoll_create1(0), count;
    int sockets[MOST_CONNECTIONS];
    struct epoll_event events[AT_ONCE];
    char data[SIZE];

    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        listen(listener, connections) < 0)
        fail("listen");
    printf("ready\n");
    fflush(stdout);
    for (int i = 0; i < connections; i++) {
        sockets[i] = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        if (sockets[i] < 0)
            fail("accept");
        watch(epoll, sockets[i], i);
    }
    for (;;) {
        count = epoll_wait(epoll, events, AT_ONCE, -1);
        for (int i = 0; i < count; i++) {
            int fd = sockets[events[i].data.u32];

            if (recv(fd, data, SIZE, 0) != SIZE)
                exit(0); /* the client has gone */
            if (send(fd, data, SIZE, MSG_NOSIGNAL) != SIZE)
                exit(0);
        }
    }
}

static void epoll_client(int connections, struct tally *tally)
{
    struct sockaddr_un address = socket_address();
    int epoll = epoll_create1(0), count;
    int sockets[MOST_CONNECTIONS];
    struct epoll_event events[AT_ONCE];
    char data[SIZE] = {0};

    for (int i = 0; i < connections; i++) {
        sockets[i] = socket(AF_UNIX, SOCK_SEQPACKET, 0);
        if (sockets[i] < 0 || connect(sockets[i], (struct sockaddr *)&address, sizeof(address)) < 0)
            fail("connect");
        watch(epoll, sockets[i], i);
    }
    for (int i = 0; i < connections; i++)
        if (send(sockets[i], data, SIZE, 0) != SIZE)
            fail("send");
    while (!tally_is_over(tally)) {
        count = epoll_wait(epoll, events, AT_ONCE, -1);
        for (int i = 0; i < count; i++) {
            int fd = sockets[events[i].data.u32];

            if (recv(fd, data, SIZE, 0) != SIZE || send(fd, data, SIZE, 0) != SIZE)
                fail("recv");
            tally->answers[events[i].data.u32]++;
        }
    }
}

/* ---- round trips: one connection, overlapped with an event or blocking ---- */

static void trip_server(int is_overlapped)
{
    HANDLE pipe =
        CreateNamedPipeA(PIPE_NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                         1, QUOTA, QUOTA, 0, NULL);
    char data[SIZE];
    DWORD count;

    (void)is_overlapped;
    if (pipe == INVALID_HANDLE_VALUE)
        fail("CreateNamedPipe");
    printf("ready\n");
    fflush(stdout);
    ConnectNamedPipe(pipe, NULL);
    while (ReadFile(pipe, data, SIZE, &count, NULL) && WriteFile(pipe, data, SIZE, &count, NULL))
        ;
    exit(0);
}

static bool trip_finish(HANDLE pipe, OVERLAPPED *overlapped, BOOL was_finished)
{
    DWORD count;

    return (was_finished || GetLastError() == ERROR_IO_PENDING) &&
           GetOverlappedResult(pipe, overlapped, &count, TRUE) && count == SIZE;
}

static void trip(HANDLE pipe, OVERLAPPED *overlapped, char *data)
{
    DWORD count;
    bool is_well;

    if (overlapped)
        is_well = trip_finish(pipe, overlapped, WriteFile(pipe, data, SIZE, NULL, overlapped)) &&
                  trip_finish(pipe, overlapped, ReadFile(pipe, data, SIZE, NULL, overlapped));
    else
        is_well = WriteFile(pipe, data, SIZE, &count, NULL) &&
                  ReadFile(pipe, data, SIZE, &count, NULL) && count == SIZE;
    if (!is_well)
        fail("a round trip");
}

static void trip_client(int is_overlapped, struct tally *tally)
{
    OVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE pipe = CreateFileA(PIPE_NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                              is_overlapped ? FILE_FLAG_OVERLAPPED : 0, NULL);
    char data[SIZE] = {0};

    if (pipe == INVALID_HANDLE_VALUE || !SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        fail("CreateFile");
    while (!tally_is_over(tally))
        for (int i = 0; i < TRIPS_AT_ONCE; i++) {
            trip(pipe, is_overlapped ? &overlapped : NULL, data);
            tally->answers[0]++;
        }
}

/* ---- processes ---- */

struct kind {
    const char *name;
    void (*serve)(int argument);
    void (*ask)(int argument, struct tally *tally);
};

static const struct kind kinds[] = {
    {"transom", pipe_server, pipe_client},
    {"epoll", epoll_server, epoll_client},
    {"trip", trip_server, trip_client},
};
enum { TRANSOM, EPOLL, TRIP, KINDS };

static const struct kind *kind_named(const char *name)
{
    for (int i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    exit(2);
}

/* As many descriptors as it may have. */
static void raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void pin_to(int number)
{
    cpu_set_t all, one;
    int seen = 0;

    if (sched_getaffinity(0, sizeof(all), &all) < 0)
        return;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &all) && seen++ == number)
            CPU_SET(cpu, &one);
    if (CPU_COUNT(&one))
        sched_setaffinity(0, sizeof(one), &one);
}

/* A side: role, kind, argument (connections, or whether it is overlapped), ms, processor or -1. */
static int side_main(char **argv)
{
    static struct tally tally;
    const struct kind *kind = kind_named(argv[2]);
    int argument = atoi(argv[3]);

    tally.lap_ns = (uint64_t)atoi(argv[4]) * 1000000;
    if (atoi(argv[5]) >= 0)
        pin_to(atoi(argv[5]));
    raise_limit();
    if (strcmp(argv[1], "--server") == 0)
        kind->serve(argument);
    tally.connections = kind == &kinds[TRIP] ? 1 : argument;
    kind->ask(argument, &tally);
    tally_print(&tally);
    /* Thousands of connections need not be taken down one by one. */
    fflush(stdout);
    _exit(0);
}

static pid_t start(const char *role, const char *kind, int argument, int ms, int processor,
                   int *out)
{
    char number[12], time[12], place[12];
    pid_t starter = getpid(), process;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        fail("pipe");
    process = fork();
    if (process < 0)
        fail("fork");
    if (process > 0) {
        close(ends[1]);
        *out = ends[0];
        return process;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != starter)
        _exit(1);
    dup2(ends[1], STDOUT_FILENO);
    snprintf(number, sizeof(number), "%d", argument);
    snprintf(time, sizeof(time), "%d", ms);
    snprintf(place, sizeof(place), "%d", processor);
    execl("/proc/self/exe", "bench_port", role, kind, number, time, place, NULL);
    _exit(1);
}

static void read_line(int fd, char *text, size_t size)
{
    size_t used = 0;
    ssize_t got;

    while (used < size - 1 && (got = read(fd, text + used, 1)) > 0)
        if (text[used++] == '\n')
            break;
    text[used] = 0;
    if (used == 0)
        fail("a side");
}

struct result {
    double rate, fairness;
};

static struct result measure(const char *kind, int argument, int ms, bool is_pinned)
{
    char folder[] = "/tmp/transom-bench-XXXXXX", text[64], command[64];
    struct result result;
    int from_server, from_client;
    pid_t server, client;

    if (!mkdtemp(folder))
        fail("mkdtemp");
    setenv("TRANSOM_DIR", folder, 1);
    server = start("--server", kind, argument, ms, is_pinned ? 0 : -1, &from_server);
    read_line(from_server, text, sizeof(text));
    client = start("--client", kind, argument, ms, is_pinned ? 1 : -1, &from_client);
    read_line(from_client, text, sizeof(text));
    if (sscanf(text, "%lf %lf", &result.rate, &result.fairness) != 2)
        fail("a client");
    close(from_server);
    close(from_client);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    waitpid(client, NULL, 0);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    if (system(command) != 0)
        fail("rm");
    return result;
}

/* ---- figures ---- */

static FILE *table;
static int rounds = ROUNDS, ms = MS;

static void tell(const char *figure, const char *peer, const char *placement, const char *unit,
                 const double *values, const struct bench_spread *ratio)
{
    double value = bench_median(values, (size_t)rounds);

    bench_line_tell(&(struct bench_line){figure, peer, placement, unit, value, ratio}, table);
}

struct verdicts {
    double ratio, fairness; /* at the most connections */
    double trip, packet_ns;
};

static void loops(int connections, struct verdicts *verdicts)
{
    double rates[2][MOST_ROUNDS], fairness[2][MOST_ROUNDS];
    struct bench_spread ratio;
    char figure[32];

    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < 2; i++) {
            int chosen = (i + round) % 2;
            struct result result = measure(kinds[chosen].name, connections, ms, false);

            rates[chosen][round] = result.rate;
            fairness[chosen][round] = result.fairness;
        }
    ratio = bench_spread_of_ratios(rates[TRANSOM], rates[EPOLL], (size_t)rounds);
    snprintf(figure, sizeof(figure), "port_64_c%d", connections);
    tell(figure, kinds[TRANSOM].name, "unpinned", "k/s", rates[TRANSOM], NULL);
    tell(figure, kinds[EPOLL].name, "unpinned", "k/s", rates[EPOLL], &ratio);
    snprintf(figure, sizeof(figure), "port_slowest_c%d", connections);
    tell(figure, kinds[TRANSOM].name, "unpinned", "mean", fairness[TRANSOM], NULL);
    tell(figure, kinds[EPOLL].name, "unpinned", "mean", fairness[EPOLL], NULL);
    verdicts->ratio = ratio.median;
    verdicts->fairness = bench_spread_of(fairness[TRANSOM], (size_t)rounds).least;
}

static void trips(struct verdicts *verdicts)
{
    static const char *const names[2] = {"transom", "blocking"};
    double us[2][MOST_ROUNDS];
    struct bench_spread ratio;

    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < 2; i++) {
            int blocking = (i + round) % 2;

            us[blocking][round] = 1e3 / measure(kinds[TRIP].name, !blocking, ms, true).rate;
        }
    ratio = bench_spread_of_ratios(us[1], us[0], (size_t)rounds);
    tell("overlapped_round_trip_64", names[0], "two_cores", "us", us[0], NULL);
    tell("overlapped_round_trip_64", names[1], "two_cores", "us", us[1], &ratio);
    verdicts->trip = 1 / ratio.median;
}

/* Post one, take one: nobody else wants the port. */
static double packet_us(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    uint64_t begin = bench_ns(), now = begin, count = 0;
    LPOVERLAPPED overlapped;
    ULONG_PTR key;
    DWORD bytes;

    if (!port)
        fail("CreateIoCompletionPort");
    for (; now - begin < (uint64_t)ms * 500000; now = bench_ns())
        for (int i = 0; i < TRIPS_AT_ONCE; i++, count++)
            if (!PostQueuedCompletionStatus(port, 1, 2, NULL) ||
                !GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE))
                fail("a packet");
    CloseHandle(port);
    return (double)(now - begin) / 1e3 / (double)count;
}

static void packets(struct verdicts *verdicts)
{
    double us[MOST_ROUNDS];

    for (int round = 0; round < rounds; round++)
        us[round] = packet_us();
    tell("port_packet", "transom", "unpinned", "us", us, NULL);
    verdicts->packet_ns = bench_median(us, (size_t)rounds) * 1e3;
}

static void verdict(const char *words, double value, double wanted, bool is_reached)
{
    printf("  %-58s %9.2f %9.2f  %s\n", words, wanted, value, is_reached ? "reached" : "MISSED");
}

static void usage(int status)
{
    fprintf(status ? stderr : stdout,
            "Usage: bench_port [OPTION...]\n"
            "  --quick            fewer and shorter rounds\n"
            "  --only N           this many connections alone\n"
            "  --rounds N         %d unless given\n"
            "  --ms N             milliseconds of one measurement, %d unless given\n"
            "  --tsv FILE         the lines once more, with tabs\n",
            ROUNDS, MS);
    exit(status);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"quick", no_argument, NULL, 'q'},
                                            {"only", required_argument, NULL, 'o'},
                                            {"rounds", required_argument, NULL, 'r'},
                                            {"ms", required_argument, NULL, 'm'},
                                            {"tsv", required_argument, NULL, 't'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    static const int connections[] = {1, 10, 100, MOST_CONNECTIONS};
    struct verdicts verdicts;
    int option, only = 0;

    if (argc == 6 && (strcmp(argv[1], "--server") == 0 || strcmp(argv[1], "--client") == 0))
        return side_main(argv);
    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
        switch (option) {
        case 'q':
            rounds = QUICK_ROUNDS;
            ms = QUICK_MS;
            break;
        case 'o':
            only = atoi(optarg);
            break;
        case 'r':
            rounds = atoi(optarg);
            break;
        case 'm':
            ms = atoi(optarg);
            break;
        case 't':
            table = fopen(optarg, "a");
            if (!table)
                fail(optarg);
            break;
        default:
            usage(option == 'h' ? 0 : 2);
        }
    if (optind < argc || rounds < 1 || rounds > MOST_ROUNDS || ms < 1 || only < 0 ||
        only > MOST_CONNECTIONS)
        usage(2);
    if (only) {
        loops(only, &verdicts);
        return 0;
    }
    for (size_t i = 0; i < sizeof(connections) / sizeof(connections[0]); i++)
        loops(connections[i], &verdicts);
    trips(&verdicts);
    packets(&verdicts);
    printf("\n  %-58s %9s %9s\n", "One loop, many connections, overlapped requests", "wanted",
           "measured");
    verdict("1000 connections: times an epoll loop over SEQPACKET, least", verdicts.ratio, 2,
            verdicts.ratio >= 2);
    verdict("1000 connections: the slowest against the mean, least", verdicts.fairness, 0.25,
            verdicts.fairness >= 0.25);
    verdict("an overlapped round trip in blocking ones, most", verdicts.trip, 2,
            verdicts.trip <= 2);
    verdict("a packet through a port in ns, most", verdicts.packet_ns, 200,
            verdicts.packet_ns <= 200);
    return table && fclose(table) ? 1 : 0;
}
