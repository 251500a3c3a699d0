/* replay [TARGET FILE...] - every input of corpus/TARGET through its target, without clang: part of `make check`. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#define FUZZ_ROW(name, max, seeds, what) fuzz_target fuzz_##name;
#include "fuzz/targets.def"
#undef FUZZ_ROW

#define FUZZ_ROW(name, max, seeds, what) { #name, fuzz_##name, what },
static const struct { const char *name; fuzz_target *run; const char *what; } targets[] = {
#include "fuzz/targets.def"
};
#undef FUZZ_ROW
enum { TARGETS = sizeof targets / sizeof *targets };

static void replay(size_t target, const char *path)
{
	struct stat st;
	FILE *f = fopen(path, "re");
	FUZZ_LAW(f && fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode), "%s cannot be read", path);
	uint8_t *p = malloc((size_t)st.st_size + 1);
	FUZZ_LAW(p && fread(p, 1, (size_t)st.st_size, f) == (size_t)st.st_size, "%s cannot be read", path);
	fclose(f);
	printf("# %s %s\n", targets[target].name, path);
	fflush(stdout);                              /* the last line says which one aborts */
	targets[target].run(p, (size_t)st.st_size);
	free(p);
}

static int by_name(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int folder(size_t target, const char *src)
{
	char path[4096];
	struct dirent **names;
	snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", src, targets[target].name);
	const int n = scandir(path, &names, by_name, alphasort);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s/%s", src, targets[target].name, names[i]->d_name);
		replay(target, path);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	printf("%sok %zu - %s: %s, %d inputs\n", n > 0 ? "" : "not ", target + 1, targets[target].name, targets[target].what, n);
	return n > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
	const char *src = getenv("TRIB_SRC");
	int bad = 0;
	for (size_t i = 0; i < TARGETS; i++)
		if (argc < 2)
			bad += folder(i, src ? src : ".");
		else if (strcmp(argv[1], targets[i].name) == 0)
			for (int k = 2; k < argc; k++)
				replay(i, argv[k]);
	return bad != 0;
}
