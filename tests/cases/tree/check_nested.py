# check_nested.py - explode, [*] and keys that repeat, against Python over generated documents.
import json, random
from lab import run, same, refused


def text(v):
    return v if isinstance(v, str) else None if v is None else json.dumps(v, separators=(',', ':'), ensure_ascii=False)


def documents():
    for seed in range(12):
        r = random.Random(seed)
        records = []
        for i in range(r.choice([0, 1, 40, 3000 if seed == 5 else 300])):
            rec = {'id': i, 'who': {'name': r.choice(['a', 'é"\\', 'x\n'])}}
            if r.random() < .9:
                rec['lines'] = r.choice([None, [], {'sku': 's', 'tags': ['solo']}] + [[{'sku': 'k%d' % k, 'q': k, 'tags': r.choice([['x', 'y'], 'one', None, [], [1, 'é']])}
                                                                                      for k in range(r.randint(1, 9))]] * 5)
            records.append(rec)
        shape = r.choice(['lines', 'indent', 'deep'])
        doc = {'lines': lambda: '\n'.join(map(json.dumps, records)), 'indent': lambda: json.dumps(records, indent=2, ensure_ascii=False),
               'deep': lambda: json.dumps({'z': [records, {'y': None}], 'data': {'n': len(records), 'rows': records}, 'end': 1.5})}[shape]()
        for keep in (True, False):
            want = []
            for rec in records:
                items = rec.get('lines')
                items = items if isinstance(items, list) else [items] if items is not None else []
                for n, item in enumerate(items, 1):
                    tags = item.get('tags')
                    tags = [x for x in (tags if isinstance(tags, list) else [tags]) if x is not None]
                    want.append((rec['id'], rec['who']['name'], item.get('sku'), item.get('q'), '|'.join(text(x) for x in tags) if tags else None, n))
                if keep and not items:
                    want.append((rec['id'], rec['who']['name'], None, None, None, None))
            options = 'explode: /lines, explode_empty: %s, ordinal: n, columns: { id: int64, who: { from: /who/name }, sku: { from: /lines/sku }, q: { from: /lines/q, type: int64 }, tags: { from: "/lines/tags/[*]", join: "|" } }' % ('keep' if keep else 'drop')
            got, codes, details = run('in.jsonl' if shape == 'lines' else 'in.json', doc, options + (', records: /data/rows' if shape == 'deep' else ''))
            assert not codes, details
            same([(g['id'], g['who'], g['sku'], g['q'], g['tags'], g['n']) for g in got], want, 'seed %d %s' % (seed, shape))


def many():
    doc = '[{"a":[{"b":[{"c":1},{"c":"x\\u00e9"}]},{"b":{"c":null}},{"d":0},{"b":[{"c":[1,2]}]}],"m":{"k1":{"v":1},"k2":2}},{"a":[]},{"a":{"b":{"c":true}}},{}]'
    got, codes, d = run('in.json', doc, 'columns: { t: { from: "/a/[*]/b/[*]/c", join: ", " }, j: { from: "/a/[*]/b/[*]/c", type: json }, m: json, k: { from: "/a/[*]/b/0/c", type: json } }')
    assert not codes, d
    same([(g['t'], g['j'], g['m'], g['k']) for g in got], [('1, xé, [1,2]', '[1,"x\\u00e9",null,[1,2]]', '{"k1":{"v":1},"k2":2}', '[1,[1,2]]'), (None,) * 4, ('true', '[true]', None, None), (None,) * 4], 'many')
    refused(run('in.json', '[]', 'columns: { t: { from: "/a/[*]" } }'), 'json.bad_path', '[*] finds many values')
    refused(run('in.json', '[]', 'explode: /a'), 'format.conflict', 'explode needs columns')
    refused(run('in.json', '[]', 'ordinal: n, columns: { a: text }'), 'format.conflict', 'ordinal')
    refused(run('in.csv', 'a\n', 'explode: /a, columns: { a: text }'), 'format.conflict', 'nothing to explode')
    refused(run('in.jsonl', '', 'records: /a'), 'format.conflict', 'records')


def repeated():
    line = '{"a":{"x":1},"b":0,"a":{"y":2},"s":[{"id":1,"v":1}],"s":[{"id":2,"v":3}]}\n'
    columns = 'columns: { x: { from: /a/x }, y: { from: /a/y }, v1: { from: "/s/[id=1]/v" }, v2: { from: "/s/[id=2]/v" } }'
    refused(run('in.jsonl', line, columns), 'json.bad_line', 'a name stands twice')
    got, codes, d = run('in.jsonl', line * 3, columns + ', duplicate_keys: last')
    same(got, [{'x': None, 'y': '2', 'v1': None, 'v2': '3'}] * 3, 'last %s' % d)
    items = '[{"i":1,"l":[{"a":1},{"a":2,"a":3}]},{"i":2,"l":[{"a":4}]}]'
    columns = 'explode: /l, columns: { i: int64, a: { from: /l/a, type: int64 } }'
    same(refused(run('in.json', items, columns), 'json.bad_line', 'record 1'), [{'i': 2, 'a': 4}], 'a bad item takes its record with it')
    got, codes, d = run('in.json', items, columns + ', duplicate_keys: last')
    same(got, [{'i': 1, 'a': 1}, {'i': 1, 'a': 3}, {'i': 2, 'a': 4}], 'last item %s' % d)
    same(refused(run('in.json', '[{"l":[{"a":1},{"a":"x"}]},{"l":[3]},{"l":[{"a":7}]}]', columns.replace('i: int64, ', '')), 'json.bad_value', 'record 1: item 2, column a'), [{'a': 7}], 'items')
    got, codes, d = run('in.jsonl', '{"a":"x\\u0000y\\ud800"}\r\n\r\n{"a":"\\ud83d\\ude00\\\\u0000"}', 'columns: { a: text }, bad_escapes: replace')
    same([g['a'] for g in got], ['x\ufffdy\ufffd', '😀\\u0000'], 'escapes %s' % d)
    same(refused(run('in.jsonl', '[1]\n{"a":1}\n{"a":2', 'columns: { a: int64 }'), 'json.bad_line', 'line 3'), [{'a': 1}], 'a cut last line')
    same(refused(run('in.jsonl', '{"a":[[[1]]]}\n{"a":1}', 'columns: { a: json }, depth_max: 3'), 'json.bad_line', 'depth_max'), [{'a': '1'}], 'depth')


documents()
many()
repeated()
