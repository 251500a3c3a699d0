/* runid - see runid.h. The time is the real one even under TRIB_NOW: two runs must never share an id. */
#include "run/runid.h"

#include <stdint.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

void tribx_run_id(char out[24])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct timespec ts;
	uint64_t random = 0;
	clock_gettime(CLOCK_REALTIME, &ts);
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
		random = (uint64_t)ts.tv_nsec * 2654435761u ^ (uint64_t)getpid() << 20;
	uint64_t ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	for (int i = 9; i >= 0; i--, ms >>= 5)
		out[i] = digits[ms & 31];
	for (int i = 15; i >= 10; i--, random >>= 5)
		out[i] = digits[random & 31];
	out[16] = 0;
}
