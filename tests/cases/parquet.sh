#!/bin/bash
# parquet.sh - a Parquet file of every common type, read through DuckDB's library: values equal, in a packing, too; without the library a clear word.
. "$(dirname "$0")/../lib.sh"
file=$TRIB_SRC/tests/cases/parquet/types.parquet
cd "$work" || exit 1
pipeline() { # URL [COLUMNS]
  printf 'pipeline: pq\nsource: { use: file, url: "%s"%s }\nsink: { use: files, path: out, file: t.csv }\n' "$1" "${2:+, columns: { $2 \}}" >pq.yaml
  rm -rf out
}
missing() {
  pipeline "$file"
  ! TRIB_DUCKDB=$work/no-such.so "$TRIB" run pq.yaml >said 2>&1 && grep -q 'library.missing' said && grep -q 'TRIB_DUCKDB' said
}
ok "without the library: what to install" missing
pipeline "$file"
if "$TRIB" run pq.yaml 2>&1 | grep -q 'library\.missing'; then
  echo "# DuckDB's library is not here (TRIB_DUCKDB says where): the values are not read"
  finish parquet
  exit
fi
typed='id: int64, amount: decimal, name: text, day: date, ts: text, tz: time, flag: bool, d: float64, big: int64, list: json, st: json, odd: text'
values() { # URL
  pipeline "$1" "$typed"
  "$TRIB" run pq.yaml -q && same "$(cat out/t.csv)" "$(cat "$TRIB_SRC/tests/cases/parquet/types.csv")"
}
ok "every type, exactly" values "$file"
gzip -nc "$file" >types.parquet.gz
ok "from gzip" values types.parquet.gz
cut() {
  head -c 1500 "$file" >cut.parquet
  pipeline cut.parquet
  ! "$TRIB" run pq.yaml >said 2>&1 && grep -q 'parquet.corrupt' said && [ ! -e out/t.csv ]
}
ok "a cut file" cut
finish parquet
