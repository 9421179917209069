/* SPDX-License-Identifier: MIT */
/* Standard handles, and redirecting those of a child. */
#include "inherit.h"

struct pipe {
    HANDLE read_end;
    HANDLE write_end;
};

static struct pipe inheritable_pipe(void)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    struct pipe pipe;

    CHECK(CreatePipe(&pipe.read_end, &pipe.write_end, &attributes, 0));
    return pipe;
}

static void keep_from_child(HANDLE handle)
{
    CHECK(SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0));
}

/* Reads to the end of a pipe and gives the number of bytes. */
static DWORD read_all(HANDLE handle, char *buffer, DWORD size)
{
    DWORD used = 0, count;

    while (ReadFile(handle, buffer + used, size - 1 - used, &count, NULL))
        used += count;
    CHECK_U32(GetLastError(), ERROR_BROKEN_PIPE);
    buffer[used] = '\0';
    return used;
}

static void startup_with(STARTUPINFOA *startup, HANDLE input, HANDLE output, HANDLE error)
{
    memset(startup, 0, sizeof(*startup));
    startup->cb = sizeof(*startup);
    startup->dwFlags = STARTF_USESTDHANDLES;
    startup->hStdInput = input;
    startup->hStdOutput = output;
    startup->hStdError = error;
}

static const char *temporary_file(void)
{
    static char name[300];
    char folder[200];

    if (GetEnvironmentVariableA("TEMP", folder, sizeof(folder)) == 0 &&
        GetEnvironmentVariableA("TMPDIR", folder, sizeof(folder)) == 0)
        strcpy(folder, "/tmp");
    snprintf(name, sizeof(name), "%s/transom-std-%lu.tmp", folder,
             (unsigned long)GetCurrentProcessId());
    return name;
}

/* ---- in this process ---- */

TEST(set_std_handle_stores_whatever_it_is_given)
{
    static const DWORD ids[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    HANDLE strange = (HANDLE)(ULONG_PTR)0xABCDE0;
    size_t i;

    for (i = 0; i < 3; i++) {
        HANDLE before = GetStdHandle(ids[i]);

        CHECK(SetStdHandle(ids[i], strange));
        CHECK(GetStdHandle(ids[i]) == strange);
        CHECK(SetStdHandle(ids[i], NULL));
        CHECK(GetStdHandle(ids[i]) == NULL);
        CHECK(SetStdHandle(ids[i], before));
        CHECK(GetStdHandle(ids[i]) == before);
    }
}

TEST(get_std_handle_leaves_last_error_alone)
{
    SetLastError(4711);
    CHECK(GetStdHandle(STD_OUTPUT_HANDLE) != INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), 4711);
}

TEST(standard_handles_that_do_not_exist_are_refused)
{
    SetLastError(0);
    CHECK(GetStdHandle(5) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    SetLastError(0);
    CHECK(GetStdHandle((DWORD)-13) == INVALID_HANDLE_VALUE);
    CHECK_U32(GetLastError(), ERROR_INVALID_HANDLE);
    CHECK_ERR(SetStdHandle((DWORD)-9, NULL), ERROR_INVALID_HANDLE);
}

TEST(a_standard_handle_can_be_written_like_any_other)
{
    DWORD count = 0;

    CHECK(WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), "# written\n", 10, &count, NULL));
    CHECK_U32(count, 10);
}

/* ---- children that know about handles ---- */

ROLE(echo_upper)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    char buffer[100];
    DWORD count, written, i;

    while (ReadFile(input, buffer, sizeof(buffer), &count, NULL) && count > 0) {
        for (i = 0; i < count; i++) {
            if (buffer[i] >= 'a' && buffer[i] <= 'z')
                buffer[i] = (char)(buffer[i] - 'a' + 'A');
        }
        if (!WriteFile(output, buffer, count, &written, NULL))
            return 1;
    }
    return 0;
}

TEST(a_child_reads_and_writes_the_pipes_it_was_given_as_standard_handles)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe();
    STARTUPINFOA startup;
    char buffer[100];
    DWORD count;
    PROCESS child;

    keep_from_child(in.write_end);
    keep_from_child(out.read_end);
    startup_with(&startup, in.read_end, out.write_end, GetStdHandle(STD_ERROR_HANDLE));
    child = inherit_spawn("echo_upper", "", &startup, TRUE);
    CHECK(CloseHandle(in.read_end));
    CHECK(CloseHandle(out.write_end));
    CHECK(WriteFile(in.write_end, "hello, ", 7, &count, NULL));
    CHECK(ReadFile(out.read_end, buffer, sizeof(buffer), &count, NULL));
    CHECK_U32(count, 7);
    CHECK(memcmp(buffer, "HELLO, ", 7) == 0);
    CHECK(WriteFile(in.write_end, "child", 5, &count, NULL));
    CHECK(CloseHandle(in.write_end));
    CHECK_U32(read_all(out.read_end, buffer, sizeof(buffer)), 5);
    CHECK(strcmp(buffer, "CHILD") == 0);
    CHECK_U32(wait_role(child), 0);
}

ROLE(tell_std_values)
{
    HANDLE values[3];
    DWORD count;

    values[0] = GetStdHandle(STD_INPUT_HANDLE);
    values[1] = GetStdHandle(STD_OUTPUT_HANDLE);
    values[2] = GetStdHandle(STD_ERROR_HANDLE);
    return WriteFile(values[1], values, sizeof(values), &count, NULL) ? 0 : 1;
}

TEST(a_child_sees_its_standard_handles_under_the_values_of_the_parent)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe(), error = inheritable_pipe();
    HANDLE values[3] = {NULL, NULL, NULL};
    STARTUPINFOA startup;
    PROCESS child;
    DWORD count = 0;

    startup_with(&startup, in.read_end, out.write_end, error.write_end);
    child = inherit_spawn("tell_std_values", "", &startup, TRUE);
    CHECK(ReadFile(out.read_end, values, sizeof(values), &count, NULL));
    CHECK_U32(count, sizeof(values));
    CHECK(values[0] == in.read_end);
    CHECK(values[1] == out.write_end);
    CHECK(values[2] == error.write_end);
    CHECK_U32(wait_role(child), 0);
}

ROLE(print_and_complain)
{
    printf("to output %s\n", argument);
    fprintf(stderr, "to error %s\n", argument);
    fflush(stdout);
    return 0;
}

TEST(what_a_child_prints_by_the_c_library_goes_into_the_pipes)
{
    struct pipe out = inheritable_pipe(), error = inheritable_pipe();
    STARTUPINFOA startup;
    char buffer[100];
    PROCESS child;

    keep_from_child(out.read_end);
    keep_from_child(error.read_end);
    startup_with(&startup, GetStdHandle(STD_INPUT_HANDLE), out.write_end, error.write_end);
    child = inherit_spawn("print_and_complain", "x", &startup, TRUE);
    CHECK(CloseHandle(out.write_end));
    CHECK(CloseHandle(error.write_end));
    read_all(out.read_end, buffer, sizeof(buffer));
    CHECK(strncmp(buffer, "to output x", 11) == 0);
    read_all(error.read_end, buffer, sizeof(buffer));
    CHECK(strncmp(buffer, "to error x", 10) == 0);
    CHECK_U32(wait_role(child), 0);
}

TEST(output_and_error_may_be_one_handle)
{
    struct pipe out = inheritable_pipe();
    STARTUPINFOA startup;
    char buffer[100];
    PROCESS child;

    keep_from_child(out.read_end);
    startup_with(&startup, GetStdHandle(STD_INPUT_HANDLE), out.write_end, out.write_end);
    child = inherit_spawn("print_and_complain", "both", &startup, TRUE);
    CHECK(CloseHandle(out.write_end));
    read_all(out.read_end, buffer, sizeof(buffer));
    CHECK(strstr(buffer, "to output both") != NULL);
    CHECK(strstr(buffer, "to error both") != NULL);
    CHECK_U32(wait_role(child), 0);
}

TEST(standard_handles_may_be_files)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    const char *name = temporary_file();
    struct pipe out = inheritable_pipe();
    STARTUPINFOA startup;
    char buffer[100];
    HANDLE file;
    PROCESS child;
    DWORD count;

    file = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       &attributes, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE || !WriteFile(file, "from a file", 11, &count, NULL))
        CHECK(!"a file can be made");
    CHECK_U32(SetFilePointer(file, 0, NULL, FILE_BEGIN), 0);
    keep_from_child(out.read_end);
    startup_with(&startup, file, out.write_end, GetStdHandle(STD_ERROR_HANDLE));
    child = inherit_spawn("echo_upper", "", &startup, TRUE);
    CHECK(CloseHandle(out.write_end));
    CHECK_U32(read_all(out.read_end, buffer, sizeof(buffer)), 11);
    CHECK(strcmp(buffer, "FROM A FILE") == 0);
    CHECK_U32(wait_role(child), 0);
    CHECK(CloseHandle(file));
}

TEST(nul_as_input_ends_at_once)
{
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), NULL, TRUE};
    struct pipe out = inheritable_pipe();
    STARTUPINFOA startup;
    char buffer[100];
    HANDLE nul;
    PROCESS child;

    nul = CreateFileA("NUL", GENERIC_READ, 0, &attributes, OPEN_EXISTING, 0, NULL);
    CHECK(nul != INVALID_HANDLE_VALUE);
    keep_from_child(out.read_end);
    startup_with(&startup, nul, out.write_end, GetStdHandle(STD_ERROR_HANDLE));
    child = inherit_spawn("echo_upper", "", &startup, TRUE);
    CHECK(CloseHandle(out.write_end));
    CHECK_U32(read_all(out.read_end, buffer, sizeof(buffer)), 0);
    CHECK_U32(wait_role(child), 0);
}

ROLE(tell_startup_info)
{
    STARTUPINFOA startup;
    STARTUPINFOW wide;

    memset(&startup, 0xEE, sizeof(startup));
    GetStartupInfoA(&startup);
    GetStartupInfoW(&wide);
    CHECK_U32(startup.cb, sizeof(startup));
    CHECK_U32(wide.cb, sizeof(wide));
    CHECK(startup.dwFlags & STARTF_USESTDHANDLES);
    CHECK(wide.dwFlags & STARTF_USESTDHANDLES);
    CHECK(startup.hStdInput == GetStdHandle(STD_INPUT_HANDLE));
    CHECK(startup.hStdOutput == GetStdHandle(STD_OUTPUT_HANDLE));
    CHECK(startup.hStdError == GetStdHandle(STD_ERROR_HANDLE));
    CHECK(wide.hStdOutput == startup.hStdOutput);
    return 0;
}

TEST(a_child_can_ask_how_it_was_started)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe(), error = inheritable_pipe();
    STARTUPINFOA startup;

    startup_with(&startup, in.read_end, out.write_end, error.write_end);
    CHECK_U32(wait_role(inherit_spawn("tell_startup_info", "", &startup, TRUE)), 0);
}

TEST(two_children_side_by_side_make_a_pipeline)
{
    struct pipe in = inheritable_pipe(), middle = inheritable_pipe(), out = inheritable_pipe();
    STARTUPINFOA startup;
    char buffer[100];
    PROCESS first, second;
    DWORD count;

    keep_from_child(in.write_end);
    keep_from_child(out.read_end);
    startup_with(&startup, in.read_end, middle.write_end, GetStdHandle(STD_ERROR_HANDLE));
    keep_from_child(middle.read_end);
    keep_from_child(out.write_end);
    first = inherit_spawn("echo_upper", "", &startup, TRUE);
    CHECK(CloseHandle(in.read_end));
    CHECK(CloseHandle(middle.write_end));
    CHECK(SetHandleInformation(middle.read_end, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    CHECK(SetHandleInformation(out.write_end, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    startup_with(&startup, middle.read_end, out.write_end, GetStdHandle(STD_ERROR_HANDLE));
    second = inherit_spawn("echo_upper", "", &startup, TRUE);
    CHECK(CloseHandle(middle.read_end));
    CHECK(CloseHandle(out.write_end));
    CHECK(WriteFile(in.write_end, "through both", 12, &count, NULL));
    CHECK(CloseHandle(in.write_end));
    CHECK_U32(read_all(out.read_end, buffer, sizeof(buffer)), 12);
    CHECK(strcmp(buffer, "THROUGH BOTH") == 0);
    CHECK_U32(wait_role(first), 0);
    CHECK_U32(wait_role(second), 0);
}

ROLE(write_until_no_data)
{
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
    char block[512];
    DWORD count;

    memset(block, 'y', sizeof(block));
    while (WriteFile(output, block, sizeof(block), &count, NULL))
        ;
    return GetLastError() == ERROR_NO_DATA || GetLastError() == ERROR_BROKEN_PIPE ? 44 : 1;
}

TEST(a_child_whose_reader_is_gone_gets_an_error_and_no_signal)
{
    struct pipe out = inheritable_pipe();
    STARTUPINFOA startup;
    char buffer[100];
    PROCESS child;
    DWORD count;

    keep_from_child(out.read_end);
    startup_with(&startup, GetStdHandle(STD_INPUT_HANDLE), out.write_end,
                 GetStdHandle(STD_ERROR_HANDLE));
    child = inherit_spawn("write_until_no_data", "", &startup, TRUE);
    CHECK(CloseHandle(out.write_end));
    CHECK(ReadFile(out.read_end, buffer, sizeof(buffer), &count, NULL));
    CHECK(CloseHandle(out.read_end));
    CHECK_U32(wait_role(child), 44);
}

/* ---- ordinary Linux programs ---- */

#ifdef __TRANSOM__

static PROCESS start_program(const char *command, HANDLE input, HANDLE output)
{
    char line[300];
    PROCESS_INFORMATION information;
    STARTUPINFOA startup;
    PROCESS process;

    startup_with(&startup, input, output, GetStdHandle(STD_ERROR_HANDLE));
    snprintf(line, sizeof(line), "%s", command);
    CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information));
    CHECK(CloseHandle(information.hThread));
    process.handle = information.hProcess;
    process.id = information.dwProcessId;
    return process;
}

TEST(sort_reads_one_pipe_and_writes_another)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe();
    char buffer[100];
    PROCESS child;
    DWORD count;

    keep_from_child(in.write_end);
    keep_from_child(out.read_end);
    child = start_program("sort -r", in.read_end, out.write_end);
    CHECK(CloseHandle(in.read_end));
    CHECK(CloseHandle(out.write_end));
    CHECK(WriteFile(in.write_end, "b\na\nc\n", 6, &count, NULL));
    CHECK(CloseHandle(in.write_end));
    CHECK_U32(read_all(out.read_end, buffer, sizeof(buffer)), 6);
    CHECK(strcmp(buffer, "c\nb\na\n") == 0);
    CHECK_U32(wait_role(child), 0);
}

TEST(the_exe_suffix_of_a_program_is_tolerated)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe();
    char buffer[100];
    PROCESS child;

    CHECK(CloseHandle(in.write_end));
    keep_from_child(out.read_end);
    child = start_program("echo.exe one \"two three\"", in.read_end, out.write_end);
    CHECK(CloseHandle(out.write_end));
    read_all(out.read_end, buffer, sizeof(buffer));
    CHECK(strcmp(buffer, "one two three\n") == 0);
    CHECK_U32(wait_role(child), 0);
}

TEST(the_exit_code_of_an_ordinary_program_arrives)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe();

    CHECK_U32(wait_role(start_program("false", in.read_end, out.write_end)), 1);
    CHECK_U32(wait_role(start_program("true", in.read_end, out.write_end)), 0);
    CHECK_U32(wait_role(start_program("sh -c \"exit 37\"", in.read_end, out.write_end)), 37);
}

TEST(an_ordinary_program_dies_of_sigpipe_as_everywhere)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe();
    char buffer[10];
    PROCESS child;
    DWORD count;

    keep_from_child(out.read_end);
    child = start_program("yes", in.read_end, out.write_end);
    CHECK(CloseHandle(out.write_end));
    CHECK(ReadFile(out.read_end, buffer, sizeof(buffer), &count, NULL));
    CHECK(CloseHandle(out.read_end));
    CHECK_U32(WaitForSingleObject(child.handle, 5000), WAIT_OBJECT_0);
    CHECK(wait_role(child) != 0);
}

TEST(an_ordinary_program_does_not_hold_the_other_end_of_its_input)
{
    struct pipe in = inheritable_pipe(), out = inheritable_pipe();
    char buffer[10];
    PROCESS child;

    keep_from_child(in.write_end);
    keep_from_child(out.read_end);
    child = start_program("cat", in.read_end, out.write_end);
    CHECK(CloseHandle(in.read_end));
    CHECK(CloseHandle(out.write_end));
    /* cat ends only if it does not have the write end itself. */
    CHECK(CloseHandle(in.write_end));
    CHECK_U32(read_all(out.read_end, buffer, sizeof(buffer)), 0);
    CHECK_U32(wait_role(child), 0);
}

#endif
