/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "base/utf.h"
#include "object/name.h"

static void check(const char16_t *text, enum tsm_name_host host, const char16_t *folded)
{
    struct tsm_name name;

    assert_true(tsm_name_is_mailslot(text));
    assert_status(tsm_name_parse_mailslot(text, &name, NULL), STATUS_SUCCESS);
    assert_int_equal(name.host, host);
    assert_int_equal(name.length, tsm_utf16_length(folded));
    assert_memory_equal(name.folded, folded, (name.length + 1) * sizeof(char16_t));
}

static void mailslots_have_a_place_of_their_own(void **state)
{
    check(u"\\\\.\\mailslot\\Name", TSM_HOST_LOCAL, u"mNAME");
    check(u"\\\\.\\MailSlot\\app\\part", TSM_HOST_LOCAL, u"mAPP\\PART");
    check(u"//./mailslot/a/b", TSM_HOST_LOCAL, u"mA/B");
    check(u"\\\\*\\mailslot\\x", TSM_HOST_ALL, u"mX");
    check(u"\\\\server\\mailslot\\x", TSM_HOST_REMOTE, u"mX");
    check(u"\\\\**\\mailslot\\x", TSM_HOST_REMOTE, u"mX");
}

static void the_machine_is_told(void **state)
{
    struct tsm_name_machine machine;
    struct tsm_name name;

    assert_status(tsm_name_parse_mailslot(u"\\\\some.host\\mailslot\\x", &name, &machine),
                  STATUS_SUCCESS);
    assert_int_equal(machine.length, 9);
    assert_memory_equal(machine.text, u"some.host", 9 * sizeof(char16_t));
}

static void what_is_no_mailslot_is_refused(void **state)
{
    static const char16_t *const texts[] = {
        u"",          u"mailslot",          u"\\\\.\\mailslot",      u"\\\\.\\mailslot\\",
        u"\\\\.\\ma", u"\\\\.\\pipe\\name", u"\\\\\\mailslot\\name", u"\\\\.\\mailslots\\name"};
    struct tsm_name name;

    for (size_t i = 0; i < TSM_COUNT_OF(texts); i++)
        assert_status(tsm_name_parse_mailslot(texts[i], &name, NULL), STATUS_OBJECT_NAME_INVALID);
}

static void a_pipe_is_not_on_all_machines(void **state)
{
    struct tsm_name name;

    assert_status(tsm_name_parse_pipe(u"\\\\*\\pipe\\x", &name), STATUS_SUCCESS);
    assert_int_equal(name.host, TSM_HOST_REMOTE);
    assert_status(tsm_name_parse_pipe(u"\\\\.\\pipe\\mx", &name), STATUS_SUCCESS);
    assert_int_equal(name.folded[0], u'M');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(mailslots_have_a_place_of_their_own),
        TEST(the_machine_is_told),
        TEST(what_is_no_mailslot_is_refused),
        TEST(a_pipe_is_not_on_all_machines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
