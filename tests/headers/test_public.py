#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What programs see is ours to promise: no internal name or file, every function explained.

test_public.py INCLUDE
"""

import os
import re
import subprocess
import sys

LIBC = {'csetjmp', 'ctype.h', 'exception', 'setjmp.h', 'stdarg.h', 'stddef.h', 'stdint.h', 'string.h'}
DECLARATION = re.compile(r'^(?:WINBASEAPI|WINADVAPI)\s[^;]*?\bWINAPI\s+(\w+)\(([^;]*)\);', re.M)


def read(path):
    with open(path, encoding='ascii') as file:
        return file.read()


def without_comments(text):
    return re.sub(r'/\*.*?\*/', ' ', text, flags=re.S)


def no_internal_name(include, headers):
    for header in headers:
        text = subprocess.run(['gcc', '-E', '-dD', '-I', include, '-x', 'c',
                               os.path.join(include, header)],
                              capture_output=True, text=True, check=False)
        if text.returncode:
            yield f'{header}: {text.stderr}'
            continue
        for name in sorted(set(re.findall(r'\b(?:tsm|TSM)_\w+', text.stdout))):
            yield f'{header}: {name}'


def only_public_headers(include, headers):
    for header in headers:
        text = without_comments(read(os.path.join(include, header)))
        for line in re.findall(r'^\s*#\s*include.*$', text, re.M):
            name = re.match(r'\s*#\s*include\s+<([^>]+)>', line)
            if not name or (name[1] not in LIBC and
                            not os.path.exists(os.path.join(include, name[1]))):
                yield f'{header}: {line.strip()}'


def guards(include, headers):
    for header in headers:
        text = read(os.path.join(include, header))
        code = without_comments(text).split()
        guard = 'TRANSOM_' + re.sub(r'\W', '_', header).upper()
        if not text.startswith('/* SPDX-License-Identifier: MIT */\n'):
            yield f'{header}: no licence line'
        if len(code) == 2 and code[0] == '#include':
            continue
        if f'#define {guard}\n' not in text:
            yield f'{header}: the guard is not {guard}'


def declared(include, headers):
    for header in headers:
        text = read(os.path.join(include, header))
        for found in DECLARATION.finditer(text):
            yield header, found[1], text[:found.start()]


def every_function_explained(include, headers):
    for header, name, before in declared(include, headers):
        comment = re.search(r'/\*((?:(?!\*/).)*)\*/((?:(?!/\*).)*)$', before, re.S)
        plain = re.sub(r'[AW]$', '', name)
        # One comment serves both forms of a function, which stand directly below it.
        if (not comment or re.search(r'\n\s*\n', comment[2]) or
                not re.search(rf'SDK:(\s|\*)+{plain}[AW]?\b', comment[1])):
            yield f'{header}: {name}'


def one_declaration(include, headers):
    seen = {}
    for header, name, _ in declared(include, headers):
        if name in seen:
            yield f'{name}: {seen[name]} and {header}'
        seen[name] = header


def both_forms_and_a_plain_name(include, headers):
    text = '\n'.join(read(os.path.join(include, h)) for h in headers)
    names = {name for _, name, _ in declared(include, headers)}
    for name in sorted(names):
        wide = re.match(r'(\w*[a-z])W$', name)
        narrow = re.match(r'(\w*[a-z])A$', name)
        plain = (wide or narrow or [None, None])[1]
        if not plain:
            continue
        for form in 'AW':
            if plain + form not in names:
                yield f'{plain}{form} is missing'
            if f'#define {plain} {plain}{form}\n' not in text:
                yield f'{plain} never means {plain}{form}'


def visible_and_c_linkage(include, headers):
    for header in headers:
        text = read(os.path.join(include, header))
        if DECLARATION.search(text) and 'extern "C" {' not in text:
            yield f'{header}: no extern "C"'
        bare = re.sub(DECLARATION, '', without_comments(text))
        for line in re.findall(r'^[^#\n]*\bWINAPI\s+\w+\(.*$', bare, re.M):
            yield f'{header}: {line}'


TESTS = (
    ('no internal name reaches a program', no_internal_name),
    ('a public header includes public headers and libc only', only_public_headers),
    ('each header has its licence line and its guard', guards),
    ('each function is explained above its declaration', every_function_explained),
    ('each function is declared once', one_declaration),
    ('text functions have both forms and a plain name', both_forms_and_a_plain_name),
    ('declarations are visible and have C linkage', visible_and_c_linkage),
)


def main():
    include = os.path.abspath(sys.argv[1])
    headers = sorted(h for h in os.listdir(include) if re.search(r'\.[hH]$', h))
    if len(list(declared(include, headers))) < 100:
        sys.exit('the declarations were not found')
    print(f'1..{len(TESTS)}')
    failed = False
    for number, (name, test) in enumerate(TESTS, 1):
        bad = list(test(include, headers))
        failed |= bool(bad)
        print(f'{"not ok" if bad else "ok"} {number} - {name}')
        for line in bad:
            print('\n'.join(f'# {part}' for part in line.splitlines()))
    return failed


if __name__ == '__main__':
    sys.exit(main())
