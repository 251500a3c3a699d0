/* parquet - Parquet files, for the table of formats: columnar files as cells text, through DuckDB's library. */
#ifndef TRIBX_PARQUET_H
#define TRIBX_PARQUET_H

#include "io/format.h"
#include "io/stream.h"

int tribx_parquet_cells(const struct tribx_format *f, const struct trib_field *columns, struct trib_bytes *in, struct tribx_stream **out, struct tribx_error *e);

#endif
