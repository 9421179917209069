/* SPDX-License-Identifier: MIT */
/*
 * windows.h with what programs find in the C library's headers when they include nothing else:
 * the SDK's reads stdlib.h, unless WIN32_LEAN_AND_MEAN keeps most of it out.
 */
#include_next <windows.h>
#ifndef TRANSOM_CRT_WINDOWS_H
#define TRANSOM_CRT_WINDOWS_H

#include <string.h>

/*
 * min and max are macros in Windows' C++ too, and would break the headers of this C++ library: here
 * they are functions that any two numbers fit. Beside std::min they stand back.
 */
#if defined(__cplusplus) && __cplusplus >= 201103L && !defined(NOMINMAX) && !defined(min) && \
    !defined(max)
extern "C++" {
template <class First, class Second>
constexpr auto min(const First &a, const Second &b) -> decltype(true ? a + 0 : b + 0)
{
    return a < b ? a : b;
}

template <class First, class Second>
constexpr auto max(const First &a, const Second &b) -> decltype(true ? a + 0 : b + 0)
{
    return a > b ? a : b;
}
}
#endif

#ifndef WIN32_LEAN_AND_MEAN
#include <stdlib.h>
#endif

#endif
