# SPDX-License-Identifier: MIT
"""A few lines of TAP, and what the package tests share."""
import os
import re
import sys
from pathlib import Path


def run(cases):
    """Runs (name, function) pairs. A function returns or yields what is wrong, nothing if good.

    It may raise Skip.
    """
    print(f"1..{len(cases)}")
    failed = False
    for number, (name, function) in enumerate(cases, 1):
        try:
            wrong = list(function() or [])
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}")
            continue
        for line in wrong:
            for part in str(line).splitlines():
                print(f"# {part}")
        print(f"{'not ok' if wrong else 'ok'} {number} - {name}", flush=True)
        failed = failed or bool(wrong)
    sys.exit(1 if failed else 0)


class Skip(Exception):
    """This case cannot be decided here; the text says why."""


def files(root, folders, suffixes):
    """The files of some folders, in order, as paths relative to root."""
    root = Path(root)
    for folder in folders:
        for path, subfolders, names in os.walk(root / folder):
            subfolders[:] = sorted(name for name in subfolders if name != "__pycache__")
            for name in sorted(names):
                if Path(name).suffix in suffixes:
                    yield (Path(path) / name).relative_to(root)


def read(path):
    return Path(path).read_text(encoding="utf-8", errors="replace")


COMMENT_OR_TEXT = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""",
                             re.DOTALL)


def without_comments(text):
    """C without its comments; lines keep their numbers."""
    def replace(match):
        found = match[0]
        return found if found[0] in "\"'" else re.sub(r"[^\n]", " ", found)
    return COMMENT_OR_TEXT.sub(replace, text)


def comments(text):
    """(line number, text) of each comment of a C file."""
    for match in COMMENT_OR_TEXT.finditer(text):
        if match[0][0] == "/":
            first = text.count("\n", 0, match.start()) + 1
            for offset, line in enumerate(match[0].split("\n")):
                yield first + offset, line


def numbered(text):
    return enumerate(text.split("\n"), 1)
