/* SPDX-License-Identifier: MIT */
/* Holders of one end, here as several objects of one process. */
#include "pair.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "io/file.h"
#include "os/fd.h"
#include "os/fd_box.h"
#include "os/memfd.h"
#include "pipe/pipe_info.h"
#include "pipe/pipe_share_core.h"

struct ends {
    struct tsm_pipe_end *server, *client, *sharer; /* of the client's end */
};

static struct tsm_file *import_from(struct tsm_pipe_end *end)
{
    struct tsm_export export = {.fd = -1};
    struct tsm_object *object;

    assert_status(tsm_pipe_share_export(&end->file.object, &export), STATUS_SUCCESS);
    assert_int_equal(export.type, TSM_IMPORT_PIPE_END);
    assert_true(export.is_fd_owned);
    assert_status(tsm_import(&export, &object), STATUS_SUCCESS);
    return tsm_file_from(object);
}

static struct ends ends_new(void)
{
    struct pair pair = pair_new();

    return (struct ends){pair.server, pair.client, tsm_pipe_end_from(import_from(pair.client))};
}

static void ends_free(struct ends *ends)
{
    end_unref(ends->sharer);
    end_unref(ends->client);
    end_unref(ends->server);
}

/* A write may pend, and ends with the end then: a request is not used again before. */
static NTSTATUS write_to(struct tsm_pipe_end *end, const void *data, uint32_t length)
{
    static struct tsm_io requests[256];
    static uint32_t next;
    struct tsm_io *io = &requests[next++ % TSM_COUNT_OF(requests)];

    tsm_io_init(io, &end->file, TSM_IO_WRITE);
    io->in = data;
    io->in_length = length;
    return tsm_file_submit(&end->file, io);
}

static NTSTATUS read_from(struct tsm_pipe_end *end, char *buffer, uint32_t size, uint64_t *count)
{
    struct tsm_io io;
    uint32_t nowait = PIPE_NOWAIT | PIPE_READMODE_MESSAGE;
    NTSTATUS status;

    status = tsm_pipe_info_set_state(end, nowait);
    if (!NT_SUCCESS(status))
        return status;
    tsm_io_init(&io, &end->file, TSM_IO_READ);
    io.out = buffer;
    io.out_length = size;
    status = tsm_file_submit(&end->file, &io);
    *count = io.information;
    return status;
}

static void expect_message(struct tsm_pipe_end *end, const char *text)
{
    char buffer[128];
    uint64_t count = 0;

    assert_status(read_from(end, buffer, sizeof(buffer), &count), STATUS_SUCCESS);
    assert_int_equal(count, strlen(text));
    assert_memory_equal(buffer, text, count);
}

static void holders_use_one_end(void **state)
{
    struct ends ends = ends_new();

    assert_status(write_to(ends.client, "one", 3), STATUS_SUCCESS);
    assert_status(write_to(ends.sharer, "two", 3), STATUS_SUCCESS);
    assert_status(write_to(ends.client, "three", 5), STATUS_SUCCESS);
    expect_message(ends.server, "one");
    expect_message(ends.server, "two");
    expect_message(ends.server, "three");
    assert_status(write_to(ends.server, "four", 4), STATUS_SUCCESS);
    assert_status(write_to(ends.server, "five", 4), STATUS_SUCCESS);
    expect_message(ends.sharer, "four");
    expect_message(ends.client, "five");
    ends_free(&ends);
}

static void the_first_to_close_leaves_and_the_last_says_goodbye(void **state)
{
    struct ends ends = ends_new();
    char byte;
    uint64_t count;

    end_unref(ends.client);
    assert_status(write_to(ends.sharer, "still", 5), STATUS_SUCCESS);
    expect_message(ends.server, "still");
    assert_status(read_from(ends.server, &byte, 1, &count), STATUS_PIPE_EMPTY);
    end_unref(ends.sharer);
    assert_status(read_from(ends.server, &byte, 1, &count), STATUS_PIPE_BROKEN);
    end_unref(ends.server);
}

static void a_parcel_that_nobody_opens_counts_as_a_holder(void **state)
{
    struct ends ends = ends_new();
    struct tsm_export export = {.fd = -1};
    bool is_broken = false;
    char byte;
    uint64_t count;

    assert_status(tsm_pipe_share_export(&ends.client->file.object, &export), STATUS_SUCCESS);
    end_unref(ends.client);
    end_unref(ends.sharer);
    assert_status(read_from(ends.server, &byte, 1, &count), STATUS_PIPE_EMPTY);
    close(export.fd);
    for (int i = 0; i < 2000 && !is_broken; i++) {
        support_sleep_ms(5);
        is_broken = read_from(ends.server, &byte, 1, &count) == STATUS_PIPE_BROKEN;
    }
    assert_true(is_broken);
    end_unref(ends.server);
}

static struct tsm_pipe_end *import_beside_the_sender(struct tsm_pipe_end *end, bool is_for_one,
                                                     int *senders)
{
    struct tsm_export export = {.fd = -1};
    struct tsm_object *object;

    assert_status(tsm_pipe_share_export(&end->file.object, &export), STATUS_SUCCESS);
    *senders = dup(export.fd);
    export.is_for_one = is_for_one;
    assert_status(tsm_import(&export, &object), STATUS_SUCCESS);
    return tsm_pipe_end_from(tsm_file_from(object));
}

static void a_parcel_for_one_counts_no_more_when_it_has_come(void **state)
{
    struct ends ends = ends_new();
    int senders;
    struct tsm_pipe_end *receiver = import_beside_the_sender(ends.client, true, &senders);
    uint64_t count;
    char byte;

    end_unref(ends.client);
    end_unref(ends.sharer);
    assert_status(write_to(receiver, "still", 5), STATUS_SUCCESS);
    expect_message(ends.server, "still");
    end_unref(receiver);
    assert_status(read_from(ends.server, &byte, 1, &count), STATUS_PIPE_BROKEN);
    close(senders);
    end_unref(ends.server);
}

static void what_was_inherited_can_be_had_again_from_who_does_not_know_us(void **state)
{
    struct ends ends = ends_new();
    int shells;
    struct tsm_pipe_end *first = import_beside_the_sender(ends.client, false, &shells), *second;
    struct tsm_export again = {.type = TSM_IMPORT_PIPE_END, .fd = shells};
    struct tsm_object *object;
    uint64_t count;
    char byte;

    end_unref(ends.client);
    end_unref(ends.sharer);
    end_unref(first);
    assert_status(read_from(ends.server, &byte, 1, &count), STATUS_PIPE_EMPTY);
    assert_status(tsm_import(&again, &object), STATUS_SUCCESS);
    second = tsm_pipe_end_from(tsm_file_from(object));
    assert_status(write_to(second, "again", 5), STATUS_SUCCESS);
    expect_message(ends.server, "again");
    end_unref(second);
    assert_status(read_from(ends.server, &byte, 1, &count), STATUS_PIPE_BROKEN);
    end_unref(ends.server);
}

static void a_listening_end_is_shared_too(void **state)
{
    struct ends ends = ends_new();
    struct tsm_pipe_end *sharer = tsm_pipe_end_from(import_from(ends.server));
    struct tsm_io io;

    expect_message(sharer, (assert_status(write_to(ends.client, "a", 1), STATUS_SUCCESS), "a"));
    assert_status(tsm_pipe_server_disconnect(sharer), STATUS_SUCCESS);
    assert_status(tsm_pipe_server_disconnect(ends.server), STATUS_PIPE_DISCONNECTED);
    tsm_io_init(&io, &ends.server->file, TSM_IO_LISTEN);
    assert_status(tsm_file_submit(&ends.server->file, &io), STATUS_PIPE_LISTENING);
    assert_status(tsm_pipe_server_disconnect(sharer), STATUS_SUCCESS);
    assert_status(write_to(ends.server, "x", 1), STATUS_PIPE_DISCONNECTED);
    end_unref(sharer);
    ends_free(&ends);
}

static void a_holder_without_descriptors_follows_when_it_has_some(void **state)
{
    struct ends ends = ends_new();
    struct tsm_pipe_end *sharer = tsm_pipe_end_from(import_from(ends.server));
    struct rlimit before, few;
    struct tsm_io io;

    assert_status(tsm_pipe_info_set_state(ends.server, PIPE_NOWAIT), STATUS_SUCCESS);
    assert_status(tsm_pipe_server_disconnect(ends.server), STATUS_SUCCESS);
    tsm_io_init(&io, &ends.server->file, TSM_IO_LISTEN);
    assert_status(tsm_file_submit(&ends.server->file, &io), STATUS_PIPE_LISTENING);

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)dup(0);
    close((int)few.rlim_cur);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_status(write_to(sharer, "x", 1), STATUS_PIPE_LISTENING);
    assert_status(tsm_pipe_server_disconnect(ends.server), STATUS_SUCCESS);
    assert_status(write_to(sharer, "x", 1), STATUS_PIPE_DISCONNECTED);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);

    tsm_io_init(&io, &sharer->file, TSM_IO_LISTEN);
    assert_status(tsm_file_submit(&sharer->file, &io), STATUS_PIPE_LISTENING);
    assert_status(write_to(ends.server, "x", 1), STATUS_PIPE_LISTENING);
    end_unref(sharer);
    ends_free(&ends);
}

static void without_descriptors_an_end_stays_in_its_process(void **state)
{
    struct ends ends = ends_new();
    struct tsm_export export = {.fd = -1};
    struct rlimit before, few;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)dup(0);
    close((int)few.rlim_cur);
    /* One more each time: whichever step has no descriptor leaves none behind. */
    for (int i = 0; i < 40; i++) {
        NTSTATUS status;

        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        status = tsm_pipe_share_export(&ends.server->file.object, &export);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_status(write_to(ends.client, "a", 1), STATUS_SUCCESS);
        expect_message(ends.server, "a");
        if (NT_SUCCESS(status))
            break;
        assert_int_equal(export.fd, -1);
        few.rlim_cur++;
    }
    assert_true(export.fd >= 0);
    close(export.fd);
    ends_free(&ends);
}

/* ---- parcels of others ---- */

static void refuse(const void *record, size_t length, const int *fds, uint32_t count)
{
    struct tsm_export export = {.type = TSM_IMPORT_PIPE_END};
    struct tsm_fd_box box;
    struct tsm_object *object;

    assert_status(tsm_fd_box_new(&box), STATUS_SUCCESS);
    if (length)
        assert_status(tsm_fd_box_post(&box, 0, record, length, fds, count), STATUS_SUCCESS);
    export.fd = box.ends[1];
    assert_false(NT_SUCCESS(tsm_import(&export, &object)));
    tsm_fd_box_close(&box);
}

static void what_is_no_parcel_is_refused(void **state)
{
    struct tsm_export export = {.type = TSM_IMPORT_PIPE_END, .fd = -1};
    const uint32_t good[] = {TSM_SHARE_MAGIC, TSM_SHARE_VERSION}, other[] = {1, 2};
    struct tsm_object *object;
    int small, empty, file = open("/dev/null", O_RDWR | O_CLOEXEC);

    assert_false(NT_SUCCESS(tsm_import(&export, &object)));
    export.fd = file;
    assert_false(NT_SUCCESS(tsm_import(&export, &object)));
    assert_status(tsm_memfd_new(4096, &small), STATUS_SUCCESS);
    assert_status(tsm_memfd_new(TSM_SHARE_SIZE, &empty), STATUS_SUCCESS);
    refuse(NULL, 0, NULL, 0);
    refuse("short", 5, NULL, 0);
    refuse(other, sizeof(other), (int[]){empty, file, file}, 3);
    refuse(good, sizeof(good), NULL, 0);
    refuse(good, sizeof(good), (int[]){empty}, 1);
    refuse(good, sizeof(good), (int[]){file, file, file}, 3);
    refuse(good, sizeof(good), (int[]){small, file, file}, 3);
    refuse(good, sizeof(good), (int[]){empty, file, file}, 3);
    refuse(good, sizeof(good), (int[]){empty, file, file, file, file}, 5);
    close(small);
    close(empty);
    close(file);
}

/* ---- memory that others have written to ---- */

static void numbers_out_of_range_close_the_connection(void **state)
{
    struct ends ends = ends_new();
    struct tsm_share_state *now = tsm_share_current(ends.client->share->core);
    char buffer[16];
    uint64_t count;

    now->writer.run_count = 1000;
    assert_false(NT_SUCCESS(write_to(ends.client, "x", 1)) &&
                 NT_SUCCESS(write_to(ends.client, "x", 1)));
    assert_status(read_from(ends.server, buffer, sizeof(buffer), &count), STATUS_PIPE_BROKEN);
    ends_free(&ends);
}

static uint32_t chance(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

/* Any word but those of the lock, of which a holder can always keep the others. */
static volatile uint32_t *any_word(struct tsm_share_core *core, uint64_t *seed)
{
    static const struct {
        size_t begin, end;
    } parts[] = {
        {offsetof(struct tsm_share_core, table.used_count), sizeof(struct tsm_holder_table)},
        {offsetof(struct tsm_share_core, turn), offsetof(struct tsm_share_core, holders)},
        {offsetof(struct tsm_share_core, holders), sizeof(struct tsm_share_core)},
    };
    uint32_t part = chance(seed) % TSM_COUNT_OF(parts);
    size_t words = (parts[part].end - parts[part].begin) / sizeof(uint32_t);

    return (volatile uint32_t *)(void *)((char *)core + parts[part].begin) + chance(seed) % words;
}

static void nothing_that_a_holder_writes_leads_out_of_the_memory(void **state)
{
    uint64_t seed = 1;

    for (int round = 0; round < 60; round++) {
        struct ends ends = ends_new();
        struct tsm_share_core *core = ends.client->share->core;
        char buffer[64];
        uint64_t count;

        for (int i = 0; i < 40; i++) {
            *any_word(core, &seed) =
                chance(&seed) % 4 ? chance(&seed) % 64 : chance(&seed) * 2654435761u;
            (void)!NT_SUCCESS(write_to(i % 3 ? ends.client : ends.sharer, "message", 7));
            (void)!NT_SUCCESS(read_from(ends.server, buffer, sizeof(buffer), &count));
            (void)!NT_SUCCESS(write_to(ends.server, "message", 7));
            (void)!NT_SUCCESS(read_from(ends.sharer, buffer, sizeof(buffer), &count));
        }
        ends_free(&ends);
    }
}

/* It has a descriptor of its own, and stays. */
static int start_service_thread(void **state)
{
    struct ends ends;

    tsm_pipe_share_init();
    ends = ends_new();
    ends_free(&ends);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(holders_use_one_end),
        TEST(the_first_to_close_leaves_and_the_last_says_goodbye),
        TEST(a_parcel_that_nobody_opens_counts_as_a_holder),
        TEST(a_parcel_for_one_counts_no_more_when_it_has_come),
        TEST(what_was_inherited_can_be_had_again_from_who_does_not_know_us),
        TEST(a_listening_end_is_shared_too),
        TEST(a_holder_without_descriptors_follows_when_it_has_some),
        TEST(without_descriptors_an_end_stays_in_its_process),
        TEST(what_is_no_parcel_is_refused),
        TEST(numbers_out_of_range_close_the_connection),
        TEST(nothing_that_a_holder_writes_leads_out_of_the_memory),
    };

    return cmocka_run_group_tests(tests, start_service_thread, NULL);
}
