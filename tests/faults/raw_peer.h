/* SPDX-License-Identifier: MIT */
/*
 * A peer that speaks docs/protocol/named-pipe.md by hand, with no help of the library, so that it
 * can do what the library never does.
 */
#pragma once

#include "../stress/stress.h"

#include <linux/futex.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#define RAW_QUOTA     4096u
#define RAW_CAPACITY  (UINT64_C(64) << 20) /* of a direction with that quota */
#define RAW_HEADER    4096u
#define RAW_DATA(way) (1408u + 1344u * (way)) /* the first frame */
#define RAW_SIZE      (RAW_HEADER + 2 * RAW_CAPACITY)
#define RAW_VALID     0x20000000u /* in the word of a frame */
#define RAW_SEALS     (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

/* Offsets in the memory's first page; direction 0 is client to server. */
#define RAW_STATE(side)      (128u + 128u * (side))
#define RAW_VALID            0x20000000u /* in the word of a frame */
#define RAW_PRODUCER(ring)   (384u + 512u * (ring))
#define RAW_CONSUMER(ring)   (512u + 512u * (ring))
#define RAW_READER_WAIT(way) (640u + 512u * (way))
#define RAW_WRITER_WAIT(way) (768u + 512u * (way))

struct raw_hello {
    uint32_t magic, protocol, access, zero;
    uint64_t capacity[2];
};

static const struct raw_hello raw_good_hello = {.magic = 0x484d5354,
                                                .protocol = 1,
                                                .access = 3,
                                                .capacity = {RAW_CAPACITY, RAW_CAPACITY}};

static STRESS_UNUSED void raw_folder(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/u%u/%s", getenv("TRANSOM_DIR"), (unsigned)geteuid(), name);
}

static STRESS_UNUSED int raw_connect_file(const char *folder, const char *file)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    /* As the protocol says: a place that is taken is no reason to wait for it. */
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", folder, file) >=
        (int)sizeof(address.sun_path))
        abort();
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        fcntl(fd, F_SETFL, 0);
        return fd;
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Claims any listening instance of a name; waits for one. -1: none came. */
static STRESS_UNUSED int raw_connect(const char *name, int wait_ms)
{
    int64_t until = now_us() + wait_ms * 1000LL;
    char path[256];

    raw_folder(path, sizeof(path), name);
    do {
        DIR *folder = opendir(path);
        struct dirent *entry;
        int fd = -1;

        while (folder && fd < 0 && (entry = readdir(folder)))
            if (entry->d_name[0] == 'L')
                fd = raw_connect_file(path, entry->d_name);
        if (folder)
            closedir(folder);
        if (fd >= 0)
            return fd;
        sleep_us(200);
    } while (now_us() < until);
    return -1;
}

static STRESS_UNUSED int raw_memfd(uint64_t size, int seals)
{
    int fd = memfd_create("raw", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0 || ftruncate(fd, (off_t)size) < 0 || (seals && fcntl(fd, F_ADD_SEALS, seals) < 0))
        abort();
    return fd;
}

/* One record with any number of descriptors. */
static STRESS_UNUSED bool raw_send(int socket, const void *record, size_t length, const int *fds,
                                   uint32_t count)
{
    char room[CMSG_SPACE(253 * sizeof(int))];
    struct iovec data = {.iov_base = (void *)(uintptr_t)record, .iov_len = length};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

    memset(room, 0, sizeof(room));
    if (count) {
        struct cmsghdr *header;

        message.msg_control = room;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, count * sizeof(int));
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)length;
}

static STRESS_UNUSED uint8_t *raw_map(int memfd)
{
    uint8_t *memory =
        mmap(NULL, RAW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memfd, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
}

static STRESS_UNUSED void raw_store(uint8_t *memory, uint64_t offset, uint64_t value)
{
    atomic_store((_Atomic uint64_t *)(void *)(memory + offset), value);
}

static STRESS_UNUSED void raw_store32(uint8_t *memory, uint64_t offset, uint32_t value)
{
    atomic_store((_Atomic uint32_t *)(void *)(memory + offset), value);
}

/* Memory as a client makes it, magic and version included. */
static STRESS_UNUSED uint8_t *raw_memory(int *memfd)
{
    uint8_t *memory;

    *memfd = raw_memfd(RAW_SIZE, RAW_SEALS);
    memory = raw_map(*memfd);
    raw_store32(memory, 0, 0x4d534e54);
    raw_store32(memory, 4, 3);
    raw_store(memory, 8, RAW_CAPACITY);
    raw_store(memory, 16, RAW_CAPACITY);
    return memory;
}

/* A frame of length bytes at the beginning of a ring, published. */
static STRESS_UNUSED void raw_frame(uint8_t *memory, uint32_t way, uint32_t word, uint32_t take,
                                    uint64_t head)
{
    uint64_t data = RAW_DATA(way);

    raw_store32(memory, data + 4, take);
    raw_store(memory, RAW_PRODUCER(way) + 8, word & 0x1FFFFFFF);
    raw_store(memory, RAW_PRODUCER(way) + 16, 1);
    raw_store32(memory, data, word | RAW_VALID);
    raw_store(memory, RAW_PRODUCER(way), head);
}

/* Wakes whoever sleeps on a wait word of the way. */
static STRESS_UNUSED void raw_wake(uint8_t *memory, uint64_t offset)
{
    raw_store32(memory, offset, 0);
    syscall(SYS_futex, memory + offset, FUTEX_WAKE, 1 << 30, NULL, NULL, 0);
}

/* Damages what lies at the heart of the memory, chance after chance. */
static STRESS_UNUSED void raw_scribble(uint8_t *memory, struct chance *chance, int stores)
{
    static const uint64_t favourites[] = {0,
                                          1,
                                          7,
                                          8,
                                          16,
                                          64,
                                          4096,
                                          RAW_CAPACITY - 8,
                                          RAW_CAPACITY,
                                          RAW_CAPACITY + 8,
                                          UINT64_MAX,
                                          INT64_MAX,
                                          0x80000000,
                                          0x7FFFFFFF,
                                          0x20000001,
                                          0xE0000010};

    while (stores-- > 0) {
        uint64_t value = chance_next(chance), place;

        if (chance_below(chance, 2))
            value = favourites[value % (sizeof(favourites) / sizeof(favourites[0]))];
        switch (chance_below(chance, 6)) {
        case 0: /* any word of the header page */
            place = chance_below(chance, RAW_HEADER / 8) * 8u;
            break;
        case 1: /* counters and wait words */
            place = 384 + chance_below(chance, 8) * 128u + chance_below(chance, 4) * 8u;
            break;
        case 2: /* forward only, by a little */
            place = RAW_PRODUCER(chance_below(chance, 2));
            value = atomic_load((_Atomic uint64_t *)(void *)(memory + place)) +
                    chance_below(chance, 64) * 8u;
            break;
        case 3:
            place = RAW_CONSUMER(chance_below(chance, 2)) + chance_below(chance, 4) * 8u;
            value = atomic_load((_Atomic uint64_t *)(void *)(memory + place)) +
                    chance_below(chance, 64) * 8u;
            break;
        default: /* frames at the warm beginning of each ring */
            place = RAW_DATA(chance_below(chance, 2)) + chance_below(chance, 168) * 8u;
            if (chance_below(chance, 2))
                value =
                    chance_below(chance, 200) | RAW_VALID | (uint64_t)chance_below(chance, 4) << 30;
            break;
        }
        raw_store(memory, place, value);
        if (chance_below(chance, 16) == 0)
            raw_wake(memory, 384 + chance_below(chance, 8) * 128u);
    }
}
