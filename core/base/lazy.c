/* lazy - see lazy.h. */
#include "base/lazy.h"

#include <dlfcn.h>
#include <string.h>

static void *open_first(const char *const *files)
{
	void *h = NULL;
	for (; !h && *files; files++)
		h = dlopen(*files, RTLD_NOW | RTLD_LOCAL);
	return h;
}

int tribx_lazy(const struct tribx_lazy *lib, void (**to)(void), struct tribx_error *e)
{
	void *h = open_first(lib->files);
	if (!h) {
		tribx_error_hint(e, "install %s", lib->package);
		return tribx_fail(e, TRIB_ENV, "library.missing", "%s need %s, which is not on this machine", lib->what, lib->files[0]);
	}
	for (size_t i = 0; lib->symbols[i]; i++) {
		void *p = dlsym(h, lib->symbols[i]);
		memcpy(&to[i], &p, sizeof p);   /* C has no cast from object to function pointer */
		if (p)
			continue;
		tribx_error_hint(e, "install a newer %s", lib->package);
		return tribx_fail(e, TRIB_ENV, "library.too_old", "%s need %s of %s, which this machine's does not have", lib->what, lib->symbols[i], lib->files[0]);
	}
	return TRIB_OK;
}
