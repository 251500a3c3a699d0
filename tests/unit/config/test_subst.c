/* subst - what comes in from outside stays one value. */
#include "files.h"

Test(subst, values)
{
	static const struct { const char *value, *text, *said; } cases[] = {
		{ "plain", "plain", "" }, { "${env:T_A}", "one two", "" }, { "x-${env:T_A}-y", "x-one two-y", "" },
		{ "$${env:T_A}", "${env:T_A}", "" },
		{ "$", "$", "" }, { "a$b $x", "a$b $x", "" }, { "${project}/x", "/prj/x", "" },
		{ "${partner.id}", "P07", "" },
		{ "${env:T_${partner.id}}", "seven", "" }, { "${env:T_EVIL}", "x\"\npassword: y", "" },
		{ "${partner.id}${partner.id}", "P07P07", "" },
		{ "a${partner.empty}b", "ab", "" }, { "${env:T_EMPTY}", "", "" },
		{ "${env:T_UNSET}", "${env:T_UNSET}", "config.unset@1:4 environment variable T_UNSET is not set" },
		{ "${partner.idd}", "${partner.idd}", "config.unset@1:4 for_each partners.csv:3 has no column idd" },
		{ "${T_A}", "one two", "" }, { "${other}", "${other}", "config.unset@1:4 ${other} is not known" },
		{ "${env:X", "${env:X", "config.unset@1:4 ${ is not closed by }" },
		{ "${file:none}", "${file:none}", "config.unset@1:4 secret file none: No such file or directory" },
		{ "${cmd:id}", "${cmd:id}", "config.unset@1:4 ${cmd:id} is not known" },
	};
	setenv("T_A", "one two", 1);
	setenv("T_P07", "seven", 1);
	setenv("T_EVIL", "x\"\npassword: y", 1);
	setenv("T_EMPTY", "", 1);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		char text[128];
		snprintf(text, sizeof text, "a: %s\n", cases[i].value);
		const struct tribx_conf *row = yaml("{id: P07, empty: }", &a, &f), *tree = yaml(text, &a, &f);
		const struct tribx_vars vars = { .project = "/prj", .dir = "/tmp", .loop = "partner", .row = row,
		                                 .row_name = "for_each partners.csv:3" };
		const struct tribx_conf *got = tribx_substitute(tree, &vars, &a, &f), *v = tribx_conf_get(got, "a");
		cr_assert_not_null(v);
		cr_expect_str_eq(v->text, cases[i].text);
		char *all = said(&f);
		cr_expect_str_eq(all, cases[i].said);
		free(all);
		tribx_arena_done(&a);
	}
}

Test(subst, an_empty_cell_alone_is_not_given)
{
	struct tribx_arena a = { 0 };
	struct tribx_findings f = { 0 };
	const struct tribx_conf *row = yaml("{id: P07, tz: }", &a, &f);
	const struct tribx_vars vars = { .project = "/prj", .dir = "/tmp", .loop = "partner", .row = row,
	                                 .row_name = "row" };
	const struct tribx_conf *got = tribx_substitute(yaml("{a: \"${partner.tz}\", b: \"${env:HOME}\"}", &a, &f),
	                                                &vars, &a, &f);
	cr_expect_eq(tribx_conf_get(got, "a")->kind, TRIBX_NULL);
	cr_expect(tribx_conf_get(got, "b")->secret);
	cr_expect_str_eq(tribx_conf_get(got, "b")->origin, "${env:HOME}");
	tribx_arena_done(&a);
}

Test(subst, secret_files_are_for_their_owner_only)
{
	static const struct { mode_t mode; const char *said; } cases[] = {
		{ 0600, "" }, { 0400, "" },
		{ 0640, "config.secret_file@1:4 secret file key: others may read it (mode 640)" },
		{ 0604, "config.secret_file@1:4 secret file key: others may read it (mode 604)" },
	};
	struct folder d = folder_new();
	const char *path = file_put(&d, "key", "s3cret-canary\r\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tribx_arena a = { 0 };
		struct tribx_findings f = { 0 };
		const struct tribx_vars vars = { .dir = d.path };
		cr_assert_eq(chmod(path, cases[i].mode), 0);
		const struct tribx_conf *got = tribx_substitute(yaml("a: ${file:key}\n", &a, &f), &vars, &a, &f),
			*v = tribx_conf_get(got, "a");
		char *all = said(&f);
		cr_expect_str_eq(all, cases[i].said);
		if (!*cases[i].said)
			cr_expect(v->secret && strcmp(v->text, "s3cret-canary") == 0, "%s", v->text);
		free(all);
		tribx_arena_done(&a);
	}
	folder_done(&d);
}
