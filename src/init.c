/* SPDX-License-Identifier: MIT */
/*
 * Start and fork
 *
 * Windows has no fork: after one without exec only CloseHandle and exec are promised in the child.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/teb.h"
#include "base/trace.h"
#include "io/console.h"
#include "io/fd_file.h"
#include "mailslot/mailslot_share.h"
#include "mailslot/mailslot_writer.h"
#include "object/handle_table.h"
#include "os/gong.h"
#include "os/login_watch.h"
#include "os/reactor.h"
#include "os/unix_socket.h"
#include "os/work_pool.h"
#include "pipe/pipe_share.h"
#include "process/console_ctrl.h"
#include "process/courier.h"
#include "process/exit_code.h"
#include "process/inherit.h"
#include "process/process.h"
#include "process/registered_wait.h"
#include "process/relay.h"
#include "process/thread.h"
#include "seh/unhandled.h"
#include "sync/arena.h"
#include "sync/event.h"
#include "sync/lookout.h"
#include "sync/mutex.h"
#include "sync/semaphore.h"
#include "sync/state.h"
#include "sync/timer.h"

static const struct tsm_handle_pseudo pseudo_handles = {
    .current_process = tsm_process_current,
    .current_thread = tsm_thread_current,
};

static _Atomic bool is_forked_child;

static void after_fork_in_child(void)
{
    is_forked_child = true;
    tsm_teb_after_fork();
    tsm_login_watch_after_fork();
    tsm_reactor_after_fork();
    tsm_lookout_after_fork();
    tsm_gong_after_fork();
    tsm_work_pool_after_fork();
    tsm_registered_wait_after_fork();
}

__attribute__((constructor)) static void transom_init(void)
{
    tsm_trace_init();

    bool is_relay = tsm_relay_prepare();

    tsm_thread_init();
    tsm_fd_file_init();
    tsm_console_ctrl_set_interrupt(tsm_console_interrupt);
    tsm_state_init();
    tsm_pipe_share_init();
    tsm_mailslot_share_init();
    tsm_mailslot_writer_init();
    tsm_process_init();
    tsm_state_register(TSM_CELL_EVENT, &tsm_event_ops);
    tsm_state_register(TSM_CELL_MUTEX, &tsm_mutex_ops);
    tsm_state_register(TSM_CELL_SEMAPHORE, &tsm_semaphore_ops);
    tsm_state_register(TSM_CELL_TIMER, &tsm_timer_ops);
    tsm_handle_set_pseudo(&pseudo_handles);
    pthread_atfork(tsm_unix_note_fork, NULL, after_fork_in_child);
    tsm_exit_code_init();
    tsm_unhandled_set_teller(tsm_exit_page_tell_exception);

    bool is_child = tsm_inherit_import();

    if (is_relay)
        tsm_relay_run();
    if (is_child)
        tsm_courier_start();
}

/* The kernel closes what a process has open, but names must not outlive it. A forked child leaves
 * what belongs to its parent. */
__attribute__((destructor)) static void transom_exit(void)
{
    if (is_forked_child)
        return;
    tsm_handle_process_exits();
    tsm_courier_leave();
    tsm_arena_leave();
}
