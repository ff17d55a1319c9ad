/* client: who may call. A token is shown once, when it is made; only its hash is kept. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/crypto.h"
#include "ctl/ctl.h"
#include "ctl/table.h"
#include "model/authority.h"
#include "model/onboarding.h"

enum { SECRET_BYTES = 32 };

const char *client_name(const struct ctl *c)
{
	return c->argument_count == 1 ? c->arguments[0] : c->name;
}

struct text client_actor(struct ctl *c)
{
	const struct passwd *user = getpwuid(getuid());
	struct buf b;

	buf_init(&b, &c->arena, 64);
	buf_str(&b, "tongguanctl:");
	if (user != NULL)
		buf_str(&b, user->pw_name);
	else
		buf_i64(&b, getuid());
	return buf_as_text(&b);
}

static bool check(const struct ctl *c, struct fault *f)
{
	const char *name = client_name(c), *role = c->role == NULL ? "" : c->role;
	bool is_enterprise = strcmp(role, "enterprise") == 0, is_regulator = strcmp(role, "regulator") == 0;
	bool is_operator = strcmp(role, "operator") == 0, is_authority = strcmp(role, "authority") == 0, is_bank = strcmp(role, "bank") == 0;
	enum authority authority;

	if (name == NULL || *name == '\0' || strlen(name) > 100 || text_utf8_length(text_of(name)) < 0 || strchr(name, '/') != NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "a client has a name of up to 100 bytes without '/'");
	if (!is_enterprise && !is_regulator && !is_operator && !is_authority && !is_bank)
		return fault_set(f, FAULT_BAD_REQUEST, "--role is enterprise, regulator, operator, authority or bank");
	if ((is_enterprise || is_bank) != (c->code_count > 0))
		return fault_set(f, FAULT_BAD_REQUEST, is_enterprise ? "an enterprise needs the company codes it files for: --code"
		                                       : is_bank ? "a bank needs its own credit code: --code" : "--code is for enterprises and banks");
	if (c->authority != NULL && !is_authority && !is_regulator)
		return fault_set(f, FAULT_BAD_REQUEST, "--authority is for the roles authority and regulator");
	if (is_authority && c->authority == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "the role authority needs --authority CODE");
	if (c->authority != NULL && !authority_by_code(text_of(c->authority), &authority))
		return fault_set(f, FAULT_BAD_REQUEST, "there is no authority %.20s", c->authority);
	return true;
}

/* "tg_" and 43 characters. */
static bool make_token(struct ctl *c, struct buf *token, struct sha256 *hash, struct fault *f)
{
	uint8_t secret[SECRET_BYTES];

	if (!crypto_random(secret, sizeof(secret)))
		return fault_set(f, FAULT_SYSTEM, "the kernel gave no random bytes");
	buf_init(token, &c->arena, 64);
	buf_str(token, "tg_");
	buf_base64url(token, secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	*hash = sha256_of(buf_as_text(token));
	return !token->full || fault_set(f, FAULT_SYSTEM, "no memory for a token");
}

static struct db_param codes_param(struct ctl *c)
{
	struct db_array x;

	db_array_begin(&x, &c->arena, DB_KIND_TEXT, c->code_count, 32 * (size_t)c->code_count);
	for (int i = 0; i < c->code_count; i++)
		db_array_text(&x, c->codes[i]);
	return db_array_end(&x);
}

bool client_add(struct ctl *c, struct fault *f)
{
	static const char insert[] =
	"with c as (insert into client (name, role, codes, authority, token_sha256, created_at, expires_at, state)"
	"  values ($1, $2, $3, $4, $5, $6::timestamptz, $6::timestamptz + $7::integer * interval '1 day', $8::text)"
	"  on conflict (name) do nothing returning id),"
	" s as (insert into client_state_change (client_id, to_state, at, actor)"
	"  select id, $8::text, $6::timestamptz, $9::text from c where $8::text is not null)"
	" select id from c";
	const struct db_rows *r;
	const char *state = NULL;
	struct db_param days;
	struct sha256 hash;
	struct buf token;

	if (!check(c, f) || !ctl_number(c, "expires-days", c->expires_days, &days, f) || !make_token(c, &token, &hash, f))
		return false;
	if (strcmp(c->role, "enterprise") == 0)
		state = client_state_name(CLIENT_APPLIED);
	struct db_param p[9] = { db_text(text_of(client_name(c))), db_text(text_of(c->role)), codes_param(c), db_text(text_of(c->authority)),
		                 db_bytes(hash.b, sizeof(hash.b)), db_time(&c->arena, clock_now_us(&c->clock)), days,
		                 db_text(text_of(state)), db_text(client_actor(c)) };
	r = ctl_run(c, insert, p, 9, f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "there is a client of that name");
	if (!ctl_rules_moved(c, f))
		return false;
	(void)printf("%s\n", token.at);
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "the token could not be printed: disable the client and make another");
}

bool client_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "name", "role", "codes", "authority", "state", "created_at", "expires_at", "disabled_at", "signature" };
	static const char select[] =
	"select name, role, array_to_string(codes, ','), authority, state, created_at, expires_at, disabled_at,"
	"   signature_required || case when signature_tolerant then '' else ' strict' end from client order by name";
	const struct db_rows *r = ctl_run(c, select, NULL, 0, f);
	struct table t;

	if (r == NULL)
		return false;
	table_begin(&t, &c->arena, columns, (int)COUNTOF(columns));
	for (int row = 0; row < db_row_count(r); row++) {
		for (int col = 0; col < 5; col++)
			table_text(&t, db_get_text(r, row, col));
		for (int col = 5; col < 8; col++)
			table_time(&t, r, row, col);
		table_text(&t, db_get_text(r, row, 8));
	}
	return table_end(&t, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}

bool client_reading(struct ctl *c, struct fault *f)
{
	const char *how = c->arguments[1];
	const struct db_rows *r;

	if (strcmp(how, "strict") != 0 && strcmp(how, "lenient") != 0)
		return fault_set(f, FAULT_BAD_REQUEST, "messages are read strict or lenient");
	struct db_param p[2] = { db_text(text_of(c->arguments[0])), db_bool(&c->arena, strcmp(how, "strict") == 0) };
	r = ctl_run(c, "update client set strict_reading = $2 where name = $1 and role = 'enterprise' returning id", p, COUNTOF(p), f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_NOT_FOUND, "there is no enterprise of that name");
	return ctl_rules_moved(c, f);
}

bool client_disable(struct ctl *c, struct fault *f)
{
	const char *name = client_name(c);
	const struct db_rows *r;

	if (name == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "which client?");
	struct db_param p[2] = { db_text(text_of(name)), db_time(&c->arena, clock_now_us(&c->clock)) };
	r = ctl_run(c, "update client set disabled_at = coalesce(disabled_at, $2) where name = $1 returning id", p, 2, f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return fault_set(f, FAULT_NOT_FOUND, "there is no client of that name");
	return ctl_rules_moved(c, f);
}
