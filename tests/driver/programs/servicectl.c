/* SPDX-License-Identifier: MIT */
/* servicectl.c - sends each argument to the service as a message and shows the answer. */
#include <windows.h>
#include <tchar.h>
#include <stdio.h>

#define PIPE_NAME TEXT("\\\\.\\PIPE\\Transom\\SVC")

void ErrorExit(LPTSTR lpszFunction)
{
    LPVOID lpMsgBuf;
    LPVOID lpDisplayBuf;
    DWORD dw = GetLastError();

    FormatMessage(
        FORMAT_MESSAGE_ALLOCATE_BUFFER |
        FORMAT_MESSAGE_FROM_SYSTEM |
        FORMAT_MESSAGE_IGNORE_INSERTS,
        NULL,
        dw,
        MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
        (LPTSTR) &lpMsgBuf,
        0, NULL );
    lpDisplayBuf = (LPVOID)LocalAlloc(LMEM_ZEROINIT,
        (lstrlen((LPCTSTR)lpMsgBuf)+lstrlen((LPCTSTR)lpszFunction)+40)*sizeof(TCHAR));
    wsprintf((LPTSTR)lpDisplayBuf, TEXT("%s: %lu: %s"), lpszFunction, dw, (LPTSTR)lpMsgBuf);
    _fputts((LPCTSTR)lpDisplayBuf, stderr);
    LocalFree(lpMsgBuf);
    LocalFree(lpDisplayBuf);
    ExitProcess(dw);
}

VOID _tmain(INT argc, LPTSTR argv[])
{
    HANDLE hPipe;
    DWORD dwMode = PIPE_READMODE_MESSAGE | PIPE_WAIT;
    INT i;

    if (argc < 2)
    {
        _ftprintf(stderr, TEXT("usage: %s request...\n"), argv[0]);
        exit(1);
    }
    while ((hPipe = CreateFile(PIPE_NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                               FILE_ATTRIBUTE_NORMAL, NULL)) == INVALID_HANDLE_VALUE)
    {
        if (GetLastError() != ERROR_PIPE_BUSY)
            ErrorExit(TEXT("CreateFile"));
        if (!WaitNamedPipe(PIPE_NAME, 20000))
            ErrorExit(TEXT("WaitNamedPipe"));
    }
    if (!SetNamedPipeHandleState(hPipe, &dwMode, NULL, NULL))
        ErrorExit(TEXT("SetNamedPipeHandleState"));
    for (i = 1; i < argc; i++)
    {
        TCHAR chReply[17];
        DWORD cb, cbTotal = 0;
        BOOL bDone;

        if (!WriteFile(hPipe, argv[i], lstrlen(argv[i]) * sizeof(TCHAR), &cb, NULL))
            ErrorExit(TEXT("WriteFile"));
        do
        {
            bDone = ReadFile(hPipe, chReply, sizeof chReply - sizeof(TCHAR), &cb, NULL);
            if (!bDone && GetLastError() != ERROR_MORE_DATA)
                ErrorExit(TEXT("ReadFile"));
            chReply[cb / sizeof(TCHAR)] = 0;
            cbTotal += cb;
            _tprintf(TEXT("%.*s"), (int)(cb / sizeof(TCHAR)), chReply);
        } while (!bDone);
        _tprintf(TEXT(" (%u)\n"), (UINT)(cbTotal / sizeof(TCHAR)));
    }
    CloseHandle(hPipe);
}
