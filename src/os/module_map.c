/* SPDX-License-Identifier: MIT */
/*
 * What /proc says of this process
 *
 * Read in small pieces into the stack: the thread may have faulted with the heap's lock, or the
 * dynamic linker's, in its hands.
 */
#include "os/module_map.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines of a file; longer ones are cut. */
struct reader {
    int fd;
    size_t at, length;
    char bytes[512];
};

static bool reader_next(struct reader *reader, char *line, size_t size)
{
    size_t used = 0;

    for (;;) {
        if (reader->at == reader->length) {
            ssize_t count = read(reader->fd, reader->bytes, sizeof(reader->bytes));

            if (count <= 0) {
                line[used] = '\0';
                return used > 0;
            }
            reader->at = 0;
            reader->length = (size_t)count;
        }

        char c = reader->bytes[reader->at++];

        if (c == '\n') {
            line[used] = '\0';
            return true;
        }
        if (used + 1 < size)
            line[used++] = c;
    }
}

static uintptr_t hexadecimal(const char **text)
{
    uintptr_t value = 0;

    for (;; (*text)++) {
        char c = **text;

        if (c >= '0' && c <= '9')
            value = value << 4 | (uintptr_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uintptr_t)(c - 'a' + 10);
        else
            return value;
    }
}

static void write_place(char *text, size_t size, const char *path, uintptr_t offset)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    char digits[2 * sizeof(offset)];
    size_t count = 0, length = strlen(name);

    do
        digits[count++] = "0123456789abcdef"[offset & 15];
    while (offset >>= 4);
    if (length + count + 4 > size)
        length = size - count - 4;
    memcpy(text, name, length);
    memcpy(text + length, "+0x", 3);
    text += length + 3;
    while (count)
        *text++ = digits[--count];
    *text = '\0';
}

bool tsm_module_map_find(uintptr_t address, char *text, size_t size)
{
    struct reader reader = {.fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC)};
    char line[512], first[512] = "";
    uintptr_t base = 0;
    bool found = false;
    int saved = errno;

    /* begin-end rights offset device inode   path; a file's first line is where it begins */
    while (reader.fd >= 0 && !found && reader_next(&reader, line, sizeof(line))) {
        const char *at = line, *path = strchr(line, '/');
        uintptr_t begin = hexadecimal(&at), end;

        at += *at == '-';
        end = hexadecimal(&at);
        if (path && strcmp(path, first) != 0) {
            strcpy(first, path);
            base = begin;
        }
        if (address >= begin && address < end) {
            if (!path)
                break;
            write_place(text, size, path, address - base);
            found = true;
        }
    }
    if (reader.fd >= 0)
        close(reader.fd);
    errno = saved;
    return found;
}

bool tsm_debugger_is_attached(void)
{
    struct reader reader = {.fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC)};
    char line[128];
    bool is_attached = false;
    int saved = errno;

    while (reader.fd >= 0 && reader_next(&reader, line, sizeof(line)))
        if (strncmp(line, "TracerPid:", 10) == 0) {
            is_attached = strspn(line + 10, " \t0") != strlen(line + 10);
            break;
        }
    if (reader.fd >= 0)
        close(reader.fd);
    errno = saved;
    return is_attached;
}
