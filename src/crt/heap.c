/* SPDX-License-Identifier: MIT */
/*
 * Heaps
 *
 * Blocks are malloc's with a header in front, which knows the size asked for. The process heap does
 * not keep a list of its blocks; other heaps do, since HeapDestroy frees what is left.
 *
 * Ownership: a heap owns its blocks.
 * Locking:   heap.lock for the list and the total.
 * Windows:   HEAP_GENERATE_EXCEPTIONS is accepted, and a failure still returns NULL.
 */
#include <heapapi.h>
#include <winbase.h>
#include <winerror.h>

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct block *next, *previous; /* unused in the process heap */
    struct heap *heap;             /* NULL once freed */
    size_t size;
};

struct heap {
    pthread_mutex_t lock;
    struct block blocks; /* head of the ring */
    DWORD flags;
    size_t limit; /* 0: none */
    size_t total;
};

_Static_assert(sizeof(struct block) % _Alignof(max_align_t) == 0, "blocks keep malloc's alignment");

static struct heap process_heap = {.lock = PTHREAD_MUTEX_INITIALIZER};

HANDLE GetProcessHeap(void)
{
    return &process_heap;
}

HANDLE HeapCreate(DWORD flags, SIZE_T initial, SIZE_T maximum)
{
    struct heap *heap;

    if (maximum && initial > maximum) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    heap = calloc(1, sizeof(*heap));
    if (!heap) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    pthread_mutex_init(&heap->lock, NULL);
    heap->blocks.next = heap->blocks.previous = &heap->blocks;
    heap->flags = flags;
    heap->limit = maximum;
    return heap;
}

BOOL HeapDestroy(HANDLE handle)
{
    struct heap *heap = handle;
    struct block *block;

    if (!heap || heap == &process_heap) {
        SetLastError(ERROR_INVALID_HANDLE);
        return FALSE;
    }
    for (block = heap->blocks.next; block != &heap->blocks;) {
        struct block *next = block->next;

        free(block);
        block = next;
    }
    pthread_mutex_destroy(&heap->lock);
    free(heap);
    return TRUE;
}

/* Counts so many bytes more; false above the limit. */
static bool grow(struct heap *heap, size_t more)
{
    bool ok;

    pthread_mutex_lock(&heap->lock);
    ok = !heap->limit || (heap->total <= heap->limit && more <= heap->limit - heap->total);
    heap->total += ok ? more : 0;
    pthread_mutex_unlock(&heap->lock);
    return ok;
}

static void shrink(struct heap *heap, size_t less)
{
    pthread_mutex_lock(&heap->lock);
    heap->total -= less;
    pthread_mutex_unlock(&heap->lock);
}

static void link_block(struct heap *heap, struct block *block)
{
    pthread_mutex_lock(&heap->lock);
    block->next = &heap->blocks;
    block->previous = heap->blocks.previous;
    block->previous->next = block;
    heap->blocks.previous = block;
    pthread_mutex_unlock(&heap->lock);
}

static void unlink_block(struct heap *heap, struct block *block)
{
    pthread_mutex_lock(&heap->lock);
    block->previous->next = block->next;
    block->next->previous = block->previous;
    pthread_mutex_unlock(&heap->lock);
}

LPVOID HeapAlloc(HANDLE handle, DWORD flags, SIZE_T size)
{
    struct heap *heap = handle;
    struct block *block;

    if (!heap || size > PTRDIFF_MAX - sizeof(*block)) {
        return NULL;
    }
    if (heap != &process_heap && !grow(heap, size)) {
        return NULL;
    }
    block = (flags | heap->flags) & HEAP_ZERO_MEMORY ? calloc(1, sizeof(*block) + size)
                                                     : malloc(sizeof(*block) + size);
    if (!block) {
        if (heap != &process_heap) {
            shrink(heap, size);
        }
        return NULL;
    }
    block->heap = heap;
    block->size = size;
    if (heap != &process_heap) {
        link_block(heap, block);
    }
    return block + 1;
}

/* The header of a block that is this heap's, or NULL. */
static struct block *block_of(struct heap *heap, const void *memory)
{
    struct block *block = (struct block *)memory - 1;

    return heap && memory && block->heap == heap ? block : NULL;
}

BOOL HeapFree(HANDLE handle, DWORD flags, LPVOID memory)
{
    struct heap *heap = handle;
    struct block *block;

    (void)flags;
    if (!memory) {
        return TRUE;
    }
    block = block_of(heap, memory);
    if (!block) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return FALSE;
    }
    if (heap != &process_heap) {
        unlink_block(heap, block);
        shrink(heap, block->size);
    }
    block->heap = NULL;
    free(block);
    return TRUE;
}

SIZE_T HeapSize(HANDLE handle, DWORD flags, LPCVOID memory)
{
    struct block *block = block_of(handle, memory);

    (void)flags;
    if (!block) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return (SIZE_T)-1;
    }
    return block->size;
}

/* Another size at the same place, or at a new one; NULL leaves the block as it was. */
static struct block *resize(struct heap *heap, struct block *block, DWORD flags, size_t size)
{
    struct block *moved;

    if (sizeof(*block) + size <= malloc_usable_size(block)) {
        return block;
    }
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY) {
        return NULL;
    }
    if (heap == &process_heap) {
        return realloc(block, sizeof(*block) + size);
    }
    unlink_block(heap, block);
    moved = realloc(block, sizeof(*block) + size);
    link_block(heap, moved ? moved : block);
    return moved;
}

LPVOID HeapReAlloc(HANDLE handle, DWORD flags, LPVOID memory, SIZE_T size)
{
    struct heap *heap = handle;
    struct block *block = block_of(heap, memory);
    struct block *result;
    size_t before;

    if (!block || size > PTRDIFF_MAX - sizeof(*block)) {
        SetLastError(block ? ERROR_NOT_ENOUGH_MEMORY : ERROR_INVALID_PARAMETER);
        return NULL;
    }
    before = block->size;
    if (heap != &process_heap && size > before && !grow(heap, size - before)) {
        return NULL;
    }
    result = resize(heap, block, flags, size);
    if (!result) {
        if (heap != &process_heap && size > before) {
            shrink(heap, size - before);
        }
        return NULL;
    }
    if (heap != &process_heap && size < before) {
        shrink(heap, before - size);
    }
    if (size > before && (flags | heap->flags) & HEAP_ZERO_MEMORY) {
        memset((char *)(result + 1) + before, 0, size - before);
    }
    result->size = size;
    return result + 1;
}
