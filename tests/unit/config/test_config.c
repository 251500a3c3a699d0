/* placeholder of the layer; replaced by one file per core file */
#include <criterion/criterion.h>

Test(config, exists)
{
	cr_assert(true);
}
