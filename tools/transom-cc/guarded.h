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

/*
 * Writes a copy in which what has __try at its outermost level is compiled without optimisation,
 * into a new folder; lines and names in messages stay those of the source. The copy's path, for
 * cc_guarded_discard().
 */
char *cc_guarded_copy(const char *path, bool is_clang);
void cc_guarded_discard(char *copy);
