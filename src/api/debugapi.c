/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/trace.h"
#include "base/utf.h"

BOOL WINAPI IsDebuggerPresent(void)
{
    char line[128];
    long tracer = 0;
    FILE *status = fopen("/proc/self/status", "re");

    while (status && fgets(line, sizeof(line), status))
        if (strncmp(line, "TracerPid:", 10) == 0)
            tracer = strtol(line + 10, NULL, 10);
    if (status)
        fclose(status);
    return tracer != 0;
}

VOID WINAPI DebugBreak(void)
{
    __debugbreak();
}

VOID WINAPI OutputDebugStringA(LPCSTR lpOutputString)
{
    if (lpOutputString)
        tsm_trace(TSM_TRACE_DEBUG, "%s", lpOutputString);
}

VOID WINAPI OutputDebugStringW(LPCWSTR lpOutputString)
{
    char *text = lpOutputString ? tsm_utf8_new((const char16_t *)lpOutputString) : NULL;

    OutputDebugStringA(text);
    free(text);
}
