/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "os/fd_pipe.h"
#include "pipe/anonymous_pipe.h"

struct ends {
    struct tsm_file *reader, *writer;
};

static struct ends ends_new(uint32_t size)
{
    struct ends made;

    assert_status(tsm_anonymous_pipe_new(size, &made.reader, &made.writer), STATUS_SUCCESS);
    return made;
}

static void put(struct tsm_file *writer, const char *text)
{
    uint32_t count;

    assert_status(
        tsm_fd_pipe_write(tsm_fd_file_from(writer)->fd, text, (uint32_t)strlen(text), &count),
        STATUS_SUCCESS);
}

static void the_size_asked_for_is_kept_and_nothing_means_4096(void **state)
{
    static const struct {
        uint32_t asked, kept;
    } sizes[] = {{0, 4096}, {1, 1}, {32792, 32792}, {1000000000, 1000000000}};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct ends ends = ends_new(sizes[i].asked);

        assert_int_equal(tsm_anonymous_pipe_from(ends.reader)->size, sizes[i].kept);
        assert_int_equal(tsm_anonymous_pipe_from(ends.writer)->size, sizes[i].kept);
        assert_true(tsm_anonymous_pipe_from(ends.reader)->is_read_end);
        assert_false(tsm_anonymous_pipe_from(ends.writer)->is_read_end);
        tsm_file_unrefp(&ends.reader);
        tsm_file_unrefp(&ends.writer);
    }
}

static void a_peek_copies_and_reports_without_taking(void **state)
{
    struct ends ends = ends_new(0);
    struct tsm_fd_file *reader = tsm_anonymous_pipe_from(ends.reader);
    struct tsm_pipe_peek peek;
    char buffer[8] = "";

    assert_status(tsm_anonymous_pipe_peek(reader, buffer, sizeof(buffer), &peek), STATUS_SUCCESS);
    assert_int_equal(peek.read, 0);
    assert_int_equal(peek.available, 0);
    assert_int_equal(peek.left, 0);
    put(ends.writer, "hello");
    for (int i = 0; i < 2; i++) {
        assert_status(tsm_anonymous_pipe_peek(reader, buffer, 4, &peek), STATUS_SUCCESS);
        assert_int_equal(peek.read, 4);
        assert_int_equal(peek.available, 5);
        assert_int_equal(peek.left, 0xFFFFFFFC);
        assert_memory_equal(buffer, "hell", 4);
    }
    tsm_file_unrefp(&ends.reader);
    tsm_file_unrefp(&ends.writer);
}

static void a_peek_sees_the_rest_of_a_closed_pipe_and_then_its_end(void **state)
{
    struct ends ends = ends_new(0);
    struct tsm_fd_file *reader = tsm_anonymous_pipe_from(ends.reader);
    struct tsm_pipe_peek peek = {.available = 77};
    char buffer[8];
    uint32_t count;

    put(ends.writer, "x");
    tsm_file_unrefp(&ends.writer);
    assert_status(tsm_anonymous_pipe_peek(reader, buffer, 8, &peek), STATUS_SUCCESS);
    assert_int_equal(peek.available, 1);
    assert_status(tsm_fd_pipe_read(reader->fd, buffer, 8, &count), STATUS_SUCCESS);
    peek.available = 77;
    assert_status(tsm_anonymous_pipe_peek(reader, buffer, 8, &peek), STATUS_PIPE_BROKEN);
    assert_int_equal(peek.available, 77);
    tsm_file_unrefp(&ends.reader);
}

static void ordinary_files_are_no_pipes(void **state)
{
    struct tsm_fd_open how = {.reads = true, .must_exist = true};
    bool existed;
    int fd;

    assert_status(tsm_fd_open("/dev/null", &how, &fd, &existed), STATUS_SUCCESS);

    struct tsm_fd_file *file = tsm_fd_file_new(fd);

    assert_null(tsm_anonymous_pipe_from(&file->file));
    tsm_object_unref(&file->file.object);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(the_size_asked_for_is_kept_and_nothing_means_4096),
        TEST(a_peek_copies_and_reports_without_taking),
        TEST(a_peek_sees_the_rest_of_a_closed_pipe_and_then_its_end),
        TEST(ordinary_files_are_no_pipes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
