/* SPDX-License-Identifier: MIT */
/*
 * Everything. Programs include this header alone.
 *
 * Choices made before it: UNICODE (plain names are the 16-bit forms), NOMINMAX (no min and max),
 * STRICT (on by default). WIN32_LEAN_AND_MEAN leaves nothing out: what it drops is not here.
 */
#ifndef TRANSOM_WINDOWS_H
#define TRANSOM_WINDOWS_H

#include <sdkddkver.h>

#include <excpt.h>

#include <ctype.h>
#include <stdarg.h>

#include <windef.h>
#include <winbase.h>
#include <winuser.h>
#include <wincon.h>
#include <winnls.h>
#include <stringapiset.h>
#include <winerror.h>

#endif
