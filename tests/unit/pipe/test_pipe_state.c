/* SPDX-License-Identifier: MIT */
/* The whole table of states, as Windows has it. */
#include "support.h"

#include "pipe/pipe_state.h"

struct row {
    enum tsm_pipe_operation operation;
    NTSTATUS server[4]; /* disconnected, listening, connected, closing */
    NTSTATUS client_disconnected;
};

static const struct row rows[] = {
    {TSM_PIPE_READ,
     {STATUS_PIPE_DISCONNECTED, STATUS_PIPE_LISTENING, STATUS_SUCCESS, STATUS_PIPE_BROKEN},
     STATUS_PIPE_DISCONNECTED},
    {TSM_PIPE_WRITE,
     {STATUS_PIPE_DISCONNECTED, STATUS_PIPE_LISTENING, STATUS_SUCCESS, STATUS_PIPE_CLOSING},
     STATUS_PIPE_DISCONNECTED},
    {TSM_PIPE_PEEK,
     {STATUS_INVALID_PIPE_STATE, STATUS_INVALID_PIPE_STATE, STATUS_SUCCESS, STATUS_PIPE_BROKEN},
     STATUS_PIPE_DISCONNECTED},
    {TSM_PIPE_TRANSACT,
     {STATUS_INVALID_PIPE_STATE, STATUS_INVALID_PIPE_STATE, STATUS_SUCCESS,
      STATUS_INVALID_PIPE_STATE},
     STATUS_PIPE_DISCONNECTED},
    {TSM_PIPE_FLUSH,
     {STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS},
     STATUS_PIPE_DISCONNECTED},
    {TSM_PIPE_QUERY,
     {STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS, STATUS_SUCCESS},
     STATUS_PIPE_DISCONNECTED},
};

static void every_operation_has_its_answer_in_every_state(void **state)
{
    assert_int_equal(TSM_COUNT_OF(rows), TSM_PIPE_OPERATION_COUNT);
    for (size_t i = 0; i < TSM_COUNT_OF(rows); i++) {
        for (int k = 0; k < 4; k++)
            assert_status(
                tsm_pipe_state_check((enum tsm_pipe_state)(k + 1), true, rows[i].operation),
                rows[i].server[k]);
        assert_status(tsm_pipe_state_check(TSM_PIPE_DISCONNECTED, false, rows[i].operation),
                      rows[i].client_disconnected);
        for (int k = 2; k < 4; k++)
            assert_status(
                tsm_pipe_state_check((enum tsm_pipe_state)(k + 1), false, rows[i].operation),
                rows[i].server[k]);
    }
}

static void the_answers_are_the_known_win32_errors(void **state)
{
    assert_int_equal(tsm_status_to_win32(STATUS_PIPE_DISCONNECTED), 233);
    assert_int_equal(tsm_status_to_win32(STATUS_PIPE_LISTENING), 536);
    assert_int_equal(tsm_status_to_win32(STATUS_PIPE_BROKEN), 109);
    assert_int_equal(tsm_status_to_win32(STATUS_PIPE_CLOSING), 232);
    assert_int_equal(tsm_status_to_win32(STATUS_INVALID_PIPE_STATE), 230);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_operation_has_its_answer_in_every_state),
        TEST(the_answers_are_the_known_win32_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
