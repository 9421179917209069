#!/bin/sh
# SPDX-License-Identifier: MIT
# Draws what bench.tsv says, each peer where it is fastest: plot.sh BENCH_TSV PNG
set -eu
tsv=$1
png=$2
data=$(mktemp -d "${TMPDIR:-/tmp}/tsm.XXXXXX")
trap 'rm -rf "$data"' EXIT
trap 'exit 1' HUP INT TERM

# A file for each peer and panel; with one processor there is no best place.
awk -F '\t' -v folder="$data" '
    NR == 1 { next }
    $3 == "best" || ($3 == "one_core" && !(($1, $2) in value)) { value[$1, $2] = $4 }
    $3 == "best" { is_best = 1 }
    function put(panel, peer, x, y) { print x, y >(folder "/" panel "." peer) }
    END {
        for (key in value) {
            split(key, part, SUBSEP)
            figure = part[1]
            peer = part[2]
            size = figure
            sub(/.*_/, "", size)
            if (figure ~ /^round_trip_[0-9]+$/)
                put("trip", peer, size, value[key])
            else if (figure == "rate_64") {
                put("rate", peer, size, value[key] * 1e6)
                put("bytes", peer, size, value[key] * 64e6)
            } else if (figure ~ /^throughput_[0-9]+$/) {
                if (peer != "memcpy")
                    put("rate", peer, size, value[key] * 1e9 / size)
                put("bytes", peer, size, value[key] * 1e9)
            } else if (figure == "connect")
                put("connect", peer, 0, value[key])
        }
    }' "$tsv"
for file in "$data"/*.*; do
    [ -e "$file" ] || { echo "plot: there is nothing in $tsv to draw" >&2; exit 1; }
    sort -n -o "$file" "$file"
done

# Name, title, colour, shape of point, and of the connecting line.
peers='transom|Transom|#d62728|7
pipe|pipe(2)|#1f77b4|5
seqpacket|AF_UNIX SEQPACKET|#2ca02c|9
stream|AF_UNIX STREAM|#8c9a00|11
mq|POSIX mq|#17a2b8|13
zeromq|ZeroMQ|#9467bd|4
winpr|WinPR|#ff7f0e|6
wine|Wine|#7f4f24|8
bound|AF_UNIX, bound each time|#707070|3
memcpy|one memcpy (limit)|#909090|-'

# lines PANEL: the plot command for what was measured of it; of "key", the names alone.
lines() {
    printf '%s\n' "$peers" | while IFS='|' read -r name title colour point; do
        what="\"$data/$1.$name\" using 1:2 notitle"
        [ "$1" != key ] || what="NaN title \"$title\""
        case $point in
        -) style="with lines dashtype 2 linewidth 2" ;;
        7) style="with linespoints pointtype 7 pointsize 1.7 linewidth 4" ;;
        *) style="with linespoints pointtype $point pointsize 1.3 linewidth 1.7" ;;
        esac
        if [ -s "$data/$1.$name" ] || { [ "$1" = key ] && [ -s "$data/bytes.$name" ]; }; then
            printf '%s %s linecolor rgb "%s", ' "$what" "$style" "$colour"
        fi
    done
}

# bars: value, row, colour, title of each peer that connects, the fastest on top.
bars() {
    printf '%s\n' "$peers" | while IFS='|' read -r name title colour _; do
        [ ! -s "$data/connect.$name" ] ||
            printf '%s\t%d\t%s\n' "$(cut -d ' ' -f 2 "$data/connect.$name")" \
                "0x${colour#?}" "$title"
    done | sort -k 1,1nr | awk -F '\t' '{ printf "%s\t%d\t%s\t%s\n", $1, NR, $2, $3 }'
}

# panel LEFT RIGHT BOTTOM TOP TITLE WHAT-IS-BETTER: where the next plot stands.
panel() {
    cat <<TEXT
set lmargin at screen $1
set rmargin at screen $2
set bmargin at screen $3
set tmargin at screen $4
set title "{/:Bold $5}\n{/*0.9 $6}"
TEXT
}

plot() {
    commands=$(lines "$1")
    printf 'plot %s\n' "${commands:-NaN notitle, }" | sed 's/, $//'
}

model=$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
where="$(getconf _NPROCESSORS_ONLN) processors${model:+, $model}, Linux $(uname -r)"
bars >"$data/bars"
{
    cat <<TEXT
set encoding utf8
set terminal pngcairo size 1500,1150 font "DejaVu Sans,12" background "#ffffff"
set output "$png"
set multiplot
set label 1 "Two processes talk: through Transom, and through what else there is" \
    at screen 0.5,0.972 center font "DejaVu Sans Bold,19"
set label 2 "Medians, each in its fastest placement and with its best buffers.  $where" \
    at screen 0.5,0.942 center font "DejaVu Sans,11" textcolor rgb "#505050" noenhanced
set border 3 linecolor rgb "#606060"
set grid xtics ytics linecolor rgb "#dddddd" linetype 1
set tics nomirror
set logscale xy
set xrange [40:1700000]
set xtics ("64 B" 64, "4 KiB" 4096, "64 KiB" 65536, "1 MiB" 1048576)
set xlabel "size of a message" offset 0,0.4
unset key
TEXT
    panel 0.075 0.485 0.585 0.875 "Round trip: a message there and one back" "lower is better"
    cat <<'TEXT'
set ytics ("0.1 µs" 0.1, "1 µs" 1, "10 µs" 10, "100 µs" 100, "1 ms" 1e3, "10 ms" 1e4)
TEXT
    plot trip
    echo 'unset label 1; unset label 2'
    panel 0.575 0.985 0.585 0.875 "One way: messages in a second" "higher is better"
    cat <<'TEXT'
set ytics ("100" 100, "1 thousand" 1e3, "10 thousand" 1e4, "100 thousand" 1e5, \
    "1 million" 1e6, "10 million" 1e7, "100 million" 1e8)
TEXT
    plot rate
    panel 0.075 0.485 0.15 0.44 "One way: bytes in a second" "higher is better"
    cat <<'TEXT'
set ytics ("1 MB" 1e6, "10 MB" 1e7, "100 MB" 1e8, "1 GB" 1e9, "10 GB" 1e10, "100 GB" 1e11)
TEXT
    plot bytes
    if [ -s "$data/bars" ]; then
        panel 0.7 0.955 0.15 0.44 "Connect, one round trip of 64 B, close" "lower is better"
        cat <<TEXT
set logscale x
unset logscale y
set xlabel "microseconds" offset 0,0.4
set xrange [1:*]
set xtics ("1" 1, "10" 10, "100" 100, "1000" 1000)
set yrange [0.4:$(wc -l <"$data/bars").6]
set ytics scale 0 noenhanced
set grid noytics
set style fill solid 0.85 noborder
set datafile separator "\\t"
plot "$data/bars" using 1:2:(1):1:(\$2-0.33):(\$2+0.33):3:ytic(4) with boxxyerror \\
        linecolor rgb variable, \\
    "" using 1:2:(sprintf(\$1 < 100 ? " %.1f" : " %.0f", \$1)) with labels left
TEXT
    fi
    panel 0.04 0.96 0.02 0.08 "" ""
    cat <<'TEXT'
unset title
unset border
unset tics
unset xlabel
unset grid
unset logscale
set xrange [0:1]
set yrange [0:1]
set key center center horizontal maxrows 2 samplen 3 spacing 1.4 width 2 noenhanced
TEXT
    plot key
} >"$data/plot.gp"
gnuplot "$data/plot.gp"
