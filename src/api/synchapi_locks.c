/* SPDX-License-Identifier: MIT */
/* The part of synchapi.h that needs no handles. */
#include "api/api.h"
#include "sync/address_wait.h"
#include "sync/barrier.h"
#include "sync/condition.h"
#include "sync/critical_section.h"
#include "sync/init_once.h"
#include "sync/srw_lock.h"

#define DEFAULT_SPINS 2000

VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection)
{
    tsm_critical_section_init(lpCriticalSection, 0);
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection,
                                                  DWORD dwSpinCount)
{
    tsm_critical_section_init(lpCriticalSection, dwSpinCount);
    return TRUE;
}

BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount,
                                        DWORD Flags)
{
    tsm_critical_section_init(lpCriticalSection, dwSpinCount);
    return TRUE;
}

DWORD WINAPI SetCriticalSectionSpinCount(LPCRITICAL_SECTION lpCriticalSection, DWORD dwSpinCount)
{
    DWORD before = (DWORD)lpCriticalSection->SpinCount;

    lpCriticalSection->SpinCount = dwSpinCount & 0xFFFFFF;
    return before;
}

VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection)
{
    tsm_critical_section_enter(lpCriticalSection);
}

BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection)
{
    return tsm_critical_section_try(lpCriticalSection);
}

VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection)
{
    tsm_critical_section_leave(lpCriticalSection);
}

VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection)
{
    tsm_critical_section_init(lpCriticalSection, 0);
}

VOID WINAPI InitializeSRWLock(PSRWLOCK SRWLock)
{
    *SRWLock = (SRWLOCK)SRWLOCK_INIT;
}

VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock)
{
    tsm_srw_lock_exclusive(SRWLock);
}

VOID WINAPI AcquireSRWLockShared(PSRWLOCK SRWLock)
{
    tsm_srw_lock_shared(SRWLock);
}

BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock)
{
    return tsm_srw_try_exclusive(SRWLock);
}

BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock)
{
    return tsm_srw_try_shared(SRWLock);
}

VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock)
{
    tsm_srw_unlock_exclusive(SRWLock);
}

VOID WINAPI ReleaseSRWLockShared(PSRWLOCK SRWLock)
{
    tsm_srw_unlock_shared(SRWLock);
}

VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable)
{
    *ConditionVariable = (CONDITION_VARIABLE)CONDITION_VARIABLE_INIT;
}

VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable)
{
    tsm_condition_wake(ConditionVariable, 1);
}

VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable)
{
    tsm_condition_wake(ConditionVariable, MAXLONG);
}

/* Windows: here the end of the time is an error, and not WAIT_TIMEOUT. */
static BOOL timed_out_unless(bool in_time)
{
    if (!in_time)
        tsm_set_last_error(ERROR_TIMEOUT);
    return in_time;
}

BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable,
                                     PCRITICAL_SECTION CriticalSection, DWORD dwMilliseconds)
{
    struct tsm_deadline deadline = tsm_deadline_in_ms(dwMilliseconds);
    uint32_t ticket = tsm_condition_prepare(ConditionVariable);

    tsm_critical_section_leave(CriticalSection);

    bool in_time = tsm_condition_sleep(ConditionVariable, ticket, deadline);

    tsm_critical_section_enter(CriticalSection);
    return timed_out_unless(in_time);
}

BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable, PSRWLOCK SRWLock,
                                      DWORD dwMilliseconds, ULONG Flags)
{
    bool is_shared = Flags & CONDITION_VARIABLE_LOCKMODE_SHARED;
    struct tsm_deadline deadline = tsm_deadline_in_ms(dwMilliseconds);

    if (Flags & ~(ULONG)CONDITION_VARIABLE_LOCKMODE_SHARED)
        return tsm_return(STATUS_INVALID_PARAMETER);

    uint32_t ticket = tsm_condition_prepare(ConditionVariable);

    (is_shared ? tsm_srw_unlock_shared : tsm_srw_unlock_exclusive)(SRWLock);

    bool in_time = tsm_condition_sleep(ConditionVariable, ticket, deadline);

    (is_shared ? tsm_srw_lock_shared : tsm_srw_lock_exclusive)(SRWLock);
    return timed_out_unless(in_time);
}

VOID WINAPI InitOnceInitialize(PINIT_ONCE InitOnce)
{
    *InitOnce = (INIT_ONCE)INIT_ONCE_STATIC_INIT;
}

BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE lpInitOnce, DWORD dwFlags, PBOOL fPending,
                                    LPVOID *lpContext)
{
    bool is_pending = false;
    void *context = NULL;
    NTSTATUS status = tsm_init_once_begin(lpInitOnce, dwFlags, &is_pending, &context);

    if (NT_SUCCESS(status)) {
        *fPending = is_pending;
        if (!is_pending && lpContext)
            *lpContext = context;
    }
    return tsm_return(status);
}

BOOL WINAPI InitOnceComplete(LPINIT_ONCE lpInitOnce, DWORD dwFlags, LPVOID lpContext)
{
    return tsm_return(tsm_init_once_complete(lpInitOnce, dwFlags, lpContext));
}

BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn, PVOID Parameter,
                                LPVOID *Context)
{
    bool is_pending = false;
    void *context = NULL;
    NTSTATUS status = tsm_init_once_begin(InitOnce, 0, &is_pending, &context);

    if (NT_SUCCESS(status) && is_pending) {
        /* The last error stays as the function left it. */
        if (!InitFn(InitOnce, Parameter, &context)) {
            (void)!NT_SUCCESS(tsm_init_once_complete(InitOnce, INIT_ONCE_INIT_FAILED, NULL));
            return FALSE;
        }
        status = tsm_init_once_complete(InitOnce, 0, context);
    }
    if (NT_SUCCESS(status) && Context)
        *Context = context;
    return tsm_return(status);
}

BOOL WINAPI WaitOnAddress(volatile VOID *Address, PVOID CompareAddress, SIZE_T AddressSize,
                          DWORD dwMilliseconds)
{
    NTSTATUS status =
        tsm_address_wait(Address, CompareAddress, AddressSize, tsm_deadline_in_ms(dwMilliseconds));

    return status == STATUS_TIMEOUT ? timed_out_unless(false) : tsm_return(status);
}

VOID WINAPI WakeByAddressSingle(PVOID Address)
{
    tsm_address_wake(Address, false);
}

VOID WINAPI WakeByAddressAll(PVOID Address)
{
    tsm_address_wake(Address, true);
}

BOOL WINAPI InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier,
                                             LONG lTotalThreads, LONG lSpinCount)
{
    if (!lpBarrier || lTotalThreads <= 0 || lSpinCount < -1)
        return tsm_return(STATUS_INVALID_PARAMETER);
    tsm_barrier_init(lpBarrier, (uint32_t)lTotalThreads,
                     lSpinCount == -1 ? DEFAULT_SPINS : (uint32_t)lSpinCount);
    return TRUE;
}

BOOL WINAPI EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier, DWORD dwFlags)
{
    return tsm_barrier_enter(lpBarrier, dwFlags & SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY,
                             dwFlags & SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY);
}

BOOL WINAPI DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier)
{
    tsm_barrier_drain(lpBarrier);
    return TRUE;
}
