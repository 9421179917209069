#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rules of the house that a search can check: test_house_rules.py ROOT"""
import re
import sys
import tempfile
import tokenize
from pathlib import Path

import tap

C = {".c", ".h", ".cpp", ".S"}
SCRIPTS = {".py", ".sh", ".build", ".txt", ".ini", ".md", ""}
FOLDERS = ["src", "include", "include-crt", "tools", "transomd", "examples", "tests", "docs",
           "cross", ".ci"]
MAX_LINES = 700

# What C11 has, without what only POSIX or Windows adds.
LIBC = {name + ".h" for name in (
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "
    "stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath time "
    "uchar wchar wctype").split()}


def search(root, folders, pattern, suffixes=frozenset(C), skip=()):
    """path:line of each place in the code, comments left out."""
    pattern = re.compile(pattern)
    for path in tap.files(root, folders, suffixes):
        if any(path.is_relative_to(place) for place in skip):
            continue
        for number, line in tap.numbered(tap.without_comments(tap.read(root / path))):
            if pattern.search(line):
                yield f"{path}:{number}: {line.strip()}"


def errno_is_read_in_os_only(root):
    # The kit is a C runtime: errno is part of what it promises.
    return search(root, ["src"], r"\berrno\b(?!\.h)", skip=["src/os", "src/crt"])


def last_error_is_written_in_api_only(root):
    return search(root, ["src"], r"\blast_error\s*=(?!=)|&[\w>.()-]*\blast_error\b",
                  skip=["src/api/api.c"])


def architectures_are_known_in_seh_arch_and_one_header(root):
    words = r"\b__(?:x86_64|amd64|i386|aarch64|arm|arm64|riscv)(?:__)?\b|\b_M_(?:X64|IX86|ARM64)\b"
    return search(root, ["src", "tools", "transomd"], r"^\s*#.*(?:" + words + ")",
                  skip=["src/seh/arch", "src/base/cpu.h"])


def no_file_is_too_long(root):
    for path in tap.files(root, ["src", "tools", "transomd"], C):
        lines = tap.read(root / path).count("\n")
        if lines > MAX_LINES:
            yield f"{path} has {lines} lines, {MAX_LINES} are allowed"


def each_file_has_its_licence_line(root):
    for path in tap.files(root, FOLDERS, C):
        if tap.read(root / path).split("\n")[0] != "/* SPDX-License-Identifier: MIT */":
            yield f"{path}"
    for path in tap.files(root, FOLDERS, {".py", ".sh"}):
        if "# SPDX-License-Identifier: MIT" not in tap.read(root / path).split("\n")[:2]:
            yield f"{path}"


def conformance_tests_include_windows_h_and_libc_only(root):
    """They have to compile for Windows, and to see what any program sees."""
    for path in tap.files(root, ["tests/conformance"], {".c", ".h"}):
        linux_only = 0
        for number, line in tap.numbered(tap.without_comments(tap.read(root / path))):
            match = re.match(r'\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', line)
            if re.match(r"\s*#\s*ifdef\s+__TRANSOM__", line) or \
                    linux_only and re.match(r"\s*#\s*if", line):
                linux_only += 1
            elif linux_only and re.match(r"\s*#\s*endif", line):
                linux_only -= 1
            elif linux_only == 1 and re.match(r"\s*#\s*el", line):
                linux_only = 0
            elif match and match[1] and match[1] != "windows.h" and match[1] not in LIBC:
                if not linux_only or (root / "include" / match[1]).exists():
                    yield f"{path}:{number}: <{match[1]}>"
            elif match and match[2] and not (root / path.parent / match[2]).is_file():
                yield f'{path}:{number}: "{match[2]}"'


def examples_include_what_programs_have(root):
    for path in tap.files(root, ["examples"], C):
        for number, line in tap.numbered(tap.without_comments(tap.read(root / path))):
            match = re.match(r'\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', line)
            if match and match[2] and not (root / path.parent / match[2]).is_file():
                yield f'{path}:{number}: "{match[2]}"'


def nothing_is_left_to_do(root):
    unfinished = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
    for path in tap.files(root, FOLDERS, C):
        for number, line in tap.comments(tap.read(root / path)):
            if unfinished.search(line):
                yield f"{path}:{number}: {line.strip()}"
    for path in tap.files(root, FOLDERS, {".py", ".sh", ".build"}):
        for number, line in script_comments(root / path):
            if unfinished.search(line):
                yield f"{path}:{number}: {line.strip()}"


def script_comments(path):
    if path.suffix == ".py":
        with open(path, "rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type == tokenize.COMMENT:
                    yield token.start[0], token.string
        return
    for number, line in tap.numbered(tap.read(path)):
        if match := re.search(r"(?:^|\s)#\s.*", line):
            yield number, match[0]


def no_file_knows_where_a_clone_stands(root):
    places = [r"/home/\w", r"/Users/\w"]
    whole = root.resolve()
    for place in (whole, whole.parent):
        if place == Path("/root/transom"):  # where docs/testing.md tells people to clone
            continue
        if len(place.parts) > 2 or place.name not in ("", "tmp", "root", "home", "src", "opt"):
            places.append(re.escape(str(place)) + r"\b(?!-)")
    pattern = re.compile("|".join(places))
    top = [Path(path.name) for path in sorted(root.iterdir())
           if path.is_file() and path.suffix in C | SCRIPTS]
    for path in [*top, *tap.files(root, FOLDERS, C | SCRIPTS | {".map", ".in", ".tsv"})]:
        for number, line in tap.numbered(tap.read(root / path)):
            if pattern.search(line):
                yield f"{path}:{number}: {line.strip()}"


def each_source_is_built(root):
    """A .c file that no meson.build names is a leftover."""
    named = set()
    for path in tap.files(root, ["src", "tools"], {".build"}):
        for name in re.findall(r"'([\w./]+\.c)'", tap.read(root / path)):
            named.add((path.parent / name).as_posix())
        for name in re.findall(r"seh_arch / '(\w+\.c)'", tap.read(root / path)):
            named.update((path.parent / "seh/arch" / arch / name).as_posix()
                         for arch in ("x86_64", "aarch64"))
    for path in tap.files(root, ["src", "tools"], {".c"}):
        if path.as_posix() not in named:
            yield f"{path} is not built"


def deviations_and_their_tests_know_each_other(root):
    rows = {}
    for line in tap.read(root / "docs/deviations.md").split("\n"):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 2 and cells[1].isdigit():
            rows[int(cells[1])] = cells[-2]
    marked = {}
    tests = set()
    for path in tap.files(root, ["tests/conformance"], {".c"}):
        name = None
        for line in tap.read(root / path).split("\n"):
            if match := re.match(r"TEST\((\w+)\)", line):
                name = match[1]
                tests.add(name)
            elif match := re.search(r"\bDEVIATES(?:_AT_TIMES)?\((\d+)[,)]", line):
                marked.setdefault(int(match[1]), set()).add(name)
    for number in sorted(set(marked) - set(rows)):
        yield f"docs/deviations.md has no row {number}, which {sorted(marked[number])} names"
    for number, test in rows.items():
        if number in marked and test not in marked[number]:
            yield f"docs/deviations.md: row {number} names not one of {sorted(marked[number])}"
        elif test and test not in tests:
            yield f"docs/deviations.md: row {number} names {test}, which is no test"


CHECKS = [errno_is_read_in_os_only, last_error_is_written_in_api_only,
          architectures_are_known_in_seh_arch_and_one_header, no_file_is_too_long,
          each_file_has_its_licence_line, conformance_tests_include_windows_h_and_libc_only,
          examples_include_what_programs_have, nothing_is_left_to_do,
          each_source_is_built, deviations_and_their_tests_know_each_other,
          no_file_knows_where_a_clone_stands]


def each_check_finds_its_fault(_):
    """A small tree with one fault for each check, beside things that only look like one."""
    licence = "/* SPDX-License-Identifier: MIT */\n"
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "clone"
        tree = {
            "src/os/good.c": "if (errno == 2)\n",
            "src/io/errno.c": "/* errno */ #include <errno.h>\nx = errno;\n",
            "src/api/api.c": "teb->last_error = 1;\n",
            "src/api/other.c": "a = teb->last_error == 1;\nteb->last_error = 1;\n",
            "src/base/arch.c": "#ifdef __x86_64__\n",
            "src/seh/arch/good.h": "#ifdef __x86_64__\n",
            "src/base/long.c": "x\n" * MAX_LINES,
            "src/base/bare.h": None,
            "tests/conformance/a.c": "#include <windows.h>\n#include <stdio.h>\n"
                                     "#ifdef __TRANSOM__\n#include <unistd.h>\n#endif\n"
                                     "#include <unistd.h>\n",
            "examples/e.c": '#include "base/list.h"\n',
            "tools/t.c": 'x = "TO' 'DO";  // TO' "DO\n",
            "src/meson.build": "files('os/good.c', 'io/errno.c', 'api/api.c', 'api/other.c',"
                               " 'base/arch.c', 'base/long.c')\n",
            "tools/meson.build": "executable('t', 't.c')\n",
            "src/io/forgotten.c": "int x;\n",
            "docs/deviations.md": "| 1 | a | b | c | of_one |\n",
            "tests/conformance/b.c": "#include <windows.h>\nTEST(of_one)\n    DEVIATES(1);\n"
                                     "TEST(of_two)\n    DEVIATES(2);\n",
            "docs/d.md": f"see {small}/run\n",
        }
        for name, text in tree.items():
            (small / name).parent.mkdir(parents=True, exist_ok=True)
            (small / name).write_text("x\n" if text is None else licence + text, encoding="utf-8")
        expected = ["src/io/errno.c:3", "src/api/other.c:3", "src/base/arch.c:2",
                    "src/base/long.c has 701", "src/base/bare.h", "tests/conformance/a.c:7",
                    "examples/e.c:2", "tools/t.c:2", "src/io/forgotten.c is not built",
                    "docs/deviations.md has no row 2", "docs/d.md:2"]
        for check, place in zip(CHECKS, expected):
            wrong = list(check(small))
            if len(wrong) != 1 or not wrong[0].startswith(place):
                yield f"{check.__name__} found {wrong}, not {place}"


def main():
    root = Path(sys.argv[1])
    tap.run([(check.__name__, lambda check=check: check(root))
             for check in [*CHECKS, each_check_finds_its_fault]])


main()
