/* SPDX-License-Identifier: MIT */
#include "line.h"

void bench_line_tell(const struct bench_line *line, FILE *table)
{
    char ratios[3][16] = {"-", "-", "-"};

    if (line->ratio) {
        snprintf(ratios[0], sizeof(ratios[0]), "%.2f", line->ratio->median);
        snprintf(ratios[1], sizeof(ratios[1]), "%.2f", line->ratio->least);
        snprintf(ratios[2], sizeof(ratios[2]), "%.2f", line->ratio->most);
    }
    printf("bench=%s peer=%s placement=%s value=%.3f unit=%s ratio=%s low=%s high=%s "
           "variant=default at=%s\n",
           line->figure, line->peer, line->placement, line->value, line->unit, ratios[0], ratios[1],
           ratios[2], line->placement);
    fflush(stdout);
    if (table)
        fprintf(table, "%s\t%s\t%s\t%.3f\t%s\t%s\t%s\t%s\tdefault\t%s\n", line->figure, line->peer,
                line->placement, line->value, line->unit, ratios[0], ratios[1], ratios[2],
                line->placement);
}
