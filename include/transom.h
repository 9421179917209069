/* SPDX-License-Identifier: MIT */
/*
 * What Transom has beyond Windows: handles in a program that waits with poll, epoll, GLib or libuv.
 * windows.h does not include this header.
 */
#ifndef TRANSOM_TRANSOM_H
#define TRANSOM_TRANSOM_H

#include <windef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A descriptor that poll(2) and epoll(7) find readable as long as the handle is ready; nothing is
 * read from it or written to it. The caller closes it with close(2), before or after the handle.
 *
 * A named pipe is ready while there is something to read, or its peer has gone; while an instance
 * listens, it becomes ready with what its client writes first. A completion port is ready while it
 * has packets. Events, mutexes and semaphores are while they are signaled, threads and processes
 * when they have ended.
 *
 * -1 on failure: ERROR_ACCESS_DENIED without SYNCHRONIZE, ERROR_NOT_SUPPORTED for timers, for objects
 * that other processes share, and for files and anonymous pipes.
 */
WINBASEAPI int transom_handle_fd(HANDLE handle);

#ifdef __cplusplus
}
#endif

#endif
