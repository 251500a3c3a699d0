/* dedupe - rows of one key become one row, in bounded memory.
 *
 *   apply   row -> key, rank (version), 128-bit hash of the row -> index: one entry per key, the best row so far
 *           rows whose fate the future decides wait in the spool, in the order of the input
 *   full    the index takes no further keys: it goes on deciding for those it knows, records of the others go to 64
 *           partitions on disk, by hash, their rows to the spool
 *   flush   each partition gets an index of its own (and partitions of its own, if that one fills up); every index leaves
 *           a sorted run of verdicts; merged, they are read beside the spool: what is kept is emitted in input order
 *
 * Law: keys are compared byte by byte, hashes only say where to look. That two rows are equal is what their XXH3-128 says.
 * A row is numbered (seq) by its place in the spool. Temporary files have no name and belong to one scope. */
#ifndef TRIBX_DEDUPE_H
#define TRIBX_DEDUPE_H

#include <tributary.h>

/* ---- temporary files (temp.c) ---- */

struct dd_file { const char *dir; int fd; bool open; char *buffer; size_t used; int64_t size; };   /* size: written, the buffer included */
struct dd_span { int64_t at; size_t n; };
int dd_file_put(struct trib *t, struct dd_file *f, const void *p, size_t n);          /* appends */
int dd_file_end(struct trib *t, struct dd_file *f);                                   /* writes what is buffered */
int dd_file_get(struct trib *t, struct dd_file *f, struct dd_span from, void *to);
void dd_file_forget(struct dd_file *f, struct dd_span what);                          /* its room on disk may be reused */
void dd_file_done(struct dd_file *f);

/* ---- one row, as it is compared (row.c) ---- */

enum dd_class { DD_UNDECIDED, DD_NUMBER, DD_TIME, DD_TEXT };                         /* how a version of texts is read */
enum { DD_RANK = 24, DD_RANK_TEXT = 72, DD_KEY_MAX = 256 << 10 };
struct dd_buf { char *p; size_t n, cap; };
struct dd_record {
	uint64_t seq, row[2];                      /* row: XXH3-128 of its values */
	const char *key;
	uint32_t key_size;
	unsigned char rank[DD_RANK_TEXT];          /* compares like the versions; all zero: null */
};
bool dd_key(const struct trib_view *views, int count, bool whole, int64_t i, struct dd_buf *to);
void dd_row(const struct trib_view *views, int count, int64_t i, struct dd_buf *scratch, uint64_t to[2]);
enum dd_class dd_class_of(struct trib_text x);
bool dd_rank(const struct trib_view *v, enum dd_class as, int64_t i, unsigned char to[DD_RANK_TEXT]);   /* false: no version of this class */
size_t dd_show(const struct trib_view *v, int64_t i, char *to, size_t size);         /* a cell for a message */

/* ---- the index (index.c) ---- */

enum dd_tie { DD_FIRST, DD_LAST, DD_REFUSE };
struct dd_policy {
	bool ranked, counts;
	enum dd_tie tie;                           /* between rows of equal rank, or all without one */
	uint32_t rank_size, rank_at, row_at, tally_at, key_at;   /* layout of an entry */
	uint64_t hash_mask;                        /* all ones; tests make hashes collide with it */
};
void dd_policy_ready(struct dd_policy *p);

enum dd_meets { DD_DROP, DD_TAKE, DD_CONFLICT };
struct dd_slot { uint32_t tag, ref; };
struct dd_index {
	const struct dd_policy *policy;
	struct dd_slot *slots;
	uint32_t mask, count, level;
	char **chunks;
	uint32_t chunk_count, chunk_used;
	size_t bytes;
};
uint64_t dd_hash(const struct dd_policy *p, uint32_t level, const char *key, size_t n);
uint32_t dd_find(const struct dd_index *x, uint64_t hash, const struct dd_record *r);     /* 0: none */
enum { DD_FULL = 1 };
int dd_add(struct dd_index *x, uint64_t hash, const struct dd_record *r, size_t limit);   /* TRIB_OK, DD_FULL, TRIB_FATAL */
enum dd_meets dd_meet(struct dd_index *x, uint32_t ref, const struct dd_record *r);
struct dd_verdict { uint64_t seq; uint32_t count; uint32_t refused; };               /* rows without one are duplicates */
uint32_t dd_walk(const struct dd_index *x, uint32_t ref, struct dd_verdict *out);
uint32_t dd_epoch(const struct dd_index *x, uint32_t ref);
void dd_slots_done(struct dd_index *x);                                               /* it can be walked, not searched, from here on */
void dd_index_done(struct dd_index *x);

/* ---- verdicts (verdict.c) ---- */

struct dd_run { struct dd_verdict *mem; struct dd_span at; size_t count; };
struct dd_conflict { uint64_t seq; uint32_t ref, epoch; };
struct dd_head;
struct dd_verdicts {
	struct dd_file runs_file, log_file;        /* log: conflicts of the index in hand */
	struct dd_run *runs;
	int run_count;
	struct dd_head *heads;                     /* merging */
	int *heap, heap_count;
};
int dd_conflict(struct trib *t, struct dd_verdicts *v, const struct dd_index *x, uint64_t seq, uint32_t ref);
int dd_winners(struct trib *t, struct dd_verdicts *v, struct dd_index *x, bool in_memory);   /* ends x */
int dd_merge(struct trib *t, struct dd_verdicts *v);
bool dd_next(struct trib *t, struct dd_verdicts *v, uint64_t below, struct dd_verdict *out, int *rc);
void dd_verdicts_done(struct dd_verdicts *v);

/* ---- partitions (parts.c) ---- */

enum { DD_PARTS = 64, DD_BLOCK = 32 << 10 };
struct dd_part { char *buffer; uint32_t used, *blocks, block_count; uint64_t records; };
struct dd_parts { struct dd_file file; const struct dd_policy *policy; struct dd_part part[DD_PARTS]; };
struct dd_reader { struct dd_parts *from; const struct dd_part *part; uint64_t left; char *block; uint32_t at, next; struct dd_buf key; };
int dd_parts_put(struct trib *t, struct dd_parts *p, uint64_t hash, const struct dd_record *r);
int dd_parts_end(struct trib *t, struct dd_parts *p);
int dd_parts_get(struct trib *t, struct dd_reader *r, struct dd_record *out);        /* TRIB_OK, TRIB_END or negative */
void dd_reader_done(struct dd_reader *r);
void dd_parts_done(struct dd_parts *p);

/* ---- the spool: rows in the order of the input (spool.c) ---- */

struct dd_chunk { struct dd_chunk *next; int64_t rows; size_t size; char *bytes; };
struct dd_spool {
	struct dd_chunk *head, **tail;             /* in memory */
	size_t memory;
	struct dd_file file;
	bool on_disk;
	int64_t rows, read_at;                     /* rows: so far; read_at: of the file */
	uint64_t read_rows;
};
int dd_spool_put(struct trib *t, struct dd_spool *s, const struct trib_view *views, int cols, const int32_t *rows, int64_t n);
int dd_spool_spill(struct trib *t, struct dd_spool *s);
/* The next chunk; its rows. want: it is rebuilt in out (an empty batch with the columns), else passed over. */
int dd_spool_peek(struct trib *t, struct dd_spool *s, int64_t *rows);
int dd_spool_next(struct trib *t, struct dd_spool *s, bool want, struct trib_batch *out);
void dd_spool_done(struct dd_spool *s);

/* ---- one scope of rows (dedupe.c, scope.c) ---- */

struct dedupe {
	trib_list key;                             /* options */
	const char *version, *version_as, *keep, *on_conflict, *max_of, *within, *flag, *count, *spill_dir;
	int64_t memory;

	struct dd_policy policy;
	enum dd_class as;                          /* how a version of texts is read, once a cell has said it */
	bool whole, streams;                       /* no key: the row is it; rows whose fate is known at once go on at once */
	struct dd_index index;
	bool full, merging;
	struct dd_parts *parts;                    /* of the keys that the index has no room for */
	struct dd_spool spool;
	struct dd_verdicts verdicts;
	struct dd_buf key_bytes, row_bytes;
};
#define DD_BY(d) ((d)->version ? (d)->version : (d)->max_of)                         /* the column that ranks; NULL: none */
void dd_refuse(struct trib *t, const struct dedupe *d, const struct trib_batch *b, const struct trib_view *keys, int64_t row);
int dd_views(struct trib *t, const struct trib_batch *b, struct trib_view **out);
int dd_key_views(struct trib *t, const struct dedupe *d, const struct trib_batch *b, struct trib_view **out, int *count);
int dd_partition(struct trib *t, struct dedupe *d);                                  /* the index is full from here on */
int dd_scope_decide(struct trib *t, struct dedupe *d);
int dd_scope_emit(struct trib *t, struct dedupe *d);                                 /* TRIB_MORE: call again */
void dd_scope_done(struct dedupe *d);

#endif
