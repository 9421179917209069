/* SPDX-License-Identifier: MIT */
/* What can be done with any handle. */
#include "conformance.h"

static HANDLE create_event(void)
{
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);

    CHECK(event != NULL);
    return event;
}

static HANDLE duplicate(HANDLE handle, DWORD access, BOOL inherit, DWORD options)
{
    HANDLE copy = NULL;

    CHECK(DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, access, inherit,
                          options));
    return copy;
}

static DWORD flags_of(HANDLE handle)
{
    DWORD flags = 0xDEAD;

    CHECK(GetHandleInformation(handle, &flags));
    return flags;
}

TEST(handles_are_multiples_of_four_below_2_to_the_32)
{
    HANDLE read_end, write_end;
    ULONG_PTR values[4];
    size_t i;

    CHECK(CreatePipe(&read_end, &write_end, NULL, 0));
    values[0] = (ULONG_PTR)create_event();
    values[1] = (ULONG_PTR)CreateMutexA(NULL, FALSE, NULL);
    values[2] = (ULONG_PTR)read_end;
    values[3] = (ULONG_PTR)write_end;
    for (i = 0; i < 4; i++) {
        CHECK(values[i] != 0);
        CHECK_U32(values[i] & 3, 0);
        CHECK((ULONGLONG)values[i] < 0x100000000ULL);
    }
}

TEST(the_low_two_bits_of_a_handle_are_ignored)
{
    HANDLE event = create_event();

    CHECK(SetEvent((HANDLE)((ULONG_PTR)event | 1)));
    CHECK_U32(WaitForSingleObject((HANDLE)((ULONG_PTR)event | 2), 0), WAIT_OBJECT_0);
    CHECK(CloseHandle((HANDLE)((ULONG_PTR)event | 3)));
    CHECK_ERR(SetEvent(event), ERROR_INVALID_HANDLE);
}

TEST(closing_a_handle_twice_fails_with_invalid_handle)
{
    HANDLE event = create_event();

    CHECK(CloseHandle(event));
    CHECK_ERR(CloseHandle(event), ERROR_INVALID_HANDLE);
}

TEST(closing_what_never_was_a_handle_fails_with_invalid_handle)
{
    CHECK_ERR(CloseHandle(NULL), ERROR_INVALID_HANDLE);
    CHECK_ERR(CloseHandle((HANDLE)(ULONG_PTR)0xDEADBEE0), ERROR_INVALID_HANDLE);
    CHECK_ERR(CloseHandle((HANDLE)(ULONG_PTR)0x00FFFFF0), ERROR_INVALID_HANDLE);
}

TEST(closing_the_pseudo_handles_is_harmless)
{
    CHECK(CloseHandle(GetCurrentProcess()));
    CHECK(CloseHandle(GetCurrentThread()));
    CHECK_U32(WaitForSingleObject(GetCurrentProcess(), 0), WAIT_TIMEOUT);
    CHECK_U32(GetThreadId(GetCurrentThread()), GetCurrentThreadId());
}

TEST(the_pseudo_handles_have_the_values_minus_1_and_minus_2)
{
    CHECK((LONG_PTR)GetCurrentProcess() == -1);
    CHECK((LONG_PTR)GetCurrentThread() == -2);
}

TEST(an_object_made_after_a_close_has_a_handle_that_works)
{
    HANDLE first = create_event();
    HANDLE second;

    CHECK(CloseHandle(first));
    second = create_event();
    CHECK(SetEvent(second));
    CHECK_U32(WaitForSingleObject(second, 0), WAIT_OBJECT_0);
    CHECK(CloseHandle(second));
    CHECK_ERR(SetEvent(second), ERROR_INVALID_HANDLE);
}

TEST(thousands_of_handles_can_be_open_at_once)
{
    static HANDLE events[5000];
    DWORD i;

    for (i = 0; i < 5000; i++)
        events[i] = create_event();
    CHECK(SetEvent(events[4999]));
    CHECK_U32(WaitForSingleObject(events[4999], 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(events[0], 0), WAIT_TIMEOUT);
    for (i = 0; i < 5000; i++)
        CHECK(CloseHandle(events[i]));
}

TEST(a_duplicate_is_another_handle_of_the_same_object)
{
    HANDLE event = create_event();
    HANDLE copy = duplicate(event, 0, FALSE, DUPLICATE_SAME_ACCESS);

    CHECK(copy != event);
    CHECK(SetEvent(copy));
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK(CloseHandle(event));
    CHECK_U32(WaitForSingleObject(copy, 0), WAIT_OBJECT_0);
    CHECK(CloseHandle(copy));
}

TEST(a_duplicate_may_have_less_access)
{
    HANDLE event = create_event();
    HANDLE waits = duplicate(event, SYNCHRONIZE, FALSE, 0);
    HANDLE sets = duplicate(event, EVENT_MODIFY_STATE, FALSE, 0);

    CHECK_ERR(SetEvent(waits), ERROR_ACCESS_DENIED);
    CHECK(SetEvent(sets));
    CHECK_U32(WaitForSingleObject(waits, 0), WAIT_OBJECT_0);
    CHECK_U32(WaitForSingleObject(sets, 0), WAIT_FAILED);
    CHECK_U32(GetLastError(), ERROR_ACCESS_DENIED);
}

TEST(same_access_ignores_the_access_asked_for)
{
    HANDLE event = create_event();
    HANDLE copy = duplicate(event, SYNCHRONIZE, FALSE, DUPLICATE_SAME_ACCESS);

    CHECK(SetEvent(copy));
}

TEST(a_duplicate_with_close_source_closes_the_source)
{
    HANDLE event = create_event();
    HANDLE copy = duplicate(event, 0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE);

    CHECK_U32(WaitForSingleObject(copy, 0), WAIT_TIMEOUT);
    if (copy != event)
        CHECK_ERR(SetEvent(event), ERROR_INVALID_HANDLE);
    CHECK(SetEvent(copy));
}

TEST(close_source_without_a_target_only_closes)
{
    HANDLE event = create_event();

    CHECK(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), NULL, 0, FALSE,
                          DUPLICATE_CLOSE_SOURCE));
    WINE_DIFFERS("Wine 8 leaves a handle without access behind");
    CHECK_ERR(SetEvent(event), ERROR_INVALID_HANDLE);
}

TEST(the_duplicate_of_a_pseudo_handle_is_real)
{
    HANDLE process = duplicate(GetCurrentProcess(), 0, FALSE, DUPLICATE_SAME_ACCESS);
    HANDLE thread = duplicate(GetCurrentThread(), 0, FALSE, DUPLICATE_SAME_ACCESS);

    CHECK(process != GetCurrentProcess() && process != NULL);
    CHECK(thread != GetCurrentThread() && thread != NULL);
    CHECK_U32(GetProcessId(process), GetCurrentProcessId());
    CHECK_U32(GetThreadId(thread), GetCurrentThreadId());
    CHECK(CloseHandle(process));
    CHECK(CloseHandle(thread));
    CHECK_ERR(CloseHandle(thread), ERROR_INVALID_HANDLE);
}

TEST(duplicating_what_is_no_handle_fails)
{
    HANDLE event = create_event();
    HANDLE copy = NULL;

    CHECK(CloseHandle(event));
    CHECK_ERR(DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0, FALSE,
                              DUPLICATE_SAME_ACCESS),
              ERROR_INVALID_HANDLE);
    CHECK_ERR(DuplicateHandle(GetCurrentProcess(), NULL, GetCurrentProcess(), &copy, 0, FALSE,
                              DUPLICATE_SAME_ACCESS),
              ERROR_INVALID_HANDLE);
    event = create_event();
    CHECK_ERR(
        DuplicateHandle(event, event, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS),
        ERROR_INVALID_HANDLE);
    CHECK_ERR(
        DuplicateHandle(GetCurrentProcess(), event, NULL, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS),
        ERROR_INVALID_HANDLE);
    CHECK(CloseHandle(event));
}

TEST(security_attributes_decide_whether_a_handle_is_inheritable)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    HANDLE event = CreateEventA(&attributes, TRUE, FALSE, NULL);

    CHECK_U32(flags_of(event), HANDLE_FLAG_INHERIT);
    attributes.bInheritHandle = FALSE;
    event = CreateEventA(&attributes, TRUE, FALSE, NULL);
    CHECK_U32(flags_of(event), 0);
    CHECK_U32(flags_of(create_event()), 0);
}

TEST(a_duplicate_is_as_inheritable_as_it_was_asked_to_be)
{
    HANDLE event = create_event();
    HANDLE yes = duplicate(event, 0, TRUE, DUPLICATE_SAME_ACCESS);
    HANDLE no = duplicate(yes, 0, FALSE, DUPLICATE_SAME_ACCESS);

    CHECK_U32(flags_of(event), 0);
    CHECK_U32(flags_of(yes), HANDLE_FLAG_INHERIT);
    CHECK_U32(flags_of(no), 0);
}

TEST(setting_handle_information_changes_only_the_bits_of_the_mask)
{
    HANDLE event = create_event();

    CHECK(SetHandleInformation(event, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    CHECK_U32(flags_of(event), HANDLE_FLAG_INHERIT);
    CHECK(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE,
                               HANDLE_FLAG_PROTECT_FROM_CLOSE));
    CHECK_U32(flags_of(event), HANDLE_FLAG_INHERIT | HANDLE_FLAG_PROTECT_FROM_CLOSE);
    CHECK(SetHandleInformation(event, HANDLE_FLAG_INHERIT, 0));
    CHECK_U32(flags_of(event), HANDLE_FLAG_PROTECT_FROM_CLOSE);
    CHECK(SetHandleInformation(event, 0, HANDLE_FLAG_INHERIT));
    CHECK_U32(flags_of(event), HANDLE_FLAG_PROTECT_FROM_CLOSE);
    CHECK(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    CHECK_U32(flags_of(event), 0);
}

TEST(a_protected_handle_stays_open_when_it_is_closed)
{
    HANDLE event = create_event();

    CHECK(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE,
                               HANDLE_FLAG_PROTECT_FROM_CLOSE));
    CHECK_ERR(CloseHandle(event), ERROR_INVALID_HANDLE);
    CHECK(SetEvent(event));
    CHECK(SetHandleInformation(event, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0));
    CHECK(CloseHandle(event));
    CHECK_ERR(SetEvent(event), ERROR_INVALID_HANDLE);
}

TEST(handle_information_of_what_is_no_handle_is_refused)
{
    HANDLE event = create_event();
    DWORD flags = 0;

    CHECK(CloseHandle(event));
    CHECK_ERR(GetHandleInformation(event, &flags), ERROR_INVALID_HANDLE);
    CHECK_ERR(SetHandleInformation(event, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT),
              ERROR_INVALID_HANDLE);
    CHECK_ERR(GetHandleInformation(NULL, &flags), ERROR_INVALID_HANDLE);
}

TEST(unknown_bits_of_handle_information_are_refused)
{
    HANDLE event = create_event();

    WINE_DIFFERS("Wine 8 ignores bits that it does not know");
    CHECK_ERR(SetHandleInformation(event, 0x40, 0x40), ERROR_INVALID_PARAMETER);
    CHECK_U32(flags_of(event), 0);
}

static BOOL same_object(HANDLE first, HANDLE second)
{
#ifdef __TRANSOM__
    return CompareObjectHandles(first, second);
#else
    /* mingw-w64 has no import library with it. */
    FARPROC function = GetProcAddress(GetModuleHandleA("kernelbase.dll"), "CompareObjectHandles");

    CHECK(function != NULL);
    return ((BOOL(WINAPI *)(HANDLE, HANDLE))(void (*)(void))function)(first, second);
#endif
}

TEST(handles_of_one_object_compare_equal_and_others_do_not)
{
    HANDLE event = create_event();
    HANDLE other = create_event();
    HANDLE copy = duplicate(event, 0, FALSE, DUPLICATE_SAME_ACCESS);
    HANDLE process = duplicate(GetCurrentProcess(), 0, FALSE, DUPLICATE_SAME_ACCESS);

    CHECK(same_object(event, event));
    CHECK(same_object(event, copy));
    CHECK(same_object(process, GetCurrentProcess()));
    SetLastError(0);
    CHECK(!same_object(event, other));
}

TEST(get_file_type_knows_pipes_files_and_nul)
{
    HANDLE read_end, write_end, nul;

    CHECK(CreatePipe(&read_end, &write_end, NULL, 0));
    CHECK_U32(GetFileType(read_end), FILE_TYPE_PIPE);
    CHECK_U32(GetFileType(write_end), FILE_TYPE_PIPE);
    nul = CreateFileA("NUL", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(nul != INVALID_HANDLE_VALUE);
    CHECK_U32(GetFileType(nul), FILE_TYPE_CHAR);
}

TEST(get_file_type_of_what_is_no_file_is_unknown_with_an_error)
{
    HANDLE event = create_event();

    SetLastError(0);
    CHECK_U32(GetFileType((HANDLE)(ULONG_PTR)0x00FFFFF0), FILE_TYPE_UNKNOWN);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(GetFileType(NULL), FILE_TYPE_UNKNOWN);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK_U32(GetFileType(event), FILE_TYPE_UNKNOWN);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
}

TEST(file_functions_refuse_objects_that_are_no_files)
{
    HANDLE event = create_event();
    DWORD count = 77;
    char byte = 0;

    CHECK_ERR(ReadFile(event, &byte, 1, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
    count = 77;
    CHECK_ERR(WriteFile(event, &byte, 1, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
    CHECK_ERR(FlushFileBuffers(event), ERROR_INVALID_HANDLE);
}

TEST(the_process_pseudo_handle_is_no_file_though_it_is_invalid_handle_value)
{
    DWORD count = 77;
    char byte = 0;

    CHECK(GetCurrentProcess() == INVALID_HANDLE_VALUE);
    CHECK_ERR(ReadFile(INVALID_HANDLE_VALUE, &byte, 0, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
    count = 77;
    CHECK_ERR(WriteFile(INVALID_HANDLE_VALUE, &byte, 0, &count, NULL), ERROR_INVALID_HANDLE);
    CHECK_U32(count, 0);
}

static DWORD WINAPI open_and_close(LPVOID argument)
{
    DWORD i;

    (void)argument;
    for (i = 0; i < 3000; i++) {
        HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);

        if (event == NULL || WaitForSingleObject(event, 0) != WAIT_OBJECT_0 || !CloseHandle(event))
            return 1;
    }
    return 0;
}

TEST(threads_open_and_close_handles_without_disturbing_each_other)
{
    HANDLE threads[4];
    DWORD i, code;

    for (i = 0; i < 4; i++) {
        threads[i] = CreateThread(NULL, 0, open_and_close, NULL, 0, NULL);
        CHECK(threads[i] != NULL);
    }
    CHECK_U32(WaitForMultipleObjects(4, threads, TRUE, 15000), WAIT_OBJECT_0);
    for (i = 0; i < 4; i++) {
        CHECK(GetExitCodeThread(threads[i], &code));
        CHECK_U32(code, 0);
    }
}
