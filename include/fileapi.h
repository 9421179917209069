/* SPDX-License-Identifier: MIT */
/* Files, and reading and writing of everything that has a handle. */
#ifndef TRANSOM_FILEAPI_H
#define TRANSOM_FILEAPI_H

#include <minwindef.h>
#include <minwinbase.h>

#ifdef __cplusplus
extern "C" {
#endif

/* dwCreationDisposition of CreateFile. */
#define CREATE_NEW        1
#define CREATE_ALWAYS     2
#define OPEN_EXISTING     3
#define OPEN_ALWAYS       4
#define TRUNCATE_EXISTING 5

#define INVALID_FILE_SIZE        ((DWORD)0xFFFFFFFF)
#define INVALID_SET_FILE_POINTER ((DWORD)-1)
#define INVALID_FILE_ATTRIBUTES  ((DWORD)-1)

/*
 * Opens or makes a file, opens NUL, or connects to a named pipe as its client. INVALID_HANDLE_VALUE
 * on failure: ERROR_FILE_NOT_FOUND, ERROR_PIPE_BUSY, ERROR_ACCESS_DENIED and others. CREATE_ALWAYS
 * and OPEN_ALWAYS set ERROR_ALREADY_EXISTS on success when the file was there. The caller closes
 * the handle. SDK: CreateFileW.
 */
WINBASEAPI HANDLE WINAPI CreateFileA(LPCSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                                     LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                                     DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes,
                                     HANDLE hTemplateFile);
WINBASEAPI HANDLE WINAPI CreateFileW(LPCWSTR lpFileName, DWORD dwDesiredAccess, DWORD dwShareMode,
                                     LPSECURITY_ATTRIBUTES lpSecurityAttributes,
                                     DWORD dwCreationDisposition, DWORD dwFlagsAndAttributes,
                                     HANDLE hTemplateFile);
#ifdef UNICODE
#define CreateFile CreateFileW
#else
#define CreateFile CreateFileA
#endif

/*
 * Reads at most the given number of bytes. The count is set to 0 first and may be NULL only beside
 * an OVERLAPPED. End of file is TRUE with 0 bytes; a pipe whose writer has gone is FALSE with
 * ERROR_BROKEN_PIPE; a message that is longer than the buffer is FALSE with ERROR_MORE_DATA, and
 * the rest stays. SDK: ReadFile.
 */
WINBASEAPI BOOL WINAPI ReadFile(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                                LPDWORD lpNumberOfBytesRead, LPOVERLAPPED lpOverlapped);

/*
 * Writes bytes, and on a message pipe one message. Waits for room in a pipe unless it is
 * PIPE_NOWAIT. ERROR_NO_DATA when the reader of a pipe has gone. SDK: WriteFile.
 */
WINBASEAPI BOOL WINAPI WriteFile(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                                 LPDWORD lpNumberOfBytesWritten, LPOVERLAPPED lpOverlapped);

/*
 * Reads from an overlapped file and has the calling thread call a routine when that has ended: in an
 * alertable wait and nowhere else. TRUE says that it was begun, and that the routine will be called;
 * the last error is 0 then, or a warning. SDK: ReadFileEx.
 */
WINBASEAPI BOOL WINAPI ReadFileEx(HANDLE hFile, LPVOID lpBuffer, DWORD nNumberOfBytesToRead,
                                  LPOVERLAPPED lpOverlapped,
                                  LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

/* The same for writing. SDK: WriteFileEx. */
WINBASEAPI BOOL WINAPI WriteFileEx(HANDLE hFile, LPCVOID lpBuffer, DWORD nNumberOfBytesToWrite,
                                   LPOVERLAPPED lpOverlapped,
                                   LPOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

/*
 * Writes a file to its disk; on a pipe waits until the peer has read all that was written here.
 * Needs write access. SDK: FlushFileBuffers.
 */
WINBASEAPI BOOL WINAPI FlushFileBuffers(HANDLE hFile);

/*
 * Moves the position of a file, counted from FILE_BEGIN, FILE_CURRENT or FILE_END. The distance has
 * 64 bits when the high half is given. Returns the low half of the new position;
 * INVALID_SET_FILE_POINTER is a failure only when the last error is not 0. SDK: SetFilePointer.
 */
WINBASEAPI DWORD WINAPI SetFilePointer(HANDLE hFile, LONG lDistanceToMove,
                                       PLONG lpDistanceToMoveHigh, DWORD dwMoveMethod);

/* SetFilePointer with one 64-bit distance and result. SDK: SetFilePointerEx. */
WINBASEAPI BOOL WINAPI SetFilePointerEx(HANDLE hFile, LARGE_INTEGER liDistanceToMove,
                                        PLARGE_INTEGER lpNewFilePointer, DWORD dwMoveMethod);

/*
 * The low half of a file's size in bytes; INVALID_FILE_SIZE with a last error on failure. SDK:
 * GetFileSize.
 */
WINBASEAPI DWORD WINAPI GetFileSize(HANDLE hFile, LPDWORD lpFileSizeHigh);

/* The size of a file in bytes. SDK: GetFileSizeEx. */
WINBASEAPI BOOL WINAPI GetFileSizeEx(HANDLE hFile, PLARGE_INTEGER lpFileSize);

/* Cuts or extends a file to its current position. SDK: SetEndOfFile. */
WINBASEAPI BOOL WINAPI SetEndOfFile(HANDLE hFile);

/*
 * FILE_TYPE_DISK, FILE_TYPE_CHAR, FILE_TYPE_PIPE or FILE_TYPE_UNKNOWN; the last with a last error
 * of 0 unless the handle is bad. SDK: GetFileType.
 */
WINBASEAPI DWORD WINAPI GetFileType(HANDLE hFile);

/* Removes a file. SDK: DeleteFileW. */
WINBASEAPI BOOL WINAPI DeleteFileA(LPCSTR lpFileName);
WINBASEAPI BOOL WINAPI DeleteFileW(LPCWSTR lpFileName);
#ifdef UNICODE
#define DeleteFile DeleteFileW
#else
#define DeleteFile DeleteFileA
#endif

/*
 * The FILE_ATTRIBUTE_ bits of a file or folder; INVALID_FILE_ATTRIBUTES on failure. SDK:
 * GetFileAttributesW.
 */
WINBASEAPI DWORD WINAPI GetFileAttributesA(LPCSTR lpFileName);
WINBASEAPI DWORD WINAPI GetFileAttributesW(LPCWSTR lpFileName);
#ifdef UNICODE
#define GetFileAttributes GetFileAttributesW
#else
#define GetFileAttributes GetFileAttributesA
#endif

#ifdef __cplusplus
}
#endif

#endif
