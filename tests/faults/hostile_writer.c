/* SPDX-License-Identifier: MIT */
/*
 * A mailslot and its worst writers, who speak docs/protocol/mailslot.md by hand. Each harms its own
 * messages; what an honest writer sends comes as if nothing had been.
 */
#include "raw_peer.h"

#define SCRIBBLES    20000
#define HANG_SECONDS 30
#define LONGEST      1000

static const char name[] = "%6DHOSTILE";
static const char slot_path[] = "\\\\.\\mailslot\\hostile";

static HANDLE slot, honest;
static uint32_t sent;

static void slot_open(void)
{
    slot = CreateMailslotA(slot_path, LONGEST, 0, NULL);
    EXPECT(slot != INVALID_HANDLE_VALUE);
    honest = CreateFileA(slot_path, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(honest != INVALID_HANDLE_VALUE);
}

static void slot_close(void)
{
    EXPECT(CloseHandle(honest));
    EXPECT(CloseHandle(slot));
}

/* ---- a writer by hand ---- */

struct raw_writer {
    int socket;
    uint8_t *memory;
    uint64_t used; /* bytes of frames */
};

static struct raw_writer raw_writer_open(void)
{
    struct raw_hello hello = raw_good_hello;
    struct raw_writer writer = {.socket = raw_connect(name, 10000)};
    int memfd;

    EXPECT(writer.socket >= 0);
    writer.memory = raw_memory(&memfd);
    hello.access = 2;
    EXPECT(raw_send(writer.socket, &hello, sizeof(hello), &memfd, 1));
    close(memfd);
    return writer;
}

static void raw_writer_close(struct raw_writer *writer)
{
    munmap(writer->memory, RAW_SIZE);
    close(writer->socket);
}

static bool has_been_hung_up(const struct raw_writer *writer)
{
    char byte;

    return recv(writer->socket, &byte, 1, MSG_DONTWAIT) == 0;
}

/* A frame of so many bytes behind the last one; its data begin with the stamp. */
static void raw_put(struct raw_writer *writer, uint64_t stamp, uint32_t word, uint32_t take)
{
    uint64_t place = RAW_DATA(0) + writer->used;
    uint32_t length = word & 0x1FFFFFFF;

    writer->used += 8 + ((length + 7) & ~7u);
    if (RAW_DATA(0) + writer->used + 8 < RAW_SIZE)
        raw_store32(writer->memory, RAW_DATA(0) + writer->used, 0);
    raw_store32(writer->memory, place + 4, take);
    raw_store(writer->memory, place + 8, stamp);
    raw_store32(writer->memory, place, word | RAW_VALID);
    raw_store(writer->memory, RAW_PRODUCER(0), writer->used);
}

static uint64_t now_stamp(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* ---- the honest writer ---- */

/* It sends a message; within seconds it is read, whatever comes in between. */
static void honest_message_comes(void)
{
    uint32_t message = ++sent | 0x40000000, got[LONGEST / 4];
    int64_t until = now_us() + 10000000;
    DWORD count;

    watchdog_feed();
    EXPECT(WriteFile(honest, &message, sizeof(message), &count, NULL));
    while (now_us() < until) {
        got[0] = 0;
        if (ReadFile(slot, got, sizeof(got), &count, NULL)) {
            if (count == sizeof(message) && got[0] == message)
                return;
        } else if (GetLastError() != ERROR_SEM_TIMEOUT) {
            WRONG("a read fails with error %u", GetLastError());
            return;
        }
    }
    WRONG("the honest writer's message does not come");
}

static void nothing_waits(void)
{
    char bytes[LONGEST];
    DWORD count = 77, next = 77;

    EXPECT(GetMailslotInfo(slot, NULL, &next, &count, NULL));
    EXPECT(count == 0 && next == MAILSLOT_NO_MESSAGE);
    EXPECT(!ReadFile(slot, bytes, sizeof(bytes), &count, NULL) &&
           GetLastError() == ERROR_SEM_TIMEOUT);
}

/* ---- cases ---- */

static void a_writer_that_introduces_itself_badly_is_turned_away(void)
{
    slot_open();
    for (int i = 0; i < 9; i++) {
        struct raw_hello hello = raw_good_hello;
        int socket = raw_connect(name, 10000), memfd, fds[2];
        size_t length = sizeof(hello);
        uint32_t count = 1;
        char byte;
        uint8_t *memory = raw_memory(&memfd);

        hello.access = 2;
        fds[0] = fds[1] = memfd;
        switch (i) {
        case 0:
            hello.magic++;
            break;
        case 1:
            hello.protocol++;
            break;
        case 2:
            hello.access = 3;
            break;
        case 3:
            hello.zero = 1;
            break;
        case 4:
            length--;
            break;
        case 5:
            count = 0;
            break;
        case 6:
            count = 2;
            break;
        case 7:
            raw_store32(memory, 4, 99);
            break;
        default:
            close(memfd);
            fds[0] = memfd = raw_memfd(RAW_SIZE, 0);
            break;
        }
        EXPECT(raw_send(socket, &hello, length, fds, count));
        honest_message_comes();
        if (recv(socket, &byte, 1, MSG_DONTWAIT) != 0)
            WRONG("introduction %d was not refused", i);
        munmap(memory, RAW_SIZE);
        close(memfd);
        close(socket);
    }
    nothing_waits();
    slot_close();
}

static void lie(struct raw_writer *writer, int kind)
{
    switch (kind) {
    case 0: /* shorter than a stamp */
        raw_put(writer, 0, 7, 0);
        break;
    case 1:
        raw_put(writer, 0, 0, 0);
        break;
    case 2: /* longer than the slot takes */
        raw_put(writer, now_stamp(), 8 + LONGEST + 1, 0);
        break;
    case 3: /* goes on */
        raw_put(writer, now_stamp(), 16 | 0x40000000, 0);
        break;
    case 4: /* over the end of the ring */
        raw_put(writer, now_stamp(), 0x1FFFFFF0, 0);
        break;
    case 5: /* a head without a frame */
        raw_store(writer->memory, RAW_PRODUCER(0), 64);
        break;
    case 6: /* a jump out of the ring */
        raw_put(writer, 0, 0x1FFFFFFF, 0x7FFFFFFF);
        break;
    case 7: /* more than it may have */
        for (int i = 0; i < 18; i++)
            raw_put(writer, 0, 1 << 20, 0);
        break;
    case 8: /* a bell that nobody asked for */
        EXPECT(send(writer->socket, "", 1, MSG_NOSIGNAL) == 1);
        break;
    case 9: /* anything else on the socket */
        EXPECT(send(writer->socket, "hello?", 6, MSG_NOSIGNAL) == 6);
        break;
    default: { /* descriptors */
        int fds[2] = {0, 1};

        EXPECT(raw_send(writer->socket, "", 1, fds, 2));
        break;
    }
    }
}

static void a_liar_is_thrown_out_alone(void)
{
    slot_open();
    for (int kind = 0; kind < 11; kind++) {
        struct raw_writer writer = raw_writer_open();

        /* Once before anything was read of it, once after a good message. */
        for (int round = 0; round < 2; round++) {
            if (round)
                raw_put(&writer, now_stamp(), 20, 0);
            honest_message_comes();
            lie(&writer, kind);
            honest_message_comes();
            honest_message_comes();
            if (!has_been_hung_up(&writer))
                WRONG("lie %d was believed", kind);
            raw_writer_close(&writer);
            writer = raw_writer_open();
        }
        raw_writer_close(&writer);
    }
    honest_message_comes();
    nothing_waits();
    slot_close();
}

static void a_stamp_from_the_future_does_not_wait_for_it(void)
{
    struct raw_writer writer;
    char bytes[LONGEST];
    DWORD count;

    slot_open();
    writer = raw_writer_open();
    raw_put(&writer, UINT64_MAX, 20, 0);
    raw_put(&writer, now_stamp() + 1000000000000, 24, 0);
    EXPECT(GetMailslotInfo(slot, NULL, NULL, &count, NULL) && count == 2);
    EXPECT(ReadFile(slot, bytes, sizeof(bytes), &count, NULL) && count == 12);
    EXPECT(ReadFile(slot, bytes, sizeof(bytes), &count, NULL) && count == 16);
    honest_message_comes();
    raw_writer_close(&writer);
    slot_close();
}

static _Atomic bool is_over;

/* Messages from the beginning of time, as fast as they go. */
static DWORD WINAPI flood(LPVOID argument)
{
    struct raw_writer *writer = argument;

    while (!atomic_load(&is_over) && writer->used < RAW_CAPACITY - 64)
        raw_put(writer, 0, 16, 0);
    return 0;
}

static void stamps_from_the_past_starve_nobody(void)
{
    struct raw_writer writer;
    HANDLE thread;

    slot_open();
    atomic_store(&is_over, false);
    writer = raw_writer_open();
    honest_message_comes();
    thread = CreateThread(NULL, 0, flood, &writer, 0, NULL);
    for (int i = 0; i < 100; i++)
        honest_message_comes();
    atomic_store(&is_over, true);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    raw_writer_close(&writer);
    slot_close();
}

static void a_message_that_is_taken_back_is_not_waited_for(void)
{
    struct raw_writer writer;
    char bytes[LONGEST];
    DWORD count = 0;

    slot_open();
    writer = raw_writer_open();
    raw_put(&writer, now_stamp(), 20, 0);
    EXPECT(GetMailslotInfo(slot, NULL, NULL, &count, NULL) && count == 1);
    raw_store32(writer.memory, RAW_DATA(0), 0);
    EXPECT(!ReadFile(slot, bytes, sizeof(bytes), &count, NULL) &&
           GetLastError() == ERROR_SEM_TIMEOUT);
    EXPECT(has_been_hung_up(&writer));
    raw_writer_close(&writer);

    /* Or is another one by then. */
    writer = raw_writer_open();
    raw_put(&writer, now_stamp(), 20, 0);
    EXPECT(GetMailslotInfo(slot, NULL, NULL, &count, NULL) && count == 1);
    raw_store32(writer.memory, RAW_DATA(0), 900 | RAW_VALID);
    EXPECT(!ReadFile(slot, bytes, 12, &count, NULL));
    honest_message_comes();
    nothing_waits();
    raw_writer_close(&writer);
    slot_close();
}

static void a_flood_of_bells_ends_with_the_first(void)
{
    struct raw_writer writer;
    int bells = 0;

    slot_open();
    writer = raw_writer_open();
    for (int i = 0; i < 1000; i++) {
        bells += send(writer.socket, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1;
        if (i % 100 == 0)
            honest_message_comes();
    }
    EXPECT(bells < 1000);
    EXPECT(has_been_hung_up(&writer) || bells < 1000);
    raw_writer_close(&writer);
    slot_close();
}

static void those_who_say_nothing_keep_nobody_out(void)
{
    int sockets[200];
    HANDLE second;

    slot_open();
    for (int i = 0; i < 200; i++)
        sockets[i] = raw_connect(name, 10000);
    honest_message_comes();
    second = honest;
    honest = CreateFileA(slot_path, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(honest != INVALID_HANDLE_VALUE);
    honest_message_comes();
    EXPECT(CloseHandle(second));
    for (int i = 0; i < 200; i++)
        close(sockets[i]);
    honest_message_comes();
    slot_close();
}

/* One of everything that a reader does. */
static void use(struct chance *chance)
{
    char bytes[LONGEST];
    DWORD count = 0, next = 0;
    DWORD size = chance_below(chance, LONGEST + 1);

    if (chance_below(chance, 4) == 0) {
        EXPECT(GetMailslotInfo(slot, NULL, &next, &count, NULL));
        EXPECT(next == MAILSLOT_NO_MESSAGE || next <= LONGEST);
    } else if (!ReadFile(slot, bytes, size, &count, NULL)) {
        EXPECT(GetLastError() == ERROR_SEM_TIMEOUT || GetLastError() == ERROR_INSUFFICIENT_BUFFER);
        EXPECT(count == 0);
    } else {
        EXPECT(count <= size);
    }
}

static void garbage_in_the_memory_harms_its_writer_alone(void)
{
    struct chance chance = {stress_seed()};

    slot_open();
    for (int round = 0; round < SCRIBBLES / 100; round++) {
        struct raw_writer writer = raw_writer_open();

        for (uint32_t i = 0; i < chance_below(&chance, 20); i++)
            raw_put(&writer, now_stamp(), 8 + chance_below(&chance, 100), 0);
        for (int i = 0; i < 100 && !has_been_hung_up(&writer); i++) {
            raw_scribble(writer.memory, &chance, 3);
            use(&chance);
        }
        /* Some die with that. */
        raw_writer_close(&writer);
        honest_message_comes();
    }
    slot_close();
}

static void nothing_is_left(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

#define CASE(function) test_case(#function, function)

int main(int argc, char **argv)
{
    printf("1..9\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    CASE(a_writer_that_introduces_itself_badly_is_turned_away);
    CASE(a_liar_is_thrown_out_alone);
    CASE(a_stamp_from_the_future_does_not_wait_for_it);
    CASE(stamps_from_the_past_starve_nobody);
    CASE(a_message_that_is_taken_back_is_not_waited_for);
    CASE(a_flood_of_bells_ends_with_the_first);
    CASE(those_who_say_nothing_keep_nobody_out);
    CASE(garbage_in_the_memory_harms_its_writer_alone);
    CASE(nothing_is_left);
    return 0;
}
