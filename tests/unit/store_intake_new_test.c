/* Batches that are written as if nobody had filed any of it before. */
#include "flow_bench.h"

enum { TRADES = 32, FILED = 2 * TRADES }; /* their orders and the other half are a batch each, which take turns */

static void send_trades(struct bench *b, struct request **r, const char *prefix, enum doc_kind second)
{
	struct fixture f;
	char order_no[32];

	fixture_init(&f);
	f.order_no = order_no;
	for (int i = 0; i < FILED; i++) {
		number(order_no, sizeof(order_no), prefix, i % TRADES);
		f.waybill_no = f.payment_no = order_no;
		r[i] = request_new(b);
		(void)request_add(r[i], &f, i < TRADES ? DOC_ORDER : second);
		request_send(r[i]);
	}
}

static void expect_stored(struct bench *b, struct request **r)
{
	until(b, is_answered, NULL);
	for (int i = 0; i < FILED; i++) {
		assert_int_equal(r[i]->outcomes[0], INTAKE_STORED);
		expect_receipt_verifies(b, r[i]->receipts[0]);
		request_free(r[i]);
	}
}

static uint64_t new_batches(struct bench *b)
{
	struct intake_stats stats;

	intake_stats_get(b->intake, &stats);
	return stats.batches_new;
}

/* Filings, keys, declarations, log, feed and work say the same. */
static void expect_whole(struct bench *b, int filings, int declarations)
{
	assert_int_equal(house_ask(b->house, "select count(*) from filing"), filings);
	assert_int_equal(house_ask(b->house, "select count(*) from filing f join filing_key k on k.filing_id = f.id and k.key_id = f.key_id"
	                                     " and k.revision = f.revision and k.doc_sha256 = f.doc_sha256 and k.client_id = f.client_id"), filings);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration"), declarations);
	assert_int_equal(house_ask(b->house,
		"select count(*) from declaration d where (select array_agg(x order by x) from unnest(d.filing_ids) x) is distinct from"
		" (select array_agg(f.id order by f.id) from filing f where f.declaration_id = d.id)"), 0);
	assert_int_equal(house_ask(b->house,
		"select count(*) from filing f where not exists (select from change c, unnest(c.filing_ids, c.declaration_ids, c.kinds, c.client_ids, c.types)"
		" as x(f, d, k, u, t) where x.f = f.id and x.d = f.declaration_id and x.k = f.kind and x.u = f.client_id and x.t = 'filing.accepted')"), 0);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration d where not exists (select from work w where d.id = any (w.declaration_ids))"), 0);
	expect_logged(b, "filing");
	expect_logged(b, "seal");
}

static void test_all_new(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r[FILED], *again;
	struct text first;
	struct fixture f;

	send_trades(b, r, "N", DOC_PAYMENT);
	until(b, is_answered, NULL);
	assert_int_equal(new_batches(b), 2);
	expect_whole(b, FILED, TRADES);
	fixture_init(&f);
	f.order_no = f.waybill_no = f.payment_no = "N-000000";
	again = file_one(b, &f, DOC_ORDER);
	first = r[0]->receipts[0];
	assert_int_equal(again->outcomes[0], INTAKE_REPEAT);
	assert_true(text_eq(again->receipts[0], first));
	request_free(again);
	expect_stored(b, r);
}

/* Where one was there before, that one is a repeat and the rest is stored; from then on it is asked, for a while. */
static void test_one_is_not(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r[FILED], *first, *more[FILED];
	struct fixture f;

	fixture_init(&f);
	f.order_no = f.waybill_no = f.payment_no = "O-000003";
	first = file_one(b, &f, DOC_ORDER);
	send_trades(b, r, "O", DOC_PAYMENT);
	until(b, is_answered, NULL);
	assert_int_equal(new_batches(b), 1); /* the other of the two was on its way by then, and is new */
	for (int i = 0; i < FILED; i++) {
		assert_int_equal(r[i]->outcomes[0], i == 3 ? INTAKE_REPEAT : INTAKE_STORED);
		if (i == 3)
			assert_true(text_eq(r[i]->receipts[0], first->receipts[0]));
		else
			expect_receipt_verifies(b, r[i]->receipts[0]);
		request_free(r[i]);
	}
	request_free(first);
	expect_whole(b, FILED, TRADES);
	send_trades(b, more, "P", DOC_PAYMENT);
	expect_stored(b, more);
	assert_int_equal(new_batches(b), 1);
	expect_whole(b, 2 * FILED, 2 * TRADES);
}

/* What is one declaration's has to be gathered. */
static void test_pairs(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r[FILED];
	struct fixture f;
	char order_no[32];

	fixture_init(&f);
	f.order_no = f.payment_no = order_no;
	for (int i = 0; i < FILED; i++) {
		number(order_no, sizeof(order_no), "Q", i / 2);
		r[i] = request_new(b);
		(void)request_add(r[i], &f, i % 2 == 0 ? DOC_ORDER : DOC_PAYMENT);
		request_send(r[i]);
	}
	expect_stored(b, r);
	assert_int_equal(new_batches(b), 0);
	expect_whole(b, FILED, TRADES);
}

/* Waybills have to find their declaration. */
static void test_with_waybills(void **state)
{
	struct bench *b = bench_of(state);
	struct request *r[FILED];

	send_trades(b, r, "W", DOC_WAYBILL);
	expect_stored(b, r);
	assert_int_equal(new_batches(b), 1); /* the orders */
	assert_int_equal(house_ask(b->house, "select count(*) from link"), TRADES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_all_new),
		CASE(test_one_is_not),
		CASE(test_pairs),
		CASE(test_with_waybills),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
