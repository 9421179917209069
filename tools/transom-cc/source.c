/* SPDX-License-Identifier: MIT */
#include "source.h"

#include <regex.h>
#include <stdlib.h>

#include "list.h"

char *cc_source_read(FILE *file)
{
    size_t room = 1 << 16;
    size_t length = 0;
    char *text = cc_alloc(room);
    size_t n;

    while ((n = fread(text + length, 1, room - length - 1, file)) > 0) {
        length += n;
        if (length == room - 1) {
            room *= 2;
            text = realloc(text, room);
            if (!text) {
                cc_die("out of memory");
            }
        }
    }
    text[length] = '\0';
    return text;
}

/* From the opening quote to the closing one, or to where the line ends without it. */
static char *blank_quoted(char *at)
{
    char quote = *at++;

    while (*at && *at != quote && *at != '\n') {
        if (*at == '\\' && at[1]) {
            *at++ = ' ';
        }
        *at++ = ' ';
    }
    return at;
}

static char *blank_comment(char *at)
{
    bool line = at[1] == '/';

    *at++ = ' ';
    *at++ = ' ';
    while (*at && !(line ? *at == '\n' : at[0] == '*' && at[1] == '/')) {
        *at++ = ' ';
    }
    if (*at && !line) {
        *at++ = ' ';
        *at = ' ';
    }
    return at;
}

/* Only what the compiler reads as code counts. */
void cc_source_blank(char *text)
{
    for (char *at = text; *at; at += *at != '\0') {
        if (*at == '"' || *at == '\'') {
            at = blank_quoted(at);
        } else if (at[0] == '/' && (at[1] == '/' || at[1] == '*')) {
            at = blank_comment(at);
        }
    }
}

bool cc_source_has_void_main(FILE *file)
{
    static const char pattern[] = "(^|[^A-Za-z0-9_])(void|VOID)[[:space:]]+"
                                  "((__cdecl|_cdecl|WINAPIV|CDECL)[[:space:]]+)?"
                                  "(main|wmain|_tmain)[[:space:]]*\\([^;{]*\\)[[:space:]]*\\{";
    char *text = cc_source_read(file);
    regex_t expression;
    bool found;

    cc_source_blank(text);
    if (regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB)) {
        cc_die("out of memory");
    }
    found = !regexec(&expression, text, 0, NULL, 0);
    regfree(&expression);
    free(text);
    return found;
}
