/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <string.h>
#include <time.h>

struct scene it;

void pause_us(long us)
{
    nanosleep(&(struct timespec){0, us * 1000}, NULL);
}

void close_one(HANDLE *handle)
{
    if (*handle && *handle != INVALID)
        CloseHandle(*handle);
    *handle = NULL;
}

void peer_start(void *(*run)(void *))
{
    atomic_store(&it.is_over, false);
    atomic_store(&it.peer_did, false);
    it.has_peer = pthread_create(&it.peer, NULL, run, NULL) == 0;
}

void peer_end(void)
{
    atomic_store(&it.is_over, true);
    if (it.has_peer)
        pthread_join(it.peer, NULL);
    it.has_peer = false;
}

void clean(void)
{
    /* Closing the pipe frees a peer that waits in it. */
    atomic_store(&it.is_over, true);
    if (it.server && it.server != INVALID)
        DisconnectNamedPipe(it.server);
    peer_end();
    close_one(&it.client);
    close_one(&it.other);
    close_one(&it.server);
    for (int i = 0; i < 3; i++)
        close_one(&it.objects[i]);
}

DWORD result(BOOL success)
{
    return success ? 0 : GetLastError();
}

DWORD result_of(HANDLE made, HANDLE *out)
{
    *out = made;
    return made && made != INVALID ? 0 : GetLastError();
}

bool nothing(void)
{
    return true;
}

bool passes(HANDLE from, HANDLE to)
{
    DWORD count = 0;
    char text[sizeof(WORD)];

    return WriteFile(from, WORD, sizeof(WORD), &count, NULL) && count == sizeof(WORD) &&
           ReadFile(to, text, sizeof(text), &count, NULL) && count == sizeof(WORD) &&
           memcmp(text, WORD, sizeof(WORD)) == 0;
}

bool is_answered(void)
{
    return it.count == sizeof(WORD) && memcmp(it.got, WORD, sizeof(WORD)) == 0;
}

DWORD create_pipe(void)
{
    return result(CreatePipe(&it.objects[0], &it.objects[1], NULL, 1 << 17));
}
