#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts test cases: summary.py FOLDER.

The folder holds meson's logs, one a build (LABEL.json), and steps.tap, a line for each thing that
./run did by itself. Prints what failed with its output, then `N passed, N failed, N skipped`.

A program that speaks TAP counts its cases, another counts as one. A program that crashed, timed
out or ran fewer cases than its plan says has one failure more than it told.
"""
import json
import os
import re
import sys
from pathlib import Path

CASE = re.compile(r"(?P<bad>not )?ok\b[ \t]*\d*[ \t]*(?:-[ \t]*)?"
                  r"(?P<name>[^#]*?)[ \t]*"
                  r"(?:#[ \t]*(?P<directive>SKIP|TODO)\S*[ \t]*(?P<why>.*))?$", re.IGNORECASE)
PLAN = re.compile(r"1\.\.(\d+)[ \t]*(?:#[ \t]*(SKIP.*))?$", re.IGNORECASE)
TAIL = 60


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []

    def fail(self, what):
        self.failed += 1
        self.failures.append(what)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures

    def case(self, match):
        name = match["name"] or match["why"] or "a case without a name"
        directive = (match["directive"] or "").upper()
        if directive == "SKIP":
            self.skipped += 1
        elif directive == "TODO" and match["bad"]:
            self.skipped += 1
        elif directive == "TODO":
            self.fail(f"{name} (passes, though marked as TODO)")
        elif match["bad"]:
            self.fail(name)
        else:
            self.passed += 1


def count_tap(text):
    """(Count, cases planned or None, cases seen) of what a program printed."""
    count = Count()
    planned = None
    seen = 0
    for line in text.splitlines():
        line = line.rstrip()
        if plan := PLAN.match(line):
            if planned is not None:
                count.fail("printed a second plan: does it start itself without arguments?")
                continue
            planned = int(plan[1])
            if planned == 0:
                count.skipped += 1
        elif line.startswith("Bail out!"):
            count.fail(line)
        elif match := CASE.match(line):
            count.case(match)
            seen += 1
    return count, planned, seen


def count_test(test):
    count, planned, seen = count_tap(test.get("stdout") or "")
    result = test["result"]
    if planned is None and not seen:
        if result == "OK":
            count.passed = 1
        elif result == "SKIP":
            count.skipped = 1
        else:
            count.fail(how_it_ended(test))
    elif planned is None:
        count.fail("printed no plan: " + how_it_ended(test))
    elif planned and seen != planned:
        count.fail(f"{seen} of {planned} cases were run: " + how_it_ended(test))
    elif result not in ("OK", "SKIP") and not count.failed and not ended_well(test):
        count.fail(how_it_ended(test))
    return count


def ended_well(test):
    """Every case was seen and passed, and the program says so: meson's own reader of TAP can be
    confused by a line of a child process between two cases."""
    return test["result"] == "ERROR" and test.get("returncode") == 0


def how_it_ended(test):
    code = test.get("returncode") or 0
    if test["result"] == "TIMEOUT":
        return "timed out"
    if code < 0:
        return f"was killed by signal {-code}"
    if code == 0 and test["result"] != "OK":
        return f"meson calls its output {test['result']}, though it ended with exit status 0"
    return f"ended with exit status {code}"


def tail(text):
    lines = (text or "").rstrip().splitlines()
    if len(lines) > TAIL:
        lines = [f"[{len(lines) - TAIL} lines left out]"] + lines[-TAIL:]
    return "".join(f"    {line}\n" for line in lines)


def show(label, test, count):
    print(f"\nFAILED in {label}: {test['name']}")
    for failure in count.failures:
        print(f"  {failure}")
    # A program that speaks TAP says much about cases that passed.
    out = test.get("stdout") or ""
    if test.get("returncode"):
        out = "\n".join(line for line in out.splitlines() if not re.match(r"ok\b|1\.\.\d", line))
    print(tail(out) + tail(test.get("stderr")), end="")


def main():
    folder = Path(sys.argv[1])
    total = Count()
    for path in sorted(folder.glob("*.json")):
        with open(path, encoding="utf-8", errors="replace") as log:
            for line in log:
                test = json.loads(line)
                count = count_test(test)
                if count.failed:
                    show(path.stem, test, count)
                total.add(count)
    steps = folder / "steps.tap"
    if steps.exists():
        count, _, _ = count_tap(steps.read_text(encoding="utf-8"))
        for failure in count.failures:
            print(f"\nFAILED: {failure}")
        total.add(count)

    if not total.passed + total.failed:
        total.fail("no test was run")
        print("\nFAILED: no test was run")
    line = f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped"
    label = os.environ.get("TRANSOM_SUMMARY_LABEL")
    print(f"{label}: {line}" if label else f"\n{line}")
    return 1 if total.failed else 0


sys.exit(main())
