/* units - see units.h. Sources: SI and IEC 80000-13 (bytes), ISO 4217 (minor units), partner-model C.2 (scale
 * words). */
#include <stddef.h>
#include "text.h"
#include "units.h"

#define KI 1024LL
static const struct norm_unit units[] = {
	{ "1", "count|users|user|subscribers|subs|pcs|piece|pieces|Stk|Stück|Anzahl|tickets|calls|installs", NORM_COUNT_OF,
	  1, 1 },
	{ "fraction", "ratio|share|Anteil", NORM_SHARE, 1, 1 },
	{ "%", "percent|pct|per cent|Prozent|pour cent|por ciento|pp", NORM_SHARE, 1, 100 },
	{ "‰", "per mille|permille|per mil|Promille|permil", NORM_SHARE, 1, 1000 },
	{ "bp", "bps|basis points|basis point|Basispunkte", NORM_SHARE, 1, 10000 },
	{ "ppm", "parts per million", NORM_SHARE, 1, 1000000 },
	{ "per_1k", "/1k|per 1k|per 1000|per thousand|/1000", NORM_SHARE, 1, 1000 },
	{ "currency", "money|Währung", NORM_MONEY, 1, 1 },
	{ "minor", "minor unit|minor units", NORM_MONEY, 1, 100 },     /* of the row's currency: JPY 0 digits, KWD 3 */
	{ "cent", "c|ct|cts|cents|centimes|pence|penny|paise|kopecks|Eurocent|¢", NORM_MONEY, 1, 100 },
	{ "B", "byte|bytes|Byte|octet|octets", NORM_DATA, 1, 1 },
	{ "kB", "KB|kilobyte|kilobytes|ko", NORM_DATA, 1000, 1 },
	{ "MB", "megabyte|megabytes|Mo", NORM_DATA, 1000000, 1 },
	{ "GB", "gigabyte|gigabytes|Go", NORM_DATA, 1000000000, 1 },
	{ "TB", "terabyte|terabytes|To", NORM_DATA, 1000000000000, 1 },
	{ "PB", "petabyte|petabytes|Po", NORM_DATA, 1000000000000000, 1 },
	{ "KiB", "kibibyte|kibibytes|Kio", NORM_DATA, KI, 1 },
	{ "MiB", "mebibyte|mebibytes|Mio", NORM_DATA, KI * KI, 1 },
	{ "GiB", "gibibyte|gibibytes|Gio", NORM_DATA, KI * KI * KI, 1 },
	{ "TiB", "tebibyte|tebibytes|Tio", NORM_DATA, KI * KI * KI * KI, 1 },
	{ "PiB", "pebibyte|pebibytes|Pio", NORM_DATA, KI * KI * KI * KI * KI, 1 },
	{ "bit", "bits", NORM_DATA, 1, 8 },
	{ "kbit", "kb|kilobit|kilobits", NORM_DATA, 1000, 8 },
	{ "Mbit", "Mb|megabit|megabits", NORM_DATA, 1000000, 8 },
	{ "Gbit", "Gb|gigabit|gigabits", NORM_DATA, 1000000000, 8 },
	{ "ns", "nanoseconds|nanosecond", NORM_SPAN, 1, 1000000000 },
	{ "us", "µs|microseconds|microsecond", NORM_SPAN, 1, 1000000 },
	{ "ms", "msec|milliseconds|millisecond|Millisekunden", NORM_SPAN, 1, 1000 },
	{ "s", "sec|secs|second|seconds|Sek|Sekunde|Sekunden|secondes|segundos", NORM_SPAN, 1, 1 },
	{ "min", "mins|minute|minutes|Minute|Minuten|minutos", NORM_SPAN, 60, 1 },
	{ "h", "hr|hrs|hour|hours|Std|Stunde|Stunden|heures|horas", NORM_SPAN, 3600, 1 },
	{ "d", "day|days|Tag|Tage|jours|dias|días", NORM_SPAN, 86400, 1 },
	{ "wk", "week|weeks|Woche|Wochen", NORM_SPAN, 604800, 1 },
};

enum { MONEY_OR_COUNT = 1 << NORM_MONEY | 1 << NORM_COUNT_OF | 1 << NORM_ANY, EVERY = ~0 };

/* Words that multiply. dims: where they mean this; in data columns k, M, G are prefixes of bytes. */
static const struct scale { const char *words; int64_t by; int dims; } scales[] = {
	{ "k|K|'000|000|000s|tsd|tsd.|thousand|thousands|tausend|mille|milliers|tys|tys.|tis|tis.|тыс|тыс.|千|천", 1000,
	  EVERY },
	{ "M|m", 1000000, EVERY },
	{ "mn|mln|mio|mio.|million|millions|millionen|milioni|millones|milhões|млн|百万", 1000000, EVERY },
	{ "mm", 1000000, 1 << NORM_MONEY },
	{ "bn|b|billion|billions|mrd|mrd.|milliard|milliards|milliarden|mld|млрд", 1000000000, EVERY },
	{ "G", 1000000000, 1 << NORM_DATA },
	{ "T", 1000, 1 << NORM_MONEY },                 /* T EUR, T€: Tausend */
	{ "T", 1000000000000, 1 << NORM_DATA },
	{ "tn|trn|trillion|trillions", 1000000000000, EVERY },
	{ "lakh|lakhs|lac|lacs|L", 100000, MONEY_OR_COUNT },
	{ "crore|crores|cr|Cr", 10000000, MONEY_OR_COUNT },
	{ "万|萬|만", 10000, EVERY },
	{ "億|亿|억", 100000000, EVERY },
};

/* ISO 4217 codes whose minor unit has two digits are listed plainly, the others with theirs. */
static const char two[] =
	"AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
	"CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
	"IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
	"MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD "
	"SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER "
	"ZAR ZMW ZWG HRK VEF VEB";
static const struct { const char *codes; int digits; } other[] = {
	{ "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF", 0 },
	{ "BHD IQD JOD KWD LYD OMR TND", 3 },
	{ "CLF UYW", 4 },
};

/* market NULL: the symbol is that currency everywhere. */
static const struct { const char *symbol, *market, *currency; } symbols[] = {
	{ "€", NULL, "EUR" }, { "₹", NULL, "INR" }, { "₽", NULL, "RUB" }, { "₺", NULL, "TRY" }, { "₩", NULL, "KRW" },
	{ "₴", NULL, "UAH" }, { "₪", NULL, "ILS" }, { "₫", NULL, "VND" }, { "₦", NULL, "NGN" }, { "฿", NULL, "THB" },
	{ "zł", NULL, "PLN" }, { "Kč", NULL, "CZK" }, { "R$", NULL, "BRL" }, { "US$", NULL, "USD" },
	{ "A$", NULL, "AUD" }, { "C$", NULL, "CAD" }, { "HK$", NULL, "HKD" }, { "NT$", NULL, "TWD" },
	{ "Ft", NULL, "HUF" }, { "лв", NULL, "BGN" }, { "S/", NULL, "PEN" }, { "£", "GB", "GBP" }, { "£", "EG", "EGP" },
	{ "£", "GI", "GIP" }, { "¥", "JP", "JPY" }, { "¥", "CN", "CNY" }, { "円", NULL, "JPY" }, { "元", NULL, "CNY" },
	{ "$", "US", "USD" }, { "$", "CA", "CAD" }, { "$", "AU", "AUD" }, { "$", "NZ", "NZD" }, { "$", "MX", "MXN" },
	{ "$", "AR", "ARS" }, { "$", "CL", "CLP" }, { "$", "CO", "COP" }, { "$", "SG", "SGD" }, { "$", "HK", "HKD" },
	{ "$", "TW", "TWD" }, { "$", "UY", "UYU" }, { "$", "EC", "USD" }, { "$", "SV", "USD" }, { "$", "PR", "USD" },
	{ "kr", "SE", "SEK" }, { "kr", "NO", "NOK" }, { "kr", "DK", "DKK" }, { "kr", "IS", "ISK" },
	{ "kr.", "DK", "DKK" }, { "₨", "PK", "PKR" }, { "₨", "IN", "INR" }, { "₨", "LK", "LKR" }, { "₨", "NP", "NPR" },
	{ "₨", "MU", "MUR" }, { "Rs", "PK", "PKR" }, { "Rs", "IN", "INR" }, { "Rs", "LK", "LKR" }, { "Rs", "NP", "NPR" },
	{ "Rs", "MU", "MUR" }, { "Rs.", "PK", "PKR" }, { "Rs.", "IN", "INR" }, { "Rs.", "LK", "LKR" },
	{ "Rs.", "NP", "NPR" }, { "Rs.", "MU", "MUR" },
};
enum { UNITS = sizeof units / sizeof *units, SCALES = sizeof scales / sizeof *scales,
       SYMBOLS = sizeof symbols / sizeof *symbols };

static bool one_of(const char *list, struct trib_text word, bool folded)
{
	for (const char *p = list; *p;) {
		const size_t n = strcspn(p, "|");
		if (folded ? norm_fold_equal((struct trib_text){ p, n }, word) : n == word.n && memcmp(p, word.p, n) == 0)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

static const struct norm_unit *find_unit(struct trib_text word, enum norm_dim want)
{
	for (int folded = 0; folded < 2; folded++)
		for (int i = 0; i < UNITS; i++) {
			const struct trib_text id = { units[i].id, strlen(units[i].id) };
			if ((want == NORM_ANY || want == units[i].dim) &&
			    ((folded ? norm_fold_equal(id, word) : id.n == word.n && memcmp(id.p, word.p, id.n) == 0) ||
			     one_of(units[i].words, word, folded)))
				return &units[i];
		}
	return NULL;
}

const struct norm_unit *norm_unit(const char *id, enum norm_dim want)
{
	return find_unit((struct trib_text){ id, strlen(id) }, want);
}

const char *norm_unit_near(const char *id)
{
	const char *best = NULL;
	int least = 3;
	for (int i = 0; i < UNITS; i++) {
		const int d = norm_edits((struct trib_text){ id, strlen(id) }, (struct trib_text){ units[i].id,
			strlen(units[i].id) });
		if (d < least)
			least = d, best = units[i].id;
	}
	return best;
}

static const struct scale *find_scale(struct trib_text word, enum norm_dim want)
{
	for (int folded = 0; folded < 2; folded++)
		for (int i = 0; i < SCALES; i++)
			if ((scales[i].dims >> want & 1) && one_of(scales[i].words, word, folded))
				return &scales[i];
	return NULL;
}

bool norm_currency_known(const char *code)
{
	return norm_currency_digits(code) >= 0;
}

int norm_currency_digits(const char *code)
{
	if (strlen(code) != 3 || strchr(code, ' '))
		return -1;
	if (strstr(two, code))
		return 2;
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (strstr(other[i].codes, code))
			return other[i].digits;
	return -1;
}

const char *norm_currency_of(const char *symbol, struct trib_text market)
{
	for (int i = 0; i < SYMBOLS; i++)
		if (strcmp(symbols[i].symbol, symbol) == 0 &&
		    (!symbols[i].market || (market.n == 2 && memcmp(symbols[i].market, market.p, 2) == 0)))
			return symbols[i].currency;
	return NULL;
}

static bool take_currency(struct trib_text word, struct norm_spec *out)
{
	char code[4] = "";
	if (out->currency[0] || out->ambiguous)
		return false;
	if (word.n == 3) {
		memcpy(code, word.p, 3);
		if (norm_currency_known(code)) {
			memcpy(out->currency, code, 4);
			return true;
		}
	}
	for (int i = 0; i < SYMBOLS; i++)
		if (word.n == strlen(symbols[i].symbol) && memcmp(word.p, symbols[i].symbol, word.n) == 0) {
			memcpy(out->symbol, word.p, word.n), out->symbol[word.n] = '\0';
			if (symbols[i].market)
				out->ambiguous = true;
			else
				memcpy(out->currency, symbols[i].currency, 4);
			return true;
		}
	return false;
}

static bool take_scale(struct trib_text word, enum norm_dim want, struct norm_spec *out)
{
	const struct scale *s = find_scale(word, want);
	return s && norm_ratio_mul(out->scale, (struct norm_ratio){ s->by, 1 }, &out->scale) == 0;
}

static bool take_unit(struct trib_text word, enum norm_dim want, struct norm_spec *out)
{
	const struct norm_unit *u = out->unit ? NULL : find_unit(word, want);
	if (u)
		out->unit = u;
	return u != NULL;
}

/* One word: a unit, a scale or a currency, or a scale glued in front of one (kEUR, TEUR, M€). */
static bool take_word(struct trib_text word, enum norm_dim want, struct norm_spec *out)
{
	if (take_currency(word, out))
		return true;
	/* bytes: M alone is a prefix, MB a unit; money and counts: k, m, Mio are scales before they are anything else */
	if (want == NORM_DATA ? take_unit(word, want, out) || take_scale(word, want, out) : take_scale(word, want, out) ||
	    take_unit(word, want, out))
		return true;
	for (size_t n = word.n - 1; n > 0; n--) {
		const struct trib_text head = { word.p, n }, tail = { word.p + n, word.n - n };
		struct norm_spec s = *out;
		if ((take_scale(head, want == NORM_ANY ? NORM_MONEY : want, &s) && take_currency(tail, &s)) ||
		    (s = *out, take_currency(head, &s) && take_scale(tail, want == NORM_ANY ? NORM_MONEY : want, &s))) {
			*out = s;
			return true;
		}
	}
	return false;
}

static const struct norm_unit *binary_of(const struct norm_unit *u)
{
	static const char *const pairs[][2] = { { "kB", "KiB" }, { "MB", "MiB" }, { "GB", "GiB" }, { "TB", "TiB" },
	                                        { "PB", "PiB" } };
	for (size_t i = 0; u && i < sizeof pairs / sizeof *pairs; i++)
		if (strcmp(u->id, pairs[i][0]) == 0)
			return norm_unit(pairs[i][1], NORM_DATA);
	return u;
}

int norm_spec(struct trib_text text, enum norm_dim want, bool binary, struct norm_spec *out)
{
	struct norm_spec s = { .scale = { 1, 1 } };
	static const char *const noise[] = { "in", "of", "en", "por", "je", "de" };
	struct trib_text whole = norm_trimmed(text, "()[] ,;:");
	if (whole.n == 0)
		return TRIB_NOT_A_VALUE;
	if (!take_unit(whole, want, &s))                         /* "per mille", "basis points": units of two words */
		for (struct trib_text rest = whole; rest.n > 0;) {
			const struct trib_text word = norm_word(&rest);
			bool skip = word.n == 0;
			for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
				skip |= norm_fold_equal(word, (struct trib_text){ noise[i], strlen(noise[i]) });
			if (skip || take_word(word, want, &s))
				continue;
			if (rest.n == 0 || !take_unit((struct trib_text){ word.p, (size_t)(rest.p + rest.n - word.p) }, want, &s))
				return TRIB_NOT_A_VALUE;
			break;
		}
	if (binary)
		s.unit = binary_of(s.unit);
	*out = s;
	return 0;
}

int norm_unit_ratio(const struct norm_unit *from, const struct norm_unit *to, struct norm_ratio *out)
{
	if (from->dim != to->dim)
		return TRIB_NOT_A_VALUE;
	struct norm_ratio a, b;
	if (norm_ratio_make(from->num, from->den, &a) != 0 || norm_ratio_make(to->num, to->den, &b) != 0)
		return TRIB_OUT_OF_RANGE;
	return norm_ratio_div(a, b, out);
}
