#!/bin/bash
# secrets.sh - canary secrets in every slot, and 1,000 telephone numbers, e-mail addresses and IBANs each in personal columns: none of them
# is in anything that trib says, logs or keeps for itself. The target holds them whole, its dead letters too (docs/mask.md).
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
mkdir said
canaries="$TRIB_SRC/../shared/badinput/secrets/canaries.json"
[ -e "$canaries" ] || { canaries=$work/own.json; printf '%s' '{"canaries":{"password":"cAnArY-pw-11aa\"'"'"'\\%41 ","token":"cAnArY-tok-22bb","query":"?api_key=cAnArY-qry-33cc","key_line":"cAnArY-key-MIIExx"}}' >"$canaries"; }

# seen FILES...: what of the lists is in them, raw, in JSON, base64 (at all three places in a triple), URL-encoded or hex; how many files were looked at
cat >"$work/seen.py" <<'P'
import base64, json, re, sys, urllib.parse
def forms(v):
    raw = v.encode()
    yield raw
    yield json.dumps(v)[1:-1].encode()
    yield json.dumps(v, ensure_ascii=False)[1:-1].encode()
    for pad in range(3):                        # without the characters that its neighbours share in
        text = base64.b64encode(b'\0' * pad + raw)
        skip = {0: 0, 1: 2, 2: 3}[pad]
        core = text.rstrip(b'=')[skip:]
        core = core[:len(core) - (1 if (pad + len(raw)) % 3 else 0)]
        yield core
        yield core.replace(b'+', b'-').replace(b'/', b'_')
    yield urllib.parse.quote(v, safe='').encode()
    yield urllib.parse.quote_plus(v).encode()
    yield urllib.parse.quote(v, safe="!*'()").encode()
    yield raw.hex().encode()
    yield raw.hex().upper().encode()
values = json.load(open(sys.argv[1]))
bodies = [(f, open(f, 'rb').read()) for f in sys.argv[2:]]
hits = 0
for v in values:
    for form in {f for f in forms(v) if len(f) >= 6}:
        for name, body in bodies:
            if form in body:
                hits += 1
                if hits <= 10: print('HIT', name, form[:60])
print(f'{len(values)} values, {len(bodies)} files, {sum(len(b) for _, b in bodies)} bytes, {hits} hits')
sys.exit(hits > 0)
P
seen() { python3 "$work/seen.py" "$@"; }
finds() { ! seen "$@"; }

n=0
say() { # COMMAND...: what it says on both sides, and what the process list shows meanwhile
  n=$((n + 1))
  "$TRIB" "$@" >"$work/said/$n.out" 2>"$work/said/$n.err" & local pid=$!
  for _ in 1 2; do { cat /proc/$pid/cmdline; echo; } >>"$work/said/ps" 2>/dev/null || break; done
  wait $pid; code=$?
  printf '%s\n' "trib $*" >"$work/said/$n.what"
}
everything() { # each command that shows anything, both ways
  local c j
  for c in check plan run "dead-letters show" "state list" discover config; do say $c p.yaml; done
  say preview p.yaml --full --limit 1000
  for c in check plan run "dead-letters list" "loads list" config; do say $c p.yaml --json; done
  say preview p.yaml --limit 1000 --json
  say run p.yaml --full-refresh
  say runs list . --json
  for c in $(sqlite3 .trib/project.db 'select run_id from runs limit 2' 2>/dev/null); do say runs show "$c" --json; done
}

# ---- secrets ----

jq '[.canaries[]] + ["cAnArY"]' "$canaries" >all.json
jq '[.canaries[]]' "$canaries" >values.json
printf 'x%sy' "$(jq -r '.[0]' values.json)" >probe; printf 'x%s' "$(jq -j '.[1]' values.json | base64)" >probe64; printf '%s' "$(jq -j '.[1]' values.json | od -An -v -tx1 | tr -d " \n")" >probehex
jq -j '.[0] | @uri' values.json >probeurl
ok "the search finds them raw" finds values.json probe
ok "the search finds them in base64" finds values.json probe64
ok "the search finds them in hex" finds values.json probehex
ok "the search finds them URL-encoded" finds values.json probeurl

python3 - <<'P'
import csv
with open('in.csv', 'w', newline='') as f:
    w = csv.writer(f); w.writerow(['id', 'word', 'n'])
    w.writerows([[i, f'w{i}', 'x' if i == 7 else i] for i in range(20)])
P
printf 'id,word,n\n1,a,1\n' >inner.csv
slots=0
# slot NAME YAML-OF-THE-SECRET [SOURCE [STEP]]: a pipeline with the secret in it, run through every command
slot() {
  slots=$((slots + 1)); rm -rf out.db* .trib
  cat >p.yaml <<Y
pipeline: p
max_rejects: 5
source: { use: file, url: ${3:-in.csv}, columns: { id: int64, word: text, n: int64 }${4:-} }
steps: [ { mask: { key: $2, columns: { word: hash } } } ]
sink: { use: sqlite, path: out.db }
Y
  rm -f said/*; n=0
  everything
  [ ! -e .trib/project.db ] || cp .trib/* said/
  [ ! -e out.db ] || cp out.db* said/
  ok "$1: no hit" seen all.json said/*
}
quoted() { printf '%s' "$1" | sed "s/'/''/g; s/^/'/; s/\$/'/"; }
for name in $(jq -r '.canaries | keys[]' "$canaries"); do
  value=$(jq -j --arg n "$name" '.canaries[$n]' "$canaries"; echo .); value=${value%.}
  export SLOT_KEY=$value PLAIN=$value
  printf '%s' "$value" >secret.txt; chmod 600 secret.txt
  slot "$name as a key from the environment, as a password from a file" "'\${env:SLOT_KEY}'" in.csv ", password: '\${file:secret.txt}'"
  slot "$name as a key from a file, in a URL from the environment" "'\${file:secret.txt}'" "'gone.csv?key=\${env:SLOT_KEY}'"
done
export PLAIN=$value
slot "from the environment, under a name that says nothing" "'\${env:PLAIN}'" in.csv ", password: '\${env:PLAIN}'"
slot "in a URL, under a name that says nothing" "'\${env:PLAIN}'" "'gone.csv?key=\${env:PLAIN}'"
value=$(jq -r '.canaries | to_entries[1].value' "$canaries")
slot "written in the file itself" "$(quoted "${value}cAnArY-inline-0000")"
printf '%s' "cAnArY-loose-1234567890" >secret.txt; chmod 644 secret.txt
slot "a secret file that others may read" "'\${file:secret.txt}'"
export SLOT_KEY=cAnArY
slot "a key that is too short" "'\${env:SLOT_KEY}'"
ok "there were slots" [ "$slots" -ge 13 ]

# ---- people ----

rm -rf .trib out.db* said/*; n=0
python3 - <<'P'
import csv, json, random
r = random.Random(11)
def iban():
    bban = ''.join(r.choice('0123456789') for _ in range(16))
    return f'AT{98 - int(bban + "102900") % 97:02}{bban}'
phones = r.sample(range(1000000, 9999999), 1000)
people = [(f'+43 664 {p}', f'{r.choice("abcdefgh")}{r.choice(["nna", "ober", "max"])}.{i}@mail{i}.example.com', iban()) for i, p in enumerate(phones)]
json.dump([v for p in people for v in p], open('people.json', 'w'))
with open('who.csv', 'w', newline='') as f, open('who.jsonl', 'w') as g:
    w = csv.writer(f); w.writerow(['id', 'phone', 'email', 'iban', 'n', 'note'])
    for i, (p, e, b) in enumerate(people):
        # each way to be rejected: a cell of the source, too many fields, a cast, an expression, a check
        row = [i, p, e, b, 'x' if i % 10 == 1 else i % 10, f'call {p} or {e}, {b}'] + (['more'] if i % 10 == 2 else [])
        w.writerow(row)
        g.write(json.dumps({'id': i, 'phone': p, 'email': e, 'iban': b, 'n': 'x' if i % 10 == 1 else i % 10, 'note': row[5]}) + ('}' if i % 10 == 2 else '') + '\n')
P
people() { # FILE NAME
  cat >p.yaml <<Y
pipeline: $2
personal: [phone, email, note]
max_rejects: 1000
source: { use: file, url: $1, columns: { id: int64, phone: text, email: text, iban: { personal: true }, n: int64, note: text } }
steps:
  - map: { derive: { both: "concat(phone, '/', email)", local: "if(n == 3, email | int, 1)" }, rename: { iban: account } }
  - { use: map, name: times, derive: { shout: "account | upper", at: "if(n == 5, email | parse, null)" } }
  - { use: map, name: casts, derive: { number: "if(n == 4, phone, '1')" }, cast: { number: int64 } }
  - check: { rows: [ { require: "n != 6" } ], figures: [ { measure: max, column: id }, { measure: others, column: phone, values: [x], action: warn, max: 0 }, { measure: duplicates, columns: [email], max: 0 } ] }
sink: { use: ${3:-sqlite}, path: $4 }
Y
  everything
}
people who.csv a sqlite out.db
ok "rows were rejected in every way" same "$(sqlite3 out.db 'select count(distinct stage || code) from _trib_dead_letters')" 6
ok "the target is whole" finds people.json out.db
ok "so are its dead letters" same "$(sqlite3 out.db "select count(*) from _trib_dead_letters where record like '%@mail%'")" "$(sqlite3 out.db 'select count(*) from _trib_dead_letters')"
ok "for the owner only" same "$(stat -c %a out.db .trib/project.db | paste -sd' ')" "600 600"
cp .trib/* said/
ok "people of CSV: no hit" seen people.json said/*
ok "the details in the target have none" same "$(sqlite3 out.db "select count(*) from _trib_dead_letters where detail like '%@mail%' or detail like '%+43%'")" 0
rm -f said/*; n=0
people who.jsonl b files out
cp .trib/* said/
ok "people of JSON, into files: no hit" seen people.json said/*
sed -i 's/max_rejects: 1000/max_rejects: 0/' p.yaml; rm -rf .trib out out.db* said/*; n=0
everything; cp .trib/* said/
ok "a load that is held, with its first sample: no hit" seen people.json said/*
ok "they said something" [ "$(cat said/*.out said/*.err | wc -c)" -gt 2000 ]
finish secrets
