/* commit - how a unit ends: balance, states, dead letters, the ledger row, and learning what became of a lost answer. */
#ifndef TRIBX_COMMIT_H
#define TRIBX_COMMIT_H

#include "run/side.h"

int tribx_side_begin(struct tribx_side *s);
int tribx_side_rows(struct tribx_side *s, int table, struct trib_batch *b);
int tribx_side_failed(struct tribx_side *s, int rc);
int tribx_side_ledger(struct trib *t, struct trib_batch *row);          /* host.ledger */

/* For sinks without claim: the project's own store keeps the checkpoint (delivery is at least once). store.c */
int tribx_store_claim(struct tribx_side *s, struct trib_batch *states);
int tribx_store_commit(struct tribx_side *s, const struct trib_batch *states);

#endif
