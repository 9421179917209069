/* SPDX-License-Identifier: MIT */
/* Starts itself as its own client, waits for it and reads its exit code. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <tchar.h>
#include <io.h>
#include <fcntl.h>

HANDLE hPipe = NULL;
HANDLE pipe;  /* a name that another system uses for a function */
int link, pause, sleep, nice;

static int Child(LPCTSTR pszPipe)
{
    TCHAR szReply[32];
    DWORD cbRead;

    if (!CallNamedPipe(pszPipe, TEXT("ping"), 5 * sizeof(TCHAR), szReply, sizeof(szReply), &cbRead,
                       NMPWAIT_WAIT_FOREVER))
        return 100;
    return _tcscmp(szReply, TEXT("pong")) ? 101 : 42;
}

int _tmain(int argc, TCHAR *argv[])
{
    TCHAR szProgram[MAX_PATH], szPipe[64], szCommand[2 * MAX_PATH], szText[32];
    STARTUPINFO si;
    PROCESS_INFORMATION pi;
    DWORD dwExit = 0, cb;

    if (argc == 3 && !_tcscmp(argv[1], _T("/child")))
        return Child(argv[2]);

    setvbuf(stdout, NULL, _IONBF, 0);
    _setmode(_fileno(stdout), _O_BINARY);
    if (!GetModuleFileName(NULL, szProgram, MAX_PATH))
        return 1;
    _sntprintf(szPipe, _countof(szPipe), _T("\\\\.\\pipe\\spawn.%lu"), GetCurrentProcessId());
    pipe = CreateNamedPipe(szPipe, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1,
                           64, 64, 0, NULL);
    if (pipe == INVALID_HANDLE_VALUE)
        return 2;
    GetStartupInfo(&si);
    _stprintf(szCommand, _T("\"%s\" /child %s"), szProgram, szPipe);
    if (!CreateProcess(szProgram, szCommand, NULL, NULL, FALSE, NORMAL_PRIORITY_CLASS, NULL, NULL,
                       &si, &pi))
    {
        _tprintf(_T("CreateProcess: %lu\n"), GetLastError());
        return 3;
    }
    ConnectNamedPipe(pipe, NULL);
    ReadFile(pipe, szText, sizeof(szText), &cb, NULL);
    _tprintf(_T("%s %lu\n"), szText, cb / (DWORD)sizeof(TCHAR));
    WriteFile(pipe, TEXT("pong"), 5 * sizeof(TCHAR), &cb, NULL);
    if (WaitForSingleObject(pi.hProcess, 20000) != WAIT_OBJECT_0)
        TerminateProcess(pi.hProcess, 5);
    GetExitCodeProcess(pi.hProcess, &dwExit);
    _tprintf(_T("exit code %lu\n"), dwExit);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
    CloseHandle(pipe);
    return dwExit == 42 ? EXIT_SUCCESS : EXIT_FAILURE;
}
