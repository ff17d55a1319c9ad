/* Counters in a table by their key, in each half of the flusher. */
#include "store/sender_quality.h"

#include <stdlib.h>

#include "base/log.h"
#include "store/flusher.h"

enum { KEY_ARRAYS = 2, FAULT_ARRAYS = 6, DAY_ARRAYS = 5, FLUSH_PARAMS = 12 };
_Static_assert(FLUSH_PARAMS == 1 + DAY_ARRAYS + FAULT_ARRAYS && (int)FLUSH_PARAMS <= (int)FLUSHER_PARAMS_MAX, "a parameter each");
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
	struct flush_half base; /* how many */
	struct counter *list;
	uint32_t *slots;        /* index into list + 1, by the key; power of two, open addressing */
};

struct sender_quality {
	struct flusher flusher;
	const struct clock *clock;
	int counters; /* of each half */
	struct half halves[2];
	uint32_t mask;
	uint64_t written, left_out;
	bool was_full;
};

static struct half *half_of(struct flush_half *base)
{
	return container_of(base, struct half, base);
}

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
	struct half *h = half_of(q->flusher.counting);
	uint32_t slot = hash_of(k) & q->mask;

	for (; h->slots[slot] != 0; slot = (slot + 1) & q->mask)
		if (same_key(&h->list[h->slots[slot] - 1].key, k))
			return &h->list[h->slots[slot] - 1];
	if (h->base.count == q->counters)
		return NULL;
	h->list[h->base.count] = (struct counter){ .key = *k };
	h->slots[slot] = (uint32_t)++h->base.count;
	return &h->list[h->base.count - 1];
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
		log_event(NULL, LOG_LEVEL_WARNING, "quality.left_out", "all %d counters are taken", q->counters);
	q->was_full = true;
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

static void begin(struct arena *a, struct db_array *x, const enum db_kind *kinds, int arrays, int count)
{
	for (int i = 0; i < arrays; i++)
		db_array_begin(&x[i], a, kinds[i], count, 16 * (size_t)count);
}

static void fill(struct flusher *f, struct flush_half *sending)
{
	const struct sender_quality *q = container_of(f, struct sender_quality, flusher);
	const struct half *h = half_of(sending);
	static const enum db_kind day_kinds[DAY_ARRAYS] = { DB_KIND_I32, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32, DB_KIND_I32 };
	static const enum db_kind fault_kinds[FAULT_ARRAYS] = { DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32 };
	struct db_array days[DAY_ARRAYS], faults[FAULT_ARRAYS];
	int filings = 0;

	for (int i = 0; i < sending->count; i++)
		filings += is_filing(&h->list[i]);
	begin(&f->arena, days, day_kinds, DAY_ARRAYS, filings);
	begin(&f->arena, faults, fault_kinds, FAULT_ARRAYS, sending->count - filings);
	for (int i = 0; i < sending->count; i++) {
		if (is_filing(&h->list[i]))
			put_filing(days, &h->list[i]);
		else
			put_fault(faults, &h->list[i]);
	}
	f->params[0] = db_i32(&f->arena, clock_day(clock_now_us(q->clock)));
	for (int i = 0; i < DAY_ARRAYS; i++)
		f->params[1 + i] = db_array_end(&days[i]);
	for (int i = 0; i < FAULT_ARRAYS; i++)
		f->params[1 + DAY_ARRAYS + i] = db_array_end(&faults[i]);
}

static void over(struct flusher *f, struct flush_half *sending, bool good)
{
	struct sender_quality *q = container_of(f, struct sender_quality, flusher);
	struct half *h = half_of(sending);

	if (good)
		q->was_full = false;
	for (int i = 0; i < sending->count; i++)
		for (int o = 0; o < SENDER_QUALITY_OUTCOMES; o++)
			*(good ? &q->written : &q->left_out) += (uint64_t)h->list[i].counts[o];
	sending->count = 0;
	memset(h->slots, 0, sizeof(*h->slots) * ((size_t)q->mask + 1));
}

static const struct flusher_kind kind = { .not_written_event = "quality.not_written", .stmt = &flush_stmt, .fill = fill, .over = over };

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
	q->clock = deps->clock;
	q->counters = conf->counters;
	q->mask = slots - 1;
	q->flusher = (struct flusher){ .kind = &kind, .loop = deps->loop, .db = deps->db, .every_ms = conf->flush_ms };
	flusher_begin(&q->flusher, &q->halves[0].base, &q->halves[1].base, 4096 + (size_t)conf->counters * 1024);
	return q;
}

void sender_quality_quiesce(struct sender_quality *q)
{
	flusher_quiesce(&q->flusher);
}

bool sender_quality_idle(const struct sender_quality *q)
{
	return flusher_is_idle(&q->flusher);
}

void sender_quality_stats_get(const struct sender_quality *q, struct sender_quality_stats *out)
{
	*out = (struct sender_quality_stats){ .written = q->written, .left_out = q->left_out, .waiting = flusher_waiting(&q->flusher) };
}

void sender_quality_free(struct sender_quality *q)
{
	if (q == NULL)
		return;
	flusher_end(&q->flusher);
	for (int i = 0; i < 2; i++) {
		free(q->halves[i].list);
		free(q->halves[i].slots);
	}
	free(q);
}
