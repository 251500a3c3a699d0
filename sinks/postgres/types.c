/* types - columns of a load and of PostgreSQL, by the oids of its built-in types, which are part of the protocol. */
#include "postgres.h"

struct pg_type pg_own_type(enum trib_type type)
{
	static const enum pg_wire own[TRIB_DURATION + 1] = {
		[TRIB_BOOL] = PG_BOOL, [TRIB_I64] = PG_INT8, [TRIB_F64] = PG_FLOAT8, [TRIB_DEC] = PG_NUMERIC, [TRIB_STR] = PG_TEXT,
		[TRIB_JSON] = PG_JSONB, [TRIB_DATE] = PG_DATE, [TRIB_TIME] = PG_STAMP, [TRIB_CLOCK] = PG_TIME, [TRIB_DURATION] = PG_INTERVAL,
	};
	return (struct pg_type){ type <= TRIB_DURATION ? own[type] : PG_NONE, -1, 0 };
}

struct pg_type pg_stored_type(unsigned oid, int modifier)
{
	static const struct { unsigned oid; enum pg_wire wire; } known[] = {
		{ 16, PG_BOOL }, { 20, PG_INT8 }, { 21, PG_INT2 }, { 23, PG_INT4 }, { 25, PG_TEXT }, { 114, PG_TEXT }, { 700, PG_FLOAT4 },
		{ 701, PG_FLOAT8 }, { 1042, PG_TEXT }, { 1043, PG_TEXT }, { 1082, PG_DATE }, { 1083, PG_TIME }, { 1114, PG_STAMP },
		{ 1184, PG_STAMP }, { 1186, PG_INTERVAL }, { 1700, PG_NUMERIC }, { 3802, PG_JSONB },
	};
	struct pg_type is = { PG_NONE, -1, 0 };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].oid == oid)
			is.wire = known[i].wire;
	if (modifier < 4)
		return is;
	if (oid == 1042 || oid == 1043)
		is.limit = modifier - 4;
	if (oid == 1700) {                      /* numeric(precision, scale); a scale of eleven bits with a sign */
		is.decimals = ((modifier - 4) & 0x7ff) ^ 1024;
		is.decimals -= 1024;
		is.limit = ((modifier - 4) >> 16 & 0xffff) - is.decimals;
		is.decimals = is.decimals < 0 ? 0 : is.decimals;
	}
	return is;
}

enum trib_type pg_trib_type(unsigned oid)
{
	static const struct { unsigned oid; enum trib_type type; } known[] = {
		{ 16, TRIB_BOOL }, { 20, TRIB_I64 }, { 21, TRIB_I64 }, { 23, TRIB_I64 }, { 700, TRIB_F64 }, { 701, TRIB_F64 }, { 1700, TRIB_DEC },
		{ 1082, TRIB_DATE }, { 1083, TRIB_CLOCK }, { 1114, TRIB_TIME }, { 1184, TRIB_TIME }, { 1186, TRIB_DURATION }, { 3802, TRIB_JSON },
		{ 114, TRIB_JSON },
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (known[i].oid == oid)
			return known[i].type;
	return TRIB_STR;
}
