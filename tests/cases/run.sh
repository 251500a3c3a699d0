#!/bin/bash
# run.sh - every folder AREA/CASE with a pipeline.yaml is a case; it is copied, run, and what it says is compared. No code in cases.
#
#   pipeline.yaml   the pipeline           prepare   shell, before the run: packs archives, converts encodings
#   in/             its input              query.sql asked of out.db after the run, the answer is the file `rows`
#   expected/       files that must come out equal: rows, or what a sink wrote
#   expected.err    a line each: must be found on stderr           exit    the exit code, 0 if there is none
# A second run is described by the same names with .2: prepare.2, expected.2/, expected.err.2, exit.2; and so on.
. "$(dirname "$0")/../lib.sh"
export TRIB_NOW=2025-03-01T00:00:00Z

one() { # CASE SUFFIX: runs in the copy, compares with the case's own files
  local case=$1 at=$2 want=0 code line file bad=0
  [ -f "$case/prepare$at" ] && { (. "$case/prepare$at") || { echo "prepare$at failed"; return 1; }; }
  [ -f "$case/exit$at" ] && want=$(cat "$case/exit$at")
  "$TRIB" run pipeline.yaml >out.txt 2>err.txt; code=$?
  [ -f "$case/query.sql" ] && sqlite3 -csv -header out.db <"$case/query.sql" 2>&1 | tr -d '\r' >rows
  same "$code" "$want" || { cat err.txt; bad=1; }
  [ -f "$case/expected.err$at" ] && while read -r line; do
    grep -qF -- "$line" err.txt || { echo "stderr has no: $line"; cat err.txt; bad=1; }
  done <"$case/expected.err$at"
  [ -d "$case/expected$at" ] && while read -r file; do
    diff -u "$case/expected$at/$file" "$file" || bad=1
  done < <(cd "$case/expected$at" && find . -type f | sort)
  return $bad
}

command -v sqlite3 >/dev/null || skip "no sqlite3 here"
cd "$TRIB_SRC/tests/cases" || exit 1
for pipeline in */*/pipeline.yaml; do
  name=$(dirname "$pipeline") case=$TRIB_SRC/tests/cases/$(dirname "$pipeline")
  mkdir -p "$work/$name"; cp -r "$case/." "$work/$name"; chmod -R u+w "$work/$name"; cd "$work/$name" || exit 1
  for at in "" .2 .3 .4; do
    [ -z "$at" ] || [ -e "$case/prepare$at" ] || [ -e "$case/expected$at" ] || break
    [ -z "$at" ] || export TRIB_NOW=2025-03-0${at#.}T00:00:00Z
    ok "$name$at" one "$case" "$at"
  done
  export TRIB_NOW=2025-03-01T00:00:00Z
done
finish cases
