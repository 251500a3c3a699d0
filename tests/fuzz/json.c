/* fuzz: a JSON document: where its records begin and end, and each of them, through the whole decoder. In small rooms and by every kernel the answer is that of the serial machine
 * in the default room. */
#include "fuzz/documents.h"

FUZZ(json)
{
	document('J', data, size);
	return 0;
}
