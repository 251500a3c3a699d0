/* yaml_json - reads YAML files as configuration and says, a line of JSON each, what their texts are or why not: {"values": ...}
 * or {"error": CODE}. For tests/cases/hostile.sh, which knows what a suite of YAML expects. */
#include <stdio.h>

#include "config/load.h"

static void as_texts(const struct tribx_conf *c, struct tribx_buf *out)
{
	if (c->kind == TRIBX_SCALAR && c->text)
		tribx_buf_json(out, tribx_text(c->text));
	else if (c->kind != TRIBX_MAP && c->kind != TRIBX_LIST)
		tribx_buf_puts(out, "\"\"");
	if (c->kind != TRIBX_MAP && c->kind != TRIBX_LIST)
		return;
	tribx_buf_putc(out, c->kind == TRIBX_MAP ? '{' : '[');
	for (size_t i = 0; i < c->count; i++) {
		tribx_buf_puts(out, i ? "," : "");
		if (c->kind == TRIBX_MAP) {
			tribx_buf_json(out, tribx_text(c->items[i].key));
			tribx_buf_putc(out, ':');
		}
		as_texts(&c->items[i], out);
	}
	tribx_buf_putc(out, c->kind == TRIBX_MAP ? '}' : ']');
}

int main(int n, char **files)
{
	for (int i = 1; i < n; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		struct tribx_buf b = { 0 };
		const struct tribx_conf *c = tribx_conf_load(files[i], files[i], &a, &f);
		if (c && tribx_findings_faults(&f) == 0)
			as_texts(c, &b);
		if (b.failed)
			return 1;
		if (b.p)
			printf("{\"values\":%s}\n", b.p);
		else
			printf("{\"error\":\"%s\"}\n", f.count ? f.items[0].code : "");
		tribx_buf_done(&b);
		tribx_findings_done(&f);
		tribx_arena_done(&a);
	}
	return 0;
}
