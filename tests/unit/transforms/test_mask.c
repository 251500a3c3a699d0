/* mask: the digest against FIPS 180-4 and RFC 4231, what is left of values, what is found in texts. */
#include <criterion/criterion.h>
#include <stdio.h>
#include "mask/mask.h"
#include "drive.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
extern const struct trib_plugin mask_LTX_trib_plugin;

static void hex(const uint8_t d[32], char to[65])
{
	for (int i = 0; i < 32; i++)
		sprintf(to + 2 * i, "%02x", d[i]);
}

static const struct { const char *unit; int times; const char *want; } digests[] = {   /* FIPS 180-4, NIST's examples */
	{ "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 1,
	  "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1" },
	{ "a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
};

Test(mask, digest)
{
	for (size_t i = 0; i < COUNT(digests); i++) {
		struct sha256 s;
		uint8_t out[32];
		char text[65];
		sha256_start(&s);
		for (int k = 0; k < digests[i].times; k++)
			sha256_add(&s, digests[i].unit, strlen(digests[i].unit));
		sha256_end(&s, out);
		hex(out, text);
		cr_assert_str_eq(text, digests[i].want);
	}
}

#define TEN(b) b b b b b b b b b b
static const struct { const char *key; size_t key_size; const char *data; size_t size; const char *want; } keyed[] = {   /* RFC 4231 */
	{ TEN("\x0b") TEN("\x0b"), 20, "Hi There", 8, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "Jefe", 4, "what do ya want for nothing?", 28, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ TEN("\xaa") TEN("\xaa"), 20, TEN("\xdd") TEN("\xdd") TEN("\xdd") TEN("\xdd") TEN("\xdd"), 50,
	  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19", 25,
	  TEN("\xcd") TEN("\xcd") TEN("\xcd") TEN("\xcd") TEN("\xcd"), 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ TEN(TEN("\xaa")) TEN("\xaa") TEN("\xaa") TEN("\xaa") "\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
};

Test(mask, keyed)
{
	for (size_t i = 0; i < COUNT(keyed); i++)
		for (size_t cut = 0; cut <= keyed[i].size; cut += 7) {
			struct hmac h;
			uint8_t out[32];
			char text[65];
			hmac_start(&h, keyed[i].key, keyed[i].key_size);
			hmac_add(&h, keyed[i].data, cut);
			hmac_end(&h, keyed[i].data + cut, keyed[i].size - cut, out);
			hex(out, text);
			cr_assert_str_eq(text, keyed[i].want);
		}
}

static const struct { const char *in; int first, last; const char *want; } parts[] = {
	{ "Johanna", 1, 0, "J******" },          { "Johanna", 2, 2, "Jo***na" },       { "Jo", 1, 1, "**" },
	{ "Ännchen", 1, 0, "Ä******" },          { "日本語", 1, 1, "日*語" },            { "x", 1, 0, "*" },
	{ "anna.ober@example.com", 1, 0, "a********@example.com" },                    { "a@b.org", 1, 0, "*@b.org" },
	{ "+43 664 1234567", 1, 3, "+** *** ****567" },                                { "+43 664 1234567", 1, 0, "+** *** *****67" },
	{ "0664/1234567", 0, 9, "****/***4567" },                                      { "a@b@c", 1, 0, "a****" },
};

Test(mask, partial)
{
	char to[256];
	for (size_t i = 0; i < COUNT(parts); i++) {
		to[mask_partial((struct trib_text){ parts[i].in, strlen(parts[i].in) }, parts[i].first, parts[i].last, to)] = 0;
		cr_assert_str_eq(to, parts[i].want, "%s: %s", parts[i].in, to);
	}
}

static const struct { const char *in, *want; } texts[] = {
	{ "nothing here, 12 items at 3.50", NULL },
	{ "write to anna.ober+x@mail.example.co.at.", "write to [email]." },
	{ "<a@b.de>;c_d@e-f.com", "<[email]>;[email]" },
	{ "not@here and @there and a@b", NULL },
	{ "IBAN AT61 1904 3002 3457 3201 please", "IBAN [iban] please" },            /* ISO 13616's examples */
	{ "DE89370400440532013000", "[iban]" },
	{ "gb82west12345698765432, thanks", "[iban], thanks" },
	{ "DE89370400440532013001", NULL },                                           /* check digits */
	{ "card 4111 1111 1111 1111 or 5500-0000-0000-0004", "card [card] or [card]" },
	{ "378282246310005", "[card]" },
	{ "4111 1111 1111 1112", NULL },
	{ "call +43 664 1234567 now", "call [phone] now" },
	{ "0664/123 45 67, (0)664 1234567", "[phone], [phone]" },
	{ "555-123-4567", "[phone]" },
	{ "on 2025-01-31, 01/02/2025, 01.02.25 and 0.1234567", NULL },
	{ "order 12345678, 0012", NULL },
	{ "Tel.: 00436641234567", "Tel.: [phone]" },
	{ "größe@straße.de", "[email]" },
	{ "", NULL },
};

Test(mask, scan)
{
	char to[512];
	for (size_t i = 0; i < COUNT(texts); i++) {
		int64_t found = 0;
		to[mask_scan((struct trib_text){ texts[i].in, strlen(texts[i].in) }, to, &found)] = 0;
		cr_expect_str_eq(to, texts[i].want ? texts[i].want : texts[i].in, "%s: %s", texts[i].in, to);
		cr_expect_eq(found > 0, texts[i].want != NULL);
	}
}

#define KEY "'key':'0123456789abcdef'"
static const struct { const char *options, *in, *out, *error; } rows[] = {
	{ "{'columns':{'a':'redact','b':'null','c':'drop','d':'keep'}}", "a|b:int64|c|d\nx|1|y|z\n~|2|y|z\n", "***|~|z\n~|~|z\n", NULL },
	{ "{'columns':{'a':{'how':'redact','with':'-'},'b':'partial'}}", "a:int64|b:int64\n5|12345\n", "-|1****\n", NULL },
	{ "{'columns':{'a':'partial'}}", "a|b\n\n~|x\nabc|y\n", "~|x\na**|y\n", NULL },
	{ "{'columns':{'a':'hash'}}", "a\nx\n", NULL, "mask.no_key" },
	{ "{'columns':{'a':'hash'},'key':'short'}", "a\nx\n", NULL, "mask.weak_key" },
	{ "{'columns':{'aa':'null'}}", "a\nx\n", NULL, "mask.unknown_column: columns: there is no column \"aa\"; did you mean \"a\"?" },
	{ "{'scan':['b']}", "a\nx\n", NULL, "mask.unknown_column" },
	{ "{'scan':['a']}", "a:int64\n1\n", NULL, "mask.bad_type" },
	{ "{'columns':{'a':'hash'}," KEY "}", "a:float64\n1\n", NULL, "mask.bad_type" },
	{ "{}", "a\n1\n", NULL, "mask.nothing" },
};

Test(mask, rows)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct drive d;
		drive_open(&d, &mask_LTX_trib_plugin, rows[i].options);
		if (!*d.error)
			drive_rows(&d, rows[i].in);
		cr_expect(rows[i].error ? strstr(d.error, rows[i].error) == d.error : !*d.error, "%s: %s", rows[i].options, d.error);
		cr_expect(!rows[i].out || strcmp(drive_out(&d, 0), rows[i].out) == 0, "%s: %s", rows[i].options, drive_out(&d, 0));
		drive_close(&d);
	}
}
