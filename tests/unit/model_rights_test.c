/* Who may take part in a filing and act for whom: every rule by a table of cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "fixture.h"
#include "model/rights.h"

enum { MERCHANT = 1, DECLARANT, PLATFORM, RULE_ROW = 7 };
#define ALL_KINDS   (1u << DOC_INVENTORY | 1u << DOC_CANCELLATION)
#define OTHER_CODE  "3301960001" /* the declarant's customs code */

struct bench {
	struct arena arena;
	struct rights *r;
	int32_t day;
};

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	arena_init(&b->arena, 4 << 20);
	b->r = rights_new(8 << 20);
	b->day = fixture_day("2026-03-02");
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	rights_free(b->r);
	arena_done(&b->arena);
	free(b);
	return 0;
}

static void party(struct bench *b, int32_t id, const char *code, enum enterprise_state s, const char *district, unsigned frozen)
{
	assert_true(rights_add_party(b->r, &(struct right_party){ .id = id, .state = s, .district = text_of(district), .frozen = frozen }));
	assert_true(rights_add_number(b->r, text_of(code), id));
}

static void two_parties(struct bench *b)
{
	party(b, DECLARANT, FIXTURE_DECLARANT, ENTERPRISE_FILED, "350102", 0);
	party(b, MERCHANT, FIXTURE_MERCHANT, ENTERPRISE_FILED, "320508", 0);
	assert_true(rights_add_number(b->r, TEXT(OTHER_CODE), DECLARANT));
}

static void asks_for_authorisations(struct bench *b, int32_t from, int32_t to)
{
	assert_true(rights_add_authorisation_rule(b->r, &(struct authorisation_rule){ .id = RULE_ROW, .kinds = ALL_KINDS, .valid_from = from, .valid_to = to }));
}

static struct document *inventory(struct bench *b, enum direction d)
{
	struct fixture f;

	fixture_init(&f);
	return fixture_document(&b->arena, &f, DOC_INVENTORY, d);
}

static struct findings check(struct bench *b, const struct document *d)
{
	struct findings found;

	findings_init(&found, &b->arena);
	rights_check(b->r, d, b->day, &found);
	return found;
}

static void nothing_known_refuses_nothing(void **state)
{
	struct bench *b = *state;

	assert_true(rights_seal(b->r));
	assert_int_equal(check(b, inventory(b, DIR_IMPORT)).count, 0);
	assert_null(rights_party(b->r, TEXT(FIXTURE_MERCHANT)));
	assert_null(rights_goods_rule(b->r, inventory(b, DIR_IMPORT), b->day));
}

static void many_are_found_by_every_number(void **state)
{
	struct bench *b = *state;
	char number[16];

	for (int32_t id = 5000; id > 0; id--) { /* not in the order in which they are sought */
		(void)snprintf(number, sizeof(number), "N%07d", (int)id);
		party(b, id, number, ENTERPRISE_FILED, "330102", 0);
	}
	assert_true(rights_seal(b->r));
	for (int32_t id = 1; id <= 5000; id++) {
		(void)snprintf(number, sizeof(number), "N%07d", (int)id);
		assert_int_equal(rights_party(b->r, text_of(number))->id, id);
	}
	assert_null(rights_party(b->r, TEXT("N0005001")));
	assert_null(rights_party(b->r, TEXT("")));
}

static void what_stops_a_party(void **state)
{
	static const struct {
		enum enterprise_state state;
		unsigned frozen;
		int rule; /* -1: none */
	} cases[] = {
		{ ENTERPRISE_APPLIED, 0, -1 }, { ENTERPRISE_FILED, 0, -1 }, { ENTERPRISE_SUSPENDED, 0, RULE_PARTY_SUSPENDED },
		{ ENTERPRISE_CLOSED, 0, RULE_PARTY_SUSPENDED }, { ENTERPRISE_FILED, FACT_BIT(FACT_NAME), RULE_PARTY_FROZEN },
		{ ENTERPRISE_FILED, FACT_BIT(FACT_STANDING), RULE_PARTY_FROZEN },
		{ ENTERPRISE_FILED, FACT_BIT(FACT_REPRESENTATIVE) | FACT_BIT(FACT_ADDRESS) | FACT_BIT(FACT_DISTRICT), -1 },
		{ ENTERPRISE_SUSPENDED, FACT_BIT(FACT_NAME), RULE_PARTY_SUSPENDED },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct findings found;

		rights_free(b->r);
		b->r = rights_new(1 << 20);
		party(b, MERCHANT, FIXTURE_MERCHANT, cases[i].state, "320508", cases[i].frozen);
		assert_true(rights_seal(b->r));
		found = check(b, inventory(b, DIR_IMPORT));
		assert_int_equal(found.count, cases[i].rule >= 0);
		if (cases[i].rule < 0)
			continue;
		assert_int_equal(found.list[0].rule, cases[i].rule);
		assert_int_equal(found.list[0].field->id, F_MERCHANT_CODE);
		assert_true(text_is(found.list[0].got, FIXTURE_MERCHANT));
	}
}

static void only_under_an_authorisation(void **state)
{
	const struct {
		struct right_grant grant;
		bool covers;
	} cases[] = {
		{ { MERCHANT, DECLARANT, ALL_KINDS, TEXT("*"), 0, INT32_MAX }, true },
		{ { MERCHANT, DECLARANT, ALL_KINDS, TEXT("1210,9610"), 0, INT32_MAX }, true },
		{ { MERCHANT, DECLARANT, ALL_KINDS, TEXT("1210"), 0, INT32_MAX }, false },
		{ { MERCHANT, DECLARANT, 1u << DOC_CANCELLATION, TEXT("*"), 0, INT32_MAX }, false },
		{ { MERCHANT, DECLARANT, ALL_KINDS, TEXT("*"), fixture_day("2026-03-02"), fixture_day("2026-03-02") }, true },
		{ { MERCHANT, DECLARANT, ALL_KINDS, TEXT("*"), fixture_day("2026-03-03"), INT32_MAX }, false },
		{ { MERCHANT, DECLARANT, ALL_KINDS, TEXT("*"), 0, fixture_day("2026-03-01") }, false },
		{ { DECLARANT, MERCHANT, ALL_KINDS, TEXT("*"), 0, INT32_MAX }, false }, /* the other way round */
		{ { MERCHANT, PLATFORM, ALL_KINDS, TEXT("*"), 0, INT32_MAX }, false },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct findings found;

		rights_free(b->r);
		b->r = rights_new(1 << 20);
		two_parties(b);
		asks_for_authorisations(b, 0, INT32_MAX);
		for (int32_t other = 50; other > 40; other--) /* others on both sides, to be passed over */
			assert_true(rights_add_grant(b->r, &(struct right_grant){ other % 2 == 0 ? MERCHANT : other, other, ALL_KINDS, TEXT("*"), 0, INT32_MAX }));
		assert_true(rights_add_grant(b->r, &cases[i].grant) && rights_seal(b->r));
		found = check(b, inventory(b, DIR_IMPORT));
		if ((found.count == 0) != cases[i].covers)
			fail_msg("case %d", (int)i);
		if (cases[i].covers)
			continue;
		assert_int_equal(found.list[0].rule, RULE_PARTY_AUTHORISATION);
		assert_int_equal(found.list[0].field->id, F_DECLARANT_CODE);
		assert_non_null(strstr(found.list[0].expected, "rule row 7, in force since 1970-01-01"));
		assert_non_null(strstr(found.list[0].expected, "on 2026-03-02"));
	}
}

static void one_of_several_grants_is_enough(void **state)
{
	struct bench *b = *state;

	two_parties(b);
	asks_for_authorisations(b, 0, INT32_MAX);
	assert_true(rights_add_grant(b->r, &(struct right_grant){ MERCHANT, DECLARANT, ALL_KINDS, TEXT("1210"), 0, INT32_MAX }));
	assert_true(rights_add_grant(b->r, &(struct right_grant){ MERCHANT, DECLARANT, ALL_KINDS, TEXT("9610"), 0, INT32_MAX }));
	assert_true(rights_seal(b->r));
	assert_int_equal(check(b, inventory(b, DIR_IMPORT)).count, 0);
}

static void who_needs_none(void **state)
{
	struct bench *b = *state;
	struct document *d;

	two_parties(b);
	asks_for_authorisations(b, 0, INT32_MAX);
	assert_true(rights_seal(b->r));
	d = inventory(b, DIR_EXPORT);
	assert_int_equal(check(b, d).count, 1);
	fixture_set(d, F_DECLARANT_CODE, FIXTURE_MERCHANT);
	assert_int_equal(check(b, d).count, 0); /* for itself */
	fixture_set(d, F_DECLARANT_CODE, OTHER_CODE);
	fixture_set(d, F_MERCHANT_CODE, FIXTURE_DECLARANT);
	assert_int_equal(check(b, d).count, 0); /* under another of its numbers */
	fixture_set(d, F_MERCHANT_CODE, FIXTURE_CARRIER);
	assert_int_equal(check(b, d).count, 1); /* who is not registered has granted nothing */
}

static void the_rule_has_its_days(void **state)
{
	struct bench *b = *state;

	asks_for_authorisations(b, fixture_day("2026-01-01"), fixture_day("2026-03-02"));
	assert_true(rights_seal(b->r));
	assert_int_equal(check(b, inventory(b, DIR_IMPORT)).count, 1);
	b->day++;
	assert_int_equal(check(b, inventory(b, DIR_IMPORT)).count, 0);
	b->day = fixture_day("2025-12-31");
	assert_int_equal(check(b, inventory(b, DIR_IMPORT)).count, 0);
}

static void phases_by_domicile(void **state)
{
	static const struct {
		const char *inside;
		bool open;
		unsigned frozen;
		int findings;
	} cases[] = { { "3205", false, 0, 0 }, { "33,3205", false, 0, 0 }, { "330,4403", false, 0, 1 }, { "330", true, 0, 0 }, { "", false, 0, 1 },
		      { "3205", false, FACT_BIT(FACT_DISTRICT), 1 } };
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct findings found;

		rights_free(b->r);
		b->r = rights_new(1 << 20);
		party(b, MERCHANT, FIXTURE_MERCHANT, ENTERPRISE_FILED, "320508", cases[i].frozen);
		assert_true(rights_add_scope_rule(b->r, &(struct scope_rule){ .id = RULE_ROW, .outside_may_file = cases[i].open, .districts = text_of(cases[i].inside),
		                                                              .parties = TEXT("merchant_code,of_a_newer_program"), .valid_to = INT32_MAX }));
		assert_true(rights_seal(b->r));
		found = check(b, inventory(b, DIR_IMPORT));
		assert_int_equal(found.count, cases[i].findings);
		if (found.count > 0)
			assert_true(found.list[0].rule == RULE_PARTY_SCOPE && found.list[0].field->id == F_MERCHANT_CODE);
	}
}

static void which_goods_are_asked_about(void **state)
{
	struct bench *b = *state;
	struct fixture f;

	fixture_init(&f);
	assert_true(rights_add_goods_rule(b->r, &(struct goods_rule){ .id = 1, .trade_mode = TEXT("9610"), .direction = DIR_IMPORT,
	                                                              .kinds = 1u << DOC_INVENTORY | 1u << DOC_ORDER, .valid_to = INT32_MAX }));
	assert_true(rights_add_goods_rule(b->r, &(struct goods_rule){ .id = 2, .trade_mode = TEXT("*"), .direction = DIR_EXPORT, .kinds = 1u << DOC_ORDER,
	                                                              .valid_to = INT32_MAX }));
	assert_true(rights_seal(b->r));
	assert_int_equal(rights_goods_rule(b->r, inventory(b, DIR_IMPORT), b->day)->id, 1);
	assert_null(rights_goods_rule(b->r, inventory(b, DIR_EXPORT), b->day));
	assert_null(rights_goods_rule(b->r, fixture_document(&b->arena, &f, DOC_ORDER, DIR_IMPORT), b->day)); /* an order names no mode */
	assert_int_equal(rights_goods_rule(b->r, fixture_document(&b->arena, &f, DOC_ORDER, DIR_EXPORT), b->day)->id, 2);
	f.trade_mode = "1210";
	assert_null(rights_goods_rule(b->r, fixture_document(&b->arena, &f, DOC_INVENTORY, DIR_IMPORT), b->day));
}

/* Recalled goods of one merchant are in no new order and no inventory of it; those of others, payments and what takes back are. */
static void frozen_goods(void **state)
{
	static const struct {
		int32_t enterprise;
		const char *item;
		int findings;
	} cases[] = { { MERCHANT, "%s", 1 }, { MERCHANT, "%s-2", 0 }, { DECLARANT, "%s", 0 } };
	struct bench *b = *state;
	struct fixture f;

	fixture_init(&f);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct document *order = fixture_document(&b->arena, &f, DOC_ORDER, DIR_IMPORT), *inventory_of = inventory(b, DIR_IMPORT);
		struct text first = document_line_get(order, 0, F_ITEM_NO);
		struct findings found;
		struct buf item;

		assert_true(first.len > 0 && text_eq(first, document_line_get(inventory_of, 0, F_ITEM_NO)));
		buf_init(&item, &b->arena, 40);
		buf_text(&item, first);
		buf_str(&item, cases[i].item + 2);
		rights_free(b->r);
		b->r = rights_new(1 << 20);
		two_parties(b);
		assert_true(rights_add_freeze(b->r, &(struct right_freeze){ .enterprise = 99, .item = first, .why = TEXT("x") }));
		assert_true(rights_add_freeze(b->r, &(struct right_freeze){ .enterprise = cases[i].enterprise, .item = buf_as_text(&item), .why = TEXT("recall 7") }));
		assert_true(rights_seal(b->r));
		found = check(b, order);
		assert_int_equal(found.count, cases[i].findings);
		assert_int_equal(check(b, inventory_of).count, cases[i].findings);
		assert_int_equal(check(b, fixture_document(&b->arena, &f, DOC_PAYMENT, DIR_IMPORT)).count, 0);
		if (found.count > 0) {
			assert_true(found.list[0].rule == RULE_GOODS_FROZEN && found.list[0].line == 0 && found.list[0].field->id == F_ITEM_NO);
			assert_string_equal(found.list[0].expected, "goods that nothing holds; these: recall 7");
		}
	}
}

static void batches_that_are_held(void **state)
{
	static const struct {
		const char *held, *named;
		bool is_held;
	} cases[] = {
		{ "", "", true }, { "", "B1", true }, { "B7", "", true }, { "B7", "B7", true }, { "B7", "B70", false }, { "B7", "AB7", false }, { "B7", "b7", false },
		{ "B7", "B6,B7", true }, { "B7", "B7;B8", true }, { "B7", "B6 B7", true }, { "B7", "B6\tB7\n", true }, { "B7", "B6，B7；B8", true }, { "B7", "B6、B7", true },
		{ "B7", "B6　B7", true }, { "B7", "B6，", false }, { "B7\nB9", "B8,B9", true }, { "B7\nB9", "B8", false }, { "批7", "批6，批7", true }, { "批7", "批", false },
	};
	struct bench *b = *state;
	struct fixture f;

	fixture_init(&f);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		const struct document *order = fixture_document(&b->arena, &f, DOC_ORDER, DIR_IMPORT);
		struct right_freeze z = { .enterprise = MERCHANT, .item = document_line_get(order, 1, F_ITEM_NO), .why = TEXT("x"), .batches = text_of(cases[i].held) };

		rights_free(b->r);
		b->r = rights_new(1 << 20);
		two_parties(b);
		assert_true(rights_add_freeze(b->r, &z) && rights_seal(b->r));
		if (rights_holds(b->r, order, text_of(cases[i].named)) != cases[i].is_held)
			fail_msg("'%s' is held, '%s' is named", cases[i].held, cases[i].named);
		assert_false(rights_holds(b->r, fixture_document(&b->arena, &f, DOC_PAYMENT, DIR_IMPORT), text_of(cases[i].named)));
	}
}

static void kinds_by_name(void **state)
{
	(void)state;
	assert_int_equal(right_kinds_read(TEXT("inventory,cancellation,inventory_receipt,of_a_newer_program")), ALL_KINDS);
	assert_int_equal(right_kinds_read(TEXT("")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_known_refuses_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(many_are_found_by_every_number, setup, teardown),
		cmocka_unit_test_setup_teardown(what_stops_a_party, setup, teardown),
		cmocka_unit_test_setup_teardown(only_under_an_authorisation, setup, teardown),
		cmocka_unit_test_setup_teardown(one_of_several_grants_is_enough, setup, teardown),
		cmocka_unit_test_setup_teardown(who_needs_none, setup, teardown),
		cmocka_unit_test_setup_teardown(the_rule_has_its_days, setup, teardown),
		cmocka_unit_test_setup_teardown(frozen_goods, setup, teardown),
		cmocka_unit_test_setup_teardown(batches_that_are_held, setup, teardown),
		cmocka_unit_test_setup_teardown(phases_by_domicile, setup, teardown),
		cmocka_unit_test_setup_teardown(which_goods_are_asked_about, setup, teardown),
		cmocka_unit_test(kinds_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
