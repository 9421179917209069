/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/teb.h"
#include "io/fd_file.h"
#include "object/import.h"
#include "os/fd_pipe.h"

#define BAD_POINTER ((void *)16)

struct pipe {
    struct tsm_fd_file *reader, *writer;
};

static struct pipe pipe_new(uint32_t size)
{
    struct pipe made;
    int ends[2];

    assert_status(tsm_fd_pipe(size, &ends[0], &ends[1]), STATUS_SUCCESS);
    made.reader = tsm_fd_file_new(ends[0]);
    made.writer = tsm_fd_file_new(ends[1]);
    assert_int_equal(made.reader->kind, TSM_FD_PIPE);
    made.reader->is_read_end = true;
    made.reader->size = made.writer->size = size;
    return made;
}

static void file_close(struct tsm_fd_file **file)
{
    if (*file)
        tsm_object_unref(&(*file)->file.object);
    *file = NULL;
}

static void pipe_close(struct pipe *pipe)
{
    file_close(&pipe->reader);
    file_close(&pipe->writer);
}

static NTSTATUS read_file(struct tsm_fd_file *file, void *out, uint32_t length, uint64_t *count)
{
    struct tsm_io io;

    tsm_io_init(&io, &file->file, TSM_IO_READ);
    io.out = out;
    io.out_length = length;

    NTSTATUS status = tsm_file_run(&file->file, &io);

    *count = io.information;
    return status;
}

static NTSTATUS write_file(struct tsm_fd_file *file, const void *in, uint32_t length,
                           uint64_t *count)
{
    struct tsm_io io;

    tsm_io_init(&io, &file->file, TSM_IO_WRITE);
    io.in = in;
    io.in_length = length;

    NTSTATUS status = tsm_file_run(&file->file, &io);

    *count = io.information;
    return status;
}

static NTSTATUS flush_file(struct tsm_fd_file *file)
{
    struct tsm_io io;

    tsm_io_init(&io, &file->file, TSM_IO_FLUSH);
    return tsm_file_run(&file->file, &io);
}

/* ---- pipes ---- */

static void what_is_written_is_read(void **state)
{
    struct pipe pipe = pipe_new(4096);
    char buffer[16];
    uint64_t count;

    assert_status(write_file(pipe.writer, "hello", 5, &count), STATUS_SUCCESS);
    assert_int_equal(count, 5);
    assert_status(read_file(pipe.reader, buffer, sizeof(buffer), &count), STATUS_SUCCESS);
    assert_int_equal(count, 5);
    assert_memory_equal(buffer, "hello", 5);
    pipe_close(&pipe);
}

static void a_pipe_takes_the_size_it_was_made_with_in_pieces_of_any_size(void **state)
{
    static const uint32_t sizes[] = {1, 4096, 32768, 40000, 65536, 200000, 500000};
    static const uint32_t pieces[] = {1000, 2049, 2731, 4095, 4097};
    static char data[8192];

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
            struct pipe pipe = pipe_new(sizes[i]);
            uint32_t rest = sizes[i];
            uint64_t count;

            for (; rest; rest -= (uint32_t)count) { /* an alarm ends a write that waits */
                uint32_t piece = rest < pieces[k] ? rest : pieces[k];

                assert_status(write_file(pipe.writer, data, piece, &count), STATUS_SUCCESS);
                assert_int_equal(count, piece);
            }
            pipe_close(&pipe);
        }
    }
}

static volatile sig_atomic_t pipe_signals;

static void on_sigpipe(int signal)
{
    pipe_signals++;
}

static void a_pipe_without_a_reader_is_closing_and_no_signal_comes(void **state)
{
    struct sigaction count_it = {.sa_handler = on_sigpipe}, before;
    struct pipe pipe = pipe_new(4096);
    uint64_t count;
    sigset_t pending;

    pipe_signals = 0;
    sigaction(SIGPIPE, &count_it, &before);
    file_close(&pipe.reader);
    for (int i = 0; i < 3; i++) {
        assert_status(write_file(pipe.writer, "x", 1, &count), STATUS_PIPE_CLOSING);
        assert_int_equal(count, 0);
    }
    pipe.writer->is_nowait = true;
    assert_status(write_file(pipe.writer, "x", 1, &count), STATUS_PIPE_CLOSING);
    sigpending(&pending);
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    assert_int_equal(pipe_signals, 0);
    sigaction(SIGPIPE, &before, &count_it);
    assert_ptr_equal(count_it.sa_handler, on_sigpipe);
    pipe_close(&pipe);
}

static void a_socket_without_its_peer_is_closing_and_no_signal_comes(void **state)
{
    struct sigaction count_it = {.sa_handler = on_sigpipe}, before;
    struct tsm_fd_file *file;
    uint64_t count;
    char byte;
    int ends[2];

    pipe_signals = 0;
    sigaction(SIGPIPE, &count_it, &before);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    file = tsm_fd_file_new(ends[0]);
    assert_status(write_file(file, "ab", 2, &count), STATUS_SUCCESS);
    assert_int_equal(read(ends[1], &byte, 1), 1);
    assert_int_equal(write(ends[1], "c", 1), 1);
    assert_status(read_file(file, &byte, 1, &count), STATUS_SUCCESS);
    assert_int_equal(byte, 'c');
    close(ends[1]);
    assert_status(write_file(file, "x", 1, &count), STATUS_PIPE_CLOSING);
    assert_int_equal(pipe_signals, 0);
    sigaction(SIGPIPE, &before, NULL);
    file_close(&file);
}

struct call {
    struct tsm_fd_file *file;
    char *buffer;
    uint32_t length;
    uint64_t count;
    NTSTATUS status;
    uint32_t tid;
    pthread_t thread;
};

static void *call_write(void *argument)
{
    struct call *call = argument;

    __atomic_store_n(&call->tid, tsm_teb_tid(), __ATOMIC_RELEASE);
    call->status = write_file(call->file, call->buffer, call->length, &call->count);
    return NULL;
}

static void *call_read(void *argument)
{
    struct call *call = argument;

    __atomic_store_n(&call->tid, tsm_teb_tid(), __ATOMIC_RELEASE);
    call->status = read_file(call->file, call->buffer, call->length, &call->count);
    return NULL;
}

/* Starts the call and lets it come to its wait. */
static void call_start(struct call *call, void *(*run)(void *))
{
    call->thread = support_thread(run, call);
    support_sleep_ms(40);
}

static void a_write_that_loses_its_reader_is_broken(void **state)
{
    static char data[1000000];
    struct pipe pipe = pipe_new(4096);
    struct call call = {.file = pipe.writer, .buffer = data, .length = sizeof(data)};

    call_start(&call, call_write);
    file_close(&pipe.reader);
    pthread_join(call.thread, NULL);
    assert_status(call.status, STATUS_PIPE_BROKEN);
    assert_int_equal(call.count, 0);
    pipe_close(&pipe);
}

static void a_read_that_loses_its_writer_is_broken(void **state)
{
    struct pipe pipe = pipe_new(4096);
    char byte;
    struct call call = {.file = pipe.reader, .buffer = &byte, .length = 1};
    uint64_t count;

    call_start(&call, call_read);
    file_close(&pipe.writer);
    pthread_join(call.thread, NULL);
    assert_status(call.status, STATUS_PIPE_BROKEN);
    assert_status(read_file(pipe.reader, &byte, 1, &count), STATUS_PIPE_BROKEN);
    assert_status(read_file(pipe.reader, &byte, 0, &count), STATUS_PIPE_BROKEN);
    pipe_close(&pipe);
}

static void on_interrupt(int signal)
{
}

static void signals_do_not_end_a_waiting_call(void **state)
{
    static char data[300000];
    struct sigaction interrupt = {.sa_handler = on_interrupt}, before; /* no SA_RESTART */
    struct pipe pipe = pipe_new(4096);
    char byte = 0, *drained = malloc(sizeof(data));
    struct call reading = {.file = pipe.reader, .buffer = &byte, .length = 1};
    struct call writing = {.file = pipe.writer, .buffer = data, .length = sizeof(data)};
    uint64_t count, total = 0;

    sigaction(SIGUSR1, &interrupt, &before);
    call_start(&reading, call_read);
    for (int i = 0; i < 5; i++, support_sleep_ms(5))
        pthread_kill(reading.thread, SIGUSR1);
    assert_status(write_file(pipe.writer, "x", 1, &count), STATUS_SUCCESS);
    pthread_join(reading.thread, NULL);
    assert_status(reading.status, STATUS_SUCCESS);
    assert_int_equal(byte, 'x');

    call_start(&writing, call_write);
    for (int i = 0; i < 5; i++, support_sleep_ms(5))
        pthread_kill(writing.thread, SIGUSR1);
    for (; total < sizeof(data); total += count)
        assert_status(read_file(pipe.reader, drained, sizeof(data), &count), STATUS_SUCCESS);
    pthread_join(writing.thread, NULL);
    assert_status(writing.status, STATUS_SUCCESS);
    assert_int_equal(writing.count, sizeof(data));
    sigaction(SIGUSR1, &before, NULL);
    free(drained);
    pipe_close(&pipe);
}

static void not_waiting_leaves_the_descriptor_as_it_is(void **state)
{
    struct pipe pipe = pipe_new(4096);
    char byte;
    uint64_t count;

    pipe.reader->is_nowait = pipe.writer->is_nowait = true;
    assert_status(read_file(pipe.reader, &byte, 1, &count), STATUS_PIPE_EMPTY);
    assert_status(read_file(pipe.reader, &byte, 0, &count), STATUS_PIPE_EMPTY);
    assert_status(write_file(pipe.writer, "x", 1, &count), STATUS_SUCCESS);
    assert_int_equal(count, 1);
    assert_status(read_file(pipe.reader, &byte, 1, &count), STATUS_SUCCESS);
    assert_int_equal(byte, 'x');
    assert_int_equal(fcntl(pipe.reader->fd, F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(pipe.writer->fd, F_GETFL) & O_NONBLOCK, 0);
    file_close(&pipe.writer);
    assert_status(read_file(pipe.reader, &byte, 1, &count), STATUS_PIPE_BROKEN);
    pipe_close(&pipe);
}

static void a_write_that_may_not_wait_is_all_or_nothing_by_the_size_asked_for(void **state)
{
    static char data[4097];
    struct pipe pipe = pipe_new(4096);
    uint64_t count;

    pipe.writer->is_nowait = true;
    assert_status(write_file(pipe.writer, data, 4097, &count), STATUS_SUCCESS);
    assert_int_equal(count, 0);
    assert_status(write_file(pipe.writer, data, 4000, &count), STATUS_SUCCESS);
    assert_int_equal(count, 4000);
    assert_status(write_file(pipe.writer, data, 97, &count), STATUS_SUCCESS);
    assert_int_equal(count, 0);
    assert_status(write_file(pipe.writer, data, 96, &count), STATUS_SUCCESS);
    assert_int_equal(count, 96);
    file_close(&pipe.reader);
    assert_status(write_file(pipe.writer, data, 4097, &count), STATUS_PIPE_CLOSING);
    pipe_close(&pipe);
}

static void a_descriptor_that_somebody_made_nonblocking_waits_all_the_same(void **state)
{
    static char data[200000];
    struct pipe pipe = pipe_new(4096);
    char byte, *drained = malloc(sizeof(data));
    struct call reading = {.file = pipe.reader, .buffer = &byte, .length = 1};
    struct call writing = {.file = pipe.writer, .buffer = data, .length = sizeof(data)};
    uint64_t count, total = 0;

    fcntl(pipe.reader->fd, F_SETFL, O_NONBLOCK);
    fcntl(pipe.writer->fd, F_SETFL, O_NONBLOCK);
    call_start(&reading, call_read);
    assert_status(write_file(pipe.writer, "x", 1, &count), STATUS_SUCCESS);
    pthread_join(reading.thread, NULL);
    assert_status(reading.status, STATUS_SUCCESS);
    call_start(&writing, call_write);
    for (; total < sizeof(data); total += count)
        assert_status(read_file(pipe.reader, drained, sizeof(data), &count), STATUS_SUCCESS);
    pthread_join(writing.thread, NULL);
    assert_int_equal(writing.count, sizeof(data));
    free(drained);
    pipe_close(&pipe);
}

#define PIECE  10000 /* more than the kernel keeps together */
#define PIECES 60

static void *write_pieces(void *argument)
{
    struct call *call = argument;
    uint64_t count;

    for (int i = 0; i < PIECES; i++)
        if (!NT_SUCCESS(write_file(call->file, call->buffer, PIECE, &count)) || count != PIECE)
            call->status = STATUS_UNSUCCESSFUL;
    return NULL;
}

static void writes_of_threads_are_not_torn(void **state)
{
    struct pipe pipe = pipe_new(4096);
    struct call calls[3];
    char *data = malloc(3 * PIECES * PIECE), *buffers[3];
    size_t total = 0;
    uint64_t count;

    for (int i = 0; i < 3; i++) {
        buffers[i] = malloc(PIECE);
        memset(buffers[i], 'a' + i, PIECE);
        calls[i] = (struct call){.file = pipe.writer, .buffer = buffers[i]};
        calls[i].thread = support_thread(write_pieces, &calls[i]);
    }
    for (; total < 3 * PIECES * PIECE; total += count)
        assert_status(read_file(pipe.reader, data + total, 5000, &count), STATUS_SUCCESS);
    for (int i = 0; i < 3; i++) {
        pthread_join(calls[i].thread, NULL);
        assert_status(calls[i].status, STATUS_SUCCESS);
        free(buffers[i]);
    }
    for (size_t i = 0; i < 3 * PIECES * PIECE; i++)
        assert_int_equal(data[i], data[i - i % PIECE]);
    free(data);
    pipe_close(&pipe);
}

static void bad_buffers_are_refused_and_lose_nothing(void **state)
{
    struct pipe pipe = pipe_new(4096);
    char byte;
    uint64_t count;
    uint32_t copied;

    assert_status(write_file(pipe.writer, BAD_POINTER, 10, &count), STATUS_ACCESS_VIOLATION);
    assert_status(write_file(pipe.writer, "x", 1, &count), STATUS_SUCCESS);
    assert_status(read_file(pipe.reader, BAD_POINTER, 10, &count), STATUS_ACCESS_VIOLATION);
    assert_status(tsm_fd_pipe_peek(pipe.reader->fd, BAD_POINTER, 10, &copied),
                  STATUS_ACCESS_VIOLATION);
    assert_status(read_file(pipe.reader, &byte, 1, &count), STATUS_SUCCESS);
    assert_int_equal(byte, 'x');
    pipe_close(&pipe);
}

static void flushing_waits_for_the_reader(void **state)
{
    struct pipe pipe = pipe_new(4096);
    char buffer[4];
    struct call call = {.file = pipe.reader, .buffer = buffer, .length = 4};
    uint64_t count;

    assert_status(flush_file(pipe.writer), STATUS_SUCCESS);
    assert_status(write_file(pipe.writer, "abc", 3, &count), STATUS_SUCCESS);
    assert_status(flush_file(pipe.reader), STATUS_SUCCESS);
    call.thread = support_thread(call_read, &call);
    assert_status(flush_file(pipe.writer), STATUS_SUCCESS);
    pthread_join(call.thread, NULL);
    assert_int_equal(call.count, 3);
    assert_status(write_file(pipe.writer, "abc", 3, &count), STATUS_SUCCESS);
    file_close(&pipe.reader);
    assert_status(flush_file(pipe.writer), STATUS_SUCCESS); /* the rest went with its reader */
    pipe_close(&pipe);
}

static void peeking_sees_bytes_in_many_pieces(void **state)
{
    struct pipe pipe = pipe_new(300000);
    static char data[200000], copy[200000];
    uint64_t count;
    uint32_t copied, total = 0;

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(i * 7 + i / 251);
    for (; total < 60 * 2500; total += 2500) /* each begins a page of its own */
        assert_status(write_file(pipe.writer, data + total, 2500, &count), STATUS_SUCCESS);
    assert_status(tsm_fd_pipe_peek(pipe.reader->fd, copy, sizeof(copy), &copied), STATUS_SUCCESS);
    assert_int_equal(copied, total);
    assert_memory_equal(copy, data, total);
    assert_status(tsm_fd_pipe_peek(pipe.reader->fd, copy, 10, &copied), STATUS_SUCCESS);
    assert_int_equal(copied, 10);
    assert_status(tsm_fd_pipe_waiting(pipe.reader->fd, &copied), STATUS_SUCCESS);
    assert_int_equal(copied, total);
    pipe_close(&pipe);
}

/* ---- files ---- */

static struct tsm_fd_file *temporary_file(void)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    assert_true(fd >= 0);

    struct tsm_fd_file *file = tsm_fd_file_new(fd);

    assert_int_equal(file->kind, TSM_FD_DISK);
    return file;
}

static void an_offset_of_its_own_moves_the_position_behind_it(void **state)
{
    struct tsm_fd_file *file = temporary_file();
    char buffer[8];
    struct tsm_io io;
    uint64_t count;

    assert_status(write_file(file, "0123456789", 10, &count), STATUS_SUCCESS);
    tsm_io_init(&io, &file->file, TSM_IO_READ);
    io.out = buffer;
    io.out_length = 3;
    assert_status(tsm_fd_file_transfer_at(file, &io, 2), STATUS_SUCCESS);
    assert_int_equal(io.information, 3);
    assert_memory_equal(buffer, "234", 3);
    assert_status(read_file(file, buffer, 2, &count), STATUS_SUCCESS);
    assert_memory_equal(buffer, "56", 2);
    assert_status(tsm_fd_file_transfer_at(file, &io, 10), STATUS_END_OF_FILE);
    assert_status(tsm_fd_file_transfer_at(file, &io, -5), STATUS_INVALID_PARAMETER);
    tsm_io_init(&io, &file->file, TSM_IO_WRITE);
    io.in = "ab";
    io.in_length = 2;
    assert_status(tsm_fd_file_transfer_at(file, &io, TSM_OFFSET_APPEND), STATUS_SUCCESS);
    assert_int_equal(lseek(file->fd, 0, SEEK_CUR), 12);
    assert_status(tsm_fd_file_transfer_at(file, &io, 0), STATUS_SUCCESS);
    assert_int_equal(lseek(file->fd, 0, SEEK_CUR), 2);
    file_close(&file);
}

static void the_end_of_a_file_is_a_successful_read_of_nothing(void **state)
{
    struct tsm_fd_file *file = temporary_file();
    char byte;
    uint64_t count = 7;

    assert_status(read_file(file, &byte, 1, &count), STATUS_SUCCESS);
    assert_int_equal(count, 0);
    assert_status(flush_file(file), STATUS_SUCCESS);
    file_close(&file);
}

static void a_file_cannot_listen(void **state)
{
    struct tsm_fd_file *file = temporary_file();
    struct tsm_io io;

    tsm_io_init(&io, &file->file, TSM_IO_LISTEN);
    assert_status(tsm_file_run(&file->file, &io), STATUS_INVALID_DEVICE_REQUEST);
    file_close(&file);
}

static void a_child_gets_the_file_as_it_was(void **state)
{
    struct pipe pipe = pipe_new(1234);
    struct tsm_export description;
    struct tsm_object *object = NULL;
    struct tsm_fd_file *twin;

    tsm_fd_file_init();
    pipe.reader->is_nowait = true;
    assert_status(tsm_fd_file_object_ops.export(&pipe.reader->file.object, &description),
                  STATUS_SUCCESS);
    assert_int_equal(description.fd, pipe.reader->fd);
    description.fd = dup(description.fd);
    assert_status(tsm_import(&description, &object), STATUS_SUCCESS);
    twin = tsm_fd_file_from(tsm_file_from(object));
    assert_true(twin->is_nowait);
    assert_true(twin->is_read_end);
    assert_int_equal(twin->size, 1234);
    assert_int_equal(twin->kind, TSM_FD_PIPE);
    tsm_object_unref(object);
    pipe_close(&pipe);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read),
        TEST(a_pipe_takes_the_size_it_was_made_with_in_pieces_of_any_size),
        TEST(a_pipe_without_a_reader_is_closing_and_no_signal_comes),
        TEST(a_socket_without_its_peer_is_closing_and_no_signal_comes),
        TEST(a_write_that_loses_its_reader_is_broken),
        TEST(a_read_that_loses_its_writer_is_broken),
        TEST(signals_do_not_end_a_waiting_call),
        TEST(not_waiting_leaves_the_descriptor_as_it_is),
        TEST(a_write_that_may_not_wait_is_all_or_nothing_by_the_size_asked_for),
        TEST(a_descriptor_that_somebody_made_nonblocking_waits_all_the_same),
        TEST(writes_of_threads_are_not_torn),
        TEST(bad_buffers_are_refused_and_lose_nothing),
        TEST(flushing_waits_for_the_reader),
        TEST(peeking_sees_bytes_in_many_pieces),
        TEST(an_offset_of_its_own_moves_the_position_behind_it),
        TEST(the_end_of_a_file_is_a_successful_read_of_nothing),
        TEST(a_file_cannot_listen),
        TEST(a_child_gets_the_file_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
