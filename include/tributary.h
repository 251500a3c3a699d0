/* tributary.h - the plugin contract: everything a plugin may use, and nothing else.
 *
 * A plugin is one constant, TRIB_PLUGIN(name, ...): tables of fields and a few callbacks. Streams make it a
 * connector, apply a transform, write a sink; it may be more than one of them.
 *
 * Ownership, three laws.
 *   1. What a callback gets as const is borrowed until it returns. What it gets without const is its to fill or edit.
 *   2. A batch has one owner. trib_emit() and trib_slice() take it, whatever they answer; apply's batch stays the
 *      core's: edit it, emit it or leave it. A plugin that holds a batch beyond the call moves it: trib_move().
 *   3. Text lives in one of three places: scratch (trib_fmt: until the callback returns), the instance (options,
 *      state, trib_keep: until close or until replaced), the batch (trib_room, columns: until the batch is released).
 *
 * Threads, three laws.
 *   1. Calls on one instance never overlap, cancel excepted, but may come from different threads in turn.
 *   2. Instances run side by side: no mutable statics. What share built is constant and seen by all of them.
 *   3. trib_ functions are called inside a callback, with that callback's t. trib_stopping() also in cancel.
 *
 * NULL. A callback or table left NULL is not offered. Pointers that the core passes are never NULL unless said.
 * Growth. Members are only added at the end, 0 is "as before". Structs marked frozen never change. A table of rows
 * handed over in either direction has the stride of the plugin's own header: the core translates.
 */
#ifndef TRIBUTARY_H
#define TRIBUTARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <tributary/arrow.h>

#define TRIB_ABI 1
#define TRIB_API     __attribute__((visibility("default")))
#define TRIB_FMT(f)  __attribute__((format(printf, f, f + 1)))
#define TRIB_MUST    __attribute__((warn_unused_result))

struct trib;                         /* one running instance, opaque */
struct json_t;                       /* jansson's */

/* ---- status: what the caller does next, not what went wrong. Exit code in brackets. ---- */

enum trib_status {
	TRIB_MORE    =  2,  /* call again; here is no safe point */
	TRIB_END     =  1,  /* finished; rows delivered by this call count. begin: this load is committed already */
	TRIB_OK      =  0,  /* call again; here a checkpoint may be taken */
	TRIB_RETRY   = -1,  /* transient: state is put back, rows of this call are dropped, call again */
	TRIB_LATER   = -2,  /* the source asks to come back at a time: run is deferred [4] */
	TRIB_AUTH    = -3,  /* credentials refused: a person must act [3] */
	TRIB_ENV     = -4,  /* host, disk or database not usable now [3] */
	TRIB_CONFIG  = -5,  /* the pipeline is wrong: stop until it is edited [2] */
	TRIB_DATA    = -6,  /* the peer broke its contract: stop this run [1] */
	TRIB_HELD    = -7,  /* a guard, contract or reject budget holds the load [5] */
	TRIB_FENCED  = -8,  /* a newer run owns the stream [6] */
	TRIB_UNKNOWN = -9,  /* only commit: the answer was lost; the core begins the same load again to learn it */
	TRIB_FATAL   = -10, /* no memory or luck: stop this run [1] */
	TRIB_STOPPED = -11, /* cancelled: the callback gave up because it was asked to [130] */
};

/* ---- values (all frozen) ---- */

typedef struct { int32_t days; }             trib_date;      /* since 1970-01-01 */
typedef struct { int64_t us; }               trib_time;      /* since the epoch, UTC */
typedef struct { int64_t us; }               trib_clock;     /* since midnight */
typedef struct { int64_t ms; }               trib_duration;
typedef struct { uint64_t lo; int64_t hi; }  trib_dec;       /* unscaled, two's complement; scale is the column's */
typedef struct { const char *hidden; }       trib_secret;    /* printing it by accident is a compiler warning */
typedef struct { const char *text; }         trib_json;      /* one JSON value */
/* count items, of `of_size` bytes each and filled from `of`, or `const char *` without `of`. Never NULL if count > 0.
 * const struct rule *r = s->rules.items;  for (size_t i = 0; i < s->rules.count; i++) use(&r[i]); */
typedef struct { const void *items; size_t count; } trib_list;
typedef struct { const char *const *names; const void *items; size_t count; } trib_map;   /* in the user's order */
struct trib_text { const char *p; size_t n; };               /* p == NULL: null; not 0-terminated */

/* ---- fields: one row shape for options, state and columns ---- */

enum trib_type {
	TRIB_NULL, TRIB_BOOL, TRIB_I64, TRIB_F64, TRIB_DEC, TRIB_STR, TRIB_JSON,
	TRIB_DATE, TRIB_TIME, TRIB_CLOCK, TRIB_DURATION, TRIB_SECRET, TRIB_LIST, TRIB_MAP,
};

enum {
	TRIB_REQUIRED = 1, TRIB_KEY = 2, TRIB_PII = 4, TRIB_DEPRECATED = 8,
	TRIB_CURSOR = 16,             /* columns: orders the versions of a key (version_by) */
	TRIB_SLICE = 32,              /* columns: part of the slice (slice_by) */
	TRIB_PART = 64,               /* options: set per part by split, not by users */
	TRIB_EXPR = 128,              /* options: text is an expression (docs/expressions.md), compiled when the pipeline is checked */
	TRIB_PATH = 256,              /* options: text names a file or folder; the core makes it absolute, relative to the pipeline's file */
	TRIB_TIME_FORMAT = 512,       /* options: text is a format of dates or times (trib_date_parse), checked when the pipeline is checked */
};

struct trib_field {
	const char *name;             /* as users write it; NULL ends the table */
	enum trib_type type;
	unsigned flags;
	size_t offset;                /* options and state: where in self (or in the item, inside `of`) */
	const char *from;             /* columns: JSON pointer or header at the source; NULL: name */
	const char *dflt;             /* as a user would write it */
	const char *allow;            /* "1..1000" or "day|week|month" */
	const char *help;             /* one sentence */
	const struct trib_field *of;  /* list and map: the items' own table; NULL: text */
	size_t of_size;
	int precision, scale;         /* decimals */
};

/* A row for member m of struct S; the type comes from the member, so table and struct cannot disagree. */
#define TRIB_FIELD(S, m, ...) \
	{ .name = #m, .type = TRIB_TYPE_OF(((S *)0)->m), .offset = offsetof(S, m), __VA_ARGS__ }
#define TRIB_OF(T, table)  .of = (table), .of_size = sizeof(T)
#define TRIB_TYPE_OF(x) _Generic((x), bool: TRIB_BOOL, int64_t: TRIB_I64, double: TRIB_F64, trib_dec: TRIB_DEC, \
	const char *: TRIB_STR, trib_json: TRIB_JSON, trib_date: TRIB_DATE, trib_time: TRIB_TIME, \
	trib_clock: TRIB_CLOCK, trib_duration: TRIB_DURATION, trib_secret: TRIB_SECRET, \
	trib_list: TRIB_LIST, trib_map: TRIB_MAP)

/* Text of an entry of a map without `of`; NULL if there is none. */
static inline const char *trib_map_text(const trib_map *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (strcmp(m->names[i], name) == 0)
			return ((const char *const *)m->items)[i];
	return NULL;
}

/* ---- batches: an Arrow struct array, one child per column; a schema is a batch without rows ---- */

struct trib_batch {                  /* frozen. Empty: all zero */
	struct ArrowArray array;     /* array.length is the number of rows */
	struct ArrowSchema schema;
	struct trib_rows *rows;      /* private: what is being appended */
};

/* A column as its buffers. Layouts that plugins meet: n, b, l, g, d:38,s, tdD, tsu:UTC, ttu, tDm, u, vu, and u or vu
 * behind int32 dictionary codes; the core converts foreign ones (large, run-end, other widths) when they enter.
 * type TRIB_NULL means that the column is absent from this batch: every cell is null, and merge keeps what is stored.
 * Pointers are borrowed from the batch. Fixed-width values are already advanced to row 0; bits are not: use trib_null.
 * Not for a column that is being built. */
struct trib_view {
	enum trib_type type;
	int scale;
	int64_t length, null_count, bit;  /* bit: of row 0 in validity and in BOOL values */
	const uint8_t *validity;          /* NULL: no nulls */
	const void *values;               /* int64_t, double, trib_dec, int32_t (date), bits, or 16-byte string views */
	const int32_t *offsets;           /* u: into bytes; NULL: string views */
	const char *bytes;
	const void *const *pages;         /* vu: the data buffers that long views point into */
	const int32_t *codes;             /* dictionary: per row, index into the dictionary described above */
};
#define trib_view(b, col, out) trib_view_(b, col, out, sizeof *(out))
TRIB_API int trib_view_(const struct trib_batch *b, int col, struct trib_view *out, size_t size);

static inline bool trib_null(const struct trib_view *v, int64_t row)
{
	return v->type == TRIB_NULL ||
	       (v->validity && !(v->validity[(row + v->bit) >> 3] >> ((row + v->bit) & 7) & 1));
}

static inline struct trib_text trib_str(const struct trib_view *v, int64_t row)   /* type STR or JSON */
{
	if (trib_null(v, row))
		return (struct trib_text){ NULL, 0 };
	int64_t i = v->codes ? v->codes[row] : row;
	if (v->offsets)
		return (struct trib_text){ v->bytes + v->offsets[i], (size_t)(v->offsets[i + 1] - v->offsets[i]) };
	const int32_t *s = (const int32_t *)v->values + 4 * i;
	if (s[0] <= 12)
		return (struct trib_text){ (const char *)(s + 1), (size_t)s[0] };
	return (struct trib_text){ (const char *)v->pages[s[2]] + s[3], (size_t)s[0] };
}

TRIB_API int trib_cols(const struct trib_batch *b);
TRIB_API int trib_col(const struct trib_batch *b, const char *name);             /* -1: none is so named */
TRIB_API const char *trib_col_name(const struct trib_batch *b, int col);         /* borrowed from b */

/* Building, by rows or by columns, with one vocabulary: put appends to a column, trib_rows(b, n) closes n rows and
 * fills the columns that are short with nulls. A cell that does not fit its column (text that does not parse, overflow)
 * makes its row a dead letter; no memory is remembered and returned by the call that hands the batch on. */
TRIB_API int  trib_start(struct trib *t, int output, struct trib_batch *out);     /* an empty batch of that output */
/* New or found column; its index. A decimal is decimal128(38,9) unless trib_add_dec says otherwise. */
TRIB_API int  trib_add(struct trib_batch *b, const char *name, enum trib_type type);
TRIB_API int  trib_add_dec(struct trib_batch *b, const char *name, int precision, int scale);
TRIB_API char *trib_room(struct trib_batch *b, size_t size);  /* memory of the batch: text put from it is not copied; NULL: none */
TRIB_API void trib_put_i64(struct trib_batch *b, int col, int64_t v);             /* also DATE TIME CLOCK DURATION BOOL */
TRIB_API void trib_put_f64(struct trib_batch *b, int col, double v);
TRIB_API void trib_put_dec(struct trib_batch *b, int col, trib_dec v);
TRIB_API void trib_put_str(struct trib_batch *b, int col, struct trib_text v);    /* copied unless it lies in b's room */
TRIB_API void trib_put_text(struct trib_batch *b, int col, struct trib_text v);   /* parsed to the column's type */
TRIB_API void trib_put_null(struct trib_batch *b, int col);
/* values lie as trib_view shows them, from row (and bit) 0; texts as struct trib_text. validity: NULL, no nulls. */
TRIB_API void trib_put_many(struct trib_batch *b, int col, const void *values, const uint8_t *validity, int64_t n);
TRIB_API void trib_rows(struct trib_batch *b, int64_t n);
TRIB_API void trib_rows_json(struct trib_batch *b, const struct json_t *array);
/* Marks a column as about people: its values are shown as *** in previews, logs and errors, and stored whole. What is made of it by
 * name or by an expression is marked, too; false: a step made it harmless. */
TRIB_API void trib_personal(struct trib_batch *b, int col, bool is);
TRIB_API bool trib_is_personal(const struct trib_batch *b, int col);
/* The same text in every row, also of a batch whose rows are decoded later: no memory per row. */
TRIB_API void trib_constant(struct trib_batch *b, const char *name, struct trib_text value);

/* Editing a finished batch. Columns not named are shared, not copied. */
TRIB_API int  trib_pick(struct trib_batch *b, const int32_t *rows, int64_t n);    /* keep these rows, in this order; a row may come twice */
/* Keep these columns, in this order, under these names (names or names[i] NULL: as they are called). Nothing is copied. */
TRIB_API int  trib_pick_cols(struct trib_batch *b, const int *cols, const char *const *names, int n);
/* Adds or replaces a column of few distinct texts: per row of b an index into words, -1 is null. words are copied once:
 * a dictionary column. Its index, or negative. b is finished or holds no column that is being built. */
TRIB_API int  trib_add_words(struct trib_batch *b, const char *name, const int32_t *codes, const struct trib_text *words, int count);
/* Starts the column anew, with as many values as b has rows; views of b taken before stay good until b is handed on. */
TRIB_API void trib_clear(struct trib_batch *b, int col, enum trib_type type);
TRIB_API void trib_move(struct trib_batch *to, struct trib_batch *from);          /* from becomes empty */
TRIB_API void trib_free(struct trib_batch *b);                                    /* an empty batch is fine */

/* ---- services ---- */

/* What a transform must see in one instance, in order: its checkpoints lie where the scope ends. PER_ROW
 * steps run on all cores: one instance per core, any batch; flush follows each batch. The others are fed in order. Parts
 * that tell no period are of one. */
enum trib_scope { TRIB_PER_ROW, TRIB_PER_PART, TRIB_PER_PERIOD, TRIB_PER_RUN };

/* Sets the instance's error text and returns status: return trib_fail(...). The core logs it once, with its context. A text
 * may begin with a code of its own ("file.no_match: ..."); an error that a service has set already stays. */
TRIB_API int trib_fail(struct trib *t, int status, const char *fmt, ...) TRIB_FMT(3);
/* The same for TRIB_RETRY and TRIB_LATER when the source said how long. */
TRIB_API int trib_wait(struct trib *t, int status, trib_duration at_least, const char *fmt, ...) TRIB_FMT(4);
/* For `-v`; a text that begins with "warning: " is shown without. */
TRIB_API void trib_log(struct trib *t, const char *fmt, ...) TRIB_FMT(2);
TRIB_API char *trib_fmt(struct trib *t, const char *fmt, ...) TRIB_FMT(2);        /* scratch */
TRIB_API void *trib_scratch(struct trib *t, size_t size);                         /* zeroed, 16-aligned; NULL: no memory */
/* Copies s to instance life and lets go of the former value; NULL clears. Works for options and state fields too. */
TRIB_API void trib_keep(struct trib *t, const char **slot, const char *s);
TRIB_API bool trib_stopping(const struct trib *t);
TRIB_API trib_time trib_started(const struct trib *t);                            /* of the run; TRIB_NOW sets it in tests */
TRIB_API const char *trib_stream_name(const struct trib *t);                      /* the stream this instance serves */
TRIB_API const void *trib_shared(const struct trib *t);                           /* what share built */
/* Transforms, in open: the scope of this instance, when its options ask for another than the descriptor's. */
TRIB_API void trib_scope(struct trib *t, enum trib_scope scope);

/* Transforms: hands a batch to an output (0 is the main one; only it flows through later steps, the others go to the
 * sink's table of that name). Any number of times per call; takes b; may block. A negative answer is returned as it is. */
TRIB_API TRIB_MUST int trib_emit(struct trib *t, int output, struct trib_batch *b);
/* Says why rows are not where they were: created, filtered, deduplicated (transforms), inserted ... (sinks, per table).
 * A row that is neither emitted, rejected nor counted fails the load: nothing is dropped silently. */
TRIB_API void trib_count(struct trib *t, int output, int what, int64_t n);
/* Makes a row a dead letter: it leaves b when b is handed on; row numbers stay till then, and through trib_pick and trib_move it
 * goes where the row goes. A second reason for a row is dropped. Connectors, sinks' write: the same. */
TRIB_API void trib_reject(struct trib *t, const struct trib_batch *b, int64_t row, const char *code, const char *fmt, ...) TRIB_FMT(5);
/* The same for what never became a row, and for the row that is open in a builder (it is dropped). */
TRIB_API void trib_reject_raw(struct trib *t, struct trib_batch *b, struct trib_text raw, const char *code, const char *fmt, ...) TRIB_FMT(5);
/* How many rows of b are rejected so far, by this call or a service in it. */
TRIB_API int64_t trib_rejected(const struct trib *t, const struct trib_batch *b);
/* What a transform measured of its rows or asked of them, for the summary of the run (`trib run`, `trib runs show`), also when the
 * run fails: failing is trib_fail's. A figure about rows is told any number of times, and adds up over all instances. Copied. */
enum trib_verdict { TRIB_MEASURED, TRIB_PASSED, TRIB_WARNED, TRIB_FAILED };
struct trib_figure {                    /* filled by name: trib_tell(t, .name = ..., .seen = ...) */
	size_t size;
	const char *name, *wanted;      /* wanted: the condition; NULL: only measured */
	const char *seen;               /* the figure; NULL: rows and of say it */
	int64_t rows, of;               /* so many rows are not as wanted, of so many */
	enum trib_verdict verdict;
};
#define trib_tell(t, ...) trib_tell_(t, &(struct trib_figure){ .size = sizeof(struct trib_figure), __VA_ARGS__ })
TRIB_API void trib_tell_(struct trib *t, const struct trib_figure *f);
/* Connectors: the slices this part covers, for replace_slice; takes b. */
TRIB_API TRIB_MUST int trib_slice(struct trib *t, struct trib_batch *b);
/* Transforms with TRIB_RECALLS: what the target holds for these keys, this unit's earlier rows included. out: column 0
 * `row` (index into keys), then the table's columns; 0..n rows per key; the caller frees it. keys: the KEY columns of the table,
 * nothing else (without an index each key costs a scan); plan refuses a table without a key. */
TRIB_API TRIB_MUST int trib_recall(struct trib *t, const char *table, const struct trib_batch *keys, struct trib_batch *out);
/* Sinks, in commit, when all rows are applied and counted: balances the books (negative: roll back, return it) and
 * answers this load's ledger row, one batch; the caller frees it. */
TRIB_API TRIB_MUST int trib_ledger(struct trib *t, struct trib_batch *row);

/* Bytes of a URL (any transport, verified, unpacked) and rows of a format. A relative path starts at the project's folder.
 * `zip:` members are `URL!/MEMBER`. trib_decode: TRIB_OK rows came, TRIB_END the last rows came; the rows may be decoded
 * when the batch is handed on: until then out has its columns, and a call that needs rows (trib_view, trib_add ...) decodes. */
struct trib_bytes;
/* What a URL names, without opening it: columns url (as trib_open takes it), size, etag (text that changes when the content may
 * have), member (null: not in an archive). A glob in any part of a path gives every match in name order; member (NULL: none)
 * is a glob over an archive's entries. TRIB_END: nothing matches, out stays empty; a trib_fail that follows says why. */
TRIB_API TRIB_MUST int trib_find(struct trib *t, const char *url, const char *member, struct trib_batch *out);
/* size < 0: to the end. Ranges only where the transport has them and nothing is unpacked. */
TRIB_API TRIB_MUST int trib_open(struct trib *t, const char *url, int64_t from, int64_t size, struct trib_bytes **out);
TRIB_API TRIB_MUST int trib_read(struct trib *t, struct trib_bytes *in, void *to, size_t size, size_t *got);
TRIB_API TRIB_MUST int trib_decode(struct trib *t, struct trib_bytes *in, const trib_map *format, struct trib_batch *out);
TRIB_API void trib_close(struct trib *t, struct trib_bytes *in);    /* NULL is fine; what is left open is closed after close */

struct trib_request {                   /* filled by name: trib_http_json(t, &page, .url = ..., .bearer = ...) */
	size_t size;
	const char *url, *method;       /* NULL: GET */
	trib_secret bearer;
	const trib_map *headers;        /* may be NULL */
	struct trib_text body;
	trib_duration timeout;
};
#define trib_http_json(t, out, ...) \
	trib_http_json_(t, out, &(struct trib_request){ .size = sizeof(struct trib_request), __VA_ARGS__ })
TRIB_API TRIB_MUST int trib_http_json_(struct trib *t, struct json_t **out, const struct trib_request *q);   /* scratch */

/* ---- the descriptor ---- */

struct trib_stream {
	const char *name, *help;            /* "*": any stream that discover lists */
	const struct trib_field *columns;   /* NULL: known at run time, from discover or from the first batch */
	/* Appends rows to out and moves the state fields past them. out is empty and has the columns of `columns`, or of the
	 * batch before; trib_add() makes more. Or, after trib_free(out), a foreign Arrow pair takes its place (both with release).
	 * Instances of different parts may find different columns: the core unites them by name and marks absent ones. */
	int (*read)(struct trib *t, void *self, struct trib_batch *out);
};

struct trib_load {                      /* a unit of work; one ledger row */
	size_t size;
	const char *pipeline, *stream, *run_id, *load_id;
	int64_t epoch;                      /* as claim answered */
	trib_time started;                  /* of the run */
};

enum trib_mode { TRIB_APPEND, TRIB_MERGE, TRIB_INSERT_ONLY, TRIB_REPLACE_SLICE, TRIB_REPLACE, TRIB_SCD2, TRIB_EFFECTIVE, TRIB_SNAPSHOT };

struct trib_table {                     /* where an output goes, as the pipeline says */
	size_t size;
	const char *name;
	enum trib_mode mode;
	/* flags: KEY, CURSOR, SLICE, PII. Of a table that got no row, in a unit that means that rows of it are gone, only the names
	 * that are known are there, if any, with the type TRIB_NULL: what is stored says the rest. */
	const struct trib_field *columns;
	const trib_map *options;            /* the rest, as written: absent, guard, soft_delete, ... */
};

struct trib_commit {
	size_t size;
	int outcome;                        /* TRIB_OK; otherwise no rows: only dead letters and the ledger row are kept */
	bool publish;                       /* false: a checkpoint whose rows are not to be seen yet */
	bool complete;                      /* this run read the whole source, from its start to its end */
	const struct trib_batch *states;    /* part, state (JSON; null: forget the part): those that moved since the last commit */
	/* stage, code, detail, record, part, line, personal (the names in record that are shown masked: a JSON list, or * for all); NULL: none */
	const struct trib_batch *dead;
	const struct trib_batch *slices;    /* NULL: none declared */
	bool ended;                         /* the source was read to its end; what earlier runs took may be left out */
};

enum trib_count {
	TRIB_CREATED, TRIB_FILTERED, TRIB_DEDUPED, TRIB_AGGREGATED,                                                      /* transforms */
	TRIB_INSERTED, TRIB_UPDATED, TRIB_UNCHANGED, TRIB_SUPERSEDED, TRIB_DELETED, TRIB_COUNTS,        /* sinks */
};

/* `trib NAME --option value`: a verb, or noun and verb ("tickets audit"); our own names win. A command belongs to no pipeline: what it
 * works on it is told by its options, whose offsets lie in the plugin's self; the rest of self is zero. share, open and close
 * are not called. Errors, texts, bytes, rows and expressions work as in a run, relative paths start at the current folder; what
 * is emitted to output 0 (trib_start, trib_emit) is the answer: a table, or JSON. The status decides the exit code. */
struct trib_command { const char *name, *help; const struct trib_field *options; int (*run)(struct trib *t, void *self); };

enum {
	TRIB_CAN_STAGE = 1,           /* sink: publish may be false */
	TRIB_RECALLS = 2,             /* transform: runs beside the sink, in order */
	TRIB_CAN_RECALL = 8,          /* sink: recall answers rows by key, this unit's included; else only a table's rows, for the commands */
	TRIB_FLUSHED = 16,            /* transform: flush is called at the end of a scope in which no row came, too; bind was not, then */
	TRIB_FORMATS = 4,             /* connector: takes the format options (docs/formats.md) beside its own; trib_decode with format NULL uses them */
};

struct trib_plugin {
	uint32_t abi, size, field_size, stream_size, command_size;   /* set by TRIB_PLUGIN */
	const char *name, *help;
	unsigned flags;
	size_t self_size, shared_size;
	const struct trib_field *options;   /* filled before share and open */
	const struct trib_field *state;     /* connectors: filled before open, saved with each batch, put back on RETRY */

	int  (*share)(struct trib *t, const void *self, void *shared);   /* once per pipeline, before any open; self: options only */
	void (*unshare)(struct trib *t, void *shared);  /* after the last close; also after a failed share */
	int  (*open)(struct trib *t, void *self);
	void (*close)(struct trib *t, void *self);      /* also after a failed open */
	void (*cancel)(struct trib *t, void *self);     /* any thread, while another callback runs: interrupt it, touch nothing else */

	/* connector */
	const struct trib_stream *streams;
	/* catalog: stream, column, type, flags, from, help; one row per column. */
	int  (*discover)(struct trib *t, void *self, struct trib_batch *catalog);
	/* parts: column `part` (unique, stable name), `size` (bytes or rows, a guess), and one per TRIB_PART option, put into
	 * the part's instance before its state. Read in this order. A part that ended and whose row is unchanged is not
	 * opened again. NULL: one part. */
	int  (*split)(struct trib *t, void *self, struct trib_batch *parts);
	/* A commit covered this part up to `done`: a self whose state fields are of that moment, the rest zero. Acknowledge,
	 * move, mark as seen. Between reads or before close; again after a restart: idempotent. */
	void (*committed)(struct trib *t, void *self, const void *done);

	/* transform */
	const struct trib_stream *outputs;  /* extra outputs beside the main one: 1, 2, ... (read is NULL) */
	enum trib_scope scope;
	/* in, outs: batches without rows. outs[0] has in's columns, outs[1..] their tables': add, clear (retype). Called before
	 * the first apply, and again when columns were added to in: those bound before keep place and type. NULL: as given. */
	int  (*bind)(struct trib *t, void *self, const struct trib_batch *in, struct trib_batch *outs);
	int  (*apply)(struct trib *t, void *self, struct trib_batch *in);
	int  (*flush)(struct trib *t, void *self);      /* at the end of each scope; emits; TRIB_MORE: call again */

	/* sink: one unit of work for all tables of the stream */
	unsigned modes;                     /* 1 << enum trib_mode, of those that it can do; 0: append */
	/* Once per run: fence older runs, answer the new epoch and all stored states (columns part, state). NULL: this sink
	 * keeps no checkpoint; the core does, and delivery is at least once. */
	int  (*claim)(struct trib *t, void *self, const struct trib_load *load, int64_t *epoch, struct trib_batch *states);
	int  (*begin)(struct trib *t, void *self, const struct trib_load *load);   /* load lives until commit or abort returns */
	/* Before the first write to a table in a unit, and again when columns were added (at the end). */
	int  (*table)(struct trib *t, void *self, int table, const struct trib_table *is);
	int  (*write)(struct trib *t, void *self, int table, const struct trib_batch *b);   /* b has exactly the table's columns */
	int  (*recall)(struct trib *t, void *self, const char *table, const struct trib_batch *keys, struct trib_batch *out);
	int  (*commit)(struct trib *t, void *self, const struct trib_commit *c);   /* ends the unit, even if it fails */
	void (*abort)(struct trib *t, void *self);      /* ends the unit; not after commit */

	const struct trib_command *commands;   /* verbs that this plugin brings to the command line */
	/* sink: the mode in which it loads a table of which the pipeline says none; self: options only. NULL: append. */
	enum trib_mode (*mode_of)(const void *self, const char *table);
};

/* libltdl looks for name_LTX_symbol first: the same source is loadable and linkable. */
#define TRIB_PLUGIN(id, ...) \
	TRIB_API extern const struct trib_plugin id##_LTX_trib_plugin; \
	const struct trib_plugin id##_LTX_trib_plugin = { \
		.abi = TRIB_ABI, .size = sizeof(struct trib_plugin), .field_size = sizeof(struct trib_field), \
		.stream_size = sizeof(struct trib_stream), .command_size = sizeof(struct trib_command), .name = #id, __VA_ARGS__ }

/* The program's main: `trib` and every embedder's. */
TRIB_API int trib_main(int argc, char **argv);

#endif
