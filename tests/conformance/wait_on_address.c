/* SPDX-License-Identifier: MIT */
/* WaitOnAddress and barriers: mingw-w64's import libraries lack some, so they are looked up there. */
#include "conformance.h"

#ifdef __TRANSOM__
#define wait_on_address  WaitOnAddress
#define wake_single      WakeByAddressSingle
#define wake_all         WakeByAddressAll
#define init_barrier     InitializeSynchronizationBarrier
#define enter_barrier    EnterSynchronizationBarrier
#define delete_barrier   DeleteSynchronizationBarrier
#define find_functions() ((void)0)
#define HAS_BARRIERS     1
#else
static BOOL(WINAPI *wait_on_address)(volatile VOID *, PVOID, SIZE_T, DWORD);
static VOID(WINAPI *wake_single)(PVOID);
static VOID(WINAPI *wake_all)(PVOID);
static BOOL(WINAPI *init_barrier)(SYNCHRONIZATION_BARRIER *, LONG, LONG);
static BOOL(WINAPI *enter_barrier)(SYNCHRONIZATION_BARRIER *, DWORD);
static BOOL(WINAPI *delete_barrier)(SYNCHRONIZATION_BARRIER *);
#define HAS_BARRIERS (init_barrier && enter_barrier && delete_barrier)

static void find(const char *name, void *out)
{
    FARPROC found = GetProcAddress(GetModuleHandleA("kernelbase.dll"), name);

    memcpy(out, &found, sizeof(found));
}

static void find_functions(void)
{
    find("WaitOnAddress", &wait_on_address);
    find("WakeByAddressSingle", &wake_single);
    find("WakeByAddressAll", &wake_all);
    find("InitializeSynchronizationBarrier", &init_barrier);
    find("EnterSynchronizationBarrier", &enter_barrier);
    find("DeleteSynchronizationBarrier", &delete_barrier);
    CHECK(wait_on_address && wake_single && wake_all);
}
#endif

static volatile unsigned char bytes[16];
static volatile LONG word;
static volatile LONG ends;

TEST(a_wait_on_bytes_that_differ_ends_at_once)
{
    unsigned char zeros[8] = {0};
    SIZE_T size;

    find_functions();
    for (size = 1; size <= 8; size *= 2) {
        bytes[size - 1] = 1;
        CHECK(wait_on_address(bytes, zeros, size, INFINITE));
        bytes[size - 1] = 0;
        CHECK_ERR(wait_on_address(bytes, zeros, size, 20), ERROR_TIMEOUT);
    }
}

TEST(a_wait_on_equal_bytes_looks_no_further_than_its_size)
{
    unsigned char zero = 0;

    find_functions();
    bytes[1] = 1;
    CHECK_ERR(wait_on_address(bytes, &zero, 1, 0), ERROR_TIMEOUT);
}

TEST(other_sizes_are_refused)
{
    unsigned char zeros[16] = {0};

    find_functions();
    CHECK_ERR(wait_on_address(bytes, zeros, 0, 0), ERROR_INVALID_PARAMETER);
    CHECK_ERR(wait_on_address(bytes, zeros, 3, 0), ERROR_INVALID_PARAMETER);
    CHECK_ERR(wait_on_address(bytes, zeros, 16, 0), ERROR_INVALID_PARAMETER);
}

static DWORD WINAPI wait_for_word(LPVOID unused)
{
    LONG zero = 0;

    (void)unused;
    while (word == 0)
        if (!wait_on_address(&word, &zero, sizeof(zero), 10000))
            return 1;
    InterlockedIncrement(&ends);
    return 0;
}

static void start(HANDLE *threads, int count, LPTHREAD_START_ROUTINE function)
{
    int i;

    for (i = 0; i < count; i++) {
        threads[i] = CreateThread(NULL, 0, function, NULL, 0, NULL);
        CHECK(threads[i] != NULL);
    }
}

static void all_end_well(HANDLE *threads, int count)
{
    DWORD code;
    int i;

    for (i = 0; i < count; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 15000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, 0);
    }
}

TEST(waking_all_lets_all_go_and_waking_a_neighbour_nobody)
{
    HANDLE threads[4];

    find_functions();
    start(threads, 4, wait_for_word);
    CHECK_U32(count_ended(threads, 4), 0);
    wake_all((void *)(ULONG_PTR)&bytes[0]);
    CHECK_U32(count_ended(threads, 4), 0);
    word = 1;
    wake_all((void *)(ULONG_PTR)&word);
    all_end_well(threads, 4);
}

TEST(waking_one_lets_one_go)
{
    HANDLE threads[3];

    find_functions();
    start(threads, 3, wait_for_word);
    CHECK_U32(count_ended(threads, 3), 0);
    word = 1;
    wake_single((void *)(ULONG_PTR)&word);
    CHECK_U32(count_ended(threads, 3), 1);
    wake_single((void *)(ULONG_PTR)&word);
    wake_single((void *)(ULONG_PTR)&word);
    all_end_well(threads, 3);
}

static DWORD WINAPI take_turns(LPVOID unused)
{
    LONG self = InterlockedIncrement(&ends) - 1, seen;
    int i;

    (void)unused;
    for (i = 0; i < 5000; i++) {
        while ((seen = word) % 2 != self)
            if (!wait_on_address(&word, &seen, sizeof(seen), 10000))
                return 1;
        InterlockedIncrement(&word);
        wake_single((void *)(ULONG_PTR)&word);
    }
    return 0;
}

TEST(two_threads_take_turns_without_losing_a_wake)
{
    HANDLE threads[2];

    find_functions();
    start(threads, 2, take_turns);
    all_end_well(threads, 2);
    CHECK_U32(word, 10000);
}

static SYNCHRONIZATION_BARRIER barrier;
static volatile LONG arrivals[200];
static volatile LONG lasts;

static DWORD WINAPI meet(LPVOID unused)
{
    int i;

    (void)unused;
    for (i = 0; i < 200; i++) {
        InterlockedIncrement(&arrivals[i]);
        if (enter_barrier(&barrier, 0))
            InterlockedIncrement(&lasts);
        if (arrivals[i] != 3)
            return 1;
    }
    return 0;
}

TEST(nobody_passes_a_barrier_before_all_are_there_and_one_is_told_so)
{
    HANDLE threads[3];

    find_functions();
    if (!HAS_BARRIERS)
        SKIP("there are no barriers here");
    CHECK(init_barrier(&barrier, 3, -1));
    start(threads, 3, meet);
    all_end_well(threads, 3);
    CHECK_U32(lasts, 200);
    CHECK(delete_barrier(&barrier));
}

TEST(a_barrier_of_one_lets_it_through_and_one_of_none_is_refused)
{
    find_functions();
    if (!HAS_BARRIERS)
        SKIP("there are no barriers here");
    CHECK(init_barrier(&barrier, 1, 0));
    CHECK(enter_barrier(&barrier, SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY));
    CHECK(enter_barrier(&barrier, SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY));
    CHECK_ERR(init_barrier(&barrier, 0, -1), ERROR_INVALID_PARAMETER);
    CHECK_ERR(init_barrier(&barrier, 1, -2), ERROR_INVALID_PARAMETER);
}
