#!/bin/bash
# file.sh - the connector of files, seen from a sink: which parts there are, which are known, what they hold, which periods they
# cover, and what is said when something is wrong. Unpacking itself is tested by tests/unit/io.
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/trace.so" ] || skip "a static build loads no modules"
n=0

# project: a fresh folder; pipeline SOURCE-OPTIONS [TOP]: its pipeline
project() { n=$((n + 1)); d=$work/$n; mkdir -p "$d/in"; cd "$d" || exit 1; : >log; }
pipeline() {
  cat >p.yaml <<Y
pipeline: p
${2:-}
source: { use: file, $1 }
sink: { use: trace, log: $d/log, store: $d/store }
Y
}
run() { "$TRIB" run p.yaml >out 2>err; code=$?; }
code() { same "$code" "$1" || { cat err; return 1; }; }
col() { same "$(jq -r "[.rows[] | .$1 | tostring] | join(\" \")" store)" "$2" || { cat err; return 1; }; }
parts() { same "$(jq -r '.states | keys | join(" ")' store)" "$1"; }
says() { grep -qE -- "$1" err || { cat err; return 1; }; }
slices() { same "$(grep '^slice' log | sed 's/slice period=//' | tr '\n' ' ' | sed 's/ $//')" "$1"; }
commits() { same "$(grep -c '^commit outcome 0' log)" "$1"; }
zipped() { (cd "$1" && python3 -m zipfile -c "../$2" "${@:3}"); }

# ---- parts
project; pipeline 'url: "in/*.csv"'
printf 'id,name\n1,a\n2,b\n' >in/b.csv; printf 'id,name\n3,c\n' >in/a.csv; printf 'id,name\n9,z\n' >in/c.csv.part
run
ok "files are read in the order of their names" col id "3 1 2"
ok "one part per file, named from the project's folder; what is still delivered is not seen" parts "in/a.csv in/b.csv"
touch -d '2001-01-01' in/a.csv; run
ok "a file delivered again with the same bytes is known" eval 'code 0 && commits 1'
printf 'id,name\n4,d\n' >in/a.csv; run
ok "a file with other bytes is read again, alone" eval 'commits 2 && col id "3 1 2 4"'
cp -r "$d" "$d.moved"; cd "$d.moved"; sed -i "s|$d/|$d.moved/|g" p.yaml; d=$d.moved; run
ok "a project that was moved knows its files" eval 'code 0 && commits 2'

project; pipeline 'url: in/two.zip, member: "*.csv", file_column: source'
printf 'id\n1\n' >in/jan.csv; printf 'id\n2\n' >in/feb.csv; echo no >in/readme.txt
zipped in two.zip jan.csv feb.csv readme.txt; mv two.zip in/; run
ok "members that match are parts" parts "in/two.zip!/feb.csv in/two.zip!/jan.csv"
ok "file_column names them" col source "in/two.zip!/feb.csv in/two.zip!/jan.csv"
printf 'id\n5\n' >in/jan.csv; zipped in two.zip feb.csv jan.csv; mv two.zip in/; run
ok "in an archive packed again only the changed member is read" col id "2 1 5"
pipeline 'url: in/two.zip'; run
ok "an archive of several files asks for member" eval 'code 2 && says archive.which_member'

project; pipeline 'url: "in/**/*.csv*"'
mkdir -p in/2025/01; printf 'id\n1\n' | gzip >in/2025/01/a.csv.gz; printf 'id\n2\n' >in/2025/b.csv; run
ok "gzip and plain, in folders of any depth" eval 'code 0 && col id "1 2"'

# ---- formats
project; pipeline 'url: in/u.csv, encoding: utf-16le'
printf 'id,name\n1,Zürich\n' | iconv -t UTF-16LE >in/u.csv; run
ok "UTF-16" col name "Zürich"
project; pipeline 'url: in/w.csv, encoding: windows-1252, delimiter: ";"'
printf 'id;name\n1;Zürich €\n' | iconv -t WINDOWS-1252 >in/w.csv; run
ok "Windows-1252, semicolons" col name "Zürich €"
project; pipeline 'url: in/r.csv, skip_until: "id;", delimiter: ";", footer_match: [Total]'
printf 'Report of January\n\nid;n\n1;10\n2;20\nTotal;30\n' >in/r.csv; run
ok "a banner and a total row" col n "10 20"
project; pipeline 'url: in/t.jsonl'
printf '{"id":1,"t":"a"}\n{"id":2,"t":"b"}\n' >in/t.jsonl; run
ok "JSON lines" col t "a b"

# ---- periods
from='period_from: { file: "kpi_(?<period>[0-9]{4}-[0-9]{2})", grain: month }'
project; pipeline "url: 'in/kpi_*.csv', $from"
printf 'id\n1\n2\n' >in/kpi_2025-01.csv; printf 'id\n3\n' >in/kpi_2025-02.csv; run
ok "the period of the name is a column" col period "2025-01 2025-01 2025-02"
ok "and the slice that each file covers" slices "2025-01 2025-02"
: >log; printf 'id\n1\n' >in/kpi_2025-01.csv; run
ok "a rewritten file declares its slice again, the other one stays" eval 'slices 2025-01 && col id "1 2 3 1"'
printf 'id\n' >in/kpi_2025-02.csv; : >log; run
ok "a file that became empty still covers its period" eval 'code 0 && slices 2025-02'
printf 'id\n7\n' >in/kpi_final.csv; run
ok "a name without a period is an error that shows name and expression" eval 'code 1 && says file.no_period && says kpi_final && says "\\?<period>"'

project; pipeline "url: in/a.zip, member: '*.csv', $from"
printf 'id\n1\n' >in/x.csv; zipped in a.zip x.csv; mv a.zip in/kpi_2025-03.zip; sed -i 's|in/a.zip|in/kpi_*.zip|' p.yaml; run
ok "the archive's name has the period when the member's has none" col period 2025-03

project; pipeline 'url: in/d.csv, period_from: { column: day, grain: month }, period_column: month' 'max_rejects: 1'
printf 'day,n\n2025-01-30,1\n2025-02-01,2\n2025-01-31,3\nnever,4\n' >in/d.csv; run
ok "the period of a column, row by row" col month "2025-01 2025-02 2025-01"
ok "every period that was seen is covered once" same "$(grep -c '^slice month=' log)" 2
ok "a cell that is no period is a dead letter" eval 'jq -r ".dead[]" store | grep -q file.no_period'
for bad in '{ file: x, column: y }' '{ grain: month }' '{ file: "(" }' '{ file: "[0-9]+" }' '{ column: d, grain: fortnight }' '{ column: d, colum: e }'; do
  pipeline "url: in/d.csv, period_from: $bad"; run
  ok "period_from $bad is refused" eval 'code 2 && says file.bad_period_from'
done

# ---- faults
project; pipeline 'url: "in/KPI_*.csv"'; echo x >in/other.csv; run
ok "no match is an error that says what is there" eval 'code 1 && says file.no_match && says other.csv'
pipeline 'url: "in/KPI_*.csv", optional: true'; run
ok "unless it is optional" code 0
pipeline 'url: in'; run
ok "a folder is no file" eval 'code 2 && says file.is_folder'
pipeline 'url: "sftp://host/x.csv"'; run
ok "an unknown scheme is named with the known ones" eval 'code 2 && says file.unknown_scheme && says file://'
project; pipeline 'url: "in/*.csv.gz"'
seq 1 200000 | sed '1i id' | gzip >in/a.csv.gz; head -c 100000 in/a.csv.gz >in/b.csv.gz; rm in/a.csv.gz; run
ok "of a cut file no row is committed" eval 'code 1 && says archive.truncated && same "$(jq ".rows | length" store)" 0'
if [ "$(id -u)" != 0 ]; then
  project; pipeline 'url: in/a.csv'; echo id >in/a.csv; chmod 0 in/a.csv; run
  ok "a file that must not be read is exit 3" eval 'code 3 && says file.unreadable'
fi
finish file
