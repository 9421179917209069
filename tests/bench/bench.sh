#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures and keeps one line for each figure: bench.sh BUILD_DIR [OPTION...]
set -eu
measures=everything

die() {
    echo "bench: $*" >&2
    exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$1
out=$build/tests/bench
shift

# Mailslots have a program of their own: many write and one reads.
if [ "${1:-}" = mailslots ]; then
    shift
    exec "$out/bench_mailslots" --tsv "$build/bench-mailslots.tsv" "$@"
fi

# From a key to its handler: part of everything, and alone.
if [ "${1:-}" = keys ]; then
    shift
    exec "$out/bench_keys" "$@"
fi

# One loop with many connections, overlapped requests: the same.
if [ "${1:-}" = port ]; then
    shift
    exec "$out/bench_port" "$@"
fi

# What exceptions cost: part of everything, and alone.
if [ "${1:-}" = exceptions ]; then
    shift
    measures=exceptions
fi

# Wine's side is there if Wine and a compiler for Windows are, and runs beside a server that is
# pinned to no processor and outlives each of its clients.
server=
prepare_wine() {
    . "$here/../conformance/wine.sh"
    wine_find
    # The end of Wine's server ends whatever else runs there: see oracle.sh.
    mkdir -p "${WINEPREFIX%/*}"
    exec 9>"${WINEPREFIX%/*}/oracle-lock"
    flock 9
    "$compiler" -std=gnu17 -O2 -static -o "$out/side_wine.exe" "$here/side_program.c" \
        "$here/side.c" "$here/side_pairs.c" "$here/jobs.c" "$here/statistics.c" "$here/fail.c" \
        "$here/system_windows.c" "$here/peer_windows.c" "$here/peer_wine.c" -lpthread ||
        die "the side of Wine does not compile."
    wine_prepare
    prepare_wine_exceptions
    if "$server" -p600 2>/dev/null 9>&-; then
        trap '"$server" -k >/dev/null 2>&1 || true' EXIT
        trap 'exit 1' HUP INT TERM
    fi
    TRANSOM_BENCH_WINE=$wine
    export TRANSOM_BENCH_WINE
}
# gcc for Windows has no __try; clang has, but needs the other's libraries.
prepare_wine_exceptions() {
    command -v clang >/dev/null || return 0
    for name in exception_serve exception_subjects exception_wine; do
        clang --target=x86_64-w64-mingw32 -fms-extensions -std=gnu17 -O2 -w -c \
            -o "$out/$name.o" "$here/$name.c" || die "the side of Wine does not compile."
    done
    "$compiler" -static -o "$out/exception_wine.exe" "$out/exception_serve.o" \
        "$out/exception_subjects.o" "$out/exception_wine.o" ||
        die "the side of Wine does not link."
    TRANSOM_BENCH_WINE_SEH=$out/exception_wine.exe
    export TRANSOM_BENCH_WINE_SEH
}
is_asked_for() {
    case " $* " in
    *" --help "*) return 1 ;;
    *" --peer "* | *" --peer="*) case "$*" in *wine*) return 0 ;; *) return 1 ;; esac ;;
    esac
}
if is_asked_for "$@" && (. "$here/../conformance/wine.sh" && wine_find) 2>/dev/null; then
    prepare_wine
fi

if [ "$measures" = exceptions ]; then
    "$out/bench_exceptions" "$@" 9>&-
    exit
fi
"$out/bench" --tsv "$build/bench.tsv" "$@" 9>&-

# A picture of few figures would say little, and --help leaves none.
case " $* " in
*" --help "* | *" --only"* | *" --peer"*) exit 0 ;;
esac
case " $* " in
*" --quick "*) quick=--quick ;;
*) quick= ;;
esac
for program in bench_keys bench_exceptions bench_port; do
    "$out/$program" $quick --tsv "$build/bench.tsv" 9>&-
done
rm -f "$build/bench.png"
if command -v gnuplot >/dev/null; then
    sh "$here/plot.sh" "$build/bench.tsv" "$build/bench.png"
    echo
    echo "The same as a picture: $build/bench.png"
else
    echo
    echo "Without gnuplot there is no picture; ./run bench --install-peers installs it too."
fi
