/* sql.h - SQL for the tables of a load, generated once over a dialect row. For database sinks. */
#ifndef TRIBUTARY_SQL_H
#define TRIBUTARY_SQL_H

#include <tributary.h>

#endif
