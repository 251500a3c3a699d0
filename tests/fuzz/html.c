/* fuzz: a table of a web page, through the whole decoder. In small rooms and by every kernel the answer is that of the serial machine
 * in the default room. */
#include "fuzz/documents.h"

FUZZ(html)
{
	document('H', data, size);
	return 0;
}
