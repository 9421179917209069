/* SPDX-License-Identifier: MIT */
/*
 * Measures Transom's named pipes between two processes against what Linux offers.
 *
 *   bench.h         what a peer is; peer_*.c are the peers, limits.c what the machine allows
 *   jobs.c          what is measured, and the figures that are made of it
 *   side.c          one of the two processes
 *   measure.c       starts them: placements, variants, interleaved rounds
 *   report.c        figures, ratios, targets
 */
#include "bench.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "measure.h"
#include "report.h"
#include "side.h"

#define MOST_PEERS   16
#define MOST_JOBS    24
#define ROUNDS       5
#define MS           80
#define QUICK_ROUNDS 3
#define QUICK_MS     16
#define DEMO_ROUNDS  3
#define DEMO_MS      60

const struct bench_peer *const bench_peers[] = {
    &bench_transom, &bench_transom_no_spin,
    &bench_pipe,    &bench_seqpacket,
    &bench_stream,  &bench_bound,
    &bench_mq,      &bench_zeromq,
    &bench_winpr,   &bench_wine,
    &bench_memcpy,  &bench_cache_line,
    NULL,
};

static struct bench_measured results[MOST_JOBS];

const struct bench_peer *bench_peer_named(const char *name)
{
    for (int i = 0; bench_peers[i]; i++)
        if (strcmp(bench_peers[i]->name, name) == 0)
            return bench_peers[i];
    return NULL;
}

static _Noreturn void usage(int status)
{
    FILE *file = status ? stderr : stdout;

    fprintf(file, "Usage: bench [OPTION...]\n"
                  "  --quick            fewer and shorter rounds\n"
                  "  --demo             the 64 B round trip alone, as a table\n"
                  "  --only JOB,...     these alone:");
    for (size_t i = 0; i < bench_job_count; i++)
        fprintf(file, " %s", bench_jobs[i].name);
    fprintf(file, "\n  --peer PEER,...    these alone:");
    for (int i = 0; bench_peers[i]; i++)
        fprintf(file, " %s", bench_peers[i]->name);
    fprintf(file,
            "\n"
            "  --rounds N         %d unless given\n"
            "  --ms N             milliseconds of one measurement, %d unless given\n"
            "  --tsv FILE         the lines once more, and those of all variants, with tabs\n",
            ROUNDS, MS);
    exit(status);
}

static int number(const char *text, int most)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (*end || value < 1 || value > most) {
        fprintf(stderr, "bench: %s is no number between 1 and %d\n", text, most);
        exit(2);
    }
    return (int)value;
}

/* Is the name among those between commas? No list names all. */
static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);

    if (!list)
        return true;
    for (const char *at = list; (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || !at[length]))
            return true;
    return false;
}

static void check_list(const char *list, bool (*is_known)(const char *name))
{
    char *copy = list ? strdup(list) : NULL;

    for (char *word = copy ? strtok(copy, ",") : NULL; word; word = strtok(NULL, ","))
        if (!is_known(word)) {
            fprintf(stderr, "bench: what is %s?\n", word);
            usage(2);
        }
    free(copy);
}

static bool is_job(const char *name)
{
    return bench_job_named(name);
}

static bool is_peer(const char *name)
{
    return bench_peer_named(name);
}

/* The peers that are asked for and there; those that are not there are named. */
static void choose_peers(const char *list, const struct bench_peer *peers[MOST_PEERS + 1])
{
    int count = 0, missing = 0;

    for (int i = 0; bench_peers[i] && count < MOST_PEERS; i++) {
        if (!is_listed(list, bench_peers[i]->name))
            continue;
        if (bench_has_peer(bench_peers[i]))
            peers[count++] = bench_peers[i];
        else
            printf("%s %s", missing++ ? "," : "Not here, and not measured:", bench_peers[i]->title);
    }
    if (missing)
        printf(" (./run bench --install-peers installs them)\n");
}

static int run_demo(struct bench_plan plan)
{
    static const struct bench_peer *const peers[] = {&bench_transom, &bench_pipe, &bench_seqpacket,
                                                     NULL};

    plan.peers = peers;
    plan.has_all_variants = false;
    plan.placements[BENCH_UNPINNED] = false;
    bench_measure(&plan, bench_job_named("round_trip_64"), &results[0]);
    bench_report_demo(&results[0]);
    return 0;
}

/* Silence is measured for ourselves alone, and once: it takes seconds. What a load does is measured
 * for ourselves and for one other, where the processors are known. */
static struct bench_plan plan_for(const struct bench_job *job, const struct bench_plan *plan)
{
    static const struct bench_peer *const ours[] = {&bench_transom, NULL};
    static const struct bench_peer *loaded[MOST_PEERS + 1];
    int count = 0;
    struct bench_plan own = *plan;

    if (job->kind == BENCH_IDLE) {
        own.peers = ours;
        own.rounds = 1;
        own.placements[BENCH_ONE_CORE] = own.placements[BENCH_TWO_CORES] = false;
    } else if (job->kind == BENCH_LOADED) {
        for (int i = 0; plan->peers[i]; i++)
            if (plan->peers[i] == &bench_transom || plan->peers[i] == &bench_transom_no_spin ||
                plan->peers[i] == &bench_seqpacket)
                loaded[count++] = plan->peers[i];
        loaded[count] = NULL;
        own.peers = loaded;
        own.placements[BENCH_UNPINNED] = false;
        if (job->pairs)
            own.placements[BENCH_ONE_CORE] = false;
    }
    return own;
}

int main(int argc, char **argv)
{
    enum { QUICK = 1, DEMO, ONLY, PEER, OPTION_ROUNDS, OPTION_MS, TSV, HELP };
    static const struct option options[] = {
        {"quick", no_argument, NULL, QUICK},
        {"demo", no_argument, NULL, DEMO},
        {"only", required_argument, NULL, ONLY},
        {"peer", required_argument, NULL, PEER},
        {"rounds", required_argument, NULL, OPTION_ROUNDS},
        {"ms", required_argument, NULL, OPTION_MS},
        {"tsv", required_argument, NULL, TSV},
        {"help", no_argument, NULL, HELP},
        {0},
    };
    const struct bench_peer *peers[MOST_PEERS + 1] = {NULL};
    struct bench_plan plan = {.peers = peers, .has_all_variants = true};
    const char *only = NULL, *peer_list = NULL, *path = NULL;
    int option, rounds = 0, ms = 0;
    bool is_quick = false, is_demo = false;
    size_t count = 0;
    FILE *tsv = NULL;

    if (bench_side_is_meant(argc, argv))
        return bench_side_main(argv);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        switch (option) {
        case QUICK:
            is_quick = true;
            break;
        case DEMO:
            is_demo = true;
            break;
        case ONLY:
            only = optarg;
            break;
        case PEER:
            peer_list = optarg;
            break;
        case OPTION_ROUNDS:
            rounds = number(optarg, BENCH_MOST_ROUNDS);
            break;
        case OPTION_MS:
            ms = number(optarg, 1000);
            break;
        case TSV:
            path = optarg;
            break;
        case HELP:
            usage(0);
        default:
            usage(2);
        }
    if (optind < argc)
        usage(2);
    check_list(only, is_job);
    check_list(peer_list, is_peer);

    bench_measure_begin();
    plan.rounds = rounds ? rounds : is_demo ? DEMO_ROUNDS : is_quick ? QUICK_ROUNDS : ROUNDS;
    plan.ms = ms ? ms : is_demo ? DEMO_MS : is_quick ? QUICK_MS : MS;
    plan.placements[BENCH_ONE_CORE] = plan.placements[BENCH_UNPINNED] = true;
    plan.placements[BENCH_TWO_CORES] = bench_has_two_cores();
    if (is_demo)
        return run_demo(plan);
    if (!bench_has_two_cores())
        printf("There is one processor only: nothing is measured on two cores.\n");
    choose_peers(peer_list, peers);
    if (path && !(tsv = fopen(path, "w")))
        bench_fail(path);
    if (tsv)
        bench_report_tsv_begin(tsv);
    for (size_t i = 0; i < bench_job_count && count < MOST_JOBS; i++) {
        struct bench_plan own = plan_for(&bench_jobs[i], &plan);

        if (!is_listed(only, bench_jobs[i].name))
            continue;
        bench_measure(&own, &bench_jobs[i], &results[count]);
        bench_report_lines(&results[count++], tsv);
    }
    if (tsv && fclose(tsv))
        bench_fail(path);
    bench_report_tables(results, count);
    bench_report_targets(results, count);
    return 0;
}
