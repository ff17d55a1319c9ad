/* The risk rules: each at its limit and one beside it; rows in shadow; several rows of one rule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/lane.h"
#include "model/risk.h"

enum { ROWS_MAX = 40 };

static struct risk_row row(const char *name, enum risk_mode mode, int points, int64_t p0, int64_t p1)
{
	struct risk_row r = { .id = 1, .rule = risk_rule_by_name(text_of(name)), .mode = mode, .points = points, .parameters = { p0, p1, 0 } };

	assert_true(r.rule >= 0);
	return r;
}

static int points_of(struct risk_row r, const struct risk_facts *f)
{
	struct risk_hit hits[1];
	struct risk_judgement got;

	risk_judge(&r, 1, f, hits, &got);
	return got.points;
}

#define F(...) ((struct risk_facts){ __VA_ARGS__ })

static void each_rule_at_its_limit(void **state)
{
	const int64_t s = 1000000;
	const struct { const char *rule; int64_t p0, p1; struct risk_facts misses, hits; } cases[] = {
		{ "R-GOD-02", 0, 0, F(.total_fen = 1), F(.is_new_sku = true) },
		{ "R-GOD-03", 0, 0, F(.total_fen = 1), F(.is_sensitive = true) },
		{ "R-GOD-04", 0, 0, F(.total_fen = 1), F(.has_open_complaint = true) },
		{ "R-ORD-01", 5, 0, F(.orders_of_buyer = 4), F(.orders_of_buyer = 5) },
		{ "R-ORD-02", 3, 0, F(.buyers_at_address = 2), F(.buyers_at_address = 3) },
		{ "R-ORD-03", 3, 0, F(.buyers_of_phone = 2), F(.buyers_of_phone = 3) },
		{ "R-ORD-04", 2, 500000, F(.splits = 2, .split_fen = 500000), F(.splits = 2, .split_fen = 500001) },
		{ "R-ORD-04", 2, 500000, F(.splits = 1, .split_fen = 900000), F(.splits = 3, .split_fen = 900000) },
		{ "R-ORD-05", 12, 0, F(.units_of_sku = 12), F(.units_of_sku = 13) },
		{ "R-ORD-06", 0, 0, F(.has_times = true, .ordered_us = 5 * s, .paid_us = 5 * s), F(.has_times = true, .ordered_us = 6 * s, .paid_us = 5 * s) },
		{ "R-ORD-07", 1800, 0, F(.has_times = true, .paid_us = 1800 * s), F(.has_times = true, .paid_us = 1801 * s) },
		{ "R-ORD-08", 20, 0, F(.equal_orders_of_shop = 19), F(.equal_orders_of_shop = 20) },
		{ "R-PAY-01", 0, 0, F(.payer_differs = true, .identity_attested = true), F(.payer_differs = true) },
		{ "R-PAY-02", 0, 0, F(.total_fen = 1), F(.paid_differs = true) },
		{ "R-PAY-03", 3, 0, F(.buyers_of_account = 2), F(.buyers_of_account = 3) },
		{ "R-PAY-04", 0, 0, F(.total_fen = 1), F(.payment_data_bad = true) },
		{ "R-LOG-03", 0, 0, F(.total_fen = 1), F(.waybill_reused = true) },
		{ "R-LOG-04", 200, 200, F(.has_weights = true, .gross_g = 1200, .expected_g = 1000), F(.has_weights = true, .gross_g = 1201, .expected_g = 1000) },
		{ "R-LOG-04", 200, 200, F(.has_weights = true, .gross_g = 300, .expected_g = 100), F(.has_weights = true, .gross_g = 301, .expected_g = 100) },
		{ "R-DEC-01", 300, 0, F(.has_prices = true, .price_deviation = -300), F(.has_prices = true, .price_deviation = -301) },
		{ "R-DEC-02", 0, 0, F(.total_fen = 1), F(.total_fen = 1, .has_zero_price = true) },
		{ "R-DEC-02", 0, 0, F(.total_fen = 1), F(.total_fen = 0) },
		{ "R-DEC-03", 0, 0, F(.total_fen = 1), F(.hs_differs_from_filed = true) },
		{ "R-DEC-04", 500000, 0, F(.is_simplified = true, .declared_fen = 500000), F(.is_simplified = true, .declared_fen = 500001) },
		{ "R-DEC-04", 500000, 0, F(.has_licence = true, .declared_fen = 500001), F(.is_simplified = true, .has_licence = true, .declared_fen = 1) },
		{ "R-QUO-01", 900, 0, F(.has_quota = true, .quota_used = 900), F(.has_quota = true, .quota_used = 901) },
		{ "R-QUO-02", 3, 0, F(.buyers_near_quota_at_address = 2), F(.buyers_near_quota_at_address = 3) },
		{ "R-ID-01", 0, 0, F(.total_fen = 1), F(.identity_malformed = true) },
		{ "R-ID-02", 0, 0, F(.identity_refused = true), F(.has_identity = true, .identity_refused = true) },
		{ "R-ID-03", 3, 0, F(.accounts_of_identity = 2), F(.accounts_of_identity = 3) },
		{ "R-FX-05", 20000000, 0, F(.paid_of_buyer_fen = 19999999), F(.paid_of_buyer_fen = 20000000) },
	};
	bool seen[ROWS_MAX] = { false };

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct risk_row r = row(cases[i].rule, RISK_ACTIVE, 7, cases[i].p0, cases[i].p1);

		if (points_of(r, &cases[i].misses) != 0 || points_of(r, &cases[i].hits) != 7)
			fail_msg("%s", cases[i].rule);
		seen[r.rule] = true;
	}
	for (int i = 0; i < risk_rule_count(); i++)
		if (!seen[i] && !risk_rule_shows_later(i))
			fail_msg("%s has no case", risk_rule_name(i));
}

/* An address of seven buyers, a telephone of three, a price 35 % low: 90 points; black for B, red for A. */
static void the_worked_order(void **state)
{
	const struct risk_row rows[] = { row("R-ORD-02", RISK_ACTIVE, 20, 3, 0), row("R-ORD-02", RISK_ACTIVE, 40, 6, 0), row("R-ORD-03", RISK_ACTIVE, 30, 3, 0),
		                         row("R-DEC-01", RISK_ACTIVE, 20, 300, 0), row("R-DEC-01", RISK_ACTIVE, 40, 500, 0), row("R-ORD-01", RISK_ACTIVE, 25, 5, 0) };
	const struct risk_facts facts = { .total_fen = 1, .has_prices = true, .price_deviation = -350, .buyers_at_address = 7, .buyers_of_phone = 3 };
	struct risk_hit hits[COUNTOF(rows)];
	struct risk_judgement got;

	(void)state;
	risk_judge(rows, COUNTOF(rows), &facts, hits, &got);
	assert_int_equal(got.points, 90);
	assert_int_equal(got.hit_count, 3);
	assert_ptr_equal(got.hits[0].row, &rows[1]);
	assert_int_equal(got.hits[0].counted, 7);
	assert_int_equal(got.hits[2].counted, 350);
	assert_false(got.has_block);
}

static void a_trial_is_told_and_adds_nothing(void **state)
{
	struct risk_row rows[] = { row("R-ORD-03", RISK_ACTIVE, 30, 3, 0), row("R-ORD-03", RISK_SHADOW, 50, 2, 0), row("R-PAY-02", RISK_SHADOW, 0, 0, 0),
		                   row("R-PAY-04", RISK_OFF, 50, 0, 0) };
	const struct risk_facts facts = { .total_fen = 1, .buyers_of_phone = 3, .paid_differs = true, .payment_data_bad = true };
	struct risk_hit hits[COUNTOF(rows)];
	struct risk_judgement got;

	(void)state;
	rows[2].blocks = true;
	risk_judge(rows, COUNTOF(rows), &facts, hits, &got);
	assert_int_equal(got.points, 30);
	assert_int_equal(got.hit_count, 3);
	assert_false(got.has_block);
	rows[2].mode = RISK_ACTIVE;
	risk_judge(rows, COUNTOF(rows), &facts, hits, &got);
	assert_true(got.has_block);
}

/* Nothing known, nothing hit. */
static void what_is_not_known_never_hits(void **state)
{
	struct risk_row rows[ROWS_MAX];
	struct risk_hit hits[ROWS_MAX];
	struct risk_judgement got;

	(void)state;
	assert_true(risk_rule_count() <= ROWS_MAX);
	for (int i = 0; i < risk_rule_count(); i++)
		rows[i] = row(risk_rule_name(i), RISK_ACTIVE, 10, 1, 1);
	risk_judge(rows, risk_rule_count(), &(struct risk_facts){ .total_fen = 1 }, hits, &got);
	assert_int_equal(got.hit_count, 0);
	assert_int_equal(risk_rule_by_name(TEXT("R-ORD-99")), -1);
	assert_string_equal(risk_node_name(risk_rule_node(risk_rule_by_name(TEXT("R-PAY-04")))), "payment");
	assert_string_equal(risk_class_name(risk_rule_class(risk_rule_by_name(TEXT("R-PAY-04")))), "technical");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_rule_at_its_limit), cmocka_unit_test(the_worked_order), cmocka_unit_test(a_trial_is_told_and_adds_nothing),
		cmocka_unit_test(what_is_not_known_never_hits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
