/* SPDX-License-Identifier: MIT */
/* Whom the messages of a writer reach. */
#pragma once

#include "object/name.h"

enum tsm_mailslot_route {
    TSM_ROUTE_SLOT, /* \\.\mailslot\x: one slot, which is there when it is opened */
    TSM_ROUTE_MACHINE, /* \\OURS\mailslot\x: whoever has the name when the message is sent, if anybody */
    TSM_ROUTE_EVERYONE, /* \\*\mailslot\x: the same here and, once there is a network, elsewhere */
};

/* Windows: the longest message that goes to everyone. */
#define TSM_ROUTE_EVERYONE_BYTES 424u

/* STATUS_BAD_NETWORK_PATH for a machine that is not ours. */
tsm_must_check NTSTATUS tsm_mailslot_route(const char16_t *text, enum tsm_mailslot_route *out,
                                           struct tsm_name *name);
