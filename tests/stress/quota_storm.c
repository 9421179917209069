/* SPDX-License-Identifier: MIT */
/*
 * Random sizes against small quotas, 0 among them: both directions at once, both types, with
 * readers that wait and readers that only look. Every byte and every message comes as it was sent,
 * and when all is read the whole quota is free again.
 */
#include "stress.h"

#define HANG_SECONDS 15
#define BLOCK_MAX    40000

static const uint32_t quotas[] = {0, 1, 2, 7, 64, 511, 512, 513, 4096, 5000, 16384, 65536};

/* One direction of one pipe: what is sent is a function of the seed alone. */
struct flow {
    HANDLE from;
    HANDLE to;
    uint64_t seed;
    uint32_t quota;
    uint32_t writes;
    bool is_message_type;
    bool is_message_read;
    bool only_looks;
};

static uint32_t next_size(struct chance *chance, uint32_t quota)
{
    switch (chance_below(chance, 6)) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 2:
        return quota < BLOCK_MAX ? quota : BLOCK_MAX;
    case 3:
        return chance_below(chance, quota + 1 < BLOCK_MAX ? quota + 1 : BLOCK_MAX);
    case 4:
        return chance_below(chance, 3 * quota + 10 < BLOCK_MAX ? 3 * quota + 10 : BLOCK_MAX);
    default:
        return chance_below(chance, 100);
    }
}

static char byte_at(uint64_t seed, uint64_t position)
{
    return (char)((seed + position * 2654435761u) >> 13);
}

static DWORD WINAPI send_flow(LPVOID argument)
{
    const struct flow *flow = argument;
    struct chance sizes = {flow->seed};
    char *block = malloc(BLOCK_MAX);
    uint64_t position = 0;
    DWORD count;

    for (uint32_t i = 0; block && i < flow->writes; i++) {
        uint32_t size = next_size(&sizes, flow->quota);

        for (uint32_t at = 0; at < size; at++)
            block[at] = byte_at(flow->seed, position++);
        if (!WriteFile(flow->from, block, size, &count, NULL) || count != size) {
            WRONG("a write of %u bytes with quota %u: %u written, error %u", size, flow->quota,
                  count, GetLastError());
            break;
        }
        watchdog_feed();
    }
    free(block);
    return 0;
}

static void check_bytes(const struct flow *flow, uint64_t *position, const char *block,
                        uint32_t size)
{
    for (uint32_t at = 0; at < size; at++)
        if (block[at] != byte_at(flow->seed, (*position)++)) {
            WRONG("byte %llu is wrong, quota %u", (unsigned long long)*position - 1, flow->quota);
            return;
        }
}

static void look(const struct flow *flow)
{
    char bytes[64];
    DWORD read = 0, total = 0, left = 0;

    if (!PeekNamedPipe(flow->to, bytes, sizeof(bytes), &read, &total, &left))
        WRONG("PeekNamedPipe: error %u", GetLastError());
    EXPECT(read <= total);
    if (flow->is_message_type)
        EXPECT(read + left <= total);
    else
        EXPECT(read == (total < sizeof(bytes) ? total : sizeof(bytes)));
}

static DWORD WINAPI receive_flow(LPVOID argument)
{
    const struct flow *flow = argument;
    struct chance sizes = {flow->seed}, chance = {flow->seed ^ 0x5555};
    char *block = malloc(BLOCK_MAX + 1);
    uint64_t position = 0, end = 0;
    uint32_t message = 0, left = 0, room;
    DWORD count;
    BOOL ok;

    for (uint32_t i = 0; i < flow->writes; i++)
        end += next_size(&sizes, flow->quota);
    sizes.state = flow->seed;
    while (block && (flow->is_message_read ? message < flow->writes || left : position < end)) {
        if (flow->is_message_read && left == 0)
            left = next_size(&sizes, flow->quota);
        room = 1 + chance_below(&chance, chance_below(&chance, 3) ? BLOCK_MAX : 50);
        if (chance_below(&chance, 16) == 0)
            look(flow);
        while (!(ok = ReadFile(flow->to, block, room, &count, NULL)) && flow->only_looks &&
               GetLastError() == ERROR_NO_DATA)
            sleep_us(20);
        if (!ok && !(GetLastError() == ERROR_MORE_DATA && flow->is_message_read)) {
            WRONG("ReadFile: error %u, quota %u", GetLastError(), flow->quota);
            break;
        }
        if (flow->is_message_read) {
            if (count != (left < room ? left : room) || ok != (left <= room)) {
                WRONG("of a message with %u bytes left %u came into room for %u, result %d", left,
                      count, room, ok);
                break;
            }
            left -= count;
            message += ok ? 1 : 0;
        } else if (count == 0 && !flow->is_message_type) {
            WRONG("nothing was read from a byte pipe");
            break;
        }
        check_bytes(flow, &position, block, count);
        watchdog_feed();
    }
    free(block);
    return 0;
}

/* After the storm a write of the whole quota has room, and nothing waits to be read. */
static void check_quota_is_free(const struct flow *flow)
{
    char *block = calloc(1, BLOCK_MAX + 1);
    uint32_t size = flow->quota < BLOCK_MAX ? flow->quota : BLOCK_MAX;
    DWORD count = 0, total = 99;

    /* An empty message at the end may not have been asked for by a byte reader. */
    while (PeekNamedPipe(flow->to, NULL, 0, NULL, &total, NULL) && total > 0)
        if (!ReadFile(flow->to, block, BLOCK_MAX, &count, NULL))
            break;
    if (!WriteFile(flow->from, block, size, &count, NULL) || count != size)
        WRONG("the whole quota of %u is not free: %u written, error %u", size, count,
              GetLastError());
    EXPECT(PeekNamedPipe(flow->to, NULL, 0, NULL, &total, NULL));
    if (total != size)
        WRONG("%u bytes wait instead of %u", total, size);
    free(block);
}

static struct chance storm;
static int64_t end_at;
static uint32_t pipes_made;

static void storm_over_one_pipe(bool is_message_type)
{
    HANDLE server, client, threads[4];
    struct flow flows[2];
    DWORD mode;
    char name[64];

    memset(flows, 0, sizeof(flows));
    for (int i = 0; i < 2; i++) {
        flows[i].seed = chance_next(&storm);
        flows[i].quota = quotas[chance_below(&storm, sizeof(quotas) / sizeof(quotas[0]))];
        flows[i].writes = 1 + chance_below(&storm, 200);
        flows[i].is_message_type = is_message_type;
        flows[i].is_message_read = is_message_type && chance_below(&storm, 3) != 0;
        flows[i].only_looks = chance_below(&storm, 4) == 0;
    }
    snprintf(name, sizeof(name), "\\\\.\\pipe\\stress.quota.%d", (int)getpid());
    server = CreateNamedPipeA(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                              is_message_type ? PIPE_TYPE_MESSAGE : PIPE_TYPE_BYTE, 1,
                              flows[0].quota, flows[1].quota, 0, NULL);
    client = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(server != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE);
    flows[0].from = flows[1].to = server;
    flows[0].to = flows[1].from = client;
    for (int i = 0; i < 2; i++) {
        mode = flows[i].is_message_read ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;
        EXPECT(SetNamedPipeHandleState(flows[i].to, &mode, NULL, NULL));
    }
    /* PIPE_NOWAIT is for a whole end, which then cannot be the one whose writes are to wait. */
    for (int i = 0; i < 2; i++) {
        if (flows[i].only_looks && flows[1 - i].only_looks)
            flows[i].only_looks = false;
        if (flows[i].only_looks) {
            mode = PIPE_NOWAIT | (flows[i].is_message_read ? PIPE_READMODE_MESSAGE : 0);
            EXPECT(SetNamedPipeHandleState(flows[i].to, &mode, NULL, NULL));
            flows[1 - i].writes = 0;
        }
    }
    for (int i = 0; i < 2; i++) {
        threads[2 * i] = CreateThread(NULL, 0, send_flow, &flows[i], 0, NULL);
        threads[2 * i + 1] = CreateThread(NULL, 0, receive_flow, &flows[i], 0, NULL);
    }
    WaitForMultipleObjects(4, threads, TRUE, INFINITE);
    for (int i = 0; i < 4; i++)
        CloseHandle(threads[i]);
    for (int i = 0; i < 2 && stress_failures == 0; i++) {
        mode = PIPE_READMODE_BYTE | PIPE_WAIT;
        EXPECT(SetNamedPipeHandleState(flows[i].to, &mode, NULL, NULL));
    }
    for (int i = 0; i < 2 && stress_failures == 0; i++)
        check_quota_is_free(&flows[i]);
    EXPECT(CloseHandle(client));
    EXPECT(CloseHandle(server));
    pipes_made++;
    watchdog_feed();
}

static void storms_for(bool is_message_type)
{
    end_at = now_us() + stress_us(4);
    pipes_made = 0;
    do {
        storm_over_one_pipe(is_message_type);
    } while (now_us() < end_at && stress_failures == 0);
    printf("# %u pipes\n", pipes_made);
}

static void bytes_come_as_they_were_sent_whatever_the_quota(void)
{
    storms_for(false);
}

static void messages_come_as_they_were_sent_whatever_the_quota(void)
{
    storms_for(true);
}

static void nothing_is_left(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

int main(void)
{
    printf("1..3\n");
    runtime_dir_make();
    storm.state = stress_seed();
    watchdog_start(HANG_SECONDS, NULL);
    test_case("bytes_come_as_they_were_sent_whatever_the_quota",
              bytes_come_as_they_were_sent_whatever_the_quota);
    test_case("messages_come_as_they_were_sent_whatever_the_quota",
              messages_come_as_they_were_sent_whatever_the_quota);
    test_case("nothing_is_left_in_the_runtime_directory", nothing_is_left);
    return 0;
}
