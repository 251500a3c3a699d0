/* chain - a row of steps bound to each other: a batch fed to one is applied, what it emits flows on, the end delivers.
 *
 * One chain is used by one thread at a time. It owns nothing of the flow but the instances' bindings. */
#ifndef TRIBX_CHAIN_H
#define TRIBX_CHAIN_H

#include "run/flow.h"

/* Where the rows of a step went; a load whose books do not balance is rolled back. */
struct tribx_books { int64_t in, out, dead, counts[TRIB_COUNTS]; };
void tribx_books_add(struct tribx_books *to, const struct tribx_books *b);
bool tribx_books_balance(const struct tribx_books *b);

struct tribx_chain;
struct tribx_link {                      /* ctx of each instance */
	struct tribx_chain *chain;
	struct trib *t;
	bool owned, bound;
	struct trib_batch in, outs[TRIBX_OUTPUTS];
	int output_count;
	int64_t dead_seen;
	int64_t counts_seen[TRIBX_OUTPUTS][TRIB_COUNTS];
	struct tribx_books books;        /* since the last tribx_chain_books */
};
struct tribx_chain {
	struct tribx_flow *flow;
	struct tribx_link *links;        /* of steps lo..hi-1 */
	int lo, hi;
	/* Takes b. table is an index of flow->tables. Negative: stops the chain; error in *e. */
	int (*deliver)(void *ctx, int table, struct trib_batch *b, struct tribx_error *e);
	/* What step `step` emits (-1: what is fed to the first); NULL unless previewing. */
	void (*tap)(void *ctx, int step, const struct trib_batch *b);
	/* trib_recall of a step; NULL where the sink cannot be asked. */
	int (*recall)(void *ctx, const char *table, const struct trib_batch *keys, struct trib_batch *out, struct tribx_error *e);
	void *ctx;
	struct tribx_error error;        /* the first cause */
};

/* own: new instances (opened here); otherwise the flow's protos, which are open already. */
int tribx_chain_open(struct tribx_chain *c, struct tribx_flow *f, int lo, int hi, bool own, struct tribx_error *e);
void tribx_chain_done(struct tribx_chain *c);
/* Takes b; feeds the first step, or delivers when there is none. Negative: c->error. */
int tribx_chain_feed(struct tribx_chain *c, struct trib_batch *b);
/* Ends the scopes up to and including `scope`: flushes the steps whose scope it is, in order. */
int tribx_chain_flush(struct tribx_chain *c, enum trib_scope scope);
/* New instances for the PER_PART steps, for the next part. */
int tribx_chain_next_part(struct tribx_chain *c);
/* Moves out what the steps buried and counted since the last call; books has hi - lo entries. */
void tribx_chain_books(struct tribx_chain *c, struct tribx_dead_list *dead, struct tribx_books *books);

/* Moves out what the steps told. part: where; those of PER_ROW steps are of the run. */
void tribx_chain_figures(struct tribx_chain *c, struct tribx_figures *to, const char *part);

#endif
