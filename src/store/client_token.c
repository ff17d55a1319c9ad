#include "store/client_token.h"

enum { SECRET_BYTES = 32 };

const struct db_stmt client_token_add = {
	.name = "client_token_add",
	.sql =
	"with room as (select from (select count(*) as n from client_token where client_id = $1::integer and revoked_at is null"
	"    and (expires_at is null or expires_at > $5::timestamptz)) x where n < $8::integer),"
	" old as (update client_token set expires_at = least(expires_at, $10::timestamptz)"
	"  where client_id = $1::integer and id = $9::integer and exists (select from room)),"
	" made as (insert into client_token as t (client_id, sha256, last4, label, created_at, created_by, expires_at)"
	"  select $1::integer, $2::bytea, $3::text, $4::text, $5::timestamptz, $6::text, $7::timestamptz from room returning t)"
	" select client_token_json(made.t, 0) from made",
	.param_count = 10,
	.flags = DB_WRITES,
};

const struct db_stmt client_token_revoke = {
	.name = "client_token_revoke",
	.sql =
	"update client_token set revoked_at = coalesce(revoked_at, $3::timestamptz) where client_id = $1::integer and id = $2::integer returning id",
	.param_count = 3,
	.flags = DB_WRITES,
};

const struct db_stmt client_store_moved = { .name = "client_store_moved", .sql = "select nextval('rule_revision')", .flags = DB_WRITES };

bool client_token_make(struct arena *a, struct fresh_token *out, struct fault *f)
{
	uint8_t secret[SECRET_BYTES];
	struct buf b;

	if (!crypto_random(secret, sizeof(secret)))
		return fault_set(f, FAULT_SYSTEM, "the kernel gave no random bytes");
	buf_init(&b, a, 64);
	buf_str(&b, "tg_");
	buf_base64url(&b, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	if (b.full)
		return fault_set(f, FAULT_BUSY, "no memory for a token");
	out->text = buf_as_text(&b);
	out->last4 = (struct text){ b.at + b.len - CLIENT_TOKEN_LAST, CLIENT_TOKEN_LAST };
	out->sha256 = sha256_of(out->text);
	return true;
}
