/* drive - see drive.h. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "drive.h"

static int emit(struct trib *t, int output, struct trib_batch *b)
{
	struct drive *d = t->ctx;
	struct tribx_error e = { 0 };
	int rc = tribx_ready(b, &e);
	for (int c = 0; c < trib_cols(b) && c < 64 && rc == 0 && output == 0; c++) {
		struct trib_view v;
		const int at = trib_col(&d->outs[0], trib_col_name(b, c));
		if (at >= 0 && trib_view(b, c, &v) == 0)
			d->coded[at] = v.codes != NULL;
	}
	if (rc == 0)
		rc = tribx_align(b, &d->outs[output], &t->dead, t->stage, &e);
	if (rc < 0)
		snprintf(d->error, sizeof d->error, "%s: %s", e.code, e.text);
	for (int64_t i = 0; i < b->array.length && rc == 0; i++) {
		for (int c = 0; c < trib_cols(b); c++) {
			struct trib_view v;
			if (c > 0)
				tribx_buf_putc(&d->text[output], '|');
			if (trib_view(b, c, &v) < 0 || !tribx_cell(&v, i, &d->text[output]))
				tribx_buf_putc(&d->text[output], '~');
		}
		tribx_buf_putc(&d->text[output], '\n');
	}
	d->rows[output] += b->array.length;
	trib_free(b);
	return rc;
}

static int start(struct trib *t, int output, struct trib_batch *out)
{
	struct drive *d = t->ctx;
	const int rc = tribx_shape(out, &d->outs[output]);
	tribx_attach(out, &t->dead, t->stage);
	return rc;
}

static const struct tribx_host host = { .emit = emit, .start = start };
static const struct tribx_job job = { .pipeline = "test", .stream = "portal", .run_id = "r1", .started = { 1738368000000000 } };

static int said(struct drive *d, int rc)
{
	if (rc < 0)
		snprintf(d->error, sizeof d->error, "%s: %s", d->t->error.code, d->t->error.text);
	tribx_call_end(d->t);
	return rc;
}

void drive_open(struct drive *d, const struct trib_plugin *p, const char *options)
{
	memset(d, 0, sizeof *d);
	char *json = strdup(options ? options : "{}");
	for (char *c = json; *c; c++)
		*c = *c == '\'' ? '"' : *c == ',' && c[1] == '}' ? ' ' : *c;
	json_t *v = json_loads(json, 0, NULL);
	free(json);
	if (!v) {
		snprintf(d->error, sizeof d->error, "test: options are no JSON");
		return;
	}
	const struct tribx_conf *conf = tribx_conf_of_json(v, NULL, &d->arena);
	json_decref(v);
	d->t = tribx_instance_new(p, p->name, conf, NULL, &job, &d->findings);
	if (!d->t) {
		snprintf(d->error, sizeof d->error, "%s: %s", d->findings.items[0].code, d->findings.items[0].text);
		return;
	}
	d->t->host = &host;
	d->t->ctx = d;
	d->output_count = 1;
	for (const struct trib_stream *o = p->outputs; o && o->name; o++)
		if (tribx_shape_fields(&d->outs[d->output_count++], o->columns) < 0)
			abort();
	if (p->share) {
		d->shared = calloc(1, p->shared_size + 1);
		tribx_call_start(d->t);
		if (said(d, p->share(d->t, d->t->self, d->shared)) < 0)
			return;
		d->t->shared = d->shared;
	}
	said(d, tribx_open_instance(d->t));
}

static char *cell(char **line, char end)
{
	char *at = *line, *stop = at;
	while (*stop && *stop != '|' && *stop != end)
		stop++;
	const char was = *stop;
	*stop = '\0';
	*line = was == '|' ? stop + 1 : NULL;
	return at;
}

static void put_line(struct trib_batch *b, char *line)
{
	for (int c = 0; line; c++) {
		const char *x = cell(&line, '\n');
		if (strcmp(x, "~") == 0)
			trib_put_null(b, c);
		else
			trib_put_text(b, c, (struct trib_text){ x, strlen(x) });
	}
	trib_rows(b, 1);
}

/* The text column becomes one of texts behind codes. */
static void encode(struct trib_batch *b, const char *name)
{
	struct trib_view v;
	struct trib_text words[64];
	int32_t *codes = calloc((size_t)b->array.length + 1, sizeof *codes);
	int count = 0;
	if (!codes || trib_view(b, trib_col(b, name), &v) < 0)
		abort();
	for (int64_t i = 0; i < v.length; i++) {
		const struct trib_text x = trib_str(&v, i);
		int k = 0;
		while (k < count && (words[k].n != x.n || memcmp(words[k].p, x.p, x.n) != 0))
			k++;
		if (x.p && k == count)
			words[count++] = x;
		codes[i] = x.p ? k : -1;
	}
	if (trib_add_words(b, name, codes, words, count) < 0)
		abort();
	free(codes);
}

static enum trib_type type_of(char *name, bool *coded)
{
	static const struct { const char *name; enum trib_type type; } types[] = {
		{ ":int64", TRIB_I64 }, { ":date", TRIB_DATE }, { ":decimal", TRIB_DEC }, { ":float64", TRIB_F64 }, { ":time", TRIB_TIME }, { ":bool", TRIB_BOOL },
	};
	char *as = strstr(name, ":coded");
	*coded = as != NULL;
	if (as)
		*as = '\0';
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		char *at = strstr(name, types[i].name);
		if (at) {
			*at = '\0';
			return types[i].type;
		}
	}
	return TRIB_STR;
}

int drive_rows(struct drive *d, const char *lines)
{
	struct trib_batch b = { 0 };
	struct tribx_error e = { 0 };
	char *copy = strdup(lines), *save = NULL, *line = strtok_r(copy, "\n", &save);
	const char *codes[8];
	int code_count = 0;
	while (line) {
		char *name = cell(&line, '\n');
		bool coded;
		const enum trib_type type = type_of(name, &coded);
		trib_add(&b, name, type);
		if (coded && code_count < 8)
			codes[code_count++] = name;
	}
	while ((line = strtok_r(NULL, "\n", &save)))
		put_line(&b, line);
	int rc = tribx_ready(&b, &e);
	for (int i = 0; i < code_count && rc == 0; i++)
		encode(&b, codes[i]);
	if (rc == 0)
		rc = tribx_ready(&b, &e);
	free(copy);
	bool grew = false;
	if (rc == 0)
		rc = tribx_unite(&d->in, &b, &grew);
	if (rc == 0 && (grew || !d->outs[0].array.release)) {
		trib_free(&d->outs[0]);
		rc = tribx_shape(&d->outs[0], &d->in);
		tribx_call_start(d->t);
		if (rc == 0 && d->t->p->bind)
			rc = said(d, d->t->p->bind(d->t, d->t->self, &d->in, d->outs));
		for (int o = 0; o < d->output_count && rc == 0; o++)
			rc = tribx_ready(&d->outs[o], &e);
	}
	if (rc == 0)
		rc = tribx_align(&b, &d->in, &d->t->dead, "test", &e);
	if (rc == 0) {
		d->rows_in += b.array.length;
		tribx_call_start(d->t);
		rc = said(d, d->t->p->apply(d->t, d->t->self, &b));
	}
	trib_free(&b);
	return rc;
}

int drive_flush(struct drive *d)
{
	tribx_call_start(d->t);
	return d->t->p->flush ? said(d, d->t->p->flush(d->t, d->t->self)) : 0;
}

const char *drive_out(struct drive *d, int output)
{
	return d->text[output].p ? d->text[output].p : "";
}

const char *drive_dead(struct drive *d)
{
	static __thread char text[65536];
	size_t n = 0;
	text[0] = '\0';
	for (const struct tribx_dead *x = d->t->dead.head; x && n < sizeof text; x = x->next)
		n += (size_t)snprintf(text + n, sizeof text - n, "%s: %s\n", x->code, x->detail);
	return text;
}

bool drive_balanced(const struct drive *d)
{
	int64_t in = d->rows_in, out = d->t->dead.count;
	for (int o = 0; o < d->output_count; o++) {
		in += d->t->counts[o][TRIB_CREATED];
		out += d->rows[o] + d->t->counts[o][TRIB_FILTERED] + d->t->counts[o][TRIB_DEDUPED] + d->t->counts[o][TRIB_AGGREGATED];
	}
	return in == out;
}

void drive_close(struct drive *d)
{
	if (d->t) {
		tribx_close_instance(d->t);
		if (d->t->p->unshare && d->shared)
			d->t->p->unshare(d->t, d->shared);
	}
	tribx_instance_free(d->t);
	free(d->shared);
	trib_free(&d->in);
	for (int o = 0; o < TRIBX_OUTPUTS; o++) {
		trib_free(&d->outs[o]);
		tribx_buf_done(&d->text[o]);
	}
	tribx_findings_done(&d->findings);
	tribx_arena_done(&d->arena);
}
