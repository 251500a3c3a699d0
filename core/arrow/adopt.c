/* adopt - see below */
#include "arrow/rows.h"
int tribx_adopt(struct trib_batch *b, struct tribx_error *e)
{
	if (tribx_ours(b))
		return TRIB_OK;
	trib_free(b);
	return tribx_fail(e, TRIB_DATA, "arrow.type", "foreign arrays are not supported yet");
}
