/* expr_json - see expr_json.h. The texts come from columns and may be anything: every step looks at the end first, and
 * escapes are resolved only in values that were checked. The first of two equal keys counts. */
#include "arrow/scalar.h"
#include "base/text.h"
#include "parse/expr_json.h"
#include "parse/json_walk.h"

static const char *blank(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* p at the opening quote; behind the closing one, NULL: there is none */
static const char *string_end(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '"')
			return p + 1;
		p += *p == '\\';
	}
	return NULL;
}

static const char *value_end(const char *p, const char *end)
{
	int depth = 0;
	if (p < end && *p != '"' && *p != '{' && *p != '[') {
		while (p < end && !strchr(",]} \n\t\r", *p))
			p++;
		return p;
	}
	while (p && p < end) {
		if (*p == '"') {
			p = string_end(p, end);
		} else {
			depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
			p++;
		}
		if (depth == 0)
			return p;
	}
	return NULL;
}

bool tribx_json_item(const char **at, const char *end, struct trib_text *item)
{
	const char *p = blank(*at, end);
	if (p < end && *p == ',')
		p = blank(p + 1, end);
	if (p >= end || *p == ']' || *p == '}')
		return false;
	const char *const stop = value_end(p, end);
	if (!stop || stop == p)
		return false;
	*item = (struct trib_text){ p, (size_t)(stop - p) };
	*at = stop;
	return true;
}

static bool same_name(struct trib_text quoted, const struct tribx_step *s)
{
	char name[512];
	const char *const inside = quoted.p + 1;
	size_t n = quoted.n - 2, at;
	if (!memchr(inside, '\\', n))
		return n == s->size && memcmp(inside, s->name, n) == 0;
	if (n > sizeof name || tribx_json_check(quoted.p, quoted.n, &at))
		return false;
	n = tribx_json_unescape(inside, n, name);
	return n == s->size && memcmp(name, s->name, n) == 0;
}

static bool member(struct trib_text object, const struct tribx_step *s, struct trib_text *out)
{
	const char *p = object.p + 1, *const end = object.p + object.n;
	struct trib_text key;
	while (tribx_json_item(&p, end, &key) && *key.p == '"') {
		p = blank(p, end);
		if (p >= end || *p != ':')
			return false;
		p = blank(p + 1, end);
		const char *const stop = value_end(p, end);
		if (!stop || stop == p)
			return false;
		if (same_name(key, s)) {
			*out = (struct trib_text){ p, (size_t)(stop - p) };
			return true;
		}
		p = stop;
	}
	return false;
}

static bool element(struct trib_text array, int64_t index, struct trib_text *out)
{
	const char *p = array.p + 1, *const end = array.p + array.n;
	if (index < 0) {
		struct trib_text unused;
		for (const char *q = p; tribx_json_item(&q, end, &unused);)
			index++;
		if (index < 0)
			return false;
	}
	do
		if (!tribx_json_item(&p, end, out))
			return false;
	while (index-- > 0);
	return true;
}

/* The values at the steps, behind each other in `all` as soon as a [*] was met. false: nothing is there. */
static bool walk(struct trib_text v, const struct tribx_step *s, struct trib_text *out, struct tribx_buf *all,
                 bool many)
{
	for (; s; s = s->next) {
		const char kind = v.n ? *v.p : 0;
		if (s->all) {
			const char *p = v.p + 1;
			struct trib_text item;
			if (kind != '[')
				return false;
			while (tribx_json_item(&p, v.p + v.n, &item))
				walk(item, s->next, out, all, true);
			return true;
		}
		if (s->name ? kind != '{' || !member(v, s, &v) : kind != '[' || !element(v, s->index, &v))
			return false;
	}
	if (many) {
		tribx_buf_putc(all, all->n > 1 ? ',' : '[');
		tribx_buf_put(all, v.p, v.n);
	}
	*out = v;
	return true;
}

static uint8_t keep(struct tribx_run *r, struct trib_text t, struct trib_text *to)
{
	char *const copy = tribx_run_room(r, t.n);
	if (!copy)
		return TRIBX_BAD_LONG;
	if (t.n)
		memcpy(copy, t.p, t.n);
	*to = (struct trib_text){ copy, t.n };
	return TRIBX_FINE;
}

static bool is_null(struct trib_text v)
{
	return v.n == 4 && memcmp(v.p, "null", 4) == 0;
}

static void path(struct tribx_run *r, const struct tribx_eop *o)      /* k: the path has a [*] */
{
	struct tribx_buf all = { .max = TRIBX_EXPR_VALUE };
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		struct trib_text v = { "", 0 }, out;
		size_t at;
		if (!s && o->arg[0]->type == TRIB_STR && tribx_json_check(tribx_texts(o->arg[0])[i].p,
			tribx_texts(o->arg[0])[i].n, &at))
			s = TRIBX_BAD_JSON;
		if (!s) {
			v = tribx_texts(o->arg[0])[i];
			const char *const p = blank(v.p, v.p + v.n);
			v = (struct trib_text){ p, v.n - (size_t)(p - v.p) };
			all.n = 0;
			if (!walk(v, o->thing, &out, &all, false))
				s = TRIBX_NULLED;
			else if (!o->k)
				s = is_null(out) ? TRIBX_NULLED : TRIBX_FINE;
			tribx_texts(o->to)[i] = out;
		}
		if (!s && o->k) {
			tribx_buf_puts(&all, all.n ? "]" : "[]");
			s = all.failed ? TRIBX_BAD_LONG : keep(r, (struct trib_text){ all.p, all.n },
			                                       &tribx_texts(o->to)[i]);
		}
		o->to->state[i] = s;
	}
	tribx_buf_done(&all);
}

struct tribx_reg *tribx_bind_path(struct tribx_bind *b, struct tribx_reg *json, const struct tribx_step *steps)
{
	struct tribx_reg *const r = tribx_op(b, path, TRIB_JSON, 0, json, NULL, NULL);
	if (!r)
		return NULL;
	struct tribx_eop *const o = tribx_op_of(b, r);
	o->thing = steps;
	for (const struct tribx_step *s = steps; s; s = s->next)
		o->k |= s->all;
	return r;
}

/* ---- values as texts ---- */

static uint8_t number_text(struct tribx_run *r, struct trib_text v, struct trib_text *out)
{
	static const struct trib_numbers style = { .decimal = '.', .scientific = true };
	char text[TRIB_DEC_TEXT];
	trib_dec d;
	int scale;
	*out = v;
	if (!memchr(v.p, 'e', v.n) && !memchr(v.p, 'E', v.n))
		return TRIBX_FINE;
	if (trib_number(&style, v, &d, &scale))
		return TRIBX_BAD_RANGE;
	return keep(r, (struct trib_text){ text, trib_dec_short(d, scale, text) }, out);
}

static uint8_t scalar(struct tribx_run *r, struct trib_text v, struct trib_text *out)
{
	size_t at;
	const char *const p = blank(v.p, v.p + v.n);
	v = (struct trib_text){ p, v.n - (size_t)(p - v.p) };
	*out = v;
	if (v.n == 0 || is_null(v))
		return TRIBX_NULLED;
	if (*v.p == '-' || (*v.p >= '0' && *v.p <= '9'))
		return number_text(r, v, out);
	if (*v.p != '"')
		return TRIBX_FINE;
	if (v.n < 2 || v.p[v.n - 1] != '"')
		return TRIBX_BAD_JSON;
	*out = (struct trib_text){ v.p + 1, v.n - 2 };
	if (!memchr(out->p, '\\', out->n))
		return TRIBX_FINE;
	if (tribx_json_check(v.p, v.n, &at))
		return TRIBX_BAD_JSON;
	char *const copy = tribx_run_room(r, out->n);
	if (!copy)
		return TRIBX_BAD_LONG;
	out->n = tribx_json_unescape(out->p, out->n, copy);
	out->p = copy;
	return TRIBX_FINE;
}

void tribx_run_json_text(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		o->to->state[i] = s ? s : scalar(r, tribx_texts(o->arg[0])[i], &tribx_texts(o->to)[i]);
	}
}

void tribx_run_json_bool(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		uint8_t s = o->arg[0]->state[i];
		if (!s) {
			const struct trib_text t = tribx_texts(o->arg[0])[i];
			const bool yes = tribx_text_is(t, "true");
			tribx_ints(o->to)[i] = yes;
			s = yes || tribx_text_is(t, "false") ? TRIBX_FINE : is_null(t) ? TRIBX_NULLED : TRIBX_BAD_BOOL;
		}
		o->to->state[i] = s;
	}
}

/* ---- comparing ---- */

static char kind_of(struct trib_text v)      /* s text, n number, b truth, otherwise the first letter */
{
	return v.n == 0 ? 0 : *v.p == '"' ? 's' : *v.p == '-' || (*v.p >= '0' && *v.p <= '9') ? 'n' : *v.p == 't' ||
	       *v.p == 'f' ? 'b' : *v.p;
}

static int number(struct trib_text v, int scale, trib_dec *out)
{
	static const struct trib_numbers style = { .decimal = '.', .scientific = true };
	int from;
	const int e = trib_number(&style, v, out, &from);
	return e ? e : trib_dec_rescale(*out, from, scale, out);
}

static uint8_t as(struct tribx_run *r, struct trib_text v, const struct tribx_reg *to, int i)
{
	const char kind = kind_of(v);
	struct trib_text t;
	trib_date d;
	trib_time us;
	if (is_null(v) || !kind)
		return TRIBX_NULLED;
	switch (to->type) {
	case TRIB_STR:
		if (kind == 's')
			return scalar(r, v, &tribx_texts(to)[i]);
		break;
	case TRIB_DEC:
		if (kind == 'n')
			return number(v, to->scale, &tribx_decs(to)[i]) ? TRIBX_BAD_RANGE : TRIBX_FINE;
		break;
	case TRIB_F64:
		if (kind == 'n')
			return tribx_f64_parse(v, &tribx_doubles(to)[i]) ? TRIBX_BAD_RANGE : TRIBX_FINE;
		break;
	case TRIB_BOOL:
		tribx_ints(to)[i] = kind == 'b' && *v.p == 't';
		if (kind == 'b')
			return TRIBX_FINE;
		break;
	case TRIB_DATE:
	case TRIB_TIME:
		if (kind != 's' || scalar(r, v, &t))
			break;
		if (to->type == TRIB_DATE ? trib_date_parse(t, NULL, &d) : trib_time_parse(t, NULL, &us))
			break;
		tribx_ints(to)[i] = to->type == TRIB_DATE ? d.days : us.us;
		return TRIBX_FINE;
	default:
		break;
	}
	r->x->mismatches++;
	return TRIBX_NULLED;
}

static void json_as(struct tribx_run *r, const struct tribx_eop *o)
{
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = o->arg[0]->state[i];
		o->to->state[i] = s ? s : as(r, tribx_texts(o->arg[0])[i], o->to, i);
	}
}

struct tribx_reg *tribx_json_as(struct tribx_bind *b, struct tribx_reg *json, enum trib_type type, int scale)
{
	return tribx_op(b, json_as, type, scale, json, NULL, NULL);
}

bool tribx_json_order(struct trib_text a, struct trib_text b, int *order)
{
	const char kind = kind_of(a);
	trib_dec x, y;
	if (kind != kind_of(b) || !kind)
		return false;
	if (kind == 'n' && number(a, 18, &x) == 0 && number(b, 18, &y) == 0) {
		*order = trib_dec_cmp(x, y);
		return true;
	}
	const int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
	*order = c ? c : (a.n > b.n) - (a.n < b.n);
	return true;
}

void tribx_run_json_in(struct tribx_run *r, const struct tribx_eop *o)
{
	const struct tribx_reg *const list = o->arg[0], *const needle = o->arg[1];
	for (int i = 0; i < r->n; i++) {
		const uint8_t s = tribx_worst(list->state[i], needle->state[i]);
		bool found = false;
		if (s == TRIBX_FINE) {
			const struct trib_text v = tribx_texts(list)[i];
			const char *p = v.p + 1;
			struct trib_text item, t;
			trib_dec d;
			while (v.n && *v.p == '[' && !found && tribx_json_item(&p, v.p + v.n, &item)) {
				const char kind = kind_of(item);
				if (needle->type == TRIB_STR)
					found = kind == 's' && scalar(r, item, &t) == TRIBX_FINE &&
						t.n == tribx_texts(needle)[i].n &&
							memcmp(t.p, tribx_texts(needle)[i].p, t.n) == 0;
				else
					found = kind == 'n' && number(item, needle->scale, &d) == 0 &&
						trib_dec_cmp(d, tribx_decs(needle)[i]) == 0;
			}
		}
		tribx_ints(o->to)[i] = found;
		o->to->state[i] = s > TRIBX_NULLED ? s : TRIBX_FINE;
	}
}
