/* SPDX-License-Identifier: MIT */
#include "object/import.h"

#include "base/assert.h"

static tsm_import_fn importers[TSM_IMPORT_COUNT];

void tsm_import_register(enum tsm_import_type type, tsm_import_fn import)
{
    tsm_assert(type > TSM_IMPORT_NONE && type < TSM_IMPORT_COUNT && !importers[type]);
    importers[type] = import;
}

NTSTATUS tsm_import(const struct tsm_export *in, struct tsm_object **out)
{
    unsigned int type = in->type;

    if (type >= TSM_IMPORT_COUNT || !importers[type])
        return STATUS_OBJECT_TYPE_MISMATCH;
    return importers[type](in, out);
}
