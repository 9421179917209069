/* SPDX-License-Identifier: MIT */
/*
 * Name entries
 *
 * A folder of a name may be another user's, with whatever he puts there: of a file that is no entry
 * nobody takes notice, and only so many are looked at. A life sign lives while somebody has its
 * socket; a sweep takes away what the dead have left.
 */
#include "os/name_entry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"
#include "os/dir.h"
#include "os/unix_socket.h"

#define SEQ_DIGITS    16
#define ASKED_FIRST   32 /* whether they live, in a sweep */
#define ASKED_IN_TURN 32
#define ENTRIES_MAX   16384 /* looked at */
#define NEWBORN_NS    1000000000

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

enum tsm_name_life tsm_name_entries_life(const struct tsm_name_folder *folder,
                                         const struct tsm_name_entry *entries, uint32_t count)
{
    enum tsm_name_life life = TSM_NAME_DEAD;
    struct stat info;

    for (uint32_t i = 0; i < count; i++) {
        const struct tsm_name_entry *entry = &entries[i];

        if (entry->kind != 'K' || !tsm_unix_is_alive(folder->fd, entry->file))
            continue;
        if (fstatat(folder->fd, entry->file, &info, AT_SYMLINK_NOFOLLOW) < 0 ||
            (info.st_mode & S_IXUSR))
            life = life == TSM_NAME_DEAD ? TSM_NAME_PASSING : life;
        else if (tsm_name_seq_now() - entry->seq < NEWBORN_NS)
            life = TSM_NAME_NEWBORN;
        else
            return TSM_NAME_ALIVE;
    }
    return life;
}

NTSTATUS tsm_name_entry_set_mode(const struct tsm_name_folder *folder, const char *file,
                                 mode_t mode)
{
    return fchmodat(folder->fd, file, mode, 0) == 0 ? STATUS_SUCCESS : tsm_status_from_errno(errno);
}

/* The entry that leads. */
static bool leader_read(const struct tsm_name_folder *folder, struct tsm_name_entry *out)
{
    char entry[sizeof(out->file)];
    ssize_t length;
    int file;

    TSM_FD_TRY(file,
               openat(folder->fd, TSM_NAME_LEADER, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file < 0)
        return false;
    length = read(file, entry, sizeof(entry));
    close(file);
    return length == sizeof(entry) && memchr(entry, 0, sizeof(entry)) && !strchr(entry, '/') &&
           entry_parse(entry, out) && out->kind == 'L';
}

void tsm_name_entry_lead(const struct tsm_name_folder *folder, const char *entry)
{
    char text[sizeof(((struct tsm_name_entry *)0)->file)] = "";
    int file;

    TSM_FD_TRY(file, openat(folder->fd, TSM_NAME_LEADER,
                            O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644));
    if (file < 0)
        return;
    /* Who reads it amid this finds no such entry, and looks for itself. */
    strncpy(text, entry, sizeof(text) - 1);
    (void)!pwrite(file, text, sizeof(text), 0);
    close(file);
}

NTSTATUS tsm_name_folder_first(const struct tsm_name_folder *folder, uint64_t from,
                               uint32_t capacity, struct tsm_name_entry *out, uint32_t *count,
                               bool *is_empty, bool *is_led)
{
    bool may_be_led = *is_led;
    struct tsm_name_entry entry;
    struct tsm_dir_scan scan;
    const char *file;
    uint32_t used = 0;

    *is_empty = true;
    *is_led = false;
    tsm_dir_scan_begin(&scan, folder->fd);
    while ((file = tsm_dir_scan_next(&scan))) {
        uint32_t place;

        *is_empty &= file[0] == '.';
        if (may_be_led && scan.reads > 1) {
            may_be_led = false;
            if (leader_read(folder, out)) {
                *is_led = true;
                *count = 1;
                return STATUS_SUCCESS;
            }
        }
        if (file[0] != 'L' || !entry_parse(file, &entry) || entry.seq < from ||
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
