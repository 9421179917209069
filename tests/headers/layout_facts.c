/* SPDX-License-Identifier: MIT */
/*
 * Sizes, offsets and constants of the public headers, one line each: group, name, value.
 *
 * The same file is compiled against Windows headers and against ours, see layout.py. A compiler
 * for Windows leaves the lines in its assembly, so that nothing has to run; ours prints them.
 * layout_constants.h is made by layout.py: CONSTANT(name) for each constant our headers define.
 * layout_statuses.h likewise for ntstatus.h, in a run of its own (FACTS_OF_STATUS): the same codes
 * have another type there than in winnt.h.
 */
#ifdef FACTS_OF_STATUS
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#else
#include <windows.h>
#endif

#include <stddef.h>
#include <stdio.h>

#ifdef FACTS_IN_ASSEMBLY
#define FACT(group, name, value) \
    __asm__ volatile("# FACT\t" group "\t" name "\t%0" : : "i"((long long)(value)))
#else
#define FACT(group, name, value) printf(group "\t" name "\t%lld\n", (long long)(value))
#endif

#define TYPE(type)                                \
    FACT("types", "sizeof " #type, sizeof(type)); \
    FACT("types", "signed " #type, (type)-1 < (type)1)
#define POINTER(type) FACT("pointers", "sizeof " #type, sizeof(type))
#define STRUCT(type)                     \
    FACT(#type, "sizeof", sizeof(type)); \
    FACT(#type, "alignof",               \
         offsetof(                       \
             struct {                    \
                 char before;            \
                 type it;                \
             },                          \
             it))
#define FIELD(type, field)                            \
    FACT(#type, #field " at", offsetof(type, field)); \
    FACT(#type, #field " size", sizeof(((type *)0)->field))
#define CONSTANT(name) FACT("constants", #name, name)
#define STATUS(name)   FACT("statuses", #name, name)

#ifdef FACTS_OF_STATUS

int main(void)
{
#include "layout_statuses.h"
    return 0;
}

#else

static void types(void)
{
    TYPE(BYTE);
    TYPE(WORD);
    TYPE(DWORD);
    TYPE(BOOL);
    TYPE(INT);
    TYPE(UINT);
    TYPE(LONG);
    TYPE(ULONG);
    TYPE(SHORT);
    TYPE(USHORT);
    TYPE(CHAR);
    TYPE(UCHAR);
    TYPE(WCHAR);
    TYPE(BOOLEAN);
    TYPE(LONGLONG);
    TYPE(ULONGLONG);
    TYPE(DWORDLONG);
    TYPE(INT8);
    TYPE(INT16);
    TYPE(INT32);
    TYPE(INT64);
    TYPE(UINT8);
    TYPE(UINT16);
    TYPE(UINT32);
    TYPE(UINT64);
    TYPE(LONG32);
    TYPE(ULONG32);
    TYPE(DWORD32);
    TYPE(LONG64);
    TYPE(ULONG64);
    TYPE(DWORD64);
    TYPE(INT_PTR);
    TYPE(UINT_PTR);
    TYPE(LONG_PTR);
    TYPE(ULONG_PTR);
    TYPE(DWORD_PTR);
    TYPE(SIZE_T);
    TYPE(SSIZE_T);
    TYPE(HALF_PTR);
    TYPE(UHALF_PTR);
    TYPE(KAFFINITY);
    TYPE(HRESULT);
    TYPE(LCID);
    TYPE(LANGID);
    TYPE(ATOM);
    TYPE(HFILE);
    TYPE(WPARAM);
    TYPE(LPARAM);
    TYPE(LRESULT);
    TYPE(ACCESS_MASK);
    TYPE(SECURITY_INFORMATION);
    TYPE(SECURITY_DESCRIPTOR_CONTROL);
    TYPE(COLORREF);
    TYPE(FLOAT);
    TYPE(DOUBLE);
    TYPE(TCHAR);
}

static void pointers(void)
{
    POINTER(PVOID);
    POINTER(LPVOID);
    POINTER(LPCVOID);
    POINTER(HANDLE);
    POINTER(LPHANDLE);
    POINTER(HINSTANCE);
    POINTER(HMODULE);
    POINTER(HKEY);
    POINTER(HWND);
    POINTER(HLOCAL);
    POINTER(HGLOBAL);
    POINTER(LPSTR);
    POINTER(LPCSTR);
    POINTER(LPWSTR);
    POINTER(LPCWSTR);
    POINTER(LPTSTR);
    POINTER(LPCTSTR);
    POINTER(PSID);
    POINTER(PACL);
    POINTER(PSECURITY_DESCRIPTOR);
    POINTER(LPTHREAD_START_ROUTINE);
    POINTER(FARPROC);
    POINTER(PHANDLE);
    POINTER(LPDWORD);
    POINTER(PULONG);
    POINTER(LPLONG);
    POINTER(PLONG);
    POINTER(LPBOOL);
    POINTER(LPCH);
    POINTER(LPWCH);
    POINTER(PLARGE_INTEGER);
    POINTER(LPFILETIME);
}

static void structures(void)
{
    STRUCT(LARGE_INTEGER);
    FIELD(LARGE_INTEGER, LowPart);
    FIELD(LARGE_INTEGER, HighPart);
    FIELD(LARGE_INTEGER, u.LowPart);
    FIELD(LARGE_INTEGER, u.HighPart);
    FIELD(LARGE_INTEGER, QuadPart);
    STRUCT(ULARGE_INTEGER);
    FIELD(ULARGE_INTEGER, LowPart);
    FIELD(ULARGE_INTEGER, HighPart);
    FIELD(ULARGE_INTEGER, u.LowPart);
    FIELD(ULARGE_INTEGER, u.HighPart);
    FIELD(ULARGE_INTEGER, QuadPart);
    STRUCT(LUID);
    FIELD(LUID, LowPart);
    FIELD(LUID, HighPart);
    STRUCT(LIST_ENTRY);
    FIELD(LIST_ENTRY, Flink);
    FIELD(LIST_ENTRY, Blink);
    STRUCT(SINGLE_LIST_ENTRY);
    FIELD(SINGLE_LIST_ENTRY, Next);
    STRUCT(GUID);
    FIELD(GUID, Data1);
    FIELD(GUID, Data2);
    FIELD(GUID, Data3);
    FIELD(GUID, Data4);
    STRUCT(FILETIME);
    FIELD(FILETIME, dwLowDateTime);
    FIELD(FILETIME, dwHighDateTime);
    STRUCT(SYSTEMTIME);
    FIELD(SYSTEMTIME, wYear);
    FIELD(SYSTEMTIME, wMonth);
    FIELD(SYSTEMTIME, wDayOfWeek);
    FIELD(SYSTEMTIME, wDay);
    FIELD(SYSTEMTIME, wHour);
    FIELD(SYSTEMTIME, wMinute);
    FIELD(SYSTEMTIME, wSecond);
    FIELD(SYSTEMTIME, wMilliseconds);
    STRUCT(SECURITY_ATTRIBUTES);
    FIELD(SECURITY_ATTRIBUTES, nLength);
    FIELD(SECURITY_ATTRIBUTES, lpSecurityDescriptor);
    FIELD(SECURITY_ATTRIBUTES, bInheritHandle);
    STRUCT(MEMORY_BASIC_INFORMATION);
    FIELD(MEMORY_BASIC_INFORMATION, BaseAddress);
    FIELD(MEMORY_BASIC_INFORMATION, AllocationBase);
    FIELD(MEMORY_BASIC_INFORMATION, AllocationProtect);
    FIELD(MEMORY_BASIC_INFORMATION, RegionSize);
    FIELD(MEMORY_BASIC_INFORMATION, State);
    FIELD(MEMORY_BASIC_INFORMATION, Protect);
    FIELD(MEMORY_BASIC_INFORMATION, Type);
    STRUCT(EXCEPTION_RECORD);
    FIELD(EXCEPTION_RECORD, ExceptionCode);
    FIELD(EXCEPTION_RECORD, ExceptionFlags);
    FIELD(EXCEPTION_RECORD, ExceptionRecord);
    FIELD(EXCEPTION_RECORD, ExceptionAddress);
    FIELD(EXCEPTION_RECORD, NumberParameters);
    FIELD(EXCEPTION_RECORD, ExceptionInformation);
    STRUCT(EXCEPTION_POINTERS);
    FIELD(EXCEPTION_POINTERS, ExceptionRecord);
    FIELD(EXCEPTION_POINTERS, ContextRecord);
    STRUCT(M128A);
    FIELD(M128A, Low);
    FIELD(M128A, High);
#ifdef __x86_64__
    STRUCT(XSAVE_FORMAT);
    FIELD(XSAVE_FORMAT, ControlWord);
    FIELD(XSAVE_FORMAT, StatusWord);
    FIELD(XSAVE_FORMAT, TagWord);
    FIELD(XSAVE_FORMAT, ErrorOpcode);
    FIELD(XSAVE_FORMAT, ErrorOffset);
    FIELD(XSAVE_FORMAT, ErrorSelector);
    FIELD(XSAVE_FORMAT, DataOffset);
    FIELD(XSAVE_FORMAT, DataSelector);
    FIELD(XSAVE_FORMAT, MxCsr);
    FIELD(XSAVE_FORMAT, MxCsr_Mask);
    FIELD(XSAVE_FORMAT, FloatRegisters);
    FIELD(XSAVE_FORMAT, XmmRegisters);
    STRUCT(CONTEXT);
    FIELD(CONTEXT, P1Home);
    FIELD(CONTEXT, P6Home);
    FIELD(CONTEXT, ContextFlags);
    FIELD(CONTEXT, MxCsr);
    FIELD(CONTEXT, SegCs);
    FIELD(CONTEXT, SegDs);
    FIELD(CONTEXT, SegEs);
    FIELD(CONTEXT, SegFs);
    FIELD(CONTEXT, SegGs);
    FIELD(CONTEXT, SegSs);
    FIELD(CONTEXT, EFlags);
    FIELD(CONTEXT, Dr0);
    FIELD(CONTEXT, Dr1);
    FIELD(CONTEXT, Dr2);
    FIELD(CONTEXT, Dr3);
    FIELD(CONTEXT, Dr6);
    FIELD(CONTEXT, Dr7);
    FIELD(CONTEXT, Rax);
    FIELD(CONTEXT, Rcx);
    FIELD(CONTEXT, Rdx);
    FIELD(CONTEXT, Rbx);
    FIELD(CONTEXT, Rsp);
    FIELD(CONTEXT, Rbp);
    FIELD(CONTEXT, Rsi);
    FIELD(CONTEXT, Rdi);
    FIELD(CONTEXT, R8);
    FIELD(CONTEXT, R9);
    FIELD(CONTEXT, R10);
    FIELD(CONTEXT, R11);
    FIELD(CONTEXT, R12);
    FIELD(CONTEXT, R13);
    FIELD(CONTEXT, R14);
    FIELD(CONTEXT, R15);
    FIELD(CONTEXT, Rip);
    FIELD(CONTEXT, FltSave);
    FIELD(CONTEXT, Xmm0);
    FIELD(CONTEXT, Xmm15);
    FIELD(CONTEXT, VectorRegister);
    FIELD(CONTEXT, VectorControl);
    FIELD(CONTEXT, DebugControl);
    FIELD(CONTEXT, LastBranchToRip);
    FIELD(CONTEXT, LastBranchFromRip);
    FIELD(CONTEXT, LastExceptionToRip);
    FIELD(CONTEXT, LastExceptionFromRip);
#endif
    STRUCT(OVERLAPPED);
    FIELD(OVERLAPPED, Internal);
    FIELD(OVERLAPPED, InternalHigh);
    FIELD(OVERLAPPED, Offset);
    FIELD(OVERLAPPED, OffsetHigh);
    FIELD(OVERLAPPED, Pointer);
    FIELD(OVERLAPPED, hEvent);
    STRUCT(OVERLAPPED_ENTRY);
    FIELD(OVERLAPPED_ENTRY, lpCompletionKey);
    FIELD(OVERLAPPED_ENTRY, lpOverlapped);
    FIELD(OVERLAPPED_ENTRY, Internal);
    FIELD(OVERLAPPED_ENTRY, dwNumberOfBytesTransferred);
    STRUCT(ACL);
    FIELD(ACL, AclRevision);
    FIELD(ACL, Sbz1);
    FIELD(ACL, AclSize);
    FIELD(ACL, AceCount);
    FIELD(ACL, Sbz2);
    STRUCT(SECURITY_DESCRIPTOR);
    FIELD(SECURITY_DESCRIPTOR, Revision);
    FIELD(SECURITY_DESCRIPTOR, Sbz1);
    FIELD(SECURITY_DESCRIPTOR, Control);
    FIELD(SECURITY_DESCRIPTOR, Owner);
    FIELD(SECURITY_DESCRIPTOR, Group);
    FIELD(SECURITY_DESCRIPTOR, Sacl);
    FIELD(SECURITY_DESCRIPTOR, Dacl);
    STRUCT(RTL_CRITICAL_SECTION);
    FIELD(RTL_CRITICAL_SECTION, DebugInfo);
    FIELD(RTL_CRITICAL_SECTION, LockCount);
    FIELD(RTL_CRITICAL_SECTION, RecursionCount);
    FIELD(RTL_CRITICAL_SECTION, OwningThread);
    FIELD(RTL_CRITICAL_SECTION, LockSemaphore);
    FIELD(RTL_CRITICAL_SECTION, SpinCount);
    STRUCT(CRITICAL_SECTION);
    FIELD(CRITICAL_SECTION, SpinCount);
    STRUCT(SRWLOCK);
    STRUCT(CONDITION_VARIABLE);
    STRUCT(INIT_ONCE);
    STRUCT(SYNCHRONIZATION_BARRIER);
    STRUCT(REASON_CONTEXT);
    FIELD(REASON_CONTEXT, Flags);
    FIELD(REASON_CONTEXT, Reason);
    STRUCT(PROCESS_INFORMATION);
    FIELD(PROCESS_INFORMATION, hProcess);
    FIELD(PROCESS_INFORMATION, hThread);
    FIELD(PROCESS_INFORMATION, dwProcessId);
    FIELD(PROCESS_INFORMATION, dwThreadId);
    STRUCT(SYSTEM_INFO);
    FIELD(SYSTEM_INFO, dwOemId);
    FIELD(SYSTEM_INFO, wProcessorArchitecture);
    FIELD(SYSTEM_INFO, wReserved);
    FIELD(SYSTEM_INFO, dwPageSize);
    FIELD(SYSTEM_INFO, lpMinimumApplicationAddress);
    FIELD(SYSTEM_INFO, lpMaximumApplicationAddress);
    FIELD(SYSTEM_INFO, dwActiveProcessorMask);
    FIELD(SYSTEM_INFO, dwNumberOfProcessors);
    FIELD(SYSTEM_INFO, dwProcessorType);
    FIELD(SYSTEM_INFO, dwAllocationGranularity);
    FIELD(SYSTEM_INFO, wProcessorLevel);
    FIELD(SYSTEM_INFO, wProcessorRevision);
    STRUCT(POINT);
    FIELD(POINT, x);
    FIELD(POINT, y);
    STRUCT(SIZE);
    FIELD(SIZE, cx);
    FIELD(SIZE, cy);
    STRUCT(RECT);
    FIELD(RECT, left);
    FIELD(RECT, top);
    FIELD(RECT, right);
    FIELD(RECT, bottom);
    STRUCT(STARTUPINFOA);
    FIELD(STARTUPINFOA, cb);
    FIELD(STARTUPINFOA, lpReserved);
    FIELD(STARTUPINFOA, lpDesktop);
    FIELD(STARTUPINFOA, lpTitle);
    FIELD(STARTUPINFOA, dwX);
    FIELD(STARTUPINFOA, dwY);
    FIELD(STARTUPINFOA, dwXSize);
    FIELD(STARTUPINFOA, dwYSize);
    FIELD(STARTUPINFOA, dwXCountChars);
    FIELD(STARTUPINFOA, dwYCountChars);
    FIELD(STARTUPINFOA, dwFillAttribute);
    FIELD(STARTUPINFOA, dwFlags);
    FIELD(STARTUPINFOA, wShowWindow);
    FIELD(STARTUPINFOA, cbReserved2);
    FIELD(STARTUPINFOA, lpReserved2);
    FIELD(STARTUPINFOA, hStdInput);
    FIELD(STARTUPINFOA, hStdOutput);
    FIELD(STARTUPINFOA, hStdError);
    STRUCT(STARTUPINFOW);
    FIELD(STARTUPINFOW, cb);
    FIELD(STARTUPINFOW, lpReserved);
    FIELD(STARTUPINFOW, lpDesktop);
    FIELD(STARTUPINFOW, lpTitle);
    FIELD(STARTUPINFOW, dwX);
    FIELD(STARTUPINFOW, dwY);
    FIELD(STARTUPINFOW, dwXSize);
    FIELD(STARTUPINFOW, dwYSize);
    FIELD(STARTUPINFOW, dwXCountChars);
    FIELD(STARTUPINFOW, dwYCountChars);
    FIELD(STARTUPINFOW, dwFillAttribute);
    FIELD(STARTUPINFOW, dwFlags);
    FIELD(STARTUPINFOW, wShowWindow);
    FIELD(STARTUPINFOW, cbReserved2);
    FIELD(STARTUPINFOW, lpReserved2);
    FIELD(STARTUPINFOW, hStdInput);
    FIELD(STARTUPINFOW, hStdOutput);
    FIELD(STARTUPINFOW, hStdError);
    FACT("enums", "sizeof SECURITY_IMPERSONATION_LEVEL", sizeof(SECURITY_IMPERSONATION_LEVEL));
    FACT("enums", "SecurityAnonymous", SecurityAnonymous);
    FACT("enums", "SecurityIdentification", SecurityIdentification);
    FACT("enums", "SecurityImpersonation", SecurityImpersonation);
    FACT("enums", "SecurityDelegation", SecurityDelegation);
}

static void constants(void)
{
#include "layout_constants.h"
}

int main(void)
{
    types();
    pointers();
    structures();
    constants();
    return 0;
}

#endif
