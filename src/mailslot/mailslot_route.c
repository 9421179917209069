/* SPDX-License-Identifier: MIT */
#include "mailslot/mailslot_route.h"

#include "os/host_name.h"

NTSTATUS tsm_mailslot_route(const char16_t *text, enum tsm_mailslot_route *out,
                            struct tsm_name *name)
{
    struct tsm_name_machine machine;
    NTSTATUS status = tsm_name_parse_mailslot(text, name, &machine);

    if (!NT_SUCCESS(status))
        return status;
    switch (name->host) {
    case TSM_HOST_LOCAL:
        *out = TSM_ROUTE_SLOT;
        break;
    case TSM_HOST_ALL:
        *out = TSM_ROUTE_EVERYONE;
        break;
    case TSM_HOST_REMOTE:
        if (!tsm_host_name_is_own(machine.text, machine.length))
            return STATUS_BAD_NETWORK_PATH;
        *out = TSM_ROUTE_MACHINE;
        break;
    }
    return STATUS_SUCCESS;
}
