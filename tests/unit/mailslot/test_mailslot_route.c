/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdlib.h>
#include <sys/utsname.h>

#include "base/utf.h"
#include "mailslot/mailslot.h"
#include "mailslot/mailslot_route.h"
#include "mailslot/mailslot_writer.h"

static NTSTATUS route_of(const char *name, enum tsm_mailslot_route *out)
{
    char16_t *text = tsm_utf16_new(name);
    struct tsm_name parsed;
    NTSTATUS status = tsm_mailslot_route(text, out, &parsed);

    free(text);
    return status;
}

static const char *ours(const char *name)
{
    static char text[300];
    struct utsname system;

    assert_int_equal(uname(&system), 0);
    snprintf(text, sizeof(text), "\\\\%s\\mailslot\\%s", system.nodename, name);
    return text;
}

static void each_form_has_its_route(void **state)
{
    enum tsm_mailslot_route route;

    assert_status(route_of("\\\\.\\mailslot\\x", &route), STATUS_SUCCESS);
    assert_int_equal(route, TSM_ROUTE_SLOT);
    assert_status(route_of("\\\\*\\mailslot\\x", &route), STATUS_SUCCESS);
    assert_int_equal(route, TSM_ROUTE_EVERYONE);
    assert_status(route_of("\\\\localhost\\mailslot\\x", &route), STATUS_SUCCESS);
    assert_int_equal(route, TSM_ROUTE_MACHINE);
    assert_status(route_of(ours("x"), &route), STATUS_SUCCESS);
    assert_int_equal(route, TSM_ROUTE_MACHINE);
    assert_status(route_of("\\\\elsewhere.example\\mailslot\\x", &route), STATUS_BAD_NETWORK_PATH);
    assert_status(route_of("\\\\.\\pipe\\x", &route), STATUS_OBJECT_NAME_INVALID);
}

static NTSTATUS put(struct tsm_file *file, const void *bytes, uint32_t length)
{
    struct tsm_io io;

    tsm_io_init(&io, file, TSM_IO_WRITE);
    io.in = bytes;
    io.in_length = length;
    return tsm_file_run(file, &io);
}

/* As to a machine that is not ours, nobody can tell whether there is such a slot. */
static void a_message_to_our_machine_reaches_the_slot_that_is_there_then(void **state)
{
    static const char bytes[1000];
    char16_t *text = tsm_utf16_new(ours("Unit\\Route"));
    struct tsm_mailslot *slot;
    struct tsm_mailslot_info info;
    struct tsm_file *writer;
    uint32_t granted;

    assert_status(tsm_mailslot_writer_open(text, GENERIC_WRITE, &writer, &granted), STATUS_SUCCESS);
    assert_status(put(writer, bytes, 10), STATUS_SUCCESS);
    for (int i = 0; i < 2; i++) {
        assert_status(tsm_mailslot_create(u"\\\\.\\mailslot\\unit\\route", 900, 0, false, &slot),
                      STATUS_SUCCESS);
        assert_status(put(writer, bytes, 500), STATUS_SUCCESS);
        assert_status(put(writer, bytes, 901), STATUS_SUCCESS);
        tsm_mailslot_query(slot, &info);
        assert_int_equal(info.count, 1);
        assert_int_equal(info.next_size, 500);
        tsm_object_unref(&slot->file.object);
        assert_status(put(writer, bytes, 10), STATUS_SUCCESS);
    }
    tsm_object_unref(&writer->object);
    free(text);
}

static char folder[] = "/tmp/transom-unit-XXXXXX";

static int begin(void **state)
{
    struct tsm_mailslot *slot;

    if (!mkdtemp(folder) || setenv("TRANSOM_DIR", folder, 1) != 0)
        return 1;
    /* The service thread and its descriptor stay. */
    if (!NT_SUCCESS(tsm_mailslot_create(u"\\\\.\\mailslot\\first", 0, 0, false, &slot)))
        return 1;
    tsm_object_unref(&slot->file.object);
    return 0;
}

static int end(void **state)
{
    char user[80];

    snprintf(user, sizeof(user), "%s/u%u", folder, (unsigned)geteuid());
    return rmdir(user) | rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_form_has_its_route),
        TEST(a_message_to_our_machine_reaches_the_slot_that_is_there_then),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
