#!/bin/bash
# archive.sh - packed files through `trib run`: those that walk.py makes, and every file of ../shared/badinput/archive/own.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip "no python3 here"
export TRIB_SRC
walk=$TRIB_SRC/tests/cases/archive/walk.py own=$TRIB_SRC/../shared/badinput/archive/own
nm "$TRIB_BUILD/.libs/libtributary.so" 2>/dev/null | grep -q __asan_init && export TRIB_SLOW=1

loads() { # OPTIONS FILE: libraries that a run opens beyond those of a plain CSV
  local dir=$work/loads; mkdir -p "$dir"
  printf 'pipeline: p\nsource: { use: file, url: "%s" }\nsink: { use: sqlite, path: o.db }\n' "$1" >"$dir/p.yaml"
  (cd "$dir" && rm -rf o.db .trib && LD_DEBUG=files LD_DEBUG_OUTPUT="$dir/ld" "$TRIB" run p.yaml >/dev/null 2>&1)
  cat "$dir"/ld.* 2>/dev/null | grep -o 'lib\(archive\|zstd\|lzma\|bz2\|lz4\)\.so' | sort -u | tr '\n' ' '; rm -f "$dir"/ld.*
}
printf 'id,n\n1,2\n' >"$work/plain.csv"
gzip -k "$work/plain.csv"
ok "a plain file opens none of the libraries" same "$(loads "$work/plain.csv")" ""
ok "gz neither" same "$(loads "$work/plain.csv.gz")" ""
bzip2 -k "$work/plain.csv" 2>/dev/null && ok "bz2 opens its own" same "$(loads "$work/plain.csv.bz2")" "libbz2.so "

# bytes that a run reads for archives of 250 and of 1,000 entries: four times as many, not sixteen times
entries() { # KIND COUNT
  local dir=$work/many.$1.$2; mkdir -p "$dir"
  (cd "$dir" && python3 - "$1" "$2" <<'P'
import io, sys, tarfile, zipfile
kind, n = sys.argv[1], int(sys.argv[2])
a = tarfile.open('many.tar', 'w') if kind == 'tar' else zipfile.ZipFile('many.zip', 'w', zipfile.ZIP_DEFLATED)
for i in range(n):
    d = b'id,v\n' + b''.join(b'%d,%d\n' % (i, k) for k in range(2000))
    if kind == 'tar':
        x = tarfile.TarInfo(f'f{i:05}.csv'); x.size = len(d); a.addfile(x, io.BytesIO(d))
    else:
        a.writestr(f'f{i:05}-{"x" * 60}.csv', d)
a.close()
P
  printf 'pipeline: p\nsource: { use: file, url: many.%s, member: "*.csv" }\nsink: { use: sqlite, path: o.db, table: t }\n' "$1" >p.yaml
  bash -c '"$TRIB" run p.yaml >/dev/null; sed -n "s/^rchar: //p" /proc/$$/io')
}
linear() { local few many; few=$(entries "$1" 250) many=$(entries "$1" 1000); echo "$few, then $many bytes"; [ "$many" -lt $((few * 6)) ]; }
export TRIB
ok "each entry of a tar is not a look through all of it" linear tar
ok "each entry of a zip neither" linear zip

mkdir "$work/made"
ok "files made here" python3 -B "$walk" - "$work/made" "$TRIB"
[ -e "$own/expected.json" ] || { echo "# no ../shared/badinput/archive beside the source tree: its files are left out"; finish archive; }
mkdir "$work/own"
ok "every file of badinput/archive" python3 -B "$walk" "$own" "$work/own" "$TRIB"
cat "$work/ok.out"
altered() { ! TRIB_ALTER=$1 python3 -B "$walk" "$own" "$work/own" "$TRIB"; }
ok "red when an ok is altered" altered ok.zip
ok "red when a reject is altered" altered crc-wrong.csv.gz
finish archive
