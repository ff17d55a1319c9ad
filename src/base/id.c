/*
 * Identifiers, bit by bit (128, most significant first):
 *
 *   version 7:  48 time in ms   4 version  12 bucket   2 variant  10 us within the ms  8 serial  44 random
 *   version 8:  48 digest       4 version  12 bucket   2 variant  62 digest
 *
 * The serial tells ids of one microsecond apart; when it runs over, the source's clock is set one microsecond
 * ahead, and time that stands still or goes backwards is replaced by the last one seen. So ids of one bucket
 * always ascend. Ids of different sources differ by their random bits alone.
 */
#include "base/id.h"

#include <assert.h>
#include <sys/random.h>

#include "base/crypto.h"

enum { SERIAL_BITS = 8, RANDOM_BITS = 44 };

void id_source_init(struct id_source *s)
{
	*s = (struct id_source){ .last_us = 0 };
	while (s->state[0] == 0 && s->state[1] == 0) { /* the generator stands still at zero */
		ssize_t got = getrandom(s->state, sizeof(s->state), 0);

		assert(got == (ssize_t)sizeof(s->state)); /* so few bytes are never cut short */
	}
}

static uint64_t rotated(uint64_t n, int by)
{
	return n << by | n >> (64 - by);
}

/* xoroshiro128++ of Blackman and Vigna. */
uint64_t id_random(struct id_source *s)
{
	uint64_t first = s->state[0], second = s->state[1];
	uint64_t out = rotated(first + second, 17) + first;

	second ^= first;
	s->state[0] = rotated(first, 49) ^ second ^ second << 21;
	s->state[1] = rotated(second, 28);
	return out;
}

static void put_bytes(uint8_t *to, uint64_t n, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--, n >>= 8)
		to[i] = (uint8_t)n;
}

static void mark(struct id *id, int version, int16_t bucket)
{
	assert(bucket >= 0 && bucket < ID_BUCKETS);
	id->b[6] = (uint8_t)(version << 4 | bucket >> 8);
	id->b[7] = (uint8_t)bucket;
	id->b[8] = (uint8_t)((id->b[8] & 0x3F) | 0x80);
}

struct id id_new(struct id_source *s, int64_t now_us, int16_t bucket)
{
	struct id id;
	uint64_t low;

	if (now_us > s->last_us) {
		s->last_us = now_us;
		s->serial = 0;
	} else if (++s->serial >> SERIAL_BITS != 0) {
		s->last_us++;
		s->serial = 0;
	}
	low = (uint64_t)(s->last_us % 1000) << (SERIAL_BITS + RANDOM_BITS) | (uint64_t)s->serial << RANDOM_BITS |
	      id_random(s) >> (64 - RANDOM_BITS);
	put_bytes(id.b, (uint64_t)(s->last_us / 1000), 6);
	put_bytes(id.b + 8, low, 8);
	mark(&id, 7, bucket);
	return id;
}

/* ---- from keys ---- */

static struct sha256 key_digest(char space, const struct text *parts, int count)
{
	struct text pieces[1 + 2 * ID_PARTS_MAX];
	uint8_t lengths[ID_PARTS_MAX][4];
	int used = 0;

	assert(count >= 0 && count <= ID_PARTS_MAX);
	pieces[used++] = (struct text){ &space, 1 };
	for (int i = 0; i < count; i++) {
		put_bytes(lengths[i], parts[i].len, 4);
		pieces[used++] = (struct text){ (const char *)lengths[i], 4 };
		pieces[used++] = parts[i];
	}
	return sha256_of_parts(pieces, used);
}

static int16_t digest_bucket(const struct sha256 *digest)
{
	return (int16_t)((digest->b[0] << 8 | digest->b[1]) % ID_BUCKETS);
}

static struct id digest_id(const struct sha256 *digest, int16_t bucket)
{
	struct id id;

	memcpy(id.b, digest->b, sizeof(id.b));
	mark(&id, 8, bucket);
	return id;
}

struct id id_of_key(char space, const struct text *parts, int count)
{
	struct sha256 digest = key_digest(space, parts, count);

	return digest_id(&digest, digest_bucket(&digest));
}

struct id id_of_key_in(int16_t bucket, char space, const struct text *parts, int count)
{
	struct sha256 digest = key_digest(space, parts, count);

	return digest_id(&digest, bucket);
}

/* ---- reading ---- */

int16_t id_bucket(const struct id *id)
{
	return (int16_t)((id->b[6] & 15) << 8 | id->b[7]);
}

bool id_eq(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

int id_cmp(const struct id *a, const struct id *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool id_is_null(const struct id *id)
{
	static const struct id null;

	return id_eq(id, &null);
}

static bool has_dash_before(size_t byte)
{
	return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void id_format(const struct id *id, char out[ID_TEXT_BYTES])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof(id->b); i++) {
		if (has_dash_before(i))
			*out++ = '-';
		*out++ = digits[id->b[i] >> 4];
		*out++ = digits[id->b[i] & 15];
	}
	*out = '\0';
}

void id_format_capitals(const struct id *id, char out[ID_TEXT_BYTES])
{
	id_format(id, out);
	for (char *c = out; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A');
}

bool id_parse(struct text t, struct id *out)
{
	struct id id;
	const char *at = t.at;

	if (t.len != ID_TEXT_BYTES - 1)
		return false;
	for (size_t i = 0; i < sizeof(id.b); i++, at += 2) {
		if (has_dash_before(i) && *at++ != '-')
			return false;
		if (hex_decode((struct text){ at, 2 }, &id.b[i], 1) != 1)
			return false;
	}
	if (id.b[6] >> 4 != 7 && id.b[6] >> 4 != 8)
		return false;
	if (id.b[8] >> 6 != 2 || id_bucket(&id) >= ID_BUCKETS)
		return false;
	*out = id;
	return true;
}
