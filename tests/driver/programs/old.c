/* SPDX-License-Identifier: MIT */
/* The manner of the first books: void main, wsprintf, lstr functions, one file for both sides. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <conio.h>

#define PIPE_NAME "\\\\.\\pipe\\old"

LPSTR lpProgram;

VOID Usage(VOID)
{
    char szText[80];

    wsprintf(szText, "usage: %s server|client\n", lpProgram);
    printf(szText);
    exit(1);
}

VOID Server(VOID)
{
    HANDLE hPipe;
    CHAR szIn[128], szOut[256];
    DWORD dwRead, dwWritten;

    hPipe = CreateNamedPipe(PIPE_NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_WAIT, 1, 0, 0,
                            1000, (LPSECURITY_ATTRIBUTES) NULL);
    if (hPipe == (HANDLE) 0xFFFFFFFF || hPipe == INVALID_HANDLE_VALUE) {
        printf("CreateNamedPipe: %ld\n", GetLastError());
        exit(1);
    }
    if (!ConnectNamedPipe(hPipe, (LPOVERLAPPED) NULL) && GetLastError() != 535)
        exit(1);
    while (ReadFile(hPipe, szIn, sizeof(szIn) - 1, &dwRead, NULL) && dwRead) {
        szIn[dwRead] = 0;
        wsprintf(szOut, "%lu:%s:%04X:%c:%-6s|", dwRead, (LPSTR) strupr(szIn), (WORD) dwRead, '!',
                 "ok");
        WriteFile(hPipe, szOut, lstrlen(szOut), &dwWritten, NULL);
    }
    CloseHandle(hPipe);
}

VOID Client(VOID)
{
    HANDLE hPipe;
    CHAR szLine[128], szReply[256];
    DWORD cb;

    while ((hPipe = CreateFile(PIPE_NAME, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0,
                               NULL)) == INVALID_HANDLE_VALUE)
        Sleep(10);
    while (gets(szLine) != NULL) {
        if (lstrcmpi(szLine, "end") == 0)
            break;
        WriteFile(hPipe, szLine, lstrlen(szLine), &cb, NULL);
        ReadFile(hPipe, szReply, sizeof(szReply) - 1, &cb, NULL);
        szReply[cb] = '\0';
        puts(szReply);
    }
    while (kbhit() && getch() != EOF)
        ;
    CloseHandle(hPipe);
}

void main(int argc, char *argv[])
{
    lpProgram = "old";
    if (argc != 2)
        Usage();
    else if (!stricmp(argv[1], "SERVER"))
        Server();
    else if (!stricmp(argv[1], "CLIENT"))
        Client();
    else
        Usage();
}
