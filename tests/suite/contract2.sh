#!/bin/bash
# contract2.sh - the rest of tributary.h: commands, values of every type, kept texts, statuses, edits, several owners of rows,
# the memory that a run may take. contract.sh has the order of calls.
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/probe.so" ] || skip "a static build loads no modules"
. "$(dirname "$0")/contract.inc"

# probe OPTIONS STEPS SINK-OPTIONS TOP: like pipeline, with the source probe
probe() {
  n=$((n + 1)); d=$work/$n; mkdir -p "$d"; cd "$d"
  cat >p.yaml <<Y
pipeline: p
${4:-}
source: { use: probe, log: $d/probe.log, $1 }
steps: [ ${2:-} ]
sink: { ${3:-use: trace}, log: $d/log, store: $d/store }
Y
  : >log; : >probe.log
}
cell() { same "$(jq -c "$1" store)" "$2"; }
trib() { "$TRIB" "$@" >out 2>err; code=$?; }
lines() { same "$(grep -cE -- "$1" "$2")" "$3"; }

# ---- commands that plugins bring
mkdir -p "$work/say"; cd "$work/say"
trib say words --word hi --times 3
ok "a plugin's command runs: exit 0" code 0
ok "what it emits is the answer" same "$(tr '\n' ' ' <out)" "word	n hi	0 hi	1 hi	2 "
trib say words --word hi --also a,b --day 1970-01-03 --json
ok "with --json it is the envelope's result" same "$(jq -c '[.command, .ok, .result[2:]]' out)" '["say words",true,[{"word":"a","n":2},{"word":"b","n":2}]]'
trib say words
ok "a required option is asked for: exit 2" code 2
ok "by its name" has '^error\[cli.usage\]: --word is required' err
trib say words --word hi --tims 3
ok "an unknown option: exit 2" code 2
ok "and a suggestion" has 'did you mean --times' err
trib say words --word hi --times 12
ok "a value that is not allowed: exit 2" code 2
TRIB_WORD=env trib say words
ok "options may stand in the environment" has '^env	0' out
for s in -6:1 -5:2 -3:3 -2:4 -7:5 -8:6; do
  trib say nothing --status ${s%:*}
  ok "status ${s%:*} is exit ${s#*:}" code ${s#*:}
done
ok "its error has the form of all errors" has '^error\[say.asked\]: it was asked to fail with -8' err
trib say nothing --status -10
ok "a command that fails silently is named" has 'internal.silent_failure.*say nothing answered FATAL' err
trib hush --json
ok "a failure with --json is the envelope's error" same "$(jq -c '[.ok, .error.code]' out)" '[false,"say.asked"]'
printf 'id,name\n1,a\n2,b\n' >in.csv
trib say lines --file in.csv
ok "bytes and rows work outside of a run, from the folder one is in" same "$(tr '\n' ' ' <out)" "id	name 1	a 2	b "
trib say lines --file nowhere.csv
ok "and fail as in one" has "file.not_found" err
trib help
ok "help lists the commands of plugins" has '^  say words +Says words.' out
trib help say words
ok "help NAME shows one" has '^  --times 1..9 +How often. Default 2.' out
trib say words --help
ok "--help too, and what is required" has '^  --word text +What to say. Required.' out
trib say
ok "a noun alone names its verbs" has 'trib say words, nothing, lines' err
trib say wrods
ok "a word that is wrong as well" has 'trib say words, nothing, lines' err
trib check --no-such-flag
ok "our own commands win" has 'unknown flag --no-such-flag' err

# ---- options of every type, columns of every type
echo x >"$work/in.txt"
probe "what: values, secret: s3cret, path: sub/a.csv, expr: 'id + 1'"; TRIB_NOW=2025-06-02T06:30:00Z run
ok "options and columns of every type: exit 0" code 0
ok "a decimal keeps its own precision and scale" has '^table 0 .* price\(20,4\)'
ok "one that does not say is decimal(38,9)" has '^table 0 .* plain\(38,9\)'
ok "trib_put_dec, to the digit" cell '[.rows[].price]' '["0000000000000000000000000001e23ae-4","0000000000000000000000000001e23be-4","0000000000000000000000000001e23ce-4"]'
ok "text put to a decimal" cell '.rows[0].plain' '"000000000000000000000001bf08eb00e-9"'
ok "38 digits of it" cell '.rows[1].plain' '"b4c4b357a5793b85f675ddc0343efcebe-9"'
ok "dates, clocks, times and durations" cell '.rows[0] | [.day, .at, .when, .pause]' '[20147,23400000000,1735689600000000,1500]'
ok "floats and bools" cell '.rows[0] | [.ratio, .on]' '[0.25,true]'
ok "JSON stays as it was written" cell '.rows[0].doc | fromjson' '[1,{"a":2}]'
ok "TRIB_NOW is the start of the run" cell '.rows[0].started' 1748845800000000
ok "a short column is filled with nulls" cell '[.rows[].late]' '[null,5,null]'
ok "trib_constant, and the name of the stream" cell '[.rows[].stream] | unique' '["main"]'
ok "a secret is what was written" cell '.rows[0].secret' '"known"'
ok "and is shown nowhere" eval '! grep -rq s3cret log out err probe.log; "$TRIB" config p.yaml | grep -q "secret.*\*\*\*"'
ok "a path starts at the pipeline's folder" cell '.rows[0].path' "\"$d/sub/a.csv\""
ok "texts behind codes" cell '[.rows[].colour]' '["a blue that is long","red",null]'
probe "what: values, stream: orders"; run
ok "a stream \"*\" is any stream, and its table" has '^table 0 orders '
ok "trib_stream_name is the pipeline's" cell '.rows[0].stream' '"orders"'
for bad in "expr: 'id +'" "pause: soon" "day: 2025-02-30" "price: '1.2.3'" "at: '25:00'" "ratio: x" "on: maybe" "times: 0"; do
  probe "what: values, $bad"; run
  ok "refused before anything starts: $bad" code 2
  ok "with its place: $bad" has 'p.yaml:3' err
done
ok "nothing was opened" lines . probe.log 0
probe "what: plain, word: old"; trib check p.yaml
ok "a deprecated option is a warning" has 'word' err
trib discover p.yaml
ok "discover: the connector's catalog" has '^found	id	int64	key	/id	Its number.' out
ok "with what share built" hasnt 'nothing shared' out
probe "what: json"; run
ok "trib_rows_json: names, nested values, columns that come late" cell '[.rows[] | [.id, .a, .late]]' '[[1,"{\"b\":[1]}",null],[2,null,"x"],[3,null,null]]'
printf 'id;name\n1;a\n2;"b;c"\n' >"$work/two.csv"
probe "what: decode, path: $work/two.csv, delimiter: ';'"; run
ok "TRIB_FORMATS: the format options of the pipeline" cell '[.rows[].name]' '["a","b;c"]'
probe "what: foreign"; run
ok "a foreign decimal and dictionary" cell '[.rows[] | [.id, .amount, .colour]]' '[[1,"00000000000000000000000000003039e-2","blue!"],[2,"fffffffffffffffffffffffffffffffbe-2","red"]]'
probe "what: retype" "" "" "max_rejects: 1"; run
ok "a column that changes its type is cast, what does not fit is a dead letter" cell '[.rows[] | [.id, .n]]' '[[1,41],[2,42]]'
ok "with the text that did not fit" has '^dead .*forty'
probe "what: retype"; run
ok "and held by the budget" code 5

# ---- a sink from a newer header: its own strides, in and out
probe "what: plain" "" "use: grown"; sed -i 's/, store: [^ ]*//' p.yaml; run
ok "a plugin whose structs are longer runs" code 0
ok "reads options and gets columns in its own stride" has '^main 7 z: id/2/0 word/5/0$' log

# ---- a plugin for another contract
mkdir -p "$work/mods"; chmod 755 "$work/mods"
cat >"$work/alien.c" <<'C'
#include <tributary.h>
static int apply(struct trib *t, void *self, struct trib_batch *in) { (void)self; return trib_emit(t, 0, in); }
TRIB_API extern const struct trib_plugin alien_LTX_trib_plugin;
const struct trib_plugin alien_LTX_trib_plugin = { .abi = TRIB_ABI + 1, .size = sizeof(struct trib_plugin), .field_size = sizeof(struct trib_field),
	.stream_size = sizeof(struct trib_stream), .command_size = sizeof(struct trib_command), .name = "alien", .help = "Comes from elsewhere.", .apply = apply };
C
if "${CC:-gcc}" -std=gnu17 -fPIC -shared -I "$TRIB_SRC/include" -o "$work/mods/alien.so" "$work/alien.c" 2>"$work/alien.log"; then
  probe "what: plain" alien; TRIB_PLUGIN_PATH="$work/mods:$TRIB_PLUGIN_PATH" run
  ok "another ABI is refused" has 'plugin.wrong_abi.*alien' err
fi

# ---- share, open, close
probe "what: plain"; run
ok "share first, close before unshare" same "$(uniq probe.log | cut -d' ' -f1 | uniq | tr '\n' ' ')" "share open close open close unshare "
ok "share sees options only" has '^share options only' probe.log
ok "every open sees what share built" lines '^open shared' probe.log 2
probe "what: bad_share"; run
ok "a share that fails ends the run" code 3
ok "unshare follows it, nothing is opened" same "$(cut -d' ' -f1 probe.log | tr '\n' ' ')" "share unshare "
probe "what: bad_open"; run
ok "AUTH from open: exit 3" code 3
ok "close follows an open that failed" same "$(cut -d' ' -f1 probe.log | sort | uniq -c | tr -s ' \n' ' ')" " 1 close 1 open 1 share 1 unshare "
pipeline "rows: 2" "" "use: trace, fail: 'open:-4'"; run
ok "of a sink as well" calls close 1
pipeline "rows: 4, parts: 3" "mould: { what: words, log: $work/mould.log }"; run
ok "every instance that is opened is closed" same "$(grep -c open "$work/mould.log")" "$(grep -c close "$work/mould.log")"
pipeline "rows: 4, parts: 3" "bend: { scope: part, log: bend.log }"; run
ok "a step that sees a part is a new instance for each" lines '^open' bend.log 5   # one is the check's

# ---- RETRY and the other answers of read
for s in later:4 auth:3 env:3 config:2 held:5 fenced:6 fatal:1 stopped:130; do
  probe "what: ${s%:*}"; run
  ok "read answering ${s%:*} is exit ${s#*:}" code ${s#*:}
  ok "${s%:*}: the error is the plugin's" has 'error\[probe.later\]: .*come back' err
  ok "${s%:*}: it is asked once" lines '^try' probe.log 1
  ok "${s%:*}: nothing is stored" hasnt _table store
done
probe "what: silent"; run
ok "a failure without a word is named" has 'internal.silent_failure.*source' err
probe "what: retry, times: 2, pause: 700ms" "" "" "max_rejects: 5"
from=$(date +%s%3N); run; took=$(($(date +%s%3N) - from))
ok "RETRY waits as long as the source said" eval "[ $took -ge 700 ]"
ok "kept texts are put back" lines '^try \+$' probe.log 2
ok "state fields, rows and rejects of the dropped call are gone" cell '[.rows[].id]' '[100]'
ok "one dead letter: that of the call that counts" same "$(jq -c .dead store | grep -o 'call [0-9]')" "call 2"
ok "the state that is stored is that of the last call" same "$(jq -r '.states["part 0"]' store | jq -c .state)" '{"kept":"+","next":1}'
probe "what: retry, times: 9, pause: 1ms"; run
ok "after five tries RETRY is a failure" code 1
ok "five, not more" lines '^try' probe.log 5
probe "what: reject" "" "" "max_rejects: 1"; run
ok "a row of a closed batch can be rejected by a connector" has '^dead .*code=probe.rejected .*"id":1'
ok "and leaves it" rows main 0

# ---- edits of a step
pipeline "rows: 6" "mould: { what: cols }"; run
ok "trib_pick_cols: order and names, also of the schema" has '^table 0 rows append where:5 id:2'
ok "and the values under them" cell '[.rows[] | [.where, .id]][5]' '["p00",5]'
pipeline "rows: 6" "mould: { what: words }"; run
ok "trib_add_words" cell '[.rows[].parity]' '[null,"odd","even","odd","even",null]'
pipeline "rows: 6" "mould: { what: words }, bend: {}"; run
ok "dictionary columns flow through a step" cell '[.rows[] | [.parity, .times]][1:3]' '[["odd",10],["even",20]]'
pipeline "rows: 6" "mould: { what: clear }"; run
ok "trib_clear in bind retypes" has '^table 0 rows append id:5'
ok "and in apply starts the column anew, views stay good" cell '[.rows[].id][4:]' '["no. 4","no. 5"]'
pipeline "rows: 8, batch: 4" "mould: { what: mark }" "" "max_rejects: 2"; run
ok "a rejected row is known through trib_move and trib_pick" ids rows "3 2 7 6"
ok "one row, one dead letter: the first reason" cell '.dead | length' 2
ok "which is the one that was rejected" same "$(grep -c 'mould.marked.*"id":[15],' log)" 2
pipeline "rows: 8, batch: 4, parts: 2" "mould: { what: hold, log: m.log }"; run
ok "a held batch (trib_move) goes on in flush, which follows each batch of a PER_ROW step" same "$(jq -c '[.rows[].id] | sort | length' store)" 16
pipeline "rows: 4" "mould: { what: wrong }"; run
ok "an output that the step does not have is refused" has 'internal.bad_output' err
pipeline "rows: 4" "mould: { what: grow }"; run
ok "a column that bind did not name does not reach the sink" hasnt 'unbound'
pipeline "rows: 4" "mould: { what: ask }"; run
ok "recall without TRIB_RECALLS is refused" has 'run.no_recall' err
pipeline "rows: 4" "bend: { scope: part }, mould: { what: ask }"; run
ok "also beside the sink" has 'run.no_recall' err
pipeline "rows: 4" "once: {}" "use: nothing"; sed -i 's/, log: [^ ]*log, store: [^ ]*//' p.yaml; run
ok "recall of a sink that has none is refused, at the step" eval "has 'run.no_recall' err && has 'p.yaml:4:' err && code 2"
pipeline "rows: 4" "once: {}"; sed -i 's/^sink: .*/sink: { use: files, path: out }/' p.yaml; "$TRIB" check p.yaml >out 2>err; code=$?
ok "and of files, when the pipeline is checked" eval "has 'run.no_recall' err && code 2"
pipeline "rows: 8, parts: 2, vary: true" "mould: { what: words, log: m.log }"; TRIB_WORKERS=1 run
ok "bind is called again when columns were added" lines '^bind 4' m.log 1
ok "and once before" lines '^bind 3' m.log 1

# ---- units: tables, ledger, rejects of the sink, states
pipeline "rows: 4, parts: 3, status: ok" "" "use: trace, reject_every: 3" "checkpoint: { rows: 1 }
max_rejects: 9"; run
ok "rows that the sink rejects balance" code 0
ok "each unit tells its tables" same "$(grep -c '^table 0' log)" 3
ok "each unit counts for itself" lines 'rows_read=4 rows_in=4 rows_inserted=3 .*rows_rejected=1' log 3
ok "the ledger row names load, run, pipeline, stream, epoch" has '^ledger load_id=[0-9A-Z]+-0001 run_id=[0-9A-Z]+ pipeline=p stream=rows epoch=1 outcome=committed'
ok "begin gets the epoch of claim" has '^begin epoch 1'
ok "dead letters of the sink are in the commit" lines '^dead stage=sink code=trace.rejected' log 3
pipeline "rows: 4, parts: 3, status: ok" "bend: { drop_every: 2 }" "" "checkpoint: { rows: 1 }"; "$TRIB" run p.yaml --json >out 2>err
ok "rows read are those of the source, rows in those that came to the sink" lines 'rows_read=4 rows_in=2 rows_inserted=2 ' log 3
ok "books of a step are summed over units" same "$(jq -c '.result[0].steps[0] | [.in, .out, .filtered]' out)" "[12,6,6]"
pipeline "rows: 4, parts: 2, slices: true, status: ok" "" "use: trace, tables: { rows: { mode: merge, key: [part, id], slice_by: [part] } }" "checkpoint: { rows: 1 }"; run
ok "a unit has its own slices only" lines '^commit .* slices 1 ' log 2
ok "and its own states only" lines '^commit .* states 1 ' log 2
closing="use: trace, tables: { rows: { mode: merge, key: [part, v], slice_by: [part] } }"
pipeline "rows: 4, slices: true" "map: { filter: 'id > 9' }, bend: {}, map: { rename: { id: v } }" "$closing"; run
ok "steps are bound behind the last row, so the sink knows the table of a slice without rows" has '^table 0 rows merge v:2/key part:5/key/slice'
ok "and of that slice" has '^commit .* slices 1 '
pipeline "rows: 20, parts: 1, status: ok, fail_at: 12" "" "use: trace_stage" "checkpoint: { rows: 8 }"; run
: >log; ok "forgetting where a broken load stopped" "$TRIB" state reset p.yaml --yes
ok "does not publish what it staged" has '^commit outcome 0 publish 0 '
pipeline "rows: 4, shy: 1, slices: true" "" "use: trace, tables: { rows: { mode: merge, key: id, slice_by: [part] } }"; run
ok "slices of a dropped call are dropped" lines '^slice part=' log 1
pipeline "rows: 4, parts: 2, bad_every: 3, status: ok" "" "" "checkpoint: { rows: 1 }
max_rejects: 9"; run
ok "a unit has its own dead letters only" same "$(grep -c '^dead' log)" 3
pipeline "rows: 4, parts: 2" "" "use: trace, fail: 'begin:-4'"; run
ok "a unit that did not begin is not aborted" calls abort 0
pipeline "rows: 4, parts: 2" "" "use: trace, fail: 'commit:-4'"; run
ok "a commit that failed is told to nobody" told '^committed' 0
write "rows: 4, parts: 2"; run
ok "after a restart the connector hears of the commit" told '^committed' 2
pipeline "rows: 4, parts: 2" "" "use: nothing"; sed -i 's/, log: [^ ]*log, store: [^ ]*//' p.yaml; run
ok "a sink without claim runs" code 0
: >feed.log; run
ok "and the project keeps the position: nothing is opened again" told '^open p0' 0
"$TRIB" run p.yaml --full-refresh >out 2>err
ok "--full-refresh forgets it" told '^open p0' 2
ok "and starts from the beginning" told '^open p00 0' 1
pipeline "rows: 8, batch: 4, fail_at: 6, status: ok" "" "use: trace_stage" "checkpoint: { rows: 1 }"; run
: >feed.log; sed -i 's/fail_at: 6/fail_at: -1/' p.yaml; run
ok "a part goes on where its last commit was" told '^open p00 4' 1
ok "and every row is there once" ids rows "0 1 2 3 4 5 6 7"
pipeline "rows: 10, parts: 2" "{ use: bend, name: first, twice: true }, { use: bend, name: second, drop_every: 2, audit: true }"; run

ok "outputs of a later step have their own table" rows audit 40
ok "the main one gets the main rows" rows rows 20

# ---- memory
probe "what: keep"; run
ok "a kept text outlives its call" cell '[.rows[].word]' '["nothing","said in the first call","said in the first call"]'
pipeline "rows: 50, parts: 3, batch: 1" "bend: { slow_ms: 20, log: $work/$((n + 1))/feed.log }"; TRIB_READ_AHEAD=1 TRIB_WORKERS=2 run
ok "no more is read ahead than the budget says" eval 'ahead=$(sed "/^apply 3$/q" feed.log | grep -c ^read); echo "$ahead reads"; [ "$ahead" -lt 15 ]'
probe "what: scratch, times: 60"; run
ok "scratch is zeroed, aligned, and gone after the call" code 0
rss() { command -v /usr/bin/time >/dev/null && /usr/bin/time -f %M -o rss "$TRIB" run p.yaml >out 2>err; cat rss; }
if [ -x /usr/bin/time ] && ! grep -q 'enable_sanitizers=.yes\|fsanitize' "$TRIB_BUILD/config.log"; then
  rm store   # what is known is not read again
  ok "240 MB of scratch leave no trace" eval '[ "$(rss)" -lt 60000 ]'
  probe "what: many, times: 12" "" "use: nothing"; sed -i 's/, log: [^ ]*log, store: [^ ]*//' p.yaml
  ok "one budget over all parts: 150 MB in 24 parts stay below 64 MiB" eval 'r=$(rss); echo "$r KiB"; [ "$r" -lt 65536 ]'
fi

finish contract2
