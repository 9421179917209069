/* SPDX-License-Identifier: MIT */
/* The folder lies in the user's own one, which only he can write to. A socket is called by its
 * process' id and the PID namespace in which it has that; who is really behind it says the kernel. */
#include "os/process_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/arena_file.h"
#include "os/dir.h"
#include "os/runtime_dir.h"
#include "os/unix_socket.h"

#define FOLDER       "processes" /* no name of a pipe's folder has small letters */
#define LISTEN_TRIES 8
#define NAME_SIZE    32

static NTSTATUS folder_open(bool create, int *out)
{
    bool is_shared;
    int user, fd;
    NTSTATUS status = tsm_runtime_dir_open_own(&user, &is_shared, create);

    if (!NT_SUCCESS(status))
        return status;
    if (create)
        (void)!mkdirat(user, FOLDER, 0700);
    fd = openat(user, FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        status = tsm_status_from_errno(errno);
    else
        *out = fd;
    close(user);
    return status;
}

static void name_make(uint32_t pid, char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "%llx-%u", (unsigned long long)tsm_arena_file_pid_space(), pid);
}

static void sweep(int folder)
{
    DIR *listing = tsm_dir_list(folder);
    struct dirent *file;

    while (listing && (file = readdir(listing)))
        if (file->d_name[0] != '.' && !tsm_unix_is_alive(folder, file->d_name))
            unlinkat(folder, file->d_name, 0);
    if (listing)
        closedir(listing);
}

static NTSTATUS listen_once(int *socket)
{
    char name[NAME_SIZE];
    int folder = -1;
    NTSTATUS status = folder_open(true, &folder);

    if (!NT_SUCCESS(status))
        return status;
    sweep(folder);
    name_make((uint32_t)getpid(), name);
    status = tsm_unix_listen_on(folder, name, socket);
    close(folder);
    return status;
}

NTSTATUS tsm_process_folder_listen(int *socket)
{
    NTSTATUS status = listen_once(socket);

    /* One who was alone there may take the folder with him at the wrong moment. */
    for (int tries = 0; status == STATUS_OBJECT_NAME_NOT_FOUND && tries < LISTEN_TRIES; tries++)
        status = listen_once(socket);
    return status;
}

void tsm_process_folder_leave(void)
{
    bool is_shared;
    char name[NAME_SIZE];
    int folder = -1, user;

    if (NT_SUCCESS(folder_open(false, &folder))) {
        name_make((uint32_t)getpid(), name);
        unlinkat(folder, name, 0);
        close(folder);
    }
    if (NT_SUCCESS(tsm_runtime_dir_open_own(&user, &is_shared, false))) {
        unlinkat(user, FOLDER, AT_REMOVEDIR);
        close(user);
    }
}

NTSTATUS tsm_process_folder_connect(uint32_t pid, int *socket)
{
    struct tsm_unix_peer peer;
    char name[NAME_SIZE];
    int folder = -1, made;
    NTSTATUS status = folder_open(false, &folder);

    if (!NT_SUCCESS(status))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    name_make(pid, name);
    status = tsm_unix_connect(folder, name, &made);
    close(folder);
    if (!NT_SUCCESS(status))
        return status;
    status = tsm_unix_peer(made, &peer);
    if (NT_SUCCESS(status) && (peer.pid != pid || peer.uid != geteuid()))
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status))
        *socket = made;
    else
        tsm_unix_close(made);
    return status;
}
