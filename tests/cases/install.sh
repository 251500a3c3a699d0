#!/bin/bash
# install.sh - what make install leaves behind: a program that finds its plugins and runs the quickstart, headers, pkg-config, man page.
. "$(dirname "$0")/../lib.sh"
unset TRIB_PLUGIN_PATH
root=$work/root
installed "$root" || { cat "$work/install.log"; exit 1; }
prefix=$(sed -n 's/^prefix=//p' "$TRIB_BUILD/tributary.pc")
at=$root$prefix
export LD_LIBRARY_PATH=$at/lib PKG_CONFIG_PATH=$at/lib/pkgconfig
plugins() { (cd "$TRIB_SRC" && cat connectors/local.mk transforms/local.mk sinks/local.mk) | grep -o '%D%/[a-z_]*\.la' | sort -u | wc -l; }
listed() { # every plugin, none refused, none from the build tree
  "$at/bin/trib" plugins >"$work/list" && ! grep -E "refused|$TRIB_BUILD" "$work/list" && same "$(tail -n +2 "$work/list" | wc -l)" "$(plugins)"
}
ok "trib finds the plugins that were installed with it" listed
cp -r "$at/share/tributary/examples/quickstart" "$work/q"; chmod -R u+w "$work/q"
ok "the quickstart that was installed runs" "$at/bin/trib" run "$work/q"
ok "and leaves its database" test -s "$work/q/out/metrics.db"
ok "pkg-config: where plugins go" same "$(pkg-config --variable=plugindir tributary)" "$prefix/lib/tributary"
ok "pkg-config: version" same "$(pkg-config --modversion tributary)" "$("$at/bin/trib" --version | grep -oE '[0-9]+\.[0-9.]+' | head -1)"
ok "man page" test -s "$at/share/man/man1/trib.1"
ok "licence" grep -q 'Apache License' "$at/share/doc/tributary/LICENSE"
links() { (cd "$at/share/doc/tributary" && grep -oE '\]\(docs/[^)]*\)' README.md | tr -d '])(' | while read -r l; do [ -e "$l" ] || echo "no $l"; done); }
ok "the pages that the README links to" same "$(links)" ""
ok "every page of options" same "$(ls "$at/share/doc/tributary/docs/reference")" "$(ls "$TRIB_SRC/docs/reference")"
ok "headers" eval '[ -s "$at/include/tributary.h" ] && [ -s "$at/include/tributary/value.h" ]'
finish install
