#!/bin/bash
# mistakes.sh - what people get wrong in their first hour: each mistake is told with its place and what to do, exit code 2, and
# nothing has been started: no target, no history.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
mkdir in && printf 'day,partner,amount\n2025-01-01,P01,5\n2025-01-02,P02,xx\n' >in/a.csv

told() { # NAME PLACE TEXT HELP MIDDLE...: the lines between source and sink of a pipeline; check and run both say it
  local name=$1 place=$2 text=$3 help=$4 verb; shift 4
  mkdir "$name" && ln -s ../in "$name/in"
  { printf 'pipeline: p\nsource: { use: file, url: in/*.csv }\n'; printf '%b\n' "$@"; echo 'sink: { use: sqlite, path: out/d.db, table: t }'; } >"$name/p.yaml"
  [ "$name" != rates ] || printf 'date,quote,rate\n2025-01-01,USD,1\n2025-01-02,USD,1\n' >rates/fx.csv
  for verb in check run; do
    "$TRIB" $verb "$name" >out 2>err
    [ $? -eq 2 ] && grep -qF -- " --> $name/$place" err && grep -qF -- "$text" err && grep -qF -- "= help: $help" err &&
      [ ! -e "$name/out" ] && [ ! -e "$name/.trib" ] || { echo "trib $verb $name"; cat out err; ls -A "$name"; return 1; }
  done
  [ "$(grep -c '^error' err)" -le 3 ] || { echo "one mistake, many faults"; cat err; return 1; }
}
ok "indentation" told indent p.yaml:5: "yaml.syntax" "" 'steps:\n  - map:\n     filter: amount > 1\n      drop: [day]'
ok "a tab" told tab p.yaml:4:1 "tab character" "" 'steps:\n\t- map: { filter: amount > 1 }'
ok "an unknown key" told key p.yaml:4:12 "unknown option fliter" 'did you mean "filter"?' 'steps:\n  - map: { fliter: amount > 1 }'
ok "the key of another plugin" told other p.yaml:4:12 "unknown option locale" 'options: filter' 'steps:\n  - map: { locale: de_DE }'
ok "a wrong type" told type p.yaml:3:14 "not a number of rows or a share" "Write a value" 'max_rejects: many'
ok "what an entry looks like" told entry p.yaml:4:27 "write one entry per line: - { metric_id: ..., kind: ... }" "" 'steps:\n  - normalise: { metrics: { users: 1 } }'
ok "a missing file" told gone p.yaml:4:27 "No such file" "Check the path" 'steps:\n  - normalise: { aliases: alias.csv }'
ok "a wrong header is told once, in the header" told rates fx.csv:1:1 "unknown option fx[].date" 'did you mean "rate"?' 'steps:\n  - normalise: { fx: fx.csv }'
ok "a wrong plugin" told plugin p.yaml:4:5 "no plugin is called mpa" 'did you mean "map"?' 'steps:\n  - mpa: { filter: amount > 1 }'
ok "a wrong filter" told word p.yaml:4:31 "no filter or function" 'did you mean "match"?' "steps:\n  - map: { filter: \"partner | mtach('a')\" }"
ok "a date format" told date p.yaml:4:54 "%Q is no part of a date or time" "write it like %d.%m.%Y" 'steps:\n  - map: { cast: { day: { type: date, format: "%d.%m.%Q" } } }'
ok "a date format of a column" told date2 p.yaml:3: "%Q is no part" "write it like" 'defaults: { file: { columns: { day: { type: date, format: "%Q" } } } }'
ok "a secret that is not set" told secret p.yaml:3:7 "environment variable NOPE_TOKEN is not set" "export it" 'x-a: "${env:NOPE_TOKEN}"'
ok "what a step finds when it opens" told alias p.yaml:4:37 'metric "revenue", which is not declared' "Declare it" 'steps:\n  - normalise: { aliases: [{ alias: amount, metric: revenue }] }'

# what only the data can tell: the run says where, too
column() {
  mkdir column && ln -s ../in column/in
  printf 'pipeline: p\nsource: { use: file, url: in/*.csv }\nsteps: [{ map: { rename: { amuont: x } } }]\nsink: { use: sqlite, path: out/d.db, table: t }\n' >column/p.yaml
  "$TRIB" run column >out 2>err
  [ $? -eq 2 ] && grep -qF ' --> column/p.yaml:3:28' err && grep -qF 'did you mean "amount"?' err || { cat err; return 1; }
}
cells() { # a bad cell: the part that it is in, in the error and beside the dead letter, whole in a pipe
  mkdir cells && ln -s ../in cells/in
  printf 'pipeline: p\nsource: { use: file, url: in/*.csv, columns: { amount: decimal } }\nsink: { use: sqlite, path: out/d.db, table: t }\n' >cells/p.yaml
  "$TRIB" run cells >out 2>err
  [ $? -eq 5 ] && grep -qF '1 row was rejected' err && grep -qF ' --> in/a.csv:3' err && grep -qF '"xx"' err || { cat err; return 1; }
  "$TRIB" dead-letters list cells --json | python3 -c "import json, sys; r = json.load(sys.stdin)['result']; assert [(x['part'], x['line']) for x in r] == [('in/a.csv', 3)], r" &&
    "$TRIB" runs list cells | grep -q 'nothing of this load was published$'
}
ok "a column that is not there" column
ok "a bad cell" cells
ok "a position that is not there" bash -c '"$TRIB" state reset cells nosuch --yes 2>err; [ $? -eq 2 ] && grep -q "no position is called" err'
ok "nor when it is asked for" bash -c '"$TRIB" state get cells nosuch 2>err; [ $? -eq 2 ] && grep -q "no position is called" err'
ok "an empty list is a list in JSON" bash -c '"$TRIB" state list cells --json | grep -q "\"result\":\[\]"'
finish mistakes
