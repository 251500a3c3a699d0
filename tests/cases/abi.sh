#!/bin/bash
# abi.sh - plugins that were built with the headers of older releases, kept in tests/abi, still load and move rows.
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
[ "$(uname -sm)" = "Linux x86_64" ] || skip "the kept plugins are for Linux on x86_64, this is $(uname -sm)"
umask 022; cd "$work" || exit 1
printf 'id,word\n1,one\n2,größe\n' >in.csv
for old in "$TRIB_SRC"/tests/abi/*/; do
  v=$(basename "$old")
  ok "$v: the binaries are those that were built then" eval '(cd "$old" && sha256sum -c --quiet SHA256SUMS)'
  mkdir -p "$work/$v/mods"; cd "$work/$v" || exit 1
  install -m 644 "$old"/*.so mods/            # modes in a clone depend on the umask: the loader looks at them
  export TRIB_PLUGIN_PATH="$work/$v/mods:$TRIB_BUILD/connectors/.libs:$TRIB_BUILD/transforms/.libs:$TRIB_BUILD/sinks/.libs"
  cat >all.yaml <<'Y'
pipeline: all
source: { use: abi_connector, upto: 250 }
steps: [ { abi_transform: { column: word } } ]
sink: { use: abi_sink, path: out.txt }
Y
  ok "$v: a pipeline of three old plugins runs" "$TRIB" run all.yaml
  ok "$v: all rows arrive" eval 'same "$(sed -n "1p;250p" out.txt | cut -f2 | tr "\n" " ")$(wc -l <out.txt)" "NUMBER 1 NUMBER 250 250"'
  ok "$v: and their position is kept" eval '"$TRIB" run all.yaml && same "$(wc -l <out.txt)" 250'
  printf 'pipeline: one\nsource: { use: file, url: ../in.csv }\nsteps: [ { abi_transform: { column: word } } ]\nsink: { use: sqlite, path: one.db, table: t }\n' >one.yaml
  ok "$v: an old step among new plugins" eval '"$TRIB" run one.yaml && same "$(sqlite3 one.db "SELECT group_concat(word) FROM t")" "ONE,GRößE"'
  for name in abi_connector abi_transform; do
    ok "$v: $name passes conformance" "$TRIB" test $name --with "$([ $name = abi_connector ] && echo upto=30 || echo column=word)"
  done
  ok "$v: abi_sink passes conformance" "$TRIB" test abi_sink --with 'path=${folder}/out.txt'
  ok "$v: its pages are written" eval '"$TRIB" plugins abi_connector --markdown | grep -q "0..1000000000"'
done
finish abi
