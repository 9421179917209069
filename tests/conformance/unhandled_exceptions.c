/* SPDX-License-Identifier: MIT */
/* What nobody takes: the filter of the process, and its exit code. */
#include "exception_helpers.h"

/* Its line on standard error is not for who reads the test's output. */
static void be_quiet(void)
{
    fclose(stderr);
}

ROLE(raises)
{
    be_quiet();
    raise_code((DWORD)strtoul(argument, NULL, 16));
    return 5;
}

ROLE(writes_nowhere)
{
    be_quiet();
    write_to(NOWHERE);
    return 5;
}

TEST(the_exit_code_is_that_of_the_exception)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    NEEDS_SIGNALS_OF_ITS_OWN();
    CHECK_U32(wait_role(spawn_role(raises, "E0001234")), 0xE0001234);
    CHECK_U32(wait_role(spawn_role(raises, "C0000094")), EXCEPTION_INT_DIVIDE_BY_ZERO);
    CHECK_U32(wait_role(spawn_role(writes_nowhere, "")), EXCEPTION_ACCESS_VIOLATION);
}

static DWORD WINAPI raise_in_thread(LPVOID unused)
{
    (void)unused;
    raise_code(0xE0000077);
    return 0;
}

ROLE(raises_in_a_thread)
{
    be_quiet();
    WaitForSingleObject(CreateThread(NULL, 0, raise_in_thread, NULL, 0, NULL), 5000);
    return 5;
}

TEST(an_unhandled_exception_of_any_thread_ends_the_process)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    CHECK_U32(wait_role(spawn_role(raises_in_a_thread, "")), 0xE0000077);
}

static LONG filter_answer;

static LONG WINAPI process_filter(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != USER_CODE)
        ExitProcess(6);
    mark('f');
    return filter_answer;
}

TEST(the_filter_of_the_process_is_replaced_by_the_next)
{
    SetUnhandledExceptionFilter(NULL);
    CHECK(SetUnhandledExceptionFilter(process_filter) == NULL);
    CHECK(SetUnhandledExceptionFilter(NULL) == process_filter);
    CHECK(SetUnhandledExceptionFilter(NULL) == NULL);
}

TEST(the_filter_of_the_process_may_continue)
{
    SetUnhandledExceptionFilter(process_filter);
    filter_answer = EXCEPTION_CONTINUE_EXECUTION;
    raise_code(USER_CODE);
    mark('c');
    CHECK_TRAIL("fc");
}

TEST(the_filter_of_the_process_comes_after_the_frames)
{
    SetUnhandledExceptionFilter(process_filter);
    filter_answer = EXCEPTION_CONTINUE_EXECUTION;
    __try {
        raise_code(USER_CODE);
    } __except (answer('n', EXCEPTION_CONTINUE_SEARCH)) {
        mark('x');
    }
    __try {
        raise_code(USER_CODE);
    } __except (answer('y', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK_TRAIL("nfyh");
}

ROLE(ends_silently)
{
    be_quiet();
    SetUnhandledExceptionFilter(process_filter);
    filter_answer = EXCEPTION_EXECUTE_HANDLER;
    raise_code(USER_CODE);
    return 5;
}

TEST(a_filter_that_executes_ends_the_process_with_the_code)
{
    CHECK_U32(wait_role(spawn_role(ends_silently, "")), USER_CODE);
}

ROLE(has_no_error_box)
{
    be_quiet();
    SetErrorMode(SEM_NOGPFAULTERRORBOX);
    write_to(NOWHERE);
    return 5;
}

TEST(without_an_error_box_the_exit_code_is_the_same)
{
    NEEDS_SIGNALS_OF_ITS_OWN();
    CHECK_U32(wait_role(spawn_role(has_no_error_box, "")), EXCEPTION_ACCESS_VIOLATION);
}

TEST(the_error_mode_is_kept)
{
    SetErrorMode(0);
    CHECK_U32(SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX), 0);
    CHECK_U32(GetErrorMode(), SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    CHECK_U32(SetErrorMode(0), SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
}

static int always_faults(void)
{
    write_to(NOWHERE);
    return EXCEPTION_EXECUTE_HANDLER;
}

ROLE(faults_in_each_filter)
{
    be_quiet();
    __try {
        write_to(NOWHERE);
    } __except (always_faults()) {
        return 5;
    }
    return 5;
}

TEST(filters_that_always_fault_come_to_an_end)
{
    DWORD code;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    NEEDS_SIGNALS_OF_ITS_OWN();
    WINE_DIFFERS("the process ends with another code when its stack runs out");
    code = wait_role(spawn_role(faults_in_each_filter, ""));
    CHECK(code == EXCEPTION_ACCESS_VIOLATION || code == EXCEPTION_STACK_OVERFLOW);
}

static LONG CALLBACK faulting_handler(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    write_to(NOWHERE);
    return EXCEPTION_CONTINUE_SEARCH;
}

ROLE(faults_in_each_handler)
{
    be_quiet();
    AddVectoredExceptionHandler(1, faulting_handler);
    raise_code(USER_CODE);
    return 5;
}

TEST(handlers_that_always_fault_come_to_an_end)
{
    DWORD code;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    NEEDS_SIGNALS_OF_ITS_OWN();
    WINE_DIFFERS("the process ends with another code when its stack runs out");
    code = wait_role(spawn_role(faults_in_each_handler, ""));
    CHECK(code == EXCEPTION_ACCESS_VIOLATION || code == EXCEPTION_STACK_OVERFLOW);
}

static LONG WINAPI faulting_filter(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    write_to(NOWHERE);
    return EXCEPTION_EXECUTE_HANDLER;
}

ROLE(faults_in_the_filter_of_the_process)
{
    be_quiet();
    SetUnhandledExceptionFilter(faulting_filter);
    raise_code(USER_CODE);
    return 5;
}

TEST(a_filter_of_the_process_that_always_faults_comes_to_an_end)
{
    DWORD code;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    NEEDS_SIGNALS_OF_ITS_OWN();
    WINE_DIFFERS("the process ends with another code when its stack runs out");
    code = wait_role(spawn_role(faults_in_the_filter_of_the_process, ""));
    CHECK(code == EXCEPTION_ACCESS_VIOLATION || code == EXCEPTION_STACK_OVERFLOW);
}
