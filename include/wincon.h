/* SPDX-License-Identifier: MIT */
/* The console, whole. */
#ifndef TRANSOM_WINCON_H
#define TRANSOM_WINCON_H

#include <consoleapi.h>
#include <consoleapi2.h>

#endif
