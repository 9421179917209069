#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The line at the end of ./run test counts what ran: test_summary.py ROOT"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

ROOT = Path(sys.argv[1])


def summarise(tests, steps=None):
    """(exit status, lines) of tests/summary.py on a log of (stdout, result, exit status)."""
    with tempfile.TemporaryDirectory() as folder:
        log = [{"name": f"test {number}", "stdout": out, "stderr": "", "result": result,
                "returncode": status} for number, (out, result, status) in enumerate(tests)]
        (Path(folder) / "tests.json").write_text(
            "".join(json.dumps(test) + "\n" for test in log), encoding="utf-8")
        if steps is not None:
            (Path(folder) / "steps.tap").write_text(steps, encoding="utf-8")
        done = subprocess.run([sys.executable, ROOT / "tests/summary.py", folder],
                              capture_output=True, text=True, check=False,
                              env={"PATH": "/usr/bin:/bin"})
        return done.returncode, done.stdout.splitlines()


def expect(tests, line, status, steps=None, says=()):
    code, lines = summarise(tests, steps)
    if not lines or lines[-1] != line:
        yield f"the last line is {lines[-1:]}, not {line}"
    if sum(" passed, " in text for text in lines) != 1:
        yield "the line does not stand once"
    if code != status:
        yield f"exit status {code}, not {status}"
    yield from (f"'{text}' is not said" for text in says
                if not any(text in shown for shown in lines))


GOOD = "1..3\nok 1 - a_b\nok 2 - c # SKIP no root\nok 3\n"

CASES = [
    ("each_case_is_counted",
     lambda: expect([(GOOD, "OK", 0), (GOOD, "OK", 0)], "4 passed, 0 failed, 2 skipped", 0)),
    ("a_failed_case_is_named",
     lambda: expect([("1..2\nok 1 - a\n# why\nnot ok 2 - it_breaks\n", "FAIL", 1)],
                    "1 passed, 1 failed, 0 skipped", 1, says=["it_breaks", "# why"])),
    ("a_program_that_dies_after_its_cases_is_one_failure",
     lambda: expect([("1..1\nok 1 - a\n", "ERROR", -11)], "1 passed, 1 failed, 0 skipped", 1,
                    says=["killed by signal 11"])),
    ("a_program_that_dies_between_its_cases_is_one_failure",
     lambda: expect([("1..9\nok 1 - a\n", "ERROR", -6)], "1 passed, 1 failed, 0 skipped", 1,
                    says=["1 of 9 cases"])),
    ("a_program_that_says_nothing_and_fails_is_one_failure",
     lambda: expect([("", "TIMEOUT", -9), (GOOD, "OK", 0)], "2 passed, 1 failed, 1 skipped", 1,
                    says=["timed out"])),
    ("cases_without_a_plan_are_a_failure",
     lambda: expect([("ok 1 - a\n", "ERROR", 0)], "1 passed, 1 failed, 0 skipped", 1)),
    ("fewer_cases_than_planned_are_a_failure_even_with_status_0",
     lambda: expect([("1..2\nok 1 - a\n", "OK", 0)], "1 passed, 1 failed, 0 skipped", 1)),
    ("a_second_plan_is_a_failure",
     lambda: expect([("1..2\nok 1 - a\n1..2\nok 2 - b\n", "ERROR", 0)],
                    "2 passed, 1 failed, 0 skipped", 1, says=["second plan"])),
    ("a_program_without_tap_is_one_case",
     lambda: expect([("hello\n", "OK", 0)], "1 passed, 0 failed, 0 skipped", 0)),
    ("a_plan_of_none_is_one_skipped",
     lambda: expect([("1..0 # SKIP no qemu\n", "SKIP", 0), (GOOD, "OK", 0)],
                    "2 passed, 0 failed, 2 skipped", 0)),
    ("nested_and_quoted_lines_do_not_count",
     lambda: expect([("1..1\n    not ok 1 - inner\n# not ok 2\nokay\nok 1 - a\n", "OK", 0)],
                    "1 passed, 0 failed, 0 skipped", 0)),
    ("a_todo_that_fails_is_skipped_and_one_that_passes_fails",
     lambda: expect([("1..2\nnot ok 1 - a # TODO later\nok 2 - b # TODO later\n", "FAIL", 0)],
                    "0 passed, 1 failed, 1 skipped", 1)),
    ("steps_of_the_script_count_too",
     lambda: expect([(GOOD, "OK", 0)], "3 passed, 1 failed, 1 skipped", 1,
                    steps="ok clang builds it\nnot ok aarch64 builds it\n",
                    says=["aarch64 builds it"])),
    ("no_test_at_all_is_a_failure",
     lambda: expect([], "0 passed, 1 failed, 0 skipped", 1)),
]

tap.run(CASES)
