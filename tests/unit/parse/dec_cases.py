#!/usr/bin/env python3
"""Prints dec_cases.h: operations on decimals with the outcomes of Python's decimal module (exact, then one half-even rounding)."""
import random
from decimal import Context, Decimal, ROUND_HALF_EVEN
from fractions import Fraction

random.seed(38)
LIMIT = 10 ** 38
WIDE = Context(prec=400, rounding=ROUND_HALF_EVEN)


def rounded(exact, scale):
    """A Fraction to an integer of the scale, half-even; None when it has more than 38 digits."""
    units = round(exact * 10 ** scale)      # Python's round of a Fraction is exact and half-even
    d = WIDE.divide(Decimal(exact.numerator), Decimal(exact.denominator))
    assert int(WIDE.quantize(d, Decimal(1).scaleb(-scale)).scaleb(scale, WIDE)) == units
    return units if abs(units) < LIMIT else None


def operand():
    digits = random.choice([1, 2, 4, 9, 15, 18, 19, 20, 25, 30, 37, 38])
    v = random.choice([random.randrange(10 ** digits), 10 ** digits - 1, 10 ** (digits - 1), 5 * 10 ** (digits - 1), 2 ** 63, 2 ** 64 - 1])
    return random.choice([1, -1]) * v, random.choice([0, 0, 2, 2, 3, 6, 9, 9, 18, 30, 38])


def row(op, a, sa, b, sb, to):
    x, y = Fraction(a, 10 ** sa), Fraction(b, 10 ** sb)
    if op == "/" and b == 0:
        r = None
    else:
        r = rounded({"*": lambda: x * y, "/": lambda: x / y, "r": lambda: x}[op](), to)
    print("\t{ '%s', \"%d\", %d, \"%d\", %d, %d, %s }," % (op, a, sa, b, sb, to, "NULL" if r is None else '"%d"' % r))


print("/* made by dec_cases.py: op, a, scale, b, scale, scale of the result, result (NULL: out of range); all unscaled */")
for a, sa, b, sb, to in [(5, 1, 1, 0, 0), (15, 1, 1, 0, 0), (25, 1, 1, 0, 0), (-25, 1, 1, 0, 0), (-35, 1, 1, 0, 0), (2675, 3, 1, 0, 2), (1005, 3, 1, 0, 2)]:
    row("*", a, sa, b, sb, to)
    row("r", a, sa, 1, 0, to)
for a, b in [(1, 3), (2, 3), (1, 8), (1, 0), (0, 7), (-1, 6), (10 ** 38 - 1, 10 ** 38 - 1), (10 ** 38 - 1, 1), (1, 10 ** 38 - 1)]:
    row("/", a, 0, b, 0, 9)
for i in range(240):
    row(random.choice("**/r"), *operand(), *operand(), random.choice([0, 2, 4, 9, 9, 9, 18, 38]))
