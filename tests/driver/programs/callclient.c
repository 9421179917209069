/* SPDX-License-Identifier: MIT */
// One transaction in one call.
#define UNUSED UNREFERENCED_PARAMETER
#include <Windows.h>
#include <TCHAR.H>
#include <stdio.h>
#include <stdlib.h>

#pragma comment(lib, "kernel32.lib")
#pragma warning(disable : 4996)

#define BUFSIZE 64

static void ReportError(LPCTSTR lpszFunction)
{
    LPVOID lpMsgBuf;
    DWORD dw = GetLastError();

    FormatMessage(
        FORMAT_MESSAGE_ALLOCATE_BUFFER |
        FORMAT_MESSAGE_FROM_SYSTEM |
        FORMAT_MESSAGE_IGNORE_INSERTS,
        NULL,
        dw,
        MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
        (LPTSTR) &lpMsgBuf,
        0, NULL);
    _ftprintf(stderr, _T("%s failed with error %lu: %s"), lpszFunction, dw, (LPTSTR)lpMsgBuf);
    LocalFree(lpMsgBuf);
}

int __cdecl _tmain(int argc, _TCHAR *argv[])
{
    TCHAR   chReadBuf[BUFSIZE + 1] = {0};
    LPCTSTR lpszName = argc > 2 ? argv[2] : _T("\\\\.\\pipe\\transomcorpus");
    LPTSTR  lpszWrite = argc > 1 ? argv[1] : _T("Hi there");
    DWORD   cbRead = 0;
    BOOL    fSuccess;

    fSuccess = CallNamedPipe(
        (LPTSTR) lpszName,
        lpszWrite,
        (DWORD)((_tcslen(lpszWrite)+1)*sizeof(TCHAR)),
        chReadBuf,
        BUFSIZE*sizeof(TCHAR),
        &cbRead,
        20000);

    if (fSuccess || GetLastError() == ERROR_MORE_DATA)
    {
        _tprintf(_T("%s (%lu)\n"), chReadBuf, (DWORD)(cbRead / sizeof(TCHAR)));
        if (!fSuccess)
        {
            printf("\nExtra data in message was lost\n");
        }
    }
    else
    {
        ReportError(TEXT("CallNamedPipe"));
        ExitProcess(GetLastError() ? 2 : 3);
    }
    return EXIT_SUCCESS;
}
