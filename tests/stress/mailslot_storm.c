/* SPDX-License-Identifier: MIT */
/*
 * Many processes write to one mailslot; they and the reader are killed at random.
 *
 * Every message comes as a whole, those of one writer in their order, and none comes before one
 * whose write had returned before its own began. Those who come, write one message and go lose
 * nothing. Nothing is left behind.
 */
#include "stress.h"

#define WRITERS      8
#define LENGTH_MAX   3000
#define LONG_LENGTH  100000
#define HANG_SECONDS 30
#define VISITORS     4
#define VISITS       800

struct message {
    uint32_t writer, number;
    int64_t begin_ns;
    uint32_t length, sum;
    char bytes[LONG_LENGTH];
};

#define HEAD offsetof(struct message, bytes)

static int64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static HANDLE writer_open(const char *name)
{
    for (;;) {
        HANDLE writer =
            CreateFileA(name, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);

        if (writer != INVALID_HANDLE_VALUE)
            return writer;
        sleep_us(2000);
    }
}

static void message_fill(struct message *message, struct chance *chance)
{
    message->length = chance_below(chance, 50) ? chance_below(chance, LENGTH_MAX)
                                               : chance_below(chance, LONG_LENGTH);
    for (uint32_t i = 0; i < message->length; i++)
        message->bytes[i] = (char)(message->number + i);
    message->sum = checksum(message->bytes, message->length);
}

/* Until killed. */
static int work(const char *name, const char *number)
{
    static struct message message;
    struct chance chance = {strtoull(number, NULL, 10)};
    uint32_t writes = 0;

    for (;;) {
        HANDLE writer = writer_open(name);
        DWORD count;

        message.writer = (uint32_t)getpid();
        do {
            message.number++;
            message_fill(&message, &chance);
            if (++writes % 16 == 0)
                sleep_us(chance_below(&chance, 2000));
            message.begin_ns = now_ns();
        } while (WriteFile(writer, &message, (DWORD)(HEAD + message.length), &count, NULL));
        if (GetLastError() != ERROR_HANDLE_EOF)
            return 3;
        CloseHandle(writer);
    }
}

/* What the reader knows of a writer. */
struct seen {
    uint32_t writer, number;
    int64_t newest_before; /* the latest begin among what was read before its last message */
};

static int complain(const char *what, const struct message *message)
{
    printf("# message %u of %u: %s\n", message->number, message->writer, what);
    fflush(stdout);
    return 4;
}

/* Until killed, or until nothing comes any more. */
static int read_all(const char *name)
{
    static struct message message;
    static struct seen seen[4096];
    HANDLE slot = CreateMailslotA(name, 0, 6000, NULL);
    int64_t newest = 0;
    uint32_t total = 0;
    DWORD count;

    if (slot == INVALID_HANDLE_VALUE)
        return 5;
    while (ReadFile(slot, &message, sizeof(message), &count, NULL)) {
        struct seen *of = seen;

        total++;
        while (of->writer && of->writer != message.writer && of < seen + 4095)
            of++;
        if (count < HEAD || count != HEAD + message.length ||
            checksum(message.bytes, message.length) != message.sum)
            return complain("it is damaged", &message);
        if (of->writer && message.number <= of->number)
            return complain("it comes behind a later one", &message);
        /* The write before had returned when this one began. */
        if (of->writer && of->number + 1 == message.number && message.begin_ns < of->newest_before)
            return complain("the one before it came late", &message);
        *of = (struct seen){message.writer, message.number, newest};
        if (message.begin_ns > newest)
            newest = message.begin_ns;
    }
    count = GetLastError();
    CloseHandle(slot);
    return count != ERROR_SEM_TIMEOUT ? 6 : total ? 0 : 7;
}

static char slot_name[80];

static pid_t writer_start(struct chance *chance)
{
    char number[24];

    snprintf(number, sizeof(number), "%llu", (unsigned long long)chance_next(chance));
    return start_role(-1, "work", slot_name, number);
}

static void killed_readers_and_writers_leave_the_others_working(void)
{
    struct chance chance = {stress_seed()};
    int64_t end = now_us() + stress_us(8);
    pid_t writers[WRITERS], reader;
    int status, kills = 0;

    snprintf(slot_name, sizeof(slot_name), "\\\\.\\mailslot\\storm\\%d", (int)getpid());
    reader = start_role(-1, "read", slot_name, "");
    for (int i = 0; i < WRITERS; i++)
        writers[i] = writer_start(&chance);
    while (now_us() < end) {
        int chosen = (int)chance_below(&chance, WRITERS);

        sleep_us(chance_below(&chance, 8000));
        if (chance_below(&chance, 40) == 0) {
            kill(reader, SIGKILL);
            status = reap(reader);
            if (!WIFSIGNALED(status))
                WRONG("the reader gave up: %d", WEXITSTATUS(status));
            reader = start_role(-1, "read", slot_name, "");
        }
        kill(writers[chosen], SIGKILL);
        status = reap(writers[chosen]);
        if (!WIFSIGNALED(status))
            WRONG("a writer gave up: %d", WEXITSTATUS(status));
        writers[chosen] = writer_start(&chance);
        kills++;
        watchdog_feed();
    }
    sleep_us(300000);
    for (int i = 0; i < WRITERS; i++) {
        kill(writers[i], SIGKILL);
        reap(writers[i]);
    }
    status = reap(reader);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        WRONG("the last reader ends with %#x", (unsigned)status);
    printf("# %d kills\n", kills);
}

/* Comes and goes. */
static int visit(const char *name, const char *number)
{
    for (uint32_t i = 0; i < VISITS; i++) {
        uint32_t message[2] = {(uint32_t)atoi(number), i};
        HANDLE writer = writer_open(name);
        DWORD count;

        if (!WriteFile(writer, message, sizeof(message), &count, NULL))
            return 3;
        CloseHandle(writer);
    }
    return 0;
}

static void those_who_write_once_and_go_lose_nothing(void)
{
    pid_t visitors[VISITORS];
    uint32_t next[VISITORS] = {0}, message[2];
    HANDLE slot;
    DWORD count;

    snprintf(slot_name, sizeof(slot_name), "\\\\.\\mailslot\\visits\\%d", (int)getpid());
    slot = CreateMailslotA(slot_name, 0, 10000, NULL);
    EXPECT(slot != INVALID_HANDLE_VALUE);
    for (int i = 0; i < VISITORS; i++) {
        char number[8];

        snprintf(number, sizeof(number), "%d", i);
        visitors[i] = start_role(-1, "visit", slot_name, number);
    }
    for (int i = 0; i < VISITORS * VISITS; i++) {
        if (i == VISITORS * VISITS / 3)
            sleep_us(300000); /* they go on while nobody reads */
        if (!ReadFile(slot, message, sizeof(message), &count, NULL) || count != sizeof(message)) {
            WRONG("message %d does not come: error %u", i, (unsigned)GetLastError());
            break;
        }
        if (message[0] >= VISITORS || message[1] != next[message[0]]++)
            WRONG("message %u of %u is not the next", message[1], message[0]);
        watchdog_feed();
    }
    for (int i = 0; i < VISITORS; i++)
        EXPECT(reap(visitors[i]) == 0);
    EXPECT(GetMailslotInfo(slot, NULL, NULL, &count, NULL) && count == 0);
    EXPECT(CloseHandle(slot));
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "work") == 0)
        return work(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "read") == 0)
        return read_all(argv[2]);
    if (argc == 4 && strcmp(argv[1], "visit") == 0)
        return visit(argv[2], argv[3]);
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    printf("1..3\n");
    test_case("killed readers and writers leave the others working",
              killed_readers_and_writers_leave_the_others_working);
    test_case("those who write once and go lose nothing", those_who_write_once_and_go_lose_nothing);
    test_case("nothing is left behind", nothing_is_left_behind);
    return 0;
}
