#!/bin/bash
# broken.sh - one pipeline file of a project is broken: the others run when they are due and are listed, and it is said which one cannot.
. "$(dirname "$0")/../lib.sh"
command -v sqlite3 >/dev/null || skip "no sqlite3 here"
command -v python3 >/dev/null || skip "no python3 here"
unset K
now=2026-03-30T05:00:00Z
good() { # NAME [MORE]
  printf 'pipeline: %s\nschedule: { every: 1h }\nsource: { use: file, url: in.csv }\nsink: { use: sqlite, path: %s.db, table: t }\n%s' "$1" "$1" "${2:-}" >"$1.yaml"
}
project() { # FOLDER: three good ones around the one that comes as stdin
  mkdir -p "$work/$1" && cd "$work/$1" || exit 1
  printf 'a,b\n1,2\n' >in.csv
  good alpha; good s; good z
  cat >broken.yaml
}
trib() { # EXIT ARGS...
  local want=$1; shift
  "$TRIB" "$@" >out.txt 2>err.txt
  same "$?" "$want" || { cat out.txt err.txt; return 1; }
}
said() { grep -qF -- "$1" "${2:-err.txt}" || { echo "not said: $1"; cat out.txt err.txt; return 1; }; }
silent() { ! grep -q broken out.txt err.txt || { cat out.txt err.txt; return 1; }; }
ran() { local n; for n; do [ "$(sqlite3 "$n.db" 'SELECT count(*) FROM t' 2>&1)" = 1 ] || { echo "$n did not run"; return 1; }; done; }
envelope() { # COMMAND PYTHON: the envelope is e
  "$TRIB" $1 --json --now $now 2>err.txt | python3 -c "import json,sys; e=json.load(sys.stdin); assert $2, e"
}
listed() { for n; do grep -q "^$n	every 1h" out.txt || { echo "$n is not listed"; cat out.txt; return 1; }; done; }

each() { # CODE PLACE: about is set, the file is there
  code=$1 place=$2
  ok "$about: run --due says it" trib 2 run --due --now $now
  ok "$about: the others ran" ran alpha s z
  ok "$about: with code" said "$code"
  ok "$about: and place" said "$place"
  ok "$about: the summary has it" grep -qE '^(broken|odd)[^ ]* .*not run' out.txt
  ok "$about: quiet or not" eval 'rm -rf *.db .trib; trib 2 run --due --quiet --now $now && said "$code" && ran alpha s z'
  ok "$about: list" trib 2 schedule list --now $now
  ok "$about: list has the others" listed alpha s z
  ok "$about: list has it" grep -qE '^(broken|odd)[^	]*	.*faulty$' out.txt
  ok "$about: list says why" said "$place"
  ok "$about: next" eval 'trib 2 schedule next --now $now && grep -q ^s out.txt'
  ok "$about: why" eval 'trib 2 schedule why --now $now && grep -q "^s: " out.txt'
  ok "$about: run --due in JSON" envelope "run --due" "not e['ok'] and any(f['code'] == '$code' and f['file'].startswith('broken.yaml') for f in e['findings']) and sum(r['exit_code'] != 0 for r in e['result']) == 1"
  ok "$about: list in JSON" envelope "schedule list" "not e['ok'] and [f['code'] for f in e['findings']] == ['$code'] and [r['state'] for r in e['result']].count('faulty') == 1 and len(e['result']) == 4"
  ok "$about: run as a whole starts nothing" eval 'rm -rf *.db .trib; trib 2 run && [ ! -e s.db ]'
  ok "$about: but what is selected" eval 'trib 0 run --select s && ran s && [ ! -e z.db ]'
  ok "$about: check of what is selected" trib 0 check --select s
  ok "$about: check" trib 2 check
  rm -rf -- *.db .trib
  ok "$about: only what is selected may fail" trib 0 run --due --select s --now $now
  ok "$about: it ran" eval 'ran s && [ ! -e z.db ]'
  ok "$about: list --select" eval 'trib 0 schedule list --select s --now $now && listed s'
  ok "$about: list NAME" eval 'trib 0 schedule list s --now $now && listed s'
  ok "$about: why NAME" trib 0 schedule why s --now $now
}
project env <<'YAML'
pipeline: broken
schedule: { every: 1h }
source: { use: file, url: "${env:K}" }
sink: { use: sqlite, path: broken.db, table: t }
YAML
about='no such variable' each config.unset broken.yaml:3
ok "what is not selected is not said" eval 'trib 0 run --due --select s --now $now && silent'
ok "what is selected is" trib 2 run --due --select 'b*' --now $now
ok "and mended it runs" eval 'K=in.csv trib 0 run --due --now $now && ran broken'

project syntax <<'YAML'
pipeline: broken
schedule: { every: 1h }
source: { use: file, url: in.csv
sink: { use: sqlite, path: broken.db, table: t }
YAML
about='no YAML' each yaml.syntax broken.yaml:
ok "selected by the name that it seems to have" trib 2 run --due --select broken --now $now

project option <<'YAML'
pipeline: broken
schedule: { every: 1h }
source: { use: file, url: in.csv, delimitr: "," }
sink: { use: sqlite, path: broken.db, table: t }
YAML
about='an option that there is not' each config.unknown_key broken.yaml:3

project cron <<'YAML'
pipeline: broken
schedule: { cron: "30 6 * * FOO", period: day }
source: { use: file, url: in.csv }
sink: { use: sqlite, path: broken.db, table: t }
YAML
about='a schedule' each schedule.bad_cron broken.yaml:2

project name <<'YAML'
pipeline: "odd name"
schedule: { every: 1h }
source: { use: file, url: in.csv }
sink: { use: sqlite, path: broken.db, table: t }
YAML
about='a name' each config.bad_name broken.yaml:1

project rows <<'YAML'
pipeline: broken
for_each: { p: none.csv }
schedule: { every: 1h }
source: { use: file, url: in.csv }
sink: { use: sqlite, path: broken.db, table: t }
YAML
about='rows that are not there' each config.unreadable broken.yaml:2

# ---- what is broken and others that have to do with it
project after <<'YAML'
pipeline: broken
schedule: { every: 1h }
source: { use: file, url: "${env:K}" }
sink: { use: sqlite, path: broken.db, table: t }
YAML
good late $'after: broken\n'
ok "who comes after it waits" eval 'trib 2 run --due --now $now && ran alpha s z && [ ! -e late.db ] && grep -q "^late .*not run" out.txt'
ok "a file that is no YAML and has no name may be meant" eval 'printf "x: [\n# pipeline\n" >broken.yaml; rm -f late.yaml; trib 2 run --due --now $now && said broken.yaml && ran s'
ok "selected, it is a warning" eval 'trib 0 run --due --select s --now $now && said warning && said broken.yaml'
ok "the same name twice: neither runs" eval 'sed "s/in.csv/in2.csv/" s.yaml >broken.yaml; rm -rf *.db .trib; trib 2 run --due --now $now && ran alpha z && [ ! -e s.db ] && said "is also in"'

project instances <<'YAML'
pipeline: broken
for_each: { p: rows.csv }
schedule: { every: 1h }
source: { use: file, url: "${env:K_${p.id}}" }
sink: { use: sqlite, path: "${p.id}.db", table: t }
YAML
printf 'id
one
three
two
' >rows.csv
export K_one=in.csv K_two=in.csv
ok "an instance by itself" eval 'trib 2 run --due --now $now && ran alpha s z one two && said K_three && [ ! -e three.db ]'
ok "the others of it, selected" trib 0 run --due --select broken/two --now $now
ok "all of it, selected" trib 2 run --due --select broken --now $now

# ---- a pipeline by its name
project name_given <<'YAML'
pipeline: broken
source: { use: file, url: "${env:K}" }
sink: { use: sqlite, path: broken.db, table: t }
YAML
good each_of $'for_each: { p: rows.csv }\n'; sed -i 's/each_of.db/"${p.id}.db"/' each_of.yaml
printf 'id\none\ntwo\n' >rows.csv
ok "run NAME" eval 'trib 0 run s && ran s && [ ! -e z.db ]'
ok "run NAME of what is broken" eval 'trib 2 run broken && said "environment variable K"'
ok "run NAME of all instances" eval 'trib 0 run each_of && ran one two && [ ! -e z.db ]'
ok "run NAME/INSTANCE" eval 'rm -rf *.db .trib; trib 0 run each_of/two && ran two && [ ! -e one.db ]'
for verb in check plan preview discover config 'loads list' 'dead-letters list' 'state list'; do ok "$verb NAME" trib 0 $verb each_of/two; done
ok "a file has its name first" eval 'cp z.yaml s; trib 0 run s && ran z && [ ! -e s.db ]; rm s'
ok "neither" eval 'trib 2 run alhpa && said "alhpa: No such file or directory, and no pipeline of this folder has that name" && said "did you mean \"alpha\"?"'
ok "neither, a path" eval 'trib 2 run no/such.yaml && said "no/such.yaml: No such file or directory"'
ok "in an empty folder" eval 'mkdir empty && cd empty && trib 2 run s && said "s: No such file"'

# ---- a variable that holds a secret
project secret <<'YAML'
pipeline: broken
source: { use: file, url: in.csv, password: "${env:K}" }
sink: { use: sqlite, path: broken.db, table: t }
YAML
ok "a secret that is not set is said" eval 'trib 2 check broken && said "environment variable K is not set" && said "password: \"\${env:K}\""'
ok "and is not called a secret in the file" eval '! grep -q literal_secret err.txt'
finish broken
