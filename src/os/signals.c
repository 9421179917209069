/* SPDX-License-Identifier: MIT */
/*
 * Faults as signals
 *
 * Locking:   the dispositions are taken once, under a mutex; handlers read what was stored before.
 * In a handler: sigaction, sigprocmask, kill and the handler of the program itself; no allocation.
 */
#include "os/signals.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/macros.h"

static const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool are_taken;
static struct sigaction before[TSM_COUNT_OF(numbers)];
static tsm_signal_handler handler_of_faults;

/* A handler that returns leaves errno as the interrupted code had it. */
static void on_signal(int number, siginfo_t *info, void *ucontext)
{
    int saved = errno;

    handler_of_faults(number, info, ucontext, __builtin_frame_address(0));
    errno = saved;
}

void tsm_signals_take(tsm_signal_handler handler)
{
    struct sigaction action = {.sa_sigaction = on_signal,
                               .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    /* pairs with the release below */
    if (atomic_load_explicit(&are_taken, memory_order_acquire))
        return;
    pthread_mutex_lock(&mutex);
    if (!are_taken) {
        handler_of_faults = handler;
        for (size_t i = 0; i < TSM_COUNT_OF(numbers); i++)
            sigaction(numbers[i], NULL, &before[i]);
        for (size_t i = 0; i < TSM_COUNT_OF(numbers); i++)
            sigaction(numbers[i], &action, NULL);
        atomic_store_explicit(&are_taken, true, memory_order_release);
    }
    pthread_mutex_unlock(&mutex);
}

void tsm_signals_set_mask(const sigset_t *mask)
{
    pthread_sigmask(SIG_SETMASK, mask, NULL);
}

/* With the mask that the kernel would have set for it. */
static void call(const struct sigaction *action, int number, siginfo_t *info, void *ucontext)
{
    sigset_t mask = action->sa_mask, old;

    if (!(action->sa_flags & SA_NODEFER))
        sigaddset(&mask, number);
    pthread_sigmask(SIG_BLOCK, &mask, &old);
    if (action->sa_flags & SA_SIGINFO)
        action->sa_sigaction(number, info, ucontext);
    else
        action->sa_handler(number);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void tsm_signals_pass_on(int number, siginfo_t *info, void *ucontext, bool repeats)
{
    struct sigaction action = {.sa_handler = SIG_DFL};

    for (size_t i = 0; i < TSM_COUNT_OF(numbers); i++)
        if (numbers[i] == number) {
            action = before[i];
            if (action.sa_flags & SA_RESETHAND)
                before[i] = (struct sigaction){.sa_handler = SIG_DFL};
        }
    if (action.sa_flags & SA_SIGINFO ||
        (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN)) {
        call(&action, number, info, ucontext);
        return;
    }
    if (action.sa_handler == SIG_IGN && info->si_code <= 0)
        return;
    signal(number, SIG_DFL);
    if (!repeats || info->si_code <= 0)
        syscall(SYS_rt_tgsigqueueinfo, getpid(), gettid(), number, info);
}

NTSTATUS tsm_alternate_stack_install(struct tsm_alternate_stack *stack, size_t extra, void **room)
{
    size_t size = TSM_ALTERNATE_STACK_GUARD + TSM_ALTERNATE_STACK_SIZE + tsm_align_up(extra, 4096);
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t own;

    if (memory == MAP_FAILED)
        return tsm_status_from_errno(errno);
    own =
        (stack_t){.ss_sp = memory + TSM_ALTERNATE_STACK_GUARD, .ss_size = TSM_ALTERNATE_STACK_SIZE};
    *stack = (struct tsm_alternate_stack){.memory = memory, .size = size};
    if (mprotect(memory, TSM_ALTERNATE_STACK_GUARD, PROT_NONE) ||
        sigaltstack(&own, &stack->before)) {
        NTSTATUS status = tsm_status_from_errno(errno);

        munmap(memory, size);
        return status;
    }
    *room = memory + TSM_ALTERNATE_STACK_GUARD + TSM_ALTERNATE_STACK_SIZE;
    return STATUS_SUCCESS;
}

void tsm_alternate_stack_remove(struct tsm_alternate_stack stack)
{
    stack_t now;

    /* The program may have set another one since. */
    if (sigaltstack(NULL, &now) == 0 && now.ss_sp == stack.memory + TSM_ALTERNATE_STACK_GUARD) {
        stack.before.ss_flags &= SS_DISABLE;
        sigaltstack(&stack.before, NULL);
    }
    munmap(stack.memory, stack.size);
}

NTSTATUS tsm_stack_bounds(uintptr_t *low, uintptr_t *high)
{
    pthread_attr_t attributes;
    void *memory;
    size_t size;
    int error = pthread_getattr_np(pthread_self(), &attributes);

    if (error)
        return tsm_status_from_errno(error);
    pthread_attr_getstack(&attributes, &memory, &size);
    pthread_attr_destroy(&attributes);
    *low = (uintptr_t)memory;
    *high = (uintptr_t)memory + size;
    return STATUS_SUCCESS;
}
