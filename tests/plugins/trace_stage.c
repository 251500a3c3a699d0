/* trace_stage - trace as a sink that can keep rows unseen. */
#define TRACE_NAME trace_stage
#define TRACE_FLAGS TRIB_CAN_STAGE | TRIB_CAN_RECALL
#include "trace.c"
