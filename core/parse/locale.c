/* locale - how numbers are written where: marks by CLDR locale, or by an example of the mark itself.
 *
 * The rows are CLDR 48's, Latin digits. A region that is not listed writes like its language. CLDR's general number
 * format decides: de_AT groups by blanks there, and files that group by points declare "1.234,56" or de. */
#include "base/text.h"
#include "parse/number.h"

static const struct { const char *names; struct trib_numbers is; } families[] = {
	{ " am ar en fa fil ga he iw ja km kn ko mn ms mt my sw th tl ur zh zu "
	  "es_DO es_GT es_HN es_MX es_NI es_PA es_PE es_PR es_SV es_US es_419 ",
	  { .decimal = '.', .group = ',' } },
	{ " ar_DZ ar_LY ar_MA ar_MR ar_TN az bs ca da de el en_DE es eu fr_LU fr_MA gl hr "
	  "id in is it lb lo mk nl pt ro sl sr tr vi ",
	  { .decimal = ',', .group = '.' } },
	{ " af be bg cs de_AT en_ZA en_SE en_FI es_CR et fi fr hu hy ka "
	  "kk ky lt lv nb nn no pl pt_AO pt_CV pt_MZ pt_PT ru sk sq sv tg tk uk uz ",
	  { .decimal = ',', .group = ' ' } },
	{ " de_CH de_LI en_CH gsw it_CH rm ", { .decimal = '.', .group = '\'' } },
	{ " bn en_IN gu hi ml mr ne pa ta te ", { .decimal = '.', .group = ',', .indian = true } },
	{ " C POSIX ", { .decimal = '.' } },
};

enum { COUNT = sizeof families / sizeof *families };

static bool listed(const char *names, const char *name)
{
	const size_t n = strlen(name);
	if (n == 0 || strchr(name, ' '))
		return false;
	for (const char *p = strstr(names, name); p; p = strstr(p + 1, name))
		if (p[-1] == ' ' && p[n] == ' ')
			return true;
	return false;
}

static bool by_name(const char *name, struct trib_numbers *out)
{
	for (size_t i = 0; i < COUNT; i++)
		if (listed(families[i].names, name)) {
			*out = families[i].is;
			return true;
		}
	return false;
}

static bool letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* "zh-Hans-CN", "de_AT.UTF-8" -> language "zh", region "CN"; false: not of this shape */
static bool split(const char *locale, char language[4], char both[8])
{
	size_t n = 0;
	while (n < 3 && letter(locale[n])) {
		language[n] = (char)(locale[n] | 32);
		n++;
	}
	language[n] = 0;
	both[0] = 0;
	if (n < 2 || letter(locale[n]))
		return false;
	const char *p = locale + n;
	while (*p == '_' || *p == '-') {
		const char *const part = ++p;
		while (letter(*p) || (*p >= '0' && *p <= '9'))
			p++;
		const size_t length = (size_t)(p - part);
		if (length < 2 || length > 8)
			return false;
		if (length <= 3 && !both[0]) {
			memcpy(both, language, n);
			both[n] = '_';
			for (size_t i = 0; i < length; i++)
				both[n + 1 + i] = (char)(letter(part[i]) ? part[i] & ~32 : part[i]);
			both[n + 1 + length] = 0;
		}
	}
	return *p == 0 || *p == '.' || *p == '@';
}

/* What an example uses: the digits are 1 2 3 ... in order, so that a typing error is noticed. */
static bool by_example(const char *s, struct trib_numbers *out)
{
	static const char *const space[] = { "\u00a0", "\u202f", "\u2009" };
	char marks[8] = "", gaps[8] = { 0 };
	int count = 0, run = 0, next = 1;
	for (const char *p = s; *p; run++) {
		if (*p == '0' + next % 10) {
			next++;
			p++;
			continue;
		}
		if (next == 1 || count == 7)
			return false;
		gaps[count] = (char)run;
		run = -1;
		size_t taken = 1;
		char mark = strchr(".,' ", *p) ? *p : 0;
		for (size_t i = 0; i < 3; i++)
			if (strncmp(p, space[i], strlen(space[i])) == 0) {
				mark = ' ';
				taken = strlen(space[i]);
			}
		if (strncmp(p, "\u2019", 3) == 0) {
			mark = '\'';
			taken = 3;
		}
		if (!mark)
			return false;
		marks[count++] = mark;
		p += taken;
	}
	gaps[count] = (char)run;
	if (next < 5)
		return false;
	struct trib_numbers f = { 0 };
	const char last = count ? marks[count - 1] : 0;
	const int behind = gaps[count];
	const bool decimal = count && (last == '.' || last == ',') && (behind != 3 || (count > 1 && marks[0] != last));
	if (decimal)
		f.decimal = last;
	const int groups = count - decimal;
	for (int i = 1; i < groups; i++)
		if (marks[i] != marks[0])
			return false;
	if (groups) {
		f.group = marks[0];
		f.indian = groups > 1 && gaps[1] == 2;
		if (gaps[groups] != 3 || f.group == f.decimal)
			return false;
	}
	*out = f;
	return true;
}

int trib_numbers(const char *locale, struct trib_numbers *out)
{
	char language[4], both[8];
	if (!locale)
		return TRIB_NOT_A_VALUE;
	if (*locale >= '0' && *locale <= '9')
		return by_example(locale, out) ? 0 : TRIB_NOT_A_VALUE;
	if (*locale && by_name(locale, out))
		return 0;
	if (!split(locale, language, both))
		return TRIB_NOT_A_VALUE;
	return (both[0] && by_name(both, out)) || by_name(language, out) ? 0 : TRIB_NOT_A_VALUE;
}
