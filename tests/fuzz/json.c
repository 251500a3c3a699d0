/* fuzz: a JSON document: where its records begin and end, and each of them, through the whole decoder; rooms and kernels do not change the answer. */
#include "fuzz/documents.h"

FUZZ(json)
{
	document('J', data, size);
	return 0;
}
