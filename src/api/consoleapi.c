/* SPDX-License-Identifier: MIT */
#include "api/api.h"
#include "process/console_ctrl.h"

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE HandlerRoutine, BOOL Add)
{
    if (!HandlerRoutine) {
        tsm_console_ctrl_ignore(Add);
        return TRUE;
    }
    return tsm_return(Add ? tsm_console_ctrl_add(HandlerRoutine)
                          : tsm_console_ctrl_remove(HandlerRoutine));
}

BOOL WINAPI GenerateConsoleCtrlEvent(DWORD dwCtrlEvent, DWORD dwProcessGroupId)
{
    return tsm_return(tsm_console_ctrl_generate(dwCtrlEvent, dwProcessGroupId));
}

BOOL WINAPI AllocConsole(void)
{
    return tsm_return(tsm_console_ctrl_attach());
}

BOOL WINAPI FreeConsole(void)
{
    return tsm_return(tsm_console_ctrl_detach());
}
