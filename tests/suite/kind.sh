# kind.sh - what the suites of a kind share: pipelines, what a target holds, and the lint of descriptors. Sourced behind lib.sh.
#
# A suite has `rows`, one word per shipped plugin of its kind; every check is made for every row, so a new plugin is one row. A word may
# have a tail: file_zip is the plugin file in another shape. A check that a row cannot answer has its reason in without_CHECK_ROW.
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
# the programs themselves, not the scripts around them, which take longer than what is asked of them here
if [ -x "$TRIB_BUILD/.libs/trib" ]; then export TRIB=$TRIB_BUILD/.libs/trib LD_LIBRARY_PATH=$TRIB_BUILD/.libs; fi
python=$(python3 -c 'import sys; print(sys.executable)')
python3() { "$python" -S "$@"; }
n=0
project() { n=$((n + 1)); d=$work/$n; mkdir -p "$d"; cd "$d" || exit 1; export SCHEMA=s$n; }      # a fresh folder, and schema of a database
run() { "$TRIB" run "${1:-p.yaml}" "${@:2}" >out.txt 2>err; code=$?; }
trib() { "$TRIB" "$@" >out.txt 2>err; code=$?; }
code() { same "$code" "$1" || { cat out.txt err; return 1; }; }
says() { grep -qE -- "$1" err out.txt || { cat out.txt err; return 1; }; }
listing() { find "${@:-.}" -type f -not -name err -not -name out.txt | sort | xargs -d '\n' sha256sum; }

# write SOURCE STEPS SINK-OPTIONS TOP >p.yaml, with the sink of $options; feed: the same with the source of tests
write() {
  cat >"${to:-p.yaml}" <<Y
pipeline: p
${4:-}
source: { $1 }
steps: [ ${2:-} ]
sink: { $options${3:+, $3} }
Y
}
feed() { write "use: feed, $1" "${@:2}"; }

# rows of a table as JSON lines of texts, in the order in which they arrived; null is null, a bool true or false
dump_sqlite() {
  python3 - "$1" <<'P'
import json, sqlite3, sys
db = sqlite3.connect('file:out.db?mode=rw', uri=True)
try: cur = db.execute(f'SELECT * FROM "{sys.argv[1]}"')
except sqlite3.OperationalError: sys.exit(0)
names = [c[0] for c in cur.description]
for row in cur:
    r = {n: v for n, v in zip(names, row) if not n.startswith('_')}
    for n in [n for n in r if n.endswith('_dec')]: r[n[:-4]] = r.pop(n)      # the exact text of a decimal
    if r.get('b') is not None: r['b'] = 'true' if r['b'] else 'false'
    print(json.dumps({n: None if v is None else str(v) for n, v in sorted(r.items()) if v is not None or n in ('s', 'd')}))
P
}
dump() { [ ! -e out.db ] || dump_sqlite "${1:-rows}"; }
count() { same "$(dump | wc -l)" "$1" || { cat err; return 1; }; }
once() { same "$(dump | wc -l) $(dump | jq -r .id | sort -u | wc -l)" "$1 $1"; }     # none lost, none twice
ledger() { "$TRIB" loads list p.yaml --json | jq -r "[.result[]? | select(.outcome == \"committed\") | .$1] | add // 0"; }
letters() { "$TRIB" dead-letters list p.yaml --json | jq -r '[.result[]?] | length'; }

values() { # the edges of every type, as JSON lines, and the dump that they must give
  cat >in.jsonl <<'J'
{"id":1,"i":9223372036854775807,"d":99999999999999999999999999999.999999999,"s":"😀 \"q\", 'x';\r\nline","ts":"1969-12-31T23:59:59.999999Z","day":"1899-12-31","b":true}
{"id":2,"i":-9223372036854775808,"d":-99999999999999999999999999999.999999999,"s":"","ts":"2025-06-30T12:34:56.123456Z","day":"1969-07-20","b":false}
{"id":3,"i":null,"d":null,"s":null,"ts":null,"day":null,"b":null}
{"id":4,"i":0,"d":0.000000001,"s":"tilde","ts":"2025-06-30T00:00:00Z","day":"2000-02-29","b":true}
J
  cat >want <<'J'
{"b":"true","d":"99999999999999999999999999999.999999999","day":"1899-12-31","i":"9223372036854775807","id":"1","s":"😀 \"q\", 'x';\r\nline","ts":"1969-12-31T23:59:59.999999Z"}
{"b":"false","d":"-99999999999999999999999999999.999999999","day":"1969-07-20","i":"-9223372036854775808","id":"2","s":"","ts":"2025-06-30T12:34:56.123456Z"}
{"d":null,"id":"3","s":null}
{"b":"true","d":"0.000000001","day":"2000-02-29","i":"0","id":"4","s":"tilde","ts":"2025-06-30T00:00:00Z"}
J
}
types="id: int64, i: int64, d: { type: decimal, precision: 38, scale: 9 }, s: text, ts: time, day: date, b: bool"
typed="use: file, url: in.jsonl, columns: { $types }"
exact() { # the values came out as they went in, beside whatever else there is
  same "$(dump | jq -cS '{id, i, d, s, ts, day, b} | with_entries(select(.value != null or .key == "s" or .key == "d"))' | sort)" "$(jq -cS . want | sort)"
}

# can CHECK ROW: whether the row answers it
can() {
  local why=without_$1_$2
  [ -n "${!why:-}" ] || return 0
  echo "no $1 for $2: ${!why}"; return 1
}
refused() { # CODE: exit 2 before anything starts, with the place and a caret
  code 2 && says "error\\[$1\\]" && says '^ --> .*p\.yaml:[0-9]+:[0-9]+$' && says '^ *\| +\^$' && same "$(dump | wc -l)" 0 || { cat err; return 1; }
}
# elsewhere COMMAND...: in a zone with odd minutes, in a locale with a decimal comma (made here where that can be)
elsewhere() {
  [ -e "$work/locale" ] || { mkdir "$work/locale"; localedef -i de_DE -f UTF-8 "$work/locale/de_DE.UTF-8" >/dev/null 2>&1; }
  TZ=Asia/Kathmandu LOCPATH=$work/locale LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 "$@"
}
measured() { [ -x /usr/bin/time ] && ! grep -q 'enable_sanitizers=.yes\|fsanitize' "$TRIB_BUILD/config.log"; }
rss() { /usr/bin/time -f %M -o rss "$TRIB" run p.yaml >out.txt 2>err; code=$?; rss=$(tail -1 rss); }      # KiB
balanced() { # runs; every row that was read is written, left out by a step that counted it, or a dead letter
  "$TRIB" run p.yaml --json >out.txt 2>err; code=$?
  same "$(jq '.result[0] | .rows_read + ([.steps[] | .created - .filtered - .deduplicated - .aggregated] | add // 0) - .rows_rejected' out.txt)" \
       "$(jq '.result[0] | [.tables[] | .rows] | add // 0' out.txt)"
}

every_plugin_has_a_row() { # KIND ROW...
  local kind=$1 name missing=; shift
  for name in $(TRIB_PLUGIN_PATH=${TRIB_PLUGIN_PATH#*:} "$TRIB" plugins --json | jq -r '.result[] | select(.kind == "'"$kind"'") | .plugin'); do
    case " $* " in *" $name "*) ;; *) missing="$missing $name" ;; esac
  done
  [ -z "$missing" ] || { echo "no row for:$missing"; return 1; }
}
lint() { "$TRIB" test "$1" -k descriptor; }     # PLUGIN: its tables, by core/test/conform_all.c
