#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Who includes whom, against layers.txt: test_layers.py ROOT"""
import re
import sys
import tempfile
from pathlib import Path

import tap

INCLUDE = re.compile(r'[ \t]*#[ \t]*include(?:_next)?[ \t]*(?:"([^"]+)"|<([^>]+)>)')
SUFFIXES = {".c", ".h", ".S", ".cpp"}
OUTSIDE = {"tools", "transomd"}


def read_layers(root):
    """room -> the rooms on its line, in the order of the file."""
    layers = {}
    for line in tap.read(root / "layers.txt").splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        room, allowed = (part.strip() for part in line.split(":"))
        words = allowed.split()
        layers[room] = [word for word in words if word not in ("and", "only") and
                        not word.endswith("/")]
    return layers


def room_of(path):
    """The room of a file: a folder of src/, a file of src/ itself, tools or transomd."""
    if path.parts[0] in OUTSIDE:
        return path.parts[0]
    return path.parts[1] if len(path.parts) > 2 else Path(path.parts[1]).stem


def includes(root):
    for path in tap.files(root, ["src", *sorted(OUTSIDE)], SUFFIXES):
        for number, line in tap.numbered(tap.without_comments(tap.read(root / path))):
            if match := INCLUDE.match(line):
                yield path, number, match[1], match[2]


def lines_name_lower_rooms(root):
    above = set()
    for room, allowed in read_layers(root).items():
        for name in allowed:
            if name not in above:
                yield f"{room} may include {name}, which does not stand above it"
        above.add(room)


def every_room_has_a_line(root):
    layers = read_layers(root)
    rooms = {room_of(path) for path in tap.files(root, ["src", *OUTSIDE], SUFFIXES)}
    return [f"{room} has no line" for room in sorted(rooms - layers.keys())]


def includes_keep_the_layers(root):
    layers = read_layers(root)
    for path, number, quoted, _ in includes(root):
        room = room_of(path)
        if quoted is None:
            continue
        first = quoted.split("/")[0]
        if ".." in Path(quoted).parts:
            yield f'{path}:{number}: "{quoted}" goes up'
        elif room in OUTSIDE and (root / path.parent / quoted).exists():
            continue
        elif not (root / "src" / quoted).exists():
            if not (room == "crt" and first == "include-crt" and (root / quoted).exists()):
                yield f'{path}:{number}: "{quoted}" is not written from src/'
        elif first != room and first not in layers.get(room, ()):
            yield f"{path}:{number}: {room} may not include {quoted}"


def brackets_name_public_headers_or_the_systems(root):
    """A header of a room in <> would pass by the check above."""
    for path, number, _, system in includes(root):
        if system and (root / "src" / system).exists() and not (root / "include" / system).exists():
            yield f"{path}:{number}: <{system}> is a header of src/"


def quotes_are_for_headers_of_rooms(root):
    for path, number, quoted, _ in includes(root):
        if quoted and (root / "include" / quoted).exists():
            yield f'{path}:{number}: "{quoted}" is public: <{quoted}>'


def checks_find_what_is_wrong(root):
    """The same checks on a small tree with one fault of each kind."""
    layers = "low:\nhigh: low\nodd: odder\ntools: include/ only\n"
    tree = {
        "layers.txt": layers,
        "include/public.h": "",
        "src/low/a.h": '#include "high/b.h"\n',
        "src/high/b.h": '/* #include "none/x.h" */\n#include "low/a.h"\n',
        "src/high/c.c": '#include "b.h"\n',
        "src/high/d.c": "#include <low/a.h>\n",
        "src/high/e.c": '#include "public.h"\n',
        "src/new/f.c": "",
        "tools/tool/g.c": '#include "g.h"\n#include "low/a.h"\n',
        "tools/tool/g.h": "",
    }
    expected = {
        lines_name_lower_rooms: ["odd may include odder, which does not stand above it"],
        every_room_has_a_line: ["new has no line"],
        includes_keep_the_layers: [
            'src/high/c.c:1: "b.h" is not written from src/',
            'src/high/e.c:1: "public.h" is not written from src/',
            "src/low/a.h:1: low may not include high/b.h",
            "tools/tool/g.c:2: tools may not include low/a.h",
        ],
        brackets_name_public_headers_or_the_systems: [
            "src/high/d.c:1: <low/a.h> is a header of src/"],
        quotes_are_for_headers_of_rooms: ['src/high/e.c:1: "public.h" is public: <public.h>'],
    }
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder)
        for name, text in tree.items():
            (small / name).parent.mkdir(parents=True, exist_ok=True)
            (small / name).write_text(text, encoding="utf-8")
        for check, wrong in expected.items():
            if list(check(small)) != wrong:
                yield f"{check.__name__}: {list(check(small))}"


def main():
    root = Path(sys.argv[1])
    checks = [lines_name_lower_rooms, every_room_has_a_line, includes_keep_the_layers,
              brackets_name_public_headers_or_the_systems, quotes_are_for_headers_of_rooms,
              checks_find_what_is_wrong]
    tap.run([(check.__name__, lambda check=check: check(root)) for check in checks])


main()
