/* files - CSV or JSON lines in a folder, committed by the rename of a manifest. The laws are in files.h. */
#include "commit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct trib_field options[] = {
	TRIB_FIELD(struct files, path, .flags = TRIB_REQUIRED | TRIB_PATH,
	           .help = "Folder; it is made when it is missing."),
	TRIB_FIELD(struct files, format, .dflt = "csv", .allow = "csv|jsonl",
	           .help = "CSV (RFC 4180, line feed) or JSON lines."),
	TRIB_FIELD(struct files, file, .help = "One file of this name, made whole when the load ends, in place of"
	                                       " parts; for one table."),
	TRIB_FIELD(struct files, delimiter, .dflt = ",", .help = "CSV: one character between cells."),
	TRIB_FIELD(struct files, header, .dflt = "true", .help = "CSV: the first line names the columns."),
	TRIB_FIELD(struct files, null, .dflt = "", .help = "CSV: how null is written; a text that reads the same is"
	                                                   " quoted."),
	TRIB_FIELD(struct files, max_rows, .dflt = "0", .allow = "0..",
	           .help = "Rows of a part, then a new one begins; 0: no bound."),
	TRIB_FIELD(struct files, max_bytes, .dflt = "0", .allow = "0..",
	           .help = "Bytes of a part, then a new one begins; 0: no bound."),
	TRIB_FIELD(struct files, compression, .dflt = "none", .allow = "none", .help = "Packing of the files."),
	TRIB_FIELD(struct files, lock_wait, .dflt = "30s", .help = "How long to wait for another run that commits to"
	                                                           " the same folder."),
	{ 0 }
};

static int no_memory(struct trib *t)
{
	return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
}

/* ---- parts ---- */

static void free_parts(struct files_table *b)
{
	for (struct files_part *p = b->parts, *next; p; p = next) {
		next = p->next;
		free(p->file);
		free(p->hidden);
		free(p);
	}
	b->parts = b->open = NULL;
	b->tail = &b->parts;
}

static struct files_part *add_part(struct files_table *b, const char *file, const char *hidden)
{
	struct files_part *p = calloc(1, sizeof *p);
	if (p) {
		p->file = strdup(file);
		p->hidden = strdup(hidden);
	}
	if (!p || !p->file || !p->hidden) {
		if (p) {
			free(p->file);
			free(p->hidden);
		}
		free(p);
		return NULL;
	}
	*b->tail = p;
	b->tail = &p->next;
	return p;
}

static const char *extension(const struct files *s)
{
	return s->how.json ? "jsonl" : "csv";
}

bool files_of_this_run(const struct files *s, const json_t *e)
{
	return json_integer_value(json_object_get(e, "epoch")) == s->load->epoch;
}

/* The committed entry of `file:` that is being continued or was published; NULL: none. */
static json_t *whole_entry(const struct files *s, json_t *stream, bool staged)
{
	json_t *e;
	size_t i;
	json_array_foreach(json_object_get(stream, "files"), i, e)
		if (strcmp(json_string_value(json_object_get(e, "file")) ?: "", s->file) == 0 &&
		    json_is_true(json_object_get(e, "staged")) == staged)
			return e;
	return NULL;
}

char *files_columns_text(struct trib *t, const struct files_table *b)
{
	char *h = "";
	for (int i = 0; h && i < b->column_count; i++)
		h = trib_fmt(t, "%s%s%s", h, i ? "\x1f" : "", b->columns[i]);
	return h;
}

/* Copies what is published into the hidden file that takes its place. */
static int copy_published(struct trib *t, struct files *s, int to, int64_t size)
{
	int from = files_open(s->root - 1, s->file, O_RDONLY | O_CLOEXEC, 0), error = from < 0 ? errno : 0;
	for (int64_t at = 0; !error && at < size;) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, (size_t)(size - at), 0);
		if (n <= 0 && !(n < 0 && errno == EINTR))
			error = n < 0 ? errno : EIO;
		at += n > 0 ? n : 0;
	}
	if (from >= 0)
		close(from);
	return error ? files_fault(t, s, s->file, error) : TRIB_OK;
}

/* `file:`: the hidden file grows over the commits of a run; each commit remembers how long it is. */
static int open_whole(struct trib *t, struct files *s, struct files_table *b)
{
	json_t *m = NULL;
	int rc = files_manifest_load(t, s, &m), fd = -1;
	json_t *stream = rc == TRIB_OK ? files_manifest_stream(m, s->load->pipeline, s->load->stream) : NULL;
	json_t *staged = stream ? whole_entry(s, stream, true) : NULL;
	if (staged && b->mode == TRIB_REPLACE && !files_of_this_run(s, staged))
		staged = NULL;
	json_t *was = stream ? whole_entry(s, stream,
	        false) : NULL;
	json_t *base = staged ? staged : b->mode == TRIB_APPEND ? was : NULL;
	const char *header = base ? json_string_value(json_object_get(base,
	                                                              "columns")) : NULL, *ours = files_columns_text(t,
	        b);
	char *hidden = NULL;
	if (rc < 0)
		return rc;
	if (header && ours && strcmp(header, ours) != 0)
		rc = trib_fail(t, TRIB_CONFIG, "files.columns_changed: %s/%s was written with other columns: use"
		                               " parts, or another name", s->path, s->file);
	else if (!(hidden = staged ? files_hidden(t, s, staged) : trib_fmt(t, ".%s~%s~%s", s->tag, s->load->load_id,
	                                                                   s->file)) || !ours)
		rc = no_memory(t);
	else if ((fd = files_open(s->root - 1, hidden, O_RDWR | O_CREAT | O_CLOEXEC, 0666)) < 0)
		rc = files_fault(t, s, hidden, errno);
	b->kept_bytes = base ? json_integer_value(json_object_get(base, "bytes")) : 0;
	b->kept_rows = base ? json_integer_value(json_object_get(base, "rows")) : 0;
	if (rc == TRIB_OK && base && !staged)
		rc = copy_published(t, s, fd, b->kept_bytes);
	if (rc == TRIB_OK && (ftruncate(fd, b->kept_bytes) < 0 || lseek(fd, b->kept_bytes, SEEK_SET) < 0))
		rc = files_fault(t, s, hidden, errno);
	if (rc == TRIB_OK && !(b->open = add_part(b, s->file, hidden)))
		rc = no_memory(t);
	json_decref(m);
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		return rc;
	}
	b->out.fd = fd;
	return TRIB_OK;
}

static int open_part(struct trib *t, struct files *s, struct files_table *b)
{
	const char *load = files_safe(t, s->load->load_id);
	char *name = load ? trib_fmt(t, "%s-%04d.%s", load, ++b->number, extension(s)) : NULL;
	char *file = name ? trib_fmt(t, "%s/%s", b->folder, name) : NULL;
	char *hidden = file ? trib_fmt(t, "%s/.%s~%s~%s", b->folder, s->tag, s->load->load_id, name) : NULL;
	if (!hidden || !(b->open = add_part(b, file, hidden)))
		return no_memory(t);
	int fd = files_open(s->root - 1, hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return files_fault(t, s, hidden, errno);
	b->out.fd = fd;
	return TRIB_OK;
}

static int start_part(struct trib *t, struct files *s, struct files_table *b)
{
	int rc = s->file ? open_whole(t, s, b) : open_part(t, s, b);
	if (rc == TRIB_OK && !files_out_start(&b->out, b->kept_bytes))
		rc = no_memory(t);
	if (rc < 0 || s->how.json || !s->header || b->out.bytes > 0)
		return rc;
	return files_header(&b->out, &s->how, (const char *const *)b->columns,
	                    b->column_count) ? TRIB_OK : files_fault(t, s, b->open->file, b->out.error);
}

/* Written, flushed to the disk, closed: what the manifest may name. An fsync that failed is never tried again. */
int files_finish_part(struct trib *t, struct files *s, struct files_table *b)
{
	struct files_part *p = b->open;
	if (!p)
		return TRIB_OK;
	bool good = files_out_finish(&b->out);
	b->open = NULL;
	p->rows = b->kept_rows + b->out.rows;
	p->bytes = b->out.bytes;
	return good ? TRIB_OK : files_fault(t, s, p->file, b->out.error);
}

/* ---- tables ---- */

static void free_columns(struct files_table *b)
{
	for (int i = 0; i < b->column_count; i++)
		free(b->columns[i]);
	free(b->columns);
	b->columns = NULL;
	b->column_count = 0;
}

static bool keep_columns(struct files_table *b, const struct trib_field *columns)
{
	int n = 0;
	while (columns[n].name)
		n++;
	free_columns(b);
	b->columns = calloc((size_t)n + 1, sizeof *b->columns);
	for (; b->columns && b->column_count < n; b->column_count++)
		if (!(b->columns[b->column_count] = strdup(columns[b->column_count].name)))
			return false;
	return b->columns;
}

static bool same_columns(const struct files_table *b, const struct trib_field *columns)
{
	int n = 0;
	for (; columns[n].name; n++)
		if (n >= b->column_count || strcmp(b->columns[n], columns[n].name) != 0)
			return false;
	return n == b->column_count;
}

static struct files_table *slot(struct files *s, int index)
{
	if (index >= s->table_count) {
		struct files_table **more = realloc(s->tables, ((size_t)index + 1) * sizeof *more);
		if (!more)
			return NULL;
		s->tables = more;
		while (s->table_count <= index)
			s->tables[s->table_count++] = NULL;
	}
	if (!s->tables[index] && (s->tables[index] = calloc(1, sizeof **s->tables))) {
		s->tables[index]->out.fd = -1;
		s->tables[index]->tail = &s->tables[index]->parts;
	}
	return s->tables[index];
}

static int check_table(struct trib *t, const struct files *s, int index, const struct trib_table *is)
{
	for (size_t i = 0; is->options && i < is->options->count; i++)
		return trib_fail(t, TRIB_CONFIG, "sink.bad_table: table %s: the option `%s` is not offered by files",
		                 is->name, is->options->names[i]);
	for (int i = 0; s->file && i < s->table_count; i++)
		if (i != index && s->tables[i])
			return trib_fail(t, TRIB_CONFIG, "sink.bad_table: `file:` takes one table, and %s is a second"
			                                 " one: use parts", is->name);
	if (!is->columns[0].name && is->mode != TRIB_REPLACE)
		return trib_fail(t, TRIB_CONFIG, "sink.bad_table: table %s has no columns", is->name);
	return TRIB_OK;
}

static int table(struct trib *t, void *self, int index, const struct trib_table *is)
{
	struct files *s = self;
	int rc = check_table(t, s, index, is);
	struct files_table *b = rc == TRIB_OK ? slot(s, index) : NULL;
	const char *folder = b ? files_safe(t, is->name) : NULL;
	if (!folder)
		return rc < 0 ? rc : no_memory(t);
	if (strlen(folder) > 200)
		return trib_fail(t, TRIB_CONFIG, "sink.bad_table: the table name %s is too long for a folder",
		                 is->name);
	if (!b->columns || !same_columns(b, is->columns)) {
		if (b->open && s->file)
			return trib_fail(t, TRIB_DATA, "files.columns_changed: columns were added to %s after its"
			                               " header was written: use parts", is->name);
		if ((rc = files_finish_part(t, s, b)) < 0)   /* the next part has another header */
			return rc;
		if (!keep_columns(b, is->columns))
			return no_memory(t);
	}
	if (!b->name && (!(b->name = strdup(is->name)) || !(b->folder = strdup(folder))))
		return no_memory(t);
	b->mode = is->mode;
	b->used = true;
	return s->file ? TRIB_OK : files_folder(t, s, b->folder);
}

static char *json_prefix(struct trib *t, const char *name, bool first)
{
	json_t *text = json_string(name);
	char *quoted = text ? json_dumps(text, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	char *prefix = quoted ? trib_fmt(t, "%s%s:", first ? "{" : ",", quoted) : NULL;
	free(quoted);
	json_decref(text);
	return prefix;
}

/* One table of days serves them all: most days of a batch are the same in all of its columns. */
static struct files_column *new_columns(struct trib *t, int n)
{
	struct files_column *c = trib_scratch(t, ((size_t)n + 1) * sizeof *c);
	struct files_day *days = trib_scratch(t, FILES_DAYS * sizeof *days);
	struct files_word *words = trib_scratch(t, ((size_t)n + 1) * FILES_KNOWN * sizeof *words);
	for (int i = 0; c && days && words && i < n; i++) {
		c[i].days = days;
		c[i].words = words + i * FILES_KNOWN;
	}
	return days && words ? c : NULL;
}

int files_json_columns(struct trib *t, const struct trib_batch *b, struct files_column **out)
{
	int n = trib_cols(b);
	struct files_column *c = new_columns(t, n);
	for (int i = 0; c && i < n; i++) {
		if (trib_view(b, i, &c[i].view) < 0)
			return trib_fail(t, TRIB_FATAL, "sink.bad_batch: the column %s cannot be read",
			                 trib_col_name(b, i));
		if (!(c[i].prefix = json_prefix(t, trib_col_name(b, i), i == 0)))
			return no_memory(t);
		c[i].prefix_size = strlen(c[i].prefix);
	}
	*out = c;
	return c ? TRIB_OK : no_memory(t);
}

static int views(struct trib *t, const struct files_table *b, const struct trib_batch *rows, struct files_column **out)
{
	struct files_column *c = new_columns(t, b->column_count);
	for (int i = 0; c && i < b->column_count; i++)
		if (trib_view(rows, i, &c[i].view) < 0)
			return trib_fail(t, TRIB_FATAL, "sink.bad_batch: column %s of %s cannot be read", b->columns[i],
			                 b->name);
	*out = c;
	return c ? TRIB_OK : no_memory(t);
}

static int write_rows(struct trib *t, void *self, int index, const struct trib_batch *rows)
{
	struct files *s = self;
	struct files_table *b = index < s->table_count ? s->tables[index] : NULL;
	struct files_column *columns = NULL;
	if (!b || trib_cols(rows) != b->column_count)
		return trib_fail(t, TRIB_FATAL, "sink.bad_batch: rows for a table that was not described so");
	int rc = s->how.json ? files_json_columns(t, rows, &columns) : views(t, b, rows, &columns);
	if (rc < 0)
		return rc;
	for (int64_t row = 0, length = rows->array.length; row < length;) {
		rc = b->open ? TRIB_OK : start_part(t, s, b);
		int64_t left = s->max_rows && !s->file ? s->max_rows - b->out.rows : length;
		int64_t to = left < length - row ? row + left : length;
		if (rc < 0)
			return rc;
		row = files_encode(&b->out, &s->how, columns, b->column_count, row, to, s->file ? 0 : s->max_bytes);
		if (row < 0)
			return files_fault(t, s, b->open->file, b->out.error);
		bool full = !s->file && ((s->max_rows && b->out.rows >= s->max_rows) ||
		                         (s->max_bytes && b->out.bytes + (int64_t)b->out.used >= s->max_bytes));
		if (full && (rc = files_finish_part(t, s, b)) < 0)
			return rc;
	}
	b->rows += rows->array.length;
	return TRIB_OK;
}

/* ---- units ---- */

static void forget_unit(struct files *s, bool keep_files)
{
	for (int i = 0; i < s->table_count; i++) {
		struct files_table *b = s->tables[i];
		if (!b)
			continue;
		files_out_drop(&b->out);
		for (const struct files_part *p = b->parts; p && !keep_files; p = p->next)
			/* a file that grows stays: the next unit cuts what it did not commit */
			if (!s->file || b->kept_bytes == 0)
				unlinkat(s->root - 1, p->hidden, 0);
		free_parts(b);
		b->used = false;
		b->rows = b->kept_bytes = b->kept_rows = b->number = 0;
	}
	s->load = NULL;
}

static int begin(struct trib *t, void *self, const struct trib_load *load)
{
	struct files *s = self;
	json_t *m = NULL, *e;
	size_t i;
	if (s->last_load && strcmp(s->last_load, load->load_id) == 0) {   /* the answer of its commit was lost */
		int rc = files_manifest_load(t, s, &m);
		if (rc < 0)
			return rc;
		json_array_foreach(json_object_get(files_manifest_stream(m, load->pipeline, load->stream), "loads"), i,
		                   e)
			if (strcmp(json_string_value(json_object_get(e, "load_id")) ?: "", load->load_id) == 0 &&
			    strcmp(json_string_value(json_object_get(e, "outcome")) ?: "", "held") != 0)
				rc = TRIB_END;
		json_decref(m);
		if (rc == TRIB_END)
			return rc;
	}
	trib_keep(t, &s->last_load, load->load_id);
	s->load = load;
	return TRIB_OK;
}

static void undo(struct trib *t, void *self)
{
	(void)t;
	forget_unit(self, false);
}

static int open_sink(struct trib *t, void *self)
{
	struct files *s = self;
	if (strlen(s->delimiter) != 1 || strchr("\"\r\n", *s->delimiter))
		return trib_fail(t, TRIB_CONFIG, "files.bad_delimiter: `delimiter` is one character, and no quote or"
		                                 " line end");
	if (strlen(s->null) > 64)
		return trib_fail(t, TRIB_CONFIG, "files.bad_null: `null` is longer than 64 bytes");
	if (s->file && (strchr(s->file, '/') || s->file[0] == '.' || !*s->file))
		return trib_fail(t, TRIB_CONFIG, "files.bad_file: `file` is a plain name inside of `path`, without a"
		                                 " dot in front");
	s->how = (struct files_format){ .json = strcmp(s->format, "jsonl") == 0, .header = s->header,
	                                .delimiter = *s->delimiter,
	                                .null = { s->null, strlen(s->null) } };
	return TRIB_OK;
}

static void close_sink(struct trib *t, void *self)
{
	struct files *s = self;
	(void)t;
	if (s->root)
		forget_unit(s, false);
	for (int i = 0; i < s->table_count; i++)
		if (s->tables[i]) {
			files_out_done(&s->tables[i]->out);
			free_columns(s->tables[i]);
			free(s->tables[i]->name);
			free(s->tables[i]->folder);
			free(s->tables[i]);
		}
	free(s->tables);
	if (s->lock)
		close(s->lock - 1);
	if (s->root)
		close(s->root - 1);
}

static int claim(struct trib *t, void *self, const struct trib_load *load, int64_t *epoch, struct trib_batch *states)
{
	return files_claim(t, self, load, epoch, states);
}

static int recall(struct trib *t, void *self, const char *name, const struct trib_batch *keys, struct trib_batch *out)
{
	return files_recall(t, self, name, keys, out);
}

static int commit(struct trib *t, void *self, const struct trib_commit *c)
{
	int rc = files_commit(t, self, c);
	/* an unknown answer keeps its files: they may be committed */
	forget_unit(self, rc == TRIB_OK ? c->outcome == TRIB_OK : rc == TRIB_UNKNOWN);
	return rc;
}

TRIB_PLUGIN(files, .help = "Files in a folder, committed by a manifest.", .flags = TRIB_CAN_STAGE,
            .self_size = sizeof(struct files), .options = options,
            .modes = 1 << TRIB_APPEND | 1 << TRIB_REPLACE, .open = open_sink, .close = close_sink,
            .claim = claim, .begin = begin, .table = table,
            .write = write_rows, .recall = recall, .commit = commit, .abort = undo);
