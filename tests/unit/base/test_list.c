/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "base/list.h"

struct item {
    char letter;
    struct tsm_list node;
};

static const char *letters_of(const struct tsm_list *head)
{
    static char text[16];
    size_t used = 0;

    TSM_LIST_FOR_EACH(node, head)
    text[used++] = TSM_LIST_ENTRY(node, struct item, node)->letter;
    text[used] = 0;
    return text;
}

static void items_come_in_the_order_of_their_places(void **state)
{
    struct item a = {.letter = 'a'}, b = {.letter = 'b'}, c = {.letter = 'c'};
    struct tsm_list head;

    tsm_list_init(&head);
    assert_true(tsm_list_is_empty(&head));
    assert_null(tsm_list_first(&head));
    tsm_list_append(&head, &b.node);
    tsm_list_append(&head, &c.node);
    tsm_list_prepend(&head, &a.node);
    assert_string_equal(letters_of(&head), "abc");
    assert_ptr_equal(tsm_list_first(&head), &a.node);
    tsm_list_unlink(&b.node);
    assert_string_equal(letters_of(&head), "ac");
}

static void unlinking_twice_is_unlinking_once(void **state)
{
    struct item a = {.letter = 'a'}, b = {.letter = 'b'};
    struct tsm_list head = TSM_LIST_INIT(head);

    tsm_list_append(&head, &a.node);
    tsm_list_append(&head, &b.node);
    tsm_list_unlink(&a.node);
    tsm_list_unlink(&a.node);
    assert_string_equal(letters_of(&head), "b");
    tsm_list_append(&head, &a.node);
    assert_string_equal(letters_of(&head), "ba");
}

static void the_walk_survives_the_item_it_stands_on(void **state)
{
    struct item items[4];
    struct tsm_list head = TSM_LIST_INIT(head);

    for (int i = 0; i < 4; i++) {
        items[i].letter = (char)('a' + i);
        tsm_list_append(&head, &items[i].node);
    }
    TSM_LIST_FOR_EACH(node, &head)
    {
        struct item *item = TSM_LIST_ENTRY(node, struct item, node);

        if (item->letter != 'c') {
            tsm_list_unlink(node);
            memset(item, 0, sizeof(*item));
        }
    }
    assert_string_equal(letters_of(&head), "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(items_come_in_the_order_of_their_places),
        TEST(unlinking_twice_is_unlinking_once),
        TEST(the_walk_survives_the_item_it_stands_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
