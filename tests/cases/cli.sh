#!/bin/bash
# cli.sh - the grammar of the command line, exit codes, the form of errors, the envelope; and the verbs that need no run.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1

code() { # CODE COMMAND...
  local want=$1 got; shift
  "$@" >"$work/out" 2>"$work/err"; got=$?
  [ $got -eq "$want" ] || { echo "exit code $got, not $want: $*"; cat "$work/out" "$work/err"; return 1; }
}
says() { # CODE TEXT COMMAND...: the text is in what it says on stderr
  local want=$1 text=$2; shift 2
  code "$want" "$@" && { grep -qF -- "$text" "$work/err" || { echo "not said: $text"; cat "$work/err"; return 1; }; }
}
answers() { # CODE TEXT COMMAND...: the same on stdout
  local want=$1 text=$2; shift 2
  code "$want" "$@" && { grep -qF -- "$text" "$work/out" || { echo "not answered: $text"; cat "$work/out"; return 1; }; }
}
json() { # CODE PYTHON COMMAND...: one object on stdout, nothing on stderr, and the expression over it is true
  local want=$1 expression=$2; shift 2
  code "$want" "$@" && [ ! -s "$work/err" ] && python3 -c "
import json, sys
e = json.load(open(sys.argv[1]))
assert e['v'] == 1 and set(e) == {'v', 'command', 'ok', 'summary', 'result', 'findings', 'error'}, e
assert $expression, e" "$work/out"
}
pipeline() { # NAME MORE...
  printf 'pipeline: %s\nsource: { use: file, url: in.csv }\nsink: { use: sqlite, path: out.db, table: t }\n' "$1"; shift
  [ $# -eq 0 ] || printf '%s\n' "$@"
}

# grammar
ok "no command is a usage error" says 2 "Usage: trib VERB" "$TRIB"
ok "help" answers 0 "Usage: trib VERB" "$TRIB" --help
ok "help of a verb begins with examples" answers 0 "  trib check examples/quickstart" "$TRIB" help check
ok "--help behind a verb" answers 0 "Usage: trib check" "$TRIB" check --help
ok "version" answers 0 "tributary " "$TRIB" --version
ok "a mistyped verb" says 2 'did you mean "trib check"?' "$TRIB" chekc
ok "a mistyped verb of a noun" says 2 'trib state list, get' "$TRIB" state lst
ok "a noun without a verb lists" says 2 "no pipeline is in this folder" "$TRIB" state
ok "a mistyped flag" says 2 "did you mean --strict?" "$TRIB" check --stritc
ok "a flag without its value" says 2 "--set needs a value" "$TRIB" check --set
ok "--set without =" says 2 "not KEY=VALUE" "$TRIB" check --set x
ok "too many arguments" says 2 "too many arguments" "$TRIB" explain a b
ok "global flags stand anywhere" json 0 "e['command'] == 'explain'" "$TRIB" --json explain yaml.syntax
ok "global flags stand at the end" json 0 "e['result']['exit'] == 2" "$TRIB" explain yaml.syntax --json
ok "letters can be joined" code 0 "$TRIB" -qv explain yaml.syntax
ok "an error in JSON is JSON" json 2 "e['error']['code'] == 'cli.usage' and not e['ok']" "$TRIB" explain nothing.such --json
ok "a usage error in JSON is JSON" json 2 "e['error']['code'] == 'cli.usage'" "$TRIB" chekc --json
ok "stdout that cannot be written" bash -c '"$TRIB" explain >/dev/full 2>/dev/null; [ $? -eq 3 ]'
ok "explain has every code" bash -c '[ "$("$TRIB" explain | tail -n +2 | wc -l)" -eq "$(grep -c "^ERROR(" "$TRIB_SRC/core/base/errors.def")" ]'
ok "a flag from the environment" env TRIB_STRICT=1 "$TRIB" explain yaml.syntax

# check
mkdir good && pipeline good >good/p.yaml
ok "check: nothing wrong" answers 0 "1 pipeline, 0 faults, 0 warnings" "$TRIB" check good
ok "check: in the folder" answers 0 "1 pipeline, 0 faults" "$TRIB" -C good check
mkdir bad && pipeline bad 'shedule: { cron: "0 6 * * *" }' 'max_rejects: some' >bad/a.yaml
printf 'pipeline: worse\nsource: { use: file, ulr: x }\nsink: { use: sqlit, path: 1 }\n' >bad/b.yaml
cat >expected <<'E2'
error[config.unknown_key]: unknown key "shedule" in a pipeline
 --> bad/a.yaml:4:1
  |
4 | shedule: { cron: "0 6 * * *" }
  | ^
   = help: did you mean "schedule"?
E2
ok "check: fails" code 2 "$TRIB" check bad
"$TRIB" check bad 2>err >/dev/null
ok "check: the form of an error" same "$(head -6 err)" "$(cat expected)"
ok "check: every fault of every file" json 2 "sorted({f['code'] for f in e['findings']}) == ['config.bad_value', 'config.required', 'config.unknown_key', 'plugin.not_found'] and e['summary']['faults'] == 5" "$TRIB" check bad --json
ok "check: a missing folder" says 2 "No such file or directory" "$TRIB" check nowhere
ok "check: --select" answers 0 "0 pipelines, 0 faults" "$TRIB" check good --select other
ok "check: --set" says 2 "option skip: out of range (allowed: 0..1000000)" "$TRIB" check good --set source.skip=-1
ok "check: format options that exclude each other" says 2 "must differ" "$TRIB" check good --set source.delimiter=x --set source.quote=x
printf 'pipeline: w\nsource: { use: file, url: x }\nsink: { use: sqlite, path: p, table: t }\ndefaults: { none: {} }\n' >w.yaml
ok "check: warnings pass" says 0 "warning[config.unused_defaults]" "$TRIB" check w.yaml
ok "check --strict: warnings fail" code 2 "$TRIB" check --strict w.yaml

# config, secrets
pipeline p 'x-unused: 1' >c.yaml
sed -i 's/url: in.csv/url: "${env:IN_DIR}\/x.csv", skip: 1/' c.yaml
ok "config: unset variable" says 2 "environment variable IN_DIR is not set" "$TRIB" config c.yaml
export IN_DIR=data
ok "config: values with origins" answers 0 "$(printf 'p\tsource.url\tdata/x.csv\t${env:IN_DIR}\tc.yaml:2')" "$TRIB" config c.yaml
ok "config: defaults of plugins" answers 0 "$(printf 'p\tsource.header\ttrue\tdefault')" "$TRIB" config c.yaml
ok "config: --set shows as such" answers 0 "$(printf 'p\tsource.skip\t7\t--set')" "$TRIB" config c.yaml --set source.skip=7
export MY_TOKEN=canary-4711
ok "config: a secret is masked" bash -c '"$TRIB" config c.yaml --set "source.url=\${env:MY_TOKEN}" >o 2>&1; grep -q "source.url.*\*\*\*" o && ! grep -q canary o'

# schema, plugins, doctor, init
ok "schema is JSON" bash -c '"$TRIB" schema | python3 -c "
import json, sys
s = json.load(sys.stdin)
assert {\"pipeline\", \"source\", \"sink\", \"steps\"} <= set(s[\"properties\"])
assert \"file\" in s[\"properties\"][\"source\"][\"properties\"][\"use\"][\"enum\"]"'
ok "plugins: the list" answers 0 "$(printf 'file\tconnector')" "$TRIB" plugins
ok "plugins: one" answers 0 "$(printf 'skip\tinteger\t0\t0..1000000')" "$TRIB" plugins file
ok "plugins: unknown" says 2 "no plugin is called fiel" "$TRIB" plugins fiel
ok "plugins --json" json 0 "e['result']['kind'] == 'connector'" "$TRIB" plugins file --json
ok "doctor" answers 0 "sqlite" "$TRIB" doctor
ok "init" answers 0 "Next: trib run new" "$TRIB" init new
ok "init: nothing is overwritten" says 3 "File exists" "$TRIB" init new
"$TRIB" plugins map >/dev/null 2>&1 && ok "init: what it makes is right" code 0 "$TRIB" check new --strict
ok "start-up is quick" bash -c '
  exe=$TRIB_BUILD/.libs/trib; [ -x "$exe" ] || exe=$TRIB
  export LD_LIBRARY_PATH=$TRIB_BUILD/.libs
  case $(ldd "$exe") in *libasan*) exit 0 ;; esac
  start=$(date +%s%N); for i in 1 2 3 4 5 6 7 8 9 10; do "$exe" --version >/dev/null; done; end=$(date +%s%N)
  [ $(((end - start) / 10000000)) -lt 50 ] || { echo "$(((end - start) / 10000000)) ms a start"; exit 1; }'
finish cli
