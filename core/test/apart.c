/* apart - a test in a process of its own: a crash, a hang, an exit in the middle are its result, not ours. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/test.h"

enum { TEST_SECONDS = 60, WHY_MAX = 1 << 20 };

static void child(enum tribx_outcome (*run)(void *ctx, struct tribx_buf *why), void *ctx, int to)
{
	struct tribx_buf why = { 0 };
	alarm(TEST_SECONDS);
	const char kind = (char)('0' + run(ctx, &why));
	bool good = write(to, &kind, 1) == 1;
	const size_t size = why.failed || !why.p ? 0 : why.n < WHY_MAX ? why.n : WHY_MAX;
	for (size_t done = 0; good && done < size;) {
		const ssize_t n = write(to, why.p + done, size - done);
		good = n > 0;
		done += n > 0 ? (size_t)n : 0;
	}
	_exit(0);
}

static char heard(int from, struct tribx_buf *why)
{
	char text[4096], kind = 0;
	ssize_t n;
	while ((n = read(from, text, sizeof text)) > 0 || (n < 0 && errno == EINTR)) {
		if (n <= 0)
			continue;
		const size_t skip = kind ? 0 : 1;
		kind = kind ? kind : text[0];
		tribx_buf_put(why, text + skip, (size_t)n - skip);
	}
	return kind;
}

enum tribx_outcome tribx_test_apart(enum tribx_outcome (*run)(void *ctx, struct tribx_buf *why), void *ctx, struct tribx_buf *why)
{
	int ends[2], status = 0;
	fflush(NULL);
	const pid_t pid = pipe(ends) == 0 ? fork() : -1;
	if (pid == 0) {
		close(ends[0]);
		child(run, ctx, ends[1]);
	}
	if (pid < 0) {
		tribx_buf_fmt(why, "there is no process for the test: %s\n", strerror(errno));
		return TRIBX_FAILED;
	}
	close(ends[1]);
	const char kind = heard(ends[0], why);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && kind)
		return (enum tribx_outcome)(kind - '0');
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		tribx_buf_fmt(why, "it does not end: stopped after %d seconds\n", TEST_SECONDS);
	else if (WIFSIGNALED(status))
		tribx_buf_fmt(why, "it crashes: signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		tribx_buf_fmt(why, "the process ends with exit code %d in the middle: a plugin never calls exit\n", WEXITSTATUS(status));
	return TRIBX_FAILED;
}
