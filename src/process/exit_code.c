/* SPDX-License-Identifier: MIT */
/*
 * Exit codes
 *
 * A memfd of its own, which a child is started with, has a word for the code. The child, its parent
 * and whoever gets the parent's handle map it. What it says is believed only where it goes with what
 * the kernel says.
 */
#include "process/exit_code.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/memfd.h"

#define PAGE_SIZE 4096u

enum { TOLD_EXIT = 1, TOLD_KILL = 2, TOLD_EXCEPTION = 3 };

struct tsm_exit_page {
    _Atomic uint64_t *word; /* who told << 32 | code; the beginning of the page */
    int memfd;
};

static struct tsm_exit_page *own_page;
static pid_t own_pid; /* a child of fork has no page */

static struct tsm_exit_page *page_alloc(void)
{
    struct tsm_exit_page *page = calloc(1, sizeof(*page));

    if (page)
        page->memfd = -1;
    return page;
}

/* Takes the page, NULL without memory for it; status says whether the rest of it is there. */
static NTSTATUS page_finish(struct tsm_exit_page *page, void *memory, NTSTATUS status,
                            struct tsm_exit_page **out)
{
    if (!NT_SUCCESS(status)) {
        tsm_exit_page_free(page);
        return status;
    }
    page->word = memory;
    *out = page;
    return STATUS_SUCCESS;
}

NTSTATUS tsm_exit_page_new(struct tsm_exit_page **out)
{
    struct tsm_exit_page *page = page_alloc();
    void *memory = NULL;
    NTSTATUS status = page ? tsm_memfd_new(PAGE_SIZE, &page->memfd) : STATUS_NO_MEMORY;

    /* So that nobody's store fails later. */
    if (NT_SUCCESS(status))
        status = tsm_memfd_reserve(page->memfd, 0, PAGE_SIZE);
    if (NT_SUCCESS(status))
        status = tsm_memfd_map(page->memfd, PAGE_SIZE, &memory);
    return page_finish(page, memory, status, out);
}

NTSTATUS tsm_exit_page_open(int memfd, struct tsm_exit_page **out)
{
    struct tsm_exit_page *page = page_alloc();
    void *memory = NULL;
    NTSTATUS status =
        page ? tsm_memfd_adopt(memfd, PAGE_SIZE, &page->memfd, &memory) : STATUS_NO_MEMORY;

    return page_finish(page, memory, status, out);
}

void tsm_exit_page_free(struct tsm_exit_page *page)
{
    if (!page)
        return;
    if (page->word)
        tsm_memfd_unmap(page->word, PAGE_SIZE);
    if (page->memfd >= 0)
        tsm_fd_close(page->memfd);
    free(page);
}

int tsm_exit_page_fd(const struct tsm_exit_page *page)
{
    return page->memfd;
}

void tsm_exit_page_adopt(int memfd)
{
    if (NT_SUCCESS(tsm_exit_page_open(memfd, &own_page)))
        tsm_fd_close(memfd);
    own_pid = getpid();
}

const struct tsm_exit_page *tsm_exit_page_own(void)
{
    return own_pid == getpid() ? own_page : NULL;
}

static void tell(struct tsm_exit_page *page, uint32_t who, uint32_t code)
{
    uint64_t nobody = 0;

    if (page)
        atomic_compare_exchange_strong(page->word, &nobody, (uint64_t)who << 32 | code);
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
    uint64_t word = page ? atomic_load(page->word) : 0;
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
