#!/bin/bash
# layers.sh - includes go strictly downwards; plugins see the public headers only; no mutable statics in plugins; files stay small.
. "$(dirname "$0")/../lib.sh"
cd "$TRIB_SRC" || exit 1
layers="base arrow parse field io plugin sql config run sched test web cli"

upward() { # prints every include of a quoted header that lies above its file
  local file layer rank other
  for file in $(find core -name '*.[ch]'); do
    layer=$(echo "$file" | cut -d/ -f2)
    rank=$(echo $layers | tr ' ' '\n' | grep -nx "$layer" | cut -d: -f1)
    [ -n "$rank" ] || continue
    sed -n 's/^#include "\([a-z_]*\)\/.*/\1/p' "$file" | while read -r other; do
      o=$(echo $layers | tr ' ' '\n' | grep -nx "$other" | cut -d: -f1)
      [ -n "$o" ] && [ "$o" -le "$rank" ] || echo "$file includes $other"
    done
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | grep -v / | sed "s|^|$file includes without its folder: |"
  done
}
quotes() { # a plugin may quote headers of its own folder only
  local file header
  for file in $(find connectors transforms sinks -name '*.[ch]'); do
    sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | while read -r header; do
      [ -e "$(dirname "$file")/$header" ] || echo "$file includes $header"
    done
    sed -n 's/^#include <\(tributary[^>]*\)>.*/\1/p' "$file" | while read -r header; do
      [ -e "include/$header" ] || echo "$file includes $header"
    done
  done
}
none() { local out; out=$("$@"); [ -z "$out" ] || { echo "$out"; return 1; }; }
long_files() { find core connectors transforms sinks include -name '*.[ch]' | xargs wc -l | awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines" }'; }
long_functions() {
  find core connectors transforms sinks -name '*.c' | while read -r f; do
    awk -v f="$f" '/^[a-z].*\)$/ || /^[a-z][^;=]*\($/ { head = $0; start = NR } /^{/ { open = NR } /^}/ && open { if (NR - open > 71) print f ": " head " (" NR - open - 1 " lines)"; open = 0 }' "$f"
  done
}
statics() { # toolchain symbols only in .data and .bss of a plugin
  local so
  for so in "$TRIB_BUILD"/{connectors,transforms,sinks}/.libs/*.so; do
    [ -e "$so" ] || continue
    objdump -t "$so" | awk '$4 == ".data" || $4 == ".bss" || $3 == ".data" || $3 == ".bss"' | grep -vE ' (\.data|\.bss|completed\.0|__dso_handle|__TMC_END__|_edata|__bss_start|_end|__asan.*|__odr_asan.*|\.LASAN.*|data_start|__data_start|\.Lubsan.*|__.*)$' | sed "s|^|$(basename "$so"): |"
  done
}
sorted_errors() { grep -o '^ERROR("[^"]*"' core/base/errors.def | LC_ALL=C sort -c; }
unknown_codes() { # every code raised in the sources has a row; rows of tables and includes are no codes
  grep -rhE '"[a-z]+\.[a-z_0-9]+(: |")' core connectors transforms sinks --include=*.c | grep -vE '^(#include|\s*\{ "|static const char)' |
    grep -oE '"[a-z]+\.[a-z_0-9]+(: |")' | tr -d '": ' | sort -u | while read -r c; do
    case $c in sink.tables|tributary.*|*.so|*.c|*.h|*.la|*.db|*.json|*.yaml|*.csv|*.lock|*.tmp|*.md|*.gz|*.zip|*.jsonl|*.tsv) continue ;; esac
    grep -q "^ERROR(\"$c\"" core/base/errors.def || echo "$c"
  done
}
names() { (cd "$TRIB_SRC"; cat connectors/local.mk transforms/local.mk sinks/local.mk) | grep -o '[a-z_0-9]*\.la' | sort | uniq -d | grep -v libtributary; }

ok "includes go downwards" none upward
ok "plugins include public headers only" none quotes
ok "plugin names are unique across kinds" none names
ok "no file does two jobs (700 lines)" none long_files
ok "no function is longer than 70 lines" none long_functions
ok "plugins have no mutable statics" none statics
ok "no suppression hides the leaks of all tests" eval '! grep -v "^#" tests/lsan.supp | grep -E "criterion|tributary|trib|main"'
ok "errors.def is sorted" sorted_errors
ok "every error code raised has its row" none unknown_codes
finish layers
