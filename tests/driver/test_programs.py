#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Programs written for Windows, compiled unchanged and run against each other.

test_programs.py TRANSOM_CC COMPILER
"""
import subprocess
import sys
import time
from pathlib import Path

from driver import Place, run_cases

PROGRAMS = Path(__file__).resolve().parent / "programs"
# The text of the programs is 8 bits wide whatever UNICODE says: they were written before it.
ANSI_ONLY = {"old.c", "child.c"}

FORMATS = """\
-294967296 4000000000 -294967296 4000000000 ee6b2800 0XEE6B2800 EE6B2800 10
-5 -5 4294967295 12 -1 ffffffff
-1234567890123 -1234567890123 18446744073709551615 ffffffffffffffff 4000000000
narrow wide narrow wide own|     right|left      |cu
narrow wide a b c d
wide narrow a b c d
-1 65535 ffff   2.2 1.234568e+04 0.0001 x%
0000000000001234 (null)
3 255 2 10 -3
7 deadbeef 7
3 x 18446744073709551615 word
2 alpha beta
text-4000000000 15
-1 too 
2 42
4294967295 ff -12 abc
8007007A 00000000 5
4000000000 s ff c 00042
"""

FAULTS = """\
8001f 200
0 0
c000008e c0000091 c0000090 c000008f
0
c000008e 0
c00000fd c0000005 1 c00000fd
c000008e 0
c00000fd c0000005 1 c00000fd
"""

POLLED = """\
second first: 5
connect: 0 536
connect: 0 535
read: 0 232
peek: 5 12 7 hello
read: 0 10 234
info: 0x4 1024 2048 2
state: 0x2 1
write: 0 233
wait: 0 2
"""

CHAT = """\
a         60
from      60
line      60
long      60
number0   20
number1   20
number2   20
word      60
2100 bytes
"""

WIZARD = "[one][two][three][four] -78187493530 8766 1 1\n"
WIZARD_SIZES = "sizes 4428\n"

POLLER = "140 requests, 630 bytes\n"

RPC = """\
 -2147467263  20
          -4  10
        6000  10
  4000000000  20
60 true
"""

WIDE = """\
hello     |       OLL|O|narrow|narrow too|OLLEH
6 OLLEH
12345     |       543|5|narrow|narrow too|54321
6 54321
54322 54321 54321
Привет    |       ТЕВ|Т|narrow|narrow too|ТЕВИРП
13 ТЕВИРП
3 lines
"""

REDIRECT = """\
4275878552: child: 9 bytes; type 3
4275878552: child: 0 bytes; type 3
0: c
b
a
7: out
err
error 2, CreateProcess: There is no such file or pipe.
"""

SERVICE_ANSWERS = """\
hello there world and more (26)
4294967295 (0xFFFFFFFF) (23)
UPPER LETTERS (13)
somebody (8)
4 (1)
failed: 0x80070057 (18)
"""

PARENT = """
->Start of parent execution.

->Contents of {} written to child STDIN pipe.

 ** This is a message from the child process. ** 
one line
{}
->End of parent execution.
"""


class Kind:
    """One way to compile them all."""

    def __init__(self, place, compiler, words):
        self.place = place
        self.compiler = compiler
        self.words = words
        self.folder = place.folder()
        self.label = "_".join([compiler, *(word.lstrip("-D") for word in words)])

    def build(self, name):
        """What is wrong with compiling it. Warnings are: the sources are as good as their day's."""
        source = next(PROGRAMS.glob(f"{name}.c*"))
        words = [] if source.name in ANSI_ONLY else self.words
        made = self.place.cc(*words, source, "-o", self.folder / name, compiler=self.compiler)
        return made.expect() or (made.told("it warns") if made.err else [])

    def built(self, *names):
        for name in names:
            if not (self.folder / name).exists():
                wrong = self.build(name)
                if wrong:
                    return wrong
        return []

    def run(self, name, *words, text=None):
        return self.place.run(self.folder / name, *words, text=text)


class Server:
    """A program that runs beside others and is ended by its number if it does not end itself."""

    def __init__(self, kind, name, *words):
        self.process = subprocess.Popen(
            [str(kind.folder / name), *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=kind.place.environment({}))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def ends(self, code, out):
        try:
            said, _ = self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            return ["the server does not end"]
        return ([] if (self.process.returncode, said) == (code, out) else
                [f"the server ended with {self.process.returncode}", said])


def wait_for(try_it):
    """Repeats what fails until the server has made its pipe."""
    end = time.monotonic() + 20
    while True:
        result = try_it()
        if result.code == 0 or time.monotonic() > end:
            return result
        time.sleep(0.02)


def cases_of(kind):
    def patient(*words):
        return wait_for(lambda: kind.run(*words))

    def clients_of_each_kind_talk_to_the_server_with_threads():
        wrong = kind.built("mtserver", "client", "callclient", "transactclient")
        if wrong:
            return wrong
        long = "x" * 300
        with Server(kind, "mtserver"):
            # Between a client that has been served and the next instance there may be no pipe.
            return (patient("callclient", "hey").expect(0, "answer to <hey> (16)\n") or
                    patient("client", "grün wörd").expect(0, (
                        f"Sending {10 if kind.words else 12} characters: \"grün wörd\"\n"
                        "answer to <grün wörd>\n"
                        "<End of message, press ENTER to terminate connection and exit>")) or
                    patient("client").expect(0, (
                        'Sending 29 characters: "Default message from client."\n'
                        "answer to <Default message from client.>\n"
                        "<End of message, press ENTER to terminate connection and exit>")) or
                    patient("transactclient", "one", "two longer").expect(
                        0, "answ|er t|o <o|ne>\nansw|er t|o <t|wo l|onge|r>\n") or
                    lost(patient("callclient", long)))

    def lost(result):
        return result.expect() or ([] if result.out.endswith(" (64)\n\nExtra data in message was "
                                                             "lost\n") else result.told("no 64"))

    def many_clients_at_once_get_their_own_answers():
        wrong = kind.built("quoted", "quote")
        if wrong:
            return wrong
        with Server(kind, "quoted"):
            wait_for(lambda: kind.run("quote", "A"))
            running = [(name, subprocess.Popen([str(kind.folder / "quote"), *[name] * 20],
                                               stdout=subprocess.PIPE, text=True,
                                               env=kind.place.environment({})))
                       for name in "ABCDEFGHIJKL"]
            for name, process in running:
                said, _ = process.communicate(timeout=60)
                line = f"{name}        {ord(name) / 4:10.2f} {46 if kind.words else 37:5} +\n"
                if said != 20 * line:
                    wrong.append(f"client {name}: {said}")
        return wrong

    def without_a_server_a_client_says_why():
        return (kind.built("callclient") or
                kind.run("callclient", "x", "\\\\.\\pipe\\nobody").expect_failure(
                    "CallNamedPipe failed with error 2: "))

    def structures_travel_and_workers_of_beginthreadex_serve():
        wrong = kind.built("quoted", "quote")
        if wrong:
            return wrong
        size = 46 if kind.words else 37
        with Server(kind, "quoted") as server:
            return (kind.run("quote", "IBM", "abcdefghij").expect(
                        0, f"IBM           54.00 {size:5} +\nabcdefgh     201.00 {size:5} +\n") or
                    kind.run("quote", "quit").expect(0, f"quit         112.75 {size:5} +\n") or
                    server.ends(3, "quoted: 3 requests, 3 counted, volume 12884901888 "
                                   "(0x300000000)\n"))

    def a_child_is_redirected():
        wrong = kind.built("parent", "child")
        if wrong:
            return wrong
        text = "line\n" * 1000
        file = kind.folder / "input.txt"
        file.write_text("one line\n" + text, encoding="utf-8")
        return (kind.run("parent", kind.folder / "child", file).expect(
                    0, PARENT.format(file, text)) or
                kind.run("parent").expect_failure("Please specify a child and an input file.") or
                kind.run("parent", "/no/such/child", file).expect_failure(
                    "CreateProcess failed with error "))

    def a_program_of_the_first_books_talks_to_itself():
        wrong = kind.built("old")
        if wrong:
            return wrong
        with Server(kind, "old", "server") as server:
            return (kind.run("old", "Client", text="one\nmore words\nEnd\n").expect(
                        0, "3:ONE:0003:!:ok    |\n10:MORE WORDS:000A:!:ok    |\n") or
                    server.ends(0, "") or
                    kind.run("old").expect(1, "usage: old server|client\n"))

    def alone(name, out, *words):
        return kind.built(name) or kind.run(name, *words).expect(0, out)

    def formats_mean_what_they_mean_there():
        return alone("formats", FORMATS)

    def a_pipe_is_polled():
        return alone("polled", POLLED)

    def a_program_starts_itself():
        return alone("spawn", "ping 5\nexit code 42\n")

    def classes_threads_and_streams_work():
        return alone("chat", CHAT, "3")

    def what_a_wizard_made_works():
        wrong = kind.built("wizard")
        done = None if wrong else kind.run("wizard")
        # printf and cout do not share a buffer: either may come first.
        return wrong or ([] if done.code == 0 and done.out in (
            WIZARD + WIZARD_SIZES, WIZARD_SIZES + WIZARD) else done.told("other text"))

    def a_service_answers_until_it_is_told_to_stop():
        wrong = kind.built("service", "servicectl")
        if wrong:
            return wrong
        with Server(kind, "service", "everybody") as server:
            return (patient("servicectl", "echo hello there world and more",
                            "ADD 1 -2 4294967296", "upper Upper Letters", "who", "stat",
                            "nonsense").expect(0, SERVICE_ANSWERS) or
                    kind.run("service").expect(3, "another one runs\n") or
                    kind.run("servicectl", "stop").expect(0, "stopping (8)\n") or
                    server.ends(0, "ready\nwaited 0, codes 406, requests 7\n") or
                    kind.run("servicectl", "x").expect_failure("CreateFile: 2: "))

    def two_commands_make_a_pipeline():
        return (kind.built("pipeline") or
                kind.run("pipeline", "printf", "b\\na\\n", "=", "sort").expect(
                    0, "a\nb\nboth ended: 0, 0\n") or
                kind.run("pipeline", "printf", "x").expect_failure(
                    "There is no second command.") or
                kind.run("pipeline", "no-such-program", "=", "sort").expect_failure(
                    "The first command does not start."))

    def a_class_redirects_commands_and_polls_them():
        return alone("redirect", REDIRECT)

    def one_thread_polls_several_instances():
        return alone("poller", POLLER)

    def packed_structures_go_by_call_named_pipe():
        return alone("rpc", RPC)

    def calculations_and_stacks_that_fail_are_exceptions():
        return alone("faults", FAULTS)

    def everything_is_wide():
        return alone("wide", WIDE, "hello", "12345", "Привет")

    # What does not look at UNICODE is compiled once.
    alike = () if kind.words else (one_thread_polls_several_instances,
                                   packed_structures_go_by_call_named_pipe, everything_is_wide,
                                   calculations_and_stacks_that_fail_are_exceptions)
    return [(f"{case.__name__}_{kind.label}", case) for case in (
        clients_of_each_kind_talk_to_the_server_with_threads,
        many_clients_at_once_get_their_own_answers, without_a_server_a_client_says_why,
        structures_travel_and_workers_of_beginthreadex_serve, a_child_is_redirected,
        a_program_of_the_first_books_talks_to_itself, formats_mean_what_they_mean_there,
        a_pipe_is_polled, a_program_starts_itself, classes_threads_and_streams_work,
        what_a_wizard_made_works, a_service_answers_until_it_is_told_to_stop,
        two_commands_make_a_pipeline, a_class_redirects_commands_and_polls_them, *alike)]


def main():
    place = Place(Path(sys.argv[1]).resolve())
    kinds = [Kind(place, sys.argv[2], words) for words in ([], ["-DUNICODE"])]
    run_cases(place, [case for kind in kinds for case in cases_of(kind)])


main()
