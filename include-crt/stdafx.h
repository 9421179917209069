/* SPDX-License-Identifier: MIT */
/* The header that project wizards put in front of every source, for sources that come without it. */
#ifndef TRANSOM_CRT_STDAFX_H
#define TRANSOM_CRT_STDAFX_H

#include <targetver.h>

#include <stdio.h>
#include <tchar.h>

#endif
