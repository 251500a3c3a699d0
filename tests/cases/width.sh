#!/bin/bash
# width.sh - tables as wide as SQLite takes them, wider ones, and names there that are no table.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
wide() { # COLUMNS VALUE: three rows, the first column is a key
  python3 -c "
n, v = int('$1'), '$2'
print(','.join(f'c{i}' for i in range(n)))
for r in range(3): print(','.join([f'k{r}'] + [v] * (n - 1)))" >in.csv
}
load() { # TABLE OPTIONS
  printf 'pipeline: p%s\nsource: { use: file, url: in.csv, columns_max: 16384 }\nsink: { use: sqlite, path: out.db, table: %s, tables: { %s: { %s } } }\n' \
    "$RANDOM" "$1" "$1" "$2" >p.yaml
  "$TRIB" run p.yaml >out.txt 2>err.txt
}
fails() { # CODE WORDS COMMAND...
  local code=$1 words=$2; shift 2
  if "$@"; then echo 'no error'; return 1; fi
  grep -qF "error[$code]" err.txt && grep -q "$words" err.txt || { cat err.txt; return 1; }
}
ask() { python3 -c "import sqlite3, sys; print(*sqlite3.connect('out.db').execute(sys.argv[1]).fetchall()[0])" "$1"; }

modes=('mode: append' 'mode: merge, key: [c0]' 'mode: replace' 'mode: replace, key: [c0]' 'mode: scd2, key: [c0]')
for n in 1100 1968; do   # 1,000 is how deep an expression of SQLite may be
  for m in "${modes[@]}"; do
    rm -f out.db*
    twice() { wide $n a && load t "$m" && wide $n b && load t "$m"; }
    ok "$n columns, $m" twice
    ok "$n columns, $m: the second load holds" same "$(ask "SELECT count(*) FROM t WHERE c$((n - 1)) = 'b'")" 3
  done
done
rm -f out.db*
wide 2000 a
ok '2,000 columns are appended' load t 'mode: append'
for n in 2001 10001; do
  wide $n a
  for m in "${modes[@]}"; do
    rm -f out.db*
    ok "$n columns, $m" fails sink.too_many_columns "table t would have .* columns.* holds 2000 at most" load t "$m"
    ok "$n columns, $m: nothing was made" same "$(ask "SELECT count(*) FROM sqlite_master WHERE name = 't'")" 0
  done
done
wide 1999 a
ok '1,999 columns and those of the mode' fails sink.too_many_columns "2032 columns, 33 of them for this mode's own use" load t 'mode: merge, key: [c0]'
python3 -c "
print(','.join(f'c{i}' for i in range(1100)))
print(','.join(['1.5'] * 1100))" >in.csv
printf 'pipeline: d\nsource: { use: file, url: in.csv, columns: { %s } }\nsink: { use: sqlite, path: out.db, table: t }\n' \
  "$(seq -f 'c%.0f: decimal' -s ', ' 0 1099)" >p.yaml
decimals() { "$TRIB" run p.yaml >out.txt 2>err.txt; }
ok 'a decimal counts twice' fails sink.too_many_columns '2200 columns (a decimal takes two)' decimals

# what is there already
rm -f out.db*
python3 -c "
import sqlite3
c = sqlite3.connect('out.db')
c.executescript('CREATE TABLE wide(%s); CREATE TABLE base(c0, c1); CREATE VIEW seen AS SELECT * FROM base; CREATE INDEX quick ON base(c0);'
                'CREATE TABLE sums(c0, c1 AS (c0 || 1))' % ', '.join(f'x{i}' for i in range(1999)))"
wide 2 a
ok 'columns that do not fit any more' fails sink.too_many_columns 'table wide has 1999 columns, 2 more would come' load wide 'mode: append'
ok 'a view' fails sink.bad_table 'Seen is the name of a view there' load Seen 'mode: append'
ok 'an index' fails sink.bad_table 'quick is the name of an index there' load quick 'mode: append'
ok 'a computed column' fails sink.bad_table 'column `c1` of sums is computed' load sums 'mode: append'
ok 'nothing came of them' same "$(ask 'SELECT (SELECT count(*) FROM base) + (SELECT count(*) FROM wide) + (SELECT count(*) FROM sums)')" 0
finish width
