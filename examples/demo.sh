#!/bin/sh
# SPDX-License-Identifier: MIT
# demo.sh BUILD_DIR: a server and several clients, each a process of its own and one of them killed
# in the middle; servers that are found by mailslot; a pipeline of ordinary programs; timings. Fails if something is not as it should be.
set -eu

build=$(CDPATH='' cd -- "${1:?usage: demo.sh BUILD_DIR}" && pwd)
examples=$build/examples
pipe="\\\\.\\pipe\\demo.$$"
folder=$(mktemp -d)
log=$folder/log
started=

fail() {
    echo "demo: $*" >&2
    exit 1
}

clean_up() {
    for process in $started; do
        kill "$process" 2>/dev/null || true
    done
    exec 3>&-
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' HUP INT PIPE TERM

# Everything that server and clients say goes through one pipe onto the screen and into a file.
mkfifo "$folder/screen"
: >"$log"
tee "$log" <"$folder/screen" &
screen=$!
exec 3>"$folder/screen"

# start COMMAND...: runs a command beside us; $! is its process id
start() {
    "$@" >&3 2>&3 3>&- </dev/null &
    started="$started $!"
}

# expect PATTERN: waits until somebody has said so
expect() {
    tries=0
    until grep -q -- "$1" "$log"; do
        tries=$((tries + 1))
        [ "$tries" -le 200 ] || fail "nobody said: $1"
        sleep 0.05
    done
}

# ended PROCESS CODE NAME: the process ends, and with this code
ended() {
    code=0
    # The shell would tell of a killed process; that is expected here.
    { wait "$1"; } 2>/dev/null || code=$?
    [ "$code" -eq "$2" ] || fail "$3 ended with code $code, not $2"
}

echo "== A server with three instances of one named pipe and a thread for each. Every client is a"
echo "   process. Four want to talk at once, so one has to wait; carl is killed with kill -9."
start "$examples/message_server" -p "$pipe" -i 3
server=$!
expect '\[server\] ready'
start "$examples/message_client" -p "$pipe" -hang carl 'This is my last word.'
carl=$!
expect '\[carl\] is silent'
start "$examples/message_client" -p "$pipe" -pause 500 anna 'Good morning.' 'Is anybody here?'
anna=$!
start "$examples/message_client" -p "$pipe" -pause 500 bela 'I am here.' \
    'A message of any length stays one message, even if its reader takes it in small parts.'
bela=$!
expect '\[anna\] hears: welcome'
expect '\[bela\] hears: welcome'
start "$examples/message_client" -p "$pipe" -pause 100 dora 'I waited for my turn.'
dora=$!
expect '\[dora\] all instances are busy'
kill -9 "$carl"
ended "$carl" 137 "the killed client"
expect 'carl .* was lost (error 109)'
ended "$anna" 0 anna
ended "$bela" 0 bela
ended "$dora" 0 dora
start "$examples/message_client" -p "$pipe" -shutdown ends
ends=$!
ended "$ends" 0 "the last client"
ended "$server" 0 "the server"

{
    echo
    echo "== A server that is asked to end, as at a shutdown, while it works for two clients. Its control"
    echo "   handler lets nobody new in, both get their answers, and then it leaves."
} >&3
start "$examples/finishing_server" "$pipe.finish" 300
finisher=$!
expect '\[finisher\] ready'
start "$examples/message_client" -p "$pipe.finish" fred 'A long calculation.'
fred=$!
start "$examples/message_client" -p "$pipe.finish" gina 'Another one.'
gina=$!
expect '\[fred\] hears: done: hello'
expect '\[gina\] hears: done: hello'
kill -TERM "$finisher"
ended "$fred" 0 fred
ended "$gina" 0 gina
ended "$finisher" 0 "the server that finishes"
exec 3>&-
wait "$screen"
for line in '\[fred\] hears: done: A long calculation.' '\[gina\] hears: done: Another one.' \
    '\[finisher\] control event 6: finishing' '\[finisher\] everything is done: 2 tasks'; do
    grep -q "^$line\$" "$log" || fail "nobody said: $line"
done

# Who said what, as the server heard it and as the answers came back.
while IFS='|' read -r name line answer; do
    grep -q "\[server\].* $name .* says: $line" "$log" || fail "the server did not hear: $line"
    grep -q "\[$name\] hears: .*$answer" "$log" || fail "$name got no answer to: $line"
done <<'END'
carl|This is my last word.|THIS IS MY LAST WORD
anna|Good morning.|1: GOOD MORNING
anna|Is anybody here?|2: IS ANYBODY HERE
bela|I am here.|1: I AM HERE
bela|A message of any length stays|IN SMALL PARTS
dora|I waited for my turn.|I WAITED FOR MY TURN
END
grep -q '^\[server\] end: 4 clients served, 1 lost, 6 lines heard$' "$log" ||
    fail "the server did not count right"

echo
echo "== Three servers announce themselves to a mailslot on all machines. Clients that know none of them"
echo "   listen, choose the least busy one and ask it over a named pipe; beta is killed with kill -9."
for name in alpha beta gamma; do
    "$examples/announcing_server" "$name" 3>&- >"$folder/$name" 2>&1 </dev/null &
    started="$started $!"
    eval "$name=$!"
done
# ask NUMBER CLIENT QUESTION SERVER: the client hears so many servers and chooses that one
ask() {
    "$examples/finding_client" -servers "$1" "$2" "$3" >"$folder/asked" 2>&1 3>&- </dev/null ||
        fail "$2 found no server: $(cat "$folder/asked")"
    sed 's/^/   /' "$folder/asked"
    grep -q "^\[$2\] $4 has heard: $3$" "$folder/asked" || fail "$2 was not answered by $4"
}
ask 3 anna 'Is anybody here?' alpha
ask 3 bela 'And who else?' beta
ask 3 carl 'Anybody more?' gamma
# shellcheck disable=SC2154 # set by eval
kill -9 "$beta"
ended "$beta" 137 "the killed server"
ask 2 dora shutdown alpha
ask 1 ella shutdown gamma
# shellcheck disable=SC2154
ended "$alpha" 0 alpha
# shellcheck disable=SC2154
ended "$gamma" 0 gamma

echo
echo "== ls /usr/bin | sort -r, started and read by CreatePipe and CreateProcess"
"$examples/pipeline" -n 5 'ls /usr/bin' 'sort -r' >"$folder/ours" 3>&- ||
    fail "the pipeline failed"
sed 's/^/   /' "$folder/ours"
# Programs, their order and the count of the rest, compared with what the shell makes of it.
# shellcheck disable=SC2012 # exactly this output of ls is what goes through our pipes
ls /usr/bin | sort -r >"$folder/shell"
{ head -n 5 "$folder/shell"; echo "($(($(wc -l <"$folder/shell") - 5)) more lines)"; } \
    >"$folder/theirs"
cmp -s "$folder/ours" "$folder/theirs" || fail "the shell's pipeline says something else"

if [ -x "$build/tests/bench/bench" ]; then
    echo
    echo "== Timings, here and now"
    "$build/tests/bench/bench" --demo 3>&- || fail "the timings failed"
fi
