/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"

#define NS_PER_TICK          100
#define TICKS_PER_SECOND     10000000
#define SECONDS_1601_TO_1970 INT64_C(11644473600)

static WORD architecture(void)
{
    struct utsname name;

    return uname(&name) == 0 && strcmp(name.machine, "aarch64") == 0 ? PROCESSOR_ARCHITECTURE_ARM64
                                                                     : PROCESSOR_ARCHITECTURE_AMD64;
}

VOID WINAPI GetSystemInfo(LPSYSTEM_INFO lpSystemInfo)
{
    long page = sysconf(_SC_PAGESIZE), processors = sysconf(_SC_NPROCESSORS_ONLN);

    *lpSystemInfo = (SYSTEM_INFO){
        .dwPageSize = (DWORD)page,
        .lpMinimumApplicationAddress = (LPVOID)0x10000,
        .lpMaximumApplicationAddress = (LPVOID)0x7FFFFFFEFFFF,
        .dwActiveProcessorMask =
            processors >= 64 ? ~(DWORD_PTR)0 : ((DWORD_PTR)1 << processors) - 1,
        .dwNumberOfProcessors = (DWORD)processors,
        .dwAllocationGranularity = 0x10000,
    };
    lpSystemInfo->wProcessorArchitecture = architecture();
}

ULONGLONG WINAPI GetTickCount64(void)
{
    return (ULONGLONG)(tsm_monotonic_ns() / 1000000);
}

DWORD WINAPI GetTickCount(void)
{
    return (DWORD)GetTickCount64();
}

VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME lpSystemTimeAsFileTime)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);

    uint64_t ticks = (uint64_t)(now.tv_sec + SECONDS_1601_TO_1970) * TICKS_PER_SECOND +
                     (uint64_t)now.tv_nsec / NS_PER_TICK;

    lpSystemTimeAsFileTime->dwLowDateTime = (DWORD)ticks;
    lpSystemTimeAsFileTime->dwHighDateTime = (DWORD)(ticks >> 32);
}

static void get_time(SYSTEMTIME *out, struct tm *(*convert)(const time_t *, struct tm *))
{
    struct timespec now;
    struct tm date;

    clock_gettime(CLOCK_REALTIME, &now);
    convert(&now.tv_sec, &date);
    *out = (SYSTEMTIME){
        .wYear = (WORD)(date.tm_year + 1900),
        .wMonth = (WORD)(date.tm_mon + 1),
        .wDayOfWeek = (WORD)date.tm_wday,
        .wDay = (WORD)date.tm_mday,
        .wHour = (WORD)date.tm_hour,
        .wMinute = (WORD)date.tm_min,
        .wSecond = (WORD)date.tm_sec,
        .wMilliseconds = (WORD)(now.tv_nsec / 1000000),
    };
}

VOID WINAPI GetSystemTime(LPSYSTEMTIME lpSystemTime)
{
    get_time(lpSystemTime, gmtime_r);
}

VOID WINAPI GetLocalTime(LPSYSTEMTIME lpSystemTime)
{
    get_time(lpSystemTime, localtime_r);
}
