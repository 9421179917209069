/* SPDX-License-Identifier: MIT */
/*
 * What is in the folder of a name: S<seq> the socket of an instance, L<seq>.<text> a second name of that
 * socket while the instance listens, K<seq> its life sign. seq is sixteen hexadecimal digits and
 * never used twice; the smallest L has waited longest. Where there are very many files, a file N
 * holds the name of that L, so that not all have to be read; it may be behind.
 */
#pragma once

#include "os/name_folder.h"

#define TSM_ENTRY_TEXT 72

struct tsm_name_entry {
    uint64_t seq;
    char kind;                 /* 'L', 'K' or 'S' */
    char text[TSM_ENTRY_TEXT]; /* behind the point */
    char file[TSM_ENTRY_TEXT + 20];
};

/* Entries of these kinds, smallest seq first; *out is a heap array, owned by the caller. */
tsm_must_check NTSTATUS tsm_name_folder_list(const struct tsm_name_folder *folder,
                                             const char *kinds, struct tsm_name_entry **out,
                                             uint32_t *count);

/* The listeners with the smallest seqs of those not below from, at most so many and at least one, in
 * their order; STATUS_OBJECT_NAME_NOT_FOUND: there is none. *is_empty: nothing at all is there.
 * *is_led: true if the one that leads will do where there are very many, which may be gone;
 * afterwards whether it is that one. */
tsm_must_check NTSTATUS tsm_name_folder_first(const struct tsm_name_folder *folder, uint64_t from,
                                              uint32_t capacity, struct tsm_name_entry *out,
                                              uint32_t *count, bool *is_empty, bool *is_led);

/* An L that clients shall try first. Whether it worked shows when they come. */
void tsm_name_entry_lead(const struct tsm_name_folder *folder, const char *entry);

struct tsm_name_swept {
    uint32_t alive;               /* instances */
    struct tsm_name_entry living; /* a life sign that was asked and is one; no file: none */
    uint64_t last_seq;            /* the largest of a listener */
};

/* Lock held: removes what dead instances left, and counts live ones. Unless they must be counted, of
 * very many only some are asked, and the others taken for alive. */
tsm_must_check NTSTATUS tsm_name_folder_sweep(struct tsm_name_folder *folder, bool must_count,
                                              struct tsm_name_swept *out);

/* Live instances; removes nothing. */
tsm_must_check NTSTATUS tsm_name_folder_count_alive(const struct tsm_name_folder *folder,
                                                    uint32_t *alive);

/* STATUS_ACCESS_DENIED: another user serves this name already, longer than seq. */
tsm_must_check NTSTATUS tsm_name_check_others(const struct tsm_name_folder *own,
                                              const char16_t *folded, uint32_t length,
                                              uint64_t seq);

/* Of a life sign. One that could be executed is of an instance that has not listened yet, or is about
 * to be closed without a client. */
#define TSM_LIFE_SIGN_MODE         0666
#define TSM_LIFE_SIGN_MODE_PASSING 0777

tsm_must_check NTSTATUS tsm_name_entry_set_mode(const struct tsm_name_folder *folder,
                                                const char *file, mode_t mode);

/* TSM_NAME_NEWBORN: since a moment, in which it may have begun to listen unseen. */
enum tsm_name_life { TSM_NAME_DEAD, TSM_NAME_PASSING, TSM_NAME_NEWBORN, TSM_NAME_ALIVE };

/* Of the instances to which these entries belong, the one that is most alive. */
enum tsm_name_life tsm_name_entries_life(const struct tsm_name_folder *folder,
                                         const struct tsm_name_entry *entries, uint32_t count);

/* A seq larger than any that was given out for this name. */
uint64_t tsm_name_next_seq(const struct tsm_name_folder *folder);
/* The same, without looking, for whoever has looked; larger than floor too. */
uint64_t tsm_name_seq_above(uint64_t floor);
/* What a seq given out now is about, in ns. */
uint64_t tsm_name_seq_now(void);

void tsm_name_entry_file(char kind, uint64_t seq, const char *text, char out[TSM_ENTRY_TEXT + 20]);

/* False: somebody else did, or may, or it cannot be. */
bool tsm_name_entry_remove(const struct tsm_name_folder *folder, const char *file);
bool tsm_name_entry_exists(const struct tsm_name_folder *folder, const char *file);

/* Gives an entry a second name. */
tsm_must_check NTSTATUS tsm_name_entry_link(const struct tsm_name_folder *folder, const char *file,
                                            const char *second);
