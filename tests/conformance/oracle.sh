#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the conformance tests for Windows and runs them under Wine: oracle.sh BUILD_DIR
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1/oracle"
out=$(CDPATH='' cd -- "$1/oracle" && pwd)
compiler=x86_64-w64-mingw32-gcc
wine=/usr/lib/wine/wine64

command -v "$compiler" >/dev/null || {
    echo "oracle: $compiler is missing; install gcc-mingw-w64-x86-64-win32" >&2
    exit 1
}
[ -x "$wine" ] || {
    echo "oracle: $wine is missing; install wine64" >&2
    exit 1
}

WINEPREFIX=${XDG_CACHE_HOME:-$HOME/.cache}/transom/wine
WINEDEBUG=-all
WINEARCH=win64
DISPLAY=
export WINEPREFIX WINEDEBUG WINEARCH DISPLAY
server=$(command -v wineserver || echo /usr/lib/wine/wineserver64)
[ -x "$server" ] || server=/usr/lib/wine/wineserver
trap '"$server" -k >/dev/null 2>&1 || true' EXIT

if [ ! -f "$WINEPREFIX/system.reg" ]; then
    mkdir -p "$WINEPREFIX"
    "$wine" wineboot.exe -i >/dev/null 2>&1 || true
    "$server" -w >/dev/null 2>&1 || true
fi

: >"$out/all.tap"
for source in "$here"/*.c; do
    name=$(basename "$source" .c)
    "$compiler" -std=gnu17 -O1 -Wall -static -I"$here" -o "$out/$name.exe" "$source"
    (cd "$out" && timeout 300 "$wine" "$name.exe" </dev/null) >"$out/$name.tap" 2>/dev/null || true
    grep -q '^1\.\.' "$out/$name.tap" || echo "not ok 1 - $name did not run" >>"$out/$name.tap"
    sed -n "s/^not ok [0-9]* - /FAILED $name: /p" "$out/$name.tap"
    tr -d '\r' <"$out/$name.tap" >>"$out/all.tap"
done
planned=$(awk -F'\\.\\.' '/^1\.\./ { n += $2 } END { print n + 0 }' "$out/all.tap")
failed=$(grep -c '^not ok' "$out/all.tap" || true)
skipped=$(grep -c '^ok.*# SKIP' "$out/all.tap" || true)
passed=$(($(grep -c '^ok' "$out/all.tap" || true) - skipped))
lost=$((planned - passed - failed - skipped))
[ "$lost" -le 0 ] || failed=$((failed + lost))
echo "oracle: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
