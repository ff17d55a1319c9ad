/* client: who may call. */
#include <string.h>

#include "ctl/rows.h"
#include "model/authority.h"
#include "model/onboarding.h"

static bool check(const struct ctl *c, struct fault *f)
{
	const char *name = ctl_client_name(c), *role = c->role == NULL ? "" : c->role;
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
	"with c as (insert into client (name, role, codes, authority, created_at, state)"
	"  values ($1, $2, $3, $4, $5::timestamptz, $7::text)"
	"  on conflict (name) do nothing returning id),"
	" s as (insert into client_state_change (client_id, to_state, at, actor)"
	"  select id, $7::text, $5::timestamptz, $8::text from c where $7::text is not null)"
	" insert into client_token (client_id, sha256, last4, created_at, created_by, expires_at)"
	"  select id, $9::bytea, $10::text, $5::timestamptz, $8::text, $5::timestamptz + $6::integer * interval '1 day' from c returning client_id";
	const char *state = NULL;
	struct fresh_token fresh;
	struct db_param days;

	if (!check(c, f) || !ctl_number(c, "expires-days", c->expires_days, &days, f) || !client_token_make(&c->arena, &fresh, f))
		return false;
	if (strcmp(c->role, "enterprise") == 0)
		state = client_state_name(CLIENT_APPLIED);
	struct db_param p[10] = { db_text(text_of(ctl_client_name(c))), db_text(text_of(c->role)), codes_param(c), db_text(text_of(c->authority)),
		                  db_time(&c->arena, clock_now_us(&c->clock)), days, db_text(text_of(state)), db_text(ctl_actor(c)),
		                  db_bytes(fresh.sha256.b, sizeof(fresh.sha256.b)), db_text(fresh.last4) };
	return rows_change_held(c, &(struct change){ insert, p, COUNTOF(p), { FAULT_STATE_CONFLICT, "there is a client of that name" } }, f)
	       && client_token_print(&fresh, f);
}

bool client_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "name", "role", "codes", "authority", "state", "created_at", "expires_at", "disabled_at", "signature" };
	static const char select[] =
	"select name, role, array_to_string(codes, ','), authority, state, created_at, client_expires_at(id), disabled_at,"
	"   signature_required || case when signature_tolerant then '' else ' strict' end from client order by name";

	return rows_show(c, &(struct shown){ .sql = select, .columns = columns, .kinds = "tttttzzzt" }, f);
}

bool client_reading(struct ctl *c, struct fault *f)
{
	static const char update[] = "update client set strict_reading = $2 where name = $1 and role = 'enterprise' returning id";
	const char *how = c->arguments[1];

	if (strcmp(how, "strict") != 0 && strcmp(how, "lenient") != 0)
		return fault_set(f, FAULT_BAD_REQUEST, "messages are read strict or lenient");
	struct db_param p[2] = { db_text(text_of(c->arguments[0])), db_bool(&c->arena, strcmp(how, "strict") == 0) };
	return rows_change_held(c, &(struct change){ update, p, COUNTOF(p), { FAULT_NOT_FOUND, "there is no enterprise of that name" } }, f);
}

bool client_disable(struct ctl *c, struct fault *f)
{
	static const char update[] = "update client set disabled_at = coalesce(disabled_at, $2) where name = $1 returning id";
	const char *name = ctl_client_name(c);

	if (name == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "which client?");
	struct db_param p[2] = { db_text(text_of(name)), db_time(&c->arena, clock_now_us(&c->clock)) };
	return rows_change_held(c, &(struct change){ update, p, COUNTOF(p), { FAULT_NOT_FOUND, "there is no client of that name" } }, f);
}
