/* SPDX-License-Identifier: MIT */
/* What Windows knows of a page and the kernel does not. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#define TSM_GRANULE_SIZE 65536u

/* A page's byte: a protection's number, 0 while it is only reserved, and flags. */
#define TSM_PAGE_PROTECTION 0x0Fu
#define TSM_PAGE_LOCKED     0x40u
#define TSM_PAGE_GUARD      0x80u

/* Sixteen pages: the unit in which addresses are given out. */
struct tsm_granule {
    _Atomic uint8_t pages[16];
    uintptr_t base;            /* of the allocation; 0: none of ours */
    size_t size;               /* of the allocation */
    uint32_t first_protection; /* that it was made with */
};

/* The granule of an address; NULL if there is none, or without memory for one. */
struct tsm_granule *tsm_page_map_granule(uintptr_t address, bool may_make);

/* The byte of a page, whose granule is there. */
_Atomic uint8_t *tsm_page_map_byte(uintptr_t address);
