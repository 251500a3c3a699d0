#!/bin/bash
# mutations.sh - does the host's side of the contract have tests? Each line below breaks one place of it, in a copy of the tree;
# contract.sh or contract2.sh must go red. A mutation that nobody notices (a survivor) fails the battery, and so does one that fits no more.
#
# m FILE SED WORDS   SED must change one place.
# ONLY=REGEX    those whose words or file match
# RESULTS=FILE  verdicts, a line each; those that are in it are taken over, so a run that was stopped goes on
# COPIES=N      that many side by side, each in its own copy of the tree (default 2: the suites mostly wait)
# LIST=1        only says which expressions fit
[ -w /dev/shm ] && df /dev/shm 2>/dev/null | grep -q tmpfs && export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
results=${RESULTS:-$work/results} files=() changes=() words=()
m() { ! [[ "$3 $1" =~ ${ONLY:-.} ]] || { files+=("$1"); changes+=("$2"); words+=("$3"); }; }

# ---- chain.c: steps
c=core/run/chain.c
m $c 's/return b->in \+ b->counts/return true || b->in + b->counts/' 'the books of steps always balance'
m $c 's/int rc = grew \|\| !l->bound \? bind/int rc = !l->bound ? bind/' 'bind is not called again when columns were added'
m $c 's/while \(rc == TRIB_MORE\);/while (0);/' 'flush is not repeated on MORE'
m $c 's/if \(rc >= 0 \&\& l->t->scope == TRIB_PER_ROW\)/if (0)/' 'no flush after the batches of a PER_ROW step'
m $c 's/ \&\& c->links\[i\]\.t->scope <= scope\)/)/' 'the scope of a step is ignored: flushed at the end of every part'
m $c 's/if \(c->links\[i\]\.t->scope != TRIB_PER_PART\)/if (1)/' 'a PER_PART step keeps its instance over parts'
m $c 's/first_table \+ output - 1, b/first_table + output - 2, b/' 'extra outputs go to another table'
m $c 's/tribx_dead_move\(dead, \&l->t->dead\);/;/' 'dead letters of steps do not reach the unit'
m $c 's/output < 0 \|\| output >= l->output_count\) \{/0) {/' 'an output that a step does not have is taken'
m $c 's/!\(t->p->flags \& TRIB_RECALLS\) \|\| !c->recall/!c->recall/' 'a step without TRIB_RECALLS may recall'
m $c 's/rc = tribx_align\(b, \&l->outs\[output\].*$/rc = TRIB_OK;/' 'what a step emits is not brought to what bind said'
m $c 's/l->t->p->bind \? l->t->p->bind\(l->t, l->t->self, \&l->in, l->outs\) : TRIB_OK/TRIB_OK/' 'bind is not called'
m $c 's/^		tribx_close_instance\(l->t\);/		;/' 'instances of workers are not closed'
# ---- side.c: units, tables
c=core/run/side.c
m $c 's/^	return flags;$/	return 0;/;' 'flags of columns are lost'
m $c 's/\.precision = tribx_precision\(\&q->shape, i\), /.precision = 38, /' 'the precision of a decimal column is not told'
m $c 's/\(grew \|\| !q->told\)/(!q->told)/' 'a sink is not told of columns that were added'
m $c 's/tables\[i\]\.told = false;/tables[i].told |= false;/' 'tables are told once per run, not once per unit'
m $c 's/self, \&s->load, \&s->load\.epoch, states/self, \&s->load, \&(int64_t){ 0 }, states/' 'the epoch of claim is not passed on'
m $c 's/^		s->t->p->abort\(s->t, s->t->self\);/		;/' 'abort is not called'
m $c 's/s->rejected \+= s->t->dead\.count;/;/' 'rows that the sink rejects are not in the books'
m $c 's/s->pending\[part\] = it->state;/s->pending[0] = it->state;/' 'the state of a part is stored for another'
m $c 's/it->slices\.array\.length > 0 \&\& tribx_append/0 \&\& tribx_append/' 'slices are dropped'
m $c 's/^	memset\(s->t->counts.*$/	;/' 'counts of the sink run on over units'
m $c 's/s->rows_since >= p->checkpoint_rows/0/' 'checkpoint: rows is ignored'
m $c 's/^	s->opened = true;.*$/	;/' 'the sink is not closed'
m $c 's/theirs = tribx_outwards\(s->t->p, ours, \(size_t\)count\)/theirs = memcpy(calloc((size_t)count + 2, sizeof *ours), ours, (size_t)count * sizeof *ours)/' 'tables go out in the stride of the core'
m $c 's/it->status < 0 \? it->status : TRIB_OK/TRIB_OK/' 'a failure of the source is not seen'
m $c 's/if \(s->begun\)$/if (0)/;' 'begin is called again inside a unit'
# ---- commit.c: the end of a unit
c=core/run/commit.c
m $c 's/if \(s->pending\[i\]\) \{/if (0) {/' 'commit without states'
m $c 's/\.dead = dead\.array\.length \? \&dead : NULL/.dead = NULL/' 'commit without dead letters'
m $c 's/\.publish = publish, \.complete/.publish = true, .complete/' 'every checkpoint is published'
m $c 's/\.complete = complete/.complete = true/' 'every commit is complete'
m $c 's/\.slices = s->slices\.array\.length \? \&s->slices : NULL/.slices = NULL/' 'commit without slices'
m $c 's/if \(rc == TRIB_END\)$/if (0)/' 'a lost answer is never learnt to be stored'
m $c 's/if \(rc == TRIB_END\)$/if (rc >= 0)/' 'a lost answer always counts as stored'
m $c 's/^	if \(rc != TRIB_UNKNOWN\)$/	if (1)/' 'a lost answer is not asked for'
m $c '/int rc = s->t->p->commit/,/rc != TRIB_UNKNOWN/s/^	s->begun = false;/	s->begun = rc < 0;/' 'abort follows a commit that failed'
m $c 's/if \(in == out \+ s->rejected\)/if (1)/' 'a sink may lose rows'
m $c 's/int rc = balance_steps\(s\);/int rc = TRIB_OK;/' 'the books of steps are not looked at'
m $c 's/^		tell_source\(s\);/		;/' 'the connector is not told of commits'
m $c '/tribx_side_checkpoint\(struct/,/^}/s/^	if \(rc >= 0\) \{$/	tell_source(s);\n	if (rc >= 0) {/' 'the connector is told of a commit that failed'
m $c 's/^	trib_free\(\&s->slices\);/	;/' 'slices of a unit come again in the next'
m $c '/forget_unit/,/^}/s/^	tribx_dead_done\(\&s->dead\);/	;/' 'dead letters of a unit come again in the next'
m $c 's/memset\(s->books, 0.*$/;/' 'books of a unit run on in the next'
m $c 's/const int64_t numbers\[\] = \{ s->read, in,/const int64_t numbers[] = { in, s->read,/' 'the ledger counts the wrong rows'
m $c 's/\.outcome = TRIB_HELD, \.states = \&none/.outcome = TRIB_OK, .states = \&none/' 'a held load is committed as if it were good'
m $c 's/!s->t->p->claim\)$/0)/' 'the project keeps no position for a sink without claim'
m $c 's/return bad > p->max_rejects;/return false;/' 'the reject budget is ignored'
m $c 's/return at_end \&\& \(double\)bad > .*$/return false;/' 'a reject budget in percent is ignored'
m $c 's/static const char \*const names\[\] = \{ "stage", "code", "detail", "record", "part", "personal" \};/static const char *const names[] = { "stage", "code", "record", "detail", "part", "personal" };/' 'dead letters have their columns mixed up'
# ---- read.c: the source
c=core/run/read.c
m $c 's/if \(tribx_fields_restore\(t->p->state, t->self, \&t->kept, before, \&e\) < 0 \|\|/if (!before ||/' 'RETRY does not put the state back'
m $c 's/^		tribx_dead_cut\(\&t->dead, dead\);/		(void)dead;/' 'RETRY keeps the dead letters of the dropped call'
# trib_free(&raw) left out is a leak only: the next try begins with a new shape. The sanitizers see it.
m $c 's/if \(rc != TRIB_RETRY\)/if (rc != TRIB_RETRY || (rc = TRIB_MORE))/' 'RETRY keeps the rows of the dropped call'
m $c '/tribx_dead_cut/,/Error|struct/s/^		trib_free\(\&r->item->slices\);/		;/' 'RETRY keeps the slices of the dropped call'
m $c 's/TRIES = 5,/TRIES = 3,/' 'three tries instead of five'
m $c 's/t->wait_ms > pause \? t->wait_ms : pause/pause/' 'the wait that the source asked for is ignored'
m $c 's/park = rc == TRIB_END \&\& .*$/park = false;/' 'a part that ended does not hear of its commit'
m $c 's/^		tribx_fields_restore\(t->p->state, was, \&memory, o, \&e\);/		;/' 'committed gets no state'
m $c 's/tribx_part_state\(part, r->t, rc == TRIB_END\)/tribx_part_state(part, r->t, false)/' 'the end of a part is not stored'
m $c 's/rc = tribx_shape\(\&r->shape, b\);/;/' 'a read does not get the columns of the batch before'
m $c 's/^			t->p->cancel\(t, t->self\);/			;/' 'cancel is not called'
m $c 's/if \(rc >= 0 \&\& \(rc = tribx_part_apply\(r->w->parts, part, t, \&e\)\) < 0\)/if (0)/' 'a part gets neither its options nor its state'
m $c 's/int rc = tribx_shape_fields\(\&r->shape, r->w->flow->stream->columns\);/int rc = TRIB_OK;/' 'read starts without the columns of its stream'
# ---- work.c: queues
c=core/run/work.c
m $c 's/while \(!w->closing \&\& w->held >= w->budget \&\& /while (!w->closing \&\& 0 \&\& /' 'there is no byte budget'
m $c 's/w->held >= w->budget \&\& !\(part == w->current \&\& w->lanes\[part\]\.count == 0\)/w->held >= w->budget/' 'the part that the sink waits for is not exempt: the run stands still'
m $c 's/^	it->done = !rows;/	it->done = true;/' 'items are taken before they are done'
m $c 's/return push_out\(me->item, table \? table : -1, b, e\);/return push_out(me->item, -1, b, e);/' 'extra outputs of parallel steps go to the main table'
m $c 's/^	w->last_part = w->current \+ 1;/	;/' 'a signal does not stop further parts'
# ---- run.c: scopes, checkpoints
c=core/run/run.c
m $c 's/if \(scope < widest\(\&r->flow\) \&\& widest\(\&r->flow\) > TRIB_PER_PART\)/if (0)/' 'commits lie where rows are held'
m $c 's/if \(status != TRIB_OK \|\| !can/if (!can/' 'MORE counts as a safe point'
m $c 's/if \(status != TRIB_OK \|\| !can \|\|/if (status != TRIB_OK ||/' 'a sink that cannot stage is asked to'
m $c 's/\? TRIB_PER_PART : TRIB_PER_PERIOD;/? TRIB_PER_PART : TRIB_PER_PART;/' 'periods do not end'
m $c 's/return tribx_parts_same_period\(.*$/return TRIB_PER_PERIOD;/' 'every part is a period'
m $c 's/ \|\| !\(last \|\| tribx_side_due\(\&r->side\)\)\)/)/' 'every part is committed for itself'
m $c 's/return \(f->whole \&\& .*TRIB_CAN_STAGE\)\) \|\| /return /' 'a table that is replaced is committed in pieces'
m $c 's/return tribx_side_checkpoint\(\&r->side, true, ended\);/return tribx_side_checkpoint(\&r->side, true, true);/' 'a commit in the middle says that all was seen'
m $c 's/if \(rc == TRIB_HELD \|\| \(rc >= 0 \&\& r->side\.holding\)\)/if (rc == TRIB_HELD)/' 'a load over its reject budget is published'
m $c 's/^		tribx_side_abort\(\&r->side\);/		;/' 'abort does not follow a failed run before its source is closed'
# ---- flow.c: stages
c=core/run/flow.c
m $c 's/^		tribx_close_instance\(s->proto\);/		;/' 'opened steps are not closed'
m $c 's/^		s->p->unshare\(s->proto, s->shared\);/		;/' 'unshare is not called'
m $c 's/s->proto->shared = s->shared;/;/' 'what share built is not handed out'
m $c 's/ \&\& !\(f->steps\[f->cut\]\.p->flags \& TRIB_RECALLS\)\)/)/' 'a step that recalls runs beside the readers'
m $c 's/^		q->options = \(trib_map\)\{.*$/		;/' 'the rest of a table'"'"'s options is lost'
m $c 's/ \|\| strcmp\(s->name, "\*"\) == 0\)/)/' 'a stream "*" stands for no other'
m $c 's/q->mode = q->conf \? q->conf->mode : TRIB_APPEND;/q->mode = TRIB_APPEND;/' 'the mode of a table is lost'
m $c 's/^	s->share_called = true;/	;/' 'unshare does not follow share'
# ---- parts.c
c=core/run/parts.c
m $c 's/part->known = split \&\& end .*$/part->known = false;/' 'known parts are read again'
m $c 's/ \&\& strcmp\(row, part->row\) == 0;/;/' 'a part whose row changed is not read again'
m $c 's/part->known = split \&\& end \&\& /part->known = split \&\& /' 'a part that did not end counts as known'
m $c 's/strcmp\(f->name, name\) \|\| !\(f->flags \& TRIB_PART\)/strcmp(f->name, name)/' 'split sets options of users'
m $c 's/^	return tribx_fields_restore\(t->p->state, t->self, \&t->kept, state, e\);/	return TRIB_OK;/' 'a part does not go on where it was'
m $c 's/p->items\[i\]\.period = trib_str\(\&period, i\);/;/' 'parts have no period'
# ---- plugin: adopting, instances, services
m core/plugin/adopt.c 's/table \+ i \* theirs, /table + i * ours, /' 'tables are read in the stride of the core'
m core/plugin/adopt.c 's/size_t stride = p->field_size,/size_t stride = sizeof *rows,/' 'columns go out in the stride of the core'
m core/plugin/adopt.c 's/p->abi != TRIB_ABI/0/; s/theirs->abi != TRIB_ABI \|\| //' 'any ABI is taken'
m core/plugin/instance.c 's/^		t->shared = like->shared;/		;/' 'instances of workers do not see what share built'
m core/plugin/instance.c '/tribx_call_end/,/^}/s/tribx_arena_done\(\&t->scratch\);/;/' 'scratch is never let go'
m core/plugin/instance.c 's/bool formats = t->p->flags \& TRIB_FORMATS;/bool formats = false;/' 'format options of a connector are not filled'
m core/plugin/services.c 's/^	t->wait_ms = at_least\.ms;/	(void)at_least;/' 'trib_wait forgets the time'
m core/plugin/services.c 's/^	t->scope = scope;/	(void)scope;/' 'trib_scope is ignored'
m core/plugin/services.c 's/t->counts\[output\]\[what\] \+= n;/t->counts[0][what] += n;/' 'counts of all tables are one'
m core/plugin/services.c 's/return t->job \? t->job->started : tribx_now\(\);/return (trib_time){ 0 };/' 'trib_started is no time'
m core/plugin/services.c 's/return t->job \&\& t->job->stream \? t->job->stream : "";/return "";/' 'trib_stream_name says nothing'
m core/plugin/services.c 's/\*slot = s \? tribx_arena_text\(.*$/*slot = s;/' 'trib_keep keeps nothing'
m core/plugin/services.c 's/else if \(marked == TRIB_OK\) .*$/else/' 'a row that is rejected twice has two dead letters'
m core/arrow/bad.c 's/^		if \(k == r->bad_count \|\| r->bad\[k\]\.row != row\)/		if (1)/' 'rejected rows stay in their batch'
# read.c and tribx_ready both adopt, each is enough; so the one place that both call is broken
m core/arrow/adopt.c 's/if \(tribx_ours\(b\)\)/if (1)/' 'foreign arrays are not taken over'
m core/arrow/edit.c 's/if \(status == TRIB_OK \&\& b->rows \&\& b->rows->bad_count\)/if (0)/' 'trib_pick does not know of rejected rows'
m core/run/preview.c 's/int rc = tribx_flow_share\(\&f->source, e\);/int rc = TRIB_OK;/' 'discover without share'
# ---- cli: commands of plugins
m core/cli/flags.c 's/^	return good \&\& \(!p\.command.*$/	return good;/' 'required options of commands are not asked for'
m core/cli/brought.c 's/return rc < 0 \? tribx_cli_fail\(c, \&t->error\) : 0;/return 0;/' 'a command that fails is exit 0'
# tribx_open_done in call() left out is the same program: tribx_instance_free closes what is open, and the process ends.
m core/cli/help.c 's/^	help_brought\(c, to\);/	(void)c;/' 'help does not list the commands of plugins'

# The expression of mutation I on FROM, written to TO; true when it changed one place.
fits() { # I FROM TO
  sed -E "${changes[$1]}" "$2" >"$3" && [ "$(diff "$2" "$3" | grep -c '^[0-9]')" = 1 ]
}
if [ -n "${LIST:-}" ]; then
  for i in "${!files[@]}"; do ok "${words[i]} (${files[i]}): the expression changes one place" fits "$i" "$TRIB_SRC/${files[i]}" "$work/now"; done
  finish mutations
fi

# A copy of the tree in $1, built: what one worker breaks and mends again.
prepare() {
  local plugins
  plugins=$(cd "$TRIB_SRC/tests/plugins" && ls *.c | sed 's|\(.*\)\.c|tests/plugins/\1.la|')
  src=$1/src build=$1/build
  mkdir -p "$src" "$build" "$1/tmp"
  (cd "$TRIB_SRC" && tar cf - --exclude=.git --exclude='*.o' configure* Makefile.* aclocal.m4 build-aux m4 include core connectors transforms sinks examples docs tests bootstrap LICENSE README.md *.in) | tar xf - -C "$src"
  cd "$build" || exit 1
  "$src/configure" -q CFLAGS='-O0 -g0' >"$1/log" 2>&1 || { cat "$1/log"; exit 1; }
  (make -s -j2 libtributary.la trib connectors/file.la && make -s -j2 $plugins) >"$1/log" 2>&1 || { tail -20 "$1/log"; exit 1; }
}
# The two suites against copy $1; true when one of them fails: $suite.
red() {
  for suite in contract contract2; do
    TMPDIR=$1/tmp TRIB=$build/trib TRIB_SRC=$src TRIB_BUILD=$build FAIL_FAST=1 timeout -s KILL 150 bash "$src/tests/suite/$suite.sh" >"$1/suite.out" 2>&1 || return 0
  done
  return 1
}
verdict() { # I COPY
  cp "$src/${files[$1]}" "$2/was"
  if ! fits "$1" "$2/was" "$src/${files[$1]}"; then
    echo "stale: the expression changes no place, or several"
  elif ! (cd "$build" && make -s libtributary.la) >"$2/log" 2>&1; then
    echo "stale: it does not compile: $(grep -m1 error "$2/log")"
  elif red "$2"; then
    echo "$suite: $(grep -m1 '^not ok' "$2/suite.out" || echo "ended by a signal or stuck: $(tail -1 "$2/suite.out")")"
  else
    echo SURVIVOR
  fi
  cp "$2/was" "$src/${files[$1]}"
}
known() { grep -qF "${words[$1]}	${files[$1]}	" "$results"; }
worker() { # COPY
  local i
  for i in "${!files[@]}"; do
    known "$i" || ! mkdir "$work/taken.$i" 2>/dev/null || printf '%s\t%s\t%s\n' "${words[i]}" "${files[i]}" "$(verdict "$i" "$1")" | tee -a "$results"
  done
}
start() { # COPY
  prepare "$1"
  ! red "$1" || { cat "$1/suite.out"; echo "the suites fail before anything is broken"; exit 1; }
  worker "$1"
}

touch "$results"
for ((k = 1; k <= ${COPIES:-2}; k++)); do (trap - EXIT; start "$work/$k") & done
wait
python3 - "$results" "${#files[@]}" "${files[@]}" "${words[@]}" <<'P'
import sys
from collections import Counter
n = int(sys.argv[2])
files, words = sys.argv[3:3 + n], sys.argv[3 + n:]
seen = {tuple(line.split('\t')[:2]): line.rstrip('\n').split('\t')[2].split(':')[0] for line in open(sys.argv[1])}
table, missing = {}, []
for key in zip(words, files):
    got = seen.get(key, 'not run')
    table.setdefault(key[1], Counter())[got] += 1
    if got not in ('contract', 'contract2'):
        missing.append(f'{got}: {key[0]} ({key[1]})')
for file, c in table.items():
    print(f'{file}: {sum(c.values())} mutations,', ', '.join(f'{what} {k}' for what, k in sorted(c.items())))
for m in missing:
    print(m)
print('mutations', n, len(missing))
sys.exit(len(missing) > 0)
P
