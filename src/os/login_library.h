/* SPDX-License-Identifier: MIT */
/* The part of sd-bus that is used, as libsystemd.so.0 has it: loaded at run time, where it is there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sd_bus;
struct sd_bus_message;
struct sd_bus_slot;

struct sd_bus_error {
    const char *name;
    const char *message;
    int needs_free;
};

typedef int tsm_login_callback(struct sd_bus_message *message, void *context,
                               struct sd_bus_error *error);

/* As in sd-bus(3), without "sd_bus_". What fails is a negative errno. */
struct tsm_login_library {
    int (*open_system)(struct sd_bus **out);
    struct sd_bus *(*close_unref)(struct sd_bus *bus);
    int (*set_method_call_timeout)(struct sd_bus *bus, uint64_t microseconds);
    int (*add_match)(struct sd_bus *bus, struct sd_bus_slot **slot, const char *match,
                     tsm_login_callback *callback, void *context);
    int (*call_method)(struct sd_bus *bus, const char *destination, const char *path,
                       const char *interface, const char *member, struct sd_bus_error *error,
                       struct sd_bus_message **reply, const char *types, ...);
    int (*process)(struct sd_bus *bus, struct sd_bus_message **message);
    int (*get_fd)(struct sd_bus *bus);
    int (*message_read)(struct sd_bus_message *message, const char *types, ...);
    const char *(*message_get_sender)(struct sd_bus_message *message);
    struct sd_bus_message *(*message_unref)(struct sd_bus_message *message);
    void (*error_free)(struct sd_bus_error *error);
};

/* NULL: it is not there, or too old. It stays in memory: threads may have run in it. */
const struct tsm_login_library *tsm_login_library_load(void);
