/*
 * /v1/listings: the negative list of enterprises (RULES 7.5; E102, E109).
 *
 *   listings_post ──put──> 201; 200 the same again; 403 404 409 422      barred ──listings_exit──> exited
 *
 * A listing rests on an event of a kind that bars, and on a second person: who recorded the event does not list. From then on the enterprise
 * files nothing new (store/client_store), and what it has in process is inspected (flow/listing). Getting off the list and repairing the event
 * are two decisions.
 */
#include "api/credit.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/moved.h"
#include "base/log.h"

static db_step_fn listed, exited;

/* $1 code, $2 event, $3 decision number, $4 reason, $5 id, $6 now, $7 today, $8 client */
static const struct db_stmt put_listing = {
	.name = "listing_put",
	.sql =
	"with e as ("
	"  select e.*, k.bars, not exists (select from credit_event_change c where c.event_id = e.id and c.change in ('withdrawn', 'waived', 'repaired')) as stands"
	"  from credit_event e join credit_kind k on k.id = e.kind_row where e.code = $1::text and e.id = $2::uuid),"
	" w as (select l.* from listing l where l.event_id = $2::uuid),"
	" i as ("
	"  insert into listing (id, code, event_id, decision_no, reason, listed_at, listed_on, repair_from, term_ends, reviewed_by)"
	"  select $5::uuid, e.code, e.id, $3::text, $4::text, $6::timestamptz, t.day, t.day + credit_rule_on('listing_repair_days', t.day),"
	"    t.day + credit_rule_on('listing_end_days', t.day), $8::integer"
	"  from e cross join (select date '1970-01-01' + $7::integer as day) t"
	"  where e.bars and e.stands and e.recorded_by <> $8::integer on conflict (event_id) do nothing returning *),"
	" s as (insert into listing_search (listing_id) select id from i),"
	" p as (update credit_place set raise = raise + 1 where code = (select code from i))"
	" select (select listing_json(i::listing) from i), (select listing_json(w::listing) from w), (select w.decision_no = $3::text from w),"
	"  (select e.bars from e), (select e.stands from e), (select e.recorded_by = $8::integer from e)",
	.param_count = 8,
	.flags = DB_WRITES,
};
enum { PUT_NEW, PUT_WAS, PUT_SAME, PUT_BARS, PUT_STANDS, PUT_OWN };

/* $1 listing, $2 ground, $3 decision number, $4 reason, $5 now, $6 today, $7 client */
static const struct db_stmt put_exit = {
	.name = "listing_exit_put",
	.sql =
	"with l as ("
	"  select l.*, case when $2::text = 'repair' then l.repair_from else l.term_ends end as earliest from listing l where l.id = $1::uuid),"
	" w as (select x.* from listing_exit x where x.listing_id = $1::uuid),"
	" i as ("
	"  insert into listing_exit (listing_id, ground, decision_no, reason, exited_at, exited_on, reviewed_by)"
	"  select l.id, $2::text, $3::text, $4::text, $5::timestamptz, date '1970-01-01' + $6::integer, $7::integer"
	"  from l where l.earliest <= date '1970-01-01' + $6::integer on conflict do nothing returning *),"
	" p as (update credit_place set raise = raise + 1 where code = (select l.code from l, i))"
	" select exists (select from i), (select w.decision_no = $3::text from w), to_char(l.earliest, 'YYYY-MM-DD') from l",
	.param_count = 7,
	.flags = DB_WRITES,
};
enum { EXIT_NEW, EXIT_SAME, EXIT_EARLIEST };

static const struct db_stmt show_listing = { .name = "listing_show", .sql = "select listing_json(l) from listing l where l.id = $1::uuid", .param_count = 1 };

/* --- on the list ---------------------------------------------------------------------------------------------------- */

enum step listings_post(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct id event = { 0 };
	struct text event_text;

	if (!fields_read(r, "code event_id decision_no reason", &x, &f))
		return reply_problem(r, &f);
	args_text(q, fields_text(&x, "code", CREDIT_CODE_MAX, true));
	event_text = fields_text(&x, "event_id", 36, true);
	if (event_text.at != NULL && !id_parse(event_text, &event))
		fields_complain(&x, RULE_FORM, "event_id", "the id of an event");
	args_uuid(q, &event);
	args_text(q, fields_text(&x, "decision_no", CREDIT_NUMBER_MAX, true));
	args_text(q, fields_text(&x, "reason", CREDIT_TEXT_MAX, true));
	args_new_id(q);
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_i32(q, r->client.id);
	return fields_good(&x) ? moved_await(r, q, &put_listing, listed) : fields_refuse(&x);
}

static enum step listed(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (!db_is_null(row, 0, PUT_NEW)) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "listing.made", "by client %d", r->client.id);
		r->api->deps.reload(r->api->deps.arg);
		return reply_bytes(r, 201, "application/json", db_get_text(row, 0, PUT_NEW));
	}
	if (!db_is_null(row, 0, PUT_WAS) && db_get_int(row, 0, PUT_SAME) != 0)
		return reply_bytes(r, 200, "application/json", db_get_text(row, 0, PUT_WAS));
	if (db_is_null(row, 0, PUT_BARS))
		return reply_fault(r, FAULT_NOT_FOUND, "no such event is recorded of this enterprise");
	if (!db_is_null(row, 0, PUT_WAS))
		return reply_fault(r, FAULT_STATE_CONFLICT, "a listing rests on this event already");
	if (db_get_int(row, 0, PUT_BARS) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "an event of this kind does not bar an enterprise: a warning may be published (POST /v1/credit/{code}/warnings)");
	if (db_get_int(row, 0, PUT_STANDS) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "the event is withdrawn, waived or repaired");
	return reply_fault(r, FAULT_FORBIDDEN, "who recorded the event does not list the enterprise: a second person reviews it");
}

/* --- off the list --------------------------------------------------------------------------------------------------- */

static enum step show(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	return args_await(r, q, &show_listing, reply_row);
}

enum step listings_exit(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct text ground;
	struct id id;

	if (!fields_read(r, "ground decision_no reason", &x, &f))
		return reply_problem(r, &f);
	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	ground = fields_text(&x, "ground", 10, true);
	if (ground.at != NULL && !text_is(ground, "repair") && !text_is(ground, "term"))
		fields_complain(&x, RULE_VALUE, "ground", "repair or term");
	args_text(q, ground);
	args_text(q, fields_text(&x, "decision_no", CREDIT_NUMBER_MAX, true));
	args_text(q, fields_text(&x, "reason", CREDIT_TEXT_MAX, true));
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_i32(q, r->client.id);
	return fields_good(&x) ? moved_await(r, q, &put_exit, exited) : fields_refuse(&x);
}

static enum step exited(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;
	struct fault f = { 0 };

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_row_count(row) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(row, 0, EXIT_NEW) != 0) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "listing.ended", TEXT_FMT " by client %d", TEXT_ARG(r->captures[0]), r->client.id);
		r->api->deps.reload(r->api->deps.arg);
		return show(r);
	}
	if (!db_is_null(row, 0, EXIT_SAME) && db_get_int(row, 0, EXIT_SAME) != 0)
		return show(r);
	if (!db_is_null(row, 0, EXIT_SAME))
		return reply_fault(r, FAULT_STATE_CONFLICT, "the enterprise is off the list by another decision");
	(void)fault_set(&f, FAULT_STATE_CONFLICT, "on this ground it leaves the list on " TEXT_FMT " at the earliest", TEXT_ARG(db_get_text(row, 0, EXIT_EARLIEST)));
	return reply_problem(r, &f);
}

enum step listings_list(struct req *r)
{
	struct text code = httpd_query(r->http, "code"), state = httpd_query(r->http, "state");
	struct args *q = args_new(r);

	if (state.at != NULL && !text_is(state, "barred") && !text_is(state, "all"))
		return reply_fault(r, FAULT_BAD_REQUEST, "state is barred or all");
	args_text(q, code);
	args_bool(q, text_is(state, "all"));
	return args_await_query(r, q, "listings_list", reply_row);
}
