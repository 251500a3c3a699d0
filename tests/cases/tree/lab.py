# lab.py - what the tree scripts share: one file through the program, its rows and the codes of what was refused.
import json, os, shutil, sqlite3, subprocess, tempfile

TRIB, WORK = os.environ['TRIB'], os.environ['WORK']


def run(name, data, options, rejects='100%'):
    """rows (list of dicts as SQLite holds them), codes, details, text of stderr"""
    d = tempfile.mkdtemp(dir=WORK)
    with open(os.path.join(d, name), 'wb') as f:
        f.write(data if isinstance(data, bytes) else data.encode('utf-8'))
    with open(os.path.join(d, 'p.yaml'), 'w', encoding='utf-8') as f:
        f.write('pipeline: p\nmax_rejects: %s\nsource: { use: file, url: %s%s }\nsink: { use: sqlite, path: out.db, table: t }\n' %
                (rejects, json.dumps(name), ', ' + options if options else ''))
    r = subprocess.run([TRIB, 'run', 'p.yaml'], cwd=d, capture_output=True, timeout=120)
    err = r.stderr.decode('utf-8', 'replace')
    rows, codes, details = [], [], []
    if 'error[' in err:
        codes.append(err.split('error[', 1)[1].split(']', 1)[0])
        details.append(err)
    if os.path.exists(os.path.join(d, 'out.db')):
        db = sqlite3.connect(os.path.join(d, 'out.db'))
        tables = {x[0] for x in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if '_trib_dead_letters' in tables:
            c = db.execute('SELECT * FROM _trib_dead_letters')
            names = [x[0] for x in c.description]
            for row in c:
                row = dict(zip(names, row))
                codes.append(row['code'])
                details.append(' '.join(str(v) for v in row.values()))
        if 't' in tables:
            c = db.execute('SELECT * FROM t ORDER BY rowid')
            rows = [dict(zip([x[0] for x in c.description], row)) for row in c]
        db.close()
    shutil.rmtree(d)
    assert 0 <= r.returncode < 100 and 'Sanitizer' not in err and 'runtime error' not in err, (r.returncode, err)
    return rows, codes, details


def same(got, want, what):
    assert len(got) == len(want), '%s: %d rows, not %d: %.300s' % (what, len(got), len(want), got)
    for i, (g, w) in enumerate(zip(got, want)):
        assert g == w, '%s, row %d:\n     got %r\nexpected %r' % (what, i + 1, g, w)


def refused(out, code, text=''):
    rows, codes, details = out
    assert code in codes and any(text in d for d in details), '%s with "%s" expected: %s %s' % (code, text, codes, details)
    return rows
