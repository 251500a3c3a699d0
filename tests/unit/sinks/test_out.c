/* test_out - what is written through the blocks is what the file holds: small and large, from any start, huge rows, faults. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "../../../sinks/files/files.h"

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	return *x ^= *x << 17;
}

/* The byte at a place of the file. */
static char byte_at(int64_t at)
{
	return (char)(at * 2654435761u >> 24);
}

static void put(struct files_out *o, int64_t at, size_t n)
{
	char *p = malloc(n + 1);
	for (size_t i = 0; i < n; i++)
		p[i] = byte_at(at + (int64_t)i);
	cr_assert(files_put(o, p, n));
	free(p);
}

Test(out, holds_what_was_put)
{
	static const struct { int64_t from, size, piece; } cases[] = {
		{ 0, 0, 1 }, { 0, 100, 7 }, { 0, 4096, 4096 }, { 0, 3 << 20, 70000 }, { 0, 12 << 20, 999 }, { 1, 12 << 20, 65536 }, { 4097, 9 << 20, 12345 },
		{ 100000, 20 << 20, 3 << 20 }, { 0, (16 << 20) + 4096, 4096 },
	};
	uint64_t x = 42;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char name[] = "out-test-XXXXXX";
		struct files_out o = { .fd = mkstemp(name) };
		int64_t at = cases[i].from, end = at + cases[i].size;
		cr_assert(o.fd >= 0 && ftruncate(o.fd, at) == 0 && lseek(o.fd, at, SEEK_SET) == at && files_out_start(&o, at));
		while (at < end) {
			int64_t n = 1 + (int64_t)(next(&x) % (uint64_t)cases[i].piece);
			n = n < end - at ? n : end - at;
			put(&o, at, (size_t)n);
			at += n;
		}
		cr_assert(files_out_finish(&o), "case %zu", i);
		cr_assert_eq(o.bytes, end, "case %zu: %lld bytes", i, (long long)o.bytes);
		FILE *f = fopen(name, "rb");
		cr_assert(fseek(f, 0, SEEK_END) == 0 && ftell(f) == end, "case %zu: %ld bytes on disk", i, ftell(f));
		cr_assert(fseek(f, cases[i].from, SEEK_SET) == 0);
		for (int64_t k = cases[i].from; k < end; k++)
			if ((char)getc(f) != byte_at(k))
				cr_assert(false, "case %zu: byte %lld", i, (long long)k);
		fclose(f);
		unlink(name);
		files_out_done(&o);
	}
}

/* /dev/full refuses every byte: the first fault is told, whoever writes, and nothing hangs. */
Test(out, tells_the_first_fault)
{
	static const int64_t sizes[] = { 10, 2 << 20, 30 << 20 };
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct files_out o = { .fd = open("/dev/full", O_WRONLY) };
		static char zeros[65536];
		bool good = files_out_start(&o, 0);
		for (int64_t at = 0; good && at < sizes[i]; at += (int64_t)sizeof zeros)
			good = files_put(&o, zeros, sizeof zeros);
		good = good && files_out_finish(&o);
		cr_assert(!good && o.error == ENOSPC, "size %lld: %d", (long long)sizes[i], o.error);
		files_out_done(&o);
	}
}

/* An abort in the middle: the thread ends, nothing leaks. */
Test(out, dropped_in_the_middle)
{
	char name[] = "out-test-XXXXXX";
	struct files_out o = { .fd = mkstemp(name) };
	cr_assert(files_out_start(&o, 0));
	put(&o, 0, 14 << 20);
	files_out_done(&o);
	unlink(name);
}
