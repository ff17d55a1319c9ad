/* client tls…: the certificates that a client shows when it connects. */
#include <stdio.h>

#include "base/certificate.h"
#include "ctl/ctl.h"
#include "ctl/table.h"

bool client_tls_put(struct ctl *c, struct fault *f)
{
	static const char insert[] =
	"insert into client_tls (client_id, sha256, subject, not_after, added_at, added_by)"
	" select id, $2::bytea, $3::text, $4::timestamptz, $5::timestamptz, $6::text from client where name = $1::text"
	" on conflict do nothing returning client_id";
	const struct certificate *x = certificate_load(&c->arena, c->arguments[1], f);
	const struct db_rows *r;
	struct buf hex;

	if (x == NULL)
		return false;
	if (x->not_after_us < clock_now_us(&c->clock))
		return fault_set(f, FAULT_RULE_BROKEN, "%s: the certificate has expired", c->arguments[1]);
	struct db_param p[6] = { db_text(text_of(c->arguments[0])), db_bytes(x->sha256.b, sizeof(x->sha256.b)), db_text(x->subject),
		                 db_time(&c->arena, x->not_after_us), db_time(&c->arena, clock_now_us(&c->clock)), db_text(ctl_actor(c)) };
	r = ctl_run(c, insert, p, COUNTOF(p), f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "there is no client of that name, or the certificate is a client's already, or was revoked");
	if (!ctl_rules_moved(c, f))
		return false;
	buf_init(&hex, &c->arena, 2 * sizeof(x->sha256.b) + 1);
	buf_hex(&hex, x->sha256.b, sizeof(x->sha256.b));
	(void)printf("%s\n", hex.at);
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool client_tls_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "client", "sha256", "subject", "added_by", "not_after", "added_at", "revoked_at" };
	static const char select[] =
	"select c.name, encode(x.sha256, 'hex'), x.subject, x.added_by, x.not_after, x.added_at, x.revoked_at"
	" from client_tls x join client c on c.id = x.client_id where $1::text is null or c.name = $1 order by c.name, x.added_at, x.sha256";
	struct db_param p[1] = { db_text(text_of(c->argument_count == 1 ? c->arguments[0] : NULL)) };
	const struct db_rows *r = ctl_run(c, select, p, COUNTOF(p), f);
	struct table t;

	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int row = 0; row < db_row_count(r); row++) {
		for (int col = 0; col < 4; col++)
			table_text(&t, db_get_text(r, row, col));
		for (int col = 4; col < 7; col++)
			table_time(&t, r, row, col);
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool client_tls_end(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update client_tls set revoked_at = coalesce(revoked_at, $3::timestamptz)"
	" where client_id = (select id from client where name = $1::text) and sha256 = $2::bytea returning client_id";
	struct sha256 sha256;
	const struct db_rows *r;

	if (hex_decode(text_of(c->arguments[1]), sha256.b, sizeof(sha256.b)) != sizeof(sha256.b))
		return fault_set(f, FAULT_BAD_REQUEST, "a certificate is named by its SHA-256 in hex: tongguanctl client tls-list");
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), db_bytes(sha256.b, sizeof(sha256.b)), db_time(&c->arena, clock_now_us(&c->clock)) };
	r = ctl_run(c, update, p, COUNTOF(p), f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_NOT_FOUND, "this client has no such certificate");
	return ctl_rules_moved(c, f);
}
