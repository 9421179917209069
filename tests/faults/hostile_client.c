/* SPDX-License-Identifier: MIT */
/*
 * A server and its worst clients. The clients are other processes that speak the protocol by hand;
 * after each of them an honest client is served as if nothing had been.
 */
#include "raw_peer.h"

#define SCRIBBLES    3000
#define HANG_SECONDS 30
#define PATIENCE_MS  20000 /* a machine may be busy */

static const char name[] = "HOSTILE";
static const char pipe_path[] = "\\\\.\\pipe\\hostile";

/* ---- the server ---- */

static _Atomic bool is_over;
static _Atomic uint32_t clients_served;

/* One of everything that a server does with its end, in an order of chance. */
static DWORD use(HANDLE pipe, struct chance *chance)
{
    static __thread char bytes[9000];
    DWORD count = 0, available = 0, left = 0;
    DWORD size =
        chance_below(chance, 4) ? chance_below(chance, 300) : chance_below(chance, sizeof(bytes));

    switch (chance_below(chance, 8)) {
    case 0:
    case 1:
    case 2:
        return ReadFile(pipe, bytes, size, &count, NULL) ? 0 : GetLastError();
    case 3:
    case 4:
        return WriteFile(pipe, bytes, size, &count, NULL) ? 0 : GetLastError();
    case 5:
        return FlushFileBuffers(pipe) ? 0 : GetLastError();
    case 6:
        return GetNamedPipeHandleStateA(pipe, &count, &left, NULL, NULL, NULL, 0) ? 0
                                                                                  : GetLastError();
    default:
        if (!PeekNamedPipe(pipe, bytes, size, &count, &available, &left))
            return GetLastError();
        if (count > size)
            WRONG("a peek of %u bytes gave %u", size, count);
        return 0;
    }
}

static bool is_expected(DWORD error)
{
    return error == 0 || error == ERROR_MORE_DATA || error == ERROR_BROKEN_PIPE ||
           error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED || error == ERROR_BAD_PIPE;
}

/* Echoes, until the client says that it is no honest one: then does all sorts of things. */
static void serve(HANDLE pipe, struct chance *chance)
{
    char bytes[512];
    DWORD count = 0, error = 0;

    while (ReadFile(pipe, bytes, sizeof(bytes), &count, NULL)) {
        if (count == 4 && memcmp(bytes, "evil", 4) == 0) {
            for (int i = 0; i < 200 && (error == 0 || error == ERROR_MORE_DATA); i++) {
                error = use(pipe, chance);
                if (!is_expected(error))
                    WRONG("error %u", error);
            }
            return;
        }
        if (!WriteFile(pipe, bytes, count, &count, NULL))
            break;
    }
    if (!is_expected(GetLastError()))
        WRONG("error %u", GetLastError());
}

static DWORD WINAPI server_main(LPVOID pipe)
{
    struct chance chance = {(uint64_t)(ULONG_PTR)pipe};

    while (!atomic_load(&is_over)) {
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED &&
            GetLastError() != ERROR_NO_DATA)
            WRONG("ConnectNamedPipe: error %u", GetLastError());
        serve(pipe, &chance);
        atomic_fetch_add(&clients_served, 1);
        watchdog_feed();
        if (!DisconnectNamedPipe(pipe))
            WRONG("DisconnectNamedPipe: error %u", GetLastError());
    }
    return 0;
}

static HANDLE create(DWORD mode, DWORD instances)
{
    HANDLE pipe = CreateNamedPipeA(pipe_path, PIPE_ACCESS_DUPLEX, mode, instances, RAW_QUOTA,
                                   RAW_QUOTA, 0, NULL);

    if (pipe == INVALID_HANDLE_VALUE)
        WRONG("CreateNamedPipe: error %u", GetLastError());
    return pipe;
}

/* An honest conversation within so many milliseconds. */
static bool honest_client(int wait_ms)
{
    int64_t until = now_us() + wait_ms * 1000LL;
    char answer[16] = "";
    DWORD count = 0;
    bool is_good = false;

    do {
        HANDLE pipe =
            CreateFileA(pipe_path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (pipe == INVALID_HANDLE_VALUE) {
            if (GetLastError() != ERROR_PIPE_BUSY)
                WRONG("CreateFile: error %u", GetLastError());
            WaitNamedPipeA(pipe_path, 50);
            continue;
        }
        is_good = WriteFile(pipe, "question", 8, &count, NULL) &&
                  ReadFile(pipe, answer, sizeof(answer), &count, NULL) && count == 8 &&
                  memcmp(answer, "question", 8) == 0;
        if (!is_good)
            WRONG("no answer: error %u", GetLastError());
        CloseHandle(pipe);
        return is_good;
    } while (now_us() < until);
    WRONG("nobody served for %d ms", wait_ms);
    return false;
}

static HANDLE server_thread, server_pipe;

static void server_start(DWORD mode, DWORD instances)
{
    atomic_store(&is_over, false);
    server_pipe = create(mode, instances);
    server_thread = CreateThread(NULL, 0, server_main, server_pipe, 0, NULL);
}

static void server_stop(void)
{
    atomic_store(&is_over, true);
    /* Its thread sees that after one more client, or two if it was just about to look. */
    while (WaitForSingleObject(server_thread, 1) == WAIT_TIMEOUT) {
        HANDLE pipe = CreateFileA(pipe_path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (pipe != INVALID_HANDLE_VALUE)
            CloseHandle(pipe);
    }
    CloseHandle(server_thread);
    EXPECT(CloseHandle(server_pipe));
}

static int count_entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;

    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static int count_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int count = 0;

    while (maps && fgets(line, sizeof(line), maps))
        count += strstr(line, "memfd:") != NULL;
    if (maps)
        fclose(maps);
    return count;
}

/* ---- bad introductions ---- */

static int fds_of_kind[253];

static bool hello_with(const void *record, size_t length, uint32_t count)
{
    int socket = raw_connect(name, 5000);
    bool was_sent = socket >= 0 && raw_send(socket, record, length, fds_of_kind, count);

    /* The server hangs up; an honest one would send nothing here. */
    if (was_sent) {
        struct timeval limit = {.tv_sec = 8};
        char byte;

        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
        was_sent = recv(socket, &byte, 1, 0) <= 0 && errno != EAGAIN;
    }
    close(socket);
    return was_sent;
}

static bool fd_is_refused(int fd)
{
    bool is_refused;

    if (fd < 0)
        return false;
    fds_of_kind[0] = fd;
    is_refused = hello_with(&raw_good_hello, sizeof(raw_good_hello), 1);
    close(fd);
    return is_refused;
}

static bool no_descriptor(void)
{
    return hello_with(&raw_good_hello, sizeof(raw_good_hello), 0);
}

static bool many_descriptors(uint32_t count)
{
    int memfd = raw_memfd(RAW_SIZE, RAW_SEALS);
    bool is_refused;

    for (uint32_t i = 0; i < count; i++)
        fds_of_kind[i] = memfd;
    is_refused = hello_with(&raw_good_hello, sizeof(raw_good_hello), count);
    close(memfd);
    return is_refused;
}

static bool two_descriptors(void)
{
    return many_descriptors(2);
}

static bool five_descriptors(void)
{
    return many_descriptors(5);
}

static bool all_descriptors_that_fit(void)
{
    return many_descriptors(253);
}

static bool a_pipe(void)
{
    int ends[2];

    if (pipe(ends) < 0)
        return false;
    close(ends[1]);
    return fd_is_refused(ends[0]);
}

static bool a_socket(void)
{
    return fd_is_refused(socket(AF_UNIX, SOCK_SEQPACKET, 0));
}

static bool a_folder(void)
{
    return fd_is_refused(open("/", O_RDONLY | O_DIRECTORY));
}

static bool a_device(void)
{
    return fd_is_refused(open("/dev/zero", O_RDWR));
}

static bool a_file_of(const char *folder)
{
    int fd = open(folder, O_RDWR | O_TMPFILE, 0600);

    if (fd >= 0 && ftruncate(fd, (off_t)RAW_SIZE) < 0)
        abort();
    return fd < 0 || fd_is_refused(fd);
}

static bool a_file_on_disk(void)
{
    return a_file_of(getenv("TRANSOM_DIR"));
}

static bool a_file_in_memory(void)
{
    return a_file_of("/dev/shm");
}

static bool a_memfd_without_seals(void)
{
    return fd_is_refused(raw_memfd(RAW_SIZE, 0));
}

static bool a_memfd_that_can_shrink(void)
{
    return fd_is_refused(raw_memfd(RAW_SIZE, F_SEAL_GROW | F_SEAL_SEAL));
}

static bool a_memfd_that_takes_more_seals(void)
{
    return fd_is_refused(raw_memfd(RAW_SIZE, F_SEAL_GROW | F_SEAL_SHRINK));
}

static bool a_memfd_that_cannot_be_written(void)
{
    return fd_is_refused(raw_memfd(RAW_SIZE, RAW_SEALS | F_SEAL_WRITE));
}

static bool an_empty_memfd(void)
{
    return fd_is_refused(raw_memfd(0, RAW_SEALS));
}

static bool a_memfd_too_small(void)
{
    return fd_is_refused(raw_memfd(RAW_SIZE - 4096, RAW_SEALS));
}

static bool a_memfd_too_large(void)
{
    return fd_is_refused(raw_memfd(RAW_SIZE + 4096, RAW_SEALS));
}

static bool a_memfd_of_a_huge_size(void)
{
    return fd_is_refused(raw_memfd(UINT64_C(1) << 40, RAW_SEALS));
}

static bool a_memfd_opened_for_reading(void)
{
    int fd = raw_memfd(RAW_SIZE, RAW_SEALS);
    char path[64];
    int again;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    again = open(path, O_RDONLY);
    close(fd);
    return fd_is_refused(again);
}

static bool a_memfd_of_zeros(void)
{
    return fd_is_refused(raw_memfd(RAW_SIZE, RAW_SEALS));
}

static bool a_memfd_of_another_version(void)
{
    int fd;
    uint8_t *memory = raw_memory(&fd);

    raw_store32(memory, 4, 1);
    return fd_is_refused(fd);
}

static bool hello_changed(size_t offset, uint8_t value, size_t length)
{
    uint8_t record[70000] = {0};
    int memfd;
    uint8_t *memory = raw_memory(&memfd);
    bool is_refused;

    memcpy(record, &raw_good_hello, sizeof(raw_good_hello));
    record[offset] = value;
    fds_of_kind[0] = memfd;
    is_refused = hello_with(record, length, 1);
    munmap(memory, RAW_SIZE);
    close(memfd);
    return is_refused;
}

static bool half_a_hello(void)
{
    return hello_changed(0, 'T', 16);
}

static bool a_hello_of_one_byte(void)
{
    return hello_changed(0, 'T', 1);
}

static bool a_hello_one_byte_too_long(void)
{
    return hello_changed(0, 'T', 33);
}

static bool a_hello_much_too_long(void)
{
    return hello_changed(0, 'T', 70000);
}

static bool a_hello_of_another_protocol(void)
{
    return hello_changed(4, 2, 32);
}

static bool a_hello_without_magic(void)
{
    return hello_changed(0, 'X', 32);
}

static bool a_hello_with_unknown_access(void)
{
    return hello_changed(8, 7, 32);
}

static bool a_hello_with_reserved_bits(void)
{
    return hello_changed(13, 1, 32);
}

static bool an_empty_hello(void)
{
    return hello_with("", 0, 0);
}

static bool a_hello_byte_by_byte(void)
{
    int socket = raw_connect(name, 5000);
    bool was_sent = socket >= 0;

    for (size_t i = 0; was_sent && i < sizeof(raw_good_hello); i++)
        was_sent = raw_send(socket, (const char *)&raw_good_hello + i, 1, NULL, 0);
    close(socket);
    return socket >= 0;
}

static bool comes_and_goes(void)
{
    int socket = raw_connect(name, 5000);

    close(socket);
    return socket >= 0;
}

static bool shuts_its_side_down(void)
{
    int socket = raw_connect(name, 5000);

    shutdown(socket, SHUT_WR);
    close(socket);
    return socket >= 0;
}

static bool dies_at_once(void)
{
    if (raw_connect(name, 5000) < 0)
        return false;
    kill(getpid(), SIGKILL);
    return false;
}

static bool dies_after_the_hello(void)
{
    int socket = raw_connect(name, 5000), memfd;

    raw_memory(&memfd);
    if (socket < 0 || !raw_send(socket, &raw_good_hello, sizeof(raw_good_hello), &memfd, 1))
        return false;
    kill(getpid(), SIGKILL);
    return false;
}

/* Introduces itself well; *memory is what both share. */
static int introduce(uint8_t **memory)
{
    int socket = raw_connect(name, 5000), memfd;

    *memory = raw_memory(&memfd);
    if (socket < 0 || !raw_send(socket, &raw_good_hello, sizeof(raw_good_hello), &memfd, 1)) {
        munmap(*memory, RAW_SIZE);
        close(memfd);
        close(socket);
        return -1;
    }
    close(memfd);
    return socket;
}

static void say_evil(uint8_t *memory)
{
    memcpy(memory + RAW_DATA(0) + 8, "evil", 4);
    raw_frame(memory, 0, 4, 0, 16);
    raw_wake(memory, RAW_READER_WAIT(0));
}

static bool dies_in_the_middle_of_a_frame(void)
{
    uint8_t *memory;

    if (introduce(&memory) < 0)
        return false;
    say_evil(memory);
    raw_store(memory, RAW_PRODUCER(0), 100000);
    kill(getpid(), SIGKILL);
    return false;
}

static bool shouts_into_the_socket(void)
{
    static char noise[8192];
    uint8_t *memory;
    int socket = introduce(&memory);
    int count = 0;

    if (socket < 0)
        return false;
    while (send(socket, noise, sizeof(noise), MSG_DONTWAIT | MSG_NOSIGNAL) > 0 && count < 100000)
        count++;
    say_evil(memory);
    munmap(memory, RAW_SIZE);
    close(socket);
    return true;
}

static bool sends_descriptors_later(void)
{
    uint8_t *memory;
    int socket = introduce(&memory);

    if (socket < 0)
        return false;
    for (int i = 0; i < 253; i++)
        fds_of_kind[i] = 0;
    for (int i = 0; i < 100; i++)
        if (!raw_send(socket, "x", 1, fds_of_kind, 253))
            break;
    munmap(memory, RAW_SIZE);
    close(socket);
    return true;
}

static bool punches_holes(void)
{
    uint8_t *memory;
    int socket = raw_connect(name, 5000), memfd;

    memory = raw_memory(&memfd);
    if (socket < 0 || !raw_send(socket, &raw_good_hello, sizeof(raw_good_hello), &memfd, 1))
        return false;
    say_evil(memory);
    /* Shrinking it is what the seals forbid. */
    if (ftruncate(memfd, 4096) == 0)
        return false;
    for (int i = 0; i < 200; i++)
        if (fallocate(memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)RAW_SIZE) < 0)
            return false;
    munmap(memory, RAW_SIZE);
    close(memfd);
    close(socket);
    return true;
}

#define ATTACK(function)    \
    {                       \
#function, function \
    }

static const struct attack {
    const char *name;
    bool (*run)(void);
} attacks[] = {
    ATTACK(no_descriptor),
    ATTACK(two_descriptors),
    ATTACK(five_descriptors),
    ATTACK(all_descriptors_that_fit),
    ATTACK(a_pipe),
    ATTACK(a_socket),
    ATTACK(a_folder),
    ATTACK(a_device),
    ATTACK(a_file_on_disk),
    ATTACK(a_file_in_memory),
    ATTACK(a_memfd_without_seals),
    ATTACK(a_memfd_that_can_shrink),
    ATTACK(a_memfd_that_takes_more_seals),
    ATTACK(a_memfd_that_cannot_be_written),
    ATTACK(an_empty_memfd),
    ATTACK(a_memfd_too_small),
    ATTACK(a_memfd_too_large),
    ATTACK(a_memfd_of_a_huge_size),
    ATTACK(a_memfd_opened_for_reading),
    ATTACK(a_memfd_of_zeros),
    ATTACK(a_memfd_of_another_version),
    ATTACK(half_a_hello),
    ATTACK(a_hello_of_one_byte),
    ATTACK(a_hello_one_byte_too_long),
    ATTACK(a_hello_much_too_long),
    ATTACK(a_hello_of_another_protocol),
    ATTACK(a_hello_without_magic),
    ATTACK(a_hello_with_unknown_access),
    ATTACK(a_hello_with_reserved_bits),
    ATTACK(an_empty_hello),
    ATTACK(a_hello_byte_by_byte),
    ATTACK(comes_and_goes),
    ATTACK(shuts_its_side_down),
    ATTACK(dies_at_once),
    ATTACK(dies_after_the_hello),
    ATTACK(dies_in_the_middle_of_a_frame),
    ATTACK(shouts_into_the_socket),
    ATTACK(sends_descriptors_later),
    ATTACK(punches_holes),
};

#define ATTACK_COUNT (sizeof(attacks) / sizeof(attacks[0]))

/* ---- other processes ---- */

static int scribble(uint64_t seed)
{
    struct chance chance = {seed};

    for (int i = 0; i < SCRIBBLES; i++) {
        uint8_t *memory;
        int socket = introduce(&memory);

        if (socket < 0)
            return 2;
        say_evil(memory);
        for (uint32_t k = chance_below(&chance, 12); k > 0; k--) {
            raw_scribble(memory, &chance, (int)chance_below(&chance, 12));
            if (chance_below(&chance, 4) == 0)
                sleep_us(20);
        }
        munmap(memory, RAW_SIZE);
        close(socket);
    }
    return 0;
}

static int flood(void)
{
    int64_t until = now_us() + 1500000;
    int count = 0;

    while (now_us() < until) {
        int socket = raw_connect(name, 100);

        count += socket >= 0;
        close(socket);
    }
    return count ? 0 : 2;
}

static int silence(void)
{
    int socket = raw_connect(name, 5000);

    if (socket < 0)
        return 2;
    for (;;)
        pause();
}

static int role_main(const char *role, const char *argument)
{
    uint64_t number = strtoull(argument, NULL, 10);

    if (strcmp(role, "attack") == 0)
        return number < ATTACK_COUNT && attacks[number].run() ? 0 : 2;
    if (strcmp(role, "scribble") == 0)
        return scribble(number);
    return strcmp(role, "flood") == 0 ? flood() : silence();
}

/* ---- the cases ---- */

#define KEPT 8 /* much less than there are attacks */

static void a_client_that_introduces_itself_badly_is_turned_away(void)
{
    int descriptors, mappings;

    server_start(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    honest_client(PATIENCE_MS);
    /* The service thread's descriptors are there from now on. */
    descriptors = count_entries("/proc/self/fd");
    mappings = count_mappings();
    for (size_t i = 0; i < ATTACK_COUNT; i++) {
        char number[8];
        pid_t process;
        int status;

        snprintf(number, sizeof(number), "%zu", i);
        process = start_role(-1, "attack", pipe_path, number);
        status = process > 0 ? reap(process) : -1;
        if (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
            WRONG("%s: status %#x", attacks[i].name, status);
        if (!honest_client(PATIENCE_MS))
            WRONG("after %s", attacks[i].name);
        watchdog_feed();
    }
    for (int64_t start = now_us(); now_us() - start < PATIENCE_MS * 1000; sleep_us(20000))
        if (count_entries("/proc/self/fd") <= descriptors + KEPT &&
            count_mappings() <= mappings + KEPT)
            break;
    /* Some are kept for the next connection of this process with itself. */
    if (count_entries("/proc/self/fd") > descriptors + KEPT)
        WRONG("%d descriptors before, %d after", descriptors, count_entries("/proc/self/fd"));
    if (count_mappings() > mappings + KEPT)
        WRONG("%d mappings before, %d after", mappings, count_mappings());
    server_stop();
    printf("# %zu kinds of bad clients\n", ATTACK_COUNT);
}

static void garbage_in(DWORD mode)
{
    uint64_t seed = stress_seed();
    pid_t process;
    char number[24];
    uint32_t before = atomic_load(&clients_served);
    int status;

    server_start(mode, 1);
    snprintf(number, sizeof(number), "%llu", (unsigned long long)(seed & 0xFFFFFFFF));
    process = start_role(-1, "scribble", pipe_path, number);
    status = process > 0 ? reap(process) : -1;
    if (status != 0)
        WRONG("the scribbling client ended with status %#x", status);
    honest_client(PATIENCE_MS);
    server_stop();
    printf("# %u connections of garbage\n", atomic_load(&clients_served) - before);
}

static void garbage_in_the_memory_of_a_message_pipe_is_an_error(void)
{
    garbage_in(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE);
}

static void garbage_in_the_memory_of_a_byte_pipe_is_an_error(void)
{
    garbage_in(PIPE_TYPE_BYTE | PIPE_READMODE_BYTE);
}

static void a_silent_client_is_thrown_out_after_some_seconds(void)
{
    int64_t start;
    pid_t process;

    server_start(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    process = start_role(-1, "silence", pipe_path, "0");
    start = now_us();
    while (WaitNamedPipeA(pipe_path, 1) && now_us() - start < 3000000)
        sleep_us(1000);
    honest_client(PATIENCE_MS);
    EXPECT(now_us() - start > 3000000);
    printf("# the only instance was free after %lld ms\n", (long long)(now_us() - start) / 1000);
    kill(process, SIGKILL);
    reap(process);
    server_stop();
}

static void a_silent_client_does_not_keep_other_instances(void)
{
    HANDLE pipe = create(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 2), thread;
    int64_t start = now_us();
    pid_t process;

    thread = CreateThread(NULL, 0, server_main, pipe, 0, NULL);
    process = start_role(-1, "silence", pipe_path, "0");
    sleep_us(100000);
    server_start(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 2);
    start = now_us();
    honest_client(PATIENCE_MS);
    EXPECT(now_us() - start < 4000000); /* he would have been thrown out after 5 s */
    kill(process, SIGKILL);
    reap(process);
    atomic_store(&is_over, true);
    while (WaitForSingleObject(thread, 1) == WAIT_TIMEOUT ||
           WaitForSingleObject(server_thread, 1) == WAIT_TIMEOUT) {
        HANDLE client = CreateFileA(pipe_path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (client != INVALID_HANDLE_VALUE)
            CloseHandle(client);
    }
    CloseHandle(thread);
    CloseHandle(server_thread);
    EXPECT(CloseHandle(pipe));
    EXPECT(CloseHandle(server_pipe));
}

static void an_honest_client_gets_through_a_flood(void)
{
    pid_t processes[3];
    int64_t start;
    int served = 0;

    server_start(PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1);
    for (int i = 0; i < 3; i++)
        processes[i] = start_role(-1, "flood", pipe_path, "0");
    start = now_us();
    while (now_us() - start < 1200000)
        served += honest_client(10000);
    for (int i = 0; i < 3; i++)
        EXPECT(reap(processes[i]) == 0);
    EXPECT(served > 0);
    honest_client(PATIENCE_MS);
    server_stop();
    printf("# %d honest clients served during the flood\n", served);
}

static void nothing_is_left(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

#define CASE(function) test_case(#function, function)

int main(int argc, char **argv)
{
    if (argc > 3)
        return role_main(argv[1], argv[3]);
    printf("1..7\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    CASE(a_client_that_introduces_itself_badly_is_turned_away);
    CASE(garbage_in_the_memory_of_a_message_pipe_is_an_error);
    CASE(garbage_in_the_memory_of_a_byte_pipe_is_an_error);
    CASE(a_silent_client_is_thrown_out_after_some_seconds);
    CASE(a_silent_client_does_not_keep_other_instances);
    CASE(an_honest_client_gets_through_a_flood);
    CASE(nothing_is_left);
    return 0;
}
