/* SPDX-License-Identifier: MIT */
/* The last error, and FormatMessage. */
#include "conformance.h"

static DWORD format(DWORD flags, const void *source, DWORD id, char *buffer, DWORD size, ...)
{
    va_list arguments;
    DWORD length;

    va_start(arguments, size);
    length = FormatMessageA(flags, source, id, 0, buffer, size, &arguments);
    va_end(arguments);
    return length;
}

static DWORD WINAPI set_last_error_elsewhere(LPVOID argument)
{
    (void)argument;
    if (GetLastError() != 0)
        return 1;
    SetLastError(99);
    return GetLastError() == 99 ? 0 : 2;
}

TEST(the_last_error_is_what_was_set)
{
    SetLastError(0);
    CHECK_U32(GetLastError(), 0);
    SetLastError(ERROR_PIPE_BUSY);
    CHECK_U32(GetLastError(), ERROR_PIPE_BUSY);
    SetLastError(0xFFFFFFFF);
    CHECK_U32(GetLastError(), 0xFFFFFFFF);
    SetLastError(0x20000001);
    CHECK_U32(GetLastError(), 0x20000001);
}

TEST(each_thread_has_its_own_last_error)
{
    HANDLE thread;
    DWORD code = 77;

    thread = CreateThread(NULL, 0, set_last_error_elsewhere, NULL, 0, NULL);
    CHECK(thread != NULL);
    SetLastError(4711);
    CHECK_U32(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK_U32(GetLastError(), 4711);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 0);
    CHECK_U32(GetLastError(), 4711);
}

TEST(calls_that_succeed_leave_the_last_error_alone)
{
    HANDLE read_end, write_end, event = CreateEventA(NULL, TRUE, FALSE, NULL);
    char buffer[8];
    DWORD count;

    SetLastError(4711);
    CHECK(SetEvent(event));
    CHECK_U32(GetLastError(), 4711);
    CHECK_U32(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    CHECK_U32(GetLastError(), 4711);
    CHECK(CreatePipe(&read_end, &write_end, NULL, 0));
    SetLastError(4711);
    CHECK(WriteFile(write_end, "abc", 3, &count, NULL));
    CHECK_U32(GetLastError(), 4711);
    CHECK(ReadFile(read_end, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(GetLastError(), 4711);
    CHECK(PeekNamedPipe(read_end, NULL, 0, NULL, &count, NULL));
    CHECK_U32(GetLastError(), 4711);
    CHECK(CloseHandle(read_end));
    CHECK_U32(GetLastError(), 4711);
}

TEST(a_system_text_ends_in_a_new_line)
{
    static const DWORD codes[] = {
        ERROR_SUCCESS,        ERROR_FILE_NOT_FOUND,     ERROR_ACCESS_DENIED,
        ERROR_INVALID_HANDLE, ERROR_BROKEN_PIPE,        ERROR_PIPE_BUSY,
        ERROR_NO_DATA,        ERROR_PIPE_NOT_CONNECTED, ERROR_MORE_DATA,
        ERROR_PIPE_CONNECTED, ERROR_PIPE_LISTENING,     ERROR_SEM_TIMEOUT,
        ERROR_IO_PENDING,     ERROR_OPERATION_ABORTED,  ERROR_INVALID_PARAMETER};
    char buffer[600];
    DWORD length;
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        length = format(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, codes[i],
                        buffer, sizeof(buffer));
        CHECK(length > 4);
        CHECK_U32(length, strlen(buffer));
        CHECK(strcmp(buffer + length - 2, "\r\n") == 0);
    }
}

TEST(the_wide_form_gives_the_same_text)
{
    char narrow[600];
    WCHAR wide[600];
    DWORD length, i;

    length = format(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                    ERROR_BROKEN_PIPE, narrow, 600);
    CHECK_U32(FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
                             ERROR_BROKEN_PIPE, 0, wide, 600, NULL),
              length);
    for (i = 0; i <= length; i++)
        CHECK_U32(wide[i], (unsigned char)narrow[i]);
}

TEST(a_code_without_a_text_is_not_found)
{
    char buffer[100];

    SetLastError(0);
    CHECK_U32(format(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0x00BADBAD, buffer, sizeof(buffer)), 0);
    CHECK_U32(GetLastError(), ERROR_MR_MID_NOT_FOUND);
}

TEST(too_small_a_buffer_is_an_error)
{
    char buffer[5];

    SetLastError(0);
    CHECK_U32(format(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_BROKEN_PIPE, buffer, sizeof(buffer)),
              0);
    CHECK_U32(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    SetLastError(0);
    CHECK_U32(format(FORMAT_MESSAGE_FROM_STRING, "12345", 0, buffer, sizeof(buffer)), 0);
    CHECK_U32(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK_U32(format(FORMAT_MESSAGE_FROM_STRING, "1234", 0, buffer, sizeof(buffer)), 4);
    CHECK(strcmp(buffer, "1234") == 0);
}

TEST(the_buffer_can_be_allocated)
{
    char *buffer = NULL;
    WCHAR *wide = NULL;
    DWORD length;

    length = format(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                        FORMAT_MESSAGE_IGNORE_INSERTS,
                    NULL, ERROR_ACCESS_DENIED, (char *)&buffer, 0);
    CHECK(length > 0);
    CHECK(buffer != NULL);
    CHECK_U32(strlen(buffer), length);
    CHECK(LocalFree(buffer) == NULL);
    length = FormatMessageW(FORMAT_MESSAGE_ALLOCATE_BUFFER | FORMAT_MESSAGE_FROM_SYSTEM |
                                FORMAT_MESSAGE_IGNORE_INSERTS,
                            NULL, ERROR_ACCESS_DENIED, 0, (LPWSTR)&wide, 0, NULL);
    CHECK(length > 0);
    CHECK(wide != NULL && wide[length] == 0);
    CHECK(LocalFree(wide) == NULL);
}

TEST(inserts_are_strings_by_default)
{
    char buffer[100];

    CHECK_U32(
        format(FORMAT_MESSAGE_FROM_STRING, "%2 before %1", 0, buffer, sizeof(buffer), "one", "two"),
        14);
    CHECK(strcmp(buffer, "two before one") == 0);
}

TEST(an_insert_may_carry_a_format)
{
    char buffer[100];

    CHECK(format(FORMAT_MESSAGE_FROM_STRING, "%1!d!, %2!04x!, %3!s!", 0, buffer, sizeof(buffer), 42,
                 255, "text") > 0);
    CHECK(strcmp(buffer, "42, 00ff, text") == 0);
}

TEST(inserts_may_come_from_an_array)
{
    DWORD_PTR arguments[2];
    char buffer[100];

    arguments[0] = (DWORD_PTR) "first";
    arguments[1] = 77;
    CHECK_U32(FormatMessageA(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                             "%1 %2!u! %1", 0, 0, buffer, sizeof(buffer), (va_list *)arguments),
              14);
    CHECK(strcmp(buffer, "first 77 first") == 0);
}

TEST(ignored_inserts_are_copied_as_they_stand)
{
    char buffer[100];

    CHECK_U32(format(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_IGNORE_INSERTS, "%1 and %2!d!", 0,
                     buffer, sizeof(buffer)),
              12);
    CHECK(strcmp(buffer, "%1 and %2!d!") == 0);
}

TEST(escapes_stand_for_single_characters)
{
    char buffer[100];

    CHECK(format(FORMAT_MESSAGE_FROM_STRING, "100%% %!%. |", 0, buffer, sizeof(buffer)) > 0);
    CHECK(strcmp(buffer, "100% !. |") == 0);
    CHECK(format(FORMAT_MESSAGE_FROM_STRING, "a%nb", 0, buffer, sizeof(buffer)) > 0);
    CHECK(strcmp(buffer, "a\r\nb") == 0);
    CHECK(format(FORMAT_MESSAGE_FROM_STRING, "a%tb%r", 0, buffer, sizeof(buffer)) > 0);
    CHECK(strcmp(buffer, "a\tb\r") == 0);
    CHECK(format(FORMAT_MESSAGE_FROM_STRING, "a%b|", 0, buffer, sizeof(buffer)) > 0);
    CHECK_WINE_DIFFERS(strcmp(buffer, "a |") == 0, "Wine 8 takes b for itself, not for a space");
}

TEST(percent_0_ends_the_text_without_a_new_line)
{
    char buffer[100];

    CHECK_U32(format(FORMAT_MESSAGE_FROM_STRING, "question%0 unseen", 0, buffer, sizeof(buffer)),
              8);
    CHECK(strcmp(buffer, "question") == 0);
}

TEST(line_breaks_of_the_source_are_ignored_when_asked)
{
    char buffer[100];

    CHECK(format(FORMAT_MESSAGE_FROM_STRING, "one\ntwo", 0, buffer, sizeof(buffer)) > 0);
    CHECK(strcmp(buffer, "one\r\ntwo") == 0);
    CHECK(format(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_MAX_WIDTH_MASK, "one\r\ntwo%nthree", 0,
                 buffer, sizeof(buffer)) > 0);
    CHECK(strcmp(buffer, "one two\r\nthree") == 0);
}

TEST(a_program_without_a_table_of_messages_says_so)
{
    char buffer[100];
    DWORD length;

    SetLastError(0);
    length = format(FORMAT_MESSAGE_FROM_HMODULE, NULL, ERROR_ACCESS_DENIED, buffer, 100);
    CHECK_U32(length, 0);
    CHECK(GetLastError() == ERROR_RESOURCE_TYPE_NOT_FOUND ||
          GetLastError() == ERROR_RESOURCE_DATA_NOT_FOUND);
}

TEST(behind_the_table_of_the_program_stands_that_of_the_system)
{
    char system[600], both[600];

    CHECK(format(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_PIPE_BUSY, system, 600) > 0);
    CHECK(format(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_FROM_HMODULE, NULL, ERROR_PIPE_BUSY,
                 both, 600) > 0);
    CHECK(strcmp(system, both) == 0);
}

TEST(a_text_is_told_in_the_language_asked_for_or_not_at_all)
{
    const DWORD english = 0x0409, of_nobody = 0x0242;
    char buffer[600];

    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_PIPE_BUSY, english, buffer, 600,
                         NULL) > 0);
    CHECK_ERR(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM, NULL, ERROR_PIPE_BUSY, of_nobody, buffer,
                             600, NULL),
              ERROR_RESOURCE_LANG_NOT_FOUND);
}

TEST(lines_are_broken_at_the_width_asked_for)
{
    char buffer[100];

    CHECK(format(FORMAT_MESSAGE_FROM_STRING | 10, "one two three four", 0, buffer, 100) > 0);
    CHECK(strcmp(buffer, "one two\r\nthree four") == 0 ||
          strcmp(buffer, "one two\r\nthree\r\nfour") == 0);
}

TEST(a_template_that_ends_in_a_percent_sign_is_refused)
{
    char buffer[100];

    CHECK_ERR(format(FORMAT_MESSAGE_FROM_STRING, "half a%", 0, buffer, 100),
              ERROR_INVALID_PARAMETER);
}

TEST(no_source_at_all_is_refused)
{
    char buffer[100];

    SetLastError(0);
    CHECK_U32(format(0, NULL, ERROR_ACCESS_DENIED, buffer, sizeof(buffer)), 0);
    CHECK_U32(GetLastError(), ERROR_INVALID_PARAMETER);
}

TEST(local_memory_is_zeroed_when_asked_and_free_takes_null)
{
    char *memory = (char *)LocalAlloc(LPTR, 1000);
    DWORD i;

    CHECK(memory != NULL);
    for (i = 0; i < 1000; i++)
        CHECK_U32(memory[i], 0);
    CHECK(LocalFree(memory) == NULL);
    CHECK(LocalFree(NULL) == NULL);
}
