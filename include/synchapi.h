/* SPDX-License-Identifier: MIT */
/*
 * Events, mutexes, semaphores, timers and waits; critical sections and the other locks in a
 * program's own memory. INFINITE and the WAIT_ results are in winbase.h.
 */
#ifndef TRANSOM_SYNCHAPI_H
#define TRANSOM_SYNCHAPI_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CREATE_MUTEX_INITIAL_OWNER            0x00000001
#define CREATE_EVENT_MANUAL_RESET             0x00000001
#define CREATE_EVENT_INITIAL_SET              0x00000002
#define CREATE_WAITABLE_TIMER_MANUAL_RESET    0x00000001
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#define CRITICAL_SECTION_NO_DEBUG_INFO        RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO
#define MUTEX_MODIFY_STATE                    MUTANT_QUERY_STATE
#define MUTEX_ALL_ACCESS                      MUTANT_ALL_ACCESS

/*
 * Makes an event. One with manual reset lets all waiters go until it is reset, the other exactly
 * one for each SetEvent. NULL on failure; the caller closes the handle. With a name that exists it
 * is a handle to that event, and the last error ERROR_ALREADY_EXISTS; ERROR_INVALID_HANDLE if the
 * name is of another type. SDK: CreateEventW.
 */
WINBASEAPI HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                                      BOOL bInitialState, LPCSTR lpName);
WINBASEAPI HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES lpEventAttributes, BOOL bManualReset,
                                      BOOL bInitialState, LPCWSTR lpName);
#ifdef UNICODE
#define CreateEvent CreateEventW
#else
#define CreateEvent CreateEventA
#endif

/*
 * CreateEvent with CREATE_EVENT_ flags and the access that the handle shall have. SDK:
 * CreateEventExW.
 */
WINBASEAPI HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCSTR lpName,
                                        DWORD dwFlags, DWORD dwDesiredAccess);
WINBASEAPI HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES lpEventAttributes, LPCWSTR lpName,
                                        DWORD dwFlags, DWORD dwDesiredAccess);
#ifdef UNICODE
#define CreateEventEx CreateEventExW
#else
#define CreateEventEx CreateEventExA
#endif

/*
 * A handle to an event that has that name. Names tell cases apart; one that begins with Global\ is
 * another than the same without, one that begins with Local\ is not. ERROR_FILE_NOT_FOUND,
 * ERROR_INVALID_HANDLE for another type. SDK: OpenEventW.
 */
WINBASEAPI HANDLE WINAPI OpenEventA(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCSTR lpName);
WINBASEAPI HANDLE WINAPI OpenEventW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
#ifdef UNICODE
#define OpenEvent OpenEventW
#else
#define OpenEvent OpenEventA
#endif

/* Sets an event and wakes its waiters. SDK: SetEvent. */
WINBASEAPI BOOL WINAPI SetEvent(HANDLE hEvent);

/* Clears an event. SDK: ResetEvent. */
WINBASEAPI BOOL WINAPI ResetEvent(HANDLE hEvent);

/* Wakes those that wait now, all or one, and leaves the event cleared. SDK: PulseEvent. */
WINBASEAPI BOOL WINAPI PulseEvent(HANDLE hEvent);

/*
 * Makes a mutex, owned by the calling thread if asked. Its owner may take it again and releases it
 * as often. NULL on failure; the caller closes the handle. With a name that exists it is a handle to
 * that mutex, not owned, and the last error ERROR_ALREADY_EXISTS. SDK: CreateMutexW.
 */
WINBASEAPI HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner,
                                      LPCSTR lpName);
WINBASEAPI HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES lpMutexAttributes, BOOL bInitialOwner,
                                      LPCWSTR lpName);
#ifdef UNICODE
#define CreateMutex CreateMutexW
#else
#define CreateMutex CreateMutexA
#endif

/*
 * CreateMutex with CREATE_MUTEX_ flags and the access that the handle shall have. SDK:
 * CreateMutexExW.
 */
WINBASEAPI HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCSTR lpName,
                                        DWORD dwFlags, DWORD dwDesiredAccess);
WINBASEAPI HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES lpMutexAttributes, LPCWSTR lpName,
                                        DWORD dwFlags, DWORD dwDesiredAccess);
#ifdef UNICODE
#define CreateMutexEx CreateMutexExW
#else
#define CreateMutexEx CreateMutexExA
#endif

/* A handle to a mutex that has that name, as OpenEvent. SDK: OpenMutexW. */
WINBASEAPI HANDLE WINAPI OpenMutexW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
#ifdef UNICODE
#define OpenMutex OpenMutexW
#endif

/*
 * Gives up one acquisition of a mutex. ERROR_NOT_OWNER when another thread has it. SDK:
 * ReleaseMutex.
 */
WINBASEAPI BOOL WINAPI ReleaseMutex(HANDLE hMutex);

/*
 * Makes a semaphore with a count and its limit. NULL on failure; the caller closes the handle. With
 * a name that exists it is a handle to that semaphore, and the last error ERROR_ALREADY_EXISTS. SDK:
 * CreateSemaphoreW.
 */
WINBASEAPI HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                                          LONG lInitialCount, LONG lMaximumCount, LPCWSTR lpName);
#ifdef UNICODE
#define CreateSemaphore CreateSemaphoreW
#endif

/*
 * CreateSemaphore with the access that the handle shall have; the flags must be 0. SDK:
 * CreateSemaphoreExW.
 */
WINBASEAPI HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES lpSemaphoreAttributes,
                                            LONG lInitialCount, LONG lMaximumCount, LPCWSTR lpName,
                                            DWORD dwFlags, DWORD dwDesiredAccess);
#ifdef UNICODE
#define CreateSemaphoreEx CreateSemaphoreExW
#endif

/* A handle to a semaphore that has that name, as OpenEvent. SDK: OpenSemaphoreW. */
WINBASEAPI HANDLE WINAPI OpenSemaphoreW(DWORD dwDesiredAccess, BOOL bInheritHandle, LPCWSTR lpName);
#ifdef UNICODE
#define OpenSemaphore OpenSemaphoreW
#endif

/*
 * Adds to the count and tells the one before, if wanted. ERROR_TOO_MANY_POSTS, and no change, when
 * it would pass the limit. SDK: ReleaseSemaphore.
 */
WINBASEAPI BOOL WINAPI ReleaseSemaphore(HANDLE hSemaphore, LONG lReleaseCount,
                                        LPLONG lpPreviousCount);

typedef VOID(APIENTRY *PTIMERAPCROUTINE)(LPVOID lpArgToCompletionRoutine, DWORD dwTimerLowValue,
                                         DWORD dwTimerHighValue);

/*
 * CreateWaitableTimer with CREATE_WAITABLE_TIMER_ flags and the access that the handle shall have.
 * SDK: CreateWaitableTimerExW.
 */
WINBASEAPI HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES lpTimerAttributes,
                                                LPCWSTR lpTimerName, DWORD dwFlags,
                                                DWORD dwDesiredAccess);
#ifdef UNICODE
#define CreateWaitableTimerEx CreateWaitableTimerExW
#endif

/* A handle to a timer that has that name, as OpenEvent. SDK: OpenWaitableTimerW. */
WINBASEAPI HANDLE WINAPI OpenWaitableTimerW(DWORD dwDesiredAccess, BOOL bInheritHandle,
                                            LPCWSTR lpTimerName);
#ifdef UNICODE
#define OpenWaitableTimer OpenWaitableTimerW
#endif

/*
 * Starts a timer anew: it is signaled at a time in units of 100 ns, a negative one from now or a
 * FILETIME, and then, with a period in ms, again and again. A completion routine is called each time,
 * by the calling thread and when that waits alertably. With fResume the last error is
 * ERROR_NOT_SUPPORTED and the timer is set. SDK: SetWaitableTimer.
 */
WINBASEAPI BOOL WINAPI SetWaitableTimer(HANDLE hTimer, const LARGE_INTEGER *lpDueTime, LONG lPeriod,
                                        PTIMERAPCROUTINE pfnCompletionRoutine,
                                        LPVOID lpArgToCompletionRoutine, BOOL fResume);

/* The same; a tolerable delay is not made use of. SDK: SetWaitableTimerEx. */
WINBASEAPI BOOL WINAPI SetWaitableTimerEx(HANDLE hTimer, const LARGE_INTEGER *lpDueTime,
                                          LONG lPeriod, PTIMERAPCROUTINE pfnCompletionRoutine,
                                          LPVOID lpArgToCompletionRoutine,
                                          PREASON_CONTEXT WakeContext, ULONG TolerableDelay);

/* Stops a timer and its routine; it stays signaled if it is. SDK: CancelWaitableTimer. */
WINBASEAPI BOOL WINAPI CancelWaitableTimer(HANDLE hTimer);

/*
 * Waits for an object: ms, or INFINITE; 0 only looks. WAIT_OBJECT_0, WAIT_ABANDONED, WAIT_TIMEOUT
 * or WAIT_FAILED. SDK: WaitForSingleObject.
 */
WINBASEAPI DWORD WINAPI WaitForSingleObject(HANDLE hHandle, DWORD dwMilliseconds);

/*
 * WaitForSingleObject that may be alertable: when the object is not there, calls queued to the
 * thread are made, all of them, and the result is WAIT_IO_COMPLETION. SDK: WaitForSingleObjectEx.
 */
WINBASEAPI DWORD WINAPI WaitForSingleObjectEx(HANDLE hHandle, DWORD dwMilliseconds,
                                              BOOL bAlertable);

/*
 * Waits for one of up to 64 objects, or for all of them at the same moment. WAIT_OBJECT_0 + i names
 * the first that was ready, WAIT_ABANDONED_0 + i a mutex whose owner died. SDK:
 * WaitForMultipleObjects.
 */
WINBASEAPI DWORD WINAPI WaitForMultipleObjects(DWORD nCount, const HANDLE *lpHandles, BOOL bWaitAll,
                                               DWORD dwMilliseconds);

/* WaitForMultipleObjects that may be alertable. SDK: WaitForMultipleObjectsEx. */
WINBASEAPI DWORD WINAPI WaitForMultipleObjectsEx(DWORD nCount, const HANDLE *lpHandles,
                                                 BOOL bWaitAll, DWORD dwMilliseconds,
                                                 BOOL bAlertable);

/*
 * Sets an event, releases a mutex or adds one to a semaphore, then waits for another object; when
 * the first fails there is no wait. SDK: SignalObjectAndWait.
 */
WINBASEAPI DWORD WINAPI SignalObjectAndWait(HANDLE hObjectToSignal, HANDLE hObjectToWaitOn,
                                            DWORD dwMilliseconds, BOOL bAlertable);

/* Stops the thread for so many ms; 0 lets others run first. SDK: Sleep. */
WINBASEAPI VOID WINAPI Sleep(DWORD dwMilliseconds);

/*
 * Sleep that may be alertable: 0 after the time, WAIT_IO_COMPLETION after a queued call. SDK:
 * SleepEx.
 */
WINBASEAPI DWORD WINAPI SleepEx(DWORD dwMilliseconds, BOOL bAlertable);

/* Prepares a critical section, free and owned by nobody. SDK: InitializeCriticalSection. */
WINBASEAPI VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

/*
 * The same, with the number of turns that a thread spins before it sleeps. Returns TRUE. SDK:
 * InitializeCriticalSectionAndSpinCount.
 */
WINBASEAPI BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION lpCriticalSection,
                                                             DWORD dwSpinCount);

/* The same with CRITICAL_SECTION_ flags. SDK: InitializeCriticalSectionEx. */
WINBASEAPI BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION lpCriticalSection,
                                                   DWORD dwSpinCount, DWORD Flags);

/* Sets the number of spins and returns the old one. SDK: SetCriticalSectionSpinCount. */
WINBASEAPI DWORD WINAPI SetCriticalSectionSpinCount(LPCRITICAL_SECTION lpCriticalSection,
                                                    DWORD dwSpinCount);

/*
 * Takes a critical section, waiting without limit. Its owner may take it again. SDK:
 * EnterCriticalSection.
 */
WINBASEAPI VOID WINAPI EnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

/* Takes a critical section if that needs no wait; else FALSE. SDK: TryEnterCriticalSection. */
WINBASEAPI BOOL WINAPI TryEnterCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

/* Gives up one acquisition of a critical section. SDK: LeaveCriticalSection. */
WINBASEAPI VOID WINAPI LeaveCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

/* Ends the use of a critical section that nobody holds. SDK: DeleteCriticalSection. */
WINBASEAPI VOID WINAPI DeleteCriticalSection(LPCRITICAL_SECTION lpCriticalSection);

typedef RTL_SRWLOCK SRWLOCK, *PSRWLOCK;

#define SRWLOCK_INIT RTL_SRWLOCK_INIT

/* Prepares a slim lock; SRWLOCK_INIT does the same. It needs no end. SDK: InitializeSRWLock. */
WINBASEAPI VOID WINAPI InitializeSRWLock(PSRWLOCK SRWLock);

/*
 * Takes a slim lock for one writer, waiting without limit. It is not recursive: a thread that has
 * it, either way, must not take it again. SDK: AcquireSRWLockExclusive.
 */
WINBASEAPI VOID WINAPI AcquireSRWLockExclusive(PSRWLOCK SRWLock);

/* Takes a slim lock together with other readers. SDK: AcquireSRWLockShared. */
WINBASEAPI VOID WINAPI AcquireSRWLockShared(PSRWLOCK SRWLock);

/* Takes a slim lock if that needs no wait. SDK: TryAcquireSRWLockExclusive. */
WINBASEAPI BOOLEAN WINAPI TryAcquireSRWLockExclusive(PSRWLOCK SRWLock);

/* The same for a reader. SDK: TryAcquireSRWLockShared. */
WINBASEAPI BOOLEAN WINAPI TryAcquireSRWLockShared(PSRWLOCK SRWLock);

/* Gives up what AcquireSRWLockExclusive took. SDK: ReleaseSRWLockExclusive. */
WINBASEAPI VOID WINAPI ReleaseSRWLockExclusive(PSRWLOCK SRWLock);

/* Gives up what AcquireSRWLockShared took. SDK: ReleaseSRWLockShared. */
WINBASEAPI VOID WINAPI ReleaseSRWLockShared(PSRWLOCK SRWLock);

typedef RTL_CONDITION_VARIABLE CONDITION_VARIABLE, *PCONDITION_VARIABLE;

#define CONDITION_VARIABLE_INIT            RTL_CONDITION_VARIABLE_INIT
#define CONDITION_VARIABLE_LOCKMODE_SHARED RTL_CONDITION_VARIABLE_LOCKMODE_SHARED

/* Prepares a condition variable; CONDITION_VARIABLE_INIT does the same. SDK:
 * InitializeConditionVariable. */
WINBASEAPI VOID WINAPI InitializeConditionVariable(PCONDITION_VARIABLE ConditionVariable);

/* Lets one sleeper go. SDK: WakeConditionVariable. */
WINBASEAPI VOID WINAPI WakeConditionVariable(PCONDITION_VARIABLE ConditionVariable);

/* Lets all sleepers go. SDK: WakeAllConditionVariable. */
WINBASEAPI VOID WINAPI WakeAllConditionVariable(PCONDITION_VARIABLE ConditionVariable);

/*
 * Leaves the critical section, sleeps until woken, and enters it again; also when it fails, with
 * ERROR_TIMEOUT. It may return for no reason: look again. SDK: SleepConditionVariableCS.
 */
WINBASEAPI BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE ConditionVariable,
                                                PCRITICAL_SECTION CriticalSection,
                                                DWORD dwMilliseconds);

/*
 * The same with a slim lock, held as a reader if CONDITION_VARIABLE_LOCKMODE_SHARED says so. SDK:
 * SleepConditionVariableSRW.
 */
WINBASEAPI BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE ConditionVariable,
                                                 PSRWLOCK SRWLock, DWORD dwMilliseconds,
                                                 ULONG Flags);

typedef RTL_RUN_ONCE INIT_ONCE;
typedef PRTL_RUN_ONCE PINIT_ONCE;
typedef PRTL_RUN_ONCE LPINIT_ONCE;
typedef BOOL(WINAPI *PINIT_ONCE_FN)(PINIT_ONCE InitOnce, PVOID Parameter, PVOID *Context);

#define INIT_ONCE_STATIC_INIT       RTL_RUN_ONCE_INIT
#define INIT_ONCE_CHECK_ONLY        RTL_RUN_ONCE_CHECK_ONLY
#define INIT_ONCE_ASYNC             RTL_RUN_ONCE_ASYNC
#define INIT_ONCE_INIT_FAILED       RTL_RUN_ONCE_INIT_FAILED
#define INIT_ONCE_CTX_RESERVED_BITS RTL_RUN_ONCE_CTX_RESERVED_BITS

/* Prepares a one-time initialisation; INIT_ONCE_STATIC_INIT does the same. SDK:
 * InitOnceInitialize. */
WINBASEAPI VOID WINAPI InitOnceInitialize(PINIT_ONCE InitOnce);

/*
 * Runs the function if none has succeeded yet; other threads wait for its end. Tells the context
 * that it left, whose low two bits must be clear. FALSE when the function says so: the next caller
 * tries again. SDK: InitOnceExecuteOnce.
 */
WINBASEAPI BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE InitOnce, PINIT_ONCE_FN InitFn,
                                           PVOID Parameter, LPVOID *Context);

/*
 * The first half: *fPending says whether the caller shall initialise and call InitOnceComplete.
 * With INIT_ONCE_ASYNC several threads may do that at once and the first one counts; with
 * INIT_ONCE_CHECK_ONLY it fails rather than begin. SDK: InitOnceBeginInitialize.
 */
WINBASEAPI BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE lpInitOnce, DWORD dwFlags,
                                               PBOOL fPending, LPVOID *lpContext);

/*
 * The second half: the initialisation is done, or, with INIT_ONCE_INIT_FAILED, to be tried again.
 * SDK: InitOnceComplete.
 */
WINBASEAPI BOOL WINAPI InitOnceComplete(LPINIT_ONCE lpInitOnce, DWORD dwFlags, LPVOID lpContext);

/*
 * Sleeps while 1, 2, 4 or 8 bytes hold a value, until WakeByAddress... is called for them. FALSE
 * with ERROR_TIMEOUT. It may return for no reason: look again. SDK: WaitOnAddress.
 */
WINBASEAPI BOOL WINAPI WaitOnAddress(volatile VOID *Address, PVOID CompareAddress,
                                     SIZE_T AddressSize, DWORD dwMilliseconds);

/* Lets one thread go that waits for this address. SDK: WakeByAddressSingle. */
WINBASEAPI VOID WINAPI WakeByAddressSingle(PVOID Address);

/* Lets all threads go that wait for this address. SDK: WakeByAddressAll. */
WINBASEAPI VOID WINAPI WakeByAddressAll(PVOID Address);

typedef RTL_BARRIER SYNCHRONIZATION_BARRIER;
typedef PRTL_BARRIER PSYNCHRONIZATION_BARRIER;
typedef PRTL_BARRIER LPSYNCHRONIZATION_BARRIER;

#define SYNCHRONIZATION_BARRIER_FLAGS_SPIN_ONLY  0x01
#define SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY 0x02
#define SYNCHRONIZATION_BARRIER_FLAGS_NO_DELETE  0x04

/* Prepares a barrier for so many threads; a spin count of -1 is the default. SDK:
 * InitializeSynchronizationBarrier. */
WINBASEAPI BOOL WINAPI InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier,
                                                        LONG lTotalThreads, LONG lSpinCount);

/* Waits until all threads are here. TRUE for the last of them alone. SDK:
 * EnterSynchronizationBarrier. */
WINBASEAPI BOOL WINAPI EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier,
                                                   DWORD dwFlags);

/* Waits until all threads have left a barrier that nobody enters any more. SDK:
 * DeleteSynchronizationBarrier. */
WINBASEAPI BOOL WINAPI DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER lpBarrier);

#ifdef __cplusplus
}
#endif

#endif
