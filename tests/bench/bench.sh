#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures and keeps one line for each figure: bench.sh BUILD_DIR [OPTION...]
set -eu
build=$1
shift
exec "$build/tests/bench/bench" --tsv "$build/bench.tsv" "$@"
