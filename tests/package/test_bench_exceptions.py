#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What exceptions cost is measured: test_bench_exceptions.py BENCH_EXCEPTIONS"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

BENCH = Path(sys.argv[1]).absolute()
NUMBER = r"\d+\.\d+"
LINE = re.compile(rf"bench=seh_(\w+) peer=(\w+) placement=one_core value=({NUMBER}) unit=ns "
                  rf"ratio=({NUMBER}|-) low=({NUMBER}|-) high=({NUMBER}|-) variant=default "
                  r"at=one_core")
EXPECTED = {
    "enter": ["transom", "setjmp"], "enter_finally": ["transom", "setjmp"],
    "raise": ["transom", "cxx", "sigsetjmp"], "raise_10": ["transom", "cxx", "sigsetjmp"],
    "raise_finally_10": ["transom", "cxx"], "fault": ["transom", "sigsetjmp"],
    "vectored": ["transom", "signal"],
}
WANTED = 6


def each_figure_has_its_lines():
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "bench.tsv"
        env = {key: value for key, value in os.environ.items()
               if not key.startswith("TRANSOM_BENCH")}
        done = subprocess.run([BENCH, "--quick", "--tsv", table], text=True, check=False, env=env,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=100)
        rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()]
    if done.returncode or done.stderr:
        yield f"exit status {done.returncode}: {done.stderr}"
    found = [LINE.fullmatch(line) for line in done.stdout.splitlines() if "bench=" in line]
    if not all(found) or [(match[1], match[2]) for match in found] != [
            (figure, peer) for figure, peers in EXPECTED.items() for peer in peers]:
        yield f"lines of figures:\n{done.stdout}"
    if any(float(match[3]) <= 0 or (match[4] == "-") != (match[2] == "transom")
           for match in found if match):
        yield f"values and ratios:\n{done.stdout}"
    if [row[:2] for row in rows] != [[f"seh_{match[1]}", match[2]] for match in found if match] or \
            any(len(row) != 10 for row in rows):
        yield f"the table: {rows}"
    if len(re.findall(r"(reached|MISSED)$", done.stdout, re.MULTILINE)) != WANTED:
        yield "not each verdict is there"


tap.run([("each_figure_has_its_lines", each_figure_has_its_lines)])
