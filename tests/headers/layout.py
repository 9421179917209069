#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares sizes, offsets and constants of our headers with those of Windows.

layout.py check INCLUDE       compiles layout_facts.c with our headers and compares with the table
layout.py regenerate INCLUDE  makes the table anew with a mingw-w64 compiler

The list of constants is not written down anywhere: it is every constant our headers define, so a
new one is compared from its first day. A constant unknown to mingw-w64 must stand in UNKNOWN.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE = os.path.join(HERE, 'windows_layout.tsv')
FACTS = os.path.join(HERE, 'layout_facts.c')
MINGW = 'x86_64-w64-mingw32-gcc'

# Macros that look like constants and are none, or that say something about the program.
NO_CONSTANT = re.compile(
    r'^(TRANSOM_.*|__.*|_WIN32_WINNT|WINVER|STRICT|NULL|UNICODE|.*UNALIGNED|DECLSPEC_.*|'
    r'(REF|RTL_).*|LPTR_.*)$')
# Documented by Microsoft, but mingw-w64 has no such name.
UNKNOWN = {'ERROR_NOT_SAME_OBJECT': 1656, 'CREATE_WAITABLE_TIMER_HIGH_RESOLUTION': 2}


def run(command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        sys.exit(f'{" ".join(command)}\n{done.stderr}')
    return done.stdout


def macros(compiler, include, header):
    """Name and replacement of each macro without arguments that our headers define."""
    text = run([compiler, '-E', '-dD', '-I', include, '-x', 'c', '-'],
               input=f'#include <{header}>\n')
    ours = False
    found = {}
    for line in text.splitlines():
        mark = re.match(r'# \d+ "([^"]*)"', line)
        if mark:
            ours = os.path.abspath(mark[1]).startswith(include + os.sep)
        define = re.match(r'#define (\w+) (.+)$', line)
        if define and ours:
            found[define[1]] = define[2]
        undef = re.match(r'#undef (\w+)', line)
        if undef:
            found.pop(undef[1], None)
    return found


def is_constant(name, found, depth=0):
    """True when the replacement is an expression of numbers, casts and other constants."""
    if depth > 8 or NO_CONSTANT.match(name) or not re.match(r'^_?[A-Z]', name):
        return False
    if not re.search(r'\d|[A-Z]', found[name]) or '"' in found[name] or '{' in found[name]:
        return False
    types = {'DWORD', 'HRESULT', 'NTSTATUS', 'HANDLE', 'LONG_PTR', 'CHAR', 'WCHAR', 'UINT8', 'INT8',
             'UINT16', 'INT16', 'UINT32', 'INT32', 'UINT64', 'INT64', 'SIZE_T', 'SSIZE_T',
             'ULONG_PTR', 'ULONG32', 'LONG32', 'unsigned', 'int', 'SECURITY_DESCRIPTOR', 'sizeof',
             'WORD'}
    enums = {'SecurityAnonymous', 'SecurityIdentification', 'SecurityImpersonation',
             'SecurityDelegation'}
    words = re.findall(r"(?<![\w'])[A-Za-z_]\w*", found[name])
    for word in words:
        if word in types or word in enums or word in ('MAKELANGID', 'MAKELCID'):
            continue
        if word not in found or not is_constant(word, found, depth + 1):
            return False
    return bool(re.search(r'\d', found[name]) or words)


def write_lists(include, folder, compiler):
    plain = macros(compiler, include, 'windows.h')
    status = macros(compiler, include, 'ntstatus.h')
    names = sorted(n for n in plain if is_constant(n, plain))
    codes = sorted(n for n in status if re.match(r'^(STATUS|DBG)_', n) and is_constant(n, status))
    if len(names) < 500 or len(codes) < 200:
        raise RuntimeError('the constants of the headers were not found')
    for file, word, list_ in (('layout_constants.h', 'CONSTANT', names),
                              ('layout_statuses.h', 'STATUS', codes)):
        with open(os.path.join(folder, file), 'w', encoding='ascii') as out:
            for name in list_:
                out.write(f'#ifdef {name}\n    {word}({name});\n#endif\n')
    return [('constants', n) for n in names] + [('statuses', n) for n in codes]


def is_of_x86_64(group, name):
    """The table is made for x86-64: registers of other processors have no lines in it."""
    return group in ('CONTEXT', 'XSAVE_FORMAT') or re.match(
        r'(CONTEXT_(?!EXCEPTION|SERVICE)|INITIAL_(MX|FP)CSR|ARM64_MAX_)', name)


def parse(lines):
    facts = {}
    for line in lines:
        group, name, value = line.rstrip('\n').split('\t')
        if platform.machine() != 'x86_64' and is_of_x86_64(group, name):
            continue
        facts[(group, name)] = int(value)
    return facts


def regenerate(include):
    with tempfile.TemporaryDirectory() as folder:
        names = write_lists(include, folder, 'gcc')
        lines = []
        for more in ([], ['-DFACTS_OF_STATUS']):
            text = run([MINGW, '-S', '-O0', '-w', '-DFACTS_IN_ASSEMBLY', '-D_WIN32_WINNT=0x0A00',
                        '-I', folder, *more, FACTS, '-o', '-'])
            lines += [f.replace('$', '') for f in re.findall(r'^\s*# FACT\t(.*)$', text, re.M)]
    facts = parse(lines)
    with open(TABLE, 'w', encoding='ascii') as out:
        for (group, name), value in facts.items():
            out.write(f'{group}\t{name}\t{value}\n')
    print(f'{len(facts)} facts')
    for group, name in names:
        if (group, name) not in facts and name not in UNKNOWN:
            print(f'mingw-w64 has no {name}')


def measure(include, compiler, flags, standard):
    with tempfile.TemporaryDirectory() as folder:
        names = write_lists(include, folder, compiler)
        lines = []
        for more in ([], ['-DFACTS_OF_STATUS']):
            program = os.path.join(folder, 'facts')
            run([compiler, standard, '-w', *flags, '-I', include, '-I', folder, *more, FACTS,
                 '-o', program])
            lines += run([program]).splitlines()
    return parse(lines), names


def check(include):
    with open(TABLE, encoding='ascii') as file:
        windows = parse(file)
    results = []
    for compiler in ('gcc', 'clang'):
        if not shutil.which(compiler):
            results.append((f'{compiler}: layout and constants are those of Windows',
                            None, f'no {compiler}'))
            continue
        for flags in ([], ['-fshort-wchar']):
            ours, names = measure(include, compiler, flags, '-std=gnu17')
            label = ' '.join([compiler] + flags)
            groups = {}
            for (group, name), value in ours.items():
                if name in UNKNOWN:
                    if value != UNKNOWN[name]:
                        groups.setdefault(group, []).append(f'{name} is {value}')
                    continue
                wanted = windows.get((group, name))
                bad = groups.setdefault(group, [])
                if wanted is None:
                    bad.append(f'{name} is not in the table: regenerate it')
                elif wanted != value:
                    bad.append(f'{name} is {value}, on Windows {wanted}')
            for group, name in windows:
                if (group, name) not in ours:
                    groups.setdefault(group, []).append(f'{name} is in the table, but not ours')
            for key in names:
                if key not in ours:
                    groups.setdefault(key[0], []).append(f'{key[1]} did not compile to a value')
            for group, bad in groups.items():
                results.append((f'{label}: {group} as on Windows', bad, None))
    print(f'1..{len(results)}')
    for number, (name, bad, skip) in enumerate(results, 1):
        if skip:
            print(f'ok {number} - {name} # SKIP {skip}')
            continue
        print(f'{"not ok" if bad else "ok"} {number} - {name}')
        for line in bad:
            print(f'# {line}')
    return any(bad for _, bad, _ in results)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ('check', 'regenerate'):
        sys.exit(__doc__)
    include = os.path.abspath(sys.argv[2])
    if sys.argv[1] == 'regenerate':
        return regenerate(include)
    return check(include)


if __name__ == '__main__':
    sys.exit(main())
