/* number - one cell by the marks of its column (partner-model C.1), exactly.
 *
 * Law: the whole cell is a number of the declared style or it is none; nothing is skipped, nothing is tried twice.
 * A mark in a place that the style does not know ("1,23", "0,123", "1 2") makes it none: that is how a wrong
 * declaration is noticed at the first cell that differs. Cells of plain ASCII digits and marks take a short cut. */
#include "parse/number.h"

enum kind {
	END, DIGIT, DOT, COMMA, APOSTROPHE, BLANK, SKIP, MINUS, PLUS, OPEN, CLOSE, PERCENT, LETTER, SYMBOL,
		ARABIC_POINT, ARABIC_GROUP, OTHER,
};

static const struct { uint32_t from, to; enum kind kind; } chars[] = {
	{ '\t', '\t', SKIP }, { ' ', ' ', BLANK }, { '$', '$', SYMBOL }, { '%', '%', PERCENT },
	{ '\'', '\'', APOSTROPHE }, { '(', '(', OPEN }, { ')', ')', CLOSE },
	{ '+', '+', PLUS }, { ',', ',', COMMA }, { '-', '-', MINUS }, { '.', '.', DOT }, { '0', '9', DIGIT },
	{ 'A', 'Z', LETTER }, { 'a', 'z', LETTER },
	{ 0xA0, 0xA0, BLANK }, { 0xA3, 0xA3, SYMBOL }, { 0xA5, 0xA5, SYMBOL },
	{ 0x061C, 0x061C, SKIP },        /* direction marks around Arabic and Hebrew signs */
	{ 0x0660, 0x0669, DIGIT }, { 0x066A, 0x066A, PERCENT }, { 0x066B, 0x066B, ARABIC_POINT },
	{ 0x066C, 0x066C, ARABIC_GROUP }, { 0x06F0, 0x06F9, DIGIT },
	{ 0x0966, 0x096F, DIGIT }, { 0x09E6, 0x09EF, DIGIT }, { 0x0A66, 0x0A6F, DIGIT }, { 0x0AE6, 0x0AEF, DIGIT },
	{ 0x0BE6, 0x0BEF, DIGIT }, { 0x0C66, 0x0C6F, DIGIT },
	{ 0x0CE6, 0x0CEF, DIGIT }, { 0x0D66, 0x0D6F, DIGIT }, { 0x0E50, 0x0E59, DIGIT }, { 0x0ED0, 0x0ED9, DIGIT },
	{ 0x1040, 0x1049, DIGIT }, { 0x17E0, 0x17E9, DIGIT },
	{ 0x2007, 0x2007, BLANK }, { 0x2009, 0x2009, BLANK }, { 0x200E, 0x200F, SKIP }, { 0x2019, 0x2019, APOSTROPHE },
	{ 0x202F, 0x202F, BLANK },
	{ 0x20A0, 0x20C0, SYMBOL }, { 0x2212, 0x2212, MINUS }, { 0xFEFF, 0xFEFF, SKIP }, { 0xFF05, 0xFF05, PERCENT },
	{ 0xFF08, 0xFF08, OPEN }, { 0xFF09, 0xFF09, CLOSE },
	{ 0xFF0B, 0xFF0B, PLUS }, { 0xFF0C, 0xFF0C, COMMA }, { 0xFF0D, 0xFF0D, MINUS }, { 0xFF0E, 0xFF0E, DOT },
	{ 0xFF10, 0xFF19, DIGIT }, { 0xFFE5, 0xFFE5, SYMBOL },
};

/* The codes whose symbols are read; a symbol that several currencies share is fine, because the column says which it
 * is. */
static const struct { char code[4], symbol[8]; } symbols[] = {
	{ "AUD", "$" }, { "AUD", "A$" }, { "BRL", "R$" }, { "CAD", "$" }, { "CAD", "C$" }, { "CHF", "Fr." },
	{ "CHF", "SFr." }, { "CLP", "$" }, { "CNY", "¥" }, { "CNY", "￥" },
	{ "COP", "$" }, { "CZK", "Kč" }, { "DKK", "kr" }, { "DKK", "kr." }, { "EUR", "€" }, { "GBP", "£" },
	{ "HKD", "HK$" }, { "HUF", "Ft" }, { "IDR", "Rp" }, { "ILS", "₪" },
	{ "INR", "Rs." }, { "INR", "Rs" }, { "INR", "₹" }, { "JPY", "¥" }, { "JPY", "￥" }, { "KRW", "₩" },
	{ "MXN", "$" }, { "NGN", "₦" }, { "NOK", "kr" }, { "NZD", "$" },
	{ "PHP", "₱" }, { "PKR", "Rs" }, { "PLN", "zł" }, { "RON", "lei" }, { "RUB", "₽" }, { "SEK", "kr" },
	{ "SGD", "S$" }, { "THB", "฿" }, { "TRY", "₺" }, { "TWD", "NT$" },
	{ "UAH", "₴" }, { "USD", "$" }, { "USD", "US$" }, { "VND", "₫" }, { "ZAR", "R" },
};

struct scan {
	const struct trib_numbers *f;
	const char *p, *end;
	enum kind kind;           /* of the character at p */
	int length, digit;        /* its bytes; its value */
	uint32_t zero, script;    /* of the digit at p; of the first digit read */
	bool negative, sign, open, closed, percent, currency;
	/* the number */
	tribx_u128 u;
	int whole, behind, exponent;
};

enum { ASCII = 14 };      /* rows of chars below 0x80 */

static void look(struct scan *s)
{
	if (s->p == s->end) {
		s->kind = END;
		return;
	}
	const unsigned char byte = (unsigned char)*s->p;
	if ((unsigned char)(byte - '0') <= 9) {
		s->kind = DIGIT;
		s->digit = byte - '0';
		s->zero = '0';
		s->length = 1;
		return;
	}
	const uint32_t c = tribx_char(s->p, s->end, &s->length);
	size_t low = 0, high = c < 0x80 ? ASCII : sizeof chars / sizeof *chars;
	s->kind = OTHER;
	while (low < high) {
		const size_t mid = (low + high) / 2;
		if (c > chars[mid].to) {
			low = mid + 1;
		} else if (c < chars[mid].from) {
			high = mid;
		} else {
			s->kind = chars[mid].kind;
			s->zero = chars[mid].from;
			s->digit = (int)(c - chars[mid].from);
			return;
		}
	}
}

static void next(struct scan *s)
{
	s->p += s->length;
	look(s);
}

static void blanks(struct scan *s)
{
	while (s->kind == BLANK || s->kind == SKIP)
		next(s);
}

static bool word(struct scan *s, const char *w)
{
	const size_t n = strlen(w);
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, w, n) != 0)
		return false;
	s->p += n;
	look(s);
	return true;
}

static bool currency(struct scan *s)
{
	if (!s->f->currency[0] || s->f->currency[3] || s->currency)
		return false;
	s->currency = true;
	if (word(s, s->f->currency))
		return s->kind != LETTER;
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
		if (memcmp(symbols[i].code, s->f->currency, 4) == 0) {
			const struct scan before = *s;
			if (word(s, symbols[i].symbol) && s->kind != LETTER && (s->kind != DOT || s->p[-1] == '.' ||
				s->f->decimal == '.'))
				return true;
			*s = before;
		}
	return false;
}

static bool signed_(struct scan *s, bool negative)
{
	if (s->sign)
		return false;
	s->sign = true;
	s->negative = negative;
	return true;
}

/* Signs, brackets, percent and currency around the number, each at most once. false: something twice or unknown. */
static bool around(struct scan *s, bool behind)
{
	for (;; blanks(s)) {
		switch (s->kind) {
		case BLANK:
		case SKIP:
			break;
		case MINUS:
		case PLUS:
			if (!signed_(s, s->kind == MINUS))
				return false;
			next(s);
			break;
		case OPEN:
			if (behind || s->open || !signed_(s, true))
				return false;
			s->open = true;
			next(s);
			break;
		case CLOSE:
			if (!behind || !s->open || s->closed)
				return false;
			s->closed = true;
			next(s);
			break;
		case PERCENT:
			if (!s->f->percent || s->percent)
				return false;
			s->percent = true;
			next(s);
			break;
		case LETTER:
		case SYMBOL:
		case OTHER:
			/* CR is also ten million where groups are Indian */
			if (behind && !s->f->indian && (word(s, "CR") || word(s, "DR"))) {
				if (!signed_(s, s->p[-2] == 'C'))
					return false;
			} else if (!currency(s)) {
				return false;
			}
			break;
		case END:
			return behind;
		default:
			return !behind;
		}
	}
}

static bool is_decimal(const struct scan *s)
{
	return (s->kind == DOT && s->f->decimal == '.') || (s->kind == COMMA && s->f->decimal == ',') ||
	       (s->kind == ARABIC_POINT && s->f->decimal);
}

static bool is_group(const struct scan *s)
{
	switch (s->kind) {
	case DOT:          return s->f->group == '.';
	case COMMA:        return s->f->group == ',';
	case APOSTROPHE:   return s->f->group == '\'';
	case BLANK:        return s->f->group == ' ';
	case ARABIC_GROUP: return s->f->group != 0;
	default:           return false;
	}
}

/* A run of digits of one script; its length, negative: mixed scripts or too many digits. What overflows 38 digits by
 * little is caught at the end. */
static int run(struct scan *s)
{
	const uint64_t full = (uint64_t)(tribx_pow10(TRIBX_DIGITS - 1) >> 64) + 1;
	int n = 0;
	for (; s->kind == DIGIT; next(s), n++) {
		if (!s->script)
			s->script = s->zero;
		if (s->zero != s->script)
			return TRIB_NOT_A_VALUE;
		if (s->u >> 64 >= full || n > 200)
			return TRIB_OUT_OF_RANGE;
		s->u = s->u * 10 + (unsigned)s->digit;
	}
	return n;
}

/* [digits][group digits]... ; grouping only in its places, and nothing grouped starts with 0. */
static int whole(struct scan *s)
{
	const bool zero = s->kind == DIGIT && s->digit == 0;
	const int first = run(s);
	if (first <= 0 || !is_group(s))
		return s->whole = first;
	int last = first, digits = first, groups = 0;
	while (is_group(s)) {
		const struct scan before = *s;
		next(s);
		if (before.kind == BLANK && s->kind != DIGIT) {     /* a blank behind the number */
			*s = before;
			break;
		}
		if (groups && last != (s->f->indian ? 2 : 3))
			return TRIB_NOT_A_VALUE;
		last = run(s);
		if (last < 0)
			return last;
		groups++;
		digits += last;
	}
	if (groups && (last != 3 || zero || first > (s->f->indian ? 2 : 3)))
		return TRIB_NOT_A_VALUE;
	return s->whole = digits;
}

static int exponent(struct scan *s)
{
	if (!s->f->scientific || s->kind != LETTER || (*s->p | 32) != 'e')
		return 0;
	next(s);
	const bool down = s->kind == MINUS;
	if (s->kind == MINUS || s->kind == PLUS)
		next(s);
	int n = 0;
	if (s->kind != DIGIT)
		return TRIB_NOT_A_VALUE;
	for (; s->kind == DIGIT; next(s))
		n = n < 1000 ? n * 10 + s->digit : n;
	s->exponent = down ? -n : n;
	return 0;
}

static int core(struct scan *s)
{
	const int n = whole(s);
	if (n < 0)
		return n;
	if (is_decimal(s)) {
		next(s);
		s->behind = run(s);
		if (s->behind <= 0)
			return s->behind ? s->behind : TRIB_NOT_A_VALUE;
	} else if (n == 0) {
		return TRIB_NOT_A_VALUE;
	}
	return exponent(s);
}

static int give(const struct scan *s, trib_dec *out, int *scale)
{
	int behind = s->behind - s->exponent + (s->percent ? 2 : 0);
	if (behind < 0) {
		const int e = tribx_dec_settle(s->u, s->negative, 0, -behind > 76 ? 76 : -behind, out);
		if (e == 0)
			*scale = 0;
		return e;
	}
	if (behind > TRIBX_DIGITS)
		return TRIB_OUT_OF_RANGE;
	const int e = tribx_dec_settle(s->u, s->negative, behind, behind, out);
	if (e == 0)
		*scale = behind;
	return e;
}

/* "-" and its relatives, and nil, in accounting style */
static bool zero(struct trib_text cell)
{
	static const char *const words[] = { "-", "\u2013", "\u2014", "\u2212", "nil", "Nil", "NIL" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (cell.n == strlen(words[i]) && memcmp(cell.p, words[i], cell.n) == 0)
			return true;
	return false;
}

static struct trib_text trimmed(struct trib_text t)
{
	struct scan s = { .p = t.p, .end = t.p + t.n };
	look(&s);
	blanks(&s);
	t = (struct trib_text){ s.p, (size_t)(s.end - s.p) };
	while (t.n) {
		size_t n = 1;
		while (n < 4 && n < t.n && ((unsigned char)t.p[t.n - n] & 0xC0) == 0x80)
			n++;
		s.p = t.p + t.n - n;
		look(&s);
		if ((s.kind != BLANK && s.kind != SKIP) || (size_t)s.length != n)
			break;
		t.n -= n;
	}
	return t;
}

int tribx_number_any(const struct trib_numbers *f, struct trib_text cell, trib_dec *out, int *scale)
{
	if (!cell.p)
		return TRIB_NOT_A_VALUE;
	cell = trimmed(cell);
	if (f->dash_is_zero && zero(cell)) {
		*out = trib_dec_i64(0);
		*scale = 0;
		return 0;
	}
	struct scan s = { .f = f, .p = cell.p, .end = cell.p + cell.n };
	look(&s);
	if (s.kind == APOSTROPHE && *s.p == '\'')
		next(&s);
	if (!around(&s, false))
		return TRIB_NOT_A_VALUE;
	const int e = core(&s);
	if (e)
		return e;
	if (!around(&s, true) || s.open != s.closed || s.percent != f->percent)
		return TRIB_NOT_A_VALUE;
	return give(&s, out, scale);
}

/* ---- the short cut: [-]digits of ASCII, group marks of any length and a decimal mark, at most 18 digits ---- */

static inline bool digit(char c)
{
	return (unsigned char)(c - '0') <= 9;
}

/* Groups of three behind the first, Indian ones of two and a last one of three; false: not the short cut's business. */
static inline bool grouped(const char **at, const char *end, const struct trib_numbers *f, uint64_t *u, const char *first)
{
	const char *p = *at;
	bool last = false;
	if (p - first > (f->indian ? 2 : 3) || *first == '0')
		return false;
	for (int n; p < end && (n = tribx_group_mark(p, end, f->group)) != 0;) {
		p += n;
		if (last || end - p < 3 || !digit(p[0]) || !digit(p[1]) || *u >= 1000000000000000)
			return false;
		*u = *u * 100 + (uint64_t)((p[0] - '0') * 10 + (p[1] - '0'));
		p += 2;
		if (digit(*p)) {
			*u = *u * 10 + (uint64_t)(*p++ - '0');
			last = f->indian;
		} else if (!f->indian) {
			return false;
		}
		if (p < end && digit(*p))
			return false;
	}
	*at = p;
	return !f->indian || last;
}

static __attribute__((noinline)) int by_bytes(const struct trib_numbers *f, struct trib_text cell, trib_dec *out, int *scale)
{
	const char *p = cell.p, *const end = p + cell.n;
	if (!p || cell.n - 1 >= 31 || f->percent)
		return tribx_number_any(f, cell, out, scale);
	const bool negative = *p == '-';
	p += negative;
	const char *const first = p;
	uint64_t u = 0;
	for (; p < end && digit(*p); p++)
		u = u * 10 + (unsigned char)(*p - '0');
	if (p == first || p - first > 18)
		return tribx_number_any(f, cell, out, scale);
	if (p < end && f->group && *p != f->decimal && !grouped(&p, end, f, &u, first))
		return tribx_number_any(f, cell, out, scale);
	int behind = 0;
	if (p < end) {
		const char *const point = p + 1;
		const int64_t left = end - point;
		if (*p != f->decimal || !f->decimal || left == 0 || left > 18 || u >= tribx_tens[18 - left].value)
			return tribx_number_any(f, cell, out, scale);
		for (p = point; p < end && digit(*p); p++)
			u = u * 10 + (unsigned char)(*p - '0');
		if (p < end)
			return tribx_number_any(f, cell, out, scale);
		behind = (int)(p - point);
	}
	*out = trib_dec_i64(negative ? -(int64_t)u : (int64_t)u);
	*scale = behind;
	return 0;
}

int trib_number(const struct trib_numbers *f, struct trib_text cell, trib_dec *out, int *scale)
{
#ifdef __x86_64__
	if (cell.n - 4 <= 12 && cell.p && !f->percent && __builtin_cpu_supports("sse4.1") && tribx_number_sse(f, cell, out, scale))
		return 0;
#endif
	return by_bytes(f, cell, out, scale);
}

int64_t trib_number_many(const struct trib_view *v, int64_t row, int64_t end, const struct trib_numbers *styles,
                         const int32_t *style, trib_dec *out, int8_t *scale)
{
	if (v->type != TRIB_STR && v->type != TRIB_JSON)
		return row;
	for (int decimals; row < end; row++) {
#ifdef __x86_64__
		if (!v->validity && !v->codes && !v->offsets && __builtin_cpu_supports("sse4.1"))
			row = tribx_number_many_sse(v, row, end, styles, style, out, scale);
		if (row == end)
			break;
#endif
		const struct trib_text cell = trib_str(v, row);
		const struct trib_numbers *const f = style ? style[row] < 0 ? NULL : &styles[style[row]] : styles;
		if (!f || f->percent || cell.n == 0 || !digit(cell.p[cell.n - 1]) || trib_number(f, cell, &out[row], &decimals) != 0)
			break;
		scale[row] = (int8_t)decimals;
	}
	return row;
}

bool trib_null_word(struct trib_text cell)
{
	static const char *const words[] = { "-", "..", "n/a", "#n/a", "n.a.", "null", "\u2013" };
	char low[8];
	if (!cell.p || cell.n == 0)
		return true;
	if (cell.n > 4 && (unsigned char)cell.p[0] > ' ' && (unsigned char)cell.p[cell.n - 1] > ' ' &&
	    (unsigned char)cell.p[0] < 0x80)
		return false;
	cell = trimmed(cell);
	if (cell.n == 0)
		return true;
	if (cell.n > 4)
		return false;
	for (size_t i = 0; i < cell.n; i++)
		low[i] = (char)(cell.p[i] >= 'A' && cell.p[i] <= 'Z' ? cell.p[i] | 32 : cell.p[i]);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (cell.n == strlen(words[i]) && memcmp(low, words[i], cell.n) == 0)
			return true;
	return false;
}
