/* One call at a time: a piece of the search, then some of the holds, then what became of their answers. */
#include "flow/listing.h"

#include "base/log.h"
#include "flow/own_answer.h"
#include "model/clearance.h"

enum { PIECE = 2000, HOLDS = 100, SEARCH_PARAMS = 3, HOLDS_PARAMS = 7, STORED_PARAMS = 4 };

/* $1 now, $2 how many declarations, $3 states in which they are open */
static const struct db_stmt search_stmt = {
	.name = "listing_search",
	.sql =
	"with s as materialized (select * from listing_search order by listing_id limit 1 for update skip locked),"
	" l as materialized ("
	"  select s.*, l.code, coalesce((select array_agg(c.id) from client c where l.code = any (c.codes)), '{}') as clients"
	"  from s join listing l on l.id = s.listing_id),"
	" page as materialized ("
	"  select d.* from l cross join lateral ("
	"    select d.bucket, d.id, d.state, d.platform_code, d.client_ids from declaration d where d.bucket = l.bucket and d.id > l.after"
	"    order by d.bucket, d.id limit $2::integer) d),"
	" h as ("
	"  insert into listing_hold (listing_id, bucket, declaration_id, found_at)"
	"  select l.listing_id, p.bucket, p.id, $1::timestamptz from l cross join page p"
	"  where p.state = any ($3::text[]) and (p.platform_code = l.code or p.client_ids && l.clients) on conflict do nothing returning 1),"
	" n as (select l.listing_id, l.bucket, count(p.id) < $2::integer as is_last, (array_agg(p.id order by p.id desc))[1] as at"
	"  from l left join page p on true group by l.listing_id, l.bucket),"
	" u as ("
	"  update listing_search x set bucket = x.bucket + n.is_last::integer,"
	"    after = case when n.is_last then '00000000-0000-0000-0000-000000000000' else n.at end"
	"  from n where x.listing_id = n.listing_id and not (n.is_last and n.bucket = 63)),"
	" d as (delete from listing_search x using n where x.listing_id = n.listing_id and n.is_last and n.bucket = 63)"
	" select n.listing_id, n.is_last and n.bucket = 63, (select count(*) from h) from n",
	.param_count = SEARCH_PARAMS,
	.flags = DB_WRITES,
};
enum { SEARCH_LISTING, SEARCH_OVER, SEARCH_FOUND };

/*
 * $1 now, $2 how many, $3 $4 $5 behind which hold, $6 states in which a declaration is over, $7 what of customs' last words needs no
 * inspection. v: customs' part in what is declared; k: when it is asked for, and whether it is.
 */
static const struct db_stmt holds_stmt = {
	.name = "listing_holds",
	.sql =
	"with w as materialized ("
	"  select h.* from listing_hold h where h.ended_at is null and (h.listing_id, h.bucket, h.declaration_id) > ($3::uuid, $4::smallint, $5::uuid)"
	"  order by h.listing_id, h.bucket, h.declaration_id limit $2::integer for update skip locked),"
	" k as materialized ("
	"  select w.listing_id, w.bucket, w.declaration_id, v.version, v.reference, l.decision_no,"
	"    d.state = any ($6::text[]) or exists (select from listing_exit x where x.listing_id = w.listing_id) as is_over,"
	"    w.asked_version is not distinct from v.version as was_asked,"
	"    case when w.asked_version = v.version then w.asked_at else greatest($1::timestamptz, said.at + interval '1 microsecond') end as at,"
	"    v.version is not null and case when w.asked_version = v.version then not w.stored else coalesce(said.outcome, '') <> all ($7::text[]) end as is_wanted"
	"  from w join listing l on l.id = w.listing_id"
	"  cross join lateral (select state from declaration d where d.bucket = w.bucket and d.id = w.declaration_id offset 0) d"
	"  left join lateral ("
	"    select v.version, v.reference from delivery v where v.bucket = w.bucket and v.declaration_id = w.declaration_id and v.authority = 'CUS'"
	"      and v.withdrawal is null order by v.version desc limit 1) v on true"
	"  left join lateral ("
	"    select a.at, a.outcome from authority_receipt a where a.bucket = w.bucket and a.declaration_id = w.declaration_id and a.authority = 'CUS'"
	"      and a.version = v.version order by a.at desc, a.id desc limit 1) said on true),"
	" o as ("
	"  update listing_hold h set ended_at = $1::timestamptz from k where k.is_over and h.listing_id = k.listing_id and h.bucket = k.bucket"
	"    and h.declaration_id = k.declaration_id),"
	" u as ("
	"  update listing_hold h set asked_at = k.at, asked_version = k.version, stored = false from k where k.is_wanted and not k.is_over"
	"    and not k.was_asked and h.listing_id = k.listing_id and h.bucket = k.bucket and h.declaration_id = k.declaration_id)"
	" select listing_id, bucket, declaration_id, is_wanted and not is_over, version, at, decision_no, reference from k"
	" order by listing_id, bucket, declaration_id",
	.param_count = HOLDS_PARAMS,
	.flags = DB_WRITES,
};
enum { HOLD_LISTING, HOLD_BUCKET, HOLD_DECLARATION, HOLD_WANTED, HOLD_VERSION, HOLD_AT, HOLD_DECISION, HOLD_REFERENCE };

/* $1 listings, $2 buckets, $3 declarations, $4 versions */
static const struct db_stmt stored_stmt = {
	.name = "listing_stored",
	.sql =
	"update listing_hold h set stored = true from unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::integer[]) as x(listing_id, bucket, id, version)"
	" where h.listing_id = x.listing_id and h.bucket = x.bucket and h.declaration_id = x.id and h.asked_version = x.version",
	.param_count = STORED_PARAMS,
	.flags = DB_WRITES,
};

struct asked {
	struct listing *of;
	struct id listing;
	struct inbox_item item;
};

struct listing {
	struct follower base;
	struct db_param params[HOLDS_PARAMS];
	struct { struct id listing, declaration; int16_t bucket; } place; /* behind which hold the next step looks */
	struct asked asked[HOLDS];
	int asked_count, open; /* open: in the inbox's hands */
	bool goes_on;
};

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void on_marked(struct db_call *call, const struct db_answer *a)
{
	struct listing *l = container_of(call, struct listing, base.call);

	if (follower_is_good(&l->base, a))
		follower_rest(&l->base, l->goes_on);
}

static void mark(struct listing *l)
{
	static const enum db_kind kinds[STORED_PARAMS] = { DB_KIND_UUID, DB_KIND_I16, DB_KIND_UUID, DB_KIND_I32 };
	struct db_array x[STORED_PARAMS];
	int stored = 0;

	for (int i = 0; i < l->asked_count; i++)
		stored += l->asked[i].item.outcome == INBOX_STORED;
	if (stored == 0) {
		follower_rest(&l->base, false);
		return;
	}
	for (int i = 0; i < STORED_PARAMS; i++)
		db_array_begin(&x[i], &l->base.arena, kinds[i], stored, 24 * (size_t)stored);
	for (int i = 0; i < l->asked_count; i++) {
		const struct inbox_answer *answer = &l->asked[i].item.answer;

		if (l->asked[i].item.outcome != INBOX_STORED)
			continue;
		db_array_id(&x[0], &l->asked[i].listing);
		db_array_i64(&x[1], id_bucket(&answer->declaration));
		db_array_id(&x[2], &answer->declaration);
		db_array_i64(&x[3], answer->version);
	}
	for (int i = 0; i < STORED_PARAMS; i++)
		l->params[i] = db_array_end(&x[i]);
	log_event(NULL, LOG_LEVEL_NOTICE, "listing.inspects", "%d declarations", stored);
	follower_ask(&l->base, &stored_stmt, l->params, on_marked);
}

static void on_answered(struct inbox_item *item)
{
	struct asked *asked = container_of(item, struct asked, item);

	if (--asked->of->open == 0)
		mark(asked->of);
}

static struct text info_of(struct listing *l, struct text decision_no)
{
	struct buf b;

	buf_init(&b, &l->base.arena, 128);
	buf_str(&b, "信用负面清单，事中全面查验：");
	buf_text(&b, decision_no);
	return buf_as_text(&b);
}

static void fill(struct listing *l, const struct db_rows *r, int row, struct asked *asked)
{
	struct inbox_answer *answer = &asked->item.answer;

	*asked = (struct asked){ .of = l, .item = { .has_answer = true } };
	(void)db_get_id(r, row, HOLD_LISTING, &asked->listing);
	(void)db_get_id(r, row, HOLD_DECLARATION, &answer->declaration);
	answer->authority = AUTHORITY_CUS;
	answer->version = (int)db_get_int(r, row, HOLD_VERSION);
	answer->status = TEXT("500");
	answer->outcome = OUTCOME_INSPECT;
	answer->giver = GIVER_RULE;
	answer->at_us = db_get_time(r, row, HOLD_AT);
	answer->info = info_of(l, db_get_text(r, row, HOLD_DECISION));
	own_answer_seal(&l->base.arena, answer, db_get_text(r, row, HOLD_REFERENCE));
}

/* What the inbox has no room for is asked for by a later step: its time stands in the row. */
static void submit(struct listing *l)
{
	int count = l->asked_count;

	l->open = 1; /* until all are submitted, whoever ends first */
	for (int i = 0; i < count; i++) {
		l->open++;
		if (!inbox_submit(l->base.deps.inbox, &l->asked[i].item, on_answered)) {
			l->open--;
			l->asked[i].item.outcome = INBOX_TRY_AGAIN;
		}
	}
	if (--l->open == 0)
		mark(l);
}

/* --- holds -------------------------------------------------------------------------------------------------------- */

static void on_holds(struct db_call *call, const struct db_answer *a)
{
	struct listing *l = container_of(call, struct listing, base.call);
	const struct db_rows *r;
	int rows;

	if (!follower_is_good(&l->base, a))
		return;
	r = a->results[0];
	rows = db_row_count(r);
	l->asked_count = 0;
	for (int row = 0; row < rows; row++)
		if (db_get_int(r, row, HOLD_WANTED) != 0)
			fill(l, r, row, &l->asked[l->asked_count++]);
	memset(&l->place, 0, sizeof(l->place));
	if (rows == HOLDS) { /* there may be more behind them; else from the beginning */
		(void)db_get_id(r, rows - 1, HOLD_LISTING, &l->place.listing);
		(void)db_get_id(r, rows - 1, HOLD_DECLARATION, &l->place.declaration);
		l->place.bucket = (int16_t)db_get_int(r, rows - 1, HOLD_BUCKET);
	}
	l->goes_on = rows == HOLDS;
	if (l->base.arena.full)
		follower_put_off(&l->base, "answers", "no memory");
	else if (l->asked_count == 0)
		follower_rest(&l->base, l->goes_on);
	else
		submit(l);
}

/* States that are over, or those that are not. */
static struct db_param states(struct listing *l, bool over)
{
	struct db_array x;
	int n = 0;

	for (int s = 0; s < STATE_COUNT; s++)
		n += state_is_final((enum declaration_state)s) == over;
	db_array_begin(&x, &l->base.arena, DB_KIND_TEXT, n, 16 * (size_t)n);
	for (int s = 0; s < STATE_COUNT; s++)
		if (state_is_final((enum declaration_state)s) == over)
			db_array_text(&x, text_of(state_name((enum declaration_state)s)));
	return db_array_end(&x);
}

static struct db_param said_enough(struct listing *l)
{
	static const enum part_outcome outcomes[] = { OUTCOME_CLEAR, OUTCOME_REJECTED, OUTCOME_INSPECT };
	struct db_array x;

	db_array_begin(&x, &l->base.arena, DB_KIND_TEXT, COUNTOF(outcomes), 48);
	for (size_t i = 0; i < COUNTOF(outcomes); i++)
		db_array_text(&x, text_of(outcome_name(outcomes[i])));
	return db_array_end(&x);
}

static void look_at_holds(struct listing *l)
{
	l->params[0] = db_time(&l->base.arena, clock_now_us(l->base.deps.clock));
	l->params[1] = db_i32(&l->base.arena, HOLDS);
	l->params[2] = db_id(&l->place.listing);
	l->params[3] = db_i16(&l->base.arena, l->place.bucket);
	l->params[4] = db_id(&l->place.declaration);
	l->params[5] = states(l, true);
	l->params[6] = said_enough(l);
	follower_ask(&l->base, &holds_stmt, l->params, on_holds);
}

/* --- the search --------------------------------------------------------------------------------------------------- */

static void on_searched(struct db_call *call, const struct db_answer *a)
{
	struct listing *l = container_of(call, struct listing, base.call);

	if (!follower_is_good(&l->base, a))
		return;
	if (db_row_count(a->results[0]) > 0 && db_get_int(a->results[0], 0, SEARCH_OVER) == 0) {
		follower_rest(&l->base, true);
		return;
	}
	look_at_holds(l);
}

static void begin(struct follower *f)
{
	struct listing *l = container_of(f, struct listing, base);

	l->params[0] = db_time(&f->arena, clock_now_us(f->deps.clock));
	l->params[1] = db_i32(&f->arena, PIECE);
	l->params[2] = states(l, false);
	follower_ask(f, &search_stmt, l->params, on_searched);
}

const struct follower_kind listing_kind = {
	.what = "the negative list",
	.put_off_event = "listing.put_off",
	.bytes = sizeof(struct listing),
	.step_bytes = (size_t)4 << 20,
	.stands_back = true,
	.begin = begin,
};
