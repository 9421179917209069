/* SPDX-License-Identifier: MIT */
/* Ends of named pipes as standard handles, of programs that know handles and of those that do not. */
#include "inherit.h"
#include "pipe_helpers.h"

static void startup_with(STARTUPINFOA *startup, HANDLE input, HANDLE output)
{
    memset(startup, 0, sizeof(*startup));
    startup->cb = sizeof(*startup);
    startup->dwFlags = STARTF_USESTDHANDLES;
    startup->hStdInput = input;
    startup->hStdOutput = output;
    startup->hStdError = GetStdHandle(STD_ERROR_HANDLE);
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

/* ---- children that know about handles ---- */

ROLE(answer)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE), output = GetStdHandle(STD_OUTPUT_HANDLE);
    char buffer[100];
    DWORD count;

    while (ReadFile(input, buffer, sizeof(buffer), &count, NULL)) {
        buffer[0] = (char)(buffer[0] - 'a' + 'A');
        write_all(output, buffer, count);
    }
    CHECK_U32(GetLastError(), ERROR_BROKEN_PIPE);
    return 0;
}

TEST(a_child_reads_and_writes_a_named_pipe_as_its_standard_handles)
{
    struct pair pair = connect_pair(MESSAGE_MODE, 4096, 4096);
    STARTUPINFOA startup;
    PROCESS child;

    heirloom(pair.client);
    startup_with(&startup, pair.client, pair.client);
    child = inherit_spawn("answer", "", &startup, TRUE);
    CHECK(CloseHandle(pair.client));
    write_all(pair.server, "hello", 5);
    read_exactly(pair.server, "Hello", 5);
    write_all(pair.server, "again", 5);
    read_exactly(pair.server, "Again", 5);
    CHECK(CloseHandle(pair.server));
    CHECK_U32(wait_role(child), 0);
}

ROLE(print)
{
    printf("printed %s\n", argument);
    fflush(stdout);
    return 0;
}

TEST(what_a_child_prints_goes_into_the_named_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    STARTUPINFOA startup;
    char buffer[100];
    PROCESS child;

    startup_with(&startup, GetStdHandle(STD_INPUT_HANDLE), heirloom(pair.client));
    child = inherit_spawn("print", "x", &startup, TRUE);
    CHECK(CloseHandle(pair.client));
    read_all(pair.server, buffer, sizeof(buffer));
    CHECK(strncmp(buffer, "printed x", 9) == 0);
    CHECK_U32(wait_role(child), 0);
}

ROLE(scan)
{
    char word[16] = "";

    return scanf("%15s", word) == 1 && strcmp(word, "word") == 0 ? 0 : 1;
}

TEST(what_a_child_scans_comes_from_the_named_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    STARTUPINFOA startup;
    PROCESS child;

    startup_with(&startup, heirloom(pair.client), GetStdHandle(STD_OUTPUT_HANDLE));
    child = inherit_spawn("scan", "", &startup, TRUE);
    CHECK(CloseHandle(pair.client));
    write_all(pair.server, "word\n", 5);
    CHECK_U32(wait_role(child), 0);
}

ROLE(count_lines)
{
    char line[64];
    int count = 0;

    while (fgets(line, sizeof(line), stdin))
        count++;
    return feof(stdin) && !ferror(stdin) ? count : -1;
}

TEST(the_lines_that_a_child_reads_end_when_its_peer_does)
{
    struct pair pair = connect_pair(PIPE_TYPE_MESSAGE, 4096, 4096);
    STARTUPINFOA startup;
    PROCESS child;

    startup_with(&startup, heirloom(pair.client), GetStdHandle(STD_OUTPUT_HANDLE));
    child = inherit_spawn("count_lines", "", &startup, TRUE);
    CHECK(CloseHandle(pair.client));
    write_all(pair.server, "one\ntw", 6);
    write_all(pair.server, "o\nthree\n", 8);
    CHECK(FlushFileBuffers(pair.server));
    CHECK(CloseHandle(pair.server));
    CHECK_U32(wait_role(child), 3);
}

/* ---- ordinary programs ---- */

#ifdef __TRANSOM__

static PROCESS start_program(const char *text, HANDLE input, HANDLE output)
{
    PROCESS_INFORMATION information;
    STARTUPINFOA startup;
    PROCESS process;
    char line[200];

    strcpy(line, text);
    startup_with(&startup, input, output);
    CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information));
    CHECK(CloseHandle(information.hThread));
    process.handle = information.hProcess;
    process.id = information.dwProcessId;
    conformance_note_role(NULL, process.handle);
    return process;
}

TEST(an_ordinary_program_reads_and_writes_a_named_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    PROCESS child;

    child = start_program("cat", pair.client, pair.client);
    CHECK(CloseHandle(pair.client));
    write_all(pair.server, "hello", 5);
    read_exactly(pair.server, "hello", 5);
    write_all(pair.server, "again", 5);
    read_exactly(pair.server, "again", 5);
    CHECK(CloseHandle(pair.server));
    CHECK_U32(wait_role(child), 0);
}

TEST(an_ordinary_program_serves_a_named_pipe)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    PROCESS child;

    child = start_program("cat", pair.server, pair.server);
    CHECK(CloseHandle(pair.server));
    write_all(pair.client, "hello", 5);
    read_exactly(pair.client, "hello", 5);
    CHECK(CloseHandle(pair.client));
    CHECK_U32(wait_role(child), 0);
}

TEST(the_pipe_breaks_when_the_ordinary_program_has_ended)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    PROCESS child;
    char byte;
    DWORD count;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    child = start_program("sh -c \"exit 5\"", pair.client, pair.client);
    CHECK(CloseHandle(pair.client));
    CHECK_U32(wait_role(child), 5);
    CHECK_ERR(ReadFile(pair.server, &byte, 1, &count, NULL), ERROR_BROKEN_PIPE);
}

TEST(output_and_error_of_an_ordinary_program_keep_their_order)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    PROCESS_INFORMATION information;
    STARTUPINFOA startup;
    char buffer[100], line[] = "sh -c \"echo one; echo two >&2; echo three\"";

    startup_with(&startup, GetStdHandle(STD_INPUT_HANDLE), pair.client);
    startup.hStdError = pair.client;
    CHECK(CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information));
    CHECK(CloseHandle(pair.client));
    CHECK_U32(read_all(pair.server, buffer, sizeof(buffer)), 14);
    CHECK(strcmp(buffer, "one\ntwo\nthree\n") == 0);
}

ROLE(starts_cat_and_ends)
{
    HANDLE client =
        CreateFileA(argument, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    CHECK(client != INVALID_HANDLE_VALUE);
    start_program("cat", client, client);
    ExitProcess(0);
}

TEST(an_ordinary_program_keeps_its_pipe_when_its_parent_ends)
{
    HANDLE server = create_pipe(PIPE_TYPE_BYTE);

    CHECK_U32(wait_role(spawn_role(starts_cat_and_ends, pipe_name())), 0);
    if (!ConnectNamedPipe(server, NULL))
        CHECK_U32(GetLastError(), ERROR_PIPE_CONNECTED);
    write_all(server, "still there", 11);
    read_exactly(server, "still there", 11);
    CHECK(CloseHandle(server));
}

TEST(an_ordinary_program_without_a_reader_is_told_by_signal)
{
    struct pair pair = connect_pair(PIPE_TYPE_BYTE, 4096, 4096);
    char buffer[10];
    PROCESS child;
    DWORD count;

    child = start_program("yes", GetStdHandle(STD_INPUT_HANDLE), pair.client);
    CHECK(CloseHandle(pair.client));
    CHECK(ReadFile(pair.server, buffer, sizeof(buffer), &count, NULL));
    CHECK(CloseHandle(pair.server));
    CHECK_U32(WaitForSingleObject(child.handle, 5000), WAIT_OBJECT_0);
    CHECK(wait_role(child) != 0);
}

#endif
