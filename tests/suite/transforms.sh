#!/bin/bash
# transforms.sh - what every step must do. A new transform is a word in `rows` and these variables:
#   opts_ROW      its options; $keep is the list of columns that go along, where it has to be told
#   derive_ROW    what it needs, as expressions over id (and part): columns that a map step in front of it makes
#   carries_ROW   yes: columns that it does not know go along unchanged, in the order of the rows
#   tables_ROW    its outputs beside the main one, in the commit with it; sink_ROW: how the sink takes them, if not by appending
#   lacks_ROW     COLUMN@CODE: a column that it cannot do without, and the error
#   bad_ROW       COLUMN@EXPRESSION@CODE: what makes one row of ten one that it rejects, and why ($every in opts_ROW is 10 then, else 0)
. "$(dirname "$0")/../lib.sh"
. "$TRIB_SRC/tests/suite/kind.sh"
export TRIB_WORKERS=2 TRIB_NOW=2025-06-02T06:30:00Z
options="use: sqlite, path: out.db"
rows="map mask check normalise normalise_wide normalise_sum normalise_model recategorise dedupe dedupe_newest lookup sql sql_sum bend mould"
third="(id | str) matches '3\$'" even="(id | str) matches '[02468]\$'"

opts_map="filter: 'id >= 0', derive: { twice: id * 2, long: \"concat(word, '-', id)\" }, cast: { word: decimal }, rename: { word: amount }, constants: { k: v }"
derive_map="word: \"concat(id, '.25')\"" carries_map=yes
lacks_map="word@expr.unknown_column" bad_map="word@if($third, 'x', '1')@map.not_a_value"

opts_mask="columns: { word: hash, note: { how: partial, last: 2 }, gone: drop }, scan: [free], key: 0123456789abcdef0123456789abcdef"
derive_mask="word: id | str, note: \"concat('+43 664 12345', id)\", gone: id | str, free: \"concat('mail a', id, '@example.com or 0664/1234567')\"" carries_mask=yes
lacks_mask="word@mask.unknown_column" without_bad_mask="it takes every row"

opts_check="rows: [ { require: \"word != 'x'\" } ], figures: [ { measure: sum, column: id }, { measure: rows, min: 1, action: warn } ], not_null: [id]"
derive_check="word: id | str" carries_check=yes
lacks_check="word@expr.unknown_column" bad_check="word@if($third, 'x', '1')@check.not_so"

opts_normalise="metric_column: metric, value_column: value, period_column: period, locale: en, decimals: 2, keep: \$keep"
derive_normalise="metric: \"if($even, 'installs', 'Active users')\", value: \"concat(id, '.50')\", period: \"'2025-01'\"" carries_normalise=yes
lacks_normalise="metric@normalise.unknown_column" bad_normalise="metric@if($third, 'intsalls', 'dau')@normalise.unknown_alias"

opts_normalise_wide="locale: de, ignore: [part, c0, c1, c2], period_column: period, keep: \$keep"
derive_normalise_wide="installs: \"concat(id, ',5')\", period: \"'Q1 2025'\"" carries_normalise_wide=yes
lacks_normalise_wide="period@normalise.unknown_column" bad_normalise_wide="installs@if($third, '1,2,3', '1')@normalise.bad_number"

opts_normalise_sum="metric_column: metric, value_column: value, period_column: period, locale: en, grain: month, duplicates: sum, partner_column: partner"
derive_normalise_sum="metric: \"'installs'\", value: \"id | str\", period: \"if($third, '2025-01-31', '2025-02-01')\", partner: \"concat('P', id | str | len)\""
lacks_normalise_sum="partner@normalise.unknown_column" bad_normalise_sum="value@if($third, 'x', '1')@normalise.bad_number"
without_memory_normalise_sum="rows wait until the period has ended, 64 bytes each"
without_memory_sql_sum="the rows of a scope are in memory, up to its limit"
without_memory_normalise_model="the values of a file are remembered: each may have one only"

opts_normalise_model="metric_column: metric, value_column: value, period_column: period, locale: en, output: model, partner_column: partner"
derive_normalise_model="metric: \"if($even, 'installs', 'dau')\", value: \"id | str\", period: \"if($third, '2025-01-31', '2025-02-01')\", partner: \"concat('P', id)\""
tables_normalise_model="series" sink_normalise_model="tables: { series: { mode: merge, key: [series_id] } }" lacks_normalise_model="partner@normalise.unknown_column" bad_normalise_model="value@if($third, 'x', '1')@normalise.bad_number"

opts_recategorise="source: desk, text: [body], labels: { Complaint: complaint, Other: other }, rules: [ { id: r1, category: how_to, confidence: 0.97, phrases: [how to] }, { id: r2, category: billing, confidence: 0.6, patterns: ['inv[o]ice \\d+'] } ]"
derive_recategorise="ticket_id: id | str, opened_at: \"'2025-01-31T23:59:59.123456Z' | parse\", source_label: \"if($even, 'Complaint', 'Other')\", body: \"if($third, concat('How  To pay ', id), concat('my invoice ', id))\""
carries_recategorise=yes tables_recategorise="ticket_category review_item"
lacks_recategorise="body@recategorise.no_column" bad_recategorise="source_label@if($third, 'Complant', 'Other')@recategorise.unknown_label"

opts_dedupe="key: [id, d_id], memory: 1MiB"
derive_dedupe="d_id: id | str" carries_dedupe=yes
lacks_dedupe="d_id@dedupe.unknown_column"
without_bad_dedupe="rows that contradict one another are in tests/cases/dedupe.sh"

opts_dedupe_newest="key: [twin], version: at, memory: 1MiB, count: copies"
derive_dedupe_newest="twin: \"concat('k', id)\", at: id | str" carries_dedupe_newest=yes
lacks_dedupe_newest="at@dedupe.unknown_column" bad_dedupe_newest="at@if($third, 'x', '1')@dedupe.bad_version"

seq 0 119 | sed '1i code,name' | sed '2,$s/.*/&,name of &/' >"$work/ref.csv"
opts_lookup="path: $work/ref.csv, key: { word: code }, take: { name: name }, on_miss: \$miss"
derive_lookup="word: id | str" carries_lookup=yes
lacks_lookup="word@lookup.unknown_column" bad_lookup="word@if($third, 'x', concat('', id))@lookup.miss"

opts_sql="query: \"SELECT *, word || '-' AS dash, CASE WHEN word = 'x' THEN 1.5 ELSE id END AS n FROM input WHERE id >= 0\", columns: { n: int64 }, over: batch"
derive_sql="word: id | str" carries_sql=yes
lacks_sql="word@sql.unknown_column" bad_sql="word@if($third, 'x', '1')@sql.not_a_value"

opts_sql_sum="query: \"SELECT max(id) AS id, kind, dec_sum(word) AS s, count(*) AS n FROM input GROUP BY kind ORDER BY id\", columns: { n: int64, s: { type: decimal, scale: 1 } }, over: run"
derive_sql_sum="word: \"concat(id, '.5')\", kind: \"if($third, 'three', concat('k', id))\""
lacks_sql_sum="kind@sql.unknown_column" without_bad_sql_sum="what it refuses is a row of its answer, of any number of rows: tests/cases/sql.sh"

opts_bend="audit: true, factor: 7, reject_every: \$every" derive_bend="word: id | str" carries_bend=yes tables_bend=audit
lacks_bend="id@plugin.config" bad_bend="word@'x'@bend.rejected"
opts_mould="what: words" derive_mould="word: id | str" carries_mould=yes
lacks_mould="id@plugin.config" without_bad_mould="it rejects nothing in this shape"

# step [BETWEEN [MORE]]: what it needs, a step in between, the step itself with more options
step() {
  local o=opts_$row d=derive_$row between=
  o=${!o} d=${!d} o=${o//'$keep'/"${keep:-[id]}"} o=${o//'$every'/"${every:-0}"} o=${o//'$miss'/"${every:+dead}"}
  [ -z "${1:-}" ] || between="{ use: map, name: bent, $1 },"
  echo "{ use: map, name: made, derive: { part: \"'p'\", $d } }, $between { use: $plugin, name: tried, $o${2:+, $2} }"
}
tables() { local t=tables_$row; echo "rows ${!t:-}"; }
all() { local t; for t in $(tables); do echo "== $t"; dump "$t"; done; }
feed() { local of=sink_$row; write "use: feed, $1" "${2:-}" "${!of:-}" "${4:-}"; }
forget() { rm -rf out.db* .trib; }
orderly() { same "$(dump | jq -r .id | sort -n -c 2>&1 | wc -l)" 0; }
carries() { local c=carries_$row; [ -n "${!c:-}" ]; }

ok "every transform has a row" every_plugin_has_a_row transform $rows
for row in $rows; do
  plugin=${row%%_*} long="rows: 120, parts: 1, batch: 1000"
  ok "$row: descriptor" lint "$plugin"

  project; feed "rows: 0, parts: 2" "$(step)"; run
  ok "$row: nothing in, nothing out, a good run" eval 'code 0 && same "$(all | grep -v ^==)" ""'
  run; ok "$row: and nothing to do again" eval 'code 0 && says "nothing changed"'

  if carries; then
    project; values; write "$typed" "$(keep="[id, i, d, s, ts, day, b]" step)"; run
    ok "$row: values of all types go through exactly" eval 'code 0 && exact'
    printf '{"id":1}\n{"id":2}\n' >in.jsonl; forget; run
    ok "$row: columns that are all null stay so" eval 'code 0 && same "$(dump | jq -cS "{id, i, d, s, ts, day, b}")" "$(printf "{\"b\":null,\"d\":null,\"day\":null,\"i\":null,\"id\":\"%d\",\"s\":null,\"ts\":null}\n" 1 2)"'
  fi

  project; feed "$long" "$(step)"; run --workers 1; want=$(all | sha256sum)
  ok "$row: a run gives rows" eval 'code 0 && for t in $(tables); do [ "$(dump $t | wc -l)" -gt 0 ] || { echo "no rows in $t"; false; }; done'
  ok "$row: one commit has all of its tables" same "$("$TRIB" loads list p.yaml --json | jq '[.result[] | .outcome]' -c) $(ledger rows_inserted)" "[\"committed\"] $(all | grep -vc ^==)"
  carries && ok "$row: in the order of the input" orderly
  for how in "parts: 1, batch: 1/1" "parts: 1, batch: 7/4" "parts: 4, batch: 1000/4" "parts: 4, batch: 7/1" "parts: 12, batch: 1/4"; do
    parts=${how#parts: }; parts=${parts%%,*}
    forget; feed "rows: $((120 / parts)), ${how%/*}" "$(step)"; run --workers "${how#*/}"
    ok "$row: the same with ${how/\// rows, workers: }" eval 'code 0 && same "$(all | sha256sum)" "$want"'
  done
  forget; feed "rows: 30, parts: 4" "$(step)"; elsewhere "$TRIB" run p.yaml >out.txt 2>err; code=$?
  ok "$row: the same in another zone and locale" eval 'code 0 && same "$(all | sha256sum)" "$want"'
  forget; feed "rows: 30, parts: 4" "$(step)" "" "checkpoint: { rows: 1 }"; TRIB_READ_AHEAD=1 run
  ok "$row: the same in units of one part, nothing read ahead" eval 'code 0 && same "$(all | sha256sum)" "$want"'
  forget; feed "rows: 30, parts: 4" "$(step)"
  ok "$row: the books of each step balance" balanced
  ok "$row: also one by one" same "$(jq -c '[.result[0].steps[] | .in + .created - .out - .filtered - .deduplicated - .aggregated - .dead] | unique' out.txt)" "[0]"

  project; feed "rows: 10, parts: 3, vary: true" "$(step)"; run
  ok "$row: columns that come midway" code 0
  case $row in map | recategorise | bend | mould)
    ok "$row: each row has its own, the others none" same "$(dump | jq -c 'select((.c0 // .c1 // .c2) == .id and ([.c0, .c1, .c2] | map(select(. != null)) | length) == 1)' | wc -l)" 30 ;;
  esac

  project; feed "rows: 30, parts: 4, batch: 3" "$(step)"; before=$(listing)
  trib preview p.yaml --json
  ok "$row: preview shows the step" eval 'code 0 && same "$(jq -c "[.result[0].stages[:3][].stage]" out.txt)" "[\"source\",\"made\",\"tried\"]"'
  ok "$row: with rows" same "$(jq '.result[0].stages[2].rows | length > 0' out.txt)" true
  trib plan p.yaml; ok "$row: plan knows it and its tables" eval 'code 0 && says "step +tried \\($plugin" && for t in $(tables); do says "write +$t " || false; done'
  trib check p.yaml; ok "$row: check is content" code 0
  ok "$row: looking leaves no trace" same "$(listing)" "$before"

  for at in 3 17 40; do
    for slow in 3 30 100; do      # a machine that is busy may be late with its kill
      forget; rm -f feed.log; feed "rows: 30, parts: 4, batch: 2, slow_ms: $slow, log: $d/feed.log" "$(step)" "" "checkpoint: { rows: 1 }"
      "$TRIB" run p.yaml >out.txt 2>err & pid=$!
      for _ in $(seq 300); do [ "$(cat feed.log 2>/dev/null | grep -c ^read)" -ge $at ] && break; sleep 0.01; done
      { kill -KILL $pid; wait $pid; } 2>/dev/null; code=$?
      [ $code = 137 ] && break
    done
    feed "rows: 30, parts: 4, batch: 2" "$(step)" "" "checkpoint: { rows: 1 }"; killed=$code; run
    ok "$row: killed at read $at and run again: the same" eval 'code 0 && same $killed 137 && same "$(all | sha256sum)" "$want"'
  done
  forget; feed "rows: 30, parts: 4, fail_at: 100" "$(step)"; run
  ok "$row: of a broken run nothing is there" eval 'code 1 && same "$(all | grep -v ^==)" ""'
  feed "rows: 30, parts: 4" "$(step)"; run
  ok "$row: then it is the same" eval 'code 0 && same "$(all | sha256sum)" "$want"'

  lacks=lacks_$row; IFS=@ read -r column reason <<<"${!lacks}"
  project; feed "rows: 4" "$(step "rename: { $column: ${column}x }")"; run
  ok "$row: a column that is not there" eval 'code 2 && says "^error\[$reason\]" && says "\b$column\b" && count 0'
  [ $reason = plugin.config ] || ok "$row: with the place, and what was meant" eval 'says "did you mean .?${column}x" && says "p\.yaml:[0-9]+:[0-9]+"'

  if can bad $row; then
    bad=bad_$row; IFS=@ read -r column makes reason <<<"${!bad}"; between="derive: { $column: \"$makes\" }"
    project; feed "rows: 15, parts: 2" "$(every=10 step "$between")" "" "max_rejects: 3"; run
    ok "$row: rows that it cannot take are dead letters" eval 'code 0 && same "$(letters) $(ledger rows_rejected)" "3 3"'
    trib dead-letters show p.yaml --json
    ok "$row: with stage, code, reason and the row" same "$(jq -r '[.result[] | select(.stage == "tried" and .code == "'$reason'" and (.detail | length) > 5 and (.record | contains("\":")))] | length' out.txt)" 3
    [ $plugin = bend ] || ok "$row: trib explain knows the reason" "$TRIB" explain $reason
    forget; feed "rows: 15, parts: 2" "$(every=10 step "$between")" "" "max_rejects: 2"; run
    ok "$row: beyond the budget nothing is committed but them" eval 'code 5 && same "$(all | grep -v ^==)" "" && same "$(letters)" 3'
  fi

  project; feed "rows: 4" "$(step "" "nonsens: 1")"; run
  ok "$row: an unknown option" refused config.unknown_key

  if measured && can memory $row; then
    project
    for k in 100 400; do
      options="use: nothing" write "use: feed, rows: $((k * 250)), parts: 4, batch: 1000" "$(step)"; rm -rf .trib; TRIB_READ_AHEAD=1000000 rss; echo $rss >k$k
    done
    ok "$row: 400,000 rows take the memory of 100,000" eval 'code 0 && cat k* && [ $(cat k400) -lt $(($(cat k100) * 3 / 2)) ]'
  fi
done
finish transforms
