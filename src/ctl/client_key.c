/* client key…, client proof: with which keys a client signs its requests, and what each request must bring. */
#include "base/public_key.h"
#include "ctl/rows.h"
#include "store/client_store.h"

bool client_key_put(struct ctl *c, struct fault *f)
{
	static const char insert[] =
	"insert into client_key (client_id, key_id, algorithm, public_key, label, added_at, added_by)"
	" select id, $2::text, $3::text, $4::bytea, $5::text, $6::timestamptz, $7::text from client where name = $1::text"
	" on conflict (client_id, key_id) do update set label = coalesce(excluded.label, client_key.label) where client_key.revoked_at is null"
	" returning key_id";
	const struct public_key *key;
	struct text bytes;

	if (!ctl_read_file(&c->arena, c->arguments[1], 4 * PUBLIC_KEY_DER_MAX, &bytes, f))
		return false;
	key = public_key_read(&c->arena, bytes, f);
	if (key == NULL)
		return false;
	struct db_param p[7] = { db_text(text_of(c->arguments[0])), db_text(text_of(key->id)), db_text(text_of(public_key_algorithm(key->kind))),
		                 db_bytes(key->der.at, key->der.len), db_text(text_of(c->label)), db_time(&c->arena, clock_now_us(&c->clock)),
		                 db_text(ctl_actor(c)) };
	const struct change put = { insert, p, COUNTOF(p), { FAULT_NOT_FOUND, "there is no client of that name, or the key was revoked" } };

	return rows_change_held(c, &put, f) && rows_say(key->id, f);
}

bool client_keys(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "client", "key_id", "algorithm", "label", "added_by", "added_at", "revoked_at" };
	static const char select[] =
	"select c.name, k.key_id, k.algorithm, k.label, k.added_by, k.added_at, k.revoked_at"
	" from client_key k join client c on c.id = k.client_id where $1::text is null or c.name = $1 order by c.name, k.added_at, k.key_id";
	struct db_param p[1] = { rows_client(c) };

	return rows_show(c, &(struct shown){ .sql = select, .p = p, .count = COUNTOF(p), .columns = columns, .kinds = "tttttzz" }, f);
}

bool client_key_end(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update client_key set revoked_at = coalesce(revoked_at, $3::timestamptz)"
	" where client_id = (select id from client where name = $1::text) and key_id = $2::text returning key_id";
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->arguments[1])), db_time(&c->arena, clock_now_us(&c->clock)) };

	return rows_change_held(c, &(struct change){ update, p, COUNTOF(p), { FAULT_NOT_FOUND, "this client has no such key: tongguanctl client keys" } }, f);
}

bool client_proof_set(struct ctl *c, struct fault *f)
{
	static const char update[] = "update client set proof = $2::text where name = $1::text returning id";
	struct db_param p[2] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->arguments[1])) };
	struct client_proof unused;

	if (!client_proof_by_name(text_of(c->arguments[1]), &unused))
		return fault_set(f, FAULT_BAD_REQUEST, "a proof is token, token+signature, token+certificate, certificate or certificate+signature");
	return rows_change_held(c, &(struct change){ update, p, COUNTOF(p), { FAULT_NOT_FOUND, "there is no client of that name" } }, f);
}
