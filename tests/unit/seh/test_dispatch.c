/* SPDX-License-Identifier: MIT */
#include "child.h"

#include "seh/dispatch_list.h"
#include "seh/frame.h"

/* What a program does to the list of its frames. */
static struct transom_seh_frame damaged[2];

static void make_a_circle(void)
{
    transom_seh_first();
    damaged[0] = (struct transom_seh_frame){.previous = &damaged[1], .kind = TRANSOM_SEH_FINALLY};
    damaged[1] = (struct transom_seh_frame){.previous = &damaged[0], .kind = TRANSOM_SEH_CONSTANT};
    transom_seh_top = &damaged[0];
    RaiseException(0xE0000001, 0, 0, NULL);
}

static void be_unaligned(void)
{
    transom_seh_first();
    transom_seh_top = (struct transom_seh_frame *)((char *)damaged + 3);
    RaiseException(0xE0000001, 0, 0, NULL);
}

static void be_of_no_kind(void)
{
    transom_seh_first();
    damaged[0] = (struct transom_seh_frame){.previous = transom_seh_top, .kind = 77};
    transom_seh_top = &damaged[0];
    RaiseException(0xE0000001, 0, 0, NULL);
}

static void point_nowhere(void)
{
    transom_seh_first();
    transom_seh_top = (struct transom_seh_frame *)0x4000;
    RaiseException(0xE0000001, 0, 0, NULL);
}

static void point_to_text(void)
{
    transom_seh_first();
    transom_seh_top = (struct transom_seh_frame *)((uintptr_t)make_a_circle & ~(uintptr_t)15);
    RaiseException(0xE0000001, 0, 0, NULL);
}

static void a_damaged_list_of_frames_is_an_unhandled_exception(void **state)
{
    static void (*const damages[])(void) = {make_a_circle, be_unaligned, be_of_no_kind,
                                            point_nowhere, point_to_text};

    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        int number = signal_of_child(damages[i]);

        assert_true(number == SIGABRT || number == SIGSEGV || number == SIGBUS);
    }
}

CHILD_TEST(nothing_is_current_after_an_exception)
{
    require(!tsm_dispatch_current());
    __try {
        RaiseException(0xE0000001, 0, 0, NULL);
    } __except (tsm_dispatch_current() ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
        require(!tsm_dispatch_current());
    }
    require(!tsm_dispatch_current());
    require(transom_seh_top == &tsm_seh_thread_current()->end);
}

static int raise_another(DWORD code)
{
    if (code == 0xE0000001)
        RaiseException(0xE0000002, 0, 0, NULL);
    return EXCEPTION_CONTINUE_SEARCH;
}

static int raise_and_handle_outside(void)
{
    __try {
        __try {
            RaiseException(0xE0000001, 0, 0, NULL);
        } __except (raise_another(GetExceptionCode())) {
            return 1;
        }
    } __except (GetExceptionCode() == 0xE0000002 ? EXCEPTION_EXECUTE_HANDLER
                                                 : EXCEPTION_CONTINUE_SEARCH) {
        return 2;
    }
    return 3;
}

CHILD_TEST(filters_that_raise_leave_nothing_behind)
{
    for (int i = 0; i < 3; i++) {
        require(raise_and_handle_outside() == 2);
        require(!tsm_dispatch_current());
    }
}

static jmp_buf env;

static int jump_out(void)
{
    longjmp(env, 1);
}

CHILD_TEST(a_longjmp_out_of_filters_gives_their_exceptions_up)
{
    for (volatile int i = 0; i < 100; i = i + 1) {
        if (setjmp(env) == 0) {
            __try {
                RaiseException(0xE0000001, 0, 0, NULL);
            } __except (jump_out()) {
            }
        }
        require(!tsm_dispatch_current());
        require(transom_seh_top == &tsm_seh_thread_current()->end);
    }
}

CHILD_TEST(a_jmp_buf_without_a_note_is_jumped_to)
{
    jmp_buf plain;

    memset(&plain, 0, sizeof(plain));
    if (transom_seh_setjmp(plain) == 0)
        transom_longjmp(plain, 1);
    require(!tsm_dispatch_current());
}

static EXCEPTION_RECORD noted;

static int note(EXCEPTION_POINTERS *pointers)
{
    noted = *pointers->ExceptionRecord;
    return EXCEPTION_EXECUTE_HANDLER;
}

static void raise_garbage(void)
{
    EXCEPTION_RECORD record;

    memset(&record, 0xA5, sizeof(record));
    RtlRaiseException(&record);
}

CHILD_TEST(of_garbage_in_a_record_fifteen_parameters_are_left)
{
    __try {
        raise_garbage();
    } __except (note(GetExceptionInformation())) {
    }
    require(noted.ExceptionCode == 0xA5A5A5A5);
    require(noted.NumberParameters == EXCEPTION_MAXIMUM_PARAMETERS);
}

static void a_record_of_garbage_that_nobody_takes_ends_the_process(void **state)
{
    assert_int_equal(signal_of_child(raise_garbage), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_damaged_list_of_frames_is_an_unhandled_exception),
        TEST(nothing_is_current_after_an_exception),
        TEST(filters_that_raise_leave_nothing_behind),
        TEST(a_longjmp_out_of_filters_gives_their_exceptions_up),
        TEST(a_jmp_buf_without_a_note_is_jumped_to),
        TEST(of_garbage_in_a_record_fifteen_parameters_are_left),
        TEST(a_record_of_garbage_that_nobody_takes_ends_the_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
