#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""transom-cc and pkg-config after an installation: test_installed.py ROOT BUILD MESON"""
import shutil
import sys
from pathlib import Path

from driver import Place, need, run_cases, tap, write

SOURCE = """
#include <windows.h>
#include <stdio.h>
#include <strsafe.h>
#include <tchar.h>
int _tmain(int argc, TCHAR *argv[])
{
    TCHAR text[32];
    DWORD read = (DWORD)argc;

    StringCchPrintf(text, ARRAYSIZE(text), TEXT("%s %lu"), argv[1], read);
    _tprintf(_T("%s\\n"), text);
    return 0;
}
"""
PLAIN = """
#include <stdio.h>
#include <windows.h>
int main(void)
{
    HANDLE pipe = CreateNamedPipeA("\\\\\\\\.\\\\pipe\\\\installed", PIPE_ACCESS_DUPLEX, 0, 1, 64, 64, 0, 0);
    char *block = HeapAlloc(GetProcessHeap(), 0, 16);

    lstrcpyA(block, "over");
    puts(pipe != INVALID_HANDLE_VALUE ? block : "no pipe");
    return 0;
}
"""


def main():
    root, build, meson = (Path(word).resolve() for word in sys.argv[1:4])
    place = Place("")
    first = place.path / "installed"
    moved = place.path / "moved"

    def found(name):
        paths = sorted(moved.rglob(name))
        if not paths:
            raise tap.Skip(f"{name} is not installed")
        return paths[0]

    def it_is_installed_and_may_be_moved():
        wrong = place.run(meson, "install", "-C", build, "--no-rebuild", "--quiet", "--destdir",
                          first).expect()
        if wrong:
            return wrong
        shutil.move(first, moved)
        place.driver = str(found("transom-cc"))
        return [f"{path} belongs to the build folder" for path in moved.rglob("transom-cc.conf")]

    def builds(*words, suffix="c", compiler=None):
        folder = place.folder()
        (folder / f"main.{suffix}").write_text(SOURCE, encoding="utf-8")
        return (place.cc(*words, "-o", "main", f"main.{suffix}", cwd=folder,
                         compiler=compiler).expect() or
                place.run(folder / "main", "wörd", cwd="/").expect(0, "wörd 2\n"))

    def the_driver_builds_programs_that_find_their_libraries():
        return builds() or builds("-DUNICODE") or builds("-DUNICODE", suffix="cpp")

    def the_driver_works_with_clang():
        return builds("-DUNICODE", compiler="clang")

    def the_driver_links_statically():
        return builds("-static", "-DUNICODE")

    def the_driver_uses_the_installed_headers_only():
        done = place.run(place.driver, "-M", "-x", "c", "-", text=SOURCE)
        return done.expect() or (done.told("it reads the source folder")
                                 if f"{root}/" in done.out else [])

    def pkg_config(*words):
        need("pkg-config")
        file = found("transom.pc")
        prefix = file.parent
        while not (prefix / "include").is_dir():
            prefix = prefix.parent
        return place.run("pkg-config", f"--define-variable=prefix={prefix}", *words,
                         PKG_CONFIG_PATH=str(file.parent))

    def with_pkg_config(module, source, *words):
        folder = place.folder()
        write(folder, main_c=source)
        flags = pkg_config("--cflags", "--libs", module)
        if flags.expect():
            return flags.expect(), None
        return (place.run("gcc", *words, "main.c", "-o", "main", *flags.out.split(),
                          cwd=folder).expect(), folder / "main")

    def pkg_config_transom_is_all_a_program_without_the_kit_needs():
        wrong, program = with_pkg_config("transom", PLAIN, "-Wall", "-Wextra", "-Werror")
        return wrong or place.run(program, LD_LIBRARY_PATH=str(found("libtransom.so").parent)
                                  ).expect(0, "over\n")

    def pkg_config_transom_crt_gives_the_kit():
        wrong, program = with_pkg_config("transom-crt", SOURCE, "-Wall", "-Wextra", "-Werror")
        return wrong or place.run(program, "x", LD_LIBRARY_PATH=str(found("libtransom.so").parent)
                                  ).expect(0, "x 2\n")

    def the_manual_page_is_installed():
        page = found("transom-cc.1*")
        return [] if page.parent.name == "man1" else [f"it is {page}"]

    run_cases(place, [it_is_installed_and_may_be_moved,
                      the_driver_builds_programs_that_find_their_libraries,
                      the_driver_works_with_clang, the_driver_links_statically,
                      the_driver_uses_the_installed_headers_only,
                      pkg_config_transom_is_all_a_program_without_the_kit_needs,
                      pkg_config_transom_crt_gives_the_kit, the_manual_page_is_installed])


main()
