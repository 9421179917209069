/* SPDX-License-Identifier: MIT */
/* How an object crosses into a child process: ops->export describes it, the twin registered here
 * makes it again on the other side. */
#pragma once

#include "object/object.h"

enum tsm_import_type {
    TSM_IMPORT_NONE,
    TSM_IMPORT_FD_FILE,  /* a plain descriptor: files, anonymous pipes, NUL */
    TSM_IMPORT_STATE,    /* events, mutexes, semaphores, timers */
    TSM_IMPORT_PIPE_END, /* named pipes */
    TSM_IMPORT_WRITER,   /* of a mailslot */
    TSM_IMPORT_SLOT,     /* mailslots, to read */
    TSM_IMPORT_PROCESS,
    TSM_IMPORT_COUNT
};

struct tsm_export {
    enum tsm_import_type type;
    int fd; /* exporting: borrowed from the object; importing: taken by the import. -1 none */
    bool is_fd_owned; /* exporting: whoever has passed the descriptor on closes it */
    bool is_for_one;  /* importing: nobody else gets it; what is inherited may go on to others */
    uint32_t data[4]; /* the type's own */
};

typedef NTSTATUS (*tsm_import_fn)(const struct tsm_export *in, struct tsm_object **out);

/* Called by constructors of the rooms above. */
void tsm_import_register(enum tsm_import_type type, tsm_import_fn import);

/* Makes the object that in describes; takes in->fd on success, STATUS_OBJECT_TYPE_MISMATCH for a
 * type nobody registered. */
tsm_must_check NTSTATUS tsm_import(const struct tsm_export *in, struct tsm_object **out);
