#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts test cases in meson's log: prints failures, then 'N passed, N failed, N skipped'."""
import json
import re
import sys

CASE = re.compile(r"^(not ok|ok)\b[ \t]*\d*[ \t]*-?[ \t]*([^#\n]*)(?:#[ \t]*(\w+)(.*))?$", re.M)
PLAN = re.compile(r"^1\.\.(\d+)", re.M)


def count(test):
    """(passed, failed, skipped, lines that say what failed) of one test program."""
    out = test.get("stdout", "") or ""
    plan = PLAN.search(out)
    if not plan:
        good = test["result"] == "OK"
        return (1, 0, 0, []) if good else (0, 1, 0, [test["name"] + ": " + test["result"]])
    passed = failed = skipped = 0
    wrong = []
    for verdict, name, directive, _ in CASE.findall(out):
        directive = (directive or "").upper()
        if directive == "SKIP":
            skipped += 1
        elif verdict == "ok" or directive == "TODO":
            passed += 1
        else:
            failed += 1
            wrong.append(test["name"] + ": " + name.strip())
    lost = int(plan.group(1)) - passed - failed - skipped
    if lost > 0:
        failed += lost
        wrong.append(f"{test['name']}: {lost} cases did not run")
    if failed == 0 and test["result"] not in ("OK", "SKIP"):
        failed += 1
        wrong.append(test["name"] + ": " + test["result"])
    return passed, failed, skipped, wrong


def main():
    totals = [0, 0, 0]
    with open(sys.argv[1], encoding="utf-8") as log:
        for line in log:
            test = json.loads(line)
            passed, failed, skipped, wrong = count(test)
            totals = [a + b for a, b in zip(totals, (passed, failed, skipped))]
            if wrong:
                print("\n".join("FAILED " + w for w in wrong))
                print((test.get("stdout") or "")[-3000:])
                print((test.get("stderr") or "")[-3000:])
    print(f"{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped")
    return 1 if totals[1] or not sum(totals) else 0


sys.exit(main())
