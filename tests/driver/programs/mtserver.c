/* SPDX-License-Identifier: MIT */
// A pipe server that gives every client a thread of its own.
#include <windows.h>
#include <stdio.h>
#include <tchar.h>
#include <strsafe.h>

#define BUFSIZE 512
#define PIPE_TIMEOUT 5000

DWORD WINAPI ClientThread(LPVOID lpvParam);
VOID MakeAnswer(LPCTSTR lpszRequest, LPTSTR lpszAnswer, LPDWORD lpcbAnswer);

int _tmain(VOID)
{
    BOOL   fConnected = FALSE;
    DWORD  dwThreadId = 0;
    HANDLE hPipe = INVALID_HANDLE_VALUE, hThread = NULL;
    LPCTSTR lpszPipename = TEXT("\\\\.\\pipe\\transomcorpus");

    // One instance and one thread for each turn of this loop.
    for (;;)
    {
        hPipe = CreateNamedPipe(
            lpszPipename,             // name of the pipe
            PIPE_ACCESS_DUPLEX,       // both directions
            PIPE_TYPE_MESSAGE |       // messages are written
            PIPE_READMODE_MESSAGE |   // and read
            PIPE_WAIT,                // calls block
            PIPE_UNLIMITED_INSTANCES, // as many as there is room for
            BUFSIZE,                  // out buffer
            BUFSIZE,                  // in buffer
            PIPE_TIMEOUT,             // default time-out
            NULL);                    // default security

        if (hPipe == INVALID_HANDLE_VALUE)
        {
            _tprintf(TEXT("CreateNamedPipe failed, GLE=%d.\n"), GetLastError());
            return -1;
        }

        fConnected = ConnectNamedPipe(hPipe, NULL) ?
            TRUE : (GetLastError() == ERROR_PIPE_CONNECTED);

        if (fConnected)
        {
            hThread = CreateThread(
                NULL,              // no security attribute
                0,                 // default stack size
                ClientThread,      // thread proc
                (LPVOID) hPipe,    // thread parameter
                0,                 // not suspended
                &dwThreadId);      // returns thread ID

            if (hThread == NULL)
            {
                _tprintf(TEXT("CreateThread failed, GLE=%d.\n"), GetLastError());
                return -1;
            }
            else
                CloseHandle(hThread);
        }
        else
            CloseHandle(hPipe);
    }

    return 0;
}

DWORD WINAPI ClientThread(LPVOID lpvParam)
{
    HANDLE hHeap      = GetProcessHeap();
    TCHAR* pchRequest = (TCHAR*)HeapAlloc(hHeap, 0, BUFSIZE*sizeof(TCHAR));
    TCHAR* pchReply   = (TCHAR*)HeapAlloc(hHeap, 0, BUFSIZE*sizeof(TCHAR));
    DWORD  cbBytesRead = 0, cbReplyBytes = 0, cbWritten = 0;
    BOOL   fSuccess = FALSE;
    HANDLE hPipe  = NULL;

    if (lpvParam == NULL || pchRequest == NULL || pchReply == NULL)
    {
        _tprintf(TEXT("ERROR - Pipe server failure.\n"));
        if (pchReply != NULL) HeapFree(hHeap, 0, pchReply);
        if (pchRequest != NULL) HeapFree(hHeap, 0, pchRequest);
        return (DWORD)-1;
    }

    hPipe = (HANDLE) lpvParam;
    while (1)
    {
        fSuccess = ReadFile(hPipe, pchRequest, BUFSIZE*sizeof(TCHAR), &cbBytesRead, NULL);
        if (!fSuccess || cbBytesRead == 0)
        {
            if (GetLastError() == ERROR_BROKEN_PIPE)
                _tprintf(TEXT("ClientThread: client disconnected.\n"));
            else
                _tprintf(TEXT("ClientThread ReadFile failed, GLE=%d.\n"), GetLastError());
            break;
        }

        MakeAnswer(pchRequest, pchReply, &cbReplyBytes);

        fSuccess = WriteFile(hPipe, pchReply, cbReplyBytes, &cbWritten, NULL);
        if (!fSuccess || cbReplyBytes != cbWritten)
        {
            _tprintf(TEXT("ClientThread WriteFile failed, GLE=%d.\n"), GetLastError());
            break;
        }
    }

    FlushFileBuffers(hPipe);
    DisconnectNamedPipe(hPipe);
    CloseHandle(hPipe);

    HeapFree(hHeap, 0, pchRequest);
    HeapFree(hHeap, 0, pchReply);

    return 1;
}

VOID MakeAnswer(LPCTSTR lpszRequest, LPTSTR lpszAnswer, LPDWORD lpcbAnswer)
{
    TCHAR szText[BUFSIZE];

    if (FAILED(StringCchPrintf(szText, ARRAYSIZE(szText), TEXT("answer to <%s>"), lpszRequest)) ||
        FAILED(StringCchCopy(lpszAnswer, BUFSIZE, szText)))
    {
        *lpcbAnswer = 0;
        lpszAnswer[0] = 0;
        _tprintf(TEXT("StringCchCopy failed, no outgoing message.\n"));
        return;
    }
    *lpcbAnswer = (lstrlen(lpszAnswer)+1)*sizeof(TCHAR);
}
