"""walk.py OWN-FOLDER|- WORK TRIB: every file of the folder through `trib run`, and files made here, against what Python's own readers give.

A file is a case of expected.json: ok (rows and values are those that zipfile, tarfile, gzip give), reject (an exit code, a code of
errors.def, no row in the sink, under 2 s and 64 MiB, no file outside of the work folder) or either. TRIB_SRC leads to errors.def.
Prints "not ok: ..." per fault and a closing line.
"""
import bz2, csv, glob, gzip, io, json, lzma, os, re, shutil, sqlite3, subprocess, sys, tarfile, time, zipfile

own, work, trib = sys.argv[1:4]
codes = set(re.findall(r'^ERROR\("([^"]+)"', open(os.path.join(os.environ["TRIB_SRC"], "core/base/errors.def")).read(), re.M))
trials = faults = 0
totals = {"ok": 0, "reject": 0, "either": 0}
FRESH = set(glob.glob("/tmp/trib_*")) | set(glob.glob("/tmp/*pwned*"))


def fault(name, text):
    global faults
    faults += 1
    print("not ok: %s: %s" % (name, text))


def run(path, member="*.csv", options="", env=None):
    """(exit code, stderr, rows of the sink or None, seconds, peak KiB) of one run in a folder of its own."""
    folder = os.path.join(work, "run")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(os.path.join(folder, "p.yaml"), "w") as f:
        f.write("pipeline: p\nsource: { use: file, url: %s%s%s }\nsink: { use: sqlite, path: o.db }\n" % (
            json.dumps(path), ", member: " + json.dumps(member) if member else "", options))
    begun = time.monotonic()
    p = subprocess.Popen([trib, "run", "p.yaml"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(os.environ, **(env or {})))
    text = p.stdout.read().decode("utf-8", "replace")
    _, status, use = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    p.stdout.close()
    rows, db = None, os.path.join(folder, "o.db")
    if os.path.exists(db):
        c = sqlite3.connect(db)
        tables = [t for t, in c.execute("select name from sqlite_master where type = 'table'")]
        rows = sorted(c.execute("select * from rows")) if "rows" in tables else []
        c.close()
    return p.returncode, text, rows or [], time.monotonic() - begun, use.ru_maxrss


def of_csv(data):
    return [tuple(r) for r in csv.reader(io.StringIO(data.decode("utf-8")))][1:]


def of_python(path):
    """The rows of every *.csv that Python's own readers find."""
    if path.endswith(".zip"):
        with zipfile.ZipFile(path) as z:
            return sorted(r for n in z.namelist() if n.endswith(".csv") for r in of_csv(z.read(n)))
    if ".tar" in os.path.basename(path):
        with tarfile.open(path) as t:
            return sorted(r for m in t if m.isfile() and m.name.endswith(".csv") for r in of_csv(t.extractfile(m).read()))
    data = open(path, "rb").read()
    while data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return sorted(of_csv(data))


def outside():
    return (set(glob.glob("/tmp/trib_*")) | set(glob.glob("/tmp/*pwned*"))) - FRESH - {p for p in glob.glob("/tmp/trib-test.*")}


def accepted(name, got, want):
    code, text, rows, seconds, peak = got
    global trials
    trials += 1
    if code != 0:
        fault(name, "exit code %d: %s" % (code, text.strip()[:300]))
    elif rows != want or not want:
        fault(name, "%d rows %.200r, not %d rows %.200r" % (len(rows), rows, len(want), want))


def rejected(name, got, want=None, word=""):
    code, text, rows, seconds, peak = got
    global trials
    trials += 1
    said = re.search(r"error\[([a-z_.]+)\]", text)
    if code not in (1, 2) or not said or said.group(1) not in codes or (want and said.group(1) != want):
        fault(name, "exit code %d, %s: %s" % (code, said.group(1) if said else "no code", text.strip()[:300]))
    if word not in text:
        fault(name, "the message does not name %s: %s" % (word, text.strip()[:300]))
    if rows:
        fault(name, "%d rows were committed" % len(rows))
    if seconds >= 2 and not os.environ.get("TRIB_SLOW"):
        fault(name, "took %.1f s" % seconds)
    if peak >= 64 << 10 and not os.environ.get("TRIB_SLOW"):   # sanitizers need more of both
        fault(name, "peak memory %d KiB" % peak)
    if outside():
        fault(name, "made %s" % outside())


# ---- the folder of others
LIMITS = {  # the limit that a bomb meets, when its options make it the first: name in the message, options
    "bomb-many-entries.zip": ("archive.too_many_entries", "limits.entries", ", limits: { entries: 4096 }"),
    "bomb-ratio-100m.zip": ("archive.too_large", "limits.unpacked", ", limits: { unpacked: 16MiB, ratio: 5000 }"),
    "bomb-100m.csv.gz": ("archive.too_large", "limits.unpacked", ", limits: { unpacked: 16MiB, ratio: 5000 }"),
    "bomb-nested-4x4.zip": ("archive.nested", "limits.nesting", ", limits: { nesting: 3 }"),
}


def folder_of_others():
    cases = json.load(open(os.path.join(own, "expected.json")))
    if os.environ.get("TRIB_ALTER"):   # the walk must see it when an expectation is wrong
        for c in cases:
            if c["file"] == os.environ["TRIB_ALTER"]:
                c["outcome"] = "reject" if c["outcome"] == "ok" else "ok"
    known = {c["file"] for c in cases}
    for name in sorted(set(os.listdir(own)) - known - {"expected.json"}):
        fault(name, "is not in expected.json")
    for c in cases:
        name, path = c["file"], os.path.join(own, c["file"])
        totals[c["outcome"]] += 1
        member = "*.csv" if ".zip" in name or ".tar" in name else None
        got = run(path, member)
        if c["outcome"] == "ok" or (c["outcome"] == "either" and got[0] == 0):
            accepted(name, got, of_python(path) if c["outcome"] == "either" or os.path.exists(path) else [])
        else:
            rejected(name, got)
        if name in LIMITS:
            code, word, options = LIMITS[name]
            rejected(name + options, run(path, member, options), code, word)
    print("own %d files: ok %d, reject %d, either %d" % (len(cases), totals["ok"], totals["reject"], totals["either"]))


# ---- files made here
def table(n):
    return ("id,text\n" + "".join("%d,row %d\n" % (i, i * 7) for i in range(n))).encode()


def tar_of(files, mode):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode=mode, **({"preset": 1} if mode == "w:xz" else {})) as t:
        for name, data in files:
            i = tarfile.TarInfo(name)
            i.size = len(data)
            t.addfile(i, io.BytesIO(data))
    return b.getvalue()


def zip_of(files, method=zipfile.ZIP_DEFLATED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", method) as z:
        for name, data in files:
            z.writestr(name, data)
    return b.getvalue()


def tool(command, data):
    """What a command line tool makes of data; None: it is not here."""
    if not shutil.which(command[0]):
        print("# no %s here: its files are left out" % command[0])
        return None
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def zeros(compressor, mib, before=b"", after=b""):
    """Packed bit by bit: what this process holds would count as the peak memory of the runs it starts."""
    parts = [compressor.compress(before)]
    parts += [compressor.compress(b"0" * (1 << 20)) for _ in range(mib)]
    return b"".join(parts) + compressor.compress(after) + compressor.flush()


def put(name, data):
    path = os.path.join(work, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def made_here():
    data, want = table(5000), sorted(of_csv(table(5000)))
    small = [("a.csv", table(3)), ("sub/b.csv", table(2)), ("c.txt", b"no")]
    both = sorted(of_csv(table(3)) + of_csv(table(2)))
    gz, xz, b2 = gzip.compress(data), lzma.compress(data, preset=1), bz2.compress(data)
    codecs = {"gz": gz, "xz": xz, "bz2": b2, "zst": tool(["zstd", "-qc"], data), "lz4": tool(["lz4", "-qc"], data)}
    for ext, packed in codecs.items():
        if packed is None:
            continue
        accepted("x.csv." + ext, run(put("x.csv." + ext, packed), None), want)
        twice = run(put("two.csv." + ext, packed + packed), None, ", repeated_headers: keep")
        accepted("two of " + ext, twice, sorted(want + want + [("id", "text")]))   # its header is a row of the second
        accepted("any name " + ext, run(put("packed-%s.csv" % ext, packed), None), want)
        for k in (1, 8, 15):   # tests/unit/io/test_codec.c has them all
            rejected("%s cut %d/16" % (ext, k), run(put("cut.csv." + ext, packed[:len(packed) * k // 16]), None), "archive.truncated")
        rejected(ext + " second cut", run(put("cut.csv." + ext, packed + packed[:len(packed) // 2]), None), "archive.truncated")
        rejected(ext + " junk behind", run(put("junk.csv." + ext, packed + b"<html>"), None), "archive.trailing_bytes")
        rejected(ext + " no such file", run(put("html.csv." + ext, b"<html>please log in</html>"), None), "archive.not_archive")
    for mode, ext in (("w", "tar"), ("w:gz", "tar.gz"), ("w:bz2", "tbz2"), ("w:xz", "tar.xz")):
        packed = tar_of(small, mode)
        accepted(ext, run(put("t." + ext, packed)), both)
        accepted(ext + " member", run(put("t." + ext, packed) + "!/sub/b.csv", None), of_csv(table(2)))
        rejected(ext + " cut", run(put("t." + ext, packed[:len(packed) // 4])))
    plain = tar_of(small, "w")
    if codecs["zst"]:
        accepted("tar.zst", run(put("t.tar.zst", tool(["zstd", "-qc"], plain))), both)
    rejected("tar without end", run(put("noend.tar", plain[:512 * 6])), "archive.truncated")
    rejected("tar with junk", run(put("junk.tar", plain + b"junk")), "archive.trailing_bytes")
    # nested once
    inner = zip_of(small)
    for name, packed in (("zip in zip.zip", zip_of([("in.zip", inner)])), ("zip in tar.tar", tar_of([("in.zip", inner)], "w")),
                         ("zip in tar.tar.gz", tar_of([("in.zip", inner)], "w:gz")), ("tar in zip.zip", zip_of([("in.tar.gz", tar_of(small, "w:gz"))]))):
        accepted(name, run(put(name, packed)), both)
        rejected(name + ", nesting 0", run(put(name, packed), "*.csv", ", limits: { nesting: 0 }"), "archive.nested", "limits.nesting")
        third = zip_of([(name, packed)])
        rejected("deeper: " + name, run(put("third.zip", third)), "archive.nested", "limits.nesting")
        accepted("allowed: " + name, run(put("third.zip", third), "*.csv", ", limits: { nesting: 2 }"), both)
        if name.startswith("zip"):
            rejected(name + " inner", run(put(name, packed), "*.csv", ", limits: { inner: 100 }"), "archive.too_large", "limits.inner")
    accepted("through", run(put("out.zip", zip_of([("in.zip", inner)])) + "!/in.zip!/sub/b.csv", None), of_csv(table(2)))
    accepted("gz in zip", run(put("g.zip", zip_of([("a.csv.gz", gz)])), "*.csv.gz"), want)
    accepted("gz in tar.gz", run(put("g.tar.gz", tar_of([("a.csv.gz", gz)], "w:gz")), "*.csv.gz"), want)
    # limits of the window
    rejected("xz window", run(put("w.csv.xz", xz), None, ", limits: { window: 128KiB }"), "archive.window", "limits.window")
    rejected("xz bomb", run(put("bomb.csv.xz", zeros(lzma.LZMACompressor(preset=0), 100)), None), "archive.ratio", "limits.ratio")
    rejected("bz2 bomb", run(put("bomb.csv.bz2", zeros(bz2.BZ2Compressor(), 40)), None), "archive.ratio", "limits.ratio")
    head = tarfile.TarInfo("zero")
    head.size = 40 << 20
    bomb = zeros(lzma.LZMACompressor(preset=0), 40, head.tobuf(), tar_of(small, "w"))
    rejected("tar bomb before the file", run(put("bomb.tar.xz", bomb)), "archive.ratio", "limits.ratio")
    # methods of zips
    for method, name in ((zipfile.ZIP_STORED, "stored"), (zipfile.ZIP_BZIP2, "bzip2"), (zipfile.ZIP_LZMA, "lzma")):
        accepted("zip " + name, run(put("m.zip", zip_of(small, method))), both)
    # columns
    wide = ",".join("c%d" % i for i in range(16385)) + "\n" + ",".join("1" for i in range(16385)) + "\n"
    rejected("wide", run(put("wide.csv", wide.encode()), None), "csv.too_many_columns", "columns_max")
    encrypted(small, both)


def encrypted(small, both):
    secret = "Geheim-%d-4711" % os.getpid()
    folder = os.path.join(work, "plain")
    for name, data in small:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "wb").write(data)
    made = []
    if shutil.which("zip"):
        subprocess.run(["zip", "-q", "-r", "-P", secret, os.path.join(work, "crypto.zip"), "."], cwd=folder, check=True)
        made.append("crypto.zip")
    if shutil.which("7z"):
        subprocess.run(["7z", "a", "-tzip", "-mem=AES256", "-p" + secret, os.path.join(work, "aes.zip"), "."], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        made.append("aes.zip")
    for name in made:
        path = os.path.join(work, name)
        option = ', password: "${env:KPI_PASSWORD}"'
        got = run(path, "*.csv", option, {"KPI_PASSWORD": secret})
        accepted(name, got, both)
        wrong = run(path, "*.csv", option, {"KPI_PASSWORD": secret + "-wrong"})
        rejected(name + " wrong password", wrong)
        rejected(name + " no password", run(path), "archive.encrypted", "password")
        shown = subprocess.run([trib, "config", "p.yaml"], cwd=os.path.join(work, "run"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.decode()
        if secret in got[1] + wrong[1] + shown:
            fault(name, "the password was shown")


if own != "-":
    folder_of_others()
else:
    made_here()
print("archive %d %d" % (trials, faults))
sys.exit(1 if faults else 0)
