/* SPDX-License-Identifier: MIT */
/*
 * The two ends of a pipe belong to different users: messages pass, and what a thread of one end does
 * wakes another one that sleeps there, whatever the stranger stores in the shared memory. It takes
 * root to become somebody else.
 */
#include "../stress/stress.h"

#include <pthread.h>

#define OTHER_UID 54321
#define ROUNDS    200
#define PARKED_US 100000
#define QUICK_US  5000000
#define MESSAGE   "from the other user"
#define PIPE_NAME "\\\\.\\pipe\\other_user"
#define STRANGER  OTHER_UID, OTHER_UID, OTHER_UID

static HANDLE server_make(void)
{
    SECURITY_DESCRIPTOR everybody;
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), &everybody, FALSE};
    HANDLE server;

    EXPECT(InitializeSecurityDescriptor(&everybody, SECURITY_DESCRIPTOR_REVISION));
    EXPECT(SetSecurityDescriptorDacl(&everybody, TRUE, NULL, FALSE));
    server =
        CreateNamedPipeA(PIPE_NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                         1, 4096, 4096, 0, &attributes);
    EXPECT(server != INVALID_HANDLE_VALUE);
    return server;
}

static HANDLE stranger_open(void)
{
    DWORD mode = PIPE_READMODE_MESSAGE;
    HANDLE client;

    if (setresgid(STRANGER) < 0 || setresuid(STRANGER) < 0)
        _exit(2);
    for (int i = 0; i < 1000; i++) {
        client =
            CreateFileA(PIPE_NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (client != INVALID_HANDLE_VALUE) {
            if (!SetNamedPipeHandleState(client, &mode, NULL, NULL))
                _exit(3);
            return client;
        }
        sleep_us(1000);
    }
    _exit(4);
}

/* ---- the stranger, by role ---- */

static void role_echo(void)
{
    HANDLE client = stranger_open();
    char text[64];
    DWORD count;

    while (ReadFile(client, text, sizeof(text), &count, NULL))
        if (!WriteFile(client, text, count, &count, NULL))
            _exit(5);
    _exit(GetLastError() == ERROR_BROKEN_PIPE ? 0 : 6);
}

static void role_silent(void)
{
    HANDLE client = stranger_open();
    char text[64];
    DWORD count;

    /* The server disconnects: what this end was waiting for fails. */
    if (ReadFile(client, text, sizeof(text), &count, NULL))
        _exit(5);
    _exit(GetLastError() == ERROR_PIPE_NOT_CONNECTED ? 0 : 6);
}

/* ---- the server ---- */

static void connect_now(HANDLE server)
{
    EXPECT(ConnectNamedPipe(server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED);
}

static void expect_end(pid_t stranger)
{
    int status = reap(stranger);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        WRONG("the other user's process ended with status %#x", status);
}

static void messages_pass_between_two_users(void)
{
    HANDLE server = server_make();
    pid_t stranger = start_role(-1, "echo", NULL, NULL);

    connect_now(server);
    for (int i = 0; i < ROUNDS; i++) {
        char text[64];
        DWORD count;

        if (i % 20 == 0)
            sleep_us(2000); /* long enough for the other one to sleep */
        EXPECT(WriteFile(server, MESSAGE, sizeof(MESSAGE), &count, NULL));
        EXPECT(ReadFile(server, text, sizeof(text), &count, NULL));
        EXPECT(count == sizeof(MESSAGE) && memcmp(text, MESSAGE, count) == 0);
    }
    CloseHandle(server);
    expect_end(stranger);
}

struct sleeper {
    HANDLE pipe;
    BOOL result;
    DWORD error;
};

static void *sleeper_read(void *argument)
{
    struct sleeper *sleeper = argument;
    char text[64];
    DWORD count;

    sleeper->result = ReadFile(sleeper->pipe, text, sizeof(text), &count, NULL);
    sleeper->error = GetLastError();
    return NULL;
}

static void a_disconnect_wakes_a_thread_that_waits_for_another_user(void)
{
    HANDLE server = server_make();
    struct sleeper sleeper = {.pipe = server};
    pid_t stranger = start_role(-1, "silent", NULL, NULL);
    pthread_t thread;
    int64_t start;

    connect_now(server);
    EXPECT(pthread_create(&thread, NULL, sleeper_read, &sleeper) == 0);
    sleep_us(PARKED_US);
    start = now_us();
    EXPECT(DisconnectNamedPipe(server));
    pthread_join(thread, NULL);
    EXPECT(now_us() - start < QUICK_US);
    EXPECT(!sleeper.result && sleeper.error == ERROR_PIPE_NOT_CONNECTED);
    expect_end(stranger);
    CloseHandle(server);
}

static void a_kill_of_the_other_user_wakes_who_waits_for_him(void)
{
    HANDLE server = server_make();
    struct sleeper sleeper = {.pipe = server};
    pid_t stranger = start_role(-1, "silent", NULL, NULL);
    pthread_t thread;
    int64_t start;

    connect_now(server);
    EXPECT(pthread_create(&thread, NULL, sleeper_read, &sleeper) == 0);
    sleep_us(PARKED_US);
    start = now_us();
    kill(stranger, SIGKILL);
    pthread_join(thread, NULL);
    EXPECT(now_us() - start < QUICK_US);
    EXPECT(!sleeper.result && sleeper.error == ERROR_BROKEN_PIPE);
    reap(stranger);
    CloseHandle(server);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "echo") == 0)
        role_echo();
    if (argc > 1 && strcmp(argv[1], "silent") == 0)
        role_silent();
    printf("1..3\n");
    fflush(stdout);
    if (geteuid() != 0) {
        for (int i = 1; i <= 3; i++)
            printf("ok %d # SKIP it takes root to become somebody else\n", i);
        return 0;
    }
    runtime_dir_make();
    /* For all users, as the administrator makes it. */
    EXPECT(chmod(stress_dir, 01777) == 0);
    alarm(60);
    test_case("messages_pass_between_two_users", messages_pass_between_two_users);
    test_case("a_disconnect_wakes_a_thread_that_waits_for_another_user",
              a_disconnect_wakes_a_thread_that_waits_for_another_user);
    test_case("a_kill_of_the_other_user_wakes_who_waits_for_him",
              a_kill_of_the_other_user_wakes_who_waits_for_him);
    folder_empty(AT_FDCWD, stress_dir, 0);
    rmdir(stress_dir);
    return 0;
}
