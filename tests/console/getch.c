/* SPDX-License-Identifier: MIT */
/* A program that reads keys beside lines and events; test_getch types them. */
#include <conio.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

static BOOL WINAPI on_event(DWORD type)
{
    printf("event %u\n", (unsigned)type);
    fflush(stdout);
    return TRUE;
}

static HANDLE told;

static BOOL WINAPI on_word(DWORD type)
{
    return type == CTRL_BREAK_EVENT && SetEvent(told);
}

static DWORD WINAPI exit_when_told(LPVOID argument)
{
    (void)argument;
    WaitForSingleObject(told, INFINITE);
    ExitProcess(5);
    return 0;
}

static int keys(void)
{
    SetConsoleCtrlHandler(on_event, TRUE);
    printf("hit %d\n", _kbhit());
    for (int i = 0; i < 4; i++) {
        printf("ready\n");
        printf("key %d\n", _getch());
    }
    printf("typing\n");
    while (!_kbhit())
        Sleep(10);
    printf("key %d\n", _getch());
    return 0;
}

static int lines(void)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    char text[2];
    DWORD count = 0;

    printf("ready\n");
    fflush(stdout);
    if (!ReadConsoleA(input, text, 2, &count, NULL))
        return 2;
    printf("line %.2s\n", text);
    printf("hit %d\n", _kbhit());
    printf("key %d\n", _getch());
    if (!ReadConsoleA(input, text, 2, &count, NULL))
        return 2;
    printf("rest %u %d\n", (unsigned)count, text[0]);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "lines"))
        return lines();
    if (argc > 1 && !strcmp(argv[1], "exits")) {
        told = CreateEventA(NULL, TRUE, FALSE, NULL);
        SetConsoleCtrlHandler(on_word, TRUE);
        CreateThread(NULL, 0, exit_when_told, NULL, 0, NULL);
        return _getch();
    }
    return keys();
}
