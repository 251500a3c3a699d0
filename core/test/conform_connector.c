/* conform_connector - rows are the same whoever reads them and however often; from every stored position on, exactly the rest
 * comes; a source lets itself be stopped, and looking at it leaves no trace. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "run/preview.h"
#include "test/conform.h"
#include "test/given.h"

enum { POSITIONS_MAX = 40, STOP_MS = 2000 };

static size_t lines(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static const char *skip_lines(const char *text, size_t n)
{
	for (; n > 0 && *text; n--)
		text += strcspn(text, "\n") + 1;
	return text;
}

static void reads(struct tribx_conform *k)
{
	if (tribx_around_good(k, &(struct tribx_around){ 0 }) && !lines(tribx_kept_text(k, "0", "rows")))
		tribx_blame(k, "it gives no rows: say in conformance.yaml which options give some");
}

static void twice(struct tribx_conform *k)
{
	if (tribx_around_good(k, &(struct tribx_around){ .sub = "a" }) && tribx_around_good(k, &(struct tribx_around){ .sub = "b" }))
		tribx_same_rows(k, "two full reads", tribx_kept_text(k, "a", "rows"), tribx_kept_text(k, "b", "rows"));
}

static void workers(struct tribx_conform *k)
{
	if (tribx_around_good(k, &(struct tribx_around){ .sub = "a" }) && tribx_around_good(k, &(struct tribx_around){ .sub = "b", .workers = 4 }))
		tribx_same_rows(k, "four workers", tribx_kept_text(k, "a", "rows"), tribx_kept_text(k, "b", "rows"));
}

/* What was read to its end and did not change is not read again. */
static void known(struct tribx_conform *k)
{
	const struct tribx_around how = { 0 };
	if (!tribx_around_good(k, &how))
		return;
	const size_t first = lines(tribx_kept_text(k, "0", "rows"));
	if (!tribx_around_good(k, &how))
		return;
	const size_t both = lines(tribx_kept_text(k, "0", "rows"));
	if (both != first)
		tribx_blame(k, "the second run brings %zu of %zu rows again: its state does not say that they were read", both - first, first);
}

static bool resume(struct tribx_conform *k, const char *line, size_t n, const char *all, int at)
{
	char sub[16];
	struct tribx_error e = { 0 };
	json_t *was = json_loadb(line, n, 0, NULL);
	char *states = json_dumps(json_object_get(was, "states"), JSON_COMPACT);
	const size_t rows = (size_t)json_integer_value(json_object_get(was, "rows"));
	snprintf(sub, sizeof sub, "r%d", at);
	const char *dir = tribx_folder_at(k->folder.path, sub, k->a), *path = dir ? tribx_folder_at(dir, "states", k->a) : NULL;
	struct tribx_pipeline p;
	bool good = states && path && tribx_around_pipeline(k, &(struct tribx_around){ .sub = sub }, &p) && tribx_write_file(path, states, strlen(states), &e);
	if (!good)
		tribx_blame(k, "no memory, or %s", e.text);
	if (good && (good = tribx_around_good(k, &(struct tribx_around){ .sub = sub }))) {
		char what[80];
		snprintf(what, sizeof what, "read on from the position behind row %zu", rows);
		good = tribx_same_rows(k, what, skip_lines(all, rows), tribx_kept_text(k, sub, "rows"));
	}
	free(states);
	json_decref(was);
	return good;
}

/* Every position that was committed, in a run that commits wherever it may. */
static void positions(struct tribx_conform *k)
{
	if (!tribx_around_good(k, &(struct tribx_around){ .sub = "all", .checkpoint_rows = 1 }))
		return;
	const char *all = tribx_kept_text(k, "all", "rows"), *history = tribx_kept_text(k, "all", "history");
	const size_t count = lines(history), step = count / POSITIONS_MAX + 1;
	for (size_t i = 0; i < count; i += step) {
		const char *line = skip_lines(history, i);
		if (!resume(k, line, strcspn(line, "\n"), all, (int)i))
			return;
	}
}

static int stop_part(void *ctx) { (void)ctx; return 1; }
static int stop_now(void *ctx) { (void)ctx; return 2; }

static void stops(struct tribx_conform *k)
{
	struct tribx_report *r = calloc(1, sizeof *r);
	for (int hard = 0; hard < 2 && r; hard++) {
		const int64_t start = tribx_ticks_us();
		const int rc = tribx_around_run(k, &(struct tribx_around){ .sub = hard ? "b" : "a", .stop = hard ? stop_now : stop_part }, r);
		const int64_t ms = (tribx_ticks_us() - start) / 1000;
		if (rc < 0 && rc != TRIB_LATER && rc != TRIB_STOPPED)
			tribx_blame(k, "stopped %s, it ends with error[%s]: %s", hard ? "at once" : "after the part in hand", r->error.code, r->error.text);
		if (hard && ms > STOP_MS)
			tribx_blame(k, "stopped at once, it takes %lld ms: look at trib_stopping in loops, offer cancel where it waits", (long long)ms);
	}
	free(r);
}

static void preview(struct tribx_conform *k)
{
	struct tribx_pipeline p;
	struct tribx_findings f = { 0 };
	struct tribx_error e = { 0 };
	struct tribx_preview *look = calloc(1, sizeof *look);
	if (look && tribx_around_pipeline(k, &(struct tribx_around){ 0 }, &p)) {
		if (tribx_preview(look, &p, 3, 1000, &f, &e) < 0)
			tribx_blame(k, "preview fails: error[%s]: %s", e.code, f.count ? f.items[0].text : e.text);
		tribx_preview_done(look);
	}
	tribx_findings_done(&f);
	free(look);
}

const struct tribx_check_of tribx_checks_connector[] = {
	{ "reads", TRIBX_IS_CONNECTOR, reads }, { "reads_the_same_twice", TRIBX_IS_CONNECTOR, twice }, { "any_workers", TRIBX_IS_CONNECTOR, workers },
	{ "knows_what_it_read", TRIBX_IS_CONNECTOR, known }, { "reads_on_from_every_position", TRIBX_IS_CONNECTOR, positions },
	{ "stops", TRIBX_IS_CONNECTOR, stops }, { "preview", TRIBX_IS_CONNECTOR, preview }, { 0 }
};
