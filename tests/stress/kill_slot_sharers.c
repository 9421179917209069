/* SPDX-License-Identifier: MIT */
/*
 * Processes that read one mailslot are killed at random, also inside the lock of the slot, and so are
 * its writers. The slot ends with its last reader.
 */
#include "sharers.h"

#define LENGTH_FEW   48
#define LENGTH_MANY  600
#define HANG_SECONDS 20

static HANDLE writer_open(const char *name)
{
    return CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       0, NULL);
}

/* Opens the slot now and then, so that writers come and go; not faster than others read. */
static int write_until_killed(const struct task *task)
{
    struct chance chance = {task->run};
    static struct message message;
    HANDLE slot = writer_open(task->name);
    bool is_first = true, is_last;
    DWORD length, count;

    for (uint32_t seq = 0; seq < SEQS_MAX; seq++, is_first = is_last) {
        if (slot == INVALID_HANDLE_VALUE)
            return 3;
        is_last = chance_below(&chance, 100) == 0;
        length = message_make(
            &message, task->run, seq,
            chance_below(&chance, chance_below(&chance, 4) ? LENGTH_FEW : LENGTH_MANY));
        message.place = (is_first ? MESSAGE_FIRST : 0) | (is_last ? MESSAGE_LAST : 0);
        if (!WriteFile(slot, &message, length, &count, NULL) || count != length)
            return 4;
        if (chance_below(&chance, 8) == 0)
            sleep_us(chance_below(&chance, 300));
        if (is_last) {
            CloseHandle(slot);
            slot = writer_open(task->name);
        }
    }
    Sleep(INFINITE);
    return 0;
}

static void read_the_rest(HANDLE slot)
{
    static struct message message;
    DWORD count;

    EXPECT(SetMailslotInfo(slot, 0));
    while (ReadFile(slot, &message, sizeof(message), &count, NULL)) {
        watchdog_feed();
        if (!message_is_whole(&message, count))
            WRONG("a message of %u bytes is torn", (unsigned)count);
        else
            note(message.run, message.seq, message.place);
    }
    EXPECT(GetLastError() == ERROR_SEM_TIMEOUT);
}

static void look(const struct sharing *sharing, struct chance *chance)
{
    DWORD count;

    (void)chance;
    EXPECT(GetMailslotInfo(sharing->read, NULL, NULL, &count, NULL));
}

static void messages_survive_the_death_of_those_who_share_the_slot(void)
{
    char name[64];
    struct sharing sharing = {.name = name, .look = look};

    snprintf(name, sizeof(name), "\\\\.\\mailslot\\sharers.%d", (int)getpid());
    sharing.read = CreateMailslotA(name, 0, MAILSLOT_WAIT_FOREVER, NULL);
    EXPECT(sharing.read != INVALID_HANDLE_VALUE);
    heirloom(sharing.read);
    sharing_run(&sharing, 8);
    read_the_rest(sharing.read);
    EXPECT(sharing_judge(&sharing) > 1000);
    EXPECT(CloseHandle(sharing.read));
    EXPECT(writer_open(name) == INVALID_HANDLE_VALUE);
}

int main(int argc, char **argv)
{
    struct task task;

    if (task_get(argc, argv, &task))
        return strcmp(task.role, "write") == 0 ? write_until_killed(&task)
                                               : read_until_killed(&task);
    printf("1..2\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    test_case("messages_survive_the_death_of_those_who_share_the_slot",
              messages_survive_the_death_of_those_who_share_the_slot);
    test_case("nothing_is_left_behind", nothing_is_left_behind);
    return 0;
}
