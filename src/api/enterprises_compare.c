/*
 * Registrations against the business register (E23).
 *
 *   comparisons_post ──enterprise_get──> found (compare) ──write──> compared: 201, what differs
 *   alerts_list, alerts_resolve
 *
 * Who asks brings what the register says. What differs is an alert, and frozen until an operator has resolved it; what an open alert names
 * already raises no second one.
 */
#include "api/enterprises.h"

#include "api/handlers.h"
#include "api/page.h"
#include "base/log.h"

#define MEMBERS "source as_of name district_code address representative standing"
enum { SOURCE_MAX = 100, REASON_MAX = 300 };

struct comparison { /* r->own */
	struct fields x;
	struct text source, actor;
	int32_t as_of;
	struct enterprise_facts said; /* the representative as its name */
	struct id id, alert;
	unsigned differ;
};

static db_step_fn found, compared, resolved;

/* $1 enterprise, $2 version, $3 comparison, $4 alert, $5 source, $6 as of, $7 said, $8 what differs, $9 now, $10 actor. One row: what is
 * frozen since, and the alert if there is a new one. The enterprise's row is locked: of two comparisons the second sees the first one's. */
static const struct db_stmt lock_stmt = {
	.name = "enterprise_lock",
	.sql = "select 1 from enterprise where id = $1::integer for no key update",
	.param_count = 1,
	.flags = DB_WRITES,
};
static const struct db_stmt compare_stmt = {
	.name = "enterprise_compare",
	.sql =
	"with c as (insert into register_comparison (id, enterprise_id, version, source, as_of, said, differ, compared_at, actor)"
	"  values ($3::uuid, $1::integer, $2::integer, $5::text, date '1970-01-01' + $6::integer, $7::text::json, string_to_array($8::text, ','),"
	"    $9::timestamptz, $10::text) returning *),"
	" n as (select array_agg(f) as facts from c, unnest(c.differ) f where f <> all (enterprise_frozen($1::integer))),"
	" a as (insert into enterprise_alert (id, enterprise_id, comparison_id, facts, raised_at)"
	"  select $4::uuid, $1::integer, c.id, n.facts, $9::timestamptz from c, n where n.facts is not null returning id)"
	" select json_build_object('id', c.id, 'enterprise', (select credit_code from enterprise where id = $1::integer), 'version', c.version,"
	"   'source', c.source, 'as_of', c.as_of, 'said', c.said, 'differ', c.differ, 'compared_at', local_time(c.compared_at), 'actor', c.actor,"
	"   'alert', (select id from a)), (select nextval('right_revision') from a) from c",
	.param_count = 10,
	.flags = DB_WRITES,
};

/* --- comparing -------------------------------------------------------------------------------------------------------- */

static void read_said(struct fields *x, struct comparison *c)
{
	static const long most[FACT_COUNT] = { [FACT_NAME] = 100, [FACT_DISTRICT] = 6, [FACT_ADDRESS] = 200, [FACT_REPRESENTATIVE] = 60, [FACT_STANDING] = 20 };

	c->source = fields_text(x, "source", SOURCE_MAX, true);
	fields_day(x, "as_of", true, &c->as_of);
	for (int f = 0; f < FACT_COUNT; f++)
		c->said.of[f] = fields_text(x, enterprise_fact_name((enum enterprise_fact)f), most[f], f == FACT_NAME || f == FACT_STANDING);
	if (c->said.of[FACT_STANDING].at != NULL && !enterprise_standing_known(c->said.of[FACT_STANDING]))
		fields_complain(x, RULE_VALUE, "standing", "in_business, revoked, cancelled or moved_out");
	if (c->as_of > clock_day(x->r->now_us))
		fields_complain(x, RULE_VALUE, "as_of", "a day that has begun");
}

enum step comparisons_post(struct req *r)
{
	struct comparison *c = arena_zalloc(r->arena, sizeof(*c));
	struct fault f = { 0 };

	if (c == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!fields_read(r, MEMBERS, &c->x, &f))
		return reply_problem(r, &f);
	if (!enterprise_sees_all(r))
		return reply_fault(r, FAULT_FORBIDDEN, "only the market regulator and operators compare with the business register");
	read_said(&c->x, c);
	if (!fields_good(&c->x))
		return fields_refuse(&c->x);
	if (c->said.of[FACT_REPRESENTATIVE].at != NULL && r->api->conf.identity_keys.count == 0)
		return reply_fault(r, FAULT_BUSY, "no key for identities is configured here: leave the representative out");
	c->actor = text_dup(r->arena, r->client.name);
	c->id = id_new(r->api->deps.ids, r->now_us, 0);
	c->alert = id_new(r->api->deps.ids, r->now_us, 0);
	r->own = c;
	return enterprise_look(r, found);
}

static unsigned compare(struct req *r, const struct comparison *c, const struct db_rows *row)
{
	struct text credit = db_get_text(row, 0, ENTERPRISE_CREDIT), person = c->said.of[FACT_REPRESENTATIVE];
	struct enterprise_facts ours = { .of = { [FACT_NAME] = db_get_text(row, 0, ENTERPRISE_NAME), [FACT_DISTRICT] = db_get_text(row, 0, ENTERPRISE_DISTRICT),
		                                 [FACT_ADDRESS] = db_get_text(row, 0, ENTERPRISE_ADDRESS),
		                                 [FACT_REPRESENTATIVE] = db_get_text(row, 0, ENTERPRISE_PERSON) } };
	struct enterprise_facts registers = c->said;
	struct identity_hash hash;

	if (person.at != NULL) {
		hash = enterprise_person_hash(r, ours.of[FACT_REPRESENTATIVE], credit, person);
		registers.of[FACT_REPRESENTATIVE] = identity_hash_bytes(&hash);
	}
	return enterprise_compare(r->arena, &ours, &registers);
}

/* What is kept of the register's words: no person's name. */
static struct text said_json(struct req *r, const struct comparison *c)
{
	struct buf b;

	buf_init(&b, r->arena, 512);
	for (int f = 0; f < FACT_COUNT; f++) {
		struct text value = c->said.of[f];

		if (f == FACT_REPRESENTATIVE && value.at != NULL)
			value = enterprise_mask_name(r->arena, value);
		buf_char(&b, f == 0 ? '{' : ',');
		buf_json(&b, text_of(enterprise_fact_name((enum enterprise_fact)f)));
		buf_char(&b, ':');
		buf_json(&b, value);
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	struct comparison *c = r->own;
	struct args *lock = args_new(r), *q = args_new(r);
	const struct db_rows *row;

	if (a->outcome != DB_DONE || db_row_count(a->results[0]) == 0)
		return reply_row(r, a);
	row = a->results[0];
	c->differ = compare(r, c, row);
	args_i32(lock, (int32_t)db_get_int(row, 0, ENTERPRISE_ID));
	args_i32(q, (int32_t)db_get_int(row, 0, ENTERPRISE_ID));
	args_i32(q, (int32_t)db_get_int(row, 0, ENTERPRISE_VERSION));
	args_uuid(q, &c->id);
	args_uuid(q, &c->alert);
	args_text(q, c->source);
	args_day(q, c->as_of);
	args_text(q, said_json(r, c));
	args_text(q, enterprise_facts_words(r, c->differ));
	args_time(q, r->now_us);
	args_text(q, c->actor);
	if (q == NULL || lock == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &lock_stmt, lock->p);
	db_call_add(&r->call, &compare_stmt, q->p);
	return await_db(r, compared);
}

static enum step compared(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!db_is_null(a->results[1], 0, 1)) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_WARNING, "enterprise.alert", TEXT_FMT ": the business register tells otherwise",
		          TEXT_ARG(r->captures[0]));
		r->api->deps.moved(r->api->deps.arg);
	}
	return reply_bytes(r, 201, "application/json", db_get_text(a->results[1], 0, 0));
}

/* --- alerts ----------------------------------------------------------------------------------------------------------- */

/* $1 alert, $2 enterprise's number, $3 now, $4 actor, $5 reason. A row when it was open. */
static const struct db_stmt resolve_stmt = {
	.name = "enterprise_resolve",
	.sql =
	"update enterprise_alert set resolved_at = $3::timestamptz, resolved_by = $4::text, reason = $5::text"
	" where id = $1::uuid and enterprise_id = enterprise_by_number($2::text) and resolved_at is null returning nextval('right_revision')",
	.param_count = 5,
	.flags = DB_WRITES,
};

enum step alerts_resolve(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct text reason;
	struct id id;

	if (!fields_read(r, "reason", &x, &f))
		return reply_problem(r, &f);
	reason = fields_text(&x, "reason", REASON_MAX, true);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (!id_parse(r->captures[1], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_text(q, r->captures[0]);
	args_time(q, r->now_us);
	args_text(q, text_dup(r->arena, r->client.name));
	args_text(q, reason);
	return enterprise_await(r, &resolve_stmt, q, r->captures[0], resolved);
}

static enum step resolved(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0 || db_row_count(a->results[1]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "no such alert of this enterprise is open");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "enterprise.resolved", TEXT_FMT " by client %d", TEXT_ARG(r->captures[0]),
	          r->client.id);
	r->api->deps.moved(r->api->deps.arg);
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[1], 0, ENTERPRISE_JSON));
}

enum step alerts_list(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	if (!enterprise_sees_all(r))
		return reply_fault(r, FAULT_FORBIDDEN, "only the market regulator and operators see all alerts");
	page_args(q, page);
	return args_await_query(r, q, "enterprise_alerts", page_reply);
}
