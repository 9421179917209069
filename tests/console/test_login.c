/* SPDX-License-Identifier: MIT */
/*
 * The end of a session and of the system, as logind tells of them. Each case has a bus of its own and a
 * logind that is played here; the program is told.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 20000
#define QUIET_MS    300
#define LOGIN       "org.freedesktop.login1"
#define MANAGER     "org.freedesktop.login1.Manager"
#define PATH        "/org/freedesktop/login1"
#define SESSION     "/org/freedesktop/login1/session/_31"

static const char *told; /* the program */
static char folder[] = "/tmp/transom-login.XXXXXX";
static bool failed;

static void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("# ");
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    failed = true;
}

static long now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static const char *path_of(const char *name)
{
    static char path[2][sizeof(folder) + 32];
    static int turn;

    turn = !turn;
    snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
    return path[turn];
}

/* A child that does not outlive this test. */
static pid_t child_begin(void)
{
    pid_t child = fork();

    if (child == 0)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    return child;
}

/* ---- the bus ---- */

static pid_t bus_daemon;

static const char *bus_address(void)
{
    static char address[sizeof(folder) + 32];

    snprintf(address, sizeof(address), "unix:path=%s", path_of("bus"));
    return address;
}

static void write_file(const char *path, const char *format, const char *value)
{
    FILE *file = fopen(path, "w");

    if (!file) {
        fail("%s: %s", path, strerror(errno));
        return;
    }
    fprintf(file, format, value);
    fclose(file);
}

static struct sockaddr_un bus_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", path_of("bus"));
    return address;
}

static bool bus_listens(void)
{
    struct sockaddr_un address = bus_socket();
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool listens = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

    close(fd);
    return listens;
}

static void bus_start(void)
{
    long until = now_ms() + PATIENCE_MS;

    write_file(path_of("bus.conf"),
               "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
               "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
               "<busconfig><listen>%s</listen><auth>EXTERNAL</auth><policy context='default'>"
               "<allow send_destination='*'/><allow receive_sender='*'/><allow own='*'/>"
               "<allow user='*'/></policy></busconfig>\n",
               bus_address());
    bus_daemon = child_begin();
    if (bus_daemon == 0) {
        char option[sizeof(folder) + 64];

        snprintf(option, sizeof(option), "--config-file=%s", path_of("bus.conf"));
        dup2(open("/dev/null", O_WRONLY), 2); /* it complains of limits */
        execlp("dbus-daemon", "dbus-daemon", option, "--nofork", (char *)NULL);
        _exit(127);
    }
    while (!bus_listens() && now_ms() < until)
        usleep(5000);
}

static void bus_stop(void)
{
    if (bus_daemon > 0) {
        kill(bus_daemon, SIGKILL);
        waitpid(bus_daemon, NULL, 0);
    }
    bus_daemon = 0;
    unlink(path_of("bus"));
}

static sd_bus *bus_connect(void)
{
    sd_bus *bus = NULL;

    if (sd_bus_new(&bus) < 0 || sd_bus_set_address(bus, bus_address()) < 0 ||
        sd_bus_set_bus_client(bus, 1) < 0 || sd_bus_start(bus) < 0)
        fail("cannot connect to the bus");
    return bus;
}

/* ---- logind ---- */

static struct {
    sd_bus *bus;
    bool has_session, has_user;
    int inhibitor; /* our end: it hangs up when nobody has the other one */
    char inhibited[64];
    char client[64]; /* the program's name on the bus */
} logind;

static int on_session_of(sd_bus_message *message, void *context, sd_bus_error *error)
{
    if (!logind.has_session)
        return sd_bus_reply_method_errorf(message, LOGIN ".NoSessionForPID", "none");
    return sd_bus_reply_method_return(message, "o", SESSION);
}

static int on_user_of(sd_bus_message *message, void *context, sd_bus_error *error)
{
    snprintf(logind.client, sizeof(logind.client), "%s", sd_bus_message_get_sender(message));
    if (!logind.has_user)
        return sd_bus_reply_method_errorf(message, LOGIN ".NoUserForPID", "none");
    return sd_bus_reply_method_return(message, "o", PATH "/user/_1000");
}

static int on_inhibit(sd_bus_message *message, void *context, sd_bus_error *error)
{
    const char *what, *who, *why, *mode;
    int ends[2], result;

    if (sd_bus_message_read(message, "ssss", &what, &who, &why, &mode) < 0 ||
        pipe2(ends, O_CLOEXEC) < 0)
        return -EINVAL;
    snprintf(logind.inhibited, sizeof(logind.inhibited), "%s %s %s", what, who, mode);
    logind.inhibitor = ends[0];
    result = sd_bus_reply_method_return(message, "h", ends[1]);
    close(ends[1]);
    return result;
}

static const sd_bus_vtable manager[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD("GetSessionByPID", "u", "o", on_session_of, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("GetUserByPID", "u", "o", on_user_of, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Inhibit", "ssss", "h", on_inhibit, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL("SessionRemoved", "so", 0),
    SD_BUS_SIGNAL("PrepareForShutdown", "b", 0),
    SD_BUS_VTABLE_END,
};

static void logind_begin(void)
{
    logind.bus = bus_connect();
    if (sd_bus_add_object_vtable(logind.bus, NULL, PATH, MANAGER, manager, NULL) < 0 ||
        sd_bus_request_name(logind.bus, LOGIN, 0) < 0)
        fail("logind cannot begin");
}

static void logind_end(void)
{
    logind.bus = sd_bus_flush_close_unref(logind.bus);
}

static void system_ends(void)
{
    if (sd_bus_emit_signal(logind.bus, PATH, MANAGER, "PrepareForShutdown", "b", 1) < 0 ||
        sd_bus_flush(logind.bus) < 0)
        fail("PrepareForShutdown is not sent");
}

static void session_ends(const char *id, const char *path)
{
    if (sd_bus_emit_signal(logind.bus, PATH, MANAGER, "SessionRemoved", "so", id, path) < 0 ||
        sd_bus_flush(logind.bus) < 0)
        fail("SessionRemoved is not sent");
}

static bool inhibitor_is_held(void)
{
    struct pollfd poll_fd = {.fd = logind.inhibitor};

    return logind.inhibitor >= 0 && poll(&poll_fd, 1, 0) == 0;
}

/* ---- the program ---- */

static struct {
    pid_t id;
    int keys, output;
    char seen[8192];
    size_t length, at;
} program = {.id = 0, .keys = -1, .output = -1};

static void program_start(const char *option)
{
    int keys[2], output[2];

    program.length = program.at = 0;
    program.seen[0] = 0;
    if (pipe2(keys, O_CLOEXEC) < 0 || pipe2(output, O_CLOEXEC) < 0) {
        fail("no pipes");
        return;
    }
    program.id = child_begin();
    if (program.id == 0) {
        dup2(keys[0], 0);
        dup2(output[1], 1);
        dup2(output[1], 2);
        setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address(), 1);
        setenv("TRANSOM_TRACE", "process", 1);
        execl(told, "told", option, (char *)NULL);
        _exit(127);
    }
    close(keys[0]);
    close(output[1]);
    program.keys = keys[1];
    program.output = output[0];
}

/* Both sides go on: logind answers, and what the program says is read. */
static void turn(long ms)
{
    struct pollfd fds[2] = {{.fd = program.output, .events = POLLIN}, {.fd = -1}};
    ssize_t got;

    while (logind.bus && sd_bus_process(logind.bus, NULL) > 0)
        ;
    if (logind.bus) {
        fds[1].fd = sd_bus_get_fd(logind.bus);
        fds[1].events = (short)sd_bus_get_events(logind.bus);
    }
    if (poll(fds, 2, (int)ms) <= 0)
        return;
    if (fds[0].revents) {
        got = read(program.output, program.seen + program.length,
                   sizeof(program.seen) - 1 - program.length);
        if (got <= 0) {
            close(program.output);
            program.output = -1;
        } else {
            program.length += (size_t)got;
            program.seen[program.length] = 0;
        }
    }
}

static bool has_said(const char *text)
{
    char *found = strstr(program.seen + program.at, text);

    if (found)
        program.at = (size_t)(found - program.seen) + strlen(text);
    return found;
}

static void expect(const char *text)
{
    long until = now_ms() + (failed ? QUIET_MS : PATIENCE_MS);

    while (!has_said(text)) {
        if (now_ms() > until) {
            fail("nobody said: %s; said was:\n%s", text, program.seen + program.at);
            return;
        }
        turn(20);
    }
}

/* Two threads say them. */
static void expect_in_any_order(const char *one, const char *other)
{
    size_t before = program.at, behind;

    expect(one);
    behind = program.at;
    program.at = before;
    expect(other);
    if (program.at < behind)
        program.at = behind;
}

static void stay_quiet(long ms)
{
    long until = now_ms() + ms;
    size_t before = program.at;

    while (now_ms() < until)
        turn(20);
    if (has_said("\nevent "))
        fail("an event:\n%s", program.seen);
    program.at = before;
    if (waitpid(program.id, NULL, WNOHANG) != 0)
        fail("the program has ended");
}

static void say(const char *line)
{
    if (write(program.keys, line, strlen(line)) < 0)
        fail("the program does not hear");
}

static void expect_end(int number)
{
    long until = now_ms() + PATIENCE_MS;
    int status = 0;

    while (waitpid(program.id, &status, WNOHANG) == 0 && now_ms() < until)
        turn(5);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != number)
        fail("status %#x, should be signal %d", (unsigned)status, number);
    program.id = 0;
}

static void expect_release(void)
{
    long until = now_ms() + PATIENCE_MS;

    while (inhibitor_is_held() && now_ms() < until)
        turn(5);
    if (inhibitor_is_held())
        fail("the inhibitor is still held");
}

/* ---- a case ---- */

static void set_up(void)
{
    logind.has_session = logind.has_user = true;
    logind.inhibitor = -1;
    logind.inhibited[0] = logind.client[0] = 0;
    bus_start();
    logind_begin();
}

static void tear_down(void)
{
    if (program.id > 0) {
        kill(program.id, SIGKILL);
        waitpid(program.id, NULL, 0);
    }
    program.id = 0;
    close(program.keys);
    close(program.output);
    if (logind.bus)
        logind_end();
    if (logind.inhibitor >= 0)
        close(logind.inhibitor);
    bus_stop();
}

static void start_watched(const char *option)
{
    program_start(option);
    expect_in_any_order("ready after", "logind is watched");
}

/* ---- cases ---- */

static void the_end_of_the_system_waits_for_the_handlers(void)
{
    start_watched("--slow");
    if (strcmp(logind.inhibited, "shutdown told delay") != 0 || !inhibitor_is_held())
        fail("inhibited: %s", logind.inhibited);
    system_ends();
    expect("\nevent 6\n");
    /* Whoever is to end hears so more than once. */
    kill(program.id, SIGTERM);
    kill(program.id, SIGHUP);
    system_ends();
    stay_quiet(QUIET_MS);
    if (!inhibitor_is_held())
        fail("the inhibitor was dropped before the handler was done");
    say("go on\n");
    expect_end(SIGTERM);
    expect_release();
}

static void a_shutdown_that_is_called_off_is_no_event(void)
{
    start_watched(NULL);
    if (sd_bus_emit_signal(logind.bus, PATH, MANAGER, "PrepareForShutdown", "b", 0) < 0)
        fail("PrepareForShutdown is not sent");
    stay_quiet(QUIET_MS);
}

static void the_end_of_the_own_session_is_a_logoff(void)
{
    start_watched(NULL);
    session_ends("1", SESSION);
    expect("\nevent 5\n");
    expect_end(SIGHUP);
}

static void the_end_of_another_session_is_nothing(void)
{
    start_watched(NULL);
    session_ends("2", PATH "/session/_32");
    stay_quiet(QUIET_MS);
}

static void a_user_s_program_of_no_session_hears_of_no_session_but_of_the_system(void)
{
    logind.has_session = false;
    start_watched(NULL);
    session_ends("1", SESSION);
    stay_quiet(QUIET_MS);
    system_ends();
    expect("\nevent 6\n");
    expect_end(SIGTERM);
}

static void who_ignores_hanging_up_stays_when_the_session_ends(void)
{
    start_watched("--nohup");
    session_ends("1", SESSION);
    stay_quiet(QUIET_MS);
}

static void who_ignores_requests_to_end_keeps_the_system_from_nothing(void)
{
    start_watched("--stay");
    system_ends();
    expect_release();
    stay_quiet(QUIET_MS);
}

static void a_service_is_not_told_before_its_manager_ends_it_and_has_more_time(void)
{
    logind.has_session = logind.has_user = false;
    program_start("--slow");
    expect_in_any_order("ready after", "this is a service");
    system_ends();
    stay_quiet(QUIET_MS);
    if (logind.inhibited[0])
        fail("a service delays the shutdown");
    kill(program.id, SIGTERM);
    expect("\nevent 6\n");
    stay_quiet(6500);
    say("go on\n");
    expect_end(SIGTERM);
}

static void what_others_say_is_not_logind_s_word(void)
{
    sd_bus *liar;
    sd_bus_message *lie = NULL;

    start_watched(NULL);
    liar = bus_connect();
    if (sd_bus_message_new_signal(liar, &lie, PATH, MANAGER, "PrepareForShutdown") < 0 ||
        sd_bus_message_append(lie, "b", 1) < 0 ||
        sd_bus_message_set_destination(lie, logind.client) < 0 ||
        sd_bus_send(liar, lie, NULL) < 0 || sd_bus_flush(liar) < 0)
        fail("the lie is not sent");
    expect("is not logind's");
    stay_quiet(QUIET_MS);
    sd_bus_message_unref(lie);
    sd_bus_flush_close_unref(liar);
    system_ends();
    expect("\nevent 6\n");
    expect_end(SIGTERM);
}

static void a_logind_that_was_started_anew_is_heard(void)
{
    start_watched(NULL);
    logind_end();
    stay_quiet(QUIET_MS);
    logind_begin();
    system_ends();
    expect("\nevent 6\n");
    expect_end(SIGTERM);
}

static int open_sockets(void)
{
    char command[128], answer[32] = "";
    FILE *pipe;

    snprintf(command, sizeof(command), "ls -l /proc/%d/fd | grep -c socket:", (int)program.id);
    pipe = popen(command, "r");
    if (!pipe || !fgets(answer, sizeof(answer), pipe))
        fail("descriptors cannot be counted");
    if (pipe)
        pclose(pipe);
    return atoi(answer);
}

static void when_the_last_handler_goes_nothing_stays(void)
{
    start_watched("--leave");
    if (open_sockets() < 1)
        fail("there is no socket while logind is watched");
    say("leave\n");
    expect("left");
    expect_release();
    if (open_sockets() != 0)
        fail("%d sockets are left", open_sockets());
    system_ends();
    stay_quiet(QUIET_MS);
    kill(program.id, SIGTERM);
    expect_end(SIGTERM);
}

static void a_forked_child_holds_nothing(void)
{
    pid_t child;

    start_watched("--fork");
    say("fork\n");
    expect("forked ");
    child = (pid_t)atoi(program.seen + program.at);
    if (!inhibitor_is_held())
        fail("the parent's inhibitor has gone");
    kill(program.id, SIGKILL);
    expect_end(SIGKILL);
    expect_release();
    if (child > 1)
        kill(child, SIGKILL);
}

static void a_bus_that_goes_takes_nothing_along(void)
{
    start_watched(NULL);
    bus_stop();
    expect("the system bus has gone");
    stay_quiet(QUIET_MS);
    kill(program.id, SIGTERM);
    expect("\nevent 6\n");
    expect_end(SIGTERM);
}

static void expect_signals_alone(const char *reason)
{
    char *ready;

    program_start(NULL);
    expect_in_any_order("ready after ", reason);
    ready = strstr(program.seen, "ready after ");
    if (!ready || atoi(ready + strlen("ready after ")) > 4000) /* logind has 5 s to answer */
        fail("adding a handler took too long:\n%s", program.seen);
    kill(program.id, SIGTERM);
    expect("\nevent 6\n");
    expect_end(SIGTERM);
}

static void without_logind_signals_are_events(void)
{
    logind_end();
    expect_signals_alone("no system bus with logind");
}

static void without_a_bus_signals_are_events(void)
{
    logind_end();
    bus_stop();
    expect_signals_alone("no system bus with logind");
}

static void a_bus_that_does_not_answer_makes_nobody_wait(void)
{
    struct sockaddr_un address = bus_socket();
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    logind_end();
    bus_stop();
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(fd, 8) < 0)
        fail("no socket");
    expect_signals_alone("");
    close(fd);
}

/* A library that is none hides the one that there is. */
static void without_libsystemd_signals_are_events(void)
{
    write_file(path_of("libsystemd.so.0"), "%s", "");
    setenv("LD_LIBRARY_PATH", folder, 1);
    expect_signals_alone("no libsystemd.so.0");
    unsetenv("LD_LIBRARY_PATH");
    unlink(path_of("libsystemd.so.0"));
}

#define CASE(name)  \
    {               \
#name, name \
    }

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    CASE(the_end_of_the_system_waits_for_the_handlers),
    CASE(a_shutdown_that_is_called_off_is_no_event),
    CASE(the_end_of_the_own_session_is_a_logoff),
    CASE(the_end_of_another_session_is_nothing),
    CASE(a_user_s_program_of_no_session_hears_of_no_session_but_of_the_system),
    CASE(who_ignores_hanging_up_stays_when_the_session_ends),
    CASE(who_ignores_requests_to_end_keeps_the_system_from_nothing),
    CASE(a_service_is_not_told_before_its_manager_ends_it_and_has_more_time),
    CASE(what_others_say_is_not_logind_s_word),
    CASE(a_logind_that_was_started_anew_is_heard),
    CASE(when_the_last_handler_goes_nothing_stays),
    CASE(a_forked_child_holds_nothing),
    CASE(a_bus_that_goes_takes_nothing_along),
    CASE(without_logind_signals_are_events),
    CASE(without_a_bus_signals_are_events),
    CASE(a_bus_that_does_not_answer_makes_nobody_wait),
    CASE(without_libsystemd_signals_are_events),
};

int main(int argc, char **argv)
{
    size_t count = sizeof(cases) / sizeof(cases[0]);
    int result = 0;

    if (argc < 2)
        return 2;
    told = argv[1];
    if (system("command -v dbus-daemon >/dev/null") != 0) {
        printf("1..0 # SKIP there is no dbus-daemon\n");
        return 0;
    }
    if (!mkdtemp(folder)) {
        printf("Bail out! no folder: %s\n", strerror(errno));
        return 1;
    }
    printf("1..%zu\n", count);
    for (size_t i = 0; i < count; i++) {
        if (argc > 2 && strcmp(argv[2], cases[i].name) != 0)
            continue;
        failed = false;
        fflush(stdout);
        set_up();
        cases[i].run();
        tear_down();
        printf("%s %zu - %s\n", failed ? "not ok" : "ok", i + 1, cases[i].name);
        result |= failed;
    }
    unlink(path_of("bus.conf"));
    rmdir(folder);
    return result;
}
