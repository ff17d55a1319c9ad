/* key: the keys that sign receipts and checkpoints, and the one that encrypts data keys. Only to retire or to replace one is a database asked. */
#include <stdio.h>
#include <unistd.h>

#include "base/crypto.h"
#include "ctl/ctl.h"
#include "store/key_store.h"

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

bool key_rewrap(struct ctl *c, struct fault *f)
{
	uint8_t from[AEAD_KEY_BYTES], to[AEAD_KEY_BYTES];
	struct db_sync *db;
	int count = 0;
	bool good = ctl_read_kek(c, c->arguments[0], from, f) && ctl_read_kek(c, c->arguments[1], to, f) && (db = ctl_db(c, f)) != NULL &&
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

/* What it signed stays signed; who verifies refuses what was made later. Daemons are given another key first. */
bool key_retire(struct ctl *c, struct fault *f)
{
	const struct db_param params[] = { db_text(text_of(c->arguments[0])), db_time(&c->arena, clock_now_us(&c->clock)) };
	const struct db_rows *r = ctl_run(c, "update signing_key set retired_at = coalesce(retired_at, $2::timestamptz) where key_id = $1::text returning key_id",
	                                  params, COUNTOF(params), f);

	if (r == NULL)
		return false;
	return db_row_count(r) == 1 || fault_set(f, FAULT_NOT_FOUND, "no daemon has signed with a key of that id: GET /v1/audit/keys");
}
