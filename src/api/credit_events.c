/*
 * /v1/credit/{code}/events: what is recorded of an enterprise, and what becomes of it. Nothing is ever overwritten: a repair, a waiver, a
 * dispute are records beside their event.
 *
 *   credit_events_post ──put──> 201; 200 the same again; 403 404 409 422
 *   credit_changes_post ──look──> may it be? ──put──> 201; 200 the same again; 403 404 409 422
 */
#include "api/args.h"
#include "api/credit.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "base/log.h"

#define EVENT_MEMBERS "kind weight day source decision_no reason evidence_sha256 authorisation"

enum { WEIGHT_MAX = 1000 };

static db_step_fn event_recorded, change_looked, change_recorded;

/*
 * $1 code, $2 kind, $3 weight (null: the usual one), $4 day, $5 source, $6 decision number, $7 reason, $8 evidence, $9 authorisation, $10 id,
 * $11 now, $12 today, $13 client, $14 titles in Chinese. w: what that decision was recorded as before.
 */
static const struct db_stmt put_event = {
	.name = "credit_event_put",
	.sql =
	"with s as (select code from credit_subject where code = $1::text),"
	" k as ("
	"  select * from credit_kind where kind = $2::text and valid_from <= date '1970-01-01' + $4::integer"
	"    and (valid_to is null or valid_to >= date '1970-01-01' + $4::integer)),"
	" w as (select * from credit_event where code = $1::text and kind = $2::text and decision_no = $6::text),"
	" n as (select count(*) < 500 as has_room from credit_event where code = $1::text),"
	" i as ("
	"  insert into credit_event (id, code, kind, degree, against, weight, day, source, decision_no, reason, evidence_sha256, authorisation, kind_row,"
	"    recorded_at, recorded_on, recorded_by)"
	"  select $10::uuid, s.code, k.kind, k.degree, k.against, coalesce($3::integer, k.weight), date '1970-01-01' + $4::integer, $5::text, $6::text, $7::text,"
	"    $8::bytea, $9::text, k.id, $11::timestamptz, date '1970-01-01' + $12::integer, $13::integer"
	"  from s cross join k cross join n where n.has_room and (k.degree = 'rating') = ($9::text is not null)"
	"  on conflict (code, kind, decision_no) do nothing returning *),"
	" p as (update credit_place set raise = raise + 1 where code = (select code from i))"
	" select (select credit_event_json(i::credit_event, case when $14::boolean then k.title_zh else k.title_en end, true, true) from i, k),"
	"  (select credit_event_json(w::credit_event, case when $14::boolean then k.title_zh else k.title_en end, true, true) from w, k),"
	"  (select w.day = date '1970-01-01' + $4::integer and w.weight = coalesce($3::integer, k.weight) and w.source = $5::text"
	"    and w.reason is not distinct from $7::text and w.evidence_sha256 is not distinct from $8::bytea"
	"    and w.authorisation is not distinct from $9::text from w, k),"
	"  exists (select from s), exists (select from k), coalesce((select degree = 'rating' from k), false), n.has_room from n",
	.param_count = 14,
	.flags = DB_WRITES,
};
enum { EVENT_NEW, EVENT_WAS, EVENT_SAME, EVENT_SUBJECT, EVENT_KIND, EVENT_IS_RATING, EVENT_ROOM };

/* $1 code, $2 event. How it stands, and from when on it may be repaired. */
static const struct db_stmt look_event = {
	.name = "credit_event_look",
	.sql =
	"select e.day - date '1970-01-01', (select count(*) from credit_event_change c where c.event_id = e.id), l.change, l.decision_no,"
	"   e.day + coalesce(g.repair_days, 0) - date '1970-01-01'"
	" from credit_event e left join lateral ("
	"   select change, decision_no from credit_event_change c where c.event_id = e.id order by c.number desc limit 1) l on true"
	" left join credit_degree g on g.degree = e.degree and g.valid_from <= e.day and (g.valid_to is null or g.valid_to >= e.day)"
	" where e.code = $1::text and e.id = $2::uuid",
	.param_count = 2,
};
enum { LOOK_DAY, LOOK_COUNT, LOOK_CHANGE, LOOK_DECISION, LOOK_REPAIR_FROM };

/* $1 code, $2 event, $3 number, $4 change, $5 day, $6 decision number, $7 reason, $8 now, $9 today, $10 client */
static const struct db_stmt put_change = {
	.name = "credit_change_put",
	.sql =
	"with i as ("
	"  insert into credit_event_change (event_id, number, change, day, decision_no, reason, recorded_at, recorded_on, recorded_by)"
	"  values ($2::uuid, $3::integer, $4::text, date '1970-01-01' + $5::integer, $6::text, $7::text, $8::timestamptz, date '1970-01-01' + $9::integer,"
	"    $10::integer) returning event_id)"
	" update credit_place p set raise = raise + 1 from i where p.code = $1::text",
	.param_count = 10,
	.flags = DB_WRITES,
};

static const struct db_stmt show_event = { /* $1 event, $2 titles in Chinese */
	.name = "credit_event_show",
	.sql =
	"select credit_event_json(e, case when $2::boolean then k.title_zh else k.title_en end, true, false)"
	" from credit_event e join credit_kind k on k.id = e.kind_row where e.id = $1::uuid",
	.param_count = 2,
};

/* --- what happened ------------------------------------------------------------------------------------------------- */

static int64_t read_weight(struct fields *x)
{
	const struct json *value = json_member(x->body, "weight");
	int64_t weight = 0;

	if (value != NULL && !json_is_null(value) && (!json_i64(value, &weight) || weight < 1 || weight > WEIGHT_MAX))
		fields_complain(x, RULE_VALUE, "weight", "a whole number from 1 to 1000");
	return weight;
}

static struct text read_evidence(struct fields *x)
{
	struct text hex = fields_text(x, "evidence_sha256", 64, false);
	struct sha256 *digest = arena_alloc(x->r->arena, sizeof(*digest));

	if (hex.at == NULL || digest == NULL)
		return (struct text){ NULL, 0 };
	if (hex.len != 64 || hex_decode(hex, digest->b, sizeof(digest->b)) != (long)sizeof(digest->b))
		fields_complain(x, RULE_FORM, "evidence_sha256", "64 hexadecimal digits");
	return (struct text){ (const char *)digest->b, sizeof(digest->b) };
}

static void args_event(struct args *q, struct req *r, struct fields *x)
{
	int32_t day = clock_day(r->now_us);
	struct text evidence;
	int64_t weight;

	args_text(q, r->captures[0]);
	args_text(q, fields_text(x, "kind", 10, true));
	weight = read_weight(x);
	if (weight > 0)
		args_i32(q, (int32_t)weight);
	else
		args_null(q);
	fields_day(x, "day", true, &day);
	fields_begun(x, "day", day);
	args_i32(q, day);
	args_text(q, fields_text(x, "source", CREDIT_TEXT_MAX, true));
	args_text(q, fields_text(x, "decision_no", CREDIT_NUMBER_MAX, true));
	args_text(q, fields_text(x, "reason", CREDIT_TEXT_MAX, false));
	evidence = read_evidence(x);
	if (evidence.at == NULL)
		args_null(q);
	else
		args_bytes(q, evidence.at, evidence.len);
	args_text(q, fields_text(x, "authorisation", CREDIT_NUMBER_MAX, false));
	args_new_id(q);
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_i32(q, r->client.id);
	args_bool(q, req_chinese(r));
}

enum step credit_events_post(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;

	if (!fields_read(r, EVENT_MEMBERS, &x, &f))
		return reply_problem(r, &f);
	args_event(q, r, &x);
	if (!fields_good(&x))
		return fields_refuse(&x);
	return args_await(r, q, &put_event, event_recorded);
}

static enum step event_recorded(struct req *r, const struct db_answer *a)
{
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_get_int(row, 0, EVENT_SUBJECT) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(row, 0, EVENT_KIND) == 0)
		return reply_fault(r, FAULT_BAD_REQUEST, "kind is one of GET /v1/credit-rules, in force on that day");
	if (!db_is_null(row, 0, EVENT_NEW)) {
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "credit.recorded", "an event of " TEXT_FMT ", by client %d",
		          TEXT_ARG(r->captures[0]), r->client.id);
		return reply_bytes(r, 201, "application/json", db_get_text(row, 0, EVENT_NEW));
	}
	if (!db_is_null(row, 0, EVENT_WAS) && db_get_int(row, 0, EVENT_SAME) != 0)
		return reply_bytes(r, 200, "application/json", db_get_text(row, 0, EVENT_WAS));
	if (!db_is_null(row, 0, EVENT_WAS))
		return reply_fault(r, FAULT_STATE_CONFLICT, "this decision is recorded with other content: change that event");
	if (db_get_int(row, 0, EVENT_ROOM) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "five hundred events are recorded of this enterprise: no more");
	return reply_fault(r, FAULT_BAD_REQUEST,
	                   db_get_int(row, 0, EVENT_IS_RATING) != 0 ? "a rating by a third party names the enterprise's authorisation" : "only ratings have an authorisation");
}

enum step credit_events_list(struct req *r)
{
	struct args *q = args_new(r);

	if (credit_tier_of(r, r->captures[0], false) == CREDIT_TIER_PUBLIC)
		return credit_deny(r, "events are shown to departments and to the enterprise itself");
	args_text(q, r->captures[0]);
	args_bool(q, req_chinese(r));
	args_bool(q, req_is_enterprise(r));
	return args_await_query(r, q, "credit_events", reply_row);
}

/* --- what became of it --------------------------------------------------------------------------------------------- */

struct change_wish { /* r->own: the body */
	struct id event;
	enum credit_change change;
	int32_t day;
	struct text decision_no, reason;
};

static enum step show(struct req *r, db_step_fn *then)
{
	const struct change_wish *w = r->own;
	struct args *q = args_new(r);

	args_uuid(q, &w->event);
	args_bool(q, req_chinese(r));
	return args_await(r, q, &show_event, then);
}

enum step credit_changes_post(struct req *r)
{
	struct change_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct fields x;
	struct text change;

	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!id_parse(r->captures[1], &w->event))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!fields_read(r, "change day decision_no reason", &x, &f))
		return reply_problem(r, &f);
	change = fields_text(&x, "change", 20, true);
	if (change.at != NULL && !credit_change_by_name(change, &w->change))
		fields_complain(&x, RULE_VALUE, "change", "disputed, confirmed, withdrawn, waived or repaired");
	w->day = clock_day(r->now_us);
	fields_day(&x, "day", false, &w->day);
	fields_begun(&x, "day", w->day);
	w->decision_no = fields_text(&x, "decision_no", CREDIT_NUMBER_MAX, true);
	w->reason = fields_text(&x, "reason", CREDIT_TEXT_MAX, false);
	if (!fields_good(&x))
		return fields_refuse(&x);
	if (r->client.role == ROLE_ENTERPRISE && (w->change != CREDIT_DISPUTED || !client_may_file_for(&r->client, r->captures[0])))
		return reply_fault(r, FAULT_FORBIDDEN, "an enterprise disputes its own events; the rest is decided by regulators");
	r->own = w;
	args_text(q, r->captures[0]);
	args_uuid(q, &w->event);
	return args_await(r, q, &look_event, change_looked);
}

static bool may_change(const struct change_wish *w, const struct db_rows *row, struct fault *f)
{
	enum credit_change state = CREDIT_CHANGE_COUNT;

	if (!db_is_null(row, 0, LOOK_CHANGE) && !credit_change_by_name(db_get_text(row, 0, LOOK_CHANGE), &state))
		return fault_set(f, FAULT_STATE_CONFLICT, "the event is in a state that is unknown here");
	if (!credit_change_fits(state, w->change, f))
		return false;
	if (w->day < (int32_t)db_get_int(row, 0, LOOK_DAY))
		return fault_set(f, FAULT_STATE_CONFLICT, "the change is dated before its event");
	if (w->change == CREDIT_REPAIRED && w->day < (int32_t)db_get_int(row, 0, LOOK_REPAIR_FROM))
		return fault_set(f, FAULT_STATE_CONFLICT, "an event of this degree is repaired %d days after it at the earliest",
		                 (int)(db_get_int(row, 0, LOOK_REPAIR_FROM) - db_get_int(row, 0, LOOK_DAY)));
	return true;
}

static enum step change_looked(struct req *r, const struct db_answer *a)
{
	const struct change_wish *w = r->own;
	struct args *q = args_new(r);
	struct fault f = { 0 };
	const struct db_rows *row;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[0];
	if (db_row_count(row) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (text_is(db_get_text(row, 0, LOOK_CHANGE), credit_change_name(w->change)) && text_eq(db_get_text(row, 0, LOOK_DECISION), w->decision_no))
		return show(r, reply_row); /* the same again */
	if (!may_change(w, row, &f))
		return reply_problem(r, &f);
	args_text(q, r->captures[0]);
	args_uuid(q, &w->event);
	args_i32(q, (int32_t)db_get_int(row, 0, LOOK_COUNT) + 1);
	args_text(q, text_of(credit_change_name(w->change)));
	args_i32(q, w->day);
	args_text(q, w->decision_no);
	args_text(q, w->reason);
	args_time(q, r->now_us);
	args_i32(q, clock_day(r->now_us));
	args_i32(q, r->client.id);
	return args_await(r, q, &put_change, change_recorded);
}

static enum step change_shown(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	return reply_bytes(r, 201, "application/json", db_get_text(a->results[0], 0, 0));
}

static enum step change_recorded(struct req *r, const struct db_answer *a)
{
	const struct change_wish *w = r->own;

	if (a->outcome == DB_CONFLICT)
		return reply_fault(r, FAULT_STATE_CONFLICT, "somebody else changed the event just now: look at it again");
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "credit.recorded", "an event of " TEXT_FMT " is %s, by client %d",
	          TEXT_ARG(r->captures[0]), credit_change_name(w->change), r->client.id);
	return show(r, change_shown);
}
