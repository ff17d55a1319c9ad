/*
 * Personal data at rest: compressed, then encrypted under a data key, and bound to the record that they belong to.
 *
 * A blob is: format (one byte), number of the data key (four bytes, big endian), nonce (12), what was encrypted, tag (16). Bound into
 * the tag, and not stored, are table and record: a blob put into another row does not open. Format 1 is the bytes as they were, format 2
 * their length (four bytes, big endian) and an LZ4 block whose dictionary are the words of vault_words.c; encrypted bytes do not shrink, so
 * whoever stores them tells PostgreSQL not to try.
 *
 * Data keys are stored wrapped by the key-encryption key, which stays in a file: store/key_store. A vault belongs to one thread.
 */
#ifndef BASE_VAULT_H
#define BASE_VAULT_H

#include "base/aead.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"

enum { VAULT_WRAPPED_BYTES = AEAD_NONCE_BYTES + AEAD_KEY_BYTES + AEAD_TAG_BYTES, VAULT_BYTES_MAX = 256 << 20 };

struct vault;

struct vault_place {
	const char *table;
	struct text record, part; /* record: of the same length for every row of the table; part: what else names it, or absent */
};

static inline struct vault_place vault_at(const char *table, const struct id *record)
{
	return (struct vault_place){ table, { (const char *)record->b, sizeof(record->b) }, { NULL, 0 } };
}

struct vault *vault_new(void) must_check; /* NULL: no memory, or no random numbers */
void vault_free(struct vault *v);         /* wipes the keys; NULL allowed */
/* One data key more; a number that is known already stays as it is. Numbers are of a month: YYYYMM and two digits. False: no memory. */
bool vault_add(struct vault *v, int32_t number, const uint8_t key[AEAD_KEY_BYTES]) must_check;
bool vault_has(const struct vault *v, int32_t number);
/* From now on the newest key of this month (YYYYMM), or of one before it, encrypts. False: there is none. */
bool vault_use(struct vault *v, int32_t month);

/* Into the arena. False: it is full, or no key encrypts. */
bool vault_seal(struct vault *v, struct arena *a, const struct vault_place *place, struct text plain, struct text *out) must_check;
/* Into the arena, with a NUL behind. FAULT_DAMAGED: not what was stored there, or its key is not known here; FAULT_BUSY: the arena is full. */
bool vault_open(struct vault *v, struct arena *a, const struct vault_place *place, struct text blob, struct text *out, struct fault *f) must_check;

/* The key-encryption key: 64 hexadecimal digits. */
bool vault_read_kek(struct text hex, uint8_t out[AEAD_KEY_BYTES]) must_check;
/* Its name: the first eight bytes of a digest over it, in hex. */
void vault_name_kek(const uint8_t kek[AEAD_KEY_BYTES], char out[17]);
bool vault_wrap(const uint8_t kek[AEAD_KEY_BYTES], int32_t number, const uint8_t key[AEAD_KEY_BYTES], uint8_t out[VAULT_WRAPPED_BYTES]) must_check;
bool vault_unwrap(const uint8_t kek[AEAD_KEY_BYTES], int32_t number, struct text wrapped, uint8_t out[AEAD_KEY_BYTES]) must_check;

#endif
