/* drive - a transform driven through struct trib by hand: options as JSON, rows as "a|b|c" lines, what it emits as text. */
#ifndef DRIVE_H
#define DRIVE_H

#include "plugin/instance.h"

struct drive {
	struct trib *t;
	void *shared;
	struct tribx_arena arena;
	struct tribx_findings findings;
	struct trib_batch in, outs[TRIBX_OUTPUTS];
	struct tribx_buf text[TRIBX_OUTPUTS];   /* what was emitted: lines of cells, a null is ~ */
	int64_t rows[TRIBX_OUTPUTS], rows_in;
	bool coded[64];                         /* main output: the column came behind codes */
	char error[1024];                       /* code and text of what was answered last; "" none */
	int output_count;
};

/* Options in JSON with ' for ". NULL options: none. The answer of share and open is in d->error. */
void drive_open(struct drive *d, const struct trib_plugin *p, const char *options);
/* One batch of text columns. The first line names the columns; name:int64, name:date, name:decimal, name:float64 are typed, name:coded is text behind codes. ~ is null. */
int drive_rows(struct drive *d, const char *lines);
int drive_flush(struct drive *d);
const char *drive_out(struct drive *d, int output);      /* "" if nothing was emitted */
const char *drive_dead(struct drive *d);                 /* "code: detail" lines */
bool drive_balanced(const struct drive *d);              /* in + created = out + filtered + deduped + aggregated + dead */
void drive_close(struct drive *d);

#endif
