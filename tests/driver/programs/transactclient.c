/* SPDX-License-Identifier: MIT */
// Transactions over an open pipe, with a buffer that is too small for the replies.
#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <tchar.h>

#define SMALLBUF 4

INT _tmain(INT argc, LPTSTR argv[])
{
    HANDLE hPipe = INVALID_HANDLE_VALUE;
    DWORD dwMode = PIPE_READMODE_MESSAGE, cbRead;
    TCHAR szPart[SMALLBUF + 1];
    BOOL bOk;
    int i;

    if (!WaitNamedPipe(TEXT("\\\\.\\PIPE\\TransomCorpus"), NMPWAIT_USE_DEFAULT_WAIT))
    {
        _ftprintf(stderr, TEXT("WaitNamedPipe: %u\n"), GetLastError());
        return 1;
    }
    hPipe = CreateFile(TEXT("\\\\.\\PIPE\\TransomCorpus"), GENERIC_READ | GENERIC_WRITE, 0, NULL,
                       OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (hPipe == INVALID_HANDLE_VALUE ||
        !SetNamedPipeHandleState(hPipe, &dwMode, NULL, NULL))
    {
        _ftprintf(stderr, TEXT("open: 0x%08lx\n"), GetLastError());
        return 1;
    }
    for (i = 1; i < argc; ++i)
    {
        bOk = TransactNamedPipe(hPipe, argv[i], (lstrlen(argv[i]) + 1) * sizeof(TCHAR), szPart,
                                SMALLBUF * sizeof(TCHAR), &cbRead, NULL);
        while (bOk || GetLastError() == ERROR_MORE_DATA)
        {
            szPart[cbRead / sizeof(TCHAR)] = TEXT('\0');
            _tprintf(bOk ? TEXT("%s\n") : TEXT("%s|"), szPart);
            if (bOk)
                break;
            bOk = ReadFile(hPipe, szPart, SMALLBUF * sizeof(TCHAR), &cbRead, NULL);
        }
        if (!bOk)
        {
            _ftprintf(stderr, TEXT("TransactNamedPipe: %ld\n"), GetLastError());
            return 1;
        }
    }
    CloseHandle(hPipe);
    return 0;
}
