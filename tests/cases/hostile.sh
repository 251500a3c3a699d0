#!/bin/bash
# hostile.sh - what of ../shared/badinput has no script of its own: YAML of the whole suite, naughty strings, bytes that are no UTF-8, names for
# columns and tables, broken Parquet. And the totals of all folders: equal to SOURCES.md, each with somebody who walks it.
. "$(dirname "$0")/../lib.sh"
bad=$TRIB_SRC/../shared/badinput here=$TRIB_SRC/tests/cases/hostile
[ -d "$bad" ] || skip "../shared/badinput is absent"
command -v python3 >/dev/null || skip "no python3 here"

ok "as many as SOURCES.md says, all of them walked" python3 "$here/totals.py" "$bad"
cat "$work/ok.out"
suite() { python3 "$here/yaml_suite.py" "$TRIB_BUILD/tests/unit/config/yaml_json" "$bad/yaml/yaml-test-suite/src" "$work/yaml" "$@"; }
seen() { ! suite altered >"$work/altered" && grep -q "altered" "$work/altered"; }
ok "YAML: every case of the suite" suite
tail -n 1 "$work/ok.out"
ok "YAML: an altered expectation is seen" seen
walk() { python3 "$here/walk.py" "$TRIB" "$bad" "$work/walk-$1" "$1"; }
kinds='utf8 strings names parquet'
printf 'pipeline: p\nsource: { use: file, url: "%s" }\nsink: { use: files, path: out }\n' "$bad/parquet/parquet-testing/bad_data/PARQUET-1481.parquet" >"$work/p.yaml"
if "$TRIB" run "$work/p.yaml" 2>&1 | grep -q 'library\.missing'; then
  kinds=${kinds% parquet}
  echo "# parquet: DuckDB's library is not here (TRIB_DUCKDB says where): its 8 files are not walked"
fi
for kind in $kinds; do
  ok "$kind" walk $kind
  tail -n 1 "$work/ok.out"
done
finish hostile
