/* elf - is this file a whole shared object of this machine? Mapping a cut one raises SIGBUS instead of an error. */
#ifndef TRIBX_ELF_H
#define TRIBX_ELF_H

#include <stdbool.h>
#include <stddef.h>

bool tribx_elf_whole(const char *path, char *why, size_t size);   /* false: why says it */

#endif
