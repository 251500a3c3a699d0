/* files.h - what the files of this sink share.
 *
 * The laws. Data is written under dot names and flushed to the disk; the rename of PATH/manifest.json is the commit;
 * then the data gets its names, again after a crash. So a reader that follows the manifest or takes every file
 * without a dot never sees rows of a load that did not happen. One lock file (PATH/.lock) is held while a manifest is
 * replaced; the epoch in it fences a stale run. Nothing is remembered elsewhere. */
#ifndef TRIBUTARY_SINK_FILES_H
#define TRIBUTARY_SINK_FILES_H

#include <jansson.h>
#include <tributary.h>

/* ---- columns to bytes ---- */

struct files_format {
	bool json, header;
	char delimiter;
	struct trib_text null;
};

struct files_scale { uint64_t times, fits, bound; int turn, scale; };   /* digits.h: scale_of */

struct files_column {
	struct trib_view view;
	const char *prefix;               /* JSON: ,"name": */
	size_t prefix_size;
	enum files_kind {
		FILES_TEXTS, FILES_WORDS, FILES_DECIMALS, FILES_SCALED, FILES_COUNTS, FILES_DATES, FILES_OTHERS, FILES_SLOW,
		FILES_NULLABLE, FILES_END
	} kind, known;
	/* of CSV: how its cells are written. NULLABLE: as `known` says, where they are not null. END: behind the last column. */
	struct files_word { int32_t code; int size; char text[24]; } *words;   /* a dictionary's, as they are written; FILES_KNOWN of them */
	const void *way, *past_null;      /* where csv_rows goes for them */
	struct files_scale scale;
	struct files_day { int32_t day; int size; char text[16]; } *days;   /* FILES_DAYS of them: reports repeat their dates */
};

struct files_out {                        /* a file being written, with its block */
	int fd;                           /* -1: none */
	char *block;
	size_t used, room;
	int64_t bytes, rows;              /* of the file; bytes without those in the block */
	int error;                        /* errno of the first fault; then nothing more is written */
	struct files_writer *writer;      /* out.c */
};

enum { FILES_BLOCK = 1 << 20, FILES_DAYS = 512, FILES_KNOWN = 64 };

/* ---- out.c: blocks to the disk ---- */

bool files_out_start(struct files_out *o, int64_t at);    /* the block, kept from file to file; the file has `at` bytes */
bool files_out_flush(struct files_out *o);                /* hands a block on; false: o->error */
bool files_out_grow(struct files_out *o, size_t need);    /* room for need more bytes */
bool files_out_finish(struct files_out *o);               /* all of it is on the disk, the file closed; false: o->error */
void files_out_drop(struct files_out *o);                 /* closed as it is, whatever was written */
void files_out_done(struct files_out *o);
/* ---- encode.c ---- */
bool files_header(struct files_out *o, const struct files_format *f, const char *const *names, int count);
/* Rows [from, to) of the columns, behind which there is one more. Stops early at a row's end once the file has max_bytes (0: no bound); answers the
 * next row, or -1: o->error. */
int64_t files_encode(struct files_out *o, const struct files_format *f, struct files_column *columns, int count,
                     int64_t from, int64_t to, int64_t max_bytes);
bool files_json_text(struct files_out *o, struct trib_text text);   /* a JSON string with its quotes */
bool files_put(struct files_out *o, const char *p, size_t n);

/* ---- disk.c: names, folders, the lock, durable renames ---- */

struct files;
int files_fault(struct trib *t, const struct files *s, const char *name, int error);   /* ENV with the reason */
char *files_safe(struct trib *t, const char *name);       /* a name as one path component */
int files_folder(struct trib *t, struct files *s, const char *name);   /* makes it; "" the sink's own */
int files_sync_folder(struct trib *t, struct files *s, const char *name);
int files_open(int folder, const char *name, int flags, unsigned mode);   /* openat that no signal ends */
int files_lock(struct trib *t, struct files *s);
void files_unlock(struct files *s);

/* ---- manifest.c ---- */

int files_manifest_load(struct trib *t, struct files *s, json_t **out);
int files_manifest_save(struct trib *t, struct files *s, const json_t *m);
/* borrowed; made when missing; NULL: no memory */
json_t *files_manifest_stream(json_t *m, const char *pipeline, const char *stream);
/* its name before it was published */
char *files_hidden(struct trib *t, const struct files *s, const json_t *entry);
/* written by the run that is on now */
bool files_of_this_run(const struct files *s, const json_t *entry);
/* staged files without states */
void files_forget_orphans(json_t *stream);
/* finishes what a crash left: names, leftovers */
int files_recover(struct trib *t, struct files *s, json_t *stream);
/* gives committed files their names */
int files_settle(struct trib *t, struct files *s, json_t *stream);
/* a warning: what that could not do, and who does it */
void files_tell_hidden(struct trib *t, const struct files *s, const json_t *stream);

/* ---- the sink ---- */

struct files_part {                       /* a file of this unit */
	struct files_part *next;
	char *file, *hidden;              /* under the sink's folder */
	int64_t rows, bytes;
};

struct files_table {
	char *name, *folder;
	enum trib_mode mode;
	char **columns;
	int column_count;
	bool used, shape_changed;
	struct files_out out;
	struct files_part *parts, **tail, *open;   /* open: the last one, still written to */
	int64_t rows;                     /* of this unit */
	int64_t kept_bytes, kept_rows;    /* `file:`: what was committed of the file before this unit */
	int number;
};

struct files {
	const char *path, *file, *format, *delimiter, *null, *compression;
	bool header;
	int64_t max_rows, max_bytes;
	trib_duration lock_wait;
	int root, lock;                   /* descriptors + 1; 0: not open */
	bool taken;                       /* files that were named are not there any more: nothing is removed for them */
	int not_named;                    /* why a committed file could not be given its name; 0: nothing of that kind */
	char tag[20];                     /* of pipeline and stream, in hidden names */
	const struct trib_load *load;
	const char *last_load;
	struct files_table **tables;
	int table_count;
	struct files_format how;
};

#endif
