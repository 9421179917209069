/* SPDX-License-Identifier: MIT */
/*
 * Exit codes
 *
 * The memfd in which a child finds its handles has a word for the code. Both map it; the parent
 * believes it only where it goes with what the kernel says.
 */
#include "process/exit_code.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/memfd.h"
#include "wire/handle_blob.h"

#define PAGE_SIZE 4096u

enum { TOLD_EXIT = 1, TOLD_KILL = 2, TOLD_EXCEPTION = 3 };

struct tsm_exit_page {
    uint8_t blob[TSM_BLOB_EXIT_OFFSET];
    _Atomic uint64_t word; /* who told << 32 | code */
};

_Static_assert(TSM_BLOB_EXIT_OFFSET % 8 == 0, "the word is stored in one go");
_Static_assert(sizeof(struct tsm_exit_page) <= TSM_BLOB_HEADER_SIZE, "it lies in the header");

static struct tsm_exit_page *own_page;
static pid_t own_pid; /* a child of fork has no page */

struct tsm_exit_page *tsm_exit_page_map(int blob_fd)
{
    void *memory;

    return NT_SUCCESS(tsm_memfd_map(blob_fd, PAGE_SIZE, &memory)) ? memory : NULL;
}

void tsm_exit_page_unmap(struct tsm_exit_page *page)
{
    if (page)
        tsm_memfd_unmap(page, PAGE_SIZE);
}

void tsm_exit_page_adopt(int blob_fd)
{
    if (!own_page)
        own_page = tsm_exit_page_map(blob_fd);
    own_pid = getpid();
}

static void tell(struct tsm_exit_page *page, uint32_t who, uint32_t code)
{
    uint64_t nobody = 0;

    if (page)
        atomic_compare_exchange_strong(&page->word, &nobody, (uint64_t)who << 32 | code);
}

void tsm_exit_page_tell(uint32_t code)
{
    if (own_page && own_pid == getpid())
        tell(own_page, TOLD_EXIT, code);
}

void tsm_exit_page_tell_killed(struct tsm_exit_page *page, uint32_t code)
{
    tell(page, TOLD_KILL, code);
}

void tsm_exit_page_tell_exception(uint32_t code, bool by_signal)
{
    if (own_page && own_pid == getpid())
        tell(own_page, by_signal ? TOLD_EXCEPTION : TOLD_EXIT, code);
}

/* The signals that an unhandled exception ends with. */
static bool is_of_exception(uint32_t number)
{
    return number == SIGSEGV || number == SIGBUS || number == SIGILL || number == SIGFPE ||
           number == SIGTRAP || number == SIGABRT;
}

/* Windows: a program that dies of a fault ends with the exception's code. */
static uint32_t code_of_signal(uint32_t number)
{
    switch (number) {
    case SIGSEGV:
    case SIGBUS:
        return (uint32_t)STATUS_ACCESS_VIOLATION;
    case SIGILL:
        return (uint32_t)STATUS_ILLEGAL_INSTRUCTION;
    case SIGFPE:
        return (uint32_t)STATUS_INTEGER_DIVIDE_BY_ZERO;
    case SIGTRAP:
        return (uint32_t)STATUS_BREAKPOINT;
    case SIGINT:
    case SIGQUIT:
    case SIGHUP:
    case SIGTERM:
        return (uint32_t)STATUS_CONTROL_C_EXIT;
    default:
        return 128 + number;
    }
}

uint32_t tsm_exit_page_code(const struct tsm_exit_page *page, uint32_t kernel_code, bool was_killed)
{
    uint64_t word = page ? atomic_load(&page->word) : 0;
    uint32_t who = (uint32_t)(word >> 32), code = (uint32_t)word;

    if (was_killed)
        return (kernel_code == SIGKILL && who == TOLD_KILL) ||
                       (is_of_exception(kernel_code) && who == TOLD_EXCEPTION)
                   ? code
                   : code_of_signal(kernel_code);
    return who == TOLD_EXIT && (code & 0xFF) == (kernel_code & 0xFF) ? code : kernel_code;
}

static void on_end(int code, void *unused)
{
    tsm_exit_page_tell((uint32_t)code);
}

void tsm_exit_code_init(void)
{
    on_exit(on_end, NULL);
}
