/* SPDX-License-Identifier: MIT */
/* What systemd-logind tells of: the end of the process' session, and of the system. */
#pragma once

#include <stdbool.h>

enum tsm_login_event {
    TSM_LOGIN_SESSION_ENDS,
    TSM_LOGIN_SYSTEM_ENDS, /* the system waits, as long as it is allowed to, for this process to end */
};

/* Must not block; called with no lock held. False: the event does not matter to this process, and
 * the system need not wait for its end. */
typedef bool tsm_login_handler(enum tsm_login_event event);

/* From now on events come to on_event. Never waits for anybody; where there is no logind, or none
 * that answers, nothing ever comes. */
void tsm_login_watch_start(tsm_login_handler *on_event);

/* After return on_event does not run and will not run; may wait for it. */
void tsm_login_watch_stop(void);

/* The process is known to be of no user's session or slice: a service of the system. */
bool tsm_login_watch_is_service(void);

/* In the child of a fork: what the parent holds is the parent's. */
void tsm_login_watch_after_fork(void);
