"""Three partners, two currencies, and what the views of the partner model must say about them.

    oracle.py make FOLDER STEP     writes the project's input as it is at STEP (1 to 3)
    oracle.py check DB STEP        compares each view with a reckoning in Decimal from the same figures

Nothing is shared with the program: rates, periods, precedence, moves and half-even rounding are worked out here again.
P1  EUR, totals; revenue from two sources, the finance one holds; March restated in step 2; April missing
P2  revenue by market in EUR and USD, users as a total, in May by market only (they do not add up); ARPU by market
P3  zero users, zero subscribers, a month with ARPU alone, no tickets
"""
import csv, json, os, sqlite3, sys
from datetime import datetime
from decimal import Decimal as D, ROUND_HALF_EVEN, getcontext
from zoneinfo import ZoneInfo

getcontext().prec = 60
MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"]
RATE = dict(zip(MONTHS, map(D, ["1.0354000000000001", "1.0412650000000002", "1.0806809523809521", "1.1214250000000001",
                                "1.1277904761904763", "1.1515714285714286"])))      # EUR/USD, averages of months
NOW = {1: "2025-07-01T06:00:00Z", 2: "2025-07-10T06:00:00Z", 3: "2025-07-20T06:00:00Z"}


def portal(step):                        # (partner, market, month, metric, currency, value as printed)
    for m, r, u, a in [("2025-01", "100,000.10", "90,001", "111"), ("2025-02", "101,000.20", "91,003", "110.98"),
                       ("2025-03", "100.0" if step == 1 else "90.0", "7", "1,285.7"), ("2025-05", "33,333.33", "3", ""),
                       ("2025-06", "0.01", "30,000,001", "0")]:
        yield "P1", "*", m, "revenue_net", "EUR", r
        yield "P1", "*", m, "active_users", "*", u
        if a:
            yield "P1", "*", m, "arpu (c)", "EUR", a
    for i, m in enumerate(MONTHS):
        yield "P2", "DE", m, "revenue_net", "EUR", f"{10000 + 333 * i}.{i}5"
        yield "P2", "US", m, "revenue_net", "USD", f"{20000 + 777 * i}.1{i}"
        yield "P2", "DE", m, "arpu", "EUR", "0.07"
        yield "P2", "US", m, "arpu", "USD", "0.03"
        if m == "2025-05":
            yield "P2", "DE", m, "active_users", "*", "70000"
            yield "P2", "US", m, "active_users", "*", "80000"
        else:
            yield "P2", "*", m, "active_users", "*", f"{150000 + 1001 * i}"
    yield "P3", "*", "2025-01", "revenue_net", "USD", "12.5"
    yield "P3", "*", "2025-01", "active_users", "*", "0"
    yield "P3", "*", "2025-02", "arpu", "USD", "1.1"
    yield "P3", "*", "2025-03", "revenue_net", "USD", "-3.30"
    yield "P3", "*", "2025-03", "active_users", "*", "N/A"


def finance(step):                       # of another precedence; June is what it does not have
    for m, r in [("2025-01", "99,999.99"), ("2025-02", "100,999.995"), ("2025-03", "99.5" if step < 3 else "89.25")]:
        yield "P1", "*", m, "revenue_net", "EUR", r


def crm(step):
    for i, m in enumerate(MONTHS):
        yield "P1", "*", m, "subscribers", "*", str(3000 + 7 * i)
        if m != "2025-02":
            yield "P2", "DE", m, "subscribers", "*", str(1000 + i)
            yield "P2", "US", m, "subscribers", "*", str(2001 - i)
        yield "P3", "*", m, "subscribers", "*", "0" if m == "2025-01" else "5"


FEEDS = {"portal": portal, "finance": finance, "crm": crm}
PRECEDENCE = {"finance": 10, "portal": 50}              # crm: not declared, 100
ZONE = {"P1": ZoneInfo("Europe/Berlin"), "P2": ZoneInfo("America/Sao_Paulo")}


def tickets():                           # (partner, id, opened UTC, label, body)
    out = []
    for p, n in ("P1", 37), ("P2", 23):
        for i in range(n):
            body = ["How do I switch it off", "nothing works", "a question", "unacceptable, how do I", "please call"][i % 5]
            out.append((p, f"{p}-{i}", f"2025-0{1 + i % 3}-{1 + i % 27:02d}T12:00:00Z", "other" if i % 7 == 3 else "complaint", body))
    out.append(("P1", "P1-night", "2025-01-31T23:30:00Z", "complaint", "nothing works"))       # February in Berlin
    out.append(("P2", "P2-night", "2025-04-01T02:30:00Z", "complaint", "nothing works"))       # March in Sao Paulo
    return out


def local(p, opened):
    return datetime.fromisoformat(opened.replace("Z", "+00:00")).astimezone(ZONE[p])


def decide(label, body):                 # what the two rules of views/rules.yaml say: (category, rule) and review
    if label == "complaint" and "how do i" in body.lower() and "unacceptable" not in body:
        return "how_to", None
    if label == "complaint" and body == "a question":
        return label, "sales_inquiry"
    if label == "other" and "nothing works" in body:
        return "complaint", None
    return label, None


def accepted():                          # half of the reviews, in step 3
    return [t for i, t in enumerate([t for t in tickets() if decide(t[3], t[4])[1]]) if i % 2 == 0]


def make(folder, step):
    os.makedirs(folder + "/in", exist_ok=True)
    for name, feed in FEEDS.items():
        with open(f"{folder}/in/{name}.csv", "w", newline="") as f:
            w = csv.writer(f)
            w.writerow(["partner", "market", "period", "metric", "currency", "value"])
            w.writerows(feed(step))
    with open(folder + "/in/fx.csv", "w") as f:
        f.write("base,quote,period,kind,rate\n" + "".join(f"EUR,USD,{m},avg,{r}\n" for m, r in RATE.items()))
    with open(folder + "/in/sources.csv", "w") as f:
        f.write("source_id,precedence\n" + "".join(f"{s},{p}\n" for s, p in PRECEDENCE.items()))
    with open(folder + "/in/tickets.jsonl", "w") as f:
        for p, i, at, label, body in tickets():
            f.write(json.dumps({"partner": p, "id": i, "at": at, "here": str(local(p, at).date()), "label": label, "body": body}) + "\n")
    rows = accepted() if step == 3 else []
    with open(folder + "/in/decisions.csv", "w") as f:
        f.write("source_id,ticket_id,taxonomy,category_id,assigned_by,decided_at\n")
        f.writelines(f"desk,{t[1]},v1,sales_inquiry,reviewer,2025-07-15T09:00:00Z\n" for t in rows)
    with open(folder + "/in/reviews.csv", "w") as f:
        f.write("source_id,ticket_id,taxonomy,rule_or_model,state\n")
        f.writelines(f"desk,{t[1]},v1,maybe,accepted\n" for t in rows)


# ---- the reckoning ----

def number(text):
    return None if text == "N/A" else D(text.replace(",", ""))


def nine(v):
    return v.quantize(D("1e-9"), ROUND_HALF_EVEN)


def observations(step):                  # (source, partner, market, month, metric, currency, basis) -> value or None
    out = {}
    for source, feed in FEEDS.items():
        for p, market, m, metric, cur, text in feed(step):
            v = number(text)
            if metric == "arpu (c)":
                metric, v = "arpu", v / 100
            out[source, p, market, m, metric, cur, "reported"] = None if v is None else nine(v)
            if cur == "EUR" and metric == "revenue_net":
                out[source, p, market, m, metric, "USD", "recomputed"] = nine(v * RATE[m])
    return out


def month(obs, p, m, metric, cur):       # (value or None, markets, True if it is all of the partner)
    def cells(c):
        best = {}
        for (source, p2, market, m2, metric2, cur2, basis), v in obs.items():
            if (p2, m2, metric2, cur2) == (p, m, metric, c) and v is not None:
                rank = (basis != "reported", PRECEDENCE.get(source, 100), source)
                if market not in best or rank < best[market][0]:
                    best[market] = (rank, v)
        return {"*": best["*"]} if "*" in best else best
    mine = cells(cur)
    if not mine:
        return None
    every = [cells(c) for c in {k[5] for k in obs}]
    total = any("*" in e for e in every)
    whole = ("*" in mine) == total and len(mine) == max(len(e) for e in every if ("*" in e) == total)
    adds = metric in ("revenue_net", "subscribers")
    value = sum(v for _, v in mine.values()) if adds or len(mine) == 1 else None
    return value, set(mine), whole


def arpu_trend(obs):
    out, base = {}, {}
    for p in "P1", "P2", "P3":
        for m in MONTHS:
            for cur in "EUR", "USD":
                r, a, rep = month(obs, p, m, "revenue_net", cur), month(obs, p, m, "active_users", "*"), month(obs, p, m, "arpu", cur)
                if not r and not rep:
                    continue
                revenue, active = r and r[0], a and a[0]
                arpu = revenue / active if r and r[2] and active else None
                told = rep[0] if rep and (rep[1] == {"*"} or not r or (len(r[1]) == 1 and r[1] == rep[1])) else None
                if arpu is not None:
                    base.setdefault((p, cur), arpu)
                first = base.get((p, cur))
                out[p, m, cur] = (revenue, active, arpu, told, 100 * (told - arpu) / arpu if told is not None and arpu else None,
                                  arpu / first if arpu is not None and first else None)
    return out


def complaints(obs, step, corrected=True):
    out = {}
    taken = {t[1] for t in accepted()} if step == 3 and corrected else set()
    for p, i, at, label, body in tickets():
        m = local(p, at).strftime("%Y-%m")
        now, review = decide(label, body)
        if not corrected:
            now = label
        if i in taken:
            now, review = "sales_inquiry", None
        x = out.setdefault((p, m), dict(src=0, now=0, out=0, inn=0, wait=0, n=0, flows={}))
        a, b = label == "complaint", now == "complaint"
        x["src"] += a; x["now"] += b; x["out"] += a and not b; x["inn"] += b and not a; x["n"] += 1
        x["wait"] += 1 if review else 0
        if label != now:
            x["flows"][label, now] = x["flows"].get((label, now), 0) + 1
    for (p, m), x in out.items():
        s = month(obs, p, m, "subscribers", "*")
        x["subs"] = s and s[0]
        for k, of in ("r0", "src"), ("r1", "now"):
            x[k] = 1000 * D(x[of]) / x["subs"] if x["subs"] else None
        top = sorted(x["flows"].items(), key=lambda f: (-f[1], f[0]))
        x["top"] = f"{top[0][0][0]} -> {top[0][0][1]} {top[0][1]}" if top else None
    return out


compared = 0


def near(where, got, want):              # the double nearest to the exact value, but for the last bit of a sum or quotient
    global compared
    compared += 1
    if want is None or got is None or isinstance(want, (str, int)):
        assert got == want, f"{where}: {got!r}, not {want!r}"
    else:
        slack = D("1e-13") if where[-1] == "diff" else abs(want) * D(2) ** -51          # a difference of near numbers
        assert abs(D(got) - want) <= slack, f"{where}: {got!r}, not {want}"


def check(path, step):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    obs = observations(step)
    got = {}
    for source, p, market, start, metric, cur, basis, v, status in db.execute(
            "SELECT source_id, partner_id, market_id, period_start, metric_id, currency, basis, value_dec, obs_status FROM v_current"):
        key = source, p, market, start[:7], metric, cur, basis
        assert key not in got, f"{key} twice"
        assert (status == "A") == (v is not None)
        got[key] = None if v is None else D(v)
    assert got.keys() == obs.keys(), sorted(got.keys() ^ obs.keys())[:5]
    for k in obs:
        near(k, str(got[k]) if got[k] is None else str(got[k].normalize()), str(obs[k]) if obs[k] is None else str(obs[k].normalize()))

    want = arpu_trend(obs)
    rows = db.execute("SELECT partner, month, currency, revenue, active, arpu, reported_arpu, diff_pct, uplift_vs_base FROM v_arpu_trend").fetchall()
    assert sorted(r[:3] for r in rows) == sorted(want), sorted({r[:3] for r in rows} ^ set(want))
    for r in rows:
        for name, g, w in zip(["revenue", "active", "arpu", "reported", "diff", "uplift"], r[3:], want[r[:3]]):
            near((r[:3], name), g, w)

    def labels(db, want):
        rows = db.execute("SELECT partner, period, complaints_source, complaints_now, out, \"in\", pending_review, per_1k_source,"
                          " per_1k_now, top_from_to, subscribers, tickets FROM v_complaints_before_after").fetchall()
        assert sorted(r[:2] for r in rows) == sorted(want), [r[:2] for r in rows]
        for r in rows:
            x = want[r[:2]]
            for name, g in zip(["src", "now", "out", "inn", "wait", "r0", "r1", "top", "subs", "n"], r[2:]):
                near((r[:2], name), g, x[name])
    labels(db, complaints(obs, step))
    for source, days in ("crm", 2), ("finance", 2), ("portal", 2):
        end = {"crm": "2025-07-01", "finance": "2025-04-01", "portal": "2025-07-01"}[source]
        due = end[:8] + "03"
        late = (datetime.fromisoformat(NOW[1][:-1]) - datetime.fromisoformat(due)).total_seconds() / 86400
        row = db.execute("SELECT expected_by, arrived_at, round(lateness, 3), state, period_end FROM v_freshness WHERE source = ?", [source]).fetchone()
        near(source, repr(row), repr((due, NOW[1], round(max(late, 0.0), 3), "late" if late > 0 else "fresh", end)))

    # as believed before: a copy, because readers do not write
    then = sqlite3.connect(":memory:")
    db.backup(then)
    if step >= 2:
        then.execute("UPDATE asof SET at = ?", [NOW[1]])
        was, rows = month(observations(1), "P1", "2025-03", "revenue_net", "EUR"), 0
        near("as of step 1", then.execute("SELECT value FROM v_month WHERE partner = 'P1' AND month = '2025-03' AND metric ="
             " 'revenue_net' AND currency = 'EUR'").fetchone()[0], was[0])
        near("portal as of step 1", then.execute("SELECT value_dec FROM v_asof WHERE partner_id = 'P1' AND metric_id = 'revenue_net'"
             " AND source_id = 'portal' AND currency = 'EUR' AND period_start = '2025-03-01'").fetchone()[0], "100")
    then.execute("UPDATE asof SET at = '2025-06-30'")            # before anything was corrected
    before = complaints(observations(1), step, corrected=False)
    for x in before.values():
        x["wait"] = None
    rows = then.execute("SELECT partner, period, complaints_source, complaints_now, per_1k_now FROM v_complaints_before_after").fetchall()
    assert len(rows) == len(before)
    for p, m, a, b, r in rows:
        near((p, m), repr((a, b)), repr((before[p, m]["src"], before[p, m]["src"])))
        near((p, m, "rate"), r, before[p, m]["r0"])
    near("nothing had come", then.execute("SELECT count(*) FROM v_freshness").fetchone()[0], 0)
    then.execute("UPDATE asof SET at = '2025-08-05T12:00:00Z'")  # July was due on the 3rd
    near("overdue", repr(then.execute("SELECT expected_by, arrived_at, lateness, state FROM v_freshness WHERE source = 'crm'").fetchone()),
         repr(("2025-08-03", None, 2.5, "overdue")))
    near("overdue since May", repr(then.execute("SELECT expected_by, lateness FROM v_freshness WHERE source = 'finance'").fetchone()),
         repr(("2025-05-03", 94.5)))
    near("audit rows", then.execute("SELECT count(*) FROM v_ticket_labels WHERE assigned_by = 'rule' AND (evidence IS NULL OR version IS NULL"
         " OR confidence_dec IS NULL OR rule_or_model IS NULL OR decided_at IS NULL)").fetchone()[0], 0)
    print(f"{compared} figures")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], int(sys.argv[3]))
    else:
        check(sys.argv[2], int(sys.argv[3]))
