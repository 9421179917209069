/* SPDX-License-Identifier: MIT */
#include "process/command_line.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The program's name: everything up to a blank outside quotes; a backslash is a backslash. */
static const char *split_program(const char *at, char **out)
{
    bool is_quoted = false;

    for (; *at && (is_quoted || !is_blank(*at)); at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        else
            *(*out)++ = *at;
    }
    *(*out)++ = 0;
    return at;
}

/* An argument: 2n backslashes before a quote are n and the quote counts, 2n+1 are n and a literal
 * quote; two quotes inside quotes are one. */
static const char *split_argument(const char *at, char **out)
{
    bool is_quoted = false;

    while (*at && (is_quoted || !is_blank(*at))) {
        size_t slashes = strspn(at, "\\");

        at += slashes;
        if (*at != '"') {
            while (slashes--)
                *(*out)++ = '\\';
            if (*at && (is_quoted || !is_blank(*at)))
                *(*out)++ = *at++;
            continue;
        }
        for (size_t i = 0; i < slashes / 2; i++)
            *(*out)++ = '\\';
        if (slashes % 2) {
            *(*out)++ = '"';
        } else if (is_quoted && at[1] == '"') {
            *(*out)++ = '"';
            at++;
        } else {
            is_quoted = !is_quoted;
        }
        at++;
    }
    *(*out)++ = 0;
    return at;
}

char **tsm_command_line_split(const char *line, int *argc)
{
    size_t length = strlen(line), words = length / 2 + 3;
    char **argv = malloc(words * sizeof(char *) + 2 * length + words + 2);
    char *out;
    int count = 0;

    if (!argv)
        return NULL;
    out = (char *)(argv + words);
    while (is_blank(*line))
        line++;
    for (bool is_first = true; is_first || *line; is_first = false) {
        argv[count++] = out;
        line = is_first ? split_program(line, &out) : split_argument(line, &out);
        while (is_blank(*line))
            line++;
    }
    argv[count] = NULL;
    *argc = count;
    return argv;
}

static bool needs_quotes(const char *word)
{
    return !*word || strpbrk(word, " \t\"") != NULL;
}

static char *join_word(char *out, const char *word, bool is_program)
{
    bool is_quoted = needs_quotes(word);

    if (is_quoted)
        *out++ = '"';
    while (*word) {
        size_t slashes = strspn(word, "\\");
        bool is_before_quote = word[slashes] == '"' || (word[slashes] == 0 && is_quoted);
        size_t written = is_before_quote && !is_program ? 2 * slashes : slashes;

        memset(out, '\\', written);
        out += written;
        word += slashes;
        if (*word == '"' && !is_program)
            *out++ = '\\';
        if (*word)
            *out++ = *word++;
    }
    if (is_quoted)
        *out++ = '"';
    return out;
}

char *tsm_command_line_join(char *const *argv, int argc)
{
    size_t size = 1;
    char *line, *out;

    for (int i = 0; i < argc; i++)
        size += 2 * strlen(argv[i]) + 3;
    line = out = malloc(size);
    if (!line)
        return NULL;
    for (int i = 0; i < argc; i++) {
        if (i)
            *out++ = ' ';
        out = join_word(out, argv[i], i == 0);
    }
    *out = 0;
    return line;
}
