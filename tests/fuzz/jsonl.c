/* fuzz: JSON lines, through the whole decoder. In small rooms and by every kernel the answer is that of the serial machine
 * in the default room. */
#include "fuzz/documents.h"

FUZZ(jsonl)
{
	document('N', data, size);
	return 0;
}
