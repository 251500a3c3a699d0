/* decode_json - a range of JSON lines becomes a batch, on any worker.
 *
 * One index, one walk per line for all columns, slices of the text per cell; a column unescapes what it takes. A range in
 * which anything is odd is walked line by line, each checked first: slow, and only then.
 *
 * With `explode` a second walk makes a row of every item of a line's array; what is of the line is not copied, a row of items
 * knows its line. A record is one thing: if one item cannot be a row, none is, and the record is the dead letter. */
#include <stdio.h>
#include <stdlib.h>

#include "io/decode.h"
#include "io/decode_reject.h"

enum {
	WINDOW = 64 << 10,               /* bytes whose tokens are found and walked at once */
	AHEAD = 8,                       /* cells whose text is asked for before its turn */
};

struct json {
	struct tribx_fill fill;          /* first: gather gets it back */
	struct tribx_json_index ix;
	struct tribx_json_walk walk;
	uint32_t *lines;                 /* per row of walk: where its line begins */
	struct tribx_json_walk items;    /* explode: what a row is then */
	uint32_t *parents, *places;      /* per row of items: its row of walk; its place in the array, 0: there is no item */
	size_t items_cap;
	uint32_t *live;                  /* rows that are still rows */
	char digits[TRIBX_CELLS][12];    /* of places */
	struct tribx_reject reject;
	bool no_memory;
};

/* ---- cells ---- */

/* The scalars of an array as one text. Nothing, if there is an array or an object among them. */
static void join(struct tribx_fill *f, const struct tribx_target *t, const char *p, size_t size, struct tribx_cell *cell)
{
	const size_t between = strlen(t->join), most = size + size * between / 2 + 1;   /* a value takes at least two bytes with its comma */
	bool any = false;
	int page;
	char *to = tribx_fill_room(f, most, &page), *out = to;
	if (!to)
		return;
	for (const char *at = p + 1, *end = p + size - 1; at < end;) {
		if (*at == ' ' || *at == '\t' || *at == '\r' || *at == ',') {
			at++;
			continue;
		}
		if (*at == '[' || *at == '{') {
			f->sides[f->side_count - 1].used -= most;
			return;
		}
		if (any) {
			memcpy(out, t->join, between);
			out += between;
		}
		any = true;
		if (*at == '"') {
			const char *from = ++at;
			for (; *at != '"' && *at != '\\'; at++)
				*out++ = *at;
			if (*at == '\\') {
				out -= at - from;
				for (; *at != '"'; at++)
					at += *at == '\\';
				out += tribx_json_unescape(from, (size_t)(at - from), out);
			}
			at++;
		} else {
			for (; at < end && *at != ',' && *at != ' ' && *at != '\t' && *at != '\r'; at++)
				*out++ = *at;
		}
	}
	*cell = (struct tribx_cell){ to, (uint32_t)(out - to), page };
}

/* What [*] finds. */
static void many(struct tribx_fill *f, const struct tribx_target *t, const char *p, size_t size, struct tribx_cell *cell)
{
	size_t between = t->join ? strlen(t->join) : 0, n;
	char *to = tribx_fill_room(f, size + size * between / 2 + 3, &cell->page);
	if (!to)
		return;
	n = tribx_many(t->many, p, t->join, to);
	*cell = n == TRIBX_MANY_NONE ? (struct tribx_cell){ NULL, 0, TRIBX_CELL_NULL } : (struct tribx_cell){ to, (uint32_t)n, cell->page };
}

static void ordinals(struct json *j, size_t row, size_t n, struct tribx_cell *cells)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t place = j->places[j->live[row + i]];
		int size = snprintf(j->digits[i], sizeof *j->digits, "%u", place);
		cells[i] = (struct tribx_cell){ j->digits[i], (uint32_t)size, place ? TRIBX_CELL_NUMBER : TRIBX_CELL_NULL };
	}
}

static void gather(struct tribx_fill *f, const struct tribx_target *t, size_t row, size_t n, struct tribx_cell *cells)
{
	struct json *j = (struct json *)f;
	if (t->source == TRIBX_ORDINAL) {
		ordinals(j, row, n, cells);
		return;
	}
	const struct tribx_slice *slices = (t->of_item ? &j->items : &j->walk)->cells[t->source];
	const uint32_t *parents = t->of_item ? NULL : j->parents;
	const char *mem = f->chunk->room->mem;
	for (size_t i = 0; i < n; i++) {
		uint32_t at = j->live[row + i];
		struct tribx_slice s = slices[parents ? parents[at] : at];
		const char *p = mem + s.at;
		if (i + AHEAD < n && !parents)   /* a column's cells lie a line apart: none is in the cache */
			__builtin_prefetch(mem + slices[j->live[row + i + AHEAD]].at);
		struct tribx_cell *c = &cells[i];
		*c = (struct tribx_cell){ p, s.size, f->page };
		if (s.size == 0 || (*p == 'n' && s.size == 4)) {
			c->page = TRIBX_CELL_NULL;
		} else if (t->many) {
			many(f, t, p, s.size, c);
		} else if (t->type == TRIB_JSON) {
			continue;
		} else if (*p == '"') {
			c->p = p + 1;
			c->size = s.size - 2;
			if (memchr(c->p, '\\', c->size)) {
				char *to = tribx_fill_room(f, c->size + 1, &c->page);
				if (to)
					c->size = (uint32_t)tribx_json_unescape(c->p, c->size, to);
				c->p = to ? to : c->p;
			}
		} else if (*p == '[' && t->join) {
			join(f, t, p, s.size, c);
		} else if (t->type != TRIB_STR && ((*p >= '0' && *p <= '9') || *p == '-')) {
			c->page = TRIBX_CELL_NUMBER;
		}
	}
}

/* ---- lines ---- */

/* A record as people see it: the line ends of a document around it became \r. */
static struct trib_text trimmed(const char *p, size_t from, size_t to)
{
	while (to > from && (p[to - 1] == '\n' || p[to - 1] == '\r' || p[to - 1] == ' ' || p[to - 1] == '\t'))
		to--;
	while (from < to && (p[from] == '\r' || p[from] == ' ' || p[from] == '\t'))
		from++;
	return (struct trib_text){ p + from, to - from };
}

/* Bytes are counted from the line's start; in a document from the file's. */
static void bad_line(struct json *j, size_t from, size_t to, const char *why, const struct tribx_chunk *c)
{
	const char *p = c->room->mem;
	char detail[200];
	size_t at = 0;
	to -= to > from && p[to - 1] == '\n';
	const char *grammar = tribx_json_check(p + from, to - from, &at);
	int64_t line_at = c->layout->kind->cells ? c->offset + (int64_t)(from - c->from) : 0;
	if (grammar)
		snprintf(detail, sizeof detail, "byte %lld: %s", (long long)line_at + (long long)at + 1, grammar);
	else
		snprintf(detail, sizeof detail, "%s", why ? why : "not a JSON object");
	tribx_reject_row(&j->reject, "json.bad_line", detail, trimmed(p, from, to), from);
}

/* ---- items ---- */

static bool room_for_item(struct json *j)
{
	size_t want = (size_t)j->items.row + 1, cap = want + want / 2 + 1024;
	if (want > j->items_cap) {
		j->parents = tribx_block_grow(j->parents, cap * sizeof *j->parents, j->items_cap * sizeof *j->parents);
		j->places = tribx_block_grow(j->places, cap * sizeof *j->places, j->items_cap * sizeof *j->places);
		j->items_cap = j->parents && j->places ? cap : 0;
	}
	return j->items_cap && tribx_json_walk_grow(&j->items, want);
}

/* The value at token i as an item; place 0: none. */
static bool item(struct json *j, size_t i, uint32_t place)
{
	j->no_memory |= !room_for_item(j);
	if (j->no_memory)
		return false;
	j->parents[j->items.row] = j->walk.row;
	j->places[j->items.row] = place;
	j->items.i = i;
	if (place && tribx_json_value(&j->items) != TRIBX_LINE_OK)
		return false;
	j->items.row++;
	return true;
}

static size_t token_at(const struct json *j, uint32_t at)
{
	size_t low = 0, high = j->ix.count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (j->ix.at[mid] < at)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The items of the row that walk has read. Nothing of it stays if one is wrong. */
static bool explode(struct json *j, const struct tribx_layout *s)
{
	struct tribx_slice v = j->walk.cells[s->explode][j->walk.row];
	const char *p = j->walk.p;
	uint32_t first = j->items.row, place = 0;
	size_t i = v.size ? token_at(j, v.at) : 0;
	bool fine = true;
	j->items.at = j->ix.at;
	if (v.size && p[v.at] == '[') {
		for (i++; fine && p[j->ix.at[i]] != ']'; i = fine && p[j->ix.at[j->items.i]] == ',' ? j->items.i + 1 : j->items.i)
			fine = item(j, i, ++place);
	} else if (v.size && p[v.at] != 'n') {
		fine = item(j, i, ++place);
	}
	if (!place && s->explode_keep)
		fine = item(j, i, 0);
	while (!fine && j->items.row > first) {
		j->items.row--;
		tribx_json_undo(&j->items);
	}
	return fine;
}

static void took(struct json *j, enum tribx_line is, size_t from, size_t to, const struct tribx_chunk *c)
{
	const struct tribx_layout *s = c->layout;
	const char *why = j->walk.why;
	j->no_memory |= is == TRIBX_LINE_NO_MEMORY;
	if (is == TRIBX_LINE_OK && s->explode >= 0 && !explode(j, s)) {
		is = tribx_json_undo(&j->walk);
		why = j->items.why;
	}
	if (j->no_memory)
		return;
	if (is == TRIBX_LINE_BAD)
		bad_line(j, from, to, why, c);
	else if (is == TRIBX_LINE_OK)
		j->lines[j->walk.row++] = (uint32_t)from;
}

/* All lines of a clean window by one index. */
static void walk_all(struct json *j, size_t from, const struct tribx_chunk *c)
{
	j->walk.at = j->ix.at;
	j->walk.i = 0;
	while (j->walk.i < j->ix.count && !j->no_memory) {
		enum tribx_line is = tribx_json_line(&j->walk);
		size_t to = j->walk.at[j->walk.i - 1] + 1;
		took(j, is, from, to, c);
		from = to;
	}
}

/* One by one: the tokens of a line with an open text would run into the next. */
static void walk_each(struct json *j, size_t from, size_t end, const struct tribx_chunk *c)
{
	const struct tribx_layout *s = c->layout;
	const char *p = c->room->mem;
	for (size_t to; from < end && !j->no_memory; from = to) {
		size_t at;
		to = (size_t)((const char *)memchr(p + from, '\n', end - from) - p) + 1;
		bool blank = true;
		for (size_t i = from; i < to && blank; i++)
			blank = p[i] == ' ' || p[i] == '\t' || p[i] == '\r' || p[i] == '\n';
		if (blank)
			continue;
		if (tribx_json_check(p + from, to - from - 1, &at)) {
			bad_line(j, from, to, NULL, c);
			continue;
		}
		if (!tribx_json_scan(s->isa, p, from, to, &j->ix)) {
			j->no_memory = true;
			return;
		}
		j->walk.at = j->ix.at;
		j->walk.i = 0;
		took(j, tribx_json_line(&j->walk), from, to, c);
	}
}

/* \u0000 and halves of pairs become \ufffd, which is as long. */
static void mend(char *p, const char *end)
{
	while ((p = memchr(p, '\\', (size_t)(end - p)))) {
		bool bad = p + 6 <= end && p[1] == 'u' && !tribx_json_escape(p, p, end);
		for (int i = 2; i < 6 && bad; i++)
			bad = (p[i] >= '0' && p[i] <= '9') || ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f');
		bool pair = !bad && p + 12 <= end && p[1] == 'u' && (p[2] | 0x20) == 'd' && strchr("89abAB", p[3]);
		if (bad)
			memcpy(p + 2, "fffd", 4);
		p += pair ? 12 : bad ? 6 : 2;
		if (p >= end)
			return;
	}
}

/* Where the window of whole lines from `from` on ends. */
static size_t window(const char *p, size_t from, size_t to)
{
	if (to - from <= WINDOW)
		return to;
	const char *end = memrchr(p + from, '\n', WINDOW);
	end = end ? end : memchr(p + from + WINDOW, '\n', to - from - WINDOW);
	return (size_t)(end - p) + 1;
}

/* Tokens of some lines, and their walk while both are in the caches. */
static void walk_window(struct json *j, size_t from, size_t to, const struct tribx_chunk *c)
{
	const struct tribx_layout *s = c->layout;
	char *p = c->room->mem;
	j->no_memory = !tribx_json_scan(s->isa, p, from, to, &j->ix);
	if (!j->no_memory && j->ix.odd && s->replace_escapes) {
		mend(p + from, p + to);
		j->no_memory = !tribx_json_scan(s->isa, p, from, to, &j->ix);
	}
	if (j->no_memory)
		return;
	if (j->ix.odd)
		walk_each(j, from, to, c);
	else
		walk_all(j, from, c);
}

static int walk(struct json *j, struct tribx_chunk *c, struct tribx_json_plan *plan, struct tribx_error *e)
{
	const struct tribx_layout *s = c->layout;
	int rc = tribx_check_text(c, e);
	if (rc != TRIB_OK)
		return rc;
	const size_t lines = c->lines;
	j->lines = tribx_block_new((lines + 1) * sizeof *j->lines);
	j->no_memory = !j->lines || !tribx_json_walk_start(&j->walk, plan, c->room->mem, lines + 1) ||
	               (s->explode >= 0 && !tribx_json_walk_start(&j->items, &c->layout->items, c->room->mem, lines + 1));
	for (size_t from = c->from, to; from < c->to && !j->no_memory; from = to) {
		to = window(c->room->mem, from, c->to);
		walk_window(j, from, to, c);
	}
	size_t rows = s->explode >= 0 ? j->items.row : j->walk.row;
	j->live = tribx_block_new((rows + 1) * sizeof *j->live);
	j->no_memory |= !j->live;
	j->fill.rows = j->no_memory ? 0 : rows;
	for (size_t i = 0; i < j->fill.rows; i++)
		j->live[i] = (uint32_t)i;
	return TRIB_OK;
}

/* ---- rows ---- */

static uint32_t line_of(const struct json *j, size_t row)
{
	uint32_t at = j->live[row];
	return j->lines[j->parents ? j->parents[at] : at];
}

static void reject(struct json *j, const struct tribx_layout *s, uint32_t at, size_t reason)
{
	const struct tribx_fill *f = &j->fill;
	const char *p = f->chunk->room->mem;
	char detail[300];
	size_t to = (size_t)((const char *)memchr(p + at, '\n', f->chunk->to - at) - p), used = 0;
	const struct tribx_target *t = &s->targets[f->bad[reason].target];
	if (j->places && t->of_item)
		used = (size_t)snprintf(detail, sizeof detail, "item %u, ", j->places[j->live[f->bad[reason].row]]);
	const char *code = tribx_cell_why(detail + used, sizeof detail - used, s, t, f->bad[reason].sample, false, trib_is_personal(f->out, f->bad[reason].target));
	tribx_reject_row(&j->reject, code, detail, trimmed(p, at, to), at);
}

static void drop_bad(struct json *j, const struct tribx_layout *s)
{
	struct tribx_fill *f = &j->fill;
	size_t kept = 0;
	uint32_t *first = calloc(f->rows, sizeof *first);
	if (!first) {
		f->failed = true;
		return;
	}
	for (size_t i = f->bad_count; i-- > 0;)   /* the first column that does not fit is the reason */
		first[f->bad[i].row] = (uint32_t)i + 1;
	for (size_t row = 0, end; row < f->rows; row = end) {
		uint32_t line = line_of(j, row), reason = 0;
		for (end = row; end < f->rows && line_of(j, end) == line; end++)
			reason = reason ? reason : first[end];
		for (size_t k = row; k < end && !reason; k++)
			j->live[kept++] = j->live[k];
		if (reason)
			reject(j, s, line, reason - 1);
	}
	f->rows = kept;
	free(first);
}

static int finish(struct json *j, const struct tribx_chunk *c, struct trib_batch *out, int rc, struct tribx_error *e)
{
	if (rc == TRIB_OK && !j->no_memory && tribx_fill_start(&j->fill, c, out))
		while (!tribx_fill_columns(&j->fill) && !j->fill.failed)
			drop_bad(j, c->layout);
	else
		j->fill.failed = true;
	if (rc == TRIB_OK && j->fill.failed)
		rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for the rows of %s", c->layout->file);
	tribx_fill_done(&j->fill);
	tribx_json_walk_done(&j->walk);
	tribx_json_walk_done(&j->items);
	tribx_json_index_done(&j->ix);
	tribx_block_free(j->lines);
	tribx_block_free(j->parents);
	tribx_block_free(j->places);
	tribx_block_free(j->live);
	return rc;
}

int tribx_decode_json(struct tribx_later *l, struct trib_batch *out, struct tribx_error *e)
{
	struct tribx_chunk *c = (struct tribx_chunk *)l;
	struct json j = { .fill.gather = gather };
	tribx_reject_start(&j.reject, c, out);
	return finish(&j, c, out, walk(&j, c, &c->layout->plan, e), e);
}

/* ---- columns that nobody declared ---- */

/* Text, unless the first rows hold something nested. Later rows do not change a type: text then holds JSON. */
static enum trib_type type_of(const struct json *j, int column)
{
	for (uint32_t row = 0; row < j->walk.row; row++) {
		struct tribx_slice s = j->walk.cells[column][row];
		char c = s.size ? j->walk.p[s.at] : 0;
		if (c == '{' || c == '[')
			return TRIB_JSON;
	}
	return TRIB_STR;
}

static bool grow_targets(struct json *j, struct tribx_layout *s)
{
	int had = s->target_count, want = s->plan.column_count;
	if (want == had)
		return true;
	struct tribx_target *t = tribx_arena_new(&s->memory, (size_t)want * sizeof *t);
	if (!t)
		return false;
	if (had)
		memcpy(t, s->targets, (size_t)had * sizeof *t);
	for (int i = had; i < want; i++)
		t[i] = (struct tribx_target){ .name = tribx_json_plan_column(&s->plan, i), .type = type_of(j, i), .source = i };
	s->targets = t;
	s->target_count = want;
	return true;
}

int tribx_decode_json_open(struct tribx_chunk *c, struct trib_batch *out, struct tribx_error *e)
{
	struct tribx_layout *s = c->layout;
	struct json j = { .fill.gather = gather };
	tribx_reject_start(&j.reject, c, out);
	int rc = walk(&j, c, &s->plan, e);
	if (rc == TRIB_OK && !j.no_memory)
		j.no_memory = !grow_targets(&j, s) || tribx_layout_batch(s, out) != TRIB_OK;
	return finish(&j, c, out, rc, e);
}
