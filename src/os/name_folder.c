/* SPDX-License-Identifier: MIT */
/*
 * Name folders
 *
 * A name becomes a file name: UTF-8 with every byte but letters, digits and a few signs as %XX; a
 * result that is too long is replaced by # and its SHA-256, and the full name is kept in a file
 * "name" and compared, so that nobody can be made to collide.
 *
 * Locking:   flock on the folder itself, in one's own user folder only: others cannot hold it. It
 *            is waited for with a bound, because its holder may have been stopped.
 */
#include "os/name_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/trace.h"
#include "base/utf.h"
#include "os/dir.h"
#include "os/fd_limit.h"
#include "os/runtime_dir.h"
#include "os/unix_socket.h"

#define LITERAL_MAX    180
#define LOCK_WAIT_MS   5000
#define NAME_BYTES_MAX 1100

struct folder_name {
    char text[LITERAL_MAX + 1];
    char full[NAME_BYTES_MAX];
    size_t full_length;
    bool is_hashed;
};

static void folder_name_make(const char16_t *folded, uint32_t length, struct folder_name *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t used = 0;

    out->full_length = tsm_utf8_from_utf16(folded, length, out->full, sizeof(out->full), NULL);
    out->is_hashed = false;
    for (size_t i = 0; i < out->full_length; i++) {
        unsigned char byte = (unsigned char)out->full[i];
        bool is_plain = (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                        byte == '_' || byte == '-';

        if (used + 3 > LITERAL_MAX) {
            out->is_hashed = true;
            break;
        }
        if (is_plain) {
            out->text[used++] = (char)byte;
        } else {
            out->text[used++] = '%';
            out->text[used++] = digits[byte >> 4];
            out->text[used++] = digits[byte & 15];
        }
    }
    if (out->is_hashed) {
        uint8_t hash[32];

        tsm_sha256(out->full, out->full_length, hash);
        used = 0;
        out->text[used++] = '#';
        for (int i = 0; i < 32; i++) {
            out->text[used++] = digits[hash[i] >> 4];
            out->text[used++] = digits[hash[i] & 15];
        }
    }
    out->text[used] = 0;
}

/* Why something cannot be opened: the system is short of something, or for us it is not there. */
static NTSTATUS absence(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOMEM ? tsm_status_from_errno(error)
                                                                 : STATUS_OBJECT_NAME_NOT_FOUND;
}

/* A hashed folder must hold the very name; STATUS_OBJECT_NAME_NOT_FOUND: it does not. */
static NTSTATUS folder_check_name(int fd, const struct folder_name *name)
{
    char stored[NAME_BYTES_MAX];

    if (!name->is_hashed)
        return STATUS_SUCCESS;

    int file = openat(fd, "name", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (file < 0)
        return absence(errno);

    ssize_t length = read(file, stored, sizeof(stored));

    close(file);
    return length == (ssize_t)name->full_length &&
                   memcmp(stored, name->full, name->full_length) == 0
               ? STATUS_SUCCESS
               : STATUS_OBJECT_NAME_NOT_FOUND;
}

static NTSTATUS folder_write_name(int fd, const struct folder_name *name)
{
    NTSTATUS known = folder_check_name(fd, name);

    if (known != STATUS_OBJECT_NAME_NOT_FOUND)
        return known;

    int file = openat(fd, "name", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);

    if (file < 0)
        return tsm_status_from_errno(errno);

    ssize_t written = write(file, name->full, name->full_length);
    NTSTATUS status = written == (ssize_t)name->full_length ? STATUS_SUCCESS : STATUS_DISK_FULL;

    close(file);
    return status;
}

NTSTATUS tsm_name_folder_lock(struct tsm_name_folder *folder)
{
    struct tsm_deadline deadline = tsm_deadline_in_ms(LOCK_WAIT_MS);
    struct stat info;

    while (flock(folder->fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return tsm_status_from_errno(errno);
        if (tsm_deadline_has_passed(deadline)) {
            tsm_trace(TSM_TRACE_NAME, "the lock of a name is held by somebody who does not move");
            return STATUS_IO_TIMEOUT;
        }
        nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
    }
    if (fstat(folder->fd, &info) == 0 && info.st_nlink > 0) {
        folder->id = (struct tsm_name_folder_id){.device = info.st_dev, .inode = info.st_ino};
        return STATUS_SUCCESS;
    }
    flock(folder->fd, LOCK_UN);
    return STATUS_OBJECT_NAME_NOT_FOUND;
}

void tsm_name_folder_unlock(struct tsm_name_folder *folder)
{
    flock(folder->fd, LOCK_UN);
}

NTSTATUS tsm_name_folder_open_own(const char16_t *folded, uint32_t length,
                                  struct tsm_name_folder *out)
{
    struct folder_name name;
    struct tsm_name_folder folder = {.owner = geteuid()};
    int user;
    NTSTATUS status = tsm_runtime_dir_open_own(&user, &folder.is_shared, true);

    if (!NT_SUCCESS(status))
        return status;
    folder_name_make(folded, length, &name);
    for (;;) {
        if (mkdirat(user, name.text, folder.is_shared ? 0755 : 0700) < 0 && errno != EEXIST) {
            status = tsm_status_from_errno(errno);
            break;
        }
        TSM_FD_TRY(folder.fd,
                   openat(user, name.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (folder.fd < 0) {
            if (errno == ENOENT)
                continue;
            status = tsm_status_from_errno(errno);
            break;
        }
        status = tsm_name_folder_lock(&folder);
        if (NT_SUCCESS(status)) {
            if (folder.is_shared)
                fchmod(folder.fd, 0755);
            status = folder_write_name(folder.fd, &name);
            if (NT_SUCCESS(status)) {
                *out = folder;
                break;
            }
            unlinkat(folder.fd, "name", 0);
            unlinkat(user, name.text, AT_REMOVEDIR);
        }
        close(folder.fd);
        if (status != STATUS_OBJECT_NAME_NOT_FOUND)
            break;
    }
    close(user);
    if (!NT_SUCCESS(status))
        tsm_trace(TSM_TRACE_NAME, "the folder %s cannot be made: %s", name.text,
                  tsm_status_name(status));
    return status;
}

/* Nothing is in it any more but its name and that of an entry that was. */
static bool is_left(int fd)
{
    struct tsm_dir_scan scan;
    const char *file;

    tsm_dir_scan_begin(&scan, fd);
    while ((file = tsm_dir_scan_next(&scan)))
        if (file[0] != '.' && strcmp(file, "name") != 0 && strcmp(file, TSM_NAME_LEADER) != 0)
            return false;
    return scan.length == 0;
}

void tsm_name_folder_close(struct tsm_name_folder *folder, const char16_t *folded, uint32_t length)
{
    struct folder_name name;

    if (folder->fd < 0)
        return;
    folder_name_make(folded, length, &name);
    if (folder->owner == geteuid()) {
        char path[sizeof(name.text) + 3] = "../";

        /* By itself, so that it takes no descriptor. */
        strcat(path, name.text);
        if (unlinkat(folder->fd, path, AT_REMOVEDIR) < 0 && errno == ENOTEMPTY &&
            is_left(folder->fd)) {
            unlinkat(folder->fd, TSM_NAME_LEADER, 0);
            unlinkat(folder->fd, "name", 0);
            unlinkat(folder->fd, path, AT_REMOVEDIR);
        }
    }
    close(folder->fd);
    folder->fd = -1;
}

/* Opens one user's folder of a name. STATUS_OBJECT_NAME_NOT_FOUND: not there, or somebody's fake. */
static NTSTATUS folder_open_in(int user, const struct folder_name *name,
                               struct tsm_name_folder *out)
{
    struct stat info, user_info;
    NTSTATUS status;
    int fd;

    TSM_FD_TRY(fd, openat(user, name->text, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (fd < 0)
        return absence(errno);
    if (fstat(fd, &info) < 0 || fstat(user, &user_info) < 0)
        status = absence(errno);
    else if (info.st_uid != user_info.st_uid)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    else
        status = folder_check_name(fd, name);
    if (NT_SUCCESS(status))
        *out = (struct tsm_name_folder){.fd = fd, .owner = info.st_uid};
    else
        close(fd);
    return status;
}

/* Is the owner of folders[count] among those before it? */
static bool is_owner_known(const struct tsm_name_folder *folders, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (folders[i].owner == folders[count].owner)
            return true;
    return false;
}

NTSTATUS tsm_name_folder_find(const char16_t *folded, uint32_t length, struct tsm_name_folder *out,
                              uint32_t capacity, uint32_t *count)
{
    struct folder_name name;
    bool shared;
    int dir;
    NTSTATUS status = tsm_runtime_dir_open(&dir, &shared, false);

    *count = 0;
    if (!NT_SUCCESS(status))
        return status;
    folder_name_make(folded, length, &name);

    DIR *listing = tsm_dir_list(dir);
    struct dirent *entry;

    if (!listing)
        status = tsm_status_from_errno(errno);
    while (listing && *count < capacity && (entry = readdir(listing))) {
        if (entry->d_name[0] != 'u')
            continue;

        int user;

        TSM_FD_TRY(user,
                   openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        status = user < 0 ? absence(errno) : folder_open_in(user, &name, &out[*count]);
        if (NT_SUCCESS(status)) {
            /* One place for each user: nobody hides others behind many folders of his own. */
            if (is_owner_known(out, *count)) {
                close(out[*count].fd);
            } else {
                out[*count].is_shared = shared;
                (*count)++;
            }
        }
        if (user >= 0)
            close(user);
        if (!NT_SUCCESS(status) && status != STATUS_OBJECT_NAME_NOT_FOUND)
            break;
        status = STATUS_SUCCESS;
    }
    if (listing)
        closedir(listing);
    close(dir);
    if (NT_SUCCESS(status))
        return *count ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
    /* Those that could not be looked for may be the ones that matter. */
    while (*count)
        close(out[--*count].fd);
    return status;
}

NTSTATUS tsm_name_folder_identify(struct tsm_name_folder *folder)
{
    struct stat info;

    if (fstat(folder->fd, &info) < 0)
        return tsm_status_from_errno(errno);
    folder->id = (struct tsm_name_folder_id){.device = info.st_dev, .inode = info.st_ino};
    return STATUS_SUCCESS;
}

bool tsm_name_folder_is_owners(const struct tsm_name_folder *folder, int socket,
                               struct tsm_unix_peer *peer)
{
    if (NT_SUCCESS(tsm_unix_peer(socket, peer)) && peer->uid == folder->owner)
        return true;
    tsm_trace(TSM_TRACE_NAME, "a listener of user %u is in the name of another: passed by",
              folder->owner);
    return false;
}

/* Time since the system started: nobody sets it back. */
