#!/bin/bash
# neon.sh - the kernels of ARM against the serial machine, built for it and run by emulation where both tools are at hand.
. "$(dirname "$0")/../lib.sh"
cc=$(command -v aarch64-linux-gnu-gcc) && run=$(command -v qemu-aarch64) || skip "no aarch64-linux-gnu-gcc and qemu-aarch64 here"
cd "$TRIB_SRC" || exit 1
"$cc" -O2 -static -I core -I include -I "$TRIB_BUILD" tests/unit/parse/kernels.c core/parse/{scan,scan_x86,scan_arm,json_index,utf,utf_tables}.c core/base/mem.c \
  -o "$work/kernels" || exit 1
ok "NEON gives what the serial machine gives" eval '"$run" "$work/kernels" | tee "$work/said" && grep -q "(neon)" "$work/said"'
finish neon
