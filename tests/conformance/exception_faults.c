/* SPDX-License-Identifier: MIT */
/* What a processor refuses to do, as exceptions. */
#include "exception_helpers.h"

#include <float.h>

static EXCEPTION_RECORD noted;
static CONTEXT noted_context;

static int note(EXCEPTION_POINTERS *pointers)
{
    noted = *pointers->ExceptionRecord;
    noted_context = *pointers->ContextRecord;
    return EXCEPTION_EXECUTE_HANDLER;
}

TEST(reading_and_writing_nowhere_is_an_access_violation)
{
    __try {
        read_from(NOWHERE);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_ACCESS_VIOLATION);
    CHECK_U32(noted.ExceptionFlags & EXCEPTION_NONCONTINUABLE, 0);
    CHECK_U32(noted.NumberParameters, 2);
    CHECK(noted.ExceptionInformation[0] == 0);
    CHECK(noted.ExceptionInformation[1] == (ULONG_PTR)NOWHERE);
    __try {
        write_to(NOWHERE);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_ACCESS_VIOLATION);
    CHECK(noted.ExceptionInformation[0] == 1);
    CHECK(noted.ExceptionInformation[1] == (ULONG_PTR)NOWHERE);
    CHECK_TRAIL("hh");
}

static NOINLINE void jump_to(void *address)
{
    void (*function)(void);

    memcpy(&function, &address, sizeof(function));
    function();
    mark('x');
}

TEST(executing_data_is_an_access_violation_of_its_own_kind)
{
    static char data[16];

    __try {
        jump_to(data);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_ACCESS_VIOLATION);
    CHECK(noted.ExceptionInformation[0] == 8);
    CHECK(noted.ExceptionInformation[1] == (ULONG_PTR)data);
    CHECK(noted.ExceptionAddress == (PVOID)data);
    CHECK_TRAIL("h");
}

static char *volatile repaired;
static int page[16];

static int repair(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    mark('f');
    repaired = (char *)page;
    return EXCEPTION_EXECUTE_HANDLER;
}

TEST(a_handler_may_repair_and_try_again)
{
    volatile int done = 0;

    page[0] = 7;
    while (!done) {
        __try {
            CHECK(read_from((volatile int *)repaired) == 7);
            done = 1;
        } __except (repair(GetExceptionInformation())) {
            mark('h');
        }
    }
    CHECK_TRAIL("fh");
}

#if defined(__x86_64__)

TEST(division_by_zero_and_overflow_are_told_apart)
{
    __try {
        divide(1, 0);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_INT_DIVIDE_BY_ZERO);
    CHECK_U32(noted.NumberParameters, 0);
    __try {
        divide(-2147483647 - 1, -1);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32_WINE_DIFFERS(noted.ExceptionCode, EXCEPTION_INT_OVERFLOW, "both are the same");
    CHECK_TRAIL("hh");
}

#define DIVIDE_CASE(name, setup, instruction)                                          \
    static NOINLINE void name(unsigned long long dividend, unsigned long long divisor) \
    {                                                                                  \
        unsigned long long memory[4];                                                  \
        memory[1] = divisor;                                                           \
        __asm__ volatile(setup "\n\t" instruction                                      \
                         :                                                             \
                         : "a"(dividend), "d"(0ull), "c"(divisor), "r"(memory)         \
                         : "cc", "rbx", "r8", "r13", "memory");                        \
    }

DIVIDE_CASE(divide_byte, "", "divb %%cl")
DIVIDE_CASE(divide_high_byte, "movb %%cl, %%bh", "divb %%bh")
DIVIDE_CASE(divide_word, "", "divw %%cx")
DIVIDE_CASE(divide_quad_r8, "movq %%rcx, %%r8", "divq %%r8")
DIVIDE_CASE(divide_memory, "movq %3, %%r13", "divl 8(%%r13)")
DIVIDE_CASE(divide_memory_index, "movq %3, %%r13\n\tmovl $1, %%ebx", "divq (%%r13,%%rbx,8)")

typedef void (*divide_case)(unsigned long long, unsigned long long);

static DWORD code_of(divide_case function, unsigned long long dividend, unsigned long long divisor)
{
    noted.ExceptionCode = 0;
    __try {
        function(dividend, divisor);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    return noted.ExceptionCode;
}

TEST(all_forms_of_divisors_are_looked_at)
{
    static const divide_case cases[] = {divide_byte,    divide_high_byte, divide_word,
                                        divide_quad_r8, divide_memory,    divide_memory_index};
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        CHECK_U32(code_of(cases[i], 5, 0), EXCEPTION_INT_DIVIDE_BY_ZERO);
    CHECK_U32_WINE_DIFFERS(code_of(divide_byte, 0xFFFF, 1), EXCEPTION_INT_OVERFLOW,
                           "both are the same");
}

#define INSTRUCTION(name, text)                                  \
    static NOINLINE void name(void)                              \
    {                                                            \
        __asm__ volatile(text ::: "memory", "rax", "rdx", "cc"); \
    }

INSTRUCTION(undefined, "ud2")
INSTRUCTION(halt, "hlt")
INSTRUCTION(clear_interrupts, "cli")
INSTRUCTION(read_port, "inb %%dx, %%al")
INSTRUCTION(read_control, "movq %%cr0, %%rax")
INSTRUCTION(breakpoint, "int3")
INSTRUCTION(not_canonical, "movabsq $0x8000000000000000, %%rax\n\tmovl (%%rax), %%eax")
INSTRUCTION(trap_flag, "pushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n\tnop\n\tnop")

static void run(void (*function)(void))
{
    memset(&noted, 0, sizeof(noted));
    __try {
        function();
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
}

TEST(undefined_and_privileged_instructions_have_codes_of_their_own)
{
    run(undefined);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_ILLEGAL_INSTRUCTION);
    CHECK_U32(noted.NumberParameters, 0);
    run(halt);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_PRIV_INSTRUCTION);
    run(clear_interrupts);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_PRIV_INSTRUCTION);
    run(read_port);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_PRIV_INSTRUCTION);
    run(read_control);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_PRIV_INSTRUCTION);
    CHECK_TRAIL("hhhhh");
}

TEST(an_address_that_is_not_canonical_is_not_told)
{
    run(not_canonical);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_ACCESS_VIOLATION);
    CHECK(noted.ExceptionInformation[0] == 0);
    CHECK(noted.ExceptionInformation[1] == (ULONG_PTR)-1);
}

TEST(a_breakpoint_is_reported_at_its_instruction)
{
    run(breakpoint);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_BREAKPOINT);
    CHECK_U32(noted.NumberParameters, 1);
    CHECK((DWORD64)(ULONG_PTR)noted.ExceptionAddress == noted_context.Rip);
    CHECK(*(unsigned char *)noted.ExceptionAddress == 0xCC);
}

static int step_over_breakpoint(EXCEPTION_POINTERS *pointers)
{
    note(pointers);
    pointers->ContextRecord->Rip++;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static NOINLINE void stop_here(void)
{
    __debugbreak();
}

TEST(a_program_may_stop_for_a_debugger_that_is_not_there)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    __try {
        DebugBreak();
        mark('d');
        stop_here();
        mark('b');
    } __except (step_over_breakpoint(GetExceptionInformation())) {
        mark('x');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_BREAKPOINT);
    CHECK_TRAIL("db");
}

TEST(the_trap_flag_steps_once_and_is_clear_in_the_context)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    run(trap_flag);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_SINGLE_STEP);
    CHECK((noted_context.EFlags & 0x100) == 0);
}

/* The flag for alignment checks is on for one access. */
static NOINLINE int read_checked(const char *address)
{
    int value;

    __asm__ volatile("pushfq\n\torl $0x40000, (%%rsp)\n\tpopfq\n\t"
                     "movl (%1), %0\n\t"
                     "pushfq\n\tandl $~0x40000, (%%rsp)\n\tpopfq"
                     : "=r"(value)
                     : "r"(address)
                     : "cc", "memory");
    return value;
}

static int stop_checking(EXCEPTION_POINTERS *pointers)
{
    note(pointers);
    mark('f');
    pointers->ContextRecord->EFlags &= ~0x40000u;
    return EXCEPTION_CONTINUE_EXECUTION;
}

TEST(misalignment_is_an_exception_where_it_is_checked)
{
    static union {
        char bytes[16];
        long long aligned;
    } memory = {{0, 1, 2, 3, 4, 5}};

    WINE_DIFFERS("it switches the check off and makes the access");
    __try {
        CHECK(read_checked(memory.bytes) == 0x03020100);
        mark('a');
        read_checked(memory.bytes + 1);
        mark('x');
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_DATATYPE_MISALIGNMENT);
    __try {
        CHECK(read_checked(memory.bytes + 1) == 0x04030201);
        mark('c');
    } __except (stop_checking(GetExceptionInformation())) {
        mark('x');
    }
    CHECK((noted_context.EFlags & 0x40000) != 0);
    CHECK_TRAIL("ahfc");
}

static int skip_two_bytes(EXCEPTION_POINTERS *pointers)
{
    mark('f');
    pointers->ContextRecord->Rip += 2;
    pointers->ContextRecord->Rax = 0x1122334455667788;
    pointers->ContextRecord->R9 = 42;
    pointers->ContextRecord->Xmm1.Low = 99;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static NOINLINE unsigned long long stumble(unsigned long long *r9, unsigned long long *xmm)
{
    unsigned long long rax;

    __asm__ volatile("xorps %%xmm1, %%xmm1\n\tud2\n\tmovq %%xmm1, %2"
                     : "=a"(rax), "=r"(*r9), "=r"(*xmm)
                     :
                     : "xmm1", "r9");
    __asm__ volatile("" ::: "memory");
    return rax;
}

static NOINLINE unsigned long long stumble_r9(void)
{
    unsigned long long value;

    __asm__ volatile("ud2\n\tmovq %%r9, %0" : "=r"(value) : : "r9", "rax", "xmm1");
    return value;
}

TEST(changes_to_the_context_take_effect_on_continuing)
{
    volatile unsigned long long rax = 0, r9 = 0;
    unsigned long long unused, xmm = 0;

    __try {
        rax = stumble(&unused, &xmm);
        r9 = stumble_r9();
        mark('c');
    } __except (skip_two_bytes(GetExceptionInformation())) {
        mark('x');
    }
    CHECK(rax == 0x1122334455667788);
    CHECK(xmm == 99);
    CHECK(r9 == 42);
    CHECK_TRAIL("ffc");
}

TEST(the_context_has_the_registers_of_the_fault)
{
    __try {
        __asm__ volatile("" ::: "memory");
        read_from(NOWHERE);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK((noted_context.ContextFlags & CONTEXT_FULL) == CONTEXT_FULL);
    CHECK(noted_context.Rip == (DWORD64)(ULONG_PTR)noted.ExceptionAddress);
    CHECK(noted_context.Rsp != 0 && noted_context.Rsp % 8 == 0);
    CHECK(noted_context.MxCsr != 0);
    CHECK_TRAIL("h");
}

#elif defined(__aarch64__)

#define INSTRUCTION(name, text)                          \
    static NOINLINE void name(void)                      \
    {                                                    \
        __asm__ volatile(text ::: "memory", "x0", "cc"); \
    }

INSTRUCTION(undefined, ".inst 0")
INSTRUCTION(read_system_register, "mrs x0, ttbr0_el1")
INSTRUCTION(breakpoint, "brk #0xf000")

static void run(void (*function)(void))
{
    memset(&noted, 0, sizeof(noted));
    __try {
        function();
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
}

TEST(undefined_and_privileged_instructions_have_codes_of_their_own)
{
    run(undefined);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_ILLEGAL_INSTRUCTION);
    CHECK_U32(noted.NumberParameters, 0);
    run(read_system_register);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_PRIV_INSTRUCTION);
    CHECK_TRAIL("hh");
}

TEST(a_breakpoint_is_reported_at_its_instruction)
{
    run(breakpoint);
    CHECK_U32(noted.ExceptionCode, EXCEPTION_BREAKPOINT);
    CHECK_U32(noted.NumberParameters, 1);
    CHECK((DWORD64)(ULONG_PTR)noted.ExceptionAddress == noted_context.Pc);
}

static int skip_one_instruction(EXCEPTION_POINTERS *pointers)
{
    mark('f');
    pointers->ContextRecord->Pc += 4;
    pointers->ContextRecord->X[0] = 0x1122334455667788;
    pointers->ContextRecord->X[9] = 42;
    pointers->ContextRecord->V[1].Low = 99;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static NOINLINE void stumble(unsigned long long values[3])
{
    unsigned long long x0, x9, vector;

    __asm__ volatile("fmov d1, xzr\n\t.inst 0\n\tmov %0, x0\n\tmov %1, x9\n\tfmov %2, d1"
                     : "=&r"(x0), "=&r"(x9), "=&r"(vector)
                     :
                     : "x0", "x9", "v1");
    values[0] = x0;
    values[1] = x9;
    values[2] = vector;
}

TEST(changes_to_the_context_take_effect_on_continuing)
{
    unsigned long long values[3] = {0};

    __try {
        stumble(values);
        mark('c');
    } __except (skip_one_instruction(GetExceptionInformation())) {
        mark('x');
    }
    CHECK(values[0] == 0x1122334455667788);
    CHECK(values[1] == 42);
    CHECK(values[2] == 99);
    CHECK_TRAIL("fc");
}

TEST(the_context_has_the_registers_of_the_fault)
{
    __try {
        read_from(NOWHERE);
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK((noted_context.ContextFlags & CONTEXT_FULL) == CONTEXT_FULL);
    CHECK(noted_context.Pc == (DWORD64)(ULONG_PTR)noted.ExceptionAddress);
    CHECK(noted_context.Sp != 0 && noted_context.Sp % 16 == 0);
    CHECK(noted_context.X[0] == (DWORD64)(ULONG_PTR)NOWHERE);
    CHECK_TRAIL("h");
}

#endif

/* Windows has that; Wine 8 does not come back from there. */
#define NEEDS_A_GUARDED_STACK()                                   \
    do {                                                          \
        if (is_wine())                                            \
            SKIP("Wine hangs when the stack of a test runs out"); \
    } while (0)

static NOINLINE int overflow(int depth)
{
    volatile char room[2000];

    room[depth % 2000] = (char)depth;
    return depth > 100000000 ? 0 : overflow(depth + 1) + room[depth % 2000];
}

static NOINLINE void overflow_once(void)
{
    overflow(0);
}

TEST(the_overflow_of_the_stack_is_an_exception)
{
    NEEDS_A_KERNEL_OF_ITS_OWN();
    NEEDS_A_GUARDED_STACK();
    __try {
        overflow_once();
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_STACK_OVERFLOW);
    CHECK_TRAIL("h");
}

static DWORD WINAPI overflow_in_thread(LPVOID argument)
{
    volatile DWORD result = 1;

    (void)argument;
    __try {
        overflow_once();
    } __except (GetExceptionCode() == EXCEPTION_STACK_OVERFLOW ? EXCEPTION_EXECUTE_HANDLER
                                                               : EXCEPTION_CONTINUE_SEARCH) {
        result = 77;
    }
    return result;
}

TEST(the_overflow_of_a_threads_stack_is_an_exception)
{
    HANDLE thread;
    DWORD code;

    NEEDS_A_KERNEL_OF_ITS_OWN();
    NEEDS_A_GUARDED_STACK();
    thread = CreateThread(NULL, 0, overflow_in_thread, NULL, 0, NULL);
    CHECK_U32(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_U32(code, 77);
    CloseHandle(thread);
}

TEST(a_finally_block_that_faults_takes_the_place_of_the_first)
{
    __try {
        __try {
            raise_code(USER_CODE);
        } __finally {
            mark('f');
            write_to(NOWHERE);
            mark('x');
        }
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, EXCEPTION_ACCESS_VIOLATION);
    CHECK_TRAIL("fh");
}

TEST(a_handler_that_faults_is_for_the_next_frame)
{
    __try {
        __try {
            write_to(NOWHERE);
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            mark('g');
            raise_code(USER_CODE);
        }
    } __except (note(GetExceptionInformation())) {
        mark('h');
    }
    CHECK_U32(noted.ExceptionCode, USER_CODE);
    CHECK_TRAIL("gh");
}

TEST(ten_thousand_faults_are_handled)
{
    volatile int i, count = 0;

    for (i = 0; i < 10000; i++) {
        __try {
            write_to(NOWHERE);
        } __except (EXCEPTION_EXECUTE_HANDLER) {
            count = count + 1;
        }
    }
    CHECK(count == 10000);
}

static int faults_once(void)
{
    mark('f');
    if (trail_length == 1)
        write_to(NOWHERE);
    return EXCEPTION_CONTINUE_SEARCH;
}

TEST(a_filter_that_faults_is_asked_again)
{
    __try {
        __try {
            write_to(NOWHERE);
        } __except (faults_once()) {
            mark('x');
        }
    } __except (answer('g', EXCEPTION_EXECUTE_HANDLER)) {
        mark('h');
    }
    CHECK_TRAIL("ffgh");
}
