/* Intake against a real PostgreSQL: every filing once, every repeat the same bytes, whatever comes together. */
#include "flow_bench.h"

/* --- one filing ------------------------------------------------------------------------------------------------------ */

/* The messages of a row, as they were before they were encrypted. */
static struct text open_messages(struct bench *b, struct arena *a, const struct db_rows *r, int row)
{
	struct vault_place place;
	struct fault f = { 0 };
	struct text all;
	struct id id;

	assert_true(db_get_id(r, row, 0, &id));
	place = vault_at("submission", &id);
	assert_true(vault_open(b->vault, a, &place, db_get_text(r, row, 1), &all, &f));
	return all;
}

static const struct db_rows *ask_rows(struct bench *b, const char *sql)
{
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(b->house->db, sql, NULL, 0, &f);

	if (r == NULL)
		print_error("%s\n%s\n", sql, f.text);
	assert_non_null(r);
	return r;
}

/* Every filing leads to its message as it was received, byte for byte. */
static void expect_messages(struct bench *b, int filings)
{
	const struct db_rows *r = ask_rows(b, "select s.id, s.body, f.message_from, f.message_len, f.message_sha256 from filing f"
	                                      " join submission s on s.bucket = id_bucket(f.submission_id) and s.id = f.submission_id");
	struct arena a;

	assert_int_equal(db_row_count(r), filings);
	for (int row = 0; row < db_row_count(r); row++) {
		size_t from = (size_t)db_get_int(r, row, 2), len = (size_t)db_get_int(r, row, 3);
		struct text all, digest = db_get_text(r, row, 4);
		struct sha256 found;

		arena_init(&a, (size_t)64 << 20);
		all = open_messages(b, &a, r, row);
		assert_true(from + len <= all.len);
		found = sha256_of((struct text){ all.at + from, len });
		assert_true(text_eq(digest, (struct text){ (const char *)found.b, sizeof(found.b) }));
		arena_done(&a);
	}
}

static int count_of(struct text all, const char *word)
{
	const char *at = all.at, *end = all.at + all.len;
	int n = 0;

	while (at < end && (at = memmem(at, (size_t)(end - at), word, strlen(word))) != NULL) {
		at++;
		n++;
	}
	return n;
}

/* Of what was not stored nothing is left, neither its message nor its receipt: no more of them stand there than belong to filings. */
static void expect_no_trace(struct bench *b)
{
	const struct db_rows *r;
	struct arena a;

	assert_int_equal(house_ask(b->house, "select count(*) from submission s where not exists (select 1 from filing f where f.submission_id = s.id)"), 0);
	r = ask_rows(b, "select s.id, s.body, (select count(distinct f.message_from) from filing f where f.submission_id = s.id) from submission s");
	for (int row = 0; row < db_row_count(r); row++) {
		arena_init(&a, (size_t)64 << 20);
		assert_int_equal(count_of(open_messages(b, &a, r, row), "\"kind\":"), db_get_int(r, row, 2));
		arena_done(&a);
	}
	assert_int_equal(house_ask(b->house,
		"select count(*) from seal s where (select count(*) from regexp_matches(encode(s.receipts, 'escape'), '\"received_at\"', 'g'))"
		" <> (select count(*) from filing_key k where k.seal_id = s.id)"), 0);
}

static void test_stored_and_repeated(void **state)
{
	struct bench *b = bench_of(state);
	struct fixture f;
	struct request *first, *again;

	fixture_init(&f);
	first = file_one(b, &f, DOC_ORDER);
	assert_int_equal(first->outcomes[0], INTAKE_STORED);
	expect_receipt_verifies(b, first->receipts[0]);
	f.guid = 2; /* neither guid nor time make another filing */
	f.sent_at = "2026-03-02T11:00:00+08:00";
	again = file_one(b, &f, DOC_ORDER);
	assert_int_equal(again->outcomes[0], INTAKE_REPEAT);
	assert_true(text_eq(first->receipts[0], again->receipts[0]));
	assert_int_equal(house_ask(b->house, "select count(*) from filing"), 1);
	assert_int_equal(house_ask(b->house, "select count(*) from submission"), 1);
	assert_int_equal(house_ask(b->house, "select seq from declaration"), 1);
	request_free(first);
	request_free(again);
}

static void test_conflict_names_the_first(void **state)
{
	struct bench *b = bench_of(state);
	struct fixture f;
	struct request *first, *other;
	struct id id;

	fixture_init(&f);
	first = file_one(b, &f, DOC_ORDER);
	f.price_fen++;
	other = file_one(b, &f, DOC_ORDER);
	assert_int_equal(other->outcomes[0], INTAKE_CONFLICT);
	assert_true(id_parse((struct text){ first->receipts[0].at + 7, 36 }, &id)); /* {"id":"… */
	assert_true(id_eq(&other->first_ids[0], &id));
	assert_int_equal(house_ask(b->house, "select count(*) from filing"), 1);
	request_free(first);
	request_free(other);
}

/* --- several at once -------------------------------------------------------------------------------------------------- */

/* Batches of one key may overtake each other where one is stuck: whoever was first, what equals it is its repeat and nothing else is. */
static void test_twins(void **state)
{
	struct bench *b = bench_of(state);
	int64_t price_fen[40], first = -1;
	struct request *r[40];
	struct fixture f;

	fixture_init(&f);
	for (int i = 0; i < 40; i++) { /* all in one turn: equal ones and ten with other content */
		f.price_fen = price_fen[i] = i % 4 == 3 ? 20000 + i : 10000;
		r[i] = request_new(b);
		(void)request_add(r[i], &f, DOC_ORDER);
		request_send(r[i]);
	}
	until(b, is_answered, NULL);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(r[i]->dones, 1);
		if (r[i]->outcomes[0] == INTAKE_STORED) {
			assert_int_equal(first, -1);
			first = i;
		}
	}
	assert_true(first >= 0);
	for (int i = 0; i < 40; i++) {
		bool is_equal = price_fen[i] == price_fen[first];

		assert_int_equal(r[i]->outcomes[0], i == first ? INTAKE_STORED : is_equal ? INTAKE_REPEAT : INTAKE_CONFLICT);
		if (is_equal)
			assert_true(text_eq(r[i]->receipts[0], r[first]->receipts[0]));
	}
	assert_int_equal(house_ask(b->house, "select count(*) from filing"), 1);
	for (int i = 0; i < 40; i++)
		request_free(r[i]);
}

/* A hundred nodes, some of them twins of each other, some filed before, one in conflict. */
static void test_hundred_nodes(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r = request_new(b), *again = request_new(b);
	struct fixture f;
	char order_no[32];

	fixture_init(&f);
	f.order_no = order_no;
	number(order_no, sizeof(order_no), "H", 7);
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	number(order_no, sizeof(order_no), "H", 8);
	f.price_fen = 77;
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	f.price_fen = 10000;
	for (int i = 0; i < NODES_MAX; i++) {
		number(order_no, sizeof(order_no), "H", i % 60); /* 60..99 are twins of 0..39 */
		(void)request_add(r, &f, DOC_ORDER);
		(void)request_add(again, &f, DOC_ORDER);
	}
	request_send(r);
	until(b, is_answered, NULL);
	request_send(again);
	until(b, is_answered, NULL);
	for (int i = 0; i < NODES_MAX; i++) {
		enum intake_outcome want = i % 60 == 8 ? INTAKE_CONFLICT : i % 60 == 7 || i >= 60 ? INTAKE_REPEAT : INTAKE_STORED;

		assert_int_equal(r->outcomes[i], want);
		assert_int_equal(again->outcomes[i], want == INTAKE_STORED ? INTAKE_REPEAT : want);
		if (want == INTAKE_CONFLICT)
			continue;
		assert_true(text_eq(r->receipts[i], again->receipts[i]));
		expect_receipt_verifies(b, r->receipts[i]);
		if (i >= 60)
			assert_true(text_eq(r->receipts[i], r->receipts[i - 60]));
	}
	assert_int_equal(r->dones, 1);
	assert_int_equal(house_ask(b->house, "select count(*) from filing"), 60);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration"), 60);
	request_free(r);
	request_free(again);
}

/* The database refuses one value: only that filing is refused, its neighbours are stored. */
static void test_bad_data(void **state)
{
	static const char bad_no[] = { 'B', '-', 0, '7' };
	struct bench *b = bench_of(state);
	struct request *r[20], *many = request_new(b);
	struct fixture f;
	char order_no[32];

	fixture_init(&f);
	f.order_no = order_no;
	for (int i = 0; i < 20; i++) {
		number(order_no, sizeof(order_no), "B", i);
		r[i] = request_new(b);
		(void)request_add(r[i], &f, DOC_ORDER);
		if (i == 7)
			r[i]->candidates[0].order_no = (struct text){ bad_no, sizeof(bad_no) }; /* no text of PostgreSQL holds a NUL */
		request_send(r[i]);
	}
	for (int i = 0; i < 30; i++) {
		struct candidate *c;

		number(order_no, sizeof(order_no), "M", i);
		c = request_add(many, &f, DOC_ORDER);
		if (i % 10 == 3)
			c->order_no = (struct text){ bad_no, sizeof(bad_no) };
	}
	request_send(many);
	until(b, is_answered, NULL);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(r[i]->outcomes[0], i == 7 ? INTAKE_REFUSED : INTAKE_STORED);
		assert_int_equal(r[i]->rules[0], RULE_COUNT);
		request_free(r[i]);
	}
	for (int i = 0; i < 30; i++)
		assert_int_equal(many->outcomes[i], i % 10 == 3 ? INTAKE_REFUSED : INTAKE_STORED);
	assert_int_equal(house_ask(b->house, "select count(*) from filing"), 19 + 27);
	expect_messages(b, 19 + 27);
	assert_int_equal(house_ask(b->house, "select count(distinct submission_id) from filing where node > 1"), 1); /* one message, stored once */
	request_free(many);
}

/* --- revisions -------------------------------------------------------------------------------------------------------- */

static void set_state(struct bench *b, const char *name)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "update declaration set state = '%s', seq = seq + 1", name);
	house_sql(b->house->db, sql);
}

static void expect_refused(struct bench *b, const struct fixture *f, enum rule rule)
{
	struct request *r = file_one(b, f, DOC_ORDER);

	assert_int_equal(r->outcomes[0], INTAKE_REFUSED);
	assert_int_equal(r->rules[0], rule);
	request_free(r);
}

static void test_revisions(void **state)
{
	struct bench *b = bench_of(state);
	struct request *change, *again;
	struct fixture f;

	fixture_init(&f);
	f.action = "change";
	expect_refused(b, &f, RULE_NOTHING_TO_CHANGE);
	f.action = "add";
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	f.action = "change";
	f.price_fen = 5000;
	change = file_one(b, &f, DOC_ORDER);
	assert_int_equal(change->outcomes[0], INTAKE_STORED);
	expect_receipt_verifies(b, change->receipts[0]);
	again = file_one(b, &f, DOC_ORDER);
	assert_int_equal(again->outcomes[0], INTAKE_REPEAT);
	assert_true(text_eq(change->receipts[0], again->receipts[0]));
	assert_int_equal(house_ask(b->house, "select max(revision) from filing_key"), 2);
	assert_int_equal(house_ask(b->house, "select cardinality(filing_ids) from declaration"), 2);
	f.action = "delete";
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	expect_filed(b, &f, DOC_ORDER, INTAKE_REPEAT);
	f.action = "change";
	f.price_fen = 6000;
	expect_refused(b, &f, RULE_NOTHING_TO_CHANGE);
	f.action = "add";
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED); /* after a deletion it may come anew */
	assert_int_equal(house_ask(b->house, "select max(revision) from filing_key"), 4);
	request_free(change);
	request_free(again);
}

static void test_too_late_and_after_rejection(void **state)
{
	struct bench *b = bench_of(state);
	struct fixture f;

	fixture_init(&f);
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	f.price_fen = 5000;
	expect_filed(b, &f, DOC_ORDER, INTAKE_CONFLICT);
	set_state(b, "rejected");
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED); /* the law admits a new addition after a rejection */
	set_state(b, "released");
	f.action = "change";
	f.price_fen = 6000;
	expect_refused(b, &f, RULE_CHANGE_TOO_LATE);
	f.action = "delete";
	expect_refused(b, &f, RULE_CHANGE_TOO_LATE);
	assert_int_equal(house_ask(b->house, "select count(*) from filing"), 2);
}

/* Many changes of one filing at once: each is stored once, under a revision of its own. */
static void test_changes_race(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r[60];
	struct fixture f;
	int stored = 0, busy = 0;

	fixture_init(&f);
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	f.action = "change";
	for (int i = 0; i < 60; i++) {
		f.price_fen = 20000 + i % 20; /* each content three times */
		r[i] = request_new(b);
		(void)request_add(r[i], &f, DOC_ORDER);
		request_send(r[i]);
	}
	until(b, is_answered, NULL);
	for (int i = 0; i < 60; i++) {
		stored += r[i]->outcomes[0] == INTAKE_STORED;
		busy += r[i]->outcomes[0] == INTAKE_TRY_AGAIN; /* too many before it, four times */
		assert_true(r[i]->outcomes[0] == INTAKE_STORED || r[i]->outcomes[0] == INTAKE_REPEAT || r[i]->outcomes[0] == INTAKE_TRY_AGAIN);
		if (r[i]->receipts[0].at != NULL)
			expect_receipt_verifies(b, r[i]->receipts[0]);
		request_free(r[i]);
	}
	assert_true(stored >= 4);
	assert_int_equal(house_ask(b->house, "select count(*) from filing_key"), stored + 1);
	assert_int_equal(house_ask(b->house, "select max(revision) from filing_key"), stored + 1);
	assert_int_equal(house_ask(b->house, "select count(distinct doc_sha256) from filing_key"), stored + 1);
	if (busy == 0)
		assert_int_equal(stored, 20);
}

/* --- links ------------------------------------------------------------------------------------------------------------ */

/* Four filings in every order: the declaration ends up with all of them. */
static void test_links_in_every_order(void **state)
{
	static const enum doc_kind kinds[4] = { DOC_ORDER, DOC_PAYMENT, DOC_WAYBILL, DOC_INVENTORY };
	struct bench *b = bench_of(state);
	struct fixture f;
	char order_no[32], waybill_no[32], payment_no[32];
	int trades = 0;

	fixture_init(&f);
	f.order_no = order_no;
	f.waybill_no = waybill_no;
	f.payment_no = payment_no;
	for (int p = 0; p < 256; p++) {
		int order[4] = { p & 3, p >> 2 & 3, p >> 4 & 3, p >> 6 & 3 };

		if ((1 << order[0] | 1 << order[1] | 1 << order[2] | 1 << order[3]) != 15)
			continue;
		number(order_no, sizeof(order_no), "L", p);
		number(waybill_no, sizeof(waybill_no), "W", p);
		number(payment_no, sizeof(payment_no), "P", p);
		trades++;
		for (int i = 0; i < 4; i++)
			expect_filed(b, &f, kinds[order[i]], INTAKE_STORED);
	}
	assert_int_equal(trades, 24);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration where cardinality(filing_ids) = 4 and not waybill_taken"), 24);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration"), 24);
	assert_int_equal(house_ask(b->house, "select count(*) from link where declaration_id is not null"), 24);
}

/* A waybill belongs to the first that names it; whoever was wrong puts it right by a change, or lets it go. */
static void test_waybill_taken(void **state)
{
	struct bench *b = bench_of(state);
	struct fixture f;

	fixture_init(&f);
	expect_filed(b, &f, DOC_WAYBILL, INTAKE_STORED);
	expect_filed(b, &f, DOC_INVENTORY, INTAKE_STORED);
	f.order_no = "TG-0002";
	expect_filed(b, &f, DOC_INVENTORY, INTAKE_STORED); /* names the same waybill */
	assert_int_equal(house_ask(b->house, "select count(*) from declaration where waybill_taken and order_no = 'TG-0002'"), 1);
	f.action = "change";
	f.waybill_no = "RR473124830CN";
	expect_filed(b, &f, DOC_INVENTORY, INTAKE_STORED);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration where waybill_taken"), 0);

	/* the first takes its inventory back: the waybill is free for the next one that names it */
	fixture_init(&f);
	f.action = "delete";
	expect_filed(b, &f, DOC_INVENTORY, INTAKE_STORED);
	f.action = "add";
	f.order_no = "TG-0003";
	expect_filed(b, &f, DOC_INVENTORY, INTAKE_STORED);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration where waybill_taken"), 0);
	assert_int_equal(house_ask(b->house, "select cardinality(filing_ids) from declaration where order_no = 'TG-0003'"), 2);
}

/* A waybill that waits nudges the one declaration of its order number; after a change the other one, and the one it left. */
static void test_waybill_changes_its_order(void **state)
{
	struct bench *b = bench_of(state);
	struct fixture f;

	fixture_init(&f);
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	f.order_no = "TG-0002";
	expect_filed(b, &f, DOC_ORDER, INTAKE_STORED);
	expect_filed(b, &f, DOC_WAYBILL, INTAKE_STORED);
	assert_int_equal(house_ask(b->house, "select seq from declaration where order_no = 'TG-0002'"), 2);
	f.order_no = "TG-0001";
	f.action = "change";
	expect_filed(b, &f, DOC_WAYBILL, INTAKE_STORED);
	assert_int_equal(house_ask(b->house, "select seq from declaration where order_no = 'TG-0002'"), 3);
	assert_int_equal(house_ask(b->house, "select seq from declaration where order_no = 'TG-0001'"), 2);
	assert_int_equal(house_ask(b->house, "select count(*) from link where order_no = 'TG-0001'"), 1);
}

/* --- many ------------------------------------------------------------------------------------------------------------- */

enum { MANY = 2000, TRADES = 400 };

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

static void expect_sets(struct bench *b)
{
	expect_logged(b, "filing");
	expect_logged(b, "seal");
	assert_int_equal(house_ask(b->house, "select count(*) from (select key_id, revision from filing_key group by 1, 2 having count(*) > 1) x"), 0);
	assert_int_equal(house_ask(b->house, "select count(*) from filing_key k left join filing f on f.bucket = k.bucket and f.id = k.filing_id"
	                                     " where f.id is null or f.doc_sha256 <> k.doc_sha256"), 0);
	assert_int_equal(house_ask(b->house, "select (select count(*) from filing) - (select count(*) from filing_key)"), 0);
	/* what a declaration holds is what was filed for it, and what its links hold */
	assert_int_equal(house_ask(b->house,
		"select count(*) from declaration d where (select array_agg(x order by x) from unnest(d.filing_ids) x) is distinct from"
		" (select array_agg(id order by id) from (select f.id from filing f where f.declaration_id = d.id"
		"   union select unnest(l.filing_ids) from link l where l.declaration_id = d.id) y)"), 0);
	assert_int_equal(house_ask(b->house,
		"select count(*) from link l where (select coalesce(array_agg(x order by x), '{}') from unnest(l.filing_ids) x) is distinct from"
		" (select coalesce(array_agg(f.id order by f.id), '{}') from filing f where f.link_id = l.id and f.kind in ('waybill', 'waybill_status'))"), 0);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration d where not exists (select 1 from work w where d.id = any(w.declaration_ids))"), 0);
	expect_messages(b, (int)house_ask(b->house, "select count(*) from filing"));
	expect_no_trace(b);
}

static void test_many_at_random(void **state)
{
	static const enum doc_kind kinds[4] = { DOC_ORDER, DOC_PAYMENT, DOC_WAYBILL, DOC_INVENTORY };
	struct bench *b = bench_of(state);
	const char *text = getenv("TONGGUAN_SEED");
	unsigned seed = text == NULL ? 1u : (unsigned)strtoul(text, NULL, 10);
	struct request **r = calloc(MANY, sizeof(struct request *)), *first[TRADES * 4] = { NULL };
	int *what = calloc(MANY, sizeof(int)), stored = 0, keys = 0;
	struct intake_stats stats;

	print_message("seed %u\n", seed);
	for (int i = 0; i < MANY; i++) {
		char order_no[32], waybill_no[32], payment_no[32];
		struct fixture f;

		what[i] = i > 10 && next_random(&seed) % 10 < 3 ? what[next_random(&seed) % (unsigned)i] : (int)(next_random(&seed) % (TRADES * 4));
		fixture_init(&f);
		number(order_no, sizeof(order_no), "O", what[i] / 4);
		number(waybill_no, sizeof(waybill_no), "W", what[i] / 4);
		number(payment_no, sizeof(payment_no), "P", what[i] / 4);
		f.order_no = order_no;
		f.waybill_no = waybill_no;
		f.payment_no = payment_no;
		r[i] = request_new(b);
		(void)request_add(r[i], &f, kinds[what[i] % 4]);
		request_send(r[i]);
		if (next_random(&seed) % 100 == 0)
			until(b, is_answered, NULL);
	}
	until(b, is_answered, NULL);
	for (int i = 0; i < MANY; i++) {
		struct request **one = &first[what[i]];

		assert_int_equal(r[i]->dones, 1);
		assert_true(r[i]->outcomes[0] == INTAKE_STORED || r[i]->outcomes[0] == INTAKE_REPEAT);
		stored += r[i]->outcomes[0] == INTAKE_STORED;
		keys += *one == NULL;
		if (*one == NULL)
			*one = r[i];
		assert_true(text_eq((*one)->receipts[0], r[i]->receipts[0]));
		if (*one == r[i])
			expect_receipt_verifies(b, r[i]->receipts[0]);
	}
	assert_int_equal(stored, keys);
	assert_int_equal(house_ask(b->house, "select count(*) from filing_key"), keys);
	expect_sets(b);
	intake_stats_get(b->intake, &stats);
	assert_true(stats.waiting == 0 && stats.in_flight == 0 && stats.stored == (uint64_t)keys && stats.repeats == (uint64_t)(MANY - keys));
	for (int i = 0; i < MANY; i++)
		request_free(r[i]);
	free(r);
	free(what);
}

static void test_full_queue_refuses(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r[300];
	struct fixture f;
	char order_no[32];
	int taken = 0;

	fixture_init(&f);
	f.order_no = order_no;
	for (int i = 0; i < 300; i++) {
		r[i] = request_new(b);
		for (int k = 0; k < NODES_MAX; k++) {
			number(order_no, sizeof(order_no), "F", i * NODES_MAX + k);
			(void)request_add(r[i], &f, DOC_ORDER);
		}
		b->open++;
		if (intake_submit(b->intake, &r[i]->submission, request_done)) {
			taken++;
			assert_int_equal(intake_is_calm(b->intake), taken < 100);
		} else {
			b->open--;
			break;
		}
	}
	assert_int_equal(taken, 200); /* waiting_limit is 20,000 filings */
	until(b, is_answered, NULL);
	for (int i = 0; i < taken; i++)
		assert_int_equal(r[i]->outcomes[99], INTAKE_STORED);
	for (int i = 0; i <= taken; i++)
		request_free(r[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_stored_and_repeated),
		CASE(test_conflict_names_the_first),
		CASE(test_twins),
		CASE(test_hundred_nodes),
		CASE(test_bad_data),
		CASE(test_revisions),
		CASE(test_too_late_and_after_rejection),
		CASE(test_changes_race),
		CASE(test_links_in_every_order),
		CASE(test_waybill_taken),
		CASE(test_waybill_changes_its_order),
		CASE(test_many_at_random),
		CASE(test_full_queue_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
