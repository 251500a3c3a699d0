/* fixture - see fixture.h. */
#include "fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

char folder[64];

void folder_start(void)
{
	strcpy(folder, "/tmp/unit_io.XXXXXX");
	cr_assert(mkdtemp(folder));
}

static int gone(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st, (void)type, (void)where;
	return remove(path);
}

void folder_end(void)
{
	nftw(folder, gone, 16, FTW_DEPTH | FTW_PHYS);
}

void put(const char *name, const void *bytes, size_t size)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = 0;
		mkdir(path, 0700);
	}
	FILE *f = fopen(path, "wb");
	cr_assert(f, "%s", path);
	cr_assert(size == 0 || fwrite(bytes, size, 1, f) == 1);
	cr_assert(fclose(f) == 0);
}

void put_text(const char *name, const char *text)
{
	put(name, text, strlen(text));
}

struct blob get(const char *name)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	cr_assert(f, "%s", path);
	fseek(f, 0, SEEK_END);
	struct blob b = { .n = (size_t)ftell(f) };
	b.p = malloc(b.n + 1);
	rewind(f);
	cr_assert(b.n == 0 || fread(b.p, b.n, 1, f) == 1);
	fclose(f);
	return b;
}

struct blob gz(const void *bytes, size_t size, int level)
{
	struct blob b = { .p = malloc(size + size / 1000 + 128) };
	z_stream z = { .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)size, .next_out = (Bytef *)b.p, .avail_out = (uInt)(size + size / 1000 + 128) };
	cr_assert(deflateInit2(&z, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	cr_assert(deflate(&z, Z_FINISH) == Z_STREAM_END);
	b.n = z.total_out;
	deflateEnd(&z);
	return b;
}

void put_zip(const char *name, const char *const (*members)[2], size_t count, const char *options)
{
	char path[512];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	struct archive *a = archive_write_new();
	archive_write_set_format_zip(a);
	cr_assert(!options || archive_write_set_options(a, options) == ARCHIVE_OK, "%s", archive_error_string(a));
	archive_write_set_bytes_in_last_block(a, 1);
	cr_assert(archive_write_open_filename(a, path) == ARCHIVE_OK);
	for (size_t i = 0; i < count; i++) {
		struct archive_entry *x = archive_entry_new();
		bool is_folder = members[i][0][strlen(members[i][0]) - 1] == '/';
		archive_entry_set_pathname(x, members[i][0]);
		archive_entry_set_filetype(x, is_folder ? AE_IFDIR : AE_IFREG);
		archive_entry_set_perm(x, is_folder ? 0755 : 0644);
		if (!is_folder)
			archive_entry_set_size(x, (la_int64_t)strlen(members[i][1]));
		cr_assert(archive_write_header(a, x) == ARCHIVE_OK, "%s", archive_error_string(a));
		if (!is_folder)
			cr_assert(archive_write_data(a, members[i][1], strlen(members[i][1])) == (la_ssize_t)strlen(members[i][1]));
		archive_entry_free(x);
	}
	cr_assert(archive_write_close(a) == ARCHIVE_OK);
	archive_write_free(a);
}

int slurp(const char *url, const char *unpack, const struct tribx_limits *limits, size_t step, struct blob *out, struct tribx_error *e)
{
	struct trib_bytes *in = NULL;
	struct blob b = { .p = malloc(1) };
	memset(e, 0, sizeof *e);
	int rc = tribx_open(folder, url, unpack, 0, -1, limits, &in, e);
	while (rc == TRIB_OK) {
		size_t got = 0;
		b.p = realloc(b.p, b.n + step);
		rc = tribx_read(in, b.p + b.n, step, &got, e);
		cr_assert(got <= step && (rc == TRIB_OK) == (got > 0), "%s: status %d with %zu bytes", url, rc, got);
		b.n += got;
	}
	tribx_close(in);
	if (out)
		*out = b;
	else
		free(b.p);
	return rc;
}
