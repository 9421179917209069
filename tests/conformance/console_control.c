/* SPDX-License-Identifier: MIT */
/*
 * Console control handlers, as far as no keyboard is needed. An event for group 0 goes to all
 * processes of the sender's group, so whoever sends one is a role in a group of its own.
 */
#include "exception_helpers.h"

#include <signal.h>

#define NO_CONSOLE "without a console events cannot be sent"
#define ARRIVES_MS 10000
#define QUIET_MS   200

static HANDLE came; /* a handler was called */
static volatile LONG calls[4], order;
static volatile LONG called_at[4];
static DWORD handler_thread;

static BOOL note(int which, BOOL answer)
{
    called_at[which] = InterlockedIncrement(&order);
    InterlockedIncrement(&calls[which]);
    handler_thread = GetCurrentThreadId();
    SetEvent(came);
    return answer;
}

static BOOL WINAPI first_takes(DWORD type)
{
    (void)type;
    return note(1, TRUE);
}

static BOOL WINAPI second_takes(DWORD type)
{
    (void)type;
    return note(2, TRUE);
}

static BOOL WINAPI third_refuses(DWORD type)
{
    (void)type;
    return note(3, FALSE);
}

static BOOL WINAPI refuses(DWORD type)
{
    (void)type;
    return FALSE;
}

static BOOL WINAPI takes_break_alone(DWORD type)
{
    return type == CTRL_BREAK_EVENT && note(1, TRUE);
}

static BOOL WINAPI ends_with_7(DWORD type)
{
    (void)type;
    ExitProcess(7);
    return TRUE;
}

static BOOL WINAPI ends_its_thread(DWORD type)
{
    (void)type;
    SetEvent(came);
    ExitThread(3);
    return FALSE;
}

static void prepare(void)
{
    came = CreateEventA(NULL, FALSE, FALSE, NULL);
    CHECK(came != NULL);
}

static void expect_call(void)
{
    CHECK_U32(WaitForSingleObject(came, ARRIVES_MS), WAIT_OBJECT_0);
}

static void expect_none(void)
{
    CHECK_U32(WaitForSingleObject(came, QUIET_MS), WAIT_TIMEOUT);
}

/* ---- processes in groups of their own ---- */

/* Where Ctrl+Break is a signal, a program that began in the background of a shell has it ignored. */
#ifdef SIGQUIT
CONFORMANCE_CONSTRUCTOR(begin_in_the_foreground)
{
    signal(SIGQUIT, SIG_DFL);
}
#endif

static PROCESS start(const char *role, const char *argument, DWORD flags)
{
    char program[MAX_PATH], line[3 * MAX_PATH];
    STARTUPINFOA startup;
    PROCESS_INFORMATION information;
    PROCESS process = {NULL, 0};

    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    GetModuleFileNameA(NULL, program, sizeof(program));
    snprintf(line, sizeof(line), "\"%s\" --role %s \"%s\"", program, role, argument);
    fflush(stdout);
    CHECK(
        CreateProcessA(program, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup, &information));
    CloseHandle(information.hThread);
    process.handle = information.hProcess;
    process.id = information.dwProcessId;
    conformance_note_role(NULL, process.handle);
    return process;
}

static DWORD run_in_group(const char *role)
{
    return wait_role(start(role, "", CREATE_NEW_PROCESS_GROUP));
}

/* Ctrl+C is ignored in a new group, until somebody wants it. */
static void want_ctrl_c(void)
{
    CHECK(SetConsoleCtrlHandler(NULL, FALSE));
}

static void send_to_all(DWORD type)
{
    CHECK(GenerateConsoleCtrlEvent(type, 0));
}

/* Named events tell of a child: it is ready, it was told. */
static HANDLE signpost(const char *what, const char *id)
{
    char name[128];
    HANDLE event;

    snprintf(name, sizeof(name), "console.%s.%s", what, id);
    event = CreateEventA(NULL, FALSE, FALSE, name);
    CHECK(event != NULL);
    return event;
}

static const char *own_id(void)
{
    static char text[32];

    snprintf(text, sizeof(text), "%u.%u", (unsigned)GetCurrentProcessId(),
             (unsigned)GetTickCount());
    return text;
}

/* ---- the list ---- */

TEST(a_handler_that_was_never_added_cannot_be_removed)
{
    CHECK_ERR(SetConsoleCtrlHandler(first_takes, FALSE), ERROR_INVALID_PARAMETER);
}

TEST(a_handler_that_was_added_twice_is_removed_twice)
{
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(SetConsoleCtrlHandler(first_takes, FALSE));
    CHECK(SetConsoleCtrlHandler(first_takes, FALSE));
    CHECK_ERR(SetConsoleCtrlHandler(first_takes, FALSE), ERROR_INVALID_PARAMETER);
}

TEST(ignoring_ctrl_c_succeeds_as_often_as_one_likes)
{
    CHECK(SetConsoleCtrlHandler(NULL, TRUE));
    CHECK(SetConsoleCtrlHandler(NULL, TRUE));
    CHECK(SetConsoleCtrlHandler(NULL, FALSE));
    CHECK(SetConsoleCtrlHandler(NULL, FALSE));
}

ROLE(asks_the_latest_first)
{
    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(SetConsoleCtrlHandler(second_takes, TRUE));
    CHECK(SetConsoleCtrlHandler(third_refuses, TRUE));
    send_to_all(CTRL_C_EVENT);
    await(&calls[2], 1);
    Sleep(QUIET_MS);
    CHECK_U32(called_at[3], 1);
    CHECK_U32(called_at[2], 2);
    CHECK_U32(calls[1], 0);
    return EXIT_PASSED;
}

TEST(the_handler_added_last_is_asked_first_and_the_first_that_takes_the_event_ends_the_walk)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("asks_the_latest_first"), EXIT_PASSED);
}

ROLE(calls_one_twice)
{
    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(SetConsoleCtrlHandler(third_refuses, TRUE));
    CHECK(SetConsoleCtrlHandler(third_refuses, TRUE));
    send_to_all(CTRL_C_EVENT);
    await(&calls[1], 1);
    Sleep(QUIET_MS);
    CHECK_U32(calls[3], 2);
    CHECK_U32(calls[1], 1);
    return EXIT_PASSED;
}

TEST(a_handler_that_was_added_twice_is_asked_twice)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("calls_one_twice"), EXIT_PASSED);
}

/* ---- delivery ---- */

ROLE(is_called_in_another_thread)
{
    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    send_to_all(CTRL_C_EVENT);
    expect_call();
    CHECK(handler_thread != GetCurrentThreadId());
    send_to_all(CTRL_C_EVENT);
    expect_call();
    CHECK_U32(calls[1], 2);
    return EXIT_PASSED;
}

TEST(a_handler_runs_in_a_thread_of_its_own_while_the_others_go_on)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("is_called_in_another_thread"), EXIT_PASSED);
}

ROLE(ends_the_thread_of_its_handler)
{
    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(ends_its_thread, TRUE));
    send_to_all(CTRL_C_EVENT);
    expect_call();
    Sleep(QUIET_MS);
    send_to_all(CTRL_C_EVENT);
    expect_call();
    return EXIT_PASSED;
}

TEST(a_handler_that_ends_its_thread_has_dealt_with_the_event)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("ends_the_thread_of_its_handler"), EXIT_PASSED);
}

static BOOL WINAPI removes_itself(DWORD type)
{
    (void)type;
    CHECK(SetConsoleCtrlHandler(removes_itself, FALSE));
    CHECK(SetConsoleCtrlHandler(second_takes, TRUE));
    return note(1, TRUE);
}

ROLE(changes_handlers_in_a_handler)
{
    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(removes_itself, TRUE));
    send_to_all(CTRL_C_EVENT);
    expect_call();
    send_to_all(CTRL_C_EVENT);
    expect_call();
    CHECK_U32(calls[1], 1);
    CHECK_U32(calls[2], 1);
    return EXIT_PASSED;
}

TEST(a_handler_may_remove_itself_and_add_another_one)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("changes_handlers_in_a_handler"), EXIT_PASSED);
}

ROLE(ignores_ctrl_c)
{
    prepare();
    CHECK(SetConsoleCtrlHandler(NULL, TRUE));
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    send_to_all(CTRL_C_EVENT);
    expect_none();
    send_to_all(CTRL_BREAK_EVENT);
    expect_call();
    want_ctrl_c();
    send_to_all(CTRL_C_EVENT);
    expect_call();
    return EXIT_PASSED;
}

TEST(ignored_ctrl_c_calls_no_handler_and_ctrl_break_does)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("ignores_ctrl_c"), EXIT_PASSED);
}

/* ---- ends ---- */

ROLE(dies_of_ctrl_c)
{
    want_ctrl_c();
    send_to_all(CTRL_C_EVENT);
    hang();
    return EXIT_FAILED;
}

ROLE(dies_of_ctrl_break)
{
    send_to_all(CTRL_BREAK_EVENT);
    hang();
    return EXIT_FAILED;
}

TEST(a_process_without_handlers_ends_with_the_code_of_ctrl_c)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("dies_of_ctrl_c"), STATUS_CONTROL_C_EXIT);
    CHECK_U32(run_in_group("dies_of_ctrl_break"), STATUS_CONTROL_C_EXIT);
}

ROLE(refuses_ctrl_c)
{
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(refuses, TRUE));
    send_to_all(CTRL_C_EVENT);
    hang();
    return EXIT_FAILED;
}

TEST(what_no_handler_takes_ends_the_process)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("refuses_ctrl_c"), STATUS_CONTROL_C_EXIT);
}

ROLE(exits_in_a_handler)
{
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(ends_with_7, TRUE));
    send_to_all(CTRL_C_EVENT);
    hang();
    return EXIT_FAILED;
}

TEST(a_handler_that_ends_the_process_says_with_what_code)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("exits_in_a_handler"), 7);
}

/* ---- exceptions ---- */

static BOOL WINAPI catches_its_fault(DWORD type)
{
    __try {
        write_to(NOWHERE);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return note(1, TRUE);
    }
    return type == 77;
}

ROLE(catches_a_fault_in_its_handler)
{
    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(catches_its_fault, TRUE));
    send_to_all(CTRL_C_EVENT);
    expect_call();
    send_to_all(CTRL_C_EVENT);
    expect_call();
    CHECK_U32(calls[1], 2);
    return EXIT_PASSED;
}

TEST(a_handler_may_catch_its_exceptions)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("catches_a_fault_in_its_handler"), EXIT_PASSED);
}

static BOOL WINAPI faults(DWORD type)
{
    write_to(NOWHERE);
    return type == 77;
}

ROLE(faults_in_its_handler)
{
    fclose(stderr);
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(faults, TRUE));
    __try {
        send_to_all(CTRL_C_EVENT);
        hang();
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return EXIT_PASSED; /* no frame of another thread's */
    }
    return EXIT_FAILED;
}

TEST(an_exception_that_a_handler_does_not_catch_ends_the_process)
{
    WINE_DIFFERS(NO_CONSOLE);
    NEEDS_A_KERNEL_OF_ITS_OWN();
    CHECK_U32(run_in_group("faults_in_its_handler"), EXCEPTION_ACCESS_VIOLATION);
}

/* ---- groups ---- */

ROLE(child_waits_for_break)
{
    HANDLE ready = signpost("ready", argument), told = signpost("told", argument),
           sent = signpost("sent", argument);

    prepare();
    CHECK(SetConsoleCtrlHandler(takes_break_alone, TRUE));
    CHECK(SetEvent(ready));
    expect_call();
    CHECK(SetEvent(told));
    CHECK_U32(WaitForSingleObject(sent, ARRIVES_MS), WAIT_OBJECT_0);
    /* Ctrl+C is ignored here: it would end this process. */
    expect_none();
    return EXIT_PASSED;
}

ROLE(parent_sends_break_to_a_group)
{
    const char *id = own_id();
    HANDLE ready = signpost("ready", id), told = signpost("told", id), sent = signpost("sent", id);
    PROCESS child;

    prepare();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    child = start("child_waits_for_break", id, CREATE_NEW_PROCESS_GROUP);
    CHECK_U32(WaitForSingleObject(ready, ARRIVES_MS), WAIT_OBJECT_0);
    CHECK(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, child.id));
    CHECK_U32(WaitForSingleObject(told, ARRIVES_MS), WAIT_OBJECT_0);
    CHECK(GenerateConsoleCtrlEvent(CTRL_C_EVENT, child.id));
    CHECK(SetEvent(sent));
    expect_none(); /* neither came here */
    CHECK_U32(wait_role(child), EXIT_PASSED);
    return EXIT_PASSED;
}

TEST(ctrl_break_reaches_the_group_it_is_sent_to_and_ctrl_c_does_not)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("parent_sends_break_to_a_group"), EXIT_PASSED);
}

ROLE(child_wants_ctrl_c)
{
    HANDLE ready = signpost("ready", argument);

    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(SetEvent(ready));
    expect_call();
    return EXIT_PASSED;
}

ROLE(parent_sends_ctrl_c_to_all)
{
    const char *id = own_id();
    HANDLE ready = signpost("ready", id);
    PROCESS child;

    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    child = start("child_wants_ctrl_c", id, CREATE_NEW_PROCESS_GROUP);
    CHECK_U32(WaitForSingleObject(ready, ARRIVES_MS), WAIT_OBJECT_0);
    send_to_all(CTRL_C_EVENT);
    expect_call();
    CHECK_U32(wait_role(child), EXIT_PASSED);
    return EXIT_PASSED;
}

TEST(ctrl_c_for_all_reaches_a_group_that_wants_it_again)
{
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("parent_sends_ctrl_c_to_all"), EXIT_PASSED);
}

ROLE(child_inherits_ignoring)
{
    HANDLE ready = signpost("ready", argument);

    prepare();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(SetEvent(ready));
    expect_none();
    return EXIT_PASSED;
}

ROLE(parent_ignores_ctrl_c)
{
    const char *id = own_id();
    HANDLE ready = signpost("ready", id);
    PROCESS child;

    CHECK(SetConsoleCtrlHandler(NULL, TRUE));
    child = start("child_inherits_ignoring", id, 0);
    CHECK_U32(WaitForSingleObject(ready, ARRIVES_MS), WAIT_OBJECT_0);
    send_to_all(CTRL_C_EVENT);
    CHECK_U32(wait_role(child), EXIT_PASSED);
    return EXIT_PASSED;
}

TEST(a_child_of_one_that_ignores_ctrl_c_ignores_it)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("parent_ignores_ctrl_c"), EXIT_PASSED);
}

ROLE(parent_of_another_console)
{
    const char *id = own_id();
    HANDLE ready = signpost("ready", id);
    PROCESS child;

    prepare();
    want_ctrl_c();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    child = start("child_inherits_ignoring", id, CREATE_NEW_CONSOLE);
    CHECK_U32(WaitForSingleObject(ready, ARRIVES_MS), WAIT_OBJECT_0);
    send_to_all(CTRL_BREAK_EVENT);
    expect_call();
    CHECK_U32(wait_role(child), EXIT_PASSED);
    return EXIT_PASSED;
}

TEST(a_process_with_a_console_of_its_own_is_not_told)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    WINE_DIFFERS(NO_CONSOLE);
    CHECK_U32(run_in_group("parent_of_another_console"), EXIT_PASSED);
}

TEST(only_ctrl_c_and_ctrl_break_can_be_sent)
{
    WINE_DIFFERS("all events fail without a console, with another error");
    CHECK_ERR(GenerateConsoleCtrlEvent(CTRL_CLOSE_EVENT, 0), ERROR_INVALID_PARAMETER);
    CHECK_ERR(GenerateConsoleCtrlEvent(CTRL_SHUTDOWN_EVENT, 0), ERROR_INVALID_PARAMETER);
    CHECK_ERR(GenerateConsoleCtrlEvent(77, 0), ERROR_INVALID_PARAMETER);
}

TEST(a_group_that_is_not_there_cannot_be_told)
{
    WINE_DIFFERS("all events fail without a console, with another error");
    CHECK_ERR(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0x7FFFFFF0), ERROR_INVALID_PARAMETER);
}

/* ---- with and without a console ---- */

ROLE(has_no_console)
{
    CHECK_ERR(GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0), ERROR_INVALID_HANDLE);
    CHECK(GetStdHandle(STD_INPUT_HANDLE) == NULL);
    CHECK(GetStdHandle(STD_OUTPUT_HANDLE) == NULL);
    CHECK_ERR(FreeConsole(), ERROR_INVALID_PARAMETER);
    CHECK(AllocConsole());
    CHECK_ERR(AllocConsole(), ERROR_ACCESS_DENIED);
    return EXIT_PASSED;
}

TEST(a_detached_process_has_no_console_until_it_makes_one)
{
    WINE_DIFFERS("a detached process cannot make a console here, and gets another error");
    CHECK_U32(wait_role(start("has_no_console", "", DETACHED_PROCESS)), EXIT_PASSED);
}

ROLE(leaves_its_console)
{
    prepare();
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(FreeConsole());
    CHECK_ERR(SetConsoleCtrlHandler(first_takes, FALSE), ERROR_INVALID_PARAMETER);
    CHECK(SetConsoleCtrlHandler(first_takes, TRUE));
    CHECK(AllocConsole());
    CHECK_ERR(SetConsoleCtrlHandler(first_takes, FALSE), ERROR_INVALID_PARAMETER);
    return EXIT_PASSED;
}

TEST(who_leaves_or_makes_a_console_has_no_handlers_left)
{
    WINE_DIFFERS("handlers stay");
    CHECK_U32(run_in_group("leaves_its_console"), EXIT_PASSED);
}
