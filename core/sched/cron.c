/* cron - the expression: see cron.h. when.c has the times. */
#include "sched/cron.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

struct field { const char *name; int low, high; const char *names; };   /* names: three letters each, from low on */

static const struct field fields[] = {
	{ "minute", 0, 59, "" }, { "hour", 0, 23, "" }, { "day of month", 1, 31, "" },
	{ "month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC" }, { "day of week", 0, 7, "SUNMONTUEWEDTHUFRISAT" },
};
enum { FIELDS = sizeof fields / sizeof *fields };

static const struct { const char *word, *means; } words[] = {
	{ "@yearly", "0 0 1 1 *" }, { "@annually", "0 0 1 1 *" }, { "@monthly", "0 0 1 * *" }, { "@weekly", "0 0 * * 0" },
	{ "@daily", "0 0 * * *" }, { "@midnight", "0 0 * * *" }, { "@hourly", "0 * * * *" },
};

struct reader { const char *text, *p, *end; const struct field *f; struct tribx_cron_fault *fault; };

static bool bad(struct reader *r, const char *at, const char *hint, const char *why)
{
	r->fault->at = (size_t)(at - r->text);
	snprintf(r->fault->text, sizeof r->fault->text, "%s: %s", r->f->name, why);
	snprintf(r->fault->hint, sizeof r->fault->hint, "%s", hint);
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number or a name at r->p; n is in the field's range. */
static bool number(struct reader *r, int *n)
{
	char why[96], hint[96];
	const char *at = r->p;
	const struct field *f = r->f;
	snprintf(hint, sizeof hint, "%s takes %d to %d%s", f->name, f->low, f->high, *f->names ? " and names of three letters" : "");
	for (int i = 0; f->names[3 * i] && r->end - r->p >= 3; i++)
		if (strncasecmp(f->names + 3 * i, r->p, 3) == 0) {
			r->p += 3;
			*n = f->low + i;
			return true;
		}
	for (*n = 0; r->p < r->end && is_digit(*r->p) && r->p - at < 4; r->p++)
		*n = *n * 10 + *r->p - '0';
	if (r->p == at) {
		const bool quartz = r->p < r->end && strchr("LW#?lw", *r->p);
		snprintf(why, sizeof why, "\"%.*s\" is no number", r->p < r->end ? 1 : 0, r->p);
		return bad(r, at, quartz ? "L, W, # and ? are not offered; cron has numbers, names, lists, ranges and steps" : hint, why);
	}
	if (*n >= f->low && *n <= f->high)
		return true;
	snprintf(why, sizeof why, "%d is out of range", *n);
	return bad(r, at, hint, why);
}

/* One entry of a list: * or N or N-M, with /STEP. */
static bool entry(struct reader *r, uint64_t *bits)
{
	const char *at = r->p;
	int low = r->f->low, high = r->f->high, step = 1;
	const bool star = r->p < r->end && *r->p == '*';
	if (star)
		r->p++;
	else if (!number(r, &low))
		return false;
	else {
		high = low;
		if (r->p < r->end && *r->p == '-') {
			r->p++;
			if (!number(r, &high))
				return false;
			if (high < low)
				return bad(r, at, "write it as a list of two: 22-23,0-2", "the range goes backwards");
		}
	}
	if (r->p < r->end && *r->p == '/') {
		const char *slash = r->p++;
		for (step = 0; r->p < r->end && is_digit(*r->p) && step < 1000; r->p++)
			step = step * 10 + *r->p - '0';
		if (step < 1 || step > r->f->high)
			return bad(r, slash, "a step is a number from 1 on: */15", "this is no step");
		if (high == low && !star)
			high = r->f->high;   /* 5/15: from 5 on */
	}
	for (int n = low; n <= high; n += step)
		*bits |= UINT64_C(1) << n;
	return true;
}

static bool one_field(struct reader *r, uint64_t *bits)
{
	*bits = 0;
	for (;;) {
		if (!entry(r, bits))
			return false;
		if (r->p == r->end)
			return true;
		if (*r->p != ',')
			return bad(r, r->p, "lists have commas and no blanks: 1,15", "something is left over");
		r->p++;
	}
}

static const char *meaning(const char *text)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(text, words[i].word) == 0)
			return words[i].means;
	return text;
}

static bool count_wrong(const char *text, const char *at, struct tribx_cron_fault *fault, int n)
{
	fault->at = (size_t)(at - text);
	if (*text == '@')
		snprintf(fault->text, sizeof fault->text, "%.40s is no schedule", text);
	else
		snprintf(fault->text, sizeof fault->text, n < FIELDS ? "only %d of 5 fields are there" : "there are more than 5 fields", n);
	snprintf(fault->hint, sizeof fault->hint, *text == '@' ? "there are @hourly, @daily, @weekly, @monthly and @yearly"
	         : "minute hour day-of-month month day-of-week: \"30 6 * * MON-FRI\"");
	return false;
}

/* A day of the month that none of the named months has, and no weekday to make up for it. */
static bool never(const struct tribx_cron *c)
{
	static const int lengths[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	for (int m = 1; m <= 12; m++)
		for (int d = 1; d <= lengths[m - 1]; d++)
			if (c->months >> m & 1 && c->days >> d & 1)
				return false;
	return c->any_day || c->any_weekday;
}

bool tribx_cron_parse(const char *text, struct tribx_cron *out, struct tribx_cron_fault *fault)
{
	const char *spelled = meaning(text), *p = spelled;
	uint64_t bits[FIELDS] = { 0 };
	bool star[FIELDS] = { false };
	const char *starts[FIELDS];
	*fault = (struct tribx_cron_fault){ 0 };
	for (int i = 0; i <= FIELDS; i++) {
		p += strspn(p, " \t");
		const size_t n = strcspn(p, " \t");
		if ((n == 0) != (i == FIELDS) || *p == '@')
			return count_wrong(spelled, p, fault, i);
		if (i == FIELDS)
			break;
		struct reader r = { spelled, p, p + n, &fields[i], fault };
		starts[i] = p;
		star[i] = *p == '*';
		if (!one_field(&r, &bits[i]))
			return false;
		p += n;
	}
	bits[4] = (bits[4] | bits[4] >> 7) & 127;   /* 7 is Sunday, too */
	*out = (struct tribx_cron){ bits[0], (uint32_t)bits[1], (uint32_t)bits[2], (uint32_t)bits[3], (uint32_t)bits[4], star[2], star[4], star[1] };
	if (!never(out))
		return true;
	fault->at = (size_t)(starts[2] - spelled);
	snprintf(fault->text, sizeof fault->text, "none of these months has such a day: it would never be due");
	return false;
}
