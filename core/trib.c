/* trib - the program. Everything is in the library; a static build hands its plugins over here. */
#include <ltdl.h>
#include <tributary.h>

int main(int argc, char **argv)
{
	LTDL_SET_PRELOADED_SYMBOLS();
	return trib_main(argc, argv);
}
