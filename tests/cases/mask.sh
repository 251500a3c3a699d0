#!/bin/bash
# mask.sh - hashes against Python's hmac, what a rerun and another column give, what is left of the marks.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
export MASK_KEY=8f3c1d0a9b7e6f5544332211ffeeddcc
python3 - <<'P'
import csv, random
r = random.Random(3)
with open('in.csv', 'w', newline='') as f:
    w = csv.writer(f); w.writerow(['id', 'email', 'phone', 'other', 'amount', 'day', 'note'])
    for i in range(3000):
        p = f'+43 664 {r.randint(1000000, 1000200)}'
        w.writerow([i, f'user{r.randint(0, 500)}@example.com' if i % 7 else '', p, p, f'{r.randint(-999, 999) / 100}', f'2025-01-{r.randint(1, 28):02}', f'call {p} soon'])
P
pipe() { cat >p.yaml <<Y
pipeline: p
personal: [email, phone]
source: { use: file, url: in.csv, columns: { id: int64, email: text, phone: text, other: text, amount: { type: decimal, scale: 4 }, day: date, note: text } }
steps: [ { mask: { $1 } } ]
sink: { use: sqlite, path: out.db }
Y
}
run() { rm -rf out.db* .trib; "$TRIB" run p.yaml "$@" >out.txt 2>err; code=$?; }
code() { same "$code" "$1" || { cat out.txt err; return 1; }; }
equals_python() {
  python3 - <<'P'
import base64, csv, hashlib, hmac, os, sqlite3, sys
from decimal import Decimal as D
key = os.environ['MASK_KEY'].encode()
def h(domain, value): return hmac.new(key, domain.encode() + b'\0' + value.encode(), hashlib.sha256)
def num(v):
    t = f'{D(v):f}'
    return t.rstrip('0').rstrip('.') if '.' in t else t
want = []
for r in csv.DictReader(open('in.csv')):
    b64 = base64.urlsafe_b64encode(h('phone', r['other']).digest()).decode().rstrip('=')[:20]
    want.append((int(r['id']), h('email', r['email']).hexdigest()[:32] if r['email'] else '', h('phone', r['phone']).hexdigest(), b64, h('amount', num(r['amount'])).hexdigest()[:8],
                 h('day', r['day']).hexdigest()[:32], 'call [phone] soon'))
got = sqlite3.connect('out.db').execute('select id, email, phone, other, amount, day, note from rows order by id').fetchall()
bad = [(a, b) for a, b in zip(want, got) if a != b]
print(len(want), len(got), bad[:2])
sys.exit(len(want) != len(got) or bool(bad))
P
}
pipe "key: \"\${env:MASK_KEY}\", scan: [note], columns: { email: hash, phone: { how: hash, length: 64 }, other: { how: hash, same_as: phone, encoding: base64url, length: 20 }, amount: { how: hash, length: 8 }, day: hash }"
run
ok "hashes are those of Python" eval 'code 0 && equals_python'
sqlite3 out.db 'select * from rows order by id' >first; run --workers 4; sqlite3 out.db 'select * from rows order by id' >second
ok "and the same in the next run" cmp first second
ok "the key is nowhere" eval '! grep -rq "$MASK_KEY" --exclude=ok.out . && ! "$TRIB" config . | grep -q "$MASK_KEY" && ! "$TRIB" plan p.yaml --json | grep -q "$MASK_KEY"'
MASK_KEY=another_key_of_32_bytes_another_ run; sqlite3 out.db 'select * from rows order by id' >second
ok "another key gives others" eval '! cmp -s first second'
pipe "key: \"\${env:MASK_KEY}\", columns: { phone: hash, other: hash }"; run
ok "equal values of two columns differ" same "$(sqlite3 out.db 'select count(*) from rows where phone = other')" 0
"$TRIB" preview p.yaml >out.txt
ok "preview: what is personal, before, and what is harmless, after" eval 'grep -q "+43" out.txt && same "$(sed -n "/== p: mask/,\$p" out.txt | awk "NR > 2 && \$2 != \"***\" { n++ } END { print n + 0 }")" 1 && same "$(sed -n "/== p: mask/,\$p" out.txt | grep -cE "[0-9a-f]{32}")" 5'
pipe "columns: { phone: hash }"; run
ok "no key is a fault of the pipeline" eval 'code 2 && grep -q "mask.no_key" err && grep -q "p.yaml:4" err'
pipe "columns: { phone: partial, email: drop, other: redact }"; run
ok "partial, drop, redact" eval 'code 0 && same "$(sqlite3 out.db "select distinct substr(phone, 1, 13) || other from rows")" "+** *** ********" && ! sqlite3 out.db "select email from rows" 2>/dev/null'
finish mask
