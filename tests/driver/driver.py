# SPDX-License-Identifier: MIT
"""What the tests of transom-cc share: a place to work in, the driver, and programs that it made."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "package"))
import tap  # noqa: E402

TIME_LIMIT = 180


class Result:
    def __init__(self, words, done):
        self.words = words
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    def told(self, why):
        return [why, " ".join(self.words), f"exit status {self.code}", self.out, self.err]

    def expect(self, code=0, out=None):
        """What is wrong with how it ended and, if it matters, with what it printed."""
        if self.code != code:
            return self.told(f"exit status {code} was expected")
        if out is not None and self.out != out:
            return self.told(f"it printed {self.out!r} instead of {out!r}")
        return []

    def expect_failure(self, *texts):
        if self.code == 0:
            return self.told("it should have failed")
        return [line for text in texts if text not in self.err
                for line in self.told(f"stderr does not say {text!r}")]


class Place:
    """A folder with sources, and the driver that compiles them."""

    def __init__(self, driver):
        self.driver = str(driver)
        self.temporary = tempfile.TemporaryDirectory()
        self.path = Path(self.temporary.name).resolve()
        os.chmod(self.path, 0o700)
        self.names = self.path / "names"
        self.names.mkdir(mode=0o700)
        self.count = 0

    def folder(self):
        self.count += 1
        path = self.path / f"case {self.count}"
        path.mkdir()
        return path

    def environment(self, more):
        env = {key: value for key, value in os.environ.items()
               if key not in ("LD_LIBRARY_PATH", "TRANSOM_CC", "TRANSOM_CXX", "TRANSOM_TRACE")}
        return {**env, "TRANSOM_DIR": str(self.names), **more}

    def run(self, *words, cwd=None, text=None, **more):
        words = [str(word) for word in words]
        try:
            done = subprocess.run(words, capture_output=True, text=True, errors="replace",
                                  check=False, cwd=cwd,
                                  input=text if text is not None else "", timeout=TIME_LIMIT,
                                  env=self.environment(more))
        except subprocess.TimeoutExpired:
            done = subprocess.CompletedProcess(words, "a time-out", "", "")
        return Result(words, done)

    def cc(self, *words, cwd=None, compiler=None, text=None, **more):
        if compiler:
            need(compiler)
            more["TRANSOM_CC"] = compiler
        return self.run(self.driver, *words, cwd=cwd, text=text, **more)


def need(program):
    if not shutil.which(program):
        raise tap.Skip(f"no {program}")


def write(folder, **sources):
    """main_c="..." becomes main.c."""
    for name, text in sources.items():
        stem, suffix = name.rsplit("_", 1)
        (folder / f"{stem}.{suffix}").write_text(text, encoding="utf-8")


def run_cases(place, cases):
    with place.temporary:
        tap.run([(case.__name__, case) if callable(case) else case for case in cases])
