/* mask - values that are about people, made harmless: pieces of the plugin.
 *
 * sha256.c  the digest and its keyed form (FIPS 180-4, RFC 2104)
 * partial.c a value of which a little is left       scan.c  addresses and numbers of people inside of a text */
#ifndef MASK_H
#define MASK_H

#include <tributary.h>

struct sha256 { uint32_t h[8]; uint64_t size; uint8_t block[64]; size_t used; };
void sha256_start(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *p, size_t n);
void sha256_end(struct sha256 *s, uint8_t out[32]);

/* A key, and a domain that makes equal values of different columns differ: both are taken in once. */
struct hmac { struct sha256 inner, outer; };
void hmac_start(struct hmac *h, const void *key, size_t key_size);
void hmac_add(struct hmac *h, const void *p, size_t n);
void hmac_end(const struct hmac *h, const void *p, size_t n, uint8_t out[32]);

/* Characters that are not kept become *; kept ones are counted as characters. An e-mail address keeps its domain, of a
 * phone number the last 2 to 4 digits stay. to: room of 2 * x.n + 16 bytes; the length. */
size_t mask_partial(struct trib_text x, int first, int last, char *to);

/* What is found becomes [email], [iban], [card], [phone]. to: room of 4 * x.n + 16; the length; *found is added to. */
size_t mask_scan(struct trib_text x, char *to, int64_t *found);

#endif
