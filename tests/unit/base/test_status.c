/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <errno.h>
#include <stdio.h>

#include "base/message.h"
#include "base/status.h"

static const char *header_folder;

/* Calls visit for each line "#define PREFIX_NAME value" of a public header; returns how many. */
static int for_each_code(const char *file, const char *prefix,
                         void (*visit)(const char *name, uint32_t value))
{
    char path[4096], line[512], name[256], value[256];
    int count = 0;

    snprintf(path, sizeof(path), "%s/%s", header_folder, file);

    FILE *header = fopen(path, "re");

    assert_non_null(header);
    while (fgets(line, sizeof(line), header)) {
        if (sscanf(line, "#define %255s %255s", name, value) != 2 ||
            strncmp(name, prefix, strlen(prefix)) != 0)
            continue;

        const char *number = value + strcspn(value, "0123456789");

        if (*number && (value[0] == '(' || number == value)) {
            visit(name, (uint32_t)strtoul(number, NULL, 0));
            count++;
        }
    }
    fclose(header);
    return count;
}

static void check_known(const char *name, uint32_t value)
{
    const char *known = tsm_status_name((NTSTATUS)value);

    if (strcmp(known, "STATUS_?") == 0)
        fail_msg("%s (%#x) is not in the table", name, value);
    /* Two names of one value are known by one of them. */
    if (strcmp(known, name) != 0 && value != 0 && value != 0x80)
        fail_msg("%s (%#x) is called %s", name, value, known);
}

static void every_status_of_the_header_has_a_row(void **state)
{
    assert_true(for_each_code("ntstatus.h", "STATUS_", check_known) > 400);
}

static void check_text(const char *name, uint32_t value)
{
    const char *text = tsm_message_text(value);

    if (!text)
        fail_msg("%s (%u) has no text", name, value);
    assert_true(strlen(text) > 3 && strlen(text) < 200);
    assert_int_equal(text[strlen(text) - 1], '.');
    assert_null(strchr(text, '%'));
}

static void every_error_of_the_header_has_a_text(void **state)
{
    assert_true(for_each_code("winerror.h", "ERROR_", check_text) > 500);
    check_text("WAIT_TIMEOUT", WAIT_TIMEOUT);
    assert_null(tsm_message_text(0x20000001));
    assert_null(tsm_message_text(99999));
}

static void statuses_become_the_errors_that_windows_gives(void **state)
{
    static const struct {
        uint32_t status;
        DWORD error;
    } pairs[] = {
        {0x00000000, 0},    {0x00000103, 997},  {0x00000102, 258},  {0x000000C0, 192},
        {0x00000080, 735},  {0x80000005, 234},  {0xC0000008, 6},    {0xC000000D, 87},
        {0xC0000010, 1},    {0xC0000011, 38},   {0xC0000022, 5},    {0xC0000023, 122},
        {0xC0000033, 123},  {0xC0000034, 2},    {0xC0000035, 183},  {0xC000003A, 3},
        {0xC0000043, 32},   {0xC000009A, 1450}, {0xC00000A5, 1346}, {0xC00000AB, 231},
        {0xC00000AC, 231},  {0xC00000AD, 230},  {0xC00000AE, 231},  {0xC00000AF, 1},
        {0xC00000B0, 233},  {0xC00000B1, 232},  {0xC00000B2, 535},  {0xC00000B3, 536},
        {0xC00000B4, 230},  {0xC00000B5, 121},  {0xC00000BB, 50},   {0xC00000D9, 232},
        {0xC000010D, 1368}, {0xC0000120, 995},  {0xC000014B, 109},  {0xC0000225, 1168},
        {0xC0000005, 998},  {0xC0000017, 8},    {0xC0000046, 288},  {0xC0000047, 298},
        {0xC000007F, 112},  {0xC00000BE, 53},   {0xC000011F, 4},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        assert_int_equal(tsm_status_to_win32((NTSTATUS)pairs[i].status), pairs[i].error);
}

static void a_status_that_nobody_knows_has_no_error_of_its_own(void **state)
{
    assert_int_equal(tsm_status_to_win32((NTSTATUS)0xC0FFEE00), ERROR_MR_MID_NOT_FOUND);
    assert_string_equal(tsm_status_name((NTSTATUS)0xC0FFEE00), "STATUS_?");
    assert_int_equal(tsm_status_to_win32((NTSTATUS)0xFFFFFFFF), ERROR_MR_MID_NOT_FOUND);
}

static void statuses_are_named_in_traces(void **state)
{
    assert_string_equal(tsm_status_name(STATUS_SUCCESS), "STATUS_SUCCESS");
    assert_string_equal(tsm_status_name(STATUS_PIPE_BROKEN), "STATUS_PIPE_BROKEN");
    assert_string_equal(tsm_status_name(STATUS_BUFFER_OVERFLOW), "STATUS_BUFFER_OVERFLOW");
}

static void errors_of_the_system_become_statuses(void **state)
{
    static const struct {
        int error;
        DWORD win32;
    } pairs[] = {
        {EPERM, 5},      {EACCES, 5},    {EROFS, 19},       {ENOENT, 2},         {ENOTDIR, 3},
        {ELOOP, 3},      {EEXIST, 183},  {EISDIR, 5},       {EMFILE, 4},         {ENFILE, 1450},
        {ENOMEM, 8},     {ENOSPC, 112},  {EDQUOT, 112},     {EFBIG, 112},        {EIO, 31},
        {EPIPE, 232},    {EBADF, 6},     {EINVAL, 87},      {ENAMETOOLONG, 206}, {EBUSY, 32},
        {ETXTBSY, 32},   {EAGAIN, 1450}, {ECONNREFUSED, 2}, {ECONNRESET, 109},   {ETIMEDOUT, 121},
        {ENOEXEC, 193},  {ESRCH, 1168},  {ENOSYS, 50},      {EOPNOTSUPP, 50},    {ESPIPE, 1},
        {EFAULT, 998},   {EINTR, 995},   {ENOTEMPTY, 145},  {EXDEV, 17},         {E2BIG, 206},
        {ENOTCONN, 233},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        NTSTATUS status = tsm_status_from_errno(pairs[i].error);

        assert_false(NT_SUCCESS(status));
        assert_int_equal(tsm_status_to_win32(status), pairs[i].win32);
    }
    assert_status(tsm_status_from_errno(123456), STATUS_UNSUCCESSFUL);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        TEST(every_status_of_the_header_has_a_row),
        TEST(every_error_of_the_header_has_a_text),
        TEST(statuses_become_the_errors_that_windows_gives),
        TEST(a_status_that_nobody_knows_has_no_error_of_its_own),
        TEST(statuses_are_named_in_traces),
        TEST(errors_of_the_system_become_statuses),
    };

    if (argc != 2)
        return 1;
    header_folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
