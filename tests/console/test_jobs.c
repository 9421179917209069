/* SPDX-License-Identifier: MIT */
/*
 * What a Linux user expects of a program, also of one with control handlers: jobs of a real shell, the
 * status that it sees, signals that the program has taken itself, threads that block them, fork.
 */
#include <windows.h>

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "say.h"
#include "terminal.h"

/* ---- roles ---- */

static volatile LONG taken;

static BOOL WINAPI takes(DWORD type)
{
    say("event %u", (unsigned)type);
    InterlockedIncrement(&taken);
    return TRUE;
}

static BOOL WINAPI exits_with_7(DWORD type)
{
    (void)type;
    ExitProcess(7);
    return TRUE;
}

static void rest(void)
{
    say("ready");
    for (;;)
        pause();
}

static int role_none(void)
{
    rest();
    return 1;
}

static int role_takes(void)
{
    SetConsoleCtrlHandler(takes, TRUE);
    rest();
    return 1;
}

static int role_exits(void)
{
    SetConsoleCtrlHandler(exits_with_7, TRUE);
    rest();
    return 1;
}

static int role_reads(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    char text[64];
    DWORD count = 0;

    SetConsoleCtrlHandler(takes, TRUE);
    say("reads");
    if (!ReadFile(input, text, sizeof(text), &count, NULL))
        return 2;
    say("got %u", (unsigned)count);
    return 0;
}

static void on_own(int number)
{
    static const char text[] = "own signal\n";

    (void)number;
    (void)!write(1, text, sizeof(text) - 1);
}

static int role_own_before(void)
{
    signal(SIGINT, on_own);
    SetConsoleCtrlHandler(takes, TRUE);
    rest();
    return 1;
}

static int role_own_after(void)
{
    SetConsoleCtrlHandler(takes, TRUE);
    signal(SIGINT, on_own);
    SetConsoleCtrlHandler(NULL, TRUE);
    raise(SIGINT);
    SetConsoleCtrlHandler(NULL, FALSE);
    SetConsoleCtrlHandler(takes, FALSE);
    rest();
    return 1;
}

static void block_everything(void)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void *blocks_everything(void *argument)
{
    block_everything();
    for (;;)
        pause();
    return argument;
}

static int role_blocking_threads(void)
{
    pthread_t thread;

    SetConsoleCtrlHandler(takes, TRUE);
    for (int i = 0; i < 3; i++)
        pthread_create(&thread, NULL, blocks_everything, NULL);
    rest();
    return 1;
}

static int role_sigwait(void)
{
    sigset_t interrupt;
    int number = 0;

    block_everything();
    SetConsoleCtrlHandler(takes, TRUE);
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    say("ready");
    sigwait(&interrupt, &number);
    say("waited for %d", number);
    return 0;
}

static int thread_count(void)
{
    DIR *folder = opendir("/proc/self/task");
    int count = -2; /* . and .. */

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static int role_fork(void)
{
    pid_t child;
    int status;

    SetConsoleCtrlHandler(takes, TRUE);
    child = fork();
    if (child == 0) {
        say("threads %d", thread_count());
        rest();
    }
    waitpid(child, &status, 0);
    for (int i = 0; i < 1000 && !taken; i++)
        usleep(10000);
    say("child of signal %d", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    return 0;
}

static int role_parent(void)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION information;
    char line[] = "jobs --role none";
    DWORD code = 0;
    char program[MAX_PATH];

    SetConsoleCtrlHandler(takes, TRUE);
    GetModuleFileNameA(NULL, program, sizeof(program));
    if (!CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information))
        return 2;
    WaitForSingleObject(information.hProcess, INFINITE);
    GetExitCodeProcess(information.hProcess, &code);
    say("child ended with %08x", (unsigned)code);
    return 0;
}

static const struct {
    const char *name;
    int (*run)(void);
} roles[] = {
    {"none", role_none},
    {"takes", role_takes},
    {"exits", role_exits},
    {"reads", role_reads},
    {"own_before", role_own_before},
    {"own_after", role_own_after},
    {"blocking_threads", role_blocking_threads},
    {"sigwait", role_sigwait},
    {"fork", role_fork},
    {"parent", role_parent},
};

/* ---- a shell ---- */

static char self[4096];

static void set_prompt(void)
{
    setenv("PS1", "prompt> ", 1);
    setenv("PROGRAM", self, 1);
    unsetenv("ENV");
}

/* One that somebody types into; it controls jobs. */
static struct terminal start_shell(void)
{
    char *arguments[] = {(char *)"sh", (char *)"-i", NULL};
    struct terminal terminal = start_command(arguments, set_prompt);

    expect(&terminal, "prompt> ");
    return terminal;
}

static struct terminal start_script(const char *text)
{
    char *arguments[] = {(char *)"sh", (char *)"-c", (char *)text, NULL};

    return start_command(arguments, set_prompt);
}

/* A program in the foreground gets Ctrl+C: its status as the shell sees it. What is typed is seen,
 * too: the answer has to look different. */
static void interrupt_program(struct terminal *terminal, const char *command, const char *status)
{
    type(terminal, command);
    expect(terminal, "ready");
    type(terminal, CTRL_C);
    expect(terminal, "prompt> ");
    type(terminal, "echo sta\"\"tus $?\n");
    expect(terminal, status);
}

static void leave_shell(struct terminal *terminal)
{
    type(terminal, "exit 0\n");
    expect_exit(terminal, 0);
}

/* ---- cases ---- */

static void a_shell_sees_130_of_a_program_that_dies_of_ctrl_c(void)
{
    struct terminal terminal = start_shell();

    interrupt_program(&terminal, "\"$PROGRAM\" --role none\n", "status 130");
    leave_shell(&terminal);
}

static void a_shell_sees_the_code_with_which_a_handler_ends_the_program(void)
{
    struct terminal terminal = start_shell();

    interrupt_program(&terminal, "\"$PROGRAM\" --role exits\n", "status 7");
    leave_shell(&terminal);
}

static void a_parent_that_knows_us_sees_the_code_of_ctrl_c(void)
{
    struct terminal terminal = start_ready("parent", NULL);

    type(&terminal, CTRL_C);
    expect(&terminal, "child ended with c000013a");
    expect_exit(&terminal, 0);
}

static void the_background_job_of_a_script_ignores_ctrl_c_and_ctrl_break(void)
{
    struct terminal terminal = start_script(
        "\"$PROGRAM\" --role takes & job=$!; read go; kill -INT $job; kill -QUIT $job; "
        "sleep 1; kill -TERM $job; wait $job; echo status $?");

    expect(&terminal, "ready");
    type(&terminal, "go\n");
    expect(&terminal, "event 6");
    expect(&terminal, "status 143");
    expect_not(&terminal, "event 0");
    expect_not(&terminal, "event 1");
    expect_exit(&terminal, 0);
}

static void ctrl_c_is_for_the_foreground_job_alone(void)
{
    struct terminal terminal = start_shell();

    type(&terminal, "\"$PROGRAM\" --role takes &\n");
    expect(&terminal, "ready");
    interrupt_program(&terminal, "\"$PROGRAM\" --role exits\n", "status 7");
    expect_not(&terminal, "event 0");
    type(&terminal, "fg\n");
    expect(&terminal, "--role takes"); /* says the shell, and does it */
    expect_job(&terminal);
    type(&terminal, CTRL_C);
    expect(&terminal, "event 0");
    type(&terminal, CTRL_QUIT);
    expect(&terminal, "event 1");
    kill_program(&terminal);
}

static void a_background_job_that_reads_the_console_is_stopped_until_it_is_in_the_foreground(void)
{
    struct terminal terminal = start_shell();

    type(&terminal, "\"$PROGRAM\" --role reads &\n");
    expect(&terminal, "reads");
    for (int i = 0; i < 100 && !strstr(terminal.seen, "Stopped"); i++) {
        usleep(50000);
        type(&terminal, "jobs; echo as\"\"ked\n");
        expect(&terminal, "asked");
    }
    if (!strstr(terminal.seen, "Stopped"))
        fail("not stopped", &terminal);
    type(&terminal, "fg\n");
    expect_job(&terminal);
    type(&terminal, "abc\n");
    expect(&terminal, "got 5");
    leave_shell(&terminal);
}

static void a_signal_that_the_program_handles_already_stays_its_own(void)
{
    struct terminal terminal = start_ready("own_before", NULL);

    type(&terminal, CTRL_C);
    expect(&terminal, "own signal");
    type(&terminal, CTRL_QUIT);
    expect(&terminal, "event 1");
    expect_not(&terminal, "event 0");
    kill_program(&terminal);
}

static void a_signal_that_the_program_takes_later_is_its_own_from_then_on(void)
{
    struct terminal terminal = start_ready("own_after", NULL);

    expect_not(&terminal, "own signal"); /* it was ignored */
    type(&terminal, CTRL_C);
    expect(&terminal, "own signal");
    expect_not(&terminal, "event 0");
    kill_program(&terminal);
}

static void threads_that_block_everything_do_not_keep_events_back(void)
{
    struct terminal terminal = start_ready("blocking_threads", NULL);

    type(&terminal, CTRL_C);
    expect(&terminal, "event 0");
    kill_program(&terminal);
}

static void a_signal_that_all_threads_block_is_theirs_to_wait_for(void)
{
    struct terminal terminal = start_ready("sigwait", NULL);

    type(&terminal, CTRL_C);
    expect(&terminal, "waited for 2");
    expect_not(&terminal, "event 0");
    expect_exit(&terminal, 0);
}

static void a_forked_child_dies_of_ctrl_c_as_ever(void)
{
    struct terminal terminal = start("fork", NULL);

    expect(&terminal, "threads 1");
    expect(&terminal, "ready");
    type(&terminal, CTRL_C);
    expect(&terminal, "child of signal 2");
    expect_exit(&terminal, 0);
    if (!strstr(terminal.seen, "event 0"))
        fail("the parent's event", &terminal);
}

static const struct test_case cases[] = {
    CASE(a_shell_sees_130_of_a_program_that_dies_of_ctrl_c),
    CASE(a_shell_sees_the_code_with_which_a_handler_ends_the_program),
    CASE(a_parent_that_knows_us_sees_the_code_of_ctrl_c),
    CASE(the_background_job_of_a_script_ignores_ctrl_c_and_ctrl_break),
    CASE(ctrl_c_is_for_the_foreground_job_alone),
    CASE(a_background_job_that_reads_the_console_is_stopped_until_it_is_in_the_foreground),
    CASE(a_signal_that_the_program_handles_already_stays_its_own),
    CASE(a_signal_that_the_program_takes_later_is_its_own_from_then_on),
    CASE(threads_that_block_everything_do_not_keep_events_back),
    CASE(a_signal_that_all_threads_block_is_theirs_to_wait_for),
    CASE(a_forked_child_dies_of_ctrl_c_as_ever),
};

int main(int argc, char **argv)
{
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

    for (size_t i = 0; argc > 2 && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(argv[2], roles[i].name) == 0)
            return roles[i].run();
    if (length <= 0) {
        printf("Bail out! no /proc\n");
        return 1;
    }
    return run_cases(cases, sizeof(cases) / sizeof(cases[0]));
}
