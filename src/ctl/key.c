/* key and verify: the key that signs receipts, the one that encrypts data keys, and whether a receipt is genuine. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "ctl/ctl.h"
#include "model/receipt.h"
#include "store/key_store.h"

enum { RECEIPT_BYTES_MAX = 1 << 20 };

static bool print_public(struct ctl *c, const char *path, struct fault *f)
{
	struct signer *s = signer_load(path, f);
	uint8_t key[PUBLIC_KEY_BYTES];
	struct buf hex;

	if (s == NULL)
		return false;
	signer_public(s, key);
	signer_free(s);
	buf_init(&hex, &c->arena, 2 * sizeof(key) + 1);
	buf_hex(&hex, key, sizeof(key));
	(void)printf("%s\n", hex.at);
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool key_new(struct ctl *c, struct fault *f)
{
	if (access(c->arguments[0], F_OK) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "%s: exists already; a key is never overwritten", c->arguments[0]);
	return signer_create(c->arguments[0], f) && print_public(c, c->arguments[0], f);
}

bool key_secret(struct ctl *c, struct fault *f)
{
	if (access(c->arguments[0], F_OK) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "%s: exists already; a key is never overwritten", c->arguments[0]);
	return secret_create(c->arguments[0], f);
}

static bool read_kek(struct ctl *c, const char *path, uint8_t out[AEAD_KEY_BYTES], struct fault *f)
{
	struct text hex;
	bool good = config_secret(&c->arena, path, &hex, f);

	if (good && !vault_read_kek(hex, out))
		good = fault_set(f, FAULT_CONFIG, "%s: holds no key of %d hexadecimal digits", path, 2 * AEAD_KEY_BYTES);
	if (hex.at != NULL)
		explicit_bzero((char *)(uintptr_t)hex.at, hex.len);
	return good;
}

bool key_rewrap(struct ctl *c, struct fault *f)
{
	uint8_t from[AEAD_KEY_BYTES], to[AEAD_KEY_BYTES];
	struct db_sync *db;
	int count = 0;
	bool good = read_kek(c, c->arguments[0], from, f) && read_kek(c, c->arguments[1], to, f) && (db = ctl_db(c, f)) != NULL &&
	            key_store_rewrap(db, from, to, &count, f);

	explicit_bzero(from, sizeof(from));
	explicit_bzero(to, sizeof(to));
	if (good)
		(void)printf("%d data keys are wrapped by the new key\n", count);
	return good;
}

bool key_public(struct ctl *c, struct fault *f)
{
	return print_public(c, c->arguments[0], f);
}

bool receipt_check(struct ctl *c, struct fault *f)
{
	uint8_t key[PUBLIC_KEY_BYTES];
	struct fault why = { 0 };
	struct text receipt;

	if (c->public_key == NULL || hex_decode(text_of(c->public_key), key, sizeof(key)) != sizeof(key))
		return fault_set(f, FAULT_BAD_REQUEST, "--public-key takes %d bytes in hex: tongguanctl key public PATH", PUBLIC_KEY_BYTES);
	if (!ctl_read_file(&c->arena, c->arguments[0], RECEIPT_BYTES_MAX, &receipt, f))
		return false;
	if (!receipt_verify(&c->arena, text_trim(receipt), key, &why))
		return fault_set(f, FAULT_RULE_BROKEN, "not genuine: %s", why.text);
	(void)puts("genuine");
	return true;
}
