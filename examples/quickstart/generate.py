#!/usr/bin/env python3
"""Writes the input of the quickstart: in/carrier.zip, in/crm.zip, in/fx.csv, in/tickets.jsonl.

    generate.py FOLDER [--truth FILE]     FOLDER/in is written; FILE gets what each ticket really is (for the test alone)

Same bytes every time: one fixed seed, fixed dates in the archives, nothing compressed by a library's whim. The numbers are
those of the scenarios in README.md; names are made up.
"""
import csv
import io
import json
import os
import random
import sys
import zipfile
from datetime import datetime, timedelta

import phrasings

SEED = 20250131

# truth, label at the source, phrasings, how many. 600 plain cases and 50 hints are filed wrongly, 550 rightly.
TICKETS = [
    ("how_to", "Complaint", phrasings.HOW_TO, 427),
    ("how_to", "Complaint", phrasings.HOW_TO_WEAK, 33),
    ("billing_question", "Complaint", phrasings.BILLING, 83),
    ("billing_question", "Complaint", phrasings.BILLING_WEAK, 7),
    ("sales_inquiry", "Complaint", phrasings.SALES, 37),
    ("sales_inquiry", "Complaint", phrasings.SALES_WEAK, 3),
    ("compliment", "Complaint", phrasings.COMPLIMENT, 19),
    ("compliment", "Complaint", phrasings.COMPLIMENT_WEAK, 1),
    ("duplicate", "Complaint", phrasings.DUPLICATE, 9),
    ("duplicate", "Complaint", phrasings.DUPLICATE_WEAK, 1),
    ("complaint", "Complaint", phrasings.COMPLAINT, 380),
    ("complaint", "Other", phrasings.COMPLAINT_IN, 25),
    ("complaint", "Other", phrasings.COMPLAINT_IN_WEAK, 5),
    ("other", "Other", phrasings.OTHER, 170),
]
GERMAN = ("Wie ", "Wo ", "Keine ", "Verbindung ", "Ich möchte ", "Bitte ändern")

# Replies quote what was said before: words of the other side that must not count.
QUOTES = [
    "\n\nOn Tue, 7 Jan 2025 at 10:11, Support <care@example.org> wrote:\n> How can we help you? Where do I find your contract?",
    "\n\n> This is unacceptable, I want my money back.\n> (my first mail)",
    "\n\n-----Original Message-----\nFrom: care@example.org\nGreat service is what we stand for. Do you offer us a rating?",
    "\n-- \nunacceptable@example.net\nHow to reach me: by mail",
    "\n\nSent from my phone",
]


def lines(block):
    return [line for line in block.split("\n") if line.strip()]


def filled(rng, text):
    for slot, values in phrasings.SLOTS.items():
        while "{%s}" % slot in text:
            text = text.replace("{%s}" % slot, rng.choice(values), 1)
    return text


def ticket(rng, number, truth, label, phrase):
    german = phrase.startswith(GERMAN)
    body = filled(rng, phrase)
    if not german:
        body = rng.choice(phrasings.OPENINGS) + body + rng.choice(phrasings.CLOSINGS)
    if rng.random() < 0.2:
        body += rng.choice(QUOTES)
    opened = datetime(2025, 1, 1) + timedelta(seconds=rng.randrange(31 * 86400))
    closed = opened + timedelta(minutes=rng.randrange(20, 6000))
    return {
        "id": "T%06d" % number,
        "partner": "P01",
        "created_at": opened.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "closed_at": closed.strftime("%Y-%m-%dT%H:%M:%SZ") if rng.random() < 0.9 else None,
        "channel": rng.choice(["phone", "mail", "chat", "portal"]),
        "queue": rng.choice(["front", "front", "front", "billing", "care"]),
        "lang": "de" if german else "en",
        "category": label,
        "subject": filled(rng, rng.choice(phrasings.SUBJECTS)),
        "body": body,
    }


def tickets(rng):
    """All tickets, mixed, and the truth by id. Ids are dealt after mixing, so neither they nor the order tell anything."""
    wanted = []
    for truth, label, block, count in TICKETS:
        choices = lines(block)
        picks = choices + [rng.choice(choices) for _ in range(count)] if len(choices) <= count else rng.sample(choices, count)
        wanted += [(truth, label, phrase) for phrase in picks[:count]]
    rng.shuffle(wanted)
    numbers = rng.sample(range(100000, 999999), len(wanted))
    made = [ticket(rng, number, *case) for number, case in zip(numbers, wanted)]
    return made, {t["id"]: case[0] for t, case in zip(made, wanted)}


def number_de(value, decimals):
    """1234.5 as 1.234,50"""
    whole, _, rest = ("%.*f" % (decimals, value)).partition(".")
    groups = []
    while whole:
        groups.insert(0, whole[-3:])
        whole = whole[:-3]
    return ".".join(groups) + ("," + rest if decimals else "")


def carrier_reports():
    """Monthly reports in the manner of a German portal; in January the ARPU column is in cents."""
    p02 = [(50000, 1000000, "5"), (157500, 1050000, "0,15"), (440000, 1100000, "0,40"), (862500, 1150000, "0,75"), (1320000, 1200000, "1,10")]
    p03 = [(12480.50, 98765, "12,64"), (13001.25, 99120, "0,13"), (12875.00, 99480, "0,13"), (13510.75, 99903, "0,14"), (13990.10, 100240, "0,14")]
    for month, both in enumerate(zip(p02, p03), start=1):
        rows = ["Partner-Bericht;Vertrieb Süd;;;;;", "Erstellt am;%02d.%02d.2025;;;;;" % (3, month + 1), ";;;;;;",
                "Partner;Marke;Monat;Währung;Nettoumsatz;Aktive Nutzer;" + ("ARPU (c)" if month == 1 else "ARPU")]
        for partner, brand, (revenue, active, arpu) in (("P02", "Grünfunk", both[0]), ("P03", "Köln Mobil", both[1])):
            rows.append(";".join([partner, brand, "%02d/2025" % month, "USD", number_de(revenue, 2), number_de(active, 0), arpu]))
        rows.append(";".join(["Summe", "", "", "", number_de(both[0][0] + both[1][0], 2), number_de(both[0][1] + both[1][1], 0), ""]))
        yield "monthly/KPI_2025-%02d.csv" % month, "\r\n".join(rows) + "\r\n"


def daily_report():
    """P01 counts by day and is paid in EUR: 31 days of January, to become one month in USD."""
    rows = ["Tagesbericht;P01;;", "Datum;Währung;Nettoumsatz;Neuinstallationen"]
    revenue = installs = 0
    for day in range(1, 32):
        eur, new = 3200 + 10 * day, 100 + day
        revenue, installs = revenue + eur, installs + new
        rows.append("%02d.01.2025;EUR;%s;%s" % (day, number_de(eur, 2), number_de(new, 0)))
    rows.append("Summe;;%s;%s" % (number_de(revenue, 2), number_de(installs, 0)))
    return "daily/P01_2025-01.csv", "\r\n".join(rows) + "\r\n"


def crm_tables():
    subscribers = [("partner", "month", "subscribers")]
    subscribers += [("P01", "2024-11", "246,100"), ("P01", "2024-12", "248,300"), ("P01", "2025-01", "250,000"), ("P01", "2025-02", "251,200")]
    subscribers += [("P02", "2025-%02d" % m, "%d,%03d,000" % divmod(1400 + 50 * m, 1000)) for m in range(1, 6)]
    ours, introduced = [75, 60, 45, 40, 30, 45, 35, 30], [90, 70, 50, 30]      # thousands: 360 and 240
    kinds, stages = ["upsell", "co_marketing", "case_study"], ["lead", "qualified", "proposal", "won"]
    opportunities = [("id", "partner", "kind", "stage", "amount", "currency", "introduced_by")]
    for i, amount in enumerate(ours):
        opportunities.append(("O%02d" % (i + 1), "P%02d" % (i % 4 + 1), kinds[i % 3], stages[i % 4], "%d,000.00" % amount, "USD", ""))
    for i, amount in enumerate(introduced):
        opportunities.append(("O%02d" % (i + 9), "P%02d" % (i % 3 + 1), "referral", stages[(i + 1) % 4], "%d,000.00" % amount, "USD", "P%02d" % (i + 2)))
    for name, rows in (("subscribers.csv", subscribers), ("opportunities.csv", opportunities)):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        yield "export/" + name, text.getvalue()


def rates():
    """USD for one EUR: every working day of January (and the one before), the month's average for the months after."""
    yield "base,quote,period,kind,rate"
    yield "EUR,USD,2024-12-31,spot,1.0389"
    for day in range(2, 32):
        if datetime(2025, 1, day).weekday() < 5:
            yield "EUR,USD,2025-01-%02d,spot,%.4f" % (day, 1.03 + day * 37 % 101 / 10000)
    for month, rate in enumerate(("1.0413", "1.0807", "1.1214", "1.1278"), start=2):
        yield "EUR,USD,2025-%02d,avg,%s" % (month, rate)


def write_zip(path, members, encoding):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in members:
            z.writestr(zipfile.ZipInfo(name, (2025, 6, 2, 6, 30, 0)), text.encode(encoding), zipfile.ZIP_DEFLATED)


def main(args):
    if not args or len(args) not in (1, 3) or (len(args) == 3 and args[1] != "--truth"):
        sys.exit(__doc__)
    folder = os.path.join(args[0], "in")
    os.makedirs(folder, exist_ok=True)
    write_zip(os.path.join(folder, "carrier.zip"), list(carrier_reports()) + [daily_report()], "cp1252")
    write_zip(os.path.join(folder, "crm.zip"), crm_tables(), "utf-8")
    with open(os.path.join(folder, "fx.csv"), "w", encoding="utf-8", newline="\n") as f:
        f.writelines(line + "\n" for line in rates())
    made, truth = tickets(random.Random(SEED))
    with open(os.path.join(folder, "tickets.jsonl"), "w", encoding="utf-8", newline="\n") as f:
        f.writelines(json.dumps(t, ensure_ascii=False) + "\n" for t in made)
    if len(args) == 3:
        with open(args[2], "w", encoding="utf-8", newline="\n") as f:
            f.writelines("%s,%s\n" % item for item in sorted(truth.items()))


main(sys.argv[1:])
