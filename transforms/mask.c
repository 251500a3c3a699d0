/* mask - values that are about people are dropped, hashed, cut or blacked out, by column; and found inside of texts.
 *
 * Law: equal values of a column are equal afterwards, in every run with the same key. A hash is keyed (HMAC-SHA-256): phone
 * numbers are few enough to try them all. The key is never kept but in the two states that it was taken into. */
#include "mask/mask.h"
#include "near.h"

#include <stdlib.h>
#include <tributary/value.h>

enum { KEY_MIN = 16 };

struct way { const char *how, *encoding, *same_as, *with; int64_t length, first, last; };
struct mask {
	trib_map columns;
	trib_list scan;
	trib_secret key;
	struct hmac *hmacs;          /* by column */
	char *room;
	size_t room_size;
};

static const struct trib_field way_fields[] = {
	TRIB_FIELD(struct way, how, .flags = TRIB_REQUIRED, .allow = "drop|hash|partial|keep|null|redact", .help = "What becomes of the values."),
	TRIB_FIELD(struct way, length, .dflt = "32", .allow = "8..64", .help = "hash: characters of it (of 64 in hex, 43 in base64url)."),
	TRIB_FIELD(struct way, encoding, .dflt = "hex", .allow = "hex|base64url", .help = "hash: how it is written."),
	TRIB_FIELD(struct way, same_as, .help = "hash: equal values of this column and of that one are equal afterwards; else they differ."),
	TRIB_FIELD(struct way, first, .dflt = "1", .allow = "0..64", .help = "partial: characters at the start that stay."),
	TRIB_FIELD(struct way, last, .dflt = "0", .allow = "0..64", .help = "partial: characters at the end that stay; of phone numbers 2 to 4 digits do."),
	TRIB_FIELD(struct way, with, .dflt = "***", .help = "redact: the text that stands instead."),
	{ 0 }
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct mask, columns, TRIB_OF(struct way, way_fields), .help = "Column to drop, hash, partial, keep, null or redact, or to {how, ...}."),
	TRIB_FIELD(struct mask, scan, .help = "Text columns in which e-mail addresses, IBANs, card and phone numbers become [email], [iban], [card], [phone]."),
	TRIB_FIELD(struct mask, key, .help = "Key of the hashes, 16 bytes and more; a secret: ${env:NAME} or ${file:PATH}."),
	{ 0 }
};

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "no memory");
}

static bool is(const struct way *w, const char *how)
{
	return strcmp(w->how, how) == 0;
}

/* ---- open ---- */

static int open_mask(struct trib *t, void *self)
{
	struct mask *m = self;
	const struct way *w = m->columns.items;
	m->hmacs = calloc(m->columns.count + 1, sizeof *m->hmacs);
	if (!m->hmacs)
		return no_memory(t);
	if (m->columns.count + m->scan.count == 0)
		return trib_fail(t, TRIB_CONFIG, "mask.nothing: there is nothing to mask: say columns or scan");
	for (size_t i = 0; i < m->columns.count; i++) {
		const char *domain = w[i].same_as ? w[i].same_as : m->columns.names[i];
		if (!is(&w[i], "hash"))
			continue;
		if (!m->key.hidden || !*m->key.hidden)
			return trib_fail(t, TRIB_CONFIG, "mask.no_key: the hash of column \"%s\" needs a key: key: ${env:NAME}", m->columns.names[i]);
		if (strlen(m->key.hidden) < KEY_MIN)
			return trib_fail(t, TRIB_CONFIG, "mask.weak_key: the key has %zu bytes and needs %d: `openssl rand -hex 32` makes one",
			                 strlen(m->key.hidden), KEY_MIN);
		hmac_start(&m->hmacs[i], m->key.hidden, strlen(m->key.hidden));
		hmac_add(&m->hmacs[i], domain, strlen(domain) + 1);
	}
	return TRIB_OK;
}

static void close_mask(struct trib *t, void *self)
{
	struct mask *m = self;
	(void)t;
	if (m->hmacs)
		explicit_bzero(m->hmacs, (m->columns.count + 1) * sizeof *m->hmacs);
	free(m->hmacs);
	free(m->room);
}

/* ---- columns ---- */

static int find(struct trib *t, const struct trib_batch *b, const char *option, const char *name)
{
	const int at = trib_col(b, name);
	if (at >= 0)
		return at;
	const char *best = near_column(b, name);
	return trib_fail(t, TRIB_CONFIG, "mask.unknown_column: %s: there is no column \"%s\"%s%s%s", option, name,
	                 best ? "; did you mean \"" : "", best ? best : "", best ? "\"?" : "");
}

/* Columns that are dropped leave; at the end, so that their places stay till then. */
static int drop(struct trib *t, const struct mask *m, struct trib_batch *b)
{
	const struct way *w = m->columns.items;
	const int n = trib_cols(b);
	int *cols = trib_scratch(t, ((size_t)n + 1) * sizeof *cols), kept = 0;
	if (!cols)
		return no_memory(t);
	for (int c = 0; c < n; c++) {
		bool gone = false;
		for (size_t i = 0; i < m->columns.count; i++)
			gone |= is(&w[i], "drop") && strcmp(m->columns.names[i], trib_col_name(b, c)) == 0;
		if (!gone)
			cols[kept++] = c;
	}
	return kept == n || trib_pick_cols(b, cols, NULL, kept) >= 0 ? TRIB_OK : no_memory(t);
}

static int bind_mask(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs)
{
	const struct mask *m = self;
	const struct way *w = m->columns.items;
	struct trib_view v;
	for (size_t i = 0; i < m->columns.count; i++) {
		const int at = find(t, in, "columns", m->columns.names[i]);
		if (at < 0)
			return at;
		if (trib_view(in, at, &v) < 0)
			return no_memory(t);
		if ((is(&w[i], "hash") || is(&w[i], "partial")) && (v.type == TRIB_F64 || v.type == TRIB_CLOCK || v.type == TRIB_DURATION || v.type == TRIB_BOOL))
			return trib_fail(t, TRIB_CONFIG, "mask.bad_type: column \"%s\": %s is for texts, whole numbers, decimals, dates and times; cast it in a map"
			                 " step before", m->columns.names[i], w[i].how);
		if (is(&w[i], "hash") || is(&w[i], "partial") || is(&w[i], "redact"))
			trib_clear(&outs[0], at, TRIB_STR);
		if (!is(&w[i], "keep"))
			trib_personal(&outs[0], at, false);
	}
	for (size_t i = 0; i < m->scan.count; i++) {
		const int at = find(t, in, "scan", ((const char *const *)m->scan.items)[i]);
		if (at < 0)
			return at;
		if (trib_view(in, at, &v) < 0 || (v.type != TRIB_STR && v.type != TRIB_NULL))
			return trib_fail(t, TRIB_CONFIG, "mask.bad_type: scan: column \"%s\" is no text", trib_col_name(in, at));
	}
	return drop(t, m, &outs[0]);
}

/* ---- values ---- */

static bool text_at(const struct trib_view *v, int64_t row, char to[64], struct trib_text *out)
{
	if (trib_null(v, row))
		return false;
	switch (v->type) {
	case TRIB_STR: case TRIB_JSON: *out = trib_str(v, row); return true;
	case TRIB_I64: out->n = trib_dec_short(trib_dec_i64(((const int64_t *)v->values)[row]), 0, to); break;
	case TRIB_DEC: out->n = trib_dec_short(((const trib_dec *)v->values)[row], v->scale, to); break;
	case TRIB_DATE: out->n = trib_date_text((trib_date){ ((const int32_t *)v->values)[row] }, to); break;
	case TRIB_TIME: out->n = trib_time_text((trib_time){ ((const int64_t *)v->values)[row] }, to); break;
	default: return false;
	}
	out->p = to;
	return true;
}

static size_t encode(const uint8_t digest[32], const struct way *w, char to[65])
{
	static const char hex[] = "0123456789abcdef", b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = 0;
	if (*w->encoding == 'h')
		for (int i = 0; i < 32; i++) {
			to[n++] = hex[digest[i] >> 4];
			to[n++] = hex[digest[i] & 15];
		}
	else
		for (uint32_t i = 0; i < 43; i++) {
			const uint32_t bit = i * 6, byte = bit / 8, pair = (uint32_t)digest[byte] << 8 | (byte < 31 ? digest[byte + 1] : 0);
			to[n++] = b64[pair >> (10 - bit % 8) & 63];
		}
	return n < (size_t)w->length ? n : (size_t)w->length;
}

static char *room(struct mask *m, size_t size)
{
	if (size > m->room_size) {
		free(m->room);
		m->room_size = 0;
		if ((m->room = malloc(size * 2)))
			m->room_size = size * 2;
	}
	return m->room;
}

static int change(struct trib *t, struct mask *m, size_t i, struct trib_batch *b)
{
	const struct way *w = (const struct way *)m->columns.items + i;
	const int at = find(t, b, "columns", m->columns.names[i]);
	const bool hash = is(w, "hash"), redact = is(w, "redact");
	const struct trib_text instead = { w->with, strlen(w->with) };
	struct trib_view v;
	uint8_t digest[32];
	char text[64], out[65];
	if (at < 0 || is(w, "keep") || is(w, "drop"))
		return at < 0 ? at : TRIB_OK;
	if (trib_view(b, at, &v) < 0)
		return no_memory(t);
	const bool none = is(w, "null");
	trib_clear(b, at, none ? v.type == TRIB_NULL ? TRIB_STR : v.type : TRIB_STR);
	trib_personal(b, at, false);
	for (int64_t row = 0; row < v.length; row++) {
		struct trib_text x;
		if (none || trib_null(&v, row) || (!redact && !text_at(&v, row, text, &x)))
			trib_put_null(b, at);
		else if (redact)
			trib_put_str(b, at, instead);
		else if (x.n == 0)
			trib_put_str(b, at, x);
		else if (hash) {
			hmac_end(&m->hmacs[i], x.p, x.n, digest);
			trib_put_str(b, at, (struct trib_text){ out, encode(digest, w, out) });
		} else {
			char *to = room(m, 2 * x.n + 16);
			if (!to)
				return no_memory(t);
			trib_put_str(b, at, (struct trib_text){ to, mask_partial(x, (int)w->first, (int)w->last, to) });
		}
	}
	return TRIB_OK;
}

/* Most texts hold nothing: a column in which none does stays as it is. */
static int scan(struct trib *t, struct mask *m, const char *name, struct trib_batch *b)
{
	struct trib_view v;
	const int at = find(t, b, "scan", name);
	int64_t found = 0;
	if (at < 0)
		return at;
	if (trib_view(b, at, &v) < 0)
		return no_memory(t);
	for (int pass = 0; pass < 2 && (pass == 0 || found); pass++) {
		if (pass == 1)
			trib_clear(b, at, TRIB_STR);
		for (int64_t row = 0; row < v.length && (pass || !found); row++) {
			const struct trib_text x = v.type == TRIB_NULL ? (struct trib_text){ NULL, 0 } : trib_str(&v, row);
			char *to = x.p ? room(m, 4 * x.n + 16) : NULL;
			if (x.p && !to)
				return no_memory(t);
			const size_t n = x.p ? mask_scan(x, to, &found) : 0;
			if (pass && x.p)
				trib_put_str(b, at, (struct trib_text){ to, n });
			else if (pass)
				trib_put_null(b, at);
		}
	}
	return TRIB_OK;
}

static int apply(struct trib *t, void *self, struct trib_batch *in)
{
	struct mask *m = self;
	int bad = TRIB_OK;
	for (size_t i = 0; bad == 0 && i < m->columns.count; i++)
		bad = change(t, m, i, in);
	for (size_t i = 0; bad == 0 && i < m->scan.count; i++)
		bad = scan(t, m, ((const char *const *)m->scan.items)[i], in);
	if (bad == 0)
		bad = drop(t, m, in);
	return bad ? bad : trib_emit(t, 0, in);
}

TRIB_PLUGIN(mask, .help = "Makes values that are about people harmless: drop, hash, partial, null, redact; finds them in texts.",
            .self_size = sizeof(struct mask), .options = options,
            .open = open_mask, .close = close_mask, .scope = TRIB_PER_ROW, .bind = bind_mask, .apply = apply);
