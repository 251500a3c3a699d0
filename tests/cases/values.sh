#!/bin/bash
# values.sh - how a column writes its numbers is told by its first rows: in preview, in the findings of a run, or as an error that says
# what to write; and what contradicts it later, or is no time in its zone, is a dead letter with its line.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
mkdir in

pipeline() { # COLUMNS
  printf 'pipeline: p\nsource: { use: file, url: in/*.csv, delimiter: ";", columns: { %s } }\nsink: { use: sqlite, path: d.db, table: t }\nmax_rejects: 5\n' "$1" >p.yaml
}
says() { # TEXT FILE
  grep -qF -- "$1" "$2" || { echo "expected: $1"; cat "$2"; return 1; }
}
ends() { # CODE COMMAND...
  local want=$1; shift
  "$@" >out 2>err; same $? "$want"
}

pipeline 'rev: { type: decimal, scale: 2 }'
printf 'rev\n7\n1.234\n2,5\n' >in/a.csv
ok "a column without a locale" ends 0 "$TRIB" preview p.yaml
note='in/a.csv: column rev: numbers as in 1.234,56 (locale: de): 3 rows agree, "2,5" in row 3 decided'
ok "preview tells what decided" says "$note" err
ok "a run" ends 0 "$TRIB" run p.yaml
ok "does not talk about it" same "$(grep -c inferred err)" 0
ok "unless it is asked" ends 0 "$TRIB" run p.yaml --full-refresh -v
ok "with the evidence" says "$note" err
ok "values" same "$(sqlite3 d.db 'select group_concat(rev) from (select distinct rev from t order by rowid)')" "7.0,1234.0,2.5"
rm -f d.db
"$TRIB" run p.yaml --json >json
ok "the findings have it" says '"severity":"note","code":"number.inferred_locale"' json

printf 'rev\n1.234\n' >in/a.csv
ok "two readings stop the file" ends 2 "$TRIB" run p.yaml
ok "both are said" says 'column rev can be read in two ways: "1.234" in row 1 is 1.234 as in 1,234.56, or 1234 as in 1.234,56' err
ok "and what to write" says 'write locale: en (1,234.56) or locale: de (1.234,56) for the column' err
pipeline 'rev: { type: decimal, scale: 2, locale: de }'
ok "which is enough" ends 0 "$TRIB" run p.yaml

pipeline 'rev: { type: decimal, scale: 2 }'
{ echo rev; yes '1,5' | head -n 20000; echo 1,234.5; } >in/a.csv
rm -rf d.db .trib
ok "what comes later must agree" ends 0 "$TRIB" run p.yaml
"$TRIB" dead-letters list p.yaml >out 2>&1
ok "and is named" says csv.locale_mismatch out
ok "the others are there" same "$(sqlite3 d.db "select count(*) from t")" 20000

pipeline 'at: { type: time, zone: Europe/Madrid }'
printf 'at\n2024-03-31 02:30:00\n2024-10-27 02:30:00\n2024-01-15 00:00:00\n' >in/a.csv
rm -rf d.db .trib
ok "times of a zone" ends 0 "$TRIB" run p.yaml
ok "a fold is told" says '1 local time exists twice' err
"$TRIB" dead-letters list p.yaml >out 2>&1
ok "a gap is a dead letter" says time.gap out
pipeline 'at: { type: time, zone: Europe/Madird }'
ok "an unknown zone" ends 2 "$TRIB" check p.yaml
ok "is said" says 'time zone "Europe/Madird" is not known' err
finish values
