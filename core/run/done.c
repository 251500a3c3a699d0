/* done - see done.h. */
#include "run/done.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <tributary/value.h>

#include "base/text.h"

void tribx_done_free(struct tribx_done *d)
{
	free(d->items);
	*d = (struct tribx_done){ 0 };
}

bool tribx_done_covers(const struct tribx_done *d, int64_t start, int64_t end)
{
	size_t low = 0, high = d->count;
	while (low < high) {   /* the first that ends behind start */
		const size_t mid = low + (high - low) / 2;
		if (d->items[mid].end > start)
			high = mid;
		else
			low = mid + 1;
	}
	return start >= end || (low < d->count && d->items[low].start <= start && d->items[low].end >= end);
}

bool tribx_done_add(struct tribx_done *d, int64_t start, int64_t end)
{
	size_t from = 0, to;
	if (start >= end)
		return true;
	if (d->count == d->cap) {
		const size_t cap = d->cap ? d->cap * 2 : 8;
		struct tribx_interval *grown = realloc(d->items, cap * sizeof *grown);
		if (!grown)
			return false;
		d->items = grown;
		d->cap = cap;
	}
	while (from < d->count && d->items[from].end < start)
		from++;
	for (to = from; to < d->count && d->items[to].start <= end; to++) {   /* all that touch become one */
		start = d->items[to].start < start ? d->items[to].start : start;
		end = d->items[to].end > end ? d->items[to].end : end;
	}
	memmove(d->items + from + 1, d->items + to, (d->count - to) * sizeof *d->items);
	d->count = d->count - (to - from) + 1;
	d->items[from] = (struct tribx_interval){ start, end };
	return true;
}

/* ---- as text ---- */

char *tribx_done_text(const struct tribx_done *d)
{
	struct tribx_buf b = { 0 };
	char from[40], to[40];
	tribx_buf_puts(&b, "{\"v\":1,\"done\":[");
	for (size_t i = 0; i < d->count; i++) {
		trib_time_text((trib_time){ d->items[i].start * 1000000 }, from);
		trib_time_text((trib_time){ d->items[i].end * 1000000 }, to);
		tribx_buf_fmt(&b, "%s[\"%s\",\"%s\"]", i ? "," : "", from, to);
	}
	tribx_buf_puts(&b, "]}");
	return tribx_buf_take(&b);
}

static bool instant(const json_t *v, int64_t *out)
{
	trib_time t;
	const char *text = json_string_value(v);
	if (!text || trib_time_parse(tribx_text(text), NULL, &t) < 0)
		return false;
	*out = t.us / 1000000;
	return true;
}

static int parse(struct tribx_done *d, struct trib_text stored, struct tribx_error *e)
{
	json_auto_t *o = json_loadb(stored.p, stored.n, 0, NULL);
	const json_t *list = json_object_get(o, "done"), *pair;
	size_t i;
	bool good = json_integer_value(json_object_get(o, "v")) == 1 && json_is_array(list);
	json_array_foreach(list, i, pair) {
		int64_t start, end;
		good = good && instant(json_array_get(pair, 0), &start) && instant(json_array_get(pair, 1), &end) && start < end;
		if (good && !tribx_done_add(d, start, end))
			return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory");
	}
	if (good)
		return TRIB_OK;
	tribx_error_sample(e, stored);
	return tribx_fail(e, TRIB_CONFIG, "run.state_unreadable", "the target holds a record of periods that this version cannot read");
}

int tribx_done_read(struct tribx_done *d, const struct trib_batch *states, struct tribx_error *e)
{
	struct trib_view part, state;
	*d = (struct tribx_done){ 0 };
	if (states->array.length == 0 || trib_view(states, trib_col(states, "part"), &part) < 0 || trib_view(states, trib_col(states, "state"), &state) < 0)
		return TRIB_OK;   /* what is no batch of states is refused where parts are matched */
	for (int64_t i = 0; i < states->array.length; i++)
		if (tribx_text_is(trib_str(&part, i), TRIBX_DONE_PART) && trib_str(&state, i).p)
			return parse(d, trib_str(&state, i), e);
	return TRIB_OK;
}
