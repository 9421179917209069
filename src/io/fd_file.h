/* SPDX-License-Identifier: MIT */
/* A plain descriptor as a file: ordinary files, NUL, terminals, anonymous pipes, standard handles. */
#pragma once

#include "io/file.h"
#include "os/fd.h"

struct tsm_fd_file {
    struct tsm_file file;
    int fd;
    enum tsm_fd_kind kind;
    bool is_nowait;    /* anonymous pipe: PIPE_NOWAIT */
    bool is_read_end;  /* anonymous pipe: Windows' server end */
    uint32_t size;     /* anonymous pipe: as asked for; 0 = not one of ours */
    bool keeps_fd;     /* a standard descriptor: stays open */
    char *delete_path; /* remove when the last handle goes; owned */
};

extern const struct tsm_object_ops tsm_fd_file_object_ops;
extern const struct tsm_file_ops tsm_fd_file_ops;

static inline struct tsm_fd_file *tsm_fd_file_from(struct tsm_file *file)
{
    return file->ops == &tsm_fd_file_ops ? tsm_container_of(file, struct tsm_fd_file, file) : NULL;
}

/* Takes fd on success. One reference. NULL without memory. */
struct tsm_fd_file *tsm_fd_file_new(int fd);

/* A read or write at an offset; -1: at the descriptor's position. */
tsm_must_check NTSTATUS tsm_fd_file_read(struct tsm_fd_file *file, void *buffer, uint32_t length,
                                         int64_t offset, uint32_t *count);
tsm_must_check NTSTATUS tsm_fd_file_write(struct tsm_fd_file *file, const void *buffer,
                                          uint32_t length, int64_t offset, uint32_t *count);

/* Registers how a child process gets such files. */
void tsm_fd_file_init(void);
