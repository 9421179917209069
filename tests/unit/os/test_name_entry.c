/* SPDX-License-Identifier: MIT */
#include "name_folders.h"

#include "os/unix_socket.h"

static void entries_come_in_the_order_of_their_numbers(void **state)
{
    static const char *const files[] = {
        "L0000000000000010.b",  "L0000000000000009.a", "K0000000000000001",   "L000000000000000a",
        "L00000000000000001.x", /* seventeen digits */
        "L000000000000001",     /* fifteen */
        "L000000000000000G.x",  "L0000000000000002x",  "X0000000000000001.x", "L0000000000000003.",
    };
    struct tsm_name_folder folder = open_own(u"ORDER");
    struct tsm_name_entry *entries = NULL;
    uint32_t count = 0;

    for (size_t i = 0; i < TSM_COUNT_OF(files); i++)
        close(openat(folder.fd, files[i], O_CREAT | O_WRONLY, 0600));
    assert_status(tsm_name_folder_list(&folder, "L", &entries, &count), STATUS_SUCCESS);
    assert_int_equal(count, 4);
    assert_int_equal(entries[0].seq, 3);
    assert_string_equal(entries[0].text, "");
    assert_int_equal(entries[1].seq, 9);
    assert_string_equal(entries[1].text, "a");
    assert_int_equal(entries[2].seq, 10);
    assert_int_equal(entries[3].seq, 16);
    assert_string_equal(entries[3].file, "L0000000000000010.b");
    free(entries);
    for (size_t i = 0; i < TSM_COUNT_OF(files); i++)
        unlinkat(folder.fd, files[i], 0);
    tsm_name_folder_close(&folder, u"ORDER", 5);
}

static void names_too_long_for_an_entry_are_none(void **state)
{
    struct tsm_name_folder folder = open_own(u"LONG");
    struct tsm_name_entry *entries = NULL;
    char file[256] = "L0000000000000001.";
    uint32_t count = 9;

    memset(file + 18, 'x', 200);
    file[218] = 0;
    close(openat(folder.fd, file, O_CREAT | O_WRONLY, 0600));
    assert_status(tsm_name_folder_list(&folder, "L", &entries, &count), STATUS_SUCCESS);
    assert_int_equal(count, 0);
    free(entries);
    unlinkat(folder.fd, file, 0);
    tsm_name_folder_close(&folder, u"LONG", 4);
}

static void numbers_grow_although_the_clock_is_behind(void **state)
{
    struct tsm_name_folder folder = open_own(u"SEQ");
    uint64_t first = tsm_name_next_seq(&folder), second = tsm_name_next_seq(&folder);
    char file[TSM_ENTRY_TEXT + 20];

    assert_true(second > first);
    tsm_name_entry_file('L', UINT64_C(0x7000000000000000), "x", file);
    assert_string_equal(file, "L7000000000000000.x");
    close(openat(folder.fd, file, O_CREAT | O_WRONLY, 0600));
    assert_true(tsm_name_next_seq(&folder) > UINT64_C(0x7000000000000000));
    tsm_name_entry_remove(&folder, file);
    tsm_name_folder_close(&folder, u"SEQ", 3);
}

static void a_sweep_takes_the_dead_and_leaves_the_living(void **state)
{
    struct tsm_name_folder folder = open_own(u"SWEEP");
    struct tsm_name_swept swept;
    uint32_t count;
    int alive, dead;

    assert_status(
        tsm_unix_bind_life_sign(folder.fd, "K0000000000000001", TSM_LIFE_SIGN_MODE, &alive),
        STATUS_SUCCESS);
    assert_status(
        tsm_unix_bind_life_sign(folder.fd, "K0000000000000002", TSM_LIFE_SIGN_MODE, &dead),
        STATUS_SUCCESS);
    close(dead);
    close(openat(folder.fd, "L0000000000000003", O_CREAT | O_WRONLY, 0600));
    close(openat(folder.fd, "S0000000000000003", O_CREAT | O_WRONLY, 0600));
    close(openat(folder.fd, "Thalf", O_CREAT | O_WRONLY, 0600));
    assert_status(tsm_name_folder_count_alive(&folder, &count), STATUS_SUCCESS);
    assert_int_equal(count, 1);
    assert_status(tsm_name_folder_sweep(&folder, true, &swept), STATUS_SUCCESS);
    assert_int_equal(swept.alive, 1);
    assert_string_equal(swept.living.file, "K0000000000000001");
    assert_int_equal(faccessat(folder.fd, "K0000000000000001", F_OK, 0), 0);
    assert_int_equal(faccessat(folder.fd, "K0000000000000002", F_OK, 0), -1);
    assert_int_equal(faccessat(folder.fd, "L0000000000000003", F_OK, 0), -1);
    assert_int_equal(faccessat(folder.fd, "S0000000000000003", F_OK, 0), -1);
    assert_int_equal(faccessat(folder.fd, "Thalf", F_OK, 0), -1);
    close(alive);
    assert_status(tsm_name_folder_sweep(&folder, true, &swept), STATUS_SUCCESS);
    assert_int_equal(swept.alive, 0);
    assert_string_equal(swept.living.file, "");
    tsm_name_folder_close(&folder, u"SWEEP", 5);
    assert_false(exists("SWEEP"));
}

static void of_very_many_not_all_are_asked_in_one_sweep_but_in_some(void **state)
{
    struct tsm_name_folder folder = open_own(u"CROWD");
    struct tsm_name_swept swept;
    char file[TSM_ENTRY_TEXT + 20];

    for (uint64_t i = 1; i <= 500; i++) {
        tsm_name_entry_file('K', i, "", file);
        close(openat(folder.fd, file, O_CREAT | O_WRONLY, 0600));
    }
    assert_status(tsm_name_folder_sweep(&folder, false, &swept), STATUS_SUCCESS);
    assert_in_range(swept.alive, 430, 470);
    assert_string_equal(swept.living.file, "");
    for (int i = 0; i < 32; i++)
        assert_status(tsm_name_folder_sweep(&folder, false, &swept), STATUS_SUCCESS);
    assert_int_equal(swept.alive, 0);
    for (uint64_t i = 1; i <= 500; i++) {
        tsm_name_entry_file('K', i, "", file);
        close(openat(folder.fd, file, O_CREAT | O_WRONLY, 0600));
    }
    assert_status(tsm_name_folder_sweep(&folder, true, &swept), STATUS_SUCCESS);
    assert_int_equal(swept.alive, 0);
    tsm_name_folder_close(&folder, u"CROWD", 5);
    assert_false(exists("CROWD"));
}

static void the_first_entries_are_found_without_the_others(void **state)
{
    static const char *const files[] = {"L0000000000000009.b", "L0000000000000003.a",
                                        "K0000000000000001", "Lx", "L000000000000000a.c"};
    static const uint64_t order[] = {3, 9, 10};
    struct tsm_name_folder folder = open_own(u"FIRST");
    struct tsm_name_entry entry, two[2];
    uint32_t count = 77;
    bool is_empty = false, is_led = false;
    uint64_t from = 0;

    assert_status(tsm_name_folder_first(&folder, 0, 1, &entry, &count, &is_empty, &is_led),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_true(is_empty);
    for (size_t i = 0; i < TSM_COUNT_OF(files); i++)
        close(openat(folder.fd, files[i], O_CREAT | O_WRONLY, 0600));
    for (size_t i = 0; i < TSM_COUNT_OF(order); i++) {
        assert_status(tsm_name_folder_first(&folder, from, 1, &entry, &count, &is_empty, &is_led),
                      STATUS_SUCCESS);
        assert_false(is_empty);
        assert_int_equal(entry.seq, order[i]);
        from = entry.seq + 1;
    }
    assert_status(tsm_name_folder_first(&folder, from, 1, &entry, &count, &is_empty, &is_led),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_false(is_empty);
    assert_status(tsm_name_folder_first(&folder, 0, 2, two, &count, &is_empty, &is_led),
                  STATUS_SUCCESS);
    assert_int_equal(count, 2);
    assert_int_equal(two[0].seq, 3);
    assert_int_equal(two[1].seq, 9);
    assert_status(tsm_name_folder_first(&folder, 10, 2, two, &count, &is_empty, &is_led),
                  STATUS_SUCCESS);
    assert_int_equal(count, 1);
    assert_int_equal(two[0].seq, 10);
    for (size_t i = 0; i < TSM_COUNT_OF(files); i++)
        unlinkat(folder.fd, files[i], 0);
    tsm_name_folder_close(&folder, u"FIRST", 5);
}

/* Entries of no listener, enough for several reads of the folder. */
static void crowd_make(const struct tsm_name_folder *folder, bool is_there)
{
    char file[TSM_ENTRY_TEXT + 20];

    for (uint64_t i = 1; i <= 1000; i++) {
        tsm_name_entry_file('K', i, "a text as long as that of pipes", file);
        if (is_there)
            close(openat(folder->fd, file, O_CREAT | O_WRONLY, 0600));
        else
            unlinkat(folder->fd, file, 0);
    }
}

static void the_one_that_leads_is_found_where_there_are_very_many(void **state)
{
    struct tsm_name_folder folder = open_own(u"LED");
    struct tsm_name_entry entry;
    bool is_empty, is_led = true;
    uint32_t count;

    close(openat(folder.fd, "L0000000000000005.a", O_CREAT | O_WRONLY, 0600));
    tsm_name_entry_lead(&folder, "L0000000000000007.b");
    assert_status(tsm_name_folder_first(&folder, 0, 1, &entry, &count, &is_empty, &is_led),
                  STATUS_SUCCESS);
    assert_false(is_led); /* few are read as fast */
    assert_int_equal(entry.seq, 5);
    crowd_make(&folder, true);
    is_led = true;
    assert_status(tsm_name_folder_first(&folder, 0, 1, &entry, &count, &is_empty, &is_led),
                  STATUS_SUCCESS);
    assert_true(is_led);
    assert_false(is_empty);
    assert_int_equal(count, 1);
    assert_int_equal(entry.seq, 7);
    assert_string_equal(entry.text, "b");
    is_led = false;
    assert_status(tsm_name_folder_first(&folder, 0, 1, &entry, &count, &is_empty, &is_led),
                  STATUS_SUCCESS);
    assert_int_equal(entry.seq, 5);
    crowd_make(&folder, false);
    unlinkat(folder.fd, "L0000000000000005.a", 0);
    tsm_name_folder_close(&folder, u"LED", 3);
    assert_false(exists("LED"));
}

static void a_leader_that_is_no_listener_is_passed_by(void **state)
{
    static const char *const targets[] = {
        "/etc/passwd", "K0000000000000001.x",      "../L0000000000000001", "L000000000000000",
        "N",           "L0000000000000001.x/../L2"};
    struct tsm_name_folder folder = open_own(u"MISLED");
    struct tsm_name_entry entry;
    uint32_t count;

    crowd_make(&folder, true);
    close(openat(folder.fd, "L0000000000000005.a", O_CREAT | O_WRONLY, 0600));
    for (size_t i = 0; i < TSM_COUNT_OF(targets); i++) {
        bool is_empty, is_led = true;

        tsm_name_entry_lead(&folder, targets[i]);
        assert_status(tsm_name_folder_first(&folder, 0, 1, &entry, &count, &is_empty, &is_led),
                      STATUS_SUCCESS);
        assert_false(is_led);
        assert_int_equal(entry.seq, 5);
    }
    crowd_make(&folder, false);
    unlinkat(folder.fd, "L0000000000000005.a", 0);
    tsm_name_folder_close(&folder, u"MISLED", 6);
    assert_false(exists("MISLED"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_come_in_the_order_of_their_numbers),
        TEST(names_too_long_for_an_entry_are_none),
        TEST(numbers_grow_although_the_clock_is_behind),
        TEST(a_sweep_takes_the_dead_and_leaves_the_living),
        TEST(of_very_many_not_all_are_asked_in_one_sweep_but_in_some),
        TEST(the_first_entries_are_found_without_the_others),
        TEST(the_one_that_leads_is_found_where_there_are_very_many),
        TEST(a_leader_that_is_no_listener_is_passed_by),
    };

    return cmocka_run_group_tests(tests, runtime_begin, runtime_end);
}
