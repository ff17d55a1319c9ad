/* The load generator's filings are what they claim: acceptable, matching, each unlike every other; and its clock counts right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/bench.h"
#include "fixture.h"
#include "model/verdict.h"
#include "standard/reader.h"

#define NOW_US INT64_C(1772417472000000) /* 2026-03-02 10:11:12 in Shanghai */

struct bed {
	struct arena arena;
	struct filings filings;
	struct codebook *book;
};

static int set_up(void **state)
{
	struct bed *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	arena_init(&b->arena, 64 << 20);
	b->book = fixture_codebook();
	assert_true(filings_init(&b->filings, &b->arena, 7, TEXT("RUN001")));
	trader_stamp(&b->filings.trader, NOW_US);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *b = *state;

	codebook_free(b->book);
	arena_done(&b->arena);
	free(b);
	return 0;
}

/* The checked document of one filing, whose bytes are copied. */
static struct document *read_filing(struct bed *b, uint64_t n, enum doc_kind kind)
{
	struct text body = text_dup(&b->arena, filings_make(&b->filings, n, kind));
	struct message m = { 0 };
	struct fault f = { 0 };

	if (!message_read_json(&b->arena, body, &m, &f))
		fail_msg("%s: " TEXT_FMT, f.text, TEXT_ARG(body));
	message_check(&b->arena, &m, b->book, fixture_day("2026-03-02"));
	assert_int_equal(m.node_count, 1);
	if (m.nodes[0].findings != NULL)
		fail_msg("%s: " TEXT_FMT, rule_slug(m.nodes[0].findings->list[0].rule), TEXT_ARG(body));
	assert_int_equal(m.nodes[0].doc->def->kind, kind);
	return m.nodes[0].doc;
}

static void test_trades_match(void **state)
{
	struct bed *b = *state;

	for (uint64_t n = 0; n < 200; n++) {
		struct filed filed[4] = { { .revision = 0 } };
		struct trade_case c = { .filed = filed, .filed_count = 4, .opened_us = NOW_US };
		struct verdict v;

		for (int kind = 0; kind < 4; kind++) {
			struct document *d = read_filing(b, n * 7919, (enum doc_kind)kind);

			filed[kind] = (struct filed){ .id = { .b = { (uint8_t)kind } }, .kind = (enum doc_kind)kind, .action = ACTION_ADD, .revision = 1,
				                      .business_key = document_business_key(d, &b->arena), .doc = d };
		}
		c.platform_code = document_get(filed[0].doc, F_PLATFORM_CODE);
		c.order_no = document_get(filed[0].doc, F_ORDER_NO);
		verdict_judge(&c, b->book, NOW_US, &v);
		assert_string_equal(verdict_name(v.kind), "MATCHED");
	}
}

static int by_bytes(const void *x, const void *y)
{
	return memcmp(x, y, 64);
}

/* No two of the values that must be distinct are equal: over trades, and over runs. */
static void test_nothing_repeats(void **state)
{
	static const struct {
		enum doc_kind kind;
		enum field field;
	} rows[] = { { DOC_ORDER, F_GUID }, { DOC_ORDER, F_ORDER_NO }, { DOC_ORDER, F_BUYER_ID_NUMBER }, { DOC_PAYMENT, F_PAYMENT_NO },
		     { DOC_WAYBILL, F_WAYBILL_NO }, { DOC_INVENTORY, F_GUID } };
	enum { TRADES = 500 };
	static const struct text runs[] = { TEXT("RUN001"), TEXT("RUN002") };
	char (*seen)[64] = calloc(COUNTOF(runs) * TRADES, sizeof(*seen));
	struct bed *b = *state;

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		size_t count = 0;

		memset(seen, 0, COUNTOF(runs) * TRADES * sizeof(*seen));
		for (size_t run = 0; run < (rows[i].field == F_BUYER_ID_NUMBER ? 1 : COUNTOF(runs)); run++) {
			assert_true(filings_init(&b->filings, &b->arena, 7, runs[run]));
			trader_stamp(&b->filings.trader, NOW_US);
			for (uint64_t n = 0; n < TRADES; n++) {
				struct text t = document_get(read_filing(b, n, rows[i].kind), rows[i].field);

				assert_true(t.len > 0 && t.len < sizeof(*seen));
				memcpy(seen[count++], t.at, t.len);
			}
			arena_done(&b->arena);
		}
		qsort(seen, count, sizeof(*seen), by_bytes);
		for (size_t k = 1; k < count; k++)
			assert_int_not_equal(by_bytes(seen[k - 1], seen[k]), 0);
	}
	free(seen);
}

static void test_order_is_shuffled(void **state)
{
	struct bed *b = *state;
	bool came_first[4] = { false };

	for (uint64_t n = 0; n < 64; n++) {
		enum doc_kind order[4];
		unsigned seen = 0;

		trade_order(&b->filings.trader, n, order);
		for (int i = 0; i < 4; i++)
			seen |= 1u << order[i];
		assert_int_equal(seen, 0xf);
		came_first[order[0]] = true;
	}
	assert_true(came_first[0] && came_first[1] && came_first[2] && came_first[3]);
}

static void test_request_is_whole(void **state)
{
	static const char *const tokens[4] = { "tg_a", "tg_b", "tg_c", NULL };
	struct bed *b = *state;

	assert_true(filings_for_http(&b->filings, "127.0.0.1:1", "/v1/filings", tokens));
	for (int kind = 0; kind < 4; kind++) {
		struct text r = filings_make(&b->filings, 3, (enum doc_kind)kind);
		const char *text = arena_copy(&b->arena, r.at, r.len), *length = strstr(text, "Content-Length: "), *body = strstr(text, "\r\n\r\n");

		assert_non_null(length);
		assert_non_null(body);
		assert_int_equal(strtol(length + 16, NULL, 10), strlen(body + 4));
		assert_int_equal(body[4], '{');
		assert_int_equal(strstr(text, "Authorization: Bearer tg_") != NULL, tokens[kind] != NULL);
	}
}

static void test_latency(void **state)
{
	struct latency *l = calloc(1, sizeof(*l));

	(void)state;
	assert_int_equal(latency_at(l, 0.5), 0);
	for (int us = 1; us <= 100000; us++)
		latency_add(l, us);
	assert_in_range(latency_at(l, 0.50), 49000, 51000);
	assert_in_range(latency_at(l, 0.99), 97500, 100500);
	assert_int_equal(l->max_us, 100000);
	latency_add(l, INT64_C(3600000000));
	assert_int_equal(l->max_us, 3600000000);
	assert_in_range(latency_at(l, 1.0), INT64_C(3540000000), INT64_C(3600000000));
	free(l);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_trades_match),
		CASE(test_nothing_repeats),
		CASE(test_order_is_shuffled),
		CASE(test_request_is_whole),
		cmocka_unit_test(test_latency),
	};

	return cmocka_run_group_tests_name("bench_filings", tests, NULL, NULL);
}
