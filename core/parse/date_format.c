/* date_format - strptime's letters, without its habits: widths are exact unless the format says %-d, nothing is
 * normalised, a text that goes on is no match, and month names are those of all languages below at once (no month of one
 * is another month of the other). The result does not depend on the process's locale. */
#include "base/text.h"
#include "parse/date.h"
#include "parse/dec.h"
#include "parse/number.h"

/* Folded: lower case, no accents. Full names, genitives, usual abbreviations: en de fr es it pt nl pl ru, sv da nb tr
 * where they differ. */
static const char *const months[12] = {
	" jan january januar janner jan janv janvier ene enero gen gennaio janeiro januari sty styczen stycznia oca ocak "
	"янв январь января ",
	" feb february februar feber fev fevr fevrier febrero febbraio fevereiro februari lut luty lutego sub subat "
	"фев февр февраль февраля ",
	" mar march marz maerz mrz mars marzo marco maart mrt marzec marca mart marts мар март марта ",
	" apr april avr avril abr abril aprile kwi kwiecien kwietnia nis nisan апр апрель апреля ",
	" may mai mayo mag maggio maio mei maj maja mayis маи мая ",
	" jun june juni juin junio giu giugno junho cze czerwiec czerwca haz haziran июн июнь июня ",
	" jul july juli juil juillet julio lug luglio julho lip lipiec lipca tem temmuz июл июль июля ",
	" aug august aou aout ago agosto augustus sie sierpien sierpnia augusti agu agustos авг август августа ",
	" sep sept september septembre septiembre setiembre set settembre setembro wrz wrzesien wrzesnia eyl eylul "
	"сен сент сентябрь сентября ",
	" oct october okt oktober octobre octubre ott ottobre out outubro paz pazdziernik pazdziernika eki ekim "
	"окт октябрь октября ",
	" nov november novembre noviembre novembro lis listopad listopada kas kasim ноя нояб ноябрь ноября ",
	" dec december dez dezember decembre dic diciembre dicembre dezembro gru grudzien grudnia des desember ara aralik "
	"дек декабрь декабря ",
};

/* The base letter of a Latin letter, or a small Cyrillic one; 0: no letter, 1: an accent that stands alone. */
static uint32_t base(uint32_t c)
{
	/* U+00C0 .. U+00FF */
	static const char latin1[] = "aaaaaaaceeeeiiiidnooooo\0ouuuuyts" "aaaaaaaceeeeiiiidnooooo\0ouuuuyty";
	static const struct { uint32_t c; char to; } others[] = {
		{ 0x104, 'a' }, { 0x105, 'a' }, { 0x118, 'e' }, { 0x119, 'e' }, { 0x11E, 'g' }, { 0x11F, 'g' }, { 0x130, 'i' },
		{ 0x131, 'i' }, { 0x141, 'l' }, { 0x142, 'l' }, { 0x143, 'n' }, { 0x144, 'n' },
		{ 0x15A, 's' }, { 0x15B, 's' }, { 0x15E, 's' }, { 0x15F, 's' }, { 0x179, 'z' }, { 0x17A, 'z' }, { 0x17B, 'z' },
		{ 0x17C, 'z' },
	};
	if ((c | 32) >= 'a' && (c | 32) <= 'z')
		return c | 32;
	if (c >= 0xC0 && c <= 0xFF)
		return (unsigned char)latin1[c - 0xC0];
	if (c >= 0x300 && c <= 0x36F)
		return 1;
	if (c >= 0x410 && c <= 0x44F) {
		c = c < 0x430 ? c + 0x20 : c;
		return c == 0x439 ? 0x438 : c;      /* one letter with its accent or without */
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (others[i].c == c)
			return (unsigned char)others[i].to;
	return 0;
}

int tribx_month_name(const char **at, const char *end)
{
	char word[28] = " ";
	size_t n = 1;
	const char *p = *at;
	for (int length; p < end; p += length) {
		const uint32_t c = base(tribx_char(p, end, &length));
		if (!c)
			break;
		if (c == 1)
			continue;
		if (n >= sizeof word - 4)
			return 0;
		if (c >= 0x80)
			word[n++] = (char)(0xC0 | c >> 6);
		word[n++] = (char)(c < 0x80 ? c : 0x80 | (c & 0x3F));
	}
	if (n < 4)
		return 0;
	word[n] = ' ';
	word[n + 1] = 0;
	for (int i = 0; i < 12; i++)
		if (strstr(months[i], word)) {
			*at = p;
			return i + 1;
		}
	return 0;
}

/* Up to `most` digits, at least `least`; negative: fewer. */
static int number(const char **at, const char *end, int least, int most)
{
	int v = 0, n = 0;
	const char *p = *at;
	for (; p < end && n < most && (unsigned char)(*p - '0') <= 9; p++, n++)
		v = v * 10 + (*p - '0');
	if (n < least)
		return -1;
	*at = p;
	return v;
}

static const struct { char letter, width; short low, high; unsigned seen; size_t where; } fields[] = {
#define FIELD(letter, width, low, high, seen, member) \
	{ letter, width, low, high, seen, offsetof(struct tribx_parts, member) }
	FIELD('Y', 4, 1, 9999, TRIBX_YEAR, year), FIELD('G', 4, 1, 9999, TRIBX_YEAR, year),
	FIELD('y', 2, 0, 99, TRIBX_YEAR, year), FIELD('m', 2, 1, 12, TRIBX_MONTH, month),
	FIELD('d', 2, 1, 31, TRIBX_DAY, day), FIELD('e', 2, 1, 31, TRIBX_DAY, day),
	FIELD('j', 3, 1, 366, TRIBX_YDAY, yday), FIELD('H', 2, 0, 24, TRIBX_CLOCK, hour),
	FIELD('I', 2, 1, 12, TRIBX_CLOCK, hour), FIELD('M', 2, 0, 59, TRIBX_CLOCK, minute),
	FIELD('S', 2, 0, 60, TRIBX_CLOCK, second), FIELD('q', 1, 1, 4, TRIBX_QUARTER, quarter),
	FIELD('V', 2, 1, 53, TRIBX_WEEK, week), FIELD('u', 1, 1, 7, TRIBX_DAY, weekday),
#undef FIELD
};

enum { FIELDS = sizeof fields / sizeof *fields };

static const char *expanded(char letter)
{
	return letter == 'F' ? "%Y-%m-%d" : letter == 'T' ? "%H:%M:%S" : letter == 'R' ? "%H:%M" :
	       letter == 'D' ? "%m/%d/%y" : NULL;
}

static int one(char letter, bool loose, const char **at, const char *end, struct tribx_parts *out)
{
	for (int i = 0; i < FIELDS; i++)
		if (fields[i].letter == letter) {
			const int v = number(at, end, loose || letter == 'e' ? 1 : fields[i].width, fields[i].width);
			if (v < fields[i].low || v > fields[i].high ||
			    (out->seen & fields[i].seen & ~(unsigned)TRIBX_CLOCK))
				return TRIB_NOT_A_VALUE;
			*(int *)(void *)((char *)out + fields[i].where) = letter == 'y' ? v + (v < 70 ? 2000 : 1900) :
				v;
			out->seen |= fields[i].seen;
			return 0;
		}
	switch (letter) {
	case 'b':
	case 'B':
	case 'h':
		out->month = tribx_month_name(at, end);
		if (!out->month || (out->seen & TRIBX_MONTH))
			return TRIB_NOT_A_VALUE;
		out->seen |= TRIBX_MONTH;
		return 0;
	case 'f': {
		const char *const from = *at;
		tribx_fraction(at, end, out);
		return *at == from || *at - from > 9 ? TRIB_NOT_A_VALUE : 0;
	}
	case 'p':
		if (end - *at < 2 || ((*at)[1] | 32) != 'm' || ((**at | 32) != 'a' && (**at | 32) != 'p'))
			return TRIB_NOT_A_VALUE;
		out->half = (**at | 32) == 'a' ? 1 : 2;
		*at += 2;
		return 0;
	case 'z':
		if (end - *at >= 3 && (memcmp(*at, "UTC", 3) == 0 || memcmp(*at, "GMT", 3) == 0)) {
			*at += 3;
			out->seen |= TRIBX_OFFSET;
			return 0;
		}
		return tribx_iso_offset(at, end, out);
	default:
		return TRIB_NOT_A_VALUE;
	}
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c | 32 : c;
}

static int match(const char **at, const char *end, const char *f, struct tribx_parts *out)
{
	for (; *f; f++) {
		if (*f == ' ') {
			if (*at == end || **at != ' ')
				return TRIB_NOT_A_VALUE;
			while (*at < end && **at == ' ')
				++*at;
			continue;
		}
		if (*f != '%' || f[1] == '%') {
			f += *f == '%';
			if (*at == end || lower((unsigned char)**at) != lower((unsigned char)*f))
				return TRIB_NOT_A_VALUE;
			++*at;
			continue;
		}
		f++;
		const bool loose = *f == '-';
		f += loose;
		if (!*f)
			return TRIB_NOT_A_VALUE;
		const char *const more = expanded(*f);
		const int e = more ? match(at, end, more, out) : one(*f, loose, at, end, out);
		if (e)
			return e;
		/* "Jan. 2025" for "%b %Y" */
		if ((*f == 'b' || *f == 'B') && *at < end && **at == '.' && f[1] != '.')
			++*at;
	}
	return 0;
}

/* ---- formats that are words: counts of something since some day ---- */

static const struct { const char *name; int64_t us; int32_t from; int64_t low; } counts[] = {
	{ "epoch", 1000000, 0, INT64_MIN }, { "epoch_s", 1000000, 0, INT64_MIN }, { "epoch_ms", 1000, 0, INT64_MIN },
	{ "epoch_us", 1, 0, INT64_MIN },
	{ "excel1900", 86400000000, -25569, 1 }, { "excel1904", 86400000000, -24107, 0 },
};

enum { COUNTS = sizeof counts / sizeof *counts, YEAR_1 = -719162, YEAR_10000 = 2932897 };

/* Days of a spreadsheet with a part of a day: to the millisecond, which is what its 15 digits hold. */
static int serial(struct trib_text cell, int64_t *days, int64_t *us)
{
	const char *const point = memchr(cell.p, '.', cell.n);
	trib_dec v;
	*us = 0;
	if (!point || *cell.p == '-')
		return point ? TRIB_NOT_A_VALUE : 0;
	if (trib_dec_parse(cell, 12, &v) || point + 1 == cell.p + cell.n)
		return TRIB_NOT_A_VALUE;
	const tribx_i128 wide = tribx_dec_i128(v), one = (tribx_i128)1000000000000;
	if (wide / one > YEAR_10000 + 30000)
		return TRIB_OUT_OF_RANGE;
	*days = (int64_t)(wide / one);
	*us = (int64_t)((wide % one * 86400000 + one / 2) / one) * 1000;
	return 0;
}

static int count_of(struct trib_text cell, size_t i, struct tribx_parts *out)
{
	trib_dec v;
	int64_t n = 0, us, part = 0;
	const bool days = counts[i].us == 86400000000;
	const int e = days ? serial(cell, &n, &part) : memchr(cell.p, '.', cell.n) ? TRIB_NOT_A_VALUE : 0;
	if (e)
		return e;
	if (!days || !memchr(cell.p, '.', cell.n)) {
		if (trib_dec_parse(cell, 0, &v))
			return TRIB_NOT_A_VALUE;
		if (!tribx_dec_small(v))
			return TRIB_OUT_OF_RANGE;
		n = (int64_t)v.lo;
	}
	if (n < counts[i].low)
		return TRIB_OUT_OF_RANGE;
	if (counts[i].low == 1) {                /* Lotus counted a 29 February 1900, which never was */
		if (n == 60)
			return TRIB_NOT_A_VALUE;
		n += n < 60;
	}
	if (__builtin_mul_overflow(n, counts[i].us, &us) || __builtin_add_overflow(us,
		counts[i].from * INT64_C(86400000000), &us) ||
	    us < YEAR_1 * INT64_C(86400000000) || us >= YEAR_10000 * INT64_C(86400000000))
		return TRIB_OUT_OF_RANGE;
	*out = (struct tribx_parts){ .seen = days ? TRIBX_SERIAL : TRIBX_EPOCH, .epoch_us = us + part };
	return 0;
}

int tribx_date_match(struct trib_text cell, const char *format, struct tribx_parts *out)
{
	struct tribx_parts p = { 0 };
	if (!cell.p)
		return TRIB_NOT_A_VALUE;
	for (size_t i = 0; *format == 'e' && i < COUNTS; i++)
		if (strcmp(format, counts[i].name) == 0)
			return count_of(cell, i, out);
	const char *at = cell.p, *const end = cell.p + cell.n;
	const int e = match(&at, end, format, &p);
	if (e || at != end)
		return TRIB_NOT_A_VALUE;
	if (p.half)
		p.hour = p.hour > 12 ? 99 : p.hour % 12 + (p.half == 2 ? 12 : 0);
	if (p.hour > 24)
		return TRIB_NOT_A_VALUE;
	*out = p;
	return 0;
}

bool tribx_date_iso(const char *format)
{
	return !format || strcmp(format, "iso8601") == 0 || strcmp(format, "auto") == 0;
}

bool tribx_date_format(const char *format, const char **at)
{
	if (tribx_date_iso(format))
		return true;
	for (size_t i = 0; i < COUNTS; i++)
		if (strcmp(format, counts[i].name) == 0)
			return true;
	for (const char *p = strchr(format, '%'); p; p = strchr(p, '%')) {
		*at = p++;
		p += *p == '-';
		if (!*p || !strchr("YGymdejHIMSqVubBhfpzFTRD%", *p))
			return false;
		p++;
	}
	return true;
}
