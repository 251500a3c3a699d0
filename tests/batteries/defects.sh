#!/bin/bash
# defects.sh [DEFECT...] - controls: do the batteries see what they are for? Each defect is one mutation of a sink's source, built as a
# plugin that comes first in the search. A battery that stays green under it is a failure here. Prints "defects TRIALS FAILURES".
[ -w /dev/shm ] && df /dev/shm 2>/dev/null | grep -q tmpfs && export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null || skip "ptrace is not allowed here"
umask 022
san=; grep -q 'enable_sanitizers=.yes' "$TRIB_BUILD/config.log" && san='-fsanitize=address,undefined'

# mutate DEFECT SINK FILE FROM TO: FROM (a line, without its blanks) must be there exactly once
mutate() {
  rm -rf "$work/$1"; mkdir -p "$work/$1"; cp "$TRIB_SRC/sinks/$2"/* "$work/$1/"
  python3 - "$work/$1/$3" "$4" "$5" <<'P' || exit 1
import sys
name, old, new = sys.argv[1:]
text = open(name).read()
if text.count(old) != 1: sys.exit(f'{name}: {text.count(old)} places for the mutation, not 1: the source has changed, correct tests/batteries/defects.sh')
open(name, 'w').write(text.replace(old, new))
P
  "${CC:-gcc}" $san -std=gnu17 -D_GNU_SOURCE -O1 -fPIC -shared -I "$TRIB_SRC/include" -o "$work/$1/$2.so" "$work/$1"/*.c \
    -L "$TRIB_BUILD/.libs" -ltributary -lsqlite3 -ljansson || exit 1
}
# red BATTERY... : it ran, and it failed
red() {
  local last
  last=$("$@" 2>&1 | tail -1)
  [[ $last =~ ^[a-z-]+\ [0-9]+\ [1-9][0-9]*$ ]] || { echo "the battery did not see it: $last"; return 1; }
}
kill_() { KILL_STOP=1 "$TRIB_SRC/tests/batteries/kill.sh" "$1" "$work/$2"; }

# Two runs at once: the older one must change nothing.
fence() { # SINK FOLDER
  (
    export TRIB_PLUGIN_PATH="$2:$TRIB_PLUGIN_PATH" TRIB_WORKERS=1
    mkdir -p "$work/fence"; cd "$work/fence"; rm -rf ./* .trib
    case $1 in sqlite) sink="use: sqlite, path: out.db, mode: merge, key: [id]" ;; files) sink="use: files, path: out" ;; esac
    printf 'pipeline: p\nsource: { use: feed, rows: 20, slow_ms: 100, log: %s }\nsink: { %s }\n' "$PWD/log" "$sink" >old.yaml
    printf 'pipeline: p\nsource: { use: feed, rows: 20 }\nsink: { %s }\n' "$sink" >new.yaml
    "$TRIB" run old.yaml >/dev/null 2>&1 & old=$!
    for _ in $(seq 200); do grep -q ^open log 2>/dev/null && break; sleep 0.02; done
    "$TRIB" run new.yaml >/dev/null 2>&1; new=$?
    wait $old; stale=$?
    [ $new = 0 ] && [ $stale = 6 ] && echo "fence-$1 1 0" || echo "fence-$1 1 1"
  )
}
green() { local last; last=$("$@" | tail -1); [[ $last == *" 0" ]] || { echo "red without a defect: $last"; return 1; }; }

want() { [ ${#only[@]} = 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }
only=("$@")

if want sqlite-data-first; then   # rows in a transaction of their own, then the states
  mutate sqlite-data-first sqlite sqlite.c '		rc = trib_ledger(t, &ledger);' '		rc = lite_commit(t, s);
	if (rc == TRIB_OK)
		rc = lite_enter(t, s);
	if (rc == TRIB_OK)
		rc = trib_ledger(t, &ledger);'
  ok "sqlite: rows committed before their state" red kill_ sqlite sqlite-data-first
  ok "quickstart: rows committed before their state" red kill_ quickstart sqlite-data-first
fi
if want sqlite-state-first; then   # the states are committed when the rows are still in the staging table
  mutate sqlite-state-first sqlite sqlite.c '		rc = lite_apply(t, s, c);' '		rc = lite_store(t, s, c, &ledger);
	if (rc == TRIB_OK)
		rc = lite_commit(t, s);
	if (rc == TRIB_OK)
		rc = lite_enter(t, s);
	if (rc == TRIB_OK && c->outcome == TRIB_OK)
		rc = lite_apply(t, s, c);'
  ok "sqlite: a state committed before its rows" red kill_ sqlite sqlite-state-first
  ok "quickstart: a state committed before its rows" red kill_ quickstart sqlite-state-first
fi
# The manifest is saved twice; the first one lacks NAME.
twice() { # DEFECT NAME
  mutate "$1" files commit.c '		rc = store(t, s, stream, c, dead);' '		json_t *was = json_deep_copy(json_object_get(stream, "'"$2"'")), *now;
		rc = store(t, s, stream, c, dead);
		now = json_incref(json_object_get(stream, "'"$2"'"));
		json_object_set_new(stream, "'"$2"'", was);
		if (rc == TRIB_OK)
			rc = files_manifest_save(t, s, m);
		json_object_set_new(stream, "'"$2"'", now);'
}
if want files-data-first; then
  twice files-data-first states
  ok "files: rows committed before their state" red kill_ files files-data-first
fi
if want files-state-first; then
  twice files-state-first files
  ok "files: a state committed before its rows" red kill_ files files-state-first
fi
if want fence; then
  for sink in sqlite files; do
    mkdir -p "$work/none"; ok "$sink: a stale run is fenced" green fence $sink "$work/none"
  done
  mutate sqlite-unfenced sqlite checkpoint.c 'sqlite3_changes64(s->db) != 1' 'sqlite3_changes64(s->db) > 1'
  ok "sqlite: a fence that is not looked at" red fence sqlite "$work/sqlite-unfenced"
  mutate files-unfenced files commit.c 'if (now == s->load->epoch)' 'if (now >= s->load->epoch)'
  ok "files: a fence that is not looked at" red fence files "$work/files-unfenced"
fi
finish defects
