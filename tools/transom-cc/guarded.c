/* SPDX-License-Identifier: MIT */
/*
 * Guarded sources
 *
 * gcc has a plugin (seh_plugin.cc) that makes locals of functions with __try real. clang has no such
 * thing: there, and for a gcc without headers for plugins, those functions are compiled as without
 * -O. Which they are is read from the source: a piece is what ends with a semicolon or a closing
 * brace outside of all others, where the braces of a namespace or of extern "C" do not count.
 *
 * For both the text is lowered first (lowering.c); a gcc with the plugin needs no copy where that
 * changes nothing.
 */
#include "guarded.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "list.h"
#include "lowering.h"
#include "source.h"

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* From begin to end there is the word. */
static const char *find_word(const char *begin, const char *end, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = begin; (at = strstr(at, word)) != NULL && at < end; at += length)
        if ((at == begin || !is_word_char(at[-1])) && !is_word_char(at[length])) {
            return at;
        }
    return NULL;
}

bool cc_guarded_has_try(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text;
    bool found;

    if (!file) {
        return false;
    }
    text = cc_source_read(file);
    fclose(file);
    cc_source_blank(text);
    found = find_word(text, text + strlen(text), "__try") != NULL;
    free(text);
    return found;
}

/* ---- the plugin ---- */

/* What a command prints in its first line. */
static char *first_line(const char *program, const char *word)
{
    struct cc_list command = {0};
    char *line = NULL;
    size_t room = 0;
    FILE *output;
    pid_t pid;

    cc_list_add(&command, program);
    cc_list_add(&command, word);
    output = cc_command_read(&command, &pid);
    if (getline(&line, &room, output) < 0) {
        free(line);
        line = cc_strdup("");
    }
    fclose(output);
    cc_command_wait(pid);
    cc_list_deinit(&command);
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static char *cache_folder(void)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char *folder;

    if (cache && *cache == '/') {
        folder = cc_strf("%s", cache);
    } else if (home && *home == '/') {
        folder = cc_strf("%s/.cache", home);
    } else {
        return NULL;
    }
    mkdir(folder, 0700);

    char *own = cc_strf("%s/transom", folder);

    free(folder);
    mkdir(own, 0700);
    return own;
}

/* Under another name first: two builds may run at once. */
static bool build(const char *cxx, const char *headers, const char *source, const char *plugin)
{
    struct cc_list command = {0};
    char *fresh = cc_strf("%s.%d", plugin, (int)getpid());
    FILE *output;
    pid_t pid;
    bool is_built;

    cc_list_add(&command, cxx);
    cc_list_add(&command, "-shared");
    cc_list_add(&command, "-fPIC");
    cc_list_add(&command, "-fno-rtti");
    cc_list_add(&command, "-O1");
    cc_list_add(&command, "-w");
    cc_list_addf(&command, "-I%s", headers);
    cc_list_add(&command, source);
    cc_list_add(&command, "-o");
    cc_list_add(&command, fresh);
    output = cc_command_read(&command, &pid);
    fclose(output);
    is_built = cc_command_wait(pid) == 0 && rename(fresh, plugin) == 0;
    if (!is_built) {
        unlink(fresh);
    }
    free(fresh);
    cc_list_deinit(&command);
    return is_built;
}

/* A plugin is a program for the machine that gcc itself runs on, whatever gcc compiles for. */
static char *plugin_compiler(const char *cxx)
{
    char *here = first_line("g++", "-dumpmachine"), *there = first_line(cxx, "-dumpmachine");
    bool is_cross = *here && strcmp(here, there) != 0;

    free(here);
    free(there);
    return cc_strdup(is_cross ? "g++" : cxx);
}

char *cc_guarded_plugin(const char *cc, const char *cxx, const char *plugin_source)
{
    char *place = first_line(cc, "-print-file-name=plugin");
    char *headers = cc_strf("%s/include", place),
         *version = cc_strf("%s/plugin-version.h", headers);
    char *cache = cache_folder(), *plugin = NULL;
    struct stat of_version, of_source;

    if (cache && *place == '/' && !stat(version, &of_version) && !stat(plugin_source, &of_source)) {
        char *compiler = first_line(cc, "-dumpmachine");

        plugin = cc_strf("%s/seh-%s-%llx-%llx.so", cache, compiler,
                         (unsigned long long)of_version.st_mtime,
                         (unsigned long long)of_source.st_mtime);
        free(compiler);
        if (access(plugin, R_OK)) {
            char *compiler_here = plugin_compiler(cxx);

            if (!build(compiler_here, headers, plugin_source, plugin)) {
                free(plugin);
                plugin = NULL;
            }
            free(compiler_here);
        }
    }
    free(cache);
    free(version);
    free(headers);
    free(place);
    return plugin;
}

/* ---- the copy ---- */

struct brackets {
    const char *off, *on;
};

static const struct brackets of_clang = {"_Pragma(\"clang optimize off\") ",
                                         " _Pragma(\"clang optimize on\")"};
static const struct brackets of_gcc = {
    "_Pragma(\"GCC push_options\") _Pragma(\"GCC optimize(\\\"O0\\\")\") ",
    " _Pragma(\"GCC pop_options\")"};

static bool only_blank_before(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n') {
        if (!isspace((unsigned char)*--at)) {
            return false;
        }
    }
    return true;
}

/* Behind a directive and the lines that continue it. */
static const char *skip_directive(const char *at)
{
    while (*at && *at != '\n') {
        at += at[0] == '\\' && at[1] == '\n' ? 2 : 1;
    }
    return at;
}

/* The brace at the end of a piece opens one whose content stands outside of all others as well. */
static bool opens_outer_scope(const char *begin, const char *brace)
{
    const char *words[] = {"namespace", "extern"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (find_word(begin, brace, words[i]) && !memchr(begin, '(', (size_t)(brace - begin))) {
            return true;
        }
    }
    return false;
}

static void copy_piece(FILE *out, const char *source, const char *blank, const char *begin,
                       const char *end, const struct brackets *brackets)
{
    bool has_try = begin && find_word(begin, end, "__try");
    const char *text = source + (begin - blank);

    fputs(has_try ? brackets->off : "", out);
    fwrite(text, 1, (size_t)(end - begin), out);
    fputs(has_try ? brackets->on : "", out);
}

/* A macro may make functions with __try wherever it is used. */
static bool is_in_directive(const char *blank)
{
    for (const char *at = blank; *at; at++) {
        if (*at == '#' && only_blank_before(blank, at)) {
            const char *end = skip_directive(at);

            if (find_word(at, end, "__try")) {
                return true;
            }
            at = end - 1;
        }
    }
    return false;
}

/* source and blank are the same text, the one with comments and strings, the other without. */
static void copy_text(FILE *out, const char *source, const char *blank,
                      const struct brackets *brackets)
{
    const char *begin = NULL, *done = blank;
    int depth = 0;

    if (is_in_directive(blank)) {
        fprintf(out, "%s%s%s", brackets->off, source, brackets->on);
        return;
    }

    for (const char *at = blank; *at; at++) {
        if (*at == '#' && only_blank_before(blank, at)) {
            at = skip_directive(at);
            if (!*at) {
                break;
            }
        }
        if (!begin && !isspace((unsigned char)*at) && *at != '}') {
            fwrite(source + (done - blank), 1, (size_t)(at - done), out);
            done = begin = at;
        }
        if (*at == '{' && depth == 0 && begin && opens_outer_scope(begin, at)) {
            begin = NULL;
            continue;
        }
        depth += *at == '{';
        depth -= *at == '}' && depth > 0;
        if (begin && depth == 0 && (*at == ';' || *at == '}')) {
            copy_piece(out, source, blank, begin, at + 1, brackets);
            done = at + 1;
            begin = NULL;
        }
    }
    if (begin) {
        copy_piece(out, source, blank, begin, begin + strlen(begin), brackets);
    } else {
        fputs(source + (done - blank), out);
    }
}

static char *read_lowered(const char *path, bool *is_changed)
{
    FILE *in = fopen(path, "re");
    char *source, *lowered;

    if (!in) {
        cc_die("%s cannot be read", path);
    }
    source = cc_source_read(in);
    fclose(in);
    lowered = cc_lowering_apply(source);
    *is_changed = lowered != NULL;
    if (lowered) {
        free(source);
        return lowered;
    }
    return source;
}

char *cc_guarded_copy(const char *path, enum cc_guarded_by by)
{
    const char *tmp = getenv("TMPDIR"), *slash = strrchr(path, '/');
    bool is_lowered;
    char *source = read_lowered(path, &is_lowered), *blank, *copy = NULL, *folder;
    FILE *out;

    if (by == CC_GUARDED_BY_PLUGIN && !is_lowered) {
        free(source);
        return NULL;
    }
    folder = cc_strf("%s/transom-try-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(folder)) {
        cc_die("%s cannot be copied for __try", path);
    }
    copy = cc_strf("%s/%s", folder, slash ? slash + 1 : path);
    out = fopen(copy, "we");
    if (!out) {
        cc_die("%s cannot be written", copy);
    }
    fprintf(out, "# 1 \"%s\"\n", path);
    if (by == CC_GUARDED_BY_PLUGIN) {
        fputs(source, out);
    } else {
        blank = cc_strdup(source);
        cc_source_blank(blank);
        copy_text(out, source, blank, by == CC_GUARDED_BY_CLANG ? &of_clang : &of_gcc);
        free(blank);
    }
    if (fclose(out)) {
        cc_die("%s cannot be written", copy);
    }
    free(source);
    free(folder);
    return copy;
}

void cc_guarded_rename(const char *dependencies, const char *copy, const char *path)
{
    FILE *file = fopen(dependencies, "re");
    char *text, *at;

    if (!file) {
        return;
    }
    text = cc_source_read(file);
    fclose(file);
    at = strstr(text, copy);
    file = at ? fopen(dependencies, "we") : NULL;
    if (file) {
        fprintf(file, "%.*s%s%s", (int)(at - text), text, path, at + strlen(copy));
        if (fclose(file)) {
            cc_die("%s cannot be written", dependencies);
        }
    }
    free(text);
}

void cc_guarded_discard(char *copy)
{
    unlink(copy);
    *strrchr(copy, '/') = '\0';
    rmdir(copy);
    free(copy);
}
