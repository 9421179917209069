/* SPDX-License-Identifier: MIT */
#include "list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void cc_die(const char *format, ...)
{
    va_list args;

    fflush(stdout);
    fputs("transom-cc: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

void *cc_alloc(size_t size)
{
    void *memory = calloc(1, size);

    if (!memory) {
        cc_die("out of memory");
    }
    return memory;
}

char *cc_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(cc_alloc(size), text, size);
}

static char *strf(const char *format, va_list args)
{
    char *text;

    if (vasprintf(&text, format, args) < 0) {
        cc_die("out of memory");
    }
    return text;
}

char *cc_strf(const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = strf(format, args);
    va_end(args);
    return text;
}

static void take(struct cc_list *list, char *word)
{
    if (list->count + 2 > list->room) {
        list->room = list->room ? 2 * list->room : 32;
        list->words = realloc(list->words, list->room * sizeof(*list->words));
        if (!list->words) {
            cc_die("out of memory");
        }
    }
    list->words[list->count++] = word;
    list->words[list->count] = NULL;
}

void cc_list_add(struct cc_list *list, const char *word)
{
    take(list, cc_strdup(word));
}

void cc_list_addf(struct cc_list *list, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    take(list, strf(format, args));
    va_end(args);
}

void cc_list_add_all(struct cc_list *list, const struct cc_list *other)
{
    for (size_t i = 0; i < other->count; i++) {
        cc_list_add(list, other->words[i]);
    }
}

void cc_list_deinit(struct cc_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->words[i]);
    }
    free(list->words);
    *list = (struct cc_list){0};
}
