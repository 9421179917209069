/* SPDX-License-Identifier: MIT */
/*
 * Page map
 *
 * A table of tables, one for every 4 GiB, laid out when an allocation is made and kept for ever:
 * a fault reads it at any time. Tables take memory only where they are used.
 *
 * Locking:   bytes of pages are atomic; the rest is memory/virtual.c's, under its mutex.
 */
#include "memory/page_map.h"

#include "base/macros.h"
#include "os/pages.h"

#define TABLE_GRANULES 65536u
#define TABLES         65536u /* 48 bits of address */

static _Atomic(struct tsm_granule *) tables[TABLES];

struct tsm_granule *tsm_page_map_granule(uintptr_t address, bool may_make)
{
    uintptr_t number = address / TSM_GRANULE_SIZE, index = number / TABLE_GRANULES;
    struct tsm_granule *table;
    uintptr_t memory;
    size_t size = tsm_align_up(TABLE_GRANULES * sizeof(*table), TSM_PAGE_SIZE);

    if (index >= TABLES)
        return NULL;
    table = atomic_load_explicit(&tables[index], memory_order_acquire);
    if (!table) {
        if (!may_make || !NT_SUCCESS(tsm_pages_reserve(0, size, TSM_PAGE_SIZE, &memory)))
            return NULL;
        if (!NT_SUCCESS(tsm_pages_protect(memory, size, TSM_PAGES_READ | TSM_PAGES_WRITE))) {
            tsm_pages_release(memory, size);
            return NULL;
        }
        table = (struct tsm_granule *)memory;
        /* pairs with the acquire above */
        atomic_store_explicit(&tables[index], table, memory_order_release);
    }
    return &table[number % TABLE_GRANULES];
}

_Atomic uint8_t *tsm_page_map_byte(uintptr_t address)
{
    struct tsm_granule *granule = tsm_page_map_granule(address, false);

    return granule ? &granule->pages[address / TSM_PAGE_SIZE % 16] : NULL;
}
