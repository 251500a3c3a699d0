#!/bin/bash
# kill.sh WHAT [PLUGIN_FOLDER] - kill by syscall index (docs/delivery.md): the run is killed at the N-th call of every write-class
# syscall, for every N, then run again under the same TRIB_NOW; the canonical dump must be that of an undisturbed run.
# WHAT: a small pipeline into the sink sqlite, files or postgres (whose calls are what is sent to the server), or the quickstart. Prints "kill-WHAT TRIALS FAILURES"; fewer than 100 points is a
# failure. PLUGIN_FOLDER comes first in the search: defects, for which KILL_STOP=1 ends the battery at its first failure.
# The quickstart has some 750 points: KILL_POINTS=all takes all of them, else those where something becomes final and a spread of the rest.
[ -w /dev/shm ] && df /dev/shm 2>/dev/null | grep -q tmpfs && export TMPDIR=/dev/shm   # kill -9 keeps the page cache: no disk is needed
. "$(dirname "$0")/../lib.sh"
sink=$1
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
command -v strace >/dev/null || { [ -n "${CI:-}" ] && { echo "kill-$sink 0 1: strace is missing"; exit 1; }; skip "strace is missing"; }
strace -o /dev/null true 2>/dev/null || { [ -n "${CI:-}" ] && { echo "kill-$sink 0 1: ptrace is not allowed"; exit 1; }; skip "ptrace is not allowed here"; }
[ -z "${2:-}" ] || export TRIB_PLUGIN_PATH="$2:$TRIB_PLUGIN_PATH"
export TRIB_NOW=2025-02-02T00:00:00Z TRIB_WORKERS=1 ASAN_OPTIONS=detect_leaks=0
exe=$TRIB_BUILD/.libs/trib; [ -x "$exe" ] || exe=$TRIB
export LD_LIBRARY_PATH="$TRIB_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
calls="write pwrite64 writev fsync fdatasync ftruncate rename renameat renameat2 unlink unlinkat linkat mkdir openat fallocate"

case $sink in
sqlite) options="use: sqlite, path: out.db, tables: { rows: { mode: merge, key: [id] }, audit: { mode: append } }"
  dump() { sqlite3 out.db 'SELECT id, part, times FROM "rows" ORDER BY 1; SELECT id, was FROM audit ORDER BY 1, 2; SELECT part FROM _trib_state ORDER BY 1;
    SELECT sum(rows_inserted), sum(rows_updated), sum(rows_unchanged) FROM _trib_loads; SELECT name FROM sqlite_master WHERE type = '"'table'"' ORDER BY 1; PRAGMA integrity_check'; } ;;
files) options="use: files, path: out, format: csv"
  dump() { python3 - <<'P'
import json, os, csv
m = json.load(open('out/manifest.json'))
def walk(x):
    if isinstance(x, dict):
        for v in x.values(): yield from walk(v)
    elif isinstance(x, list):
        for v in x: yield from walk(v)
    elif isinstance(x, str) and x.endswith('.csv'): yield x
named = sorted(set(walk(m)))
tables = {}
for f in named:
    p = f if os.path.exists(f) else os.path.join('out', f)
    rows = list(csv.reader(open(p, newline='')))
    tables.setdefault(os.path.basename(os.path.dirname(p)), []).extend(rows[1:])
for t in sorted(tables):
    print(t, *sorted(map(tuple, tables[t])), sep='\n')
seen = sorted(os.path.join(d, f) for d, _, fs in os.walk('out') for f in fs if f.endswith('.csv') and not f.startswith('.'))
assert [os.path.normpath(s) for s in seen] == sorted(os.path.normpath(f if os.path.exists(f) else os.path.join('out', f)) for f in named), (seen, named)
P
  } ;;
postgres) . "$TRIB_SRC/tests/postgres.inc"
  pg_start log_min_messages=panic || { echo "kill-postgres 1 1: the server does not start"; exit 1; }
  calls="sendto connect" parts=6 checkpoint=24
  options="use: postgres, url: '\${env:PG}', schema: k, tables: { rows: { mode: merge, key: [id] }, audit: { mode: append } }"
  dump() { sql 'SELECT id, part, times FROM k.rows ORDER BY 1; SELECT id, was FROM k.audit ORDER BY 1, 2; SELECT part FROM k._trib_state ORDER BY 1;
    SELECT sum(rows_inserted), sum(rows_updated), sum(rows_unchanged) FROM k._trib_loads; SELECT relname FROM pg_class WHERE relnamespace = '"'k'"'::regnamespace ORDER BY 1'; } ;;
quickstart) . "$TRIB_SRC/tests/cases/quickstart/example.inc"; export TRIB_NOW=2025-06-02T06:30:00Z
  dump() { canonical q; q q "SELECT pipeline, part, state FROM _trib_state ORDER BY 1, 2;
    SELECT pipeline, outcome, sum(rows_read), sum(rows_inserted), sum(rows_updated), sum(rows_unchanged), sum(rows_superseded), sum(rows_rejected) FROM _trib_loads GROUP BY 1, 2;
    SELECT name FROM sqlite_master ORDER BY 1; PRAGMA integrity_check"; ls -A q/out q/.trib; } ;;
*) echo "nothing to kill: $sink"; exit 2 ;;
esac

fresh() {
  rm -rf "$work/run"; mkdir "$work/run"; cd "$work/run" || exit 1
  [ "$sink" != postgres ] || sql 'SET client_min_messages = error; DROP SCHEMA IF EXISTS k CASCADE' >/dev/null
  [ "$sink" != quickstart ] || { example q; return; }
  cat >p.yaml <<Y
pipeline: p
source: { use: feed, rows: 12, parts: ${parts:-4}, batch: 5 }
steps: [ bend: { audit: true } ]
sink: { $options }
checkpoint: { rows: ${checkpoint:-40} }
Y
}
what=p.yaml; [ "$sink" != quickstart ] || what=q
go() { "$exe" run $what >out.txt 2>&1; }

# CALL N of each point, from a trace with the paths behind descriptors. Counters of strace are per thread; the sink's side is the main one.
points() { # TRACE
  python3 - "$1" "$sink" "$work/run/" "${KILL_POINTS:-140}" <<'P'
import re, sys
trace, sink, folder, wanted = sys.argv[1:]
lines = open(trace, errors='replace').read().splitlines()
main = lines[0].split()[0]
count, points, final = {}, [], []
for line in lines:
    m = re.match(main + r' +(\w+)\((.*)', line)
    if not m:
        continue
    call, rest = m.groups()
    n = count[call] = count.get(call, 0) + 1
    # The state before a call that leaves nothing in the folder (a temporary file, a folder that exists) is the one before the next that does.
    if sink == 'quickstart' and (folder not in rest or ' = -1 ' in rest or call == 'openat' and 'O_CREAT' not in rest):
        continue
    if 'sync' in call and points and 'write' in points[-1][0]:
        final.append(len(points) - 1)     # the last write of a commit
    if not re.match('p?write|openat', call):
        final.append(len(points))
    points.append((call, n))
if sink == 'quickstart' and wanted != 'all':
    others = sorted(set(range(len(points))) - set(final))
    some = max(int(wanted) - len(set(final)), 0)
    final += [others[i * len(others) // some] for i in range(some)]
    points = [points[i] for i in sorted(set(final))]
for call, n in points:
    print(call, n)
P
}

fresh; go || { cat out.txt; echo "kill-$sink 1 1: the undisturbed run fails"; exit 1; }
want=$(dump) || { echo "kill-$sink 1 1: no dump"; exit 1; }
go; same "$(dump)" "$want" >/dev/null || { echo "kill-$sink 1 1: a second run changes the target"; exit 1; }

fresh; strace -f -y -o "$work/calls" -e trace="$(echo $calls | tr ' ' ',')" "$exe" run $what >/dev/null 2>&1
points "$work/calls" >"$work/points" || exit 1
while read -r call n; do
  [ -z "${KILL_STOP:-}" ] || [ $failures -eq 0 ] || finish "kill-$sink"
  fresh; trials=$((trials + 1))
  # Only the main thread is traced, its calls were counted; strace injects into traced calls only. A run that ends well was not killed:
  # no trial, a failure.
  if { strace -o /dev/null -e trace="$call" -e inject="$call:signal=SIGKILL:when=$n" "$exe" run $what >/dev/null 2>&1 </dev/null; } 2>/dev/null; then
    failures=$((failures + 1)); echo "not ok: $call $n: the run was not killed"; continue
  fi
  if ! go </dev/null; then
    failures=$((failures + 1)); echo "not ok: $call $n: the next run fails: $(grep -m1 error out.txt)"
  elif got=$(dump) && [ "$got" = "$want" ]; then :; else
    failures=$((failures + 1)); echo "not ok: $call $n: the target differs: $(diff <(echo "$want") <(echo "$got") | head -3 | tr '\n' ' ')"
  fi
done <"$work/points"
[ $trials -ge 100 ] || { echo "not ok: only $trials points"; failures=$((failures + 1)); }
finish "kill-$sink"
