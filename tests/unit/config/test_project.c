/* project - folders: which files are pipelines, for_each, the order of after:. */
#include "files.h"

static void pipeline(const struct folder *d, const char *file, const char *name, const char *more)
{
	char text[512];
	snprintf(text, sizeof text, "pipeline: %s\nsource: { use: file, url: x }\nsink: { use: sqlite, path: y }\n%s",
	         name, more);
	file_put(d, file, text);
}

static char *names(const struct tribx_project *p)
{
	struct tribx_buf b = { 0 };
	tribx_buf_puts(&b, "");
	for (size_t i = 0; p && i < p->count; i++)
		tribx_buf_fmt(&b, "%s%s", i ? " " : "", p->pipelines[i].name);
	return tribx_buf_take(&b);
}

Test(project, order_is_after_then_names)
{
	struct folder d = folder_new();
	struct tribx_findings f = { 0 };
	pipeline(&d, "1.yaml", "alpha", "after: zeta\n");
	pipeline(&d, "2.yml", "beta", "after: [alpha, gamma]\n");
	pipeline(&d, "3.yaml", "gamma", "");
	pipeline(&d, "4.yaml", "zeta", "for_each: { p: rows.csv }\n");
	file_put(&d, "rows.csv", "name,id\nx,P2\ny,P1\nz,P10\n");
	file_put(&d, "rules.yaml", "- rule: 1\n");
	file_put(&d, "broken.yaml", "a: [\n");
	file_put(&d, ".hidden.yaml", "pipeline: hidden\n");
	struct tribx_project *p = tribx_project_load(d.path, NULL, 0, &f);
	cr_assert_not_null(p, "%s", said(&f));
	char *got = names(p), *all = said(&f);
	cr_expect_str_eq(got, "zeta/P1 zeta/P10 zeta/P2 alpha gamma beta");
	cr_expect_str_eq(all, "");
	free(got);
	free(all);
	tribx_project_free(p);
	folder_done(&d);
}

Test(project, cycles_and_unknown_names)
{
	struct folder d = folder_new();
	struct tribx_findings f = { 0 };
	pipeline(&d, "1.yaml", "alpha", "after: beta\n");
	pipeline(&d, "2.yaml", "beta", "after: [gamma]\n");
	pipeline(&d, "3.yaml", "gamma", "after: [alpha]\n");
	pipeline(&d, "4.yaml", "delta", "after: [alpa]\n");
	pipeline(&d, "5.yaml", "delta", "");
	tribx_project_free(tribx_project_load(d.path, NULL, 0, &f));
	bool hint = false;
	for (size_t i = 0; i < f.count; i++)
		hint |= strcmp(f.items[i].hint, "did you mean \"alpha\"?") == 0;
	cr_expect(hint);
	char *all = said(&f);
	cr_expect(strstr(all,
	                 "config.cycle@4:1 after: \"alpha\" comes itself after \"gamma\", so neither can be first"),
	                 "%s", all);
	cr_expect(strstr(all, "config.unknown_pipeline@4:1 after: there is no pipeline \"alpa\" in this project"), "%s",
	          all);
	cr_expect(strstr(all, "config.duplicate_pipeline@1:11 pipeline \"delta\" is also in"), "%s", all);
	free(all);
	folder_done(&d);
}

Test(project, every_fault_of_every_file)
{
	struct folder d = folder_new();
	struct tribx_findings f = { 0 };
	pipeline(&d, "1.yaml", "alpha", "afer: x\nmax_rejects: -1\n");
	pipeline(&d, "2.yaml", "beta", "for_each: { p: rows.csv }\nchekpoint: {}\n");
	file_put(&d, "rows.csv", "id\nP1\nP2\nP3\n");
	file_put(&d, "3.yaml", "pipeline: c\nsource: {\n");
	tribx_project_free(tribx_project_load(d.path, NULL, 0, &f));
	/* what three instances share is said once */
	cr_expect_eq(tribx_findings_faults(&f), 4, "%zu: %s", f.count, said(&f));
	tribx_findings_done(&f);
	folder_done(&d);
}

Test(project, nothing_to_run)
{
	struct folder d = folder_new();
	struct tribx_findings f = { 0 };
	cr_expect_null(tribx_project_load(d.path, NULL, 0, &f));
	cr_expect_str_eq(f.items[0].code, "config.no_pipeline");
	tribx_findings_done(&f);
	cr_expect_null(tribx_project_load("/none/of/this", NULL, 0, &f));
	cr_expect_str_eq(f.items[0].code, "config.unreadable");
	tribx_findings_done(&f);
	folder_done(&d);
}

Test(project, rows_give_values_and_lists_come_from_files)
{
	struct probe { trib_list rules; trib_map alias; const char *url; } s = { 0 };
	struct rule { const char *from; int64_t n; };
	static const struct trib_field rule[] = { TRIB_FIELD(struct rule, from),
	                                          TRIB_FIELD(struct rule, n, .allow = "0..9"), { 0 } };
	static const struct trib_field options[] = {
		TRIB_FIELD(struct probe, rules, TRIB_OF(struct rule, rule)), TRIB_FIELD(struct probe, alias),
			TRIB_FIELD(struct probe, url), { 0 }
	};
	struct folder d = folder_new();
	struct tribx_findings f = { 0 };
	file_put(&d, "partners.csv", "id,host\nP1,one\nP2,two\n");
	file_put(&d, "rules.yaml", "- { from: \"${literal}\", n: 3 }\n- { from: b, n: 12 }\n");
	file_put(&d, "alias.csv", "name,metric\nUmsatz,revenue\n");
	const char *path = file_put(&d, "p.yaml", "pipeline: p\nfor_each: { partner: partners.csv }\n"
		"source: { use: file, url: \"sftp://${partner.host}/x\", rules: rules.yaml, alias: alias.csv }\nsink: "
		"{ use: sqlite }\n");
	struct tribx_project *p = tribx_project_load(path, NULL, 0, &f);
	cr_assert(p && p->count == 2 && f.count == 0, "%s", said(&f));
	struct tribx_arena a = { 0 };
	for (int i = 0; i < 2; i++) {
		const struct tribx_pipeline *l = &p->pipelines[i];
		cr_expect_not(tribx_fields_load(options, &s, NULL, NULL, &a, l->source.options, &l->includes, &f));
		cr_expect_str_eq(s.url, i ? "sftp://two/x" : "sftp://one/x");
		cr_expect_str_eq(((const struct rule *)s.rules.items)[0].from, "${literal}");
		cr_expect_str_eq(trib_map_text(&s.alias, "Umsatz"), "revenue");
	}
	cr_assert_eq(f.count, 1);   /* of the file, once for both */
	cr_expect(strstr(f.items[0].file, "/rules.yaml"));
	cr_expect(f.items[0].line == 2 && f.items[0].column == 17, "%d:%d", f.items[0].line, f.items[0].column);
	cr_expect_str_eq(f.items[0].line_text, "- { from: b, n: 12 }");
	tribx_findings_done(&f);
	tribx_arena_done(&a);
	tribx_project_free(p);
	folder_done(&d);
}
