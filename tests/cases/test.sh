#!/bin/bash
# test.sh - trib test of pipelines: what passes, what fails and how it is shown, the outputs, that nothing is left behind.
. "$(dirname "$0")/../lib.sh"
export TMPDIR=$work/tmp; mkdir "$TMPDIR"
code() { # CODE ARGUMENTS...
  local want=$1 got; shift
  (cd "$work/p" && "$TRIB" test "$@") >"$work/out" 2>"$work/err"; got=$?
  [ $got -eq "$want" ] || { echo "exit code $got, not $want: trib test $*"; cat "$work/out" "$work/err"; return 1; }
}
says() { local f; for f in "$@"; do grep -qF -- "$f" "$work/out" "$work/err" || { echo "not said: $f"; cat "$work/out" "$work/err"; return 1; }; done; }
write() { cat >"$work/p/tests/t.yaml"; }      # the tests of p

"$TRIB" init "$work/new" >/dev/null
before=$(cd "$work/new" && find . | sort | sha256sum)
ok "a new project has tests that pass" eval 'cp -r "$work/new" "$work/p" && code 0 && says "2 passed; 0 failed"'
ok "and is as it was" same "$(cd "$work/p" && find . | sort | sha256sum)" "$before"
ok "nothing is left in TMPDIR" same "$(ls -A "$TMPDIR")" ""
rm -rf "$work/p"; mkdir -p "$work/p/tests"

cat >"$work/p/ref.csv" <<'Y'
code,name
P01,Ana
Y
cat >"$work/p/p.yaml" <<'Y'
pipeline: p
source: { use: file, url: 'in/${env:FROM}*.csv', delimiter: ";", columns: { day: date, who: text, amount: { type: decimal, scale: 2 }, at: time, n: int64, is: bool } }
steps:
  - lookup: { path: ref.csv, key: { who: code }, take: { name: name }, on_miss: "null" }
  - check: { rows: [ { require: amount >= 0, action: reject } ], figures: [ { name: total, measure: rows, min: 1, action: warn } ] }
max_rejects: 1
sink: { use: files, path: out, table: sums, mode: append }
Y
printf 'pipeline: other\nsource: { use: file, url: x.csv }\nsink: { use: sqlite, path: "${env:NOT_SET}", table: t }\n' >"$work/p/other.yaml"
write <<'Y'
tests:
  - name: rows
    pipeline: p
    env: { FROM: a }
    given: { rows: [ { day: 2025-01-31, who: P01, amount: 1.50, at: 2025-01-31T12:00:00+01:00, n: 9223372036854775807, is: true }, { who: P02, amount: 2 } ] }
    expect:
      read: 2
      tables:
        sums:
          types: { day: date, amount: decimal, at: time, n: int64, is: bool, name: text }
          csv: |
            day,who,amount,at,n,is,name
            2025-01-31,P01,1.5,2025-01-31T11:00:00Z,9223372036854775807,true,Ana
            ,P02,2.00,,,,
  - name: files go through the source's own format
    pipeline: p
    env: { FROM: a }
    given:
      files:
        a.csv: "day;who;amount;at;n;is\n2025-01-31;P01;1,5;;;\n"
        b.csv: "day;who;amount;at;n;is\n2025-01-31;P01;-3;;;\n"
    set: { source.locale: de }
    expect:
      tables: { sums: { count: 1, rows: [ { amount: 1.5 } ] } }
      dead: [ { stage: check, code: check.not_so, part: b.csv } ]
      figures: [ { name: total, verdict: passed } ]
  - name: before
    pipeline: p
    env: { FROM: a }
    before: { files: { a.csv: "day;who;amount;at;n;is\n2025-01-31;P01;1;;;\n" } }
    given: { files: { b.csv: "day;who;amount;at;n;is\n2025-01-31;P01;2;;;\n" } }
    expect: { read: 1, tables: { sums: { key: [who], rows: [ { amount: 2 }, { amount: 1 } ] } } }
  - { name: an error, pipeline: p, env: { FROM: a }, set: { source.skip: -1 }, expect: { error: config.bad_value, says: skip } }
Y
ok "types, files, dead letters, figures, earlier loads, errors" eval 'code 0 && says "4 passed"'
ok "a filter by text" eval 'code 0 -k before && says "1 passed; 0 failed; 0 skipped; 3 filtered out"'
ok "one file" code 0 tests/t.yaml
ok "nothing is written in the project" same "$(ls -A "$work/p" | tr '\n' ' ')" "other.yaml p.yaml ref.csv tests "

write <<'Y'
tests:
  - name: wrong
    pipeline: p
    env: { FROM: a }
    given: { rows: [ { who: P01, amount: 1.50 }, { who: P02, amount: 2 }, { who: P03, amount: -1 } ] }
    expect:
      tables:
        sums:
          - { who: P01, amount: 1.50, name: Ana }
          - { who: P02, amount: 2.01, name: null }
          - { who: P09, amount: 9, name: null }
      figures: [ { name: total, verdict: failed } ]
  - { name: fails, pipeline: p, env: { FROM: a }, given: { files: { a.csv: "nonsense\n" } } }
  - { name: no such table, pipeline: p, env: { FROM: a }, given: { rows: [] }, expect: { tables: { sum: [ { a: 1 } ] } } }
  - { name: no such column, pipeline: p, env: { FROM: a }, given: { rows: [ { who: P01, amount: 1 } ] }, expect: { tables: { sums: [ { amuont: 1 } ] } } }
  - { name: type, pipeline: p, env: { FROM: a }, given: { rows: [ { who: P01, amount: 1 } ] }, expect: { tables: { sums: { types: { amount: text } } } } }
  - { name: no pipeline, pipeline: q }
  - { name: unset, pipeline: p }
Y
ok "failures: exit code 1" code 1 --junit "$work/j.xml"
ok "each with its place and cell" says '>2.01<' '>2<' 'tests/t.yaml:10' 'P09' 'it is not there' 'tests/t.yaml:11' 'tests/t.yaml:12: no figure is like this' 'expected no dead letters, got 1'
ok "a run that fails" says 'the run fails' 'error[csv.'
ok "names that are not there" says 'writes no table sum' 'has no column amuont; it has' 'column amount is decimal, not text' 'there is no pipeline "q"' 'error[config.unset]'
ok "the sum" says '0 passed; 7 failed'
ok "JUnit" python3 -c "import sys, xml.etree.ElementTree as x; r = x.parse(sys.argv[1]).getroot()[0]; assert r.get('failures') == '7' and len(r) == 7 and '2.01' in r[0][0].text" "$work/j.xml"
ok "TAP" eval 'code 1 --tap && same "$(grep -c "^not ok" "$work/out")" 7 && says "TAP version 13" "1..7"'
ok "JSON" eval 'code 1 --json && jq -e ".summary.failed == 7 and (.result[0].outcome == \"failed\") and (.result[0].line == 2)" "$work/out"'
printf 'tests:\n  - { nam: x, expcet: {} }\n' | write
ok "a key that is not known: exit code 2, with its place" eval 'code 2 && says "tests/t.yaml:2" "unknown option nam" "did you mean"'
printf 'tests:\n  - { name: x, pipeline: p, env: { FROM: a }, given: { rosw: [] } }\n' | write
ok "also deep inside" eval 'code 1 && says "unknown option rosw"'
rm -r "$work/p/tests"
ok "no tests: exit code 2" eval 'code 2 && says "no tests in ."'
ok "nothing is left in TMPDIR at the end" same "$(ls -A "$TMPDIR")" ""
finish test
