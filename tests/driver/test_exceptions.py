#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The torture of exceptions: without `volatile` through transom-cc, and with it without.

test_exceptions.py TRANSOM_CC COMPILER INCLUDE LIBRARIES

COMPILER is gcc or clang, with a machine in front of it when it compiles for another one, whose
programs can be started here. TRANSOM_TEST_ALL=1 tries every level of optimisation, each in C and in
C++.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from driver import Place, run_cases, write

PROGRAMS = Path(__file__).resolve().parent / "programs"
SOURCES = ["torture_main", "torture_exits", "torture_cases"]
LOWERED = ["torture_finally"]  # what needs the driver, volatile or not
MINIMUM = 100
# What a compiler cannot do. A case that holds fails the test, so that the list only shrinks.
CANNOT = {
    "gcc": {},
    "clang": {"a_structure_is_returned_as_it_was":
              "the structure is built where it is returned, and the block changes it there"},
}
ALL = os.environ.get("TRANSOM_TEST_ALL") == "1"
LEVELS = ["-O0", "-O1", "-O2", "-O3", "-Os", "-O2 -flto"] if ALL else ["-O2"]


def find_compiler(place, name):
    """gcc or clang. For what clang compiles it takes from its name."""
    kind = name.rsplit("-", 1)[-1]
    if name != kind == "clang":
        folder = place.path / "compilers"
        folder.mkdir()
        for word in ("clang", "clang++"):
            (folder / name.replace("clang", word)).symlink_to(shutil.which(word) or "/none")
        os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    return kind


def verdict(place, program, kind, must_shrink):
    done = place.run(str(program))
    cases = re.search(r"^(\d+) cases, (\d+) failed$", done.out, re.M)
    if not cases or int(cases[1]) < MINIMUM:
        return done.told("it did not come to its end")
    failed = {line.split(":")[0] for line in done.out.splitlines()[:-1]}
    cannot = set(CANNOT[kind])
    return ([line for line in done.out.splitlines() if line.split(":")[0] in failed - cannot] +
            [f"{name} holds: take it from the list" for name in sorted(cannot - failed)
             if must_shrink])


def main():
    place = Place(Path(sys.argv[1]).resolve())
    compiler, include, libraries = sys.argv[2], sys.argv[3], sys.argv[4]
    kind = find_compiler(place, compiler)
    plus = compiler.replace("gcc", "g++").replace("clang", "clang++")

    def sources(stems, language):
        folder = place.folder()
        shutil.copy(PROGRAMS / "torture.h", folder)
        for stem in stems:
            shutil.copy(PROGRAMS / f"{stem}.c", folder / f"{stem}.{language}")
        return folder, [f"{stem}.{language}" for stem in stems]

    def with_driver(level, language, **more):
        folder, names = sources(SOURCES + LOWERED, language)
        done = place.cc(*level.split(), "-w", *names, "-o", "torture", cwd=folder,
                        compiler=compiler, **more)
        return done.expect() or verdict(place, folder / "torture", kind, True)

    def without_driver(level, language):
        folder, names = sources(SOURCES, language)
        command = [compiler if language == "c" else plus, *level.split(), "-w", "-DLOCAL=volatile",
                   f"-I{include}", *names, "-o", "torture", f"-L{libraries}", "-ltransom",
                   f"-Wl,-rpath,{libraries}"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        return done.stderr.splitlines() if done.returncode else verdict(
            place, folder / "torture", kind, False)

    def traces_of_the_copy():
        folder = place.folder()
        write(folder, lowered_c="""#include <windows.h>
            int main(void)
            {
                for (;;)
                    __try { } __finally { break; }
                return MISSING;
            }""")
        wrong = place.cc("-c", "-MD", "lowered.c", cwd=folder, compiler=compiler)
        if wrong.code == 0 or "lowered.c:6:" not in wrong.err or "/transom-try" in wrong.err:
            return wrong.told("the message does not name the source's line")
        done = place.cc("-c", "-MD", "-DMISSING=0", "lowered.c", cwd=folder, compiler=compiler)
        words = (folder / "lowered.d").read_text(encoding="utf-8").split()
        if words[:2] != ["lowered.o:", "lowered.c"] or any("/transom-try" in word for word in words):
            return done.told(f"the dependencies are {words[:3]}")
        return done.expect() or place.cc("lowered.o", "-o", "lowered", cwd=folder,
                                         compiler=compiler).expect() or \
            place.run(folder / "lowered").expect()

    def a_break_outside_of_loops_is_refused():
        folder = place.folder()
        write(folder, stray_c="#include <windows.h>\n"
              "int main(void) { __try { } __finally { break; } return 0; }")
        return place.cc("-c", "stray.c", cwd=folder, compiler=compiler).expect_failure("break")

    levels = list(LEVELS)
    # With registers as wide as locals can be; the processor here must have them.
    if ALL and compiler == kind and " avx2 " in Path("/proc/cpuinfo").read_text(encoding="ascii"):
        levels.append("-O3 -mavx2")
    cases = [("messages and dependencies name the source, not its copy", traces_of_the_copy),
             ("break out of a __finally block in no loop is refused",
              a_break_outside_of_loops_is_refused)]
    if kind == "gcc":
        cases.append(("without a place for the plugin it is the same",
                      lambda: with_driver("-O2", "c", HOME="", XDG_CACHE_HOME="")))
    for level in levels:
        for language in ["c", "cpp"] if ALL else ["c"]:
            label = f"{compiler} {level} {language}"
            cases.append((f"no local has to be volatile: {label}",
                          lambda level=level, language=language: with_driver(level, language)))
            cases.append((f"volatile does without the driver: {label}",
                          lambda level=level, language=language: without_driver(level, language)))
    run_cases(place, cases)


main()
