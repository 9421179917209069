/* SPDX-License-Identifier: MIT */
/*
 * Login watch
 *
 *   start -> a thread that connects, asks, and ends -> the service thread, when something comes
 *
 * States:    idle -> connecting -> watching -> idle. Who stops while it connects does not wait: the
 *            thread sees it at its end.
 * Ownership: a connection is its thread's, then `login`'s. Whoever takes it out of there closes it.
 * Locking:   login.mutex; nothing is called under it but the reactor.
 * Linux:     a service is stopped by its manager, after those that depend on it: it is not told
 *            before. A message counts if it comes from whoever owns logind's name: anybody may send
 *            signals to anybody on the system bus.
 */
#include "os/login_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/trace.h"
#include "os/login_library.h"
#include "os/own_thread.h"
#include "os/reactor.h"
#include "os/signal_events.h"

#define LOGIN    "org.freedesktop.login1"
#define MANAGER  "org.freedesktop.login1.Manager"
#define PATH     "/org/freedesktop/login1"
#define BUS      "org.freedesktop.DBus"
#define BUS_PATH "/org/freedesktop/DBus"
#define NO_SUCH  "org.freedesktop.login1.No" /* errors: NoSessionForPID, NoUserForPID */

#define ANSWER_US      (5 * UINT64_C(1000000))
#define NAME_MAX_BYTES 256 /* D-Bus: names have at most 255 */

struct connection {
    struct tsm_reactor_watch watch; /* of a copy of bus_fd: sd-bus closes its own when it likes */
    const struct tsm_login_library *library;
    struct sd_bus *bus;
    int bus_fd;
    char owner[NAME_MAX_BYTES]; /* of logind's name; "": nobody */
    char *session;              /* its object's path; NULL: the process has none of its own */
    int inhibitor;              /* while it is open the system waits */
};

static struct {
    pthread_mutex_t mutex;
    tsm_login_handler *on_event;
    struct connection *connecting, *watching; /* at most one; a fork never sees none between them */
    bool is_wanted;
    _Atomic bool is_ending; /* the system ends: the inhibitor stays until the process does, too */
    _Atomic bool is_service;
} login = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void connection_free(struct connection *connection)
{
    if (connection->inhibitor >= 0 && !login.is_ending)
        close(connection->inhibitor);
    if (connection->bus)
        connection->library->close_unref(connection->bus);
    if (connection->watch.fd >= 0)
        close(connection->watch.fd);
    free(connection->session);
    free(connection);
}

/* ---- what comes; on the service thread, or that which connects ---- */

static bool is_from(struct connection *connection, struct sd_bus_message *message, const char *name)
{
    const char *sender = connection->library->message_get_sender(message);

    if (sender && *name && strcmp(sender, name) == 0)
        return true;
    tsm_trace(TSM_TRACE_PROCESS, "a signal of %s is not logind's", sender ? sender : "nobody");
    return false;
}

static void tell(struct connection *connection, enum tsm_login_event event)
{
    tsm_login_handler *on_event;

    pthread_mutex_lock(&login.mutex);
    on_event = login.is_wanted ? login.on_event : NULL;
    if (on_event && event == TSM_LOGIN_SYSTEM_ENDS)
        login.is_ending = true;
    pthread_mutex_unlock(&login.mutex);
    if (!on_event || on_event(event) || event != TSM_LOGIN_SYSTEM_ENDS)
        return;
    login.is_ending = false;
    if (connection->inhibitor >= 0)
        close(connection->inhibitor);
    connection->inhibitor = -1;
}

static int on_session_removed(struct sd_bus_message *message, void *context,
                              struct sd_bus_error *error)
{
    struct connection *connection = context;
    const char *id, *path;

    if (is_from(connection, message, connection->owner) && connection->session &&
        connection->library->message_read(message, "so", &id, &path) >= 0 &&
        strcmp(path, connection->session) == 0)
        tell(connection, TSM_LOGIN_SESSION_ENDS);
    return 0;
}

static int on_prepare_for_shutdown(struct sd_bus_message *message, void *context,
                                   struct sd_bus_error *error)
{
    struct connection *connection = context;
    int begins = 0;

    if (is_from(connection, message, connection->owner) &&
        connection->library->message_read(message, "b", &begins) >= 0 && begins)
        tell(connection, TSM_LOGIN_SYSTEM_ENDS);
    return 0;
}

/* logind was started anew; inhibitors outlive that. */
static int on_owner_changed(struct sd_bus_message *message, void *context,
                            struct sd_bus_error *error)
{
    struct connection *connection = context;
    const char *name, *before, *after;

    if (is_from(connection, message, BUS) &&
        connection->library->message_read(message, "sss", &name, &before, &after) >= 0 &&
        strcmp(name, LOGIN) == 0 && strlen(after) < sizeof(connection->owner))
        strcpy(connection->owner, after);
    return 0;
}

/* Calls back for all that has come; false: the bus has gone. */
static bool is_alive(struct connection *connection)
{
    int more;

    while ((more = connection->library->process(connection->bus, NULL)) > 0)
        ;
    if (more < 0)
        tsm_trace(TSM_TRACE_PROCESS, "the system bus has gone: logind is not watched");
    return more == 0;
}

static void on_readable(struct tsm_reactor_watch *watch, uint32_t events)
{
    struct connection *connection = tsm_container_of(watch, struct connection, watch);

    if (is_alive(connection))
        return;
    tsm_reactor_remove(watch);
    pthread_mutex_lock(&login.mutex);
    /* Else somebody stops, and waits for us. */
    if (login.watching == connection)
        login.watching = NULL;
    else
        connection = NULL;
    pthread_mutex_unlock(&login.mutex);
    if (connection)
        connection_free(connection);
}

/* ---- connecting ---- */

static bool add_matches(struct connection *connection)
{
    static const struct {
        const char *match;
        tsm_login_callback *callback;
    } matches[] = {
        {"type='signal',sender='" BUS "',path='" BUS_PATH "',interface='" BUS
         "',member='NameOwnerChanged',arg0='" LOGIN "'",
         on_owner_changed},
        {"type='signal',sender='" LOGIN "',path='" PATH "',interface='" MANAGER
         "',member='SessionRemoved'",
         on_session_removed},
        {"type='signal',sender='" LOGIN "',path='" PATH "',interface='" MANAGER
         "',member='PrepareForShutdown'",
         on_prepare_for_shutdown},
    };

    for (size_t i = 0; i < TSM_COUNT_OF(matches); i++)
        if (connection->library->add_match(connection->bus, NULL, matches[i].match,
                                           matches[i].callback, connection) < 0)
            return false;
    return true;
}

static bool find_owner(struct connection *connection)
{
    struct sd_bus_message *reply = NULL;
    const char *owner;
    bool found = connection->library->call_method(connection->bus, BUS, BUS_PATH, BUS,
                                                  "GetNameOwner", NULL, &reply, "s", LOGIN) >= 0 &&
                 connection->library->message_read(reply, "s", &owner) >= 0 &&
                 strlen(owner) < sizeof(connection->owner);

    if (found)
        strcpy(connection->owner, owner);
    connection->library->message_unref(reply);
    return found;
}

/* The object that a method names for this process; NULL: there is none, and *is_none says that logind
 * knows so. Owned by the caller. */
static char *ask_about_us(struct connection *connection, const char *method, bool *is_none)
{
    struct sd_bus_error error = {NULL, NULL, 0};
    struct sd_bus_message *reply = NULL;
    const char *path = NULL;

    if (connection->library->call_method(connection->bus, LOGIN, PATH, MANAGER, method, &error,
                                         &reply, "u", (uint32_t)0) < 0 ||
        connection->library->message_read(reply, "o", &path) < 0)
        path = NULL;
    *is_none = !path && error.name && strncmp(error.name, NO_SUCH, strlen(NO_SUCH)) == 0;

    char *copy = path ? strdup(path) : NULL;

    connection->library->message_unref(reply);
    connection->library->error_free(&error);
    return copy;
}

static void inhibit(struct connection *connection)
{
    struct sd_bus_message *reply = NULL;
    int fd;

    /* The descriptor is the message's, and goes with it. */
    if (connection->library->call_method(connection->bus, LOGIN, PATH, MANAGER, "Inhibit", NULL,
                                         &reply, "ssss", "shutdown", program_invocation_short_name,
                                         "Its control handlers are to run", "delay") >= 0 &&
        connection->library->message_read(reply, "h", &fd) >= 0)
        connection->inhibitor = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    connection->library->message_unref(reply);
    if (connection->inhibitor < 0)
        tsm_trace(TSM_TRACE_PROCESS, "logind lets nobody delay a shutdown");
}

/* Whether there is something to wait for. */
static bool connection_open(struct connection *connection)
{
    bool has_no_session, has_no_user;

    connection->library = tsm_login_library_load();
    if (!connection->library)
        return false;
    if (connection->library->open_system(&connection->bus) < 0 ||
        (connection->bus_fd = connection->library->get_fd(connection->bus)) < 0 ||
        (connection->watch.fd = fcntl(connection->bus_fd, F_DUPFD_CLOEXEC, 3)) < 0 ||
        connection->library->set_method_call_timeout(connection->bus, ANSWER_US) < 0 ||
        !add_matches(connection) || !find_owner(connection)) {
        tsm_trace(TSM_TRACE_PROCESS, "no system bus with logind: it is not watched");
        return false;
    }
    connection->session = ask_about_us(connection, "GetSessionByPID", &has_no_session);
    free(ask_about_us(connection, "GetUserByPID", &has_no_user));
    login.is_service = has_no_session && has_no_user;
    if (login.is_service) {
        tsm_trace(TSM_TRACE_PROCESS, "this is a service: logind is not watched");
        return false;
    }
    inhibit(connection);
    /* What came while we asked lies in sd-bus, and the service thread would not see it. */
    return is_alive(connection);
}

static void *connect_thread(void *argument)
{
    struct connection *connection = argument;
    bool is_open = connection_open(connection);

    pthread_mutex_lock(&login.mutex);
    if (is_open && login.is_wanted && NT_SUCCESS(tsm_reactor_add(&connection->watch, EPOLLIN))) {
        login.watching = connection;
        tsm_trace(TSM_TRACE_PROCESS, "logind is watched, session %s",
                  connection->session ? connection->session : "none");
        connection = NULL;
    }
    login.connecting = NULL;
    pthread_mutex_unlock(&login.mutex);
    if (connection)
        connection_free(connection);
    return NULL;
}

/* Mutex held. */
static void connect_locked(void)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (!connection)
        return;
    connection->watch.fd = connection->bus_fd = connection->inhibitor = -1;
    connection->watch.on_event = on_readable;
    login.connecting = connection;
    if (!NT_SUCCESS(tsm_own_thread_start(connect_thread, connection, TSM_OWN_THREAD_SMALL, NULL))) {
        login.connecting = NULL;
        free(connection);
    }
}

void tsm_login_watch_start(tsm_login_handler *on_event)
{
    pthread_mutex_lock(&login.mutex);
    login.on_event = on_event;
    login.is_wanted = true;
    if (!login.connecting && !login.watching)
        connect_locked();
    pthread_mutex_unlock(&login.mutex);
}

void tsm_login_watch_stop(void)
{
    struct connection *connection;

    pthread_mutex_lock(&login.mutex);
    login.is_wanted = false;
    connection = login.watching;
    login.watching = NULL;
    pthread_mutex_unlock(&login.mutex);
    if (!connection)
        return;
    tsm_reactor_remove(&connection->watch);
    connection_free(connection);
}

bool tsm_login_watch_is_service(void)
{
    return login.is_service;
}

void tsm_login_watch_after_fork(void)
{
    struct connection *connection = login.connecting ? login.connecting : login.watching;

    pthread_mutex_init(&login.mutex, NULL);
    login.connecting = login.watching = NULL;
    login.is_wanted = false;
    if (!connection)
        return;
    /* The rest is left as it is: sd-bus works in the process alone that has opened it. */
    if (connection->bus_fd >= 0)
        close(connection->bus_fd);
    if (connection->watch.fd >= 0)
        close(connection->watch.fd);
    if (connection->inhibitor >= 0)
        close(connection->inhibitor);
}
