/* SPDX-License-Identifier: MIT */
#include "os/own_thread.h"

#include <signal.h>

NTSTATUS tsm_own_thread_start(void *(*body)(void *argument), void *argument, size_t stack_size,
                              pthread_t *id)
{
    sigset_t blocked, before;
    pthread_attr_t attributes;
    pthread_t unasked;
    int error;

    sigfillset(&blocked);
    sigdelset(&blocked, SIGSEGV);
    sigdelset(&blocked, SIGBUS);
    sigdelset(&blocked, SIGILL);
    sigdelset(&blocked, SIGFPE);
    sigdelset(&blocked, SIGTRAP);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack_size)
        pthread_attr_setstacksize(&attributes, stack_size);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    error = pthread_create(id ? id : &unasked, &attributes, body, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error ? tsm_status_from_errno(error) : STATUS_SUCCESS;
}
