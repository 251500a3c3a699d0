/* expr_node - the two shapes of an expression: nodes (what was written) and operations (what is done).
 *
 *	text --parse--> nodes --bind--> operations, one register each --run--> a vector per strip of rows
 *
 * A register has a value and a state per row of the strip. The states are ordered, so that the state of a result is the
 * worst of its arguments': fine, null, then the errors. Constants are registers that were filled when they were
 * bound. */
#ifndef TRIBX_EXPR_NODE_H
#define TRIBX_EXPR_NODE_H

#include "parse/dec.h"
#include "parse/expr.h"

enum { TRIBX_STRIP = 1024, TRIBX_EXPR_DEPTH = 64, TRIBX_EXPR_TEXT = 1 << 16, TRIBX_EXPR_OPS = 512,
       TRIBX_EXPR_VALUE = 16 << 20, TRIBX_EXPR_HEAP = 256 << 20 };

enum tribx_state {
	TRIBX_FINE, TRIBX_NULLED, TRIBX_BAD_RANGE, TRIBX_BAD_ZERO, TRIBX_BAD_NUMBER, TRIBX_BAD_DATE, TRIBX_BAD_TIME,
		TRIBX_BAD_BOOL, TRIBX_BAD_JSON, TRIBX_BAD_TEXT,
	TRIBX_BAD_LONG, TRIBX_BAD_HARD, TRIBX_STATES,
};

/* ---- what was written ---- */

enum tribx_kind { TRIBX_NODE_NULL, TRIBX_NODE_BOOL, TRIBX_NODE_NUMBER, TRIBX_NODE_TEXT, TRIBX_NODE_PATH,
                  TRIBX_NODE_LIST, TRIBX_NODE_CALL };

/* name NULL: an index, or all */
struct tribx_step { struct tribx_step *next; const char *name; size_t size; int64_t index; bool all; };

struct tribx_word;
struct tribx_enode {
	enum tribx_kind kind;
	int at;                          /* in the text */
	int first, next, count;          /* arguments: first, then by next; -1: none */
	const struct tribx_word *word;
	struct trib_text text;           /* 0-terminated */
	trib_dec number;
	int scale;
	bool truth;
	struct tribx_step *steps;
};

/* ---- what is done ---- */

struct tribx_reg {
	/* BOOL, I64, DATE, TIME, CLOCK, DURATION: int64_t. F64, DEC: theirs. STR, JSON: struct trib_text */
	enum trib_type type;
	int scale;
	bool constant;
	void *values;                    /* of the strip in hand: own memory, or inside of the column */
	uint8_t *state;
	void *own;
};

/* Whether all n rows have a value; n is at most a strip. */
static inline bool tribx_all_fine(const uint8_t *state, int n)
{
	uint64_t any = 0, word;
	int i = 0;
	for (; i + 8 <= n; i += 8) {
		memcpy(&word, state + i, 8);
		any |= word;
	}
	for (; i < n; i++)
		any |= state[i];
	return any == 0;
}

struct tribx_run;
struct tribx_eop {
	void (*run)(struct tribx_run *r, const struct tribx_eop *o);      /* NULL: a constant */
	struct tribx_reg *to;
	struct tribx_reg *arg[3];
	struct tribx_reg **many;         /* further arguments */
	int count;                       /* of many */
	int64_t k;                       /* whatever the operation keeps */
	struct trib_text a, b;
	const void *thing;
};

struct tribx_piece { struct tribx_piece *next; size_t size, used; char mem[]; };
struct tribx_heap { struct tribx_piece *list; size_t held; };

/* One strip. */
struct tribx_run {
	struct trib_expr *x;
	int n;                           /* rows of the strip */
	int64_t base;                    /* its first row */
	struct tribx_heap *heap;         /* texts made in this strip */
	bool failed;                     /* no memory */
};
char *tribx_run_room(struct tribx_run *r, size_t size);      /* NULL: no memory, or more than a strip may hold */

struct tribx_column_use { int col; struct tribx_reg *reg; struct trib_view view; };

struct trib_expr {
	struct tribx_arena *arena;       /* compiled */
	const char *text;
	struct tribx_enode *nodes;
	int node_count, root;

	struct tribx_arena bound;        /* everything below that is not a count */
	struct tribx_eop *ops;
	struct tribx_reg *regs;
	int op_count;
	struct tribx_column_use *uses;
	int use_count;
	struct tribx_reg *result;
	void **codes;                    /* pcre2_code, freed with the binding */
	int code_count;
	void *match_data, *match_limits;
	struct tribx_heap heap, constants;
	int64_t mismatches;
	int cast_type, cast_scale;       /* of the column that eval filled last: result is of this type then */
	struct tribx_reg *cast;
	int cast_op;
};

/* ---- binding ---- */

struct tribx_bind { struct trib_expr *x; const struct trib_batch *in; struct tribx_error *e; bool failed; };

struct tribx_word {
	const char *name;
	signed char least, most;         /* arguments, the piped one included; most -1: any number */
	bool sign;                       /* an operator: not callable by name */
	struct tribx_reg *(*bind)(struct tribx_bind *b, const struct tribx_enode *n, struct tribx_reg **args,
	                          int count);
	const char *usage;
};
const struct tribx_word *tribx_word_find(const char *name, size_t size, bool sign);
const char *tribx_word_nearest(const char *name);

typedef void tribx_erun(struct tribx_run *r, const struct tribx_eop *o);

/* The register of a new operation; NULL: the error is set. */
struct tribx_reg *tribx_op(struct tribx_bind *b, tribx_erun *run, enum trib_type type, int scale, struct tribx_reg *x,
                           struct tribx_reg *y, struct tribx_reg *z);
/* folds the last operation if it is of constants */
void tribx_fold(struct tribx_bind *b);
/* the operation that was made last: fill k, a, b, many */
struct tribx_eop *tribx_op_of(struct tribx_bind *b, struct tribx_reg *r);
/* NULL: null */
struct tribx_reg *tribx_constant(struct tribx_bind *b, enum trib_type type, int scale, const void *value);
/* NULL and no error: there is no such cast */
struct tribx_reg *tribx_cast(struct tribx_bind *b, struct tribx_reg *r, enum trib_type type, int scale);
struct tribx_reg *tribx_bind_fail(struct tribx_bind *b, const struct tribx_enode *n, const char *code, const char *fmt,
                                  ...) __attribute__((format(printf, 4, 5)));
struct tribx_reg *tribx_bind_node(struct tribx_bind *b, int node);
/* The value of a literal argument (0: the piped one); false: it is none, and the error is set. */
bool tribx_literal_text(struct tribx_bind *b, const struct tribx_enode *n, int arg, struct trib_text *out);
bool tribx_literal_int(struct tribx_bind *b, const struct tribx_enode *n, int arg, int64_t low, int64_t high,
                       int64_t *out);
const struct tribx_enode *tribx_argument(const struct tribx_bind *b, const struct tribx_enode *n, int arg);
int tribx_fail_at(struct tribx_error *e, const char *text, int at, const char *code, const char *fmt,
                  ...) __attribute__((format(printf, 5, 6)));
const char *tribx_type_word(enum trib_type type);

/* the registers of one type that two can be made, for ==, if, coalesce; false: none fits (no error set) */
bool tribx_unify(struct tribx_bind *b, struct tribx_reg **x, struct tribx_reg **y, bool comparing);
bool tribx_is_number(enum trib_type t);
struct tribx_reg *tribx_condition(struct tribx_bind *b, const struct tribx_enode *n, struct tribx_reg *r);

/* the bind functions of the words, by file */
#define BIND(name) \
	struct tribx_reg *tribx_bind_##name(struct tribx_bind *b, const struct tribx_enode *n, \
	                                    struct tribx_reg **args, int count)
/* expr_num.c */
BIND(add); BIND(sub); BIND(mul); BIND(div); BIND(neg); BIND(abs); BIND(round); BIND(int); BIND(num);
/* expr_cond.c */
BIND(eq); BIND(ne); BIND(lt); BIND(le); BIND(gt); BIND(ge); BIND(in);
BIND(exists); BIND(and); BIND(or); BIND(not);
BIND(if); BIND(coalesce); BIND(bool);
/* expr_text.c */
BIND(contains); BIND(concat); BIND(lower); BIND(upper); BIND(trim); BIND(replace); BIND(len); BIND(str);
/* expr_more.c */
BIND(matches); BIND(match); BIND(b64); BIND(b64d); BIND(urlencode);
/* expr_json.c */
BIND(split); BIND(join); BIND(first); BIND(last); BIND(json);
/* expr_time.c */
BIND(date); BIND(parse); BIND(epoch); BIND(epoch_ms); BIND(plus); BIND(trunc);
/* expr_json.c */
struct tribx_reg *tribx_bind_path(struct tribx_bind *b, struct tribx_reg *json, const struct tribx_step *steps);
void tribx_run_json_in(struct tribx_run *r, const struct tribx_eop *o);        /* arg 0: JSON array, arg 1: needle */

/* ---- running ---- */

static inline int64_t *tribx_ints(const struct tribx_reg *r) { return r->values; }
static inline double *tribx_doubles(const struct tribx_reg *r) { return r->values; }
static inline trib_dec *tribx_decs(const struct tribx_reg *r) { return r->values; }
static inline struct trib_text *tribx_texts(const struct tribx_reg *r) { return r->values; }
static inline uint8_t tribx_worst(uint8_t a, uint8_t b) { return a > b ? a : b; }

#endif
