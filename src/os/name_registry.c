/* SPDX-License-Identifier: MIT */
/*
 * Name registry
 *
 * A name becomes a file name: UTF-8 with every byte but letters, digits and a few signs as %XX; a
 * result that is too long is replaced by # and its SHA-256, and the full name is kept in a file
 * "name" and compared, so that nobody can be made to collide.
 *
 * Locking:   flock on the folder itself, in one's own user folder only: others cannot hold it. It
 *            is waited for with a bound, because its holder may have been stopped.
 */
#include "os/name_registry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/sha256.h"
#include "base/trace.h"
#include "base/utf.h"
#include "os/dir.h"
#include "os/fd_limit.h"
#include "os/runtime_dir.h"
#include "os/unix_socket.h"

#define LITERAL_MAX    180
#define SEQ_DIGITS     16
#define LOCK_WAIT_MS   5000
#define NAME_BYTES_MAX 1100
#define ASKED_FIRST    32 /* whether they live, in a sweep */
#define ASKED_IN_TURN  32
#define ENTRIES_MAX    16384 /* looked at in a folder, which may be a stranger's */

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

void tsm_name_folder_close(struct tsm_name_folder *folder, const char16_t *folded, uint32_t length)
{
    struct folder_name name;

    if (folder->fd < 0)
        return;
    folder_name_make(folded, length, &name);
    if (folder->owner == geteuid()) {
        char path[sizeof(name.text) + 3] = "../";

        if (name.is_hashed) {
            struct tsm_name_entry *entries = NULL;
            uint32_t count = 0;

            if (NT_SUCCESS(tsm_name_folder_list(folder, "LKS", &entries, &count)))
                free(entries);
            if (count == 0)
                unlinkat(folder->fd, "name", 0);
        }
        /* By itself, so that it takes no descriptor. */
        strcat(path, name.text);
        unlinkat(folder->fd, path, AT_REMOVEDIR);
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

static bool entry_parse(const char *file, struct tsm_name_entry *out)
{
    size_t length = strnlen(file, sizeof(out->file));
    uint64_t seq = 0;

    if (length < 1 + SEQ_DIGITS || length == sizeof(out->file) || !strchr("LKS", file[0]))
        return false;
    for (int i = 1; i <= SEQ_DIGITS; i++) {
        char c = file[i];

        if (c >= '0' && c <= '9')
            seq = seq << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            seq = seq << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }

    const char *text = file + 1 + SEQ_DIGITS;

    if (*text != 0 && *text++ != '.')
        return false;

    size_t text_length = length - (size_t)(text - file);

    if (text_length >= TSM_ENTRY_TEXT)
        return false;
    out->kind = file[0];
    out->seq = seq;
    memcpy(out->text, text, text_length + 1);
    memcpy(out->file, file, length + 1);
    return true;
}

static int entry_compare(const void *a, const void *b)
{
    const struct tsm_name_entry *left = a, *right = b;

    return (left->seq > right->seq) - (left->seq < right->seq);
}

NTSTATUS tsm_name_folder_list(const struct tsm_name_folder *folder, const char *kinds,
                              struct tsm_name_entry **out, uint32_t *count)
{
    struct tsm_name_entry *found = NULL;
    uint32_t used = 0, capacity = 0;
    struct tsm_dir_scan scan;
    const char *file;

    tsm_dir_scan_begin(&scan, folder->fd);
    while ((file = tsm_dir_scan_next(&scan))) {
        if (!strchr(kinds, file[0]))
            continue;
        if (used == ENTRIES_MAX)
            break;
        if (used == capacity) {
            uint32_t larger = capacity ? 2 * capacity : 8;
            struct tsm_name_entry *moved = realloc(found, larger * sizeof(*found));

            if (!moved) {
                free(found);
                return STATUS_NO_MEMORY;
            }
            found = moved;
            capacity = larger;
        }
        if (entry_parse(file, &found[used]))
            used++;
    }
    if (scan.length < 0) {
        free(found);
        return tsm_status_from_errno(errno);
    }
    if (used > 1)
        qsort(found, used, sizeof(*found), entry_compare);
    *out = found;
    *count = used;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_name_folder_count_alive(const struct tsm_name_folder *folder, uint32_t *alive)
{
    struct tsm_name_entry *entries = NULL;
    uint32_t count = 0;
    NTSTATUS status = tsm_name_folder_list(folder, "K", &entries, &count);

    *alive = 0;
    if (!NT_SUCCESS(status))
        return status;
    for (uint32_t i = 0; i < count; i++)
        *alive += tsm_unix_is_alive(folder->fd, entries[i].file);
    free(entries);
    return STATUS_SUCCESS;
}

bool tsm_name_entries_live(const struct tsm_name_folder *folder,
                           const struct tsm_name_entry *entries, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (entries[i].kind == 'K' && tsm_unix_is_alive(folder->fd, entries[i].file))
            return true;
    return false;
}

NTSTATUS tsm_name_folder_first(const struct tsm_name_folder *folder, char kind, uint64_t from,
                               uint32_t capacity, struct tsm_name_entry *out, uint32_t *count,
                               bool *is_empty)
{
    struct tsm_name_entry entry;
    struct tsm_dir_scan scan;
    const char *file;
    uint32_t used = 0;

    *is_empty = true;
    tsm_dir_scan_begin(&scan, folder->fd);
    while ((file = tsm_dir_scan_next(&scan))) {
        uint32_t place;

        *is_empty &= file[0] == '.';
        if (file[0] != kind || !entry_parse(file, &entry) || entry.seq < from ||
            (used == capacity && entry.seq >= out[used - 1].seq))
            continue;
        used += used < capacity;
        for (place = used - 1; place > 0 && out[place - 1].seq > entry.seq; place--)
            out[place] = out[place - 1];
        out[place] = entry;
    }
    *count = used;
    if (scan.length < 0)
        return tsm_status_from_errno(errno);
    return used ? STATUS_SUCCESS : STATUS_OBJECT_NAME_NOT_FOUND;
}

NTSTATUS tsm_name_folder_identify(struct tsm_name_folder *folder)
{
    struct stat info;

    if (fstat(folder->fd, &info) < 0)
        return tsm_status_from_errno(errno);
    folder->id = (struct tsm_name_folder_id){.device = info.st_dev, .inode = info.st_ino};
    return STATUS_SUCCESS;
}

/* Of very many entries a sweep asks the first, and some others that are next. */
static bool is_turn(uint32_t index, uint32_t begin)
{
    return index < ASKED_FIRST || index - begin < ASKED_IN_TURN;
}

NTSTATUS tsm_name_folder_sweep(struct tsm_name_folder *folder, bool must_count,
                               struct tsm_name_swept *out)
{
    static _Atomic uint32_t next; /* where the turn is; too many folders only shorten the walk */
    uint32_t begin = atomic_fetch_add_explicit(&next, ASKED_IN_TURN, memory_order_relaxed);
    struct tsm_name_entry entry;
    struct tsm_dir_scan scan;
    const char *file;
    uint32_t index = 0;

    *out = (struct tsm_name_swept){.alive = 0};
    tsm_dir_scan_begin(&scan, folder->fd);
    while ((file = tsm_dir_scan_next(&scan))) {
        bool is_temporary = file[0] == 'T';

        if (!is_temporary && !entry_parse(file, &entry))
            continue;

        bool is_life_sign = !is_temporary && entry.kind == 'K';
        bool is_asked = must_count || is_turn(index, begin);

        index++;
        if (is_asked && !tsm_unix_is_alive(folder->fd, file)) {
            unlinkat(folder->fd, file, 0);
            continue;
        }
        if (is_asked && is_life_sign && !out->living.file[0])
            out->living = entry;
        out->alive += is_life_sign;
        if (!is_temporary && entry.kind == 'L')
            out->last_seq = tsm_max_u64(out->last_seq, entry.seq);
    }
    if (begin >= index)
        atomic_store_explicit(&next, ASKED_FIRST, memory_order_relaxed);
    return scan.length < 0 ? tsm_status_from_errno(errno) : STATUS_SUCCESS;
}

NTSTATUS tsm_name_check_others(const struct tsm_name_folder *own, const char16_t *folded,
                               uint32_t length, uint64_t seq)
{
    struct tsm_name_folder folders[TSM_NAME_USERS_MAX];
    uint32_t count = 0;
    NTSTATUS status = STATUS_SUCCESS;

    if (!own->is_shared)
        return status;
    status = tsm_name_folder_find(folded, length, folders, TSM_NAME_USERS_MAX, &count);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        return STATUS_SUCCESS;
    for (uint32_t i = 0; i < count; i++) {
        struct tsm_name_entry *entries = NULL;
        uint32_t lives = 0;

        if (NT_SUCCESS(status) && folders[i].owner != own->owner)
            status = tsm_name_folder_list(&folders[i], "K", &entries, &lives);
        for (uint32_t k = 0; k < lives; k++)
            if (entries[k].seq < seq && tsm_unix_is_alive(folders[i].fd, entries[k].file))
                status = STATUS_ACCESS_DENIED;
        free(entries);
        close(folders[i].fd);
    }
    return status;
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
uint64_t tsm_name_seq_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t tsm_name_seq_above(uint64_t floor)
{
    static _Atomic uint64_t last;
    uint64_t before = atomic_load(&last);
    uint64_t seq = tsm_max_u64(tsm_name_seq_now(), floor + 1);

    do
        seq = tsm_max_u64(seq, before + 1);
    while (!atomic_compare_exchange_weak(&last, &before, seq));
    return seq;
}

uint64_t tsm_name_next_seq(const struct tsm_name_folder *folder)
{
    struct tsm_name_entry entry;
    struct tsm_dir_scan scan;
    const char *file;
    uint64_t seen = 0;

    /* In another time namespace it may be later. */
    tsm_dir_scan_begin(&scan, folder->fd);
    while ((file = tsm_dir_scan_next(&scan)))
        if (file[0] == 'L' && entry_parse(file, &entry))
            seen = tsm_max_u64(seen, entry.seq);
    return tsm_name_seq_above(seen);
}

void tsm_name_entry_file(char kind, uint64_t seq, const char *text, char out[TSM_ENTRY_TEXT + 20])
{
    size_t length = strnlen(text, TSM_ENTRY_TEXT - 1);
    char *at = out;

    *at++ = kind;
    for (int shift = 4 * (SEQ_DIGITS - 1); shift >= 0; shift -= 4)
        *at++ = "0123456789abcdef"[seq >> shift & 15];
    if (length)
        *at++ = '.';
    memcpy(at, text, length);
    at[length] = 0;
}

bool tsm_name_entry_remove(const struct tsm_name_folder *folder, const char *file)
{
    return unlinkat(folder->fd, file, 0) == 0;
}

NTSTATUS tsm_name_entry_link(const struct tsm_name_folder *folder, const char *file,
                             const char *second)
{
    return linkat(folder->fd, file, folder->fd, second, 0) == 0 ? STATUS_SUCCESS
                                                                : tsm_status_from_errno(errno);
}

bool tsm_name_entry_exists(const struct tsm_name_folder *folder, const char *file)
{
    struct stat info;

    return fstatat(folder->fd, file, &info, AT_SYMLINK_NOFOLLOW) == 0;
}
