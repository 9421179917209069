/* SPDX-License-Identifier: MIT */
/* A program as somebody else builds it, against an installed Transom. */
#include <windows.h>
#include <stdio.h>

int main(void)
{
    HANDLE out, in;
    char text[16] = "";
    DWORD count = 0;

    if (!CreatePipe(&out, &in, NULL, 0) || !WriteFile(in, "over", 4, &count, NULL) ||
        !ReadFile(out, text, sizeof text - 1, &count, NULL) || count != 4) {
        printf("error %u\n", (unsigned)GetLastError());
        return 1;
    }
    CloseHandle(in);
    if (ReadFile(out, text + 4, 1, &count, NULL) || GetLastError() != ERROR_BROKEN_PIPE)
        return 1;
    printf("%s the transom\n", text);
    return 0;
}
