/* SPDX-License-Identifier: MIT */
/* Everything wide, whatever UNICODE says: wmain, W functions, L"" and the _s functions. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <string.h>
#include <assert.h>

#define CHECK_GLE(x, msg) do { if (!(x)) { fwprintf(stderr, L"%ls: %u\n", msg, GetLastError()); goto Cleanup; } } while (0)

static DWORD CALLBACK Reverser(PVOID pvPipe)
{
    HANDLE hPipe = (HANDLE)pvPipe;
    WCHAR wsz[128];
    DWORD cb;
    DWORD dwLines = 0;

    if (!ConnectNamedPipe(hPipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
        return MAXDWORD;
    while (ReadFile(hPipe, wsz, sizeof(wsz) - sizeof(WCHAR), &cb, NULL) && cb != 0)
    {
        wsz[cb / sizeof(WCHAR)] = UNICODE_NULL;
        _wcsrev(wsz);
        _wcsupr_s(wsz, ARRAYSIZE(wsz));
        WriteFile(hPipe, wsz, cb, &cb, NULL);
        ++dwLines;
    }
    return dwLines;
}

int wmain(int argc, wchar_t *argv[], wchar_t *envp[])
{
    int nRet = EXIT_FAILURE, i;
    HANDLE hServer = INVALID_HANDLE_VALUE, hClient = INVALID_HANDLE_VALUE, hThread = NULL;
    WCHAR wszName[MAX_PATH] = L"\\\\.\\pipe\\", wszReply[128], wszNumber[16];
    CHAR szNarrow[256];
    size_t cchDone;
    DWORD cb, dwMode = PIPE_READMODE_MESSAGE;

    assert(envp != NULL);
    wcscat_s(wszName, MAX_PATH, L"трансом-");
    _itow_s((int)GetCurrentProcessId(), wszNumber, _countof(wszNumber), 16);
    wcscat_s(wszName, _countof(wszName), wszNumber);

    hServer = CreateNamedPipeW(wszName, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE,
                               1, 512, 512, 0, NULL);
    CHECK_GLE(hServer != INVALID_HANDLE_VALUE, L"CreateNamedPipeW");
    hThread = CreateThread(NULL, 0, Reverser, hServer, 0, NULL);
    CHECK_GLE(hThread, L"CreateThread");
    for (i = 0; wszName[i]; ++i)
        wszName[i] = towupper(wszName[i]);
    CHECK_GLE(WaitNamedPipeW(wszName, 1000), L"WaitNamedPipeW");
    hClient = CreateFileW(wszName, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK_GLE(hClient != INVALID_HANDLE_VALUE, L"CreateFileW");
    CHECK_GLE(SetNamedPipeHandleState(hClient, &dwMode, NULL, NULL), L"SetNamedPipeHandleState");

    for (i = 1; i < argc; i++)
    {
        CHECK_GLE(TransactNamedPipe(hClient, argv[i], (DWORD)(wcslen(argv[i]) * sizeof(WCHAR)),
                                    wszReply, sizeof(wszReply) - sizeof(WCHAR), &cb, NULL),
                  L"TransactNamedPipe");
        wszReply[cb / 2] = L'\0';
        wprintf(L"%-10s|%10.3s|%c|%S|%hs|%ls\n", argv[i], wszReply, wszReply[0], "narrow", "narrow too", wszReply);
        if (wcstombs_s(&cchDone, szNarrow, sizeof(szNarrow), wszReply, _TRUNCATE) == 0)
            printf("%zu %s\n", cchDone, szNarrow);
        if (_wcsicmp(wszReply, L"54321") == 0)
            wprintf(L"%d %I64d %x\n", _wtoi(wszReply) + 1, _wcstoi64(wszReply, NULL, 10), wcstoul(wszReply, NULL, 16));
    }
    WriteFile(hClient, NULL, 0, &cb, NULL);
    WaitForSingleObject(hThread, INFINITE);
    CHECK_GLE(GetExitCodeThread(hThread, &cb), L"GetExitCodeThread");
    swprintf_s(wszReply, _countof(wszReply), L"%d lines", cb);
    _putws(wszReply);
    nRet = EXIT_SUCCESS;

Cleanup:
    if (hThread) CloseHandle(hThread);
    if (hClient != INVALID_HANDLE_VALUE) CloseHandle(hClient);
    if (hServer != INVALID_HANDLE_VALUE) CloseHandle(hServer);
    return nRet;
}
