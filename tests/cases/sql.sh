#!/bin/bash
# sql.sh - queries over rows: values against the sqlite3 program and Python's Decimal, what is refused, and what bounds a query.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
export TRIB_NOW=2025-03-31T12:00:00Z
python3 - <<'P'
import csv, json, random
from decimal import Decimal as D, getcontext, ROUND_HALF_EVEN
getcontext().prec = 200
r = random.Random(11)
rows = [[i, r.choice(['AT', 'DE', 'CH', '']), r.randint(-10**12, 10**15), D(r.randint(-10**20, 10**20)).scaleb(-9), f'2025-0{r.randint(1, 3)}-{r.randint(1, 28):02}'] for i in range(6000)]
big = D('9999999999999999999999999999.999999999')
rows[5][3], rows[6][3], rows[7][3] = big, -big, D('0.000000001')
for part in range(2):
    with open(f'in{part}.csv', 'w', newline='') as f:
        w = csv.writer(f); w.writerow(['id', 'market', 'users', 'amount', 'day']); w.writerows([[a, b, c, f'{d:f}', e] for a, b, c, d, e in rows[part * 3000:(part + 1) * 3000]])
def text(d): t = f'{d:f}'; return (t.rstrip('0').rstrip('.') if '.' in t else t) if d else '0'
q = D('1e-9')
out = {}
for m in sorted({x[1] for x in rows}):
    of = [x[3] for x in rows if x[1] == m]
    out[m] = [text(sum(of)), text(min(of)), text(max(of)), text((sum(of) / len(of)).quantize(q, ROUND_HALF_EVEN)), len(of)]
json.dump(out, open('decimals.json', 'w'))
by = sorted(rows, key=lambda x: (x[3], x[0]))
open('order', 'w').write(''.join(f'{x[0]}\n' for x in by))
open('over', 'w').write(f"{sum(x[3] > 5000000000 for x in rows)} {sum(x[3] == D('0.000000001') for x in rows)}\n")
open('mul', 'w').write(''.join(f"{text((x[3] * D('0.07')).quantize(D('0.01'), ROUND_HALF_EVEN))}\n" for x in rows[10:300]))
P
columns="id: int64, market: text, users: int64, amount: { type: decimal, scale: 9 }, day: date"
# pipe QUERY [COLUMNS [MORE [TOP]]]
pipe() { printf 'pipeline: p\n%s\nsource: { use: file, url: "%s", columns: { %s } }\nsteps:\n  - sql:\n      query: |-\n%s\n      columns: { %s }\n      %s\nsink: { use: sqlite, path: out.db, mode: append }\n' "${4:-}" "${url:-in*.csv}" "$columns" "$(sed 's/^/        /' <<<"$1")" "${2:-}" "${3:-over: run}" >p.yaml; }
run() { rm -rf out.db* .trib; "$TRIB" run p.yaml "$@" --json >out.json 2>err; code=$?; }
code() { same "$code" "$1" || { cat out.json err; return 1; }; }
got() { sqlite3 out.db "$1" | sed 's/\r$//'; }
error() { code "${2:-2}" && same "$(jq -r '[.result[]?.error.code, (.findings[]? | select(.severity == "error") | .code)][0]' out.json)" "$1"; }
says() { grep -qE -- "$1" err out.json || { cat err out.json; return 1; }; }
books() { jq -r '.result[0].steps[] | "\(.in + .created - .out - .filtered - .deduplicated - .aggregated - .dead) \(.in) \(.created) \(.out) \(.filtered) \(.aggregated) \(.dead)"' out.json; }
sqlite3 ref.db 'CREATE TABLE input(id INTEGER, market TEXT, users INTEGER, amount TEXT, day TEXT)' '.mode csv' '.import --skip 1 in0.csv input' '.import --skip 1 in1.csv input'
like_sqlite() { same "$(got "SELECT ${2:-*} FROM rows ORDER BY rowid")" "$(sqlite3 ref.db "$1")"; }

group="SELECT market, sum(users) AS users, count(*) AS n, min(day) AS day FROM input GROUP BY market ORDER BY market"
pipe "$group" "n: int64"; run
ok "groups" eval 'code 0 && like_sqlite "$group" "market, users, n, day"'
ok "groups: the books" same "$(books)" "0 6000 0 4 0 5996 0"
window="SELECT id, sum(users) OVER (PARTITION BY market ORDER BY id ROWS 3 PRECEDING) AS users, rank() OVER (PARTITION BY market ORDER BY users DESC, id) AS place, lag(id) OVER (ORDER BY id) AS before FROM input ORDER BY id"
pipe "$window" "place: int64, before: int64"; run
ok "windows" eval 'code 0 && like_sqlite "$window" "id, users, place, before"'
join="SELECT a.id AS id, b.id AS other FROM input a JOIN input b ON b.market = a.market AND b.day = a.day AND b.id > a.id WHERE a.id < 300 ORDER BY a.id, b.id"
pipe "$join" "other: int64"; run
ok "joined with itself" eval 'code 0 && like_sqlite "$join" "id, other"'
ok "joined: what is more is created, or less filtered" eval 'case $(books) in "0 6000 "*) true ;; *) books; false ;; esac'
cte="WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200), m AS (SELECT market, count(*) AS c FROM input GROUP BY market) SELECT i, m.market AS market, c FROM n JOIN m ON c > i * 8 ORDER BY i, m.market"
pipe "$cte" "i: int64, c: int64"; run
ok "common tables, recursion" eval 'code 0 && like_sqlite "$cte" "i, market, c"'
each="SELECT id, users * 2 AS users, coalesce(market, 'none') AS market, upper(substr(day, 1, 7)) AS month FROM input WHERE users > 0"
pipe "$each" "" "over: batch"; run --workers 4
ok "row by row over batches" eval 'code 0 && same "$(got "SELECT id, users, market, month FROM rows ORDER BY id")" "$(sqlite3 ref.db "$each ORDER BY id")"'
ok "row by row: what is left out is filtered" eval 'same "$(books | cut -d" " -f1,2,6)" "0 6000 0" && [ "$(books | cut -d" " -f5)" -gt 0 ]'
pipe "SELECT count(*) AS n FROM input" "n: int64" "over: part"; run
ok "over: part begins anew with each file" same "$(got 'SELECT n FROM rows' | paste -sd' ')" "3000 3000"

# decimals
pipe "SELECT market, dec_sum(amount) AS s, min(amount) AS lo, max(amount) AS hi, avg(amount) AS a, count(*) AS n FROM input GROUP BY market" "n: int64"; run
ok "decimals: sums, ends and means are exact" eval 'code 0 && same "$(sqlite3 out.db -json "SELECT * FROM rows" | jq -cS "map({(.market // \"\"): [.s, (.lo, .hi | if contains(\".\") then sub(\"[.]?0+$\"; \"\") else . end), .a, .n]}) | add")" "$(jq -cS . decimals.json)"'
pipe "SELECT sum(amount) AS amount FROM input" ; run
ok "decimals: sum is exact, typed as its name" same "$(got 'SELECT amount_dec FROM rows' | sed -E 's/\.?0+$//')" "$(python3 -c "
import json; from decimal import Decimal as D, getcontext; getcontext().prec = 99
t = f'{sum(D(v[0]) for v in json.load(open(\"decimals.json\")).values()):f}'; print(t.rstrip('0').rstrip('.') if '.' in t else t)")"
pipe "SELECT id FROM input ORDER BY amount, id"; run
ok "decimals: ordered by value" eval 'code 0 && same "$(got "SELECT id FROM rows" | sha256sum)" "$(sha256sum <order)"'
pipe "SELECT sum(amount > 5000000000) AS a, sum(amount = '1e-9' OR amount = '0.0000000010') AS b FROM input" "a: int64, b: int64"; run
ok "decimals: compared by value" same "$(got 'SELECT a, b FROM rows' | tr '|' ' ')" "$(cat over)"
pipe "SELECT dec_round(dec_mul(amount, '0.07'), 2) AS v FROM input WHERE id >= 10 AND id < 300 ORDER BY id"; run
ok "decimals: multiplied and rounded half to even" eval 'code 0 && same "$(got "SELECT v FROM rows" | sha256sum)" "$(sha256sum <mul)"'
pipe "SELECT dec_add('99999999999999999999999999999999999998', 1) AS a, dec_sub('0.1', '0.10') AS b, dec_div(1, 3, 20) AS c, dec_cmp('1.0', 1) AS d, dec_cmp('-2', '-10') AS e, dec('+007.50') AS f, dec_round('2.5') AS g, dec_round('-3.455', 2) AS h, dec_abs('-1.20') AS i, dec_add(NULL, 1) AS j FROM input LIMIT 1"; run
ok "decimals: functions" same "$(got 'SELECT a, b, c, d, e, f, g, h, i, j FROM rows')" "99999999999999999999999999999999999999|0|0.33333333333333333333|0|1|7.5|2|-3.46|1.2|"
for case in "amount * 2" "2 + amount" "-amount" "(amount) / 2" "t.amount % 3" "sum(amount) * 2" "round(amount, 2)" "abs(amount)" "dec_sum(amount) > 100" "sum(amount) = 5" "dec_add(amount, 1) BETWEEN 1 AND 2" "amount > 0.5" "amount BETWEEN 1 AND 2.5" \
  "amount IN (1, 1e3)" "12345678901234567890123 < amount" "CASE WHEN id > 5 THEN amount ELSE 0 END * 2" "sum(CASE WHEN users > 5 THEN amount END) > 7"; do
  pipe "SELECT $case AS x FROM input t"; run
  ok "no silent double: $case" eval 'error sql.double && says "line 1, column [0-9]+"'
done
for case in "SELECT market FROM input GROUP BY market ORDER BY sum(amount)" "SELECT market, sum(amount) AS s FROM input GROUP BY market ORDER BY s DESC" "SELECT sum(amount) AS s, market FROM input GROUP BY market ORDER BY 1" \
  "SELECT market, sum(amount) s FROM input GROUP BY market ORDER BY s" "WITH m(a, b) AS (SELECT market, sum(amount) FROM input GROUP BY market) SELECT a, b FROM m ORDER BY b" \
  "SELECT id, CASE WHEN id > 5 THEN dec_add(amount, 1) END AS c FROM input ORDER BY c"; do
  pipe "$case"; run; ok "no order of texts: $case" error sql.double
done
pipe "SELECT market, sum(amount) AS s FROM input GROUP BY market HAVING dec_cmp(sum(amount), 0) <> 0 ORDER BY s COLLATE decimal DESC"; run
ok "dec_cmp and COLLATE decimal instead" eval 'code 0 && same "$(got "SELECT s FROM rows" | wc -l)" 4'
pipe "WITH m(market, b) AS (SELECT market, sum(amount) FROM input GROUP BY market) SELECT market, count(*) AS n FROM m WHERE market <> 'AT' GROUP BY market ORDER BY market" "n: int64"; run
ok "what is no decimal is ordered and compared as ever" eval 'code 0 && same "$(got "SELECT n FROM rows" | wc -l)" 3'
pipe "SELECT CASE WHEN amount > 0 THEN 'up' ELSE 'down' END AS way, count(*) * 2 AS n, sum(users) / 3 AS users FROM input WHERE amount BETWEEN -5 AND '5.5' OR amount IN (1, '2.50') OR NOT amount < users + 1 GROUP BY way ORDER BY way, n" "n: int64"; run
ok "nor is what only asks for a decimal" code 0
pipe "SELECT market, users / 2.0 AS half FROM input LIMIT 1" "" "over: run" "max_rejects: 1"; run
ok "a double where none is declared is a dead letter" eval 'code 0 && same "$(books)" "0 6000 0 0 5999 0 1" && same "$("$TRIB" dead-letters show p.yaml --json | jq -r ".result[].code")" sql.not_a_value'
pipe "SELECT users / 2.0 AS half FROM input LIMIT 1" "half: float64"; run
ok "a double where it is declared" code 0
pipe "SELECT amount FROM input WHERE id = 5" "amount: { type: decimal, scale: 2 }" "over: run" "max_rejects: 1"; run
ok "a decimal with more decimals than declared is a dead letter" eval 'code 0 && same "$(books | cut -d" " -f7)" 1 && "$TRIB" dead-letters show p.yaml --json | grep -q dec_round'
pipe "SELECT dec_add(amount, 0.1) AS x FROM input"; run
ok "a double is no decimal" eval 'error sql.failed 1 && says "write decimals as texts"'
pipe "SELECT dec_add('99999999999999999999999999999999999999', 1) AS x FROM input"; run
ok "39 digits" error sql.failed 1
pipe "SELECT sum(9223372036854775807) AS x FROM input"; run
ok "a sum beyond int64" eval 'error sql.failed 1 && says "dec_sum"'

# what a query may not
while IFS='|' read -r query reason; do
  pipe "$query"; run
  ok "refused: $query" error "$reason"
  ok "refused by check, with its place: $query" eval '"$TRIB" check p.yaml >c.out 2>&1; [ $? = 2 ] && grep -q "p.yaml:[0-9]*:[0-9]*" c.out && grep -q "$reason" c.out || { cat c.out; false; }'
done <<'Q'
SELECT id FORM input|sql.bad_query
SELECT id FROM input; DROP TABLE input|sql.bad_query
SELECT id FROM input; SELECT 1|sql.bad_query
INSERT INTO input VALUES(1)|sql.not_allowed
DELETE FROM input|sql.not_allowed
UPDATE input SET id = 1|sql.not_allowed
DROP TABLE input|sql.not_allowed
CREATE TABLE x(y)|sql.not_allowed
ATTACH 'x.db' AS x|sql.not_allowed
VACUUM INTO 'x.db'|sql.bad_query
PRAGMA max_page_count = 100000000|sql.not_allowed
SELECT name FROM sqlite_master|sql.not_allowed
SELECT * FROM pragma_database_list|sql.not_allowed
SELECT load_extension('x')|sql.not_allowed
SELECT random() AS id FROM input|sql.not_allowed
SELECT id FROM other|sql.bad_query
SELECT id FROM input WHERE id = ?|sql.bad_query
SELECT readfile('/etc/passwd') AS x FROM input|sql.bad_query
EXPLAIN SELECT id FROM input|sql.bad_query
Q
ok "nothing was made" same "$(ls | grep -c '^x\.db')" 0
for query in "SELECT market, count(*) AS n FROM input GROUP BY market" "SELECT id FROM input ORDER BY id" "SELECT DISTINCT market FROM input" "SELECT id FROM input LIMIT 3" "SELECT a.id AS id FROM input a, input b" "SELECT rowid AS id FROM input" "SELECT row_number() OVER () AS id FROM input"; do
  pipe "$query" "" "over: batch"; run; ok "not over batches: $query" error sql.over_batch
done
pipe "SELECT usr FROM input"; run
ok "an unknown column" eval 'error sql.unknown_column && says "there is no column .*usr"'
pipe "SELECT id,
  userz FROM input"; run
ok "with what was meant, line and column" eval 'error sql.unknown_column && says "line 2, column 3" && says "did you mean .*users"'
pipe 'SELECT id, id FROM input'; run
ok "two columns of one name" error sql.name_clash
pipe 'SELECT id FROM input' "nope: int64"; run
ok "a type for a column that is not there" error sql.unknown_column
pipe "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS id FROM n" "" "max_steps: 1000000"; run
ok "a recursion without an end" eval 'error sql.too_long && says max_steps'
columns="id: text, big: text" url=wide.csv
python3 -c "
print('id,big')
for i in range(3000): print(f'{i},{chr(97 + i % 26) * 1000}')" >wide.csv
pipe "SELECT id FROM input" "" "memory: 1MiB"; run
ok "more rows than memory" eval 'error sql.too_large && says "memory"'
pipe "SELECT id, length(group_concat(big)) AS n FROM input" "n: int64" "memory: 8MiB"; run
ok "a value that is too long" error sql.too_large
printf '{"id":"1","big":null}\n{"id":"2","big":"x"}\n{"id":null,"big":"y"}\n' >wide.jsonl; url=wide.jsonl
pipe "SELECT id, big, id IS NULL AS none FROM input" "none: bool" "over: batch"; run
ok "nulls stay nulls" same "$(got 'SELECT quote(id), quote(big), none FROM rows')" "$(printf "'1'|NULL|0\n'2'|'x'|0\nNULL|'y'|1")"
finish sql
