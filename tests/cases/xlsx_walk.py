"""Walks a folder of workbooks with expected.json through `trib run` and compares every value.

usage: xlsx_walk.py TRIB FOLDER WORK
expected.json: [{file, outcome: ok|reject|either, rows: [[text or null]], options: {}}]. A reject is an error of the run, or dead
letters without any row but those that stand before them. A file that expected.json does not name is a failure."""
import json, os, subprocess, sys

trib, folder, work = sys.argv[1:4]
# what the message has to say, where the file's own note asks for it
SAYS = {"encrypted.xlsx": "password", "html-as.xlsx": "web page", "csv-as.xls": "format: csv", "xxe.xlsx": "document type", "xml-deep.xlsx": "deep",
        "bomb-spaces.xlsx": "ratio", "shared-missing.xlsx": "has none", "column-out-of-range.xlsx": "outside of any sheet",
        "row-number-overflow.xlsx": "outside of any sheet", "merged-header.xlsx": "column 2 has no name", "error-cells.xlsx": "#DIV/0!",
        "formula-no-cache.xlsx": "without a stored value", "number-bad.xlsx": "12abc, which is no number", "zip-truncated.xlsx": "cut",
        "target-traversal.xlsx": "outside of the file", "target-external.xlsx": "outside of the file", "no-sheets.xlsx": "no sheet",
        "hidden-sheet.xlsx": 'sheet "Data" is read'}
WITH_HEADER = {"merged-header.xlsx"}
OWN = {"column-gap-letters.xlsx": lambda rows: [i + 1 for i, v in enumerate(rows[0]) if v is not None] == [26, 27, 16384]}


def load(path, options, number):
    """(exit code, rows as lists, what was said)"""
    out = os.path.join(work, "out-%d" % number)
    pipe = os.path.join(work, "p%d.yaml" % number)
    source = dict({"use": "file", "url": path}, **options)
    with open(pipe, "w") as f:
        json.dump({"pipeline": "walk%d" % number, "max_rejects": 1000, "source": source, "sink": {"use": "files", "path": out, "format": "jsonl"}}, f)
    run = subprocess.run([trib, "run", "-v", pipe], capture_output=True, text=True, cwd=work)
    said, rows, dead = run.stderr, [], 0
    for base, _, names in sorted(os.walk(out)):
        for name in sorted(names):
            if name.endswith(".jsonl"):
                lines = open(os.path.join(base, name)).read().splitlines()
                if "_dead_letters" in base:
                    said += "".join(lines)
                    dead += len(lines)
                else:
                    rows += [list(json.loads(x).values()) for x in lines]
    return run.returncode, rows, dead, said


def judge(case, result):
    code, rows, dead, said = result
    name, outcome = case["file"], case["outcome"]
    if SAYS.get(name, "") not in said:
        return "does not say: " + SAYS[name]
    refused = code != 0 or dead > 0
    if outcome == "reject":
        if not refused:
            return "was accepted: %r" % rows
        return None if code or len(rows) <= 1 else "some rows came in: %r" % rows
    if refused:
        return None if outcome == "either" else "was refused"
    if name in OWN:
        return None if OWN[name](rows) else "rows differ"
    width = max([len(r) for r in rows] or [0])
    want = [r + [None] * (width - len(r)) for r in case.get("rows", rows)]
    return None if rows == want else "rows are %r, not %r" % (rows, want)


cases = json.load(open(os.path.join(folder, "expected.json")))
count = {"ok": 0, "reject": 0, "either": 0}
bad = 0
for number, case in enumerate(cases):
    options = dict(case.get("options", {}))
    if case["file"] not in WITH_HEADER:
        options.setdefault("header", False)
    result = load(os.path.join(folder, case["file"]), options, number)
    why = judge(case, result)
    if why is None and case.get("rows") and result[1]:   # an altered expectation has to be seen
        other = json.loads(json.dumps(case))
        other["rows"][-1][-1] = "not this"
        other["outcome"] = "ok"
        if judge(other, result) is None:
            why = "a wrong expectation passes"
    count[case["outcome"]] += 1
    if why:
        bad += 1
        print("%s: %s\n%s" % (case["file"], why, result[3][:600]))
named = {c["file"] for c in cases} | {"expected.json"}
for name in sorted(set(os.listdir(folder)) - named):
    bad += 1
    print("%s: expected.json does not know it" % name)
print("%d workbooks: %d ok, %d reject, %d either; %d bad" % (len(cases), count["ok"], count["reject"], count["either"], bad))
sys.exit(bad > 0)
