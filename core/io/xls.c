/* xls - the binary workbooks of Excel 5 to 2003, through freexl, opened at its first use.
 *
 * freexl wants a path and holds the whole workbook in memory: the file goes through a memfd, bounded by sheet_file_max. It gives
 * dates as ISO texts by their format and the workbook's epoch. It knows neither hidden sheets nor merged ranges. */
#include "io/sheet.h"

#include <freexl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arrow/scalar.h"
#include "base/lazy.h"
#include "io/decode.h"
#include "io/sheet_value.h"

struct freexl {                           /* in the order of symbols */
	int (*open)(const char *path, const void **book);
	int (*close)(const void *book);
	int (*info)(const void *book, unsigned short what, unsigned int *value);
	int (*name)(const void *book, unsigned short sheet, const char **name);
	int (*select)(const void *book, unsigned short sheet);
	int (*size)(const void *book, unsigned int *rows, unsigned short *columns);
	int (*cell)(const void *book, unsigned int row, unsigned short column, FreeXL_CellValue *value);
};
static const char *const files[] = { "libfreexl.so.1", NULL };
static const char *const symbols[] = { "freexl_open", "freexl_close", "freexl_get_info", "freexl_get_worksheet_name", "freexl_select_active_worksheet",
	"freexl_worksheet_dimensions", "freexl_get_cell_value", NULL };
static const struct tribx_lazy library = { files, ".xls files", "the package libfreexl1", symbols };

struct xls {
	struct freexl api;
	const void *book;
	unsigned row, rows;
	unsigned short columns;
};

/* ---- cells ---- */

static void put(struct tribx_cells *to, const FreeXL_CellValue *v)
{
	char text[TRIBX_SHEET_TEXT], number[TRIBX_NUMBER_TEXT];
	size_t size = 0;
	enum tribx_mark mark = TRIBX_MARK_NUMBER;
	switch (v->type) {
	case FREEXL_CELL_INT:
		size = (size_t)sprintf(text, "%d", v->value.int_value);
		break;
	case FREEXL_CELL_DOUBLE:
		mark = tribx_sheet_number((struct trib_text){ number, tribx_f64_text(v->value.double_value, number) }, TRIBX_SHOWS_NUMBER, false, text, &size);
		break;
	case FREEXL_CELL_TEXT:
	case FREEXL_CELL_SST_TEXT:
		tribx_cells_put(to, TRIBX_MARK_NONE, tribx_text(v->value.text_value ? v->value.text_value : ""));
		return;
	case FREEXL_CELL_DATE:
	case FREEXL_CELL_DATETIME:
	case FREEXL_CELL_TIME:
		tribx_cells_put(to, TRIBX_MARK_TIME, tribx_text(v->value.text_value ? v->value.text_value : ""));
		return;
	default:
		tribx_cells_put(to, TRIBX_MARK_NONE, (struct trib_text){ NULL, 0 });
		return;
	}
	tribx_cells_put(to, mark, (struct trib_text){ text, size });
}

static int produce(void *self, struct tribx_cells *to, struct tribx_error *e)
{
	struct xls *x = self;
	for (size_t from = to->have; x->row < x->rows && to->have - from < TRIBX_CELLS_ENOUGH && !to->failed && !to->too_long; x->row++) {
		FreeXL_CellValue v;
		unsigned short last = 0;
		for (unsigned short i = x->columns; i > 0 && !last; i--)
			last = x->api.cell(x->book, x->row, i - 1, &v) == FREEXL_OK && v.type != FREEXL_CELL_NULL ? i : 0;
		for (unsigned short i = 0; i < last; i++) {
			if (x->api.cell(x->book, x->row, i, &v) != FREEXL_OK)
				return tribx_fail(e, TRIB_DATA, "xls.corrupt", "row %u: a cell cannot be read", x->row + 1);
			put(to, &v);
		}
		tribx_cells_end(to);
	}
	return x->row < x->rows ? TRIB_OK : TRIB_END;
}

static void done(void *self)
{
	struct xls *x = self;
	if (x->book)
		x->api.close(x->book);
	free(x);
}

/* ---- the file ---- */

static int corrupt(struct tribx_error *e, int code)
{
	return tribx_fail(e, TRIB_DATA, "xls.corrupt", "is no readable .xls file (freexl %d): damaged, cut, or no workbook", code);
}

/* Into memory that has a path. The descriptor, or negative. */
static int copy(struct tribx_source *src, int64_t max, bool *encrypted, struct tribx_error *e)
{
	static const char mark[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";   /* a stream's name in UTF-16 */
	if (src->size > max)
		return tribx_fail(e, TRIB_DATA, "sheet.too_large", "is larger than sheet_file_max (%lld bytes), and has to be read into memory", (long long)max);
	int fd = memfd_create("workbook", MFD_CLOEXEC), rc = TRIB_OK;
	if (fd < 0 || ftruncate(fd, src->size) != 0) {
		if (fd >= 0)
			close(fd);
		return tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a workbook of %lld bytes", (long long)src->size);
	}
	size_t size = (size_t)src->size;
	char *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for a workbook of %zu bytes", size);
	for (size_t at = 0, got; rc == TRIB_OK && at < size; at += got)
		if ((rc = src->pread(src, mem + at, size - at, (int64_t)at, &got, e)) == TRIB_OK && !got)
			rc = tribx_fail(e, TRIB_DATA, "file.changed", "became shorter while it was read");
	if (rc == TRIB_OK)
		rc = src->check(src, e);
	*encrypted = rc == TRIB_OK && memmem(mem, size, mark, sizeof mark - 1);
	if (mem != MAP_FAILED)
		munmap(mem, size);
	if (rc < 0)
		close(fd);
	return rc < 0 ? rc : fd;
}

static int protected(struct tribx_error *e)
{
	tribx_error_hint(e, "ask for the file without a password");
	return tribx_fail(e, TRIB_DATA, "sheet.encrypted", "is protected by a password");
}

static int open_book(struct xls *x, int fd, bool named_xls, struct tribx_error *e)
{
	char path[40];
	unsigned password = 0;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int code = x->api.open(path, &x->book);
	if (code != FREEXL_OK)
		x->book = NULL;
	if (code != FREEXL_OK && !named_xls)
		return tribx_fail(e, TRIB_DATA, "sheet.encrypted", "is a compound file, which .xlsx files are when they are protected by a password");
	if (code != FREEXL_OK)
		return corrupt(e, code);
	return x->api.info(x->book, FREEXL_BIFF_PASSWORD, &password) == FREEXL_OK && password == FREEXL_BIFF_OBFUSCATED ? protected(e) : TRIB_OK;
}

static int pick(struct xls *x, const char *wanted, const char *file, struct tribx_error *e)
{
	struct tribx_sheets sheets = { 0 };
	unsigned count = 0;
	size_t i = 0;
	int rc = x->api.info(x->book, FREEXL_BIFF_SHEET_COUNT, &count) == FREEXL_OK ? TRIB_OK : corrupt(e, 0);
	for (unsigned k = 0; rc == TRIB_OK && k < count; k++) {
		const char *name = NULL;
		if (x->api.name(x->book, (unsigned short)k, &name) != FREEXL_OK || !tribx_sheets_add(&sheets, name ? name : "", false))
			rc = tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a workbook");
	}
	if (rc == TRIB_OK)
		rc = tribx_sheets_pick(&sheets, wanted, file, &i, e);
	tribx_sheets_done(&sheets);
	if (rc == TRIB_OK && (x->api.select(x->book, (unsigned short)i) != FREEXL_OK || x->api.size(x->book, &x->rows, &x->columns) != FREEXL_OK))
		rc = corrupt(e, 0);
	return rc;
}

int tribx_xls_open(const struct tribx_format *f, const char *file, const struct tribx_limits *limits, struct tribx_source *src, struct tribx_stream **out,
                   struct tribx_error *e)
{
	static const struct tribx_cells_reader reader = { produce, done };
	struct xls *x = calloc(1, sizeof *x);
	bool encrypted = false;
	(void)limits;
	size_t n = strlen(file);
	int rc = x ? tribx_lazy(&library, (void (**)(void))(void *)&x->api, e) : tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory to read a workbook");
	if (rc == TRIB_OK && f->fill_merged)
		rc = tribx_fail(e, TRIB_CONFIG, "format.conflict", "fill_merged: merged ranges of .xls files are not known");
	int fd = rc == TRIB_OK ? copy(src, f->sheet_file_max, &encrypted, e) : rc;
	src->close(src);
	if (fd >= 0) {
		rc = encrypted ? protected(e) : open_book(x, fd, n > 4 && strcasecmp(file + n - 4, ".xls") == 0, e);
		close(fd);
	} else {
		rc = fd;
	}
	if (rc == TRIB_OK)
		rc = pick(x, f->sheet, file, e);
	if (rc == TRIB_OK)
		return tribx_cells_stream(&reader, x, f->record_max > 0 ? (size_t)f->record_max : 0, out, e);
	if (x)
		done(x);
	return rc;
}
