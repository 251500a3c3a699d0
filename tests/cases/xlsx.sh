#!/bin/bash
# xlsx.sh - workbooks through the whole program: those that xlsx_make.py writes here, those of ../shared/badinput, and what another reader
# (openpyxl, where it is) sees in the same files. Every value is compared.
. "$(dirname "$0")/../lib.sh"
here=$TRIB_SRC/tests/cases
python=python3
for p in python3 /usr/bin/python3; do "$p" -c 'import xlwt, openpyxl' 2>/dev/null && { python=$p; break; }; done
command -v "$python" >/dev/null || skip "no python3 here"

own() { mkdir -p "$work/run"; "$python" "$here/xlsx_walk.py" "$TRIB" "$work/own" "$work/run"; }
unknown() { : >"$work/own/stranger.xlsx"; ! own || { echo "a file that nobody knows passes"; return 1; }; }
bad() { mkdir -p "$work/bad"; "$python" "$here/xlsx_walk.py" "$TRIB" "$1" "$work/bad"; }
says() { # PATTERN OPTION: a multi-sheet workbook run so
  printf 'pipeline: x\nsource: { use: file, url: %s/own/%s }\nsink: { use: files, path: %s/said }\n' "$work" "$2" "$work" >"$work/said.yaml"
  "$TRIB" run -v "$work/said.yaml" 2>&1 | grep -q "$1"
}
nameless() { # a download without an extension is still one file, not a zip of parts
  cp "$work/own/sheet-first.xlsx" "$work/download"
  printf 'pipeline: x\nsource: { use: file, url: %s/download, format: xlsx, header: false }\nsink: { use: files, path: %s/down }\n' "$work" "$work" >"$work/down.yaml"
  "$TRIB" run "$work/down.yaml" && same "$(cat "$work"/down/rows/*.csv)" "$(printf 'column_1\n2')"
}

"$python" "$here/xlsx_make.py" "$work/own" || exit 1
ok "workbooks of our own" own
ok "a file that nobody knows is noticed" unknown
ok "which sheet is read is said" says 'sheet "R&D" is read, the first visible of 3' sheet-first.xlsx
ok "a workbook without an extension" nameless
shared=$TRIB_SRC/../shared/badinput/xlsx/own
if [ -d "$shared" ]; then ok "badinput/xlsx" bad "$shared"; else echo "badinput/xlsx is not here: not walked"; fi
finish xlsx
