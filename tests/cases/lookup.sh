#!/bin/bash
# lookup.sh - columns from a reference: random rows beside SQLite's LEFT JOIN, references of all kinds; what is wrong in a reference and
# where; what a miss gives. tests/cases/lookup/join.py makes the rows and compares.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
mkdir p
write() { printf 'pipeline: p\nmax_rejects: %s\nsource: { use: file, url: in.csv }\nsteps:\n  - lookup: { %s }\nsink: { use: files, path: out, format: csv, table: t }\n' "${rejects:-100%}" "$1" >p/p.yaml; }
run() { rm -rf p/out p/.trib; "$TRIB" run p >out 2>err; code=$?; }
rows() { cat p/out/t/*.csv 2>/dev/null | tail -n +2 | tr '\n' ' '; }
gives() { write "$2"; run; [ $code -eq 0 ] || { cat err; return 1; }; same "$(rows)" "$1"; }
fails() { # CODE TEXT PLACE OPTIONS
  write "$4"; run
  [ $code -eq 2 ] && grep -q "error\[$1\]" err && grep -qF -- "$2" err && grep -q "p/p.yaml:$3" err && "$TRIB" explain "$1" >/dev/null || { cat err; return 1; }
}
while IFS=/ read -r kind options; do
  for seed in 1 2 3; do
    ok "$kind, ${options:-on_miss not said}: as LEFT JOIN says, seed $seed" python3 "$TRIB_SRC/tests/cases/lookup/join.py" $seed 2000 150 "$options" "$kind"
  done
done <<'O'
csv/
csv/on_miss: null
csv/on_miss: dead
csv/on_miss: drop
csv/on_miss: default, default: { called: nobody, much: -1 }
csv/default: { called: nobody, much: "-1" }
jsonl/
sqlite/
sqlite/on_miss: dead
sqlite/default: { called: nobody, much: -1 }
dated/
dated/on_miss: drop
dated/on_miss: dead, date_format: "%Y-%m-%d"
O

printf 'c,day\nde,2025-01-31\n DE ,2025-02-01\nStraße,2025-02-28\nДА,2025-03-01\nfr,\n' >p/in.csv
printf 'code,name\nde,Germany\nSTRASSE,street\nда,yes\n' >p/ref.csv
k='path: ref.csv, key: { c: code }, take: { name: name }'
ok "exact" gives 'de,2025-01-31,Germany  DE ,2025-02-01, Straße,2025-02-28, ДА,2025-03-01, fr,"", ' "$k"
ok "trimmed and folded" gives 'de,2025-01-31,Germany  DE ,2025-02-01,Germany Straße,2025-02-28,street ДА,2025-03-01,yes fr,"", ' "$k, match: casefold"
ok "trimmed only" gives 'de,2025-01-31,Germany  DE ,2025-02-01, Straße,2025-02-28, ДА,2025-03-01, fr,"", ' "$k, match: trim"
printf 'code;from;to;name\nde;;01.02.2025;old\nde;01.02.2025;;new\n' >p/dated.csv
ok "as of a date, half-open" gives 'de,2025-01-31,old  DE ,2025-02-01,new Straße,2025-02-28, ДА,2025-03-01, fr,"", ' \
  'path: dated.csv, format: { delimiter: ";" }, key: { c: code }, take: { name: name }, match: casefold, as_of: day, valid_from: from, valid_to: to, date_format: "%d.%m.%Y"'
printf 'code,name\nde,Germany\n,nobody\n' >p/ref2.csv
write "path: ref2.csv, key: { c: code }, take: { name: name }, reference_id: ref"; run; was=$(rows); run
ok "the reference has an identity" eval 'grep -qE "de,2025-01-31,Germany,[0-9a-f]{32} " <<<"$was" && same "$(rows)" "$was"'
sed -i s/Germany/germany/ p/ref2.csv; run
ok "that changes with it" eval '! same "$(rows)" "$was" >/dev/null'
rejects=0 write "$k, on_miss: dead, match: trim"; run
ok "a miss holds the load, with the nearest key" eval '[ $code -eq 5 ] && grep -q "ref.csv has no row for" err'
printf 'c\ndee\n' >p/in.csv; printf 'code,name\nden,x\nxyz,y\n' >p/near.csv
write "path: near.csv, key: { c: code }, take: { name: name }, on_miss: error"; run
ok "or stops the run" eval '[ $code -eq 1 ] && grep -q "error\[lookup.miss\].*has no row for \"dee\"; did you mean \"den\"" err'

k='key: { c: code }, take: { name: name }'
printf 'code,name\na,1\nb,2\na,1\n' >p/twice.csv
ok "two rows of one key" fails lookup.duplicate_key 'rows 1 and 3 of the reference have the same key: a' 5: "path: twice.csv, $k"
printf 'code,name,f,t\na,1,2025-01-01,2025-02-01\nb,2,,\na,1,2025-01-31,2025-03-01\n' >p/over.csv
ok "two that hold on one day" fails lookup.overlap 'rows 1 and 3 of the reference are both valid' 5: "path: over.csv, $k, as_of: c, valid_from: f, valid_to: t"
ok "one that ends before it begins" fails lookup.overlap 'row 1 of the reference ends before' 5: "path: over.csv, $k, as_of: c, valid_from: t, valid_to: f"
ok "a date that is none" fails lookup.bad_date 'row 1 of the reference has "1"' 5: "path: over.csv, $k, as_of: c, valid_from: name"
ok "a column that the reference does not have" fails lookup.no_column 'it has code, name' 5: "path: twice.csv, key: { c: cod }, take: { name: name }"
ok "a column that is not here" fails lookup.unknown_column 'did you mean "c"?' 5: "path: near.csv, key: { d: code }, take: { name: name }"
ok "a name that is here" fails lookup.name_clash 'there is a column "c" already' 5: "path: near.csv, key: { c: code }, take: { c: name }"
ok "dates without a date" fails lookup.bad_option 'needs `as_of`' 5: "path: over.csv, $k, valid_from: f"
ok "a default of nothing" fails lookup.bad_option 'needs `default' 5: "path: near.csv, $k, on_miss: default"
ok "a default of another column" fails lookup.bad_default '"nam" is none of the columns' 5: "path: near.csv, $k, default: { nam: x }"
python3 -c "import sqlite3; sqlite3.connect('p/some.db').execute('CREATE TABLE t (x)')"
ok "no such table" fails lookup.unreadable 'no such table' 5: "path: some.db, table: nope, $k"
awk 'BEGIN { print "code,name"; for (i = 0; i < 60000; i++) print i ",name of " i }' >p/large.csv
ok "too large" fails lookup.too_large 'more memory than reference_max allows (1 MiB)' 5: "path: large.csv, $k, reference_max: 1MiB"
ok "not there" eval 'write "path: gone.csv, $k"; run; [ $code -ne 0 ] && grep -q gone.csv err'
finish lookup
