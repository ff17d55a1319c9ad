/*
 * POST /v1/enterprises/{code}/changes: what is registered anew, and an operator's steps.
 *
 *   enterprises_change ──enterprise_get──> found (may it change so?) ──write──> changed ──> the record as it is now
 *
 * A change is a version more; what was before stays. The write is guarded by the version that was read: of two callers one is told to
 * look again. What the business register tells otherwise is frozen: nobody changes it before an operator has resolved the difference.
 */
#include "api/enterprises.h"

#include "api/handlers.h"
#include "base/log.h"

enum { REASON_MAX = 300 };

struct change { /* r->own */
	struct fields x;
	struct enterprise_wish wish;
	enum enterprise_state to;
	bool has_state;
	struct text reason, actor;
};

static db_step_fn found, changed;

/* $1 enterprise, $2 version that was read; $3 to $12 as enterprise_wish_args has them (null: stays); $13 state (null: stays), $14 now, $15 its
 * day, $16 actor, $17 reason, $18 facts that it changes. A row when it was made; none: the park is unknown, or a fact was frozen meanwhile. */
static const struct db_stmt change_stmt = {
	.name = "enterprise_change",
	.sql =
	"with v as (insert into enterprise_version (enterprise_id, version, state, name, roles, customs_codes, inspection_no, tax_no, district_code,"
	"    address, representative, representative_hash, park, from_at, actor, reason)"
	"  select o.enterprise_id, o.version + 1, coalesce($13::text, o.state), coalesce($3::text, o.name), coalesce($4::text[], o.roles),"
	"    coalesce($5::text[], o.customs_codes), coalesce($6::text, o.inspection_no), coalesce($7::text, o.tax_no),"
	"    coalesce($8::text, o.district_code), coalesce($9::text, o.address), coalesce($10::text, o.representative),"
	"    coalesce($11::bytea, o.representative_hash), coalesce($12::text, o.park), $14::timestamptz, $16::text, $17::text"
	"  from enterprise_version o where o.enterprise_id = $1::integer and o.version = $2::integer"
	"    and not enterprise_frozen(o.enterprise_id) && string_to_array($18::text, ',')"
	"    and ($12::text is null or exists (select 1 from park where code = $12::text"
	"      and date '1970-01-01' + $15::integer between valid_from and coalesce(valid_to, 'infinity')))"
	"  returning *),"
	" wanted as (select k.kind, k.number, v.enterprise_id from v join enterprise e on e.id = v.enterprise_id cross join lateral ("
	"    select 'customs', unnest(v.customs_codes) union select 'inspection', v.inspection_no"
	"    union select 'tax', coalesce(v.tax_no, e.credit_code)) k(kind, number) where k.number is not null),"
	" gone as (delete from enterprise_number n using v where n.enterprise_id = v.enterprise_id and n.kind <> 'credit'"
	"    and not exists (select 1 from wanted w where w.kind = n.kind and w.number = n.number)),"
	" come as (insert into enterprise_number (kind, number, enterprise_id)"
	"  select w.kind, w.number, w.enterprise_id from wanted w where not exists (select 1 from enterprise_number n"
	"    where n.kind = w.kind and n.number = w.number and n.enterprise_id = w.enterprise_id))"
	" select nextval('right_revision') from v",
	.param_count = 18,
	.flags = DB_WRITES,
};

static bool is_empty(const struct change *c)
{
	const struct enterprise_wish *w = &c->wish;

	return !c->has_state && enterprise_wish_facts(w) == 0 && !w->roles.is_given && !w->customs_codes.is_given && w->inspection_no.at == NULL &&
	       w->tax_no.at == NULL && w->park.at == NULL;
}

static void read_state(struct fields *x, struct change *c)
{
	struct text state = fields_text(x, "state", 20, false);

	c->has_state = state.at != NULL;
	if (c->has_state && !enterprise_state_by_name(state, &c->to))
		fields_complain(x, RULE_VALUE, "state", "filed, suspended or closed");
	c->reason = fields_text(x, "reason", REASON_MAX, false);
}

enum step enterprises_change(struct req *r)
{
	struct change *c = arena_zalloc(r->arena, sizeof(*c));
	struct fault f = { 0 };

	if (c == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!fields_read(r, "state reason " ENTERPRISE_MEMBERS, &c->x, &f))
		return reply_problem(r, &f);
	read_state(&c->x, c);
	/* the digest of a representative is over the credit code, which the path may not say: it is made when the record is known */
	if (!enterprise_wish_read(&c->x, r->captures[0], false, &c->wish, &f))
		return reply_problem(r, &f);
	if (!fields_good(&c->x))
		return fields_refuse(&c->x);
	if (is_empty(c))
		return reply_fault(r, FAULT_BAD_REQUEST, "nothing is to be changed");
	if (c->has_state && r->client.role != ROLE_OPERATOR)
		return reply_fault(r, FAULT_FORBIDDEN, "only operators move an enterprise to another state");
	c->actor = text_dup(r->arena, r->client.name);
	r->own = c;
	return enterprise_look(r, found);
}

static bool may_change(struct req *r, const struct change *c, const struct db_rows *row, struct fault *f)
{
	unsigned frozen = enterprise_facts_read(db_get_text(row, 0, ENTERPRISE_FROZEN)) & enterprise_wish_facts(&c->wish);
	enum enterprise_state from;

	if (!enterprise_state_by_name(db_get_text(row, 0, ENTERPRISE_STATE), &from))
		return fault_set(f, FAULT_STATE_CONFLICT, "its state belongs to a newer program");
	if (from == ENTERPRISE_CLOSED)
		return fault_set(f, FAULT_STATE_CONFLICT, "the registration is closed");
	if (frozen != 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "frozen until an operator has resolved the alert: " TEXT_FMT, TEXT_ARG(enterprise_facts_words(r, frozen)));
	return !c->has_state || enterprise_state_may_move(from, c->to, c->reason, f);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	struct change *c = r->own;
	const struct db_rows *row;
	struct text credit, person = json_text(json_member(c->x.body, "representative"));
	struct fault f = { 0 };
	struct args *q = args_new(r);

	if (a->outcome != DB_DONE || db_row_count(a->results[0]) == 0)
		return reply_row(r, a);
	row = a->results[0];
	if (r->client.role != ROLE_OPERATOR && db_get_int(row, 0, ENTERPRISE_WHOLE) == 0)
		return reply_fault(r, FAULT_FORBIDDEN, "an enterprise changes its own registration");
	if (!may_change(r, c, row, &f))
		return reply_problem(r, &f);
	credit = text_dup(r->arena, db_get_text(row, 0, ENTERPRISE_CREDIT));
	if (person.at != NULL)
		c->wish.representative_hash = enterprise_person_hash(r, TEXT(""), credit, person);
	args_i32(q, (int32_t)db_get_int(row, 0, ENTERPRISE_ID));
	args_i32(q, (int32_t)db_get_int(row, 0, ENTERPRISE_VERSION));
	enterprise_wish_args(q, &c->wish);
	args_text(q, c->has_state ? text_of(enterprise_state_name(c->to)) : (struct text){ NULL, 0 });
	args_time(q, r->now_us);
	args_day(q, clock_day(r->now_us));
	args_text(q, c->actor);
	args_text(q, c->reason);
	args_text(q, enterprise_facts_words(r, enterprise_wish_facts(&c->wish)));
	return enterprise_await(r, &change_stmt, q, credit, changed);
}

static enum step changed(struct req *r, const struct db_answer *a)
{
	const struct change *c = r->own;

	if (a->outcome == DB_CONFLICT)
		return reply_fault(r, FAULT_STATE_CONFLICT, "somebody else changed it just now, or one of its numbers is another enterprise's: look at it again");
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0) {
		if (c->wish.park.at != NULL)
			return fields_refuse_member(r, RULE_VALUE, "park", ENTERPRISE_PARK_WANTED);
		return reply_fault(r, FAULT_STATE_CONFLICT, "somebody else changed it just now: look at it again");
	}
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "enterprise.changed", TEXT_FMT " %s by client %d",
	          TEXT_ARG(db_get_text(a->results[1], 0, ENTERPRISE_CREDIT)), c->has_state ? enterprise_state_name(c->to) : "", r->client.id);
	r->api->deps.moved(r->api->deps.arg);
	return reply_bytes(r, 200, "application/json", db_get_text(a->results[1], 0, ENTERPRISE_JSON));
}
