/* fuzz: XML elements as rows, through the whole decoder. In small rooms and by every kernel the answer is that of the serial machine
 * in the default room. */
#include "fuzz/documents.h"

FUZZ(xml)
{
	document('X', data, size);
	return 0;
}
