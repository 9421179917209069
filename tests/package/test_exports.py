#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What is declared, listed and exported is the same: test_exports.py ROOT LIBTRANSOM LIBCRT CC..."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tap


def exported(library):
    """The names that a shared library exports, without the version's own name."""
    out = subprocess.run(["nm", "-D", "--defined-only", "--format=posix", library],
                         check=True, capture_output=True, text=True).stdout
    symbols = [line.split()[:2] for line in out.splitlines()]
    return {name.split("@")[0] for name, kind in symbols if kind != "A"}


def listed(root):
    """The names in transom.map; patterns are kept as they are."""
    text = re.sub(r"/\*.*?\*/|#[^\n]*", "", tap.read(root / "src/transom.map"), flags=re.DOTALL)
    names = set()
    for block in re.findall(r"\{(.*?)\}", text, re.DOTALL):
        exports = re.split(r"\blocal\s*:", block)[0]
        names |= set(re.findall(r"[\w*?\[\]]+(?=\s*;)", exports))
    return names


def declared(root, compiler):
    """name -> header, of each function that a public header declares without a body."""
    functions = {}
    include = root / "include"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "all.c"
        headers = sorted(path.relative_to(include) for path in include.rglob("*.[hH]"))
        source.write_text("".join(f"#include <{name}>\n" for name in
                                  [Path("windows.h"), *headers]), encoding="utf-8")
        aux = Path(folder) / "aux"
        subprocess.run([*compiler, "-std=gnu17", "-fsyntax-only", f"-I{include}",
                        "-aux-info", aux, source], check=True)
        for line in tap.read(aux).splitlines():
            match = re.match(r"/\* (.*):\d+:[NOI]C \*/ (.*?)[ (*](\w+) \(", line)
            if match and Path(match[1]).is_relative_to(include) and "static" not in match[2]:
                functions[match[3]] = Path(match[1]).name
    for path in include.rglob("*.h"):
        text = tap.read(path)
        # Another library's function under a name of ours; a variable.
        for name in re.findall(r"\b(\w+)\([^;()]*\)\s*__asm__\(", text):
            functions.pop(name, None)
        for name in re.findall(r"^extern __thread [^;]*?(\w+)\s*__attribute__", text, re.M):
            functions[name] = path.name
    return functions


def version_of_each(library):
    out = subprocess.run(["nm", "-D", "--defined-only", library],
                         check=True, capture_output=True, text=True).stdout
    for line in out.splitlines():
        name, kind = line.split()[2], line.split()[1]
        if kind in "TDBRVWi" and "@@TRANSOM_" not in name:
            yield f"{name} has no version"


def main():
    root, libtransom, libcrt = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    compiler = sys.argv[4:]
    kit = exported(libcrt) if libcrt else set()
    functions = declared(root, compiler)

    def the_map_lists_what_the_library_exports():
        names, exports = listed(root), exported(libtransom)
        yield from (f"{name} is in the map, not in the library" for name in sorted(names - exports))
        yield from (f"{name} is in the library, not in the map" for name in sorted(exports - names))

    def the_map_has_no_pattern_and_hides_the_rest():
        yield from (f"{name} is a pattern" for name in sorted(listed(root))
                    if not name.isidentifier())
        if not re.search(r"\blocal\s*:\s*\*\s*;", tap.read(root / "src/transom.map")):
            yield "local: *; is missing"

    def every_declared_function_is_exported():
        have = exported(libtransom) | kit
        yield from (f"{name} of {header} is nowhere" for name, header in sorted(functions.items())
                    if name not in have)

    def every_exported_function_is_declared():
        yield from (f"{name} is in no header" for name in
                    sorted(exported(libtransom) - functions.keys()))

    def the_libraries_share_no_name():
        return sorted(exported(libtransom) & kit)

    def exports_are_windows_names_or_begin_with_transom():
        windows = re.compile(r"[A-Z][A-Za-z0-9]+$|transom_\w+$")
        return (name for name in sorted(exported(libtransom)) if not windows.match(name))

    def headers_declare_a_good_number_of_functions():
        # The other cases would be content with a reader of headers that finds nothing.
        for name in ("CreateNamedPipeW", "CreatePipe", "CloseHandle", "WaitForMultipleObjects"):
            if name not in functions:
                yield f"{name} was not found in the headers"

    cases = [the_map_lists_what_the_library_exports, the_map_has_no_pattern_and_hides_the_rest,
             headers_declare_a_good_number_of_functions, every_declared_function_is_exported,
             every_exported_function_is_declared, the_libraries_share_no_name,
             exports_are_windows_names_or_begin_with_transom]
    tap.run([(case.__name__, case) for case in cases] +
            [("each_export_has_a_version", lambda: version_of_each(libtransom))])


main()
