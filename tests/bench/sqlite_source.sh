#!/bin/bash
# sqlite_source.sh [ROWS] - reading a table through the source, against sqlite3 -csv of the same rows: the best of three each, in turn.
. "$(dirname "$0")/../lib.sh"
[ -x "$TRIB_BUILD/.libs/trib" ] && export TRIB=$TRIB_BUILD/.libs/trib LD_LIBRARY_PATH=$TRIB_BUILD/.libs
rows=${1:-1000000}
cd "$work" || exit 1
sqlite3 m.db "CREATE TABLE t(id INTEGER PRIMARY KEY, at INT, partner TEXT, day DATE, amount DECIMAL(18,2), note TEXT);
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < $rows)
  INSERT INTO t SELECT i, i / 3, 'P' || (i % 50), date('2025-01-01', '+' || (i % 365) || ' days'), i / 100.0, 'note number ' || i || ' with some text' FROM c"
best() { # WORD COMMAND...: seconds, kept in a file of that name when they are the least
  local from=$EPOCHREALTIME word=$1; shift
  "$@" >/dev/null 2>&1 || { echo "fails: $*"; exit 1; }
  awk -v a="$from" -v b="$EPOCHREALTIME" -v old="$(cat "$word" 2>/dev/null || echo 1e9)" 'BEGIN { s = b - a; print s < old ? s : old }' >"$word.new" && mv "$word.new" "$word"
}
read_it() { rm -rf .trib; "$TRIB" run "$1.yaml"; }
printf 'pipeline: p\nsource: { use: sqlite, path: m.db }\nsink: { use: nothing }\n' >whole.yaml
sed 's/m.db/m.db, cursor: id/' whole.yaml >cursor.yaml
for _ in 1 2 3; do best tool sqlite3 -csv m.db "SELECT * FROM t"; best whole read_it whole; best cursor read_it cursor; done
awk -v t="$(cat tool)" -v w="$(cat whole)" -v c="$(cat cursor)" -v n="$rows" 'BEGIN {
  printf "%d rows: sqlite3 -csv %.2f s, whole %.2f s (%.2f times as fast), by cursor %.2f s (%.2f)\n", n, t, w, t / w, c, t / c }'
