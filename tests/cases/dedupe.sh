#!/bin/bash
# dedupe.sh - one row per key: random rows beside what SQLite's window functions say of them, in memory and spilled; the books;
# what is refused, and where. tests/cases/dedupe/windows.py makes the rows and compares.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
agrees() { python3 "$TRIB_SRC/tests/cases/dedupe/windows.py" "$@"; }
write() { # OPTIONS [SOURCE OPTIONS]
  mkdir -p p && printf 'pipeline: p\nmax_rejects: %s\nsource: { use: file, url: in.csv }\nsteps:\n  - dedupe: { %s }\nsink: { use: files, path: out, format: csv, table: t }\n' "${rejects:-100%}" "$1" >p/p.yaml
}
run() { rm -rf p/out p/.trib; "$TRIB" run p >out 2>err; code=$?; }
rows() { cat p/out/t/*.csv 2>/dev/null | tail -n +2; }
fails() { # CODE TEXT PLACE OPTIONS
  write "$4"; run
  [ $code -eq 2 ] && grep -q "error\[$1\]" err && grep -qF -- "$2" err && grep -q "p/p.yaml:$3" err || { cat err; return 1; }
}

while read -r options; do
  for seed in 1 2 3; do
    ok "$options: as the window functions say, seed $seed" agrees $seed 1500 450 "$options" 64MiB
  done
  ok "$options: the same, spilled" agrees 4 60000 40000 "$options" 1MiB
done <<'O'
key: [a, b], keep: first
key: [a, b], keep: last
key: [a, b], version: v
key: [a, b], version: v, keep: first
key: [a, b], version: v, keep: newest
key: [a, b], version: v, keep: error
key: [a, b]
key: [a, b], keep: error
key: [a, b], on_conflict: max, max_of: v
keep: first
keep: last
key: [a, b], flag: dup
key: [a, b], flag: dup, version: v
key: [a, b], count: c
key: [a, b], count: c, flag: dup, keep: last
key: [a, b], version: v, keep: error, count: c
key: [a, b], keep: first, within: part
key: [a, b], version: v, within: part
O

spills() ( # with 1 MiB temporary files are made, without a name; nobody else may read them
  command -v strace >/dev/null || return 0
  export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0   # nothing looks for leaks under strace
  (cd w && rm -rf out .trib && strace -f -o ../calls -e trace=openat "$TRIB" run p.yaml >/dev/null 2>&1)
  grep -q '\.trib".*O_TMPFILE.*, 0600) = [0-9]' calls || { grep -c openat calls; return 1; }
)
agrees 4 60000 40000 "key: [a, b], version: v" 1MiB
ok "what is spilled has no name" spills

mkdir -p p
printf 'id,v,x\n1,9,a\n1,10,b\n2,,c\n2,1,d\n3,x,e\n' >p/in.csv
write "key: [id], version: v"; run
ok "versions of texts that are numbers compare as numbers" same "$(rows | tr '\n' ' ')" "1,10,b 2,1,d "
ok "one that is none is a dead letter" bash -c '"$TRIB" dead-letters show p/p.yaml --json | grep -q "dedupe.bad_version.*is no number"'
write "key: [id], version: v, version_as: text"; run
ok "unless they are texts" same "$(rows | tr '\n' ' ')" "1,9,a 2,1,d 3,x,e "
printf 'id,v\n1,2025-01-31\n1,2025-01-31T00:00:00+01:00\n1,2025-01-30T23:30:00Z\n' >p/in.csv
write "key: [id], version: v"; run
ok "times compare as moments" same "$(rows)" "1,2025-01-31"
printf 'id,x\n1,a\n1,a\n1,b\n' >p/in.csv
rejects=0 write "key: [id]"; run
ok "rows that contradict one another hold the load" eval '[ $code -eq 5 ] && grep -q "another row of key \"1\" has other values" err'
ok "explained" "$TRIB" explain dedupe.conflict

printf 'id,day,x\n1,2,3\n' >p/in.csv
ok "a column that is not there" fails dedupe.unknown_column 'did you mean "day"?' 5:21 "key: [dya]"
ok "a version that is not there" fails dedupe.unknown_column 'version: there is no column "vers"' 5: "key: [id], version: vers"
ok "a flag that is there" fails dedupe.name_clash 'there is a column "x" already' 5: "key: [id], flag: x"
ok "newest of what" fails dedupe.bad_option 'needs `version`' 5: "key: [id], keep: newest"
ok "max of what" fails dedupe.bad_option 'needs `max_of`' 5: "key: [id], on_conflict: max"
ok "a version of no key" fails dedupe.bad_option 'name its columns' 5: "version: x"
ok "two ways to choose" fails dedupe.bad_option 'say different things' 5: "key: [id], keep: first, on_conflict: last"
finish dedupe
