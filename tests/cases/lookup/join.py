"""join.py SEED ROWS KEYS OPTIONS KIND - random rows through lookup, and what SQLite's LEFT JOIN says of them.

KIND: csv, jsonl, sqlite (the reference); dated: with valid_from and valid_to. Prints nothing when rows, order and books agree."""
import csv, datetime, json, os, random, shutil, sqlite3, subprocess, sys

seed, rows, keys, options, kind = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
r = random.Random(seed)
shutil.rmtree('w', ignore_errors=True)
os.makedirs('w/in')
day = lambda n: (datetime.date(2024, 1, 1) + datetime.timedelta(n)).isoformat()
reference = []
for k in range(keys):
    a, b = f'k{k % 53}', k // 53
    spans = [(None, None)]
    if kind == 'dated':
        cuts = sorted(r.sample(range(0, 400, 5), r.randrange(2, 8)))
        spans = [(day(x), day(y)) for x, y in zip(cuts, cuts[1:]) if r.random() < .8]
        if spans and r.random() < .3: spans[0] = (None, spans[0][1])
        if spans and r.random() < .3: spans[-1] = (spans[-1][0], None)
    reference += [(a, b, r.choice(['north', 'süd', '', 'x' * 30]) or None, None if r.random() < .1 else r.randrange(-10**12, 10**12), *s) for s in spans]
r.shuffle(reference)
data = [(f'k{r.randrange(60)}' if r.random() > .02 else None, r.randrange(keys // 53 + 2), day(r.randrange(-20, 430))) for _ in range(rows)]
names = ['a', 'b', 'name', 'n', 'since', 'until']
show = lambda c: '' if c is None else str(c)
if kind == 'jsonl':
    path = 'ref.jsonl'
    with open('w/ref.jsonl', 'w') as f:
        f.writelines(json.dumps(dict(zip(names, x))) + '\n' for x in reference)
elif kind == 'sqlite':
    path = 'ref.db, table: refs'
    d = sqlite3.connect('w/ref.db')
    d.execute('CREATE TABLE refs (a TEXT, b INTEGER, name TEXT, n INTEGER, since TEXT, until TEXT)')
    d.executemany('INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?)', reference)
    d.commit()
else:
    path = 'ref.csv'
    with open('w/ref.csv', 'w', newline='') as f:
        w = csv.writer(f)
        w.writerow(names)
        w.writerows([[show(c) for c in x] for x in reference])
for part in range(3):
    with open(f'w/in/{part}.csv', 'w', newline='') as f:
        w = csv.writer(f)
        w.writerow(['a', 'b', 'day'])
        w.writerows([[show(c) for c in x] for x in data[part * rows // 3:(part + 1) * rows // 3]])
dated = ', as_of: day, valid_from: since, valid_to: until' if kind == 'dated' else ''
with open('w/p.yaml', 'w') as f:
    f.write(f"""pipeline: p
max_rejects: 100%
source: {{ use: file, url: 'in/*.csv', columns: {{ a: text, b: int64, day: date }} }}
steps: [ {{ lookup: {{ path: {path}, key: {{ a: a, b: b }}, take: {{ called: name, much: n }}{dated}{', ' + options if options else ''} }} }} ]
sink: {{ use: files, path: out, format: csv, table: t }}
""")
done = subprocess.run([os.environ['TRIB'], 'run', 'w/p.yaml', '--json'], capture_output=True, text=True)
if done.returncode:
    sys.exit(f'exit code {done.returncode}: {done.stderr}{done.stdout[-600:]}')
step = json.loads(done.stdout)['result'][0]['steps'][0]
got = []
for name in sorted(os.listdir('w/out/t')):
    with open(f'w/out/t/{name}', newline='') as f:
        got += list(csv.reader(f))[1:]
db = sqlite3.connect(':memory:')
db.execute('CREATE TABLE t (i INTEGER PRIMARY KEY, a, b, day)')
db.execute('CREATE TABLE r (a, b, name, n, since, until)')
db.execute('CREATE INDEX x ON r (a, b)')
db.executemany('INSERT INTO t VALUES (?, ?, ?, ?)', [(i, *d) for i, d in enumerate(data)])
db.executemany('INSERT INTO r VALUES (?, ?, ?, ?, ?, ?)', reference)
holds = 'AND (r.since IS NULL OR r.since <= t.day) AND (r.until IS NULL OR t.day < r.until)' if kind == 'dated' else ''
joined = db.execute(f'SELECT t.a, t.b, t.day, r.name, r.n, r.a IS NULL FROM t LEFT JOIN r ON t.a = r.a AND t.b = r.b {holds} ORDER BY i').fetchall()
missed = sum(j[5] for j in joined)
gone = 'dead' in options or 'drop' in options
other = ('nobody', '-1') if 'default' in options else (None, None)
want = [[show(c) for c in (*j[:3], *(other if j[5] else j[3:5]))] for j in joined if not (gone and j[5])]
for i, (g, e) in enumerate(zip(got, want)):
    if g != e:
        sys.exit(f'row {i}: {g}, not {e}')
books = [step['in'], step['out'], step['dead'], step['filtered']]
if books != [rows, len(want), missed if 'dead' in options else 0, missed if 'drop' in options else 0] or len(got) != len(want) or not 0 < missed < rows:
    sys.exit(f'books {books}, {len(got)} rows, not {len(want)}, missed {missed}')
