/* pipeline - the keys of a file into the struct of the run, and what is refused. */
#include "files.h"

#define GOOD "pipeline: p\nsource: { use: file, url: x }\nsink: { use: sqlite, path: y }\n"

static struct tribx_project *load_text(const struct folder *d, const char *text, struct tribx_findings *f)
{
	return tribx_project_load(file_put(d, "p.yaml", text), NULL, 0, f);
}

Test(pipeline, shape)
{
	struct folder d = folder_new();
	struct tribx_findings f = { 0 };
	struct tribx_project *p = load_text(&d,
		"pipeline: kpis\n"
		"max_rejects: 2.5%\n"
		"checkpoint: { rows: 5000, bytes: 1MiB }\n"
		"defaults: { file: { delimiter: \";\", format: csv }, map: { strict: true } }\n"
		"schedule: { cron: \"30 6 * * *\", tz: UTC, period: day, lag: 1d }\n"
		"source: { use: file, stream: rows, url: \"*.csv\", format: tsv }\n"
		"steps:\n"
		"  - dedupe\n"
		"  - map: { select: [a] }\n"
		"  - map: { drop: [b] }\n"
		"    name: last\n"
		"  - { use: map, filter: a }\n"
		"sink:\n"
		"  use: sqlite\n"
		"  path: m.db\n"
		"  table: main\n"
		"  mode: scd2\n"
		"  key: [a, b]\n"
		"  tables:\n"
		"    audit: { mode: merge, strategy: insert_only, key: id, guard: { min_rows: 1 }, soft_delete: gone "
		"}\n"
		"    other:\n", &f);
	cr_assert(p && p->count == 1, "%s", said(&f));
	cr_assert_eq(f.count, 0, "%s", said(&f));
	const struct tribx_pipeline *l = p->pipelines;
	cr_expect_str_eq(l->name, "kpis");
	cr_expect_str_eq(l->dir, d.path);
	cr_expect(l->max_rejects == -1 && l->max_rejects_share == 0.025);
	cr_expect(l->checkpoint_rows == 5000 && l->checkpoint_bytes == 1048576 && l->checkpoint_age_ms == 60000);
	cr_expect_str_eq(l->source.use, "file");
	cr_expect_str_eq(l->stream, "rows");
	cr_expect_eq(l->source.options->count, 3);
	cr_expect_str_eq(tribx_conf_get(l->source.options, "format")->text, "tsv");
	cr_expect_str_eq(tribx_conf_get(l->source.options, "delimiter")->origin, "defaults");
	static const char *const names[] = { "dedupe", "map", "last", "map-2" };
	cr_assert_eq(l->step_count, 4);
	for (size_t i = 0; i < 4; i++)
		cr_expect_str_eq(l->steps[i].name, names[i]);
	cr_expect_str_eq(l->steps[2].use, "map");
	cr_expect_eq(l->steps[0].options->count, 0);
	cr_expect(tribx_conf_get(l->steps[3].options, "strict") && tribx_conf_get(l->steps[3].options, "filter"));
	cr_expect_str_eq(l->table, "main");
	cr_expect_eq(l->sink.options->count, 1);
	cr_assert_eq(l->table_count, 3);
	cr_expect(l->tables[0].mode == TRIB_INSERT_ONLY && l->tables[0].mode_given && l->tables[0].key.count == 1);
	cr_assert_eq(l->tables[0].option_count, 2);
	cr_expect_str_eq(l->tables[0].option_names[0], "guard");
	cr_expect_str_eq(l->tables[0].option_texts[0], "{\"min_rows\":1}");
	cr_expect_str_eq(l->tables[0].option_texts[1], "gone");
	cr_expect(!l->tables[1].mode_given && l->tables[1].key.count == 0);
	cr_expect_str_eq(l->tables[2].name, "main");
	cr_expect(l->tables[2].mode == TRIB_SCD2 && l->tables[2].key.count == 2 && l->tables[2].option_count == 0);
	cr_expect_not_null(l->schedule);
	tribx_project_free(p);
	folder_done(&d);
}

Test(pipeline, faults)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "pipeline: x\nshedule: \"0 * * * *\"\n",
		  "config.unknown_key@2:1 unknown key \"shedule\" in a pipeline\nconfig.required@1:1 source is "
		  "required\n"
		  "config.required@1:1 sink is required" },
		{ "source: { use: a }\nsink: { use: b }\n",
		  "config.required@1:1 pipeline is required: the name of this pipeline" },
		{ "pipeline: a b\nsource: { use: a }\nsink: { use: b }\n",
		  "config.bad_name@1:11 pipeline: \"a b\" is no name" },
		{ "- 1\n", "config.bad_value@1:1 a pipeline file is a map that begins with \"pipeline: NAME\"" },
		{ "pipeline: p\nsource: { url: a }\nsink: x\n",
		  "config.required@2:9 source.use is required: the name of a plugin\n"
		  "config.bad_value@3:7 sink: not a map; write { use: PLUGIN, ... }" },
		{ GOOD "max_rejects: many\n",
		  "config.bad_value@4:14 max_rejects: not a number of rows or a share (allowed: 0.. or 0%..100%)" },
		{ GOOD "max_rejects: 101%\n",
		  "config.bad_value@4:14 max_rejects: not a number of rows or a share (allowed: 0.. or 0%..100%)" },
		{ GOOD "checkpoint: { rows: 0, age: 5 }\n",
		  "config.bad_value@4:21 option rows: out of range (allowed: 1..)\n"
		  "config.bad_value@4:29 option age: not a duration (like 30s, 2m, 1h30m, 1d) (allowed: 1ms..)" },
		{ GOOD "steps: { a: b }\n",
		  "config.bad_value@4:8 steps: not a list; write one step per line, each with a dash" },
		{ GOOD "steps: [ { a: {}, b: {} }, 5: x, { use: m, name: source } ]\n",
		  "config.bad_step@4:10 this is not a step\n"
		  "config.bad_step@4:31 the options of a step are a map\nconfig.duplicate_key@4:34 step name "
		  "\"source\" is taken" },
		{ GOOD "defaults: { flie: { a: 1 } }\n",
		  "config.unused_defaults@4:13 defaults for flie: no step of this pipeline uses it" },
		{ "pipeline: p\nsource: { use: a }\nsink: { use: b, tables: { t: { mode: mrege }, u: { strategy: "
		  "upsert }, v: { mode: merge, strategy: x, key: [[1]] } } }\n",
		  "config.bad_value@3:38 mode: unknown word (allowed: append|merge|replace|scd2|effective|snapshot)\n"
		  "config.bad_value@3:52 strategy: belongs to mode merge\nconfig.bad_value@3:100 strategy: unknown "
		  "word (allowed: upsert|insert_only|replace_slice)\n"
		  "config.bad_value@3:109 key: not a name or a list of names" },
		{ GOOD "for_each: { a: x.csv, b: y.csv }\n",
		  "config.bad_value@4:11 for_each: not one variable and its rows" },
		{ GOOD "for_each: { a: none.csv }\n",
		  "config.unreadable@4:16 DIR/none.csv: No such file or directory" },
		{ GOOD "for_each: { a: [ { id: x }, { id: x }, { id: y } ] }\n",
		  "config.duplicate_key@4:29 for_each: \"x\" is there twice, first on line 4" },
		{ GOOD "after: [ [1] ]\n", "config.bad_value@4:10 after: not a name or a list of names" },
		{ GOOD "x-anything: { goes: here }\n", "" },
	};
	struct folder d = folder_new();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_findings f = { 0 };
		tribx_project_free(load_text(&d, cases[i].text, &f));
		char *got = said(&f), *dir = strstr(got, d.path);
		if (dir) {
			memmove(dir + 3, dir + strlen(d.path), strlen(dir + strlen(d.path)) + 1);
			memcpy(dir, "DIR", 3);
		}
		cr_expect_str_eq(got, cases[i].said);
		free(got);
	}
	folder_done(&d);
}

Test(pipeline, set)
{
	static const struct { const char *key, *value, *said; } cases[] = {
		{ "source.url", "new", "" }, { "steps.m.list", "[a, b]", "" }, { "steps.dedupe.key", "k", "" },
		{ "checkpoint.rows", "7", "" },
		{ "steps.none.x", "1", "config.bad_set@0:0 --set steps.none.x: there is no step of that name" },
		{ "source.url.x", "1", "config.bad_set@0:0 --set source.url.x: what stands there takes no names" },
		{ "source..x", "1", "config.bad_set@0:0 --set source..x: a name is empty" },
		{ "sorce.url", "1", "config.unknown_key@0:0 unknown key \"sorce\" in a pipeline" },
		{ "checkpoint.rows", "x", "config.bad_value@0:0 option rows: not a number (allowed: 1..)" },
	};
	static const char text[] = "pipeline: p\nsource: { use: file, url: x }\nsteps: [ { use: map, name: m }, dedupe "
	                           "]\nsink: { use: sqlite, path: y }\n";
	struct folder d = folder_new();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_findings f = { 0 };
		const struct tribx_set set = { cases[i].key, cases[i].value };
		struct tribx_project *p = tribx_project_load(file_put(&d, "p.yaml", text), &set, 1, &f);
		cr_assert_not_null(p);
		if (i == 0) {
			cr_expect_str_eq(tribx_conf_get(p->pipelines[0].source.options, "url")->text, "new");
			cr_expect_str_eq(tribx_conf_get(p->pipelines[0].source.options, "url")->origin, "--set");
		}
		if (i == 1)
			cr_expect_eq(tribx_conf_get(p->pipelines[0].steps[0].options, "list")->count, 2);
		if (i == 2)
			cr_expect_str_eq(tribx_conf_get(p->pipelines[0].steps[1].options, "key")->text, "k");
		if (i == 3)
			cr_expect_eq(p->pipelines[0].checkpoint_rows, 7);
		char *got = said(&f);
		cr_expect_str_eq(got, cases[i].said);
		free(got);
		tribx_project_free(p);
	}
	folder_done(&d);
}
