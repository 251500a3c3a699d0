# check_xml.py - generated documents against xml.etree, and what is refused.
import json, random
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr
from lab import run, same, refused

WHOLE = 'columns: { v: { from: ".", type: json } }'
BLANK = ' \t\r\n'


def oracle(e, record=True):
    o = {}
    text = ((e.text or '') + ''.join(c.tail or '' for c in e)).strip(BLANK)
    for k, v in e.attrib.items():
        o['@' + k.split('}')[-1]] = v.strip(BLANK)
    for c in e:
        o.setdefault(c.tag.split('}')[-1], []).append(oracle(c, False))
    if not o and not record:
        return text
    out = {'#text': text} if text else {}
    for k, v in o.items():
        out[k] = v if not isinstance(v, list) else v[0] if len(v) == 1 else v
    return out


def element(r, depth):
    name = r.choice(['a', 'b', 'x:c', 'd-e', 'ü'])
    attrs = ''.join(' %s=%s' % (k, quoteattr(r.choice(['', '1', 'a"b', "it's <&>", '\n é 😀 ']))) for k in r.sample(['id', 'cur', 'x:lang'], r.randint(0, 2)))
    inside = ''
    for _ in range(r.randint(0, 3 if depth < 4 else 0)):
        inside += r.choice(['', '', escape(r.choice(['t', ' 12.50 ', 'é<&>"', '\n\t'])), '<![CDATA[<x>&]]>', '<!-- c -->', '&#233;&#x1F600;']) + element(r, depth + 1)
    inside += escape(r.choice(['', ' tail ', '"\\ \u2028 ', '7']))
    return '<%s%s>%s</%s>' % (name, attrs, inside, name) if inside or r.random() < .5 else '<%s%s/>' % (name, attrs)


def documents():
    for seed in range(40):
        r = random.Random(seed)
        rows = ''.join('<row n="%d">%s</row>%s' % (i, ''.join(element(r, 1) for _ in range(r.randint(0, 4))), r.choice(['', '\n  ', '<!-- <row/> -->']))
                       for i in range(r.choice([0, 1, 5, 60])))
        doc = '<?xml version="1.0"?>\n<report xmlns:x="urn:x" xmlns="urn:y"><head><row>no</row></head>%s<rows><row>no</row></rows></report>' % rows
        root = ET.fromstring(doc)
        want = [oracle(e) for e in root if e.tag.split('}')[-1] == 'row']
        for data in (doc.encode('utf-8'), doc.encode('utf-16')):
            got, codes, details = run('in.xml', data.replace(b'<?xml version="1.0"?>', b'', 0), 'records: /report/row, ' + WHOLE)
            assert not codes, details
            same([json.loads(g['v']) for g in got], want, 'seed %d' % seed)


def paths():
    doc = '''<r><p><i k="1"><price currency="EUR">1,5</price><tag>x</tag><tag>y</tag><nil xmlns:xsi="u" xsi:nil="true"/></i></p>
    <q><i k="2"><price currency="USD">2</price><tag>z</tag></i></q><i k="3">text</i></r>'''
    columns = 'columns: { k: { from: "/@k", type: int64 }, cur: { from: /price/@currency }, price: { from: "/price/#text", type: decimal, scale: 2, locale: de_DE }, tags: { from: "/tag/[*]", join: "+" }, nil: text }'
    got, codes, details = run('in.xml', doc, 'records: "/r/*/i", ' + columns)
    assert not codes, details
    same([(g['k'], g['cur'], g['price_dec'], g['tags'], g['nil']) for g in got], [(1, 'EUR', '1.5', 'x+y', None), (2, 'USD', '2', 'z', None)], 'paths')
    got, codes, details = run('in.xml', doc, 'records: /r/i, columns: { k: { from: "/@k" }, t: { from: "/#text" } }')
    same(got, [{'k': '3', 't': 'text'}], 'mixed')
    got, codes, details = run('in.xml', doc, columns.replace('columns', 'explode: /i/tag, ordinal: n, columns').replace('/@k', '/i/@k').replace('/tag/[*]', '/i/tag/[*]').replace('/price', '/i/price'))
    same([(g['k'], g['tags'], g['n']) for g in got], [(1, 'x', 1), (1, 'y', 2), (2, 'z', 1), (None, None, None)], 'children of the root, exploded')


def wrong():
    row = '<r>' + '<row><a>1</a></row>' * 3
    refused(run('in.xml', row, 'records: /r/row'), 'xml.bad_document', 'line 1')
    refused(run('in.xml', row + '</r><r/>', 'records: /r/row'), 'xml.bad_document')
    refused(run('in.xml', row + '<row><a></b></row></r>', 'records: /r/row'), 'xml.bad_document', 'record 4, line 1, byte 71: mismatched tag')
    refused(run('in.xml', '', 'records: /r/row'), 'xml.bad_document')
    refused(run('in.xml', '{"a":1}', ''), 'xml.bad_document')
    refused(run('in.xml', '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><r><row>&b;</row></r>', 'records: /r/row'), 'xml.dtd')
    refused(run('in.xml', '<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>', 'records: /r/row'), 'xml.dtd')
    refused(run('in.xml', '<r><row>&nbsp;</row></r>', 'records: /r/row'), 'xml.bad_document', 'undefined entity')
    refused(run('in.xml', row + '</r>', 'records: /r/list/row'), 'xml.no_records', '/r/list/row')
    refused(run('in.xml', row + '</r>', 'records: row'), 'xml.bad_path')
    refused(run('in.xml', '<a>' * 600 + '</a>' * 600, ''), 'xml.too_deep', 'depth_max')
    refused(run('in.xml', '<r><row>' + '<a>' * 10 + '</a>' * 10 + '</row></r>', 'depth_max: 8'), 'xml.too_deep')
    refused(run('in.xml', '<r><row><a>' + 'x' * 5000 + '</a></row></r>', 'record_max: 4096'), 'xml.record_too_long')
    refused(run('in.xml', '<r><row><a b="' + 'x' * 3000000 + '"/></row></r>', ''), 'xml.tag_too_long')
    refused(run('in.xml', '<r><row>' + ''.join('<n%d/>' % i for i in range(70000)) + '</row></r>', ''), 'xml.too_many_names')
    refused(run('in.xml', b'<?xml version="1.0" encoding="x-none"?><r/>', ''), 'xml.bad_document', 'encoding')
    rows, codes, _ = run('in.xml', row + '</r>', 'records: /r/row, columns: { a: int64 }')
    same(rows, [{'a': 1}] * 3, 'the same, whole')
    for name, declared in (('windows-1252', True), ('iso-8859-1', True), ('windows-1252', False)):
        head = '<?xml version="1.0" encoding="%s"?>' % name if declared else ''
        rows, codes, d = run('in.xml', (head + '<r><row><a>é%s</a></row></r>' % ('€' if '1252' in name else '')).encode(name), 'columns: { a: text }' + ('' if declared else ', encoding: windows-1252'))
        same(rows, [{'a': 'é€' if '1252' in name else 'é'}], name + str(d))
    rows, codes, d = run('in.xml', '<r/>', 'columns: { a: text }')
    assert not rows and not codes, 'a root without children has no rows: %s' % d


documents()
paths()
wrong()
