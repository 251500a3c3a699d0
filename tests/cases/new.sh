#!/bin/bash
# new.sh - trib new: for each kind a folder that builds without a warning, passes conformance and its tests, has a page and runs;
# and conformance itself: plugins of ours pass, those with a defect fail for their reason.
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
command -v gcc >/dev/null || skip "no gcc here"
umask 022; cd "$work" || exit 1
san=; grep -q 'enable_sanitizers=.yes\|fsanitize' "$TRIB_BUILD/config.log" && san='-fsanitize=address,undefined'
export CPPFLAGS="-I$TRIB_SRC/include" CFLAGS="-O2 -Wall -Wextra -Wshadow -Werror $san"
mk() { make -s TRIB="$TRIB" CPPFLAGS="$CPPFLAGS" CFLAGS="$CFLAGS" "$@"; }
refused() { # TEXT ARGUMENTS...
  local want=$1; shift
  ! "$TRIB" "$@" >out 2>&1 && grep -qF -- "$want" out || { cat out; return 1; }
}
for kind in connector transform sink; do
  p=my_$kind
  ok "$kind: written, and it says what is next" eval '"$TRIB" new $kind $p >out && grep -qF "cd $p && make && make test" out'
  ok "$kind: under 80 lines of code" eval '[ "$(grep -vcE "^\s*(/?\*|$)" $p/$p.c)" -lt 80 ]'
  ok "$kind: one line of the compiler, no warning" mk -C $p $p.so
  ok "$kind: trib test passes" eval 'mk -C $p test >out && grep -q "test result: ok" out && grep -q "test $p: descriptor ... ok" out && grep -q "test tests/$p.yaml" out'
  ok "$kind: its .so by path, as TAP" eval '(cd $p && "$TRIB" test ./$p.so --tap) >out && grep -q "^ok 1 - $p: descriptor" out && ! grep "^not ok" out'
  ok "$kind: the page" eval 'mk -C $p docs && grep -q "^# $p" $p/docs.md'
  ok "$kind: trib plugins shows it" eval 'TRIB_PLUGIN_PATH=$PWD/$p "$TRIB" plugins $p | grep -q "^$p: $kind"'
  ok "$kind: the pipeline runs" eval '(cd $p && TRIB_PLUGIN_PATH=$PWD "$TRIB" run pipeline.yaml)'
  ok "$kind: nothing is overwritten" refused "File exists" new $kind $p
done
ok "in a folder of another name" eval '"$TRIB" new connector other_one --to here >/dev/null && mk -C here test >/dev/null'
while IFS='|' read -r name why; do
  ok "\"$name\" is none" refused "\"$name\" is no plugin name: $why" new sink "$name"
  ok "\"$name\": and what is allowed" grep -qF 'allowed are small letters a-z, digits and _, a letter first, at most 40' out
done <<'NAMES'
My-Sink|M is a capital
Bad Name!|B is a capital
bad name|there is a space in it
bad!|! is not allowed in it
a/b|/ is not allowed in it
größe|ö is not a letter of a-z
a€|€ is not a letter of a-z
1st|it begins with 1, not with a letter
_x|it begins with _, not with a letter
a23456789_123456789_123456789_123456789_1|it has 41 characters
|it is empty
NAMES
ok "what the template does: connector" eval '"$TRIB" new connector does_c | grep -qF "does_c is a connector that works: it makes numbers, for you"'
ok "what the template does: transform" eval '"$TRIB" new transform does_t | grep -qF "does_t is a transform that works: it writes a column in capitals, for you"'
ok "what the template does: sink" eval '"$TRIB" new sink does_s | grep -qF "does_s is a sink that works: it writes a line per row, for you"'
ok "a word of C" refused "is taken" new sink while
ok "a name that there is" refused "is taken" new sink sqlite
ok "and nothing was made" eval '[ ! -e My-Sink ] && [ ! -e while ] && [ ! -e sqlite ]'

# ---- defects are found; under ASan a crash is an exit, and what was freed still counts as memory
wrong() { # KIND CHECK TEXT SED
  rm -rf bad; "$TRIB" new $1 bad_one --to bad >/dev/null && sed -i -E "$4" bad/bad_one.c && gcc -std=c11 -fPIC -shared $san $CPPFLAGS -o bad/bad_one.so bad/bad_one.c || return 1
  ! "$TRIB" test bad >out 2>&1 && grep -q "bad_one: $2 ... FAILED" out && grep -qE -- "$3" out || { cat out; return 1; }
}
ok "a help without a full stop" wrong connector descriptor "full stop" 's/Last number\./Last number/'
ok "a default that is not allowed" wrong connector descriptor 'its default "x"' 's/"1000"/"x"/'
ok "state that is not kept" wrong connector reads_on_from_every_position "row 1 is another" 's/, \.state = state//'
[ -n "$san" ] || ok "a crash" wrong connector reads "it crashes: signal" 's/struct my_|return s->last < s->upto \? TRIB_OK : TRIB_END;/*(volatile int *)8 = 1; return TRIB_END;/'
ok "exit" wrong connector reads "exit code 7" 's/^(#include <tributary.h>)/\1\nvoid exit(int);/; s/return s->last < s->upto \? TRIB_OK : TRIB_END;/exit(7); return TRIB_END;/'
ok "output on stdout" wrong connector reads "writes to stdout" 's/^(#include <tributary.h>)/\1\n#include <stdio.h>/; s/return s->last < s->upto \? TRIB_OK : TRIB_END;/puts("x"); return TRIB_END;/'
ok "a sink that loses rows" wrong sink writes "run.unbalanced_table" 's/TRIB_INSERTED, s->rows\[table\]/TRIB_INSERTED, s->rows[table] \/ 2/'
ok "a step that loses rows" wrong transform applies "run.unbalanced_step" 's/return trib_emit\(t, 0, in\);/return TRIB_OK;/'
printf 'plugin: bad_one\nskip: { applies: "" }\n' >bad/conformance.yaml
ok "a skip needs a reason" eval '! "$TRIB" test bad -k applies >out && grep -q "does not say why" out'
printf 'plugin: bad_one\noptions: { column: word }\nskip: { applies: it is broken on purpose }\n' >bad/conformance.yaml
ok "which is shown" eval '"$TRIB" test bad -k applies >out && grep -q "skipped: it is broken on purpose" out'

# ---- our own pass
conforms() { "$TRIB" test "$@" >out 2>&1 || { cat out; return 1; }; }
printf 'id,word\n1,a\n2,b\n' >a.csv; printf 'id,word\n3,c\n' >b.csv
ok "file" conforms file --with "url=$work/*.csv"
ok "sqlite" conforms sqlite --with 'path=${folder}/out.db'
sqlite3 rows.db "CREATE TABLE t(id INTEGER PRIMARY KEY, at INT); INSERT INTO t VALUES(1, 1), (2, 1), (3, 2)" 2>/dev/null &&
  ok "sqlite_source" conforms sqlite_source --with "path=$work/rows.db, cursor=at, batch=1"
ok "files" conforms files --with 'path=${folder}/out'
[ -n "$san" ] || ok "map" conforms map --with "filter=id >= 0"
ok "feed" conforms feed --with "rows=10, parts=3"
[ -n "$san" ] || ok "bend" conforms bend
finish new
