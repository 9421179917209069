/* SPDX-License-Identifier: MIT */
/*
 * A runtime directory that cannot serve. Each case is a process of its own, which makes its
 * directory, in a mount namespace where that takes a file system; the call fails with the right
 * error, the trace says why, and nothing is left behind.
 */
#include "../stress/stress.h"

#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>

enum { BAD_SETUP = 248, BAD_TRACE = 249, BAD_LEFTOVERS = 250, CANNOT = 251, BAD_RESULT = 252 };

#define OTHER_UID 54321

static const char pipe_path[] = "\\\\.\\pipe\\fault";
static char base[64], runtime_dir[96];

/* ---- in the process of a case ---- */

static void must(bool condition)
{
    if (!condition) {
        printf("# set-up: %s\n", strerror(errno));
        fflush(stdout);
        _exit(BAD_SETUP);
    }
}

static int trace_fd = -1;

/* What the library traces from now on goes to a file, not to stderr. */
static void trace_begin(void)
{
    trace_fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    must(trace_fd >= 0 && dup2(trace_fd, STDERR_FILENO) >= 0);
}

static bool trace_says(const char *what)
{
    static char text[65536];
    ssize_t length = pread(trace_fd, text, sizeof(text) - 1, 0);

    text[length > 0 ? length : 0] = 0;
    if (strstr(text, what))
        return true;
    printf("# no \"%s\" in the trace: %s\n", what, text);
    return false;
}

static DWORD create_error_of(const char *path)
{
    HANDLE pipe = CreateNamedPipeA(path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);

    if (pipe == INVALID_HANDLE_VALUE)
        return GetLastError();
    CloseHandle(pipe);
    return 0;
}

static DWORD create_error(void)
{
    return create_error_of(pipe_path);
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

/* The answer of a case whose call failed as it should, if the trace has a line with that text. */
static int told(DWORD error, const char *trace)
{
    return !trace_says(trace) ? BAD_TRACE : error < 240 ? (int)error : BAD_RESULT;
}

static void dir_make(mode_t mode)
{
    must(mkdir(runtime_dir, 0700) == 0 && chmod(runtime_dir, mode) == 0);
}

/* A file system of our own as the runtime directory. */
static void dir_mount(const char *options)
{
    must(mkdir(runtime_dir, 0700) == 0);
    if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("transom-test", runtime_dir, "tmpfs", MS_NODEV, options) < 0)
        _exit(CANNOT);
}

static void root_only(void)
{
    if (geteuid() != 0)
        _exit(CANNOT);
}

/* Files of instances, and folders of names. */
static int leftovers(void)
{
    char user[128];

    snprintf(user, sizeof(user), "%s/u%u", runtime_dir, (unsigned)geteuid());
    return folder_empty(AT_FDCWD, user, 1);
}

static int another_users(void)
{
    root_only();
    dir_make(0755);
    must(chown(runtime_dir, OTHER_UID, OTHER_UID) == 0);
    if (open_error() != ERROR_ACCESS_DENIED)
        return BAD_RESULT;
    return told(create_error(), "another user's");
}

static int writable_by_all(void)
{
    dir_make(0777);
    if (open_error() != ERROR_ACCESS_DENIED)
        return BAD_RESULT;
    return told(create_error(), "not sticky");
}

static int writable_by_the_group(void)
{
    dir_make(0770);
    return told(create_error(), "not sticky");
}

static int sticky(void)
{
    dir_make(01777);
    return (int)create_error();
}

static int a_file(void)
{
    close(open(runtime_dir, O_CREAT | O_WRONLY, 0600));
    return told(create_error(), "cannot be opened");
}

static int a_link(void)
{
    must(symlink("/tmp", runtime_dir) == 0);
    return told(create_error(), "cannot be opened");
}

static int without_parent(void)
{
    strcat(runtime_dir, "/not/there");
    must(setenv("TRANSOM_DIR", runtime_dir, 1) == 0);
    if (open_error() != ERROR_FILE_NOT_FOUND)
        return BAD_RESULT;
    return told(create_error(), "cannot be made");
}

static int of_a_long_name(void)
{
    static char name[6000];

    memset(name, '/', sizeof(name) - 1);
    must(setenv("TRANSOM_DIR", name, 1) == 0);
    return told(create_error(), "too long");
}

static int read_only(void)
{
    dir_mount("mode=700");
    must(mount(NULL, runtime_dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
    if (open_error() != ERROR_FILE_NOT_FOUND)
        return BAD_RESULT;
    return told(create_error(), "cannot be made");
}

static int unwritable(void)
{
    root_only();
    dir_make(0555);
    must(chmod(base, 0755) == 0 && setresuid(OTHER_UID, OTHER_UID, OTHER_UID) == 0);
    return told(create_error(), "cannot be made");
}

/* Room for one file, one more and so on: whatever the step that fails, nothing stays of it. */
static int full(void)
{
    DWORD error = ERROR_DISK_FULL;
    int files = 2;

    dir_mount("mode=700,nr_inodes=2");
    for (; files < 12 && error; files++) {
        char options[64];

        snprintf(options, sizeof(options), "nr_inodes=%d", files);
        must(mount(NULL, runtime_dir, NULL, MS_REMOUNT, options) == 0);
        error = create_error();
        if (error && error != ERROR_DISK_FULL) {
            printf("# room for %d files: error %u\n", files, error);
            return BAD_RESULT;
        }
        if (leftovers() != 0)
            return BAD_LEFTOVERS;
    }
    if (error || files < 5)
        return BAD_RESULT;
    return told(ERROR_DISK_FULL, "STATUS_DISK_FULL");
}

/* A name too long for a file name is written into a file, for which there is no room. */
static int full_for_a_long_name(void)
{
    char long_path[256] = "\\\\.\\pipe\\", filler[128], page[4096] = "";
    DWORD error;
    int fd;

    dir_mount("mode=700,size=4096");
    snprintf(filler, sizeof(filler), "%s/filler", runtime_dir);
    fd = open(filler, O_CREAT | O_WRONLY, 0600);
    must(write(fd, page, sizeof(page)) == sizeof(page));
    close(fd);
    memset(long_path + 9, '+', 200);
    error = create_error_of(long_path);
    if (leftovers() != 0)
        return BAD_LEFTOVERS;
    must(unlink(filler) == 0);
    if (create_error_of(long_path) != 0)
        return BAD_RESULT;
    return told(error, "STATUS_DISK_FULL");
}

/* The soft limit alone would be raised. */
static int without_descriptors(void)
{
    struct rlimit limit;
    DWORD error = 0;
    int without = 0;

    dir_make(0700);
    for (rlim_t most = 40; most >= 5; most--) {
        limit = (struct rlimit){most, most};
        must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
        error = create_error();
        if (error && error != ERROR_TOO_MANY_OPEN_FILES) {
            printf("# %d descriptors: error %u\n", (int)most, error);
            return BAD_RESULT;
        }
        if (most == 40 && error)
            return BAD_RESULT;
        without += error != 0;
    }
    if (leftovers() != 0)
        return BAD_LEFTOVERS;
    return without < 2 ? BAD_RESULT : ERROR_TOO_MANY_OPEN_FILES;
}

static int with_few_descriptors_by_default(void)
{
    struct rlimit limit, now;

    dir_make(0700);
    must(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    limit.rlim_cur = 5;
    must(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    if (create_error() != 0)
        return BAD_RESULT;
    must(getrlimit(RLIMIT_NOFILE, &now) == 0);
    if (now.rlim_cur <= 5 || now.rlim_max != limit.rlim_max)
        return BAD_RESULT;
    return trace_says("descriptors are not enough") ? 0 : BAD_TRACE;
}

static int with_a_limit_on_files(void)
{
    HANDLE pipe;
    struct rlimit limit = {1 << 20, 1 << 20};
    DWORD error;

    dir_make(0700);
    pipe = CreateNamedPipeA(pipe_path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    must(pipe != INVALID_HANDLE_VALUE && setrlimit(RLIMIT_FSIZE, &limit) == 0);
    error = open_error();
    CloseHandle(pipe);
    if (leftovers() != 0)
        return BAD_LEFTOVERS;
    return trace_says("RLIMIT_FSIZE") ? (error == ERROR_NO_SYSTEM_RESOURCES ? 0 : BAD_RESULT)
                                      : BAD_TRACE;
}

static int whose_lock_is_held(void)
{
    char folder[160];
    HANDLE pipe;
    int64_t start = now_us();
    int fd;

    dir_make(0700);
    pipe = CreateNamedPipeA(pipe_path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    must(pipe != INVALID_HANDLE_VALUE);
    snprintf(folder, sizeof(folder), "%s/u%u/FAULT", runtime_dir, (unsigned)geteuid());
    fd = open(folder, O_RDONLY | O_DIRECTORY);
    must(fd >= 0 && flock(fd, LOCK_EX) == 0);

    DWORD error = create_error();

    if (now_us() - start > 10000000)
        return BAD_RESULT;
    close(fd);
    CloseHandle(pipe);
    if (leftovers() != 0)
        return BAD_LEFTOVERS;
    return told(error, "does not move");
}

static DWORD WINAPI free_soon(LPVOID pipe)
{
    sleep_us(150000);
    DisconnectNamedPipe(pipe);
    ConnectNamedPipe(pipe, NULL);
    return 0;
}

/* A user namespace of its own, where nobody may watch anything. */
static int without_inotify(void)
{
    HANDLE pipe, client, thread;
    char map[64];
    int length = snprintf(map, sizeof(map), "%u %u 1", geteuid(), geteuid()), fd;

    dir_make(0700);
    if (unshare(CLONE_NEWUSER) < 0)
        return CANNOT;
    fd = open("/proc/self/uid_map", O_WRONLY);
    if (fd < 0 || write(fd, map, (size_t)length) != length)
        return CANNOT;
    close(fd);
    fd = open("/proc/sys/user/max_inotify_instances", O_WRONLY);
    if (fd < 0 || write(fd, "0", 1) != 1)
        return CANNOT;
    close(fd);
    pipe = CreateNamedPipeA(pipe_path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 1, 0, 0, 0, NULL);
    client = CreateFileA(pipe_path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    must(pipe != INVALID_HANDLE_VALUE && client != INVALID_HANDLE_VALUE);
    if (WaitNamedPipeA(pipe_path, 100) || GetLastError() != ERROR_SEM_TIMEOUT)
        return BAD_RESULT;
    CloseHandle(client);
    thread = CreateThread(NULL, 0, free_soon, pipe, 0, NULL);
    if (!WaitNamedPipeA(pipe_path, 5000) || open_error() != 0)
        return BAD_RESULT;
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    CloseHandle(pipe);
    return told(0, "inotify is used up");
}

static mode_t mode_of(const char *path)
{
    struct stat info;

    return lstat(path, &info) == 0 ? info.st_mode & 07777 : 0;
}

/* By default only the owner opens a pipe, wherever names are; a umask makes no difference. */
static int seen_by_others(void)
{
    char folder[160], file[512];
    struct dirent *entry;
    HANDLE pipe;
    DIR *listing;
    bool is_good = false;

    root_only();
    dir_make(01777);
    must(chmod(base, 0755) == 0);
    umask(0);
    pipe = CreateNamedPipeA(pipe_path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    must(pipe != INVALID_HANDLE_VALUE);
    snprintf(folder, sizeof(folder), "%s/u0/FAULT", runtime_dir);
    listing = opendir(folder);
    must(listing != NULL && mode_of(folder) == 0755);
    while ((entry = readdir(listing)))
        if (entry->d_name[0] == 'L') {
            snprintf(file, sizeof(file), "%s/%s", folder, entry->d_name);
            is_good = mode_of(file) == 0600;
        }
    closedir(listing);
    must(setresuid(OTHER_UID, OTHER_UID, OTHER_UID) == 0);
    return is_good ? (int)open_error() : BAD_RESULT;
}

static int not_seen_in_a_private_one(void)
{
    char user[160];

    umask(0);
    must(setenv("TRANSOM_DIR", runtime_dir, 1) == 0);
    if (create_error() != 0 || mode_of(runtime_dir) != 0700)
        return BAD_RESULT;
    snprintf(user, sizeof(user), "%s/u%u", runtime_dir, (unsigned)geteuid());
    return mode_of(user) == 0700 ? 0 : BAD_RESULT;
}

/* Somebody has taken the name of our folder before us. */
static int squatted(void)
{
    char user[160];

    root_only();
    dir_make(01777);
    snprintf(user, sizeof(user), "%s/u0", runtime_dir);
    must(mkdir(user, 0777) == 0 && chown(user, OTHER_UID, OTHER_UID) == 0);

    HANDLE pipe = CreateNamedPipeA(pipe_path, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);

    if (pipe == INVALID_HANDLE_VALUE || open_error() != 0)
        return BAD_RESULT;
    CloseHandle(pipe);
    return folder_empty(AT_FDCWD, user, 1) ? BAD_LEFTOVERS : 0;
}

/* A listener that is a link to a socket of somebody else does not lead there. */
static int with_links_to_other_users(void)
{
    char user[128], folder[160], file[256], target[256];
    HANDLE pipe;
    struct dirent *entry;
    DIR *listing;
    bool is_linked = false;

    root_only();
    dir_make(01777);
    must(chmod(base, 0755) == 0);
    pipe =
        CreateNamedPipeA("\\\\.\\pipe\\real", PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE, 2, 0, 0, 0, NULL);
    must(pipe != INVALID_HANDLE_VALUE);
    snprintf(user, sizeof(user), "%s/u%u", runtime_dir, OTHER_UID);
    snprintf(folder, sizeof(folder), "%s/FAULT", user);
    must(mkdir(user, 0755) == 0 && mkdir(folder, 0755) == 0);
    snprintf(file, sizeof(file), "%s/u0/REAL", runtime_dir);
    listing = opendir(file);
    must(listing != NULL);
    while ((entry = readdir(listing)))
        if (entry->d_name[0] == 'L') {
            snprintf(target, sizeof(target), "../../u0/REAL/%.60s", entry->d_name);
            snprintf(file, sizeof(file), "%s/%.60s", folder, entry->d_name);
            is_linked = symlink(target, file) == 0;
        }
    closedir(listing);
    must(is_linked && chown(folder, OTHER_UID, OTHER_UID) == 0 &&
         chown(user, OTHER_UID, OTHER_UID) == 0);

    DWORD error = open_error();

    CloseHandle(pipe);
    return told(error, "passed by");
}

/* ---- the cases ---- */

#define CASE(function, expected)      \
    {                                 \
#function, function, expected \
    }

static const struct fault {
    const char *name;
    int (*run)(void);
    int expected; /* the Win32 error */
} faults[] = {
    CASE(another_users, ERROR_ACCESS_DENIED),
    CASE(writable_by_all, ERROR_ACCESS_DENIED),
    CASE(writable_by_the_group, ERROR_ACCESS_DENIED),
    CASE(sticky, 0),
    CASE(a_file, ERROR_PATH_NOT_FOUND),
    CASE(a_link, ERROR_PATH_NOT_FOUND),
    CASE(without_parent, ERROR_PATH_NOT_FOUND),
    CASE(of_a_long_name, ERROR_FILENAME_EXCED_RANGE),
    CASE(read_only, ERROR_WRITE_PROTECT),
    CASE(unwritable, ERROR_ACCESS_DENIED),
    CASE(full, ERROR_DISK_FULL),
    CASE(full_for_a_long_name, ERROR_DISK_FULL),
    CASE(without_descriptors, ERROR_TOO_MANY_OPEN_FILES),
    CASE(with_few_descriptors_by_default, 0),
    CASE(with_a_limit_on_files, 0),
    CASE(whose_lock_is_held, ERROR_SEM_TIMEOUT),
    CASE(without_inotify, 0),
    CASE(seen_by_others, ERROR_ACCESS_DENIED),
    CASE(not_seen_in_a_private_one, 0),
    CASE(squatted, 0),
    CASE(with_links_to_other_users, ERROR_FILE_NOT_FOUND),
};

#define FAULT_COUNT (sizeof(faults) / sizeof(faults[0]))

static void names_make(void)
{
    snprintf(runtime_dir, sizeof(runtime_dir), "%s/names", base);
    if (setenv("TRANSOM_DIR", runtime_dir, 1) != 0)
        abort();
}

int main(int argc, char **argv)
{
    if (argc > 3) {
        snprintf(base, sizeof(base), "%s", argv[2]);
        names_make();
        trace_begin();
        alarm(20);

        int result = faults[strtoul(argv[3], NULL, 10) % FAULT_COUNT].run();

        fflush(stdout);
        _exit(result);
    }
    printf("1..%zu\n", FAULT_COUNT);
    fflush(stdout);
    setenv("TRANSOM_TRACE", "name,ring,handle", 1);
    for (size_t i = 0; i < FAULT_COUNT; i++) {
        char number[8];
        pid_t process;
        int status, code;

        strcpy(base, "/tmp/transom-fault-XXXXXX");
        if (!mkdtemp(base))
            abort();
        snprintf(number, sizeof(number), "%zu", i);
        process = start_role(-1, "fault", base, number);
        status = process > 0 ? reap(process) : -1;
        code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        if (code == CANNOT)
            printf("ok %zu - a_runtime_directory_%s # SKIP this takes root or namespaces\n", i + 1,
                   faults[i].name);
        else
            printf("%s %zu - a_runtime_directory_%s\n",
                   code == faults[i].expected ? "ok" : "not ok", i + 1, faults[i].name);
        if (code != CANNOT && code != faults[i].expected)
            printf("# status %#x, expected error %d (%d set-up, %d trace, %d leftovers, %d other "
                   "result)\n",
                   status, faults[i].expected, BAD_SETUP, BAD_TRACE, BAD_LEFTOVERS, BAD_RESULT);
        fflush(stdout);
        folder_empty(AT_FDCWD, base, 0);
        rmdir(base);
    }
    return 0;
}
