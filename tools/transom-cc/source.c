/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "list.h"

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    struct stat info;
    char *text = NULL;

    if (!file) {
        return NULL;
    }
    if (!fstat(fileno(file), &info) && S_ISREG(info.st_mode)) {
        size_t length;

        text = cc_alloc((size_t)info.st_size + 1);
        length = fread(text, 1, (size_t)info.st_size, file);
        text[length] = '\0';
    }
    fclose(file);
    return text;
}

/* Comments become blanks; a main that is commented out does not count. */
static void blank_comments(char *text)
{
    for (char *at = text; *at; at++) {
        if (*at == '"' || *at == '\'') {
            char quote = *at++;

            while (*at && *at != quote && *at != '\n') {
                at += *at == '\\' && at[1];
                at++;
            }
            if (!*at) {
                return;
            }
        } else if (at[0] == '/' && at[1] == '/') {
            while (*at && *at != '\n') {
                *at++ = ' ';
            }
            if (!*at) {
                return;
            }
        } else if (at[0] == '/' && at[1] == '*') {
            while (*at && !(at[0] == '*' && at[1] == '/')) {
                *at = *at == '\n' ? '\n' : ' ';
                at++;
            }
            if (!*at) {
                return;
            }
            *at++ = ' ';
            *at = ' ';
        }
    }
}

bool cc_source_has_void_main(const char *path)
{
    static const char pattern[] = "(^|[^A-Za-z0-9_])(void|VOID)[[:space:]]+"
                                  "((__cdecl|_cdecl|WINAPIV|CDECL)[[:space:]]+)?"
                                  "(main|wmain|_tmain)[[:space:]]*\\([^;{]*\\)[[:space:]]*\\{";
    char *text = read_file(path);
    regex_t expression;
    bool found;

    if (!text) {
        return false;
    }
    blank_comments(text);
    if (regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB)) {
        cc_die("out of memory");
    }
    found = !regexec(&expression, text, 0, NULL, 0);
    regfree(&expression);
    free(text);
    return found;
}
