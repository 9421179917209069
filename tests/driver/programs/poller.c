/* SPDX-License-Identifier: MIT */
/* One thread, several instances, nothing that waits: the way it was done before overlapped I/O. */
#include <windows.h>
#include <stdio.h>
#include <string.h>
#include <conio.h>

#define INSTANCES 3

enum STATE { LISTENING, READING, ANSWERING };

struct INSTANCE {
    HANDLE hPipe;
    enum STATE state;
    CHAR szBuffer[100];
    DWORD cb;
    WORD wServed;
} aInst[INSTANCES];

DWORD WINAPI Client(LPVOID lp)
{
    char szName[] = "\\\\.\\pipe\\transom-poll";
    HANDLE h;
    DWORD cb, i, dwSum = 0;
    char sz[100];

    do {
        h = CreateFileA(szName, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                        NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_WRITE_THROUGH, NULL);
    } while (h == INVALID_HANDLE_VALUE && WaitNamedPipeA(szName, NMPWAIT_WAIT_FOREVER));
    if (h == INVALID_HANDLE_VALUE)
        return 1;
    for (i = 0; i < 20; i++) {
        DWORD n = wsprintfA(sz, "%lu.%lu", (DWORD)(DWORD_PTR)lp, i);
        if (!WriteFile(h, sz, n + 1, &cb, NULL) || !ReadFile(h, sz, sizeof(sz), &cb, NULL))
            return 2;
        dwSum += cb;
    }
    CloseHandle(h);
    return dwSum;
}

int main()
{
    HANDLE ah[7];
    int i, nDone = 0;
    WORD wTotal = 0;
    DWORD dwId, dwAll = 0, dwStart = GetTickCount(), dwModes = 0;

    for (i = 0; i < INSTANCES; i++) {
        aInst[i].hPipe = CreateNamedPipeA("\\\\.\\pipe\\transom-poll",
            PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT,
            INSTANCES, 100, 100, 1000, NULL);
        if (aInst[i].hPipe == INVALID_HANDLE_VALUE) {
            cprintf("CreateNamedPipe: %ld\r\n", GetLastError());
            return 1;
        }
        GetNamedPipeHandleStateA(aInst[i].hPipe, &dwModes, NULL, NULL, NULL, NULL, 0);
        if (dwModes != (PIPE_NOWAIT | PIPE_READMODE_MESSAGE))
            return 9;
    }
    for (i = 0; i < 7; i++)
        ah[i] = CreateThread(NULL, 0, Client, (LPVOID)(INT_PTR)i, 0, &dwId);

    while (nDone < 7) {
        if (GetTickCount() - dwStart > 20000)
            return 2;
        for (i = 0; i < INSTANCES; i++) {
            struct INSTANCE *p = aInst + i;
            switch (p->state) {
            case LISTENING:
                if (ConnectNamedPipe(p->hPipe, NULL) || GetLastError() == ERROR_PIPE_CONNECTED)
                    p->state = READING;
                else if (GetLastError() == ERROR_NO_DATA)
                    DisconnectNamedPipe(p->hPipe);
                else if (GetLastError() != ERROR_PIPE_LISTENING)
                    return 3;
                break;
            case READING:
                if (ReadFile(p->hPipe, p->szBuffer, sizeof(p->szBuffer), &p->cb, NULL)) {
                    _strrev(p->szBuffer);
                    p->state = ANSWERING;
                } else if (GetLastError() == ERROR_BROKEN_PIPE) {
                    if (!DisconnectNamedPipe(p->hPipe))
                        return 4;
                    p->state = LISTENING;
                    nDone++;
                } else if (GetLastError() != ERROR_NO_DATA)
                    return 5;
                break;
            case ANSWERING: {
                DWORD cb;
                if (!WriteFile(p->hPipe, p->szBuffer, p->cb, &cb, NULL))
                    return 6;
                if (cb) {
                    p->wServed++;
                    p->state = READING;
                }
                break;
            }
            }
        }
        Sleep(0);
    }
    WaitForMultipleObjects(7, ah, TRUE, INFINITE);
    for (i = 0; i < 7; i++) {
        DWORD dw;
        GetExitCodeThread(ah[i], &dw);
        dwAll += dw;
    }
    for (i = 0; i < INSTANCES; i++)
        wTotal = (WORD)(wTotal + aInst[i].wServed);
    printf("%hu requests, %lu bytes\n", wTotal, dwAll);
    return 0;
}
