/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/teb.h"
#include "base/utf.h"

void tsm_set_last_error(DWORD error)
{
    tsm_teb_current()->last_error = error;
}

BOOL tsm_return(NTSTATUS status)
{
    if (tsm_likely(status == STATUS_SUCCESS))
        return TRUE;
    tsm_set_last_error(tsm_status_to_win32(status));
    return NT_SUCCESS(status) && status != STATUS_PENDING && status != STATUS_TIMEOUT;
}

NTSTATUS tsm_wide_from_utf8(struct tsm_wide *wide, const char *text)
{
    wide->text = NULL;
    if (!text)
        return STATUS_SUCCESS;

    size_t length = strlen(text);

    if (length < TSM_COUNT_OF(wide->room)) { /* UTF-16 never has more units than UTF-8 */
        size_t used = tsm_utf16_from_utf8(text, length, wide->room, length, NULL);

        wide->room[used] = 0;
        wide->text = wide->room;
        return STATUS_SUCCESS;
    }
    wide->text = tsm_utf16_new(text);
    return wide->text ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

void tsm_wide_deinit(struct tsm_wide *wide)
{
    if (wide->text != wide->room)
        free(wide->text);
    wide->text = NULL;
}

NTSTATUS tsm_descriptor_check(const SECURITY_ATTRIBUTES *attributes, bool *is_open_to_all)
{
    const SECURITY_DESCRIPTOR *descriptor = attributes ? attributes->lpSecurityDescriptor : NULL;

    *is_open_to_all = false;
    if (!descriptor || !(descriptor->Control & SE_DACL_PRESENT))
        return STATUS_SUCCESS;
    *is_open_to_all = descriptor->Dacl == NULL;
    return descriptor->Dacl ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
}
