/* log - one line per fact on stderr, secrets masked. The level is one of the two mutable globals of the engine. */
#ifndef TRIBX_LOG_H
#define TRIBX_LOG_H

#include <tributary.h>

enum tribx_level { TRIBX_ERROR, TRIBX_WARN, TRIBX_INFO, TRIBX_DEBUG };
void tribx_log_level(enum tribx_level level);
void tribx_log(enum tribx_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Registers a secret's text: from now on it is never printed by log or mask. Texts under 4 bytes are not registered. */
void tribx_secret(const char *text);
/* Masks registered secrets in text, in place (each becomes ***, the text only gets shorter). Returns text. */
char *tribx_mask(char *text);

#endif
