#!/bin/sh
# SPDX-License-Identifier: MIT
# A server and several clients as processes of their own, one killed in the middle; a pipeline of
# ordinary programs; timings. demo.sh BUILD_DIR
set -eu
build=$(CDPATH='' cd -- "$1" && pwd)
pipe="\\\\.\\pipe\\demo.$$"
log=$(mktemp)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -f "$log"' EXIT

fail() {
    echo "demo: $*" >&2
    exit 1
}

echo "== a server with four instances, a thread each; every client is a process"
"$build/examples/message_server" -p "$pipe" -i 4 >"$log" 2>&1 &
server=$!
sleep 0.3
"$build/examples/message_client" -p "$pipe" -pause 100 anna "good morning" "is anybody here" &
first=$!
"$build/examples/message_client" -p "$pipe" -pause 100 bela "me" "and the weather" &
second=$!
"$build/examples/message_client" -p "$pipe" -hang carl "this is my last word" &
third=$!
sleep 0.6
kill -9 "$third"
wait "$third" 2>/dev/null || true
wait "$first" || fail "the first client failed"
wait "$second" || fail "the second client failed"
"$build/examples/message_client" -p "$pipe" -shutdown dora "I switch it off" || fail "the last client failed"
wait "$server" || fail "the server failed"
server=
echo "== what the server heard"
sed 's/^/   /' "$log"
for word in "good morning" "and the weather" "this is my last word" "I switch it off"; do
    grep -qi "$word" "$log" || fail "the server did not hear: $word"
done

echo "== ls | sort -r, read through CreatePipe and CreateProcess"
"$build/examples/pipeline" -n 5 "ls /usr/bin" "sort -r" || fail "the pipeline failed"

echo "== timings, here and now"
"$build/tests/bench/bench" --demo
