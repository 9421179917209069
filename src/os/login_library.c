/* SPDX-License-Identifier: MIT */
#include "os/login_library.h"

#include <assert.h>
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/macros.h"
#include "base/trace.h"

/* Weak: a program that is linked statically has no dynamic linker, and goes without. */
extern __typeof__(dlopen) dlopen __attribute__((weak));
extern __typeof__(dlsym) dlsym __attribute__((weak));

#define FUNCTION(member)                                              \
    {                                                                 \
        offsetof(struct tsm_login_library, member), "sd_bus_" #member \
    }

static const struct function {
    size_t offset;
    const char *name;
} functions[] = {
    FUNCTION(open_system),   FUNCTION(close_unref),  FUNCTION(set_method_call_timeout),
    FUNCTION(add_match),     FUNCTION(call_method),  FUNCTION(process),
    FUNCTION(get_fd),        FUNCTION(message_read), FUNCTION(message_get_sender),
    FUNCTION(message_unref), FUNCTION(error_free),
};

static_assert(TSM_COUNT_OF(functions) * sizeof(void *) == sizeof(struct tsm_login_library),
              "each member has its function");

static struct tsm_login_library library;
static bool is_loaded;

static void load(void)
{
    void *handle = dlopen ? dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL) : NULL;

    for (size_t i = 0; handle && i < TSM_COUNT_OF(functions); i++) {
        void *function = dlsym(handle, functions[i].name);

        if (!function) {
            tsm_trace(TSM_TRACE_PROCESS, "libsystemd has no %s: logind is not watched",
                      functions[i].name);
            return;
        }
        memcpy((char *)&library + functions[i].offset, &function, sizeof(function));
    }
    is_loaded = handle;
    if (!handle)
        tsm_trace(TSM_TRACE_PROCESS, "no libsystemd.so.0: logind is not watched");
}

const struct tsm_login_library *tsm_login_library_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, load);
    return is_loaded ? &library : NULL;
}
