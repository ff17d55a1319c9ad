/*
 * Identifiers: UUIDs that carry their bucket.
 *
 * The twelve bits after the version hold the bucket (0..ID_BUCKETS-1), so a
 * look-up by id knows where to look. Two kinds:
 *  - version 7, time-ordered, for records made by us (filing, submission);
 *  - version 8, derived from a key, for records that a key names (declaration,
 *    link, message): the same key is the same id on every machine, for ever.
 */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define ID_BUCKETS 64
enum { ID_TEXT_BYTES = 37, ID_PARTS_MAX = 8 };

struct id {
	uint8_t b[16];
};

struct id_source { /* one per thread */
	uint64_t state[2];
	int64_t last_us;
	uint32_t serial;
};

void id_source_init(struct id_source *s); /* seeded by the kernel */
/* Time-ordered: of two ids of one source, the later one sorts later, also within a microsecond and when now_us
 * goes backwards. Across milliseconds that holds always; within one millisecond only among ids of one bucket,
 * because the bucket stands before the finer part of the time. */
struct id id_new(struct id_source *s, int64_t now_us, int16_t bucket);
/* From a one-letter name space and up to ID_PARTS_MAX parts of a key (bucket = key's hash): SHA-256 over the letter,
 * then each part as its length in four bytes, big endian, and its bytes. The bucket is the digest's first two bytes
 * (big endian) modulo ID_BUCKETS; the id is the first 16 bytes with version, bucket and variant written over. */
struct id id_of_key(char space, const struct text *parts, int count);
/* The same, but put into the given bucket (records that live beside another). */
struct id id_of_key_in(int16_t bucket, char space, const struct text *parts, int count);

int16_t id_bucket(const struct id *id);
bool id_eq(const struct id *a, const struct id *b);
int id_cmp(const struct id *a, const struct id *b);
bool id_is_null(const struct id *id);
void id_format(const struct id *id, char out[ID_TEXT_BYTES]);
void id_format_capitals(const struct id *id, char out[ID_TEXT_BYTES]); /* as customs wants guids */
bool id_parse(struct text t, struct id *out) must_check; /* 36 characters, version 7 or 8, bucket in range */
uint64_t id_random(struct id_source *s);                 /* for jitter and leases, not for secrets */

#endif
