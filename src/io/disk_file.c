/* SPDX-License-Identifier: MIT */
/*
 * Ordinary files
 *
 * Windows names become Linux paths: both slashes separate, devices become their Linux twins, and
 * there are no drives. Upper and lower case stay different.
 */
#include "io/disk_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf.h"

enum name_kind { NAME_FILE, NAME_NUL, NAME_CONSOLE_INPUT, NAME_CONSOLE_OUTPUT };

static bool is_slash(char16_t unit)
{
    return unit == u'\\' || unit == u'/';
}

/* Compares without case; word is in upper case. */
static bool is_same(const char16_t *text, const char *word)
{
    for (; *word; text++, word++)
        if (tsm_utf16_upcase(*text) != (char16_t)*word)
            return false;
    return *text == 0;
}

/* "\\.\" and "\\?\" */
static bool has_prefix(const char16_t *name, char16_t middle)
{
    return is_slash(name[0]) && is_slash(name[1]) && name[2] == middle && is_slash(name[3]);
}

static bool is_console(const char16_t *name, uint32_t access, enum name_kind *kind,
                       NTSTATUS *status)
{
    bool reads = access & FILE_READ_DATA, writes = access & FILE_WRITE_DATA;
    bool is_either = is_same(name, "CON");

    if (!is_either && !is_same(name, "CONIN$") && !is_same(name, "CONOUT$"))
        return false;
    *kind = is_same(name, "CONOUT$") || (is_either && writes) ? NAME_CONSOLE_OUTPUT
                                                              : NAME_CONSOLE_INPUT;
    /* Windows: CON is the one or the other. */
    *status = is_either && reads && writes ? STATUS_OBJECT_NAME_NOT_FOUND : STATUS_SUCCESS;
    return true;
}

/* *out: heap. */
static NTSTATUS path_from_name(const char16_t *name, uint32_t access, char **out,
                               enum name_kind *kind)
{
    const char *device = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    bool is_device;

    if (!name || !*name)
        return STATUS_OBJECT_PATH_NOT_FOUND;
    is_device = has_prefix(name, u'.');
    if (is_device || has_prefix(name, u'?'))
        name += 4;
    else if (name[0] == u'\\' && name[1] == u'\\')
        return STATUS_BAD_NETWORK_PATH;
    if (is_same(name, "NUL")) {
        device = "/dev/null";
        *kind = NAME_NUL;
    } else if (is_console(name, access, kind, &status)) {
        device = "/dev/tty";
    } else {
        *kind = NAME_FILE;
        if (is_device)
            return STATUS_OBJECT_NAME_NOT_FOUND;
        if (name[0] && name[1] == u':')
            return STATUS_OBJECT_PATH_NOT_FOUND; /* there are no drives */
    }
    if (!NT_SUCCESS(status))
        return status;
    *out = device ? strdup(device) : tsm_utf8_new(name);
    if (!*out)
        return STATUS_NO_MEMORY;
    for (char *at = *out; *at; at++)
        if (*at == '\\')
            *at = '/';
    return STATUS_SUCCESS;
}

/* Windows tells a missing file from a missing folder on the way to it. */
static NTSTATUS missing_status(const char *path)
{
    char *copy = strdup(path), *slash = copy ? strrchr(copy, '/') : NULL;
    NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
    mode_t mode;
    bool is_writable;

    if (slash && slash != copy) {
        *slash = 0;
        if (!NT_SUCCESS(tsm_fd_path_mode(copy, &mode, &is_writable)))
            status = STATUS_OBJECT_PATH_NOT_FOUND;
    }
    free(copy);
    return status;
}

static NTSTATUS open_fd(const char *path, const struct tsm_disk_file_open *how, enum name_kind kind,
                        int *fd, bool *existed)
{
    struct tsm_fd_open open = {
        .reads = how->access & (FILE_READ_DATA | FILE_EXECUTE),
        .writes = how->access & (FILE_WRITE_DATA | FILE_APPEND_DATA),
        .appends = (how->access & FILE_APPEND_DATA) && !(how->access & FILE_WRITE_DATA),
        .must_exist = how->disposition == OPEN_EXISTING || how->disposition == TRUNCATE_EXISTING,
        .must_be_new = how->disposition == CREATE_NEW,
        .truncates = how->disposition == CREATE_ALWAYS || how->disposition == TRUNCATE_EXISTING,
        .is_read_only = how->flags & FILE_ATTRIBUTE_READONLY,
        .writes_through = how->flags & FILE_FLAG_WRITE_THROUGH,
        .may_be_folder = how->flags & FILE_FLAG_BACKUP_SEMANTICS,
    };
    NTSTATUS status;

    if (kind != NAME_FILE) /* devices are opened, whatever the disposition */
        open.must_exist = true, open.must_be_new = open.truncates = false;
    status = tsm_fd_open(path, &open, fd, existed);
    if (!NT_SUCCESS(status) && kind != NAME_NUL && kind != NAME_FILE)
        return STATUS_INVALID_HANDLE; /* there is none */
    return status == STATUS_OBJECT_NAME_NOT_FOUND ? missing_status(path) : status;
}

static NTSTATUS file_from_fd(int fd, const char *path, enum name_kind kind, uint32_t flags,
                             struct tsm_file **out)
{
    struct tsm_fd_file *made = tsm_fd_file_new(fd);
    NTSTATUS status;

    if (!made) {
        tsm_fd_close(fd);
        return STATUS_NO_MEMORY;
    }
    made->is_console_output = kind == NAME_CONSOLE_OUTPUT;
    if (kind == NAME_FILE && (flags & FILE_FLAG_DELETE_ON_CLOSE)) {
        status = tsm_fd_full_path(path, &made->delete_path);
        if (!NT_SUCCESS(status)) {
            tsm_object_unref(&made->file.object);
            return status;
        }
    }
    /* Windows: consoles are never overlapped. */
    made->file.is_overlapped = (flags & FILE_FLAG_OVERLAPPED) && !tsm_fd_is_terminal(fd);
    *out = &made->file;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_disk_file_open(const struct tsm_disk_file_open *how, struct tsm_file **out,
                            bool *existed)
{
    enum name_kind kind;
    char *path = NULL;
    int fd;

    if (how->disposition < CREATE_NEW || how->disposition > TRUNCATE_EXISTING ||
        (how->disposition == TRUNCATE_EXISTING && !(how->access & FILE_WRITE_DATA)))
        return STATUS_INVALID_PARAMETER;

    NTSTATUS status = path_from_name(how->name, how->access, &path, &kind);

    if (NT_SUCCESS(status))
        status = open_fd(path, how, kind, &fd, existed);
    if (NT_SUCCESS(status))
        status = file_from_fd(fd, path, kind, how->flags, out);
    free(path);
    return status;
}

NTSTATUS tsm_disk_file_delete(const char16_t *name)
{
    enum name_kind kind;
    char *path = NULL;
    NTSTATUS status = path_from_name(name, 0, &path, &kind);

    if (NT_SUCCESS(status) && kind != NAME_FILE)
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status))
        status = tsm_fd_unlink(path);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        status = missing_status(path);
    free(path);
    return status;
}

NTSTATUS tsm_disk_file_attributes(const char16_t *name, uint32_t *attributes)
{
    enum name_kind kind;
    uint32_t found;
    bool is_writable;
    char *path = NULL;
    mode_t mode;
    NTSTATUS status = path_from_name(name, 0, &path, &kind);

    if (NT_SUCCESS(status))
        status = tsm_fd_path_mode(path, &mode, &is_writable);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND)
        status = missing_status(path);
    free(path);
    if (!NT_SUCCESS(status))
        return status;
    found = S_ISDIR(mode) ? FILE_ATTRIBUTE_DIRECTORY : 0;
    found |= is_writable ? 0 : FILE_ATTRIBUTE_READONLY;
    *attributes = found ? found : FILE_ATTRIBUTE_NORMAL;
    return STATUS_SUCCESS;
}
