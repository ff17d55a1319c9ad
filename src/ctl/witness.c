/* witness: who may cosign checkpoints. */
#include "ctl/rows.h"
#include "ctl/trust.h"

bool witness_add(struct ctl *c, struct fault *f)
{
	uint8_t key[PUBLIC_KEY_BYTES];
	const struct db_rows *r;
	const struct db_param params[] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->client)), db_bytes(key, sizeof(key)),
		                           db_time(&c->arena, clock_now_us(&c->clock)) };

	if (!checkpoint_name_is_good(text_of(c->arguments[0])))
		return fault_set(f, FAULT_BAD_REQUEST, "a witness's name has up to %d characters, no blanks and no plus sign", CHECKPOINT_NAME_MAX);
	if (c->client == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "witness add needs --client CLIENT, who sends its cosignatures");
	if (!ctl_public_key(c->public_key, key, f))
		return false;
	r = ctl_run(c,
	            "insert into witness (name, client_id, public_key, added_at) select $1::text, c.id, $3::bytea, $4::timestamptz from client c"
	            " where c.name = $2::text returning id",
	            params, COUNTOF(params), f);
	return r != NULL && (db_row_count(r) == 1 || fault_set(f, FAULT_NOT_FOUND, "no client %s", c->client));
}

bool witness_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "name", "client", "public_key", "added", "disabled", "last_size" };
	static const char select[] =
	"select w.name, c.name, encode(w.public_key, 'hex'), w.added_at, w.disabled_at, (select max(s.size) from cosignature s where s.witness_id = w.id)"
	" from witness w join client c on c.id = w.client_id order by w.id";

	return rows_show(c, &(struct shown){ .sql = select, .columns = columns, .kinds = "tttzzn" }, f);
}

bool witness_disable(struct ctl *c, struct fault *f)
{
	const struct db_param params[] = { db_text(text_of(c->arguments[0])), db_time(&c->arena, clock_now_us(&c->clock)) };
	const struct db_rows *r = ctl_run(c, "update witness set disabled_at = coalesce(disabled_at, $2::timestamptz) where name = $1::text returning id",
	                                  params, COUNTOF(params), f);

	return r != NULL && (db_row_count(r) == 1 || fault_set(f, FAULT_NOT_FOUND, "no witness %s", c->arguments[0]));
}
