/*
 * For store_intake*_test.c, store_inbox_test.c, flow_test.c and flow_torture_test.c: a migrated database of one's own
 * (house_bench.h), filings made as the API makes them, and intake, inbox and flow on one loop.
 *
 * Nothing here measures time: tests turn the loop until a condition holds; a watchdog fails what never comes.
 */
#ifndef TESTS_FLOW_BENCH_H
#define TESTS_FLOW_BENCH_H

#include "fixture.h"
#include "flow/flow.h"
#include "house_bench.h"
#include "model/receipt.h"
#include "store/intake.h"

/* As the daemon's writers have it (src/worker.c), so that the plans are those of the daemon too. */
#define WRITER_SESSION \
	"set timezone = 'UTC'; set jit = off; set lock_timeout = '5s'; set max_parallel_workers_per_gather = 0; set synchronous_commit = off;" \
	" set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_mergejoin = off; set enable_bitmapscan = off"

enum { HINTS_MAX = 4096, REQUEST_BYTES = 8 << 20 };

struct bench {
	struct house *house;
	struct db *db;
	struct clock clock;
	struct id_source ids;
	struct signer *signer;
	struct vault *vault;
	uint8_t public_key[PUBLIC_KEY_BYTES];
	char key_dir[64], key_path[96];
	struct intake *intake;
	struct inbox *inbox;
	struct flow *flow;         /* NULL until a test makes one: then it gets the hints */
	struct id hints[HINTS_MAX];
	int hint_count;
	bool was_busy; /* intake said so when the last batch was stored: in that turn the loop's time stands still */
	struct loop_timer poll;
	bool (*is_there)(struct bench *b, void *arg);
	void *arg;
	int open; /* requests not answered yet */
};

struct request { /* as the API has one: memory, a message, its candidates */
	struct bench *b;
	struct arena arena;
	struct intake_submission submission;
	struct candidate candidates[NODES_MAX];
	int dones;
	enum intake_outcome outcomes[NODES_MAX];
	enum rule rules[NODES_MAX];
	struct text receipts[NODES_MAX]; /* copied */
	struct id first_ids[NODES_MAX];
};

/* --- waiting ------------------------------------------------------------------------------------------------------ */

static inline void bench_poll(struct loop_timer *t)
{
	struct bench *b = container_of(t, struct bench, poll);

	if (b->is_there(b, b->arg))
		loop_stop(b->house->loop);
	else
		loop_timer_set(b->house->loop, t, 1000, bench_poll);
}

static inline void until(struct bench *b, bool (*is_there)(struct bench *b, void *arg), void *arg)
{
	b->is_there = is_there;
	b->arg = arg;
	loop_timer_set(b->house->loop, &b->house->watchdog, 60 * US_PER_S, house_late);
	loop_timer_set(b->house->loop, &b->poll, 0, bench_poll);
	loop_run(b->house->loop);
	loop_timer_clear(b->house->loop, &b->house->watchdog);
}

static inline bool is_answered(struct bench *b, void *arg)
{
	(void)arg;
	return b->open == 0 && intake_idle(b->intake) && inbox_idle(b->inbox);
}

static inline bool is_up(struct bench *b, void *arg)
{
	struct db_stats s = { 0 };

	(void)arg;
	db_stats_get(b->db, &s);
	return s.connections_up == s.connections_wanted;
}

/* --- requests ------------------------------------------------------------------------------------------------------- */

static inline struct request *request_new(struct bench *b)
{
	struct request *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->b = b;
	arena_init(&r->arena, REQUEST_BYTES);
	r->submission.client_id = 1;
	r->submission.media_type = "application/json";
	r->submission.arena = &r->arena;
	r->submission.candidates = r->candidates;
	return r;
}

static inline void request_free(struct request *r)
{
	arena_done(&r->arena);
	free(r);
}

static inline struct candidate *request_add(struct request *r, const struct fixture *f, enum doc_kind kind)
{
	struct candidate *c = &r->candidates[r->submission.candidate_count++];
	struct document *d = fixture_document(&r->arena, f, kind, DIR_IMPORT);
	size_t digest_from = 0;
	struct buf canonical;
	struct text filers[3];

	assert_non_null(d);
	assert_true(document_filers(d, filers) > 0);
	buf_init(&canonical, &r->arena, 4096);
	canonical_put(&canonical, d, &digest_from);
	*c = (struct candidate){ .kind = kind, .direction = DIR_IMPORT, .action = document_action(d), .filer = filers[0],
		                 .document = buf_as_text(&canonical), .order_no = document_get(d, F_ORDER_NO),
		                 .platform_code = document_get(d, F_PLATFORM_CODE), .carrier_code = document_get(d, F_CARRIER_CODE),
		                 .waybill_no = document_get(d, F_WAYBILL_NO) };
	c->doc_sha256 = canonical_digest(c->document, digest_from);
	c->business_key = document_business_key(d, &r->arena);
	c->key = document_key_id(kind, DIR_IMPORT, c->business_key);
	c->has_declaration = document_declaration(d, &c->declaration);
	c->has_link = document_link(d, &c->link);
	r->submission.body = c->document; /* stands for the message */
	r->submission.body_sha256 = sha256_of(c->document);
	assert_false(r->arena.full);
	return c;
}

static inline void request_done(struct intake_submission *s)
{
	struct request *r = container_of(s, struct request, submission);
	static struct text none;

	r->dones++;
	r->b->open--;
	for (int i = 0; i < s->candidate_count; i++) {
		const struct candidate *c = &s->candidates[i];
		bool has = c->outcome == INTAKE_STORED || c->outcome == INTAKE_REPEAT;
		char *copy = has ? malloc(c->receipt.len) : NULL;

		assert_int_not_equal(c->outcome, INTAKE_PENDING);
		assert_true(has == (c->receipt.at != NULL));
		if (has)
			memcpy(copy, c->receipt.at, c->receipt.len);
		r->outcomes[i] = c->outcome;
		r->rules[i] = c->rule;
		r->first_ids[i] = c->first_id;
		r->receipts[i] = none;
		if (has) {
			do { /* a test may have ordered that an allocation fails */
				r->receipts[i] = text_dup(&r->arena, (struct text){ copy, c->receipt.len });
			} while (r->receipts[i].at == NULL);
			free(copy);
		}
	}
	/* the memory that intake borrowed until now is gone: whoever touches it again is found by the sanitizer */
	memset(r->candidates, 0xA5, sizeof(r->candidates));
}

static inline void request_send(struct request *r)
{
	r->b->open++;
	assert_true(intake_submit(r->b->intake, &r->submission, request_done));
	assert_int_equal(r->dones, 0); /* never inside */
}

/* One filing, sent and waited for. */
static inline struct request *file_one(struct bench *b, const struct fixture *f, enum doc_kind kind)
{
	struct request *r = request_new(b);

	(void)request_add(r, f, kind);
	request_send(r);
	until(b, is_answered, NULL);
	assert_int_equal(r->dones, 1);
	return r;
}

static inline void number(char *out, size_t size, const char *prefix, int n)
{
	(void)snprintf(out, size, "%s-%06d", prefix, n);
}

static inline void expect_filed(struct bench *b, const struct fixture *f, enum doc_kind kind, enum intake_outcome outcome)
{
	struct request *r = file_one(b, f, kind);

	assert_int_equal(r->outcomes[0], outcome);
	request_free(r);
}

static inline void expect_receipt_verifies(struct bench *b, struct text receipt)
{
	struct fault f = { 0 };
	struct arena a;

	arena_init(&a, 1 << 20);
	if (!receipt_verify(&a, receipt, b->public_key, &f))
		fail_msg("%s", f.text);
	arena_done(&a);
}

/* Each row stands in the log once, as it was stored: that of a seal, too, some of whose receipts lost their race. */
static inline void expect_logged(struct bench *b, const char *table)
{
	char sql[1024];

	(void)snprintf(sql, sizeof(sql),
		"select (select count(*) from %1$s) - (select coalesce(sum(cardinality(l.ids)), 0) from leaf l"
		"   where l.coverage_id = (select max(c.id) from coverage c where c.relation = '%1$s'))"
		" + (select count(*) from %1$s r where not exists (select from leaf l where r.id = any (l.ids)"
		"   and l.coverage_id = (select max(c.id) from coverage c where c.relation = '%1$s')"
		"   and substring(l.hashes from 32 * array_position(l.ids, r.id) - 31 for 32) = log_hash(record_text(l.coverage_id, r))))", table);
	assert_int_equal(house_ask(b->house, sql), 0);
}

/* --- set-up --------------------------------------------------------------------------------------------------------- */

static inline void bench_on_stored(void *arg, const struct raised *raised)
{
	struct bench *b = arg;

	assert_false(id_is_null(&raised->work));
	b->was_busy = intake_is_busy(b->intake);
	for (int i = 0; i < raised->count && b->hint_count < HINTS_MAX; i++)
		b->hints[b->hint_count++] = raised->declarations[i];
	if (b->flow != NULL)
		flow_hint(b->flow, raised);
}

static inline void bench_key(struct bench *b)
{
	struct fault f = { 0 };

	(void)snprintf(b->key_dir, sizeof(b->key_dir), "/tmp/flow_test.XXXXXX");
	assert_non_null(mkdtemp(b->key_dir));
	(void)snprintf(b->key_path, sizeof(b->key_path), "%s/key.pem", b->key_dir);
	assert_true(signer_create(b->key_path, &f));
	b->signer = signer_load(b->key_path, &f);
	assert_non_null(b->signer);
	signer_public(b->signer, b->public_key);
}

static inline void bench_pool(struct bench *b, int connections)
{
	const struct db_conf conf = { .label = "test", .conninfo = b->house->conninfo, .session = WRITER_SESSION, .connections = connections,
		                      .pipeline_depth = 4, .queue_limit = 10000, .queue_wait_ms = 20000, .call_timeout_ms = 50000,
		                      .connect_timeout_ms = 20000 };
	struct fault f = { 0 };

	b->db = db_new(b->house->loop, &conf, &f);
	assert_non_null(b->db);
	until(b, is_up, NULL);
}

static inline void bench_intake(struct bench *b, int beat_us, int company)
{
	const struct intake_conf conf = { .batch_limit = 256, .waiting_limit = 20000, .flush_us = 300, .beat_us = beat_us, .company = company,
		                          .give_up_ms = 3000, .flights = 3, .work_lease_s = 15 };
	const struct intake_deps deps = { .loop = b->house->loop, .db = b->db, .clock = &b->clock, .ids = &b->ids, .signer = b->signer,
		                          .vault = b->vault, .on_stored = bench_on_stored, .arg = b };
	struct fault f = { 0 };

	b->intake = intake_new(&conf, &deps, &f);
	assert_non_null(b->intake);
}

static inline void bench_batchers(struct bench *b)
{
	const struct inbox_deps inbox_deps = { .loop = b->house->loop, .db = b->db, .clock = &b->clock, .batch_limit = 64, .waiting_limit = 5000,
		                               .vault = b->vault, .ids = &b->ids, .work_lease_s = 15, .on_stored = bench_on_stored, .arg = b };
	struct fault f = { 0 };

	bench_intake(b, 0, 1);
	b->inbox = inbox_new(&inbox_deps, &f);
	assert_non_null(b->inbox);
}

/* One data key, which is nowhere stored. */
static inline void bench_vault(struct bench *b)
{
	static const uint8_t key[AEAD_KEY_BYTES] = "a data key for tests, 32 bytes!!";

	b->vault = vault_new();
	assert_non_null(b->vault);
	assert_true(vault_add(b->vault, 20260301, key));
	assert_true(vault_use(b->vault, 202603));
}

static inline int bench_set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	void *house = NULL;

	assert_non_null(b);
	assert_int_equal(house_set_up(&house), 0);
	b->house = house;
	*state = b;
	if (b->house->admin == NULL)
		return 0;
	house_migrate(b->house);
	id_source_init(&b->ids);
	clock_shift(&b->clock, NOW_US - clock_now_us(&b->clock));
	bench_key(b);
	bench_vault(b);
	bench_pool(b, 3);
	bench_batchers(b);
	return 0;
}

static inline int bench_tear_down(void **state)
{
	struct bench *b = *state;
	void *house = b->house;

	if (b->house->admin != NULL) {
		flow_free(b->flow);
		inbox_free(b->inbox);
		intake_free(b->intake);
		db_free(b->db);
		signer_free(b->signer);
		vault_free(b->vault);
		(void)unlink(b->key_path);
		(void)rmdir(b->key_dir);
	}
	assert_int_equal(house_tear_down(&house), 0);
	free(b);
	return 0;
}

static inline struct bench *bench_of(void **state)
{
	struct bench *b = *state;
	void *house = b->house;

	(void)house_of(&house); /* skips when there is no database */
	return b;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

#endif
