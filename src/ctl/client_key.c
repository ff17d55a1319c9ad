/* client key…, client proof: with which keys a client signs its requests, and what each request must bring. */
#include <stdio.h>

#include "base/public_key.h"
#include "ctl/ctl.h"
#include "ctl/table.h"
#include "store/client_store.h"

static bool must_be_there(const struct db_rows *r, const char *why, struct fault *f)
{
	return r != NULL && (db_row_count(r) > 0 || fault_set(f, FAULT_NOT_FOUND, "%s", why));
}

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
	if (!must_be_there(ctl_run(c, insert, p, COUNTOF(p), f), "there is no client of that name, or the key was revoked", f) || !ctl_rules_moved(c, f))
		return false;
	(void)printf("%s\n", key->id);
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool client_keys(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "client", "key_id", "algorithm", "label", "added_by", "added_at", "revoked_at" };
	static const char select[] =
	"select c.name, k.key_id, k.algorithm, k.label, k.added_by, k.added_at, k.revoked_at"
	" from client_key k join client c on c.id = k.client_id where $1::text is null or c.name = $1 order by c.name, k.added_at, k.key_id";
	struct db_param p[1] = { db_text(text_of(c->argument_count == 1 ? c->arguments[0] : NULL)) };
	const struct db_rows *r = ctl_run(c, select, p, COUNTOF(p), f);
	struct table t;

	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int row = 0; row < db_row_count(r); row++) {
		for (int col = 0; col < 5; col++)
			table_text(&t, db_get_text(r, row, col));
		for (int col = 5; col < 7; col++)
			table_time(&t, r, row, col);
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool client_key_end(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update client_key set revoked_at = coalesce(revoked_at, $3::timestamptz)"
	" where client_id = (select id from client where name = $1::text) and key_id = $2::text returning key_id";
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->arguments[1])), db_time(&c->arena, clock_now_us(&c->clock)) };

	return must_be_there(ctl_run(c, update, p, COUNTOF(p), f), "this client has no such key: tongguanctl client keys", f) && ctl_rules_moved(c, f);
}

bool client_proof_set(struct ctl *c, struct fault *f)
{
	static const char update[] = "update client set proof = $2::text where name = $1::text returning id";
	struct db_param p[2] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->arguments[1])) };
	struct client_proof unused;

	if (!client_proof_by_name(text_of(c->arguments[1]), &unused))
		return fault_set(f, FAULT_BAD_REQUEST, "a proof is token, token+signature, token+certificate, certificate or certificate+signature");
	return must_be_there(ctl_run(c, update, p, COUNTOF(p), f), "there is no client of that name", f) && ctl_rules_moved(c, f);
}
