# check_html.py - generated tables, whose cells are known before they become HTML, and pages that are none.
import html, random
from lab import run, same, refused

WORDS = ['Zürich', '1.234,50', 'a & b', '<x>', 'Ø "q"', "it's", '€ 5', '7', 'x  y', '', '50 %', '\\', '=1+1', '😀']


def shown(t):
    return ' '.join(t.replace('\xa0', ' ').split()) or None


def dressed(r, t):
    """the text of a cell as HTML, in one of many ways"""
    out = ''
    for c in t:
        k = r.random()
        out += ('&#%d;' % ord(c) if k < .1 else '&#x%x;' % ord(c) if k < .2 else '&euro;' if c == '€' and k < .6 else '&nbsp;' if c == ' ' and k < .5 else html.escape(c))
    return r.choice(['%s', ' %s\n', '<b>%s</b>', '<span title="a > b">%s</span>', '<!-- <td>no</td> -->%s', '%s<script>if (a < b) "</td><td>"</script>', '<font color=red>%s</font>', '&nbsp;%s']) % out


def table(r, columns, rows):
    """(HTML, grid): spans by an allocation of our own"""
    grid, out = [[None] * columns for _ in range(rows)], ''
    taken = [[False] * columns for _ in range(rows)]
    for y in range(rows):
        cells = ''
        for x in range(columns):
            if taken[y][x]:
                continue
            wide = tall = 1
            if y and r.random() < .2:
                tall = r.randint(1, min(3, rows - y))
                while x + wide < columns and wide < 3 and r.random() < .5 and not taken[y][x + wide]:
                    wide += 1
            t = 'c%d' % x if y == 0 else r.choice(WORDS)
            for dy in range(tall):
                for dx in range(wide):
                    taken[y + dy][x + dx] = True
                    grid[y + dy][x + dx] = t if y == 0 else shown(t)
            spans = (r.choice([' colspan="%d"', ' COLSPAN=%d', " class='colspan=9' colspan = '%d'"]) % wide if wide > 1 else '') + (' rowspan="%d"' % tall if tall > 1 else '')
            tag = r.choice(['td', 'TD', 'th'])
            cells += '<%s%s>%s%s' % (tag, spans, t if y == 0 else dressed(r, t), r.choice(['</%s>' % tag, '', '</%s>\n' % tag]))
        out += '<tr%s>%s%s' % (r.choice(['', ' class="x"']), cells, r.choice(['</tr>', '', '</tr>\n']))
    return '<table border=1>%s%s</table>' % (r.choice(['', '<caption>Report</caption>', '<thead>']), out), grid


def documents():
    for seed in range(40):
        r = random.Random(seed)
        parts, grids = [], []
        for _ in range(r.randint(1, 4)):
            t, g = table(r, r.randint(2, 9), r.choice([1, 2, 5, 40]))
            parts.append(t)
            grids.append(g)
        want = r.randrange(len(parts))
        page = '<!DOCTYPE html><html><head><title>a <table> b</title></head><body><p>1 < 2' + '<hr>'.join(parts) + '</body></html>'
        page = page.replace('<title>a <table> b</title>', '')
        for data, encoding in ((page.encode('utf-8'), ''), (b'\xef\xbb\xbf' + page.encode('utf-8'), ''), (page.encode('utf-16'), '')):
            got, codes, details = run('in.html', data, 'table: "%d"' % (want + 1))
            assert not codes, details
            same([list(g.values()) for g in got], grids[want][1:], 'seed %d' % seed)


def chosen():
    layout = '<html><table><tr><td>menu<td><table id=t><tr><th>Tag<th>Umsatz (EUR)<tr><td>1<td>1.234,50<tr><td>2</table></table><table><tr><td>Umsatz<tr><td>9</table>'
    columns = 'columns: { tag: { from: Tag, type: int64 }, revenue: { from: "Umsatz (EUR)", type: decimal, scale: 2, locale: de_DE } }'
    for which in ('Umsatz', '"2"'):
        got, codes, d = run('in.html', layout, 'table: %s, %s' % (which, columns))
        assert not codes, d
        same([(g['tag'], g['revenue_dec']) for g in got], [(1, '1234.5'), (2, None)], which)
    got, codes, d = run('report.xls', layout, 'format: html, table: 3')
    same(got, [{'Umsatz': '9'}], 'named .xls')
    got, codes, d = run('in.html', '<table><tr><td>a<td>b<tr><td>é€<td>“q”</table>'.encode('windows-1252'), 'encoding: windows-1252')
    same(got, [{'a': 'é€', 'b': '“q”'}], 'declared')
    got, codes, d = run('in.html', '<html><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1"><table><tr><td>a<tr><td>é€</table>'.encode('windows-1252'), '')
    same(got, [{'a': 'é€'}], 'declared by the page')
    got, codes, d = run('in.html', '<table><tr><td>a<td>b<tr><td>1<br>2<td>x<p>y<tr></tr><tr><td>Summe<td>3</table>', 'footer_match: [Summe]')
    same(got, [{'a': '1 2', 'b': 'x y'}], 'breaks, an empty row, a footer')
    same(refused(run('in.html', '<table><tr><td>a<tr><td>1<tr><td>x</table>', 'columns: { a: int64 }'), 'csv.bad_value', 'row 3'), [{'a': 1}], 'the number of a row')


def wrong():
    t = '<table><tr><td>a<tr><td>1</table>'
    refused(run('in.html', t, 'table: 2'), 'html.no_table', 'the page has 1 table')
    refused(run('in.html', t, 'table: Umsatz'), 'html.no_table', 'whose first row holds "Umsatz"')
    refused(run('in.html', '<html><form>Login</form></html>', ''), 'html.no_table', 'login')
    refused(run('in.html', '', ''), 'html.no_table')
    refused(run('in.html', t[:-8], ''), 'html.cut')
    refused(run('in.html', t[:-1], ''), 'html.cut')
    refused(run('in.html', '<table><tr>' + '<td colspan=1000>x' * 20 + '</table>', ''), 'html.too_many_columns')
    refused(run('in.html', '<table><tr><td>' + 'x' * 5000 + '</table>', 'record_max: 4096'), 'csv.record_too_long')
    refused(run('in.html', '<table><tr><td>a<td>a<tr><td>1<td>2</table>', ''), 'csv.duplicate_header')
    refused(run('in.html', b'<table><tr><td>a<tr><td>\xff</table>', ''), 'csv.bad_utf8')
    rows, codes, d = run('in.html', '<table>' * 50 + '<tr><td>x' + '</table>' * 50 + t, 'table: "51"')
    same(rows, [{'a': '1'}], 'deep nesting %s' % d)


documents()
chosen()
wrong()
