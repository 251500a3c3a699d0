/* lazy - a library that is opened at its first use, so that a pipeline that does not need it starts in milliseconds
 * and a machine that does not have it loses one format, not the program. */
#ifndef TRIBX_LAZY_H
#define TRIBX_LAZY_H

#include "base/error.h"

struct tribx_lazy {
	const char *const *files;        /* names as dlopen takes them (libarchive.so.13), tried in order; NULL ends */
	const char *what;                /* for the error: "zstd files" */
	const char *package;             /* what brings it: "the package libarchive13" */
	const char *const *symbols;      /* NULL ends */
};
/* Fills to[] (function pointers, in the order of symbols). May be called again and on any thread: an open library is only
 * looked up. Never closed. TRIB_OK or TRIB_ENV (library.missing, library.too_old). */
int tribx_lazy(const struct tribx_lazy *lib, void (**to)(void), struct tribx_error *e);

#endif
