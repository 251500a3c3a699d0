/* adopt - see adopt.h. Growth is at the end only, so a shorter row is filled up with zero and a longer one is cut. */
#include "plugin/adopt.h"

#include <stdlib.h>
#include <string.h>

/* The first member of every row is its name; NULL ends the table. */
static void *restride(struct tribx_arena *arena, const void *table, size_t theirs, size_t ours)
{
	const char *row = table;
	size_t rows = 1;
	for (; *(const char *const *)row; row += theirs)
		rows++;
	char *copy = tribx_arena_new(arena, rows * ours);
	for (size_t i = 0; copy && i < rows; i++)
		memcpy(copy + i * ours, (const char *)table + i * theirs, theirs < ours ? theirs : ours);
	return copy;
}

static const struct trib_field *fields(struct tribx_arena *arena, const struct trib_field *table, size_t theirs, int depth)
{
	if (!table || depth > 8)
		return NULL;
	struct trib_field *copy = restride(arena, table, theirs, sizeof *copy);
	for (struct trib_field *f = copy; f && f->name; f++)
		f->of = fields(arena, f->of, theirs, depth + 1);
	return copy;
}

static const struct trib_stream *streams(struct tribx_arena *arena, const struct trib_stream *table, const struct trib_plugin *p)
{
	if (!table)
		return NULL;
	struct trib_stream *copy = restride(arena, table, p->stream_size, sizeof *copy);
	for (struct trib_stream *s = copy; s && s->name; s++)
		s->columns = fields(arena, s->columns, p->field_size, 0);
	return copy;
}

static const struct trib_command *commands(struct tribx_arena *arena, const struct trib_command *table, const struct trib_plugin *p)
{
	if (!table)
		return NULL;
	struct trib_command *copy = restride(arena, table, p->command_size, sizeof *copy);
	for (struct trib_command *c = copy; c && c->name; c++)
		c->options = fields(arena, c->options, p->field_size, 0);
	return copy;
}

/* Members up to and including `help` of each row were there from the first release on. */
static bool sane(const struct trib_plugin *p)
{
	return p->size >= offsetof(struct trib_plugin, open) && p->field_size >= offsetof(struct trib_field, of) &&
	       p->stream_size >= sizeof(char *) * 2 && p->command_size >= sizeof(char *) * 2 && p->size < 1 << 16 && p->field_size < 1 << 12;
}

static const char *fault(const struct trib_plugin *p)
{
	if (!p->streams && !p->apply && !p->write && !p->commands)
		return "offers nothing: no streams, apply, write or commands";
	if (p->write && p->claim && !p->commit)
		return "keeps a checkpoint (claim) but has no commit";
	for (const struct trib_field *f = p->options; f && f->name; f++)
		if (f->offset >= p->self_size)
			return "has an option outside of its own struct";
	for (const struct trib_field *f = p->state; f && f->name; f++)
		if (f->offset >= p->self_size)
			return "has a state field outside of its own struct";
	for (const struct trib_command *c = p->commands; c && c->name; c++) {
		if (!c->run)
			return "has a command without run";
		for (const struct trib_field *f = c->options; f && f->name; f++)
			if (f->offset >= p->self_size)
				return "has an option of a command outside of its own struct";
	}
	for (const struct trib_stream *s = p->streams; s && s->name; s++)
		if (!s->read)
			return "has a stream without read";
	return NULL;
}

const struct trib_plugin *tribx_adopt_plugin(const struct trib_plugin *theirs, const char *name, struct tribx_arena *arena, struct tribx_error *e)
{
	if (theirs->abi != TRIB_ABI || !sane(theirs)) {
		tribx_fail(e, TRIB_CONFIG, "plugin.wrong_abi", "plugin %s was built for contract %u (struct of %u bytes), this program has contract %d",
		           name, theirs->abi, theirs->size, TRIB_ABI);
		tribx_error_hint(e, "build the plugin again with the headers of this version");
		return NULL;
	}
	struct trib_plugin *p = tribx_arena_new(arena, sizeof *p);
	if (!p) {
		tribx_fail(e, TRIB_FATAL, "internal.no_memory", "no memory for plugin %s", name);
		return NULL;
	}
	memcpy(p, theirs, theirs->size < sizeof *p ? theirs->size : sizeof *p);
	p->options = fields(arena, p->options, p->field_size, 0);
	p->state = fields(arena, p->state, p->field_size, 0);
	p->streams = streams(arena, p->streams, p);
	p->outputs = streams(arena, p->outputs, p);
	p->commands = commands(arena, p->commands, p);
	const char *why = !p->name || strcmp(p->name, name) ? "calls itself by another name" : fault(p);
	if (!why)
		return p;
	tribx_fail(e, TRIB_CONFIG, "plugin.bad_descriptor", "plugin %s %s", name, why);
	return NULL;
}

struct trib_field *tribx_outwards(const struct trib_plugin *p, const struct trib_field *rows, size_t count)
{
	size_t stride = p->field_size, ours = sizeof *rows;
	char *copy = calloc(count + 1, stride);
	for (size_t i = 0; copy && i < count; i++)
		memcpy(copy + i * stride, rows + i, stride < ours ? stride : ours);
	return (struct trib_field *)(void *)copy;
}
