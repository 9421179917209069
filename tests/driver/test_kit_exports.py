#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kit's headers and its library name the same functions.

test_kit_exports.py ROOT TRANSOM_CC LIBCRT_SHARED LIBCRT_STATIC
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "package"))
import tap  # noqa: E402

# What Windows declares without a header of the kit's own: the SDK's headers do.
FOLDERS = ("include-crt", "include")


def run(words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(str(word) for word in words)}\n{done.stderr}")
    return done.stdout


def symbols(library, *words):
    lines = run(["nm", "--format=posix", *words, library]).splitlines()
    return {fields[0].split("@")[0] for fields in map(str.split, lines) if len(fields) > 1}


def main():
    root, driver, shared, static = (Path(word).resolve() for word in sys.argv[1:5])
    temporary = tempfile.TemporaryDirectory()
    folder = Path(temporary.name)

    def includes():
        names = [path.name for place in FOLDERS for path in sorted((root / place).glob("*.[hH]"))]
        return "".join(f"#include <{name}>\n" for name in ["windows.h", *names])

    def declared(*words):
        """name -> header, of each function that a header of ours declares without a body."""
        source, aux = folder / "all.c", folder / "all.aux"
        source.write_text(includes(), encoding="utf-8")
        run([driver, *words, "-fsyntax-only", "-aux-info", aux, source])
        found = {}
        for line in tap.read(aux).splitlines():
            match = re.match(r"/\* (.*):\d+:[NOI]C \*/ (.*?)[ (*](\w+) \(", line)
            if match and "static" not in match[2] and any(
                    Path(match[1]).is_relative_to(root / place) for place in FOLDERS):
                found[match[3]] = Path(match[1]).name
        return found

    def used(*words):
        """The symbols that a program refers to when it names every declared function."""
        names = sorted(declared(*words))
        if len(names) < 400:
            raise RuntimeError(f"only {len(names)} functions were found in the headers")
        source, made = folder / "use.c", folder / "use.o"
        source.write_text(includes() + "typedef void function(void);\nfunction *all[] = {\n" +
                          "".join(f"    (function *)({name}),\n" for name in names) + "};\n",
                          encoding="utf-8")
        run([driver, *words, "-w", "-c", source, "-o", made])
        return symbols(made, "--undefined-only"), made

    def links(*words):
        _, made = used(*[word for word in words if word != "-static"])
        begin = folder / "begin.c"
        begin.write_text("extern void *all[];\nint main(void) { return !all[0]; }\n",
                         encoding="utf-8")
        try:
            run([driver, *words, begin, made, "-o", folder / "use"])
        except RuntimeError as wrong:
            return sorted(set(re.findall(r"undefined reference to .*", str(wrong)))) or [wrong]
        return []

    def every_declared_function_links():
        return links()

    def every_declared_function_links_statically():
        return links("-static")

    def every_function_declared_for_native_wchar_links():
        return links("--native-wchar")

    def every_exported_name_is_declared():
        names = used()[0] | used("--native-wchar")[0]
        return (f"{name} is in no header" for name in
                sorted(symbols(shared, "-D", "--defined-only") - names))

    def the_archive_has_what_the_library_has():
        have = symbols(static, "--defined-only", "--extern-only")
        return (f"{name} is not in the archive" for name in
                sorted(symbols(shared, "-D", "--defined-only") - have))

    def no_name_of_the_systems_library_is_taken():
        """A program that is not of the kit must not meet the kit's printf."""
        system = run(["gcc", "-print-file-name=libc.so.6"]).strip()
        return sorted(symbols(shared, "-D", "--defined-only") &
                      symbols(system, "-D", "--defined-only"))

    cases = [every_declared_function_links, every_declared_function_links_statically,
             every_function_declared_for_native_wchar_links, every_exported_name_is_declared,
             the_archive_has_what_the_library_has, no_name_of_the_systems_library_is_taken]
    with temporary:
        tap.run([(case.__name__, case) for case in cases])


main()
