/* SPDX-License-Identifier: MIT */
/*
 * Integer types of fixed size, and integers as wide as a pointer.
 *
 * Windows has a 32-bit long, Linux a 64-bit one; the names here keep Windows' sizes. The
 * pointer-sized names are the compiler's own size_t and intptr_t types, so that a SIZE_T and a
 * size_t are the same type, as they are on 64-bit Windows.
 */
#ifndef TRANSOM_BASETSD_H
#define TRANSOM_BASETSD_H

#ifndef __TRANSOM__
#define __TRANSOM__ 1
#endif

#ifndef __int64
#define __int8 char
#define __int16 short
#define __int32 int
#define __int64 long long
#endif

typedef signed char INT8, *PINT8;
typedef short INT16, *PINT16;
typedef int INT32, *PINT32;
typedef long long INT64, *PINT64;
typedef unsigned char UINT8, *PUINT8;
typedef unsigned short UINT16, *PUINT16;
typedef unsigned int UINT32, *PUINT32;
typedef unsigned long long UINT64, *PUINT64;

typedef int LONG32, *PLONG32;
typedef unsigned int ULONG32, *PULONG32;
typedef unsigned int DWORD32, *PDWORD32;
typedef long long LONG64, *PLONG64;
typedef unsigned long long ULONG64, *PULONG64;
typedef unsigned long long DWORD64, *PDWORD64;

typedef __INTPTR_TYPE__ INT_PTR, *PINT_PTR;
typedef __UINTPTR_TYPE__ UINT_PTR, *PUINT_PTR;
typedef __INTPTR_TYPE__ LONG_PTR, *PLONG_PTR;
typedef __UINTPTR_TYPE__ ULONG_PTR, *PULONG_PTR;
typedef __UINTPTR_TYPE__ DWORD_PTR, *PDWORD_PTR;
typedef __UINTPTR_TYPE__ SIZE_T, *PSIZE_T;
typedef __INTPTR_TYPE__ SSIZE_T, *PSSIZE_T;
typedef int HALF_PTR, *PHALF_PTR;
typedef unsigned int UHALF_PTR, *PUHALF_PTR;
typedef ULONG_PTR KAFFINITY, *PKAFFINITY;

#define HandleToUlong(h) ((unsigned int)(ULONG_PTR)(h))
#define HandleToULong(h) HandleToUlong(h)
#define HandleToLong(h)  ((int)(LONG_PTR)(h))
#define UlongToHandle(u) ((void *)(ULONG_PTR)(unsigned int)(u))
#define ULongToHandle(u) UlongToHandle(u)
#define LongToHandle(l)  ((void *)(LONG_PTR)(int)(l))
#define PtrToUlong(p)    ((unsigned int)(ULONG_PTR)(p))
#define PtrToLong(p)     ((int)(LONG_PTR)(p))
#define PtrToUint(p)     ((unsigned int)(UINT_PTR)(p))
#define PtrToInt(p)      ((int)(INT_PTR)(p))
#define UlongToPtr(u)    ((void *)(ULONG_PTR)(unsigned int)(u))
#define ULongToPtr(u)    UlongToPtr(u)
#define LongToPtr(l)     ((void *)(LONG_PTR)(int)(l))
#define UIntToPtr(u)     ((void *)(UINT_PTR)(unsigned int)(u))
#define IntToPtr(i)      ((void *)(INT_PTR)(int)(i))

#define MAXUINT8     ((UINT8)0xff)
#define MAXINT8      ((INT8)0x7f)
#define MAXUINT16    ((UINT16)0xffff)
#define MAXINT16     ((INT16)0x7fff)
#define MAXUINT32    ((UINT32)0xffffffffU)
#define MAXINT32     ((INT32)0x7fffffff)
#define MAXUINT64    ((UINT64)0xffffffffffffffffULL)
#define MAXINT64     ((INT64)0x7fffffffffffffffLL)
#define MAXSIZE_T    ((SIZE_T) ~(SIZE_T)0)
#define MAXSSIZE_T   ((SSIZE_T)(MAXSIZE_T >> 1))
#define MAXULONG_PTR (~(ULONG_PTR)0)
#define MAXLONG_PTR  ((LONG_PTR)(MAXULONG_PTR >> 1))
#define MAXULONG32   ((ULONG32)0xffffffffU)
#define MAXLONG32    ((LONG32)0x7fffffff)
#define MAXUINT      ((unsigned int)0xffffffffU)
#define MAXINT       ((int)0x7fffffff)

#endif
