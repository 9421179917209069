/* SPDX-License-Identifier: MIT */
/* pipeline command1 = command2: the output of one command is the input of another. */
#define STRICT
#include <windows.h>
#include <tchar.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdarg.h>

#define MAX_COMMAND_LINE (MAX_PATH+50)

/* fatal: the exit code, 0 if it is only a warning. */
VOID ReportError(LPCTSTR userMessage, DWORD exitCode, BOOL printErrorMessage)
{
    DWORD eMsgLen, errNum = GetLastError();
    LPTSTR lpvSysMsg;

    _ftprintf(stderr, _T("%s\n"), userMessage);
    if (printErrorMessage) {
        eMsgLen = FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM,
            NULL, errNum, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
            (LPTSTR)&lpvSysMsg, 0, NULL);
        if (eMsgLen > 0)
            _ftprintf(stderr, _T("%s\n"), lpvSysMsg);
        else
            _ftprintf(stderr, _T("Last Error Number; %d.\n"), (int)errNum);
        if (lpvSysMsg != NULL) LocalFree(lpvSysMsg);
    }
    if (exitCode > 0)
        ExitProcess(exitCode);
    return;
}

BOOL PrintStrings(HANDLE hOut, ...)
{
    DWORD msgLen, count;
    LPCTSTR pMsg;
    va_list pMsgList;

    va_start(pMsgList, hOut);
    while ((pMsg = va_arg(pMsgList, LPCTSTR)) != NULL) {
        CHAR narrow[512];

        msgLen = lstrlen(pMsg);
#ifdef UNICODE
        msgLen = WideCharToMultiByte(CP_UTF8, 0, pMsg, msgLen, narrow, sizeof(narrow), NULL, NULL);
#else
        CopyMemory(narrow, pMsg, msgLen);
#endif
        if (!WriteFile(hOut, narrow, msgLen, &count, NULL) || count != msgLen) {
            va_end(pMsgList);
            return FALSE;
        }
    }
    va_end(pMsgList);
    return TRUE;
}

static LPTSTR SkipArg(LPCTSTR targv)
{
    LPTSTR p;
    BOOL quoted = FALSE;

    for (p = (LPTSTR)targv; *p != _T('\0') && (quoted || (*p != _T(' ') && *p != _T('\t'))); p++)
        if (*p == _T('"')) quoted = !quoted;
    while (*p == _T(' ') || *p == _T('\t')) p++;
    return p;
}

int _tmain(int argc, LPTSTR argv[])
{
    DWORD i = 0, code1, code2;
    HANDLE hReadPipe, hWritePipe, both[2];
    TCHAR command1[MAX_PATH];
    SECURITY_ATTRIBUTES pipeSA = {sizeof(SECURITY_ATTRIBUTES), NULL, TRUE};
    PROCESS_INFORMATION procInfo1, procInfo2;
    STARTUPINFO startInfoCh1, startInfoCh2;
    LPTSTR targv = SkipArg(GetCommandLine());

    GetStartupInfo(&startInfoCh1);
    GetStartupInfo(&startInfoCh2);

    if (argc < 2)
        ReportError(_T("Usage: pipeline command1 = command2"), 1, FALSE);
    while (*targv != _T('=') && *targv != _T('\0')) {
        if (i == MAX_PATH - 1)
            ReportError(_T("The first command is too long."), 2, FALSE);
        command1[i] = *targv;
        targv++;
        i++;
    }
    if (*targv == _T('\0'))
        ReportError(_T("There is no second command."), 2, FALSE);
    command1[i] = _T('\0');
    targv = SkipArg(targv);

    if (!CreatePipe(&hReadPipe, &hWritePipe, &pipeSA, 0))
        ReportError(_T("No pipe."), 3, TRUE);

    startInfoCh1.hStdInput  = GetStdHandle(STD_INPUT_HANDLE);
    startInfoCh1.hStdError  = GetStdHandle(STD_ERROR_HANDLE);
    startInfoCh1.hStdOutput = hWritePipe;
    startInfoCh1.dwFlags = STARTF_USESTDHANDLES;
    if (!CreateProcess(NULL, command1, NULL, NULL, TRUE, 0, NULL, NULL, &startInfoCh1, &procInfo1))
        ReportError(_T("The first command does not start."), 4, TRUE);
    CloseHandle(procInfo1.hThread);
    CloseHandle(hWritePipe);

    startInfoCh2.hStdInput  = hReadPipe;
    startInfoCh2.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startInfoCh2.hStdError  = GetStdHandle(STD_ERROR_HANDLE);
    startInfoCh2.dwFlags = STARTF_USESTDHANDLES;
    if (!CreateProcess(NULL, targv, NULL, NULL, TRUE, 0, NULL, NULL, &startInfoCh2, &procInfo2))
        ReportError(_T("The second command does not start."), 5, TRUE);
    CloseHandle(procInfo2.hThread);
    CloseHandle(hReadPipe);

    both[0] = procInfo1.hProcess;
    both[1] = procInfo2.hProcess;
    WaitForMultipleObjects(2, both, TRUE, INFINITE);
    GetExitCodeProcess(procInfo1.hProcess, &code1);
    GetExitCodeProcess(procInfo2.hProcess, &code2);
    CloseHandle(procInfo1.hProcess);
    CloseHandle(procInfo2.hProcess);
    {
        TCHAR text[60];

        _stprintf_s(text, 60, _T("%lu, %lu"), code1, code2);
        PrintStrings(GetStdHandle(STD_OUTPUT_HANDLE), _T("both ended: "), text, _T("\n"), NULL);
    }
    return 0;
}
