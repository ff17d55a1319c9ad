/* A small list of clients and minutes; two of these change places at each flush. */
#include "store/signature_failures.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"

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
	struct counted list[PLACES];
	int count;
};

struct signature_failures {
	int flush_ms;
	struct signature_failures_deps deps;
	struct half halves[2], *counting, *sending;
	struct loop_timer flush;
	struct arena arena; /* of the flush under way */
	struct db_call call;
	struct db_param params[FLUSH_PARAMS];
	struct signature_failures_stats stats;
	bool asking, quiesced, has_failed;
};

static loop_timer_fn on_flush;

/* --- counting ----------------------------------------------------------------------------------------------------- */

void signature_failures_count(struct signature_failures *x, int client_id, bool was_taken)
{
	struct half *h = x == NULL ? NULL : x->counting;
	int minute, i = 0;

	if (x == NULL)
		return;
	minute = (int)(clock_now_us(x->deps.clock) / MINUTE_US);
	x->stats.counted++;
	while (i < h->count && (h->list[i].client_id != client_id || h->list[i].minute != minute))
		i++;
	if (i == PLACES) {
		x->stats.left_out++;
		return;
	}
	if (i == h->count)
		h->list[h->count++] = (struct counted){ .client_id = client_id, .minute = minute };
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

static void fill(struct signature_failures *x)
{
	struct half *h = x->sending;
	struct db_array columns[FLUSH_PARAMS];

	qsort(h->list, (size_t)h->count, sizeof(h->list[0]), by_key);
	for (int i = 0; i < FLUSH_PARAMS; i++)
		db_array_begin(&columns[i], &x->arena, DB_KIND_I32, h->count, 12 * (size_t)h->count);
	for (int i = 0; i < h->count; i++) {
		db_array_i64(&columns[0], h->list[i].client_id);
		db_array_i64(&columns[1], h->list[i].minute);
		db_array_i64(&columns[2], h->list[i].failures);
		db_array_i64(&columns[3], h->list[i].replays);
	}
	for (int i = 0; i < FLUSH_PARAMS; i++)
		x->params[i] = db_array_end(&columns[i]);
}

static void rest(struct signature_failures *x)
{
	arena_done(&x->arena);
	x->asking = false;
	if (!x->quiesced)
		loop_timer_set(x->deps.loop, &x->flush, (int64_t)x->flush_ms * 1000, on_flush);
	else if (!x->has_failed && x->counting->count > 0)
		loop_timer_set(x->deps.loop, &x->flush, 0, on_flush);
}

/* Where it is not known whether they were added they are not added again: an alarm too few is better than one for nothing. */
static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct signature_failures *x = container_of(call, struct signature_failures, call);
	bool good = a->outcome == DB_DONE;

	if (!good && !x->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "signature_failures.not_written", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	x->has_failed = !good;
	if (a->outcome != DB_TRY_AGAIN) {
		for (int i = 0; i < x->sending->count && !good; i++)
			x->stats.left_out += (uint64_t)(x->sending->list[i].failures + x->sending->list[i].replays);
		x->sending->count = 0;
	}
	rest(x);
}

static void on_flush(struct loop_timer *t)
{
	struct signature_failures *x = container_of(t, struct signature_failures, flush);

	if (x->sending->count == 0) {
		struct half *full = x->counting;

		x->counting = x->sending;
		x->sending = full;
	}
	if (x->sending->count == 0) {
		rest(x);
		return;
	}
	x->asking = true;
	fill(x);
	if (x->arena.full) {
		on_written(&x->call, &(struct db_answer){ .outcome = DB_TRY_AGAIN, .detail = "no memory" });
		return;
	}
	db_call_init(&x->call);
	db_call_add(&x->call, &flush_stmt, x->params);
	db_start(x->deps.db, &x->call, on_written);
}

/* --- life --------------------------------------------------------------------------------------------------------- */

struct signature_failures *signature_failures_new(int flush_ms, const struct signature_failures_deps *deps, struct fault *f)
{
	struct signature_failures *x = calloc(1, sizeof(*x));

	if (x == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for counting refused signatures");
		return NULL;
	}
	x->flush_ms = flush_ms;
	x->deps = *deps;
	x->counting = &x->halves[0];
	x->sending = &x->halves[1];
	arena_init(&x->arena, 4096 + (size_t)PLACES * 256);
	rest(x);
	return x;
}

void signature_failures_quiesce(struct signature_failures *x)
{
	x->quiesced = true;
	x->has_failed = false;
	if (!x->asking)
		loop_timer_set(x->deps.loop, &x->flush, 0, on_flush);
}

bool signature_failures_idle(const struct signature_failures *x)
{
	return !x->asking && (x->has_failed || x->counting->count + x->sending->count == 0);
}

void signature_failures_stats_get(const struct signature_failures *x, struct signature_failures_stats *out)
{
	*out = x->stats;
	out->waiting = x->counting->count + x->sending->count;
}

void signature_failures_free(struct signature_failures *x)
{
	if (x == NULL)
		return;
	loop_timer_clear(x->deps.loop, &x->flush);
	if (x->asking)
		db_cancel(x->deps.db, &x->call);
	arena_done(&x->arena);
	free(x);
}
