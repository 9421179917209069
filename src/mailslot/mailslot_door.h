/* SPDX-License-Identifier: MIT */
/* Where a mailslot can be found, and how a writer comes in. */
#pragma once

#include <stdbool.h>

#include "channel/channel.h"
#include "object/name.h"
#include "os/name_entry.h"

struct tsm_mailslot_door {
    struct tsm_name name;
    struct tsm_name_folder folder;
    int listener, life_sign;
    char listener_file[TSM_ENTRY_TEXT + 20], life_sign_file[TSM_ENTRY_TEXT + 20];
};

/* Takes the name; STATUS_OBJECT_NAME_COLLISION if somebody has it. max_message 0: any. */
tsm_must_check NTSTATUS tsm_mailslot_door_open(const struct tsm_name *name, uint32_t max_message,
                                               bool is_open_to_all, struct tsm_mailslot_door *out);

/* STATUS_PIPE_LISTENING: nobody came. */
tsm_must_check NTSTATUS tsm_mailslot_door_accept(struct tsm_mailslot_door *door, int *socket);

/* Takes the hello of one who came, or only what is in it, if it stays: STATUS_PIPE_LISTENING if it is
 * not there yet. Any other status: the socket is closed. */
tsm_must_check NTSTATUS tsm_mailslot_door_greet(int socket, bool stays, struct tsm_channel **out);

/* The name is free. To be called once. */
void tsm_mailslot_door_close(struct tsm_mailslot_door *door);

/* The name stays, other processes have the slot. Instead of the above. */
void tsm_mailslot_door_leave(struct tsm_mailslot_door *door);

/* What a writer knows of the slot that it found. */
struct tsm_mailslot_found {
    struct tsm_channel *channel; /* a client's; writing may begin */
    uint64_t seq;                /* of this slot and no other of the name */
    uint32_t max_message;
};

/* Writer: finds the slot and goes in; seq 0: whichever has the name now. again: with the memory of that
 * channel, which nobody has read; NULL: with new memory.
 * STATUS_OBJECT_NAME_NOT_FOUND, STATUS_ACCESS_DENIED, STATUS_INSUFFICIENT_RESOURCES. Never blocks. */
tsm_must_check NTSTATUS tsm_mailslot_door_knock(const struct tsm_name *name, uint64_t seq,
                                                struct tsm_channel *again,
                                                struct tsm_mailslot_found *out);
