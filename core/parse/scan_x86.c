/* scan_x86 - kernels for SSE2 (every x86-64), AVX2 and AVX-512BW, and which of them this machine has.
 *
 * UTF-8 is checked as Keiser and Lemire describe ("Validating UTF-8 in less than one instruction per byte", 2021): every
 * error shows in the high nibble, the low nibble of a byte and the high nibble of the next; three table look-ups, one and. */
#include <string.h>

#include "parse/scan_kernels.h"
#include "parse/utf.h"

#ifdef __x86_64__
#include <immintrin.h>

/* ---- SSE2 ---- */

#define TARGET
#define ISA(name) sse2_##name
typedef struct { __m128i v[4]; } sse2_block;

static inline sse2_block sse2_load(const char *p)
{
	const __m128i *v = (const __m128i *)(const void *)p;
	return (sse2_block){ { _mm_loadu_si128(v), _mm_loadu_si128(v + 1), _mm_loadu_si128(v + 2), _mm_loadu_si128(v + 3) } };
}

static inline uint64_t sse2_mask(__m128i a, __m128i b, __m128i c, __m128i d)
{
	uint64_t low = (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(b) << 16;
	uint64_t high = (uint32_t)_mm_movemask_epi8(c) | (uint32_t)_mm_movemask_epi8(d) << 16;
	return low | high << 32;
}

static inline uint64_t sse2_eq(sse2_block b, unsigned char c)
{
	__m128i x = _mm_set1_epi8((char)c);
	return sse2_mask(_mm_cmpeq_epi8(b.v[0], x), _mm_cmpeq_epi8(b.v[1], x), _mm_cmpeq_epi8(b.v[2], x), _mm_cmpeq_epi8(b.v[3], x));
}

static inline uint64_t sse2_parity(uint64_t m)
{
	return tribx_parity(m);
}

static inline TARGET uint32_t sse2_first(uint64_t m)
{
	return (uint32_t)__builtin_ctzll(m | (1ull << 63));
}

static inline struct masks sse2_masks(sse2_block b)
{
	__m128i control[4], punct[4], white[4];
	for (int i = 0; i < 4; i++) {
		__m128i v = b.v[i], low = _mm_or_si128(v, _mm_set1_epi8(0x20)), line = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));
		control[i] = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1F)), v);
		punct[i] = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(low, _mm_set1_epi8('{')), _mm_cmpeq_epi8(low, _mm_set1_epi8('}'))),
		                        _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(',')), _mm_cmpeq_epi8(v, _mm_set1_epi8(':'))), line));
		white[i] = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(' ')), _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\t')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\r'))));
	}
	return (struct masks){ sse2_eq(b, '\\'), sse2_eq(b, '"'), sse2_mask(control[0], control[1], control[2], control[3]),
	                       sse2_mask(punct[0], punct[1], punct[2], punct[3]), sse2_mask(white[0], white[1], white[2], white[3]) };
}
#include "parse/scan_kernel.h"

static bool sse2_text(const char *p, size_t n)
{
	size_t at = 0;
	while (at + 64 <= n) {
		sse2_block b = sse2_load(p + at);
		__m128i high = _mm_or_si128(_mm_or_si128(b.v[0], b.v[1]), _mm_or_si128(b.v[2], b.v[3]));
		if (_mm_movemask_epi8(high) == 0 && sse2_eq(b, 0) == 0) {
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
#undef TARGET
#undef ISA

/* ---- AVX2 ---- */

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt,pclmul")))
#define ISA(name) avx2_##name
typedef struct { __m256i v[2]; } avx2_block;

static inline TARGET avx2_block avx2_load(const char *p)
{
	const __m256i *v = (const __m256i *)(const void *)p;
	return (avx2_block){ { _mm256_loadu_si256(v), _mm256_loadu_si256(v + 1) } };
}

static inline TARGET uint64_t avx2_mask(__m256i a, __m256i b)
{
	return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

static inline TARGET uint64_t avx2_eq(avx2_block b, unsigned char c)
{
	__m256i x = _mm256_set1_epi8((char)c);
	return avx2_mask(_mm256_cmpeq_epi8(b.v[0], x), _mm256_cmpeq_epi8(b.v[1], x));
}

static inline TARGET uint64_t avx2_parity(uint64_t m)
{
	return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)m), _mm_set1_epi8(-1), 0));
}

static inline TARGET uint32_t avx2_first(uint64_t m)
{
	return (uint32_t)_tzcnt_u64(m);
}

static inline TARGET uint64_t avx2_bits(__m256i v)
{
	return (uint32_t)_mm256_movemask_epi8(v);
}

/* Punctuation and white space by a table of what each low nibble may be: [ and { differ by 0x20 only, as do 0x0C and a comma,
 * 0x1A and a colon, so control bytes are taken out again. */
static inline TARGET struct masks avx2_classes(__m256i v)
{
	const __m256i marks = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ':', '{', ',', '}', 0, 0));
	const __m256i blanks = _mm256_broadcastsi128_si256(_mm_setr_epi8(' ', 0, 0, 0, 0, 0, 0, 0, 0, '\t', 0, 0, 0, '\r', 0, 0));
	__m256i low = _mm256_or_si256(v, _mm256_set1_epi8(0x20)), line = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\n'));
	__m256i control = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1F)), v);
	__m256i mark = _mm256_andnot_si256(control, _mm256_cmpeq_epi8(_mm256_shuffle_epi8(marks, low), low));
	return (struct masks){
		.slash = avx2_bits(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\'))), .quote = avx2_bits(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('"'))),
		.control = avx2_bits(control), .punct = avx2_bits(_mm256_or_si256(mark, line)),
		.white = avx2_bits(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(blanks, v), v)),
	};
}

static inline TARGET struct masks avx2_masks(avx2_block b)
{
	struct masks l = avx2_classes(b.v[0]), h = avx2_classes(b.v[1]);
	return (struct masks){ l.slash | h.slash << 32, l.quote | h.quote << 32, l.control | h.control << 32, l.punct | h.punct << 32, l.white | h.white << 32 };
}

/* How many bytes of n blocks are c. Equal bytes are taken off a sum per place, which holds 127 blocks of two vectors at most. */
static inline TARGET size_t avx2_count(const char *p, size_t n, unsigned char c)
{
	const __m256i is = _mm256_set1_epi8((char)c), none = _mm256_setzero_si256();
	__m256i total = none;
	while (n) {
		__m256i sum = none;
		size_t some = n < 127 ? n : 127;
		for (const char *end = p + 64 * some; p < end; p += 64) {
			avx2_block b = avx2_load(p);
			sum = _mm256_sub_epi8(sum, _mm256_add_epi8(_mm256_cmpeq_epi8(b.v[0], is), _mm256_cmpeq_epi8(b.v[1], is)));
		}
		total = _mm256_add_epi64(total, _mm256_sad_epu8(sum, none));
		n -= some;
	}
	return (size_t)(_mm256_extract_epi64(total, 0) + _mm256_extract_epi64(total, 1) + _mm256_extract_epi64(total, 2) + _mm256_extract_epi64(total, 3));
}

static TARGET struct tribx_tally avx2_tally(const char *p, size_t n, unsigned char a, unsigned char b)
{
	struct tribx_tally t = { 0, 0 };
	t.a = avx2_count(p, n / 64, a);
	t.b = a == b ? t.a : avx2_count(p, n / 64, b);
	for (size_t at = n / 64 * 64; at < n; at++) {
		t.a += (unsigned char)p[at] == a;
		t.b += (unsigned char)p[at] == b;
	}
	return t;
}
#define OWN_TALLY
#include "parse/scan_kernel.h"

enum {
	SHORT = 1 << 0,                 /* a lead byte without enough continuations */
	LONG = 1 << 1,                  /* a continuation behind ASCII */
	OVER3 = 1 << 2,                 /* E0 80..9F */
	LARGE = 1 << 3,                 /* F4 90.., F5.. */
	SURROGATE = 1 << 4,             /* ED A0.. */
	OVER2 = 1 << 5,                 /* C0, C1 */
	LARGE8 = 1 << 6, OVER4 = 1 << 6,/* F5.. 80..8F; F0 80..8F: told apart by the low nibble */
	TWO = 1 << 7,                   /* two continuations: fine behind a lead of 3 or 4 */
	ANY = SHORT | LONG | TWO,
};

/* One vector with the one before it; the result is not zero where bytes are wrong. */
static inline TARGET __m256i avx2_wrong(__m256i v, __m256i before)
{
	const __m256i first_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG,
		(char)TWO, (char)TWO, (char)TWO, (char)TWO, SHORT | OVER2, SHORT, SHORT | OVER3 | SURROGATE, SHORT | LARGE | LARGE8 | OVER4));
	const char large = (char)(ANY | LARGE | LARGE8);
	const __m256i first_low = _mm256_broadcastsi128_si256(_mm_setr_epi8((char)(ANY | OVER3 | OVER2 | OVER4), (char)(ANY | OVER2), (char)ANY, (char)ANY,
		(char)(ANY | LARGE), large, large, large, large, large, large, large, large, (char)(ANY | LARGE | LARGE8 | SURROGATE), large, large));
	const char all = (char)(LONG | OVER2 | TWO);
	const __m256i second_high = _mm256_broadcastsi128_si256(_mm_setr_epi8(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT,
		(char)(all | OVER3 | LARGE8 | OVER4), (char)(all | OVER3 | LARGE), (char)(all | SURROGATE | LARGE), (char)(all | SURROGATE | LARGE), SHORT, SHORT, SHORT, SHORT));
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i joint = _mm256_permute2x128_si256(before, v, 0x21);
	__m256i one = _mm256_alignr_epi8(v, joint, 15), two = _mm256_alignr_epi8(v, joint, 14), three = _mm256_alignr_epi8(v, joint, 13);
	__m256i a = _mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(one, 4), nibble));
	__m256i b = _mm256_shuffle_epi8(first_low, _mm256_and_si256(one, nibble));
	__m256i c = _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
	__m256i must = _mm256_or_si256(_mm256_subs_epu8(two, _mm256_set1_epi8(0xE0 - 0x80)), _mm256_subs_epu8(three, _mm256_set1_epi8(0xF0 - 0x80)));
	return _mm256_xor_si256(_mm256_and_si256(_mm256_and_si256(a, b), c), _mm256_and_si256(must, _mm256_set1_epi8((char)0x80)));
}

static TARGET bool avx2_text(const char *p, size_t n)
{
	__m256i wrong = _mm256_setzero_si256(), before = wrong;
	bool ascii = true;
	char tail[64];
	for (size_t at = 0; at <= n; at += 64) {
		const char *from = p + at;
		if (n - at < 64) {   /* blanks behind the end: a character that was cut shows */
			memset(tail, ' ', sizeof tail);
			memcpy(tail, from, n - at);
			from = tail;
		}
		avx2_block b = avx2_load(from);
		wrong = _mm256_or_si256(wrong, _mm256_cmpeq_epi8(_mm256_min_epu8(b.v[0], b.v[1]), _mm256_setzero_si256()));
		bool now = _mm256_movemask_epi8(_mm256_or_si256(b.v[0], b.v[1])) == 0;
		if (!now || !ascii)
			wrong = _mm256_or_si256(wrong, _mm256_or_si256(avx2_wrong(b.v[0], before), avx2_wrong(b.v[1], b.v[0])));
		ascii = now;
		before = b.v[1];
	}
	return _mm256_testz_si256(wrong, wrong);
}
#undef OWN_TALLY
#undef TARGET
#undef ISA

/* ---- AVX-512BW ---- */

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx2,bmi,bmi2,popcnt,lzcnt,pclmul")))
#define ISA(name) avx512_##name
typedef __m512i avx512_block;

static inline TARGET avx512_block avx512_load(const char *p)
{
	return _mm512_loadu_si512(p);
}

static inline TARGET uint64_t avx512_eq(avx512_block b, unsigned char c)
{
	return _mm512_cmpeq_epi8_mask(b, _mm512_set1_epi8((char)c));
}

static inline TARGET uint64_t avx512_parity(uint64_t m)
{
	return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)m), _mm_set1_epi8(-1), 0));
}

static inline TARGET uint32_t avx512_first(uint64_t m)
{
	return (uint32_t)_tzcnt_u64(m);
}

static inline TARGET struct masks avx512_masks(avx512_block b)
{
	avx512_block low = _mm512_or_si512(b, _mm512_set1_epi8(0x20));
	return (struct masks){
		.slash = avx512_eq(b, '\\'), .quote = avx512_eq(b, '"'), .control = _mm512_cmplt_epu8_mask(b, _mm512_set1_epi8(0x20)),
		.punct = avx512_eq(low, '{') | avx512_eq(low, '}') | avx512_eq(b, ',') | avx512_eq(b, ':') | avx512_eq(b, '\n'),
		.white = avx512_eq(b, ' ') | avx512_eq(b, '\t') | avx512_eq(b, '\r'),
	};
}
#include "parse/scan_kernel.h"
#undef TARGET
#undef ISA

const struct tribx_kernel tribx_kernels[TRIBX_ISA_COUNT] = {
	[TRIBX_SSE2] = { sse2_index, sse2_tally, sse2_json, sse2_text },
	[TRIBX_AVX2] = { avx2_index, avx2_tally, avx2_json, avx2_text },
	[TRIBX_AVX512] = { avx512_index, avx512_tally, avx512_json, avx2_text },
};

bool tribx_isa_here(enum tribx_isa isa)
{
	bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul") &&
	            __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
	return isa < TRIBX_AVX2 || (avx2 && (isa == TRIBX_AVX2 || (isa == TRIBX_AVX512 && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))));
}
#endif
