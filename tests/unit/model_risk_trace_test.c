/* What a trade leaves behind, what is counted over it, and which rows hold on a day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fixture.h"
#include "model/risk_trace.h"

#define SECRET TEXT("a secret of the house")
#define HOUR   US_PER_HOUR

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

struct trade { struct document *order, *payment, *inventory; };

static struct trade trade_of(void)
{
	struct fixture f;

	fixture_init(&f);
	return (struct trade){ fixture_document(&arena, &f, DOC_ORDER, DIR_IMPORT), fixture_document(&arena, &f, DOC_PAYMENT, DIR_IMPORT),
		               fixture_document(&arena, &f, DOC_INVENTORY, DIR_IMPORT) };
}

static struct risk_trace trace_of(const struct trade *t)
{
	struct risk_trace got;

	assert_true(risk_trace_make(&arena, SECRET, t->order, t->payment, t->inventory, 0, &got));
	return got;
}

static void addresses_that_are_one(void **state)
{
	static const char *const same[] = { "杭州市余杭区文一西路969号a座", "杭州市 余杭区　文一西路９６９号Ａ座", "杭州市余杭区，文一西路969号（a座）", " 杭州市-余杭区\t文一西路 969 号 A 座。" };
	struct text first = risk_address(&arena, text_of(same[0]));

	(void)state;
	assert_string_equal(first.at, "杭州市余杭区文一西路969号A座");
	for (size_t i = 1; i < COUNTOF(same); i++)
		if (!text_eq(first, risk_address(&arena, text_of(same[i]))))
			fail_msg("%s", same[i]);
	assert_false(text_eq(first, risk_address(&arena, TEXT("杭州市余杭区文一西路968号A座"))));
	assert_int_equal(risk_address(&arena, TEXT("")).len, 0);
	assert_int_equal(risk_address(&arena, TEXT("\xe6")).len, 1); /* half a character */
}

static void equal_or_not_is_all_that_is_left(void **state)
{
	struct trade t = trade_of(), other = trade_of();
	struct risk_trace first = trace_of(&t), second;

	(void)state;
	second = trace_of(&other);
	assert_memory_equal(&first, &second, offsetof(struct risk_trace, goods));
	assert_true(first.buyer != 0 && first.address != 0 && first.phone != 0 && first.registration != 0 && first.account == 0);
	assert_int_equal(first.total_fen, 13821);
	assert_int_equal(first.buyer, risk_person(SECRET, document_get(t.order, F_BUYER_ID_NUMBER))); /* who holds the number finds him */
	assert_int_equal(risk_person(SECRET, TEXT("")), 0);
	fixture_set(other.order, F_CONSIGNEE_TELEPHONE, "+86 138-0000-0000");
	fixture_set(t.order, F_CONSIGNEE_TELEPHONE, "13800000000");
	assert_int_equal(trace_of(&t).phone, trace_of(&other).phone);
	fixture_set(other.order, F_BUYER_ID_NUMBER, FIXTURE_OTHER_ID);
	second = trace_of(&other);
	assert_true(second.buyer != first.buyer && second.address == first.address && second.shop == first.shop);
	assert_int_equal(second.account, first.buyer); /* the first buyer's money: found where he buys himself */
	assert_true(risk_trace_make(&arena, TEXT("another secret of the house"), t.order, t.payment, t.inventory, 0, &second));
	assert_true(second.buyer != first.buyer && second.phone != first.phone && second.shop == first.shop);
}

static void time_is_the_trades_own(void **state)
{
	struct trade t = trade_of();
	int64_t paid = 0, sent = 0;

	(void)state;
	assert_true(clock_parse_rfc3339(document_get(t.payment, F_PAID_AT), &paid) && clock_parse_rfc3339(document_get(t.order, F_SENT_AT), &sent));
	assert_int_equal(trace_of(&t).at_us, paid);
	t.payment = NULL;
	assert_int_equal(trace_of(&t).at_us, sent);
}

static void goods_come_back_as_they_went(void **state)
{
	struct trade t = trade_of();
	struct risk_trace got;
	struct risk_goods first;

	(void)state;
	fixture_set_line(t.inventory, 0, F_QUANTITY, "2.5");
	got = trace_of(&t);
	first = risk_goods_get(got.goods, 0);
	assert_int_equal(risk_goods_count(got.goods), 2);
	assert_int_equal(first.units, 3);
	assert_int_equal(first.unit_fen, 10000);
	assert_int_equal(risk_goods_get(got.goods, 1).units, 2);
	assert_int_equal(risk_goods_get(got.goods, 1).unit_fen, 1250);
	assert_true(first.heading > 100 && first.sku != risk_goods_get(got.goods, 1).sku);
	fixture_set_line(t.inventory, 0, F_CURRENCY, "502");
	got = trace_of(&t);
	assert_true(risk_goods_get(got.goods, 0).sku != first.sku);
}

/* --- counting ------------------------------------------------------------------------------------------------------ */

static struct risk_set set_of(void)
{
	static const struct { const char *rule; int window_s; int64_t p0, p1; } rows[] = {
		{ "R-ORD-01", 86400, 5, 0 }, { "R-ORD-04", 86400, 2, 500000 }, { "R-ORD-05", 2592000, 12, 0 }, { "R-ID-03", 604800, 3, 0 },
		{ "R-FX-05", 86400, 20000000, 0 } };
	struct risk_set s = { 0 };

	for (size_t i = 0; i < COUNTOF(rows); i++)
		s.rules[s.rule_count++] = (struct risk_dated){ .days = { 0, INT32_MAX }, .window_s = rows[i].window_s,
			.row = { .id = (int)i + 1, .rule = risk_rule_by_name(text_of(rows[i].rule)), .mode = RISK_ACTIVE, .points = 10, .parameters = { rows[i].p0, rows[i].p1 } } };
	for (int l = 0; l < LANE_COUNT; l++)
		s.lanes[s.lane_count++] = (struct lane_dated){ .days = { 100, 200 }, .id = l + 1, .lane = (enum lane_colour)l, .least = 10 * l };
	for (int l = 0; l < CREDIT_LEVEL_COUNT; l++)
		s.levels[s.level_count++] = (struct level_dated){ .days = { 0, INT32_MAX }, .id = l + 1, .level = (enum credit_level)l, .rate_bp = l };
	for (int n = 0; n < RISK_NUMBER_COUNT; n++)
		s.numbers[s.number_count++] = (struct number_dated){ .days = { 0, INT32_MAX }, .id = n + 1, .number = (enum risk_number)n, .value = 100 };
	return s;
}

static void one_buyer_is_counted_by_the_trades_own_time(void **state)
{
	const struct risk_set s = set_of();
	struct trade t = trade_of();
	struct risk_trace own = trace_of(&t);
	struct risk_facts got = { 0 };
	struct risk_day day;

	assert_true(risk_set_on(&s, 150, &day));
	{
		const struct risk_seen seen[] = {
			{ own.at_us, own.registration, 400000, own.goods },           /* at the same time: counts */
			{ own.at_us - 23 * HOUR, 7, 500001, own.goods },              /* beyond the limit by itself: no split */
			{ own.at_us - 24 * HOUR, 8, 100000, own.goods },              /* a day before: no longer */
			{ own.at_us - 8 * 24 * HOUR, 9, 100000, own.goods },
			{ own.at_us + 1, 10, 100000, own.goods },                     /* later */
		};

		(void)state;
		risk_trace_count(&day, &own, seen, COUNTOF(seen), &got);
	}
	assert_int_equal(got.orders_of_buyer, 3);
	assert_int_equal(got.splits, 2);
	assert_int_equal(got.split_fen, own.total_fen + 400000);
	assert_int_equal(got.units_of_sku, 2 * 5); /* line 2 has two pieces; four trades of thirty days and this one */
	assert_int_equal(got.accounts_of_identity, 3);
	assert_int_equal(got.paid_of_buyer_fen, own.total_fen + 400000 + 500001);
	assert_int_equal(risk_buyer_window(&day), 2592000);
	own.buyer = 0;
	got = (struct risk_facts){ 0 };
	risk_trace_count(&day, &own, NULL, 0, &got);
	assert_int_equal(got.orders_of_buyer + got.splits + got.units_of_sku + got.accounts_of_identity + got.paid_of_buyer_fen, 0);
}

static void rows_hold_on_their_days(void **state)
{
	struct risk_set s = set_of();
	struct fault f = { 0 };
	struct risk_day day;

	(void)state;
	assert_true(risk_set_check(&s, &f));
	assert_true(risk_set_on(&s, 100, &day) && risk_set_on(&s, 200, &day));
	assert_false(risk_set_on(&s, 99, &day) || risk_set_on(&s, 201, &day)); /* a day without lanes */
	s.rules[0].row.mode = RISK_OFF;
	assert_true(risk_set_on(&s, 150, &day));
	assert_int_equal(day.row_count, 4);
	assert_int_equal(risk_day_window(&day, "R-ORD-01"), 0);
	assert_int_equal(risk_day_longest(&day), 2592000);
	assert_int_equal(risk_day_parameter(&day, "R-ORD-04", 1), 500000);
	assert_int_equal(risk_day_parameter(&day, "R-ORD-01", 0), 0);
	s.rules[s.rule_count++] = (struct risk_dated){ .days = { 0, INT32_MAX }, .window_s = 7776000,
		.row = { .id = 9, .rule = risk_rule_by_name(TEXT("R-RET-01")), .mode = RISK_ACTIVE } };
	assert_true(risk_set_check(&s, &f) && risk_set_on(&s, 150, &day));
	assert_int_equal(risk_day_window(&day, "R-RET-01"), 7776000);
	assert_int_equal(risk_day_longest(&day), 2592000); /* no trade is judged by it */
	s.rules[s.rule_count - 1].row.blocks = true;
	assert_false(risk_set_check(&s, &f));
	s.rule_count--;
	f = (struct fault){ 0 };
	s.rules[s.rule_count] = s.rules[1];
	s.rules[s.rule_count++].window_s = 60;
	assert_false(risk_set_check(&s, &f));
	assert_int_equal(f.code, FAULT_SCHEMA);
	s.rules[s.rule_count - 1].days.from = 151;
	s.rules[1].days.to = 150;
	assert_true(risk_set_check(&s, &f)); /* one after the other */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(addresses_that_are_one, setup, teardown),
		cmocka_unit_test_setup_teardown(equal_or_not_is_all_that_is_left, setup, teardown),
		cmocka_unit_test_setup_teardown(time_is_the_trades_own, setup, teardown),
		cmocka_unit_test_setup_teardown(goods_come_back_as_they_went, setup, teardown),
		cmocka_unit_test_setup_teardown(one_buyer_is_counted_by_the_trades_own_time, setup, teardown),
		cmocka_unit_test(rows_hold_on_their_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
