"""banking77 with classes logged as others: flip.py BANKING77.CSV SPLIT OUT.JSONL TRUTH.CSV

Of each class on the left, 30 % of the tickets of SPLIT are logged as the class on the right (one seed). The first flow is the
one that the test is about; the others give the figure more weight.
"""
import csv
import json
import random
import sys

FLOWS = [
    ("transaction_charged_twice", "extra_charge_on_statement"),
    ("passcode_forgotten", "change_pin"),
    ("lost_or_stolen_phone", "compromised_card"),
    ("apple_pay_or_google_pay", "topping_up_by_card"),
    ("terminate_account", "request_refund"),
    ("edit_personal_details", "verify_my_identity"),
]


def main(source, split, out, truth):
    rng = random.Random(77)
    with open(source, encoding="utf-8", newline="") as f:
        rows = [row for row in csv.DictReader(f) if row["split"] == split]
    logged = {row["id"]: row["label"] for row in rows}
    for true, false in FLOWS:
        ids = [row["id"] for row in rows if row["label"] == true]
        logged.update((i, false) for i in rng.sample(ids, round(0.3 * len(ids))))
    with open(out, "w", encoding="utf-8") as f:
        for row in rows:
            f.write(json.dumps({"source_id": "bank", "ticket_id": row["id"], "opened_at": "2025-01-01T00:00:00Z",
                                "source_label": logged[row["id"]], "text": row["text"]}) + "\n")
    with open(truth, "w", encoding="utf-8") as f:
        f.writelines("%s,%s,%s\n" % (row["id"], row["label"], logged[row["id"]]) for row in rows)


main(*sys.argv[1:])
