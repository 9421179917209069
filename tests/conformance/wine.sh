# SPDX-License-Identifier: MIT
# Wine for tests, sourced after die() and $out, a folder for logs:
#   wine_find     $compiler for Windows, $wine, $server and their environment, or the end
#   wine_prepare  a prefix of our own in the user's cache, made once

wine_find() {
    compiler=
    for candidate in x86_64-w64-mingw32-gcc x86_64-w64-mingw32-gcc-win32; do
        [ -n "$compiler" ] || ! command -v "$candidate" >/dev/null || compiler=$candidate
    done
    [ -n "$compiler" ] ||
        die "x86_64-w64-mingw32-gcc is missing: install gcc-mingw-w64-x86-64-win32."
    wine=/usr/lib/wine/wine64
    server=/usr/lib/wine/wineserver64
    [ -x "$wine" ] || die "$wine is missing: install wine64."
    [ -x "$server" ] || server=/usr/lib/wine/wineserver
    [ -x "$server" ] || server=$(command -v wineserver) ||
        die "wineserver is missing: install wine64."

    WINEPREFIX=${XDG_CACHE_HOME:-$HOME/.cache}/transom/wine
    WINEARCH=win64
    WINEDEBUG=-all
    # No debugger for a test that crashes, no offers to download Mono or Gecko.
    WINEDLLOVERRIDES='winedbg.exe=d;mscoree=d;mshtml=d'
    WINESERVER=$server
    export WINEPREFIX WINEARCH WINEDEBUG WINEDLLOVERRIDES WINESERVER
    unset DISPLAY WAYLAND_DISPLAY
}

wine_prepare() {
    mkdir -p "$WINEPREFIX" || die "$WINEPREFIX, the place of Wine's files, cannot be made."
    # A prefix that was left half made lacks the mark and is made again.
    if [ ! -f "$WINEPREFIX/transom-made" ]; then
        echo "Making Wine's prefix $WINEPREFIX, once" >&2
        timeout 300 "$wine" wineboot.exe -i >"$out/wineboot.log" 2>&1 </dev/null ||
            die "Wine's prefix could not be made: see $out/wineboot.log"
        "$server" -w
        : >"$WINEPREFIX/transom-made"
    fi
}
