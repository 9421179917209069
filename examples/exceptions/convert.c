/* SPDX-License-Identifier: MIT */
/*
 * Cleaning up with __finally: writes a file in capital letters.
 *
 *     convert FROM TO
 *
 * Whatever goes wrong, both handles are closed and a file that is not complete is removed.
 */
#include <stdio.h>
#include <windows.h>

static int convert(const char *from, const char *to)
{
    HANDLE volatile in = INVALID_HANDLE_VALUE, out = INVALID_HANDLE_VALUE;
    volatile int is_done = 0;

    __try {
        char text[4096];
        DWORD count, written, i;

        in = CreateFileA(from, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
        if (in == INVALID_HANDLE_VALUE)
            __leave;
        out = CreateFileA(to, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
        if (out == INVALID_HANDLE_VALUE)
            __leave;
        do {
            if (!ReadFile(in, text, sizeof(text), &count, NULL))
                __leave;
            for (i = 0; i < count; i++)
                if (text[i] >= 'a' && text[i] <= 'z')
                    text[i] = (char)(text[i] - 'a' + 'A');
            if (!WriteFile(out, text, count, &written, NULL))
                __leave;
        } while (count > 0);
        is_done = 1;
    } __finally {
        DWORD error = GetLastError();

        if (in != INVALID_HANDLE_VALUE)
            CloseHandle(in);
        if (out != INVALID_HANDLE_VALUE) {
            CloseHandle(out);
            if (!is_done)
                DeleteFileA(to);
        }
        if (!is_done)
            fprintf(stderr, "convert: error %u\n", (unsigned)error);
    }
    return is_done ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: convert FROM TO\n");
        return 2;
    }
    return convert(argv[1], argv[2]);
}
