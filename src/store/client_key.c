#include "store/client_key.h"

const struct db_stmt client_key_add = {
	.name = "client_key_add",
	.sql =
	"with made as (insert into client_key as k (client_id, key_id, algorithm, public_key, label, added_at, added_by)"
	"  select $1::integer, $2::text, $3::text, $4::bytea, $5::text, $6::timestamptz, $7::text"
	"  where (select count(*) from client_key where client_id = $1::integer and revoked_at is null) < $8::integer"
	"  on conflict do nothing returning k)"
	" select client_key_json(made.k), false from made"
	" union all select client_key_json(k), true from client_key k where client_id = $1::integer and key_id = $2::text and revoked_at is null",
	.param_count = 8,
	.flags = DB_WRITES,
};

const struct db_stmt client_key_revoke = {
	.name = "client_key_revoke",
	.sql =
	"update client_key set revoked_at = coalesce(revoked_at, $3::timestamptz) where client_id = $1::integer and key_id = $2::text returning key_id",
	.param_count = 3,
	.flags = DB_WRITES,
};

const struct db_stmt client_nonce_put = {
	.name = "client_nonce_put",
	.sql =
	"insert into request_nonce (until_minute, client_id, key_id, nonce) values ($1::integer, $2::integer, $3::text, $4::text)"
	" on conflict do nothing returning client_id",
	.param_count = 4,
	.flags = DB_WRITES,
};

const struct db_stmt client_nonce_sweep = {
	.name = "client_nonce_sweep", .sql = "delete from request_nonce where until_minute < $1::integer", .param_count = 1, .flags = DB_WRITES,
};

const struct public_key *client_key_get(const struct client_key *k)
{
	struct fault unused = { 0 };

	if (!k->slot->was_tried) {
		k->slot->was_tried = true;
		k->slot->read = public_key_read(k->slot->arena, k->der, &unused);
	}
	return k->slot->read;
}
