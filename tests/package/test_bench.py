#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The measuring program measures everything it promises: test_bench.py BENCH

With millisecond measurements: the figures mean nothing here, their lines do.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

BENCH = Path(sys.argv[1]).absolute()
PLOT = Path(__file__).parent.parent / "bench" / "plot.sh"
TIMEOUT = 150
NUMBER = r"\d+\.\d+"
LINE = re.compile(rf"bench=(?P<bench>\w+) peer=(?P<peer>\w+) placement=(?P<placement>\w+) "
                  rf"value=(?P<value>{NUMBER}) unit=(?P<unit>us|us/s|M/s|k/s|GB/s) "
                  rf"ratio=(?P<ratio>{NUMBER}|-) low=(?P<low>{NUMBER}|-) "
                  rf"high=(?P<high>{NUMBER}|-) variant=(?P<variant>[\w.]+) at=(?P<at>\w+)")
OURS = {"transom", "transom_no_spin"}
SOCKETS = {"seqpacket", "stream"}
# Those whose libraries were there when this was built; Wine takes part in ./run bench alone.
FOREIGN = {name for name in ("zeromq", "winpr") if (BENCH.parent / f"side_{name}").exists()}
TITLES = {"zeromq": "ZeroMQ", "winpr": "WinPR", "wine": "Wine"}
ALL = OURS | SOCKETS | FOREIGN | {"pipe", "mq"}
CONNECTING = OURS | SOCKETS | FOREIGN | {"bound"}
LOADED = OURS | {"seqpacket"}
# The system may forbid queues of so long messages.
MAY_LACK = {(f"{kind}_{size}", "mq") for kind in ("round_trip", "throughput")
            for size in (65536, 1048576)}
EXPECTED = {
    "round_trip_64": ALL | {"cache_line"}, "round_trip_64_p99": ALL,
    "round_trip_4096": ALL, "round_trip_4096_p99": ALL, "rate_64": ALL,
    "round_trip_65536": ALL, "round_trip_1048576": ALL,
    "throughput_4096": ALL | {"memcpy"}, "throughput_65536": ALL | {"memcpy"},
    "throughput_1048576": ALL | {"memcpy"},
    "connect": CONNECTING, "connect_p99": CONNECTING, "connect_rate": CONNECTING,
    "cpu_rate_64": ALL, "cpu_round_trip_64": ALL, "cpu_sparse_64": ALL,
    "idle_connection": {"transom"}, "idle_waiter": {"transom"},
    "busy_64": LOADED, "idle_class_64": LOADED, "pairs_8_64": LOADED, "pairs_32_64": LOADED,
}
TARGETS = 19 + len(FOREIGN)


def run(*words, cpus=None):
    with tempfile.TemporaryDirectory() as folder:
        def limit():
            os.sched_setaffinity(0, cpus)
        done = subprocess.run([BENCH, *words], text=True, check=False, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=TIMEOUT, cwd=folder,
                              env={**os.environ, "TRANSOM_DIR": folder},
                              preexec_fn=limit if cpus else None)
        tsv = Path(folder) / "bench.tsv"
        table = tsv.read_text(encoding="utf-8") if tsv.exists() else ""
    return done, table


def lines_of(text):
    """The machine-readable lines: (parsed, those that do not parse)."""
    lines = [line for line in text.splitlines() if line.startswith("bench=")]
    return ([match.groupdict() for line in lines if (match := LINE.fullmatch(line))],
            [line for line in lines if not LINE.fullmatch(line)])


def said(done):
    if done.returncode or done.stderr:
        yield f"exit status {done.returncode}: {done.stderr}"


def has_two():
    return len(os.sched_getaffinity(0)) > 1


def every_figure_has_a_line_for_every_peer():
    done, table = run("--rounds", "1", "--ms", "1", "--tsv", "bench.tsv")
    yield from said(done)
    parsed, bad = lines_of(done.stdout)
    yield from (f"does not parse: {line}" for line in bad)
    peers = {}
    for line in parsed:
        peers.setdefault(line["bench"], set()).add(line["peer"])
        if float(line["value"]) <= 0 and not line["bench"].startswith("idle_") and \
                not line["bench"].startswith("cpu_"):
            yield f"nothing was measured: {line}"
    if not has_two():
        EXPECTED["round_trip_64"].discard("cache_line")
        EXPECTED["pairs_8_64"] = EXPECTED["pairs_32_64"] = set()
    for bench in EXPECTED.keys() | peers.keys():
        expected = EXPECTED.get(bench, set())
        lacks = {peer for peer in expected - peers.get(bench, set()) if (bench, peer) in MAY_LACK}
        if peers.get(bench, set()) != expected - lacks:
            yield f"{bench} has lines of {peers.get(bench)}, not of {EXPECTED.get(bench)}"
    yield from keys_are_unique(parsed)
    yield from the_file_says_the_same(parsed, table)
    verdicts = re.findall(r"  (reached|MISSED|not measured)$", done.stdout, re.MULTILINE)
    if len(verdicts) != TARGETS:
        yield f"{len(verdicts)} verdicts on {TARGETS} targets"
    if has_two() and "not measured" in verdicts:
        yield "a target was not measured"


def keys_are_unique(parsed):
    keys = [(line["bench"], line["peer"], line["placement"]) for line in parsed]
    yield from (f"twice: {key}" for key in sorted(set(keys)) if keys.count(key) > 1)


def the_file_says_the_same(parsed, table):
    head, *rows = [line.split("\t") for line in table.splitlines()]
    yield from (f"not {len(head)} columns: {row}" for row in rows if len(row) != len(head))
    rows = [dict(zip(head, row)) for row in rows]
    yield from (f"not in the file: {line}" for line in parsed if line not in rows)
    variants = {row["variant"] for row in rows if row["peer"] == "stream"}
    if not {"default", "1.1M", "2M"} <= variants:
        yield f"the buffers of stream were {variants}"


def a_peer_that_is_not_here_is_named():
    done, _ = run("--rounds", "1", "--ms", "1", "--only", "round_trip_64")
    yield from said(done)
    line = next((line for line in done.stdout.splitlines() if "not measured:" in line), "")
    if "./run bench --install-peers" not in line:
        yield f"how to get it is not said: {line}"
    for name, title in TITLES.items():
        if (title in line) == (name in FOREIGN):
            yield f"{title}: {line}"


def only_what_is_asked_for_is_measured():
    done, _ = run("--rounds", "3", "--ms", "1", "--only", "rate_64", "--peer", "transom,pipe")
    yield from said(done)
    parsed, _ = lines_of(done.stdout)
    found = {(line["bench"], line["peer"]) for line in parsed}
    expected = {(bench, peer) for bench in ("rate_64", "cpu_rate_64") for peer in
                ("transom", "pipe")}
    if found != expected:
        yield f"{found}"
    for line in parsed:
        if line["ratio"] != "-" and \
                not float(line["low"]) <= float(line["ratio"]) <= float(line["high"]):
            yield f"the ratio is not within its spread: {line}"


def one_processor_is_enough():
    cpu = min(os.sched_getaffinity(0))
    done, _ = run("--rounds", "1", "--ms", "1", "--only", "round_trip_64", cpus={cpu})
    yield from said(done)
    parsed, bad = lines_of(done.stdout)
    if "one processor only" not in done.stdout:
        yield "it does not say that there is one processor only"
    placements = {line["placement"] for line in parsed}
    if bad or placements != {"one_core", "unpinned"}:
        yield f"{placements} {bad}"


def the_demo_compares_with_a_pipe_and_a_socket():
    for cpus in [None, {min(os.sched_getaffinity(0))}]:
        done, _ = run("--demo", "--ms", "1", cpus=cpus)
        yield from said(done)
        for title in ("Transom", r"pipe\(2\)", "AF_UNIX SEQPACKET"):
            values = r"\d+\.\d\d +(\d+\.\d\d|-)$"
            if not re.search(rf"^  {title} +{values}", done.stdout, re.MULTILINE):
                yield f"no row of {title} in:\n{done.stdout}"


def the_figures_are_drawn():
    if not shutil.which("gnuplot"):
        raise tap.Skip("gnuplot is not installed")
    done, table = run("--rounds", "1", "--ms", "1", "--tsv", "bench.tsv", "--only",
                      "round_trip_64,rate_64,connect", "--peer", "transom,pipe,seqpacket")
    yield from said(done)
    one_place = "".join(line for line in table.splitlines(keepends=True) if "best" not in line)
    for text, is_drawn in ((table, True), (one_place, True), (table.splitlines()[0], False)):
        with tempfile.TemporaryDirectory() as folder:
            tsv, png = Path(folder) / "bench.tsv", Path(folder) / "bench.png"
            tsv.write_text(text, encoding="utf-8")
            done = subprocess.run(["sh", PLOT, tsv, png], text=True, check=False,
                                  capture_output=True, timeout=TIMEOUT)
            if (done.returncode == 0) != is_drawn or (is_drawn and done.stderr):
                yield f"exit status {done.returncode}: {done.stderr}"
            elif is_drawn and png.read_bytes()[:8] != b"\x89PNG\r\n\x1a\n":
                yield "what is drawn is no PNG"


def what_it_does_not_know_is_refused():
    for words in (["--frobnicate"], ["more"], ["--only", "rate"], ["--peer", "pipe,"
                  "carrier_pigeon"], ["--rounds", "0"], ["--rounds", "99"], ["--ms", "1x"]):
        done, _ = run(*words)
        if done.returncode != 2 or not done.stderr or "bench=" in done.stdout:
            yield f"{words}: exit status {done.returncode}, {done.stderr}"


CASES = [every_figure_has_a_line_for_every_peer, a_peer_that_is_not_here_is_named,
         only_what_is_asked_for_is_measured, one_processor_is_enough,
         the_demo_compares_with_a_pipe_and_a_socket, the_figures_are_drawn,
         what_it_does_not_know_is_refused]

tap.run([(case.__name__, case) for case in CASES])
