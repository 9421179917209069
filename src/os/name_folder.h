/* SPDX-License-Identifier: MIT */
/* The folder of a name in the runtime directory; in it: name_entry.h, and "name", the full name where the
 * folder is called by its hash. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <uchar.h>

#include "base/deadline.h"
#include "base/status.h"
#include "os/unix_socket.h"

#define TSM_NAME_USERS_MAX 16  /* who are looked at */
#define TSM_NAME_LEADER    "N" /* see name_entry.h */

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

/* Sets its id. */
tsm_must_check NTSTATUS tsm_name_folder_identify(struct tsm_name_folder *folder);

/* Is the folder's owner at the other end? A name in it may be a link to anybody's socket. *peer: who is
 * there. */
bool tsm_name_folder_is_owners(const struct tsm_name_folder *folder, int socket,
                               struct tsm_unix_peer *peer);
