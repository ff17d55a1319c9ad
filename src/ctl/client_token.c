/* client token…: a client's tokens. A new one is printed once; only its hash is kept. */
#include <stdio.h>

#include "ctl/rows.h"
#include "store/client_token.h"

bool client_token_print(const struct fresh_token *t, struct fault *f)
{
	(void)printf(TEXT_FMT "\n", TEXT_ARG(t->text));
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "the token could not be printed: revoke it and make another");
}

bool client_token(struct ctl *c, struct fault *f)
{
	static const char insert[] =
	"insert into client_token (client_id, sha256, last4, label, created_at, created_by, expires_at)"
	" select id, $2::bytea, $3::text, $4::text, $5::timestamptz, $6::text, $5::timestamptz + $7::integer * interval '1 day'"
	" from client where name = $1::text returning id";
	struct fresh_token fresh;
	struct db_param days;

	if (c->label != NULL && strlen(c->label) > CLIENT_TOKEN_LABEL_BYTES_MAX)
		return fault_set(f, FAULT_BAD_REQUEST, "--label is a text of up to %d bytes", CLIENT_TOKEN_LABEL_BYTES_MAX);
	if (!ctl_number(c, "expires-days", c->expires_days, &days, f) || !client_token_make(&c->arena, &fresh, f))
		return false;
	struct db_param p[7] = { db_text(text_of(c->arguments[0])), db_bytes(fresh.sha256.b, sizeof(fresh.sha256.b)), db_text(fresh.last4),
		                 db_text(text_of(c->label)), db_time(&c->arena, clock_now_us(&c->clock)), db_text(ctl_actor(c)), days };
	return rows_change_held(c, &(struct change){ insert, p, COUNTOF(p), { FAULT_NOT_FOUND, "there is no client of that name" } }, f)
	       && client_token_print(&fresh, f);
}

bool client_tokens(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "client", "id", "last4", "label", "created_by", "created_at", "expires_at", "revoked_at" };
	static const char select[] =
	"select c.name, t.id::text, t.last4, t.label, t.created_by, t.created_at, t.expires_at, t.revoked_at"
	" from client_token t join client c on c.id = t.client_id where $1::text is null or c.name = $1 order by c.name, t.id";
	struct db_param p[1] = { rows_client(c) };

	return rows_show(c, &(struct shown){ .sql = select, .p = p, .count = COUNTOF(p), .columns = columns, .kinds = "tttttzzz" }, f);
}

bool client_token_end(struct ctl *c, struct fault *f)
{
	static const char update[] =
	"update client_token set revoked_at = coalesce(revoked_at, $3::timestamptz)"
	" where client_id = (select id from client where name = $1::text) and id = $2::integer returning id";
	struct db_param id;

	if (!ctl_number(c, "id", c->arguments[1], &id, f))
		return false;
	struct db_param p[3] = { db_text(text_of(c->arguments[0])), id, db_time(&c->arena, clock_now_us(&c->clock)) };
	return rows_change_held(c, &(struct change){ update, p, COUNTOF(p), { FAULT_NOT_FOUND, "this client has no such token: tongguanctl client tokens" } }, f);
}
