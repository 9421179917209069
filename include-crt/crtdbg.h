/* SPDX-License-Identifier: MIT */
/* Checks of debug builds: assertions are assert's, the debug heap's switches mean nothing. */
#ifndef TRANSOM_CRT_CRTDBG_H
#define TRANSOM_CRT_CRTDBG_H

#include <assert.h>

#ifdef _DEBUG
#define _ASSERT(condition)  assert(condition)
#define _ASSERTE(condition) assert(condition)
#else
#define _ASSERT(condition)  ((void)0)
#define _ASSERTE(condition) ((void)0)
#endif

#define _CRTDBG_ALLOC_MEM_DF    0x01
#define _CRTDBG_CHECK_ALWAYS_DF 0x04
#define _CRTDBG_LEAK_CHECK_DF   0x20
#define _CRTDBG_REPORT_FLAG     (-1)
#define _CrtSetDbgFlag(flags)   ((int)0)
#define _CrtDumpMemoryLeaks()   ((int)0)
#define _CrtCheckMemory()       ((int)1)

#endif
