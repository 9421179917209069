#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a libFuzzer target for some seconds: fuzz.py NAME CORPUS PROGRAM

Prints TAP. FUZZ_SECONDS says how long (3). What the fuzzer adds to the corpus goes to a folder
that is removed; an input that breaks a promise stays beside the program and is named.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def main():
    name, corpus = sys.argv[1:3]
    case = f"{name} keeps its promises under libFuzzer"
    if len(sys.argv) < 4:
        print(f"1..0 # SKIP clang with libFuzzer is not installed")
        return
    program = Path(sys.argv[3]).resolve()
    seconds = int(os.environ.get("FUZZ_SECONDS", "3"))
    # Leaks of one input are leaks of all; leak checks slow short runs down by more than they find.
    options = [f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048", "-max_len=2048",
               f"-artifact_prefix={program}-found-", "-print_final_stats=1"]
    print("1..1", flush=True)
    with tempfile.TemporaryDirectory() as found:
        result = subprocess.run([program, *options, found, corpus], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    text = result.stdout.decode("utf-8", "replace")
    if result.returncode == 0:
        runs = re.search(r"stat::number_of_executed_units:\s*(\d+)", text)
        print(f"# {runs[1] if runs else '?'} inputs in {seconds} s")
        print(f"ok 1 - {case}")
        return
    print("".join(f"# {line}\n" for line in text.splitlines()[-60:]), end="")
    print(f"not ok 1 - {case}")
    sys.exit(1)


main()
