#!/bin/bash
# csv.sh - text tables with their expected outcome, values compared: small ones of our own, every file of ../shared/badinput/csv, and
# 200 random files against Python's csv module. It proves on copies that an altered expectation and an unknown file are seen.
. "$(dirname "$0")/../lib.sh"
here=$TRIB_SRC/tests/cases/csv
bad=$TRIB_SRC/../shared/badinput
command -v python3 >/dev/null || skip "no python3 here"

walk() { python3 "$here/walk.py" "$1" "$TRIB" "$2" "$work/walk"; }
faulty() { walk "$1" "$2" >"$work/faults" && { echo "nothing was seen"; return 1; } || :; }
says() { grep -qF -- "$1" "$work/faults" || { echo "expected: $1"; cat "$work/faults"; return 1; }; }

ok "tables of our own" walk tables "$here/tables.json"
sed 's/"rows": \[\["Date", "Calls"\], \["1", "2"\]\]/"rows": [["Date", "Calls"], ["1", "3"]]/' "$here/tables.json" >"$work/altered.json"
ok "an altered expectation fails" faulty tables "$work/altered.json"
ok "and is named" says "row 1 is ['1', '2'], ['1', '3'] expected"

# ---- random files: the same rows as Python's ----

python3 "$here/seeded.py" write "$work/random" || exit 1
declare -A mark=([comma]=',' [semicolon]=';' [tab]='\t' [bar]='|')
round() { # NAME DELIMITER
  cat >"$work/$1.yaml" <<YAML
pipeline: $1
source: { use: file, url: "$work/random/$1/*.csv", delimiter: "$2", file_column: file }
sink: { use: files, path: "$work/out-$1", format: jsonl, file: rows.jsonl }
YAML
  "$TRIB" run "$work/$1.yaml" && mv "$work/random" "$work/all" && mkdir "$work/random" && mv "$work/all/$1" "$work/random/" &&
    python3 "$here/seeded.py" compare "$work/random" "$(find "$work/out-$1" -name rows.jsonl)"
  local code=$?
  mv "$work/random/$1" "$work/all/" && rmdir "$work/random" && mv "$work/all" "$work/random"
  return $code
}
for name in comma semicolon tab bar; do ok "50 random files: $name" round "$name" "${mark[$name]}"; done

# ---- totals over several pieces and all cores ----

sums() { # WRONG
  python3 "$here/seeded.py" totals "$work/totals.csv" "$1"
  cat >"$work/totals.yaml" <<YAML
pipeline: totals
source: { use: file, url: "$work/totals.csv", total_match: [Summe, Total], columns: { day: text, amount: { type: decimal, scale: 5 } } }
sink: { use: files, path: "$work/out-totals-$1", format: jsonl, file: rows.jsonl }
YAML
  "$TRIB" run -v "$work/totals.yaml"
}
agree() { sums 0 2>"$work/err" >"$work/out" && grep -q "121 total rows checked" "$work/err" && same "$(cat "$(find "$work/out-totals-0" -name rows.jsonl)" | wc -l)" 120000; }
differ() { ! sums 1 >"$work/out" 2>"$work/err" && grep -q "csv.total_mismatch.*totals.csv, line 77078, column amount" "$work/err"; }
ok "121 totals of 120,000 rows" agree
ok "one that is off by 0.00001" differ

# ---- ../shared/badinput ----

if [ -d "$bad/csv" ]; then
  ok "badinput/csv/own" walk own "$bad/csv/own"
  ok "badinput/csv/csv-spectrum" walk spectrum "$bad/csv/csv-spectrum"
  counts() { grep -q "| csv/csv-spectrum | $(ls "$bad/csv/csv-spectrum/csvs" | wc -l) csv + $(ls "$bad/csv/csv-spectrum/json" | wc -l) json |" "$bad/SOURCES.md" &&
             grep -q "^| csv/own, .*| $(ls "$bad/csv/own" | grep -vc '^expected.json$') csv," "$bad/SOURCES.md"; }
  ok "as many files as SOURCES.md says" counts
  cp -r "$bad/csv/own" "$work/own" && chmod -R u+w "$work/own"
  python3 - "$work/own/expected.json" <<'PY'
import json, sys
cases = json.load(open(sys.argv[1]))
for c in cases:
    if c["file"] == "quote-doubled.csv":
        c["rows"][1][1] += "!"
    if c["file"] == "ragged-short.csv":
        c["outcome"] = "ok"
    if c["file"] == "dup-rows.csv":
        c["outcome"] = "reject"
json.dump(cases, open(sys.argv[1], "w"))
PY
  echo x >"$work/own/new.csv"
  ok "altered expectations fail" faulty own "$work/own"
  ok "an altered value is named" says "quote-doubled.csv: row 1"
  ok "a dead letter that was expected as a row is named" says "ragged-short.csv: 1 rejected"
  ok "rows that were expected to be refused are named" says "dup-rows.csv: was taken"
  ok "an unknown file is named" says "new.csv: nothing is expected of it"
  ok "and nothing else" same "$(wc -l <"$work/faults")" 5
else
  echo "csv: ../shared/badinput is not here, its files were not walked"
fi
finish csv
