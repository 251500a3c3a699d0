/* html_text - text of a page as people see it: entities (numbers, the 252 names of HTML 4) as characters, white space
 * collapsed. */
#include "parse/html_tokens.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse/utf.h"

enum { NAME_MAX_SIZE = 8 };

/* By name, in order of bytes. */
static const struct entity { char name[NAME_MAX_SIZE + 1]; uint16_t is; } entities[] = {
	{ "AElig", 198 }, { "Aacute", 193 }, { "Acirc", 194 }, { "Agrave", 192 }, { "Alpha", 913 }, { "Aring", 197 },
	{ "Atilde", 195 }, { "Auml", 196 }, { "Beta", 914 }, { "Ccedil", 199 }, { "Chi", 935 }, { "Dagger", 8225 },
	{ "Delta", 916 }, { "ETH", 208 }, { "Eacute", 201 }, { "Ecirc", 202 }, { "Egrave", 200 }, { "Epsilon", 917 },
	{ "Eta", 919 }, { "Euml", 203 }, { "Gamma", 915 }, { "Iacute", 205 }, { "Icirc", 206 }, { "Igrave", 204 },
	{ "Iota", 921 }, { "Iuml", 207 }, { "Kappa", 922 }, { "Lambda", 923 }, { "Mu", 924 }, { "Ntilde", 209 },
	{ "Nu", 925 }, { "OElig", 338 }, { "Oacute", 211 }, { "Ocirc", 212 }, { "Ograve", 210 }, { "Omega", 937 },
	{ "Omicron", 927 }, { "Oslash", 216 }, { "Otilde", 213 }, { "Ouml", 214 }, { "Phi", 934 }, { "Pi", 928 },
	{ "Prime", 8243 }, { "Psi", 936 }, { "Rho", 929 }, { "Scaron", 352 }, { "Sigma", 931 }, { "THORN", 222 },
	{ "Tau", 932 }, { "Theta", 920 }, { "Uacute", 218 }, { "Ucirc", 219 }, { "Ugrave", 217 }, { "Upsilon", 933 },
	{ "Uuml", 220 }, { "Xi", 926 }, { "Yacute", 221 }, { "Yuml", 376 }, { "Zeta", 918 }, { "aacute", 225 },
	{ "acirc", 226 }, { "acute", 180 }, { "aelig", 230 }, { "agrave", 224 }, { "alefsym", 8501 }, { "alpha", 945 },
	{ "amp", 38 }, { "and", 8743 }, { "ang", 8736 }, { "aring", 229 }, { "asymp", 8776 }, { "atilde", 227 },
	{ "auml", 228 }, { "bdquo", 8222 }, { "beta", 946 }, { "brvbar", 166 }, { "bull", 8226 }, { "cap", 8745 },
	{ "ccedil", 231 }, { "cedil", 184 }, { "cent", 162 }, { "chi", 967 }, { "circ", 710 }, { "clubs", 9827 },
	{ "cong", 8773 }, { "copy", 169 }, { "crarr", 8629 }, { "cup", 8746 }, { "curren", 164 }, { "dArr", 8659 },
	{ "dagger", 8224 }, { "darr", 8595 }, { "deg", 176 }, { "delta", 948 }, { "diams", 9830 }, { "divide", 247 },
	{ "eacute", 233 }, { "ecirc", 234 }, { "egrave", 232 }, { "empty", 8709 }, { "emsp", 8195 }, { "ensp", 8194 },
	{ "epsilon", 949 }, { "equiv", 8801 }, { "eta", 951 }, { "eth", 240 }, { "euml", 235 }, { "euro", 8364 },
	{ "exist", 8707 }, { "fnof", 402 }, { "forall", 8704 }, { "frac12", 189 }, { "frac14", 188 }, { "frac34", 190 },
	{ "frasl", 8260 }, { "gamma", 947 }, { "ge", 8805 }, { "gt", 62 }, { "hArr", 8660 }, { "harr", 8596 },
	{ "hearts", 9829 }, { "hellip", 8230 }, { "iacute", 237 }, { "icirc", 238 }, { "iexcl", 161 },
	{ "igrave", 236 }, { "image", 8465 }, { "infin", 8734 }, { "int", 8747 }, { "iota", 953 }, { "iquest", 191 },
	{ "isin", 8712 }, { "iuml", 239 }, { "kappa", 954 }, { "lArr", 8656 }, { "lambda", 955 }, { "lang", 9001 },
	{ "laquo", 171 }, { "larr", 8592 }, { "lceil", 8968 }, { "ldquo", 8220 }, { "le", 8804 }, { "lfloor", 8970 },
	{ "lowast", 8727 }, { "loz", 9674 }, { "lrm", 8206 }, { "lsaquo", 8249 }, { "lsquo", 8216 }, { "lt", 60 },
	{ "macr", 175 }, { "mdash", 8212 }, { "micro", 181 }, { "middot", 183 }, { "minus", 8722 }, { "mu", 956 },
	{ "nabla", 8711 }, { "nbsp", 160 }, { "ndash", 8211 }, { "ne", 8800 }, { "ni", 8715 }, { "not", 172 },
	{ "notin", 8713 }, { "nsub", 8836 }, { "ntilde", 241 }, { "nu", 957 }, { "oacute", 243 }, { "ocirc", 244 },
	{ "oelig", 339 }, { "ograve", 242 }, { "oline", 8254 }, { "omega", 969 }, { "omicron", 959 }, { "oplus", 8853 },
	{ "or", 8744 }, { "ordf", 170 }, { "ordm", 186 }, { "oslash", 248 }, { "otilde", 245 }, { "otimes", 8855 },
	{ "ouml", 246 }, { "para", 182 }, { "part", 8706 }, { "permil", 8240 }, { "perp", 8869 }, { "phi", 966 },
	{ "pi", 960 }, { "piv", 982 }, { "plusmn", 177 }, { "pound", 163 }, { "prime", 8242 }, { "prod", 8719 },
	{ "prop", 8733 }, { "psi", 968 }, { "quot", 34 }, { "rArr", 8658 }, { "radic", 8730 }, { "rang", 9002 },
	{ "raquo", 187 }, { "rarr", 8594 }, { "rceil", 8969 }, { "rdquo", 8221 }, { "real", 8476 }, { "reg", 174 },
	{ "rfloor", 8971 }, { "rho", 961 }, { "rlm", 8207 }, { "rsaquo", 8250 }, { "rsquo", 8217 }, { "sbquo", 8218 },
	{ "scaron", 353 }, { "sdot", 8901 }, { "sect", 167 }, { "shy", 173 }, { "sigma", 963 }, { "sigmaf", 962 },
	{ "sim", 8764 }, { "spades", 9824 }, { "sub", 8834 }, { "sube", 8838 }, { "sum", 8721 }, { "sup", 8835 },
	{ "sup1", 185 }, { "sup2", 178 }, { "sup3", 179 }, { "supe", 8839 }, { "szlig", 223 }, { "tau", 964 },
	{ "there4", 8756 }, { "theta", 952 }, { "thetasym", 977 }, { "thinsp", 8201 }, { "thorn", 254 },
	{ "tilde", 732 }, { "times", 215 }, { "trade", 8482 }, { "uArr", 8657 }, { "uacute", 250 }, { "uarr", 8593 },
	{ "ucirc", 251 }, { "ugrave", 249 }, { "uml", 168 }, { "upsih", 978 }, { "upsilon", 965 }, { "uuml", 252 },
	{ "weierp", 8472 }, { "xi", 958 }, { "yacute", 253 }, { "yen", 165 }, { "yuml", 255 }, { "zeta", 950 },
	{ "zwj", 8205 }, { "zwnj", 8204 },
};

static int by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct entity *)row)->name);
}

/* Numbers 128 to 159 are meant as windows-1252, by the standard. */
static uint32_t meant(uint32_t c)
{
	uint32_t other = c >= 128 && c <= 159 ? tribx_single_bytes[TRIBX_WINDOWS1252 - TRIBX_WINDOWS1250][c - 128] : 0;
	return other ? other : c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000) ? 0xFFFD : c;
}

/* The character of &#123; or &#x7B; at p: *used bytes, 0: none. */
static uint32_t numbered(const char *p, const char *end, size_t *used)
{
	const char *at = p + 2, *from;
	int base = at < end && (*at | 0x20) == 'x' ? 16 : 10;
	uint32_t v = 0;
	*used = 0;
	for (at += base == 16, from = at; at < end; at++) {
		int low = *at | 0x20, digit = *at >= '0' && *at <= '9' ? *at - '0' : base == 16 && low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
		if (digit < 0)
			break;
		v = v > 0x110000 ? v : v * (uint32_t)base + (uint32_t)digit;
	}
	if (at == from)
		return 0;
	*used = (size_t)(at - p) + (at < end && *at == ';');
	return meant(v);
}

/* The character of the entity at p, whose name must end with ;. */
static uint32_t entity(const char *p, const char *end, size_t *used)
{
	char name[NAME_MAX_SIZE + 1];
	size_t n = 0;
	*used = 0;
	if (end - p > 2 && p[1] == '#')
		return numbered(p, end, used);
	for (const char *at = p + 1; at < end && n <= NAME_MAX_SIZE; at++) {
		if (*at == ';') {
			name[n] = 0;
			const struct entity *e = bsearch(name, entities, sizeof entities / sizeof *entities, sizeof *entities, by_name);
			*used = e ? n + 2 : 0;
			return e ? e->is : 0;
		}
		if (n == NAME_MAX_SIZE)
			return 0;
		name[n++] = *at;
	}
	return 0;
}

size_t tribx_html_plain(char *p, size_t n)
{
	const char *in = p, *end = p + n;
	char *out = p;
	bool blank = false;
	while (in < end) {
		uint32_t c = (unsigned char)*in;
		size_t used = 1;
		char made[4];
		if (c == '&') {
			uint32_t is = entity(in, end, &used);
			c = used ? is : c;
			used = used ? used : 1;
		} else if (c == 0xC2 && end - in > 1 && (unsigned char)in[1] == 0xA0) {
			c = 0xA0;
			used = 2;
		} else if (c >= 0x80) {
			c = 0;                   /* as it stands */
		}
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f' || c == 0xA0) {
			blank = out > p;
			in += used;
			continue;
		}
		size_t size = c ? tribx_utf8_put(c, made) : 1;
		made[0] = c ? made[0] : *in;
		in += used;
		if (blank)
			*out++ = ' ';
		blank = false;
		memcpy(out, made, size);
		out += size;
	}
	return (size_t)(out - p);
}
