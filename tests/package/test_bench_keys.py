#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What keys need to their handlers is measured: test_bench_keys.py BENCH_KEYS"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

BENCH = Path(sys.argv[1]).absolute()
LINE = re.compile(r"bench=(ctrl_c|ctrl_c_p99) peer=(transom|sigaction) placement=unpinned "
                  r"value=(\d+\.\d+) unit=us .*at=unpinned")


def each_figure_has_its_lines():
    if not os.path.exists("/dev/pts/ptmx"):
        raise tap.Skip("no pseudo-terminals here")
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "bench.tsv"
        done = subprocess.run([BENCH, "--quick", "--tsv", table], text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=100)
        rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()]
    if done.returncode or done.stderr:
        yield f"exit status {done.returncode}: {done.stderr}"
    found = [LINE.fullmatch(line) for line in done.stdout.splitlines() if "bench=" in line]
    if len(found) != 4 or not all(found) or any(float(match[3]) <= 0 for match in found):
        yield f"lines of figures:\n{done.stdout}"
    if [row[:2] for row in rows] != [[match[1], match[2]] for match in found if match] or \
            any(len(row) != 10 for row in rows):
        yield f"the table: {rows}"
    if not re.search(r"(reached|MISSED)$", done.stdout, re.MULTILINE):
        yield "no verdict"


tap.run([("each_figure_has_its_lines", each_figure_has_its_lines)])
