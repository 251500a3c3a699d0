/* fuzz: JSON lines, through the whole decoder; rooms and kernels do not change the answer. */
#include "fuzz/documents.h"

FUZZ(jsonl)
{
	document('N', data, size);
	return 0;
}
