/* SPDX-License-Identifier: MIT */
#include "name_folders.h"

#include "os/unix_socket.h"

static void letters_stay_and_the_rest_is_escaped(void **state)
{
    static const struct {
        const char16_t *name;
        const char *file;
    } cases[] = {
        {u"PLAIN_1-2", "PLAIN_1-2"}, {u"A.B\\C/D", "A%2EB%5CC%2FD"},
        {u"..", "%2E%2E"},           {u"%", "%25"},
        {u"\u00C4", "%C3%84"},       {u"\xD800", "%EF%BF%BD"}, /* half a pair is no character */
    };

    for (size_t i = 0; i < TSM_COUNT_OF(cases); i++) {
        struct tsm_name_folder folder = open_own(cases[i].name);

        assert_true(exists(cases[i].file));
        tsm_name_folder_close(&folder, cases[i].name, length_of(cases[i].name));
        assert_false(exists(cases[i].file));
        assert_int_equal(folder.fd, -1);
    }
}

static void a_long_name_is_hashed_and_kept_in_full(void **state)
{
    struct tsm_name_folder folder, found;
    char16_t name[201], other[201];
    uint32_t count = 0;
    char stored[16];
    int file;

    for (int i = 0; i < 200; i++)
        name[i] = other[i] = u'X';
    name[200] = other[200] = 0;
    other[199] = u'Y';
    folder = open_own(name);
    assert_status(tsm_name_folder_find(name, 200, &found, 1, &count), STATUS_SUCCESS);
    assert_int_equal(count, 1);
    close(found.fd);
    assert_status(tsm_name_folder_find(other, 200, &found, 1, &count),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    /* A folder under the right hash that says another name is a fake. */
    file = openat(folder.fd, "name", O_RDWR);
    assert_int_equal(pread(file, stored, 1, 0), 1);
    assert_int_equal(stored[0], 'X');
    assert_int_equal(pwrite(file, "Z", 1, 0), 1);
    close(file);
    assert_status(tsm_name_folder_find(name, 200, &found, 1, &count), STATUS_OBJECT_NAME_NOT_FOUND);
    tsm_name_folder_close(&folder, name, 200);
}

static void the_lock_keeps_others_out_until_it_is_given_back(void **state)
{
    struct tsm_name_folder first = open_own(u"LOCK"), second;
    int64_t start;

    tsm_name_folder_unlock(&first);
    second = open_own(u"LOCK");
    tsm_name_folder_unlock(&second);
    assert_status(tsm_name_folder_lock(&first), STATUS_SUCCESS);
    start = tsm_monotonic_ns();
    assert_status(tsm_name_folder_lock(&second), STATUS_IO_TIMEOUT);
    assert_true(tsm_monotonic_ns() - start >= 4000000000);
    tsm_name_folder_close(&first, u"LOCK", 4);
    /* The folder went with the first one. */
    assert_status(tsm_name_folder_lock(&second), STATUS_OBJECT_NAME_NOT_FOUND);
    tsm_name_folder_close(&second, u"LOCK", 4);
}

static void one_user_takes_one_place(void **state)
{
    struct tsm_name_folder folder = open_own(u"MANY"), found[4];
    char path[128];
    uint32_t count = 0;

    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), "%s/u-%d", runtime_path, i);
        assert_int_equal(mkdir(path, 0700), 0);
        snprintf(path, sizeof(path), "%s/u-%d/MANY", runtime_path, i);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    assert_status(tsm_name_folder_find(u"MANY", 4, found, 4, &count), STATUS_SUCCESS);
    assert_int_equal(count, 1);
    close(found[0].fd);
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), "%s/u-%d/MANY", runtime_path, i);
        rmdir(path);
        snprintf(path, sizeof(path), "%s/u-%d", runtime_path, i);
        rmdir(path);
    }
    tsm_name_folder_close(&folder, u"MANY", 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(letters_stay_and_the_rest_is_escaped),
        TEST(a_long_name_is_hashed_and_kept_in_full),
        TEST(the_lock_keeps_others_out_until_it_is_given_back),
        TEST(one_user_takes_one_place),
    };

    return cmocka_run_group_tests(tests, runtime_begin, runtime_end);
}
