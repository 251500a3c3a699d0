/* placeholder of the layer; replaced by one file per core file */
#include <criterion/criterion.h>

Test(arrow, exists)
{
	cr_assert(true);
}
