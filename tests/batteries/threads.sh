#!/bin/bash
# threads.sh - the host under ThreadSanitizer: built in a scratch folder, the contract's suites and the quickstart with four
# workers. A report is a failure, and so is a sanitizer that sees nothing: a race is planted to prove it. BUILD_TREE=FOLDER keeps the build.
. "$(dirname "$0")/../lib.sh"
build=${BUILD_TREE:-$work/build}
mkdir -p "$build" "$work/reports"; cd "$build" || exit 1
echo 'int main(void) { return 0; }' >"$work/t.c"; ${CC:-gcc} -fsanitize=thread "$work/t.c" -o "$work/t" 2>"$work/t.log" && "$work/t" || skip "no ThreadSanitizer here"
plugins=$(cd "$TRIB_SRC/tests/plugins" && ls *.c | sed 's|\(.*\)\.c|tests/plugins/\1.la|')
[ -e Makefile ] || "$TRIB_SRC/configure" -q CFLAGS='-g -O1 -fsanitize=thread' LDFLAGS=-fsanitize=thread >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
make -s -j2 >"$work/log" 2>&1 && make -s -j2 $plugins >"$work/log" 2>&1 || { tail -20 "$work/log"; exit 1; }
export TSAN_OPTIONS="log_path=$work/reports/r exitcode=0" TRIB=$build/trib TRIB_BUILD=$build TRIB_WORKERS=4

quiet() { # COMMAND: it succeeds, and nothing is reported
  rm -f "$work"/reports/*
  "$@" >"$work/out" 2>&1 || { tail -20 "$work/out"; return 1; }
  ! ls "$work"/reports/r* >/dev/null 2>&1 || { head -60 "$work"/reports/r*; return 1; }
}
quickstart() { # twice: everything is read, then everything is known
  rm -rf "$work/q"; cp -r "$TRIB_SRC/examples/quickstart" "$work/q" && chmod -R u+w "$work/q" && rm -rf "$work/q/out" "$work/q/.trib"
  "$TRIB" run "$work/q" && "$TRIB" run "$work/q"
}
ok "contract.sh" quiet bash "$TRIB_SRC/tests/suite/contract.sh"
ok "contract2.sh" quiet bash "$TRIB_SRC/tests/suite/contract2.sh"
for i in 1 2 3; do ok "quickstart, time $i" quiet quickstart; done

# a plugin that counts its calls in a static: what no plugin may do
cat >"$work/racy.c" <<'C'
#include <tributary.h>
static long calls;
static int apply(struct trib *t, void *self, struct trib_batch *in) { (void)self; calls++; return trib_emit(t, 0, in); }
TRIB_PLUGIN(racy, .help = "Races.", .apply = apply);
C
mkdir -p "$work/mods"; chmod 755 "$work" "$work/mods"
${CC:-gcc} -g -O1 -fsanitize=thread -fPIC -shared -I "$TRIB_SRC/include" -o "$work/mods/racy.so" "$work/racy.c"
cat >"$work/racy.yaml" <<Y
pipeline: racy
source: { use: feed, rows: 4000, parts: 4, batch: 10 }
steps: [ racy ]
sink: { use: nothing }
Y
planted() {
  TRIB_PLUGIN_PATH="$work/mods:$build/tests/plugins/.libs" quiet "$TRIB" run "$work/racy.yaml"
}
ok "a planted race is reported" eval '! planted >/dev/null && grep -q "racy.c" "$work"/reports/r*'
finish threads
