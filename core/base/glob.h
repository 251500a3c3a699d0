/* glob - patterns of paths: * ? [..] [!..] within a part, ** for any number of folders; what Python's glob(recursive=True) finds. */
#ifndef TRIBX_GLOB_H
#define TRIBX_GLOB_H

#include "base/error.h"

bool tribx_glob(const char *pattern, const char *text);          /* parts are divided by / */
bool tribx_glob_name(const char *pattern, const char *name);     /* one name, whatever it has: no parts, no dots */
/* file.bad_pattern: one that would quietly find less than its writer thinks. */
int tribx_glob_check(const char *pattern, struct tribx_error *e);

#endif
