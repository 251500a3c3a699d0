/* test - what `trib test` runs: pipelines with given rows, and plugins against their contract (core/test/README.md).
 *
 * Both end in results, told one by one: what is printed, counted or written as TAP and JUnit is the caller's. A test
 * touches nothing but a folder of its own, which is gone when it ends. */
#ifndef TRIBX_TEST_H
#define TRIBX_TEST_H

#include "config/pipeline.h"

enum tribx_outcome { TRIBX_PASSED, TRIBX_FAILED, TRIBX_SKIPPED };
struct tribx_result {
	const char *suite;                     /* the file of the tests, or the plugin */
	const char *name;
	int line;                              /* of the test in its file; 0: none */
	enum tribx_outcome outcome;
	const char *why;                       /* of a failure or a skip: lines, each with its end; never NULL */
	int64_t elapsed_us;
};
struct tribx_tests {
	const char *filter;                    /* only names that hold this text or match it as a glob; NULL: all */
	const struct tribx_set *with;          /* options of plugins, over those of conformance.yaml */
	size_t with_count;
	bool (*stopped)(void);                 /* NULL: never */
	void (*told)(void *ctx, const struct tribx_result *r);
	void *ctx;
	int64_t left_out;                      /* by the filter */
};

/* The tests of one file. Faults of the file itself are findings. */
void tribx_test_file(struct tribx_tests *t, const char *path, struct tribx_findings *f);
/* A plugin by name or by the path of its file or folder. */
void tribx_test_plugin(struct tribx_tests *t, const char *which, struct tribx_findings *f);
bool tribx_test_wanted(struct tribx_tests *t, const char *name);

/* run in a process of its own; what it puts into why comes back. A crash or a hang is a failure. */
enum tribx_outcome tribx_test_apart(enum tribx_outcome (*run)(void *ctx, struct tribx_buf *why), void *ctx, struct tribx_buf *why);

/* A folder of its own under TMPDIR; tribx_folder_done removes it and what is in it. */
struct tribx_folder { char path[512]; };
bool tribx_folder_new(struct tribx_folder *d, struct tribx_error *e);
void tribx_folder_done(struct tribx_folder *d);
/* path, made from its folder and a name; in the arena. NULL: no memory. */
const char *tribx_folder_at(const char *dir, const char *name, struct tribx_arena *a);

#endif
