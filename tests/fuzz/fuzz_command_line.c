/* SPDX-License-Identifier: MIT */
/* Any line can be split; words that were split and joined split into the same words again. */
#include "fuzz.h"

#include "process/command_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size)
{
    char *line = malloc(size + 1), *joined, **words, **again;
    int count = 0, count_again = 0;

    MUST(line);
    if (size)
        memcpy(line, input, size);
    line[size] = 0;
    line = realloc(line, strlen(line) + 1);
    MUST(line);
    words = tsm_command_line_split(line, &count);
    MUST(words && count >= 1 && !words[count]);
    joined = tsm_command_line_join(words, count);
    MUST(joined);
    again = tsm_command_line_split(joined, &count_again);
    MUST(again && count_again == count);
    for (int i = 0; i < count; i++)
        MUST(strcmp(words[i], again[i]) == 0);
    free(again);
    free(joined);
    free(words);
    free(line);
    return 0;
}
