#!/bin/bash
# sqlite_source.sh - databases as a source, seen from a sink: values, cursors with ties, late and missing values, kills, locks, logs, and
# what is said of databases that cannot be read. Databases are made with the sqlite3 tool, and asked by it.
. "$(dirname "$0")/../lib.sh"
. "$TRIB_SRC/tests/suite/kind.sh"
command -v sqlite3 >/dev/null || skip "no sqlite3 here"
export TRIB_WORKERS=2 TRIB_NOW=2025-06-02T06:30:00Z
options="use: sqlite, path: out.db, table: o"
sql() { sqlite3 -bail "${@:2}" "$1"; }                                            # FILE [OPTIONS] <SQL
fresh() { project; sql x.db; write "use: sqlite, path: x.db${1:+, $1}" "" "${2:-}" "${3:-}"; }
more() { sql x.db; run; }
got() { sqlite3 "file:out.db?mode=ro" "SELECT $1" 2>err2 || cat err2; }
rows() { code 0 && same "$(dump o | jq -r .id | tr '\n' ' ')" "$1"; }
count_o() { same "$(dump o | wc -l)" "$1"; }
fails() { code "$1" && says "^error\\[$2\\]: .*${3:-}" && says "= help: ." && count_o 0; }

# ---- all of a table is what the tool says of it
fresh "table: orders" <<'S'
CREATE TABLE orders(id INTEGER PRIMARY KEY, big BIGINT, amount DECIMAL(38,9), price REAL, price_dec TEXT, name VARCHAR(20), day DATE, at TIMESTAMP, ok BOOLEAN, f DOUBLE, n NUMERIC, z TEXT);
INSERT INTO orders VALUES(1, 9007199254740993, 12, 1.1, '123456789012345678.123456789', 'é x', '2025-01-31', '2025-01-31 10:00:00.123456', 1, 0.1, 7, '007'),
  (2, 9223372036854775807, 1.5, NULL, NULL, '', NULL, '2025-01-31T10:00:00.000001Z', 0, 1e300, 'abc', '01234567890123456789'),
  (3, -9223372036854775808, -0.25, 0.1, '0.100000000', 'it''s "q"' || char(10), '1969-12-31', '1969-12-31 23:59:59', NULL, -0.0, NULL, NULL);
S
run
ok "types: a full read" eval 'code 0 && count_o 3'
ok "integers beyond 2^53 are exact" same "$(got "group_concat(big, ' ') FROM o")" "$(sqlite3 x.db "SELECT group_concat(big, ' ') FROM orders")"
ok "decimals beside a REAL are exact" same "$(got "price_dec FROM o WHERE id = 1")" 123456789012345678.123456789
ok "declared decimals" same "$(got "group_concat(amount_dec, ' ') FROM o")" "12 1.5 -0.25"
ok "texts, with quotes and leading zeros" same "$(got "json_group_array(name) || json_group_array(z) FROM o")" "$(sqlite3 x.db "SELECT json_group_array(name) || json_group_array(z) FROM orders")"
ok "times to the microsecond" same "$(got "group_concat(at, ' ') FROM o")" "2025-01-31T10:00:00.123456Z 2025-01-31T10:00:00.000001Z 1969-12-31T23:59:59Z"
ok "dates, doubles, truth" same "$(got "group_concat(coalesce(day, '-') || f || coalesce(ok, '-'), ' ') FROM o")" "2025-01-310.11 -1.0e+3000 1969-12-310.0-"
ok "NUMERIC without digits is text" same "$(got "group_concat(coalesce(n, '-'), ' ') FROM o")" "7 abc -"
run; ok "an unchanged file is known" eval 'code 0 && says "nothing changed"'
touch x.db; run; ok "the same rows in a newer file are not read twice" eval 'code 0 && count_o 3'
trib discover p.yaml --json
ok "discover" same "$(jq -r '[.result[] | .type] | join(" ")' out.txt)" "int64 int64 decimal decimal text date time bool float64 text text"
printf 'pipeline: p\nsource: { use: sqlite, path: x.db }\nsink: { %s }\n' "$options" >all.yaml
sqlite3 x.db "CREATE TABLE other(a INT, b)"; trib discover all.yaml --json
ok "discover lists the tables as streams" same "$(jq -r '[.result[].stream] | unique | join(" ")' out.txt)" "orders other"
write "use: sqlite, path: x.db, stream: orders, columns: { big: text, at: { type: text } }"; rm -rf out.db* .trib; run
ok "a stream is a table; the pipeline's types win" eval 'code 0 && same "$(got "at FROM o WHERE id = 3")" "1969-12-31 23:59:59"'

# ---- cells that do not fit
fresh "table: t" "" "max_rejects: 20" <<'S'
CREATE TABLE t(id INT, n INT, d DATE, at DATETIME, b BOOLEAN, s TEXT, a DECIMAL(10,2));
INSERT INTO t(id, n) VALUES(1, 'x'), (2, 1.5); INSERT INTO t(id, d) VALUES(3, '2025-02-30'), (4, 45000); INSERT INTO t(id, at) VALUES(5, 1735689600), (6, 'soon');
INSERT INTO t(id, b) VALUES(7, 2); INSERT INTO t(id, s) VALUES(8, x'00ff'), (9, CAST(x'e9' AS TEXT)); INSERT INTO t(id, a) VALUES(10, 'much'), (11, 5.25);
S
run
ok "what does not fit is a dead letter each" eval 'code 0 && rows "11 " && same "$(letters)" 10'
trib dead-letters show p.yaml --json
ok "with column and reason" eval 'grep -q "column s: its bytes are no UTF-8" out.txt && grep -q "column s: it is a BLOB" out.txt && grep -q "column at: it is a number, and" out.txt && grep -q "id=9, n=NULL, .*s=X.e9.," out.txt'
fresh "table: t, blobs: hex, columns: { at: { type: time, unit: seconds }, d: { type: decimal, scale: 2 } }" "" "max_rejects: 5" <<'S'
CREATE TABLE t(id INT, at DATETIME, s TEXT, d TEXT);
INSERT INTO t VALUES(1, 1735689600, x'00ff', '1.250'), (2, NULL, 'x', '1.255');
S
run
ok "a unit, hexadecimal BLOBs, no rounding" eval 'code 0 && rows "1 " && same "$(got "at || s || d_dec FROM o")" 2025-01-01T00:00:00Z00ff1.25 && same "$(letters)" 1'

# ---- queries
fresh "query: 'SELECT day, count(*) AS n, sum(v) AS v FROM t GROUP BY day ORDER BY day DESC; -- all'" <<'S'
CREATE TABLE t(day TEXT, v INT); INSERT INTO t VALUES('a', 1), ('b', 2), ('a', 3);
S
run; ok "a query, in its order, typed by its rows" eval 'code 0 && same "$(dump o | jq -c "[.day, .n, .v]" | tr "\n" " ")" "[\"b\",\"1\",\"2\"] [\"a\",\"2\",\"4\"] "'
for q in "DELETE FROM t" "SELECT 1; SELECT 2" "SELEC" "SELECT * FROM nope" "SELECT day, day FROM t" "EXPLAIN SELECT 1" "SELECT :x" "PRAGMA table_info(t)" "ATTACH 'y.db' AS y" "VACUUM" "-- nothing" "SELECT 1) UNION SELECT * FROM (SELECT 2"; do
  write "use: sqlite, path: x.db, query: \"$q\""; rm -rf out.db* .trib; run
  ok "refused: $q" fails 2 sqlite.bad_query
done
ok "nothing was written" eval 'same "$(sqlite3 x.db "SELECT count(*) FROM t")" 3 && [ ! -e y.db ]'
write "use: sqlite, path: x.db, table: tt"; run
ok "a table that is not there: what is there" fails 2 sqlite.no_table "'tt'; it has t"
write "use: sqlite, path: x.db, table: t, cursor: dya"; run
ok "a cursor that is not there" fails 2 sqlite.no_column "'dya'; it has day, v"
write "use: sqlite, path: x.db, table: t, key: day"; run
ok "options of a cursor without one" fails 2 sqlite.bad_option
write "use: sqlite, path: x.db, table: t, query: SELECT 1"; run
ok "table and query" fails 2 sqlite.bad_option

# ---- a cursor: ties at the boundary, in every order of arrival
fresh "table: t, cursor: at, batch: 2" <<'S'
CREATE TABLE t(id INTEGER PRIMARY KEY, at TEXT, v INT);
INSERT INTO t VALUES(5, 'b', 0), (6, 'b', 0), (7, 'b', 0), (1, 'a', 0);
S
run; ok "cursor: all, in its order" rows "1 5 6 7 "
more <<<"INSERT INTO t VALUES(2, 'b', 0), (8, 'b', 0), (9, 'c', 0)"
ok "ties that come late, with smaller and larger keys, once" rows "1 5 6 7 2 8 9 "
more <<<"UPDATE t SET v = 1 WHERE id = 9"
ok "a row of the last group that changed comes again, alone" rows "1 5 6 7 2 8 9 9 "
more <<<"UPDATE t SET v = 1, at = 'd' WHERE id IN (1, 5)"
ok "rows that were updated come" rows "1 5 6 7 2 8 9 9 1 5 "
more <<<"DELETE FROM t WHERE at = 'd'"
ok "the last group is gone: nothing comes" rows "1 5 6 7 2 8 9 9 1 5 "
more <<<"INSERT INTO t VALUES(20, 'd', 0)"
ok "and the position stays" rows "1 5 6 7 2 8 9 9 1 5 20 "
write "use: sqlite, path: x.db, table: t, cursor: v"; run
ok "another cursor is no way to go on" eval 'code 2 && says "error.sqlite.other_cursor"'
fresh "query: 'SELECT v FROM t', cursor: v" <<'S'
CREATE TABLE t(v INT); INSERT INTO t VALUES(1), (2), (2);
S
run; more <<<"INSERT INTO t VALUES(2), (2), (1)"
ok "rows that are equal in all are as many as they are" eval 'code 0 && same "$(got "group_concat(v, \" \") FROM o")" "1 2 2 2 2"'
fresh "table: t, cursor: at" <<'S'
CREATE TABLE t(id INTEGER PRIMARY KEY, at INT); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 5000) INSERT INTO t SELECT i, 9007199254740993 FROM c;
S
run; more <<<"CREATE TABLE other(a)"
ok "a large group that did not change is not read again" eval 'code 0 && count_o 5000'
more <<<"INSERT INTO t VALUES(6000, 9007199254740994)"
ok "nor when more comes behind it" eval 'code 0 && count_o 5001'
fresh "table: t, cursor: at" <<'S'
CREATE TABLE t(id INT, at); INSERT INTO t VALUES(3, 'x'), (1, 1), (2, 1.5), (4, 'X'), (5, 1.0);
S
run; more <<<"INSERT INTO t VALUES(6, 'x'), (7, 2)"
ok "numbers before texts, byte by byte" rows "1 5 2 4 3 6 "

# ---- rows without a cursor value
fresh "table: t, cursor: at" <<'S'
CREATE TABLE t(id INT, at TEXT); INSERT INTO t VALUES(1, 'a'), (2, NULL), (3, NULL);
S
run; ok "no cursor value: an error that counts them" fails 1 sqlite.null_cursor "2 rows"
write "use: sqlite, path: x.db, table: t, cursor: at, null_cursor: read"; run
ok "or each is read once" rows "2 3 1 "
more <<<"INSERT INTO t VALUES(4, NULL), (5, 'a')"
ok "those that come later, too" rows "2 3 1 4 5 "

# ---- lookback
fresh "table: t, cursor: at, lookback: 1d" "mode: merge, key: id" <<'S'
CREATE TABLE t(id INT, at TEXT, v INT); INSERT INTO t VALUES(1, '2025-01-01 10:00:00.50', 0), (2, '2025-01-03 10:00:00.50', 0);
S
run; more <<<"INSERT INTO t VALUES(3, '2025-01-02 10:00:00.49', 0), (4, '2025-01-02 10:00:00.50', 0)"
ok "lookback finds what came late, to its edge" eval 'code 0 && same "$(got "group_concat(id, \" \") FROM (SELECT id FROM o ORDER BY id)")" "1 2 4"'
write "use: sqlite, path: x.db, table: t, cursor: v, lookback: 1d" "" "mode: merge, key: id"; rm -rf out.db* .trib; run; sqlite3 x.db "INSERT INTO t VALUES(9, 'z', 9)"; run
ok "days of a number" eval 'code 2 && says "error.sqlite.bad_option.: lookback: .1d. cannot be taken from the cursor v"'

# ---- killed at every moment, and run again
fresh "table: t, cursor: at, batch: 100" "" "checkpoint: { rows: 500 }" <<'S'
CREATE TABLE t(id INTEGER PRIMARY KEY, at INT); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 20000) INSERT INTO t SELECT i, i / 7 FROM c;
S
for k in 1 2 3 4 5 6 7 8; do
  sqlite3 x.db "INSERT INTO t SELECT id + 20000 * $k, at + (SELECT max(at) FROM t) FROM t WHERE id <= 2000"
  { timeout -s KILL 0.$(printf %02d $((k * k))) "$TRIB" run p.yaml >out.txt 2>err; } 2>/dev/null
done
run
ok "killed and run again: each row once" eval 'code 0 && same "$(got "count(*) || \" \" || count(DISTINCT id) || \" \" || sum(id) FROM o")" "$(sqlite3 x.db "SELECT count(*) || \" \" || count(*) || \" \" || sum(id) FROM t")"'

# ---- databases that are in use, locked, left behind
fresh "table: t, lock_wait: 200ms" <<'S'
CREATE TABLE t(id INT); INSERT INTO t VALUES(1);
S
"$python" -S -c '
import sqlite3, sys, time
db = sqlite3.connect("x.db", isolation_level=None); db.execute("BEGIN EXCLUSIVE"); open("locked", "w"); time.sleep(20)' & pid=$!
for _ in $(seq 200); do [ -e locked ] && break; sleep 0.02; done
run; ok "locked: it waits lock_wait, and says so" fails 3 sqlite.busy
kill $pid; wait $pid 2>/dev/null; run; ok "and reads when it is free" rows "1 "
sqlite3 x.db "PRAGMA journal_mode = WAL; INSERT INTO t VALUES(2)" >/dev/null; before=$(ls); run
ok "a database with a log that is closed leaves no -wal and no -shm" eval 'code 0 && same "$(ls x.db*)" x.db'
python3 -c '
import sqlite3, subprocess, sys
db = sqlite3.connect("x.db", isolation_level=None); db.execute("INSERT INTO t VALUES(3)"); db.execute("BEGIN IMMEDIATE"); db.execute("INSERT INTO t VALUES(4)")
code = subprocess.call([sys.argv[1], "run", "p.yaml"], stdout=open("out.txt", "w"), stderr=open("err", "w"))
db.execute("COMMIT"); db.execute("PRAGMA wal_checkpoint(TRUNCATE)"); sys.exit(code)' "$TRIB"; code=$?
ok "beside a writer: what is committed, without waiting" eval 'code 0 && same "$(got "max(id) FROM o")" 3'
cat >hot.py <<'P'
import os, shutil, sqlite3
os.mkdir('hot')
db = sqlite3.connect('j.db', isolation_level=None)
db.execute('PRAGMA cache_size = 1'); db.execute('CREATE TABLE t(id INT, s TEXT)')
db.executemany('INSERT INTO t VALUES(?, ?)', ((i, 'x' * 500) for i in range(300)))
db.execute('BEGIN'); db.execute("UPDATE t SET s = 'y' || s")
for name in ('j.db', 'j.db-journal'): shutil.copy(name, 'hot/')
P
python3 hot.py; write "use: sqlite, path: hot/j.db, table: t"; rm -rf out.db* .trib; run
ok "a transaction that was broken off and not rolled back" fails 3 sqlite.unfinished
fresh "table: t, batch: 1" "" "checkpoint: { rows: 1 }" <<<"PRAGMA journal_mode = WAL; CREATE TABLE t(id INT); INSERT INTO t VALUES(1), (2), (3), (4), (5), (6), (7), (8)" >/dev/null
write "use: sqlite, path: x.db, table: t, batch: 1" "bend: { slow_ms: 200, log: $d/slow }"
TRIB_READ_AHEAD=1 "$TRIB" run p.yaml --workers 1 >out.txt 2>err & pid=$!
wait_for '^apply 1' slow; sqlite3 x.db "UPDATE t SET id = id + 100"; wait $pid; code=$?
ok "written by another program, where no lock can be held: nothing of it" eval '{ fails 1 sqlite.changed; }'
write "use: sqlite, path: x.db, table: t"; run; ok "and whole the next time" rows "101 102 103 104 105 106 107 108 "
python3 -c '
import sqlite3, sys, time
db = sqlite3.connect("y.db", isolation_level=None); db.execute("CREATE TABLE t(id INT)")'
"$python" -S -c '
import sqlite3, time
db = sqlite3.connect("y.db", isolation_level=None); db.execute("BEGIN EXCLUSIVE"); open("locked", "w"); time.sleep(20)' & lock=$!
for _ in $(seq 200); do [ -e locked ] && break; sleep 0.02; done
write "use: sqlite, path: y.db, table: t, lock_wait: 1h"; "$TRIB" run p.yaml >out.txt 2>err & pid=$!
sleep 0.3; kill -TERM $pid; sleep 0.3; kill -TERM $pid; wait $pid; code=$?; kill $lock; wait $lock 2>/dev/null
ok "who waits for a lock can be stopped" eval '[ $code = 143 ]'
fresh "table: v, cursor: at, key: id" <<'S'
PRAGMA encoding = 'UTF-16le';
CREATE TABLE t(id TEXT, at TEXT COLLATE NOCASE, n INT GENERATED ALWAYS AS (length(id)), PRIMARY KEY(at, id)) WITHOUT ROWID;
CREATE VIEW v AS SELECT * FROM t; INSERT INTO t VALUES('é', 'b'), ('ü', 'B'), ('😀', 'a');
S
run; more <<<"INSERT INTO t VALUES('z', 'b'), ('y', 'A')"
ok "views, UTF-16, no rowid, a collation: ties are byte by byte" rows "ü 😀 é z "
fresh "table: o" <<<"CREATE TABLE o(id INT); INSERT INTO o VALUES(1)"
printf 'pipeline: q\nsource: { use: sqlite, path: x.db, table: o }\nsink: { use: sqlite, path: x.db, table: copy }\n' >p.yaml; run
ok "a source and a sink in one database" eval 'code 0 && same "$(sqlite3 x.db "SELECT count(*) FROM copy")" 1'
fresh "table: t" <<<"CREATE TABLE t(id INT)"
printf 'not a database, but long enough to look like one: %0200d' 0 >x.db; run
ok "another kind of file, or an encrypted one" fails 1 sqlite.damaged "x.db: its first bytes"
: >x.db; run; ok "an empty file has no tables" fails 2 sqlite.no_table "it has none"
fresh "path: 'in/*.db', table: t" <<<"CREATE TABLE t(id INT)"; mkdir in; write "use: sqlite, path: 'in/*.db', table: t"; run
ok "no file at all" fails 1 sqlite.no_match
write "use: sqlite, path: 'in/*.db', table: t, optional: true"; run
ok "which may be as it is" code 0
for k in 2 1; do sqlite3 in/p$k.db "CREATE TABLE t(id INT); INSERT INTO t VALUES($k)"; done; run
ok "files by pattern are parts, in order of names" rows "1 2 "

# ---- the name
trib schema
ok "the schema offers it by its plain name, as a source and as a sink" eval 'same "$(jq -r ".properties | [.source, .sink] | map(.properties.use.enum | index(\"sqlite\") != null) | join(\" \")" out.txt)" "true true"'

# ---- memory
if measured; then
  options="use: nothing"
  fresh "table: t, cursor: at" <<<"CREATE TABLE t(id INTEGER PRIMARY KEY, at INT, s TEXT); WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 400000) INSERT INTO t SELECT i, -i % 9973, 'word ' || i FROM c"
  rss; ok "rows to be sorted take no memory of their own: $rss KiB" [ $rss -lt 65536 ]
fi
finish sqlite_source
