/* SPDX-License-Identifier: MIT */
/* Sleeping on a word, and waking those who do. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/deadline.h"

enum tsm_futex_scope { TSM_FUTEX_PRIVATE, TSM_FUTEX_SHARED };

/* Sleeps while *word == expected. Returns false only when the deadline has passed. May return true
 * for no reason: look again. */
bool tsm_futex_wait(_Atomic uint32_t *word, uint32_t expected, enum tsm_futex_scope scope,
                    struct tsm_deadline deadline);

/* Sleeps while *shared == expected_shared and *own == expected_own, the first word visible to other
 * processes, the second one to this process. */
bool tsm_futex_wait_two(_Atomic uint32_t *shared, uint32_t expected_shared, _Atomic uint32_t *own,
                        uint32_t expected_own, struct tsm_deadline deadline);

/* One of many words to sleep on. */
struct tsm_futex_word {
    _Atomic uint32_t *word;
    uint32_t expected;
};

#define TSM_FUTEX_WORDS_MAX 127

/* Sleeps while each of count shared words and the process' own one are as expected. */
bool tsm_futex_wait_many(const struct tsm_futex_word *shared, uint32_t count, _Atomic uint32_t *own,
                         uint32_t expected_own, struct tsm_deadline deadline);

/* Wakes at most count sleepers. */
void tsm_futex_wake(_Atomic uint32_t *word, int count, enum tsm_futex_scope scope);
