#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Exceptions beside what else looks at faults: test_exceptions_beside.py TRANSOM_CC

Libraries that are loaded later, debuggers, sanitizers, valgrind.
"""
import re
import shutil
import signal
import sys
from pathlib import Path

from driver import Place, need, run_cases, write

PROGRAMS = Path(__file__).resolve().parent / "programs"
OUTPUT = "1 e0000007 c0000005 22\n1 e0000007 c0000005 22\nhandled\n"
COMPILERS = ("gcc", "clang")

# A program for Linux that has never heard of exceptions.
PLAIN = """
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

static int (*handles)(void);

static void *in_thread(void *unused)
{
    return (void *)(long)(handles() == 1);
}

int main(int argc, char **argv)
{
    void *library = dlopen(argv[1], RTLD_NOW), *same = NULL;
    struct sigaction before;
    pthread_t thread;

    if (!library)
        return puts(dlerror()), 1;
    sigaction(SIGSEGV, NULL, &before);
    *(void **)&handles = dlsym(library, "library_handles");
    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, &same);
    printf("%d %d %d\\n", before.sa_handler == SIG_DFL, handles(), same != NULL);
    return 0;
}
"""

# Every header of the C++ library that has __try in it stands on one side of ours or the other.
CPLUSPLUS = """
%s
#include <windows.h>
%s

static int caught(int number)
{
    try {
        std::vector<int> one(1);
        return one.at(number);
    } catch (const std::out_of_range &) {
        return -1;
    }
}

int main()
{
    int handled = 0;

    __try {
        RaiseException(0xE0000001, 0, 0, nullptr);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        handled = 1;
    }
    std::printf("%%d %%d %%d\\n", handled, caught(0), caught(5));
    return 0;
}
"""
CPLUSPLUS_HEADERS = "\n".join(f"#include <{name}>" for name in (
    "cstdio", "stdexcept", "vector", "string", "map", "memory", "thread", "future", "regex", "sstream",
    "functional", "algorithm", "iostream", "csetjmp"))

CRASH = """
#include <windows.h>

int main(void)
{
    __try {
        *(volatile int *)0x1234 = 1;
    } __except (EXCEPTION_CONTINUE_SEARCH) {
    }
    return 0;
}
"""


def main():
    place = Place(Path(sys.argv[1]).resolve())

    def built(compiler, *words):
        folder = place.folder()
        for name in ("beside_library.c", "beside_program.c"):
            shutil.copy(PROGRAMS / name, folder)
        wrong = place.cc("-shared", "-fPIC", *words, "beside_library.c", "-o", "library.so", "-w",
                         cwd=folder, compiler=compiler).expect() or \
            place.cc(*words, "beside_program.c", "-o", "program", "-ldl", "-w", cwd=folder,
                     compiler=compiler).expect()
        return folder, wrong

    def exceptions_cross_libraries_that_are_loaded_later(compiler):
        folder, wrong = built(compiler, "-O2")
        return wrong or place.run(folder / "program", folder / "library.so").expect(0, OUTPUT)

    def headers_of_cplusplus_come_before_and_after(compiler):
        folder = place.folder()
        write(folder, before_cpp=CPLUSPLUS % (CPLUSPLUS_HEADERS, ""),
              after_cpp=CPLUSPLUS % ("", CPLUSPLUS_HEADERS))
        for name in ("before", "after"):
            wrong = place.cc("-O1", f"{name}.cpp", "-o", name, cwd=folder,
                             compiler=compiler).expect() or \
                place.run(folder / name).expect(0, "1 0 -1\n")
            if wrong:
                return wrong
        return []

    def who_is_not_handled_says_so_and_dies_of_the_signal():
        folder = place.folder()
        write(folder, crash_c=CRASH)
        wrong = place.cc("crash.c", "-o", "crash", cwd=folder, compiler="gcc").expect()
        if wrong:
            return wrong
        done = place.run("sh", "-c", "ulimit -c 0; exec ./crash", cwd=folder)
        told = re.fullmatch(r"transom: unhandled STATUS_ACCESS_VIOLATION 0xC0000005 at 0x[0-9a-f]+ "
                            r"\(crash\+0x[0-9a-f]+\), writing 0x1234\n", done.err)
        return [] if told and done.code == -signal.SIGSEGV else done.told("that is not its end")

    def libraries_of_one_compiler_serve_programs_of_the_other():
        ours, wrong = built("gcc", "-O2")
        theirs, also_wrong = built("clang", "-O2")
        return wrong or also_wrong or \
            place.run(ours / "program", theirs / "library.so").expect(0, OUTPUT) or \
            place.run(theirs / "program", ours / "library.so").expect(0, OUTPUT)

    def a_program_that_knows_nothing_loads_such_a_library():
        folder, wrong = built("gcc", "-O2")
        write(folder, plain_c=PLAIN)
        return wrong or place.run("gcc", "-w", "plain.c", "-o", "plain", "-pthread", "-ldl",
                                  cwd=folder).expect() or \
            place.run(folder / "plain", folder / "library.so").expect(0, "1 1 1\n")

    def sanitizers_let_exceptions_pass(compiler):
        folder, wrong = built(compiler, "-O1", "-g", "-fsanitize=address,undefined")
        return wrong or place.run(folder / "program", folder / "library.so").expect(0, OUTPUT)

    def a_debugger_sees_the_fault_first_and_passes_it_on():
        need("gdb")
        folder, wrong = built("gcc", "-O1", "-g")
        if wrong:
            return wrong
        done = place.run("gdb", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex",
                         "run", "-ex", "backtrace 1", *["-ex", "continue"] * 5, "--args",
                         folder / "program", folder / "library.so", cwd=folder)
        texts = ("received signal SIGSEGV", "#0 ", "write_to", "handled", "exited normally")
        return [line for text in texts if text not in done.out
                for line in done.told(f"there is no {text!r}")]

    def valgrind_runs_such_programs():
        need("valgrind")
        folder, wrong = built("gcc", "-O1", "-g")
        return wrong or place.run("valgrind", "-q", "--log-file=log",
                                  "--vex-iropt-register-updates=allregs-at-mem-access",
                                  folder / "program", folder / "library.so",
                                  cwd=folder).expect(0, OUTPUT)

    run_cases(place, [
        *[(f"{case.__name__}: {compiler}", lambda case=case, compiler=compiler: case(compiler))
          for case in (exceptions_cross_libraries_that_are_loaded_later,
                       headers_of_cplusplus_come_before_and_after,
                       sanitizers_let_exceptions_pass) for compiler in COMPILERS],
        libraries_of_one_compiler_serve_programs_of_the_other,
        a_program_that_knows_nothing_loads_such_a_library,
        who_is_not_handled_says_so_and_dies_of_the_signal,
        a_debugger_sees_the_fault_first_and_passes_it_on,
        valgrind_runs_such_programs,
    ])


main()
