#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the conformance tests for Windows and runs them under Wine: oracle.sh BUILD_DIR [NAME...]
#
# Tests that are marked to fail under Wine count as skipped: Windows does what they say, Wine does
# not, so here they prove nothing but that the mark is true.
set -eu

die() {
    echo "oracle: $*" >&2
    exit 1
}

[ $# -ge 1 ] || die "usage: oracle.sh BUILD_DIR [NAME...]; a name is a file's, without .c, or torture"
# The end of a run ends Wine's server, and with it whatever else runs there: one run at a time.
# Wine's processes do not get the lock (-o), or it would outlive its run.
if [ -z "${TRANSOM_ORACLE_ALONE:-}" ]; then
    lock=${XDG_CACHE_HOME:-$HOME/.cache}/transom/oracle-lock
    mkdir -p "${lock%/*}" || die "${lock%/*}, the place of Wine's files, cannot be made."
    flock -n "$lock" true || echo "oracle: another run uses Wine here; waiting for it"
    exec env TRANSOM_ORACLE_ALONE=yes flock -o "$lock" sh "$0" "$@"
fi
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1/oracle"
out=$(CDPATH='' cd -- "$1/oracle" && pwd)
rm -f "$out"/*.exe "$out"/*.tap "$out"/*.log
shift
if [ $# -eq 0 ]; then
    for source in "$here"/*.c; do
        set -- "$@" "$(basename "$source" .c)"
    done
    set -- "$@" torture
fi
for name; do
    [ "$name" = torture ] || [ -f "$here/$name.c" ] || die "there is no $here/$name.c"
done

. "$here/wine.sh"
wine_find
trap '"$server" -k >/dev/null 2>&1 || true' EXIT
trap 'exit 1' HUP INT TERM
wine_prepare

# gcc for Windows has no __try; clang has, but needs the other's libraries.
build_one() {
    name=$1
    if [ "$name" = torture ]; then
        build_torture
    elif grep -q '__try' "$here/$name.c"; then
        clang --target=x86_64-w64-mingw32 -fms-extensions -std=gnu17 -O0 -w -I"$here" -c \
            -o "$out/$name.o" "$here/$name.c" &&
            "$compiler" -static -o "$out/$name.exe" "$out/$name.o"
    else
        "$compiler" -std=gnu17 -O1 -Wall -static -I"$here" -o "$out/$name.exe" "$here/$name.c"
    fi
}

# What both get wrong stands in a list, with the reason.
torture=$here/../driver/programs
build_torture() {
    for part in main exits cases; do
        clang --target=x86_64-w64-mingw32 -fms-extensions -std=gnu17 -O0 -w -c \
            -o "$out/torture_$part.o" "$torture/torture_$part.c" || return 1
    done
    "$compiler" -static -o "$out/torture.exe" "$out/torture_main.o" "$out/torture_exits.o" \
        "$out/torture_cases.o"
}
run_torture() {
    # shellcheck disable=SC2046
    timeout 300 "$wine" torture.exe --all \
        $(awk -F '\t' '$2 == "ends" { print $1 }' "$torture/torture_windows.tsv") </dev/null |
        tr -d '\r' | awk -F '\t' -v known=TODO '
            NR == FNR { if ($2) { does[$1] = $2; why[$1] = $3 } next }
            { name = $0; sub(/[ :].*/, "", name) }
            / holds$/ && name in does { print "not ok " ++n " - " name " holds: take it from the list"; next }
            / holds$/ { print "ok " ++n " - " name; next }
            /: .*, should be / && name in does { print "not ok " ++n " - " name " # " known " " why[name]; next }
            /^[0-9]+ cases, / { is_whole = 1; next }
            { print "not ok " ++n " - " $0 }
            END {
                for (name in does)
                    if (does[name] == "ends")
                        print "ok " ++n " - " name " # SKIP " why[name]
                if (is_whole)
                    print "1.." n
            }' "$torture/torture_windows.tsv" -
}

# Runs one file; its output is complete when this ends.
run_program() {
    name=$1
    if [ "$name" = torture ]; then
        (cd "$out" && run_torture 2>"$name.log") >"$out/$name.tap" || true
    else
        (cd "$out" && timeout 300 "$wine" "$name.exe" </dev/null 2>"$name.log") |
            tr -d '\r' >"$out/$name.tap" || true
    fi
    grep -q '^1\.\.' "$out/$name.tap" || echo "not ok 1 - $name does not run" >>"$out/$name.tap"
}

# Builds and runs one file.
run_one() {
    name=$1
    if build_one "$name" >"$out/$name.log" 2>&1; then
        run_program "$name"
    else
        cat "$out/$name.log" >&2
        echo "not ok 1 - $name does not compile" >"$out/$name.tap"
    fi
}

# Is each test that was planned told, and none of them wrong?
is_good() {
    awk '/^1\.\./ { sub(/^1\.\./, ""); planned = $0 + 0 }
        /^not ok / && !/# TODO/ { wrong = 1 }
        /^(not )?ok / { told++ }
        END { exit wrong || !planned || told < planned }' "$1"
}

# Two at a time: the odd ones beside the even ones.
run_share() {
    share=$1
    shift
    index=0
    for name; do
        index=$((index + 1))
        [ $((index % 2)) -ne "$share" ] || run_one "$name"
    done
}

"$wine" cmd.exe /c exit >/dev/null 2>&1 </dev/null || die "Wine does not start in $WINEPREFIX."
run_share 0 "$@" &
beside=$!
run_share 1 "$@"
wait "$beside" || true

# Wine has races of its own: what went wrong beside others has a second chance alone.
for name; do
    if [ -f "$out/$name.exe" ] && ! is_good "$out/$name.tap"; then
        echo "$name: once more, alone"
        cp "$out/$name.tap" "$out/$name.first.log"
        run_program "$name"
    fi
done

for name; do
    [ -f "$out/$name.tap" ] || echo "not ok 1 - $name does not run" >"$out/$name.tap"
    awk -v name="$name" '
        /^1\.\./ { sub(/^1\.\./, ""); planned = $0 + 0; next }
        /^ok .*# SKIP/ || /^not ok .*# TODO/ { skipped++; next }
        /^not ok / { failed++; print "  " name ": " $0; notes(); next }
        /^ok / { passed++; count = 0; next }
        /^# / { note[count++] = $0 }
        function notes(i) {
            for (i = 0; i < count; i++)
                print "    " note[i]
            count = 0
        }
        END {
            lost = planned - passed - failed - skipped
            if (lost > 0) {
                failed += lost
                print "  " name ": " lost " tests told nothing"
            }
            printf "%s: %d passed, %d failed, %d skipped\n", name, passed, failed, skipped
        }' "$out/$name.tap"
done | tee "$out/summary.txt"

awk '
    /^[^ ].*: [0-9]+ passed, / {
        sub(/^[^:]*: /, "")
        passed += $1; failed += $3; skipped += $5
    }
    END {
        printf "oracle: %d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0 || passed == 0
    }' "$out/summary.txt"
