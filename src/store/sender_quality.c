/* Counters in a table by their key; two of these change places at each flush. */
#include "store/sender_quality.h"

#include <stdlib.h>

#include "base/log.h"

enum { KEY_ARRAYS = 2, FAULT_ARRAYS = 6, DAY_ARRAYS = 5, FLUSH_PARAMS = 12 };
_Static_assert(FLUSH_PARAMS == 1 + DAY_ARRAYS + FAULT_ARRAYS, "a parameter each");
_Static_assert(DAY_ARRAYS == KEY_ARRAYS + SENDER_QUALITY_OUTCOMES, "a column each");

/* $1 the day; $2.. a column each of filings: client, kind, accepted, refused, warned; $7.. of faults: client, kind, field, rule, refused, warned.
 * In the order of their keys, so that workers do not wait for each other in a circle. What comes after a month was closed counts for the next. */
static const struct db_stmt flush_stmt = {
	.name = "sender_quality_flush",
	.sql =
	"with o as materialized ("
	"  select greatest(date '1970-01-01' + $1::integer, (p.closed + interval '1 month')::date) as day from sender_month_place p),"
	" d as ("
	"  insert into sender_day as t (client_id, day, kind, accepted, refused, warned)"
	"  select x.client, o.day, x.kind, x.accepted, x.refused, x.warned"
	"  from o cross join unnest($2::integer[], $3::text[], $4::integer[], $5::integer[], $6::integer[]) as x(client, kind, accepted, refused, warned)"
	"  order by x.client, x.kind"
	"  on conflict (client_id, day, kind) do update set accepted = t.accepted + excluded.accepted, refused = t.refused + excluded.refused,"
	"    warned = t.warned + excluded.warned)"
	" insert into sender_fault as t (client_id, day, kind, field, rule, refused, warned)"
	" select x.client, o.day, x.kind, x.field, x.rule, x.refused, x.warned"
	" from o cross join unnest($7::integer[], $8::text[], $9::text[], $10::text[], $11::integer[], $12::integer[])"
	"   as x(client, kind, field, rule, refused, warned)"
	" order by x.client, x.kind, x.field, x.rule"
	" on conflict (client_id, day, kind, field, rule) do update set refused = t.refused + excluded.refused, warned = t.warned + excluded.warned",
	.param_count = FLUSH_PARAMS,
	.flags = DB_WRITES,
};

struct counter {
	struct sender_quality_key key;
	int counts[SENDER_QUALITY_OUTCOMES];
};

struct half {
	struct counter *list;
	int count;
	uint32_t *slots; /* index into list + 1, by the key; power of two, open addressing */
};

struct sender_quality {
	struct sender_quality_conf conf;
	struct sender_quality_deps deps;
	struct half halves[2];
	struct half *counting, *sending;
	uint32_t mask;
	struct loop_timer flush;
	struct arena arena; /* of the flush under way */
	struct db_call call;
	struct db_param params[FLUSH_PARAMS];
	uint64_t written, left_out;
	bool asking, quiesced, has_failed, was_full;
};

static loop_timer_fn on_flush;

/* --- counting ----------------------------------------------------------------------------------------------------- */

static uint32_t hash_of(const struct sender_quality_key *k)
{
	uint64_t h = (uint64_t)(uint32_t)k->client_id << 32 | (uint64_t)k->kind << 24 | (uint64_t)(unsigned)k->reason << 12 | (uint64_t)k->field;

	h *= UINT64_C(0x9e3779b97f4a7c15);
	return (uint32_t)(h >> 32);
}

static bool same_key(const struct sender_quality_key *a, const struct sender_quality_key *b)
{
	return a->client_id == b->client_id && a->kind == b->kind && a->field == b->field && a->reason == b->reason;
}

/* NULL: there is no place. */
static struct counter *find(struct sender_quality *q, const struct sender_quality_key *k)
{
	struct half *h = q->counting;
	uint32_t slot = hash_of(k) & q->mask;

	for (; h->slots[slot] != 0; slot = (slot + 1) & q->mask)
		if (same_key(&h->list[h->slots[slot] - 1].key, k))
			return &h->list[h->slots[slot] - 1];
	if (h->count == q->conf.counters)
		return NULL;
	h->list[h->count] = (struct counter){ .key = *k };
	h->slots[slot] = (uint32_t)++h->count;
	return &h->list[h->count - 1];
}

void sender_quality_count(struct sender_quality *q, const struct sender_quality_key *key, enum sender_quality_outcome outcome)
{
	struct counter *c = find(q, key);

	if (c != NULL) {
		c->counts[outcome]++;
		return;
	}
	q->left_out++;
	if (!q->was_full)
		log_event(NULL, LOG_LEVEL_WARNING, "quality.left_out", "all %d counters are taken", q->conf.counters);
	q->was_full = true;
}

static void empty(struct sender_quality *q, struct half *h)
{
	h->count = 0;
	memset(h->slots, 0, sizeof(*h->slots) * ((size_t)q->mask + 1));
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static struct text kind_of(const struct counter *c)
{
	return c->key.kind == DOC_KIND_COUNT ? TEXT("") : text_of(doc_kind_name(c->key.kind));
}

static struct text reason_of(const struct counter *c)
{
	return text_of(c->key.reason < RULE_COUNT ? rule_slug((enum rule)c->key.reason) : fault_slug((enum fault_code)(c->key.reason - RULE_COUNT)));
}

static bool is_filing(const struct counter *c)
{
	return c->key.reason == SENDER_QUALITY_FILING;
}

static void put_names(struct db_array *x, const struct counter *c)
{
	db_array_i64(&x[0], c->key.client_id);
	db_array_text(&x[1], kind_of(c));
}

static void put_filing(struct db_array *x, const struct counter *c)
{
	put_names(x, c);
	for (int i = 0; i < SENDER_QUALITY_OUTCOMES; i++)
		db_array_i64(&x[KEY_ARRAYS + i], c->counts[i]);
}

static void put_fault(struct db_array *x, const struct counter *c)
{
	put_names(x, c);
	db_array_text(&x[2], c->key.field == FIELD_NONE ? TEXT("") : text_of(field_name(c->key.field)));
	db_array_text(&x[3], reason_of(c));
	db_array_i64(&x[4], c->counts[SENDER_QUALITY_REFUSED]);
	db_array_i64(&x[5], c->counts[SENDER_QUALITY_WARNED]);
}

static void begin(struct sender_quality *q, struct db_array *x, const enum db_kind *kinds, int arrays, int count)
{
	for (int i = 0; i < arrays; i++)
		db_array_begin(&x[i], &q->arena, kinds[i], count, 16 * (size_t)count);
}

static bool fill(struct sender_quality *q, const struct half *h)
{
	static const enum db_kind day_kinds[DAY_ARRAYS] = { DB_KIND_I32, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32, DB_KIND_I32 };
	static const enum db_kind fault_kinds[FAULT_ARRAYS] = { DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32 };
	struct db_array days[DAY_ARRAYS], faults[FAULT_ARRAYS];
	int filings = 0;

	for (int i = 0; i < h->count; i++)
		filings += is_filing(&h->list[i]);
	begin(q, days, day_kinds, DAY_ARRAYS, filings);
	begin(q, faults, fault_kinds, FAULT_ARRAYS, h->count - filings);
	for (int i = 0; i < h->count; i++) {
		if (is_filing(&h->list[i]))
			put_filing(days, &h->list[i]);
		else
			put_fault(faults, &h->list[i]);
	}
	q->params[0] = db_i32(&q->arena, clock_day(clock_now_us(q->deps.clock)));
	for (int i = 0; i < DAY_ARRAYS; i++)
		q->params[1 + i] = db_array_end(&days[i]);
	for (int i = 0; i < FAULT_ARRAYS; i++)
		q->params[1 + DAY_ARRAYS + i] = db_array_end(&faults[i]);
	return !q->arena.full;
}

static void rest(struct sender_quality *q)
{
	arena_done(&q->arena);
	q->asking = false;
	if (!q->quiesced)
		loop_timer_set(q->deps.loop, &q->flush, (int64_t)q->conf.flush_ms * 1000, on_flush);
	else if (!q->has_failed && q->counting->count > 0)
		loop_timer_set(q->deps.loop, &q->flush, 0, on_flush);
}

/* Added or not, they are not added again where that is not known: a count too few does nobody wrong. */
static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct sender_quality *q = container_of(call, struct sender_quality, call);
	bool good = a->outcome == DB_DONE;

	if (!good && !q->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "quality.not_written", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	q->has_failed = !good;
	if (good)
		q->was_full = false;
	if (a->outcome != DB_TRY_AGAIN) {
		for (int i = 0; i < q->sending->count; i++)
			for (int o = 0; o < SENDER_QUALITY_OUTCOMES; o++)
				*(good ? &q->written : &q->left_out) += (uint64_t)q->sending->list[i].counts[o];
		empty(q, q->sending);
	}
	rest(q);
}

static void on_flush(struct loop_timer *t)
{
	struct sender_quality *q = container_of(t, struct sender_quality, flush);

	if (q->sending->count == 0) {
		struct half *full = q->counting;

		q->counting = q->sending;
		q->sending = full;
	}
	if (q->sending->count == 0) {
		rest(q);
		return;
	}
	q->asking = true;
	if (!fill(q, q->sending)) {
		on_written(&q->call, &(struct db_answer){ .outcome = DB_TRY_AGAIN, .detail = "no memory" });
		return;
	}
	db_call_init(&q->call);
	db_call_add(&q->call, &flush_stmt, q->params);
	db_start(q->deps.db, &q->call, on_written);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

static bool half_init(struct half *h, int counters, uint32_t slots)
{
	h->list = calloc((size_t)counters, sizeof(*h->list));
	h->slots = calloc(slots, sizeof(*h->slots));
	return h->list != NULL && h->slots != NULL;
}

struct sender_quality *sender_quality_new(const struct sender_quality_conf *conf, const struct sender_quality_deps *deps, struct fault *f)
{
	struct sender_quality *q = calloc(1, sizeof(*q));
	uint32_t slots = 16;

	while (slots < 2 * (uint32_t)conf->counters)
		slots *= 2;
	if (q == NULL || !half_init(&q->halves[0], conf->counters, slots) || !half_init(&q->halves[1], conf->counters, slots)) {
		sender_quality_free(q);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for counting the quality of data");
		return NULL;
	}
	q->conf = *conf;
	q->deps = *deps;
	q->mask = slots - 1;
	q->counting = &q->halves[0];
	q->sending = &q->halves[1];
	arena_init(&q->arena, 4096 + (size_t)conf->counters * 1024);
	rest(q);
	return q;
}

void sender_quality_quiesce(struct sender_quality *q)
{
	q->quiesced = true;
	q->has_failed = false;
	if (!q->asking)
		loop_timer_set(q->deps.loop, &q->flush, 0, on_flush);
}

bool sender_quality_idle(const struct sender_quality *q)
{
	return !q->asking && (q->has_failed || q->counting->count + q->sending->count == 0);
}

void sender_quality_stats_get(const struct sender_quality *q, struct sender_quality_stats *out)
{
	*out = (struct sender_quality_stats){ .written = q->written, .left_out = q->left_out, .waiting = q->counting->count + q->sending->count };
}

void sender_quality_free(struct sender_quality *q)
{
	if (q == NULL)
		return;
	if (q->deps.loop != NULL)
		loop_timer_clear(q->deps.loop, &q->flush);
	if (q->asking)
		db_cancel(q->deps.db, &q->call);
	arena_done(&q->arena);
	for (int i = 0; i < 2; i++) {
		free(q->halves[i].list);
		free(q->halves[i].slots);
	}
	free(q);
}
