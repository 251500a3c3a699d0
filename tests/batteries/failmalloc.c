/* failmalloc - a malloc that fails at its n-th call, for LD_PRELOAD (malloc.sh).
 *
 * Counted are the calls of our own objects (told by the return address, the object's path and FAILMALLOC_OURS) and every
 * FAILMALLOC_LIBS-th of libraries; never those of a library in FAILMALLOC_SPARE. FAILMALLOC_N=n fails the n-th of them, with
 * FAILMALLOC_FROM=1 all from there on. FAILMALLOC_LOG is a file that gets "hit" and who asked (OBJECT+OFFSET ...) at the first
 * failure, so that a run which was not hit can be told from one that survived, and "count C" at the end. Standard output and error are never touched. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

enum kind { SPARED = 1, LIBRARY, OURS };
static atomic_long counted, passed;              /* calls that count; calls of libraries */
static atomic_bool hit;
static long fail_at, every;
static bool from_on, ready;
static const char *ours, *spare, *log_name;

static long number(const char *name)
{
	const char *text = getenv(name);
	return text ? atol(text) : 0;
}

static void __attribute__((constructor)) begin(void)
{
	fail_at = number("FAILMALLOC_N");
	every = number("FAILMALLOC_LIBS");
	from_on = number("FAILMALLOC_FROM");
	ours = getenv("FAILMALLOC_OURS");
	spare = getenv("FAILMALLOC_SPARE");
	log_name = getenv("FAILMALLOC_LOG");
	ready = ours && log_name;
}

static void note(const char *text, int length)
{
	int fd = open(log_name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd >= 0 && write(fd, text, (size_t)length) == length)
		close(fd);
}

static void __attribute__((destructor)) end(void)
{
	char text[64];
	if (ready)
		note(text, snprintf(text, sizeof text, "count %ld\n", (long)counted));
}

/* Whether one of the words of list (by colons) is in path. */
static bool named(const char *path, const char *list)
{
	for (size_t n; list && *list; list += n + (list[n] == ':')) {
		n = strcspn(list, ":");
		if (n && memmem(path, strlen(path), list, n))
			return true;
	}
	return false;
}

/* What the code at this address belongs to; once per page of code, modules are never unloaded. */
static enum kind kind_of(const void *address)
{
	enum { SLOTS = 1 << 14 };
	static _Atomic uintptr_t seen[SLOTS];        /* page number and kind */
	const uintptr_t page = (uintptr_t)address >> 12;
	for (size_t i = page % SLOTS, tries = 0; tries < SLOTS; i = (i + 1) % SLOTS, tries++) {
		const uintptr_t was = seen[i];
		if (was >> 2 == page)
			return was & 3;
		if (was)
			continue;
		Dl_info info;
		enum kind kind = LIBRARY;
		if (dladdr(address, &info) && info.dli_fname)
			kind = named(info.dli_fname, ours) ? OURS : named(info.dli_fname, spare) ? SPARED : LIBRARY;
		seen[i] = page << 2 | (uintptr_t)kind;
		return kind;
	}
	return LIBRARY;
}

/* Who asked: the innermost frames outside of this file. */
static void tell(void)
{
	enum { DEEP = 12 };
	void *frames[DEEP];
	char text[2048];
	const int count = backtrace(frames, DEEP);
	int length = snprintf(text, sizeof text, "hit");
	for (int i = 3; i < count; i++) {
		Dl_info info = { 0 };
		if (dladdr(frames[i], &info) && info.dli_fname)
			length += snprintf(text + length, sizeof text - (size_t)length, " %.128s+%#tx", info.dli_fname,
			                   (const char *)frames[i] - (const char *)info.dli_fbase);
	}
	text[length++] = '\n';
	note(text, length);
}

static bool fails(const void *caller)
{
	static __thread bool inside;                 /* dladdr and the log may allocate */
	if (!ready || inside)
		return false;
	inside = true;
	const enum kind kind = kind_of(caller);
	bool now = false;
	if (kind == OURS || (kind == LIBRARY && every && atomic_fetch_add(&passed, 1) % every == every - 1)) {
		const long n = atomic_fetch_add(&counted, 1) + 1;
		now = fail_at && (n == fail_at || (from_on && n > fail_at));
		if (now && !atomic_exchange(&hit, true)) {
			tell();
		}
	}
	inside = false;
	if (now)
		errno = ENOMEM;
	return now;
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size) { return fails(CALLER) ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return fails(CALLER) ? NULL : __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { return size && fails(CALLER) ? NULL : __libc_realloc(p, size); }   /* 0 frees */
void *memalign(size_t align, size_t size) { return fails(CALLER) ? NULL : __libc_memalign(align, size); }
void *aligned_alloc(size_t align, size_t size) { return fails(CALLER) ? NULL : __libc_memalign(align, size); }

void *reallocarray(void *p, size_t n, size_t size)
{
	size_t all;
	if (__builtin_mul_overflow(n, size, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return all && fails(CALLER) ? NULL : __libc_realloc(p, all);
}

int posix_memalign(void **p, size_t align, size_t size)
{
	void *mem = fails(CALLER) ? NULL : __libc_memalign(align, size);
	if (mem)
		*p = mem;
	return mem ? 0 : ENOMEM;
}

static char *copy(const char *s, size_t n, const void *caller)
{
	char *to = fails(caller) ? NULL : __libc_malloc(n + 1);
	if (to) {
		memcpy(to, s, n);
		to[n] = 0;
	}
	return to;
}

int vasprintf(char **to, const char *fmt, va_list args)
{
	va_list again;
	va_copy(again, args);
	const int n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	*to = n < 0 || fails(CALLER) ? NULL : __libc_malloc((size_t)n + 1);
	return *to ? vsnprintf(*to, (size_t)n + 1, fmt, args) : -1;
}

char *strdup(const char *s) { return copy(s, strlen(s), CALLER); }
char *strndup(const char *s, size_t n) { return copy(s, strnlen(s, n), CALLER); }
