/* cell - see cell.h. Most cells end with a digit and go straight to the number scanner. */
#include "cell.h"
#include "text.h"

static int number(const struct trib_numbers *f, struct trib_text cell, norm_wide *m, int *scale)
{
	trib_dec d;
	const int bad = trib_number(f, cell, &d, scale);
	if (bad == 0)
		*m = norm_wide_of(d);
	return bad;
}

static bool in_number(char c)
{
	return (c >= '0' && c <= '9') || (c != '\0' && strchr(".,'+-() ", c));
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* CR and DR are credit and debit; Cr is crore. */
static bool is_side(struct trib_text t)
{
	return t.n == 2 && (memcmp(t.p, "CR", 2) == 0 || memcmp(t.p, "DR", 2) == 0);
}

static bool is_unit(struct trib_text t, enum norm_dim want)
{
	struct norm_spec s;
	return t.n > 0 && !is_side(t) && (norm_spec(t, want, false, &s) == 0 || norm_spec(t, NORM_ANY, false, &s) == 0);
}

static int suffixed(const struct trib_numbers *f, struct trib_text cell, enum norm_dim want, norm_wide *m, int *scale,
                    struct trib_text *unit)
{
	size_t n = cell.n;
	while (n > 0 && !(cell.p[n - 1] >= '0' && cell.p[n - 1] <= '9') && cell.p[n - 1] != ')')
		n--;
	const struct trib_text tail = norm_trimmed((struct trib_text){ cell.p + n, cell.n - n }, "");
	if (n == 0 || !is_unit(tail, want) || number(f, norm_trimmed((struct trib_text){ cell.p, n }, ""), m, scale) != 0)
		return TRIB_NOT_A_VALUE;
	*unit = tail;
	return NORM_VALUE;
}

/* Something in front, and perhaps behind as well ("$1.5k"): both are the unit, joined in room. */
static int prefixed(const struct trib_numbers *f, struct trib_text cell, enum norm_dim want, norm_wide *m, int *scale,
                    struct trib_text *unit, char room[NORM_UNIT_TEXT])
{
	const bool minus = cell.p[0] == '-';
	size_t n = minus;
	while (n < cell.n && (!in_number(cell.p[n]) || (cell.p[n] == '.' && n > 0 && letter(cell.p[n - 1]))))
		n++;
	const struct trib_text head = norm_trimmed((struct trib_text){ cell.p + minus, n - minus }, "");
	const struct trib_text rest = norm_trimmed((struct trib_text){ cell.p + n, cell.n - n }, "");
	struct trib_text tail = { NULL, 0 };
	if (rest.n == 0 || !is_unit(head, want))
		return TRIB_NOT_A_VALUE;
	if (number(f, rest, m, scale) != 0 && suffixed(f, rest, want, m, scale, &tail) != NORM_VALUE)
		return TRIB_NOT_A_VALUE;
	*m = minus ? -*m : *m;
	*unit = head;
	if (tail.n == 0)
		return NORM_VALUE;
	if (head.n + tail.n + 1 > NORM_UNIT_TEXT)
		return TRIB_NOT_A_VALUE;
	memcpy(room, head.p, head.n);
	room[head.n] = ' ';
	memcpy(room + head.n + 1, tail.p, tail.n);
	*unit = (struct trib_text){ room, head.n + 1 + tail.n };
	return NORM_VALUE;
}

static bool suppressed(struct trib_text c)
{
	if (c.n == 1 && (c.p[0] == '*' || c.p[0] == 'c'))
		return true;
	if (c.n < 2 || c.p[0] != '<')
		return false;
	for (size_t i = 1; i < c.n; i++)
		if (c.p[i] != ' ' && (c.p[i] < '0' || c.p[i] > '9'))
			return false;
	return true;
}

static int decorated(const struct trib_numbers *f, struct trib_text cell, enum norm_dim want, const char *span,
                     norm_wide *m, int *scale, struct trib_text *unit, char room[NORM_UNIT_TEXT])
{
	cell = norm_trimmed(cell, "");
	if (suppressed(cell))
		return NORM_SUPPRESSED;
	if (want == NORM_SPAN) {
		const int is = norm_span(cell, span, m, scale);
		if (is == 0)
			*unit = norm_text_of("s");
		if (is == 0 || is == TRIB_AMBIGUOUS)
			return is;
	}
	if (suffixed(f, cell, want, m, scale, unit) == NORM_VALUE ||
	    prefixed(f, cell, want, m, scale, unit, room) == NORM_VALUE)
		return NORM_VALUE;
	if (cell.n > 2 && cell.p[0] == '(' && cell.p[cell.n - 1] == ')') {       /* ($5.00), (3 %) */
		const struct trib_text inner = norm_trimmed((struct trib_text){ cell.p + 1, cell.n - 2 }, "");
		if (inner.n > 0 && inner.p[0] != '-' && inner.p[0] != '(' &&
		    (suffixed(f, inner, want, m, scale, unit) == NORM_VALUE ||
		     prefixed(f, inner, want, m, scale, unit, room) == NORM_VALUE) && *m >= 0) {
			*m = -*m;
			return NORM_VALUE;
		}
		*unit = (struct trib_text){ NULL, 0 };
	}
	const int bad = number(f, cell, m, scale);
	return bad == 0 ? NORM_VALUE : bad;
}

int norm_cell(const struct trib_numbers *f, struct trib_text cell, enum norm_dim want, const char *span, norm_wide *m,
              int *scale, struct trib_text *unit, char room[NORM_UNIT_TEXT])
{
	*unit = (struct trib_text){ NULL, 0 };
	if (!cell.p || cell.n == 0)
		return NORM_NULL;
	const char last = cell.p[cell.n - 1];
	if (last >= '0' && last <= '9') {
		const int bad = number(f, cell, m, scale);
		if (bad == 0)
			return NORM_VALUE;
		if (bad == TRIB_OUT_OF_RANGE)
			return bad;
	}
	if (f->dash_is_zero && number(f, cell, m, scale) == 0)
		return NORM_VALUE;
	if (trib_null_word(cell))
		return NORM_NULL;
	return decorated(f, cell, want, span, m, scale, unit, room);
}

/* ---- durations ---- */

static bool digits(struct trib_text *t, norm_wide *v, int *count)
{
	*v = 0, *count = 0;
	while (t->n > 0 && *t->p >= '0' && *t->p <= '9' && *count < 12)
		*v = *v * 10 + (*t->p - '0'), ++*count, t->p++, t->n--;
	return *count > 0;
}

static bool fraction(struct trib_text *t, norm_wide *m, int *scale)
{
	norm_wide v;
	int count;
	*scale = 0;
	if (t->n < 2 || (*t->p != '.' && *t->p != ','))
		return true;
	t->p++, t->n--;
	if (!digits(t, &v, &count) || count > 9)
		return false;
	*m = *m * (norm_wide)norm_pow10[count] + v;
	*scale = count;
	return true;
}

static int iso_span(struct trib_text t, norm_wide *m, int *scale)
{
	static const struct { char letter; bool time; int64_t seconds; } parts[] = {
		{ 'W', false, 604800 }, { 'D', false, 86400 }, { 'H', true, 3600 }, { 'M', true, 60 }, { 'S', true, 1 },
	};
	bool time = false, any = false;
	norm_wide total = 0, v;
	int places = 0, count;
	for (t.p++, t.n--; t.n > 0;) {
		if (*t.p == 'T' && !time) {
			time = true, t.p++, t.n--;
			continue;
		}
		int s;
		if (places > 0 || !digits(&t, &v, &count) || !fraction(&t, &v, &s) || t.n == 0)
			return TRIB_NOT_A_VALUE;
		size_t i = 0;
		while (i < 5 && !(parts[i].letter == *t.p && parts[i].time == time))
			i++;
		if (i == 5)                                      /* years and months have no fixed length */
			return TRIB_NOT_A_VALUE;
		total = total * (norm_wide)norm_pow10[s] + v * parts[i].seconds;
		places = s, any = true;
		t.p++, t.n--;
	}
	if (!any)
		return TRIB_NOT_A_VALUE;
	*m = total, *scale = places;
	return 0;
}

int norm_span(struct trib_text t, const char *format, norm_wide *m, int *scale)
{
	norm_wide part[3], last;
	int parts = 0, count, places = 0;
	t = norm_trimmed(t, "");
	if (t.n > 1 && *t.p == 'P')
		return iso_span(t, m, scale);
	while (parts < 3) {
		if (!digits(&t, &part[parts], &count) || (parts > 0 && (count != 2 || part[parts] > 59)))
			return TRIB_NOT_A_VALUE;
		parts++;
		if (t.n == 0 || *t.p != ':')
			break;
		t.p++, t.n--;
	}
	last = part[parts - 1];
	if (parts < 2 || !fraction(&t, &last, &places) || t.n != 0)
		return TRIB_NOT_A_VALUE;
	if (parts == 2 && !format)
		return TRIB_AMBIGUOUS;
	const bool hours = parts == 3 || strcmp(format, "h:mm") == 0;
	const norm_wide whole = part[0] * (hours ? 3600 : 60) + (parts == 3 ? part[1] * 60 : 0);
	if (parts == 2 && hours)
		last *= 60;
	*m = whole * (norm_wide)norm_pow10[places] + last;
	*scale = places;
	return 0;
}
