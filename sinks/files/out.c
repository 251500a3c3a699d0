/* out - blocks to the disk.
 *
 * A small file is written where it is encoded. One that goes beyond DIRECT_FROM gets a thread of its own, so that nobody who
 * could encode waits for the disk, and passes by the page cache where the file system allows: the commit flushes every byte
 * anyway, and on a machine whose free memory was never touched the cache costs more than encoding (1 GB: 3.9 s of system
 * time through it, 0.2 s beside it). Memory is seven blocks: a disk that pauses is waited for later. The first fault stays; nothing is written behind it. */
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE = 4096, DIRECT_FROM = 4 << 20, PUSH = 8 << 20, WAITING = 6 };

struct block { char *mem; size_t used, room; };

struct files_writer {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool on, direct, closing;         /* on: the thread runs */
	int fd, error;
	struct block full[WAITING], spare[WAITING];   /* full[0] is the next or the one being written */
	int full_count, spare_count;
	int64_t start, at, pushed;        /* of the file: when it was opened, written, asked to be written back */
};

/* ---- one block ---- */

static int write_all(struct files_writer *w, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(w->fd, p, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EINVAL && w->direct) {   /* a file system that only says so now */
			w->direct = false;
			fcntl(w->fd, F_SETFL, fcntl(w->fd, F_GETFL) & ~O_DIRECT);
			continue;
		}
		if (done <= 0)
			return done < 0 ? errno : EIO;
		p += done;
		n -= (size_t)done;
		w->at += done;
		if (done % PAGE && n && w->direct) {      /* cut short between two pages: the rest is not aligned */
			w->direct = false;
			fcntl(w->fd, F_SETFL, fcntl(w->fd, F_GETFL) & ~O_DIRECT);
		}
	}
#ifdef SYNC_FILE_RANGE_WRITE
	if (!w->direct && w->at - w->pushed >= PUSH) {   /* so that the fsync of the commit finds little left to do */
		sync_file_range(w->fd, w->pushed, w->at - w->pushed, SYNC_FILE_RANGE_WRITE);
		w->pushed = w->at;
	}
#endif
	return 0;
}

static void *run(void *self)
{
	struct files_writer *w = self;
	pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->full_count && !w->closing)
			pthread_cond_wait(&w->changed, &w->lock);
		if (!w->full_count)
			break;
		struct block b = w->full[0];
		int error = w->error;
		pthread_mutex_unlock(&w->lock);
		if (!error)
			error = write_all(w, b.mem, b.used);
		pthread_mutex_lock(&w->lock);
		w->error = error;
		w->full_count--;
		memmove(w->full, w->full + 1, (size_t)w->full_count * sizeof *w->full);
		w->spare[w->spare_count++] = b;
		pthread_cond_broadcast(&w->changed);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* ---- the thread ---- */

static void stop_thread(struct files_writer *w)
{
	if (!w->on)
		return;
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	w->on = w->closing = false;
}

static char *new_block(size_t room)
{
	void *p = NULL;
	return posix_memalign(&p, PAGE, room + 64) ? NULL : p;
}

/* From now on whole pages of the block go to a thread. Without one, or without memory, all stays as it is. */
static void start_thread(struct files_out *o)
{
	struct files_writer *w = o->writer;
	size_t lead = (size_t)(-w->at) % PAGE;
	if (o->used < lead || (o->error = write_all(w, o->block, lead)))
		return;
	memmove(o->block, o->block + lead, o->used - lead);
	o->used -= lead;
	o->bytes += (int64_t)lead;
	for (; w->spare_count < WAITING; w->spare_count++) {
		struct block *b = &w->spare[w->spare_count];
		b->room = o->room;
		if (!(b->mem = new_block(b->room)))
			return;
	}
	w->direct = fcntl(w->fd, F_SETFL, fcntl(w->fd, F_GETFL) | O_DIRECT) == 0;
	w->on = pthread_create(&w->thread, NULL, run, w) == 0;
}

/* The block's whole pages wait for the thread; what is behind them begins the next block. */
static bool hand_on(struct files_out *o)
{
	struct files_writer *w = o->writer;
	size_t whole = o->used & ~(size_t)(PAGE - 1), rest = o->used - whole;
	pthread_mutex_lock(&w->lock);
	while (!w->spare_count)
		pthread_cond_wait(&w->changed, &w->lock);
	struct block next = w->spare[--w->spare_count];
	o->error = w->error;
	pthread_mutex_unlock(&w->lock);
	if (next.room < rest && !o->error) {
		char *more = new_block(o->room);
		o->error = more ? 0 : ENOMEM;
		if (more) {
			free(next.mem);
			next = (struct block){ more, 0, o->room };
		}
	}
	if (!o->error)
		memcpy(next.mem, o->block + whole, rest);
	pthread_mutex_lock(&w->lock);
	if (o->error)
		w->spare[w->spare_count++] = next;
	else
		w->full[w->full_count++] = (struct block){ o->block, whole, o->room };
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	if (o->error)
		return false;
	o->block = next.mem;
	o->room = next.room;
	o->used = rest;
	o->bytes += (int64_t)whole;
	return true;
}

/* ---- for encode.c and files.c ---- */

bool files_out_start(struct files_out *o, int64_t at)
{
	if (!o->writer && (o->writer = calloc(1, sizeof *o->writer))) {
		pthread_mutex_init(&o->writer->lock, NULL);
		pthread_cond_init(&o->writer->changed, NULL);
	}
	if (!o->block) {
		o->room = FILES_BLOCK + (FILES_BLOCK >> 2);
		o->block = new_block(o->room);
	}
	o->used = 0;
	o->bytes = at;
	o->rows = 0;
	o->error = o->block && o->writer ? 0 : ENOMEM;
	if (!o->error) {
		struct files_writer *w = o->writer;
		w->fd = o->fd;
		w->start = w->at = w->pushed = at;
		w->error = 0;
		w->direct = false;
	}
	return !o->error;
}

bool files_out_flush(struct files_out *o)
{
	struct files_writer *w = o->writer;
	if (o->error || !o->used)
		return !o->error;
	if (!w->on && w->at - w->start >= DIRECT_FROM && o->used >= FILES_BLOCK)
		start_thread(o);
	if (!o->error && w->on)
		return hand_on(o);
	if (!o->error)
		o->error = write_all(w, o->block, o->used);
	o->bytes += (int64_t)o->used;
	o->used = 0;
	return !o->error;
}

bool files_out_grow(struct files_out *o, size_t need)
{
	size_t room = o->used + need + (need >> 1);
	char *more = new_block(room);
	if (!more) {
		o->error = ENOMEM;
		return false;
	}
	memcpy(more, o->block, o->used);
	free(o->block);
	o->block = more;
	o->room = room;
	return true;
}

bool files_out_finish(struct files_out *o)
{
	struct files_writer *w = o->writer;
	stop_thread(w);
	if (!o->error)
		o->error = w->error;
	if (!o->error && w->direct) {     /* the tail is no whole page */
		w->direct = false;
		if (fcntl(o->fd, F_SETFL, fcntl(o->fd, F_GETFL) & ~O_DIRECT) < 0)
			o->error = errno;
	}
	if (!o->error)
		o->error = write_all(w, o->block, o->used);
	o->bytes += (int64_t)o->used;
	o->used = 0;
	if (!o->error && fsync(o->fd) < 0)
		o->error = errno;
	if (close(o->fd) < 0 && !o->error)
		o->error = errno;
	o->fd = -1;
	return !o->error;
}

void files_out_drop(struct files_out *o)
{
	if (o->writer)
		stop_thread(o->writer);
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
}

void files_out_done(struct files_out *o)
{
	files_out_drop(o);
	if (o->writer) {
		for (int i = 0; i < o->writer->spare_count; i++)
			free(o->writer->spare[i].mem);
		pthread_mutex_destroy(&o->writer->lock);
		pthread_cond_destroy(&o->writer->changed);
	}
	free(o->writer);
	free(o->block);
	*o = (struct files_out){ .fd = -1 };
}
