#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""./run says in a sentence what is wrong with a machine: test_run.py ROOT

The machine is made of a PATH with a few commands, some of them false.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import tap

ROOT = Path(sys.argv[1])
TOOLS = ["awk", "cat", "date", "df", "dirname", "env", "head", "id", "mktemp", "rm", "sed", "sh",
         "tail", "uname"]
COMPILERS = ["gcc", "g++", "ninja", "pkg-config", "python3"]
TIMEOUT = 30


class Machine:
    """A machine that has TOOLS, what is named in have, and scripts in place of others."""

    def __init__(self, have=(), **scripts):
        self.folder = tempfile.TemporaryDirectory()
        self.bin = Path(self.folder.name) / "bin"
        self.bin.mkdir()
        for name in [*TOOLS, *have]:
            if name not in scripts and (path := shutil.which(name)):
                (self.bin / name).symlink_to(os.path.realpath(path)
                                             if name in TOOLS else path)
        for name, script in scripts.items():
            path = self.bin / name.replace("_", "-")
            path.unlink(missing_ok=True)
            path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
            path.chmod(0o755)

    def run(self, *words):
        env = {"PATH": str(self.bin), "TRANSOM_BUILD": f"{self.folder.name}/build",
               "TMPDIR": self.folder.name, "CALLS": f"{self.folder.name}/calls"}
        done = subprocess.run(["/bin/sh", ROOT / "run", *words], env=env, text=True, check=False,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=TIMEOUT)
        return done.returncode, done.stdout, done.stderr

    def calls(self):
        path = Path(self.folder.name) / "calls"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def refuses(machine, *words, says):
    """The command fails, and its last line is one sentence with these words."""
    status, _, err = machine.run(*words)
    lines = err.strip().splitlines()
    if status == 0:
        yield "it did not fail"
    if not lines or not lines[-1].startswith("run: "):
        yield f"the last line is no sentence of ./run: {lines[-1:]}"
    yield from (f"'{word}' is not in {lines[-1:]}" for word in says
                if not lines or word not in lines[-1])


UNAME = 'case $1 in -s) echo {system} ;; -m) echo {machine} ;; -r) echo {release} ;; esac'


def uname(system="Linux", machine="x86_64", release="6.1.0-18-amd64"):
    return UNAME.format(system=system, machine=machine, release=release)


def help_needs_nothing():
    status, out, err = Machine().run("help")
    if status or err:
        yield f"exit status {status}: {err}"
    yield from (f"{word} is not explained" for word in
                ("demo", "test", "build", "bench", "oracle", "help") if f"\n  {word}" not in out)


def an_unknown_command_is_refused():
    return refuses(Machine(), "frobnicate", says=["frobnicate"])


def an_unknown_option_of_test_is_refused():
    return refuses(Machine(), "test", "--frobnicate", says=["--frobnicate"])


def an_old_kernel_is_refused():
    for release in ("5.10.0-28-amd64", "6.0.19", "4.19"):
        yield from refuses(Machine(uname=uname(release=release)), "build", says=[release, "6.1"])


def a_new_kernel_is_not_called_old():
    for release in ("6.1.0-18-amd64", "6.10", "6.1-rc3", "7.0.0", "10.2"):
        _, _, err = Machine(uname=uname(release=release), id="echo 0").run("build")
        if "too old" in err:
            yield f"{release}: {err}"


def another_system_or_processor_is_refused():
    yield from refuses(Machine(uname=uname(system="FreeBSD")), "build", says=["FreeBSD", "Linux"])
    yield from refuses(Machine(uname=uname(machine="ppc64le")), "test", says=["ppc64le", "x86-64"])


def without_apt_it_says_so():
    machine = Machine(id="echo 0", uname=uname())
    yield from refuses(machine, "build", says=["apt-get", "package manager"])
    _, _, err = machine.run("build")
    yield from (f"{word} is not named in {err}" for word in ("gcc:", "meson:", "ninja-build:")
                if word not in err)


def without_root_and_sudo_it_says_what_root_must_do():
    machine = Machine(id="echo 1000", uname=uname(), apt_get="exit 1")
    return refuses(machine, "build", says=["no sudo", "as root", "apt-get install gcc g++"])


def a_sudo_that_wants_a_password_without_a_terminal_is_not_waited_for():
    machine = Machine(id="echo 1000", uname=uname(), apt_get="exit 1", sudo="exit 1")
    return refuses(machine, "build", says=["password", "apt-get install gcc"])


def a_failed_installation_shows_what_apt_said():
    machine = Machine(id="echo 0", uname=uname(), apt_get="echo E: no network; exit 100")
    yield from refuses(machine, "build", says=["apt-get failed", "network"])
    if "E: no network" not in machine.run("build")[2]:
        yield "what apt-get said is not shown"


def a_full_disk_is_seen_before_anything_is_installed():
    full = 'echo "Filesystem 1024-blocks Used Available"; echo "x 100 50 1024 50% /"'
    machine = Machine(id="echo 0", uname=uname(), df=full, apt_get='echo "$*" >>"$CALLS"')
    yield from refuses(machine, "build", says=["MB", "free"])
    yield from machine.calls()


APT = 'echo "$*" >>"$CALLS"'


def only_what_is_missing_is_installed():
    machine = Machine(have=COMPILERS, id="echo 0", uname=uname(), apt_get=APT)
    machine.run("build")
    installs = [call.split("install ")[1] for call in machine.calls() if "install " in call]
    if installs != ["--no-install-recommends meson"]:
        yield f"installed: {installs}"


def the_peers_of_the_bench_are_installed_when_they_are_asked_for():
    peers = {"libzmq3-dev", "libwinpr2-dev", "gnuplot-nox"}
    for option, wanted in (["--install-peers"], peers), (["--quick"], set()):
        machine = Machine(have=[name for name in COMPILERS if name != "pkg-config"], id="echo 0",
                          uname=uname(), pkg_config="exit 1", apt_get=APT)
        _, _, err = machine.run("bench", *option)
        installs = [call.split()[2:] for call in machine.calls() if "install " in call]
        installed = peers & {name for names in installs for name in names}
        if installed != wanted:
            yield f"{option}: {installs}"
        yield from (f"why {name} is installed is not said: {err}" for name in wanted
                    if f"    {name}: " not in err)


def a_user_installs_through_sudo():
    machine = Machine(have=COMPILERS, id="echo 1000", uname=uname(), apt_get="exit 1",
                      sudo='echo "sudo $*" >>"$CALLS"')
    machine.run("build")
    if not any(call.startswith("sudo env ") and call.endswith(" meson")
               for call in machine.calls()):
        yield f"called: {machine.calls()}"


CASES = [help_needs_nothing, an_unknown_command_is_refused, an_unknown_option_of_test_is_refused,
         an_old_kernel_is_refused, a_new_kernel_is_not_called_old,
         another_system_or_processor_is_refused, without_apt_it_says_so,
         without_root_and_sudo_it_says_what_root_must_do,
         a_sudo_that_wants_a_password_without_a_terminal_is_not_waited_for,
         a_failed_installation_shows_what_apt_said,
         a_full_disk_is_seen_before_anything_is_installed, only_what_is_missing_is_installed,
         the_peers_of_the_bench_are_installed_when_they_are_asked_for,
         a_user_installs_through_sudo]

tap.run([(case.__name__, case) for case in CASES])
