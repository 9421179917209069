/* SPDX-License-Identifier: MIT */
/*
 * A client and its worst servers, which make the files of the rendezvous by hand: no answer that
 * they give does more than end a call with an error.
 */
#include "raw_peer.h"

#define SCRIBBLES    2000
#define HANG_SECONDS 30

static const char name[] = "HOSTILE";
static const char pipe_path[] = "\\\\.\\pipe\\hostile";
static const char good_text[] = "m3.ff.00001000.00001000.00000032";

static char folder[256];

static void folder_make(void)
{
    char user[256];

    snprintf(user, sizeof(user), "%s/u%u", getenv("TRANSOM_DIR"), (unsigned)geteuid());
    if (mkdir(user, 0700) < 0 && errno != EEXIST)
        WRONG("mkdir: %s", strerror(errno));
    raw_folder(folder, sizeof(folder), name);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST)
        WRONG("mkdir: %s", strerror(errno));
}

static void folder_remove(void)
{
    folder_empty(AT_FDCWD, folder, 1);
    rmdir(folder);
}

static int raw_bind(const char *file, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    if (snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", folder, file) >=
        (int)sizeof(address.sun_path))
        abort();
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        abort();
    return fd;
}

static uint64_t last_seq = 0x1000;

static int raw_listen(const char *text)
{
    char file[108];
    int fd;

    snprintf(file, sizeof(file), "L%016llx.%s", (unsigned long long)++last_seq, text);
    fd = raw_bind(file, SOCK_SEQPACKET);
    if (listen(fd, 0) < 0)
        abort();
    return fd;
}

/* Takes a client; *memory is what it sent. */
static int raw_accept(int listener, uint8_t **memory, int *memfd)
{
    char room[CMSG_SPACE(sizeof(int))];
    struct raw_hello hello;
    struct iovec data = {&hello, sizeof(hello)};
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    int fd = accept(listener, NULL, NULL);

    *memory = NULL;
    if (fd < 0 || recvmsg(fd, &message, 0) != sizeof(hello) || !CMSG_FIRSTHDR(&message)) {
        close(fd);
        return -1;
    }
    memcpy(memfd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
    *memory = raw_map(*memfd);
    return fd;
}

/* ---- the server's process ---- */

static int serve_garbage(uint64_t seed)
{
    struct chance chance = {seed};

    for (int i = 0; i < SCRIBBLES; i++) {
        int listener = raw_listen(good_text), memfd = -1, socket;
        uint8_t *memory;

        socket = raw_accept(listener, &memory, &memfd);
        close(listener);
        if (socket < 0)
            return 2;
        memcpy(memory + RAW_DATA(1) + 8, "answer", 6);
        raw_frame(memory, 1, 6, 0, 16);
        raw_wake(memory, RAW_READER_WAIT(1));
        for (uint32_t k = chance_below(&chance, 12); k > 0; k--) {
            raw_scribble(memory, &chance, (int)chance_below(&chance, 12));
            if (chance_below(&chance, 4) == 0)
                sleep_us(20);
        }
        if (ftruncate(memfd, 4096) == 0)
            return 3;
        if (chance_below(&chance, 8) == 0 &&
            fallocate(memfd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)RAW_SIZE) < 0)
            return 4;
        munmap(memory, RAW_SIZE);
        close(memfd);
        close(socket);
    }
    return 0;
}

/* Introduces nobody: accepts, and says nothing until it is killed. */
static int serve_silence(void)
{
    int listener = raw_listen(good_text);

    if (accept(listener, NULL, NULL) < 0)
        return 2;
    for (;;)
        pause();
}

static int role_main(const char *role, const char *argument)
{
    raw_folder(folder, sizeof(folder), name);
    return strcmp(role, "garbage") == 0 ? serve_garbage(strtoull(argument, NULL, 10))
                                        : serve_silence();
}

/* ---- the client ---- */

static bool is_expected(DWORD error)
{
    return error == 0 || error == ERROR_MORE_DATA || error == ERROR_BROKEN_PIPE ||
           error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED || error == ERROR_BAD_PIPE ||
           error == ERROR_PIPE_BUSY;
}

static void use(HANDLE pipe, struct chance *chance)
{
    static char in[9000], out[9000];
    DWORD mode = chance_below(chance, 2) ? PIPE_READMODE_MESSAGE : PIPE_READMODE_BYTE;
    DWORD count = 0, available = 0, left = 0, error = 0;

    SetNamedPipeHandleState(pipe, &mode, NULL, NULL);
    for (int i = 0; i < 200 && (error == 0 || error == ERROR_MORE_DATA); i++) {
        DWORD size =
            chance_below(chance, 4) ? chance_below(chance, 300) : chance_below(chance, sizeof(in));
        BOOL ok;

        switch (chance_below(chance, 6)) {
        case 0:
        case 1:
            ok = ReadFile(pipe, in, size, &count, NULL);
            break;
        case 2:
            ok = WriteFile(pipe, out, size, &count, NULL);
            break;
        case 3:
            ok = FlushFileBuffers(pipe);
            break;
        case 4:
            ok = mode == PIPE_READMODE_BYTE ||
                 TransactNamedPipe(pipe, out, size, in, sizeof(in), &count, NULL);
            break;
        default:
            ok = PeekNamedPipe(pipe, in, size, &count, &available, &left);
            break;
        }
        error = ok ? 0 : GetLastError();
        /* A transaction may find data before it: 231. */
        if (!is_expected(error))
            WRONG("error %u", error);
    }
}

static void a_server_that_writes_garbage_is_an_error(void)
{
    uint64_t seed = stress_seed();
    struct chance chance = {seed};
    char number[24];
    pid_t process;
    int status, served = 0;

    folder_make();
    snprintf(number, sizeof(number), "%llu", (unsigned long long)(seed & 0xFFFFFFFF));
    process = start_role(-1, "garbage", pipe_path, number);
    while (served < SCRIBBLES) {
        HANDLE pipe =
            CreateFileA(pipe_path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

        if (pipe != INVALID_HANDLE_VALUE) {
            use(pipe, &chance);
            EXPECT(CloseHandle(pipe));
            served++;
            watchdog_feed();
        } else if (GetLastError() != ERROR_FILE_NOT_FOUND && GetLastError() != ERROR_PIPE_BUSY) {
            WRONG("CreateFile: error %u", GetLastError());
        } else if (waitpid(process, &status, WNOHANG) != 0) {
            WRONG("the server ended with status %#x after %d clients", status, served);
            process = -1;
            break;
        }
    }
    if (process > 0) {
        status = reap(process);
        if (status != 0)
            WRONG("the server ended with status %#x", status);
    }
    folder_remove();
    printf("# %d connections of garbage\n", served);
}

static DWORD open_error(void)
{
    HANDLE pipe =
        CreateFileA(pipe_path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);

    if (pipe == INVALID_HANDLE_VALUE)
        return GetLastError();
    CloseHandle(pipe);
    return 0;
}

static void files_that_are_no_instance_are_no_pipe(void)
{
    static const char *const files[] = {
        "L",
        "K",
        "L.m3.ff.00001000.00001000.00000032",
        "L0000000000000001",
        "L0000000000000001.",
        "L0000000000000001.m3",
        "L0000000000000001.m4.ff.00001000.00001000.00000032",
        "L0000000000000001.m3.00.00001000.00001000.00000032",
        "L0000000000000001.m3.FF.00001000.00001000.00000032",
        "L0000000000000001.m3.ff.00001000.00001000.000000320",
        "L00000000000000001.m3.ff.00001000.00001000.00000032",
        "Lffffffffffffffff.m3.ff.00001000.00001000.00000032",
        "K0000000000000001.m3.ff.00001000.00001000.00000032",
        "Kffffffffffffffff.%s%n",
        "Tmp",
        "name",
    };
    char path[600];

    folder_make();
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        for (int kind = 0; kind < 4; kind++) {
            snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
            switch (kind) {
            case 0:
                close(open(path, O_CREAT | O_WRONLY, 0600));
                break;
            case 1:
                mkdir(path, 0700);
                break;
            case 2:
                mkfifo(path, 0600);
                break;
            default:
                if (symlink("/dev/log", path) < 0)
                    WRONG("symlink: %s", strerror(errno));
                break;
            }
            if (open_error() != ERROR_FILE_NOT_FOUND)
                WRONG("%s as kind %d: error %u", files[i], kind, open_error());
            EXPECT(!WaitNamedPipeA(pipe_path, 1) && GetLastError() == ERROR_FILE_NOT_FOUND);
            if (kind == 1)
                rmdir(path);
            else
                unlink(path);
        }
    folder_remove();
}

static void listeners_of_other_socket_types_are_no_pipe(void)
{
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM};

    folder_make();
    for (int i = 0; i < 2; i++) {
        char file[108];
        int fd;

        snprintf(file, sizeof(file), "L%016llx.%s", (unsigned long long)++last_seq, good_text);
        fd = raw_bind(file, types[i]);
        if (types[i] == SOCK_STREAM && listen(fd, 5) < 0)
            WRONG("listen: %s", strerror(errno));
        if (open_error() == 0)
            WRONG("a socket of type %d is a pipe", types[i]);
        close(fd);
        folder_empty(AT_FDCWD, folder, 1);
    }
    folder_remove();
}

static void a_folder_full_of_names_only_costs_time(void)
{
    int64_t start;

    folder_make();
    for (int i = 0; i < 30000; i++) {
        char path[600];

        snprintf(path, sizeof(path), "%s/%c%016x.%s", folder, i % 2 ? 'L' : 'K', i, good_text);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    start = now_us();
    EXPECT(open_error() == ERROR_FILE_NOT_FOUND);
    printf("# %lld ms among 30000 files\n", (long long)(now_us() - start) / 1000);
    EXPECT(now_us() - start < 10000000);
    /* The owner of the folder sweeps it with his next instance. */
    HANDLE pipe = CreateNamedPipeA(pipe_path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);

    EXPECT(pipe != INVALID_HANDLE_VALUE);
    EXPECT(CloseHandle(pipe));
    EXPECT(rmdir(folder) < 0 && errno == ENOENT);
}

static DWORD WINAPI kill_soon(LPVOID process)
{
    sleep_us(200000);
    kill((pid_t)(ULONG_PTR)process, SIGKILL);
    return 0;
}

static void a_server_that_never_speaks_costs_a_read_until_it_dies(void)
{
    DWORD count = 0;
    HANDLE pipe = INVALID_HANDLE_VALUE, thread;
    char byte;
    pid_t process;
    int64_t start;

    folder_make();
    process = start_role(-1, "silence", pipe_path, "0");
    for (start = now_us(); pipe == INVALID_HANDLE_VALUE && now_us() - start < 20000000;)
        pipe =
            CreateFileA(pipe_path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    EXPECT(pipe != INVALID_HANDLE_VALUE);
    thread = CreateThread(NULL, 0, kill_soon, (LPVOID)(ULONG_PTR)process, 0, NULL);
    EXPECT(!ReadFile(pipe, &byte, 1, &count, NULL) && GetLastError() == ERROR_BROKEN_PIPE);
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    EXPECT(CloseHandle(pipe));
    reap(process);
    folder_remove();
}

static void nothing_is_left(void)
{
    EXPECT(runtime_dir_remove() == 0);
}

#define CASE(function)                  \
    do {                                \
        watchdog_feed();                \
        test_case(#function, function); \
    } while (0)

int main(int argc, char **argv)
{
    if (argc > 3)
        return role_main(argv[1], argv[3]);
    printf("1..6\n");
    runtime_dir_make();
    watchdog_start(HANG_SECONDS, NULL);
    CASE(a_server_that_writes_garbage_is_an_error);
    CASE(files_that_are_no_instance_are_no_pipe);
    CASE(listeners_of_other_socket_types_are_no_pipe);
    CASE(a_folder_full_of_names_only_costs_time);
    CASE(a_server_that_never_speaks_costs_a_read_until_it_dies);
    CASE(nothing_is_left);
    return 0;
}
