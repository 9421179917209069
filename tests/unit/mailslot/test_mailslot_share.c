/* SPDX-License-Identifier: MIT */
/* Holders of one slot, here as two objects of one process. */
#include "support.h"

#include <fcntl.h>
#include <sys/resource.h>

#include "mailslot/mailslot.h"
#include "mailslot/mailslot_share_core.h"
#include "mailslot/mailslot_writer.h"
#include "os/fd.h"
#include "wire/pipe_hello.h"

#define NAME u"\\\\.\\mailslot\\unit\\share"

static struct tsm_mailslot *slot, *sharer;

static struct tsm_mailslot *import_from(struct tsm_mailslot *from)
{
    struct tsm_export export = {.fd = -1};
    struct tsm_object *object;

    assert_status(tsm_mailslot_share_export(&from->file.object, &export), STATUS_SUCCESS);
    assert_int_equal(export.type, TSM_IMPORT_SLOT);
    assert_true(export.is_fd_owned);
    assert_status(tsm_import(&export, &object), STATUS_SUCCESS);
    return tsm_mailslot_from(tsm_file_from(object));
}

static void slots_begin(void)
{
    assert_status(tsm_mailslot_create(NAME, 0, 0, false, &slot), STATUS_SUCCESS);
}

static void slots_end(void)
{
    if (sharer)
        tsm_object_unref(&sharer->file.object);
    tsm_object_unref(&slot->file.object);
    sharer = NULL;
}

static struct tsm_file *writer_new(void)
{
    struct tsm_file *writer;
    uint32_t granted;

    assert_status(tsm_mailslot_writer_open(NAME, GENERIC_WRITE, &writer, &granted), STATUS_SUCCESS);
    return writer;
}

static void put(struct tsm_file *writer, int number)
{
    struct tsm_io io;

    tsm_io_init(&io, writer, TSM_IO_WRITE);
    io.in = &number;
    io.in_length = sizeof(number);
    assert_status(tsm_file_run(writer, &io), STATUS_SUCCESS);
}

/* -1: there is none. */
static int take(struct tsm_mailslot *from)
{
    struct tsm_io io;
    int number = -1;
    NTSTATUS status;

    tsm_io_init(&io, &from->file, TSM_IO_READ);
    io.out = &number;
    io.out_length = sizeof(number);
    status = tsm_file_run(&from->file, &io);
    assert_true(status == STATUS_SUCCESS || status == STATUS_IO_TIMEOUT);
    return number;
}

static uint32_t count_of(struct tsm_mailslot *of)
{
    struct tsm_mailslot_info info;

    tsm_mailslot_query(of, &info);
    return info.count;
}

static void each_message_goes_to_one_of_them_in_its_order(void **state)
{
    struct tsm_file *first, *second;

    slots_begin();
    first = writer_new();
    put(first, 1);
    assert_int_equal(take(slot), 1);
    put(first, 2);
    sharer = import_from(slot);
    second = writer_new();
    for (int i = 3; i < 40; i++)
        put(i % 3 ? first : second, i);
    assert_int_equal(count_of(sharer), 38);
    for (int i = 2; i < 40; i++)
        assert_int_equal(take(i % 5 < 2 ? sharer : slot), i);
    assert_int_equal(take(sharer), -1);
    assert_int_equal(take(slot), -1);
    tsm_object_unref(&first->object);
    tsm_object_unref(&second->object);
    slots_end();
}

static void what_writers_left_before_and_behind_is_handed_on(void **state)
{
    slots_begin();
    for (int i = 0; i < 10; i++) {
        struct tsm_file *writer = writer_new();

        put(writer, i);
        tsm_object_unref(&writer->object);
        if (i == 4) {
            assert_int_equal(count_of(slot), 5);
            assert_int_equal(take(slot), 0);
            sharer = import_from(slot);
        }
    }
    assert_int_equal(count_of(sharer), 9);
    for (int i = 1; i < 10; i++)
        assert_int_equal(take(i % 2 ? sharer : slot), i);
    assert_int_equal(count_of(slot), 0);
    assert_int_equal(slot->link_total, 0);
    assert_int_equal(slot->kept_bytes, 0);
    slots_end();
}

/* A writer who says hello, and says it once more when it has been let in: that is what others find when
 * the one who let it in died before he took it away. */
static struct tsm_channel *say_hello_twice(void)
{
    const struct tsm_pipe_hello hello = {.protocol = TSM_PIPE_PROTOCOL, .access = TSM_HELLO_WRITES};
    uint8_t record[TSM_PIPE_HELLO_SIZE];
    struct tsm_mailslot_found found;
    struct tsm_name name;

    assert_status(tsm_name_parse_mailslot(NAME, &name, NULL), STATUS_SUCCESS);
    assert_status(tsm_mailslot_door_knock(&name, 0, NULL, &found), STATUS_SUCCESS);
    assert_int_equal(count_of(slot), 0);
    assert_int_equal(slot->link_count, 1);
    tsm_pipe_hello_encode(&hello, record);
    assert_status(
        tsm_unix_send(found.channel->socket, record, sizeof(record), found.channel->memfd),
        STATUS_SUCCESS);
    return found.channel;
}

static void a_hello_that_is_still_there_is_a_lie_to_one_reader_alone(void **state)
{
    struct tsm_channel *writer;

    slots_begin();
    writer = say_hello_twice();
    assert_int_equal(count_of(slot), 0);
    assert_int_equal(slot->link_count, 0);
    tsm_channel_close(writer, TSM_SIDE_CLOSED);
    sharer = import_from(slot);
    writer = say_hello_twice();
    assert_int_equal(count_of(sharer), 0);
    assert_int_equal(count_of(slot), 0);
    assert_int_equal(sharer->link_count, 1);
    assert_int_equal(slot->link_count, 1);
    tsm_channel_close(writer, TSM_SIDE_CLOSED);
    slots_end();
}

static void rows_do_not_grow_with_those_who_come_and_go(void **state)
{
    struct tsm_file *stays;

    slots_begin();
    sharer = import_from(slot);
    stays = writer_new();
    for (int i = 0; i < 600; i++) {
        struct tsm_file *writer = writer_new();

        put(i % 2 ? writer : stays, i);
        assert_int_equal(take(i % 7 ? sharer : slot), i);
        tsm_object_unref(&writer->object);
    }
    assert_int_equal(take(slot), -1);
    for (uint32_t i = 0; i < TSM_SLOT_SHARE_ROWS; i++)
        assert_true(slot->share->core->row_length[i] < TSM_SLOT_SHARE_ROW / 2);
    put(stays, 7);
    assert_int_equal(take(sharer), 7);
    tsm_object_unref(&stays->object);
    slots_end();
}

static void one_without_descriptors_looks_again(void **state)
{
    struct rlimit before, few;
    struct tsm_file *writer;

    slots_begin();
    sharer = import_from(slot);
    tsm_reactor_remove(&sharer->watch); /* it would be faster */
    writer = writer_new();
    put(writer, 1);
    put(writer, 2);
    assert_int_equal(take(slot), 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    tsm_mailslot_lock(sharer);
    assert_true(sharer->share->is_blind);
    tsm_mailslot_unlock(sharer);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(take(sharer), 2);
    assert_false(sharer->share->is_blind);
    tsm_object_unref(&writer->object);
    slots_end();
}

static void the_last_one_frees_the_name(void **state)
{
    struct tsm_mailslot *other;
    struct tsm_file *writer;
    struct tsm_io io;

    slots_begin();
    sharer = import_from(slot);
    writer = writer_new();
    tsm_object_unref(&slot->file.object);
    put(writer, 3);
    assert_int_equal(take(sharer), 3);
    assert_status(tsm_mailslot_create(NAME, 0, 0, false, &other), STATUS_OBJECT_NAME_COLLISION);
    tsm_object_unref(&sharer->file.object);
    sharer = NULL;
    tsm_io_init(&io, writer, TSM_IO_WRITE);
    assert_status(tsm_file_run(writer, &io), STATUS_FILE_FORCED_CLOSED);
    tsm_object_unref(&writer->object);
    slots_begin();
    slots_end();
}

static struct tsm_mailslot *import_beside_the_sender(bool is_for_one, int *senders)
{
    struct tsm_export export = {.fd = -1};
    struct tsm_object *object;

    assert_status(tsm_mailslot_share_export(&slot->file.object, &export), STATUS_SUCCESS);
    *senders = dup(export.fd);
    export.is_for_one = is_for_one;
    assert_status(tsm_import(&export, &object), STATUS_SUCCESS);
    return tsm_mailslot_from(tsm_file_from(object));
}

static void a_parcel_for_one_counts_no_more_when_it_has_come(void **state)
{
    int senders;

    slots_begin();
    sharer = import_beside_the_sender(true, &senders);
    slots_end();
    slots_begin(); /* the name is free */
    slots_end();
    close(senders);
}

static void what_was_inherited_can_be_had_again_from_who_does_not_know_us(void **state)
{
    struct tsm_export again = {.type = TSM_IMPORT_SLOT};
    struct tsm_mailslot *other;
    struct tsm_object *object;
    struct tsm_file *writer;

    slots_begin();
    sharer = import_beside_the_sender(false, &again.fd);
    slots_end();
    assert_status(tsm_mailslot_create(NAME, 0, 0, false, &other), STATUS_OBJECT_NAME_COLLISION);
    assert_status(tsm_import(&again, &object), STATUS_SUCCESS);
    slot = tsm_mailslot_from(tsm_file_from(object));
    writer = writer_new();
    put(writer, 4);
    assert_int_equal(take(slot), 4);
    tsm_object_unref(&writer->object);
    slots_end();
    slots_begin();
    slots_end();
}

static void a_slot_that_was_left_in_a_parcel_ends_with_it(void **state)
{
    int shells;

    slots_begin();
    sharer = import_beside_the_sender(false, &shells);
    slots_end();
    close(shells);
    slots_begin();
    slots_end();
}

static char folder[] = "/tmp/transom-unit-XXXXXX";

static int begin(void **state)
{
    if (!mkdtemp(folder) || setenv("TRANSOM_DIR", folder, 1) != 0)
        return 1;
    tsm_mailslot_share_init();
    /* The service thread and its descriptors stay. */
    if (!NT_SUCCESS(tsm_mailslot_create(NAME, 0, 0, false, &slot)))
        return 1;
    tsm_object_unref(&slot->file.object);
    return 0;
}

static int end(void **state)
{
    char command[100];

    snprintf(command, sizeof(command), "rm -r %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_message_goes_to_one_of_them_in_its_order),
        TEST(what_writers_left_before_and_behind_is_handed_on),
        TEST(a_hello_that_is_still_there_is_a_lie_to_one_reader_alone),
        TEST(rows_do_not_grow_with_those_who_come_and_go),
        TEST(one_without_descriptors_looks_again),
        TEST(the_last_one_frees_the_name),
        TEST(a_parcel_for_one_counts_no_more_when_it_has_come),
        TEST(what_was_inherited_can_be_had_again_from_who_does_not_know_us),
        TEST(a_slot_that_was_left_in_a_parcel_ends_with_it),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
