/* The bytes of the files sink: numbers against printf and the decimal kernel, texts against RFC 4180 and RFC 8259. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <tributary/value.h>
#include <unistd.h>
#include "host.h"
#include "../../../sinks/files/files.h"

static char *encoded(const struct files_format *f, const struct trib_batch *b, const char *const *prefixes)
{
	struct files_out o = { .fd = memfd_create("out", 0) };
	struct files_column c[16] = { 0 };
	struct files_day days[FILES_DAYS] = { 0 };
	struct files_word words[16][FILES_KNOWN] = { 0 };
	int n = trib_cols(b);
	cr_assert(o.fd >= 0 && files_out_start(&o, 0));
	for (int i = 0; i < n; i++) {
		c[i].days = days;
		c[i].words = words[i];
		cr_assert(trib_view(b, i, &c[i].view) == 0);
		c[i].prefix = prefixes ? prefixes[i] : "";
		c[i].prefix_size = strlen(c[i].prefix);
	}
	cr_assert(files_encode(&o, f, c, n, 0, b->array.length, 0) == b->array.length);
	int fd = dup(o.fd);
	cr_assert(files_out_finish(&o));
	char *text = calloc(1, (size_t)o.bytes + 1);
	cr_assert(pread(fd, text, (size_t)o.bytes, 0) == o.bytes && lseek(fd, 0, SEEK_END) == o.bytes);
	close(fd);
	files_out_done(&o);
	return text;
}

static void is_encoded(const struct files_format *f, const struct trib_batch *b, const char *const *prefixes,
                       const char *want)
{
	char *got = encoded(f, b, prefixes);
	cr_assert_str_eq(got, want, "%s", got);
	free(got);
}

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	return *x ^= *x << 17;
}

Test(encode, integers_are_those_of_printf)
{
	static const int64_t edges[] = { 0, 1, -1, 9, 10, 99, 100, 9999, 10000, 99999999, 100000000, 999999999,
	                                 9999999999999999, 10000000000000000,
	                                 INT64_MAX, INT64_MIN, INT64_MIN + 1 };
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	uint64_t x = 88172645463325252u;
	char *want = malloc(1 << 22), *at = want;
	int c = trib_add(&b, "i", TRIB_I64);
	for (int i = 0; i < 100000; i++) {
		int64_t v = i < (int)(sizeof edges / sizeof *edges) ? edges[i] : (int64_t)(next(&x) >> (i % 64));
		v = i % 3 == 0 ? v : (int64_t)(0 - (uint64_t)v);
		trib_put_i64(&b, c, v);
		trib_rows(&b, 1);
		at += sprintf(at, "%lld\n", (long long)v);
	}
	cr_assert(tribx_ready(&b, &e) == 0);
	char *got = encoded(&(struct files_format){ .delimiter = ',', .null = { "", 0 } }, &b, NULL);
	cr_assert(strcmp(got, want) == 0);
	free(got);
	free(want);
	trib_free(&b);
}

Test(encode, decimals_are_those_of_the_kernel)
{
	static const int scales[] = { 9, 0, 2, 18, 38 };
	for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
		struct trib_batch b = { 0 };
		struct tribx_error e = { 0 };
		uint64_t x = 88172645463325252u;
		char *want = malloc(1 << 22), *at = want;
		int c = trib_add_dec(&b, "d", 38, scales[k]);
		for (int i = 0; i < 20000; i++) {
			int64_t small = (int64_t)(next(&x) >> (i % 64)) * (i % 2 ? 1 : -1);
			trib_dec v = i % 5 == 0 ? (trib_dec){ next(&x),
			                                      (int64_t)(next(&x) >> 3) * (i % 2 ? 1 :
			        -1) } : trib_dec_i64(small / (i % 7 ? 1 : 1000000) * (i % 7 ? 1 : 1000000));
			if (i == 1)
				v = (trib_dec){ (uint64_t)1 << 63, -1 };
			trib_put_dec(&b, c, v);
			trib_rows(&b, 1);
			at += trib_dec_short(v, scales[k], at);
			*at++ = '\n';
			*at = 0;
		}
		cr_assert(tribx_ready(&b, &e) == 0);
		char *got = encoded(&(struct files_format){ .delimiter = ',', .null = { "", 0 } }, &b, NULL);
		cr_assert(strcmp(got, want) == 0, "scale %d", scales[k]);
		free(got);
		free(want);
		trib_free(&b);
	}
}

/* The same reckoned digit by digit. */
static char *reckoned(char *at, trib_dec d, int scale)
{
	unsigned __int128 v = (unsigned __int128)(uint64_t)d.hi << 64 | d.lo;
	char digits[80];
	int n = 0, zeros = 0;
	if (d.hi < 0) {
		v = -v;
		*at++ = '-';
	}
	for (; v || n <= scale; v /= 10)
		digits[n++] = (char)('0' + (int)(v % 10));
	while (zeros < scale && digits[zeros] == '0')
		zeros++;
	for (int i = n - 1; i >= zeros; i--) {
		if (i == scale - 1)
			*at++ = '.';
		*at++ = digits[i];
	}
	*at = 0;
	return at;
}

static const trib_dec edges[] = { { 0, 0 }, { 0, 1 }, { 0, -1 }, { 1, -1 }, { UINT64_MAX, 0 }, { UINT64_MAX, -2 }, { (uint64_t)1 << 63, 0 },
	{ (uint64_t)1 << 63, -1 }, { ((uint64_t)1 << 63) - 1, -1 }, { ((uint64_t)1 << 63) - 1, 0 }, { 5, 1 }, { 5, -2 } };

/* Edges; what is near a power of ten; few digits and zeros behind them; anything. */
static trib_dec sample(uint64_t *x, int i)
{
	const int edge_count = (int)(sizeof edges / sizeof *edges);
	if (i < edge_count)
		return edges[i];
	i -= edge_count;
	uint64_t power = 1;
	for (int k = i / 8 % 20; k > 0; k--)
		power *= 10;
	const int64_t few = i < 1280 ? i % 8 - 3 : (int64_t)(next(x) >> (32 + next(x) % 32));
	if (i < 160 || i % 4 == 0)
		return trib_dec_i64((int64_t)(power + (uint64_t)(i % 8 - 3)) * (i / 160 % 2 ? -1 : 1));
	if (i < 1280 || i % 4 == 1)
		return trib_dec_i64((int64_t)(power * (uint64_t)few));
	if (i % 4 == 2)
		return trib_dec_i64((int64_t)(next(x) >> next(x) % 64) * (i % 8 < 4 ? 1 : -1));
	return (trib_dec){ next(x), (int64_t)(next(x) >> (3 + next(x) % 61)) * (i % 8 < 4 ? 1 : -1) };
}

Test(encode, decimals_of_every_scale_digit_by_digit)
{
	uint64_t x = 88172645463325252u;
	char *want = malloc(1 << 22);
	for (int scale = 0; scale <= 38; scale++) {
		struct trib_batch b = { 0 };
		struct tribx_error e = { 0 };
		char *at = want;
		int c = trib_add_dec(&b, "d", 38, scale), again = trib_add_dec(&b, "n", 38, scale);
		for (int i = 0; i < 6000; i++) {
			const trib_dec v = sample(&x, i);
			trib_put_dec(&b, c, v);
			at = reckoned(at, v, scale);
			*at++ = ',';
			if (i % 7) {                  /* the second column has nulls */
				trib_put_dec(&b, again, v);
				at = reckoned(at, v, scale);
			}
			*at++ = '\n';
			trib_rows(&b, 1);
		}
		*at = 0;
		cr_assert(tribx_ready(&b, &e) == 0);
		char *got = encoded(&(struct files_format){ .delimiter = ',', .null = { "", 0 } }, &b, NULL);
		size_t same = 0, line = 0;
		for (; got[same] && got[same] == want[same]; same++)
			line = got[same] == '\n' ? same + 1 : line;
		cr_assert(got[same] == want[same], "scale %d: %.60s instead of %.60s", scale, got + line, want + line);
		free(got);
		trib_free(&b);
	}
	free(want);
}

/* Days whose places are those of others, among them what an empty place might be taken for. */
Test(encode, dates_that_share_a_place)
{
	static const struct { int32_t day; const char *text; } t[] = { { 0, "1970-01-01" }, { 1, "1970-01-02" }, { -1, "1969-12-31" }, { 512, "1971-05-28" },
		{ 0, "1970-01-01" }, { -512, "1968-08-07" }, { 513, "1971-05-29" }, { 1, "1970-01-02" }, { 511, "1971-05-27" }, { -1, "1969-12-31" } };
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	char want[400], *at = want;
	int c = trib_add(&b, "d", TRIB_DATE), i = trib_add(&b, "i", TRIB_I64);
	for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
		trib_put_i64(&b, c, t[k].day);
		trib_put_i64(&b, i, (int64_t)k);
		trib_rows(&b, 1);
		at += sprintf(at, "%s,%zu\n", t[k].text, k);
	}
	cr_assert(tribx_ready(&b, &e) == 0);
	is_encoded(&(struct files_format){ .delimiter = ',', .null = { "", 0 } }, &b, NULL, want);
	trib_free(&b);
}

/* A file ends with the row that reaches its bound, plain or with quotes. */
Test(encode, stops_at_a_size)
{
	static const struct { int64_t most, rows, bytes; } t[] = { { 0, 4, 30 }, { 1, 1, 4 }, { 4, 1, 4 }, { 5, 2, 14 }, { 14, 2, 14 }, { 15, 3, 23 },
		{ 23, 3, 23 }, { 24, 4, 30 }, { 99, 4, 30 } };
	struct trib_batch b = { 0 };
	rig_batch(&b, "x:s y:i", "a|1;\"b\"|2;long c|3;three|");
	for (size_t k = 0; k < sizeof t / sizeof *t; k++) {
		struct files_out o = { .fd = memfd_create("out", 0) };
		struct files_column c[3] = { 0 };
		struct files_day days[FILES_DAYS] = { 0 };
		cr_assert(o.fd >= 0 && files_out_start(&o, 0) && trib_view(&b, 0, &c[0].view) == 0 && trib_view(&b, 1, &c[1].view) == 0);
		c[0].days = c[1].days = days;
		const struct files_format f = { .delimiter = ',', .null = { "", 0 } };
		const int64_t row = files_encode(&o, &f, c, 2, 0, 4, t[k].most);
		cr_expect(row == t[k].rows && o.rows == row && o.bytes + (int64_t)o.used == t[k].bytes, "%lld: row %lld, %lld bytes", (long long)t[k].most,
		          (long long)row, (long long)(o.bytes + (int64_t)o.used));
		cr_assert(files_out_finish(&o));
		files_out_done(&o);
	}
	trib_free(&b);
}

Test(encode, csv_texts)
{
	static const struct { const char *in, *null, *out; } t[] = {
		{ "a|b;~|x", "", "a,b\n,x\n" },
		{ "a,b|b", "", "\"a,b\",b\n" },
		{ "say \"hi\"|b", "", "\"say \"\"hi\"\"\",b\n" },
		{ "two\nlines|a\rb", "", "\"two\nlines\",\"a\rb\"\n" },
		{ "|b", "", "\"\",b\n" },                                  /* empty is not null */
		{ "NULL|~", "NULL", "\"NULL\",NULL\n" },
		{ "|~", "\\N", ",\\N\n" },
		{ "twelve bytes|thirteen byte", "", "twelve bytes,thirteen byte\n" },
		{ "sixteen bytes ok|seventeen bytes k", "", "sixteen bytes ok,seventeen bytes k\n" },
		{ "sixteen bytes,ok|seventeen bytes,k", "", "\"sixteen bytes,ok\",\"seventeen bytes,k\"\n" },
		{ "a comma far at the end, here: ,|b", "", "\"a comma far at the end, here: ,\",b\n" },
		{ "ünïcödé 数据|b", "", "ünïcödé 数据,b\n" },
	};
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct trib_batch b = { 0 };
		rig_batch(&b, "x:s y:s", t[i].in);
		char *got = encoded(&(struct files_format){ .delimiter = ',',
		                                            .null = { t[i].null, strlen(t[i].null) } }, &b, NULL);
		cr_assert_str_eq(got, t[i].out, "row %zu: %s", i, got);
		free(got);
		trib_free(&b);
	}
	struct trib_batch one = { 0 };
	rig_batch(&one, "x:s", "a;~;b");
	/* no empty line */
	is_encoded(&(struct files_format){ .delimiter = ';', .null = { "", 0 } }, &one, NULL, "a\n\"\"\nb\n");
	trib_free(&one);
}

Test(encode, every_type)
{
	struct trib_batch b = { 0 };
	rig_batch(&b, "i:i d:d f:f b:b day:D t:t c:c j:j s:s", "-7|12.50|0.1|true|2025-01-31|2025-01-31T23:59:59.5Z|"
	        "23:59:59|{\"a\": [1, 2]}|x;~|~|~|~|~|~|~|~|~"
	          ";0|-0.000000001|1e300|false|1969-12-31|1970-01-01T00:00:00Z|00:00:00|[]|\"q\"");
	is_encoded(&(struct files_format){ .delimiter = ',', .null = { "", 0 } }, &b, NULL,
	                 "-7,12.5,0.1,true,2025-01-31,2025-01-31T23:59:59.5Z,23:59:59,\"{\"\"a\"\": [1,"
	                 " 2]}\",x\n,,,,,,,,\n"
	                 "0,-0.000000001,1e+300,false,1969-12-31,1970-01-01T00:00:00Z,00:00:00,[],\"\"\"q\"\"\"\n");
	static const char *const names[] = { "{\"i\":", ",\"d\":", ",\"f\":", ",\"b\":", ",\"day\":", ",\"t\":",
	                                     ",\"c\":", ",\"j\":", ",\"s\":" };
	is_encoded(&(struct files_format){ .json = true }, &b, names,
	                 "{\"i\":-7,\"d\":12.5,\"f\":0.1,\"b\":true,\"day\":\"2025-01-31\","
	                 "\"t\":\"2025-01-31T23:59:59.5Z\",\"c\":\"23:59:59\",\"j\":{\"a\": [1, 2]},\"s\":\"x\"}\n"
	                 "{\"i\":null,\"d\":null,\"f\":null,\"b\":null,\"day\":null,\"t\":null,\"c\":null,\"j\":null,"
	                 "\"s\":null}\n"
	                 "{\"i\":0,\"d\":-0.000000001,\"f\":1e+300,\"b\":false,\"day\":\"1969-12-31\","
	                 "\"t\":\"1970-01-01T00:00:00Z\",\"c\":\"00:00:00\",\"j\":[],\"s\":\"\\\"q\\\"\"}\n");
	trib_free(&b);
}

Test(encode, json_texts)
{
	struct trib_batch b = { 0 };
	rig_batch(&b, "s:s", "a\\b\"c\n\r\t\001;plain text that is longer than a vector;long text with a control"
	                     " char\002 in it");
	static const char *const names[] = { "{\"s\":" };
	is_encoded(&(struct files_format){ .json = true }, &b, names, "{\"s\":\"a\\\\b\\\"c\\n\\r\\t\\u0001\"}\n"
	                 "{\"s\":\"plain text that is longer than a vector\"}\n{\"s\":\"long text with a control"
	                 " char\\u0002 in it\"}\n");
	trib_free(&b);
}

Test(encode, texts_larger_than_the_block)
{
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	size_t n = 3 << 20;
	char *big = malloc(n + 1), *quoted = malloc(n + 1);
	memset(big, 'x', n);
	memset(quoted, '"', n);
	int c = trib_add(&b, "a", TRIB_STR), d = trib_add(&b, "b", TRIB_STR);
	for (int i = 0; i < 2; i++) {
		trib_put_str(&b, c, (struct trib_text){ big, n });
		trib_put_str(&b, d, (struct trib_text){ quoted, n });
		trib_rows(&b, 1);
	}
	cr_assert(tribx_ready(&b, &e) == 0);
	char *got = encoded(&(struct files_format){ .delimiter = ',', .null = { "", 0 } }, &b, NULL);
	cr_assert(strlen(got) == 2 * (n + 1 + 2 * n + 2 + 1));
	cr_assert(got[n] == ',' && got[n + 1] == '"' && got[n + 1 + 2 * n + 1] == '"' &&
	          got[n + 1 + 2 * n + 2] == '\n');
	free(got);
	free(big);
	free(quoted);
	trib_free(&b);
}

/* Not a gate: `unit_sinks --filter encode/speed --verbose` prints what a core does. */
Test(encode, speed)
{
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	uint64_t x = 1;
	const char *const words[] = { "partner_07", "carrier-north", "revenue_net", "USD" };
	for (int c = 0; c < 4; c++)
		trib_add(&b, words[c], TRIB_STR);
	trib_add(&b, "day", TRIB_DATE);
	trib_add(&b, "users", TRIB_I64);
	trib_add_dec(&b, "value", 38, 9);
	trib_add_dec(&b, "value_eur", 38, 9);
	trib_add(&b, "note", TRIB_STR);
	enum { ROWS = 100000 };
	for (int r = 0; r < ROWS; r++) {
		for (int c = 0; c < 4; c++)
			trib_put_str(&b, c, tribx_text(words[c]));
		trib_put_i64(&b, 4, 20000 + r / 1000);
		trib_put_i64(&b, 5, (int64_t)(next(&x) % 3000000));
		trib_put_dec(&b, 6, trib_dec_i64((int64_t)(next(&x) % 100000000) * 10000000));
		trib_put_dec(&b, 7, trib_dec_i64((int64_t)(next(&x) % 100000000000000)));
		trib_put_str(&b, 8, tribx_text("a note of twenty-nine bytes !"));
		trib_rows(&b, 1);
	}
	cr_assert(tribx_ready(&b, &e) == 0);
	struct files_out o = { .fd = open("/dev/null", O_WRONLY) };
	struct files_column c[9 + 1] = { 0 };
	struct files_day days[FILES_DAYS] = { 0 };
	struct files_word known[9][FILES_KNOWN] = { 0 };
	const struct files_format f = { .delimiter = ',', .null = { "", 0 } };
	struct timespec t0, t1;
	files_out_start(&o, 0);
	for (int i = 0; i < 9; i++) {
		trib_view(&b, i, &c[i].view);
		c[i].days = days;
		c[i].words = known[i];
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t0);
	for (int k = 0; k < 20; k++)
		files_encode(&o, &f, c, 9, 0, ROWS, 0);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t1);
	double s = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
	cr_log_info("%.0f MB/s, %.1f ns per row of %.0f bytes", (double)o.bytes / s / 1e6, s * 1e9 / (20.0 * ROWS),
	            (double)o.bytes / (20.0 * ROWS));
	files_out_done(&o);
	trib_free(&b);
}
