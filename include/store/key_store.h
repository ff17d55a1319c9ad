/*
 * Data keys: table data_key holds them wrapped by the key-encryption key, workers hold them open in their vaults.
 *
 * There is one for each month; whoever starts first, or is the first worker when the month nears, makes it. A running daemon learns of a key
 * that another made by rule_revision, long before that key encrypts.
 */
#ifndef STORE_KEY_STORE_H
#define STORE_KEY_STORE_H

#include "base/vault.h"
#include "io/db.h"

int32_t key_store_month(int64_t now_us);                /* YYYYMM: the real time's, in China; nobody moves it for a test */
int32_t key_store_month_after(int32_t month);

extern const struct db_stmt key_store_all;              /* every data key: for key_store_take */
/* Those that the vault does not have yet. False: one is wrapped by another key-encryption key, or is not what was stored. */
bool key_store_take(struct vault *v, const uint8_t kek[AEAD_KEY_BYTES], const struct db_rows *rows, struct fault *f) must_check;

struct key_new {
	uint8_t wrapped[VAULT_WRAPPED_BYTES];
	char kek[17];
	struct db_param params[3];
};
/* A key of this month, drawn now. It stays unmade when there is one, or when others are wrapped by another key-encryption key. */
bool key_store_make(struct key_new *k, struct arena *a, const uint8_t kek[AEAD_KEY_BYTES], int32_t month, struct db_call *call) must_check;

/* --- blocking: start-up and tools --- */
struct key_list { /* open; whoever owns the arena wipes it */
	struct key_open {
		int32_t number;
		uint8_t key[AEAD_KEY_BYTES];
	} *keys;
	int count;
};
/* Opens every data key, into the arena. Makes one of this month when there is none. */
bool key_store_prepare(struct db_sync *s, const uint8_t kek[AEAD_KEY_BYTES], int32_t month, struct arena *a, struct key_list *out, struct fault *f)
	must_check;
/* Wraps by the new key-encryption key what is wrapped by the old one; how many were. What is encrypted under data keys stays as it is. */
bool key_store_rewrap(struct db_sync *s, const uint8_t from[AEAD_KEY_BYTES], const uint8_t to[AEAD_KEY_BYTES], int *count, struct fault *f) must_check;

#endif
