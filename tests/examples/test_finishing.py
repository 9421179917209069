#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A server that is to end finishes what it has begun: test_finishing.py FOLDER"""
import os
import signal
import subprocess
import sys

FOLDER = sys.argv[1]
TASK_MS = 400
TIMEOUT = 30


def take_all_signals():
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Finisher:
    def __init__(self, task_ms=TASK_MS):
        self.pipe = rf'\\.\pipe\finishing.{os.getpid()}.{id(self)}'
        # Whoever runs this in the background has some of them ignored.
        self.server = subprocess.Popen(
            [f'{FOLDER}/finishing_server', self.pipe, str(task_ms)], stdout=subprocess.PIPE,
            text=True, preexec_fn=take_all_signals)
        self.clients = []
        self.server.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in [self.server, *self.clients]:
            process.kill()
            process.wait()
            process.stdout.close()

    def client(self, name, *lines):
        """One that has been let in."""
        made = subprocess.Popen([f'{FOLDER}/message_client', '-p', self.pipe, name, *lines],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.clients.append(made)
        made.stdout.readline()
        return made


def ended(process, code, said):
    """What is not as it should be."""
    try:
        text = process.communicate(timeout=TIMEOUT)[0]
    except subprocess.TimeoutExpired:
        text = 'takes too long'
        process.kill()
    if process.returncode != code:
        yield f'exit status {process.returncode}, not {code}: {text}'
    for line in said:
        if line not in text:
            yield f'not said: {line}: {text}'


def finishes(number, event):
    with Finisher() as finisher:
        anna = finisher.client('anna', 'one task', 'one more')
        bela = finisher.client('bela', 'another task')
        finisher.server.send_signal(number)
        yield from ended(anna, 0, ['hears: done: one task', 'hears: done: one more'])
        yield from ended(bela, 0, ['hears: done: another task'])
        yield from ended(finisher.server, 0, [f'control event {event}', 'is done: 3 tasks'])


def ctrl_c_lets_the_server_finish():
    yield from finishes(signal.SIGINT, 0)


def a_terminal_that_goes_lets_the_server_finish():
    yield from finishes(signal.SIGHUP, 2)


def a_shutdown_lets_the_server_finish():
    yield from finishes(signal.SIGTERM, 6)


def without_clients_the_server_ends_at_once():
    with Finisher() as finisher:
        finisher.server.send_signal(signal.SIGINT)
        yield from ended(finisher.server, 0, ['is done: 0 tasks'])


def a_client_that_stays_does_not_keep_the_server():
    with Finisher(task_ms=60000) as finisher:
        finisher.client('carl', 'endless')
        finisher.server.send_signal(signal.SIGTERM)
        yield from ended(finisher.server, 1, ['out of time'])


CASES = [ctrl_c_lets_the_server_finish, a_terminal_that_goes_lets_the_server_finish,
         a_shutdown_lets_the_server_finish, without_clients_the_server_ends_at_once,
         a_client_that_stays_does_not_keep_the_server]

print(f'1..{len(CASES)}')
FAILED = False
for i, case in enumerate(CASES, 1):
    bad = list(case())
    FAILED |= bool(bad)
    for problem in bad:
        print('# ' + problem.replace('\n', '\n# '))
    print(f'{"not ok" if bad else "ok"} {i} - {case.__name__}', flush=True)
sys.exit(FAILED)
