/* SPDX-License-Identifier: MIT */
/*
 * Processes that share the ends of a pipe are killed at random, also inside the locks of the ends.
 *
 * Some write on one end, others read on the other one. Then several share a listening end: clients
 * are served however often one of the servers dies.
 */
#include "sharers.h"

#define SERVERS      3
#define QUOTA        900
#define LENGTH_FEW   100
#define HANG_SECONDS 20
#define LOST_MAX     8 /* calls of a client in a row that may meet a dying server */
#define ANSWER_US    200000

/* ---- what the others do ---- */

static int write_until_killed(const struct task *task)
{
    struct chance chance = {task->run};
    static struct message message;
    DWORD length, count;

    for (uint32_t seq = 0; seq < SEQS_MAX; seq++) {
        length =
            message_make(&message, task->run, seq,
                         chance_below(&chance, chance_below(&chance, 4) ? LENGTH_FEW : LENGTH_MAX));
        if (!WriteFile(task->shared, &message, length, &count, NULL) || count != length)
            return 3;
        if (chance_below(&chance, 50) == 0 && !FlushFileBuffers(task->shared))
            return 4;
    }
    Sleep(INFINITE);
    return 0;
}

static int serve_until_killed(HANDLE pipe)
{
    char buffer[64];
    DWORD count;

    for (;;) {
        /* Another one of us may have let the client in, or cut it off. */
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
            GetLastError() != ERROR_NO_DATA && GetLastError() != ERROR_PIPE_NOT_CONNECTED)
            return 8;
        if (ReadFile(pipe, buffer, sizeof(buffer), &count, NULL))
            WriteFile(pipe, buffer, count, &count, NULL);
        else if (GetLastError() == ERROR_BROKEN_PIPE)
            DisconnectNamedPipe(pipe);
    }
}

/* ---- messages ---- */

/* Takes back what the dead had pending, and comes behind the rest. It waits until that is read: more
 * than the quota may lie there, since readers had asked for it before they died. */
static DWORD WINAPI write_last(LPVOID client)
{
    static struct message last;
    DWORD count, length = message_make(&last, 0, 0, 0);

    EXPECT(WriteFile(client, &last, length, &count, NULL) && count == length);
    return 0;
}

static void read_the_rest(HANDLE server)
{
    static struct message message;
    DWORD count;

    for (;;) {
        if (!ReadFile(server, &message, sizeof(message), &count, NULL)) {
            WRONG("the rest cannot be read: error %u", (unsigned)GetLastError());
            return;
        }
        watchdog_feed();
        if (!message_is_whole(&message, count))
            WRONG("a message of %u bytes is torn", (unsigned)count);
        else if (message.run)
            note(message.run, message.seq, message.place);
        else
            return;
    }
}

/* We have both ends as well. */
static void look(const struct sharing *sharing, struct chance *chance)
{
    EXPECT(GetNamedPipeInfo(chance_below(chance, 2) ? sharing->read : sharing->written, NULL, NULL,
                            NULL, NULL));
}

static void messages_survive_the_death_of_those_who_share_the_ends(void)
{
    DWORD mode = PIPE_READMODE_MESSAGE, count;
    struct sharing sharing = {.name = "", .look = look};
    HANDLE server, client, last;
    static struct message message;
    char name[64];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\sharers.%d", (int)getpid());
    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE | mode, 1, QUOTA, QUOTA,
                              0, NULL);
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(server != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE);
    /* A client that is let in goes with the process that does it. */
    EXPECT(!ConnectNamedPipe(server, NULL) && GetLastError() == ERROR_PIPE_CONNECTED);
    sharing.read = heirloom(server);
    sharing.written = heirloom(client);
    sharing_run(&sharing, 8);
    last = CreateThread(NULL, 0, write_last, client, 0, NULL);
    read_the_rest(server);
    EXPECT(WaitForSingleObject(last, 15000) == WAIT_OBJECT_0);
    CloseHandle(last);
    sharing_judge(&sharing);
    EXPECT(WriteFile(server, "end", 3, &count, NULL));
    EXPECT(ReadFile(client, message.data, 10, &count, NULL) && count == 3);
    EXPECT(CloseHandle(client));
    EXPECT(!ReadFile(server, message.data, 10, &count, NULL));
    EXPECT(GetLastError() == ERROR_BROKEN_PIPE);
    EXPECT(CloseHandle(server));
}

/* ---- clients ---- */

static _Atomic int calls, lost_calls;
static _Atomic bool is_over;

/* True: there was an answer. Who took the question may be dead, and the others do not know it; one who
 * was slow may answer the question of the client before. */
static bool ask(HANDLE client)
{
    static uint32_t question;
    int64_t end = now_us() + ANSWER_US;
    uint32_t answer = 0;
    DWORD count;

    question++;
    if (!WriteFile(client, &question, sizeof(question), &count, NULL))
        return false;
    do {
        if (!PeekNamedPipe(client, NULL, 0, NULL, &count, NULL))
            return false;
        if (count == 0) {
            sleep_us(20);
        } else {
            if (!ReadFile(client, &answer, sizeof(answer), &count, NULL))
                return false;
            if (count != sizeof(answer) || answer > question)
                WRONG("an answer of %u bytes to question %u", (unsigned)count, answer);
        }
    } while (answer != question && now_us() < end);
    return answer == question;
}

static DWORD WINAPI call_for_ever(LPVOID name)
{
    int lost = 0;

    while (!atomic_load(&is_over)) {
        HANDLE client =
            CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (client == INVALID_HANDLE_VALUE && GetLastError() == ERROR_PIPE_BUSY) {
            if (!WaitNamedPipeA(name, 10000))
                WRONG("nobody serves: error %u", (unsigned)GetLastError());
            continue;
        }
        if (client == INVALID_HANDLE_VALUE) {
            WRONG("the name is not there: error %u", (unsigned)GetLastError());
            break;
        }
        lost++;
        if (ask(client)) {
            atomic_fetch_add(&calls, 1);
            lost = 0;
        }
        atomic_fetch_add(&lost_calls, lost != 0);
        if (lost > LOST_MAX)
            WRONG("%d calls in a row get no answer", lost);
        watchdog_feed();
        CloseHandle(client);
    }
    return 0;
}

static void clients_are_served_while_servers_die(void)
{
    struct chance chance = {stress_seed()};
    struct heir servers[SERVERS];
    int64_t end = now_us() + stress_us(5);
    HANDLE server, caller;
    int kills = 0;
    char name[64];

    snprintf(name, sizeof(name), "\\\\.\\pipe\\servers.%d", (int)getpid());
    server = heirloom(CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX,
                                       PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, QUOTA, QUOTA,
                                       0, NULL));
    EXPECT(server != INVALID_HANDLE_VALUE);
    for (int i = 0; i < SERVERS; i++)
        servers[i] = worker_start("serve", server, NULL, "");
    caller = CreateThread(NULL, 0, call_for_ever, name, 0, NULL);
    while (now_us() < end && !atomic_load(&stress_failures)) {
        struct heir *worker = &servers[chance_below(&chance, SERVERS)];

        sleep_us(chance_below(&chance, 4000));
        worker_kill(worker, "serve");
        kills++;
        *worker = worker_start("serve", server, NULL, "");
    }
    atomic_store(&is_over, true);
    EXPECT(WaitForSingleObject(caller, 15000) == WAIT_OBJECT_0);
    for (int i = 0; i < SERVERS; i++)
        worker_kill(&servers[i], "serve");
    EXPECT(CloseHandle(server));
    CloseHandle(caller);
    printf("# %d killed, %d calls, %d met a dying server\n", kills, atomic_load(&calls),
           atomic_load(&lost_calls));
    EXPECT(atomic_load(&calls) > 20);
}

int main(int argc, char **argv)
{
    struct task task;

    if (task_get(argc, argv, &task))
        return strcmp(task.role, "write") == 0  ? write_until_killed(&task)
               : strcmp(task.role, "read") == 0 ? read_until_killed(&task)
                                                : serve_until_killed(task.shared);
    printf("1..3\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    test_case("messages_survive_the_death_of_those_who_share_the_ends",
              messages_survive_the_death_of_those_who_share_the_ends);
    test_case("clients_are_served_while_servers_die", clients_are_served_while_servers_die);
    test_case("nothing_is_left_behind", nothing_is_left_behind);
    return 0;
}
