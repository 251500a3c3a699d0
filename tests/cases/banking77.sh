#!/bin/bash
# banking77.sh - input that nobody here wrote: customers' messages, 30 % of some classes logged as another one. Rules written
# from the train split must find them in the test split: precision at least .95 at recall .30, computed from ticket_category.
. "$(dirname "$0")/../lib.sh"
here=$TRIB_SRC/tests/cases/banking77
data=$TRIB_SRC/../shared/data/tickets/banking77.csv
[ -e "$data" ] || skip "banking77: ../shared/data/tickets/banking77.csv is not here"
export TRIB_NOW=2025-02-02T06:00:00Z

mkdir "$work/p" && cp "$here/rules.yaml" "$here/banking77.yaml" "$work/p"
python3 "$here/flip.py" "$data" test "$work/p/tickets.jsonl" "$work/truth.csv" || exit 1
ok "run" "$TRIB" run "$work/p"

score() { # WHERE: "flipped moved right recall precision"
  { echo "create table truth(ticket_id text primary key, is_really text, logged text);"; echo ".mode csv"; echo ".import $work/truth.csv truth"
    echo ".mode list"; echo ".separator ' '"; echo "attach '$work/p/out.db' as m;"
    echo "with moved as (select t.*, c.category_id from truth t left join m.ticket_category c on c.ticket_id = t.ticket_id and c.assigned_by = 'rule'),"
    echo "n as (select sum(is_really <> logged) flipped, count(category_id) moved, sum(category_id = is_really and is_really <> logged) correct from moved where $1)"
    echo "select flipped, moved, correct, printf('%.3f', 1.0 * correct / moved), printf('%.3f', 1.0 * correct / flipped) from n;"
  } | sqlite3 :memory:
}
good() { # NAME WHERE
  local flipped moved correct precision recall
  read -r flipped moved correct precision recall < <(score "$2")
  echo "banking77 $1: $flipped flipped, $moved moved, $correct right: precision $precision, recall $recall" >&3
  awk -v p="$precision" -v r="$recall" -v f="$flipped" 'BEGIN { exit !(f >= 12 && p >= 0.95 && r >= 0.30) }'
}
exec 3>&1
ok "one class" good "transaction_charged_twice logged as extra_charge_on_statement" "logged = 'extra_charge_on_statement'"
ok "all six flows" good "six flows, 3,080 tickets" "1"
ok "every label of the source is there" same "$(sqlite3 "$work/p/out.db" "select count(*) from ticket_category where assigned_by = 'source'")" 3080
finish banking77
