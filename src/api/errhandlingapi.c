/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "base/teb.h"

DWORD WINAPI GetLastError(void)
{
    return tsm_teb_current()->last_error;
}

VOID WINAPI SetLastError(DWORD dwErrCode)
{
    tsm_set_last_error(dwErrCode);
}
