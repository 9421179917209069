/* SPDX-License-Identifier: MIT */
/* The command line, sorted: what is a source, what is for the compiler, what for the linker. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "list.h"

enum cc_stage {
    CC_LINK,
    CC_COMPILE,    /* -c */
    CC_ASSEMBLE,   /* -S */
    CC_PREPROCESS, /* -E, -M, -MM */
    CC_CHECK,      /* -fsyntax-only */
};

enum cc_language { CC_C, CC_CXX, CC_OTHER_LANGUAGE };

enum cc_kind {
    CC_OPTION,       /* for compiler and linker alike */
    CC_COMPILE_ONLY, /* -c and the like: never for the linker */
    CC_LINK_ONLY,    /* -l, -L, -Wl, and the like: their place among the objects matters */
    CC_SOURCE,
    CC_INPUT, /* objects, archives, linker scripts */
};

struct cc_argument {
    char *text;
    enum cc_kind kind;
    enum cc_language language; /* of a source */
    char *x;                   /* of a source: the word of -x in force, or NULL */
    char *object;              /* of a source: what it became; set while linking */
};

struct cc_options {
    struct cc_argument *arguments;
    size_t count;
    size_t room;
    enum cc_stage stage;
    char *output; /* of -o, or NULL */
    size_t sources;
    size_t inputs;
    bool native_wchar;
    bool win32;
    bool shared;
    bool is_static;
    bool relocatable;
    bool no_libraries; /* -nostdlib, -nodefaultlibs */
    bool no_start;     /* -nostdlib, -nostartfiles */
    bool lto;
    bool side_files; /* an option that writes files named after the object */
    bool show;       /* -v, -### */
    bool dry_run;    /* -### */
    bool help;
};

/* Sorts the words of the command line; @file words are replaced by the file's words. */
void cc_options_init(struct cc_options *options, int argc, char **argv);

void cc_options_deinit(struct cc_options *options);
