/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/utf.h"
#include "io/disk_file.h"

static char folder[64];

static int make_folder(void **state)
{
    strcpy(folder, "/tmp/transom-unit-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

/* A copy on the heap, exactly as long as it is: whoever reads behind its end is found out. */
static char16_t *exact(const char16_t *name)
{
    size_t size = (tsm_utf16_length(name) + 1) * sizeof(char16_t);
    char16_t *copy = malloc(size);

    memcpy(copy, name, size);
    return copy;
}

static NTSTATUS open_name(const char16_t *name, uint32_t access, uint32_t disposition,
                          uint32_t flags, bool *existed)
{
    tsm_cleanup(tsm_file_unrefp) struct tsm_file *file = NULL;
    char16_t *copy = name ? exact(name) : NULL;
    struct tsm_disk_file_open how = {copy, access, disposition, flags};
    bool ignored;
    NTSTATUS status = tsm_disk_file_open(&how, &file, existed ? existed : &ignored);

    free(copy);
    return status;
}

#define READ  FILE_GENERIC_READ
#define WRITE FILE_GENERIC_WRITE

static void dispositions_create_open_and_truncate(void **state)
{
    bool existed = true;
    int64_t size;
    struct stat info;
    FILE *file;

    assert_status(open_name(u"f", WRITE, OPEN_EXISTING, 0, NULL), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(open_name(u"f", WRITE, TRUNCATE_EXISTING, 0, NULL), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(open_name(u"f", READ, TRUNCATE_EXISTING, 0, NULL), STATUS_INVALID_PARAMETER);
    assert_status(open_name(u"f", WRITE, CREATE_NEW, 0, &existed), STATUS_SUCCESS);
    assert_false(existed);
    assert_status(open_name(u"f", WRITE, CREATE_NEW, 0, NULL), STATUS_OBJECT_NAME_COLLISION);
    assert_status(open_name(u"f", WRITE, OPEN_ALWAYS, 0, &existed), STATUS_SUCCESS);
    assert_true(existed);
    file = fopen("f", "we");
    fputs("data", file);
    fclose(file);
    assert_status(open_name(u"f", READ, OPEN_EXISTING, 0, &existed), STATUS_SUCCESS);
    assert_int_equal(stat("f", &info), 0);
    size = info.st_size;
    assert_int_equal(size, 4);
    assert_status(open_name(u"f", WRITE, CREATE_ALWAYS, 0, &existed), STATUS_SUCCESS);
    assert_true(existed);
    assert_int_equal(stat("f", &info), 0);
    assert_int_equal(info.st_size, 0);
    assert_status(open_name(u"f", READ, 0, 0, NULL), STATUS_INVALID_PARAMETER);
    assert_status(open_name(u"f", READ, 6, 0, NULL), STATUS_INVALID_PARAMETER);
    assert_status(tsm_disk_file_delete(u"f"), STATUS_SUCCESS);
}

static void a_missing_folder_is_told_from_a_missing_file(void **state)
{
    assert_status(open_name(u"no\\f", READ, OPEN_EXISTING, 0, NULL), STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(open_name(u"/f-that-is-not-there", READ, OPEN_EXISTING, 0, NULL),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(tsm_disk_file_delete(u"no/f"), STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(tsm_disk_file_delete(u"f"), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void names_of_windows_that_mean_nothing_here_are_not_found(void **state)
{
    assert_status(open_name(NULL, READ, OPEN_EXISTING, 0, NULL), STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(open_name(u"", READ, OPEN_EXISTING, 0, NULL), STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(open_name(u"C:\\f", READ, OPEN_EXISTING, 0, NULL), STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(open_name(u"\\\\?\\C:\\f", READ, OPEN_EXISTING, 0, NULL),
                  STATUS_OBJECT_PATH_NOT_FOUND);
    assert_status(open_name(u"\\\\server\\share\\f", READ, OPEN_EXISTING, 0, NULL),
                  STATUS_BAD_NETWORK_PATH);
    assert_status(open_name(u"\\\\.\\mailslot\\m", WRITE, OPEN_ALWAYS, 0, NULL),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(open_name(u"\\\\.\\", READ, OPEN_EXISTING, 0, NULL),
                  STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(open_name(u"\\", READ, OPEN_EXISTING, 0, NULL), STATUS_FILE_IS_A_DIRECTORY);
}

static void short_names_are_read_to_their_end_only(void **state)
{
    static const char16_t *const names[] = {u"a", u"ab", u"\\\\", u"\\\\.", u"nu", u"con"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(NT_SUCCESS(open_name(names[i], READ | WRITE, OPEN_EXISTING, 0, NULL)));
}

static void nul_is_there_whatever_is_asked(void **state)
{
    static const char16_t *const names[] = {u"NUL", u"nul", u"\\\\.\\Nul"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        for (uint32_t how = CREATE_NEW; how <= TRUNCATE_EXISTING; how++)
            assert_status(open_name(names[i], READ | WRITE, how, 0, NULL), STATUS_SUCCESS);
    assert_status(open_name(u"NUL", READ, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, NULL),
                  STATUS_SUCCESS);
    assert_int_equal(access("/dev/null", W_OK), 0);
}

static void devices_and_folders_are_not_deleted(void **state)
{
    assert_status(tsm_disk_file_delete(u"NUL"), STATUS_ACCESS_DENIED);
    assert_status(tsm_disk_file_delete(u"\\dev\\null"), STATUS_ACCESS_DENIED);
    assert_status(tsm_disk_file_delete(u"/tmp"), STATUS_ACCESS_DENIED);
    assert_int_equal(access("/dev/null", W_OK), 0);
}

static void a_read_only_file_is_made_shown_and_kept(void **state)
{
    uint32_t attributes = 0;

    assert_status(open_name(u"f", WRITE, CREATE_NEW, FILE_ATTRIBUTE_READONLY, NULL),
                  STATUS_SUCCESS);
    assert_status(tsm_disk_file_attributes(u"f", &attributes), STATUS_SUCCESS);
    assert_int_equal(attributes, FILE_ATTRIBUTE_READONLY);
    assert_status(tsm_disk_file_delete(u"f"), STATUS_ACCESS_DENIED);
    assert_int_equal(chmod("f", 0600), 0);
    assert_status(tsm_disk_file_attributes(u"f", &attributes), STATUS_SUCCESS);
    assert_int_equal(attributes, FILE_ATTRIBUTE_NORMAL);
    assert_status(tsm_disk_file_delete(u"f"), STATUS_SUCCESS);
    assert_status(tsm_disk_file_attributes(u"\\tmp", &attributes), STATUS_SUCCESS);
    assert_true(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

static void a_folder_opens_only_when_it_is_meant(void **state)
{
    assert_status(open_name(u"/tmp", READ, OPEN_EXISTING, 0, NULL), STATUS_FILE_IS_A_DIRECTORY);
    assert_status(open_name(u"/tmp", READ | WRITE, OPEN_EXISTING, 0, NULL),
                  STATUS_FILE_IS_A_DIRECTORY);
    assert_status(open_name(u"/tmp", READ, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL),
                  STATUS_SUCCESS);
}

static void a_file_deleted_on_close_goes_also_when_the_folder_changed(void **state)
{
    struct tsm_disk_file_open how = {u"f", READ | WRITE, CREATE_NEW, FILE_FLAG_DELETE_ON_CLOSE};
    struct tsm_file *file = NULL;
    HANDLE handle;
    bool existed;

    assert_status(tsm_disk_file_open(&how, &file, &existed), STATUS_SUCCESS);
    assert_status(tsm_handle_insert(&file->object, READ, 0, &handle), STATUS_SUCCESS);
    tsm_object_unref(&file->object);
    assert_int_equal(access("f", F_OK), 0);
    assert_int_equal(chdir("/"), 0);
    assert_status(tsm_handle_close(handle), STATUS_SUCCESS);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(access("f", F_OK), -1);
}

static void a_file_is_overlapped_when_it_is_opened_so(void **state)
{
    for (uint32_t flag = 0;; flag = FILE_FLAG_OVERLAPPED) {
        struct tsm_disk_file_open how = {
            .name = u"NUL", .access = READ, .disposition = OPEN_EXISTING, .flags = flag};
        struct tsm_file *file;
        bool existed;

        assert_status(tsm_disk_file_open(&how, &file, &existed), STATUS_SUCCESS);
        assert_int_equal(file->is_overlapped, flag != 0);
        tsm_object_unref(&file->object);
        if (flag)
            break;
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(dispositions_create_open_and_truncate),
        TEST(a_missing_folder_is_told_from_a_missing_file),
        TEST(names_of_windows_that_mean_nothing_here_are_not_found),
        TEST(short_names_are_read_to_their_end_only),
        TEST(nul_is_there_whatever_is_asked),
        TEST(devices_and_folders_are_not_deleted),
        TEST(a_read_only_file_is_made_shown_and_kept),
        TEST(a_folder_opens_only_when_it_is_meant),
        TEST(a_file_deleted_on_close_goes_also_when_the_folder_changed),
        TEST(a_file_is_overlapped_when_it_is_opened_so),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
