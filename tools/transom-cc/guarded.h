/* SPDX-License-Identifier: MIT */
/* Sources with __try, compiled so that no local has to be volatile. */
#pragma once

#include <stdbool.h>

/* Whether code, not a comment or string, has the word __try. */
bool cc_guarded_has_try(const char *path);

/*
 * The plugin for a gcc, built when it is not there yet; NULL where it cannot be built: without the
 * headers for plugins, or without a folder to keep it in.
 */
char *cc_guarded_plugin(const char *cc, const char *cxx, const char *plugin_source);

/* Who keeps the locals where they belong. */
enum cc_guarded_by { CC_GUARDED_BY_PLUGIN, CC_GUARDED_BY_GCC, CC_GUARDED_BY_CLANG };

/*
 * Writes a copy into a new folder, lowered; without the plugin what has __try at its outermost level
 * is compiled without optimisation in it. Lines and names in messages stay those of the source. The
 * copy's path, for cc_guarded_discard(); NULL if the source can be compiled as it is.
 */
char *cc_guarded_copy(const char *path, enum cc_guarded_by by);
void cc_guarded_discard(char *copy);

/* Puts the source in the place of its copy in a file of dependencies, if there is one. */
void cc_guarded_rename(const char *dependencies, const char *copy, const char *path);
