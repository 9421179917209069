/* SPDX-License-Identifier: MIT */
/*
 * Processes in namespaces of their own, as containers are, that share the runtime directory: what
 * they can do together works, the rest is refused with a clear error. Each process is put into its
 * namespaces and becomes this program anew in a role; its exit code says how it went. Without the
 * right to make namespaces the cases are skipped.
 */
#include "../stress/stress.h"

#include <limits.h>
#include <sched.h>
#include <sys/mount.h>

#define PIPE         "\\\\.\\pipe\\container"
#define EVENT        "container"
#define ROLE_S       20
#define CANNOT       77
#define SAME_DIR     NULL
#define OTHER_NUMBER 4321
#define POD          (CLONE_NEWPID | CLONE_NEWNS)

static bool was_refused; /* the system let us have no namespace */

/* ---- processes in namespaces ---- */

struct contained {
    pid_t outer;  /* makes the namespaces and waits; its end is the role's */
    pid_t inner;  /* the role, as this process sees it */
    int commands; /* its standard input */
    int answers;  /* its standard output */
};

static void write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        _exit(CANNOT);
    close(fd);
}

/* The calling process' user gets that number. */
static void map_user(uid_t inside)
{
    char map[64];
    uid_t uid = geteuid();

    if (unshare(CLONE_NEWUSER) < 0)
        _exit(CANNOT);
    snprintf(map, sizeof(map), "%u %u 1", inside, uid);
    write_text("/proc/self/uid_map", map);
}

/* In a child: never returns. */
static void become(int flags, const char *role, const char *dir, int tell)
{
    if (flags & CLONE_NEWUSER)
        map_user(OTHER_NUMBER);
    else if (geteuid() != 0)
        map_user(geteuid());
    if (unshare(flags & ~CLONE_NEWUSER) < 0)
        _exit(CANNOT);
    if (flags & CLONE_NEWNS) {
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            (dir && mount(stress_dir, dir, NULL, MS_BIND, NULL) < 0))
            _exit(CANNOT);
        if (dir)
            setenv("TRANSOM_DIR", dir, 1);
    }

    pid_t inner = fork();
    int status = -1;

    if (inner == 0) {
        char *arguments[] = {(char *)"containers", (char *)role, NULL};

        /* A container sees its own processes in /proc. */
        if ((flags & CLONE_NEWPID) && mount("proc", "/proc", "proc", 0, NULL) < 0)
            _exit(CANNOT);
        execv("/proc/self/exe", arguments);
        _exit(CANNOT);
    }
    if (inner < 0 || write(tell, &inner, sizeof(inner)) != sizeof(inner))
        _exit(CANNOT);
    while (waitpid(inner, &status, 0) < 0 && errno == EINTR)
        ;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static struct contained start_in(int flags, const char *role, const char *dir)
{
    struct contained made = {-1, -1, -1, -1};
    int in[2], out[2], tell[2];

    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(tell, O_CLOEXEC) < 0)
        abort();
    fflush(stdout);
    made.outer = fork();
    if (made.outer == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[1]);
        close(out[0]);
        close(tell[0]);
        become(flags, role, dir, tell[1]);
    }
    close(in[0]);
    close(out[1]);
    close(tell[1]);
    made.commands = in[1];
    made.answers = out[0];
    if (read(tell[0], &made.inner, sizeof(made.inner)) != sizeof(made.inner))
        was_refused = true;
    close(tell[0]);
    return made;
}

/* Waits for its next word. */
static bool has_answered(const struct contained *process)
{
    char byte = 0;

    return read(process->answers, &byte, 1) == 1 && byte == '!';
}

static void command(const struct contained *process)
{
    if (write(process->commands, "?", 1) != 1)
        WRONG("a process in a container is gone");
}

/* The exit code of the role. */
static int end_of(struct contained *process)
{
    int status = -1;

    close(process->commands);
    while (waitpid(process->outer, &status, 0) < 0 && errno == EINTR)
        ;
    close(process->answers);
    if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
        was_refused = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#define EXPECT_GOOD(process)                                         \
    do {                                                             \
        int end = end_of(process);                                   \
                                                                     \
        if (end != 0 && !was_refused)                                \
            WRONG("it came to its line %d", end + ROLE_LINES_BEGIN); \
    } while (0)

/* ---- in a role: the exit code is the line, counted from here ---- */

enum { ROLE_LINES_BEGIN = __LINE__ };

#define MUST(condition)                                 \
    do {                                                \
        if (!(condition))                               \
            _exit((__LINE__ - ROLE_LINES_BEGIN) & 255); \
    } while (0)
#define MUST_FAIL(call, error) MUST(!(call) && GetLastError() == (error))

static void answer(void)
{
    MUST(write(STDOUT_FILENO, "!", 1) == 1);
}

/* False: there will be no more. */
static bool next_command(void)
{
    char byte;

    return read(STDIN_FILENO, &byte, 1) == 1;
}

static HANDLE server_new(void)
{
    return CreateNamedPipeA(PIPE, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 4,
                            4096, 4096, 0, NULL);
}

static HANDLE client_new(void)
{
    return CreateFileA(PIPE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
}

static bool is_connected(HANDLE server)
{
    return ConnectNamedPipe(server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED;
}

static bool says(HANDLE pipe, const char *text)
{
    DWORD count;

    return WriteFile(pipe, text, (DWORD)strlen(text), &count, NULL);
}

static bool hears(HANDLE pipe, const char *text)
{
    char got[64];
    DWORD count;

    return ReadFile(pipe, got, sizeof(got), &count, NULL) && count == strlen(text) &&
           memcmp(got, text, count) == 0;
}

/* The server is outside and cannot be seen. */
static void role_client(void)
{
    HANDLE client = client_new();
    ULONG pid;

    MUST(client != INVALID_HANDLE_VALUE);
    MUST(says(client, "from inside") && hears(client, "from outside"));
    MUST_FAIL(GetNamedPipeServerProcessId(client, &pid), ERROR_NOT_FOUND);
    MUST(GetNamedPipeClientProcessId(client, &pid) && pid == GetCurrentProcessId());
}

/* In the PID namespace of the server. */
static void role_plain_client(void)
{
    HANDLE client = client_new();

    MUST(client != INVALID_HANDLE_VALUE);
    MUST(says(client, "from inside") && hears(client, "from outside"));
}

static void role_client_of_a_container(void)
{
    HANDLE client = client_new();
    ULONG pid;

    MUST(client != INVALID_HANDLE_VALUE);
    MUST(says(client, "from outside") && hears(client, "from inside"));
    MUST_FAIL(GetNamedPipeServerProcessId(client, &pid), ERROR_NOT_FOUND);
}

static void role_server(void)
{
    HANDLE server = server_new();
    ULONG pid;

    MUST(server != INVALID_HANDLE_VALUE);
    answer();
    MUST(is_connected(server));
    MUST(hears(server, "from outside") && says(server, "from inside"));
    MUST_FAIL(GetNamedPipeClientProcessId(server, &pid), ERROR_NOT_FOUND);
    MUST(GetNamedPipeServerProcessId(server, &pid) && pid == GetCurrentProcessId());
    answer();
    (void)!next_command();
}

/* Named objects belong to the processes of one PID namespace. */
static void role_stranger_to_objects(void)
{
    MUST_FAIL(OpenEventA(EVENT_ALL_ACCESS, FALSE, EVENT), ERROR_NOT_SUPPORTED);
    MUST_FAIL(CreateEventA(NULL, TRUE, FALSE, EVENT), ERROR_NOT_SUPPORTED);
    MUST_FAIL(CreateMutexA(NULL, FALSE, EVENT " mutex"), ERROR_NOT_SUPPORTED);
    MUST(CreateEventA(NULL, TRUE, FALSE, NULL) != NULL);
}

static void role_owner_of_objects(void)
{
    MUST(CreateEventA(NULL, TRUE, FALSE, EVENT) != NULL && GetLastError() == 0);
    answer();
    (void)!next_command();
}

static void role_user_of_objects(void)
{
    HANDLE event = OpenEventA(EVENT_ALL_ACCESS, FALSE, EVENT);

    MUST(event != NULL && SetEvent(event));
}

/* Sees itself alone; 2 is its service thread, 3 nobody. */
static void role_opener(void)
{
    MUST(GetCurrentProcessId() == 1);
    MUST(OpenProcess(SYNCHRONIZE, FALSE, 1) != NULL);
    MUST_FAIL(OpenProcess(SYNCHRONIZE, FALSE, 2), ERROR_INVALID_PARAMETER);
    MUST_FAIL(OpenProcess(SYNCHRONIZE, FALSE, 3), ERROR_INVALID_PARAMETER);
    answer();
    (void)!next_command();
}

/* Gives a handle to a child, each time it is told. Parent and child are 1 and 2, as in any other. */
static void role_parent(void)
{
    STARTUPINFOA info = {.cb = sizeof(info)};
    PROCESS_INFORMATION child;
    char own[PATH_MAX], line[PATH_MAX + 16];
    HANDLE reader, writer, there, again;
    ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);

    own[length > 0 ? length : 0] = 0;
    snprintf(line, sizeof(line), "\"%s\" sleeper", own);
    MUST(GetCurrentProcessId() == 1 && CreatePipe(&reader, &writer, NULL, 0));
    MUST(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &info, &child));
    while (next_command()) {
        MUST(DuplicateHandle(GetCurrentProcess(), reader, child.hProcess, &there, 0, FALSE,
                             DUPLICATE_SAME_ACCESS));
        MUST(DuplicateHandle(child.hProcess, there, GetCurrentProcess(), &again, 0, FALSE,
                             DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
        MUST(says(writer, "round") && hears(again, "round") && CloseHandle(again));
        answer();
    }
    TerminateProcess(child.hProcess, 0);
    MUST(WaitForSingleObject(child.hProcess, 5000) == WAIT_OBJECT_0);
}

static void role_sleeper(void)
{
    for (;;)
        pause();
}

static const struct {
    const char *name;
    void (*run)(void);
} roles[] = {
    {"client", role_client},
    {"plain_client", role_plain_client},
    {"client_of_a_container", role_client_of_a_container},
    {"server", role_server},
    {"stranger_to_objects", role_stranger_to_objects},
    {"owner_of_objects", role_owner_of_objects},
    {"user_of_objects", role_user_of_objects},
    {"opener", role_opener},
    {"parent", role_parent},
    {"sleeper", role_sleeper},
};

/* ---- the cases ---- */

/* A server here, a client there. */
static void serve(int flags, const char *role, const char *dir, bool is_pid_seen)
{
    HANDLE server = server_new();
    struct contained client;
    ULONG pid = 0;

    EXPECT(server != INVALID_HANDLE_VALUE);
    client = start_in(flags, role, dir);
    if (!was_refused) {
        EXPECT(is_connected(server));
        EXPECT(hears(server, "from inside"));
        EXPECT(GetNamedPipeClientProcessId(server, &pid));
        EXPECT(!is_pid_seen || pid == (ULONG)client.inner);
        EXPECT(says(server, "from outside"));
    }
    EXPECT_GOOD(&client);
    EXPECT(CloseHandle(server));
}

static void a_client_in_a_container_talks_to_a_server_outside(void)
{
    serve(POD, "client", SAME_DIR, true);
}

static void a_client_with_its_own_network_talks_to_a_server_outside(void)
{
    serve(CLONE_NEWNET, "plain_client", SAME_DIR, true);
}

/* As rootless containers are: it is another number there. */
static void a_client_whose_user_has_another_number_talks_to_a_server_outside(void)
{
    serve(CLONE_NEWUSER | POD, "client", SAME_DIR, true);
}

static void a_client_that_has_the_directory_elsewhere_talks_to_a_server_outside(void)
{
    char dir[] = "/tmp/transom-elsewhere-XXXXXX";

    EXPECT(mkdtemp(dir) != NULL);
    serve(CLONE_NEWNS, "plain_client", dir, true);
    rmdir(dir);
}

static void call(int flags)
{
    struct contained server = start_in(flags, "server", SAME_DIR);
    HANDLE client = INVALID_HANDLE_VALUE;
    ULONG pid = 0;
    char byte;
    DWORD count;

    if (!was_refused && has_answered(&server)) {
        client = client_new();
        EXPECT(client != INVALID_HANDLE_VALUE);
        EXPECT(says(client, "from outside"));
        EXPECT(hears(client, "from inside"));
        EXPECT(GetNamedPipeServerProcessId(client, &pid) && pid == (ULONG)server.inner);
        EXPECT(has_answered(&server));
        /* Its death is noticed. */
        kill(server.inner, SIGKILL);
        EXPECT(!ReadFile(client, &byte, 1, &count, NULL) && GetLastError() == ERROR_BROKEN_PIPE);
        CloseHandle(client);
        EXPECT(end_of(&server) == 128 + SIGKILL);
        EXPECT(client_new() == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND);
    } else {
        EXPECT_GOOD(&server);
    }
}

static void a_client_outside_talks_to_a_server_in_a_container(void)
{
    call(POD);
}

static void a_client_outside_talks_to_a_server_whose_user_has_another_number(void)
{
    call(CLONE_NEWUSER | POD);
}

static void two_containers_talk_to_each_other(void)
{
    struct contained server = start_in(POD, "server", SAME_DIR), client;

    if (!was_refused && has_answered(&server)) {
        client = start_in(POD, "client_of_a_container", SAME_DIR);
        EXPECT_GOOD(&client);
        EXPECT(has_answered(&server));
    }
    EXPECT_GOOD(&server);
}

/* The first in this program that uses objects. */
static void objects_of_a_container_are_refused_outside_until_it_has_ended(void)
{
    struct contained owner = start_in(POD, "owner_of_objects", SAME_DIR);
    HANDLE event;

    if (!was_refused && has_answered(&owner)) {
        EXPECT(!CreateEventA(NULL, TRUE, FALSE, EVENT) && GetLastError() == ERROR_NOT_SUPPORTED);
        EXPECT(!OpenEventA(SYNCHRONIZE, FALSE, EVENT) && GetLastError() == ERROR_NOT_SUPPORTED);
    }
    EXPECT_GOOD(&owner);
    event = CreateEventA(NULL, TRUE, FALSE, EVENT);
    EXPECT(event != NULL && GetLastError() == 0);
    CloseHandle(event);
}

static void objects_outside_are_refused_to_a_container(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, EVENT);
    struct contained stranger;

    EXPECT(event != NULL);
    stranger = start_in(POD, "stranger_to_objects", SAME_DIR);
    EXPECT_GOOD(&stranger);
    /* What is here goes on, also with others. */
    stranger = start_in(CLONE_NEWNS, "user_of_objects", SAME_DIR);
    EXPECT_GOOD(&stranger);
    EXPECT(was_refused || WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    EXPECT(CloseHandle(event));
}

static void a_process_in_a_container_is_opened_from_outside(void)
{
    struct contained opener = start_in(POD, "opener", SAME_DIR);
    HANDLE process, pipe[2], there;

    if (!was_refused && has_answered(&opener)) {
        process = OpenProcess(PROCESS_ALL_ACCESS, FALSE, (DWORD)opener.inner);
        EXPECT(process != NULL);
        EXPECT(WaitForSingleObject(process, 0) == WAIT_TIMEOUT);
        /* It knows itself by another number, and cannot be asked. */
        EXPECT(CreatePipe(&pipe[0], &pipe[1], NULL, 0));
        EXPECT(!DuplicateHandle(GetCurrentProcess(), pipe[0], process, &there, 0, FALSE,
                                DUPLICATE_SAME_ACCESS) &&
               GetLastError() == ERROR_NOT_SUPPORTED);
        EXPECT(CloseHandle(pipe[0]) && CloseHandle(pipe[1]));
        command(&opener);
        EXPECT(WaitForSingleObject(process, 5000) == WAIT_OBJECT_0);
        EXPECT(CloseHandle(process));
    }
    EXPECT_GOOD(&opener);
}

static void processes_of_the_same_number_in_two_containers_do_not_disturb_each_other(void)
{
    struct contained first = start_in(POD, "parent", SAME_DIR), second;

    if (!was_refused) {
        command(&first);
        EXPECT(has_answered(&first));
        second = start_in(POD, "parent", SAME_DIR);
        command(&second);
        EXPECT(has_answered(&second));
        command(&first);
        EXPECT(has_answered(&first));
        EXPECT_GOOD(&second);
        command(&first);
        EXPECT(has_answered(&first));
    }
    EXPECT_GOOD(&first);
}

#define CASE(function)      \
    {                       \
#function, function \
    }

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    CASE(a_client_in_a_container_talks_to_a_server_outside),
    CASE(a_client_outside_talks_to_a_server_in_a_container),
    CASE(two_containers_talk_to_each_other),
    CASE(a_client_with_its_own_network_talks_to_a_server_outside),
    CASE(a_client_that_has_the_directory_elsewhere_talks_to_a_server_outside),
    CASE(a_client_whose_user_has_another_number_talks_to_a_server_outside),
    CASE(a_client_outside_talks_to_a_server_whose_user_has_another_number),
    CASE(objects_of_a_container_are_refused_outside_until_it_has_ended),
    CASE(objects_outside_are_refused_to_a_container),
    CASE(a_process_in_a_container_is_opened_from_outside),
    CASE(processes_of_the_same_number_in_two_containers_do_not_disturb_each_other),
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

int main(int argc, char **argv)
{
    alarm(ROLE_S);
    for (size_t i = 0; argc > 1 && i < COUNT_OF(roles); i++)
        if (strcmp(argv[1], roles[i].name) == 0) {
            roles[i].run();
            return 0;
        }
    alarm(0);
    signal(SIGPIPE, SIG_IGN);
    runtime_dir_make();
    printf("1..%zu\n", COUNT_OF(cases));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (argc > 1 && strcmp(argv[1], cases[i].name) != 0)
            continue;
        was_refused = false;
        atomic_store(&stress_failures, 0);
        alarm(ROLE_S);
        cases[i].run();
        alarm(0);
        printf("%s %zu - %s%s\n", atomic_load(&stress_failures) ? "not ok" : "ok", i + 1,
               cases[i].name, was_refused ? " # SKIP no namespaces here" : "");
        fflush(stdout);
    }
    runtime_dir_remove();
    return 0;
}
