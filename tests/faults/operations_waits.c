/* SPDX-License-Identifier: MIT */
/* Events, mutexes and waits. */
#include "interpose.h"
#include "scene.h"

static DWORD create_event(void)
{
    return result_of(CreateEventA(NULL, TRUE, FALSE, NULL), &it.objects[0]);
}

static DWORD create_named_event(void)
{
    SetLastError(0);
    return result_of(CreateEventA(NULL, TRUE, FALSE, "nth"), &it.objects[0]);
}

static DWORD create_named_mutex(void)
{
    return result_of(CreateMutexA(NULL, TRUE, "nth mutex"), &it.objects[0]);
}

static bool is_owned(void)
{
    return ReleaseMutex(it.objects[0]);
}

static bool is_event(void)
{
    return SetEvent(it.objects[0]) && WaitForSingleObject(it.objects[0], 0) == WAIT_OBJECT_0;
}

static bool is_named_event(void)
{
    HANDLE same = OpenEventA(EVENT_ALL_ACCESS, FALSE, "nth");
    bool is_good = same && SetEvent(same) && WaitForSingleObject(it.objects[0], 0) == WAIT_OBJECT_0;

    close_one(&same);
    return is_good;
}

static void *setting_peer(void *argument)
{
    interpose_exempt();
    pause_us(300);
    SetEvent(it.objects[0]);
    SetEvent(it.objects[1]);
    return NULL;
}

static bool two_events(void)
{
    return result_of(CreateEventA(NULL, FALSE, FALSE, NULL), &it.objects[0]) == 0 &&
           result_of(CreateEventA(NULL, FALSE, FALSE, "nth"), &it.objects[1]) == 0;
}

static bool two_events_soon(void)
{
    if (!two_events())
        return false;
    peer_start(setting_peer);
    return true;
}

static DWORD wait_all(void)
{
    DWORD got = WaitForMultipleObjects(2, it.objects, TRUE, 10000);

    return got == WAIT_OBJECT_0 ? 0 : got == WAIT_FAILED ? GetLastError() : got;
}

/* Both were taken. */
static bool are_reset(void)
{
    return WaitForMultipleObjects(2, it.objects, FALSE, 0) == WAIT_TIMEOUT;
}

static DWORD wait_in_vain(void)
{
    DWORD got = WaitForMultipleObjects(2, it.objects, FALSE, 1);

    return got == WAIT_FAILED ? GetLastError() : got;
}

/* ---- all of them ---- */

static const struct operation operations[] = {
    {OPERATION(creating_an_event, nothing, create_event, is_event, clean, 0)},
    {OPERATION(creating_a_named_event, nothing, create_named_event, is_named_event, clean, 0)},
    {OPERATION(creating_a_named_mutex, nothing, create_named_mutex, is_owned, clean, 0)},
    {OPERATION(waiting_for_two_events, two_events_soon, wait_all, are_reset, clean, 0)},
    {OPERATION(waiting_in_vain, two_events, wait_in_vain, nothing, clean, WAIT_TIMEOUT)},
};

const struct operation_list wait_operations = OPERATION_LIST(operations);
