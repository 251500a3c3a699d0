/* The files sink, called as the core calls it; the folder is read as a user would. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host.h"

static char *folder, option[340], path[300];

static void start(void)
{
	folder = rig_folder();
	snprintf(path, sizeof path, "%s/deep/out", folder);
	snprintf(option, sizeof option, "path=%s", path);
}

static void stop(void)
{
	char command[300];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	cr_assert(system(command) == 0);
	free(folder);
}

TestSuite(files, .init = start, .fini = stop, .timeout = 60);

static struct rig *rig(const char *pipeline, const char *a, const char *b)
{
	struct rig *r = rig_open(&files_LTX_trib_plugin, pipeline, (const char *const[]){ option,
	        a ? a : "lock_wait=1s", b ? b : "lock_wait=1s", NULL });
	cr_assert(rig_claim(r) == TRIB_OK, "%s", r->t.error.text);
	return r;
}

static void begin_and_write(struct rig *r, const char *id, const struct spec *s, const char *rows)
{
	cr_assert(rig_begin(r, id) == TRIB_OK && rig_table(r, 0, s) == TRIB_OK, "%s", r->t.error.text);
	cr_assert(rig_write(r, 0, s, rows) == TRIB_OK, "%s", r->t.error.text);
}

static void unit(struct rig *r, const char *id, const struct spec *s, const char *rows, const struct ending *e)
{
	static const struct ending plain = { .states = "p|1" };
	begin_and_write(r, id, s, rows);
	cr_assert(rig_commit(r, e ? e : &plain) == TRIB_OK, "%s", r->t.error.text);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Names and contents of all files of a folder, in order; hidden ones by name only. */
static const char *look(const char *sub)
{
	static char out[1 << 16];
	char at[600];
	struct dirent **list;
	size_t n = 0;
	snprintf(at, sizeof at, "%s/%s", path, sub);
	int count = scandir(at, &list, NULL, by_name);
	out[0] = 0;
	for (int i = 0; i < count; i++) {
		char file[1200];
		snprintf(file, sizeof file, "%s/%s", at, list[i]->d_name);
		struct stat st;
		if (stat(file, &st) < 0 || !S_ISREG(st.st_mode) || strcmp(list[i]->d_name, ".lock") == 0) {
			free(list[i]);
			continue;
		}
		n += (size_t)snprintf(out + n, sizeof out - n, "[%s]", list[i]->d_name[0] == '.' ? "hidden" :
		                      list[i]->d_name);
		FILE *f = list[i]->d_name[0] == '.' || strcmp(list[i]->d_name,
		                                              "manifest.json") == 0 ? NULL : fopen(file, "r");
		for (int c; f && (c = fgetc(f)) != EOF;)
			out[n++] = (char)c;
		out[n] = 0;
		if (f)
			fclose(f);
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	return out;
}

static json_t *stream(void)
{
	char file[400];
	snprintf(file, sizeof file, "%s/manifest.json", path);
	json_t *m = json_load_file(file, 0, NULL);
	cr_assert(m);
	json_t *one = json_incref(json_array_get(json_object_get(m, "streams"), 0));
	json_decref(m);
	return one;
}

static const struct spec two = { .table = "t", .columns = "k:s v:i" };

Test(files, parts_get_their_names_with_the_commit)
{
	struct rig *r = rig("p", "max_rows=2", NULL);
	begin_and_write(r, "l1", &two, "a|1;b|2;c|3");
	cr_assert_str_eq(look("t"), "[hidden][hidden]");
	cr_assert(rig_commit(r, &(struct ending){ .states = "p1|{\"n\":1}",
	                                          .dead = "read|bad|why|{\"a\":1}|"
	        "7" }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(rig_tally(r, 0), "+3 ~0 =0 <0 -0 !0");
	cr_assert_str_eq(look("t"), "[l1-0001.csv]k,v\na,1\nb,2\n[l1-0002.csv]k,v\nc,3\n");
	cr_assert_str_eq(look("_dead_letters"), "[l1.jsonl]{\"stage\":\"read\",\"code\":\"bad\",\"detail\":\"why\","
	        "\"record\":{\"a\":1},\"line\":7}\n");
	json_t *s = stream();
	cr_assert(json_array_size(json_object_get(s, "files")) == 2 && json_array_size(json_object_get(s,
	        "loads")) == 1);
	cr_assert_str_eq(json_string_value(json_object_get(json_object_get(s, "states"), "p1")), "{\"n\":1}");
	json_decref(s);
	unit(r, "l2", &two, "d|4", NULL);
	cr_assert_str_eq(look("t"), "[l1-0001.csv]k,v\na,1\nb,2\n[l1-0002.csv]k,v\nc,3\n[l2-0001.csv]k,v\nd,4\n");
	rig_close(r);
	r = rig("p", NULL, NULL);
	cr_assert_str_eq(rig_states(r), "p1|{\"n\":1};p|1");
	cr_assert(r->load.epoch == 2);
	rig_close(r);
}

Test(files, abort_leaves_nothing)
{
	struct rig *r = rig("p", NULL, NULL);
	begin_and_write(r, "l1", &two, "a|1");
	rig_abort(r);
	cr_assert_str_eq(look("t"), "");
	begin_and_write(r, "l2", &two, "a|1");
	r->ledger_fails = true;
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_FATAL);
	cr_assert_str_eq(look("t"), "");
	rig_close(r);
}

Test(files, what_a_dead_run_left_is_tidied)
{
	struct rig *dead = rig("p", NULL, NULL);
	unit(dead, "l1", &two, "a|1", NULL);
	begin_and_write(dead, "l2", &two, "b|2");      /* never committed */
	char from[700], to[700];
	struct dirent **list;
	cr_assert_str_eq(look("t"), "[hidden][l1-0001.csv]k,v\na,1\n");
	/* as if it had died between the manifest and the rename */
	snprintf(from, sizeof from, "%s/t/l1-0001.csv", path);
	snprintf(to, sizeof to, "%s/t", path);
	cr_assert(scandir(to, &list, NULL, by_name) == 4);
	snprintf(to, sizeof to, "%s/t/%.17s~l1~l1-0001.csv", path, list[2]->d_name);
	cr_assert(rename(from, to) == 0, "%s", to);
	for (int i = 0; i < 4; i++)
		free(list[i]);
	free(list);
	struct rig *other = rig("q", NULL, NULL);      /* another stream's claim leaves it alone */
	cr_assert_str_eq(look("t"), "[hidden][hidden]");
	struct rig *r = rig("p", NULL, NULL);
	cr_assert_str_eq(look("t"), "[l1-0001.csv]k,v\na,1\n");
	cr_assert(rig_commit(dead, &(struct ending){ 0 }) == TRIB_FENCED, "%s", dead->t.error.text);
	cr_assert_str_eq(look("t"), "[l1-0001.csv]k,v\na,1\n");
	rig_close(dead);
	rig_close(other);
	rig_close(r);
}

Test(files, replace_waits_for_the_whole_source)
{
	const struct spec s = { .table = "t", .mode = TRIB_REPLACE, .columns = "k:s v:i" };
	struct rig *r = rig("p", NULL, NULL);
	unit(r, "l1", &s, "a|1;b|2", NULL);
	unit(r, "l2", &s, "c|3", &(struct ending){ .partial = true, .states = "p1|1" });
	cr_assert_str_eq(look("t"), "[hidden][l1-0001.csv]k,v\na,1\nb,2\n");
	rig_close(r);
	r = rig("p", NULL, NULL);                      /* the next run begins anew */
	unit(r, "l3", &s, "c|3", &(struct ending){ .partial = true, .states = "p1|1" });
	unit(r, "l4", &s, "d|4", NULL);
	cr_assert_str_eq(rig_tally(r, 0), "+1 ~0 =0 <0 -2 !0");
	rig_close(r);
	r = rig("p", NULL, NULL);                      /* this claim has swept away what was staged before */
	cr_assert_str_eq(look("t"), "[l3-0001.csv]k,v\nc,3\n[l4-0001.csv]k,v\nd,4\n");
	rig_close(r);
}

Test(files, staged_rows_are_seen_when_they_are_published)
{
	struct rig *r = rig("p", NULL, NULL);
	unit(r, "l1", &two, "a|1", &(struct ending){ .stage_only = true, .partial = true, .states = "p1|1" });
	cr_assert_str_eq(look("t"), "[hidden]");
	rig_close(r);
	r = rig("p", NULL, NULL);
	cr_assert_str_eq(look("t"), "[hidden]");
	unit(r, "l2", &two, "b|2", NULL);
	cr_assert_str_eq(look("t"), "[l1-0001.csv]k,v\na,1\n[l2-0001.csv]k,v\nb,2\n");
	rig_close(r);
}

Test(files, one_file_is_made_whole_at_the_end)
{
	struct rig *r = rig("p", "file=all.csv", NULL);
	unit(r, "l1", &two, "a|1", &(struct ending){ .partial = true, .states = "p1|1" });
	cr_assert_str_eq(look(""), "[hidden][manifest.json]");
	begin_and_write(r, "l2", &two, "lost|2");
	rig_abort(r);
	rig_close(r);
	r = rig("p", "file=all.csv", NULL);
	unit(r, "l3", &two, "b|2", NULL);
	cr_assert_str_eq(look(""), "[all.csv]k,v\na,1\nb,2\n[manifest.json]");
	begin_and_write(r, "l4", &two, "c|3");
	cr_assert_str_eq(look(""), "[hidden][all.csv]k,v\na,1\nb,2\n[manifest.json]");
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK);
	cr_assert_str_eq(look(""), "[all.csv]k,v\na,1\nb,2\nc,3\n[manifest.json]");
	json_t *st = stream();
	cr_assert(json_integer_value(json_object_get(json_array_get(json_object_get(st, "files"), 0), "rows")) == 3);
	json_decref(st);
	const struct spec other = { .table = "u", .columns = "k:s" }, wider = { .table = "t",
	                                                                        .columns = "k:s v:i w:i" };
	cr_assert(rig_begin(r, "l5") == TRIB_OK && rig_table(r, 1, &other) == TRIB_CONFIG, "%s", r->t.error.text);
	cr_assert(rig_table(r, 0, &wider) == TRIB_OK && rig_write(r, 0, &wider, "a|1|1") == TRIB_CONFIG, "%s",
	          r->t.error.text);
	rig_abort(r);
	rig_close(r);
	r = rig("p", "file=all.csv", NULL);
	const struct spec again = { .table = "t", .mode = TRIB_REPLACE, .columns = "k:s" };
	unit(r, "l6", &again, "z", NULL);
	cr_assert_str_eq(look(""), "[all.csv]k\nz\n[manifest.json]");
	rig_close(r);
}

Test(files, columns_that_come_late_begin_a_part)
{
	struct rig *r = rig("p", NULL, NULL);
	const struct spec wider = { .table = "t", .columns = "k:s v:i w:d" };
	begin_and_write(r, "l1", &two, "a|1");
	cr_assert(rig_table(r, 0, &wider) == TRIB_OK && rig_write(r, 0, &wider, "b|=|0.5") == TRIB_OK, "%s",
	          r->t.error.text);
	cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
	cr_assert_str_eq(look("t"), "[l1-0001.csv]k,v\na,1\n[l1-0002.csv]k,v,w\nb,,0.5\n");
	rig_close(r);
}

Test(files, names_of_tables_stay_inside_of_the_folder)
{
	static const struct { const char *name, *folder; } t[] = {
		{ "../x", "%2E.%2Fx" }, { "a/b", "a%2Fb" }, { ".hidden", "%2Ehidden" }, { "_dead_letters",
		        "%5Fdead_letters" }, { "", "%" }, { "a b\n", "a%20b%0A" },
	};
	struct rig *r = rig("p", "format=jsonl", NULL);
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		const struct spec s = { .table = t[i].name, .columns = "k:s" };
		char id[16], at[600];
		snprintf(id, sizeof id, "l%zu", i);
		cr_assert(rig_begin(r, id) == TRIB_OK && rig_table(r, (int)i, &s) == TRIB_OK &&
		          rig_write(r, (int)i, &s, "v") == TRIB_OK, "%s", r->t.error.text);
		cr_assert(rig_commit(r, &(struct ending){ 0 }) == TRIB_OK, "%s", r->t.error.text);
		snprintf(at, sizeof at, "%s/%s/l%zu-0001.jsonl", path, t[i].folder, i);
		cr_assert(access(at, F_OK) == 0, "%s", at);
	}
	rig_close(r);
}

Test(files, a_lost_answer_is_found_in_the_manifest)
{
	struct rig *r = rig("p", NULL, NULL);
	unit(r, "l1", &two, "a|1", NULL);
	cr_assert(rig_begin(r, "l1") == TRIB_END);
	cr_assert(rig_begin(r, "l2") == TRIB_OK);
	cr_assert(rig_commit(r, &(struct ending){ .outcome = TRIB_HELD, .dead = "s|c|d|{}|~" }) == TRIB_OK);
	cr_assert(rig_begin(r, "l2") == TRIB_OK);
	rig_abort(r);
	rig_close(r);
}

Test(files, looking_makes_nothing_and_fences_nothing)
{
	struct rig *look = rig_open(&files_LTX_trib_plugin, "p", (const char *const[]){ option, NULL });
	look->load.run_id = NULL;
	cr_assert(rig_claim(look) == TRIB_OK && access(path, F_OK) < 0);
	cr_assert_str_eq(rig_recall(look, "_trib_loads", "", ""), "");
	rig_close(look);
	struct rig *r = rig("p", NULL, NULL);
	unit(r, "l1", &two, "a|1", &(struct ending){ .states = "p1|{};p2|{}", .dead = "read|bad|why|{\"a\":1}|7" });
	unit(r, "l2", &two, "b|1", &(struct ending){ .states = "p2|~" });
	look = rig_open(&files_LTX_trib_plugin, "p", (const char *const[]){ option, NULL });
	look->load.run_id = NULL;
	cr_assert(rig_claim(look) == TRIB_OK);
	cr_assert_str_eq(rig_states(look), "p1|{}", "a state of null is forgotten");
	cr_assert_str_eq(rig_recall(look, "_trib_dead_letters", "", ""), "l1|p|s|read|bad|why|{\"a\":1}|7|~|~");
	cr_assert(strncmp(rig_recall(look, "_trib_loads", "", ""), "l1|run|p|s|1|committed|", 23) == 0);
	rig_close(look);
	unit(r, "l3", &two, "c|1", NULL);
	rig_close(r);
}

Test(files, a_manifest_that_is_none_is_left_alone)
{
	struct rig *r = rig("p", NULL, NULL);
	rig_close(r);
	char file[400];
	snprintf(file, sizeof file, "%s/manifest.json", path);
	FILE *f = fopen(file, "w");
	fputs("{\"v\": 1, \"streams\"", f);
	fclose(f);
	r = rig_open(&files_LTX_trib_plugin, "p", (const char *const[]){ option, NULL });
	cr_assert(rig_claim(r) == TRIB_ENV && strcmp(r->t.error.code, "files.bad_manifest") == 0, "%s",
	          r->t.error.text);
	rig_close(r);
}
