/* SPDX-License-Identifier: MIT */
/* locale.h with Microsoft's addition. */
#include_next <locale.h>
#ifndef TRANSOM_CRT_LOCALE_H
#define TRANSOM_CRT_LOCALE_H

#include <transom_crt.h>

__TRANSOM_CRT_BEGIN

/* setlocale with wide names. The text returned stays valid until the thread's next call. */
__transom_wchar *_wsetlocale(int category, const __transom_wchar *name);

__TRANSOM_CRT_END

#endif
