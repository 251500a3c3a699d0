/* elf - see elf.h. Looks at the header, the segments and the end of the section table only. */
#include "plugin/elf.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *look(int fd, const ElfW(Ehdr) *ours)
{
	struct stat st;
	ElfW(Ehdr) h;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return "not a regular file";
	if (st.st_size == 0)
		return "the file is empty";
	if (pread(fd, &h, sizeof h, 0) != sizeof h || memcmp(h.e_ident, ELFMAG, SELFMAG) != 0)
		return "not a shared object";
	if (h.e_type != ET_DYN || h.e_machine != ours->e_machine || h.e_ident[EI_CLASS] != ours->e_ident[EI_CLASS])
		return "built for another machine, or not a shared object";
	unsigned long long size = (unsigned long long)st.st_size;
	if (h.e_phoff + (unsigned long long)h.e_phnum * sizeof(ElfW(Phdr)) > size || h.e_phnum > 512)
		return "the file is cut: its segment table is missing";
	for (int i = 0; i < h.e_phnum; i++) {
		ElfW(Phdr) p;
		if (pread(fd, &p, sizeof p, (off_t)(h.e_phoff + (unsigned)i * sizeof p)) != sizeof p || p.p_offset + p.p_filesz > size)
			return "the file is cut: a segment is missing";
	}
	return h.e_shoff && h.e_shoff + (unsigned long long)h.e_shnum * h.e_shentsize > size ? "the file is cut: its end is missing" : NULL;
}

bool tribx_elf_whole(const char *path, char *why, size_t size)
{
	ElfW(Ehdr) ours;
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *fault = fd < 0 ? strerror(errno) : "this program's own file is unreadable";
	if (fd >= 0 && self >= 0 && pread(self, &ours, sizeof ours, 0) == sizeof ours)
		fault = look(fd, &ours);
	if (self >= 0)
		close(self);
	if (fd >= 0)
		close(fd);
	if (fault)
		snprintf(why, size, "%s", fault);
	return !fault;
}
