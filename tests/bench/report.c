/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <math.h>
#include <string.h>

#include "jobs.h"
#include "statistics.h"

/* A figure of one contestant in one placement, a value for each round. */
struct series {
    const struct bench_contestant *contestant;
    enum bench_placement placement;
    size_t rounds;
    double values[BENCH_MOST_ROUNDS], median;
};

struct comparison {
    bool is_known;
    struct bench_spread ratio; /* how many times better ours is */
};

static bool get_series(const struct bench_figure *figure, const struct bench_measured *measured,
                       const struct bench_contestant *contestant, enum bench_placement placement,
                       struct series *series)
{
    if (!contestant->is_there[placement])
        return false;
    *series = (struct series){contestant, placement, (size_t)measured->rounds, {0}, 0};
    for (size_t i = 0; i < series->rounds; i++)
        series->values[i] = figure->value(measured->job, &contestant->samples[placement][i]);
    series->median = bench_median(series->values, series->rounds);
    /* Not everybody has all figures. */
    return isfinite(series->median) && (!contestant->peer->limit || series->median > 0);
}

/* The best variant of a peer, in one placement or (BENCH_PLACEMENTS) in any. */
static bool get_best(const struct bench_figure *figure, const struct bench_measured *measured,
                     const struct bench_peer *peer, enum bench_placement placement,
                     struct series *best)
{
    bool is_there = false;
    struct series series;

    for (int i = 0; i < measured->count; i++)
        for (int at = 0; at < BENCH_PLACEMENTS; at++) {
            if (measured->contestants[i].peer != peer ||
                (placement != BENCH_PLACEMENTS && at != (int)placement) ||
                !get_series(figure, measured, &measured->contestants[i], (enum bench_placement)at,
                            &series))
                continue;
            if (!is_there || (figure->is_less_better ? series.median < best->median
                                                     : series.median > best->median))
                *best = series;
            is_there = true;
        }
    return is_there;
}

static struct comparison compare(const struct bench_figure *figure, const struct series *ours,
                                 const struct series *theirs)
{
    struct comparison comparison;

    comparison.ratio = figure->is_less_better
                           ? bench_spread_of_ratios(theirs->values, ours->values, ours->rounds)
                           : bench_spread_of_ratios(ours->values, theirs->values, ours->rounds);
    comparison.is_known = isfinite(comparison.ratio.median);
    return comparison;
}

/* --- lines for programs --------------------------------------------------------------------- */

void bench_report_tsv_begin(FILE *tsv)
{
    fprintf(tsv, "bench\tpeer\tplacement\tvalue\tunit\tratio\tlow\thigh\tvariant\tat\n");
}

static void print_ratio(FILE *file, const char *form, bool is_known, double ratio)
{
    char text[32] = "-";

    if (is_known && isfinite(ratio))
        snprintf(text, sizeof(text), "%.3f", ratio);
    fprintf(file, form, text);
}

static void print_line(const struct bench_figure *figure, const struct series *series,
                       const char *placement, struct comparison comparison, bool is_on_screen,
                       FILE *tsv)
{
    const char *peer = series->contestant->peer->name, *variant = series->contestant->variant;
    const char *at = bench_placement_names[series->placement];
    bool is_known = comparison.is_known;

    if (is_on_screen) {
        printf("bench=%s peer=%s placement=%s value=%.4f unit=%s", figure->name, peer, placement,
               series->median, figure->unit);
        print_ratio(stdout, " ratio=%s", is_known, comparison.ratio.median);
        print_ratio(stdout, " low=%s", is_known, comparison.ratio.least);
        print_ratio(stdout, " high=%s", is_known, comparison.ratio.most);
        printf(" variant=%s at=%s\n", variant, at);
    }
    if (tsv) {
        fprintf(tsv, "%s\t%s\t%s\t%.4f\t%s", figure->name, peer, placement, series->median,
                figure->unit);
        print_ratio(tsv, "\t%s", is_known, comparison.ratio.median);
        print_ratio(tsv, "\t%s", is_known, comparison.ratio.least);
        print_ratio(tsv, "\t%s", is_known, comparison.ratio.most);
        fprintf(tsv, "\t%s\t%s\n", variant, at);
    }
}

/* All variants of a peer in one placement; the best of them stands on the screen. */
static void report_placement(const struct bench_figure *figure,
                             const struct bench_measured *measured, const struct bench_peer *peer,
                             enum bench_placement placement, FILE *tsv)
{
    struct comparison comparison = {0};
    struct series ours, theirs, best;
    bool has_ours = get_best(figure, measured, &bench_transom, placement, &ours);

    if (!get_best(figure, measured, peer, placement, &best))
        return;
    for (int i = 0; i < measured->count; i++) {
        if (measured->contestants[i].peer != peer ||
            !get_series(figure, measured, &measured->contestants[i], placement, &theirs))
            continue;
        if (has_ours)
            comparison = compare(figure, &ours, &theirs);
        print_line(figure, &theirs, bench_placement_names[placement], comparison,
                   theirs.contestant == best.contestant, tsv);
    }
}

static void report_figure(const struct bench_figure *figure, const struct bench_measured *measured,
                          FILE *tsv)
{
    struct series ours, best;

    for (int i = 0; i < measured->count; i++) {
        const struct bench_peer *peer = measured->contestants[i].peer;

        if (measured->contestants[i].number != 0)
            continue;
        for (int placement = 0; placement < BENCH_PLACEMENTS; placement++)
            report_placement(figure, measured, peer, (enum bench_placement)placement, tsv);
        if (!peer->limit && get_best(figure, measured, peer, BENCH_PLACEMENTS, &best) &&
            get_best(figure, measured, &bench_transom, BENCH_TWO_CORES, &ours))
            print_line(figure, &best, "best", compare(figure, &ours, &best), true, tsv);
    }
}

void bench_report_lines(const struct bench_measured *measured, FILE *tsv)
{
    for (size_t i = 0; i < bench_figure_count; i++)
        if (strcmp(bench_figures[i].job, measured->job->name) == 0)
            report_figure(&bench_figures[i], measured, tsv);
    fflush(stdout);
    if (tsv)
        fflush(tsv);
}

/* --- tables for people ---------------------------------------------------------------------- */

static const struct bench_measured *measured_for(const struct bench_figure *figure,
                                                 const struct bench_measured *measured,
                                                 size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (measured[i].job && strcmp(measured[i].job->name, figure->job) == 0)
            return &measured[i];
    return NULL;
}

static const struct bench_figure *figure_named(const char *name)
{
    for (size_t i = 0; i < bench_figure_count; i++)
        if (strcmp(bench_figures[i].name, name) == 0)
            return &bench_figures[i];
    return NULL;
}

static void print_value(const struct series *series)
{
    if (!series)
        printf(" %9s", "-");
    else
        printf(" %9.*f", series->median < 10 ? 2 : series->median < 1000 ? 1 : 0, series->median);
}

static bool is_contestant(const struct bench_peer *peer, const struct bench_measured *measured)
{
    for (int i = 0; i < measured->count; i++)
        if (measured->contestants[i].peer == peer)
            return true;
    return false;
}

/* A column of a table: a peer, or the limits, one of which says something about a figure. */
struct column {
    const char *heading;
    const struct bench_peer *peers[2];
};

static const struct column columns[] = {
    {"Transom", {&bench_transom}},
    {"no spin", {&bench_transom_no_spin}},
    {"pipe(2)", {&bench_pipe}},
    {"SEQPACKET", {&bench_seqpacket}},
    {"STREAM", {&bench_stream}},
    {"bound", {&bench_bound}},
    {"POSIX mq", {&bench_mq}},
    {"ZeroMQ", {&bench_zeromq}},
    {"WinPR", {&bench_winpr}},
    {"Wine", {&bench_wine}},
    {"limit", {&bench_memcpy, &bench_cache_line}},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Peers that take no part have no column. */
static bool has_column(const struct column *column, const struct bench_measured *measured,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (int peer = 0; peer < 2 && column->peers[peer]; peer++)
            if (is_contestant(column->peers[peer], &measured[i]))
                return true;
    return false;
}

static void print_heading(enum bench_placement placement, const bool has_columns[COLUMNS])
{
    printf("\n%-30s", placement == BENCH_ONE_CORE    ? "Both processes on one core"
                      : placement == BENCH_TWO_CORES ? "On two cores"
                                                     : "Where the kernel puts them");
    for (size_t i = 0; i < COLUMNS; i++)
        if (has_columns[i])
            printf(" %9s", columns[i].heading);
    printf("\n");
}

/* False, and nothing printed, if nothing but limits was measured. */
static bool print_row(const struct bench_figure *figure, const struct bench_measured *measured,
                      enum bench_placement placement, const bool has_columns[COLUMNS],
                      bool is_first)
{
    struct series row[COLUMNS];
    bool is_there[COLUMNS] = {false}, is_any = false;

    for (size_t i = 0; i < COLUMNS; i++) {
        for (int peer = 0; peer < 2 && columns[i].peers[peer] && !is_there[i]; peer++)
            is_there[i] = get_best(figure, measured, columns[i].peers[peer], placement, &row[i]);
        is_any = is_any || (is_there[i] && !row[i].contestant->peer->limit);
    }
    if (!is_any)
        return false;
    if (is_first)
        print_heading(placement, has_columns);
    printf("  %-23s %-4s", figure->title, figure->unit);
    for (size_t i = 0; i < COLUMNS; i++)
        if (has_columns[i])
            print_value(is_there[i] ? &row[i] : NULL);
    printf("\n");
    return true;
}

void bench_report_tables(const struct bench_measured *measured, size_t count)
{
    bool has_columns[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++)
        has_columns[i] = has_column(&columns[i], measured, count);
    printf("\nMedians of the rounds, each peer with its best buffer size. limit: one memcpy, or a "
           "cache line\nthat goes from one processor to another and back.\n");
    for (int placement = 0; placement < BENCH_PLACEMENTS; placement++) {
        bool is_first = true;

        for (size_t i = 0; i < bench_figure_count; i++) {
            const struct bench_measured *of = measured_for(&bench_figures[i], measured, count);

            if (of && print_row(&bench_figures[i], of, (enum bench_placement)placement, has_columns,
                                is_first))
                is_first = false;
        }
    }
}

struct target {
    const char *figure;
    const struct bench_peer *peer;
    enum bench_placement ours, theirs; /* BENCH_PLACEMENTS: its best */
    double least;                      /* ratio */
    const char *words;
};

static const struct target two_cores[] = {
    {"round_trip_64", &bench_seqpacket, BENCH_TWO_CORES, BENCH_PLACEMENTS, 15,
     "64 B round trip, than SEQPACKET"},
    {"round_trip_64", &bench_pipe, BENCH_TWO_CORES, BENCH_PLACEMENTS, 10,
     "64 B round trip, than pipe(2)"},
    {"rate_64", &bench_pipe, BENCH_TWO_CORES, BENCH_PLACEMENTS, 3, "64 B messages, than pipe(2)"},
    {"throughput_4096", &bench_seqpacket, BENCH_TWO_CORES, BENCH_PLACEMENTS, 2,
     "4 KiB messages, than SEQPACKET"},
    {"throughput_65536", &bench_seqpacket, BENCH_TWO_CORES, BENCH_PLACEMENTS, 3,
     "64 KiB messages, than SEQPACKET"},
    {"throughput_1048576", &bench_seqpacket, BENCH_TWO_CORES, BENCH_PLACEMENTS, 1.2,
     "1 MiB messages, than SEQPACKET"},
    {"rate_64", &bench_zeromq, BENCH_TWO_CORES, BENCH_PLACEMENTS, 1.5,
     "64 B messages, than ZeroMQ"},
    {"round_trip_64", &bench_winpr, BENCH_TWO_CORES, BENCH_PLACEMENTS, 30,
     "64 B round trip, than WinPR"},
    {"round_trip_64", &bench_wine, BENCH_TWO_CORES, BENCH_PLACEMENTS, 200,
     "64 B round trip, than Wine"},
    {"connect", &bench_wine, BENCH_TWO_CORES, BENCH_PLACEMENTS, 1,
     "connect, use, close, than Wine"},
};

static const struct target one_core[] = {
    {"round_trip_64", &bench_pipe, BENCH_ONE_CORE, BENCH_ONE_CORE, 1 / 1.15,
     "64 B round trip, than pipe(2)"},
    {"round_trip_64", &bench_seqpacket, BENCH_ONE_CORE, BENCH_ONE_CORE, 1,
     "64 B round trip, than SEQPACKET"},
    {"throughput_1048576", &bench_seqpacket, BENCH_ONE_CORE, BENCH_ONE_CORE, 0.85,
     "1 MiB messages, than SEQPACKET"},
};

static const struct target connecting[] = {
    {"connect", &bench_bound, BENCH_ONE_CORE, BENCH_ONE_CORE, 1 / 1.5, "a cycle, on one core"},
    {"connect", &bench_bound, BENCH_TWO_CORES, BENCH_TWO_CORES, 1 / 1.5, "a cycle, on two cores"},
};

static const struct target loaded[] = {
    {"busy_64", &bench_seqpacket, BENCH_ONE_CORE, BENCH_ONE_CORE, 1 / 1.15,
     "one core, a third is busy"},
    {"busy_64", &bench_seqpacket, BENCH_TWO_CORES, BENCH_TWO_CORES, 1, "two cores, both busy"},
    {"idle_class_64", &bench_seqpacket, BENCH_ONE_CORE, BENCH_ONE_CORE, 0.5,
     "one core, SCHED_IDLE, a busy third"},
    {"idle_class_64", &bench_seqpacket, BENCH_TWO_CORES, BENCH_TWO_CORES, 0.5,
     "two cores, SCHED_IDLE, both busy"},
    {"pairs_8_64", &bench_seqpacket, BENCH_TWO_CORES, BENCH_TWO_CORES, 1,
     "8 pairs of threads on two cores"},
    {"pairs_32_64", &bench_seqpacket, BENCH_TWO_CORES, BENCH_TWO_CORES, 1,
     "32 pairs of threads on two cores"},
};

static const char *verdict(bool is_reached)
{
    return is_reached ? "reached" : "MISSED";
}

static void print_target(const struct target *target, const struct bench_measured *of)
{
    const struct bench_figure *figure = figure_named(target->figure);
    struct series ours, theirs;
    struct bench_spread ratio;

    printf("  %-34s %9.2f", target->words, target->least);
    if (!get_best(figure, of, &bench_transom, target->ours, &ours) ||
        !get_best(figure, of, target->peer, target->theirs, &theirs)) {
        printf(" %9s %19s  not measured\n", "-", "");
        return;
    }
    ratio = compare(figure, &ours, &theirs).ratio;
    printf(" %9.2f  %7.2f to %7.2f  %s\n", ratio.median, ratio.least, ratio.most,
           verdict(ratio.median >= target->least));
}

/* Targets whose job or peer takes no part are left out. */
static void print_targets(const char *heading, const struct target *targets, size_t target_count,
                          const struct bench_measured *measured, size_t count)
{
    for (size_t i = 0; i < target_count; i++) {
        const struct bench_measured *of =
            measured_for(figure_named(targets[i].figure), measured, count);

        if (!of || !is_contestant(targets[i].peer, of))
            continue;
        if (heading)
            printf("%s\n", heading);
        heading = NULL;
        print_target(&targets[i], of);
    }
}

static void print_idle(const char *name, const char *words, const struct bench_measured *of)
{
    static const double most_us_a_second = 50;
    struct series series;

    printf("  %-34s %9.2f", words, most_us_a_second);
    if (get_best(figure_named(name), of, &bench_transom, BENCH_PLACEMENTS, &series))
        printf(" %9.2f %19s  %s\n", series.median, "", verdict(series.median <= most_us_a_second));
    else
        printf(" %9s %19s  not measured\n", "-", "");
}

/* What nobody could do better here: a wanted ratio may be beyond it. */
static void print_limit(const struct bench_measured *measured, size_t count)
{
    const struct bench_figure *figure = figure_named("round_trip_64");
    const struct bench_measured *of = measured_for(figure, measured, count);
    struct series limit, pipe, seqpacket;

    if (of && get_best(figure, of, &bench_cache_line, BENCH_TWO_CORES, &limit) &&
        get_best(figure, of, &bench_pipe, BENCH_PLACEMENTS, &pipe) &&
        get_best(figure, of, &bench_seqpacket, BENCH_PLACEMENTS, &seqpacket))
        printf(
            "\nHere a cache line needs %.2f us to another core and back: the limit of a round trip "
            "on two cores\nis %.1f times SEQPACKET and %.1f times pipe(2).\n",
            limit.median, compare(figure, &limit, &seqpacket).ratio.median,
            compare(figure, &limit, &pipe).ratio.median);
}

void bench_report_targets(const struct bench_measured *measured, size_t count)
{
    const struct bench_measured *idle =
        measured_for(figure_named("idle_connection"), measured, count);

    printf("\nWhat Transom wants to reach, and what it reached here. 2.00 is twice as fast as the "
           "other, 0.50\nhalf as fast. Measured is the median of the rounds.\n");
    printf("\n  %-34s %9s %9s  %18s\n", "How many times faster", "wanted", "measured", "rounds");
    print_targets("On two cores, than the other in its best place and with its best buffer:",
                  two_cores, sizeof(two_cores) / sizeof(two_cores[0]), measured, count);
    print_targets("Both processes on one core, and the other's too:", one_core,
                  sizeof(one_core) / sizeof(one_core[0]), measured, count);
    print_targets("Connecting, than AF_UNIX socket, bind, listen, connect, accept, close, unlink:",
                  connecting, sizeof(connecting) / sizeof(connecting[0]), measured, count);
    print_targets("64 B round trips where processors are scarce, than SEQPACKET there:", loaded,
                  sizeof(loaded) / sizeof(loaded[0]), measured, count);
    if (idle) {
        printf("Microseconds of processor time in a second of silence, at most:\n");
        print_idle("idle_connection", "both processes of a connection", idle);
        print_idle("idle_waiter", "one that waits in ReadFile", idle);
    }
    print_limit(measured, count);
    fflush(stdout);
}

void bench_report_demo(const struct bench_measured *measured)
{
    static const struct bench_peer *const rows[] = {&bench_transom, &bench_pipe, &bench_seqpacket};
    const struct bench_figure *figure = figure_named("round_trip_64");
    struct series ours, theirs;

    printf("\n  64-byte round trip between two processes, microseconds (median of %d rounds)\n\n",
           measured->rounds);
    printf("  %-18s %12s %12s\n", "", "one core", "two cores");
    for (int i = 0; i < 3; i++) {
        printf("  %-18s", rows[i]->title);
        for (int at = BENCH_ONE_CORE; at <= BENCH_TWO_CORES; at++)
            if (get_best(figure, measured, rows[i], (enum bench_placement)at, &theirs))
                printf(" %12.2f", theirs.median);
            else
                printf(" %12s", "-");
        printf("\n");
    }
    if (!get_best(figure, measured, &bench_transom, BENCH_TWO_CORES, &ours)) {
        printf("\n  There is one processor only: nothing is measured on two.\n");
        return;
    }
    printf("\n  On two cores Transom is");
    for (int i = 1; i < 3; i++) {
        get_best(figure, measured, rows[i], BENCH_PLACEMENTS, &theirs);
        printf("%s %.1f times as fast as %s", i == 1 ? "" : " and",
               compare(figure, &ours, &theirs).ratio.median, rows[i]->title);
    }
    printf(", each where it is fastest.\n");
}
