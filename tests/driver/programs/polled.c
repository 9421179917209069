/* SPDX-License-Identifier: MIT */
/* A pipe that is polled, with a security descriptor that lets everyone in; both ends here. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0600
#endif
#include <windows.h>
#include <stdio.h>
#include <tchar.h>

#define ASSERT(f) ((f) ? (void)0 : (void)(_tprintf(_T("line %d: %s, error %lu\n"), __LINE__, _T(#f), GetLastError()), exit(1)))

int _tmain(int argc, TCHAR *argv[])
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa) };
    SECURITY_DESCRIPTOR sd;
    PSECURITY_DESCRIPTOR pSD = &sd;
    HANDLE hServer, hClient, hSecond;
    DWORD dwMode, dwFlags, dwOut, dwIn, dwMax, cb, cbTotal, cbLeft, dwState, dwInstances;
    CHAR ch[10];
    TCHAR szName[MAX_PATH];
    BOOL b;

    ASSERT(InitializeSecurityDescriptor(pSD, SECURITY_DESCRIPTOR_REVISION));
    ASSERT(SetSecurityDescriptorDacl(pSD, TRUE, (PACL) NULL, FALSE));
    sa.lpSecurityDescriptor = pSD;
    sa.bInheritHandle = FALSE;

    wsprintf(szName, TEXT("\\\\.\\pipe\\polled%lu"), GetCurrentProcessId());
    hServer = CreateNamedPipe(szName,
                              PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE | FILE_FLAG_WRITE_THROUGH,
                              PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_NOWAIT | PIPE_REJECT_REMOTE_CLIENTS,
                              2, 1024, 2048, 100, &sa);
    ASSERT(hServer != INVALID_HANDLE_VALUE);
    hSecond = CreateNamedPipe(szName, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                              PIPE_TYPE_MESSAGE, 2, 1024, 2048, 100, &sa);
    _tprintf(_T("second first: %lu\n"), hSecond == INVALID_HANDLE_VALUE ? GetLastError() : 0);
    b = ConnectNamedPipe(hServer, NULL);
    _tprintf(_T("connect: %d %lu\n"), b, GetLastError());
    hClient = CreateFile(szName, GENERIC_READ | GENERIC_WRITE | FILE_WRITE_ATTRIBUTES,
                         FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    ASSERT(hClient != INVALID_HANDLE_VALUE);
    b = ConnectNamedPipe(hServer, NULL);
    _tprintf(_T("connect: %d %lu\n"), b, GetLastError());
    b = ReadFile(hServer, ch, sizeof(ch), &cb, NULL);
    _tprintf(_T("read: %d %lu\n"), b, GetLastError());
    ASSERT(WriteFile(hClient, "hello, world", 12, &cb, NULL) && cb == 12);
    ASSERT(PeekNamedPipe(hServer, ch, 5, &cb, &cbTotal, &cbLeft));
    _tprintf(_T("peek: %lu %lu %lu %.5hs\n"), cb, cbTotal, cbLeft, ch);
    b = ReadFile(hServer, ch, sizeof(ch), &cb, NULL);
    _tprintf(_T("read: %d %lu %lu\n"), b, cb, GetLastError());
    ASSERT(GetNamedPipeInfo(hClient, &dwFlags, &dwOut, &dwIn, &dwMax));
    _tprintf(_T("info: %#lx %lu %lu %lu\n"), dwFlags, dwOut, dwIn, dwMax);
    dwMode = PIPE_READMODE_MESSAGE | PIPE_WAIT;
    ASSERT(SetNamedPipeHandleState(hServer, &dwMode, NULL, NULL));
    ASSERT(GetNamedPipeHandleState(hServer, &dwState, &dwInstances, NULL, NULL, NULL, 0));
    _tprintf(_T("state: %#lx %lu\n"), dwState, dwInstances);
    ASSERT(ReadFile(hServer, ch, sizeof(ch), &cb, NULL) && cb == 2);
    ASSERT(DisconnectNamedPipe(hServer));
    b = WriteFile(hClient, "x", 1, &cb, NULL);
    _tprintf(_T("write: %d %lu\n"), b, GetLastError());
    CloseHandle(hClient);
    CloseHandle(hServer);
    b = WaitNamedPipe(szName, NMPWAIT_NOWAIT);
    _tprintf(_T("wait: %d %lu\n"), b, GetLastError());
    return 0;
}
