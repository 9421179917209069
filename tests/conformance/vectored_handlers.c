/* SPDX-License-Identifier: MIT */
/* Handlers of the whole process. */
#include "exception_helpers.h"

#include <setjmp.h>

static LONG CALLBACK first(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    mark('1');
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG CALLBACK second(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    mark('2');
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG CALLBACK continues(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    mark('c');
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(handlers_are_called_in_the_order_of_their_list)
{
    CHECK(AddVectoredExceptionHandler(0, continues) != NULL);
    CHECK(AddVectoredExceptionHandler(1, first) != NULL);
    CHECK(AddVectoredExceptionHandler(1, second) != NULL);
    CHECK(AddVectoredExceptionHandler(0, first) != NULL);
    raise_code(USER_CODE);
    CHECK_TRAIL("21c");
}

TEST(a_handler_is_called_as_often_as_it_was_added)
{
    PVOID one = AddVectoredExceptionHandler(0, first);
    PVOID two = AddVectoredExceptionHandler(0, first);

    CHECK(one != two);
    CHECK(AddVectoredExceptionHandler(0, continues) != NULL);
    raise_code(USER_CODE);
    CHECK(RemoveVectoredExceptionHandler(one) != 0);
    raise_code(USER_CODE);
    CHECK(RemoveVectoredExceptionHandler(two) != 0);
    raise_code(USER_CODE);
    CHECK_TRAIL("11c1cc");
}

TEST(a_handle_is_removed_once_and_from_its_own_list)
{
    PVOID handle = AddVectoredExceptionHandler(1, first);
    PVOID other = AddVectoredContinueHandler(1, second);
    int unknown;

    CHECK_U32(RemoveVectoredContinueHandler(handle), 0);
    CHECK_U32(RemoveVectoredExceptionHandler(other), 0);
    CHECK_U32(RemoveVectoredExceptionHandler(&unknown), 0);
    CHECK(RemoveVectoredExceptionHandler(handle) != 0);
    CHECK_U32(RemoveVectoredExceptionHandler(handle), 0);
    CHECK(RemoveVectoredContinueHandler(other) != 0);
    CHECK_U32(RemoveVectoredContinueHandler(other), 0);
}

static LONG answer_of_handler;

static LONG CALLBACK answers(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    mark('a');
    return answer_of_handler;
}

TEST(only_continue_execution_is_an_answer)
{
    AddVectoredExceptionHandler(0, answers);
    AddVectoredExceptionHandler(0, continues);
    answer_of_handler = EXCEPTION_EXECUTE_HANDLER;
    raise_code(USER_CODE);
    answer_of_handler = 17;
    raise_code(USER_CODE);
    answer_of_handler = EXCEPTION_CONTINUE_EXECUTION;
    raise_code(USER_CODE);
    CHECK_TRAIL("acaca");
}

static PVOID own_handle;

static LONG CALLBACK removes_itself(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    mark(RemoveVectoredExceptionHandler(own_handle) ? 'r' : 'n');
    return EXCEPTION_CONTINUE_SEARCH;
}

TEST(a_handler_may_remove_itself)
{
    own_handle = AddVectoredExceptionHandler(0, removes_itself);
    AddVectoredExceptionHandler(0, continues);
    raise_code(USER_CODE);
    raise_code(USER_CODE);
    CHECK_TRAIL("rcc");
}

TEST(continue_handlers_run_before_execution_goes_on)
{
    WINE_DIFFERS("continue handlers are never called");
    AddVectoredExceptionHandler(0, continues);
    AddVectoredContinueHandler(0, first);
    AddVectoredContinueHandler(1, second);
    raise_code(USER_CODE);
    CHECK_TRAIL("c21");
}

static EXCEPTION_RECORD noted;
static CONTEXT noted_context;

static LONG CALLBACK notes(EXCEPTION_POINTERS *pointers)
{
    noted = *pointers->ExceptionRecord;
    noted_context = *pointers->ContextRecord;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(raise_exception_returns_when_it_is_continued)
{
    ULONG_PTR arguments[2] = {5, 6};

    AddVectoredExceptionHandler(1, notes);
    RaiseException(USER_CODE, 0, 2, arguments);
    mark('e');
    CHECK_U32(noted.ExceptionCode, USER_CODE);
    CHECK_U32(noted.ExceptionFlags, 0);
    CHECK_U32(noted.NumberParameters, 2);
    CHECK(noted.ExceptionInformation[1] == 6);
    CHECK((noted_context.ContextFlags & CONTEXT_FULL) == CONTEXT_FULL);
    CHECK_TRAIL("e");
}

static jmp_buf jump;

static LONG CALLBACK jumps(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    longjmp(jump, 1);
}

TEST(a_handler_may_leave_by_longjmp)
{
    volatile int i;
    PVOID handle = AddVectoredExceptionHandler(1, jumps);

    for (i = 0; i < 100; i++)
        if (setjmp(jump) == 0)
            read_from(NOWHERE);
    CHECK(RemoveVectoredExceptionHandler(handle) != 0);
    AddVectoredExceptionHandler(1, continues);
    raise_code(USER_CODE);
    CHECK_TRAIL("c");
}

#if defined(__x86_64__)
static char room[64];
static char *volatile place;

static LONG CALLBACK leads_to_room(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    mark('l');
    pointers->ContextRecord->Rcx = (DWORD64)(ULONG_PTR)room;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(an_instruction_is_executed_again_with_the_changed_context)
{
    place = NULL;
    AddVectoredExceptionHandler(1, leads_to_room);
    __asm__ volatile("movb $7, (%0)" : : "c"(place) : "memory");
    CHECK(room[0] == 7);
    CHECK_TRAIL("l");
}
#endif

static LONG CALLBACK counts(EXCEPTION_POINTERS *pointers)
{
    InterlockedIncrement((volatile LONG *)pointers->ExceptionRecord->ExceptionInformation[0]);
    return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI adds_and_removes(LPVOID unused)
{
    int i;

    (void)unused;
    for (i = 0; i < 5000; i++)
        if (!RemoveVectoredExceptionHandler(AddVectoredExceptionHandler(i & 1, first)))
            return 1;
    return 0;
}

static DWORD WINAPI raises(LPVOID unused)
{
    volatile LONG count = 0;
    ULONG_PTR argument = (ULONG_PTR)&count;
    int i;

    (void)unused;
    for (i = 0; i < 5000; i++)
        RaiseException(USER_CODE, 0, 1, &argument);
    return count == 5000 ? 0 : 1;
}

TEST(handlers_are_added_while_other_threads_raise)
{
    HANDLE threads[4];
    DWORD code;
    int i;

    AddVectoredExceptionHandler(0, counts);
    trail_length = (int)sizeof(trail);
    for (i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, i < 2 ? raises : adds_and_removes, NULL, 0, NULL);
    for (i = 0; i < 4; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 15000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, 0);
        CloseHandle(threads[i]);
    }
}

TEST(a_context_can_be_captured_and_restored)
{
    CONTEXT context;
    volatile int turns = 0;

    memset(&context, 0, sizeof(context));
    RtlCaptureContext(&context);
    turns = turns + 1;
    CHECK((context.ContextFlags & CONTEXT_FULL) == CONTEXT_FULL);
    if (turns < 3)
        RtlRestoreContext(&context, NULL);
    CHECK(turns == 3);
}

static NOINLINE WORD trace(PVOID *addresses, DWORD skip, DWORD *hash)
{
    WORD count = RtlCaptureStackBackTrace(skip, 8, addresses, hash);

    __asm__ volatile("" ::: "memory");
    return count;
}

TEST(a_back_trace_begins_with_the_caller)
{
    PVOID all[8], fewer[8];
    DWORD hash = 0;
    WORD count;

    count = trace(all, 0, &hash);
    CHECK(count >= 2);
    CHECK((char *)all[0] > (char *)&trace && (char *)all[0] < (char *)&trace + 2000);
    CHECK(hash != 0);
    CHECK(trace(fewer, 1, NULL) >= count - 1);
    CHECK(fewer[1] == all[2] || count < 3);
}

TEST(an_own_record_can_be_raised)
{
    EXCEPTION_RECORD record;

    memset(&record, 0, sizeof(record));
    record.ExceptionCode = USER_CODE;
    record.NumberParameters = 1;
    record.ExceptionInformation[0] = 9;
    AddVectoredExceptionHandler(1, notes);
    RtlRaiseException(&record);
    CHECK_U32(noted.ExceptionCode, USER_CODE);
    CHECK(noted.ExceptionInformation[0] == 9);
    CHECK(noted.ExceptionAddress != NULL);
}
