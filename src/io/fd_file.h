/* SPDX-License-Identifier: MIT */
/* A plain descriptor as a file: ordinary files, NUL, terminals, anonymous pipes, standard handles. */
#pragma once

#include "io/file.h"
#include "os/fd.h"

struct tsm_fd_file {
    struct tsm_file file;
    int fd;
    enum tsm_fd_kind kind;
    struct tsm_lock writing; /* anonymous pipe: one write at a time, so that none is torn */
    bool is_nowait;          /* anonymous pipe: PIPE_NOWAIT */
    bool is_read_end;        /* anonymous pipe: Windows' server end */
    uint32_t size;           /* anonymous pipe: as asked for; 0 = not one of ours */
    bool keeps_fd;           /* a standard descriptor: stays open */
    int bell; /* pipe: rung to call back those who wait; -1: nobody has waited. File lock */
    bool is_terminal;
    bool is_console_output; /* terminal: its handle is for writing */
    struct tsm_console_watch
        *console_watch; /* terminal: somebody has waited for its input; owned */
    char *delete_path;  /* to remove with the last handle; owned; file lock */
};

extern const struct tsm_object_ops tsm_fd_file_object_ops;
extern const struct tsm_file_ops tsm_fd_file_ops;

static inline struct tsm_fd_file *tsm_fd_file_from(struct tsm_file *file)
{
    return file->ops == &tsm_fd_file_ops ? tsm_container_of(file, struct tsm_fd_file, file) : NULL;
}

/* Takes fd on success. One reference. NULL without memory. */
struct tsm_fd_file *tsm_fd_file_new(int fd);

#define TSM_OFFSET_APPEND INT64_C(-1)

/*
 * A read or write with an offset of its own: ordinary files move their position behind it, others
 * have no offsets. Windows: here the end of a file is an error, STATUS_END_OF_FILE. Sets
 * io->information; may block.
 */
tsm_must_check NTSTATUS tsm_fd_file_transfer_at(struct tsm_fd_file *file, struct tsm_io *io,
                                                int64_t offset);

/* Registers how a child process gets such files. */
void tsm_fd_file_init(void);
