#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Loops of many connections are measured: test_bench_port.py BENCH_PORT"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

BENCH = Path(sys.argv[1]).absolute()
NUMBER = r"\d+\.\d+"
LINE = re.compile(rf"bench=(\w+) peer=(\w+) placement=(?:unpinned|two_cores) "
                  rf"value=({NUMBER}) unit=(?:us|k/s|mean) ratio=(?:{NUMBER}|-) "
                  rf"low=(?:{NUMBER}|-) high=(?:{NUMBER}|-) variant=default at=\w+")
EXPECTED = [(f"{figure}_c{count}", peer) for count in (1, 10, 100, 1000)
            for figure in ("port_64", "port_slowest") for peer in ("transom", "epoll")] + \
    [("overlapped_round_trip_64", "transom"), ("overlapped_round_trip_64", "blocking"),
     ("port_packet", "transom")]
TARGETS = 4


def each_figure_has_its_lines():
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "bench.tsv"
        done = subprocess.run([BENCH, "--rounds", "1", "--ms", "2", "--tsv", table], text=True,
                              check=False, capture_output=True, stdin=subprocess.DEVNULL,
                              timeout=100)
        rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()]
    if done.returncode or done.stderr:
        yield f"exit status {done.returncode}: {done.stderr}"
    lines = [line for line in done.stdout.splitlines() if "bench=" in line]
    found = [LINE.fullmatch(line) for line in lines]
    yield from (f"does not parse: {line}" for line, match in zip(lines, found) if not match)
    named = [(match[1], match[2]) for match in found if match]
    if named != EXPECTED:
        yield f"lines of {named}"
    # A connection of so short a measurement may have had no turn.
    yield from (f"nothing was measured: {match[0]}" for match in found
                if match and float(match[3]) <= 0 and not match[1].startswith("port_slowest"))
    if [tuple(row[:2]) for row in rows] != EXPECTED or any(len(row) != 10 for row in rows):
        yield f"the table: {rows}"
    if len(re.findall(r"  (reached|MISSED)$", done.stdout, re.MULTILINE)) != TARGETS:
        yield f"verdicts in:\n{done.stdout}"


def what_it_does_not_know_is_refused():
    for words in (["--frobnicate"], ["more"], ["--rounds", "0"], ["--only", "9999"]):
        done = subprocess.run([BENCH, *words], text=True, check=False, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=100, env=dict(os.environ))
        if done.returncode != 2 or not done.stderr or "bench=" in done.stdout:
            yield f"{words}: exit status {done.returncode}, {done.stderr}"


tap.run([(case.__name__, case) for case in
         (each_figure_has_its_lines, what_it_does_not_know_is_refused)])
