#!/bin/bash
# connectors.sh - what every connector must do, wherever its rows come from. A new connector is a word in `rows` and these functions:
#   source_ROW                     options of rows `id: int64, part: text, word: text` in the parts of the folder (or table, or host) in/
#   make_ROW ROWS PART:FIRST ...   parts with ids from FIRST on; made again: other content of the same part
#   spoil_ROW ROWS PART:FIRST ...  the same, every tenth id cannot be read: a dead letter that shows `bad`
#   break_ROW PART                 the part ends midway, or is damaged there
#   edges_ROW                      in.jsonl as a source of edges_options_ROW: all types
#   gone_ROW, shut_ROW PART        options of a source that is not there; makes it unreadable
#   big_ROW MB, empty_ROW PART     one part of that size, or without rows
. "$(dirname "$0")/../lib.sh"
. "$TRIB_SRC/tests/suite/kind.sh"
export TRIB_WORKERS=2 TRIB_NOW=2025-06-02T06:30:00Z
options="use: sqlite, path: out.db"
rows="file file_jsonl file_zip sqlite_source"

# ---- file: csv, packed JSON lines, members of zips
cat >"$work/gen.py" <<'P'
import csv, gzip, io, json, sys, zipfile
shape, suffix, bad, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
for part, first in (a.split(':') for a in sys.argv[5:]):
    path = f'in/{part}{suffix}'
    data = [[f'bad{i}' if bad and i % 10 == 3 else i, part, f'w"{i}", é\n'] for i in range(int(first), int(first) + rows)]
    if shape == 'jsonl':
        gzip.GzipFile(path, 'wb', mtime=0).write(''.join(json.dumps(dict(zip(('id', 'part', 'word'), r))) + '\n' for r in data).encode())
        continue
    out = io.StringIO(newline='')
    csv.writer(out).writerows([['id', 'part', 'word']] + data)
    if shape == 'csv': open(path, 'w', newline='').write(out.getvalue())
    else: zipfile.ZipFile(path, 'w').writestr(zipfile.ZipInfo(part + '.csv', (2025, 1, 1, 0, 0, 0)), out.getvalue(), zipfile.ZIP_DEFLATED)
P
three="columns: { id: int64, part: text, word: text }"
gen() { python3 "$work/gen.py" "$@"; }
source_file="use: file, url: 'in/*.csv', $three"
make_file() { gen csv .csv 0 "$@"; }
spoil_file() { gen csv .csv 1 "$@"; }
break_file() { python3 -c 'import sys; p=sys.argv[1]; b=bytearray(open(p,"rb").read()); b[len(b)//2]=0xff; open(p,"wb").write(b)' "in/$1.csv"; }
edges_options_file="use: file, url: in.csv, null_words: ['~'], columns: { $types }"
edges_file() {
  python3 -c '
import csv, decimal, json
rows = [json.loads(l, parse_float=decimal.Decimal) for l in open("in.jsonl", newline="\n")]
names = list(rows[0])
text = lambda v: "~" if v is None else str(v).lower() if isinstance(v, bool) else format(v, "f") if isinstance(v, decimal.Decimal) else v
csv.writer(open("in.csv", "w", newline="")).writerows([names] + [[text(r[n]) for n in names] for r in rows])'
}
gone_file="use: file, url: 'nowhere/*.csv'"
shut_file() { rm -f "in/$1.csv"; ln -s "$1.csv" "in/$1.csv"; }       # a link to itself: not even root reads it
big_file() { make_file 1000 big:0; python3 -c '
import sys; p="in/big.csv"; b=open(p,"rb").read(); rows=b[b.index(b"\n")+1:]; open(p,"wb").write(b + rows * (int(sys.argv[1]) * 2**20 // len(rows)))' "$1"; }
empty_file() { printf 'id,part,word\n' >"in/$1.csv"; }

source_file_jsonl="use: file, url: 'in/*.jsonl.gz', $three"
make_file_jsonl() { gen jsonl .jsonl.gz 0 "$@"; }
spoil_file_jsonl() { gen jsonl .jsonl.gz 1 "$@"; }
break_file_jsonl() { truncate -s $(($(stat -c %s "in/$1.jsonl.gz") / 2)) "in/$1.jsonl.gz"; }
edges_options_file_jsonl=$typed
edges_file_jsonl() { :; }
gone_file_jsonl="use: file, url: in/nowhere.jsonl.gz"
shut_file_jsonl() { rm -f "in/$1.jsonl.gz"; ln -s "$1.jsonl.gz" "in/$1.jsonl.gz"; }
big_file_jsonl() { make_file_jsonl 1000 big:0; python3 -c '
import gzip, random, sys; b=gzip.open("in/big.jsonl.gz").read()
with gzip.open("in/big.jsonl.gz", "wb", 1) as f:
    for _ in range(int(sys.argv[1]) * 2**20 // len(b)): f.write(b)' "$1"; }
empty_file_jsonl() { printf '' | gzip >"in/$1.jsonl.gz"; }

source_file_zip="use: file, url: 'in/*.zip', member: '*.csv', $three"
make_file_zip() { gen zip .zip 0 "$@"; }
spoil_file_zip() { gen zip .zip 1 "$@"; }
break_file_zip() { python3 -c 'import sys; p=sys.argv[1]; b=bytearray(open(p,"rb").read()); b[len(b)//3]^=0x55; open(p,"wb").write(b)' "in/$1.zip"; }
edges_options_file_zip="use: file, url: in.zip, null_words: ['~'], columns: { $types }"
edges_file_zip() { edges_file; python3 -m zipfile -c in.zip in.csv; }
gone_file_zip="use: file, url: in/p00.zip, member: nothing"
shut_file_zip() { rm -f "in/$1.zip"; ln -s "$1.zip" "in/$1.zip"; }
big_file_zip() { big_file "$1"; (cd in && python3 -m zipfile -c big.zip big.csv; rm big.csv); }
empty_file_zip() { empty_file "$1"; (cd in && python3 -m zipfile -c "$1.zip" "$1.csv"; rm "$1.csv"); }

# ---- sqlite: a table in databases of small pages, so that there is a midway
plugin_sqlite_source=sqlite_source
source_sqlite_source="use: sqlite, path: 'in/*.db', table: t"
cat >"$work/db.py" <<'P'
import os, sqlite3, sys
bad, rows = int(sys.argv[1]), int(sys.argv[2])
for part, first in (a.split(':') for a in sys.argv[3:]):
    path = f'in/{part}.db'
    if os.path.exists(path): os.remove(path)
    db = sqlite3.connect(path)
    db.execute('PRAGMA page_size = 512')
    db.execute('CREATE TABLE t(id INT, part TEXT, word TEXT)')
    db.executemany('INSERT INTO t VALUES(?, ?, ?)', ((f'bad{i}' if bad and i % 10 == 3 else i, part, f'w"{i}", é\n') for i in range(int(first), int(first) + rows)))
    db.commit()
P
make_sqlite_source() { python3 "$work/db.py" 0 "$@"; }
spoil_sqlite_source() { python3 "$work/db.py" 1 "$@"; }
break_sqlite_source() { python3 -c 'import sys; p=sys.argv[1]; b=bytearray(open(p,"rb").read()); b[-512]=0xff; open(p,"wb").write(b)' "in/$1.db"; }
edges_options_sqlite_source="use: sqlite, path: in.db"
edges_sqlite_source() {
  python3 -c '
import decimal, json, sqlite3
rows = [json.loads(l, parse_float=decimal.Decimal) for l in open("in.jsonl", newline="\n")]
db = sqlite3.connect("in.db")
db.execute("CREATE TABLE t(id INTEGER, i BIGINT, d REAL, d_dec TEXT, s TEXT, ts TIMESTAMP, day DATE, b BOOLEAN)")
text = lambda v: None if v is None else format(v, "f") if isinstance(v, decimal.Decimal) else str(v)
db.executemany("INSERT INTO t VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
               ((r["id"], r["i"], r["d"] and float(r["d"]), text(r["d"]), r["s"], r["ts"], r["day"], r["b"]) for r in rows))
db.commit()'
}
gone_sqlite_source="use: sqlite, path: nowhere/x.db"
shut_sqlite_source() { rm -f "in/$1.db"; ln -s "$1.db" "in/$1.db"; }
big_sqlite_source() { python3 "$work/db.py" 0 $(($1 * 36000)) big:0; }
empty_sqlite_source() { make_sqlite_source 0 "$1:0"; }
wrong_sqlite_source="batch: perhaps"
without_stream_sqlite_source="a stream is a table, and which there are is known when the file is open"

# ---- questions
fresh() { # PARTS ROWS: a project with a source of that
  project; mkdir in; eval "from=\$source_$row"
  [ "$1" = 0 ] || make_$row "$2" $(for ((k = 0; k < $1; k++)); do printf 'p%02d:%d ' $k $((k * $2)); done)
  write "$from" "${@:3}"
}
parts() { "$TRIB" state list p.yaml --json | jq -r '[.result[]?.part] | length'; }
part_of() { "$TRIB" state list p.yaml --json | jq -r --arg p "$1" '.result[].part | select(contains($p))'; }
ids() { same "$(dump | jq -r .id | tr '\n' ' ')" "$(seq -s' ' 0 $(($1 - 1))) " || { cat err; return 1; }; }      # all, in order
all_of() { same "$(dump | jq -r .part | uniq | tr '\n' ' ')" "$1"; }
forget() { rm -rf out.db* .trib; }
wrong_names() { # what discover says of a typed source
  trib discover p.yaml --json
  same "$(jq -c '[.result[] | [.stream, .column, .type]]' out.txt)" '[["rows","id","int64"],["rows","part","text"],["rows","word","text"]]'
}

ok "every connector has a row" every_plugin_has_a_row connector $rows
for row in $rows; do
  plugin=plugin_$row plugin=${!plugin:-${row%%_*}}
  ok "$row: descriptor" lint "$plugin"

  fresh 3 10; before=$(listing)
  ok "$row: discover lists streams and columns" wrong_names
  ok "$row: check and plan are content" eval 'trib check p.yaml; code 0 && trib plan p.yaml && code 0'
  trib preview p.yaml --limit 3 --json
  ok "$row: preview shows the first rows" same "$(jq -c '[.result[0].stages[-1].rows[].id]' out.txt)" "[0,1,2]"
  ok "$row: looking leaves no trace" same "$(listing)" "$before"

  project; values; edges_$row; eval "write \"\$edges_options_$row\""; run
  ok "$row: all types arrive exactly" eval 'code 0 && exact'
  fresh 1 0; empty_$row p00; run
  ok "$row: an empty source is a good run" eval 'code 0 && count 0'
  run; ok "$row: and known" eval 'code 0 && says "nothing changed"'
  fresh 1 1; run
  ok "$row: one row" eval 'code 0 && ids 1'

  fresh 40 25; touched=$(listing in); run
  ok "$row: many parts arrive once, each in its order" eval 'code 0 && ids 1000'
  ok "$row: each is known" same "$(parts)" 40
  reads=$(ledger rows_read); run
  ok "$row: a second run reads nothing and says so" eval 'code 0 && says "nothing changed" && same "$(ledger rows_read)" 1000'
  make_$row 25 p40:1000; run
  ok "$row: the next one reads what is new only" eval 'code 0 && ids 1025 && same "$(ledger rows_read)" 1025'
  make_$row 25 p02:2000; run
  ok "$row: a part with other content is read again, alone" eval 'code 0 && same "$(ledger rows_read)" 1050 && same "$(dump | tail -25 | jq -r .id | tr "\n" " ")" "$(seq -s" " 2000 2024) "'
  "$TRIB" state export p.yaml >states.json
  ok "$row: a part is forgotten by its name" "$TRIB" state reset p.yaml "$(part_of p07)" --yes
  run; ok "$row: and read again, alone" eval 'code 0 && same "$(ledger rows_read)" 1075 && same "$(dump | tail -25 | jq -r .part | uniq)" p07'
  forget; "$TRIB" state import p.yaml states.json --yes >/dev/null 2>err; run
  ok "$row: positions can be moved to another target" eval 'code 0 && says "nothing changed" && count 0'
  make_$row 25 p02:50; "$TRIB" run p.yaml --full-refresh >out.txt 2>err; code=$?
  ok "$row: --full-refresh reads all of it" eval 'code 0 && ids 1025'
  rm -rf in/*40*; ok "$row: the source is not touched" same "$(listing in)" "$touched"

  fresh 5 40; break_$row p03; run
  ok "$row: a part that is broken midway fails the run" code 1
  ok "$row: and says which" says "p03"
  ok "$row: nothing of its unit is there" count 0
  write "$from" "" "" "checkpoint: { rows: 1 }"; run
  ok "$row: units before it are" eval 'code 1 && ids 120'
  make_$row 40 p03:120; write "$from"; run
  ok "$row: the next run brings the rest, once" eval 'code 0 && ids 200'

  fresh 2 30 "map: { filter: 'id != 5' }" "" "max_rejects: 6"; spoil_$row 30 p01:30
  ok "$row: the books balance" balanced
  ok "$row: rows that cannot be read are dead letters" eval 'code 0 && count 56 && same "$(letters) $(ledger rows_rejected)" "3 3"'
  ok "$row: the ledger has them all" same "$(ledger rows_read) $(ledger rows_in) $(ledger rows_inserted)" "60 56 56"
  trib dead-letters show p.yaml --json
  ok "$row: each with place, reason and record" same "$(jq -r '[.result[] | select((.detail | contains("p01")) and (.record | contains("bad")) and (.code | contains(".")))] | length' out.txt)" 3
  forget; write "$from" "" "" "max_rejects: 2"; run
  ok "$row: beyond the budget the load is held" eval 'code 5 && count 0 && same "$(letters)" 3'
  run; ok "$row: its parts are not known" eval 'code 5 && same "$(parts)" 0'

  fresh 8 20 "bend: { slow_ms: 60, log: $d/slow }" "" "checkpoint: { rows: 1 }"
  write "$from" "bend: { slow_ms: 60, log: $d/slow }" "" "checkpoint: { rows: 1 }"
  "$TRIB" run p.yaml --workers 1 >out.txt 2>err & pid=$!
  wait_for '^apply 3' slow; kill -TERM $pid; wait $pid; code=$?
  ok "$row: a signal finishes the part in hand: 4" code 4
  kept=$(dump | wc -l)
  ok "$row: what is kept are whole parts, not all" eval '[ $kept -gt 0 ] && [ $kept -lt 160 ] && [ $((kept % 20)) = 0 ] && same "$(parts)" $((kept / 20))'
  write "$from" "bend: {}"; run
  ok "$row: the next run goes on from there" eval 'code 0 && ids 160 && same "$(ledger rows_read)" 160'
  fresh 3 20; write "$from" "bend: { slow_ms: 500, log: $d/slow }"
  "$TRIB" run p.yaml --workers 1 >out.txt 2>err & pid=$!
  wait_for '^apply 1' slow; kill -TERM $pid; sleep 0.1; kill -TERM $pid; wait $pid; code=$?
  ok "$row: a second one gives up at once: 143, nothing kept" eval 'code 143 && count 0'

  fresh 0 0; big_$row 20; break_$row big
  trib preview p.yaml --limit 2 --json
  ok "$row: preview does not read to a fault far behind" eval 'code 0 && same "$(jq -c "[.result[0].stages[0].rows[].id]" out.txt)" "[0,1]"'
  run; ok "$row: which is there" code 1

  fresh 6 300; run --workers 1; want=$(dump | sha256sum)
  for how in "--workers 4" "TRIB_READ_AHEAD=1" "elsewhere"; do
    forget
    case $how in --*) run p.yaml $how ;; elsewhere) elsewhere "$TRIB" run p.yaml >out.txt 2>err; code=$? ;; *) export "$how"; run p.yaml --workers 4; unset "${how%=*}" ;; esac
    ok "$row: the same rows in the same order: $how" eval 'code 0 && same "$(dump | sha256sum)" "$want"'
  done
  forget; write "$from" "" "" "checkpoint: { rows: 1, bytes: 1 }"; run
  ok "$row: the same rows in units of one part" eval 'code 0 && same "$(dump | sha256sum)" "$want"'

  fresh 1 1; write "$from, urls: x"; run
  ok "$row: an unknown option" refused config.unknown_key
  write "use: $plugin"; run
  ok "$row: a required one that is missing" refused config.required
  write "$from, stream: nonsense"; run
  can stream $row && ok "$row: a stream that it does not have" refused config.unknown_stream
  eval "wrong=\${wrong_$row:-header: perhaps}"; write "$from, $wrong"; run
  ok "$row: a value of the wrong type" refused config.bad_value

  eval "write \"\$gone_$row\""; run
  ok "$row: a source that is not there" eval 'code 1 && says "^error\[[a-z]+\.[a-z_]+\]: .*no(where|thing)" && says "= help: ." && count 0'
  fresh 2 5; shut_$row p01; run
  ok "$row: one that cannot be read" eval '{ code 3 || code 1; } && says "^error\[[a-z]+\.[a-z_]+\]: " && says "p01" && says "= help: ." && count 0'

  fresh 2 5; spoil_$row 5 p01:0; mv in sesame-17; export SOURCE_TOKEN=sesame-17
  write "${from//in\//\${env:SOURCE_TOKEN\}/}" "" "" "max_rejects: 3"
  for words in check config plan discover preview run run "run --full-refresh" "runs list" "runs show" "state list" "state export" "loads list" "dead-letters list" "dead-letters show"; do
    for how in "" --json; do "$TRIB" $words p.yaml $how 2>&1; done
  done >said
  rm sesame-17/*; "$TRIB" run p.yaml >>said 2>&1; "$TRIB" run p.yaml --json >>said 2>&1; "$TRIB" runs list >>said 2>&1; unset SOURCE_TOKEN
  ok "$row: a secret is in no output, nor in the history" eval 'grep -q "\*\*\*" said && ! grep -n sesame-17 said && ! grep -l sesame-17 .trib/*'

  if measured; then
    fresh 0 0; options="use: nothing" write "$from"
    for mb in 5 50; do big_$row $mb; rm -rf .trib; TRIB_READ_AHEAD=1000000 rss; echo $rss >mb$mb; done
    ok "$row: 50 MB take the memory of 5 MB" eval 'code 0 && cat mb* && [ $(cat mb50) -lt $(($(cat mb5) * 6 / 5)) ]'
    rm -rf .trib; rss
    ok "$row: and at most 64 MiB with all that may be read ahead" eval 'code 0 && echo $rss && [ $rss -lt 65536 ]'
  fi
done
finish connectors
