#!/bin/bash
# quickstart.sh - the example's golden numbers (scenarios S02, S03, S13), a second run, runs that are killed, and the proof
# that the check can fail: rules whose targets are permuted.
. "$(dirname "$0")/../lib.sh"
export TRIB_NOW=2025-06-02T06:30:00Z
here=$TRIB_SRC/tests/cases/quickstart

. "$here/example.inc"

run() { # FOLDER
  "$TRIB" run "$1" >"$1/run.out" 2>&1
}
numbers() { # FOLDER: what expected.txt holds
  sqlite3 -readonly "$1/out/metrics.db" <"$here/numbers.sql" 2>&1
  # each automatic move and each item for review is right: the truth is known to the generator alone
  { echo "create table truth(ticket_id text primary key, category text);"; echo ".mode csv"; echo ".import $work/truth.csv truth"; echo ".mode list"
    echo "attach '$1/out/metrics.db' as m;"
    echo "select 'moves that are wrong', count(*) from m.ticket_category c join truth t using (ticket_id) where c.assigned_by = 'rule' and c.category_id <> t.category;"
    echo "select 'proposals that are wrong', count(*) from m.review_item r join truth t using (ticket_id) where r.proposed <> t.category;"
  } | sqlite3 :memory: 2>&1
}
golden() { numbers "$1" | diff "$here/expected.txt" -; }
fails() { ! "$@"; }

# ---- the input is what the committed generator writes, and small
python3 -B "$TRIB_SRC/examples/quickstart/generate.py" "$work/made" --truth "$work/truth.csv" || exit 1
same_input() {
  python3 - "$TRIB_SRC/examples/quickstart/in" "$work/made/in" <<'PY'
import os, sys, zipfile
a, b = sys.argv[1:]
def content(path):
    if not path.endswith(".zip"):
        return open(path, "rb").read()
    with zipfile.ZipFile(path) as z:
        return [(i.filename, i.date_time, z.read(i)) for i in z.infolist()]
assert sorted(os.listdir(a)) == sorted(os.listdir(b)), "other files"
for name in os.listdir(a):
    assert content(os.path.join(a, name)) == content(os.path.join(b, name)), name + " is not what generate.py writes"
assert sum(os.path.getsize(os.path.join(a, n)) for n in os.listdir(a)) < 500000, "too large"
PY
}
phrasings() {
  (cd "$TRIB_SRC/examples/quickstart" && python3 -B -c '
import phrasings as p
lines = [l for k, v in vars(p).items() if k.isupper() and isinstance(v, str) for l in v.split("\n") if l.strip()]
assert len(set(lines)) == len(lines) >= 200, (len(set(lines)), len(lines))')
}
ok "in/ is what generate.py writes" same_input
ok "at least 200 phrasings" phrasings

# ---- the numbers
example "$work/a"
ok "run" run "$work/a"
ok "golden numbers" golden "$work/a"
cp -r "$work/a" "$work/then"
sqlite3 "$work/then/out/metrics.db" "update asof set at = '2025-06-01T00:00:00Z'"
ok "as of the day before: the source's labels" same "$(q "$work/then" "select complaints_now, printf('%.2f', per_1k_now) from v_complaints_before_after")" "1000|4.00"
next=$(sed -n '$s/^next: //p' "$work/a/run.out")
ok "the summary ends with the next command, which works" eval 'bash -c "$next" | tr -d " " | grep -qE "1000.*4.*1.8"'

# ---- again
canonical "$work/a" >"$work/first"
ok "the dump holds rows" test "$(wc -l <"$work/first")" -gt 3000
ok "a second run" run "$work/a"
ok "says that nothing changed" grep -qiE 'nothing (new|changed|to do)|no change|up to date' "$work/a/run.out"
canonical "$work/a" >"$work/second"
ok "changes nothing" cmp "$work/first" "$work/second"
ok "all of it read again, a week later" env TRIB_NOW=2025-06-09T06:30:00Z "$TRIB" run --full-refresh "$work/a"
canonical "$work/a" >"$work/third"
ok "changes nothing either" cmp "$work/first" "$work/third"

# ---- killed, and run again
example "$work/k"
killed=0
for pause in 0.01 0.02 0.03 0.05 0.08 0.12 0.2; do
  "$TRIB" run "$work/k" >/dev/null 2>&1 &
  sleep $pause
  kill -9 $! 2>/dev/null && killed=$((killed + 1))
  wait $! 2>/dev/null
done
ok "some runs were killed" test $killed -ge 2
ok "the run after them" run "$work/k"
canonical "$work/k" >"$work/after"
ok "leaves the same dump" cmp "$work/first" "$work/after"

# ---- the check can fail: rules that say something else
permuted() { # FOLDER CATEGORY...: each category of the rules becomes the next one
  example "$1"
  python3 - "$@" <<'PY'
import sys
folder, cycle = sys.argv[1], sys.argv[2:]
path = folder + "/rules.yaml"
lines = open(path, encoding="utf-8").read().split("\n")
head = "  category: "
for i, line in enumerate(lines):
    if line.startswith(head) and line[len(head):] in cycle:
        lines[i] = head + cycle[(cycle.index(line[len(head):]) + 1) % len(cycle)]
open(path, "w", encoding="utf-8").write("\n".join(lines))
PY
  run "$1"
}
ok "permuted: all targets" permuted "$work/p1" how_to billing_question sales_inquiry compliment duplicate complaint
ok "permuted: all targets, the check fails" fails golden "$work/p1"
ok "permuted: two targets, the totals stay" permuted "$work/p2" how_to billing_question
ok "permuted: two targets, the check fails" fails golden "$work/p2"

finish quickstart
