/* SPDX-License-Identifier: MIT */
#include "support.h"

#include <sys/utsname.h>

#include "base/utf.h"
#include "os/host_name.h"

static bool is_own(const char *name)
{
    char16_t *text = tsm_utf16_new(name);
    bool is_own = tsm_host_name_is_own(text, (uint32_t)tsm_utf16_length(text));

    free(text);
    return is_own;
}

static void this_machine_has_its_names(void **state)
{
    struct utsname system;

    assert_int_equal(uname(&system), 0);
    assert_true(is_own("localhost"));
    assert_true(is_own("LocalHost"));
    assert_true(is_own(system.nodename));
    system.nodename[strcspn(system.nodename, ".")] = 0;
    assert_true(is_own(system.nodename));
    for (char *at = system.nodename; *at; at++)
        *at = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
    assert_true(is_own(system.nodename));
    if (strlen(system.nodename) > 15) {
        system.nodename[15] = 0;
        assert_true(is_own(system.nodename));
    }
    system.nodename[strlen(system.nodename) - 1] = 0;
    assert_false(is_own(system.nodename));
    assert_false(is_own("another-machine-somewhere"));
    assert_false(is_own(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(this_machine_has_its_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
