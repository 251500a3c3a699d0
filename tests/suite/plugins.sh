#!/bin/bash
# plugins.sh - plugins from outside: built with one gcc line against the installed headers, old ones, broken ones, untrusted ones.
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
command -v gcc >/dev/null || skip "no gcc here"
root=$work/root mods=$work/mods
umask 022; mkdir -p "$mods"
installed "$root" || { cat "$work/install.log"; exit 1; }
prefix=$(sed -n 's/^prefix=//p' "$TRIB_BUILD/tributary.pc")
inc=$root$prefix/include lib=$(dirname "$(find "$root" -name 'libtributary.so' | head -1)")
export LD_LIBRARY_PATH="$lib"
san=; grep -q 'enable_sanitizers=.yes' "$TRIB_BUILD/config.log" && san='-fsanitize=address,undefined'
build() { gcc $san -std=c11 -Wall -Wextra -Werror -fPIC -shared -I "$inc" -o "$mods/$1.so" "$2" "${@:3}"; }

cat >"$work/counter.c" <<'C'
#include <tributary.h>
struct counter { int64_t upto, next; };
static const struct trib_field options[] = { TRIB_FIELD(struct counter, upto, .dflt = "10", .help = "Last number."), { 0 } };
static const struct trib_field state[] = { TRIB_FIELD(struct counter, next, .help = "Next number."), { 0 } };
static const struct trib_field columns[] = { { "n", TRIB_I64, TRIB_KEY, .help = "The number." }, { 0 } };
static int read_numbers(struct trib *t, void *self, struct trib_batch *out)
{
	struct counter *c = self;
	for (int i = 0; i < 1000 && c->next < c->upto && !trib_stopping(t); i++) {
		trib_put_i64(out, 0, c->next++);
		trib_rows(out, 1);
	}
	return c->next < c->upto ? TRIB_OK : TRIB_END;
}
static const struct trib_stream streams[] = { { "numbers", "Numbers.", columns, read_numbers }, { 0 } };
TRIB_PLUGIN(counter, .help = "Counts.", .self_size = sizeof(struct counter), .options = options, .state = state, .streams = streams);
C
cat >"$work/p.yaml" <<Y
pipeline: p
source: { use: counter, upto: 2500 }
sink: { use: trace, log: $work/log, store: $work/store }
Y
export TRIB_PLUGIN_PATH="$mods:$TRIB_PLUGIN_PATH"
go() { rm -f "$work/store"; "$TRIB" run "$work/p.yaml" >"$work/out" 2>"$work/err"; }
sum() { same "$(jq '[.rows[].n] | add' "$work/store")" 3123750; }
refused() { go; local code=$?; same "$code" 2 && grep -qE "$1" "$work/err" || { cat "$work/err"; return 1; }; }

ok "installed headers build a plugin with one gcc line" build counter "$work/counter.c"
ok "and it loads and runs" eval 'go && sum'
ok "pkg-config knows where headers and plugins are" eval 'PKG_CONFIG_PATH=$(dirname "$(find $root -name tributary.pc)") pkg-config --variable=plugindir tributary | grep -q /tributary'

# ---- growth: a header of an older release has fewer members at the end of each struct
mkdir -p "$work/old/tributary"; cp "$inc/tributary/arrow.h" "$work/old/tributary/"
sed -e '/const struct trib_command \*commands;   /d' -e '/void (\*abort)(struct trib \*t, void \*self);/d' -e '/int precision, scale;         \/\*/d' \
    -e '/size_t of_size;$/d' -e 's/, TRIB_OF(T, table)//' "$inc/tributary.h" >"$work/old/tributary.h"
ok "the old header is smaller" eval '[ $(wc -l <"$work/old/tributary.h") -lt $(wc -l <"$inc/tributary.h") ]'
oldbuild() { gcc $san -std=c11 -fPIC -shared -I "$work/old" -o "$mods/counter.so" "$work/counter.c"; }
ok "a plugin built against it builds" oldbuild
ok "loads, and counts as before" eval 'go && sum'
sed -i 's/"n", TRIB_I64, TRIB_KEY/"n", TRIB_I64, 0/; s/"Last number."/"Last."/' "$work/counter.c"
ok "its tables are read in its own stride" eval 'oldbuild && "$TRIB" plugins counter | grep -q upto'
build counter "$work/counter.c"

# ---- refusals, each with the real reason
sed 's/\.abi = TRIB_ABI/.abi = 99/' "$inc/tributary.h" >"$work/old/tributary.h"; oldbuild
ok "another ABI is refused" refused 'plugin.wrong_abi'
ok "a missing plugin: where it was looked for" eval 'rm "$mods/counter.so"; refused "plugin.not_found.*counter"'
build counter "$work/counter.c"; size=$(stat -c %s "$mods/counter.so")
for cut in 0 1 63 100 1000 $((size / 2)) $((size - 100)); do
  build counter "$work/counter.c"; truncate -s $cut "$mods/counter.so"
  ok "cut to $cut bytes: refused, not crashed" refused 'plugin.damaged'
done
printf '#include <tributary.h>\nint nowhere(void);\n' >"$work/un.c"; sed 's/#include <tributary.h>//; s/return c->next < c->upto/return nowhere() \&\& c->next < c->upto/' "$work/counter.c" >>"$work/un.c"
build counter "$work/un.c" -Wno-implicit-function-declaration
ok "an unresolved symbol is named" refused 'nowhere'
sed 's/TRIB_PLUGIN(counter/TRIB_PLUGIN(other/' "$work/counter.c" >"$work/ot.c"; build counter "$work/ot.c"
ok "a file with another plugin inside is refused" refused 'plugin.no_symbol'
build counter "$work/counter.c"; chmod o+w "$mods/counter.so"
ok "a file that others may write is refused" refused 'plugin.untrusted'
chmod o-w "$mods/counter.so"; chmod o+w "$mods"
ok "so is one in a folder that others may write" refused 'plugin.untrusted'
chmod 755 "$mods"
echo 'not a plugin at all, but long enough to be looked at as one: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' >"$mods/counter.so"
ok "a text file is refused" refused 'plugin.damaged'
build counter "$work/counter.c"
ok "nothing of the current folder is ever loaded" eval 'cd "$mods" && TRIB_PLUGIN_PATH=$TRIB_BUILD/tests/plugins/.libs:$TRIB_BUILD/sinks/.libs refused plugin.not_found'
finish plugins
