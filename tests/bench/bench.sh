#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures and keeps one line for each figure: bench.sh BUILD_DIR
set -eu
exec "$1/tests/bench/bench" --tsv "$1/bench.tsv"
