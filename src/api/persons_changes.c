/*
 * POST /v1/persons/flags/{id}/changes: a flag is disputed, upheld or withdrawn. Nothing is overwritten: a change is a record beside its flag.
 *
 *   persons_changes_post ──look──> may it be? (model/person_flag) ──(put, show)──> 201; 200 the same again; 403 404 409 422
 *
 * The person disputes at a counter, an operator's or a department's; the department that raised the flag answers for it and decides.
 */
#include "api/fields.h"
#include "api/handlers.h"
#include "api/persons.h"
#include "api/quality.h"
#include "base/log.h"
#include "model/person_flag.h"

static db_step_fn looked, changed;

static const struct db_stmt look_stmt = { /* $1 flag */
	.name = "person_flag_look",
	.sql =
	"select f.authority, f.ends_on - date '1970-01-01', (select count(*) from person_flag_change x where x.id = f.id), c.change, c.reason, c.client_id"
	" from person_flag f left join lateral ("
	"   select x.change, x.reason, x.client_id from person_flag_change x where x.id = f.id order by x.number desc limit 1) c on true where f.id = $1::uuid",
	.param_count = 1,
};
enum { LOOK_AUTHORITY, LOOK_ENDS, LOOK_COUNT, LOOK_CHANGE, LOOK_REASON, LOOK_CLIENT };

/* $1 flag, $2 number, $3 change, $4 reason, $5 now, $6 actor, $7 client, $8 department */
static const struct db_stmt put_stmt = {
	.name = "person_flag_change_put",
	.sql =
	"insert into person_flag_change (id, number, change, reason, recorded_at, actor, client_id, authority)"
	" values ($1::uuid, $2::integer, $3::text, $4::text, $5::timestamptz, $6::text, $7::integer, $8::text)",
	.param_count = 8,
	.flags = DB_WRITES,
};

static const struct db_stmt show_stmt = { /* $1 flag, $2 today, $3 titles in Chinese */
	.name = "person_flag_show",
	.sql = "select person_flag_json(f, date '1970-01-01' + $2::integer, $3::boolean) from person_flag f where f.id = $1::uuid",
	.param_count = 3,
};

struct change_wish { /* r->own: the body */
	struct id flag;
	enum person_flag_change change;
	struct text reason, actor;
};

enum step persons_changes_post(struct req *r)
{
	struct change_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	const char *why = persons_refusal(r);
	struct fault f = { 0 };
	struct fields x;
	struct text change;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (why != NULL)
		return persons_deny(r, why);
	if (!fields_read(r, "change reason", &x, &f))
		return reply_problem(r, &f);
	change = fields_text(&x, "change", 20, true);
	if (change.at != NULL && !person_flag_change_by_name(change, &w->change))
		fields_complain(&x, RULE_VALUE, "change", "disputed, upheld or withdrawn");
	w->reason = quality_read_words(&x, "reason", true);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (!id_parse(r->captures[0], &w->flag))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	w->actor = text_dup(r->arena, r->client.name);
	r->own = w;
	args_uuid(q, &w->flag);
	return args_await(r, q, &look_stmt, looked);
}

static struct args *args_show(struct req *r, const struct change_wish *w)
{
	struct args *q = args_new(r);

	args_uuid(q, &w->flag);
	args_i32(q, clock_day(r->now_us));
	args_bool(q, req_chinese(r));
	return q;
}

static bool may_change(const struct req *r, const struct change_wish *w, const struct db_rows *row, struct fault *f)
{
	bool is_theirs = r->client.has_authority && text_is(db_get_text(row, 0, LOOK_AUTHORITY), authority_code(r->client.authority));
	enum person_flag_change state = PERSON_FLAG_CHANGE_COUNT;

	if (w->change != PERSON_FLAG_DISPUTED && !is_theirs)
		return fault_set(f, FAULT_FORBIDDEN, "the department that raised the flag decides about it");
	if (!db_is_null(row, 0, LOOK_CHANGE) && !person_flag_change_by_name(db_get_text(row, 0, LOOK_CHANGE), &state))
		return fault_set(f, FAULT_BUG, "the flag is in no known state");
	return person_flag_fits(state, w->change, clock_day(r->now_us) >= (int32_t)db_get_int(row, 0, LOOK_ENDS), f);
}

static bool is_same_again(const struct req *r, const struct change_wish *w, const struct db_rows *row)
{
	return text_is(db_get_text(row, 0, LOOK_CHANGE), person_flag_change_name(w->change)) && text_eq(db_get_text(row, 0, LOOK_REASON), w->reason) &&
	       db_get_int(row, 0, LOOK_CLIENT) == r->client.id;
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	const struct change_wish *w = r->own;
	struct args *q, *show = args_show(r, w);
	const struct db_rows *row;
	struct fault f = { 0 };

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_row_count(row) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (is_same_again(r, w, row))
		return args_await(r, show, &show_stmt, reply_row);
	if (!may_change(r, w, row, &f))
		return reply_problem(r, &f);
	q = args_new(r);
	args_uuid(q, &w->flag);
	args_i32(q, (int32_t)db_get_int(row, 0, LOOK_COUNT) + 1);
	args_text(q, text_of(person_flag_change_name(w->change)));
	args_text(q, w->reason);
	args_time(q, r->now_us);
	args_text(q, w->actor);
	args_i32(q, r->client.id);
	args_text(q, r->client.has_authority ? text_of(authority_code(r->client.authority)) : (struct text){ NULL, 0 });
	if (q == NULL || show == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &put_stmt, q->p);
	db_call_add(&r->call, &show_stmt, show->p);
	return await_db(r, changed);
}

static enum step changed(struct req *r, const struct db_answer *a)
{
	const struct change_wish *w = r->own;

	if (a->outcome == DB_CONFLICT)
		return reply_fault(r, FAULT_STATE_CONFLICT, "somebody else changed the flag just now: look at it again");
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "person.flag_changed", TEXT_FMT " is %s, by client %d", TEXT_ARG(r->captures[0]),
	          person_flag_change_name(w->change), r->client.id);
	return reply_bytes(r, 201, "application/json", db_get_text(a->results[1], 0, 0));
}
