#!/bin/bash
# check.sh - figures against Python's Decimal, verdicts, what a held load leaves, on files that csv and random make.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
export TRIB_NOW=2025-03-31T12:00:00Z
python3 - <<'P'
import csv, random, json
from decimal import Decimal as D
from collections import Counter
r = random.Random(7)
rows = []
for i in range(30000):
    rows.append([f'2025-0{r.randint(1, 3)}-{r.randint(1, 28):02}', r.choice(['tv', 'phone', 'pad', '']), r.randint(-10**14, 10**15),
                 f'{D(r.randint(-10**12, 10**14)).scaleb(-r.choice([0, 1, 2, 6]))}', f'{r.randint(1, 20000)}'])
for part in range(3):
    with open(f'in{part}.csv', 'w', newline='') as f:
        w = csv.writer(f); w.writerow(['day', 'device', 'users', 'amount', 'id']); w.writerows(rows[part::3])
order = rows[0::3] + rows[1::3] + rows[2::3]
amounts = [D(x[3]) for x in order]
days = [x[0] for x in order]
want = {
    'rows': len(order), 'sum(users)': sum(x[2] for x in order), 'sum(amount)': sum(amounts), 'min(amount)': min(amounts), 'max(amount)': max(amounts),
    'max(day)': max(days), 'min(day)': min(days), 'nulls(device)': sum(x[1] == '' for x in order), 'others(device)': sum(x[1] == 'pad' for x in order),
    'duplicates(id)': len(order) - len({x[4] for x in order}), 'duplicates(day, device)': len(order) - len({(x[0], x[1]) for x in order}),
    'descents(day)': sum(a > b for a, b in zip(days, days[1:])), 'tv': sum(x[2] for x in order if x[1] == 'tv'),
    'avg(users)': (D(sum(x[2] for x in order)) / len(order)).quantize(D('1e-9')),
    'null_share(device)': (D(sum(x[1] == '' for x in order)) / len(order)).quantize(D('1e-9')),
}
def plain(v):
    t = f'{v:f}' if isinstance(v, D) else str(v)
    return t.rstrip('0').rstrip('.') if isinstance(v, D) and '.' in t else t
json.dump({k: plain(v) for k, v in want.items()}, open('want.json', 'w'), sort_keys=True)
json.dump({'negative': sum(x[2] < 0 for x in order), 'rows': len(order)}, open('rules.json', 'w'))
P
figures="{ measure: rows }, { measure: sum, column: users }, { measure: sum, column: amount }, { measure: min, column: amount }, { measure: max, column: amount },
  { measure: max, column: day }, { measure: min, column: day }, { measure: nulls, column: device }, { measure: others, column: device, values: [tv, phone] },
  { measure: duplicates, columns: [id] }, { measure: duplicates, columns: [day, device] }, { measure: descents, column: day },
  { name: tv, measure: sum, column: users, when: \"device == 'tv'\" }, { measure: avg, column: users }, { measure: null_share, column: device }"
# pipe COLUMNS STEP [TOP]
pipe() { local columns="${1:+, columns: \{ $1 \}}"; printf 'pipeline: p\n%s\nsource: { use: file, url: "%s"%s }\nsteps: [ { check: { %s } } ]\nsink: { use: sqlite, path: out.db, mode: append }\n' "${3:-}" "${url:-in*.csv}" "${columns//\\/}" "$2" >p.yaml; }
run() { rm -rf out.db* .trib; again "$@"; }
again() { "$TRIB" run p.yaml "$@" --json >out.json 2>err; code=$?; }
seen() { jq -cS '[.result[0].figures[] | {(.name): .seen}] | add' out.json; }
verdict() { jq -r --arg n "$1" '.result[0].figures[] | select(.name == $n) | .verdict' out.json; }
code() { same "$code" "$1" || { cat out.json err; return 1; }; }
rows() { sqlite3 out.db 'SELECT count(*) FROM rows' 2>/dev/null || echo 0; }
typed="day: date, device: text, users: int64, amount: { type: decimal, scale: 6 }, id: text"

pipe "$typed" "figures: [ $figures ]"; run
ok "figures of typed columns" eval 'code 0 && same "$(seen)" "$(jq -cS . want.json)"'
ok "only measured" same "$(jq -r '[.result[0].figures[].verdict] | unique[]' out.json)" measured
ok "all rows went on" same "$(rows)" 30000
ok "runs show has them" eval 'same "$("$TRIB" runs show "$(jq -r .result[0].run_id out.json)" --json | jq -c .result.figures)" "$(jq -c .result[0].figures out.json)"'
again
ok "nothing new: nothing is checked" eval 'code 0 && same "$(jq -c .result[0].figures out.json)" "[]"'
pipe "day: date, device: text, users: text, amount: text, id: int64" "figures: [ $figures ]"; run --workers 1
ok "the same of texts" eval 'code 0 && same "$(seen)" "$(jq -cS . want.json)"'
pipe "$typed" "over: part, figures: [ { measure: rows }, { measure: sum, column: users } ]"; run
ok "over: part begins anew with each file" eval 'code 0 && same "$(jq -c "[.result[0].figures[] | select(.name == \"rows\") | [.part, .seen]]" out.json)" "[[\"in0.csv\",\"10000\"],[\"in1.csv\",\"10000\"],[\"in2.csv\",\"10000\"]]"'
ok "and adds up" same "$(jq -r '.result[0].figures[] | select(.name == "sum(users)") | .seen' out.json | python3 -c "import sys; print(sum(map(int, sys.stdin)))")" "$(jq -r '."sum(users)"' want.json)"

negative=$(jq .negative rules.json)
pipe "$typed" 'rows: [ { name: r, require: "users >= 0" } ]' "max_rejects: 30000"; run --workers 4
ok "rules reject" eval 'code 0 && same "$(jq -c ".result[0] | [.rows_rejected, (.figures[0] | .rows, .of, .verdict, .wanted)]" out.json)" "[$negative,$negative,30000,\"warned\",\"users >= 0\"]" && same "$(rows)" $((30000 - negative))'
pipe "$typed" 'rows: [ { name: r, require: "users >= 0", action: warn } ]'; run
ok "rules warn" eval 'code 0 && same "$(rows) $(verdict r)" "30000 warned"'
pipe "$typed" 'rows: [ { name: r, require: "users >= 0", action: fail } ]'; run
ok "rules fail" eval 'code 5 && same "$(rows) $(verdict r)" "0 failed" && same "$(jq -r .result[0].error.code out.json)" check.failed'
pipe "$typed" "rows: [ { name: r, when: \"device == 'tv'\", require: \"users >= 0\", action: warn } ]"; run
ok "when: only these rows" same "$(jq .result[0].figures[0].rows out.json)" "$(grep -c ',tv,-' in*.csv | cut -d: -f2 | python3 -c "import sys; print(sum(map(int, sys.stdin)))")"

hold() { # NAME FIGURE: it does not hold
  pipe "$typed" "figures: [ $2 ]"; run
  ok "held: $1" eval 'code 5 && same "$(rows) $(jq -r ".result[0].error.code, (.result[0].figures | map(.verdict) | sort[0])" out.json | paste -sd" ")" "0 check.failed failed"'
  ok "held: $1: the ledger says so" same "$("$TRIB" loads list p.yaml --json | jq -r '.result[].outcome')" held
}
hold "too few rows" "{ measure: rows, min: 30001 }"
hold "a sum that is off" "{ measure: sum, column: amount, is: 1 }"
hold "too many nulls" "{ measure: null_share, column: device, max: 0.001 }"
hold "old data" "{ measure: max, column: day, within: 1d }"
hold "another figure" "{ measure: sum, column: users, name: b, same_as: a }, { measure: sum, column: amount, name: a, min: 0 }" 
pipe "$typed" "figures: [ { measure: rows, min: 30001 } ]"; run; pipe "$typed" "figures: [ { measure: rows, min: 30000 } ]"; again
ok "after it was held the next run takes all" eval 'code 0 && same "$(rows)" 30000'
pipe "$typed" "figures: [ { measure: max, column: day, within: 4d }, { measure: rows, is: 30001, tolerance: 1 }, { measure: min, column: day, min: 2025-01-01, max: 2025-01-01 } ]"; run
ok "bounds that hold" eval 'code 0 && same "$(jq -r "[.result[0].figures[].verdict] | unique[]" out.json)" passed'
pipe "$typed" "figures: [ { measure: rows, min: 30001, action: warn } ]"; run
ok "warn lets it pass" eval 'code 0 && same "$(rows) $(verdict rows)" "30000 warned"'
pipe "$typed" "figures: [ { measure: others, column: device, values: [tv, phone], action: reject }, { measure: rows } ]" "max_rejects: 30000"; run
ok "reject: the other figures are of the rest" eval 'code 0 && same "$(jq -r ".result[0].figures[1].seen" out.json) $(rows)" "$((30000 - $(jq -r ".\"others(device)\"" want.json))) $(rows)" && [ "$(rows)" = "$(jq -r ".result[0].figures[1].seen" out.json)" ]'
pipe "$typed" "unique: [id]" ; run
ok "unique holds the load" eval 'code 5'
pipe "$typed" "not_null: [day, users], keys_max: 100"; run
ok "not_null" eval 'code 0'
pipe "$typed" "figures: [ { measure: duplicates, columns: [id], min: 0 } ], keys_max: 100"; run
ok "too many keys: the limit has a name" eval 'code 2 && grep -q "keys_max (100)" out.json'

printf 'n\n99999999999999999999999999999999999999\n1\n' >big.csv
url=big.csv pipe "n: { type: decimal, precision: 38, scale: 0 }" "figures: [ { measure: sum, column: n, min: 0 } ]"; run
ok "a sum past 38 digits is not there" eval 'code 5 && same "$(seen)" "{\"sum(n)\":\"more than 38 digits\"}"'
printf 'n\n0.1\n0.2\n-1e3\nx\n\n7\n' >odd.csv
url=odd.csv pipe "" "figures: [ { measure: sum, column: n } ]" "max_rejects: 5"; run
ok "texts that are no number are dead letters" eval 'code 0 && same "$(jq .result[0].rows_rejected out.json) $(seen)" "2 {\"sum(n)\":\"7.3\"}"'
printf 'n\n' >none.csv
url=none.csv pipe "n: int64" "figures: [ { measure: rows, min: 1 } ]"; run
ok "a file without rows is checked too" eval 'code 5 && same "$(seen)" "{\"rows\":\"0\"}"'

bad() { # NAME FIGURE CODE
  pipe "$typed" "$2"; "$TRIB" check p.yaml >out.txt 2>err
  ok "refused: $1" eval "grep -q 'error\\[$3\\]' err out.txt || { cat err out.txt; false; }"
}
bad "no column" "figures: [ { measure: sum } ]" check.bad_figure
bad "columns of a sum" "figures: [ { measure: sum, columns: [a] } ]" check.bad_figure
bad "an action without a bound" "figures: [ { measure: rows, action: fail } ]" check.bad_figure
bad "reject of a sum" "figures: [ { measure: sum, column: users, action: reject } ]" check.bad_figure
bad "a bound that is no number" "figures: [ { measure: rows, min: many } ]" check.bad_bound
bad "same_as nothing" "figures: [ { measure: rows, same_as: x } ]" check.bad_figure
bad "twice one name" "figures: [ { measure: rows }, { measure: rows } ]" check.bad_figure
bad "nothing to check" "over: run" check.bad_figure
pipe "$typed" "figures: [ { measure: sum, column: user } ]"; run
ok "an unknown column, with what was meant" eval 'code 2 && grep -q "check.unknown_column" out.json && grep -q "did you mean .*users" out.json'
pipe "$typed" "figures: [ { measure: sum, column: day } ]"; run
ok "a sum of dates" eval 'code 2 && grep -q check.bad_type out.json'
ok "preview shows rows whatever the gate says" eval 'pipe "$typed" "figures: [ { measure: rows, min: 99999 } ]"; "$TRIB" preview p.yaml'
finish check
