"""Writes workbooks by zipfile alone, and .xls by xlwt where it is there, with expected.json for xlsx_walk.py. usage: xlsx_make.py FOLDER"""
import datetime, json, os, sys, zipfile

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
REL = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
CODES = ["General", "yyyy-mm-dd", "yyyy\\-mm\\-dd\\ hh:mm", "hh:mm:ss", "[h]:mm", "mmm yy", "[$-407]#,##0.00 &quot;dd&quot;", "[Blue]0.0%", "mm:ss.0", "[ss]"]
expected = []


def book(name, data, outcome="ok", rows=None, strings=(), sheets=None, pr="", options=None, tail="", order=None):
    sheets = sheets or [("Data", "", data)]
    styles = "<numFmts>%s</numFmts><cellXfs>%s</cellXfs>" % (
        "".join('<numFmt numFmtId="%d" formatCode="%s"/>' % (164 + i, c) for i, c in enumerate(CODES)),
        "".join('<xf numFmtId="%d"/>' % (164 + i) for i in range(len(CODES))))
    parts = {"_rels/.rels": REL % ('<Relationship Id="rId1" Type="%sofficeDocument" Target="wtf/book.xml"/>' % TYPE),
             "wtf/book.xml": "<workbook %s>%s<sheets>%s</sheets></workbook>" % (NS, pr, "".join(
                 '<sheet name="%s" sheetId="%d" r:id="s%d" %s/>' % (n, i + 1, i, state) for i, (n, state, _) in enumerate(sheets))),
             "wtf/_rels/book.xml.rels": REL % (
                 "".join('<Relationship Id="s%d" Type="%sworksheet" Target="sheets/%d.xml"/>' % (i, TYPE, i) for i in range(len(sheets))) +
                 '<Relationship Id="x1" Type="%ssharedStrings" Target="/wtf/strings.xml"/><Relationship Id="x2" Type="%sstyles" Target="../wtf/styles.xml"/>' % (TYPE, TYPE)),
             "wtf/styles.xml": "<styleSheet %s>%s</styleSheet>" % (NS, styles)}
    for i, (_, _, rows_xml) in enumerate(sheets):
        parts["wtf/sheets/%d.xml" % i] = "<worksheet %s><dimension ref=\"A1:XFD9\"/><sheetData>%s</sheetData>%s</worksheet>" % (NS, rows_xml, tail)
    parts["wtf/strings.xml"] = "<sst %s>%s</sst>" % (NS, "".join("<si>%s</si>" % s for s in strings))   # behind the sheets
    parts["[Content_Types].xml"] = "<Types/>"
    with zipfile.ZipFile(os.path.join(folder, name), "w", zipfile.ZIP_DEFLATED) as z:
        for part, text in parts.items():
            z.writestr(part, text)
    expect(name, outcome, rows, options)


def expect(name, outcome, rows, options=None):
    case = {"file": name, "outcome": outcome}
    if rows is not None:
        case["rows"] = rows
    if options:
        case["options"] = options
    expected.append(case)


def row(n, *cells):
    return '<row r="%d">%s</row>' % (n, "".join(cells))


def c(v, s=None, t=None, r=None, f=None):
    return "<c%s%s%s>%s%s</c>" % (' r="%s"' % r if r else "", ' s="%d"' % s if s else "", ' t="%s"' % t if t else "", "<f>%s</f>" % f if f else "",
                                  "<v>%s</v>" % v if v is not None else "")


# numbers: text of the double, shortest; formats that look like dates and are none
book("numbers.xlsx", row(1, *[c(v) for v in ("0.10000000000000001", "123456789012345680", "1E-7", "-1.5e+3", "1e300", "0", "+5", "007", "1.50")]) +
     row(2, c("45382", 6), c("0.4", 7), c("1234.5"), c("5", 0)), rows=[
         ["0.1", "123456789012345680", "0.0000001", "-1500", "1e300", "0", "5", "7", "1.5"], ["45382", "0.4", "1234.5", "5"]])
# serials: the same numbers by both calendars and all formats; phantom day, serial 0, too late: no days
serials = [("45382", 1), ("45382.5", 1), ("45382", 2), ("45382.99999999", 2), ("0.5", 3), ("0.29513888888888889", 2), ("1.5", 4), ("-0.25", 4), ("45292", 5),
           ("0.00042824074", 8), ("2958465", 1), ("59", 1), ("61", 1), ("0.001", 9)]
book("serials.xlsx", row(1, *[c(*x) for x in serials]), rows=[["2024-03-31", "2024-03-31 12:00:00", "2024-03-31 00:00:00", "2024-03-31 23:59:59.999", "12:00:00",
     "07:05:00", "36:00:00", "-06:00:00", "2024-01-01", "00:00:37", "9999-12-31", "1900-02-28", "1900-03-01", "00:01:26.400"]])
book("serials-1904.xlsx", row(1, *[c(*x) for x in (("43920", 1), ("0", 1), ("0.25", 2))]), rows=[["2024-03-31", "1904-01-01", "06:00:00"]], pr='<workbookPr date1904="true"/>')
for name, serial in (("phantom-day", "60"), ("day-zero", "0"), ("day-too-late", "2958466"), ("day-negative", "-1")):
    book(name + ".xlsx", row(1, c("1")) + row(2, c(serial, 1)), "reject")
# texts: rich, phonetic, escapes, blanks, control characters of our own, the empty text
book("texts.xlsx", row(1, *[c(i, t="s") for i in range(7)]), rows=[["a b", " x ", "line\nend", "東京", "\x1e\"\x1f\x01", "", "_x41_ A 😀"]],
     strings=["<r><t>a</t></r><r><t xml:space=\"preserve\"> b</t></r>", "<t xml:space=\"preserve\"> x </t>", "<t>line\nend</t>", "<t>東京</t><rPh><t>no</t></rPh>",
              "<t>_x001E_&quot;_x001F__x0001_</t>", "<t/>", "<t>_x41_ _x0041_ _xD83D__xDE00_</t>"])
# places: gaps, empty formats, rows that are not there, no references
book("places.xlsx", '<row><c><v>1</v></c><c s="1"/><c><v>3</v></c><c s="1"/></row><row r="5" spans="1:9"><c r="B5"><v>2</v></c><c r="C5" s="3"/></row><row/>',
     rows=[["1", None, "3"], [None, "2"]])
# sheets: hidden first, by name, by place, by pattern; a name that is not there
three = [("Old", 'state="veryHidden"', row(1, c("1"))), ("R&amp;D", "", row(1, c("2"))), ("Report May", "", row(1, c("3")))]
for name, sheet, value in (("first", None, "2"), ("name", "r&d", "2"), ("place", "3", "3"), ("glob", "Report*", "3"), ("hidden", "Old", "1"), ("none", "Reports", None)):
    book("sheet-%s.xlsx" % name, "", "ok" if value else "reject", [[value]] if value else None, sheets=three, options={"sheet": sheet} if sheet else None)
# merged: groups over two rows; values of the range in each of its cells
merged = row(1, c("2024", r="A1"), c("2025", r="C1")) + row(2, c("1", r="A2"), c("2", r="B2"), c("3", r="C2"), c("4", r="D2")) + row(3, c("x", t="str", r="A3"), c("7", r="B3")) + \
    row(5, c("8", r="B5"))
ranges = '<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="C1:D1"/><mergeCell ref="A3:A5"/></mergeCells>'
book("merged.xlsx", merged, rows=[["2024", "2024", "2025", "2025"], ["1", "2", "3", "4"], ["x", "7"], ["x"], ["x", "8"]], tail=ranges, options={"fill_merged": True})
book("merged-plain.xlsx", row(1, c("1"), c("2")) + row(2, c(None, r="A2"), c("8", r="B2")), rows=[["1", "2"], [None, "8"]], tail='<mergeCells><mergeCell ref="A1:A2"/></mergeCells>')
# errors and formulas, by policy
cells = row(1, c("1"), c("2"), c("3")) + row(2, c("#DIV/0!", t="e"), c(None, f="A1*2"), c("", t="str", f="X()"))
book("policy-null.xlsx", cells, rows=[["1", "2", "3"], [None, None, ""]], options={"error_cells": "null", "empty_formulas": "null"})
book("policy-reject.xlsx", cells, "reject")
book("error-word.xlsx", row(1, c("#N/A", t="e"), c("1")), rows=[[None, "1"]], options={"null_words": ["#N/A"]})
# types with a locale: numbers of cells know none, texts do
book("typed.xlsx", row(1, c("n", t="str"), c("d", t="str"), c("when", t="str")) + row(2, c("1234.5"), c("45382", 2), c("45382.25", 2)) +
     row(3, c("1.234,5", t="str"), c("31.03.2024", t="str"), c("2024-03-31T06:00:00Z", t="d")), rows=[[1234.5, "2024-03-31", "2024-03-31T06:00:00Z"]] * 2,
     options={"header": True, "locale": "de_DE", "columns": {"n": {"type": "decimal", "scale": 2}, "d": {"type": "date", "format": "%d.%m.%Y"}, "when": {"type": "time"}}})
# a workbook inside of a zip, and limits
inner = open(os.path.join(folder, "texts.xlsx"), "rb").read()
with zipfile.ZipFile(os.path.join(folder, "inner.zip"), "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("in/texts.xlsx", inner)
expect("inner.zip", "ok", [x for x in expected if x["file"] == "texts.xlsx"][0]["rows"])
book("strings-max.xlsx", row(1, c("0", t="s")), "reject", strings=["<t>%s</t>" % ("x" * 2000)], options={"shared_strings_max": 1024})
book("field-max.xlsx", row(1, c("x" * 2000, t="str")), "reject", options={"field_max": 1024})
book("bad-style.xlsx", row(1, c("1", 99)), "reject")
book("row-order.xlsx", row(2, c("1")) + row(1, c("2")), "reject")
try:
    import xlwt
except ImportError:
    print("xlwt is not here: no .xls is tested")
else:
    def style(f):
        return xlwt.easyxf(num_format_str=f)

    def xls(name, rows, want, outcome="ok", options=None, **more):
        b = xlwt.Workbook()
        b.dates_1904 = more.get("mac", False)
        b.add_sheet("Cover").write(0, 0, "nothing")
        s = b.add_sheet("Data")
        for i, r in enumerate(rows):
            for k, v in enumerate(r):
                if isinstance(v, tuple):
                    s.write(i, k, v[0], style(v[1]))
                elif callable(v):
                    v(s, i, k)
                elif v is not None:
                    s.write(i, k, v)
        for m in more.get("merges", []):
            s.merge(*m)
        if more.get("hide"):
            b.get_sheet(0).visibility = 1
            b.set_active_sheet(1)
        b.save(os.path.join(folder, name))
        options = dict({"sheet": "Data"}, **(options or {}))
        expect(name, outcome, want, {k: v for k, v in options.items() if v is not None})

    day, moment = datetime.date(2024, 3, 31), datetime.datetime(2024, 3, 31, 2, 30)
    xls("old.xls", [["day", "n"], [(day, "yyyy-mm-dd"), 12345], [(moment, "yyyy-mm-dd hh:mm"), 0.1], [None, -1e-7], [], ["Grüße 東京", 1.0000000000000002],
                    [(datetime.time(7, 5), "hh:mm"), 2 ** 40]],
        [["day", "n"], ["2024-03-31", "12345"], ["2024-03-31 02:30:00", "0.1"], [None, "-0.0000001"], ["Grüße 東京", "1.0000000000000002"],
         ["07:05:00", "1099511627776"]])
    xls("old-1904.xls", [["day"], [(day, "d.m.yy")]], [["day"], ["2024-03-31"]], mac=True)
    xls("old-types.xls", [["dur", "flag"], [(1.5, "[h]:mm"), True]], [["dur", "flag"], ["36:00:00", "true"]])
    error = lambda s, i, k: s.row(i).set_cell_error(k, 7)
    xls("old-error.xls", [["a"], [error]], None, "reject")
    xls("old-error-null.xls", [["a", "b"], [error, 1]], [["a", "b"], [None, "1"]], options={"error_cells": "null"})

    def formula(s, i, k):   # as programs write it that do not calculate
        s.write(i, k, xlwt.Formula("1+1"))
        s.row(i)._Row__cells[k].calc_flags = 2

    xls("old-formula.xls", [["a"], [formula]], None, "reject")   # no value is stored
    xls("old-many.xls", [["n%d" % i for i in range(20)]] + [["Text Nummer %d ü" % (i % 700) if k == 3 else "東京%d" % i if k == 4 else i * k for k in range(20)] for i in range(1500)],
        [["n%d" % i for i in range(20)]] + [["Text Nummer %d ü" % (i % 700) if k == 3 else "東京%d" % i if k == 4 else str(i * k) for k in range(20)] for i in range(1500)])
    xls("old-merged.xls", [["g", None, "h"], [1, 2, 3]], [["g", "g", "h"], ["1", "2", "3"]], options={"fill_merged": True}, merges=[(0, 0, 0, 1)])
    xls("old-hidden.xls", [["a"]], [["a"]], options={"sheet": None}, hide=True)
json.dump(expected, open(os.path.join(folder, "expected.json"), "w"), indent=1)
