/*
 * What PostgreSQL takes when rows come in arrays: the bytes of distinct orders, nothing parsed, judged or signed, into
 * table bench_array (made by tests/bench/run), each array one commit, one under way on each connection.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/clock.h"
#include "bench/bench.h"
#include "io/db.h"

enum { COLUMNS = 10, CONNECTIONS_MAX = 16 };

static const struct db_stmt put = {
	.name = "bench_put",
	.sql =
	"insert into bench_array (bucket, id, kind, direction, business_key, revision, client_id, received_at, declaration_id, digest, body)"
	" select bucket, id, kind, 'import', business_key, revision, client_id, received_at, declaration_id, digest, body"
	" from unnest($1::smallint[], $2::uuid[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::timestamptz[], $8::uuid[],"
	"   $9::bytea[], $10::bytea[])"
	" as x(bucket, id, kind, business_key, revision, client_id, received_at, declaration_id, digest, body) on conflict do nothing",
	.param_count = COLUMNS,
	.flags = DB_WRITES,
};

static const enum db_kind kinds[COLUMNS] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32,
	                                     DB_KIND_TIME, DB_KIND_UUID, DB_KIND_BYTEA, DB_KIND_BYTEA };

struct arrays;

struct flight {
	struct db_call call;
	struct arrays *home;
	struct arena arena;
	struct db_param params[COLUMNS];
	int64_t sent_us;
};

struct arrays {
	const struct bench_options *o;
	struct loop *loop;
	struct db *db;
	struct arena arena;
	struct filings filings;
	struct clock clock;
	struct id_source ids;
	struct flight flights[CONNECTIONS_MAX];
	struct loop_timer timer;
	struct latency latency;
	uint64_t n, rows, failed;
	int64_t measure_us, end_us;
	int busy;
};

static void send_array(struct flight *x);

static void put_row(struct arrays *h, struct db_array *x, int64_t now_us)
{
	uint64_t n = h->n++;
	struct text body = filings_make(&h->filings, n, DOC_ORDER);
	int16_t bucket = (int16_t)(n % ID_BUCKETS);
	struct id id = id_new(&h->ids, now_us, bucket);
	const struct id digest[2] = { id, id }; /* as many bytes as a digest has: what PostgreSQL costs is asked, not SHA-256 */
	char key[64];

	(void)snprintf(key, sizeof(key), "91320500MA1T00013G/TG%s%011" PRIu64, h->filings.trader.run, n);
	db_array_i64(&x[0], bucket);
	db_array_id(&x[1], &id);
	db_array_text(&x[2], TEXT("order"));
	db_array_text(&x[3], text_of(key));
	db_array_i64(&x[4], 1);
	db_array_i64(&x[5], 7);
	db_array_i64(&x[6], now_us);
	db_array_id(&x[7], &id);
	db_array_bytes(&x[8], digest, sizeof(digest));
	db_array_bytes(&x[9], body.at, body.len);
}

static void on_put(struct db_call *call, const struct db_answer *answer)
{
	struct flight *x = container_of(call, struct flight, call);
	struct arrays *h = x->home;
	int64_t now_us = clock_mono_us();

	arena_done(&x->arena);
	h->busy--;
	if (answer->outcome != DB_DONE) {
		h->failed++;
		(void)fprintf(stderr, "tongguan-bench: %s: %s\n", db_outcome_name(answer->outcome), answer->detail == NULL ? "" : answer->detail);
	} else if (x->sent_us >= h->measure_us && now_us <= h->end_us) {
		h->rows += (uint64_t)db_affected(answer->results[0]);
		latency_add(&h->latency, now_us - x->sent_us);
	}
	if (now_us < h->end_us && h->failed == 0)
		send_array(x);
	else if (h->busy == 0)
		loop_stop(h->loop);
}

static void send_array(struct flight *x)
{
	struct arrays *h = x->home;
	int64_t now_us = clock_now_us(&h->clock);
	struct db_array columns[COLUMNS];
	int rows = h->o->rows;

	trader_stamp(&h->filings.trader, now_us);
	for (int i = 0; i < COLUMNS; i++)
		db_array_begin(&columns[i], &x->arena, kinds[i], rows, (i == COLUMNS - 1 ? 1700 : 56) * (size_t)rows);
	for (int i = 0; i < rows; i++)
		put_row(h, columns, now_us);
	for (int i = 0; i < COLUMNS; i++)
		x->params[i] = db_array_end(&columns[i]);
	x->sent_us = clock_mono_us();
	h->busy++;
	db_call_init(&x->call);
	db_call_add(&x->call, &put, x->params);
	db_start(h->db, &x->call, on_put);
}

static void begin(struct loop_timer *t)
{
	struct arrays *h = container_of(t, struct arrays, timer);

	if (!db_is_up(h->db)) {
		loop_timer_set(h->loop, t, 10000, begin);
		return;
	}
	h->measure_us = clock_mono_us() + (int64_t)h->o->warm_ms * 1000;
	h->end_us = h->measure_us + (int64_t)h->o->seconds * US_PER_S;
	for (int i = 0; i < h->o->connections; i++)
		send_array(&h->flights[i]);
}

static bool start(struct arrays *h, struct fault *f)
{
	const struct db_conf conf = { .label = "bench", .conninfo = h->o->conninfo, .session = "set synchronous_commit = on", .pipeline_depth = 1,
		                      .connections = h->o->connections, .queue_limit = CONNECTIONS_MAX, .queue_wait_ms = 5000, .call_timeout_ms = 30000,
		                      .connect_timeout_ms = 5000 };

	arena_init(&h->arena, 1 << 20);
	id_source_init(&h->ids);
	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		h->flights[i].home = h;
		arena_init(&h->flights[i].arena, (size_t)64 << 20);
	}
	if (h->o->conninfo == NULL || h->o->connections > CONNECTIONS_MAX || !filings_init(&h->filings, &h->arena, h->o->seed, text_of(h->o->run)))
		return fault_set(f, FAULT_CONFIG, "arrays need --conninfo, at most %d --connections, and a --run of %d", CONNECTIONS_MAX, RUN_CHARS);
	h->loop = loop_new(f);
	h->db = h->loop == NULL ? NULL : db_new(h->loop, &conf, f);
	return h->db != NULL;
}

int bench_arrays(const struct bench_options *o)
{
	struct arrays *h = calloc(1, sizeof(*h));
	struct fault f = { 0 };
	int status = EX_UNAVAILABLE;

	if (h == NULL)
		return EX_OSERR;
	h->o = o;
	if (start(h, &f)) {
		loop_timer_set(h->loop, &h->timer, 10000, begin);
		loop_run(h->loop);
		(void)printf("{\"per_s\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"rows\":%" PRIu64 ",\"errors\":%" PRIu64 "}\n", (double)h->rows / o->seconds,
		             (double)latency_at(&h->latency, 0.5) / 1e3, (double)latency_at(&h->latency, 0.99) / 1e3, h->rows, h->failed);
		status = h->failed == 0 ? 0 : EX_UNAVAILABLE;
	} else {
		(void)fprintf(stderr, "tongguan-bench: %s\n", f.text);
	}
	if (h->db != NULL)
		db_free(h->db);
	loop_free(h->loop);
	arena_done(&h->arena);
	free(h);
	return status;
}
