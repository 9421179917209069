/* SPDX-License-Identifier: MIT */
/*
 * A fuzz target without libFuzzer: replay NAME CORPUS runs the inputs of a folder, and a fixed
 * number of damaged copies of each, with any compiler.
 */
#include "fuzz.h"

#include <dirent.h>

#define SIZE_MAX_READ  65536
#define COPIES_OF_EACH 300

static uint64_t chance = 88172645463325252u;

static uint32_t chance_below(uint32_t limit)
{
    chance ^= chance << 13;
    chance ^= chance >> 7;
    chance ^= chance << 17;
    return (uint32_t)(chance % limit);
}

/* Runs a copy with some bytes changed, cut off or doubled. */
static void run_damaged(const uint8_t *input, size_t size)
{
    uint8_t *copy = malloc(2 * size + 1);

    MUST(copy);
    memcpy(copy, input, size);
    memcpy(copy + size, input, size);
    switch (chance_below(4)) {
    case 0:
        size = size ? chance_below((uint32_t)size) : 0;
        break;
    case 1:
        size += size ? chance_below((uint32_t)size) : 0;
        break;
    default:
        break;
    }
    for (uint32_t i = chance_below(5); i > 0 && size; i--)
        copy[chance_below((uint32_t)size)] = (uint8_t)chance_below(256);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

int main(int argc, char **argv)
{
    static uint8_t input[SIZE_MAX_READ];
    int count = 0;
    DIR *folder = argc == 3 ? opendir(argv[2]) : NULL;
    struct dirent *entry;

    if (!folder) {
        printf("Bail out! usage: replay NAME CORPUS\n");
        return 1;
    }
    printf("1..1\n");
    fflush(stdout);
    while ((entry = readdir(folder))) {
        char path[4096];
        FILE *file;

        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", argv[2], entry->d_name);
        file = fopen(path, "rb");
        MUST(file);

        size_t size = fread(input, 1, sizeof(input), file);

        fclose(file);
        LLVMFuzzerTestOneInput(input, size);
        for (int i = 0; i < COPIES_OF_EACH; i++)
            run_damaged(input, size);
        count++;
    }
    closedir(folder);
    printf("# %d inputs, %d damaged copies\n", count, count * COPIES_OF_EACH);
    printf("%sok 1 - %s keeps its promises on its corpus\n", count ? "" : "not ", argv[1]);
    return 0;
}
