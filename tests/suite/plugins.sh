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

# the samples of the page that authors read are the plugins that are built here
sample() { # NAME: the block of docs/plugins.md that ends with TRIB_PLUGIN(NAME, ...)
  awk -v n="TRIB_PLUGIN($1," '/^```c$/ { text = ""; on = 1; next } /^```$/ { if (on && index(text, n)) printf "%s", text; on = 0 } on { text = text $0 "\n" }' "$TRIB_SRC/docs/plugins.md"
}
for name in counter shout lines; do sample $name >"$work/$name.c"; done
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
ok "the transform of the page" build shout "$work/shout.c"
ok "and its sink" build lines "$work/lines.c"
mkdir "$work/own"; printf 'name\nana\nbo\n' >"$work/own/in.csv"
printf 'pipeline: own\nsource: { use: file, url: in.csv }\nsteps: [{ shout: { column: name } }]\nsink: { use: lines, path: out.txt }\n' >"$work/own/p.yaml"
ok "both in one pipeline" eval '"$TRIB" check "$work/own" && "$TRIB" run "$work/own" && same "$(paste -sd, "$work/own/out.txt")" ANA,BO'
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
