/* lookup - a reference in memory: its rows by key, found by one hash, with the columns that are taken.
 *
 * Law: it is read once per run and constant from then on, all instances see the same. Keys are compared as texts (what a
 * cell says, not its type), byte by byte behind their hash. Row `count` is what a miss gives: nulls, or the defaults. */
#ifndef TRIBX_LOOKUP_H
#define TRIBX_LOOKUP_H

#include <tributary.h>

enum lk_match { LK_EXACT, LK_TRIM, LK_CASEFOLD };
enum lk_miss { LK_NULL, LK_ERROR, LK_DEAD, LK_DROP, LK_DEFAULT };

struct lookup {
	const char *path, *table, *as_of, *valid_from, *valid_to, *date_format, *match, *on_miss, *reference_id;
	trib_map format, key, take, otherwise;
	int64_t reference_max;
	enum lk_miss miss;
	int64_t misses, told;                          /* told: of the misses, those that got a suggestion */
	char *buffer;                                  /* of the key in hand */
	size_t buffer_size;
};

struct lk_buf { char *p; size_t n, cap; };
struct lk_column {
	enum trib_type type;                           /* TRIB_NULL: nothing but nulls so far */
	int scale;
	char *values;                                  /* width bytes each; texts: struct trib_text */
	uint8_t *set;                                  /* one byte each: it is not null */
};
struct lk_row { struct trib_text key; int64_t from, to; uint32_t number, next; };   /* number: in the reference, from 1 */
struct lk_shared {
	struct lk_column *columns;                     /* of take */
	size_t column_count;
	struct lk_row *rows;
	uint32_t count, cap, *slots, mask;             /* slots: row + 1, the first of its key */
	uint32_t *order;                               /* as_of: rows by key and start; a row's next is the end of its key's */
	uint32_t *starts;                              /* as_of: where in order the key of a first row begins */
	char **chunks;
	size_t chunk_count, chunk_left, bytes;
	int64_t read, keyless;
	char id[33];                                   /* XXH3-128 of what was read */
	void *hash;
};

/* text.c */
bool lk_key(const struct trib_view *views, size_t count, enum lk_match match, int64_t i, struct lk_buf *to, bool *null);
struct trib_text lk_trimmed(struct trib_text x);
size_t lk_cell(const struct trib_view *v, int64_t i, char room[64], struct trib_text *out);   /* 0: null, else 1 */
void lk_show(struct trib_text key, char *to, size_t size);                      /* "a", "b" */
int lk_moment(const struct trib_view *v, int64_t i, const char *format, int64_t null_is, int64_t *out);

/* reference.c */
enum lk_match lk_match_of(const struct lookup *o);
int lk_load(struct trib *t, const struct lookup *o, struct lk_shared *s);
int lk_add(struct trib *t, const struct lookup *o, struct lk_shared *s, const struct trib_batch *b);
uint32_t lk_find(const struct lk_shared *s, struct trib_text key, bool dated, int64_t at);    /* row; count: none */
size_t lk_width(enum trib_type type);
void lk_done(struct lk_shared *s);

/* sources.c, database.c: every row of the reference goes through lk_add */
int lk_read_file(struct trib *t, const struct lookup *o, struct lk_shared *s);
int lk_read_table(struct trib *t, const struct lookup *o, struct lk_shared *s);
int lk_close_columns(struct trib *t, struct trib_batch *b);                      /* so that they can be looked at */

#endif
