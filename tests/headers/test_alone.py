#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles each public header alone, in every language and mode, without a warning.

test_alone.py INCLUDE
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
import tempfile

COMPILERS = (('gcc', 'g++'), ('clang', 'clang++'))
STANDARDS = (('c11', 'c'), ('c17', 'c'), ('c++17', 'cc'))
CHOICES = ([], ['-DUNICODE', '-D_UNICODE'])
WARNINGS = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Wundef', '-Wstrict-prototypes',
            '-Wmissing-prototypes', '-Wredundant-decls']
C_ONLY = ('-Wstrict-prototypes', '-Wmissing-prototypes')


def modes():
    for c, cplusplus in COMPILERS:
        for standard, suffix in STANDARDS:
            compiler = cplusplus if suffix == 'cc' else c
            warnings = [w for w in WARNINGS if suffix == 'c' or w not in C_ONLY]
            for unicode_ in CHOICES:
                # Between C11 and C17 no choice makes a difference that one of them would not show.
                for wide in ([], ['-fshort-wchar']):
                    if standard == 'c11' and bool(unicode_) != bool(wide):
                        continue
                    yield compiler, suffix, [f'-std={standard}', *warnings, *unicode_, *wide]


def compile_all(include, folder, headers, mode):
    """The headers that did not pass, each with what the compiler said."""
    compiler, suffix, flags = mode
    command = [compiler, '-fsyntax-only', '-fno-diagnostics-color', *flags, '-I', include]
    done = subprocess.run(command + [os.path.join(folder, f'{h}.{suffix}') for h in headers],
                          capture_output=True, text=True, check=False)
    if not done.returncode and not done.stderr.strip():
        return {}
    bad = {}
    for header in headers:
        one = subprocess.run(command + [os.path.join(folder, f'{header}.{suffix}')],
                             capture_output=True, text=True, check=False)
        if one.returncode or one.stderr.strip():
            bad[header] = f'{" ".join(command)}\n{one.stderr}'
    return bad


def main():
    include = os.path.abspath(sys.argv[1])
    headers = sorted(h for h in os.listdir(include) if re.search(r'\.[hH]$', h))
    with tempfile.TemporaryDirectory() as folder:
        for header in headers:
            for suffix in ('c', 'cc'):
                with open(os.path.join(folder, f'{header}.{suffix}'), 'w', encoding='ascii') as out:
                    # Twice, to see the guard; the typedef because an empty source is no C.
                    out.write(f'#include <{header}>\n#include <{header}>\ntypedef int nothing;\n')
        wanted = list(modes())
        there = [m for m in wanted if shutil.which(m[0])]
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            results = list(pool.map(lambda m: compile_all(include, folder, headers, m), there))

    missing = sorted({m[0] for m in wanted} - {m[0] for m in there})
    print(f'1..{len(headers) + len(missing)}')
    failed = False
    for number, header in enumerate(headers, 1):
        said = [r[header] for r in results if header in r]
        failed |= bool(said)
        print(f'{"not ok" if said else "ok"} {number} - {header} compiles alone in '
              f'{len(there)} modes')
        for text in said[:2]:
            for line in text.splitlines()[:12]:
                print(f'# {line}')
    for number, compiler in enumerate(missing, len(headers) + 1):
        print(f'ok {number} - headers compile with {compiler} # SKIP no {compiler}')
    return failed


if __name__ == '__main__':
    sys.exit(main())
