/* SPDX-License-Identifier: MIT */
/* What WinPR has of <windows.h>, under the name that a source for Windows includes. */
#pragma once

#include <winpr/error.h>
#include <winpr/file.h>
#include <winpr/handle.h>
#include <winpr/pipe.h>
