/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jobs.h"
#include "side.h"

#define TEXT_SIZE    32
#define HUNG_AFTER_S 60

const char *const bench_placement_names[] = {"one_core", "two_cores", "unpinned"};

static char folder[64];
static char program[4096];
static pid_t starter;
static int core[2]; /* two processors, the same one if there are no two */

/* --- the machine ---------------------------------------------------------------------------- */

static int topology(int cpu, const char *what)
{
    char path[128];
    int value = -1;
    FILE *file;

    snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/%s", cpu, what);
    file = fopen(path, "r");
    if (!file)
        return -1;
    if (fscanf(file, "%d", &value) != 1)
        value = -1;
    fclose(file);
    return value;
}

/* Two cores, not two threads of one, and in one package if it can be. */
static void find_cores(void)
{
    int rank = 0;
    cpu_set_t allowed;

    if (sched_getaffinity(0, sizeof(allowed), &allowed))
        bench_fail("sched_getaffinity");
    core[0] = -1;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        bool is_same_package;
        int this_rank = 1;

        if (!CPU_ISSET(cpu, &allowed))
            continue;
        if (core[0] < 0) {
            core[0] = core[1] = cpu;
            continue;
        }
        is_same_package =
            topology(cpu, "physical_package_id") == topology(core[0], "physical_package_id");
        if (!is_same_package)
            this_rank = 2;
        else if (topology(cpu, "core_id") != topology(core[0], "core_id"))
            this_rank = 3;
        if (this_rank > rank) {
            rank = this_rank;
            core[1] = cpu;
        }
    }
}

bool bench_has_two_cores(void)
{
    return core[0] != core[1];
}

static void pin_to(int cpu, int another)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    CPU_SET(another, &set);
    if (sched_setaffinity(0, sizeof(set), &set))
        bench_fail("sched_setaffinity");
}

void bench_pin(int cpu)
{
    if (cpu >= 0)
        pin_to(cpu, cpu);
}

static void remove_folder(void)
{
    char command[sizeof(folder) + 16];

    if (getpid() != starter)
        return;
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command))
        fprintf(stderr, "bench: %s could not be removed\n", folder);
}

static void end_by_signal(int number)
{
    exit(128 + number); /* only while waiting for a side: nothing is half done */
}

void bench_measure_begin(void)
{
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (length <= 0)
        bench_fail("the name of this program");
    find_cores();
    /* Memory if there is some: names of both sockets and pipes live here. */
    snprintf(folder, sizeof(folder), "/dev/shm/transom-bench.XXXXXX");
    if (!mkdtemp(folder)) {
        snprintf(folder, sizeof(folder), "/tmp/transom-bench.XXXXXX");
        if (!mkdtemp(folder))
            bench_fail("a folder in /tmp");
    }
    starter = getpid();
    atexit(remove_folder);
    signal(SIGINT, end_by_signal);
    signal(SIGTERM, end_by_signal);
    signal(SIGHUP, end_by_signal);
    if (!getenv("TRANSOM_DIR"))
        setenv("TRANSOM_DIR", folder, 1);
}

/* --- starting a side ------------------------------------------------------------------------ */

struct child {
    pid_t pid;
    int report;
};

/* The program that runs the sides of this peer. */
static bool find_program(const struct bench_peer *peer, char *path, size_t size)
{
    int length = (int)(strrchr(program, '/') - program);

    if (!peer->program) {
        snprintf(path, size, "%s", program);
        return true;
    }
    return (size_t)snprintf(path, size, "%.*s/%s", length, program, peer->program) < size &&
           access(path, peer->runner ? R_OK : X_OK) == 0;
}

bool bench_has_peer(const struct bench_peer *peer)
{
    char path[sizeof(program)];
    const char *runner = peer->runner ? getenv(peer->runner) : NULL;

    return find_program(peer, path, sizeof(path)) &&
           (!peer->runner || (runner && access(runner, X_OK) == 0));
}

static _Noreturn void become(const struct bench_side *side)
{
    char path[sizeof(program)];
    struct bench_side_words words;
    const char *arguments[BENCH_SIDE_WORDS + 2] = {NULL};
    int first = 0;

    if (!find_program(side->peer, path, sizeof(path)))
        _exit(127);
    bench_side_spell(side, &words);
    words.words[0] = path;
    if (side->peer->runner)
        arguments[first++] = getenv(side->peer->runner);
    memcpy(arguments + first, words.words, sizeof(words.words));
    execv(arguments[0], (char **)arguments);
    _exit(127);
}

/* A child neither outlives us, nor runs for ever. */
static void bind_to_starter(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != starter)
        _exit(127);
    alarm(HUNG_AFTER_S);
}

static struct child start(const struct bench_side *side, int cpu)
{
    struct child child;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC))
        bench_fail("pipe");
    child.report = ends[0];
    child.pid = fork();
    if (child.pid < 0)
        bench_fail("fork");
    if (child.pid == 0) {
        bind_to_starter();
        if (dup2(ends[1], STDOUT_FILENO) < 0)
            _exit(127);
        if (side->job->pairs)
            pin_to(core[0], core[1]); /* the kernel places the threads */
        else
            bench_pin(cpu);
        become(side);
    }
    close(ends[1]);
    return child;
}

static bool hear(const struct child *child, void *what, size_t size)
{
    char *to = what;
    ssize_t count;

    while (size) {
        count = read(child->report, to, size);
        if (count <= 0)
            return false;
        to += count;
        size -= (size_t)count;
    }
    return true;
}

/* The side's exit status; what failed was said by itself. */
static int end(const struct child *child, bool is_killed)
{
    int status = 0;

    close(child->report);
    if (is_killed)
        kill(child->pid, SIGKILL);
    waitpid(child->pid, &status, 0);
    if (WIFSIGNALED(status) && is_killed)
        return 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- one measurement ------------------------------------------------------------------------ */

static double cpu_us_of(pid_t process)
{
    struct timespec time = {0};
    clockid_t clock;

    if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &time))
        bench_fail("the processor time of a process");
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* What both processes use while nothing is said: seen from here, since they must not look. */
static void watch_idle(const struct child *server, const struct child *client, int ms,
                       struct bench_sample *sample)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    double server_us = cpu_us_of(server->pid), client_us = cpu_us_of(client->pid);

    nanosleep(&time, NULL);
    sample->server_cpu_us = cpu_us_of(server->pid) - server_us;
    sample->cpu_us = cpu_us_of(client->pid) - client_us + sample->server_cpu_us;
}

static void close_fds(struct bench_meeting *meeting)
{
    for (int i = 0; i < BENCH_FDS; i++)
        if (meeting->fds[i] >= 0)
            close(meeting->fds[i]);
}

static pid_t busy[2];

/* Processes that compute, one on each of these processors. */
static void start_busy(const int cpus[2])
{
    for (int i = 0; i < (cpus[0] == cpus[1] ? 1 : 2); i++) {
        busy[i] = fork();
        if (busy[i] < 0)
            bench_fail("fork");
        if (busy[i] == 0) {
            bind_to_starter();
            bench_pin(cpus[i]);
            for (volatile unsigned int work = 0;; work++)
                ;
        }
    }
}

static void end_busy(void)
{
    for (int i = 0; i < 2; i++) {
        if (busy[i] <= 0)
            continue;
        kill(busy[i], SIGKILL);
        waitpid(busy[i], NULL, 0);
        busy[i] = 0;
    }
}

/* False: this machine does not allow this variant. */
static bool run_pair(struct bench_side side, const int cpus[2], struct bench_sample *sample)
{
    struct bench_sample of_server, of_client;
    struct child server, client;
    bool is_heard = false;
    int server_end, client_end;
    char ready;

    if (side.peer->prepare && !side.peer->prepare(&side.meeting)) {
        close_fds(&side.meeting);
        return false;
    }
    side.is_server = true;
    server = start(&side, cpus[1]);
    if (!hear(&server, &ready, 1)) {
        close_fds(&side.meeting);
        server_end = end(&server, false);
        if (server_end != BENCH_UNSUPPORTED)
            bench_fail("a server");
        return false;
    }
    side.is_server = false;
    client = start(&side, cpus[0]);
    close_fds(&side.meeting);
    if (hear(&client, &ready, 1)) {
        if (side.job->kind == BENCH_IDLE)
            watch_idle(&server, &client, side.ms, sample);
        is_heard = hear(&client, &of_client, sizeof(of_client)) &&
                   hear(&server, &of_server, sizeof(of_server));
    }
    end_busy(); /* who is to give way ends sooner without them */
    client_end = end(&client, false);
    server_end = end(&server, !is_heard);
    if (client_end == BENCH_UNSUPPORTED)
        return false;
    if (!is_heard || client_end || server_end) {
        fprintf(stderr, "bench: %s, %s: the client ends with %d, the server with %d\n",
                side.peer->name, side.job->name, client_end, server_end);
        errno = 0;
        bench_fail("a measurement");
    }
    if (side.job->kind != BENCH_IDLE) {
        sample->cpu_us = of_client.cpu_us + of_server.cpu_us;
        sample->server_cpu_us = of_server.cpu_us;
    }
    sample->count = of_client.count;
    sample->seconds = of_client.seconds;
    sample->p50_us = of_client.p50_us;
    sample->p99_us = of_client.p99_us;
    return true;
}

/* In a process of its own, since it pins itself. */
static bool run_limit(const struct bench_side *side, const int cpus[2], struct bench_sample *sample)
{
    struct child child;
    bool is_heard;
    int ends[2];

    if (pipe(ends))
        bench_fail("pipe");
    child.report = ends[0];
    child.pid = fork();
    if (child.pid < 0)
        bench_fail("fork");
    if (child.pid == 0) {
        struct bench_sample found = {0};

        bind_to_starter();
        bench_pin(cpus[0]);
        if (side->peer->limit(side->job, cpus, side->ms, &found) &&
            write(ends[1], &found, sizeof(found)) != (ssize_t)sizeof(found))
            _exit(1);
        _exit(0);
    }
    close(ends[1]);
    is_heard = hear(&child, sample, sizeof(*sample));
    if (end(&child, false))
        bench_fail("a limit");
    return is_heard;
}

static bool run(const struct bench_plan *plan, const struct bench_job *job,
                const struct bench_contestant *contestant, enum bench_placement placement,
                struct bench_sample *sample)
{
    static unsigned int number;
    char place[sizeof(folder) + TEXT_SIZE];
    struct bench_side side = {
        .peer = contestant->peer,
        .job = job,
        .meeting = {.place = place,
                    .variant = contestant->number,
                    .kind = job->kind,
                    .size = job->size,
                    .fds = {-1, -1, -1, -1}},
        .ms = plan->ms,
    };
    int cpus[2] = {core[0], placement == BENCH_TWO_CORES ? core[1] : core[0]};
    bool is_there;

    if (placement == BENCH_UNPINNED)
        cpus[0] = cpus[1] = -1;
    if (job->kind == BENCH_IDLE)
        side.ms *= BENCH_IDLE_FACTOR;
    if (job->kind == BENCH_LOADED)
        side.ms *= BENCH_LOADED_FACTOR;
    snprintf(place, sizeof(place), "%s/%d.%u", folder, (int)starter, ++number);
    memset(sample, 0, sizeof(*sample));
    if (job->has_busy)
        start_busy(cpus);
    is_there = side.peer->limit ? run_limit(&side, cpus, sample) : run_pair(side, cpus, sample);
    end_busy();
    unlink(place);
    return is_there;
}

/* --- one job -------------------------------------------------------------------------------- */

static void add_contestants(const struct bench_plan *plan, struct bench_measured *measured)
{
    const char *variant;

    for (int i = 0; plan->peers[i]; i++)
        for (int number = 0; (number == 0 || plan->has_all_variants) &&
                             (variant = plan->peers[i]->variant(measured->job->kind, number));
             number++) {
            struct bench_contestant *contestant = &measured->contestants[measured->count];

            if (measured->count++ == BENCH_MOST_CONTESTANTS)
                bench_fail("the number of contestants");
            *contestant = (struct bench_contestant){
                .peer = plan->peers[i], .variant = variant, .number = number};
            for (int placement = 0; placement < BENCH_PLACEMENTS; placement++)
                contestant->is_there[placement] = true;
        }
}

void bench_measure(const struct bench_plan *plan, const struct bench_job *job,
                   struct bench_measured *measured)
{
    measured->job = job;
    measured->rounds = plan->rounds;
    measured->count = 0;
    add_contestants(plan, measured);
    for (int round = 0; round < plan->rounds; round++)
        for (int placement = 0; placement < BENCH_PLACEMENTS; placement++)
            for (int i = 0; i < measured->count; i++) {
                /* Another one begins each time: nobody always follows the same. */
                struct bench_contestant *contestant =
                    &measured->contestants[(i + round) % measured->count];

                if (!plan->placements[placement])
                    contestant->is_there[placement] = false;
                if (!contestant->is_there[placement])
                    continue;
                contestant->is_there[placement] =
                    run(plan, job, contestant, (enum bench_placement)placement,
                        &contestant->samples[placement][round]);
            }
}
