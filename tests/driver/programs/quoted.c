/* SPDX-License-Identifier: MIT */
/*
 * QUOTED.C - quotes of stocks for many clients. Requests and replies are structures; worker threads
 * come from the C run-time library. The request for the stock "QUIT" ends the server.
 */
#define STRICT
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <process.h>
#include <stdio.h>
#include <stdlib.h>
#include <tchar.h>

#include "quote.h"

#define MAX_WORKERS 3

typedef unsigned (__stdcall *PTHREAD_START)(void *);

typedef struct _WORKER
{
    DWORD   dwIndex;
    HANDLE  hThread;
    UINT    uiThreadId;
    DWORD   dwServed;
} WORKER, *PWORKER;

static CRITICAL_SECTION g_cs;
static HANDLE   g_hStop;
static volatile LONG g_lRequests;
static ULONGLONG g_ullVolume;

static BOOL Serve(HANDLE hPipe, PWORKER pWorker)
{
    QUOTE_REQUEST req;
    QUOTE_REPLY rep;
    DWORD cb;
    LPCTSTR p;

    while (ReadFile(hPipe, &req, sizeof(req), &cb, NULL))
    {
        if (cb != sizeof(req) || req.dwMagic != QUOTE_MAGIC)
            break;
        req.szSymbol[_countof(req.szSymbol) - 1] = 0;
        ZeroMemory(&rep, sizeof(rep));
        rep.dwMagic = QUOTE_MAGIC;
        rep.dwStatus = NO_ERROR;
        _tcscpy(rep.szSymbol, req.szSymbol);
        for (p = req.szSymbol; *p; p++)
            rep.dPrice += *p / 4.0;
        EnterCriticalSection(&g_cs);
        g_ullVolume += 0x100000000ULL;
        rep.ullVolume = g_ullVolume;
        LeaveCriticalSection(&g_cs);
        rep.dwRequest = (DWORD)InterlockedIncrement(&g_lRequests);
        pWorker->dwServed++;
        if (!WriteFile(hPipe, &rep, sizeof(rep), &cb, NULL))
            break;
        if (!_tcsicmp(req.szSymbol, _T("quit")))
            SetEvent(g_hStop);
    }
    return GetLastError() == ERROR_BROKEN_PIPE;
}

unsigned __stdcall WorkerThread(void *pv)
{
    PWORKER pWorker = (PWORKER)pv;
    HANDLE hPipe;

    hPipe = CreateNamedPipe(QUOTE_PIPE, PIPE_ACCESS_DUPLEX,
                            PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT, MAX_WORKERS,
                            sizeof(QUOTE_REPLY), sizeof(QUOTE_REQUEST), NMPWAIT_USE_DEFAULT_WAIT,
                            NULL);
    if (hPipe == INVALID_HANDLE_VALUE)
    {
        _tprintf(_T("worker %lu: error %lu\n"), pWorker->dwIndex, GetLastError());
        _endthreadex(1);
    }
    while (ConnectNamedPipe(hPipe, NULL) || GetLastError() == ERROR_PIPE_CONNECTED)
    {
        if (!Serve(hPipe, pWorker))
            _tprintf(_T("worker %lu: bad client\n"), pWorker->dwIndex);
        DisconnectNamedPipe(hPipe);
    }
    CloseHandle(hPipe);
    return 0;
}

int __cdecl _tmain(int argc, TCHAR **argv)
{
    WORKER workers[MAX_WORKERS];
    DWORD i, dwTotal = 0;

    UNREFERENCED_PARAMETER(argc);
    UNREFERENCED_PARAMETER(argv);
    InitializeCriticalSection(&g_cs);
    g_hStop = CreateEvent(NULL, TRUE, FALSE, NULL);
    for (i = 0; i < MAX_WORKERS; i++)
    {
        workers[i].dwIndex = i;
        workers[i].dwServed = 0;
        workers[i].hThread = (HANDLE)_beginthreadex(NULL, 0, (PTHREAD_START)WorkerThread,
                                                    &workers[i], 0, &workers[i].uiThreadId);
        if (workers[i].hThread == 0)
        {
            perror(_T("_beginthreadex") == NULL ? "" : "_beginthreadex");
            exit(1);
        }
    }
    WaitForSingleObject(g_hStop, INFINITE);
    Sleep(50);
    for (i = 0; i < MAX_WORKERS; i++)
    {
        dwTotal += workers[i].dwServed;
        CloseHandle(workers[i].hThread);
    }
    _tprintf(_T("%s: %lu requests, %ld counted, volume %I64u (%#I64x)\n"),
             _T("quoted"), dwTotal, g_lRequests, g_ullVolume, g_ullVolume);
    fflush(stdout);
    ExitProcess(dwTotal);
    return 0;
}
