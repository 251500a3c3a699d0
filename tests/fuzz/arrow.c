/* fuzz: foreign batches: a struct array made of the input's bytes, each buffer as large as its declared length says, so that the
 * sanitizer sees a byte too far. What is taken can be read, cell by cell, and is taken whole. */
#include "fuzz/fuzz.h"

#include "arrow/batch.h"
#include "parse/utf.h"

enum { OWNED = 256, KIDS = 128 };                 /* lists of children have room for what n_children may lie */
struct made { void *owned[OWNED]; int count, arrays, schemas; };

static void *own(struct made *m, size_t n)
{
	void *p = m->count < OWNED ? calloc(1, n ? n : 1) : NULL;
	FUZZ_LAW(p, "no memory");
	return m->owned[m->count++] = p;
}

/* Counted; the memory is the target's. Whoever lets a parent go lets its children go. */
static void release_array(struct ArrowArray *a)
{
	((struct made *)a->private_data)->arrays--;
	for (int i = 0; a->children && i < KIDS; i++)
		if (a->children[i] && a->children[i]->release)
			a->children[i]->release(a->children[i]);
	if (a->dictionary && a->dictionary->release)
		a->dictionary->release(a->dictionary);
	a->release = NULL;
}

static void release_schema(struct ArrowSchema *s)
{
	((struct made *)s->private_data)->schemas--;
	for (int i = 0; s->children && i < KIDS; i++)
		if (s->children[i] && s->children[i]->release)
			s->children[i]->release(s->children[i]);
	if (s->dictionary && s->dictionary->release)
		s->dictionary->release(s->dictionary);
	s->release = NULL;
}

/* Bytes of the values per row; -1: offsets or views. */
static const struct { const char *format; int size; } formats[] = {
	{ "n", 0 }, { "b", 0 }, { "l", 8 }, { "g", 8 }, { "c", 1 }, { "C", 1 }, { "s", 2 }, { "S", 2 }, { "i", 4 }, { "I", 4 }, { "L", 8 }, { "e", 2 }, { "f", 4 },
	{ "tdD", 4 }, { "tdm", 8 }, { "ttu", 8 }, { "tts", 4 }, { "ttm", 4 }, { "ttn", 8 }, { "tsu:", 8 }, { "tss:UTC", 8 }, { "tsm:Nowhere/At", 8 }, { "tsn:+02:00", 8 },
	{ "tDm", 8 }, { "tDs", 8 }, { "tDu", 8 }, { "tDn", 8 }, { "d:38,9", 16 }, { "d:9,2,32", 4 }, { "d:18,-2,64", 8 }, { "d:76,38,256", 32 }, { "d:0,0", 16 },
	{ "u", -1 }, { "U", -1 }, { "vu", -1 }, { "z", -1 }, { "w:4", 4 }, { "+l", 4 }, { "", 0 }, { "d:", 16 },
};
enum { FORMATS = sizeof formats / sizeof *formats };

static void fill(struct fuzz_in *in, void *to, size_t n)
{
	for (size_t i = 0; i < n && in->n; i++)
		((uint8_t *)to)[i] = fuzz_byte(in);
}

static void texts(struct made *m, struct fuzz_in *in, char kind, size_t rows, const void **buffers, int64_t *count)
{
	int64_t end = 0;
	if (kind == 'v') {
		int32_t *views = own(m, rows * 16);
		int64_t *sizes = own(m, 8);
		sizes[0] = fuzz_byte(in);
		for (size_t i = 0; i < rows; i++) {
			views[4 * i] = (int8_t)fuzz_byte(in) % 64;
			fill(in, views + 4 * i + 1, 4);
			if (views[4 * i] > 12) {
				views[4 * i + 2] = (int8_t)fuzz_byte(in) % 3;
				views[4 * i + 3] = (int8_t)fuzz_byte(in);
			}
		}
		char *bytes = own(m, (size_t)sizes[0]);
		fill(in, bytes, (size_t)sizes[0]);
		buffers[1] = views, buffers[2] = bytes, buffers[3] = sizes, *count = 4;
		return;
	}
	int32_t *small = own(m, (rows + 1) * 4);
	int64_t *large = own(m, (rows + 1) * 8);
	for (size_t i = 0; i <= rows; i++) {
		const int8_t step = (int8_t)fuzz_byte(in);
		const int64_t at = step < -120 ? step : end + (step & 31);
		small[i] = (int32_t)at, large[i] = at;
		end = at > end ? at : end;
	}
	char *bytes = own(m, (size_t)end);
	fill(in, bytes, (size_t)end);
	buffers[1] = kind == 'U' ? (void *)large : (void *)small, buffers[2] = bytes, *count = 3;
}

static void column(struct made *m, struct fuzz_in *in, struct ArrowArray *a, struct ArrowSchema *s, int64_t length, int depth)
{
	const unsigned f = fuzz_pick(in, FORMATS);
	const uint8_t flags = fuzz_byte(in);
	const int64_t offset = fuzz_pick(in, 12);
	const size_t rows = (size_t)(length + offset);
	const void **buffers = own(m, 4 * sizeof *buffers);
	int64_t count = formats[f].size == 0 && formats[f].format[0] == 'n' ? 0 : 2;
	if (flags & 1) {
		uint8_t *bits = own(m, rows / 8 + 1);
		fill(in, bits, rows / 8 + 1);
		buffers[0] = bits;
	}
	if (formats[f].size < 0) {
		texts(m, in, formats[f].format[0], rows, buffers, &count);
	} else {
		void *values = own(m, formats[f].size ? rows * (size_t)formats[f].size : rows / 8 + 1);
		fill(in, values, formats[f].size ? rows * (size_t)formats[f].size : rows / 8 + 1);
		buffers[1] = values;
	}
	char *name = own(m, 4);
	fill(in, name, 3);
	*a = (struct ArrowArray){ .length = length, .offset = offset, .null_count = flags & 1 ? -1 : 0, .n_buffers = count, .buffers = buffers, .release = release_array, .private_data = m };
	*s = (struct ArrowSchema){ .format = formats[f].format, .name = name, .flags = flags & 16 ? 2 : 0, .release = release_schema, .private_data = m };
	m->arrays++;
	m->schemas++;
	if (flags & 2 && depth < 2) {                /* codes */
		a->dictionary = own(m, sizeof *a);
		s->dictionary = own(m, sizeof *s);
		column(m, in, a->dictionary, s->dictionary, fuzz_pick(in, 9), depth + 1);
	} else if (flags & 4 && depth < 2) {         /* runs */
		a->children = own(m, KIDS * sizeof *a->children);
		s->children = own(m, KIDS * sizeof *s->children);
		a->n_children = s->n_children = 2;
		s->format = "+r";
		a->n_buffers = 0;
		const int64_t runs = fuzz_pick(in, 9);
		for (int i = 0; i < 2; i++) {
			a->children[i] = own(m, sizeof *a);
			s->children[i] = own(m, sizeof *s);
			column(m, in, a->children[i], s->children[i], runs, depth + 1);
		}
	}
	if (flags & 8)                               /* a lie */
		switch (fuzz_pick(in, 8)) {
		case 0: a->null_count = (int8_t)fuzz_byte(in); break;
		case 1: a->n_buffers = (int8_t)fuzz_byte(in) % 4; break;
		case 2: a->buffers[fuzz_pick(in, 4)] = NULL; break;
		case 3: a->length = -(int64_t)fuzz_byte(in); break;
		case 4: a->offset = -(int64_t)fuzz_byte(in); break;
		case 5: s->format = NULL; break;
		case 6: a->n_children = (int8_t)fuzz_byte(in); break;
		default: s->name = NULL; break;
		}
}

static void check(const struct trib_batch *b)
{
	struct tribx_buf row = { 0 };
	for (int64_t i = 0; i < b->array.length; i++) {
		row.n = 0;
		tribx_row_json(b, i, &row);
		FUZZ_LAW(!row.failed && tribx_utf8_bad(TRIBX_SERIAL, row.p, row.n) == row.n, "row %lld is not UTF-8", (long long)i);
	}
	for (int c = 0; c < trib_cols(b); c++) {
		struct trib_view v;
		int64_t nulls = 0;
		FUZZ_LAW(trib_view(b, c, &v) == 0 && v.length == b->array.length, "column %d has %lld of %lld rows", c, (long long)v.length, (long long)b->array.length);
		for (int64_t i = 0; i < v.length; i++)
			nulls += trib_null(&v, i);
		FUZZ_LAW(v.type == TRIB_NULL || nulls == v.null_count, "column %d: %lld nulls, %lld counted", c, (long long)nulls, (long long)v.null_count);
	}
	tribx_buf_done(&row);
}

FUZZ(arrow)
{
	struct fuzz_in in = { data, size };
	struct made m = { .arrays = 1, .schemas = 1 };
	const int columns = (int)fuzz_pick(&in, 3);
	const int64_t length = fuzz_pick(&in, 40);
	const uint8_t lie = fuzz_byte(&in);
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	b.array = (struct ArrowArray){ .length = length, .n_buffers = 1, .n_children = columns, .release = release_array, .private_data = &m };
	b.schema = (struct ArrowSchema){ .format = "+s", .name = "", .n_children = columns, .release = release_schema, .private_data = &m };
	b.array.buffers = own(&m, sizeof *b.array.buffers);
	b.array.children = own(&m, KIDS * sizeof *b.array.children);
	b.schema.children = own(&m, KIDS * sizeof *b.schema.children);
	for (int i = 0; i < columns; i++) {
		b.array.children[i] = own(&m, sizeof *b.array.children[i]);
		b.schema.children[i] = own(&m, sizeof *b.schema.children[i]);
		column(&m, &in, b.array.children[i], b.schema.children[i], length + (lie & 1 ? 2 : 0), 0);
	}
	if (lie & 1)
		b.array.offset = lie >> 1 & 1;
	if (lie == 255)
		b.array.length = -1;
	const int rc = tribx_adopt(&b, &e);
	fuzz_error(&e, rc);
	if (rc == TRIB_OK) {
		FUZZ_LAW(trib_cols(&b) == columns && b.array.length == length, "%d columns, %lld rows", trib_cols(&b), (long long)b.array.length);
		check(&b);
		struct trib_batch two = { 0 };
		if (tribx_share(&two, &b) == 0)
			check(&two);
		trib_free(&two);
	}
	trib_free(&b);
	FUZZ_LAW(m.arrays == 0 && m.schemas == 0, "%d arrays and %d schemas were not let go", m.arrays, m.schemas);
	for (int i = 0; i < m.count; i++)
		free(m.owned[i]);
	return 0;
}
