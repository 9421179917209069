#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a command where programs for aarch64 can be started by anybody: with-aarch64.sh COMMAND...
# Tests start processes, which an emulator at the start of the first program does not catch. The
# kernel's binfmt_misc does; since Linux 6.7 a user namespace can have its own, so that nothing of
# the machine is changed.
set -eu
QEMU_LD_PREFIX=${QEMU_LD_PREFIX:-/usr/aarch64-linux-gnu}
TRANSOM_TEST_EMULATED=1
# Where a signal handler has changed vector registers, the emulator takes them from the record of
# SVE; Linux takes their low halves from the older one, as its documentation says.
QEMU_CPU=${QEMU_CPU:-max,sve=off}
export QEMU_LD_PREFIX TRANSOM_TEST_EMULATED QEMU_CPU
formats=/proc/sys/fs/binfmt_misc

[ ! -e $formats/qemu-aarch64 ] || exec "$@"
# shellcheck disable=SC2016
exec unshare --user --map-root-user --mount sh -euc '
    formats=$1
    shift
    mount -t binfmt_misc binfmt_misc "$formats"
    cat /usr/lib/binfmt.d/qemu-aarch64.conf >"$formats/register"
    exec "$@"' sh $formats "$@"
