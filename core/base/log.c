/* log - see log.h. */
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/text.h"

enum { SECRETS_MAX = 256 };
static enum tribx_level shown = TRIBX_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *secrets[SECRETS_MAX];
static size_t secret_count;

void tribx_log_level(enum tribx_level level)
{
	shown = level;
}

void tribx_secret(const char *text)
{
	if (!text || strlen(text) < 4)
		return;
	pthread_mutex_lock(&lock);
	bool known = secret_count == SECRETS_MAX;
	for (size_t i = 0; i < secret_count; i++)
		known |= strcmp(secrets[i], text) == 0;
	if (!known && (secrets[secret_count] = strdup(text)))
		secret_count++;
	pthread_mutex_unlock(&lock);
}

char *tribx_mask(char *text)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < secret_count; i++) {
		size_t n = strlen(secrets[i]);
		for (char *at = text; (at = strstr(at, secrets[i])); at += 3) {
			memcpy(at, "***", 3);
			memmove(at + 3, at + n, strlen(at + n) + 1);
		}
	}
	pthread_mutex_unlock(&lock);
	return text;
}

void tribx_log(enum tribx_level level, const char *fmt, ...)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	if (level > shown)
		return;
	char *line = NULL;
	va_list args;
	va_start(args, fmt);
	int n = vasprintf(&line, fmt, args);
	va_end(args);
	if (n < 0)
		return;
	tribx_mask(tribx_text_whole(line));
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 && *c != '\t')
			*c = ' ';   /* one event is one line, whatever the data held */
	fprintf(stderr, "%s: %s\n", names[level], line);
	free(line);
}
