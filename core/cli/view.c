/* view - see view.h. */
#include "cli/view.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include "arrow/personal.h"
#include "base/clock.h"
#include "base/log.h"

char *tribx_view_number(int64_t n, char to[32])
{
	char digits[24];
	int count = snprintf(digits, sizeof digits, "%lld", (long long)n), at = 0;
	for (int i = 0; i < count; i++) {
		if (i > (digits[0] == '-') && (count - i) % 3 == 0)
			to[at++] = ',';
		to[at++] = digits[i];
	}
	to[at] = 0;
	return to;
}

/* Control characters would move the cursor; a cut text ends in an ellipsis, never inside a character. */
static void cell(struct tribx_table *t, const struct trib_batch *b, int col, const struct trib_view *v, int64_t row, size_t max)
{
	struct tribx_buf text = { 0 };
	if (!tribx_shown(b, col, v, row, &text)) {
		tribx_table_cell(t, NULL);
		return;
	}
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			text.p[i] = ' ';
	t->failed |= text.failed;
	if (text.p)
		text.n = strlen(tribx_mask(text.p));       /* before it is cut: half a secret is one, too */
	if (max && text.n > max) {
		while (max > 0 && ((unsigned char)text.p[max] & 0xC0) == 0x80)
			max--;
		text.n = max;
		text.p[max] = 0;
		tribx_buf_puts(&text, "…");
	}
	tribx_table_cell(t, text.p ? text.p : "");
	tribx_buf_done(&text);
}

static bool fill(struct tribx_cli *c, struct tribx_table *t, const struct trib_batch *b, size_t max)
{
	int cols = trib_cols(b);
	const char **heads = tribx_arena_new(&c->arena, ((size_t)cols + 1) * sizeof *heads);
	struct trib_view *views = calloc((size_t)cols + 1, sizeof *views);
	for (int i = 0; heads && i < cols; i++)
		heads[i] = trib_col_name(b, i);
	bool good = heads && views;
	if (good)
		tribx_table_start(t, heads);
	for (int i = 0; good && i < cols; i++)
		good = trib_view(b, i, &views[i]) >= 0;
	for (int64_t r = 0; good && r < b->array.length; r++) {
		for (int i = 0; i < cols; i++)
			cell(t, b, i, &views[i], r, max);
		tribx_table_row(t);
	}
	free(views);
	c->findings.no_memory |= !good;
	return good;
}

void tribx_view_batch(struct tribx_cli *c, const struct trib_batch *b, size_t cell_max)
{
	struct tribx_table t = { 0 };
	if (c->json)
		c->findings.no_memory |= !(c->result = tribx_view_json(b));
	else if (trib_cols(b) > 0 && fill(c, &t, b, c->tty ? cell_max : 0))   /* in a pipe values are whole */
		tribx_cli_table(c, &t);
}

void tribx_view_titled(struct tribx_cli *c, const char *title, const struct trib_batch *b, size_t cell_max)
{
	struct tribx_table t = { 0 };
	printf("%s\n", title);
	if (trib_cols(b) > 0 && fill(c, &t, b, cell_max))
		tribx_table_print(&t, stdout, true);
	c->findings.no_memory |= t.failed;
	tribx_table_done(&t);
	printf("\n");
}

struct json_t *tribx_view_json(const struct trib_batch *b)
{
	json_t *all = json_array();
	bool good = all;
	for (int64_t r = 0; good && r < b->array.length; r++) {
		struct tribx_buf row = { 0 };
		tribx_row_shown(b, r, &row);
		json_t *o = json_loadb(row.p ? row.p : "{}", row.p ? row.n : 2, 0, NULL);
		/* a number that no double holds (1e400 in a JSON column): the row as its text, rather than not at all */
		good = !row.failed && json_array_append_new(all, o ? o : json_stringn(row.p, row.n)) == 0;
		tribx_buf_done(&row);
	}
	if (!good)
		json_decref(all);
	return good ? all : NULL;
}

/* ---- progress ---- */

void tribx_view_progress(const struct tribx_cli *c, const struct tribx_report *r, const char *part)
{
	char rows[32], rate[32];
	int64_t per_s = r->elapsed_us > 0 ? r->read * 1000000 / r->elapsed_us : 0;
	if (c->quiet || c->json || !c->err_tty)
		return;
	char shown[256];
	snprintf(shown, sizeof shown, "%s", part ? part : "");
	fprintf(stderr, "\r\033[K %s  %lld/%lld parts  %s rows  %s rows/s  %.1f s  %s", r->pipeline, (long long)(r->parts_done + r->parts_known),
	        (long long)r->parts, tribx_view_number(r->read, rows), tribx_view_number(per_s, rate), (double)r->elapsed_us / 1e6, tribx_mask(shown));
	fflush(stderr);
}

void tribx_view_progress_end(const struct tribx_cli *c)
{
	if (!c->quiet && !c->json && c->err_tty)
		fprintf(stderr, "\r\033[K");
}
