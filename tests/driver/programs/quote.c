/* SPDX-License-Identifier: MIT */
/* QUOTE.C - asks for quotes. */
#define STRICT
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tchar.h>
#include "quote.h"

int _tmain(int argc, TCHAR *argv[], TCHAR *envp[])
{
    QUOTE_REQUEST req = { QUOTE_MAGIC };
    QUOTE_REPLY rep;
    HANDLE hPipe;
    DWORD cbDone, dwMode = PIPE_READMODE_MESSAGE | PIPE_WAIT;
    int i, nTries = 0;

    if (envp[0] == NULL)
        return 9;
    while ((hPipe = CreateFile(QUOTE_PIPE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                               SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL))
           == INVALID_HANDLE_VALUE)
    {
        DWORD dwError = GetLastError();

        if (dwError == ERROR_PIPE_BUSY)
            WaitNamedPipe(QUOTE_PIPE, NMPWAIT_WAIT_FOREVER);
        else if (dwError == ERROR_FILE_NOT_FOUND && ++nTries < 100)
            Sleep(20);
        else
        {
            _ftprintf(stderr, _T("%s: error %lu\n"), QUOTE_PIPE, dwError);
            return EXIT_FAILURE;
        }
    }
    SetNamedPipeHandleState(hPipe, &dwMode, NULL, NULL);
    for (i = 1; i < argc; i++)
    {
        _tcsncpy(req.szSymbol, argv[i], 8);
        req.szSymbol[8] = _T('\0');
        if (!TransactNamedPipe(hPipe, &req, sizeof req, &rep, sizeof rep, &cbDone, NULL))
        {
            _tprintf(_T("error 0x%.8lX\n"), GetLastError());
            return EXIT_FAILURE;
        }
        _tprintf(_T("%-8s %10.2f %5lu %c\n"), rep.szSymbol, rep.dPrice, cbDone,
                 rep.ullVolume ? _T('+') : _T('-'));
    }
    CloseHandle(hPipe);
    return EXIT_SUCCESS;
}
