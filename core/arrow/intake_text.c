/* intake_text - foreign texts: offsets, large offsets and views; behind codes; in runs. See intake.h. */
#include "arrow/intake.h"

#include <stdlib.h>
#include <string.h>

/* ---- UTF-8 ---- */

static const unsigned char *pass_ascii(const unsigned char *p, const unsigned char *end)
{
	for (uint64_t word; end - p >= 8; p += 8) {
		memcpy(&word, p, 8);
		if (word & 0x8080808080808080u)
			break;
	}
	while (p < end && *p < 0x80)
		p++;
	return p;
}

/* Bytes of the character at p, or 0: no overlong forms, no surrogates, nothing above U+10FFFF. */
static int character(const unsigned char *p, const unsigned char *end)
{
	static const struct { unsigned char from, to, low, high; int size; } leads[] = {
		{ 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
		{ 0xED, 0xED, 0x80, 0x9F, 3 },
		{ 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 }, { 0xF1, 0xF3, 0x80, 0xBF, 4 },
		{ 0xF4, 0xF4, 0x80, 0x8F, 4 },
	};
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		if (*p < leads[i].from || *p > leads[i].to)
			continue;
		if (end - p < leads[i].size || p[1] < leads[i].low || p[1] > leads[i].high)
			return 0;
		for (int k = 2; k < leads[i].size; k++)
			if ((p[k] & 0xC0) != 0x80)
				return 0;
		return leads[i].size;
	}
	return 0;
}

bool tribx_utf8(struct trib_text t)
{
	const unsigned char *p = (const unsigned char *)t.p, *end = p + t.n;
	while ((p = pass_ascii(p, end)) < end) {
		int n = character(p, end);
		if (n == 0)
			return false;
		p += n;
	}
	return true;
}

/* ---- offsets ---- */

static int64_t offset_at(const struct tribx_intake *in, bool large, int64_t i)
{
	const void *p = in->a->buffers[1];
	return large ? ((const int64_t *)p)[i] : ((const int32_t *)p)[i];
}

static int check_offsets(const struct tribx_intake *in, bool large)
{
	const struct ArrowArray *a = in->a;
	int64_t last = -1, end = a->offset + a->length;
	if (!a->buffers[1] || (uintptr_t)a->buffers[1] % (large ? 8 : 4))
		return tribx_refuse(in, "arrow.buffers",
		                    a->buffers[1] ? "the offsets are not aligned" : "%lld rows and no offsets",
		                    (long long)a->length);
	for (int64_t i = a->offset; i <= end; i++) {
		int64_t at = offset_at(in, large, i);
		if (at < 0 || at < last)
			return tribx_refuse(in, "arrow.offsets", "the offset of row %lld is %lld after %lld",
			                    (long long)(i - a->offset) + 1, (long long)at, (long long)last);
		last = at;
	}
	if (!a->buffers[2] && last > offset_at(in, large, a->offset))
		return tribx_refuse(in, "arrow.buffers", "%lld bytes of text and no buffer", (long long)last);
	return TRIB_OK;
}

static int check_utf8(const struct tribx_intake *in, bool large)
{
	const char *bytes = in->a->buffers[2];
	int64_t from = offset_at(in, large, in->offset), end = offset_at(in, large, in->offset + in->length);
	const unsigned char *all = (const unsigned char *)bytes;
	if (end == from || pass_ascii(all + from, all + end) == all + end)
		return TRIB_OK;
	for (int64_t i = 0; i < in->length; i++) {
		int64_t at = offset_at(in, large, in->offset + i), next = offset_at(in, large, in->offset + i + 1);
		if (!tribx_in_null(in, i) && !tribx_utf8((struct trib_text){ bytes + at, (size_t)(next - at) }))
			return tribx_refuse(in, "arrow.utf8", "row %lld is not UTF-8", (long long)i + 1);
	}
	return TRIB_OK;
}

/* Large offsets become views; the bytes stay where they are, seen through pages of 2 GiB that begin every GiB. */
static int take_large(const struct tribx_intake *in, struct tribx_taken *out)
{
	const int64_t step = (int64_t)1 << 30;
	const char *bytes = in->a->buffers[2];
	int64_t end = offset_at(in, true, in->offset + in->length);
	int pages = (int)(end / step) + 1;
	struct tribx_page *page = calloc((size_t)pages, sizeof *page);
	struct tribx_parts p = { .bits = 128, .views = true, .pages = page, .page_count = bytes ? pages : 0,
	                         .values = tribx_block_new((size_t)in->length * 16) };
	int status = page && p.values ? tribx_copy_validity(&p, in) : TRIB_FATAL;
	for (int i = 0; i < pages && status == TRIB_OK; i++)
		page[i] = (struct tribx_page){ .mem = bytes ? bytes + i * step : NULL,
		                               .size = end - i * step < INT32_MAX ? end - i * step : INT32_MAX,
		                               .lender = in->holder };
	for (int64_t i = 0; i < in->length && status == TRIB_OK; i++) {
		int64_t at = offset_at(in, true, in->offset + i), n = offset_at(in, true, in->offset + i + 1) - at;
		int32_t *view = (int32_t *)p.values + 4 * i;
		memset(view, 0, 16);
		if (tribx_in_null(in, i) || n == 0)
			continue;
		if (n > step) {
			status = tribx_refuse(in, "arrow.range", "row %lld is a text of %lld bytes", (long long)i + 1,
			                      (long long)n);
			break;
		}
		view[0] = (int32_t)n;
		memcpy(view + 1, bytes + at, n <= 12 ? (size_t)n : 4);
		if (n > 12) {
			view[2] = (int32_t)(at / step);
			view[3] = (int32_t)(at % step);
		}
	}
	if (status == TRIB_OK) {
		status = tribx_array_new(&out->array, &p);
	} else {
		tribx_block_free(p.values);
		tribx_block_free(p.validity);
	}
	free(page);
	return status;
}

/* ---- views ---- */

static int check_view(const struct tribx_intake *in, const int32_t *view, int64_t row, int pages, const int64_t *sizes)
{
	if (view[0] < 0)
		return tribx_refuse(in, "arrow.length", "the text of row %lld is %d bytes long", (long long)row + 1,
		                    view[0]);
	const char *at = (const char *)(view + 1);
	if (view[0] > 12) {
		if (view[2] < 0 || view[2] >= pages || view[3] < 0 || sizes[view[2]] < view[3] ||
		    sizes[view[2]] - view[3] < view[0] || !in->a->buffers[2 + view[2]])
			return tribx_refuse(in, "arrow.index", "the text of row %lld lies outside of its buffer",
			                    (long long)row + 1);
		at = (const char *)in->a->buffers[2 + view[2]] + view[3];
	}
	if (!tribx_utf8((struct trib_text){ at, (size_t)view[0] }))
		return tribx_refuse(in, "arrow.utf8", "row %lld is not UTF-8", (long long)row + 1);
	return TRIB_OK;
}

static int take_views(const struct tribx_intake *in, struct tribx_taken *out)
{
	const struct ArrowArray *a = in->a;
	int pages = (int)a->n_buffers - 3, status = TRIB_OK;
	const int64_t *sizes = a->buffers[a->n_buffers - 1];
	if (!a->buffers[1] || (uintptr_t)a->buffers[1] % 4 || (pages > 0 && (!sizes || (uintptr_t)sizes % 8)))
		return tribx_refuse(in, "arrow.buffers",
		                    "the views or the sizes of their buffers are missing or not aligned");
	for (int64_t i = 0; i < in->length && status == TRIB_OK; i++)
		if (!tribx_in_null(in, i))
			status = check_view(in, (const int32_t *)a->buffers[1] + 4 * (in->offset + i), i, pages, sizes);
	struct tribx_page *page = status == TRIB_OK ? calloc((size_t)pages + 1, sizeof *page) : NULL;
	if (!page)
		return status == TRIB_OK ? TRIB_FATAL : status;
	for (int i = 0; i < pages; i++)
		page[i] = (struct tribx_page){ .mem = a->buffers[2 + i], .size = sizes[i] < 0 ? 0 : sizes[i],
		                               .lender = in->holder };
	status = tribx_lend(&out->array, in, page, pages);
	free(page);
	return status;
}

int tribx_take_text(const struct tribx_intake *in, struct tribx_taken *out)
{
	const char *f = in->s->format;
	bool views = f[0] == 'v', large = f[0] == 'U';
	out->type = TRIB_STR;
	if (views ? in->a->n_buffers < 3 || in->a->n_buffers > INT32_MAX : in->a->n_buffers != 3)
		return tribx_refuse(in, "arrow.buffers", "%lld buffers instead of 3%s", (long long)in->a->n_buffers,
		                    views ? " or more" : "");
	if (in->a->length == 0) {
		tribx_array_empty(&out->array, TRIB_STR);
		return TRIB_OK;
	}
	if (views)
		return take_views(in, out);
	int status = check_offsets(in, large);
	if (status == TRIB_OK)
		status = check_utf8(in, large);
	if (status < 0 || large)
		return status < 0 ? status : take_large(in, out);
	out->offsets = true;
	struct tribx_page page = { .mem = in->a->buffers[2], .size = offset_at(in, false, in->offset + in->length),
	                           .lender = in->holder };
	return tribx_lend(&out->array, in, &page, page.mem != NULL);
}

/* ---- behind codes ---- */

static int index_bits(const char *format, bool *is_signed)
{
	static const char widths[] = "cCsSiIlL";
	const char *at = format[0] && !format[1] ? strchr(widths, format[0]) : NULL;
	*is_signed = at && (at - widths) % 2 == 0;
	return at ? 8 << (at - widths) / 2 : 0;
}

static uint64_t code_at(const void *p, int bits, bool is_signed, int64_t i)
{
	switch (bits) {
	case 8:
		return is_signed ? (uint64_t)((const int8_t *)p)[i] : ((const uint8_t *)p)[i];
	case 16:
		return is_signed ? (uint64_t)((const int16_t *)p)[i] : ((const uint16_t *)p)[i];
	case 32:
		return is_signed ? (uint64_t)((const int32_t *)p)[i] : ((const uint32_t *)p)[i];
	default:
		return ((const uint64_t *)p)[i];
	}
}

/* int32 codes, 0 where null; validity says which rows have a word. */
static int copy_codes(const struct tribx_intake *in, int bits, bool is_signed, const struct ArrowArray *words,
                      int32_t *to, uint8_t *validity)
{
	const uint8_t *known = words->null_count ? words->buffers[0] : NULL;
	for (int64_t i = 0; i < in->length; i++) {
		uint64_t code = code_at(in->a->buffers[1], bits, is_signed, in->offset + i);
		bool null = tribx_in_null(in, i);
		if (!null && code >= (uint64_t)words->length)
			return tribx_refuse(in, "arrow.index", "row %lld: code %lld of %lld words", (long long)i + 1,
			                    (long long)code, (long long)words->length);
		null = null || (known && !tribx_bit(known, words->offset + (int64_t)code));
		to[i] = null ? 0 : (int32_t)code;
		validity[i >> 3] |= (uint8_t)(!null << (i & 7));
	}
	return TRIB_OK;
}

static int gather(struct tribx_taken *out, const struct tribx_taken *from, const int32_t *rows, const uint8_t *validity,
                  int64_t n)
{
	struct tribx_layout l = { .type = from->type, .precision = from->precision, .scale = from->scale,
	                          .bits = tribx_bits(from->type), .offsets = from->offsets };
	*out = (struct tribx_taken){ .type = from->type, .precision = from->precision, .scale = from->scale };
	if (from->type == TRIB_NULL || n == 0) {
		tribx_array_null(&out->array, n);
		if (n == 0)
			tribx_array_empty(&out->array, from->type);
		return TRIB_OK;
	}
	if (from->array.length == 0)
		return tribx_all_null(&out->array, from->type, n);
	int status = tribx_gather(&out->array, &from->array, &l, rows, n);
	return status < 0 || !validity ? status : tribx_add_nulls(&out->array, validity);
}

/* Texts stay behind codes, anything else is spread over the rows. */
static int join(const struct tribx_intake *in, struct tribx_taken *words, int32_t *codes, uint8_t *validity,
                struct tribx_taken *out)
{
	if (words->type != TRIB_STR || words->array.length == 0 || in->length == 0) {
		int status = gather(out, words, codes, validity, in->length);
		tribx_array_drop(&words->array);
		tribx_block_free(codes);
		tribx_block_free(validity);
		return status;
	}
	int64_t nulls = in->length;
	for (int64_t i = 0; i < in->length; i++)
		nulls -= tribx_bit(validity, i);
	if (!nulls) {
		tribx_block_free(validity);
		validity = NULL;
	}
	*out = (struct tribx_taken){ .type = TRIB_STR, .coded = true, .offsets = words->offsets };
	const struct tribx_parts parts = { .bits = 32, .length = in->length, .nulls = nulls, .validity = validity,
	                                   .values = codes, .words = &words->array };
	return tribx_array_new(&out->array, &parts);
}

int tribx_take_coded(const struct tribx_intake *in, struct tribx_taken *out)
{
	bool is_signed;
	int bits = index_bits(in->s->format, &is_signed);
	const struct ArrowArray *d = in->a->dictionary;
	if (!bits || in->a->n_children)
		return tribx_refuse(in, "arrow.type", "codes of type %.40s", in->s->format);
	if (!d->release || in->a->n_buffers != 2 || (!in->a->buffers[1] && in->a->length > 0) ||
	    (uintptr_t)in->a->buffers[1] % (size_t)(bits / 8))
		return tribx_refuse(in, "arrow.buffers",
		                    "the codes are missing or not aligned, or the dictionary is released");
	struct tribx_intake words = { .e = in->e, .column = in->column, .holder = in->holder, .a = d,
	                              .s = in->s->dictionary, .offset = d->offset, .length = d->length };
	struct tribx_taken taken;
	if (d->length > INT32_MAX)
		return tribx_refuse(in, "arrow.length", "%lld words", (long long)d->length);
	int status = tribx_take(&words, true, &taken);
	int32_t *codes = status == TRIB_OK ? tribx_block_new((size_t)in->length * 4 + 4) : NULL;
	uint8_t *validity = codes ? tribx_block_new((size_t)in->length / 8 + 1) : NULL;
	if (validity) {
		memset(validity, 0, (size_t)in->length / 8 + 1);
		status = copy_codes(in, bits, is_signed, &taken.array, codes, validity);
	}
	if (status == TRIB_OK && validity)
		return join(in, &taken, codes, validity, out);
	tribx_array_drop(&taken.array);
	tribx_block_free(codes);
	tribx_block_free(validity);
	return status < 0 ? status : TRIB_FATAL;
}

/* ---- runs ---- */

static int64_t end_at(const struct ArrowArray *ends, char width, int64_t i)
{
	const void *p = ends->buffers[1];
	i += ends->offset;
	if (width == 's')
		return ((const int16_t *)p)[i];
	return width == 'i' ? ((const int32_t *)p)[i] : ((const int64_t *)p)[i];
}

static int spread(const struct tribx_intake *in, const struct ArrowArray *ends, char width, int32_t *rows)
{
	int64_t at = in->offset, last = 0, run = 0;
	for (; run < ends->length && at < in->offset + in->length; run++) {
		int64_t end = end_at(ends, width, run);
		if (end <= last)
			return tribx_refuse(in, "arrow.index", "run %lld ends at %lld after %lld", (long long)run + 1,
			                    (long long)end, (long long)last);
		for (; at < end && at < in->offset + in->length; at++)
			rows[at - in->offset] = (int32_t)run;
		last = end;
	}
	if (at < in->offset + in->length)
		return tribx_refuse(in, "arrow.length", "the runs end at %lld", (long long)last);
	return TRIB_OK;
}

int tribx_take_runs(const struct tribx_intake *in, struct tribx_taken *out)
{
	if (in->a->n_children != 2 || !in->a->children || !in->s->children || !in->a->children[0] ||
	    !in->a->children[1] || !in->s->children[0] || !in->s->children[1])
		return tribx_refuse(in, "arrow.structure", "runs need their ends and values");
	const struct ArrowArray *ends = in->a->children[0], *v = in->a->children[1];
	const char *f = in->s->children[0]->format;
	if (!f || !f[0] || f[1] || !strchr("sil", f[0]) || !ends->release || !v->release || ends->length < 0 ||
	    ends->offset < 0 || ends->length > INT32_MAX || ends->n_buffers != 2 || !ends->buffers ||
	    (!ends->buffers[1] && ends->length > 0) || v->length < ends->length)
		return tribx_refuse(in, "arrow.structure", "the ends of the runs are not usable");
	if ((uintptr_t)ends->buffers[1] % (f[0] == 's' ? 2 : f[0] == 'i' ? 4 : 8))
		return tribx_refuse(in, "arrow.buffers", "the ends of the runs are not aligned");
	struct tribx_intake values = { .e = in->e, .column = in->column, .holder = in->holder, .a = v,
	                               .s = in->s->children[1], .offset = v->offset, .length = v->length };
	struct tribx_taken taken;
	int status = tribx_take(&values, true, &taken);
	int32_t *rows = status == TRIB_OK ? malloc((size_t)in->length * sizeof *rows + 1) : NULL;
	if (status == TRIB_OK)
		status = rows ? spread(in, ends, f[0], rows) : TRIB_FATAL;
	if (status == TRIB_OK)
		status = gather(out, &taken, rows, NULL, in->length);
	tribx_array_drop(&taken.array);
	free(rows);
	return status;
}
