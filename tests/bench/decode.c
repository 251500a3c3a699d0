/* decode - MB/s of the decoder on one thread: decode FILE [COLUMNS-AS-JSON]. Prints rows, batches and the sums of int64 columns, so that
 * they can be compared. Not part of `make check`: build it with `make tests/bench/decode`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "field/field.h"
#include "io/decode.h"

static double cpu(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct sums { const char *name; int64_t sum, bytes; };

static int take(struct trib_batch *b, struct sums *sums, int64_t *rows, struct tribx_error *e)
{
	int rc = tribx_ready(b, e);
	for (int c = 0; rc == TRIB_OK && c < trib_cols(b) && c < 64; c++) {
		struct trib_view v;
		if (trib_view(b, c, &v) < 0)
			continue;
		for (int64_t i = 0; i < v.length && v.type == TRIB_I64; i++)
			sums[c].sum += trib_null(&v, i) ? 0 : ((const int64_t *)v.values)[i];
		for (int64_t i = 0; i < v.length && (v.type == TRIB_STR || v.type == TRIB_JSON); i++)
			sums[c].bytes += (int64_t)trib_str(&v, i).n;
	}
	*rows += b->array.length;
	return rc;
}

static int run(const char *file, const char *columns, bool talk)
{
	struct tribx_format f = { 0 };
	struct tribx_arena arena = { 0 };
	struct tribx_findings findings = { 0 };
	struct tribx_error e = { 0 };
	struct tribx_dead_list dead = { 0 };
	struct trib_bytes *in = NULL;
	struct tribx_decoder *d = NULL;
	struct sums sums[64] = { 0 };
	int64_t rows = 0, batches = 0;
	tribx_fields_load(tribx_format_fields, &f, NULL, NULL, &arena, NULL, NULL, &findings);
	for (const struct trib_field *row = tribx_format_fields; columns && row->name; row++)
		if (strcmp(row->name, "columns") == 0 && tribx_field_set(row, &f, &arena, columns))
			return 2;
	double start = cpu(), read = 0, t;
	int rc = tribx_open(".", file, "auto", 0, -1, NULL, &in, &e);
	rc = rc == TRIB_OK ? tribx_decoder_new(&f, NULL, in, &d, &e) : rc;
	while (rc == TRIB_OK) {
		struct trib_batch b = { 0 };
		tribx_attach(&b, &dead, "read");
		t = cpu();
		rc = tribx_decoder_next(d, &b, &e);
		read += cpu() - t;
		int got = rc < 0 ? rc : take(&b, sums, &rows, &e);
		rc = got < 0 ? got : rc;
		trib_free(&b);
		batches++;
	}
	double all = cpu() - start;
	FILE *size = fopen(file, "rb");
	fseek(size, 0, SEEK_END);
	double mb = (double)ftell(size) / 1e6;
	fclose(size);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", e.code, e.text);
	else
		printf("%.0f MB/s (reader alone %.0f MB/s), %" PRId64 " rows, %" PRId64 " batches, %" PRId64 " dead\n", mb / all, mb / read, rows, batches, dead.count);
	for (int c = 0; talk && c < 64; c++)
		if (sums[c].sum || sums[c].bytes)
			printf("column %d: sum %" PRId64 ", %" PRId64 " bytes\n", c, sums[c].sum, sums[c].bytes);
	tribx_decoder_free(d);
	tribx_close(in);
	tribx_dead_done(&dead);
	tribx_arena_done(&arena);
	return rc < 0;
}

int main(int argc, char **argv)
{
	int rc = argc < 2;
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = run(argv[1], argc > 2 ? argv[2] : NULL, i == 2);
	return rc;
}
