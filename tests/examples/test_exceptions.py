#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The examples with exceptions do what they say: test_exceptions.py FOLDER"""
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "package"))
import tap  # noqa: E402

programs = Path(sys.argv[1]).resolve()


def run(name, *words, text=None, cwd=None):
    return subprocess.run([programs / name, *words], input=text, capture_output=True, text=True,
                          cwd=cwd, check=False, timeout=30)


def wrong(done, code, out):
    if (done.returncode, done.stdout) != (code, out):
        yield f"{done.returncode}, {done.stdout!r}, {done.stderr!r}"


def a_file_is_converted():
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "from").write_text("hello\n", encoding="ascii")
        yield from wrong(run("convert", "from", "to", cwd=folder), 0, "")
        if (place / "to").read_text(encoding="ascii") != "HELLO\n":
            yield "it is not in capitals"
        yield from wrong(run("convert", "none", "other", cwd=folder), 1, "")
        if (place / "other").exists():
            yield "a file was left behind"


def a_calculator_survives():
    yield from wrong(run("calculator", text="7 / 2\n1 / 0\n-2147483648 / -1\n5 ? 2\n3 * 4\n"), 0,
                     "3\ndivision by zero\ntoo large\nwhat is '?'?\n12\n")


def an_array_grows_when_it_is_touched():
    yield from wrong(run("growing_array"), 0, "53 pages of 1024 MiB are in use\n")


def a_crash_is_reported():
    with tempfile.TemporaryDirectory() as folder:
        done = run("crash_report", cwd=folder)
        report = Path(folder) / "crash.txt"
        if done.returncode >= 0 or "unhandled STATUS_ACCESS_VIOLATION" not in done.stderr:
            yield f"{done.returncode}, {done.stderr!r}"
        lines = report.read_text(encoding="ascii").splitlines() if report.exists() else []
        if len(lines) < 3 or not lines[0].startswith("exception C0000005 at "):
            yield f"the report is {lines}"


tap.run([(case.__name__, case) for case in (
    a_file_is_converted, a_calculator_survives, an_array_grows_when_it_is_touched,
    a_crash_is_reported)])
