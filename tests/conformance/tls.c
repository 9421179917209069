/* SPDX-License-Identifier: MIT */
/* Thread local storage. */
#include "conformance.h"

static DWORD WINAPI slot_is_zero(LPVOID index)
{
    SetLastError(1234);
    return TlsGetValue(*(DWORD *)index) == NULL && GetLastError() == 0;
}

static DWORD in_another_thread(LPTHREAD_START_ROUTINE function, void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, function, argument, 0, NULL);
    DWORD code = 0xDEAD;

    CHECK(thread != NULL);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

TEST(a_fresh_slot_is_zero_in_every_thread)
{
    DWORD index = TlsAlloc();

    CHECK(index != TLS_OUT_OF_INDEXES);
    CHECK(TlsGetValue(index) == NULL);
    CHECK_U32(in_another_thread(slot_is_zero, &index), TRUE);
    CHECK(TlsFree(index));
}

TEST(each_thread_has_its_own_value)
{
    DWORD index = TlsAlloc();

    CHECK(index != TLS_OUT_OF_INDEXES);
    CHECK(TlsSetValue(index, &index));
    CHECK_U32(in_another_thread(slot_is_zero, &index), TRUE);
    CHECK(TlsGetValue(index) == &index);
}

struct late_slot {
    HANDLE started;
    HANDLE allocated;
    DWORD index;
};

static DWORD WINAPI look_at_late_slot(LPVOID argument)
{
    struct late_slot *slot = argument;

    SetEvent(slot->started);
    WaitForSingleObject(slot->allocated, 10000);
    return slot_is_zero(&slot->index);
}

TEST(a_slot_allocated_later_is_zero_in_threads_that_run_already)
{
    struct late_slot slot;
    HANDLE thread;
    DWORD code = 0;

    slot.started = CreateEventA(NULL, TRUE, FALSE, NULL);
    slot.allocated = CreateEventA(NULL, TRUE, FALSE, NULL);
    thread = CreateThread(NULL, 0, look_at_late_slot, &slot, 0, NULL);
    CHECK(thread != NULL);
    CHECK_U32(WaitForSingleObject(slot.started, 5000), WAIT_OBJECT_0);
    slot.index = TlsAlloc();
    CHECK(TlsSetValue(slot.index, &slot));
    CHECK(SetEvent(slot.allocated));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, TRUE);
}

struct reuse {
    HANDLE stored;
    HANDLE again;
    DWORD index;
};

static DWORD WINAPI store_and_look_again(LPVOID argument)
{
    struct reuse *reuse = argument;

    if (!TlsSetValue(reuse->index, reuse))
        return 2;
    SetEvent(reuse->stored);
    WaitForSingleObject(reuse->again, 10000);
    return slot_is_zero(&reuse->index);
}

TEST(a_slot_freed_and_allocated_again_is_zero_in_every_thread)
{
    struct reuse reuse;
    HANDLE thread;
    DWORD code = 0, i, first;

    reuse.stored = CreateEventA(NULL, TRUE, FALSE, NULL);
    reuse.again = CreateEventA(NULL, TRUE, FALSE, NULL);
    reuse.index = first = TlsAlloc();
    CHECK(TlsSetValue(first, &reuse));
    thread = CreateThread(NULL, 0, store_and_look_again, &reuse, 0, NULL);
    CHECK(thread != NULL);
    CHECK_U32(WaitForSingleObject(reuse.stored, 5000), WAIT_OBJECT_0);
    CHECK(TlsFree(first));
    for (i = 0; i < 2000; i++) {
        if (TlsAlloc() == first)
            break;
    }
    CHECK(i < 2000);
    CHECK(TlsGetValue(first) == NULL);
    CHECK(SetEvent(reuse.again));
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, TRUE);
}

TEST(getting_a_value_sets_last_error_0)
{
    DWORD index = TlsAlloc();

    SetLastError(1234);
    CHECK(TlsGetValue(index) == NULL);
    CHECK_U32(GetLastError(), 0);
    CHECK(TlsSetValue(index, &index));
    SetLastError(1234);
    CHECK(TlsGetValue(index) == &index);
    CHECK_U32(GetLastError(), 0);
}

TEST(an_index_that_cannot_be_is_refused)
{
    static const DWORD indexes[] = {TLS_OUT_OF_INDEXES, 0x80000000, 100000};
    size_t i;

    for (i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
        SetLastError(0);
        CHECK(TlsGetValue(indexes[i]) == NULL);
        CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
        CHECK_ERR(TlsSetValue(indexes[i], NULL), ERROR_INVALID_PARAMETER);
        CHECK_ERR(TlsFree(indexes[i]), ERROR_INVALID_PARAMETER);
    }
}

TEST(a_slot_cannot_be_freed_twice)
{
    DWORD index = TlsAlloc();

    CHECK(TlsFree(index));
    CHECK_ERR(TlsFree(index), ERROR_INVALID_PARAMETER);
}

TEST(there_are_more_than_a_thousand_slots_and_then_an_error)
{
    static DWORD indexes[1200];
    DWORD count, i;

    CHECK(TLS_MINIMUM_AVAILABLE == 64);
    for (count = 0; count < 1200; count++) {
        SetLastError(0);
        indexes[count] = TlsAlloc();
        if (indexes[count] == TLS_OUT_OF_INDEXES)
            break;
        CHECK(TlsSetValue(indexes[count], &indexes[count]));
    }
    CHECK_U32(GetLastError(), ERROR_NO_MORE_ITEMS);
    CHECK(count >= 1000 && count <= 1088);
    for (i = 0; i < count; i++)
        CHECK(TlsGetValue(indexes[i]) == &indexes[i]);
    for (i = 0; i < count; i++)
        CHECK(TlsFree(indexes[i]));
    CHECK(TlsAlloc() != TLS_OUT_OF_INDEXES);
}
