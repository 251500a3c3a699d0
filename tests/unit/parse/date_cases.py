#!/usr/bin/env python3
"""Prints date_cases.h: dates and instants as Python writes them, with the days and microseconds that Python counts."""
import random
from datetime import date, datetime, timedelta, timezone

random.seed(31)
FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d %b %Y", "%B %d, %Y", "%Y%m%d", "%Y %j", "%G-W%V-%u", "%d/%m/%y", "%a"]
UTC = datetime(1970, 1, 1, tzinfo=timezone.utc)
days = [date(1, 1, 1), date(9999, 12, 31), date(1970, 1, 1), date(2000, 2, 29), date(1900, 2, 28), date(2024, 12, 30), date(2021, 1, 3), date(2020, 12, 31)]
days += [date.fromordinal(random.randrange(date(1970, 1, 1).toordinal(), date(2069, 12, 31).toordinal())) for _ in range(60)]
print("/* made by date_cases.py: format (NULL: ISO 8601), text, days or microseconds since the epoch */\n#ifdef DATES")
for d in days:
    n = (d - date(1970, 1, 1)).days
    print('\t{ NULL, "%s", %d },' % (d.isoformat(), n))
    iso = d.isocalendar()
    if 1 < d.year < 9999:
        print('\t{ NULL, "%04d-W%02d-%d", %d },\n\t{ NULL, "%04dW%02d%d", %d },' % (*iso, n, *iso, n))
        print('\t{ NULL, "%04d-%03d", %d },' % (d.year, d.timetuple().tm_yday, n))
        f = random.choice(FORMATS[:-1])
        print('\t{ "%s", "%s", %d },' % (f, d.strftime(f), n))
print("#endif\n#ifdef TIMES")
for d in days[2:]:
    t = datetime(d.year, d.month, d.day, random.randrange(24), random.randrange(60), random.randrange(60), random.choice([0, 1, 123456, 999999, 500000]),
                 timezone(timedelta(minutes=random.choice([0, 60, -180, 330, 345, 840, -570]))))
    us = (t - UTC) // timedelta(microseconds=1)
    print('\t{ NULL, "%s", %d },\n\t{ NULL, "%s", %d },' % (t.isoformat(), us, t.strftime("%Y%m%dT%H%M%S.%f%z"), us))
    print('\t{ "%%d/%%m/%%Y %%H:%%M:%%S.%%f %%z", "%s", %d },' % (t.strftime("%d/%m/%Y %H:%M:%S.%f %z"), us))
    s = t.astimezone(timezone.utc).replace(microsecond=0)
    print('\t{ "%%m/%%d/%%Y %%I:%%M:%%S %%p", "%s", %d },' % (s.strftime("%m/%d/%Y %I:%M:%S %p"), (s - UTC) // timedelta(microseconds=1)))
print("#endif")
