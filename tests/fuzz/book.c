/* fuzz: a workbook from its bytes, .xlsx or .xls, through the whole decoder; rooms and kernels do not change the answer. */
#include "fuzz/documents.h"

FUZZ(book)
{
	document('B', data, size);
	return 0;
}
