/* near - the column that was meant: for "did you mean", in the steps that name columns of their input. */
#ifndef TRIBX_NEAR_H
#define TRIBX_NEAR_H

#include <tributary.h>

/* Edit distance, case of ASCII letters aside; 99 for names that are too long to be a slip. */
static inline int near_distance(const char *a, const char *b)
{
	int row[65];
	const int n = (int)strlen(a), m = (int)strlen(b);
	if (n > 64 || m > 64)
		return 99;
	for (int j = 0; j <= m; j++)
		row[j] = j;
	for (int i = 1; i <= n; i++) {
		int corner = row[0];
		row[0] = i;
		for (int j = 1; j <= m; j++) {
			const int up = row[j];
			int d = corner + ((a[i - 1] | 32) != (b[j - 1] | 32));
			d = up + 1 < d ? up + 1 : d;
			row[j] = row[j - 1] + 1 < d ? row[j - 1] + 1 : d;
			corner = up;
		}
	}
	return row[m];
}

/* The column of b whose name is nearest to one that b does not have; NULL: none is within two edits. */
static inline const char *near_column(const struct trib_batch *b, const char *name)
{
	const char *best = NULL;
	int least = 3;
	for (int c = 0; c < trib_cols(b); c++) {
		const int d = near_distance(name, trib_col_name(b, c));
		if (d < least)
			least = d, best = trib_col_name(b, c);
	}
	return best;
}

#endif
