#!/bin/bash
# sums.sh [MB] - W1, W2 and W4 of ../shared/bench through the jobs: sums equal to a Decimal reckoning. 2 MB in make check.
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

gzip -nc "$work/w1.csv" >"$work/w1.csv.gz" && "$work/gen" wide "$mb" 42 >"$work/w4.csv" || exit 1
again() { # J7: from gzip, the bytes of J2
  job j2 w1.csv && mv "$work/out/out.csv" "$work/j2.csv" || return 1
  BENCH_IN=$work/w1.csv.gz BENCH_OUT=$work/j7 "$TRIB" run "$work/jobs/j7.yaml" && cmp "$work/j2.csv" "$work/j7/out.csv"
}
table() { # J4: the rows in SQLite, their decimals as exact texts
  BENCH_IN=$work/w1.csv BENCH_OUT=$work/j4.db "$TRIB" run "$work/jobs/j4.yaml" || return 1
  sqlite3 -csv -header "$work/j4.db" 'SELECT partner, market, period, metric, value_dec AS value, value_eur_dec AS value_eur, users, source, note
    FROM t ORDER BY rowid' >"$work/j4.csv" && python3 "$bench/sums.py" "$work/w1.csv" "$work/j4.csv"
}
figures() { # JOB INPUT COLUMN...
  local j=$1 in=$2
  shift 2
  BENCH_IN=$work/$in BENCH_OUT=$work/$j "$TRIB" run "$work/jobs/$j.yaml" --json >"$work/$j.json" && python3 "$bench/figures.py" "$work/$in" "$work/$j.json" "$@"
}
ok "J7: W1 from gzip, byte for byte what J2 wrote" again
ok "J4: W1 into SQLite, sums equal to Decimal" table
ok "J1: rows and the sum of users" figures j1 w1.csv users
ok "J9: rows and the sums of two of 200 columns" figures j9 w4.csv c0 c1
finish sums
