/* runid - ids of runs: sortable by time, unique across machines for all practical purposes, easy to type. */
#ifndef TRIBX_RUNID_H
#define TRIBX_RUNID_H

void tribx_run_id(char out[24]);    /* 16 letters and digits: 10 of the time in ms, 6 random (Crockford's base 32) */

#endif
