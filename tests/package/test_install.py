#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An installed Transom can be built against: test_install.py ROOT BUILD MESON CC..."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

EXPECTED = "over the transom\n"


class Command:
    def __init__(self, *words, env=None):
        words = [str(word) for word in words]
        done = subprocess.run(words, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})
        self.good = done.returncode == 0
        self.out = done.stdout
        self.wrong = [] if self.good else [" ".join(words), f"exit status {done.returncode}",
                                           done.stdout, done.stderr]


def main():
    root, build, meson = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    compiler = sys.argv[4:]
    sample = root / "tests/package/sample.c"
    temporary = tempfile.TemporaryDirectory()
    work = Path(temporary.name)
    place = work / "place"
    state = {}

    def one(pattern):
        found = sorted(place.rglob(pattern))
        return found[0] if found else None

    def meson_installs():
        done = Command(meson, "install", "-C", build, "--no-rebuild", "--quiet",
                       "--destdir", place)
        if not done.good:
            return done.wrong
        state["pc"] = one("transom.pc")
        state["lib"] = one("libtransom.so")
        return [f"{name} is not installed" for name, path in
                (("transom.pc", state["pc"]), ("libtransom.so", state["lib"]),
                 ("libtransom.a", one("libtransom.a")), ("windows.h", one("transom/windows.h")),
                 ("transom-cc", one("bin/transom-cc"))) if not path]

    def pkg_config(*words):
        if not state.get("pc"):
            return ["transom.pc is not installed"], []
        # The place is not the prefix that the file was made for: moved, as a package's files are.
        prefix = state["pc"].parent
        while prefix != place and not (prefix / "include").is_dir():
            prefix = prefix.parent
        done = Command("pkg-config", f"--define-variable=prefix={prefix}", *words, "transom",
                       env={"PKG_CONFIG_PATH": str(state["pc"].parent)})
        return done.wrong, done.out.split()

    def build_and_run(name, compile_words, link_words, env=None):
        program = work / name
        done = Command(*compiler, "-Wall", "-Wextra", "-Werror", *compile_words, sample,
                       "-o", program, *link_words)
        return done.wrong or run_program(program, env)

    def run_program(program, env=None):
        done = Command(program, env={"TRANSOM_DIR": str(work), **(env or {})})
        return done.wrong or ([] if done.out == EXPECTED else [f"it printed {done.out!r}"])

    def library_path():
        return {"LD_LIBRARY_PATH": str(state["lib"].parent)} if state.get("lib") else {}

    def a_program_builds_with_pkg_config():
        wrong, flags = pkg_config("--cflags", "--libs")
        return wrong or build_and_run("shared", [], flags, library_path())

    def a_program_links_the_static_library():
        wrong, flags = pkg_config("--cflags", "--libs", "--static")
        if wrong:
            return wrong
        archive = one("libtransom.a")
        flags = [str(archive) if word == "-ltransom" else word for word in flags]
        return build_and_run("static", [], flags, {"LD_LIBRARY_PATH": ""})

    def pkg_config_tells_the_version_of_the_project():
        wrong, words = pkg_config("--modversion")
        declared = tap.read(root / "meson.build").split("version: '")[1].split("'")[0]
        return wrong or ([] if words == [declared] else [f"{words}, not {declared}"])

    def the_installed_driver_builds_a_program():
        driver = one("bin/transom-cc")
        if not driver:
            return ["transom-cc is not installed"]
        program = work / "driven"
        done = Command(driver, "-o", program, sample)
        return done.wrong or run_program(program, library_path())

    def nothing_is_installed_outside_the_usual_places():
        usual = {"bin", "include", "lib", "lib64", "share", "libexec"}
        for path in place.rglob("*"):
            if path.is_file():
                parts = path.relative_to(place).parts
                inside = [index for index, part in enumerate(parts) if part in usual]
                text = "/".join(parts)
                if not inside:
                    yield f"{text}"
                elif parts[inside[0]] == "include" and parts[inside[0] + 1] != "transom":
                    yield f"{text} would stand among other projects' headers"

    cases = [meson_installs, a_program_builds_with_pkg_config, a_program_links_the_static_library,
             pkg_config_tells_the_version_of_the_project, the_installed_driver_builds_a_program,
             nothing_is_installed_outside_the_usual_places]
    with temporary:
        tap.run([(case.__name__, case) for case in cases])


main()
