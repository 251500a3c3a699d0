/* server - the postgres sink in a schema of its own on the server of TRIB_TEST_PG (tests/suite/postgres.sh); what is there is asked with
 * another connection. */
#ifndef SERVER_H
#define SERVER_H

#include <libpq-fe.h>
#include "host.h"

extern const struct trib_plugin postgres_LTX_trib_plugin;

void server_start(void);      /* of a test; skips it where there is no server */
void server_stop(void);
const char *server_schema(void);
PGresult *server_answer(const char *sql);
void server_run(const char *sql);
const char *server_ask(const char *sql);          /* cells by |, rows by ;, null is ~ */
struct rig *server_look(const char *pipeline, const char *more);   /* open, not claimed */
struct rig *server_rig(const char *pipeline, const char *more);
/* A whole load of one table, and what it must count. */
void server_unit(struct rig *r, const char *id, const struct spec *s, const char *rows, const struct ending *e, const char *tally);

#endif
