/* SPDX-License-Identifier: MIT */
/* Mailslots between processes: many writers, order, death. */
#include "conformance.h"

#define WRITERS  8
#define MESSAGES 200 /* Wine stands still with 278 unread ones */

struct message {
    DWORD writer, number;
};

static HANDLE open_writer(const char *name)
{
    HANDLE writer = CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                OPEN_EXISTING, 0, NULL);

    CHECK(writer != INVALID_HANDLE_VALUE);
    return writer;
}

static void put(HANDLE writer, DWORD who, DWORD number)
{
    struct message message = {who, number};
    DWORD count;

    CHECK(WriteFile(writer, &message, sizeof(message), &count, NULL));
    CHECK_U32(count, sizeof(message));
}

static struct message take(HANDLE slot)
{
    struct message message = {0, 0};
    DWORD count;

    CHECK(ReadFile(slot, &message, sizeof(message), &count, NULL));
    CHECK_U32(count, sizeof(message));
    return message;
}

/* "who name" */
ROLE(writes_many)
{
    HANDLE writer = open_writer(strchr(argument, ' ') + 1);
    DWORD i;

    for (i = 0; i < MESSAGES; i++)
        put(writer, (DWORD)atoi(argument), i);
    return EXIT_PASSED;
}

static PROCESS start_writer(DWORD who)
{
    char argument[200];

    snprintf(argument, sizeof(argument), "%u %s", (unsigned)who, slot_name());
    return spawn_role(writes_many, argument);
}

TEST(every_message_of_many_writing_processes_arrives_once_and_in_its_order)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 10000, NULL);
    PROCESS writers[WRITERS];
    DWORD next[WRITERS] = {0}, i;

    for (i = 0; i < WRITERS; i++)
        writers[i] = start_writer(i);
    for (i = 0; i < WRITERS * MESSAGES; i++) {
        struct message message = take(slot);

        CHECK(message.writer < WRITERS);
        CHECK_U32(message.number, next[message.writer]++);
    }
    for (i = 0; i < WRITERS; i++)
        CHECK_U32(wait_role(writers[i]), 0);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &i, NULL));
    CHECK_U32(i, 0);
}

TEST(messages_of_processes_that_have_ended_are_there)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    DWORD i;

    CHECK_U32(wait_role(start_writer(3)), 0);
    for (i = 0; i < MESSAGES; i++)
        CHECK_U32(take(slot).number, i);
}

ROLE(takes_turns)
{
    HANDLE writer = open_writer(strchr(argument, ' ') + 1);
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD number, count;

    while (ReadFile(in, &number, sizeof(number), &count, NULL) && count == sizeof(number)) {
        put(writer, (DWORD)atoi(argument), number);
        if (!WriteFile(out, &number, sizeof(number), &count, NULL))
            break;
    }
    return EXIT_PASSED;
}

struct turn {
    HANDLE in, out, process;
};

/* With its standard handles on pipes of ours. */
static struct turn start_turn(DWORD who)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    HANDLE their_in, their_out;
    PROCESS_INFORMATION information;
    STARTUPINFOA startup;
    char program[MAX_PATH], line[3 * MAX_PATH];
    struct turn turn;

    CHECK(CreatePipe(&their_in, &turn.in, &inherit, 0));
    CHECK(CreatePipe(&turn.out, &their_out, &inherit, 0));
    CHECK(SetHandleInformation(turn.in, HANDLE_FLAG_INHERIT, 0));
    CHECK(SetHandleInformation(turn.out, HANDLE_FLAG_INHERIT, 0));
    memset(&startup, 0, sizeof(startup));
    startup.cb = sizeof(startup);
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = their_in;
    startup.hStdOutput = their_out;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    GetModuleFileNameA(NULL, program, sizeof(program));
    snprintf(line, sizeof(line), "\"%s\" --role takes_turns \"%u %s\"", program, (unsigned)who,
             slot_name());
    CHECK(CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &information));
    CHECK(CloseHandle(their_in));
    CHECK(CloseHandle(their_out));
    turn.process = information.hProcess;
    return turn;
}

TEST(the_order_of_arrival_holds_across_writers)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    struct turn turns[4];
    DWORD i, count, echo, seed = 1;

    for (i = 0; i < 4; i++)
        turns[i] = start_turn(i);
    /* One after the other, in an order of chance, and read some of the time. */
    for (i = 0; i < 200; i++) {
        struct turn *turn = &turns[(seed = seed * 1103515245 + 12345) >> 16 & 3];

        CHECK(WriteFile(turn->in, &i, sizeof(i), &count, NULL));
        CHECK(ReadFile(turn->out, &echo, sizeof(echo), &count, NULL));
        if (i >= 50 && i < 100) {
            CHECK_U32(take(slot).number, i - 50);
        }
    }
    for (i = 50; i < 200; i++)
        CHECK_U32(take(slot).number, i);
    for (i = 0; i < 4; i++) {
        CHECK(CloseHandle(turns[i].in));
        CHECK_U32(WaitForSingleObject(turns[i].process, 5000), WAIT_OBJECT_0);
    }
}

ROLE(reads_and_hangs)
{
    HANDLE slot = CreateMailslotA(argument, 0, MAILSLOT_WAIT_FOREVER, NULL);

    CHECK(slot != INVALID_HANDLE_VALUE);
    take(slot);
    hang();
    return EXIT_PASSED;
}

static HANDLE wait_for_slot(void)
{
    int i;

    for (i = 0; i < 500; i++) {
        HANDLE writer = CreateFileA(slot_name(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                    NULL, OPEN_EXISTING, 0, NULL);

        if (writer != INVALID_HANDLE_VALUE)
            return writer;
        Sleep(10);
    }
    CHECK(!"the slot comes");
    return NULL;
}

TEST(a_killed_reader_frees_its_name)
{
    PROCESS reader = spawn_role(reads_and_hangs, slot_name());
    HANDLE writer = wait_for_slot(), slot;
    DWORD i, count;
    BOOL failed = FALSE;

    put(writer, 1, 1);
    Sleep(50);
    put(writer, 1, 2);
    kill_role(reader);
    WINE_DIFFERS("a slot lives as long as its writers");
    slot = CreateMailslotA(slot_name(), 0, 0, NULL);
    CHECK(slot != INVALID_HANDLE_VALUE);
    /* Its writers are told, after a moment. */
    for (i = 0; i < 500 && !failed; i++) {
        failed = !WriteFile(writer, &i, sizeof(i), &count, NULL);
        if (!failed)
            Sleep(10);
    }
    CHECK(failed);
    CHECK(GetMailslotInfo(slot, NULL, NULL, &count, NULL));
    CHECK_U32(count, 0);
    put(open_writer(slot_name()), 2, 7);
    CHECK_U32(take(slot).number, 7);
}

ROLE(writes_and_hangs)
{
    HANDLE writer = open_writer(argument);

    put(writer, 1, 1);
    put(writer, 1, 2);
    CHECK(SetEvent(OpenEventA(EVENT_MODIFY_STATE, FALSE, strrchr(argument, '\\') + 1)));
    hang();
    return EXIT_PASSED;
}

TEST(a_killed_writer_leaves_its_messages_and_harms_nobody)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 10000, NULL);
    HANDLE other = open_writer(slot_name());
    HANDLE has_written = CreateEventA(NULL, TRUE, FALSE, strrchr(slot_name(), '\\') + 1);
    PROCESS writer = spawn_role(writes_and_hangs, slot_name());
    DWORD i;

    CHECK_U32(take(slot).number, 1);
    CHECK_U32(WaitForSingleObject(has_written, 10000), WAIT_OBJECT_0);
    put(other, 2, 3);
    kill_role(writer);
    put(other, 2, 4);
    for (i = 2; i <= 4; i++)
        CHECK_U32(take(slot).number, i);
}

ROLE(reads_late)
{
    HANDLE may_look = CreateEventA(NULL, TRUE, FALSE, strrchr(argument, '\\') + 1);
    HANDLE slot = CreateMailslotA(argument, 0, 10000, NULL);
    DWORD i;

    CHECK(slot != INVALID_HANDLE_VALUE);
    CHECK_U32(WaitForSingleObject(may_look, 15000), WAIT_OBJECT_0);
    for (i = 0; i < 100; i++)
        CHECK_U32(take(slot).number, i);
    return EXIT_PASSED;
}

TEST(a_slot_that_does_not_look_lets_writers_in)
{
    HANDLE may_look = CreateEventA(NULL, TRUE, FALSE, strrchr(slot_name(), '\\') + 1);
    PROCESS reader = spawn_role(reads_late, slot_name());
    HANDLE writer;
    DWORD i;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    writer = wait_for_slot();
    CHECK(CloseHandle(writer));
    for (i = 0; i < 100; i++) {
        writer = open_writer(slot_name());
        put(writer, 0, i);
        CHECK(CloseHandle(writer));
    }
    CHECK(SetEvent(may_look));
    CHECK_U32(wait_role(reader), 0);
}

#define THE_END 0xFFFFFFFF

static DWORD WINAPI take_until_the_end(LPVOID slot)
{
    struct message message;
    DWORD sum = 0;

    while ((message = take(slot)).number != THE_END)
        sum += message.number + 1;
    return sum;
}

TEST(each_message_goes_to_one_of_many_reading_threads)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 15000, NULL), threads[3], writer;
    PROCESS writers[3];
    DWORD i, sum = 0, code;

    for (i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, take_until_the_end, slot, 0, NULL);
    for (i = 0; i < 3; i++)
        writers[i] = start_writer(i);
    for (i = 0; i < 3; i++)
        CHECK_U32(wait_role(writers[i]), 0);
    writer = open_writer(slot_name());
    for (i = 0; i < 3; i++)
        put(writer, 0, THE_END);
    for (i = 0; i < 3; i++) {
        CHECK_U32(WaitForSingleObject(threads[i], 10000), WAIT_OBJECT_0);
        CHECK(GetExitCodeThread(threads[i], &code));
        sum += code;
    }
    CHECK_U32(sum, 3 * MESSAGES * (MESSAGES + 1) / 2);
}

TEST(a_duplicate_keeps_the_slot_alive)
{
    HANDLE slot = CreateMailslotA(slot_name(), 0, 0, NULL), second;
    HANDLE writer = open_writer(slot_name());

    CHECK(DuplicateHandle(GetCurrentProcess(), slot, GetCurrentProcess(), &second, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    put(writer, 1, 1);
    put(writer, 1, 2);
    CHECK_U32(take(second).number, 1);
    CHECK(CloseHandle(slot));
    put(writer, 1, 3);
    CHECK_U32(take(second).number, 2);
    CHECK_U32(take(second).number, 3);
    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) == INVALID_HANDLE_VALUE);
    CHECK(CloseHandle(second));
    WINE_DIFFERS("a slot lives as long as its writers");
    CHECK(CreateMailslotA(slot_name(), 0, 0, NULL) != INVALID_HANDLE_VALUE);
}
