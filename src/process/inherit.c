/* SPDX-License-Identifier: MIT */
/*
 * Inheritance
 *
 * The parent leaves the descriptors open under their own numbers and describes the handles in a
 * memfd, whose number stands in an environment variable. The child makes the handles before main()
 * and removes the variable, so that its own children see nothing of it.
 */
#include "process/inherit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/trace.h"
#include "io/fd_file.h"
#include "object/handle_table.h"
#include "object/import.h"
#include "os/spawn.h"
#include "process/console_ctrl.h"
#include "process/exit_code.h"
#include "process/std_input.h"
#include "sync/state.h"
#include "wire/handle_blob.h"

#define FDS_BESIDE 2u /* those of handles: the blob, and the page for the exit code */

struct collection {
    uint8_t *entries;
    struct tsm_inherit *inherit;
    uint32_t count, capacity;
    uint32_t holder; /* the child among those who share objects, once inherit->heir_fd is there */
};

/* The child uses the object from now on, whatever the parent does meanwhile. */
static NTSTATUS collect_state(struct collection *collection, struct tsm_export *export)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (collection->inherit->heir_fd < 0)
        status = tsm_arena_heir_new(&collection->inherit->heir_fd, &collection->holder);
    if (!NT_SUCCESS(status))
        return status;
    tsm_arena_heir_add(collection->holder, export->data[TSM_STATE_SLOT]);
    export->fd = collection->inherit->heir_fd;
    export->data[TSM_STATE_HOLDER] = collection->holder;
    return STATUS_SUCCESS;
}

/* For one more. */
static NTSTATUS make_room(struct collection *collection)
{
    if (collection->count == collection->capacity) {
        uint32_t larger = collection->capacity ? 2 * collection->capacity : 16;
        uint8_t *entries = realloc(collection->entries, (size_t)larger * TSM_BLOB_ENTRY_SIZE);
        int *fds;

        if (!entries)
            return STATUS_NO_MEMORY;
        collection->entries = entries;
        fds = realloc(collection->inherit->fds, (larger + FDS_BESIDE) * sizeof(int));
        if (!fds)
            return STATUS_NO_MEMORY;
        collection->inherit->fds = fds;
        fds = realloc(collection->inherit->own_fds, larger * sizeof(int));
        if (!fds)
            return STATUS_NO_MEMORY;
        collection->inherit->own_fds = fds;
        collection->capacity = larger;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS collect_one(const struct tsm_handle_info *info, void *context)
{
    struct collection *collection = context;
    struct tsm_export export = {.fd = -1};
    NTSTATUS status = make_room(collection);

    if (!NT_SUCCESS(status))
        return status;
    if (!info->object->ops->export ||
        !NT_SUCCESS(info->object->ops->export(info->object, &export)) ||
        (export.type == TSM_IMPORT_STATE && !NT_SUCCESS(collect_state(collection, &export)))) {
        tsm_trace(TSM_TRACE_PROCESS, "a handle to a %s cannot be inherited",
                  info->object->ops->type_name);
        return STATUS_SUCCESS;
    }

    struct tsm_blob_entry entry = {
        .handle = (uint32_t)(uintptr_t)info->handle,
        .access = info->access,
        .flags = info->flags,
        .type = export.type,
        .fd = export.fd,
    };

    memcpy(entry.data, export.data, sizeof(entry.data));
    tsm_blob_encode_entry(&entry,
                          collection->entries + (size_t)collection->count * TSM_BLOB_ENTRY_SIZE);
    if (export.fd > 2)
        collection->inherit->fds[collection->inherit->fd_count++] = export.fd;
    if (export.is_fd_owned)
        collection->inherit->own_fds[collection->inherit->own_count++] = export.fd;
    collection->count++;
    return STATUS_SUCCESS;
}

/* The blob of what was collected; the collection is used up, and so is the rest if that fails. */
static NTSTATUS finish(struct collection *collection, const HANDLE std_handles[3], int exit_fd,
                       NTSTATUS status, struct tsm_inherit *out)
{
    size_t size = TSM_BLOB_HEADER_SIZE + (size_t)collection->count * TSM_BLOB_ENTRY_SIZE;
    struct tsm_inherit *made = collection->inherit;
    struct tsm_blob_header header = {.count = collection->count, .exit_fd = exit_fd};
    uint8_t *blob = NULL;

    if (NT_SUCCESS(status)) {
        blob = malloc(size);
        status = blob ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (NT_SUCCESS(status)) {
        for (int i = 0; i < 3; i++)
            header.std_handles[i] = std_handles ? (uint32_t)(uintptr_t)std_handles[i] : 0;
        tsm_blob_encode_header(&header, blob);
        if (collection->count)
            memcpy(blob + TSM_BLOB_HEADER_SIZE, collection->entries, size - TSM_BLOB_HEADER_SIZE);
        status = tsm_spawn_data_fd(blob, size, &made->blob_fd);
    }
    free(blob);
    free(collection->entries);
    if (!NT_SUCCESS(status)) {
        tsm_inherit_deinit(made);
        return status;
    }
    made->fds[made->fd_count++] = made->blob_fd;
    if (exit_fd >= 0)
        made->fds[made->fd_count++] = exit_fd;
    *out = *made;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_inherit_collect(bool with_handles, const HANDLE std_handles[3], int exit_fd,
                             struct tsm_inherit *out)
{
    struct tsm_inherit made = {.blob_fd = -1, .heir_fd = -1};
    struct collection collection = {.inherit = &made};
    NTSTATUS status = STATUS_SUCCESS;

    made.fds = malloc(FDS_BESIDE * sizeof(int));
    if (!made.fds)
        return STATUS_NO_MEMORY;
    if (with_handles)
        status = tsm_handle_for_each_inheritable(collect_one, &collection);
    return finish(&collection, with_handles ? std_handles : NULL, exit_fd, status, out);
}

NTSTATUS tsm_inherit_one(const struct tsm_handle_info *info, struct tsm_inherit *out)
{
    struct tsm_inherit made = {.blob_fd = -1, .heir_fd = -1};
    struct collection collection = {.inherit = &made};
    NTSTATUS status = collect_one(info, &collection);

    if (NT_SUCCESS(status) && collection.count == 0)
        status = STATUS_NOT_SUPPORTED;
    return finish(&collection, NULL, -1, status, out);
}

void tsm_inherit_deinit(struct tsm_inherit *inherit)
{
    if (inherit->blob_fd >= 0)
        tsm_fd_close(inherit->blob_fd);
    if (inherit->heir_fd >= 0)
        tsm_fd_close(inherit->heir_fd);
    for (uint32_t i = 0; i < inherit->own_count; i++)
        tsm_fd_close(inherit->own_fds[i]);
    inherit->blob_fd = inherit->heir_fd = -1;
    inherit->own_count = 0;
    free(inherit->fds);
    free(inherit->own_fds);
    inherit->fds = inherit->own_fds = NULL;
}

/* ---- standard handles ---- */

static struct {
    pthread_mutex_t mutex;
    HANDLE handles[3];
    bool is_known[3];
} standard = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* Mutex held: the handle of a descriptor that the process was born with. */
static HANDLE std_handle_make(unsigned int index)
{
    uint32_t access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    /* Windows: a process without a console has no standard handles but those that it was given. */
    bool is_there = tsm_console_ctrl_is_attached() && tsm_fd_is_open((int)index);
    struct tsm_fd_file *file = is_there ? tsm_fd_file_new((int)index) : NULL;
    HANDLE handle = NULL;

    if (!file)
        return NULL;
    file->keeps_fd = true;
    file->is_console_output = index > 0;
    if (!NT_SUCCESS(tsm_handle_insert(&file->file.object, access, TSM_HANDLE_INHERIT, &handle)))
        handle = NULL;
    tsm_object_unref(&file->file.object);
    return handle;
}

HANDLE tsm_std_handle_get(unsigned int index)
{
    pthread_mutex_lock(&standard.mutex);
    if (!standard.is_known[index]) {
        standard.handles[index] = std_handle_make(index);
        standard.is_known[index] = true;
    }

    HANDLE handle = standard.handles[index];

    pthread_mutex_unlock(&standard.mutex);
    return handle;
}

void tsm_std_handle_set(unsigned int index, HANDLE handle)
{
    pthread_mutex_lock(&standard.mutex);
    standard.handles[index] = handle;
    standard.is_known[index] = true;
    pthread_mutex_unlock(&standard.mutex);
}

static bool std_handles_were_given;

bool tsm_std_handles_were_given(void)
{
    return std_handles_were_given;
}

/* ---- the child ---- */

static void import_entry(const struct tsm_blob_entry *entry)
{
    struct tsm_export import = {.type = (enum tsm_import_type)entry->type, .fd = entry->fd};
    struct tsm_object *object;

    memcpy(import.data, entry->data, sizeof(import.data));
    if (entry->fd >= 0 && !tsm_fd_is_open(entry->fd))
        return;
    if (!NT_SUCCESS(tsm_import(&import, &object)))
        return;
    if (entry->fd > 2)
        tsm_spawn_set_cloexec(entry->fd);
    else if (tsm_file_from(object) && tsm_fd_file_from(tsm_file_from(object)))
        tsm_fd_file_from(tsm_file_from(object))->keeps_fd = true;
    if (!NT_SUCCESS(tsm_handle_insert_at((HANDLE)(uintptr_t)entry->handle, object, entry->access,
                                         entry->flags)))
        tsm_trace(TSM_TRACE_PROCESS, "handle %#x could not be inherited", entry->handle);
    tsm_object_unref(object);
}

bool tsm_inherit_import(void)
{
    const char *text = secure_getenv(TSM_INHERIT_VARIABLE);
    struct tsm_blob_header header;
    struct tsm_blob_entry entry;
    char *rest = NULL;
    void *blob = NULL;
    size_t length = 0;
    bool is_good = false;

    if (!text)
        return false;

    long fd = strtol(text, &rest, 10);

    bool is_detached = strcmp(rest, TSM_INHERIT_DETACHED) == 0;

    if (fd > 2 && fd < (1 << 20) && (*rest == 0 || is_detached) &&
        NT_SUCCESS(tsm_spawn_read_data_fd((int)fd, &blob, &length)) &&
        tsm_blob_decode_header(blob, length, &header)) {
        is_good = true;
        if (is_detached)
            (void)!NT_SUCCESS(tsm_console_ctrl_detach());
        tsm_fd_close((int)fd);
        if (header.exit_fd > 2)
            tsm_exit_page_adopt(header.exit_fd);
        for (uint32_t i = 0; i < header.count; i++) {
            if (tsm_blob_decode_entry(blob, length, i, &entry))
                import_entry(&entry);
        }
        for (unsigned int i = 0; i < 3; i++)
            if (header.std_handles[i]) {
                tsm_std_handle_set(i, (HANDLE)(uintptr_t)header.std_handles[i]);
                std_handles_were_given = true;
            }
        tsm_std_input_attach((HANDLE)(uintptr_t)header.std_handles[0]);
    }
    free(blob);
    unsetenv(TSM_INHERIT_VARIABLE);
    return is_good;
}
