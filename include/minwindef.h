/* SPDX-License-Identifier: MIT */
/* The basic type names of Windows programs, with Windows' sizes: a DWORD has 32 bits. */
#ifndef TRANSOM_MINWINDEF_H
#define TRANSOM_MINWINDEF_H

#include <stddef.h>

#include <sal.h>
#include <specstrings.h>
#include <basetsd.h>

/* A program that did not say which Windows it is for gets the newest. */
#ifndef WINVER
#ifdef _WIN32_WINNT
#define WINVER _WIN32_WINNT
#else
#define WINVER 0x0A00
#endif
#endif
#ifndef _WIN32_WINNT
#define _WIN32_WINNT WINVER
#endif

#ifndef STRICT
#ifndef NO_STRICT
#define STRICT 1
#endif
#endif

#define MAX_PATH 260

#ifndef FALSE
#define FALSE 0
#endif
#ifndef TRUE
#define TRUE 1
#endif

/* Parameter words of old sources. */
#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif
#define far
#define near
#define FAR
#define NEAR
#ifndef CONST
#define CONST const
#endif

/* There is one calling convention: the words are accepted and mean nothing. */
#ifndef __stdcall
#define __stdcall
#endif
#ifndef __cdecl
#define __cdecl
#endif
#ifndef __fastcall
#define __fastcall
#endif
#ifndef __thiscall
#define __thiscall
#endif
#ifndef __vectorcall
#define __vectorcall
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef _stdcall
#define _stdcall
#endif
#ifndef cdecl
#define cdecl
#endif
#ifndef pascal
#define pascal
#endif
#define PASCAL
#define CDECL
#define CALLBACK
#define WINAPI
#define WINAPIV
#define APIENTRY
#define APIPRIVATE

/* Declared by the library, visible to programs. */
#define WINBASEAPI __attribute__((__visibility__("default")))
#define WINADVAPI  __attribute__((__visibility__("default")))

#define DECLSPEC_ALIGN(n) __attribute__((__aligned__(n)))
#define DECLSPEC_NORETURN __attribute__((__noreturn__))
#define DECLSPEC_NOINLINE __attribute__((__noinline__))
#define DECLSPEC_IMPORT
#define DECLSPEC_DEPRECATED __attribute__((__deprecated__))
#define DECLSPEC_SELECTANY  __attribute__((__weak__))
#define FORCEINLINE         __forceinline
/* For the headers' own functions; FORCEINLINE has no static, since programs write it themselves. */
#define TRANSOM_INLINE static __inline__ __attribute__((__always_inline__, __unused__))
#ifndef __forceinline
#define __forceinline __inline__ __attribute__((__always_inline__))
#endif
#ifndef _inline
#define _inline __inline__
#endif
#ifndef __unaligned
#define __unaligned
#endif
#define UNALIGNED
#ifndef __w64
#define __w64
#endif
#ifndef __ptr64
#define __ptr64
#define __ptr32
#endif
#ifndef __noop
#define __noop ((void)0)
#endif
#ifndef __assume
#define __assume(condition) ((void)0)
#endif

/* __declspec(word): each word has a macro below; one word in each pair of parentheses. */
#ifndef __declspec
#define __declspec(word) TRANSOM_DECLSPEC_##word
#define _declspec(word) TRANSOM_DECLSPEC_##word
#endif
#define TRANSOM_DECLSPEC_dllimport
#define TRANSOM_DECLSPEC_dllexport  __attribute__((__visibility__("default")))
#define TRANSOM_DECLSPEC_align(n)   __attribute__((__aligned__(n)))
#define TRANSOM_DECLSPEC_noreturn   __attribute__((__noreturn__))
#define TRANSOM_DECLSPEC_noinline   __attribute__((__noinline__))
#define TRANSOM_DECLSPEC_selectany  __attribute__((__weak__))
#define TRANSOM_DECLSPEC_deprecated __attribute__((__deprecated__))
#define TRANSOM_DECLSPEC_nothrow    __attribute__((__nothrow__))
#define TRANSOM_DECLSPEC_allocator
#define TRANSOM_DECLSPEC_noalias
#define TRANSOM_DECLSPEC_novtable
#define TRANSOM_DECLSPEC_restrict
#define TRANSOM_DECLSPEC_safebuffers
#define TRANSOM_DECLSPEC_uuid(text)
#ifdef __cplusplus
#define TRANSOM_DECLSPEC_thread thread_local
#else
#define TRANSOM_DECLSPEC_thread _Thread_local
#endif

typedef unsigned char BYTE, *PBYTE, *LPBYTE;
typedef unsigned short WORD, *PWORD, *LPWORD;
typedef unsigned int DWORD, *PDWORD, *LPDWORD;
typedef int BOOL, *PBOOL, *LPBOOL;
typedef int INT, *PINT, *LPINT;
typedef unsigned int UINT, *PUINT;
typedef float FLOAT, *PFLOAT;
typedef int *LPLONG;
typedef unsigned int ULONG, *PULONG;
typedef unsigned short USHORT, *PUSHORT;
typedef unsigned char UCHAR, *PUCHAR;
typedef char *PSZ;
typedef void *LPVOID;
typedef const void *LPCVOID;
typedef ULONG_PTR WPARAM;
typedef LONG_PTR LPARAM;
typedef LONG_PTR LRESULT;

#if !defined(NOMINMAX) && !defined(__cplusplus)
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#endif

#define MAKEWORD(low, high) \
    ((WORD)(((BYTE)(DWORD_PTR)(low)) | ((WORD)((BYTE)(DWORD_PTR)(high))) << 8))
#define MAKELONG(low, high) \
    ((LONG)(((WORD)(DWORD_PTR)(low)) | ((DWORD)((WORD)(DWORD_PTR)(high))) << 16))
#define LOWORD(l) ((WORD)((DWORD_PTR)(l)&0xffff))
#define HIWORD(l) ((WORD)((DWORD_PTR)(l) >> 16 & 0xffff))
#define LOBYTE(w) ((BYTE)((DWORD_PTR)(w)&0xff))
#define HIBYTE(w) ((BYTE)((DWORD_PTR)(w) >> 8 & 0xff))

#include <winnt.h>

typedef HANDLE *LPHANDLE, *SPHANDLE;
typedef HANDLE HGLOBAL;
typedef HANDLE HLOCAL;
typedef HANDLE GLOBALHANDLE;
typedef HANDLE LOCALHANDLE;
typedef INT_PTR(WINAPI *FARPROC)(void);
typedef INT_PTR(WINAPI *NEARPROC)(void);
typedef INT_PTR(WINAPI *PROC)(void);
typedef WORD ATOM;
typedef int HFILE;

DECLARE_HANDLE(HINSTANCE);
DECLARE_HANDLE(HKEY);
DECLARE_HANDLE(HKL);
DECLARE_HANDLE(HRSRC);
typedef HINSTANCE HMODULE;
typedef HKEY *PHKEY;

typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;

#endif
