/*
 * The statements of the inbox, and their values.
 */
#include <stdlib.h>
#include <string.h>

#include "model/personal.h"
#include "store/inbox_priv.h"

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
	"    $10::bytea[], $11::text[], $12::bytea[], $16::uuid[], $17::text[], $18::text[]) as x(place, authority, reference, want_bucket, want_declaration, want_version, status,"
	"    outcome, at, digest, info, body, id, inventory_no, given_by)"
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
	"  insert into authority_receipt (bucket, declaration_id, id, authority, version, status, at, digest, outcome, info, received_at, body, inventory_no,"
	"    given_by)"
	"  select bucket, declaration_id, id, authority, declared_version, status, at, digest, outcome, info, $13::timestamptz, body, inventory_no,"
	"    given_by"
	"  from a where declaration_id is not null and (select count(*) from held) > 0 order by bucket, declaration_id, id"
	"  on conflict do nothing returning bucket, declaration_id, id, authority, version, outcome, authority_receipt as stored),"
	" g as ("
	"  insert into leaf (coverage_id, made_at, ids, hashes)"
	"  select q.id, $13::timestamptz, array_agg(f.id order by f.id, f.hash), string_agg(f.hash, '' order by f.id, f.hash)"
	"  from (select max(c.id) as id from coverage c where c.relation = 'authority_receipt') q"
	"  cross join lateral (select f.id, log_hash(record_text(q.id, f.stored)) as hash from fresh f) f group by q.id),"
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
	.param_count = INBOX_ANSWERS_PARAMS,
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
	.param_count = INBOX_DEATHS_PARAMS,
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
	.param_count = INBOX_ENDS_PARAMS,
	.flags = DB_WRITES,
};

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

void inbox_sort(struct inbox_item **list, int count)
{
	qsort(list, (size_t)count, sizeof(struct inbox_item *), compare_items);
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

static bool put_answer(struct inbox_write *to, struct db_array *x, int place, const struct inbox_answer *w)
{
	bool by_reference = w->reference.at != NULL;
	struct id id = inbox_answer_id(w);
	struct text sealed;

	if (!inbox_seal_body(to->deps->vault, to->arena, &id, w->body, &sealed))
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
	db_array_text(&x[10], personal_scrub(to->arena, w->info));
	db_array_bytes(&x[11], sealed.at, sealed.len);
	db_array_id(&x[12], &id);
	db_array_text(&x[13], w->inventory_no);
	db_array_text(&x[14], text_of(answer_giver_name(w->giver)));
	return true;
}

static bool answer_params(struct inbox_write *w, int64_t now_us)
{
	static const enum db_kind kinds[15] = { DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I16, DB_KIND_UUID, DB_KIND_I32, DB_KIND_TEXT,
		                                DB_KIND_TEXT, DB_KIND_TIME, DB_KIND_BYTEA, DB_KIND_TEXT, DB_KIND_BYTEA, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_TEXT };
	struct db_array x[15];
	size_t bodies = 0;

	for (int i = 0; i < w->count; i++)
		bodies += w->items[i]->has_answer ? w->items[i]->answer.body.len : 0;
	for (int i = 0; i < 15; i++)
		db_array_begin(&x[i], w->arena, kinds[i], w->answer_count, i == 11 ? bodies : 40 * (size_t)w->answer_count);
	for (int i = 0; i < w->count; i++)
		if (w->items[i]->has_answer && !put_answer(w, x, i, &w->items[i]->answer))
			return false;
	for (int i = 0; i < 12; i++)
		w->answer_params[i] = db_array_end(&x[i]);
	w->answer_params[15] = db_array_end(&x[12]);
	w->answer_params[16] = db_array_end(&x[13]);
	w->answer_params[17] = db_array_end(&x[14]);
	w->answer_params[12] = db_time(w->arena, now_us);
	w->work_id = id_new(w->deps->ids, now_us, (int16_t)(id_random(w->deps->ids) % ID_BUCKETS));
	w->answer_params[13] = db_i32(w->arena, w->deps->work_lease_s);
	w->answer_params[14] = db_id(&w->work_id);
	db_call_add(w->call, &answers, w->answer_params);
	return true;
}

static void end_params(struct inbox_write *w, int64_t now_us)
{
	static const enum db_kind kinds[9] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32,
		                               DB_KIND_TIME, DB_KIND_TEXT };
	struct db_array x[9];

	for (int i = 0; i < 9; i++)
		db_array_begin(&x[i], w->arena, kinds[i], w->end_count, 24 * (size_t)w->end_count);
	for (int i = 0; i < w->count; i++) {
		const struct inbox_end *e = &w->items[i]->end;

		if (!w->items[i]->has_end)
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
		w->end_params[i] = db_array_end(&x[i]);
	w->end_params[8] = db_time(w->arena, now_us);
	w->end_params[9] = db_array_end(&x[8]);
	w->ends_id = id_new(w->deps->ids, now_us, (int16_t)(id_random(w->deps->ids) % ID_BUCKETS));
	w->end_params[10] = db_id(&w->ends_id);
	db_call_add(w->call, &ends, w->end_params);
}

static bool is_death(const struct inbox_item *item)
{
	return item->has_end && item->end.state == DELIVERY_DEAD;
}

static void death_params(struct inbox_write *w, int64_t now_us)
{
	static const enum db_kind kinds[5] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_UUID };
	struct db_array x[5];

	for (int i = 0; i < 5; i++)
		db_array_begin(&x[i], w->arena, kinds[i], w->death_count, 24 * (size_t)w->death_count);
	for (int i = 0; i < w->count; i++) {
		const struct inbox_end *e = &w->items[i]->end;

		if (!is_death(w->items[i]))
			continue;
		db_array_i64(&x[0], id_bucket(&e->declaration));
		db_array_id(&x[1], &e->declaration);
		db_array_text(&x[2], text_of(authority_code(e->authority)));
		db_array_i64(&x[3], e->version);
		db_array_id(&x[4], &e->lease);
	}
	for (int i = 0; i < 5; i++)
		w->death_params[i] = db_array_end(&x[i]);
	w->death_params[5] = db_time(w->arena, now_us);
	w->deaths_id = id_new(w->deps->ids, now_us, (int16_t)(id_random(w->deps->ids) % ID_BUCKETS));
	w->death_params[6] = db_id(&w->deaths_id);
	db_call_add(w->call, &deaths, w->death_params);
}

bool inbox_write_call(struct inbox_write *w)
{
	int64_t now_us = clock_now_us(w->deps->clock);

	db_call_init(w->call);
	w->answer_count = w->end_count = w->death_count = 0;
	for (int i = 0; i < w->count; i++) {
		w->answer_count += w->items[i]->has_answer;
		w->end_count += w->items[i]->has_end;
		w->death_count += is_death(w->items[i]);
	}
	if (w->answer_count > 0 && !answer_params(w, now_us))
		return false;
	if (w->death_count > 0)
		death_params(w, now_us);
	if (w->end_count > 0)
		end_params(w, now_us);
	return !w->arena->full;
}
