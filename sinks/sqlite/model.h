/* model.h - the partner model as rows: tables, seeds, views. model.c installs them. */
#ifndef TRIBUTARY_SINK_SQLITE_MODEL_H
#define TRIBUTARY_SINK_SQLITE_MODEL_H

#include <tributary.h>

enum { LITE_MODEL_VERSION = 1 };             /* one up when a view or a seed changes */

struct lite_model_table {
	const char *name, *columns;          /* behind CREATE TABLE name( */
	enum trib_mode mode;                 /* TRIB_APPEND: nothing is loaded into it */
	const char *key;                     /* names, blanks between them */
	const char *ignore;                  /* no change of the row */
	const char *time_from;
	bool revision;
};
struct lite_model_view { const char *name, *select; };
struct lite_category { const char *id, *parent; int complaint; const char *label; };

extern const struct lite_model_table lite_model_tables[];   /* each ends with a NULL name or id */
extern const struct lite_model_view lite_model_views[];
extern const struct lite_category lite_categories[];

#endif
