/* SPDX-License-Identifier: MIT */
/*
 * A name's folder in the runtime directory.
 *
 * In it: S<seq> the socket of an instance, L<seq>.<text> a second name of that socket while the
 * instance listens, K<seq> its life sign, "name" the full name where the folder is called by its
 * hash. seq is sixteen hexadecimal digits and never used twice; the smallest L has waited longest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uchar.h>

#include "base/deadline.h"
#include "base/status.h"
#include "os/unix_socket.h"

#define TSM_ENTRY_TEXT     72
#define TSM_NAME_USERS_MAX 16 /* who are looked at */

/* Which folder it is, as long as it exists. */
struct tsm_name_folder_id {
    uint64_t device, inode;
};

/* One user's folder of one name. */
struct tsm_name_folder {
    int fd; /* -1: not open */
    uint32_t owner;
    bool is_shared;               /* other users can see it */
    struct tsm_name_folder_id id; /* since it was locked or identified */
};

#define TSM_NAME_FOLDER_INIT ((struct tsm_name_folder){.fd = -1})

struct tsm_name_entry {
    uint64_t seq;
    char kind;                 /* 'L', 'K' or 'S' */
    char text[TSM_ENTRY_TEXT]; /* behind the point */
    char file[TSM_ENTRY_TEXT + 20];
};

/* The caller's own folder for a name, made if need be, and its lock taken: nobody else creates,
 * sweeps or counts until tsm_name_folder_unlock(). */
tsm_must_check NTSTATUS tsm_name_folder_open_own(const char16_t *folded, uint32_t length,
                                                 struct tsm_name_folder *out);

/* Takes the lock again, on an open folder. STATUS_OBJECT_NAME_NOT_FOUND: it was removed. */
tsm_must_check NTSTATUS tsm_name_folder_lock(struct tsm_name_folder *folder);
void tsm_name_folder_unlock(struct tsm_name_folder *folder);

/* Removes the folder if nothing is left in it, and the descriptor in any case. The lock may be
 * held. */
void tsm_name_folder_close(struct tsm_name_folder *folder, const char16_t *folded, uint32_t length);

/* The folders of that name of all users who serve here, at most capacity; descriptors are owned by
 * the caller. STATUS_OBJECT_NAME_NOT_FOUND if there is none. */
tsm_must_check NTSTATUS tsm_name_folder_find(const char16_t *folded, uint32_t length,
                                             struct tsm_name_folder *out, uint32_t capacity,
                                             uint32_t *count);

/* Entries of these kinds, smallest seq first; *out is a heap array, owned by the caller. */
tsm_must_check NTSTATUS tsm_name_folder_list(const struct tsm_name_folder *folder,
                                             const char *kinds, struct tsm_name_entry **out,
                                             uint32_t *count);

/* The entries of that kind with the smallest seqs of those not below from, at most so many and at least
 * one, in their order; STATUS_OBJECT_NAME_NOT_FOUND: there is none. *is_empty: nothing at all is
 * there. */
tsm_must_check NTSTATUS tsm_name_folder_first(const struct tsm_name_folder *folder, char kind,
                                              uint64_t from, uint32_t capacity,
                                              struct tsm_name_entry *out, uint32_t *count,
                                              bool *is_empty);

/* Sets its id. */
tsm_must_check NTSTATUS tsm_name_folder_identify(struct tsm_name_folder *folder);

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

/* Is the folder's owner at the other end? A name in it may be a link to anybody's socket. *peer: who is
 * there. */
bool tsm_name_folder_is_owners(const struct tsm_name_folder *folder, int socket,
                               struct tsm_unix_peer *peer);

/* Does any of these entries belong to a live instance? */
bool tsm_name_entries_live(const struct tsm_name_folder *folder,
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
