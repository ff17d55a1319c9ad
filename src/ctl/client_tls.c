/* client tls…: the certificates that a client shows when it connects. */
#include "base/certificate.h"
#include "ctl/rows.h"

bool client_tls_put(struct ctl *c, struct fault *f)
{
	static const char insert[] =
	"insert into client_tls (client_id, sha256, subject, not_after, added_at, added_by)"
	" select id, $2::bytea, $3::text, $4::timestamptz, $5::timestamptz, $6::text from client where name = $1::text"
	" on conflict do nothing returning client_id";
	const struct certificate *x = certificate_load(&c->arena, c->arguments[1], f);

	if (x == NULL)
		return false;
	if (x->not_after_us < clock_now_us(&c->clock))
		return fault_set(f, FAULT_RULE_BROKEN, "%s: the certificate has expired", c->arguments[1]);
	struct db_param p[6] = { db_text(text_of(c->arguments[0])), db_bytes(x->sha256.b, sizeof(x->sha256.b)), db_text(x->subject),
		                 db_time(&c->arena, x->not_after_us), db_time(&c->arena, clock_now_us(&c->clock)), db_text(ctl_actor(c)) };
	const struct change put = { insert, p, COUNTOF(p),
		                    { FAULT_STATE_CONFLICT, "there is no client of that name, or the certificate is a client's already, or was revoked" } };

	return rows_change_held(c, &put, f) && rows_say_sha256(c, &x->sha256, f);
}

bool client_tls_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "client", "sha256", "subject", "added_by", "not_after", "added_at", "revoked_at" };
	static const char select[] =
	"select c.name, encode(x.sha256, 'hex'), x.subject, x.added_by, x.not_after, x.added_at, x.revoked_at"
	" from client_tls x join client c on c.id = x.client_id where $1::text is null or c.name = $1 order by c.name, x.added_at, x.sha256";
	struct db_param p[1] = { rows_client(c) };

	return rows_show(c, &(struct shown){ .sql = select, .p = p, .count = COUNTOF(p), .columns = columns, .kinds = "ttttzzz" }, f);
}

bool client_tls_end(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update client_tls set revoked_at = coalesce(revoked_at, $3::timestamptz)"
	" where client_id = (select id from client where name = $1::text) and sha256 = $2::bytea returning client_id";
	struct sha256 sha256;

	if (!rows_read_sha256(c->arguments[1], "client tls-list", &sha256, f))
		return false;
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), db_bytes(sha256.b, sizeof(sha256.b)), db_time(&c->arena, clock_now_us(&c->clock)) };
	return rows_change_held(c, &(struct change){ update, p, COUNTOF(p), { FAULT_NOT_FOUND, "this client has no such certificate" } }, f);
}
