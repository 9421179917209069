/* SPDX-License-Identifier: MIT */
#include "layout.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "list.h"

/* Relative to the prefix; the build says it. */
#ifndef TRANSOM_CC_LIBDIR
#define TRANSOM_CC_LIBDIR "lib"
#endif
#ifndef TRANSOM_CC_INCLUDEDIR
#define TRANSOM_CC_INCLUDEDIR "include"
#endif
#ifndef TRANSOM_CC_DATADIR
#define TRANSOM_CC_DATADIR "share"
#endif
#ifndef TRANSOM_CC_BINDIR
#define TRANSOM_CC_BINDIR "bin"
#endif

static void set(char **slot, const char *text)
{
    free(*slot);
    *slot = cc_strdup(text);
}

static bool read_conf(struct cc_layout *layout, const char *path)
{
    FILE *file = fopen(path, "re");
    char line[PATH_MAX + 64];

    if (!file) {
        return false;
    }
    while (fgets(line, sizeof(line), file)) {
        char *value = strchr(line, '=');

        line[strcspn(line, "\n")] = '\0';
        if (!value) {
            continue;
        }
        *value++ = '\0';
        if (!strcmp(line, "include")) {
            set(&layout->include, value);
        } else if (!strcmp(line, "include_crt")) {
            set(&layout->include_crt, value);
        } else if (!strcmp(line, "libtransom")) {
            set(&layout->libtransom, value);
        } else if (!strcmp(line, "libcrt")) {
            set(&layout->libcrt, value);
        } else if (!strcmp(line, "plugin_source")) {
            set(&layout->plugin_source, value);
        }
    }
    fclose(file);
    if (!layout->include || !layout->include_crt || !layout->libtransom || !layout->libcrt ||
        !layout->plugin_source) {
        cc_die("%s is not complete", path);
    }
    return true;
}

/* Cuts as many folders from the end of a path as a relative path has. */
static void cut(char *path, const char *relative)
{
    for (const char *at = relative; at; at = strchr(at, '/')) {
        char *slash = strrchr(path, '/');

        at += *at == '/';
        if (slash) {
            *slash = '\0';
        }
    }
}

void cc_layout_init(struct cc_layout *layout)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *conf;

    *layout = (struct cc_layout){0};
    if (length < 0) {
        cc_die("/proc/self/exe cannot be read, so that the headers cannot be found");
    }
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    conf = cc_strf("%s/transom-cc.conf", self);
    if (!read_conf(layout, conf)) {
        cut(self, TRANSOM_CC_BINDIR);
        layout->include = cc_strf("%s/%s/transom", self, TRANSOM_CC_INCLUDEDIR);
        layout->include_crt = cc_strf("%s/%s/transom/crt", self, TRANSOM_CC_INCLUDEDIR);
        layout->libtransom = cc_strf("%s/%s", self, TRANSOM_CC_LIBDIR);
        layout->libcrt = cc_strdup(layout->libtransom);
        layout->plugin_source = cc_strf("%s/%s/transom/seh_plugin.cc", self, TRANSOM_CC_DATADIR);
        layout->installed = true;
    }
    free(conf);
}

void cc_layout_deinit(struct cc_layout *layout)
{
    free(layout->include);
    free(layout->include_crt);
    free(layout->libtransom);
    free(layout->libcrt);
    free(layout->plugin_source);
    *layout = (struct cc_layout){0};
}
