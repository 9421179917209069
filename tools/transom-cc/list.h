/* SPDX-License-Identifier: MIT */
/* A growing list of words, always ended by NULL so that it can be passed to exec. */
#pragma once

#include <stddef.h>

struct cc_list {
    char **words;
    size_t count;
    size_t room;
};

/* Appends a copy. */
void cc_list_add(struct cc_list *list, const char *word);

/* Appends a formatted word. */
void cc_list_addf(struct cc_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends copies of all words of another list. */
void cc_list_add_all(struct cc_list *list, const struct cc_list *other);

void cc_list_deinit(struct cc_list *list);

/* Allocation that ends the driver when memory is out. */
void *cc_alloc(size_t size);
char *cc_strdup(const char *text);
char *cc_strf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says what is wrong on stderr, after the driver's name, and ends with status 1. */
_Noreturn void cc_die(const char *format, ...) __attribute__((format(printf, 1, 2)));
