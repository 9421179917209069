/* SPDX-License-Identifier: MIT */
/*
 * Name cache
 *
 * Finding a name's folder takes a dozen system calls, finding out that the runtime directory is the
 * one it was takes one. A folder is in the cache while nobody uses it, so its descriptor's position
 * has one user.
 *
 * Locking:   cache.lock for the places; nothing is closed under it.
 */
#include "os/name_cache.h"

#include <string.h>
#include <unistd.h>

#include "os/fd_limit.h"
#include "os/lock.h"

#define PLACES     4
#define LENGTH_MAX 256

struct place {
    struct tsm_name_folder folder; /* fd -1: nothing here */
    struct tsm_runtime_dir_id dir;
    uint64_t used; /* when; the smallest goes first */
    uint32_t length;
    char16_t name[LENGTH_MAX];
};

static struct {
    struct tsm_lock lock;
    uint64_t uses;
    struct place places[PLACES];
} cache = {
    .places = {{.folder = {.fd = -1}},
               {.folder = {.fd = -1}},
               {.folder = {.fd = -1}},
               {.folder = {.fd = -1}}},
};

static bool is_of_name(const struct place *place, const char16_t *folded, uint32_t length)
{
    return place->folder.fd >= 0 && place->length == length &&
           memcmp(place->name, folded, length * sizeof(*folded)) == 0;
}

bool tsm_name_cache_take(const char16_t *folded, uint32_t length,
                         const struct tsm_runtime_dir_id *dir, struct tsm_name_folder *out)
{
    int stale = -1;
    bool is_found = false;

    tsm_lock_acquire(&cache.lock);
    for (int i = 0; i < PLACES; i++) {
        struct place *place = &cache.places[i];

        if (!is_of_name(place, folded, length))
            continue;
        is_found = memcmp(&place->dir, dir, sizeof(*dir)) == 0;
        if (is_found)
            *out = place->folder;
        else
            stale = place->folder.fd;
        place->folder.fd = -1;
        break;
    }
    tsm_lock_release(&cache.lock);
    if (stale >= 0)
        close(stale);
    return is_found;
}

/* For a folder of that name: NULL if one is there. Lock held. */
static struct place *choose_place(const char16_t *folded, uint32_t length)
{
    struct place *best = &cache.places[0];

    for (int i = 0; i < PLACES; i++) {
        struct place *place = &cache.places[i];

        if (is_of_name(place, folded, length))
            return NULL;
        if (best->folder.fd >= 0 && (place->folder.fd < 0 || place->used < best->used))
            best = place;
    }
    return best;
}

/* False: there was none. */
static bool drop_all(void)
{
    bool was_any = false;

    for (int i = 0; i < PLACES; i++) {
        tsm_lock_acquire(&cache.lock);

        int unwanted = cache.places[i].folder.fd;

        cache.places[i].folder.fd = -1;
        tsm_lock_release(&cache.lock);
        if (unwanted >= 0)
            close(unwanted);
        was_any |= unwanted >= 0;
    }
    return was_any;
}

void tsm_name_cache_give(const char16_t *folded, uint32_t length,
                         const struct tsm_runtime_dir_id *dir, struct tsm_name_folder *folder)
{
    int unwanted = folder->fd;

    if (length <= LENGTH_MAX) {
        tsm_fd_limit_add_giver(drop_all);
        tsm_lock_acquire(&cache.lock);

        struct place *place = choose_place(folded, length);

        if (place) {
            unwanted = place->folder.fd;
            place->folder = *folder;
            place->dir = *dir;
            place->used = ++cache.uses;
            place->length = length;
            memcpy(place->name, folded, length * sizeof(*folded));
        }
        tsm_lock_release(&cache.lock);
    }
    folder->fd = -1;
    if (unwanted >= 0)
        close(unwanted);
}
