/* model - installs the partner model once, and knows how its tables are loaded when a pipeline does not say. */
#include "sqlite.h"

#include <string.h>
#include <tributary/metrics.h>
#include "model.h"

/* ---- installing ---- */

static int installed(struct trib *t, struct lite *s, int64_t *version)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_run(t, s, "CREATE TABLE IF NOT EXISTS _trib_model(name TEXT PRIMARY KEY, version INTEGER NOT"
	                        " NULL) WITHOUT ROWID");
	*version = 0;
	if (rc == TRIB_OK)
		rc = lite_prepare(t, s, "SELECT version FROM _trib_model WHERE name = 'partner'", &q);
	if (rc == TRIB_OK && (rc = lite_step(t, s, q, "model")) == TRIB_MORE)
		*version = sqlite3_column_int64(q, 0);
	sqlite3_finalize(q);
	return rc < 0 ? rc : TRIB_OK;
}

static int seed_metrics(struct trib *t, struct lite *s)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, "INSERT INTO metric(metric_id, version, kind, unit_id, better, time_agg, space_agg,"
	                            " num_metric, den_metric, factor, fx_policy, plausible_min, plausible_max, definition,"
	                            " den_time_agg, per, lateness, owner_role, maturity, valid_from)"
	                            " VALUES(?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
	                            " iif(?8 IS NULL, NULL, 'sum'), 'period', ?14, 'partnerships', 3, '2000-01-01')"
	                            " ON CONFLICT DO NOTHING", &q);
	for (const struct trib_metric *m = trib_metric_seed; rc == TRIB_OK && m->id; m++) {
		const char *const texts[] = {
			m->id, m->kind, m->unit, m->better, m->time_agg, m->space_agg, m->num_metric, m->den_metric, m->factor,
			m->fx_policy, m->plausible_min, m->plausible_max, m->definition,
		};
		for (int i = 0; i < 13; i++)
			lite_bind_text(q, i + 1, texts[i]);
		sqlite3_bind_int(q, 14, m->lateness);
		rc = lite_step(t, s, q, "metric");
		sqlite3_reset(q);
	}
	sqlite3_finalize(q);
	return rc;
}

static int seed_categories(struct trib *t, struct lite *s)
{
	sqlite3_stmt *q = NULL;
	int rc = lite_prepare(t, s, "INSERT INTO category(taxonomy, version, category_id, parent, counts_as_complaint,"
	                            " label)"
	                      " VALUES('v1', 1, ?, ?, ?, ?) ON CONFLICT DO NOTHING", &q);
	for (const struct lite_category *c = lite_categories; rc == TRIB_OK && c->id; c++) {
		lite_bind_text(q, 1, c->id);
		lite_bind_text(q, 2, c->parent);
		sqlite3_bind_int(q, 3, c->complaint);
		lite_bind_text(q, 4, c->label);
		rc = lite_step(t, s, q, "category");
		sqlite3_reset(q);
	}
	sqlite3_finalize(q);
	return rc;
}

static int make(struct trib *t, struct lite *s, const char *fmt, const char *name, const char *body)
{
	char *sql = trib_fmt(t, fmt, name, body);
	return sql ? lite_run(t, s, sql) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

int lite_model_install(struct trib *t, struct lite *s)
{
	int64_t version = 0;
	if (strcmp(s->model, "partner") != 0)
		return TRIB_OK;
	int rc = installed(t, s, &version);
	if (rc < 0 || version >= LITE_MODEL_VERSION)
		return rc;
	for (const struct lite_model_table *m = lite_model_tables; rc == TRIB_OK && m->name; m++)
		rc = make(t, s, "CREATE TABLE IF NOT EXISTS %s(%s", m->name, m->columns);
	if (rc == TRIB_OK)
		rc = seed_metrics(t, s);
	if (rc == TRIB_OK)
		rc = seed_categories(t, s);
	if (rc == TRIB_OK)
		rc = lite_run(t, s, "INSERT INTO asof(one, at) VALUES(1, '9999-12-30') ON CONFLICT DO NOTHING");
	for (const struct lite_model_view *v = lite_model_views; rc == TRIB_OK && v->name; v++)
		if ((rc = make(t, s, "DROP VIEW IF EXISTS %s%s", v->name, "")) == TRIB_OK)
			rc = make(t, s, "CREATE VIEW %s AS %s", v->name, v->select);
	char *number = trib_fmt(t, "%d", LITE_MODEL_VERSION);
	return rc == TRIB_OK && number ? make(t, s, "INSERT OR REPLACE INTO _trib_model VALUES('%s', %s)", "partner", number) : rc;
}

/* ---- loading ---- */

static bool among(const char *name, const char *list)
{
	size_t n = strlen(name);
	for (const char *p = list; p && (p = strstr(p, name)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == 0 || p[n] == ' '))
			return true;
	return false;
}

static const struct lite_model_table *find(const char *name)
{
	for (const struct lite_model_table *m = lite_model_tables; m->name; m++)
		if (strcmp(m->name, name) == 0 && m->key)
			return m;
	return NULL;
}

static struct trib_field *with_keys(struct trib *t, const struct trib_table *is, const struct lite_model_table *m,
                                    bool keep)
{
	size_t n = 0;
	bool keyed = false;
	for (; is->columns[n].name; n++)
		keyed |= is->columns[n].flags & TRIB_KEY;
	struct trib_field *f = trib_scratch(t, (n + 1) * sizeof *f);
	if (!f)
		return NULL;
	memcpy(f, is->columns, n * sizeof *f);
	for (size_t i = 0; !(keep && keyed) && i < n; i++)
		f[i].flags = (f[i].flags & ~(unsigned)TRIB_KEY) | (among(f[i].name, m->key) ? TRIB_KEY : 0);
	return f;
}

static const char *ignored(struct trib *t, const struct trib_table *is, const struct lite_model_table *m)
{
	char *list = "";
	for (const struct trib_field *f = is->columns; list && f->name; f++)
		if (among(f->name, m->ignore))
			list = trib_fmt(t, "%s%s%s", list, *list ? "," : "", f->name);
	return list && *list ? list : NULL;
}

/* The pipeline's options first; the model's where it says nothing. */
static trib_map *with_options(struct trib *t, const struct trib_table *is, const struct lite_model_table *m)
{
	enum { MORE = 8 };
	const struct { const char *name, *value; } model[] = {
		{ "recorded_from", "recorded_from" }, { "recorded_to", "recorded_to" }, { "open", "9999-12-31" },
		{ "revision", m->revision ? "revision" : NULL }, { "time_from", m->time_from }, { "ignore",
		        ignored(t, is, m) },
	};
	size_t given = is->options ? is->options->count : 0, n = given;
	trib_map *out = trib_scratch(t, sizeof *out);
	const char **names = trib_scratch(t, (given + MORE) * sizeof *names), **values = trib_scratch(t,
	        (given + MORE) * sizeof *values);
	if (!out || !names || !values)
		return NULL;
	for (size_t i = 0; i < given; i++) {
		names[i] = is->options->names[i];
		values[i] = trib_map_text(is->options, names[i]);
	}
	for (size_t i = 0; m->mode == TRIB_SCD2 && i < sizeof model / sizeof *model; i++)
		if (model[i].value && !(is->options && trib_map_text(is->options, model[i].name))) {
			names[n] = model[i].name;
			values[n++] = model[i].value;
		}
	*out = (trib_map){ names, values, n };
	return out;
}

enum trib_mode lite_model_mode(const struct lite *s, const char *name)
{
	const struct lite_model_table *m = strcmp(s->model, "partner") == 0 ? find(name) : NULL;
	return m ? m->mode : TRIB_APPEND;
}

int lite_model_table(struct trib *t, const struct lite *s, const struct trib_table *is, struct trib_table *filled)
{
	const struct lite_model_table *m = strcmp(s->model, "partner") == 0 ? find(is->name) : NULL;
	*filled = *is;
	if (m && is->mode == TRIB_MERGE && m->mode == TRIB_INSERT_ONLY) {        /* as of reviews that were decided */
		filled->columns = with_keys(t, is, m, true);
		return filled->columns ? TRIB_OK : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	}
	if (!m || (is->mode != TRIB_APPEND && is->mode != m->mode))
		return TRIB_OK;
	filled->mode = m->mode;
	filled->columns = with_keys(t, is, m, is->mode != TRIB_APPEND);
	filled->options = with_options(t, is, m);
	if (!filled->columns || !filled->options)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	return TRIB_OK;
}
