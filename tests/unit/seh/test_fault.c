/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <fenv.h>
#include <sys/mman.h>

#include "os/signals.h"
#include "seh/fault.h"

static volatile int *volatile nowhere = (volatile int *)0x20;
static volatile int count;
static sigjmp_buf way_out;

static void earlier_handler(int number, siginfo_t *info, void *ucontext)
{
    count++;
    if (info->si_code > 0)
        siglongjmp(way_out, 1);
}

static void handle_earlier(void)
{
    struct sigaction action = {.sa_sigaction = earlier_handler, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGFPE, &action, NULL);
}

CHILD_TEST(a_program_without_handlers_keeps_its_signals)
{
    struct sigaction now;
    stack_t stack;

    SetUnhandledExceptionFilter(NULL);
    RemoveVectoredExceptionHandler(NULL);
    SetErrorMode(SEM_NOGPFAULTERRORBOX);
    sigaction(SIGSEGV, NULL, &now);
    require(now.sa_handler == SIG_DFL);
    sigaltstack(NULL, &stack);
    require(stack.ss_flags & SS_DISABLE || stack.ss_size != TSM_ALTERNATE_STACK_SIZE);
}

static void handle_one(void)
{
    __try {
        *nowhere = 1;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        count = count + 100;
    }
}

CHILD_TEST(an_earlier_handler_gets_what_nobody_takes)
{
    handle_earlier();
    handle_one();
    require(count == 100);
    if (sigsetjmp(way_out, 1) == 0)
        *nowhere = 1;
    require(count == 101);
    handle_one();
    require(count == 201);
}

static struct sigaction ours;

static void later_handler(int number, siginfo_t *info, void *ucontext)
{
    ours.sa_sigaction(number, info, ucontext);
    count = count + 1;
}

static void hand_on(int flags)
{
    struct sigaction action = {.sa_sigaction = later_handler, .sa_flags = SA_SIGINFO | flags};
    sigset_t blocked;

    handle_one();
    sigaction(SIGSEGV, &action, &ours);
    for (volatile int i = 0; i < 3; i = i + 1)
        handle_one();
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    require(count == 400);
    require(!sigismember(&blocked, SIGSEGV));
    sigaction(SIGSEGV, &ours, NULL);
    count = 0;
}

CHILD_TEST(a_later_handler_may_hand_faults_on)
{
    hand_on(0);
    hand_on(SA_ONSTACK);
    hand_on(SA_ONSTACK | SA_NODEFER);
}

static LONG CALLBACK must_not_be_called(EXCEPTION_POINTERS *pointers)
{
    count = count + 1000;
    return EXCEPTION_CONTINUE_SEARCH;
}

CHILD_TEST(a_signal_that_was_sent_is_no_fault)
{
    PVOID handle;

    handle_earlier();
    handle = AddVectoredExceptionHandler(1, must_not_be_called);

    raise(SIGFPE);
    require(count == 1);
    require(RemoveVectoredExceptionHandler(handle));
}

CHILD_TEST(a_forked_child_handles_faults)
{
    pid_t child;
    int status;

    handle_one();
    child = fork();
    if (child == 0) {
        handle_one();
        _exit(count == 200 ? 0 : 1);
    }
    require(waitpid(child, &status, 0) == child && status == 0);
}

static void send_a_signal(void)
{
    handle_one();
    raise(SIGILL);
}

static void a_sent_signal_without_handler_has_its_default(void **state)
{
    assert_int_equal(signal_of_child(send_a_signal), SIGILL);
}

static void trap(void)
{
    handle_one();
    __builtin_trap();
}

static void write_nowhere(void)
{
    handle_one();
    *nowhere = 1;
}

static void an_unhandled_fault_keeps_its_signal(void **state)
{
    int number = signal_of_child(trap);

    assert_true(number == SIGILL || number == SIGTRAP);
    assert_int_equal(signal_of_child(write_nowhere), SIGSEGV);
}

static int use_stack(int depth)
{
    volatile char room[4096];

    room[depth & 4095] = 1;
    return depth < 0 ? 0 : use_stack(depth + 1) + room[depth & 4095];
}

static int exhaust_alternate_stack(void)
{
    return use_stack(0);
}

static void overflow_twice(void)
{
    __try {
        *nowhere = 1;
    } __except (exhaust_alternate_stack()) {
        _exit(1);
    }
}

static void the_end_of_the_alternate_stack_is_the_end(void **state)
{
    int number = signal_of_child(overflow_twice);

    assert_true(number == SIGSEGV || number == SIGABRT); /* a sanitizer aborts */
}

static void *overflow_again(void *unused)
{
    volatile uintptr_t result = 0;
    volatile int i;

    for (i = 0; i < 3; i++) {
        __try {
            use_stack(0);
        } __except (GetExceptionCode() == (DWORD)EXCEPTION_STACK_OVERFLOW
                        ? EXCEPTION_EXECUTE_HANDLER
                        : EXCEPTION_CONTINUE_SEARCH) {
            result = result + 1;
        }
        if (!tsm_stack_rearm())
            result = result + 100;
    }
    return (void *)result;
}

CHILD_TEST(a_foreign_thread_may_overflow_its_stack_again_and_again)
{
    pthread_t thread;
    void *result;

    require(pthread_create(&thread, NULL, overflow_again, NULL) == 0);
    pthread_join(thread, &result);
    require(result == (void *)3);
}

static EXCEPTION_RECORD noted;

static int note(EXCEPTION_POINTERS *pointers)
{
    noted = *pointers->ExceptionRecord;
    return EXCEPTION_EXECUTE_HANDLER;
}

CHILD_TEST(a_mapped_file_that_was_cut_short_is_an_in_page_error)
{
    static int fd;
    volatile char *mapping;

    fd = memfd_create("cut", 0);
    require(fd >= 0 && ftruncate(fd, 8192) == 0);
    mapping = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    require(mapping != MAP_FAILED);
    mapping[4100] = 1;
    require(ftruncate(fd, 4096) == 0);
    __try {
        mapping[4100] = 2;
        require(false);
    } __except (note(GetExceptionInformation())) {
        count = count + 1;
    }
    require(noted.ExceptionCode == (DWORD)STATUS_IN_PAGE_ERROR && noted.NumberParameters == 3);
    require(noted.ExceptionInformation[0] == EXCEPTION_WRITE_FAULT);
    require(noted.ExceptionInformation[1] == (ULONG_PTR)(mapping + 4100));
    require((NTSTATUS)noted.ExceptionInformation[2] == STATUS_END_OF_FILE);
    require(ftruncate(fd, 8192) == 0);
    __try {
        mapping[4100] = 2;
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        count = count + 1;
    }
    require(count == 1);
}

static volatile double zero, quotient;

/* On aarch64 the processor may have no such exceptions. */
static void *divide_in_thread(void *unused)
{
    volatile uintptr_t result = 0;

    feclearexcept(FE_ALL_EXCEPT);
    if (feenableexcept(FE_DIVBYZERO) < 0)
        return (void *)2;
    for (volatile int i = 0; i < 2; i = i + 1) {
        __try {
            quotient = 1.0 / zero;
        } __except (note(GetExceptionInformation())) {
            result = result + (noted.ExceptionCode == (DWORD)STATUS_FLOAT_DIVIDE_BY_ZERO);
        }
        feclearexcept(FE_ALL_EXCEPT);
    }
    require(fegetexcept() == FE_DIVBYZERO);
    return (void *)result;
}

CHILD_TEST(a_foreign_thread_may_have_floating_point_exceptions)
{
    pthread_t thread;
    void *result;

    require(pthread_create(&thread, NULL, divide_in_thread, NULL) == 0);
    pthread_join(thread, &result);
    require(result == (void *)2);
    quotient = 1.0 / zero; /* this thread has not asked for them */
}

static void *handle_in_thread(void *unused)
{
    handle_one();
    return NULL;
}

CHILD_TEST(the_stacks_of_threads_are_freed)
{
    long before = 0, after = 0;

    for (int round = 0; round < 2; round++) {
        FILE *file;

        for (int i = 0; i < 100; i++) {
            pthread_t thread;

            require(pthread_create(&thread, NULL, handle_in_thread, NULL) == 0);
            pthread_join(thread, NULL);
        }
        file = fopen("/proc/self/statm", "r");
        require(file);
        require(fscanf(file, "%ld", round ? &after : &before) == 1);
        fclose(file);
    }
    require(after - before < 64 * 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_program_without_handlers_keeps_its_signals),
        TEST(an_earlier_handler_gets_what_nobody_takes),
        TEST(a_later_handler_may_hand_faults_on),
        TEST(a_signal_that_was_sent_is_no_fault),
        TEST(a_forked_child_handles_faults),
        TEST(a_sent_signal_without_handler_has_its_default),
        TEST(an_unhandled_fault_keeps_its_signal),
        TEST(the_end_of_the_alternate_stack_is_the_end),
        TEST(a_foreign_thread_may_overflow_its_stack_again_and_again),
        TEST(a_mapped_file_that_was_cut_short_is_an_in_page_error),
        TEST(a_foreign_thread_may_have_floating_point_exceptions),
        TEST(the_stacks_of_threads_are_freed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
