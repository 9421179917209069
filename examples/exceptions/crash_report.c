/* SPDX-License-Identifier: MIT */
/*
 * A crash handler: writes a report with a back trace into crash.txt, then lets the process end as it
 * would have without it.
 */
#include <stdio.h>
#include <windows.h>

static LONG WINAPI report(EXCEPTION_POINTERS *pointers)
{
    PVOID frames[32];
    WORD count = RtlCaptureStackBackTrace(0, 32, frames, NULL);
    char line[80];
    DWORD written;
    HANDLE file = CreateFileA("crash.txt", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    int i, length;

    if (file == INVALID_HANDLE_VALUE)
        return EXCEPTION_CONTINUE_SEARCH;
    length = snprintf(line, sizeof(line), "exception %08X at %p\n",
                      (unsigned)pointers->ExceptionRecord->ExceptionCode,
                      pointers->ExceptionRecord->ExceptionAddress);
    WriteFile(file, line, (DWORD)length, &written, NULL);
    for (i = 0; i < count; i++) {
        length = snprintf(line, sizeof(line), "  %p\n", frames[i]);
        WriteFile(file, line, (DWORD)length, &written, NULL);
    }
    CloseHandle(file);
    return EXCEPTION_CONTINUE_SEARCH;
}

static int *volatile nothing;

int main(void)
{
    SetUnhandledExceptionFilter(report);
    *nothing = 1;
    return 0;
}
