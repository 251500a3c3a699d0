/* fuzz: a table of a web page, through the whole decoder; rooms and kernels do not change the answer. */
#include "fuzz/documents.h"

FUZZ(html)
{
	document('H', data, size);
	return 0;
}
