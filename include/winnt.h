/* SPDX-License-Identifier: MIT */
/*
 * Types, access rights and structures shared by all parts of the interface.
 *
 * WCHAR has 16 bits, as on Windows; wchar_t on Linux has 32 unless the program is compiled with
 * -fshort-wchar, as transom-cc does by default. In C, WCHAR is the unsigned short of char16_t:
 * u"..." is always a WCHAR string, L"..." is one with -fshort-wchar. In C++, WCHAR is wchar_t
 * where that has two bytes and char16_t elsewhere. TEXT("...") is right in every case.
 *
 * LONG and DWORD have 32 bits; the C type long has 64. The Interlocked functions accept a pointer
 * to long as well and work on its low 32 bits.
 */
#ifndef TRANSOM_MINWINDEF_H
/* minwindef.h and this header need each other: it includes this one in its middle. */
#include <minwindef.h>
#elif !defined(TRANSOM_WINNT_H)
#define TRANSOM_WINNT_H

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include <sal.h>
#include <basetsd.h>
#include <guiddef.h>

#ifndef VOID
#define VOID void
#endif
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif
typedef char CHAR;
typedef short SHORT;
typedef int LONG;

typedef void *PVOID;
typedef SHORT *PSHORT;
typedef LONG *PLONG;
typedef long long LONGLONG, *PLONGLONG;
typedef unsigned long long ULONGLONG, *PULONGLONG;
typedef unsigned long long DWORDLONG, *PDWORDLONG;
typedef LONGLONG USN;
typedef double DOUBLE;
typedef BYTE BOOLEAN, *PBOOLEAN;
typedef BYTE FCHAR;
typedef WORD FSHORT;
typedef DWORD FLONG;
typedef ULONG LOGICAL, *PLOGICAL;
typedef LONG HRESULT;
typedef LONG NTSTATUS, *PNTSTATUS;
typedef char CCHAR;
typedef DWORD LCID, *PLCID;
typedef WORD LANGID;

#if defined(__cplusplus) && __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#elif defined(__cplusplus)
typedef char16_t WCHAR;
#else
typedef unsigned short WCHAR;
#endif

typedef WCHAR *PWCHAR, *LPWCH, *PWCH;
typedef const WCHAR *LPCWCH, *PCWCH;
typedef WCHAR *NWPSTR, *LPWSTR, *PWSTR;
typedef PWSTR *PZPWSTR;
typedef const PWSTR *PCZPWSTR;
typedef const WCHAR *LPCWSTR, *PCWSTR;
typedef PCWSTR *PZPCWSTR;
typedef WCHAR *PZZWSTR;
typedef const WCHAR *PCZZWSTR;
typedef WCHAR *LPUWSTR, *PUWSTR;
typedef const WCHAR *LPCUWSTR, *PCUWSTR;

typedef CHAR *PCHAR, *LPCH, *PCH;
typedef const CHAR *LPCCH, *PCCH;
typedef CHAR *NPSTR, *LPSTR, *PSTR;
typedef PSTR *PZPSTR;
typedef const CHAR *LPCSTR, *PCSTR;
typedef PCSTR *PZPCSTR;
typedef CHAR *PZZSTR;
typedef const CHAR *PCZZSTR;

#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef WCHAR TBYTE, *PTBYTE;
typedef LPWCH LPTCH, PTCH;
typedef LPCWCH LPCTCH, PCTCH;
typedef LPWSTR PTSTR, LPTSTR;
typedef LPCWSTR PCTSTR, LPCTSTR;
#if __SIZEOF_WCHAR_T__ == 2
#define __TEXT(quote) L##quote
#else
#define __TEXT(quote) u##quote
#endif
#else
typedef char TCHAR, *PTCHAR;
typedef unsigned char TBYTE, *PTBYTE;
typedef LPCH LPTCH, PTCH;
typedef LPCCH LPCTCH, PCTCH;
typedef LPSTR PTSTR, LPTSTR;
typedef LPCSTR PCTSTR, LPCTSTR;
#define __TEXT(quote) quote
#endif
#define TEXT(quote) __TEXT(quote)

#define ANSI_NULL                ((CHAR)0)
#define UNICODE_NULL             ((WCHAR)0)
#define UNICODE_STRING_MAX_CHARS 32767

typedef void *HANDLE, **PHANDLE;
#define DECLARE_HANDLE(name) \
    struct name##__ {        \
        int unused;          \
    };                       \
    typedef struct name##__ *name

/* The length of an array that ends a structure and is as long as its memory. */
#define ANYSIZE_ARRAY 1

#define MINCHAR     0x80
#define MAXCHAR     0x7f
#define MINSHORT    0x8000
#define MAXSHORT    0x7fff
#define MINLONG     0x80000000
#define MAXLONG     0x7fffffff
#define MAXBYTE     0xff
#define MAXWORD     0xffff
#define MAXDWORD    0xffffffff
#define MAXLONGLONG (0x7fffffffffffffffLL)

/* Names of an unnamed member, for compilers of old that had none. */
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME2
#define DUMMYSTRUCTNAME
#define DUMMYSTRUCTNAME2

typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    struct {
        DWORD LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    };
    struct {
        DWORD LowPart;
        DWORD HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef struct _LUID {
    DWORD LowPart;
    LONG HighPart;
} LUID, *PLUID;

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

/* The structure that holds the given member. */
#define CONTAINING_RECORD(address, type, field) \
    ((type *)((char *)(address) - (char *)(ULONG_PTR)offsetof(type, field)))
#define FIELD_OFFSET(type, field)          ((LONG)offsetof(type, field))
#define UFIELD_OFFSET(type, field)         ((DWORD)offsetof(type, field))
#define RTL_FIELD_SIZE(type, field)        (sizeof(((type *)0)->field))
#define RTL_NUMBER_OF(array)               (sizeof(array) / sizeof((array)[0]))
#define ARRAYSIZE(array)                   RTL_NUMBER_OF(array)
#define _ARRAYSIZE(array)                  RTL_NUMBER_OF(array)
#define UNREFERENCED_PARAMETER(p)          ((void)(p))
#define DBG_UNREFERENCED_PARAMETER(p)      ((void)(p))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))

#ifdef __cplusplus
#define C_ASSERT(e) static_assert(e, #e)
#else
#define C_ASSERT(e) _Static_assert(e, #e)
#endif

#define Int32x32To64(a, b)   ((LONGLONG)(LONG)(a) * (LONGLONG)(LONG)(b))
#define UInt32x32To64(a, b)  ((ULONGLONG)(DWORD)(a) * (ULONGLONG)(DWORD)(b))
#define Int64ShllMod32(a, b) ((ULONGLONG)(a) << ((b)&31))
#define Int64ShrlMod32(a, b) ((ULONGLONG)(a) >> ((b)&31))

#define RtlEqualMemory(a, b, length)    (!memcmp((a), (b), (length)))
#define RtlMoveMemory(to, from, length) memmove((to), (from), (length))
#define RtlCopyMemory(to, from, length) memcpy((to), (from), (length))
#define RtlFillMemory(to, length, fill) memset((to), (fill), (length))
#define RtlZeroMemory(to, length)       memset((to), 0, (length))

/* Clears memory for good: the compiler may not leave it out. */
TRANSOM_INLINE PVOID RtlSecureZeroMemory(PVOID memory, SIZE_T length)
{
    volatile char *byte = (volatile char *)memory;

    while (length--)
        *byte++ = 0;
    return memory;
}

/* A value that can be told from success: negative ones have failed. */
#define NT_SUCCESS(status)              ((NTSTATUS)(status) >= 0)
#define NT_INFORMATION(status)          ((ULONG)(status) >> 30 == 1)
#define NT_WARNING(status)              ((ULONG)(status) >> 30 == 2)
#define NT_ERROR(status)                ((ULONG)(status) >> 30 == 3)

/* Exception and status codes that winnt.h itself names; the others are in ntstatus.h. */
#ifndef WIN32_NO_STATUS
#define STATUS_WAIT_0                   ((DWORD)0x00000000)
#define STATUS_ABANDONED_WAIT_0         ((DWORD)0x00000080)
#define STATUS_USER_APC                 ((DWORD)0x000000C0)
#define STATUS_TIMEOUT                  ((DWORD)0x00000102)
#define STATUS_PENDING                  ((DWORD)0x00000103)
#define DBG_CONTROL_C                   ((DWORD)0x40010005)
#define DBG_CONTROL_BREAK               ((DWORD)0x40010008)
#define STATUS_GUARD_PAGE_VIOLATION     ((DWORD)0x80000001)
#define STATUS_DATATYPE_MISALIGNMENT    ((DWORD)0x80000002)
#define STATUS_BREAKPOINT               ((DWORD)0x80000003)
#define STATUS_SINGLE_STEP              ((DWORD)0x80000004)
#define STATUS_ACCESS_VIOLATION         ((DWORD)0xC0000005)
#define STATUS_IN_PAGE_ERROR            ((DWORD)0xC0000006)
#define STATUS_INVALID_HANDLE           ((DWORD)0xC0000008)
#define STATUS_INVALID_PARAMETER        ((DWORD)0xC000000D)
#define STATUS_NO_MEMORY                ((DWORD)0xC0000017)
#define STATUS_ILLEGAL_INSTRUCTION      ((DWORD)0xC000001D)
#define STATUS_NONCONTINUABLE_EXCEPTION ((DWORD)0xC0000025)
#define STATUS_INVALID_DISPOSITION      ((DWORD)0xC0000026)
#define STATUS_ARRAY_BOUNDS_EXCEEDED    ((DWORD)0xC000008C)
#define STATUS_FLOAT_DENORMAL_OPERAND   ((DWORD)0xC000008D)
#define STATUS_FLOAT_DIVIDE_BY_ZERO     ((DWORD)0xC000008E)
#define STATUS_FLOAT_INEXACT_RESULT     ((DWORD)0xC000008F)
#define STATUS_FLOAT_INVALID_OPERATION  ((DWORD)0xC0000090)
#define STATUS_FLOAT_OVERFLOW           ((DWORD)0xC0000091)
#define STATUS_FLOAT_STACK_CHECK        ((DWORD)0xC0000092)
#define STATUS_FLOAT_UNDERFLOW          ((DWORD)0xC0000093)
#define STATUS_INTEGER_DIVIDE_BY_ZERO   ((DWORD)0xC0000094)
#define STATUS_INTEGER_OVERFLOW         ((DWORD)0xC0000095)
#define STATUS_PRIVILEGED_INSTRUCTION   ((DWORD)0xC0000096)
#define STATUS_STACK_OVERFLOW           ((DWORD)0xC00000FD)
#define STATUS_CONTROL_C_EXIT           ((DWORD)0xC000013A)
#endif

#define MAXIMUM_WAIT_OBJECTS  64
#define MAXIMUM_SUSPEND_COUNT 127

/* Access rights of all objects. */
typedef DWORD ACCESS_MASK, *PACCESS_MASK;

#define DELETE                    0x00010000
#define READ_CONTROL              0x00020000
#define WRITE_DAC                 0x00040000
#define WRITE_OWNER               0x00080000
#define SYNCHRONIZE               0x00100000
#define STANDARD_RIGHTS_REQUIRED  0x000F0000
#define STANDARD_RIGHTS_READ      READ_CONTROL
#define STANDARD_RIGHTS_WRITE     READ_CONTROL
#define STANDARD_RIGHTS_EXECUTE   READ_CONTROL
#define STANDARD_RIGHTS_ALL       0x001F0000
#define SPECIFIC_RIGHTS_ALL       0x0000FFFF
#define ACCESS_SYSTEM_SECURITY    0x01000000
#define MAXIMUM_ALLOWED           0x02000000
#define GENERIC_READ              0x80000000U
#define GENERIC_WRITE             0x40000000U
#define GENERIC_EXECUTE           0x20000000U
#define GENERIC_ALL               0x10000000U

/* Access rights of files and pipes. */
#define FILE_READ_DATA            0x0001
#define FILE_LIST_DIRECTORY       0x0001
#define FILE_WRITE_DATA           0x0002
#define FILE_ADD_FILE             0x0002
#define FILE_APPEND_DATA          0x0004
#define FILE_ADD_SUBDIRECTORY     0x0004
#define FILE_CREATE_PIPE_INSTANCE 0x0004
#define FILE_READ_EA              0x0008
#define FILE_WRITE_EA             0x0010
#define FILE_EXECUTE              0x0020
#define FILE_TRAVERSE             0x0020
#define FILE_DELETE_CHILD         0x0040
#define FILE_READ_ATTRIBUTES      0x0080
#define FILE_WRITE_ATTRIBUTES     0x0100
#define FILE_ALL_ACCESS           (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x1FF)
#define FILE_GENERIC_READ \
    (STANDARD_RIGHTS_READ | FILE_READ_DATA | FILE_READ_ATTRIBUTES | FILE_READ_EA | SYNCHRONIZE)
#define FILE_GENERIC_WRITE                                                             \
    (STANDARD_RIGHTS_WRITE | FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_WRITE_EA | \
     FILE_APPEND_DATA | SYNCHRONIZE)
#define FILE_GENERIC_EXECUTE \
    (STANDARD_RIGHTS_EXECUTE | FILE_READ_ATTRIBUTES | FILE_EXECUTE | SYNCHRONIZE)

#define FILE_SHARE_READ   0x00000001
#define FILE_SHARE_WRITE  0x00000002
#define FILE_SHARE_DELETE 0x00000004

#define FILE_ATTRIBUTE_READONLY            0x00000001
#define FILE_ATTRIBUTE_HIDDEN              0x00000002
#define FILE_ATTRIBUTE_SYSTEM              0x00000004
#define FILE_ATTRIBUTE_DIRECTORY           0x00000010
#define FILE_ATTRIBUTE_ARCHIVE             0x00000020
#define FILE_ATTRIBUTE_DEVICE              0x00000040
#define FILE_ATTRIBUTE_NORMAL              0x00000080
#define FILE_ATTRIBUTE_TEMPORARY           0x00000100
#define FILE_ATTRIBUTE_SPARSE_FILE         0x00000200
#define FILE_ATTRIBUTE_REPARSE_POINT       0x00000400
#define FILE_ATTRIBUTE_COMPRESSED          0x00000800
#define FILE_ATTRIBUTE_OFFLINE             0x00001000
#define FILE_ATTRIBUTE_NOT_CONTENT_INDEXED 0x00002000
#define FILE_ATTRIBUTE_ENCRYPTED           0x00004000

/* Access rights of processes, threads and waitable objects. */
#define PROCESS_TERMINATE                  0x0001
#define PROCESS_CREATE_THREAD              0x0002
#define PROCESS_SET_SESSIONID              0x0004
#define PROCESS_VM_OPERATION               0x0008
#define PROCESS_VM_READ                    0x0010
#define PROCESS_VM_WRITE                   0x0020
#define PROCESS_DUP_HANDLE                 0x0040
#define PROCESS_CREATE_PROCESS             0x0080
#define PROCESS_SET_QUOTA                  0x0100
#define PROCESS_SET_INFORMATION            0x0200
#define PROCESS_QUERY_INFORMATION          0x0400
#define PROCESS_SUSPEND_RESUME             0x0800
#define PROCESS_QUERY_LIMITED_INFORMATION  0x1000
#define PROCESS_ALL_ACCESS                 (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)
#define THREAD_TERMINATE                   0x0001
#define THREAD_SUSPEND_RESUME              0x0002
#define THREAD_GET_CONTEXT                 0x0008
#define THREAD_SET_CONTEXT                 0x0010
#define THREAD_SET_INFORMATION             0x0020
#define THREAD_QUERY_INFORMATION           0x0040
#define THREAD_SET_THREAD_TOKEN            0x0080
#define THREAD_IMPERSONATE                 0x0100
#define THREAD_DIRECT_IMPERSONATION        0x0200
#define THREAD_SET_LIMITED_INFORMATION     0x0400
#define THREAD_QUERY_LIMITED_INFORMATION   0x0800
#define THREAD_ALL_ACCESS                  (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0xFFFF)

#define EVENT_MODIFY_STATE     0x0002
#define EVENT_ALL_ACCESS       (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)
#define MUTANT_QUERY_STATE     0x0001
#define MUTANT_ALL_ACCESS      (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | MUTANT_QUERY_STATE)
#define SEMAPHORE_MODIFY_STATE 0x0002
#define SEMAPHORE_ALL_ACCESS   (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)
#define TIMER_QUERY_STATE      0x0001
#define TIMER_MODIFY_STATE     0x0002
#define TIMER_ALL_ACCESS \
    (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | TIMER_QUERY_STATE | TIMER_MODIFY_STATE)

#define IO_COMPLETION_MODIFY_STATE 0x0002
#define IO_COMPLETION_ALL_ACCESS   (STANDARD_RIGHTS_REQUIRED | SYNCHRONIZE | 0x3)

#define DUPLICATE_CLOSE_SOURCE     0x00000001
#define DUPLICATE_SAME_ACCESS      0x00000002

/* Heaps. */
#define HEAP_NO_SERIALIZE          0x00000001
#define HEAP_GROWABLE              0x00000002
#define HEAP_GENERATE_EXCEPTIONS   0x00000004
#define HEAP_ZERO_MEMORY           0x00000008
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000

#define TLS_MINIMUM_AVAILABLE          64

/* Processors, for SYSTEM_INFO. */
#define PROCESSOR_ARCHITECTURE_INTEL   0
#define PROCESSOR_ARCHITECTURE_ARM     5
#define PROCESSOR_ARCHITECTURE_AMD64   9
#define PROCESSOR_ARCHITECTURE_ARM64   12
#define PROCESSOR_ARCHITECTURE_UNKNOWN 0xFFFF

/* Languages, for FormatMessage. */
#define MAKELANGID(primary, sub)       ((((WORD)(sub)) << 10) | (WORD)(primary))
#define PRIMARYLANGID(language)        ((WORD)(language)&0x3ff)
#define SUBLANGID(language)            ((WORD)(language) >> 10)
#define MAKELCID(language, sort) \
    ((DWORD)((((DWORD)((WORD)(sort))) << 16) | (DWORD)((WORD)(language))))
#define LANG_NEUTRAL          0x00
#define LANG_INVARIANT        0x7f
#define LANG_ENGLISH          0x09
#define SUBLANG_NEUTRAL       0x00
#define SUBLANG_DEFAULT       0x01
#define SUBLANG_SYS_DEFAULT   0x02
#define SUBLANG_ENGLISH_US    0x01
#define SUBLANG_ENGLISH_UK    0x02
#define SORT_DEFAULT          0x0
#define LANG_SYSTEM_DEFAULT   (MAKELANGID(LANG_NEUTRAL, SUBLANG_SYS_DEFAULT))
#define LANG_USER_DEFAULT     (MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT))
#define LOCALE_SYSTEM_DEFAULT (MAKELCID(LANG_SYSTEM_DEFAULT, SORT_DEFAULT))
#define LOCALE_USER_DEFAULT   (MAKELCID(LANG_USER_DEFAULT, SORT_DEFAULT))

/* Security. */
typedef PVOID PSECURITY_DESCRIPTOR;
typedef PVOID PSID;
typedef WORD SECURITY_DESCRIPTOR_CONTROL, *PSECURITY_DESCRIPTOR_CONTROL;
typedef DWORD SECURITY_INFORMATION, *PSECURITY_INFORMATION;

#define SECURITY_DESCRIPTOR_REVISION   1
#define SECURITY_DESCRIPTOR_REVISION1  1
#define SECURITY_DESCRIPTOR_MIN_LENGTH (sizeof(SECURITY_DESCRIPTOR))

#define SE_OWNER_DEFAULTED 0x0001
#define SE_GROUP_DEFAULTED 0x0002
#define SE_DACL_PRESENT    0x0004
#define SE_DACL_DEFAULTED  0x0008
#define SE_SACL_PRESENT    0x0010
#define SE_SACL_DEFAULTED  0x0020
#define SE_DACL_PROTECTED  0x1000
#define SE_SACL_PROTECTED  0x2000
#define SE_SELF_RELATIVE   0x8000

#define OWNER_SECURITY_INFORMATION 0x00000001
#define GROUP_SECURITY_INFORMATION 0x00000002
#define DACL_SECURITY_INFORMATION  0x00000004
#define SACL_SECURITY_INFORMATION  0x00000008

typedef struct _ACL {
    BYTE AclRevision;
    BYTE Sbz1;
    WORD AclSize;
    WORD AceCount;
    WORD Sbz2;
} ACL, *PACL;

#define ACL_REVISION 2

typedef struct _SECURITY_DESCRIPTOR {
    BYTE Revision;
    BYTE Sbz1;
    SECURITY_DESCRIPTOR_CONTROL Control;
    PSID Owner;
    PSID Group;
    PACL Sacl;
    PACL Dacl;
} SECURITY_DESCRIPTOR, *PISECURITY_DESCRIPTOR;

typedef enum _SECURITY_IMPERSONATION_LEVEL {
    SecurityAnonymous,
    SecurityIdentification,
    SecurityImpersonation,
    SecurityDelegation
} SECURITY_IMPERSONATION_LEVEL,
    *PSECURITY_IMPERSONATION_LEVEL;

/*
 * The state of a critical section. DebugInfo, LockSemaphore and SpinCount are ours to use; a
 * program looks at OwningThread and RecursionCount at most, and only while it holds the section.
 */
typedef struct _RTL_CRITICAL_SECTION_DEBUG RTL_CRITICAL_SECTION_DEBUG, *PRTL_CRITICAL_SECTION_DEBUG;

typedef struct _RTL_CRITICAL_SECTION {
    PRTL_CRITICAL_SECTION_DEBUG DebugInfo;
    LONG LockCount;
    LONG RecursionCount;
    HANDLE OwningThread;
    HANDLE LockSemaphore;
    ULONG_PTR SpinCount;
} RTL_CRITICAL_SECTION, *PRTL_CRITICAL_SECTION;

#define RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO 0x01000000
#define RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN  0x02000000
#define RTL_CRITICAL_SECTION_FLAG_STATIC_INIT   0x04000000

#define NTAPI

/* A call queued to a thread. */
typedef VOID(NTAPI *PAPCFUNC)(ULONG_PTR Parameter);

/* What a registered wait calls; the second argument says that the time was over. */
typedef VOID(NTAPI *WAITORTIMERCALLBACKFUNC)(PVOID lpParameter, BOOLEAN TimerOrWaitFired);
typedef WAITORTIMERCALLBACKFUNC WAITORTIMERCALLBACK;

#define WT_EXECUTEDEFAULT              0x00000000
#define WT_EXECUTEINIOTHREAD           0x00000001
#define WT_EXECUTEINWAITTHREAD         0x00000004
#define WT_EXECUTEONLYONCE             0x00000008
#define WT_EXECUTELONGFUNCTION         0x00000010
#define WT_EXECUTEINPERSISTENTIOTHREAD 0x00000040
#define WT_EXECUTEINPERSISTENTTHREAD   0x00000080

/* Of the thread pool; what they are is its own business. */
typedef struct _TP_CALLBACK_INSTANCE TP_CALLBACK_INSTANCE, *PTP_CALLBACK_INSTANCE;
typedef struct _TP_CALLBACK_ENVIRON TP_CALLBACK_ENVIRON, *PTP_CALLBACK_ENVIRON;
typedef struct _TP_WORK TP_WORK, *PTP_WORK;
typedef struct _TP_IO TP_IO, *PTP_IO;
typedef VOID(NTAPI *PTP_SIMPLE_CALLBACK)(PTP_CALLBACK_INSTANCE Instance, PVOID Context);
typedef VOID(NTAPI *PTP_WORK_CALLBACK)(PTP_CALLBACK_INSTANCE Instance, PVOID Context,
                                       PTP_WORK Work);

/* Locks of one pointer: all zero is their state at rest, what else they hold is ours. */
typedef struct _RTL_SRWLOCK {
    PVOID Ptr;
} RTL_SRWLOCK, *PRTL_SRWLOCK;

typedef struct _RTL_CONDITION_VARIABLE {
    PVOID Ptr;
} RTL_CONDITION_VARIABLE, *PRTL_CONDITION_VARIABLE;

typedef struct _RTL_RUN_ONCE {
    PVOID Ptr;
} RTL_RUN_ONCE, *PRTL_RUN_ONCE;

typedef struct _RTL_BARRIER {
    DWORD Reserved1;
    DWORD Reserved2;
    ULONG_PTR Reserved3[2];
    DWORD Reserved4;
    DWORD Reserved5;
} RTL_BARRIER, *PRTL_BARRIER;

#define RTL_SRWLOCK_INIT \
    {                    \
        0                \
    }
#define RTL_CONDITION_VARIABLE_INIT \
    {                               \
        0                           \
    }
#define RTL_RUN_ONCE_INIT \
    {                     \
        0                 \
    }
#define RTL_CONDITION_VARIABLE_LOCKMODE_SHARED 0x1
#define RTL_RUN_ONCE_CHECK_ONLY                0x00000001U
#define RTL_RUN_ONCE_ASYNC                     0x00000002U
#define RTL_RUN_ONCE_INIT_FAILED               0x00000004U
#define RTL_RUN_ONCE_CTX_RESERVED_BITS         2

/*
 * Interlocked operations: atomic, and ordered against all memory accesses before and after. The
 * names with a fence in them (Acquire, Release, NoFence) do no less. Increment, Decrement and Add
 * return the new value, all others the old one.
 *
 * Windows' long has 32 bits and is LONG. Ours is wider, so a pointer to long is accepted too and
 * its low 32 bits are used: a LONG whose address was cast to long * must not lose its neighbour.
 */
#ifdef __cplusplus
typedef LONG volatile *TRANSOM_LONG_TARGET;
typedef LONG64 volatile *TRANSOM_LONG64_TARGET;
#define TRANSOM_TARGET(target) (target)
#else
typedef LONG __attribute__((__may_alias__)) TRANSOM_ALIASED_LONG;
typedef LONG64 __attribute__((__may_alias__)) TRANSOM_ALIASED_LONG64;
typedef union {
    TRANSOM_ALIASED_LONG volatile *value;
    LONG volatile *as_long;
    ULONG volatile *as_ulong;
    long volatile *as_native_long;
    unsigned long volatile *as_native_ulong;
} TRANSOM_LONG_TARGET __attribute__((__transparent_union__));
typedef union {
    TRANSOM_ALIASED_LONG64 volatile *value;
    LONG64 volatile *as_long64;
    ULONG64 volatile *as_ulong64;
    long volatile *as_native_long;
    unsigned long volatile *as_native_ulong;
} TRANSOM_LONG64_TARGET __attribute__((__transparent_union__));
#define TRANSOM_TARGET(target) ((target).value)
#endif

TRANSOM_INLINE LONG InterlockedIncrement(TRANSOM_LONG_TARGET target)
{
    return __atomic_add_fetch(TRANSOM_TARGET(target), 1, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedDecrement(TRANSOM_LONG_TARGET target)
{
    return __atomic_sub_fetch(TRANSOM_TARGET(target), 1, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedAdd(TRANSOM_LONG_TARGET target, LONG value)
{
    return __atomic_add_fetch(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedExchange(TRANSOM_LONG_TARGET target, LONG value)
{
    return __atomic_exchange_n(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedExchangeAdd(TRANSOM_LONG_TARGET target, LONG value)
{
    return __atomic_fetch_add(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedAnd(TRANSOM_LONG_TARGET target, LONG value)
{
    return __atomic_fetch_and(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedOr(TRANSOM_LONG_TARGET target, LONG value)
{
    return __atomic_fetch_or(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedXor(TRANSOM_LONG_TARGET target, LONG value)
{
    return __atomic_fetch_xor(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG InterlockedCompareExchange(TRANSOM_LONG_TARGET target, LONG exchange,
                                               LONG comparand)
{
    __atomic_compare_exchange_n(TRANSOM_TARGET(target), &comparand, exchange, 0, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return comparand;
}

TRANSOM_INLINE LONG64 InterlockedIncrement64(TRANSOM_LONG64_TARGET target)
{
    return __atomic_add_fetch(TRANSOM_TARGET(target), 1, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedDecrement64(TRANSOM_LONG64_TARGET target)
{
    return __atomic_sub_fetch(TRANSOM_TARGET(target), 1, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedAdd64(TRANSOM_LONG64_TARGET target, LONG64 value)
{
    return __atomic_add_fetch(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedExchange64(TRANSOM_LONG64_TARGET target, LONG64 value)
{
    return __atomic_exchange_n(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedExchangeAdd64(TRANSOM_LONG64_TARGET target, LONG64 value)
{
    return __atomic_fetch_add(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedAnd64(TRANSOM_LONG64_TARGET target, LONG64 value)
{
    return __atomic_fetch_and(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedOr64(TRANSOM_LONG64_TARGET target, LONG64 value)
{
    return __atomic_fetch_or(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedXor64(TRANSOM_LONG64_TARGET target, LONG64 value)
{
    return __atomic_fetch_xor(TRANSOM_TARGET(target), value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE LONG64 InterlockedCompareExchange64(TRANSOM_LONG64_TARGET target, LONG64 exchange,
                                                   LONG64 comparand)
{
    __atomic_compare_exchange_n(TRANSOM_TARGET(target), &comparand, exchange, 0, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return comparand;
}

TRANSOM_INLINE PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}

TRANSOM_INLINE PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID exchange,
                                                       PVOID comparand)
{
    __atomic_compare_exchange_n(target, &comparand, exchange, 0, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    return comparand;
}

/* Sets or clears one bit; nonzero when it was set before. */
TRANSOM_INLINE BOOLEAN InterlockedBitTestAndSet(TRANSOM_LONG_TARGET target, LONG bit)
{
    ULONG mask = 1u << (bit & 31);

    return (__atomic_fetch_or(TRANSOM_TARGET(target), (LONG)mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

TRANSOM_INLINE BOOLEAN InterlockedBitTestAndReset(TRANSOM_LONG_TARGET target, LONG bit)
{
    ULONG mask = 1u << (bit & 31);

    return (__atomic_fetch_and(TRANSOM_TARGET(target), (LONG)~mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

#ifdef __cplusplus
extern "C++" {
#define TRANSOM_OVERLOADS(suffix, type, base)                                                    \
    TRANSOM_INLINE type InterlockedIncrement##suffix(type volatile *target)                      \
    {                                                                                            \
        return (type)InterlockedIncrement##suffix((base volatile *)target);                      \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedDecrement##suffix(type volatile *target)                      \
    {                                                                                            \
        return (type)InterlockedDecrement##suffix((base volatile *)target);                      \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedAdd##suffix(type volatile *target, type value)                \
    {                                                                                            \
        return (type)InterlockedAdd##suffix((base volatile *)target, (base)value);               \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedExchange##suffix(type volatile *target, type value)           \
    {                                                                                            \
        return (type)InterlockedExchange##suffix((base volatile *)target, (base)value);          \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedExchangeAdd##suffix(type volatile *target, type value)        \
    {                                                                                            \
        return (type)InterlockedExchangeAdd##suffix((base volatile *)target, (base)value);       \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedAnd##suffix(type volatile *target, type value)                \
    {                                                                                            \
        return (type)InterlockedAnd##suffix((base volatile *)target, (base)value);               \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedOr##suffix(type volatile *target, type value)                 \
    {                                                                                            \
        return (type)InterlockedOr##suffix((base volatile *)target, (base)value);                \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedXor##suffix(type volatile *target, type value)                \
    {                                                                                            \
        return (type)InterlockedXor##suffix((base volatile *)target, (base)value);               \
    }                                                                                            \
    TRANSOM_INLINE type InterlockedCompareExchange##suffix(type volatile *target, type exchange, \
                                                           type comparand)                       \
    {                                                                                            \
        return (type)InterlockedCompareExchange##suffix((base volatile *)target, (base)exchange, \
                                                        (base)comparand);                        \
    }

TRANSOM_OVERLOADS(, ULONG, LONG)
TRANSOM_OVERLOADS(, long, LONG)
TRANSOM_OVERLOADS(, unsigned long, LONG)
TRANSOM_OVERLOADS(64, ULONG64, LONG64)
TRANSOM_OVERLOADS(64, long, LONG64)
TRANSOM_OVERLOADS(64, unsigned long, LONG64)
#undef TRANSOM_OVERLOADS
}
#endif

#define _InterlockedIncrement                    InterlockedIncrement
#define _InterlockedIncrement64                  InterlockedIncrement64
#define _InterlockedDecrement                    InterlockedDecrement
#define _InterlockedDecrement64                  InterlockedDecrement64
#define _InterlockedExchange                     InterlockedExchange
#define _InterlockedExchange64                   InterlockedExchange64
#define _InterlockedExchangeAdd                  InterlockedExchangeAdd
#define _InterlockedExchangeAdd64                InterlockedExchangeAdd64
#define _InterlockedAnd                          InterlockedAnd
#define _InterlockedAnd64                        InterlockedAnd64
#define _InterlockedOr                           InterlockedOr
#define _InterlockedOr64                         InterlockedOr64
#define _InterlockedXor                          InterlockedXor
#define _InterlockedXor64                        InterlockedXor64
#define _InterlockedCompareExchange              InterlockedCompareExchange
#define _InterlockedCompareExchange64            InterlockedCompareExchange64
#define _InterlockedExchangePointer              InterlockedExchangePointer
#define _InterlockedCompareExchangePointer       InterlockedCompareExchangePointer
#define _interlockedbittestandset                InterlockedBitTestAndSet
#define _interlockedbittestandreset              InterlockedBitTestAndReset
#define InterlockedIncrementAcquire              InterlockedIncrement
#define InterlockedIncrement64Acquire            InterlockedIncrement64
#define InterlockedIncrementRelease              InterlockedIncrement
#define InterlockedIncrement64Release            InterlockedIncrement64
#define InterlockedIncrementNoFence              InterlockedIncrement
#define InterlockedIncrement64NoFence            InterlockedIncrement64
#define InterlockedDecrementAcquire              InterlockedDecrement
#define InterlockedDecrement64Acquire            InterlockedDecrement64
#define InterlockedDecrementRelease              InterlockedDecrement
#define InterlockedDecrement64Release            InterlockedDecrement64
#define InterlockedDecrementNoFence              InterlockedDecrement
#define InterlockedDecrement64NoFence            InterlockedDecrement64
#define InterlockedAddAcquire                    InterlockedAdd
#define InterlockedAdd64Acquire                  InterlockedAdd64
#define InterlockedAddRelease                    InterlockedAdd
#define InterlockedAdd64Release                  InterlockedAdd64
#define InterlockedAddNoFence                    InterlockedAdd
#define InterlockedAdd64NoFence                  InterlockedAdd64
#define InterlockedExchangeAcquire               InterlockedExchange
#define InterlockedExchange64Acquire             InterlockedExchange64
#define InterlockedExchangeRelease               InterlockedExchange
#define InterlockedExchange64Release             InterlockedExchange64
#define InterlockedExchangeNoFence               InterlockedExchange
#define InterlockedExchange64NoFence             InterlockedExchange64
#define InterlockedExchangeAddAcquire            InterlockedExchangeAdd
#define InterlockedExchangeAdd64Acquire          InterlockedExchangeAdd64
#define InterlockedExchangeAddRelease            InterlockedExchangeAdd
#define InterlockedExchangeAdd64Release          InterlockedExchangeAdd64
#define InterlockedExchangeAddNoFence            InterlockedExchangeAdd
#define InterlockedExchangeAdd64NoFence          InterlockedExchangeAdd64
#define InterlockedAndAcquire                    InterlockedAnd
#define InterlockedAnd64Acquire                  InterlockedAnd64
#define InterlockedAndRelease                    InterlockedAnd
#define InterlockedAnd64Release                  InterlockedAnd64
#define InterlockedAndNoFence                    InterlockedAnd
#define InterlockedAnd64NoFence                  InterlockedAnd64
#define InterlockedOrAcquire                     InterlockedOr
#define InterlockedOr64Acquire                   InterlockedOr64
#define InterlockedOrRelease                     InterlockedOr
#define InterlockedOr64Release                   InterlockedOr64
#define InterlockedOrNoFence                     InterlockedOr
#define InterlockedOr64NoFence                   InterlockedOr64
#define InterlockedXorAcquire                    InterlockedXor
#define InterlockedXor64Acquire                  InterlockedXor64
#define InterlockedXorRelease                    InterlockedXor
#define InterlockedXor64Release                  InterlockedXor64
#define InterlockedXorNoFence                    InterlockedXor
#define InterlockedXor64NoFence                  InterlockedXor64
#define InterlockedCompareExchangeAcquire        InterlockedCompareExchange
#define InterlockedCompareExchange64Acquire      InterlockedCompareExchange64
#define InterlockedCompareExchangeRelease        InterlockedCompareExchange
#define InterlockedCompareExchange64Release      InterlockedCompareExchange64
#define InterlockedCompareExchangeNoFence        InterlockedCompareExchange
#define InterlockedCompareExchange64NoFence      InterlockedCompareExchange64
#define InterlockedExchangePointerAcquire        InterlockedExchangePointer
#define InterlockedExchangePointerNoFence        InterlockedExchangePointer
#define InterlockedCompareExchangePointerAcquire InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerNoFence InterlockedCompareExchangePointer
#define InterlockedCompareExchangePointerRelease InterlockedCompareExchangePointer

/* Stops in the debugger; without one an exception, EXCEPTION_BREAKPOINT. */
#if defined(__x86_64__)
#define __debugbreak() __asm__ __volatile__("int3" ::: "memory")
#elif defined(__aarch64__)
#define __debugbreak() __asm__ __volatile__("brk #0xf000" ::: "memory")
#endif

#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)

/* A hint that the thread spins: lets the other thread of the core run. */
#if __has_builtin(__builtin_ia32_pause)
#define YieldProcessor() __builtin_ia32_pause()
#else
#define YieldProcessor() __asm__ __volatile__("" ::: "memory")
#endif

/* ---- memory ---- */

#define PAGE_NOACCESS          0x01
#define PAGE_READONLY          0x02
#define PAGE_READWRITE         0x04
#define PAGE_WRITECOPY         0x08
#define PAGE_EXECUTE           0x10
#define PAGE_EXECUTE_READ      0x20
#define PAGE_EXECUTE_READWRITE 0x40
#define PAGE_EXECUTE_WRITECOPY 0x80
#define PAGE_GUARD             0x100
#define PAGE_NOCACHE           0x200
#define PAGE_WRITECOMBINE      0x400

#define MEM_COMMIT   0x1000
#define MEM_RESERVE  0x2000
#define MEM_DECOMMIT 0x4000
#define MEM_RELEASE  0x8000
#define MEM_FREE     0x10000
#define MEM_PRIVATE  0x20000
#define MEM_MAPPED   0x40000
#define MEM_TOP_DOWN 0x100000
#define MEM_IMAGE    0x1000000

typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
    SIZE_T RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;

/* ---- exceptions ---- */

#define EXCEPTION_NONCONTINUABLE     0x1
#define EXCEPTION_UNWINDING          0x2
#define EXCEPTION_EXIT_UNWIND        0x4
#define EXCEPTION_STACK_INVALID      0x8
#define EXCEPTION_NESTED_CALL        0x10
#define EXCEPTION_TARGET_UNWIND      0x20
#define EXCEPTION_COLLIDED_UNWIND    0x40
#define EXCEPTION_UNWIND             0x66
#define EXCEPTION_MAXIMUM_PARAMETERS 15

#define EXCEPTION_READ_FAULT    0
#define EXCEPTION_WRITE_FAULT   1
#define EXCEPTION_EXECUTE_FAULT 8

typedef struct _EXCEPTION_RECORD {
    DWORD ExceptionCode;
    DWORD ExceptionFlags;
    struct _EXCEPTION_RECORD *ExceptionRecord;
    PVOID ExceptionAddress;
    DWORD NumberParameters;
    ULONG_PTR ExceptionInformation[EXCEPTION_MAXIMUM_PARAMETERS];
} EXCEPTION_RECORD, *PEXCEPTION_RECORD;

typedef struct __attribute__((aligned(16))) _M128A {
    ULONGLONG Low;
    LONGLONG High;
} M128A, *PM128A;

/* What a processor's registers hold. The layout is that of Windows on the same processor. */
#if defined(__x86_64__)

#define CONTEXT_AMD64           0x00100000
#define CONTEXT_CONTROL         (CONTEXT_AMD64 | 0x1)
#define CONTEXT_INTEGER         (CONTEXT_AMD64 | 0x2)
#define CONTEXT_SEGMENTS        (CONTEXT_AMD64 | 0x4)
#define CONTEXT_FLOATING_POINT  (CONTEXT_AMD64 | 0x8)
#define CONTEXT_DEBUG_REGISTERS (CONTEXT_AMD64 | 0x10)
#define CONTEXT_FULL            (CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_FLOATING_POINT)
#define CONTEXT_ALL             (CONTEXT_FULL | CONTEXT_SEGMENTS | CONTEXT_DEBUG_REGISTERS)
#define INITIAL_MXCSR           0x1f80
#define INITIAL_FPCSR           0x027f

typedef struct __attribute__((aligned(16))) _XSAVE_FORMAT {
    WORD ControlWord;
    WORD StatusWord;
    BYTE TagWord;
    BYTE Reserved1;
    WORD ErrorOpcode;
    DWORD ErrorOffset;
    WORD ErrorSelector;
    WORD Reserved2;
    DWORD DataOffset;
    WORD DataSelector;
    WORD Reserved3;
    DWORD MxCsr;
    DWORD MxCsr_Mask;
    M128A FloatRegisters[8];
    M128A XmmRegisters[16];
    BYTE Reserved4[96];
} XSAVE_FORMAT, *PXSAVE_FORMAT, XMM_SAVE_AREA32, *PXMM_SAVE_AREA32;

typedef struct __attribute__((aligned(16))) _CONTEXT {
    DWORD64 P1Home;
    DWORD64 P2Home;
    DWORD64 P3Home;
    DWORD64 P4Home;
    DWORD64 P5Home;
    DWORD64 P6Home;
    DWORD ContextFlags;
    DWORD MxCsr;
    WORD SegCs;
    WORD SegDs;
    WORD SegEs;
    WORD SegFs;
    WORD SegGs;
    WORD SegSs;
    DWORD EFlags;
    DWORD64 Dr0;
    DWORD64 Dr1;
    DWORD64 Dr2;
    DWORD64 Dr3;
    DWORD64 Dr6;
    DWORD64 Dr7;
    DWORD64 Rax;
    DWORD64 Rcx;
    DWORD64 Rdx;
    DWORD64 Rbx;
    DWORD64 Rsp;
    DWORD64 Rbp;
    DWORD64 Rsi;
    DWORD64 Rdi;
    DWORD64 R8;
    DWORD64 R9;
    DWORD64 R10;
    DWORD64 R11;
    DWORD64 R12;
    DWORD64 R13;
    DWORD64 R14;
    DWORD64 R15;
    DWORD64 Rip;
    __extension__ union {
        XMM_SAVE_AREA32 FltSave;
        __extension__ struct {
            M128A Header[2];
            M128A Legacy[8];
            M128A Xmm0;
            M128A Xmm1;
            M128A Xmm2;
            M128A Xmm3;
            M128A Xmm4;
            M128A Xmm5;
            M128A Xmm6;
            M128A Xmm7;
            M128A Xmm8;
            M128A Xmm9;
            M128A Xmm10;
            M128A Xmm11;
            M128A Xmm12;
            M128A Xmm13;
            M128A Xmm14;
            M128A Xmm15;
        };
    };
    M128A VectorRegister[26];
    DWORD64 VectorControl;
    DWORD64 DebugControl;
    DWORD64 LastBranchToRip;
    DWORD64 LastBranchFromRip;
    DWORD64 LastExceptionToRip;
    DWORD64 LastExceptionFromRip;
} CONTEXT, *PCONTEXT;

#elif defined(__aarch64__)

#define CONTEXT_ARM64           0x00400000
#define CONTEXT_CONTROL         (CONTEXT_ARM64 | 0x1)
#define CONTEXT_INTEGER         (CONTEXT_ARM64 | 0x2)
#define CONTEXT_FLOATING_POINT  (CONTEXT_ARM64 | 0x4)
#define CONTEXT_DEBUG_REGISTERS (CONTEXT_ARM64 | 0x8)
#define CONTEXT_FULL            (CONTEXT_CONTROL | CONTEXT_INTEGER | CONTEXT_FLOATING_POINT)
#define CONTEXT_ALL             (CONTEXT_FULL | CONTEXT_DEBUG_REGISTERS)
#define ARM64_MAX_BREAKPOINTS   8
#define ARM64_MAX_WATCHPOINTS   2

typedef union _NEON128 {
    __extension__ struct {
        ULONGLONG Low;
        LONGLONG High;
    };
    double D[2];
    float S[4];
    WORD H[8];
    BYTE B[16];
} NEON128, *PNEON128;

typedef struct __attribute__((aligned(16))) _CONTEXT {
    DWORD ContextFlags;
    DWORD Cpsr;
    __extension__ union {
        __extension__ struct {
            DWORD64 X0;
            DWORD64 X1;
            DWORD64 X2;
            DWORD64 X3;
            DWORD64 X4;
            DWORD64 X5;
            DWORD64 X6;
            DWORD64 X7;
            DWORD64 X8;
            DWORD64 X9;
            DWORD64 X10;
            DWORD64 X11;
            DWORD64 X12;
            DWORD64 X13;
            DWORD64 X14;
            DWORD64 X15;
            DWORD64 X16;
            DWORD64 X17;
            DWORD64 X18;
            DWORD64 X19;
            DWORD64 X20;
            DWORD64 X21;
            DWORD64 X22;
            DWORD64 X23;
            DWORD64 X24;
            DWORD64 X25;
            DWORD64 X26;
            DWORD64 X27;
            DWORD64 X28;
            DWORD64 Fp;
            DWORD64 Lr;
        };
        DWORD64 X[31];
    };
    DWORD64 Sp;
    DWORD64 Pc;
    NEON128 V[32];
    DWORD Fpcr;
    DWORD Fpsr;
    DWORD Bcr[ARM64_MAX_BREAKPOINTS];
    DWORD64 Bvr[ARM64_MAX_BREAKPOINTS];
    DWORD Wcr[ARM64_MAX_WATCHPOINTS];
    DWORD64 Wvr[ARM64_MAX_WATCHPOINTS];
} CONTEXT, *PCONTEXT;

#endif

#define CONTEXT_EXCEPTION_ACTIVE    0x08000000
#define CONTEXT_SERVICE_ACTIVE      0x10000000
#define CONTEXT_EXCEPTION_REQUEST   0x40000000
#define CONTEXT_EXCEPTION_REPORTING 0x80000000

typedef struct _EXCEPTION_POINTERS {
    PEXCEPTION_RECORD ExceptionRecord;
    PCONTEXT ContextRecord;
} EXCEPTION_POINTERS, *PEXCEPTION_POINTERS;

typedef LONG (*PVECTORED_EXCEPTION_HANDLER)(struct _EXCEPTION_POINTERS *ExceptionInfo);

#ifdef __cplusplus
extern "C" {
#endif

/* The registers of the caller as they are behind the call. SDK: RtlCaptureContext. */
WINBASEAPI VOID WINAPI RtlCaptureContext(PCONTEXT ContextRecord);

/*
 * Goes on with those registers of a CONTEXT that its ContextFlags name. ExceptionRecord is NULL.
 * SDK: RtlRestoreContext.
 */
WINBASEAPI VOID WINAPI RtlRestoreContext(PCONTEXT ContextRecord,
                                         struct _EXCEPTION_RECORD *ExceptionRecord);

/*
 * Runs the __finally blocks between the caller and a function with a __try that is being executed,
 * its own too, and goes on at TargetIp in it, outside of its __trys; ReturnValue is there as a
 * function's value would be. The function is known by its frame address; in an optimised one only
 * volatile locals have their values. Another TargetFrame is STATUS_INVALID_UNWIND_TARGET; NULL runs
 * all blocks of the thread and ends the process. ExceptionRecord may be NULL. SDK: RtlUnwind.
 */
WINBASEAPI VOID WINAPI RtlUnwind(PVOID TargetFrame, PVOID TargetIp,
                                 struct _EXCEPTION_RECORD *ExceptionRecord, PVOID ReturnValue);

struct _UNWIND_HISTORY_TABLE;

/* The same; ContextRecord is room for the registers to go on with, HistoryTable may be NULL. SDK:
 * RtlUnwindEx. */
WINBASEAPI VOID WINAPI RtlUnwindEx(PVOID TargetFrame, PVOID TargetIp,
                                   struct _EXCEPTION_RECORD *ExceptionRecord, PVOID ReturnValue,
                                   PCONTEXT ContextRecord,
                                   struct _UNWIND_HISTORY_TABLE *HistoryTable);

/* Raises an exception from a record of one's own. SDK: RtlRaiseException. */
WINBASEAPI VOID WINAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord);

/*
 * Return addresses of the caller and its callers; how many. BackTraceHash may be NULL. SDK:
 * RtlCaptureStackBackTrace.
 */
WINBASEAPI WORD WINAPI RtlCaptureStackBackTrace(DWORD FramesToSkip, DWORD FramesToCapture,
                                                PVOID *BackTrace, PDWORD BackTraceHash);

#ifdef __cplusplus
}
#endif

#endif
