/* SPDX-License-Identifier: MIT */
#include "object/object.h"

#include "base/assert.h"

void tsm_object_init(struct tsm_object *object, const struct tsm_object_ops *ops)
{
    object->ops = ops;
    atomic_init(&object->refs, 1);
    atomic_init(&object->handles, 0);
    tsm_list_init(&object->waiters);
    atomic_init(&object->poll, NULL);
    object->poll_free = NULL;
    atomic_init(&object->lookout, NULL);
    object->lookout_drop = NULL;
}

struct tsm_object *tsm_object_ref(struct tsm_object *object)
{
    uint32_t before = atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);

    tsm_assert(before > 0 && before < UINT32_MAX);
    return object;
}

bool tsm_object_try_ref(struct tsm_object *object)
{
    uint32_t refs = atomic_load_explicit(&object->refs, memory_order_relaxed);

    while (refs)
        if (atomic_compare_exchange_weak_explicit(&object->refs, &refs, refs + 1,
                                                  memory_order_acquire, memory_order_relaxed))
            return true;
    return false;
}

void *tsm_object_unref(struct tsm_object *object)
{
    if (!object)
        return NULL;

    /* The release pairs with the acquire of whoever drops the last reference. */
    uint32_t before = atomic_fetch_sub_explicit(&object->refs, 1, memory_order_acq_rel);

    tsm_assert(before > 0);
    if (before == 1) {
        tsm_assert(tsm_list_is_empty(&object->waiters));
        if (object->poll)
            object->poll_free(object->poll);
        if (object->lookout)
            object->lookout_drop(object);
        object->ops->destroy(object);
    }
    return NULL;
}
