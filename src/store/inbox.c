/*
 * What comes back, in batches.
 *
 *   submit ──> waiting ──> flight: ends, answers ──┬─ done: stored, repeated or unknown
 *                 ^                                ├─ failed: the same items again (storing twice is harmless), a few times
 *                 │                                └─ bad data, too large: by halves, one after the other
 *                 └── what arrives meanwhile
 *
 * Lock order as everywhere: declarations (sorted), then todo and deliveries.
 */
#include "store/inbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "model/personal.h"

#define FLIGHTS      1 /* the four answers of a declaration come close together: in one flight they raise it once */
#define BATCH_MAX    1024
#define TRIES_MAX    5
#define PAUSE_US     50000
#define FLIGHT_BYTES ((size_t)64 << 20)

/*
 * A receipt that is new raises its declaration's seq; one work row holds all that were raised. Customs answers name a preNo, the others the
 * declaration; both must be a delivery of ours. Answers a row per item: whether it was found, whether it was new and
 * whether it is the first of its delivery.
 */
static const struct db_stmt answers = {
	.name = "inbox_answers",
	.sql =
	"with a as materialized ("
	"  select x.*, d.bucket, d.declaration_id, d.version as declared_version, d.outcome as stood"
	"  from unnest($1::integer[], $2::text[], $3::text[], $4::smallint[], $5::uuid[], $6::integer[], $7::text[], $8::text[], $9::timestamptz[],"
	"    $10::bytea[], $11::text[], $12::bytea[], $16::uuid[]) as x(place, authority, reference, want_bucket, want_declaration, want_version, status,"
	"    outcome, at, digest, info, body, id)"
	"  left join lateral ("
	"    (select bucket, declaration_id, version, outcome from delivery d where x.reference is not null and d.reference = x.reference and d.authority = x.authority"
	"      order by version desc limit 1)"
	"    union all"
	"    (select bucket, declaration_id, version, outcome from delivery d where x.reference is null and d.bucket = x.want_bucket"
	"      and d.declaration_id = x.want_declaration and d.authority = x.authority and d.version = x.want_version)"
	"  ) d on true),"
	/* locks in the common order, before a receipt that a judgement may be storing at the same time */
	" held as materialized ("
	"  select d.id from declaration d join (select distinct bucket, declaration_id from a where declaration_id is not null) x"
	"    on d.bucket = x.bucket and d.id = x.declaration_id order by d.bucket, d.id for no key update of d),"
	" fresh as ("
	"  insert into authority_receipt (bucket, declaration_id, id, authority, version, status, at, digest, outcome, info, received_at, body)"
	"  select bucket, declaration_id, id, authority, declared_version, status, at, digest, outcome, info, $13::timestamptz, body"
	"  from a where declaration_id is not null and (select count(*) from held) > 0 order by bucket, declaration_id, id"
	"  on conflict do nothing returning bucket, declaration_id, id, authority, version, outcome),"
	" c as ("
	"  insert into change (id, made_at, types, declaration_ids, authorities, versions, outcomes)"
	"  select $15::uuid, $13::timestamptz, array_agg('authority.answered'::text), array_agg(declaration_id), array_agg(authority), array_agg(version),"
	"    array_agg(outcome) from fresh having count(*) > 0),"
	" u as ("
	"  update declaration d set seq = d.seq + 1, changed_at = $13::timestamptz"
	"  from (select distinct bucket, declaration_id from fresh order by bucket, declaration_id) f"
	"  where d.bucket = f.bucket and d.id = f.declaration_id returning d.bucket, d.id),"
	" t as ("
	"  insert into work (bucket, id, declaration_ids, made_at, lease_until)"
	"  select id_bucket($15::uuid), $15::uuid, array_agg(id), $13::timestamptz, now() + $14::integer * interval '1 second' from u having count(*) > 0)"
	" select a.place, a.declaration_id, f.id is not null and row_number() over (partition by a.declaration_id, a.id order by a.place) = 1,"
	"   a.stood = 'none'"
	" from a left join fresh f on f.declaration_id = a.declaration_id and f.id = a.id",
	.param_count = 16,
	.flags = DB_WRITES,
};

/* Attempts that ended for good: a newer version may have waited for this one, so its declaration is judged again. */
static const struct db_stmt deaths = {
	.name = "inbox_deaths",
	.sql =
	"with u as ("
	"  update declaration d set seq = d.seq + 1, changed_at = $6::timestamptz"
	"  from (select distinct v.bucket, v.declaration_id"
	"    from unnest($1::smallint[], $2::uuid[], $3::text[], $4::integer[], $5::uuid[]) as x(bucket, declaration_id, authority, version, lease)"
	"    join delivery v on v.bucket = x.bucket and v.declaration_id = x.declaration_id and v.authority = x.authority and v.version = x.version"
	"      and v.lease = x.lease order by v.bucket, v.declaration_id) f"
	"  where d.bucket = f.bucket and d.id = f.declaration_id returning d.bucket, d.id)"
	" insert into work (bucket, id, declaration_ids, made_at, lease_until)"
	" select id_bucket($7::uuid), $7::uuid, array_agg(id), $6::timestamptz, '-infinity' from u having count(*) > 0",
	.param_count = 7,
	.flags = DB_WRITES,
};

/* How attempts ended; the lease is the fence: an attempt that woke too late changes no row. What was given up is told in the feed. */
static const struct db_stmt ends = {
	.name = "inbox_ends",
	.sql =
	"with e as ("
	" update delivery d set state = x.state, listed = nullif(x.state, 'sent'), attempts = x.attempts, reason = x.reason, lease = null, lease_until = null,"
	"   due_at = case when x.state = 'sent' then d.due_at else x.due_at end," /* indexed: what does not change keeps the update cheap */
	"   sent_at = case when x.state = 'sent' then $9::timestamptz else d.sent_at end"
	" from unnest($1::smallint[], $2::uuid[], $3::text[], $4::integer[], $5::uuid[], $6::text[], $7::integer[], $8::timestamptz[], $10::text[])"
	"   as x(bucket, declaration_id, authority, version, lease, state, attempts, due_at, reason)"
	" where d.bucket = x.bucket and d.declaration_id = x.declaration_id and d.authority = x.authority and d.version = x.version"
	"   and d.lease = x.lease returning d.declaration_id, d.authority, d.version, d.state)"
	" insert into change (id, made_at, types, declaration_ids, authorities, versions)"
	" select $11::uuid, $9::timestamptz, array_agg('delivery.dead'::text), array_agg(declaration_id), array_agg(authority), array_agg(version)"
	" from e where state = 'dead' having count(*) > 0",
	.param_count = 11,
	.flags = DB_WRITES,
};

struct flight {
	struct inbox *home;
	struct arena arena;
	struct db_call call;
	struct id work_id, deaths_id, ends_id;
	struct db_param answer_params[16], death_params[7], end_params[11];
	struct inbox_item *list[BATCH_MAX];   /* the whole batch, sorted */
	struct inbox_item **items;            /* the part under way */
	int total, count, answer_count, end_count, death_count;
	int tries;
	struct loop_timer pause;
	bool busy;
};

struct inbox {
	struct inbox_deps deps;
	struct inbox_item *head, **tail;
	int waiting;
	struct flight flights[FLIGHTS];
	struct loop_timer gather;
};

static db_done_fn on_stored;
static void fly(struct flight *fl);

/* --- parameters ------------------------------------------------------------------------------------------------ */

static int compare_items(const void *x, const void *y)
{
	const struct inbox_item *a = *(struct inbox_item *const *)x, *b = *(struct inbox_item *const *)y;
	const struct id *da = a->has_end ? &a->end.declaration : &a->answer.declaration;
	const struct id *db = b->has_end ? &b->end.declaration : &b->answer.declaration;
	int16_t ba = id_bucket(da), bb = id_bucket(db);
	int order = ba != bb ? (ba < bb ? -1 : 1) : id_cmp(da, db);

	if (order != 0 || !a->has_end || !b->has_end)
		return order;
	order = strcmp(authority_code(a->end.authority), authority_code(b->end.authority));
	return order != 0 ? order : (a->end.version > b->end.version) - (a->end.version < b->end.version);
}

struct id inbox_answer_id(const struct inbox_answer *w)
{
	const struct text parts[] = {
		text_of(authority_code(w->authority)), w->reference, { (const char *)&w->version, sizeof(w->version) }, w->status,
		{ (const char *)&w->at_us, sizeof(w->at_us) }, { (const char *)w->digest.b, sizeof(w->digest.b) },
	};

	return id_of_key('R', parts, COUNTOF(parts));
}

bool inbox_seal_body(struct vault *v, struct arena *a, const struct id *id, struct text body, struct text *out)
{
	const struct vault_place place = vault_at("authority_receipt", id);

	return vault_seal(v, a, &place, body, out);
}

static bool put_answer(struct flight *fl, struct db_array *x, int place, const struct inbox_answer *w)
{
	bool by_reference = w->reference.at != NULL;
	struct id id = inbox_answer_id(w);
	struct text sealed;

	if (!inbox_seal_body(fl->home->deps.vault, &fl->arena, &id, w->body, &sealed))
		return false;
	db_array_i64(&x[0], place);
	db_array_text(&x[1], text_of(authority_code(w->authority)));
	db_array_text(&x[2], w->reference);
	if (by_reference)
		db_array_null(&x[3]);
	else
		db_array_i64(&x[3], id_bucket(&w->declaration));
	db_array_id(&x[4], by_reference ? NULL : &w->declaration);
	db_array_i64(&x[5], w->version);
	db_array_text(&x[6], w->status);
	db_array_text(&x[7], text_of(outcome_name(w->outcome)));
	db_array_i64(&x[8], w->at_us);
	db_array_bytes(&x[9], w->digest.b, sizeof(w->digest.b));
	db_array_text(&x[10], personal_scrub(&fl->arena, w->info));
	db_array_bytes(&x[11], sealed.at, sealed.len);
	db_array_id(&x[12], &id);
	return true;
}

static bool answer_params(struct flight *fl, int64_t now_us)
{
	static const enum db_kind kinds[13] = { DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I16, DB_KIND_UUID, DB_KIND_I32, DB_KIND_TEXT,
		                                DB_KIND_TEXT, DB_KIND_TIME, DB_KIND_BYTEA, DB_KIND_TEXT, DB_KIND_BYTEA, DB_KIND_UUID };
	struct db_array x[13];
	size_t bodies = 0;

	for (int i = 0; i < fl->count; i++)
		bodies += fl->items[i]->has_answer ? fl->items[i]->answer.body.len : 0;
	for (int i = 0; i < 13; i++)
		db_array_begin(&x[i], &fl->arena, kinds[i], fl->answer_count, i == 11 ? bodies : 40 * (size_t)fl->answer_count);
	for (int i = 0; i < fl->count; i++)
		if (fl->items[i]->has_answer && !put_answer(fl, x, i, &fl->items[i]->answer))
			return false;
	for (int i = 0; i < 12; i++)
		fl->answer_params[i] = db_array_end(&x[i]);
	fl->answer_params[15] = db_array_end(&x[12]);
	fl->answer_params[12] = db_time(&fl->arena, now_us);
	fl->work_id = id_new(fl->home->deps.ids, now_us, (int16_t)(id_random(fl->home->deps.ids) % ID_BUCKETS));
	fl->answer_params[13] = db_i32(&fl->arena, fl->home->deps.work_lease_s);
	fl->answer_params[14] = db_id(&fl->work_id);
	db_call_add(&fl->call, &answers, fl->answer_params);
	return true;
}

static void end_params(struct flight *fl, int64_t now_us)
{
	static const enum db_kind kinds[9] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32,
		                               DB_KIND_TIME, DB_KIND_TEXT };
	struct db_array x[9];

	for (int i = 0; i < 9; i++)
		db_array_begin(&x[i], &fl->arena, kinds[i], fl->end_count, 24 * (size_t)fl->end_count);
	for (int i = 0; i < fl->count; i++) {
		const struct inbox_end *e = &fl->items[i]->end;

		if (!fl->items[i]->has_end)
			continue;
		db_array_i64(&x[0], id_bucket(&e->declaration));
		db_array_id(&x[1], &e->declaration);
		db_array_text(&x[2], text_of(authority_code(e->authority)));
		db_array_i64(&x[3], e->version);
		db_array_id(&x[4], &e->lease);
		db_array_text(&x[5], text_of(delivery_state_name(e->state)));
		db_array_i64(&x[6], e->attempts);
		db_array_i64(&x[7], e->due_us);
		db_array_text(&x[8], e->reason);
	}
	for (int i = 0; i < 8; i++)
		fl->end_params[i] = db_array_end(&x[i]);
	fl->end_params[8] = db_time(&fl->arena, now_us);
	fl->end_params[9] = db_array_end(&x[8]);
	fl->ends_id = id_new(fl->home->deps.ids, now_us, (int16_t)(id_random(fl->home->deps.ids) % ID_BUCKETS));
	fl->end_params[10] = db_id(&fl->ends_id);
	db_call_add(&fl->call, &ends, fl->end_params);
}

static bool is_death(const struct inbox_item *item)
{
	return item->has_end && item->end.state == DELIVERY_DEAD;
}

static void death_params(struct flight *fl, int64_t now_us)
{
	static const enum db_kind kinds[5] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_UUID };
	struct db_array x[5];

	for (int i = 0; i < 5; i++)
		db_array_begin(&x[i], &fl->arena, kinds[i], fl->death_count, 24 * (size_t)fl->death_count);
	for (int i = 0; i < fl->count; i++) {
		const struct inbox_end *e = &fl->items[i]->end;

		if (!is_death(fl->items[i]))
			continue;
		db_array_i64(&x[0], id_bucket(&e->declaration));
		db_array_id(&x[1], &e->declaration);
		db_array_text(&x[2], text_of(authority_code(e->authority)));
		db_array_i64(&x[3], e->version);
		db_array_id(&x[4], &e->lease);
	}
	for (int i = 0; i < 5; i++)
		fl->death_params[i] = db_array_end(&x[i]);
	fl->death_params[5] = db_time(&fl->arena, now_us);
	fl->deaths_id = id_new(fl->home->deps.ids, now_us, (int16_t)(id_random(fl->home->deps.ids) % ID_BUCKETS));
	fl->death_params[6] = db_id(&fl->deaths_id);
	db_call_add(&fl->call, &deaths, fl->death_params);
}

/* --- flight ---------------------------------------------------------------------------------------------------- */

static void wait_for_company(struct inbox *b);

/* The part under way is over: what is left of the batch is next. */
static void part_over(struct flight *fl)
{
	fl->items += fl->count;
	fl->count = fl->total - (int)(fl->items - fl->list);
	fl->tries = 0;
	if (fl->count > 0) {
		fly(fl);
		return;
	}
	fl->busy = false;
	arena_done(&fl->arena);
	if (fl->home->head != NULL)
		wait_for_company(fl->home);
}

static void item_done(struct inbox_item *item, enum inbox_outcome outcome)
{
	item->outcome = outcome;
	item->on_done(item);
}

static void part_failed(struct flight *fl)
{
	for (int i = 0; i < fl->count; i++)
		item_done(fl->items[i], INBOX_TRY_AGAIN);
	part_over(fl);
}

/* What cannot be stored must not take the others with it: first the one half, later the rest. */
static void halve(struct flight *fl)
{
	fl->count = (fl->count + 1) / 2;
	fl->tries = 0;
	fly(fl);
}

/* False: no memory, or nothing can be encrypted. */
static bool make_call(struct flight *fl)
{
	int64_t now_us = clock_now_us(fl->home->deps.clock);

	arena_done(&fl->arena);
	db_call_init(&fl->call);
	fl->answer_count = fl->end_count = fl->death_count = 0;
	for (int i = 0; i < fl->count; i++) {
		fl->answer_count += fl->items[i]->has_answer;
		fl->end_count += fl->items[i]->has_end;
		fl->death_count += is_death(fl->items[i]);
	}
	if (fl->answer_count > 0 && !answer_params(fl, now_us))
		return false;
	if (fl->death_count > 0)
		death_params(fl, now_us);
	if (fl->end_count > 0)
		end_params(fl, now_us);
	return !fl->arena.full;
}

static void fly(struct flight *fl)
{
	if (make_call(fl))
		db_start(fl->home->deps.db, &fl->call, on_stored);
	else if (fl->count > 1)
		halve(fl);
	else
		part_failed(fl);
}

static void on_pause(struct loop_timer *t)
{
	fly(container_of(t, struct flight, pause));
}

static void failed(struct flight *fl, const struct db_answer *a)
{
	bool is_data = a->outcome == DB_BAD_DATA || a->outcome == DB_CONFLICT;

	if (is_data && fl->count > 1) {
		halve(fl);
		return;
	}
	if (!is_data && a->outcome != DB_BROKEN && fl->tries++ < TRIES_MAX) {
		loop_timer_set(fl->home->deps.loop, &fl->pause, PAUSE_US, on_pause);
		return;
	}
	log_event(NULL, LOG_LEVEL_ERROR, "inbox.not_stored", "%d items: %s %s %s", fl->count, db_outcome_name(a->outcome), a->sqlstate,
	          a->detail == NULL ? "" : a->detail);
	part_failed(fl);
}

static void on_stored(struct db_call *call, const struct db_answer *a)
{
	struct flight *fl = container_of(call, struct flight, call);
	struct inbox *b = fl->home;
	struct id *raised;
	int raised_count = 0;

	if (a->outcome != DB_DONE) {
		failed(fl, a);
		return;
	}
	killpoint(KILLPOINT_RECEIPT_STORED);
	raised = arena_alloc(&fl->arena, sizeof(*raised) * (size_t)(fl->count + 1));
	for (int row = 0; fl->answer_count > 0 && row < db_row_count(a->results[0]); row++) {
		struct inbox_item *item = fl->items[db_get_int(a->results[0], row, 0)];
		struct id declaration;
		bool known = db_get_id(a->results[0], row, 1, &declaration);

		item->outcome = known ? INBOX_STORED : INBOX_UNKNOWN;
		item->repeat = known && db_get_int(a->results[0], row, 2) == 0;
		item->is_first = known && db_get_int(a->results[0], row, 3) != 0;
		if (known && !item->repeat && raised != NULL)
			raised[raised_count++] = declaration;
	}
	for (int i = 0; i < fl->count; i++)
		item_done(fl->items[i], fl->items[i]->has_answer ? fl->items[i]->outcome : INBOX_STORED);
	if (raised_count > 0)
		b->deps.on_stored(b->deps.arg, &(struct raised){ .work = fl->work_id, .declarations = raised, .count = raised_count });
	part_over(fl);
}

/* --- queue ----------------------------------------------------------------------------------------------------- */

static void flush(struct inbox *b)
{
	for (int k = 0; k < FLIGHTS && b->head != NULL; k++) {
		struct flight *fl = &b->flights[k];

		if (fl->busy)
			continue;
		for (fl->total = 0; b->head != NULL && fl->total < b->deps.batch_limit; b->waiting--) {
			fl->list[fl->total++] = b->head;
			b->head = b->head->next;
		}
		if (b->head == NULL)
			b->tail = &b->head;
		qsort(fl->list, (size_t)fl->total, sizeof(fl->list[0]), compare_items);
		fl->busy = true;
		fl->items = fl->list;
		fl->count = fl->total;
		fl->tries = 0;
		fly(fl);
	}
}

static void on_gather(struct loop_timer *t)
{
	flush(container_of(t, struct inbox, gather));
}

static void wait_for_company(struct inbox *b)
{
	if (b->gather.place == 0)
		loop_timer_set(b->deps.loop, &b->gather, (int64_t)b->deps.gather_ms * 1000, on_gather);
}

struct inbox *inbox_new(const struct inbox_deps *deps, struct fault *f)
{
	struct inbox *b = calloc(1, sizeof(*b));

	if (b == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the inbox");
		return NULL;
	}
	assert(deps->batch_limit >= 1 && deps->batch_limit <= BATCH_MAX);
	b->deps = *deps;
	b->tail = &b->head;
	for (int k = 0; k < FLIGHTS; k++) {
		b->flights[k].home = b;
		arena_init(&b->flights[k].arena, FLIGHT_BYTES);
	}
	return b;
}

void inbox_free(struct inbox *b)
{
	if (b == NULL)
		return;
	loop_timer_clear(b->deps.loop, &b->gather);
	for (int k = 0; k < FLIGHTS; k++) {
		struct flight *fl = &b->flights[k];

		if (fl->busy && fl->pause.place == 0)
			db_cancel(b->deps.db, &fl->call);
		loop_timer_clear(b->deps.loop, &fl->pause);
		arena_done(&fl->arena);
	}
	free(b);
}

bool inbox_submit(struct inbox *b, struct inbox_item *item, inbox_done_fn *on_done)
{
	assert(item->has_end || item->has_answer);
	if (b->waiting >= b->deps.waiting_limit)
		return false;
	item->on_done = on_done;
	item->next = NULL;
	item->repeat = false;
	*b->tail = item;
	b->tail = &item->next;
	b->waiting++;
	wait_for_company(b);
	return true;
}

bool inbox_idle(const struct inbox *b)
{
	for (int k = 0; k < FLIGHTS; k++)
		if (b->flights[k].busy)
			return false;
	return b->head == NULL;
}
