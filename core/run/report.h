/* report - what a run did, for people and for --json. Numbers count after the commit that covers them. */
#ifndef TRIBX_REPORT_H
#define TRIBX_REPORT_H

#include "base/error.h"
#include "run/chain.h"

struct tribx_table_report { char name[64]; int64_t rows, counts[TRIB_COUNTS]; };
struct tribx_report {
	char pipeline[256], run_id[24], stream[128], period[32];
	int status, exit_code;
	struct tribx_error error;
	int64_t parts, parts_known, parts_done;
	int64_t read, dead, loads;
	int64_t bytes;
	int table_count;
	struct tribx_table_report tables[TRIBX_OUTPUTS * 4];
	int step_count;
	struct { char name[64]; struct tribx_books books; } steps[64];
	struct tribx_figures figures;      /* of all units, also of one that failed */
	trib_time started;
	int64_t elapsed_us;
	char last_load[64];
};

void tribx_report_json(const struct tribx_report *r, struct tribx_buf *out);   /* one JSON object */
void tribx_report_done(struct tribx_report *r);

#endif
