/* SPDX-License-Identifier: MIT */
/*
 * service.c - a "service" without a service manager: a stop event, a pool of instances with one worker
 * each, a log with time stamps, and an administrative command that sets the event.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601
#pragma warning(disable : 4996)
#include <SDKDDKVer.h>
#include <windows.h>
#include <tchar.h>
#include <stdio.h>
#include <stdarg.h>
#include <process.h>
#include <strsafe.h>

#define MAX_WORKERS   4
#define MAX_REQUEST   256
#define SVC_PIPE      _T("\\\\.\\pipe\\transom\\svc")
#define SVC_STOPEVENT _T("Local\\transom.svc.stop")

typedef enum _CMD { CMD_NONE = 0, CMD_ECHO, CMD_ADD, CMD_UPPER, CMD_WHO, CMD_STAT, CMD_STOP } CMD;

typedef struct _CMDENTRY {
    LPCTSTR pszName;
    CMD     cmd;
} CMDENTRY, *PCMDENTRY;

static const CMDENTRY g_rgCommands[] = {
    { _T("echo"), CMD_ECHO }, { _T("add"), CMD_ADD }, { _T("upper"), CMD_UPPER },
    { _T("who"), CMD_WHO },   { _T("stat"), CMD_STAT }, { _T("stop"), CMD_STOP },
};

typedef struct _WORKER {
    HANDLE   hPipe;
    HANDLE   hThread;
    unsigned uThreadId;
    UINT     nIndex;
    ULONG    ulServed;
} WORKER, *PWORKER;

static HANDLE           g_hStop;
static CRITICAL_SECTION g_csLog;
static volatile LONG    g_lTotal = 0;
static WORKER           g_Workers[MAX_WORKERS];
static __declspec(thread) UINT t_nWorker = (UINT)-1;

static VOID LogLine(_In_z_ LPCTSTR pszFormat, ...)
{
    TCHAR   szLine[512];
    LPTSTR  pszEnd = szLine;
    size_t  cchLeft = ARRAYSIZE(szLine);
    va_list args;

    EnterCriticalSection(&g_csLog);
    (void)StringCchPrintfEx(szLine, _countof(szLine), &pszEnd, &cchLeft, 0, TEXT("[%d] "),
                            (int)t_nWorker);
    va_start(args, pszFormat);
    StringCchVPrintf(pszEnd, cchLeft, pszFormat, args);
    va_end(args);
    _ftprintf(stderr, _T("%s\n"), szLine);
    LeaveCriticalSection(&g_csLog);
}

static VOID LogError(LPCTSTR pszWhat, DWORD dwError)
{
    LPTSTR pszText = NULL;
    DWORD  cch = FormatMessage(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                                   FORMAT_MESSAGE_IGNORE_INSERTS,
                               NULL, dwError, MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT),
                               (LPTSTR)&pszText, 0, NULL);

    while (cch > 0 && (pszText[cch - 1] == _T('\n') || pszText[cch - 1] == _T('\r')))
        pszText[--cch] = _T('\0');
    LogLine(_T("%s: error %lu (%s)"), pszWhat, dwError, cch ? pszText : _T("no text"));
    if (pszText != NULL)
        LocalFree((HLOCAL)pszText);
}

static CMD ParseCommand(LPTSTR pszRequest, LPTSTR *ppszRest)
{
    LPTSTR pszContext = NULL;
    LPTSTR pszWord = _tcstok_s(pszRequest, _T(" \t"), &pszContext);
    UINT   i;

    *ppszRest = pszContext;
    for (i = 0; pszWord && i < ARRAYSIZE(g_rgCommands); ++i)
        if (_tcsicmp(pszWord, g_rgCommands[i].pszName) == 0)
            return g_rgCommands[i].cmd;
    return CMD_NONE;
}

static HRESULT Answer(PWORKER pWorker, LPTSTR pszRequest, LPTSTR pszReply, size_t cbReply)
{
    LPTSTR pszRest, pszNext;
    ULONG  ulClient = 0;

    switch (ParseCommand(pszRequest, &pszRest))
    {
    case CMD_ECHO:
        return StringCbCopy(pszReply, cbReply, pszRest);
    case CMD_ADD:
    {
        __int64 i64Sum = 0;

        for (pszNext = pszRest; pszNext && *pszNext;)
        {
            i64Sum += _ttoi64(pszNext);
            pszNext = _tcschr(pszNext, _T(' '));
            if (pszNext)
                while (*pszNext == _T(' '))
                    ++pszNext;
        }
        return StringCbPrintf(pszReply, cbReply, _T("%I64d (0x%08I64X)"), i64Sum, i64Sum);
    }
    case CMD_UPPER:
        StringCbCopy(pszReply, cbReply, pszRest);
        CharUpper(pszReply);
        return S_OK;
    case CMD_WHO:
        if (!GetNamedPipeClientProcessId(pWorker->hPipe, &ulClient))
            return HRESULT_FROM_WIN32(GetLastError());
        return StringCbPrintf(pszReply, cbReply, _T("%s"), ulClient ? _T("somebody") : _T("nobody"));
    case CMD_STAT:
        return StringCbPrintf(pszReply, cbReply, _T("%ld"), InterlockedCompareExchange(&g_lTotal, 0, 0));
    case CMD_STOP:
        SetEvent(g_hStop);
        return StringCbCopy(pszReply, cbReply, _T("stopping"));
    default:
        return E_INVALIDARG;
    }
}

static unsigned __stdcall WorkerThread(void *pv)
{
    PWORKER pWorker = (PWORKER)pv;
    BYTE    rgbRequest[(MAX_REQUEST + 1) * sizeof(TCHAR)];
    TCHAR   szReply[MAX_REQUEST];
    DWORD   cb;

    t_nWorker = pWorker->nIndex;
    while (WaitForSingleObject(g_hStop, 0) == WAIT_TIMEOUT)
    {
        if (!ConnectNamedPipe(pWorker->hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        {
            DWORD dwError = GetLastError();

            if (dwError == ERROR_NO_DATA)
            {
                DisconnectNamedPipe(pWorker->hPipe);
                continue;
            }
            LogError(_T("ConnectNamedPipe"), dwError);
            break;
        }
        while (ReadFile(pWorker->hPipe, rgbRequest, MAX_REQUEST * sizeof(TCHAR), &cb, NULL))
        {
            HRESULT hr;
            size_t  cbReply = 0;

            if (cb == 0)
                continue;
            ((LPTSTR)rgbRequest)[cb / sizeof(TCHAR)] = _T('\0');
            ZeroMemory(szReply, sizeof(szReply));
            hr = Answer(pWorker, (LPTSTR)rgbRequest, szReply, sizeof(szReply));
            if (FAILED(hr))
                StringCbPrintf(szReply, sizeof(szReply), _T("failed: 0x%08lx"), hr);
            StringCbLength(szReply, sizeof(szReply), &cbReply);
            InterlockedIncrement(&g_lTotal);
            InterlockedIncrement((LONG volatile *)&pWorker->ulServed);
            if (!WriteFile(pWorker->hPipe, szReply, (DWORD)cbReply, &cb, NULL) || cb != cbReply)
            {
                LogError(_T("WriteFile"), GetLastError());
                break;
            }
        }
        if (GetLastError() != ERROR_BROKEN_PIPE)
            LogError(_T("ReadFile"), GetLastError());
        FlushFileBuffers(pWorker->hPipe);
        DisconnectNamedPipe(pWorker->hPipe);
    }
    _endthreadex(pWorker->nIndex + 100);
    return 0;
}

int __cdecl _tmain(int argc, TCHAR *argv[], TCHAR *envp[])
{
    SECURITY_DESCRIPTOR sd;
    SECURITY_ATTRIBUTES sa;
    HANDLE              rghThreads[MAX_WORKERS];
    DWORD               dwWait, dwCode;
    UINT                i;

    UNREFERENCED_PARAMETER(envp);
    InitializeCriticalSectionAndSpinCount(&g_csLog, 0x400);
    if (!InitializeSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION) ||
        !SetSecurityDescriptorDacl(&sd, TRUE, (PACL)NULL, FALSE))
        return 1;
    sa.nLength = sizeof(SECURITY_ATTRIBUTES);
    sa.lpSecurityDescriptor = &sd;
    sa.bInheritHandle = FALSE;

    g_hStop = CreateEvent(NULL, TRUE, FALSE, SVC_STOPEVENT);
    if (g_hStop == NULL)
    {
        LogError(_T("CreateEvent"), GetLastError());
        return 2;
    }
    if (GetLastError() == ERROR_ALREADY_EXISTS)
    {
        _putts(_T("another one runs"));
        CloseHandle(g_hStop);
        return 3;
    }
    for (i = 0; i < MAX_WORKERS; i++)
    {
        g_Workers[i].nIndex = i;
        g_Workers[i].hPipe = CreateNamedPipe(SVC_PIPE,
            PIPE_ACCESS_DUPLEX | (i == 0 ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0),
            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
            MAX_WORKERS, MAX_REQUEST * sizeof(TCHAR), MAX_REQUEST * sizeof(TCHAR),
            NMPWAIT_USE_DEFAULT_WAIT, argc > 1 ? &sa : NULL);
        if (INVALID_HANDLE_VALUE == g_Workers[i].hPipe)
        {
            LogError(_T("CreateNamedPipe"), GetLastError());
            return 4;
        }
        rghThreads[i] = g_Workers[i].hThread =
            (HANDLE)_beginthreadex(NULL, 0, WorkerThread, &g_Workers[i], 0, &g_Workers[i].uThreadId);
    }
    _putts(_T("ready"));
    fflush(stdout);

    WaitForSingleObject(g_hStop, INFINITE);
    /* Those that still wait for a client get one. */
    for (i = 0; i < MAX_WORKERS; i++)
    {
        HANDLE h = CreateFile(SVC_PIPE, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (h != INVALID_HANDLE_VALUE)
            CloseHandle(h);
    }
    dwWait = WaitForMultipleObjects(MAX_WORKERS, rghThreads, TRUE, 10000);
    for (i = 0, dwCode = 0; i < MAX_WORKERS; i++)
    {
        DWORD dw = 0;

        GetExitCodeThread(rghThreads[i], &dw);
        dwCode += dw;
        CloseHandle(rghThreads[i]);
        CloseHandle(g_Workers[i].hPipe);
    }
    DeleteCriticalSection(&g_csLog);
    _tprintf(_T("waited %lu, codes %lu, requests %ld\n"), dwWait, dwCode, g_lTotal);
    return EXIT_SUCCESS;
}
