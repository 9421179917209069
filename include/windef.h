/* SPDX-License-Identifier: MIT */
/* Types that programs with windows use, and a few that all sources mention. */
#ifndef TRANSOM_WINDEF_H
#define TRANSOM_WINDEF_H

#include <minwindef.h>

DECLARE_HANDLE(HWND);
DECLARE_HANDLE(HICON);
DECLARE_HANDLE(HMENU);
DECLARE_HANDLE(HBRUSH);
DECLARE_HANDLE(HDESK);
DECLARE_HANDLE(HWINSTA);
typedef HICON HCURSOR;
typedef DWORD COLORREF, *LPCOLORREF;

typedef struct tagPOINT {
    LONG x;
    LONG y;
} POINT, *PPOINT, *LPPOINT;

typedef struct tagSIZE {
    LONG cx;
    LONG cy;
} SIZE, *PSIZE, *LPSIZE;

typedef struct tagRECT {
    LONG left;
    LONG top;
    LONG right;
    LONG bottom;
} RECT, *PRECT, *LPRECT;

typedef const RECT *LPCRECT;

#endif
