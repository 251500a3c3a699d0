#!/bin/bash
# sums.sh [MB] - W1 and W2 of ../shared/bench through jobs J2 and J5: sums equal to a Decimal reckoning. 2 MB in make check.
. "$(dirname "$0")/../lib.sh"
gen=$TRIB_SRC/../shared/bench/gen.c mb=${1:-2} bench=$TRIB_SRC/tests/bench
[ -e "$gen" ] || skip "../shared/bench is absent"
command -v gcc >/dev/null || skip "no gcc here"
gcc -O2 -o "$work/gen" "$gen" && "$work/gen" metrics "$mb" 42 >"$work/w1.csv" && "$work/gen" tickets "$mb" 42 >"$work/w2.ndjson" || exit 1
cp -r "$bench/jobs" "$work/jobs"
job() { # JOB INPUT
  rm -rf "$work/out"
  BENCH_IN=$work/$2 BENCH_OUT=$work/out "$TRIB" run "$work/jobs/$1.yaml" && python3 "$bench/sums.py" "$work/$2" "$work/out/out.csv"
}
ok "J2: W1 normalised, sums equal to Decimal" job j2 w1.csv
[ "$mb" -lt 50 ] || cat "$work/ok.out"
ok "J5: W2 flattened, every column equal" job j5 w2.ndjson
[ "$mb" -lt 50 ] || cat "$work/ok.out"
finish sums
