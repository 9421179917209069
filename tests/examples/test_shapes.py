#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each server of examples/ serves each kind of client, several at once: test_shapes.py FOLDER"""
import os
import subprocess
import sys

SERVERS = ('threads', 'events', 'routines', 'port', 'epoll')
CLIENTS = ('plain', 'transact', 'call', 'overlapped')
AT_ONCE = 3
MESSAGES = 300


def serve(folder, server):
    """What went wrong, if anything."""
    name = rf'\\.\pipe\shapes.{os.getpid()}.{server}'
    with subprocess.Popen([f'{folder}/echo_{server}', name]) as process:
        try:
            clients = [(kind, subprocess.Popen([f'{folder}/echo_client', kind, name, str(MESSAGES)],
                                               stderr=subprocess.PIPE, text=True))
                       for kind in CLIENTS for _ in range(AT_ONCE)]
            for kind, client in clients:
                try:
                    said = client.communicate(timeout=30)[1]
                except subprocess.TimeoutExpired:
                    client.kill()
                    client.wait()
                    said = 'takes too long'
                if client.returncode:
                    yield f'{kind}: {said.strip()} ({client.returncode})'
            if process.poll() is not None:
                yield f'the server has ended: {process.returncode}'
        finally:
            process.kill()


def main():
    print(f'1..{len(SERVERS)}')
    failed = False
    for number, server in enumerate(SERVERS, 1):
        bad = list(serve(sys.argv[1], server))
        failed |= bool(bad)
        for line in bad:
            print(f'# {line}')
        print(f'{"not ok" if bad else "ok"} {number} - {server}_serve_every_kind_of_client',
              flush=True)
    return failed


sys.exit(main())
