/* SPDX-License-Identifier: MIT */
/* One-time initialisation. */
#include "conformance.h"

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static volatile LONG calls;

static BOOL WINAPI initialise(PINIT_ONCE self, PVOID parameter, PVOID *context)
{
    if (self != &once)
        return FALSE;
    Sleep(50);
    InterlockedIncrement(&calls);
    if (context)
        *context = parameter;
    return TRUE;
}

static BOOL WINAPI fail(PINIT_ONCE self, PVOID parameter, PVOID *context)
{
    (void)self;
    (void)parameter;
    (void)context;
    InterlockedIncrement(&calls);
    SetLastError(4711);
    return FALSE;
}

static DWORD WINAPI execute(LPVOID parameter)
{
    void *context = NULL;

    if (!InitOnceExecuteOnce(&once, initialise, parameter, &context))
        return 0;
    return (DWORD)(ULONG_PTR)context;
}

TEST(many_threads_initialise_once_and_all_see_the_context)
{
    HANDLE threads[8];
    DWORD i, code, first = 0;

    for (i = 0; i < 8; i++) {
        threads[i] = CreateThread(NULL, 0, execute, (void *)(ULONG_PTR)(0x100 * (i + 1)), 0, NULL);
        CHECK(threads[i] != NULL);
    }
    for (i = 0; i < 8; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK(code != 0);
        CHECK(first == 0 || code == first);
        first = code;
    }
    CHECK_U32(calls, 1);
}

TEST(an_initialisation_that_fails_is_tried_again)
{
    void *context = &context;

    CHECK_ERR(InitOnceExecuteOnce(&once, fail, NULL, &context), 4711);
    CHECK_ERR(InitOnceExecuteOnce(&once, fail, NULL, &context), 4711);
    CHECK_U32(calls, 2);
    CHECK(InitOnceExecuteOnce(&once, initialise, (void *)(ULONG_PTR)8, &context));
    CHECK(context == (void *)(ULONG_PTR)8);
    CHECK(InitOnceExecuteOnce(&once, fail, NULL, &context));
    CHECK_U32(calls, 3);
    CHECK(InitOnceExecuteOnce(&once, fail, NULL, NULL));
}

TEST(the_two_halves_do_the_same)
{
    void *context = NULL;
    BOOL pending = 77;

    CHECK_U32(sizeof(INIT_ONCE), sizeof(void *));
    InitOnceInitialize(&once);
    CHECK_ERR(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context),
              ERROR_GEN_FAILURE);
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, &context));
    CHECK_U32(pending, TRUE);
    CHECK(InitOnceComplete(&once, 0, (void *)(ULONG_PTR)0x40));
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, &context));
    CHECK_U32(pending, FALSE);
    CHECK(context == (void *)(ULONG_PTR)0x40);
    context = NULL;
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context));
    CHECK_U32(pending, FALSE);
    CHECK(context == (void *)(ULONG_PTR)0x40);
    CHECK_ERR(InitOnceComplete(&once, 0, NULL), ERROR_GEN_FAILURE);
}

TEST(the_first_of_several_at_once_counts)
{
    void *context = NULL;
    BOOL pending = FALSE;

    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context));
    CHECK_U32(pending, TRUE);
    pending = FALSE;
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_ASYNC, &pending, &context));
    CHECK_U32(pending, TRUE);
    CHECK_ERR(InitOnceBeginInitialize(&once, 0, &pending, &context), ERROR_INVALID_PARAMETER);
    CHECK(InitOnceComplete(&once, INIT_ONCE_ASYNC, (void *)(ULONG_PTR)0x10));
    CHECK_ERR(InitOnceComplete(&once, INIT_ONCE_ASYNC, (void *)(ULONG_PTR)0x20), ERROR_GEN_FAILURE);
    CHECK(InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY, &pending, &context));
    CHECK(context == (void *)(ULONG_PTR)0x10);
}

TEST(bad_flags_and_contexts_are_refused)
{
    void *context = NULL;
    BOOL pending = FALSE;

    CHECK_ERR(
        InitOnceBeginInitialize(&once, INIT_ONCE_CHECK_ONLY | INIT_ONCE_ASYNC, &pending, &context),
        ERROR_INVALID_PARAMETER);
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, &context));
    CHECK_ERR(InitOnceComplete(&once, 0, (void *)(ULONG_PTR)1), ERROR_INVALID_PARAMETER);
    CHECK_ERR(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED | INIT_ONCE_ASYNC, NULL),
              ERROR_INVALID_PARAMETER);
    CHECK(InitOnceComplete(&once, INIT_ONCE_INIT_FAILED, NULL));
    CHECK(InitOnceBeginInitialize(&once, 0, &pending, &context));
    CHECK_U32(pending, TRUE);
}
