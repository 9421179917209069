/* SPDX-License-Identifier: MIT */
/* Names of which this process has instances itself. */
#pragma once

#include <stdbool.h>

#include "base/list.h"
#include "os/name_entry.h"
#include "wire/instance_text.h"

struct tsm_own_name;

/* One of them that waits for a client. */
struct tsm_own_listener {
    struct tsm_list node;
    const char *entry; /* L; stays where it is until it is taken out */
};

/* True: nobody has to be asked whose parameters rule, since *out do. Now and then somebody has to
 * sweep, though. */
bool tsm_own_name_is_enough(const struct tsm_name_folder *folder, struct tsm_pipe_params *out);

/* One more instance of the name. NULL: no memory for it, and each creation looks. */
struct tsm_own_name *tsm_own_name_join(const struct tsm_name_folder *folder,
                                       const struct tsm_pipe_params *params);

/* False: this process has other instances of the name. */
bool tsm_own_name_leave(struct tsm_own_name *name);

/* An instance begins to listen, or ends to. Where the name has very many, the one that has waited
 * longest is made easy to find. */
void tsm_own_name_add(struct tsm_own_name *name, const struct tsm_name_folder *folder,
                      struct tsm_own_listener *listener);
void tsm_own_name_take_out(struct tsm_own_name *name, const struct tsm_name_folder *folder,
                           struct tsm_own_listener *listener);

/* The same without a name that is known, when its memory goes. */
void tsm_own_listener_forget(struct tsm_own_listener *listener);
