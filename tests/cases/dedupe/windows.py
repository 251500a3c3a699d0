"""windows.py SEED ROWS KEYS OPTIONS MEMORY - random rows through dedupe, and what SQLite's window functions say of them.

Rows repeat wholly, repeat a key with other values, and have nulls in keys and versions. Prints nothing when all is equal:
rows in their order, flags, counts, dead letters, and the books."""
import csv, json, os, random, shutil, sqlite3, subprocess, sys

seed, rows, keys, options, memory = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
names = ['a', 'b', 'v', 'x']
r = random.Random(seed)

def row():
    k = r.randrange(keys)
    return (f'k{k % 97:02d}', k // 97 if k % 11 else None, None if r.random() < .05 else r.randrange(6), r.choice(['', 'ü', 'x' * r.randrange(40), ', "q"']) or None)

data = [row() for _ in range(rows)]
data += [data[r.randrange(rows)] for _ in range(rows // 3)]
r.shuffle(data)
files = 1 + seed % 3
shutil.rmtree('w', ignore_errors=True)
os.makedirs('w/in')
for f in range(files):
    with open(f'w/in/{f}.csv', 'w', newline='') as out:
        w = csv.writer(out, lineterminator='\n')
        w.writerow(names)
        w.writerows([['' if c is None else c for c in d] for d in data[f * len(data) // files:(f + 1) * len(data) // files]])
with open('w/p.yaml', 'w') as y:
    y.write(f"""pipeline: p
max_rejects: 100%
source: {{ use: file, url: 'in/*.csv', columns: {{ a: text, b: int64, v: int64, x: text }} }}
steps: [ {{ dedupe: {{ {options}, memory: {memory} }} }} ]
sink: {{ use: files, path: out, format: csv, table: t }}
""")
done = subprocess.run([os.environ['TRIB'], 'run', 'w/p.yaml', '--json'], capture_output=True, text=True)
if done.returncode:
    sys.exit(f'exit code {done.returncode}: {done.stderr}{done.stdout[-600:]}')
step = json.loads(done.stdout)['result'][0]['steps'][0]
got = []
manifest = json.load(open('w/out/manifest.json'))
for name in sorted(os.listdir('w/out/t')):
    with open(f'w/out/t/{name}', newline='') as f:
        got += list(csv.reader(f))[1:]

db = sqlite3.connect(':memory:')
db.execute('CREATE TABLE t (n INTEGER PRIMARY KEY, f, a, b, v, x)')
db.executemany('INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)', [(i, next(f for f in range(files) if i < (f + 1) * len(data) // files), *d) for i, d in enumerate(data)])
by = 'a, b' if 'key' in options else 'a, b, v, x'
if 'within: part' in options:
    by += ', f'
version = 'version: v' in options or 'max_of: v' in options
last = any(w in options for w in ('keep: last', 'newest', 'on_conflict: last')) or ('version: v' in options and 'keep' not in options)
refuses = 'key' in options and ('keep: error' in options or 'on_conflict: error' in options or not (version or 'keep' in options or 'on_conflict' in options))
order = ('v IS NULL, v DESC, ' if version else '') + ('n DESC' if last else 'n')
top = 'rank() OVER (PARTITION BY %s ORDER BY v IS NULL, v DESC) = 1' % by if version else '1'
want = db.execute(f"""
WITH r AS (SELECT *, row_number() OVER (PARTITION BY {by} ORDER BY {order}) AS k, {top} AS top,
           first_value(n) OVER (PARTITION BY {by} ORDER BY {order}) AS best FROM t),
     q AS (SELECT r.*, {'1' if refuses else '0'} AND r.top AND NOT (r.v IS s.v AND r.x IS s.x) AS refused FROM r JOIN t s ON s.n = r.best)
SELECT a, b, v, x, k > 1, CASE WHEN k = 1 THEN (SELECT count(*) FROM q q2 WHERE q2.best = q.best AND NOT q2.refused) ELSE 0 END, refused
FROM q ORDER BY n""" if 'count' in options else f"""
WITH r AS (SELECT *, row_number() OVER (PARTITION BY {by} ORDER BY {order}) AS k, {top} AS top,
           first_value(n) OVER (PARTITION BY {by} ORDER BY {order}) AS best FROM t)
SELECT r.a, r.b, r.v, r.x, k > 1, 0, {'1' if refuses else '0'} AND r.top AND NOT (r.v IS s.v AND r.x IS s.x) FROM r JOIN t s ON s.n = r.best ORDER BY r.n""").fetchall()
flag, count = 'flag' in options, 'count' in options
text = lambda c: '' if c is None else str(c)
expected = [[text(c) for c in w[:4]] + (['true' if w[4] else 'false'] if flag else []) + ([str(w[5])] if count else [])
            for w in want if not w[6] and (flag or not w[4])]
refused = sum(w[6] for w in want)
if len(got) != len(expected):
    sys.exit(f'{len(got)} rows, not {len(expected)}')
for i, (g, e) in enumerate(zip(got, expected)):
    if g != e:
        sys.exit(f'row {i}: {g}, not {e}')
books = [step['in'], step['out'], step['dead'], step['deduplicated']]
if books != [len(data), len(expected), refused, len(data) - len(expected) - refused]:
    sys.exit(f'books {books}, refused {refused}')
left = [f for f in os.listdir('w/.trib') if 'dedupe' in f]
if left:
    sys.exit(f'left behind: {left}')
