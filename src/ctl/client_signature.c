/* client certificate…, client signature: with which certificates a client signs, and which of its messages must be signed. */
#include "base/certificate.h"
#include "ctl/rows.h"
#include "model/signature.h"

#define NO_CLIENT "there is no enterprise of that name"

static bool has_client(struct ctl *c, const char *name, bool *out, struct fault *f)
{
	struct db_param p[1] = { db_text(text_of(name)) };
	const struct db_rows *r = ctl_run(c, "select 1 from client where name = $1 and role = 'enterprise'", p, 1, f);

	if (r == NULL)
		return false;
	*out = db_row_count(r) == 1;
	return true;
}

static bool insert(struct ctl *c, const struct certificate *x, struct fault *f)
{
	static const char sql[] =
	"insert into client_certificate (client_id, sha256, der, serial, subject, not_before, not_after, added_at)"
	" select id, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz, $8::timestamptz from client where name = $1 and role = 'enterprise'"
	" on conflict do nothing returning client_id";
	struct db_param p[8] = { db_text(text_of(c->arguments[0])), db_bytes(x->sha256.b, sizeof(x->sha256.b)), db_bytes(x->der.at, x->der.len),
		                 db_text(x->serial), db_text(x->subject), db_time(&c->arena, x->not_before_us), db_time(&c->arena, x->not_after_us),
		                 db_time(&c->arena, clock_now_us(&c->clock)) };
	const struct db_rows *r = ctl_run(c, sql, p, 8, f);
	bool there;

	if (r == NULL)
		return false;
	if (db_row_count(r) == 1)
		return true;
	if (!has_client(c, c->arguments[0], &there, f))
		return false;
	if (!there)
		return fault_set(f, FAULT_NOT_FOUND, NO_CLIENT);
	return fault_set(f, FAULT_STATE_CONFLICT, "the certificate is bound to this client already, or was revoked");
}

bool client_certificate(struct ctl *c, struct fault *f)
{
	const struct certificate *x = certificate_load(&c->arena, c->arguments[1], f);

	if (x == NULL)
		return false;
	if (x->key_kind == KEY_OTHER)
		return fault_set(f, FAULT_RULE_BROKEN, "%s: its key is neither RSA nor SM2", c->arguments[1]);
	if (x->not_after_us < clock_now_us(&c->clock))
		return fault_set(f, FAULT_RULE_BROKEN, "%s: the certificate has expired", c->arguments[1]);
	return insert(c, x, f) && ctl_rules_moved(c, f) && rows_say_sha256(c, &x->sha256, f);
}

bool client_certificates(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "client", "sha256", "serial", "subject", "not_before", "not_after", "added_at", "revoked_at" };
	static const char select[] =
	"select c.name, encode(x.sha256, 'hex'), x.serial, x.subject, x.not_before, x.not_after, x.added_at, x.revoked_at"
	" from client_certificate x join client c on c.id = x.client_id where $1::text is null or c.name = $1 order by c.name, x.added_at, x.sha256";
	struct db_param p[1] = { rows_client(c) };

	return rows_show(c, &(struct shown){ .sql = select, .p = p, .count = 1, .columns = columns, .kinds = "ttttzzzz" }, f);
}

bool client_certificate_revoke(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update client_certificate set revoked_at = coalesce(revoked_at, $3::timestamptz)"
	" where client_id = (select id from client where name = $1) and sha256 = $2 returning client_id";
	struct sha256 sha256;

	if (!rows_read_sha256(c->arguments[1], "client certificates", &sha256, f))
		return false;
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), db_bytes(sha256.b, sizeof(sha256.b)), db_time(&c->arena, clock_now_us(&c->clock)) };
	return rows_change_held(c, &(struct change){ update, p, 3, { FAULT_NOT_FOUND, "this client has no such certificate" } }, f);
}

bool client_signature_set(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update client set signature_required = $2, signature_tolerant = $3 where name = $1 and role = 'enterprise' returning id";
	enum signature_required required;

	if (c->required == NULL || !signature_required_by_name(text_of(c->required), &required))
		return fault_set(f, FAULT_BAD_REQUEST, "--required is none, schema, text or all");
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->required)), db_bool(&c->arena, !c->strict_signature) };
	return rows_change_held(c, &(struct change){ update, p, 3, { FAULT_NOT_FOUND, NO_CLIENT } }, f);
}
