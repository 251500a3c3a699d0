/* fuzz: XML elements as rows, through the whole decoder; rooms and kernels do not change the answer. */
#include "fuzz/documents.h"

FUZZ(xml)
{
	document('X', data, size);
	return 0;
}
