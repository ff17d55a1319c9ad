/* limit: how many requests clients may make. Rows are closed, never edited. */
#include "ctl/rows.h"
#include "store/client_store.h"
#include "store/quota_store.h"

static bool check(const struct ctl *c, struct fault *f)
{
	bool role_known = c->role == NULL;
	enum quota_class class;

	for (int r = ROLE_PUBLIC + 1; r < ROLE_COUNT && !role_known; r++)
		role_known = strcmp(c->role, role_name((enum role)r)) == 0;
	if (!quota_class_by_name(text_of(c->arguments[0]), &class))
		return fault_set(f, FAULT_BAD_REQUEST, "a class is filing, reading or writing");
	if (!role_known || (c->role != NULL && c->name != NULL))
		return fault_set(f, FAULT_BAD_REQUEST, "a limit is of one --role, of the client --name, or of everybody");
	if (c->quota == NULL || c->window_s == NULL || c->source == NULL || *c->source == '\0')
		return fault_set(f, FAULT_BAD_REQUEST, "--quota, --window-s and --source are needed");
	return true;
}

bool limit_add(struct ctl *c, struct fault *f)
{
	static const char insert[] =
	"insert into rate_limit (class, client_id, role, quota, window_s, valid_from, source)"
	" select $1::text, (select id from client where name = $2::text), $3::text, $4::integer, $5::integer, $6::timestamptz, $7::text"
	" where $2::text is null or exists (select from client where name = $2::text) returning id";
	struct db_param quota, window, from = db_time(&c->arena, clock_now_us(&c->clock));

	if (!check(c, f) || !ctl_number(c, "quota", c->quota, &quota, f) || !ctl_number(c, "window-s", c->window_s, &window, f)
	    || !ctl_time(c, "from", c->from, &from, f))
		return false;
	struct db_param p[7] = { db_text(text_of(c->arguments[0])), db_text(text_of(c->name)), db_text(text_of(c->role)), quota, window, from,
		                 db_text(text_of(c->source)) };
	return rows_change_held(c, &(struct change){ insert, p, COUNTOF(p), { FAULT_NOT_FOUND, "there is no client of that name" } }, f);
}

bool limit_list(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "id", "class", "of", "quota", "window_s", "source", "valid_from", "valid_to" };
	static const char select[] =
	"select l.id::text, l.class, coalesce('client ' || c.name, l.role, 'everybody'), l.quota::text, l.window_s::text, l.source, l.valid_from, l.valid_to"
	" from rate_limit l left join client c on c.id = l.client_id order by l.class, l.client_id nulls last, l.role nulls last, l.valid_from, l.id";

	return rows_show(c, &(struct shown){ .sql = select, .columns = columns, .kinds = "ttttttzz" }, f);
}

bool limit_close(struct ctl *c, struct fault *f)
{
	static const char update[] = "update rate_limit set valid_to = $2::timestamptz where id = $1::integer and valid_to is null returning id";
	struct db_param id, to = db_time(&c->arena, clock_now_us(&c->clock));

	if (!ctl_number(c, "id", c->arguments[0], &id, f) || !ctl_time(c, "to", c->to, &to, f))
		return false;
	struct db_param p[2] = { id, to };
	return rows_change_held(c, &(struct change){ update, p, COUNTOF(p), { FAULT_NOT_FOUND, "there is no such limit, or it is closed" } }, f);
}
