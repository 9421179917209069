/* SPDX-License-Identifier: MIT */
#include "../os/name_folders.h"

#include <fcntl.h>
#include <unistd.h>

#include "channel/own_name.h"

#define MANY 64 /* instances from which on one leads */

static const struct tsm_pipe_params unlimited = {.direction = 3, .max_instances = 255};

/* The entry that clients are led to; empty: none. */
static const char *leader(const struct tsm_name_folder *folder)
{
    static char text[TSM_ENTRY_TEXT + 20];
    int file = openat(folder->fd, "N", O_RDONLY | O_CLOEXEC);

    text[0] = 0;
    if (file >= 0) {
        assert_int_equal(read(file, text, sizeof(text)), sizeof(text));
        close(file);
    }
    return text;
}

static struct tsm_own_listener listener_of(const char *entry)
{
    struct tsm_own_listener listener = {.entry = entry};

    return listener;
}

static struct tsm_own_name *join(const struct tsm_name_folder *folder, uint32_t times)
{
    struct tsm_own_name *name = NULL;

    while (times--)
        name = tsm_own_name_join(folder, &unlimited);
    assert_non_null(name);
    return name;
}

static void leave(struct tsm_own_name *name, uint32_t times)
{
    while (times--)
        assert_int_equal(tsm_own_name_leave(name), times == 0);
}

static void the_one_that_has_waited_longest_leads(void **state)
{
    struct tsm_name_folder folder = open_own(u"LEAD");
    struct tsm_own_name *name = join(&folder, MANY);
    struct tsm_own_listener one = listener_of("L1"), two = listener_of("L2"),
                            three = listener_of("L3");

    tsm_own_name_add(name, &folder, &one);
    tsm_own_name_add(name, &folder, &two);
    tsm_own_name_add(name, &folder, &three);
    assert_string_equal(leader(&folder), "L1");
    tsm_own_name_take_out(name, &folder, &two);
    assert_string_equal(leader(&folder), "L1");
    tsm_own_name_take_out(name, &folder, &one);
    assert_string_equal(leader(&folder), "L3");
    tsm_own_name_add(name, &folder, &one);
    assert_string_equal(leader(&folder), "L3");
    tsm_own_name_take_out(name, &folder, &three);
    assert_string_equal(leader(&folder), "L1");
    tsm_own_name_take_out(name, &folder, &one);
    tsm_own_name_take_out(name, &folder, &one); /* it was not there any more */
    leave(name, MANY);
    tsm_name_folder_close(&folder, u"LEAD", 4);
    assert_false(exists("LEAD"));
}

static void few_need_no_leader(void **state)
{
    struct tsm_name_folder folder = open_own(u"FEW");
    struct tsm_own_name *name = join(&folder, MANY - 1);
    struct tsm_own_listener one = listener_of("L1");

    tsm_own_name_add(name, &folder, &one);
    assert_string_equal(leader(&folder), "");
    tsm_own_name_take_out(name, &folder, &one);
    leave(name, MANY - 1);
    tsm_name_folder_close(&folder, u"FEW", 3);
}

static void a_listener_may_outlive_the_name(void **state)
{
    struct tsm_name_folder folder = open_own(u"OUTLIVED");
    struct tsm_own_name *name = join(&folder, 1);
    struct tsm_own_listener one = listener_of("L1");

    tsm_own_name_add(name, &folder, &one);
    leave(name, 1);
    tsm_own_listener_forget(&one);
    assert_true(tsm_list_is_empty(&one.node));
    tsm_name_folder_close(&folder, u"OUTLIVED", 8);
}

static void without_a_limit_most_creations_need_not_look(void **state)
{
    struct tsm_name_folder folder = open_own(u"ENOUGH");
    struct tsm_pipe_params params = {.max_instances = 3}, found;
    struct tsm_own_name *name;
    uint32_t looked = 0;

    assert_false(tsm_own_name_is_enough(&folder, &found));
    name = tsm_own_name_join(&folder, &params);
    assert_false(tsm_own_name_is_enough(&folder, &found)); /* they have to be counted */
    leave(name, 1);
    name = join(&folder, 400);
    for (int i = 0; i < 1160; i++)
        looked += !tsm_own_name_is_enough(&folder, &found);
    assert_int_equal(found.max_instances, 255);
    assert_int_equal(looked, 10);
    leave(name, 400);
    tsm_name_folder_close(&folder, u"ENOUGH", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_one_that_has_waited_longest_leads),
        TEST(few_need_no_leader),
        TEST(a_listener_may_outlive_the_name),
        TEST(without_a_limit_most_creations_need_not_look),
    };

    return cmocka_run_group_tests(tests, runtime_begin, runtime_end);
}
