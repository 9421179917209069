/* SPDX-License-Identifier: MIT */
/*
 * Measures mailslots against what Linux offers for many writers and one reader: datagrams of AF_UNIX
 * and POSIX message queues.
 *
 * For each measurement a reader is started, and it starts the writers: all are new processes. What
 * counts is what the reader gets. A second figure is how many messages a writer gets rid of before it
 * has to wait, while nobody reads.
 */
#include <windows.h>

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <mqueue.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "line.h"
#include "statistics.h"

#define SIZE         64
#define MOST_WRITERS 64
#define MOST_ROUNDS  15
#define ROUNDS       5
#define MS           400
#define QUICK_ROUNDS 3
#define QUICK_MS     100
#define UNREAD_MOST  100000
#define AT_ONCE      64

struct peer {
    const char *name, *title;
    void (*listen)(const char *place);
    void (*open)(const char *place, bool may_wait);
    bool (*send)(const char *data); /* false: it would have to wait, or the reader has gone */
    void (*receive)(char *data);
};

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "bench: %s fails: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- mailslots ---- */

static HANDLE slot;

static const char *slot_name(const char *place)
{
    static char name[128];

    snprintf(name, sizeof(name), "\\\\.\\mailslot\\bench%s", strrchr(place, '/'));
    return name;
}

static void slot_listen(const char *place)
{
    slot = CreateMailslotA(slot_name(place), SIZE, MAILSLOT_WAIT_FOREVER, NULL);
    if (slot == INVALID_HANDLE_VALUE)
        fail("CreateMailslot");
}

static void slot_open(const char *place, bool may_wait)
{
    slot =
        CreateFileA(slot_name(place), GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (slot == INVALID_HANDLE_VALUE)
        fail("CreateFile");
}

static bool slot_send(const char *data)
{
    DWORD count;

    return WriteFile(slot, data, SIZE, &count, NULL);
}

static void slot_receive(char *data)
{
    DWORD count;

    if (!ReadFile(slot, data, SIZE, &count, NULL) || count != SIZE)
        fail("ReadFile");
}

/* ---- datagrams ---- */

static int fd;
static int send_flags;

static struct sockaddr_un address_of(const char *place)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s.socket", place);
    return address;
}

static void dgram_listen(const char *place)
{
    struct sockaddr_un address = address_of(place);

    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        fail("bind");
}

static void dgram_open(const char *place, bool may_wait)
{
    struct sockaddr_un address = address_of(place);

    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    send_flags = may_wait ? 0 : MSG_DONTWAIT;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        fail("connect");
}

static bool dgram_send(const char *data)
{
    return send(fd, data, SIZE, send_flags) == SIZE;
}

static void dgram_receive(char *data)
{
    if (recv(fd, data, SIZE, 0) != SIZE)
        fail("recv");
}

/* ---- message queues ---- */

static mqd_t queue;

static const char *queue_name(const char *place)
{
    return strrchr(place, '/');
}

static void queue_listen(const char *place)
{
    struct mq_attr attributes = {.mq_maxmsg = 10, .mq_msgsize = SIZE};

    queue = mq_open(queue_name(place), O_RDONLY | O_CREAT | O_EXCL, 0600, &attributes);
    if (queue == (mqd_t)-1)
        fail("mq_open");
}

static void queue_open(const char *place, bool may_wait)
{
    queue = mq_open(queue_name(place), O_WRONLY | (may_wait ? 0 : O_NONBLOCK));
    if (queue == (mqd_t)-1)
        fail("mq_open");
}

static bool queue_send(const char *data)
{
    return mq_send(queue, data, SIZE, 0) == 0;
}

static void queue_receive(char *data)
{
    if (mq_receive(queue, data, SIZE, NULL) != SIZE)
        fail("mq_receive");
}

static const struct peer peers[] = {
    {"transom", "Transom mailslot", slot_listen, slot_open, slot_send, slot_receive},
    {"dgram", "AF_UNIX DGRAM", dgram_listen, dgram_open, dgram_send, dgram_receive},
    {"mq", "POSIX mq", queue_listen, queue_open, queue_send, queue_receive},
};
enum { PEERS = sizeof(peers) / sizeof(peers[0]) };

/* ---- processes ---- */

static pid_t start(const char *role, const char *peer, const char *place, const char *argument,
                   const char *ms, int out)
{
    pid_t starter = getpid(), process = fork();

    if (process < 0)
        fail("fork");
    if (process > 0)
        return process;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != starter)
        _exit(1);
    if (out >= 0)
        dup2(out, STDOUT_FILENO);
    execl("/proc/self/exe", "bench_mailslots", role, peer, place, argument, ms, NULL);
    _exit(1);
}

static const struct peer *peer_named(const char *name)
{
    for (size_t i = 0; i < PEERS; i++)
        if (strcmp(peers[i].name, name) == 0)
            return &peers[i];
    exit(2);
}

/* Until it is killed. */
static int writer_role(const struct peer *peer, const char *place)
{
    char data[SIZE] = {0};

    peer->open(place, true);
    while (peer->send(data))
        ;
    return 0;
}

static int reader_role(const struct peer *peer, const char *place, int writers, int ms)
{
    pid_t processes[MOST_WRITERS];
    uint64_t begin, now, end;
    uint64_t count = 0;
    char data[SIZE];

    peer->listen(place);
    for (int i = 0; i < writers; i++)
        processes[i] = start("--writer", peer->name, place, "0", "0", -1);
    /* The first lap is for warming up, and for all to have come. */
    for (begin = bench_ns(); bench_ns() - begin < (uint64_t)ms * 1000000 / 2;)
        for (int i = 0; i < AT_ONCE; i++)
            peer->receive(data);
    begin = now = bench_ns();
    end = begin + (uint64_t)ms * 1000000;
    for (; now < end; now = bench_ns()) {
        for (int i = 0; i < AT_ONCE; i++)
            peer->receive(data);
        count += AT_ONCE;
    }
    for (int i = 0; i < writers; i++) {
        kill(processes[i], SIGKILL);
        waitpid(processes[i], NULL, 0);
    }
    printf("%.3f\n", (double)count / (double)(now - begin) * 1e3); /* millions a second */
    return 0;
}

/* How many go without waiting. */
static int unread_role(const struct peer *peer, const char *place)
{
    char data[SIZE] = {0};
    uint32_t count = 0;

    peer->listen(place);
    peer->open(place, false);
    while (count < UNREAD_MOST && peer->send(data))
        count++;
    printf("%u\n", count);
    return 0;
}

static double measure(const char *role, const struct peer *peer, int writers, int ms)
{
    char folder[] = "/tmp/transom-bench-XXXXXX", place[64], path[96], number[12], time[12];
    char text[64] = "";
    int ends[2];
    size_t used = 0;
    ssize_t got;
    pid_t reader;

    if (!mkdtemp(folder) || pipe2(ends, O_CLOEXEC) < 0)
        fail("mkdtemp");
    snprintf(place, sizeof(place), "%s/%d", folder, (int)getpid());
    snprintf(number, sizeof(number), "%d", writers);
    snprintf(time, sizeof(time), "%d", ms);
    setenv("TRANSOM_DIR", folder, 1);
    reader = start(role, peer->name, place, number, time, ends[1]);
    close(ends[1]);
    while ((got = read(ends[0], text + used, sizeof(text) - 1 - used)) > 0)
        used += (size_t)got;
    close(ends[0]);
    waitpid(reader, NULL, 0);
    mq_unlink(queue_name(place));
    snprintf(path, sizeof(path), "rm -rf %s", folder);
    if (system(path) != 0 || used == 0)
        fail(peer->title);
    return atof(text);
}

/* ---- figures ---- */

static FILE *table;

static void tell(const char *figure, const struct peer *peer, const char *unit, double value,
                 const struct bench_spread *ratio)
{
    bench_line_tell(&(struct bench_line){figure, peer->name, "unpinned", unit, value, ratio},
                    table);
}

static void rates(int writers, int rounds, int ms)
{
    double values[PEERS][MOST_ROUNDS], median;
    char figure[32];

    snprintf(figure, sizeof(figure), "mailslot_64_w%d", writers);
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < PEERS; i++) {
            int chosen = (i + round) % PEERS;

            values[chosen][round] = measure("--reader", &peers[chosen], writers, ms);
        }
    for (int i = 0; i < PEERS; i++) {
        struct bench_spread ratio = bench_spread_of_ratios(values[0], values[i], (size_t)rounds);

        median = bench_median(values[i], (size_t)rounds);
        tell(figure, &peers[i], "M/s", median, i ? &ratio : NULL);
    }
}

static void usage(int status)
{
    fprintf(status ? stderr : stdout,
            "Usage: bench_mailslots [OPTION...]\n"
            "  --quick        fewer and shorter rounds\n"
            "  --rounds N     %d unless given\n"
            "  --ms N         milliseconds of one measurement, %d unless given\n"
            "  --tsv FILE     the lines once more, with tabs\n",
            ROUNDS, MS);
    exit(status);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"quick", no_argument, NULL, 'q'},    {"rounds", required_argument, NULL, 'r'},
        {"ms", required_argument, NULL, 'm'}, {"tsv", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},     {0}};
    static const int writers[] = {1, 4, 8};
    int rounds = ROUNDS, ms = MS, option;

    if (argc == 6 && strcmp(argv[1], "--writer") == 0)
        return writer_role(peer_named(argv[2]), argv[3]);
    if (argc == 6 && strcmp(argv[1], "--unread") == 0)
        return unread_role(peer_named(argv[2]), argv[3]);
    if (argc == 6 && strcmp(argv[1], "--reader") == 0)
        return reader_role(peer_named(argv[2]), argv[3], atoi(argv[4]), atoi(argv[5]));
    while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0)
        switch (option) {
        case 'q':
            rounds = QUICK_ROUNDS;
            ms = QUICK_MS;
            break;
        case 'r':
            rounds = atoi(optarg);
            break;
        case 'm':
            ms = atoi(optarg);
            break;
        case 't':
            table = fopen(optarg, "w");
            if (!table)
                fail(optarg);
            fprintf(table, "bench\tpeer\tplacement\tvalue\tunit\tratio\tlow\thigh\tvariant\tat\n");
            break;
        default:
            usage(option == 'h' ? 0 : 2);
        }
    if (optind < argc || rounds < 1 || rounds > MOST_ROUNDS || ms < 1)
        usage(2);
    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
        rates(writers[i], rounds, ms);
    for (size_t i = 0; i < PEERS; i++)
        tell("mailslot_unread", &peers[i], "messages", measure("--unread", &peers[i], 0, 0), NULL);
    return 0;
}
