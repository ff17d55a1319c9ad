/*
 * The statements of pushing.
 *
 * None of them leaves out what belongs to a subscription that is disabled: whoever pushes decides by what it knows. A page that
 * passed over its rows would count as read, and what came while it was disabled would be lost.
 */
#include "flow/push_priv.h"

const char *const push_source_names[PUSH_SOURCE_COUNT] = { [PUSH_FEED] = "feed", [PUSH_ANSWERS] = "answers" };

/* $1 who asks, $2 lease. Renewed when half of it is over: a quiet system writes little. */
const struct db_stmt push_lead = {
	.name = "push_lead",
	.sql =
	"with mine as ("
	"  update push_leader set holder = $1::uuid, until = now() + $2::integer * interval '1 second'"
	"  where until < now() or (holder = $1::uuid and until < now() + $2::integer * interval '0.5 second') returning 1)"
	" select exists (select from mine) or exists (select from push_leader where holder = $1::uuid and until >= now()),"
	"   (select last_value from subscription_revision), (select last_value from rule_revision), feed_watermark()",
	.param_count = PUSH_LEAD_PARAMS,
	.flags = DB_WRITES,
};

const struct db_stmt push_let_go = {
	.name = "push_let_go",
	.sql = "update push_leader set holder = null, until = '-infinity' where holder = $1::uuid",
	.param_count = 1,
	.flags = DB_WRITES,
};

/* $1 business time, $2 how many. A row for each stream. */
const struct db_stmt push_load_all = {
	.name = "push_load",
	.sql =
	"select s.id, s.url, s.format, s.secret, s.old_secret, s.old_until, s.ed25519,"
	"  s.state = 'enabled' and c.disabled_at is null and coalesce(client_expires_at(c.id) > $1::timestamptz, true),"
	"  (select count(*) from push f where f.subscription_id = s.id and not f.is_ping)::integer,"
	"  p.source, p.replay, p.at_number, p.at_id, p.end_number, p.from_time, p.to_time"
	" from (select * from subscription order by created_at, id limit $2::integer) s"
	" join client c on c.id = s.client_id join push_stream p on p.subscription_id = s.id"
	" order by s.id",
	.param_count = PUSH_LOAD_PARAMS,
};

/* Who wants what happened to a declaration or filing of these clients; or this one subscription, if it does. */
#define WANTED_BY(clients, only) \
	" cross join lateral (" \
	"   select s.* from subscription s where " only " is null and not s.sees_all and s.client_id = any (" clients ")" \
	"   union all select s.* from subscription s where " only " is null and s.sees_all" \
	"   union all select s.* from subscription s where s.id = " only " and (s.sees_all or s.client_id = any (" clients "))) s"

/* $1 after, $2 how many, $3 for this subscription alone, $4 source of the events, $5 $6 only of these times. The first row says up to
 * where it looked. */
const struct db_stmt push_read_feed = {
	.name = "push_read_feed",
	.sql =
	"with page as materialized (select * from feed_events($1::bigint, $2::integer)),"
	" known as materialized ("
	"  select e.*, d.platform_code, d.order_no, f.kind, f.business_key, f.client_id as filer, f.document, f.receipt_from, f.receipt_len, f.seal_id,"
	"    coalesce(d.client_ids, '{}') || array_remove(array[f.client_id, e.client_id], null) as clients"
	"  from page e"
	"  left join lateral (select * from declaration d where d.bucket = id_bucket(e.declaration_id) and d.id = e.declaration_id offset 0) d on true"
	"  left join lateral (select f.kind, f.business_key, f.client_id, f.document, k.receipt_from, k.receipt_len, k.seal_id"
	"    from filing f join filing_key k on k.bucket = f.bucket and k.key_id = f.key_id and k.revision = f.revision"
	"    where f.bucket = id_bucket(e.filing_id) and f.id = e.filing_id offset 0) f on true)"
	" select null::uuid, max(seq), null::text, null::bytea, null::bytea, null::timestamptz, null::uuid from page"
	" union all"
	" select s.id, k.seq,"
	"   case when s.format = 'events' and s.state = 'enabled' then push_event_json(k.seq::text, $4::text, k.type, k.at,"
	"     coalesce('/v1/declarations/' || k.declaration_id, '/v1/filings/' || k.filing_id, '/v1/credit/' || k.subject),"
	"     json_strip_nulls(json_build_object('declaration_id', k.declaration_id, 'platform_code', k.platform_code, 'order_no', k.order_no,"
	"       'filing_id', k.filing_id, 'kind', k.kind, 'business_key', k.business_key, 'authority', k.authority, 'version', k.version,"
	"       'state', k.state, 'verdict', k.verdict, 'subject', k.subject))) end,"
	"   case when s.format <> 'events' then receipt_of(k.seal_id, k.receipt_from, k.receipt_len) end,"
	"   case when s.format = 'ceb' then k.document end, k.at, k.filing_id"
	" from known k" WANTED_BY("k.clients", "$3::uuid")
	" where (s.types = '{}' or k.type = any (s.types)) and (k.at >= $5::timestamptz) is not false and (k.at < $6::timestamptz) is not false"
	"   and (s.format = 'events' or (k.type = '" WEBHOOK_TYPE_FILED "' and k.seal_id is not null and (s.sees_all or k.filer = s.client_id)))"
	" order by 1 nulls first, 2",
	.param_count = PUSH_FEED_PARAMS,
};

/* $1 $2 after: time and id, $3 before this time, $4 how many, $5 for this subscription alone. The first row says how many were looked at,
 * and the last of them. The JSON is that of /v1/receipts. */
const struct db_stmt push_read_answers = {
	.name = "push_read_answers",
	.sql =
	"with page as materialized ("
	"  select a from authority_receipt a where a.stored_at >= $1::timestamptz and a.stored_at < $3::timestamptz"
	"    and (a.stored_at, a.id) > ($1::timestamptz, $2::uuid) order by a.stored_at, a.id limit $4::integer),"
	" last as (select (a).stored_at, (a).id from page order by (a).stored_at desc, (a).id desc limit 1)"
	" select null::uuid, (select stored_at from last), (select id from last), null::text, null::text, null::bytea, null::text, count(*), null::text from page"
	" union all"
	" select s.id, (p.a).stored_at, (p.a).id, d.direction,"
	"   case when s.format = 'receipts' then authority_receipt_json(p.a, d, s.sees_all or filed_inventory(d.filing_ids, s.client_id))::text end,"
	"   case when s.format = 'ceb' then (p.a).body end,"
	"   case when s.format = 'ceb' then (select delivery_asks(v) from delivery v where v.bucket = (p.a).bucket"
	"     and v.declaration_id = (p.a).declaration_id and v.authority = (p.a).authority and v.version = (p.a).version) end, 0,"
	"   case when s.format = 'ceb' and (p.a).body is null then ruling_record(p.a) end"
	" from page p"
	" cross join lateral (select * from declaration d where d.bucket = (p.a).bucket and d.id = (p.a).declaration_id offset 0) d"
	WANTED_BY("d.client_ids", "$5::uuid")
	" where s.format <> 'events' and (s.types = '{}' or '" WEBHOOK_TYPE_ANSWERED "' = any (s.types))"
	"   and (s.format = 'receipts' or ((p.a).authority = 'CUS' and d.direction is not null"
	"     and (s.sees_all or filed_inventory(d.filing_ids, s.client_id))))"
	" order by 1 nulls first, 2, 3",
	.param_count = PUSH_ANSWERS_PARAMS,
};

/* $1 now, $2 how many, $3 of each subscription, $4 next attempt if we die, $5 subscriptions that are busy, $6 revision up to which they are known */
const struct db_stmt push_claim_due = {
	.name = "push_claim_due",
	.sql =
	"with due as materialized ("
	"  select p.subscription_id, p.message_id, row_number() over (partition by p.subscription_id order by p.next_at, p.message_id) as n"
	"  from (select f.* from push f join subscription s on s.id = f.subscription_id"
	"    where f.next_at <= $1::timestamptz and f.subscription_id <> all ($5::uuid[]) and (s.state = 'enabled' or f.is_ping)"
	"      and s.revision <= $6::bigint order by f.next_at limit 4 * $2::integer) p),"
	" picked as (select * from due where n <= $3::integer order by n limit $2::integer)"
	" update push p set next_at = $4::timestamptz from picked d where p.subscription_id = d.subscription_id and p.message_id = d.message_id"
	" returning p.subscription_id, p.message_id, p.content_type, p.body, p.attempts, p.is_ping",
	.param_count = PUSH_DUE_PARAMS,
	.flags = DB_WRITES,
};

/* $1 subscriptions, $2 sources, $3 replays, $4 numbers, $5 ids, $6 over; $7 subscriptions that take messages again, $8 now */
const struct db_stmt push_store_streams = {
	.name = "push_store_streams",
	.sql =
	"with given as (select * from unnest($1::uuid[], $2::text[], $3::boolean[], $4::bigint[], $5::uuid[], $6::boolean[])"
	"    as g(subscription_id, source, replay, number, id, over)),"
	" again as (update push p set next_at = $8::timestamptz where p.subscription_id = any ($7::uuid[]) and p.next_at > $8::timestamptz"
	"   and p.next_at < 'infinity'),"
	" over as (delete from push_stream p using given g where p.subscription_id = g.subscription_id and p.source = g.source"
	"   and p.replay = g.replay and g.over)"
	" update push_stream p set at_number = g.number, at_id = g.id from given g"
	" where p.subscription_id = g.subscription_id and p.source = g.source and p.replay = g.replay and not g.over"
	"   and (p.at_number, p.at_id) < (g.number, g.id)",
	.param_count = PUSH_STREAMS_PARAMS,
	.flags = DB_WRITES,
};

/* $1 subscriptions, $2 message ids, $3 types, $4 bodies (null: it stands there), $5 attempts, $6 next attempts, $7 reasons, $8 now */
const struct db_stmt push_store_failed = {
	.name = "push_store_failed",
	.sql =
	"with given as (select distinct on (subscription_id, message_id) * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[],"
	"    $5::integer[], $6::timestamptz[], $7::text[]) as g(subscription_id, message_id, content_type, body, attempts, next_at, reason)"
	"  order by subscription_id, message_id, attempts desc)"
	" insert into push as p (subscription_id, message_id, content_type, body, attempts, next_at, made_at, reason)"
	" select g.subscription_id, g.message_id, g.content_type, g.body, g.attempts, g.next_at, $8::timestamptz, g.reason"
	" from given g join subscription s on s.id = g.subscription_id"
	" on conflict (subscription_id, message_id) do update set attempts = excluded.attempts, next_at = excluded.next_at, reason = excluded.reason",
	.param_count = PUSH_FAILED_PARAMS,
	.flags = DB_WRITES,
};

/* $1 $2 subscriptions and messages that are done; $3 $4 subscriptions to disable and why; $5 now */
const struct db_stmt push_store_done = {
	.name = "push_store_done",
	.sql =
	"with done as materialized (select * from unnest($1::uuid[], $2::text[]) as d(subscription_id, message_id)),"
	" off as (update subscription s set state = 'disabled', reason = g.reason, disabled_at = $5::timestamptz, changed_at = $5::timestamptz,"
	"    revision = nextval('subscription_revision')"
	"  from unnest($3::uuid[], $4::text[]) as g(id, reason) where s.id = g.id and s.state = 'enabled' returning s.id),"
	" parked as (update push p set next_at = 'infinity' from off where p.subscription_id = off.id and not p.is_ping"
	"   and not exists (select from done d where d.subscription_id = p.subscription_id and d.message_id = p.message_id))"
	" delete from push p using done d where p.subscription_id = d.subscription_id and p.message_id = d.message_id",
	.param_count = PUSH_DONE_PARAMS,
	.flags = DB_WRITES,
};

/* $1 subscriptions, $2 messages, $3 attempts, $4 others, $5 times, $6 durations, $7 statuses (0: none), $8 outcomes, $9 answers, $10 reasons */
const struct db_stmt push_store_log = {
	.name = "push_store_log",
	.sql =
	"insert into push_attempt (subscription_id, message_id, attempt, others, at, duration_ms, status, outcome, answer, reason)"
	" select subscription_id, message_id, attempt, others, at, duration_ms, nullif(status, 0), outcome, answer, reason"
	" from unnest($1::uuid[], $2::text[], $3::integer[], $4::integer[], $5::timestamptz[], $6::integer[], $7::integer[], $8::text[], $9::text[],"
	"   $10::text[]) as g(subscription_id, message_id, attempt, others, at, duration_ms, status, outcome, answer, reason)",
	.param_count = PUSH_LOG_PARAMS,
	.flags = DB_WRITES,
};

/* $1 attempts before this go, $2 so do messages made before this whose subscription is gone. A few at a time: it comes again. */
const struct db_stmt push_clean = {
	.name = "push_clean",
	.sql =
	"with orphans as (delete from push p where p.made_at < $2::timestamptz and not exists (select from subscription s where s.id = p.subscription_id))"
	" delete from push_attempt a using (select id, at from push_attempt order by id limit 1000) old"
	" where a.id = old.id and old.at < $1::timestamptz",
	.param_count = PUSH_KEEP_PARAMS,
	.flags = DB_WRITES,
};

const struct db_stmt push_count = {
	.name = "push_count",
	.sql = "select (select count(*) from push where not is_ping), (select count(*) from subscription where state = 'disabled')",
};
