#!/bin/bash
# sinks.sh - what every sink must do, whatever it writes to. A new sink is a word in `rows`, its options and a dump: rows of a table
# as JSON lines of texts, sorted; null is null, a bool true or false, numbers and times as the contract writes them.
. "$(dirname "$0")/../lib.sh"
. "$TRIB_SRC/tests/suite/kind.sh"
export TRIB_WORKERS=2
# those that need a server have a script that starts it and comes back here with SINKS (postgres.sh)
rows=${SINKS:-sqlite files}
all_modes="append merge replace scd2 effective snapshot"

options_sqlite="use: sqlite, path: out.db"
staged_sqlite="mode: merge, key: [id]"   # what appends holds the lock of the file: the newer run would wait
options_files="use: files, path: out, null: '~'"
dump_files() {
  python3 - "$1" <<'P'
import csv, json, sys
try: m = json.load(open('out/manifest.json'))
except FileNotFoundError: sys.exit(0)
for s in m['streams']:
    for e in s['files']:
        if e['table'] == sys.argv[1] and not e.get('staged'):
            for r in csv.DictReader(open('out/' + e['file'], newline='')):
                r = {n: None if v == '~' else v for n, v in r.items() if not n.startswith('_')}
                print(json.dumps({n: v for n, v in sorted(r.items()) if v is not None or n in ('s', 'd')}))
P
}
# $PG and $pg_bin are those of postgres.sh
options_postgres="use: postgres, url: '\${env:PG}', schema: '\${env:SCHEMA}'"
without_disk_full_postgres="its disk is the server's"
dump_postgres() {
  "$pg_bin/psql" -XAqt "$PG" -c "SELECT (SELECT jsonb_object_agg(key, regexp_replace(value, '^(\d{4,}-\d\d-\d\dT[0-9:.]+)\+00:00\$', '\1Z'))
    FROM json_each_text(row_to_json(t)) WHERE left(key, 1) <> '_' AND (value IS NOT NULL OR key IN ('s', 'd'))) FROM $SCHEMA.\"$1\" AS t" 2>/dev/null
}
prints_postgres() { "$pg_bin/pg_dump" -n "$SCHEMA" "$PG" | grep -v '^--\|restrict ' | sha256sum; }
gone_postgres() { same "$("$pg_bin/psql" -XAqt "$PG" -c "SELECT count(*) FROM pg_namespace WHERE nspname = '$SCHEMA'")" 0; }
wipe_postgres() { "$pg_bin/psql" -Xq "$PG" -c "DROP SCHEMA IF EXISTS $SCHEMA CASCADE" 2>/dev/null; }
# what a target is made of, to see whether it changed; gone: there is none; wipe: takes it away
prints() { if declare -F "prints_$sink" >/dev/null; then "prints_$sink"; else find out* -type f -not -name '*-shm' -not -name '*-wal' | sort | xargs sha256sum; fi; }
gone() { if declare -F "gone_$sink" >/dev/null; then "gone_$sink"; else [ ! -e out.db ] && [ ! -e out ]; fi; }
wipe() { if declare -F "wipe_$sink" >/dev/null; then "wipe_$sink"; else rm -rf out.db* out; fi; }
dump() { dump_$sink "${1:-rows}" | sort; }
ids() { same "$(dump | jq -r .id | sort -n | tr '\n' ' ')" "$1"; }
round_trip() { same "$(dump | jq -cS . | sort)" "$(jq -cS . want | sort)"; }

two_at_once() {
  local how=staged_$sink
  feed "rows: 40, parts: 2, slow_ms: 60, log: $d/feed.log" "" "${!how:-}"
  to=new.yaml feed "rows: 40, parts: 2" "" "${!how:-}"
  "$TRIB" run p.yaml >old.txt 2>&1 & old=$!
  wait_for "^open" feed.log
  run new.yaml; wait $old; stale=$?
}
disk_full() { # the run under a limit of file sizes, KiB
  (trap '' XFSZ; ulimit -f "$1"; exec "$TRIB" run p.yaml) >out.txt 2>err; code=$?
}

ok "every sink has a row" every_plugin_has_a_row sink sqlite files postgres
for sink in $rows; do
  eval "options=\$options_$sink"
  ok "$sink: descriptor" lint "$sink"

  project; values; write "$typed"; run
  ok "$sink: all types" code 0
  ok "$sink: values come out as they went in" round_trip
  before=$(dump); run
  ok "$sink: a second run changes nothing" same "$(dump)" "$before"

  project; feed "rows: 0"; run
  ok "$sink: an empty load" eval 'code 0 && count 0'
  project; feed "rows: 1"; run
  ok "$sink: one row" eval 'code 0 && ids "0 "'
  project; feed "rows: 10, parts: 3, vary: true"; run
  ok "$sink: columns that come midway" eval 'code 0 && once 30'
  ok "$sink: each row has its own, the others none" same "$(dump | jq -c 'select((.c0 // .c1 // .c2) == .id and ([.c0, .c1, .c2] | map(select(. != null)) | length) == 1)' | wc -l)" 30

  project; feed "rows: 10, parts: 2, bad_every: 5" "" "" "max_rejects: 10"
  ok "$sink: a look leaves no trace" eval '"$TRIB" state list p.yaml && "$TRIB" loads list p.yaml && "$TRIB" dead-letters list p.yaml && gone'
  run
  ok "$sink: ledger row and dead letters are stored" same "$(ledger rows_inserted) $(ledger rows_rejected) $(letters)" "16 4 4"
  before=$(prints)
  "$TRIB" state list p.yaml --json >states.json
  ok "$sink: the states are listed" same "$(jq '.result | length' states.json)" 2
  ok "$sink: looking wrote nothing" same "$(prints)" "$before"
  ok "$sink: one part is forgotten" "$TRIB" state reset p.yaml p01 --yes
  ok "$sink: and only that one" same "$("$TRIB" state list p.yaml --json | jq -r '[.result[].part] | join(" ")')" p00
  run; ok "$sink: the next run reads it again" same "$(ledger rows_read)" 30

  project; two_at_once
  ok "$sink: of two runs at once the newer one ends well" code 0
  ok "$sink: the older one is fenced" same $stale 6
  ok "$sink: no row is lost or there twice" once 80

  project; offered=$("$TRIB" plugins "$sink" --json | jq -r .result.modes)
  for mode in $all_modes; do
    case ", $offered," in *", $mode,"*) continue ;; esac
    feed "rows: 1" "" "mode: $mode, key: [id]"
    "$TRIB" check p.yaml >out.txt 2>err; code=$?
    ok "$sink: mode $mode is refused before anything starts" eval 'code 2 && says mode_not_offered && gone'
  done

  if can disk_full $sink; then
    project; feed "rows: 4000, parts: 3, batch: 500, constants: [ { name: c, value: 0123456789, times: 5 } ]"; disk_full 150
    ok "$sink: a full disk is exit 3" code 3
    run; ok "$sink: then everything arrives, once" eval 'code 0 && once 12000'
  fi

  project; feed "rows: 10, parts: 3, fail_at: 25"; run
  ok "$sink: of a broken load nothing is seen" eval 'code 1 && count 0'
  feed "rows: 10, parts: 3"; run
  ok "$sink: and the next run brings it whole" eval 'code 0 && once 30'

  case ", $offered," in *", replace,"*) ;; *) continue ;; esac
  project; mkdir in
  for f in a b; do printf '{"id":"%s1"}\n{"id":"%s2"}\n' $f $f >in/$f.jsonl; done
  write "use: file, url: 'in/*.jsonl'" "" "mode: replace"; run; run
  ok "$sink: replace, nothing changed" eval 'code 0 && says "nothing changed" && ids "a1 a2 b1 b2 "'
  printf '{"id":"b9"}\n' >in/b.jsonl; run
  ok "$sink: replace keeps the rows of a file that did not change" eval 'code 0 && ids "a1 a2 b9 "'
  rm in/b.jsonl; run
  ok "$sink: and takes away those of a file that is gone" eval 'code 0 && ids "a1 a2 "'
  run; ok "$sink: once" says "nothing changed"
  feed "rows: 40, parts: 4, fail_at: 125, status: ok, batch: 5" "" "mode: replace" "checkpoint: { rows: 10 }"; run
  ok "$sink: of a broken replacement nothing is seen" eval 'code 1 && ids "a1 a2 "'
  feed "rows: 40, parts: 4, status: ok, batch: 5" "" "mode: replace" "checkpoint: { rows: 10 }"; run
  ok "$sink: the next one is whole, once" eval 'code 0 && once 160'

  # ---- what is not there any more
  two_files() { printf '{"id":"a1","s":"x"}\n{"id":"a2","s":"x"}\n' >in/a.jsonl; printf '{"id":"b1","s":"x"}\n' >in/b.jsonl; }
  project; mkdir in; two_files; write "use: file, url: 'in/*.jsonl', optional: true" "" "mode: replace"; run
  : >in/a.jsonl; : >in/b.jsonl; run
  ok "$sink: replace by files without a row empties the table" eval 'code 0 && ids "" && same "$(ledger rows_deleted)" 3'
  two_files; run; rm in/*; run
  ok "$sink: replace by no file at all, too" eval 'code 0 && ids "" && same "$(ledger rows_deleted)" 6'
  run; ok "$sink: and says it once" eval 'code 0 && says "nothing changed"'
  two_files; run; write "use: file, url: 'in/*.jsonl'" "map: { filter: s == 'y' }" "mode: replace"; printf '{"id":"b2","s":"x"}\n' >in/b.jsonl; run
  ok "$sink: replace by rows that are all filtered" eval 'code 0 && ids ""'

  case ", $offered," in *", replace_slice,"*", scd2,"*) ;; *) continue ;; esac
  from='period_from: { file: "_(?<period>[0-9-]+)" }'
  slices() { write "use: file, url: 'in/*.jsonl', $from" "" "tables: { rows: { $1 } }" "checkpoint: { rows: 1 }"; run; }
  open_ids() { same "$(dump | jq -r 'select(.valid_to == null) | .id' | sort | tr '\n' ' ')" "$1"; }
  for how in "mode: merge, strategy: replace_slice, slice_by: [period]" "mode: merge, strategy: replace_slice, slice_by: [period], key: [id]" \
             "mode: scd2, key: [id], close_in: [period]"; do
    project; mkdir in; printf '{"id":"a1"}\n{"id":"a2"}\n' >in/a_2025-01.jsonl; printf '{"id":"b1"}\n' >in/b_2025-01.jsonl
    printf '{"id":"c1"}\n' >in/a_2025-02.jsonl; slices "$how"
    ok "$sink: $how: all files of a period are one slice" open_ids "a1 a2 b1 c1 "
    printf '{"id":"a1"}\n' >in/a_2025-01.jsonl; slices "$how"
    ok "$sink: a file that changed does not push the others of its period aside" eval 'code 0 && open_ids "a1 b1 c1 " && says "^p +2/2"'
    rm in/b_2025-01.jsonl; slices "$how"
    ok "$sink: one that is gone takes its rows along" eval 'code 0 && open_ids "a1 c1 "'
    slices "$how"; ok "$sink: once" says "nothing changed"
    : >in/a_2025-02.jsonl; slices "$how"
    ok "$sink: an empty file empties its slice" eval 'code 0 && open_ids "a1 "'
    rm in/a_2025-01.jsonl; slices "$how"
    ok "$sink: a period of which no file is left stays as it is" eval 'code 0 && open_ids "a1 "'
  done

  project; mkdir in; two_files
  closing() { write "use: file, url: 'in/*.jsonl', optional: true" "" "tables: { rows: { mode: scd2, key: [id], absent: close } }" "checkpoint: { rows: 1 }"; run; }
  closing; ok "$sink: what is absent from one part is not absent" open_ids "a1 a2 b1 "
  : >in/a.jsonl; closing; ok "$sink: an empty part closes its rows" eval 'code 0 && open_ids "b1 "'
  : >in/b.jsonl; closing; ok "$sink: an empty source closes all" eval 'code 0 && open_ids ""'

  project; csv() { printf "$1" >in.csv; write "use: file, url: in.csv, columns: { id: text, ${3:-at: time} }" "" "$2"; run; }
  merge="mode: merge, key: [id], version_by: [at]"
  csv 'id,at\n1,2025-01-01T00:00:00Z\n' "$merge"; csv 'id,at\n1,2025-01-01T00:00:00.5Z\n' "$merge"
  ok "$sink: half a second later is later" eval 'code 0 && says "^p +1/1 +1 +0 +1 "'
  csv 'id,at\n1,2025-01-01T00:00:00Z\n' "$merge"
  ok "$sink: half a second earlier is earlier" eval 'code 0 && same "$(ledger rows_superseded)" 1'
  project; for how in "mode: replace, key: [id]" "mode: scd2, key: [id]"; do
    wipe; csv 'id,c,d\n1,x,y\n' "$how" "c: text"; csv 'id,d\n1,z\n' "$how" "d: text"
    case $how in *scd2*) keeps=x ;; *) keeps=null ;; esac
    ok "$sink: $how: of a column that is gone stays $keeps" same "$(dump | jq -r 'select(.d == "z") | .c')" "$keeps"
  done
  project; for value in 1.5 2 1.5; do
    case $value in *.*) type=decimal ;; *) type=int64 ;; esac
    csv "id,n\n1,$value\n" "mode: merge, key: [id]" "n: $type"
    ok "$sink: a number whose type changes between loads: $value" same "$(dump | jq -r .n | sed 's/^\([0-9]*\)\.0$/\1/')" "$value"
  done
done
finish sinks
