/*
 * Sealing and opening.
 *
 * Nonces are eight random bytes, drawn anew for each vault and whenever the counter is through, and a counter: no system call for a
 * blob, and never the same twice. Each record is compressed as if it stood behind the words that most records share (vault_words.c): a
 * document of a thousand bytes shrinks to half, which it hardly does alone. What compression knows after these words is kept and copied for
 * each record. Compressed bytes pass through one piece of memory that the vault keeps.
 */
#include "base/vault.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

#include <lz4.h>

#include "base/crypto.h"
#include "base/vault_words.h"

enum { KEYS_MAX = 1024, HEAD_BYTES = 5, LENGTH_BYTES = 4, COMPRESS_FROM = 64, SCRATCH_KEPT = 4 << 20, BOUND_BYTES_MAX = 512, RANDOM_BYTES = 8 };
enum { FORMAT_PLAIN = 1, FORMAT_LZ4 = 2 };

struct vault_key {
	int32_t number;
	struct aead *cipher;
};

struct vault {
	struct vault_key keys[KEYS_MAX]; /* the newest last */
	int count;
	const struct vault_key *used; /* encrypts; NULL: none yet */
	uint8_t random[RANDOM_BYTES];
	uint32_t serial;
	char *scratch;
	size_t scratch_size;
	LZ4_stream_t after_words, stream;
};

struct vault *vault_new(void)
{
	struct vault *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	if (!crypto_random(v->random, sizeof(v->random)) || LZ4_initStream(&v->after_words, sizeof(v->after_words)) == NULL) {
		free(v);
		return NULL;
	}
	(void)LZ4_loadDict(&v->after_words, vault_words().at, (int)vault_words().len);
	return v;
}

static void let_go_scratch(struct vault *v, size_t kept)
{
	if (v->scratch_size <= kept)
		return;
	explicit_bzero(v->scratch, v->scratch_size);
	free(v->scratch);
	v->scratch = NULL;
	v->scratch_size = 0;
}

void vault_free(struct vault *v)
{
	if (v == NULL)
		return;
	for (int i = 0; i < v->count; i++)
		aead_free(v->keys[i].cipher);
	let_go_scratch(v, 0);
	free(v);
}

/* --- keys ------------------------------------------------------------------------------------------------------------- */

static const struct vault_key *find(const struct vault *v, int32_t number)
{
	for (int i = v->count - 1; i >= 0; i--)
		if (v->keys[i].number == number)
			return &v->keys[i];
	return NULL;
}

bool vault_has(const struct vault *v, int32_t number)
{
	return find(v, number) != NULL;
}

bool vault_add(struct vault *v, int32_t number, const uint8_t key[AEAD_KEY_BYTES])
{
	int32_t used = v->used == NULL ? 0 : v->used->number;
	struct aead *cipher;
	int at = v->count;

	if (vault_has(v, number))
		return true;
	cipher = v->count == KEYS_MAX ? NULL : aead_new(key);
	if (cipher == NULL)
		return false;
	for (; at > 0 && v->keys[at - 1].number > number; at--)
		v->keys[at] = v->keys[at - 1];
	v->keys[at] = (struct vault_key){ number, cipher };
	v->count++;
	v->used = find(v, used);
	return true;
}

bool vault_use(struct vault *v, int32_t month)
{
	for (int i = v->count - 1; i >= 0; i--)
		if (v->keys[i].number / 100 <= month) {
			v->used = &v->keys[i];
			return true;
		}
	return v->used != NULL;
}

/* --- blobs ------------------------------------------------------------------------------------------------------------ */

static bool bind(const struct vault_place *p, struct text *out, char room[BOUND_BYTES_MAX])
{
	size_t table = strlen(p->table) + 1;

	if (table + p->record.len + p->part.len > BOUND_BYTES_MAX)
		return false;
	memcpy(room, p->table, table);
	memcpy(room + table, p->record.at, p->record.len);
	if (p->part.len > 0)
		memcpy(room + table + p->record.len, p->part.at, p->part.len);
	*out = (struct text){ room, table + p->record.len + p->part.len };
	return true;
}

static bool next_nonce(struct vault *v, uint8_t out[AEAD_NONCE_BYTES])
{
	const uint32_t serial = htobe32(v->serial++);

	if (v->serial == 0 && !crypto_random(v->random, sizeof(v->random)))
		return false;
	memcpy(out, v->random, sizeof(v->random));
	memcpy(out + sizeof(v->random), &serial, sizeof(serial));
	return true;
}

static char *scratch(struct vault *v, size_t size)
{
	if (v->scratch_size < size) {
		let_go_scratch(v, 0);
		v->scratch = malloc(size);
		v->scratch_size = v->scratch == NULL ? 0 : size;
	}
	return v->scratch;
}

/* What is to be encrypted: the bytes themselves, or shrunk and lying in the scratch memory. */
static struct text shrink(struct vault *v, struct text plain, uint8_t *format)
{
	const uint32_t len = htobe32((uint32_t)plain.len);
	char *to;
	int got;

	*format = FORMAT_PLAIN;
	if (plain.len < COMPRESS_FROM || (to = scratch(v, LENGTH_BYTES + plain.len)) == NULL)
		return plain;
	memcpy(to, &len, sizeof(len));
	v->stream = v->after_words;
	got = LZ4_compress_fast_continue(&v->stream, plain.at, to + LENGTH_BYTES, (int)plain.len, (int)plain.len - LENGTH_BYTES, 1); /* 0: it would not be shorter */
	if (got <= 0)
		return plain;
	*format = FORMAT_LZ4;
	return (struct text){ to, LENGTH_BYTES + (size_t)got };
}

bool vault_seal(struct vault *v, struct arena *a, const struct vault_place *place, struct text plain, struct text *out)
{
	char room[BOUND_BYTES_MAX];
	struct text bound, inner;
	uint8_t *blob, format;
	uint32_t number;
	size_t len;
	bool good;

	if (v->used == NULL || plain.len > VAULT_BYTES_MAX || !bind(place, &bound, room))
		return false;
	inner = shrink(v, plain, &format);
	len = HEAD_BYTES + AEAD_NONCE_BYTES + inner.len + AEAD_TAG_BYTES;
	blob = arena_alloc(a, len);
	if (blob == NULL)
		return false;
	number = htobe32((uint32_t)v->used->number);
	blob[0] = format;
	memcpy(blob + 1, &number, sizeof(number));
	*out = (struct text){ (const char *)blob, len };
	good = next_nonce(v, blob + HEAD_BYTES) && aead_seal(v->used->cipher, blob + HEAD_BYTES, bound, inner, blob + HEAD_BYTES + AEAD_NONCE_BYTES,
	                                                     blob + len - AEAD_TAG_BYTES);
	let_go_scratch(v, SCRATCH_KEPT);
	return good;
}

static bool damaged(const struct vault_place *p, const char *how, struct fault *f)
{
	return fault_set(f, FAULT_DAMAGED, "a stored %s %s", p->table, how);
}

/* The block lies in the scratch memory, behind the length that it had. */
static bool grow(struct arena *a, const struct vault_place *place, struct text inner, struct text *out, struct fault *f)
{
	uint32_t len;
	char *to;

	if (inner.len < LENGTH_BYTES)
		return damaged(place, "is cut short", f);
	memcpy(&len, inner.at, sizeof(len));
	len = be32toh(len);
	if (len > VAULT_BYTES_MAX)
		return damaged(place, "is too long", f);
	to = arena_alloc(a, (size_t)len + 1);
	if (to == NULL)
		return fault_set(f, FAULT_BUSY, "no memory for a stored record");
	if (LZ4_decompress_safe_usingDict(inner.at + LENGTH_BYTES, to, (int)(inner.len - LENGTH_BYTES), (int)len, vault_words().at,
	                                  (int)vault_words().len) != (int)len)
		return damaged(place, "cannot be decompressed", f);
	to[len] = '\0';
	*out = (struct text){ to, len };
	return true;
}

bool vault_open(struct vault *v, struct arena *a, const struct vault_place *place, struct text blob, struct text *out, struct fault *f)
{
	const uint8_t *at = (const uint8_t *)blob.at;
	const struct vault_key *key;
	char room[BOUND_BYTES_MAX];
	struct text bound, sealed;
	uint32_t number;
	char *to;
	bool good;

	if (blob.len < HEAD_BYTES + AEAD_NONCE_BYTES + AEAD_TAG_BYTES || (at[0] != FORMAT_PLAIN && at[0] != FORMAT_LZ4))
		return damaged(place, "is no encrypted record", f);
	memcpy(&number, at + 1, sizeof(number));
	key = find(v, (int32_t)be32toh(number));
	if (key == NULL)
		return damaged(place, "is under a data key that is not known here", f);
	sealed = (struct text){ blob.at + HEAD_BYTES + AEAD_NONCE_BYTES, blob.len - HEAD_BYTES - AEAD_NONCE_BYTES - AEAD_TAG_BYTES };
	to = at[0] == FORMAT_LZ4 ? scratch(v, sealed.len + 1) : arena_alloc(a, sealed.len + 1);
	if (to == NULL || !bind(place, &bound, room))
		return fault_set(f, FAULT_BUSY, "no memory for a stored record");
	if (!aead_open(key->cipher, at + HEAD_BYTES, bound, sealed, at + blob.len - AEAD_TAG_BYTES, (uint8_t *)to))
		return damaged(place, "is not what was stored there", f);
	to[sealed.len] = '\0';
	*out = (struct text){ to, sealed.len };
	good = at[0] == FORMAT_PLAIN || grow(a, place, *out, out, f);
	let_go_scratch(v, SCRATCH_KEPT);
	return good;
}

/* --- keys under the key-encryption key ------------------------------------------------------------------------------------ */

bool vault_read_kek(struct text hex, uint8_t out[AEAD_KEY_BYTES])
{
	return hex.len == 2 * AEAD_KEY_BYTES && hex_decode(hex, out, AEAD_KEY_BYTES) == AEAD_KEY_BYTES;
}

void vault_name_kek(const uint8_t kek[AEAD_KEY_BYTES], char out[17])
{
	static const char digits[] = "0123456789abcdef";
	const struct text parts[] = { TEXT("tongguan key-encryption key"), { (const char *)kek, AEAD_KEY_BYTES } };
	struct sha256 digest = sha256_of_parts(parts, COUNTOF(parts));

	for (int i = 0; i < 8; i++) {
		out[2 * i] = digits[digest.b[i] >> 4];
		out[2 * i + 1] = digits[digest.b[i] & 15];
	}
	out[16] = '\0';
}

static struct text bound_key(int32_t number, char room[32])
{
	int len = snprintf(room, 32, "data_key %d", (int)number);

	return (struct text){ room, (size_t)len };
}

bool vault_wrap(const uint8_t kek[AEAD_KEY_BYTES], int32_t number, const uint8_t key[AEAD_KEY_BYTES], uint8_t out[VAULT_WRAPPED_BYTES])
{
	struct aead *x = aead_new(kek);
	char room[32];
	bool good = x != NULL && crypto_random(out, AEAD_NONCE_BYTES) &&
	            aead_seal(x, out, bound_key(number, room), (struct text){ (const char *)key, AEAD_KEY_BYTES }, out + AEAD_NONCE_BYTES,
	                      out + AEAD_NONCE_BYTES + AEAD_KEY_BYTES);

	aead_free(x);
	return good;
}

bool vault_unwrap(const uint8_t kek[AEAD_KEY_BYTES], int32_t number, struct text wrapped, uint8_t out[AEAD_KEY_BYTES])
{
	const uint8_t *at = (const uint8_t *)wrapped.at;
	struct aead *x = aead_new(kek);
	char room[32];
	bool good = x != NULL && wrapped.len == VAULT_WRAPPED_BYTES &&
	            aead_open(x, at, bound_key(number, room), (struct text){ wrapped.at + AEAD_NONCE_BYTES, AEAD_KEY_BYTES },
	                      at + AEAD_NONCE_BYTES + AEAD_KEY_BYTES, out);

	aead_free(x);
	return good;
}
