#!/bin/bash
# names.sh - files are committed and cannot be named: what was there before stays, and the next run gives them their names.
. "$(dirname "$0")/../lib.sh"
command -v strace >/dev/null || skip "no strace here"
cd "$work" || exit 1
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0   # nothing looks for leaks under strace
shown() { find out -type f -name '[!.]*' ! -name manifest.json -exec cat {} + | grep -v a,b | sort | tr '\n' ' '; }
hidden() { find out -type f -name '.*~*' | wc -l; }
run() { "$TRIB" run p.yaml >out.txt 2>err.txt; }
faulty() { # ERROR: at the last rename, which comes behind the one of the manifest; a copy says which that is
  local n
  rm -rf "$work/copy"; mkdir "$work/copy"; cp -a "$work"/{p.yaml,in*.csv,out,.trib} "$work/copy"
  n=$(cd "$work/copy" && strace -f -o trace -e trace=renameat "$TRIB" run p.yaml >/dev/null 2>&1; grep -c renameat trace)
  strace -f -o trace -e trace=renameat -e inject=renameat:error="$1":when="$n" "$TRIB" run p.yaml >out.txt 2>err.txt && grep -q INJECTED trace
}
said() { # which file is hidden, under which name, and what becomes of it
  local hidden file
  hidden=$(cd out && find . -type f -name '.*~*' ! -name '.*~*.json' | sed 's#^\./##' | head -1) file=${hidden##*~}
  same "$(grep -c '^warn: p/sink: ' err.txt)" 1 && grep -F "$hidden" err.txt | grep -F "$file" | grep -q 'the next run' || { cat err.txt; find out; return 1; }
}
strace -o trace true 2>/dev/null || skip "strace may not trace here"
for mode in 'mode: append' 'mode: replace' 'file: whole'; do
  for error in EIO EACCES ENOSPC ENOENT; do
    rm -rf out .trib in*.csv
    printf 'pipeline: p\nsource: { use: file, url: "in*.csv" }\nsink: { use: files, path: out, table: t, %s }\n' "$mode" >p.yaml
    printf 'a,b\n1,2\n' >in1.csv
    ok "$mode, $error: a first run" run
    printf 'a,b\n3,4\n' >in2.csv
    [ "$mode" = 'mode: replace' ] && printf 'a,b\n5,6\n' >in1.csv
    case $mode in *append) after='1,2 3,4 ' ;; *replace) after='3,4 5,6 ' ;; *) after='1,2 3,4 ' ;; esac
    ok "$mode, $error: the commit holds" faulty $error
    ok "$mode, $error: what was there is there" same "$(shown)" '1,2 '
    ok "$mode, $error: it is said" said
    ok "$mode, $error: the next run" run
    ok "$mode, $error: repairs it" same "$(shown)" "$after"
    ok "$mode, $error: and says nothing wrong" same "$(grep -c 'nothing' out.txt)$(cat err.txt)" 2
    ok "$mode, $error: no hidden name is left" same "$(hidden)" 0
  done
done
# ---- what is taken away by those it is for was named
rm -rf out .trib in*.csv
printf 'pipeline: p\nsource: { use: file, url: "in*.csv" }\nsink: { use: files, path: out, table: t }\n' >p.yaml
printf 'a,b\n1,2\n' >in1.csv
ok "taken away: a run" run
find out -type f -name '[!.]*' ! -name manifest.json -delete
printf 'a,b\n3,4\n' >in2.csv
ok "taken away: the next run goes on" run
ok "taken away: with what is new" same "$(shown)" '3,4 '
ok "taken away: nothing is said" same "$(cat err.txt)" ''
finish names
