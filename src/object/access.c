/* SPDX-License-Identifier: MIT */
#include "object/access.h"

#define GENERIC_BITS (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL)
#define QUERY_STATE  0x0001u /* of events, mutexes and semaphores alike */
#define MODIFY_STATE 0x0002u

uint32_t tsm_access_map(const struct tsm_object_ops *ops, uint32_t access)
{
    uint32_t mapped = access & ~(uint32_t)(GENERIC_BITS | MAXIMUM_ALLOWED);

    if (access & GENERIC_READ)
        mapped |= ops->is_file ? FILE_GENERIC_READ : STANDARD_RIGHTS_READ | QUERY_STATE;
    if (access & GENERIC_WRITE)
        mapped |= ops->is_file ? FILE_GENERIC_WRITE
                               : STANDARD_RIGHTS_WRITE | (ops->valid_access & MODIFY_STATE);
    if (access & GENERIC_EXECUTE)
        mapped |= ops->is_file ? FILE_GENERIC_EXECUTE : STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE;
    if (access & (GENERIC_ALL | MAXIMUM_ALLOWED))
        mapped |= ops->valid_access;
    return mapped;
}
