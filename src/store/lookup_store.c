/*
 * The statements of questions to departments.
 *
 * Whoever wants to know takes the row of the question, and so does whoever ends it: a waiter is either there when the question ends, or
 * finds the answer.
 */
#include "store/lookup_store.h"

/* How much older than the judgement an answer may be and still count as come since: clocks of daemons differ. */
#define SINCE "interval '10 seconds'"
#define LATEST \
	"cross join lateral (select * from lookup_answer k where k.authority = w.authority and k.question = w.question and k.key = w.key" \
	"   and k.asked_at <= "
/* There is an answer that counts while the department is away. */
#define SHOWN(of, now) \
	"exists (select 1 from lookup_answer k where k.authority = " of ".authority and k.question = " of ".question and k.key = " of ".key" \
	"   and k.shown_until > " now "::timestamptz)"
#define WAKE(source) \
	"insert into todo as t (bucket, declaration_id, due_at, lease_until)" \
	"  select distinct bucket, declaration_id, $3::timestamptz, '-infinity'::timestamptz from " source " order by 1, 2" \
	"  on conflict (bucket, declaration_id) do update set due_at = excluded.due_at, lease_until = excluded.lease_until"

static const struct db_stmt known = {
	.name = "lookup_known",
	.sql =
	"select w.place, a.answer, a.asked_at, a.valid_until, a.shown_until, coalesce(q.failures > 0, false), a.id"
	" from unnest($1::text[], $2::text[], $3::text[]) with ordinality as w(authority, question, key, place)"
	" left join lateral (select * from lookup_answer k where k.authority = w.authority and k.question = w.question and k.key = w.key"
	"   and k.asked_at <= $4::timestamptz order by k.asked_at desc limit 1) a on true"
	" left join lookup_question q on q.authority = w.authority and q.question = w.question and q.key = w.key"
	" order by w.place",
	.param_count = 4,
};

static const struct db_stmt want = {
	.name = "lookup_want",
	.sql =
	"with w as materialized ("
	"  select w.*, r.unanswered, r.purpose, r.used from unnest($1::integer[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::uuid[], $7::uuid[])"
	"    as w(rule_id, authority, question, key, bucket, declaration_id, id) join lookup_rule r on r.id = w.rule_id),"
	" a as materialized ("
	"  select w.*, k.asked_at, w.used <> 'attest' or k.answer ->> 'result' = 'match' as decides from w " LATEST "$8::timestamptz and k.valid_until > $8::timestamptz order by k.asked_at desc limit 1) k),"
	" q as ("
	"  insert into lookup_question as q (id, rule_id, authority, question, key, declaration_id, purpose, wanted_at, due_at)"
	"  select distinct on (w.authority, w.question, w.key) w.id, w.rule_id, w.authority, w.question, w.key,"
	"    case w.used when 'attest' then w.declaration_id end, w.purpose, $8::timestamptz, $8::timestamptz"
	"  from w where ((w.authority, w.question, w.key) in (select authority, question, key from a)) is not true"
	"  order by w.authority, w.question, w.key"
	"  on conflict (authority, question, key) do update set wanted_at = excluded.wanted_at,"
	"    declaration_id = coalesce(excluded.declaration_id, q.declaration_id)"
	"  returning q.id, q.authority, q.question, q.key, q.failures, q.failed_at),"
	" v as ("
	"  insert into lookup_waiter (question_id, bucket, declaration_id)"
	"  select distinct q.id, w.bucket, w.declaration_id from w join q using (authority, question, key) order by 1, 2, 3 on conflict do nothing)"
	" insert into todo as t (bucket, declaration_id, due_at, lease_until)"
	" select distinct bucket, declaration_id, $8::timestamptz, '-infinity'::timestamptz from ("
	"   select bucket, declaration_id from a where decides and asked_at > $8::timestamptz - " SINCE
	"   union all select w.bucket, w.declaration_id from w join q using (authority, question, key)"
	"   where (w.unanswered = 'pass' or " SHOWN("w", "$8") ") and q.failures > 0 and q.failed_at > $8::timestamptz - " SINCE ") x order by 1, 2"
	" on conflict (bucket, declaration_id) do update set due_at = excluded.due_at, lease_until = excluded.lease_until",
	.param_count = 8,
	.flags = DB_WRITES,
};

static const struct db_stmt claim = {
	.name = "lookup_claim",
	.sql =
	"with due as materialized ("
	"  select x.id from unnest($3::text[], $4::integer[], $5::timestamptz[]) as w(authority, room, due_at)"
	"  cross join lateral (select id from lookup_question k where k.authority = w.authority and k.due_at <= w.due_at and k.lease_until < now()"
	"    order by k.due_at limit w.room for update skip locked) x)"
	" update lookup_question q set lease = $1::uuid, lease_until = now() + $2::integer * interval '1 second', attempts = q.attempts + 1"
	" where q.id = any (array(select id from due)) returning q.id, q.authority, q.question, q.key, q.declaration_id, q.purpose, q.attempts,"
	"   not q.anew and exists (select 1 from lookup_answer k where k.authority = q.authority and k.question = q.question and k.key = q.key"
	"     and k.valid_until > $6::timestamptz)",
	.param_count = 6,
	.flags = DB_WRITES,
};

const struct db_stmt lookup_store_orders = {
	.name = "lookup_orders",
	.sql =
	"select f.document, f.id from declaration d cross join lateral unnest(d.filing_ids) as n(id)"
	" cross join lateral (select k.id, k.kind, k.document, k.received_at from filing k where k.bucket = id_bucket(n.id) and k.id = n.id offset 0) f"
	" where d.bucket = $1::smallint and d.id = $2::uuid and f.kind = 'order' order by f.received_at desc limit 16",
	.param_count = 2,
};

/* An answer of the police is an attestation, of the day that they name. */
static const struct db_stmt answered = {
	.name = "lookup_answered",
	.sql =
	"with q as (delete from lookup_question where id = $1::uuid and lease = $2::uuid returning *),"
	" a as ("
	"  insert into lookup_answer (id, rule_id, authority, question, key, asked_at, as_of, answer, valid_until, shown_until, purpose, client_id)"
	"  select q.id, q.rule_id, q.authority, q.question, q.key, $3::timestamptz, $4::timestamptz, $5::text::json,"
	"    $3::timestamptz + r.valid_s * interval '1 second', $3::timestamptz + (r.valid_s::bigint + r.stale_s) * interval '1 second', q.purpose, q.client_id"
	"  from q join lookup_rule r on r.id = q.rule_id)"
	" insert into identity_attestation (identity_hash, source, attested_at, recorded_by)"
	" select $6::bytea, q.authority, $4::timestamptz, coalesce(q.client_id, 0) from q where $6::bytea is not null on conflict do nothing",
	.param_count = 6,
	.flags = DB_WRITES,
};

/* $1 question, $2 identity hash or null, $3 now. In the same transaction, but after it: it sees who came while it waited for the row. */
static const struct db_stmt wake_all = {
	.name = "lookup_wake",
	.sql =
	"with v as (delete from lookup_waiter where question_id = $1::uuid returning bucket, declaration_id),"
	" i as (select bucket, id from declaration where asks_identity = $2::bytea) "
	WAKE("(select bucket, declaration_id from v union all select bucket, id from i) x"),
	.param_count = 3,
	.flags = DB_WRITES,
};

static const struct db_stmt failed = {
	.name = "lookup_failed",
	.sql =
	"with given_up as ("
	"  delete from lookup_question q where q.id = $1::uuid and q.lease = $2::uuid and $6::boolean"
	"    and not exists (select 1 from lookup_waiter v where v.question_id = $1::uuid) returning q.id)"
	" update lookup_question q set lease = null, lease_until = '-infinity', due_at = $4::timestamptz, failed_at = $3::timestamptz,"
	"   failures = q.failures + 1, reason = $5::text"
	" where q.id = $1::uuid and q.lease = $2::uuid and not ($6::boolean and not exists (select 1 from lookup_waiter v where v.question_id = $1::uuid))",
	.param_count = 6,
	.flags = DB_WRITES,
};

/* The same parameters as wake_all; the second is not looked at. */
static const struct db_stmt wake_passing = {
	.name = "lookup_wake_passing",
	.sql =
	"with v as ("
	"  delete from lookup_waiter v using lookup_question q, lookup_rule r"
	"  where v.question_id = $1::uuid and q.id = $1::uuid and r.id = q.rule_id and (r.unanswered = 'pass' or " SHOWN("q", "$3") ") and $2::bytea is null"
	"  returning v.bucket, v.declaration_id) "
	WAKE("v"),
	.param_count = 3,
	.flags = DB_WRITES,
};

/* $1 authority, $2 now: it is there again, so nobody waits for the end of a pause any more. */
static const struct db_stmt hasten = {
	.name = "lookup_hasten",
	.sql =
	"update lookup_question set due_at = $2::timestamptz"
	" where authority = $1::text and due_at > $2::timestamptz and failures > 0 and lease_until < now()",
	.param_count = 2,
	.flags = DB_WRITES,
};

static const struct db_stmt taken_back = {
	.name = "lookup_taken_back",
	.sql = "delete from lookup_question where id = $1::uuid and lease = $2::uuid",
	.param_count = 2,
	.flags = DB_WRITES,
};

static const struct db_stmt dropped = {
	.name = "lookup_dropped",
	.sql =
	"with q as (delete from lookup_question where id = $1::uuid and lease = $2::uuid returning id)"
	" delete from lookup_waiter v using q where v.question_id = q.id",
	.param_count = 2,
	.flags = DB_WRITES,
};

static void put_keys(struct db_param out[3], struct arena *a, const struct lookup_asked *asked, int count)
{
	struct db_array authorities, questions, keys;

	db_array_begin(&authorities, a, DB_KIND_TEXT, count, 12 * (size_t)count);
	db_array_begin(&questions, a, DB_KIND_TEXT, count, 24 * (size_t)count);
	db_array_begin(&keys, a, DB_KIND_TEXT, count, 72 * (size_t)count);
	for (int i = 0; i < count; i++) {
		db_array_text(&authorities, text_of(authority_code(asked[i].rule->authority)));
		db_array_text(&questions, text_of(lookup_name(asked[i].rule->question)));
		db_array_text(&keys, asked[i].key);
	}
	out[0] = db_array_end(&authorities);
	out[1] = db_array_end(&questions);
	out[2] = db_array_end(&keys);
}

void lookup_store_known(struct lookup_known_query *q, struct arena *a, const struct lookup_asked *asked, int count, int64_t now_us, struct db_call *call)
{
	put_keys(q->params, a, asked, count);
	q->params[3] = db_time(a, now_us);
	db_call_init(call);
	db_call_add(call, &known, q->params);
}

void lookup_store_want(struct lookup_want *w, struct arena *a, const struct lookup_asked *asked, const struct id *ids, int count, int64_t now_us,
                       struct db_call *call)
{
	struct db_array rules, buckets, declarations, new_ids;

	db_array_begin(&rules, a, DB_KIND_I32, count, 8 * (size_t)count);
	db_array_begin(&buckets, a, DB_KIND_I16, count, 8 * (size_t)count);
	db_array_begin(&declarations, a, DB_KIND_UUID, count, 24 * (size_t)count);
	db_array_begin(&new_ids, a, DB_KIND_UUID, count, 24 * (size_t)count);
	for (int i = 0; i < count; i++) {
		db_array_i64(&rules, asked[i].rule->id);
		db_array_i64(&buckets, id_bucket(&asked[i].declaration));
		db_array_id(&declarations, &asked[i].declaration);
		db_array_id(&new_ids, &ids[i]);
	}
	w->params[0] = db_array_end(&rules);
	put_keys(w->params + 1, a, asked, count);
	w->params[4] = db_array_end(&buckets);
	w->params[5] = db_array_end(&declarations);
	w->params[6] = db_array_end(&new_ids);
	w->params[7] = db_time(a, now_us);
	db_call_init(call);
	db_call_add(call, &want, w->params);
}

void lookup_store_claim(struct lookup_claim *c, struct arena *a, const struct lookup_room *rooms, int count, int lease_s, int64_t now_us, struct db_call *call)
{
	struct db_array authorities, numbers, times;

	db_array_begin(&authorities, a, DB_KIND_TEXT, count, 12 * (size_t)count);
	db_array_begin(&numbers, a, DB_KIND_I32, count, 8 * (size_t)count);
	db_array_begin(&times, a, DB_KIND_TIME, count, 12 * (size_t)count);
	for (int i = 0; i < count; i++) {
		db_array_text(&authorities, text_of(authority_code(rooms[i].authority)));
		db_array_i64(&numbers, rooms[i].room);
		db_array_i64(&times, rooms[i].due_us);
	}
	c->params[0] = db_id(&c->lease);
	c->params[1] = db_i32(a, lease_s);
	c->params[2] = db_array_end(&authorities);
	c->params[3] = db_array_end(&numbers);
	c->params[4] = db_array_end(&times);
	c->params[5] = db_time(a, now_us);
	db_call_init(call);
	db_call_add(call, &claim, c->params);
}

static void put_wake(struct lookup_end *e, struct arena *a)
{
	e->wake[0] = db_id(&e->id);
	e->wake[1] = e->identity.at == NULL ? db_null() : db_bytes(e->identity.at, e->identity.len);
	e->wake[2] = db_time(a, e->now_us);
}

void lookup_store_answered(struct lookup_end *e, struct arena *a, struct db_call *call)
{
	put_wake(e, a);
	e->params[0] = db_id(&e->id);
	e->params[1] = db_id(&e->lease);
	e->params[2] = e->wake[2];
	e->params[3] = db_time(a, e->as_of_us);
	e->params[4] = db_text(e->kept);
	e->params[5] = e->wake[1];
	db_call_init(call);
	db_call_add(call, &answered, e->params);
	db_call_add(call, &wake_all, e->wake);
	if (!e->is_back)
		return;
	e->hasten[0] = db_text(text_of(authority_code(e->authority)));
	e->hasten[1] = e->wake[2];
	db_call_add(call, &hasten, e->hasten);
}

void lookup_store_failed(struct lookup_end *e, struct arena *a, struct db_call *call)
{
	put_wake(e, a);
	e->params[0] = db_id(&e->id);
	e->params[1] = db_id(&e->lease);
	e->params[2] = e->wake[2];
	e->params[3] = db_time(a, e->again_us);
	e->params[4] = db_text(e->reason);
	e->params[5] = db_bool(a, e->gives_up);
	db_call_init(call);
	db_call_add(call, &failed, e->params);
	db_call_add(call, &wake_passing, e->wake);
}

void lookup_store_taken_back(struct lookup_end *e, struct arena *a, struct db_call *call)
{
	put_wake(e, a);
	e->params[0] = db_id(&e->id);
	e->params[1] = db_id(&e->lease);
	db_call_init(call);
	db_call_add(call, &taken_back, e->params);
	db_call_add(call, &wake_all, e->wake);
}

void lookup_store_dropped(struct lookup_end *e, struct db_call *call)
{
	e->params[0] = db_id(&e->id);
	e->params[1] = db_id(&e->lease);
	db_call_init(call);
	db_call_add(call, &dropped, e->params);
}
