/* SPDX-License-Identifier: MIT */
// Opens the pipe, waiting for an instance if it must, sends a message and reads what comes back.
#include <windows.h>
#include <stdio.h>
#include <conio.h>
#include <tchar.h>

#define BUFSIZE 512

int _tmain(int argc, TCHAR *argv[])
{
    HANDLE hPipe;
    LPTSTR lpvMessage = TEXT("Default message from client.");
    TCHAR  chBuf[BUFSIZE];
    BOOL   fSuccess = FALSE;
    DWORD  cbRead, cbToWrite, cbWritten, dwMode;
    LPTSTR lpszPipename = TEXT("\\\\.\\pipe\\transomcorpus");

    if (argc > 1)
        lpvMessage = argv[1];

    while (1)
    {
        hPipe = CreateFile(
            lpszPipename,
            GENERIC_READ | GENERIC_WRITE,
            0,
            NULL,
            OPEN_EXISTING,
            0,
            NULL);

        if (hPipe != INVALID_HANDLE_VALUE)
            break;

        if (GetLastError() != ERROR_PIPE_BUSY)
        {
            _tprintf(TEXT("Could not open pipe. GLE=%d\n"), GetLastError());
            return -1;
        }

        if (!WaitNamedPipe(lpszPipename, 20000))
        {
            printf("Could not open pipe: 20 second wait timed out.");
            return -1;
        }
    }

    dwMode = PIPE_READMODE_MESSAGE;
    fSuccess = SetNamedPipeHandleState(hPipe, &dwMode, NULL, NULL);
    if (!fSuccess)
    {
        _tprintf(TEXT("SetNamedPipeHandleState failed. GLE=%d\n"), GetLastError());
        return -1;
    }

    cbToWrite = (lstrlen(lpvMessage)+1)*sizeof(TCHAR);
    _tprintf(TEXT("Sending %d characters: \"%s\"\n"), cbToWrite / sizeof(TCHAR), lpvMessage);

    fSuccess = WriteFile(hPipe, lpvMessage, cbToWrite, &cbWritten, NULL);
    if (!fSuccess)
    {
        _tprintf(TEXT("WriteFile to pipe failed. GLE=%d\n"), GetLastError());
        return -1;
    }

    do
    {
        // A message may be longer than one read.
        fSuccess = ReadFile(hPipe, chBuf, 8*sizeof(TCHAR), &cbRead, NULL);
        if (!fSuccess && GetLastError() != ERROR_MORE_DATA)
            break;

        _tprintf(TEXT("%.*s"), (int)(cbRead / sizeof(TCHAR)), chBuf);
    } while (!fSuccess);

    if (!fSuccess)
    {
        _tprintf(TEXT("ReadFile from pipe failed. GLE=%d\n"), GetLastError());
        return -1;
    }

    printf("\n<End of message, press ENTER to terminate connection and exit>");
    _getch();

    CloseHandle(hPipe);
    return 0;
}
