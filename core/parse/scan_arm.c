/* scan_arm - the kernels for NEON, which every 64-bit ARM has. A mask of 64 bits is made of four vectors by and-ing each
 * byte's answer with its bit and adding neighbours three times. */
#include "parse/scan_kernels.h"
#include "parse/utf.h"

#if defined __aarch64__ && defined __ARM_NEON && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>

#define TARGET
#define ISA(name) neon_##name
typedef struct { uint8x16_t v[4]; } neon_block;

static inline neon_block neon_load(const char *p)
{
	const uint8_t *b = (const uint8_t *)p;
	return (neon_block){ { vld1q_u8(b), vld1q_u8(b + 16), vld1q_u8(b + 32), vld1q_u8(b + 48) } };
}

static inline uint64_t neon_mask(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d)
{
	const uint8x16_t bit = { 1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128 };
	uint8x16_t low = vpaddq_u8(vandq_u8(a, bit), vandq_u8(b, bit)), high = vpaddq_u8(vandq_u8(c, bit), vandq_u8(d, bit));
	low = vpaddq_u8(low, high);
	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(low, low)), 0);
}

static inline uint64_t neon_eq(neon_block b, unsigned char c)
{
	uint8x16_t x = vdupq_n_u8(c);
	return neon_mask(vceqq_u8(b.v[0], x), vceqq_u8(b.v[1], x), vceqq_u8(b.v[2], x), vceqq_u8(b.v[3], x));
}

static inline uint64_t neon_parity(uint64_t m)
{
	return tribx_parity(m);
}

static inline uint32_t neon_first(uint64_t m)
{
	return (uint32_t)__builtin_ctzll(m | (1ull << 63));
}

static inline struct masks neon_masks(neon_block b)
{
	uint8x16_t control[4], punct[4], white[4];
	for (int i = 0; i < 4; i++) {
		uint8x16_t v = b.v[i], low = vorrq_u8(v, vdupq_n_u8(0x20)), brace = vorrq_u8(vceqq_u8(low, vdupq_n_u8('{')), vceqq_u8(low, vdupq_n_u8('}')));
		uint8x16_t mark = vorrq_u8(vceqq_u8(v, vdupq_n_u8(',')), vorrq_u8(vceqq_u8(v, vdupq_n_u8(':')), vceqq_u8(v, vdupq_n_u8('\n'))));
		control[i] = vcleq_u8(v, vdupq_n_u8(0x1F));
		punct[i] = vorrq_u8(brace, mark);
		white[i] = vorrq_u8(vceqq_u8(v, vdupq_n_u8(' ')), vorrq_u8(vceqq_u8(v, vdupq_n_u8('\t')), vceqq_u8(v, vdupq_n_u8('\r'))));
	}
	return (struct masks){ neon_eq(b, '\\'), neon_eq(b, '"'), neon_mask(control[0], control[1], control[2], control[3]),
	                       neon_mask(punct[0], punct[1], punct[2], punct[3]), neon_mask(white[0], white[1], white[2], white[3]) };
}
#include "parse/scan_kernel.h"

static bool neon_text(const char *p, size_t n)
{
	size_t at = 0;
	while (at + 64 <= n) {
		neon_block b = neon_load(p + at);
		uint8x16_t high = vorrq_u8(vorrq_u8(b.v[0], b.v[1]), vorrq_u8(b.v[2], b.v[3]));
		uint8x16_t least = vminq_u8(vminq_u8(b.v[0], b.v[1]), vminq_u8(b.v[2], b.v[3]));
		if (vmaxvq_u8(high) < 0x80 && vminvq_u8(least) > 0) {
			at += 64;
			continue;
		}
		size_t to = at + 64, bad = at;
		if (!tribx_utf8_walk(p, n, to, &bad))
			return false;
		at = bad;
	}
	return tribx_utf8_walk(p, n, n, &at);
}

const struct tribx_kernel tribx_kernels[TRIBX_ISA_COUNT] = {
	[TRIBX_NEON] = { neon_index, neon_tally, neon_json, neon_text },
};

bool tribx_isa_here(enum tribx_isa isa)
{
	return isa == TRIBX_SERIAL || isa == TRIBX_NEON;
}
#endif
