/* SPDX-License-Identifier: MIT */
/* What takes other users, mounts or namespaces is in tests/faults/runtime_dir.c. */
#include "runtime.h"

#include "os/runtime_dir.h"

static void it_is_made_for_its_owner_alone(void **state)
{
    char path[96];
    struct stat info;
    bool shared = true;
    int fd = -1;

    snprintf(path, sizeof(path), "%s/new", runtime_path);
    setenv("TRANSOM_DIR", path, 1);
    assert_status(tsm_runtime_dir_open(&fd, &shared, false), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(tsm_runtime_dir_open(&fd, &shared, true), STATUS_SUCCESS);
    assert_false(shared);
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    close(fd);
    setenv("TRANSOM_DIR", runtime_path, 1);
}

static void modes_decide_who_else_serves(void **state)
{
    static const struct {
        mode_t mode;
        NTSTATUS status;
        bool shared;
    } cases[] = {
        {0700, STATUS_SUCCESS, false},       {0755, STATUS_SUCCESS, false},
        {01777, STATUS_SUCCESS, true},       {01770, STATUS_SUCCESS, true},
        {0777, STATUS_ACCESS_DENIED, false}, {0720, STATUS_ACCESS_DENIED, false},
        {0702, STATUS_ACCESS_DENIED, false},
    };

    for (size_t i = 0; i < TSM_COUNT_OF(cases); i++) {
        bool shared = !cases[i].shared;
        int fd = -1;

        assert_int_equal(chmod(runtime_path, cases[i].mode), 0);
        assert_status(tsm_runtime_dir_open(&fd, &shared, true), cases[i].status);
        if (fd >= 0) {
            assert_int_equal(shared, cases[i].shared);
            close(fd);
        }
    }
    assert_int_equal(chmod(runtime_path, 0700), 0);
}

static void ones_own_folder_is_made_on_demand(void **state)
{
    char path[96];
    struct stat info;
    bool shared;
    int fd = -1;

    assert_status(tsm_runtime_dir_open_own(&fd, &shared, false), STATUS_OBJECT_NAME_NOT_FOUND);
    assert_status(tsm_runtime_dir_open_own(&fd, &shared, true), STATUS_SUCCESS);
    close(fd);
    snprintf(path, sizeof(path), "%s/u%u", runtime_path, (unsigned)geteuid());
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    assert_status(tsm_runtime_dir_open_own(&fd, &shared, false), STATUS_SUCCESS);
    close(fd);
    assert_int_equal(rmdir(path), 0);
}

static void in_a_shared_directory_others_can_look_in(void **state)
{
    char path[96];
    struct stat info;
    mode_t before = umask(077);
    bool shared;
    int fd = -1;

    assert_int_equal(chmod(runtime_path, 01777), 0);
    assert_status(tsm_runtime_dir_open_own(&fd, &shared, true), STATUS_SUCCESS);
    umask(before);
    close(fd);
    assert_true(shared);
    snprintf(path, sizeof(path), "%s/u%u", runtime_path, (unsigned)geteuid());
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0755);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(chmod(runtime_path, 0700), 0);
}

static void a_taken_name_is_passed_by_where_others_write(void **state)
{
    char path[96];
    bool shared;
    int fd = -1, file;

    snprintf(path, sizeof(path), "%s/u%u", runtime_path, (unsigned)geteuid());
    file = open(path, O_CREAT | O_WRONLY, 0600);
    close(file);
    assert_status(tsm_runtime_dir_open_own(&fd, &shared, true), STATUS_ACCESS_DENIED);
    assert_int_equal(chmod(runtime_path, 01777), 0);
    assert_status(tsm_runtime_dir_open_own(&fd, &shared, true), STATUS_SUCCESS);
    close(fd);
    /* The next process finds the same one. */
    assert_status(tsm_runtime_dir_open_own(&fd, &shared, false), STATUS_SUCCESS);
    close(fd);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof(path), "%s/u%u-%d", runtime_path, (unsigned)geteuid(), (int)getpid());
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(chmod(runtime_path, 0700), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_is_made_for_its_owner_alone),
        TEST(modes_decide_who_else_serves),
        TEST(ones_own_folder_is_made_on_demand),
        TEST(in_a_shared_directory_others_can_look_in),
        TEST(a_taken_name_is_passed_by_where_others_write),
    };

    return cmocka_run_group_tests(tests, runtime_begin, runtime_end);
}
