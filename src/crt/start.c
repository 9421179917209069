/* SPDX-License-Identifier: MIT */
/*
 * main for programs that have another beginning
 *
 * transom-cc links this when a program defines wmain, WinMain or wWinMain and no main. A C++ source
 * gives these names a mangled symbol, one for each list of parameters: whichever is there is called.
 * A main that returns nothing is none for a C++ compiler; the driver renames it.
 *
 * Windows: the environment is the third argument, the command line of WinMain has no program name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <processenv.h>

#include "crt/utf.h"

#define WEAK __attribute__((weak))

typedef int wide_main(int argc, uint16_t **argv, uint16_t **environment);
typedef int narrow_main(int argc, char **argv, char **environment);
typedef int windows_main(void *instance, void *previous, char *command_line, int show);
typedef int wide_windows_main(void *instance, void *previous, uint16_t *command_line, int show);

WEAK wide_main c_wmain __asm__("wmain");
WEAK wide_main cxx_wmain_0 __asm__("_Z5wmainv");
WEAK wide_main cxx_wmain_1 __asm__("_Z5wmaini");
WEAK wide_main cxx_wmain_2 __asm__("_Z5wmainiPPw");
WEAK wide_main cxx_wmain_3 __asm__("_Z5wmainiPPwS0_");
WEAK wide_main cxx_wmain_2_const __asm__("_Z5wmainiPPKw");
WEAK wide_main cxx_wmain_3_const __asm__("_Z5wmainiPPKwS1_");
WEAK wide_main cxx_wmain_2_native __asm__("_Z5wmainiPPDs");
WEAK wide_main cxx_wmain_3_native __asm__("_Z5wmainiPPDsS0_");
WEAK wide_main cxx_wmain_2_native_const __asm__("_Z5wmainiPPKDs");

WEAK wide_main c_void_wmain __asm__("transom_void_wmain");
WEAK wide_main cxx_void_wmain_0 __asm__("_Z18transom_void_wmainv");
WEAK wide_main cxx_void_wmain_1 __asm__("_Z18transom_void_wmaini");
WEAK wide_main cxx_void_wmain_2 __asm__("_Z18transom_void_wmainiPPw");
WEAK wide_main cxx_void_wmain_3 __asm__("_Z18transom_void_wmainiPPwS0_");
WEAK wide_main cxx_void_wmain_2_const __asm__("_Z18transom_void_wmainiPPKw");
WEAK wide_main cxx_void_wmain_3_const __asm__("_Z18transom_void_wmainiPPKwS1_");
WEAK wide_main cxx_void_wmain_2_native __asm__("_Z18transom_void_wmainiPPDs");
WEAK wide_main cxx_void_wmain_3_native __asm__("_Z18transom_void_wmainiPPDsS0_");
WEAK wide_main cxx_void_wmain_2_native_const __asm__("_Z18transom_void_wmainiPPKDs");

WEAK narrow_main c_void_main __asm__("transom_void_main");
WEAK narrow_main cxx_void_main_0 __asm__("_Z17transom_void_mainv");
WEAK narrow_main cxx_void_main_1 __asm__("_Z17transom_void_maini");
WEAK narrow_main cxx_void_main_2 __asm__("_Z17transom_void_mainiPPc");
WEAK narrow_main cxx_void_main_3 __asm__("_Z17transom_void_mainiPPcS0_");
WEAK narrow_main cxx_void_main_2_const __asm__("_Z17transom_void_mainiPPKc");

WEAK wide_windows_main c_wWinMain __asm__("wWinMain");
WEAK wide_windows_main cxx_wWinMain __asm__("_Z8wWinMainP11HINSTANCE__S0_Pwi");
WEAK windows_main c_WinMain __asm__("WinMain");
WEAK windows_main cxx_WinMain __asm__("_Z7WinMainP11HINSTANCE__S0_Pci");

static wide_main *find_wide(void)
{
    wide_main *const all[] = {
        c_wmain,
        cxx_wmain_0,
        cxx_wmain_1,
        cxx_wmain_2,
        cxx_wmain_3,
        cxx_wmain_2_const,
        cxx_wmain_3_const,
        cxx_wmain_2_native,
        cxx_wmain_3_native,
        cxx_wmain_2_native_const,
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i]) {
            return all[i];
        }
    }
    return NULL;
}

static wide_main *find_void_wide(void)
{
    wide_main *const all[] = {
        c_void_wmain,
        cxx_void_wmain_0,
        cxx_void_wmain_1,
        cxx_void_wmain_2,
        cxx_void_wmain_3,
        cxx_void_wmain_2_const,
        cxx_void_wmain_3_const,
        cxx_void_wmain_2_native,
        cxx_void_wmain_3_native,
        cxx_void_wmain_2_native_const,
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i]) {
            return all[i];
        }
    }
    return NULL;
}

static narrow_main *find_void(void)
{
    narrow_main *const all[] = {
        c_void_main,     cxx_void_main_0, cxx_void_main_1,
        cxx_void_main_2, cxx_void_main_3, cxx_void_main_2_const,
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i]) {
            return all[i];
        }
    }
    return NULL;
}

static uint16_t *widen(const char *text)
{
    uint16_t *wide = tsm_crt_utf_widen(text, strlen(text), NULL);

    if (!wide) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return wide;
}

/* Kept until the program ends. */
static uint16_t **widen_all(char **texts)
{
    uint16_t **wide;
    size_t count = 0;

    while (texts[count]) {
        count++;
    }
    wide = calloc(count + 1, sizeof(*wide));
    if (!wide) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < count; i++) {
        wide[i] = widen(texts[i]);
    }
    return wide;
}

/* The command line after the name of the program. */
static char *skip_program(char *line)
{
    char end = *line == '"' ? '"' : ' ';

    line += end == '"';
    while (*line && *line != end && !(end == ' ' && *line == '\t')) {
        line++;
    }
    line += *line == '"';
    while (*line == ' ' || *line == '\t') {
        line++;
    }
    return line;
}

static int run_windows(void)
{
    windows_main *narrow = c_WinMain ? c_WinMain : cxx_WinMain;
    wide_windows_main *wide = c_wWinMain ? c_wWinMain : cxx_wWinMain;
    char *line = skip_program(GetCommandLineA());

    if (wide) {
        return wide(NULL, NULL, widen(line), 1);
    }
    if (narrow) {
        return narrow(NULL, NULL, line, 1);
    }
    fputs("this program has a beginning with parameters that transom-cc does not know\n", stderr);
    return EXIT_FAILURE;
}

/* A beginning that returns nothing gives 0, so that the exit code is not left to chance. */
int main(int argc, char **argv, char **environment)
{
    wide_main *wide = find_wide();
    wide_main *void_wide = find_void_wide();
    narrow_main *void_narrow = find_void();

    if (wide) {
        return wide(argc, widen_all(argv), widen_all(environment));
    }
    if (void_wide) {
        void_wide(argc, widen_all(argv), widen_all(environment));
        return EXIT_SUCCESS;
    }
    if (void_narrow) {
        void_narrow(argc, argv, environment);
        return EXIT_SUCCESS;
    }
    return run_windows();
}
