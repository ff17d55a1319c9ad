/* A small list of clients and minutes, in each half of the flusher. */
#include "store/signature_failures.h"

#include <stdlib.h>

#include "store/flusher.h"

#define MINUTE_US (60 * US_PER_S)

enum { PLACES = 256, FLUSH_PARAMS = 4 };

/* A column each: client, minute, failures, repeats; in the order of their keys, so that workers do not wait for each other in a circle. Who has no code
 * is no enterprise. What no window reaches any more goes. */
static const struct db_stmt flush_stmt = {
	.name = "signature_failures_flush",
	.sql =
	"with x as materialized (select * from unnest($1::integer[], $2::integer[], $3::integer[], $4::integer[]) as x(client_id, minute, failures, replays)),"
	" f as ("
	"  insert into signature_failure as t (client_id, minute, failures, replays) select * from x order by client_id, minute"
	"  on conflict (client_id, minute) do update set failures = t.failures + excluded.failures, replays = t.replays + excluded.replays),"
	" o as ("
	"  delete from signature_failure t where t.ctid = any (array("
	"    select s.ctid from signature_failure s where s.minute < (select min(x.minute - 60 - risk_window_minutes('R-NET-01',"
	"      tracking_day(to_timestamp(x.minute * 60.0)))) from x) limit 1000 for update skip locked)))"
	" insert into risk_signal (what, client_id, enterprise, occasion, at)"
	" select 'signatures', c.id, c.codes[1], c.name, to_timestamp(x.minute * 60.0) from x join client c on c.id = x.client_id where cardinality(c.codes) > 0",
	.param_count = FLUSH_PARAMS,
	.flags = DB_WRITES,
};

struct counted {
	int client_id, minute, failures, replays;
};

struct half {
	struct flush_half base; /* how many */
	struct counted list[PLACES];
};

struct signature_failures {
	struct flusher flusher;
	const struct clock *clock;
	struct half halves[2];
	struct signature_failures_stats stats;
};

static struct half *half_of(struct flush_half *base)
{
	return container_of(base, struct half, base);
}

/* --- counting ----------------------------------------------------------------------------------------------------- */

void signature_failures_count(struct signature_failures *x, int client_id, bool was_taken)
{
	struct half *h;
	int minute, i = 0;

	if (x == NULL)
		return;
	h = half_of(x->flusher.counting);
	minute = (int)(clock_now_us(x->clock) / MINUTE_US);
	x->stats.counted++;
	while (i < h->base.count && (h->list[i].client_id != client_id || h->list[i].minute != minute))
		i++;
	if (i == PLACES) {
		x->stats.left_out++;
		return;
	}
	if (i == h->base.count)
		h->list[h->base.count++] = (struct counted){ .client_id = client_id, .minute = minute };
	h->list[i].failures += !was_taken;
	h->list[i].replays += was_taken;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static int by_key(const void *one, const void *other)
{
	const struct counted *a = one, *b = other;

	if (a->client_id != b->client_id)
		return a->client_id < b->client_id ? -1 : 1;
	return (a->minute > b->minute) - (a->minute < b->minute);
}

static void fill(struct flusher *f, struct flush_half *sending)
{
	struct half *h = half_of(sending);
	struct db_array columns[FLUSH_PARAMS];

	qsort(h->list, (size_t)sending->count, sizeof(h->list[0]), by_key);
	for (int i = 0; i < FLUSH_PARAMS; i++)
		db_array_begin(&columns[i], &f->arena, DB_KIND_I32, sending->count, 12 * (size_t)sending->count);
	for (int i = 0; i < sending->count; i++) {
		db_array_i64(&columns[0], h->list[i].client_id);
		db_array_i64(&columns[1], h->list[i].minute);
		db_array_i64(&columns[2], h->list[i].failures);
		db_array_i64(&columns[3], h->list[i].replays);
	}
	for (int i = 0; i < FLUSH_PARAMS; i++)
		f->params[i] = db_array_end(&columns[i]);
}

/* An alarm too few is better than one for nothing. */
static void over(struct flusher *f, struct flush_half *sending, bool good)
{
	struct signature_failures *x = container_of(f, struct signature_failures, flusher);
	const struct half *h = half_of(sending);

	for (int i = 0; i < sending->count && !good; i++)
		x->stats.left_out += (uint64_t)(h->list[i].failures + h->list[i].replays);
	sending->count = 0;
}

static const struct flusher_kind kind = { .not_written_event = "signature_failures.not_written", .stmt = &flush_stmt, .fill = fill, .over = over };

/* --- life --------------------------------------------------------------------------------------------------------- */

struct signature_failures *signature_failures_new(int flush_ms, const struct signature_failures_deps *deps, struct fault *f)
{
	struct signature_failures *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for counting refused signatures");
		return NULL;
	}
	x->clock = deps->clock;
	x->flusher = (struct flusher){ .kind = &kind, .loop = deps->loop, .db = deps->db, .every_ms = flush_ms };
	flusher_begin(&x->flusher, &x->halves[0].base, &x->halves[1].base, 4096 + (size_t)PLACES * 256);
	return x;
}

void signature_failures_quiesce(struct signature_failures *x)
{
	flusher_quiesce(&x->flusher);
}

bool signature_failures_idle(const struct signature_failures *x)
{
	return flusher_is_idle(&x->flusher);
}

void signature_failures_stats_get(const struct signature_failures *x, struct signature_failures_stats *out)
{
	*out = x->stats;
	out->waiting = flusher_waiting(&x->flusher);
}

void signature_failures_free(struct signature_failures *x)
{
	if (x == NULL)
		return;
	flusher_end(&x->flusher);
	free(x);
}
