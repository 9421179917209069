/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options whose value is the next word. */
static const char *const with_value[] = {
    "-D",
    "-U",
    "-I",
    "-include",
    "-imacros",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-iprefix",
    "-isysroot",
    "-MF",
    "-MT",
    "-MQ",
    "-Xassembler",
    "--param",
    "-aux-info",
    "-target",
    "-Xclang",
    "-mllvm",
    "-arch",
    "-G",
    "-wrapper",
    "-specs",
    "--sysroot",
    "-dumpdir",
    "-dumpbase",
    "-dumpbase-ext",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-Xpreprocessor",
};
static const char *const link_with_value[] = {"-L", "-l", "-Xlinker", "-T", "-u", "-z", "-e", "-B"};
static const char *const link_prefixes[] = {"-L", "-l", "-Wl,", "-u", "-static-lib", "-fuse-ld="};
static const char *const link_words[] = {
    "-s",        "-pie",           "-no-pie",        "-static-pie",
    "-rdynamic", "-nostdlib",      "-nodefaultlibs", "-nostartfiles",
    "-nolibc",   "-shared",        "-static",        "-r",
    "-symbolic", "-shared-libgcc",
};

/* Libraries that programs for Windows name and that are all in libtransom. */
static const char *const windows_libraries[] = {"kernel32", "kernelbase", "ntdll",   "advapi32",
                                                "user32",   "msvcrt",     "ucrt",    "ucrtbase",
                                                "uuid",     "mingw32",    "mingwex", "moldname"};

static const struct {
    const char *suffix;
    enum cc_language language;
} suffixes[] = {
    {"c", CC_C},
    {"i", CC_C},
    {"cc", CC_CXX},
    {"cp", CC_CXX},
    {"cxx", CC_CXX},
    {"cpp", CC_CXX},
    {"CPP", CC_CXX},
    {"c++", CC_CXX},
    {"C", CC_CXX},
    {"ii", CC_CXX},
    {"h", CC_C},
    {"hpp", CC_CXX},
    {"hh", CC_CXX},
    {"hxx", CC_CXX},
    {"H", CC_CXX},
    {"s", CC_OTHER_LANGUAGE},
    {"S", CC_OTHER_LANGUAGE},
    {"sx", CC_OTHER_LANGUAGE},
};

#define IN(table, word) is_in(table, sizeof(table) / sizeof((table)[0]), word)

static bool is_in(const char *const *table, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(table[i], word)) {
            return true;
        }
    }
    return false;
}

static bool starts_with(const char *word, const char *prefix)
{
    return !strncmp(word, prefix, strlen(prefix));
}

static struct cc_argument *add(struct cc_options *options, const char *text, enum cc_kind kind)
{
    struct cc_argument *argument;

    if (options->count == options->room) {
        options->room = options->room ? 2 * options->room : 32;
        options->arguments =
            realloc(options->arguments, options->room * sizeof(*options->arguments));
        if (!options->arguments) {
            cc_die("out of memory");
        }
    }
    argument = &options->arguments[options->count++];
    *argument = (struct cc_argument){.text = cc_strdup(text), .kind = kind};
    return argument;
}

static void add_file(struct cc_options *options, const char *path, const char *x)
{
    const char *dot = strrchr(path, '.');
    enum cc_language language;
    bool source = false;

    if (x) {
        language = starts_with(x, "c++") ? CC_CXX : starts_with(x, "c") ? CC_C : CC_OTHER_LANGUAGE;
        source = true;
    } else {
        language = CC_OTHER_LANGUAGE;
        for (size_t i = 0; dot && i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
            if (!strcmp(dot + 1, suffixes[i].suffix)) {
                language = suffixes[i].language;
                source = true;
                break;
            }
        }
    }
    if (source) {
        struct cc_argument *argument = add(options, path, CC_SOURCE);

        argument->language = language;
        argument->x = x ? cc_strdup(x) : NULL;
        options->sources++;
    } else {
        add(options, path, CC_INPUT);
        options->inputs++;
    }
}

/* Puts the words of a response file in place of @file, with the quoting rules of gcc. */
static bool expand_response_file(struct cc_list *words, const char *path)
{
    FILE *file = fopen(path, "re");
    char *word, *end;
    char quote = 0;
    bool inside = false;
    int c;
    long size;

    if (!file) {
        return false;
    }
    if (fseek(file, 0, SEEK_END) || (size = ftell(file)) < 0) {
        fclose(file);
        return false;
    }
    rewind(file);
    word = end = cc_alloc((size_t)size + 1);
    while ((c = fgetc(file)) != EOF && end < word + size) {
        if (c == '\\') {
            c = fgetc(file);
            if (c == EOF) {
                break;
            }
        } else if (quote ? c == quote : (c == '"' || c == '\'')) {
            quote = quote ? 0 : (char)c;
            inside = true;
            continue;
        } else if (!quote && isspace(c)) {
            *end = '\0';
            if (inside) {
                cc_list_add(words, word);
            }
            inside = false;
            end = word;
            continue;
        }
        inside = true;
        *end++ = (char)c;
    }
    *end = '\0';
    if (inside) {
        cc_list_add(words, word);
    }
    free(word);
    fclose(file);
    return true;
}

/* The words that only this driver knows. Returns false for all others. */
static bool take_own(struct cc_options *options, const char *word)
{
    if (!strcmp(word, "--native-wchar")) {
        options->native_wchar = true;
    } else if (!strcmp(word, "--win32")) {
        options->win32 = true;
    } else if (!strcmp(word, "-municode")) {
        add(options, "-DUNICODE", CC_OPTION);
        add(options, "-D_UNICODE", CC_OPTION);
    } else if (!strcmp(word, "--help")) {
        options->help = true;
    } else {
        /* Words of other drivers for Windows: there is nothing to choose here. */
        return !strcmp(word, "-mwindows") || !strcmp(word, "-mconsole") ||
               !strcmp(word, "-mthreads");
    }
    return true;
}

/*
 * UNICODE chooses the names of the SDK and _UNICODE those of the C library. Project files set both;
 * on a command line the one stands for the other.
 */
static void pair_unicode(struct cc_options *options, const char *word)
{
    if (!strcmp(word, "-DUNICODE") || !strcmp(word, "-DUNICODE=1")) {
        add(options, "-D_UNICODE", CC_OPTION);
    } else if (!strcmp(word, "-D_UNICODE") || !strcmp(word, "-D_UNICODE=1")) {
        add(options, "-DUNICODE", CC_OPTION);
    }
}

static void note_stage(struct cc_options *options, const char *word)
{
    if (!strcmp(word, "-E") || !strcmp(word, "-M") || !strcmp(word, "-MM")) {
        options->stage = CC_PREPROCESS;
    } else if (!strcmp(word, "-fsyntax-only") && options->stage != CC_PREPROCESS) {
        options->stage = CC_CHECK;
    } else if (!strcmp(word, "-S") && options->stage < CC_ASSEMBLE) {
        options->stage = CC_ASSEMBLE;
    } else if (!strcmp(word, "-c") && options->stage == CC_LINK) {
        options->stage = CC_COMPILE;
    }
}

static void note_meaning(struct cc_options *options, const char *word)
{
    static const char *const side[] = {
        "-MD",           "-MMD",         "--coverage", "-fprofile-arcs", "-ftest-coverage",
        "-gsplit-dwarf", "-fstack-usage"};

    options->shared |= !strcmp(word, "-shared");
    options->is_static |= !strcmp(word, "-static") || !strcmp(word, "-static-pie");
    options->relocatable |= !strcmp(word, "-r");
    options->no_libraries |= !strcmp(word, "-nostdlib") || !strcmp(word, "-nodefaultlibs");
    options->no_start |= !strcmp(word, "-nostdlib") || !strcmp(word, "-nostartfiles");
    options->lto |= starts_with(word, "-flto");
    options->side_files |= IN(side, word) || starts_with(word, "-save-temps");
    options->dry_run |= !strcmp(word, "-###");
    options->show |= !strcmp(word, "-v") || !strcmp(word, "-###");
}

static bool is_link_option(const char *word)
{
    for (size_t i = 0; i < sizeof(link_prefixes) / sizeof(link_prefixes[0]); i++) {
        if (starts_with(word, link_prefixes[i])) {
            return true;
        }
    }
    return IN(link_words, word);
}

static void take_words(struct cc_options *options, const struct cc_list *words)
{
    const char *x = NULL;

    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->words[i];
        const char *next = words->words[i + 1];

        if (word[0] != '-' || !word[1]) {
            add_file(options, word, x);
        } else if (take_own(options, word)) {
            continue;
        } else if (starts_with(word, "-o")) {
            const char *name = word[2] ? word + 2 : next;

            if (!name) {
                cc_die("-o needs the name of a file");
            }
            i += !word[2];
            free(options->output);
            options->output = cc_strdup(name);
        } else if (starts_with(word, "-x")) {
            x = word[2] ? word + 2 : next;
            i += !word[2];
            x = x && strcmp(x, "none") ? x : NULL;
        } else if (IN(link_with_value, word) && next) {
            i++;
            if (!strcmp(word, "-l") && IN(windows_libraries, next)) {
                continue;
            }
            add(options, word, CC_LINK_ONLY);
            add(options, next, CC_LINK_ONLY);
        } else if (starts_with(word, "-l") && IN(windows_libraries, word + 2)) {
            continue;
        } else if (is_link_option(word)) {
            note_meaning(options, word);
            add(options, word, CC_LINK_ONLY);
        } else if (IN(with_value, word) && next) {
            char *joined = cc_strf("%s%s", word, next);

            add(options, word, CC_OPTION);
            add(options, next, CC_OPTION);
            pair_unicode(options, joined);
            free(joined);
            i++;
        } else {
            enum cc_stage before = options->stage;

            note_stage(options, word);
            note_meaning(options, word);
            pair_unicode(options, word);
            /* The stage is said once, in front, by the driver itself. */
            if (strcmp(word, "-c") && strcmp(word, "-S") && strcmp(word, "-E")) {
                add(options, word, options->stage != before ? CC_COMPILE_ONLY : CC_OPTION);
            }
        }
    }
}

void cc_options_init(struct cc_options *options, int argc, char **argv)
{
    struct cc_list words = {0};

    *options = (struct cc_options){0};
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '@' || !expand_response_file(&words, argv[i] + 1)) {
            cc_list_add(&words, argv[i]);
        }
    }
    cc_list_add(&words, ""); /* so that a next word can always be looked at */
    free(words.words[--words.count]);
    words.words[words.count] = NULL;
    take_words(options, &words);
    cc_list_deinit(&words);
}

void cc_options_deinit(struct cc_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        free(options->arguments[i].text);
        free(options->arguments[i].x);
        free(options->arguments[i].object);
    }
    free(options->arguments);
    free(options->output);
    *options = (struct cc_options){0};
}
