#!/bin/bash
# contract.sh - the host's side of the contract, seen from plugins: what is called, in which order, with what, and what the
# host makes of each answer. trace writes down every call; feed and bend do what a source and a step may do.
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
. "$(dirname "$0")/contract.inc"

# ---- order of calls, states, parts
pipeline "rows: 10, parts: 3"; run
ok "a run ends with 0" code 0
ok "rows arrive once, in the order of parts" ids rows "$(seq -s' ' 0 29)"
ok "open, claim, begin, table, write, commit (which balances the books), close" same "$(cut -d' ' -f1 log | uniq | tr '\n' ' ')" "open claim begin table write commit ledger close "
ok "one commit for all small parts" calls commit 1
ok "the commit publishes, is complete and has three states" has '^commit outcome 0 publish 1 complete 1 states 3 dead 0 slices 0'
ok "columns come with type and key flag" has '^table 0 rows append id:2/key part:5'
ok "the connector hears of each part's commit" told '^committed p0[012]' 3
ok "with the state of that moment" has '^committed p01 20$' feed.log
ok "close follows committed" same "$(tail -1 feed.log | cut -d' ' -f1)" close
run
ok "a second run opens no known part" told '^open p0' 3
ok "and commits nothing" calls commit 1
ok "the epoch grows with each claim" has '^claim p rows epoch 2'
write "rows: 10, parts: 3, etag: 2"; run
ok "a part whose row changed is opened again" told '^open p0' 3
write "rows: 10, parts: 4, etag: 2"; run
ok "beside known parts a load ends and is not the whole source" same "$(grep '^commit' log | tail -n 1 | grep -o 'complete.*states [0-9]*\|ended.*' | tr '\n' ' ')" "complete 0 states 1 ended 1 "
pipeline "rows: 10, parts: 3" "" "use: trace, tables: { rows: { mode: replace } }"; run; write "rows: 10, parts: 2" "" "use: trace, tables: { rows: { mode: replace } }"; : >feed.log; run
ok "a table that is replaced makes the run read the whole source when a part is gone" told '^open p0' 2
ok "and says so" same "$(grep '^commit' log | tail -n 1 | grep -o 'complete.*states [0-9]*')" "complete 1 states 3"
: >feed.log; run
ok "nothing when nothing changed" told '^open p0' 0

# ---- checkpoints
pipeline "rows: 10, parts: 4, status: ok" "" "" "checkpoint: { rows: 10 }"; run
ok "without staging a commit comes at part ends only" calls commit 4
pipeline "rows: 10, parts: 4, status: ok" "" "" "checkpoint: { rows: 4 }"; run
ok "also when one is due inside a part" calls commit 4
pipeline "rows: 10, parts: 3, status: ok" "" "use: trace, mode: replace" "checkpoint: { rows: 1 }"; run
ok "a table that is replaced as a whole comes in one commit" calls commit 1
pipeline "rows: 10, parts: 4, status: ok" "" "" "checkpoint: { rows: 10 }"; run
ok "the last one is complete" same "$(grep -c 'complete 1' log)" 1
pipeline "rows: 20, parts: 1, status: ok" "" "use: trace_stage" "checkpoint: { rows: 8 }"; run
ok "a sink that stages gets checkpoints inside the part" has '^commit outcome 0 publish 0'
ok "and one that publishes at the end" same "$(grep -c 'publish 1' log)" 1
pipeline "rows: 20, parts: 1, status: more" "" "use: trace_stage" "checkpoint: { rows: 8 }"; run
ok "MORE is no safe point" same "$(grep -c 'publish 0' log)" 0

# ---- retry, failure, lost answers, fences
pipeline "rows: 10, parts: 2, flaky: 2"; run
ok "RETRY puts the state back and drops the rows of the call" ids rows "$(seq -s' ' 0 19)"
pipeline "rows: 10, parts: 2, flaky: 2, bad_every: 3" "" "" "max_rejects: 50"; run
ok "and the dead letters of the call" same "$(jq '.dead | length' store)" 7
pipeline "rows: 10, parts: 3, fail_at: 15"; run
ok "DATA ends the run with 1" code 1
ok "nothing of the broken unit is stored" rows rows 0
ok "the unit is aborted, not committed" has '^abort'
ok "the error names code and cause" has 'feed.broke.*the source broke at 15|error\[feed.broke\]' err
pipeline "rows: 5" "" "use: trace, lose: 1"; run
ok "a lost answer of a stored commit is learnt: done" code 0
ok "by beginning the same load again" has '^begin: it is there'
ok "and rows are there once" ids rows "0 1 2 3 4"
pipeline "rows: 5" "" "use: trace, lose: -1"; run
ok "a lost answer of a commit that was not stored fails" code 3
write "rows: 5"; run; ok "and the next run stores the rows once" rows rows 5
for c in open:-4:3 claim:-8:6 begin:-4:3 table:-5:2 write:-4:3 commit:-8:6 commit:-4:3 write:-3:3; do
  IFS=: read -r call status want <<<"$c"
  pipeline "rows: 5" "" "use: trace, fail: '$call:$status'"; run
  ok "$call answering $status ends with $want" code "$want"
  ok "$call answering $status stores nothing" hasnt '"_table"' store
  ok "$call answering $status is closed all the same" has '^close'
done
pipeline "rows: 5" "" "use: trace, fail: 'commit:-4'"; run
ok "abort does not follow a failed commit" calls abort 0
pipeline "rows: 5" "" "use: trace, fail: 'write:-4'"; run
ok "abort follows a failed write" calls abort 1
pipeline "rows: 1000, slow_ms: 2" "" "use: trace, fail: 'write:-4'"; sed -i "s|log: $d/feed.log|log: $d/log|" p.yaml; run
ok "and comes before the source is closed" same "$(grep -oE '^(abort|close p)' log | tr '\n' ' ')" "abort close p "

# ---- books
pipeline "rows: 5" "" "use: trace, miscount: 1"; run
ok "a sink that loses a row cannot commit" code 1
ok "and says so" has 'run.unbalanced_table' err
pipeline "rows: 10" "bend: { forget_every: 5 }"; run
ok "a step that loses a row cannot be committed" code 1
ok "and is named" has 'run.unbalanced_step' err
pipeline "rows: 10" "bend: { drop_every: 3, twice: true }"; run
ok "filtered and created rows balance" code 0
ok "and arrive" rows rows 12

# ---- dead letters and the budget
pipeline "rows: 10, bad_every: 4" "" "" "max_rejects: 3"; run
ok "rejects within the budget are committed with the rows" code 0
ok "as many as there were" has '^commit outcome 0 .* dead 3 '
ok "with stage, code and raw record" has '^dead stage=.* code=feed.bad .*record="row 8"'
pipeline "rows: 10, bad_every: 4"; run
ok "by default nothing may be rejected: held" code 5
ok "no row is stored" rows rows 0
ok "dead letters are stored in a commit of their own" has '^commit outcome -7 publish 0 complete 0 states 0 dead 3'
run; ok "the cursor did not move" code 5
pipeline "rows: 10, bad_every: 5" "" "" "max_rejects: 30%"; run
ok "a share is a budget as well" code 0
pipeline "rows: 10, bad_every: 5" "" "" "max_rejects: 10%"; run
ok "that can be passed" code 5
pipeline "rows: 10" "bend: { reject_every: 4 }" "" "max_rejects: 3"; run
ok "rows rejected by a step leave the batch" rows rows 7
ok "and keep their columns in the dead letter" has '^dead .*code=bend.rejected .*"times":'

# ---- transforms: bind, outputs, share, scopes
pipeline "rows: 8, parts: 2" "bend: { audit: true, factor: 7 }"; run
ok "an extra output is a table of the same commit" rows audit 16
ok "its schema comes from its columns" has '^table 1 audit append id:2/key was:5'
ok "bind added a column to the main output" has '^table 0 rows append id:2/key part:5 times:2'
ok "what share built is seen by apply" same "$(jq '[.rows[] | select(.times != null and .times != .id * 7)] | length' store)" 0
ok "one commit holds both" calls commit 1
pipeline "rows: 6, parts: 3, vary: true" "bend: { log: bend.log }"; run
ok "parts with different columns are united by name" has '^table 0 rows append id:2/key part:5 .*c0:2.* c2:2'
ok "absent cells are null" same "$(jq '[.rows[] | select(.c1 != null) | .id] | length' store)" 6
ok "every row has its own column's value" same "$(jq '[.rows[] | select((.c0 // .c1 // .c2) == .id)] | length' store)" 18
ok "the sink is told of added columns" same "$(($(grep -c '^table 0' log) >= 2))" 1
for scope in part period run; do
  pipeline "rows: 6, parts: 4, periods: aabb" "bend: { scope: $scope, log: bend.log }" "" "checkpoint: { rows: 1 }"; run
  ok "scope $scope: held rows come out" ids rows "$(seq -s' ' 0 23)"
  case $scope in part) want=4 ;; period) want=2 ;; run) want=1 ;; esac
  ok "scope $scope: flushed where it ends" same "$(grep -c '^flush' bend.log)" $want
  ok "scope $scope: commits lie where it ends" calls commit $want
  pipeline "rows: 6, parts: 4, periods: aabb" "bend: { scope: $scope, audit: true }" "" "checkpoint: { rows: 1 }"; run
  ok "scope $scope: also when other rows went through" calls commit $want
done
pipeline "rows: 10, parts: 2" "once: {}"; run
write "rows: 10, parts: 3, etag: 2" "once: {}"; run
ok "recall sees what was stored" rows rows 30
ok "recall sees this unit's rows as well" has '^recall rows keys'
pipeline "rows: 10, parts: 2" "once: {}, bend: { twice: true }"; run
ok "a step that recalls goes beside the sink" code 0

# ---- options: lists of structs, maps, allowed values
pipeline "rows: 2, constants: [ { name: a, value: v, times: 3 }, { name: b } ], words: { w: hello, z: bye }"; run
ok "lists of structs and maps fill the plugin's own types" same "$(jq -r '.rows[1] | [.a, .b, .w, .z] | join(",")' store)" "vvv,x,hello,bye"
pipeline "rows: 2, status: perhaps"; run
ok "a value that is not allowed is refused" code 2
ok "with what is allowed" has 'more\|ok' err
pipeline "rows: 2, first: 3"; run
ok "a user cannot set what split sets" code 2
pipeline "rowz: 2"; run
ok "an unknown option is refused with a suggestion" has 'rows' err

# ---- slices, tables, foreign arrays
pipeline "rows: 4, parts: 3, slices: true" "" "use: trace, tables: { rows: { mode: merge, key: [part, id], slice_by: [part], absent: close } }"; run
ok "slices of all parts reach the commit" has '^commit .* slices 3'
ok "slice_by and key flags are the pipeline's" has '^table 0 rows merge id:2/key part:5/key/slice.* absent=close'
pipeline "rows: 9, foreign: true"; run
ok "a foreign Arrow pair is taken over and converted" ids rows "$(seq -s' ' 0 8)"
pipeline "rows: 9, foreign: true" "bend: {}"; run
ok "and flows through steps" same "$(jq '[.rows[] | select(.times == .id * 10)] | length' store)" 9

# ---- cancel
pipeline "rows: 1000, parts: 4, batch: 10, slow_ms: 20" "" "" "checkpoint: { rows: 1 }"
TRIB_WORKERS=2 "$TRIB" run p.yaml >out 2>err & pid=$!
wait_for "^begin" log; wait_for "^open p01" feed.log; kill -INT $pid; wait $pid; code=$?
ok "the first signal finishes the part in hand: 4" code 4
ok "and commits it whole" rows rows 1000
ok "no further part is opened" told '^open p0[23]' 0
write "rows: 1000, parts: 4, batch: 10" "" "" "checkpoint: { rows: 1 }"; run
ok "the next run goes on from there" rows rows 4000
pipeline "rows: 1000, parts: 2, batch: 10, slow_ms: 50"
"$TRIB" run p.yaml >out 2>err & pid=$!
wait_for "^begin" log; kill -INT $pid; wait_for finishing err; kill -INT $pid; wait $pid; code=$?
ok "a second signal gives up at once: 130" code 130
ok "and stores nothing" rows rows 0
pipeline "rows: 10, slow_from: 4, slow_ms: 30000"
"$TRIB" run p.yaml >out 2>err & pid=$!
wait_for "^begin" log; kill -INT $pid; wait_for finishing err; kill -INT $pid; from=$SECONDS; wait $pid; code=$?
ok "it also ends a read that takes long" eval 'code 130 && [ $((SECONDS - from)) -lt 15 ]'

finish contract
