/* Code lists and regimes by day: rows of several periods, the row in force, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture.h"

static void add(struct codebook *c, const char *code, const char *name, const char *from, const char *to)
{
	const struct code_row row = {
		.list = CODES_UNIT,
		.code = text_of(code),
		.name_zh = text_of(name),
		.valid_from = fixture_day(from),
		.valid_to = to == NULL ? INT32_MAX : fixture_day(to),
	};

	assert_true(codebook_add_code(c, &row));
}

static void test_periods(void **state)
{
	struct codebook *c = codebook_new(1 << 16);
	const struct code_row *row;

	(void)state;
	add(c, "007", "old", "2018-06-01", "2020-12-31");
	add(c, "007", "new", "2021-01-01", NULL);
	add(c, "035", "千克", "2018-06-01", "2019-01-01");
	assert_true(codebook_seal(c));

	assert_null(codebook_find(c, CODES_UNIT, TEXT("007"), fixture_day("2018-05-31")));
	row = codebook_find(c, CODES_UNIT, TEXT("007"), fixture_day("2020-12-31"));
	assert_true(row != NULL && text_is(row->name_zh, "old"));
	row = codebook_find(c, CODES_UNIT, TEXT("007"), fixture_day("2021-01-01"));
	assert_true(row != NULL && text_is(row->name_zh, "new") && row->name_en.at == NULL);
	assert_non_null(codebook_find(c, CODES_UNIT, TEXT("035"), fixture_day("2019-01-01")));
	assert_null(codebook_find(c, CODES_UNIT, TEXT("035"), fixture_day("2019-01-02")));
	assert_null(codebook_find(c, CODES_CURRENCY, TEXT("007"), fixture_day("2021-01-01")));
	assert_null(codebook_find(c, CODES_UNIT, TEXT(""), fixture_day("2021-01-01")));
	assert_null(codebook_find(c, CODES_UNIT, TEXT("0071234567"), fixture_day("2021-01-01")));
	codebook_free(c);
	codebook_free(NULL);
}

/* Rows of a list stand together, by code and time, in whatever order they came. */
static void test_list(void **state)
{
	static const char *const want[] = { "001", "007 old", "007 new", "0071", "035" };
	const struct code_row currency = { .list = CODES_CURRENCY, .code = TEXT("142"), .name_zh = TEXT("人民币"), .valid_to = INT32_MAX };
	struct codebook *c = codebook_new(1 << 16);
	const struct code_row *rows;
	int count;

	(void)state;
	add(c, "035", "", "2018-06-01", NULL);
	add(c, "007", " new", "2021-01-01", NULL);
	assert_true(codebook_add_code(c, &currency));
	add(c, "0071", "", "2018-06-01", NULL);
	add(c, "007", " old", "2018-06-01", "2020-12-31");
	add(c, "001", "", "2018-06-01", NULL);
	assert_true(codebook_seal(c));
	rows = codebook_list(c, CODES_UNIT, &count);
	assert_int_equal(count, COUNTOF(want));
	for (int i = 0; i < count; i++) {
		char is[16];

		snprintf(is, sizeof(is), TEXT_FMT TEXT_FMT, TEXT_ARG(rows[i].code), TEXT_ARG(rows[i].name_zh));
		assert_string_equal(is, want[i]);
	}
	(void)codebook_list(c, CODES_CURRENCY, &count);
	assert_int_equal(count, 1);
	(void)codebook_list(c, CODES_PORT, &count);
	assert_int_equal(count, 0);
	codebook_free(c);
}

/* The texts given need not live on. */
static void test_many(void **state)
{
	struct codebook *c = codebook_new(4 << 20);
	const int32_t day = fixture_day("2026-03-02");
	char code[12];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(code, sizeof(code), "%04d", i);
		add(c, code, code, "2018-06-01", NULL);
	}
	assert_true(codebook_seal(c));
	for (int i = 0; i < 10000; i++) {
		const struct code_row *row;

		snprintf(code, sizeof(code), "%04d", i);
		row = codebook_find(c, CODES_UNIT, text_of(code), day);
		assert_true(row != NULL && text_is(row->name_zh, code));
	}
	assert_null(codebook_find(c, CODES_UNIT, TEXT("10000"), day));
	codebook_free(c);
}

static void test_limit(void **state)
{
	struct codebook *c = codebook_new(4096);
	const struct code_row row = { .list = CODES_UNIT, .code = TEXT("007"), .name_zh = TEXT("个"), .valid_to = INT32_MAX };
	int added = 0;

	(void)state;
	while (codebook_add_code(c, &row))
		added++;
	assert_in_range(added, 4, 1000);
	codebook_free(c);
}

static void test_regimes(void **state)
{
	struct codebook *c = codebook_new(1 << 16);
	struct regime r = { .trade_mode = TEXT("9610"), .direction = DIR_IMPORT, .source = TEXT("test"), .valid_to = INT32_MAX };
	const int32_t day = fixture_day("2026-03-02");

	(void)state;
	r.id = 1;
	r.valid_from = fixture_day("2019-01-01");
	assert_true(codebook_add_regime(c, &r));
	r.id = 2;
	r.valid_from = fixture_day("2026-03-02");
	assert_true(codebook_add_regime(c, &r));
	r.id = 3;
	r.trade_mode = TEXT("*");
	assert_true(codebook_add_regime(c, &r));
	assert_true(codebook_seal(c));

	assert_int_equal(codebook_regime(c, TEXT("9610"), DIR_IMPORT, day - 1)->id, 1);
	assert_int_equal(codebook_regime(c, TEXT("9610"), DIR_IMPORT, day)->id, 2);
	assert_null(codebook_regime(c, TEXT("9610"), DIR_EXPORT, day));
	assert_null(codebook_regime(c, TEXT("1210"), DIR_IMPORT, day));
	assert_null(codebook_regime(c, TEXT("9610"), DIR_IMPORT, fixture_day("2018-12-31")));
	assert_int_equal(codebook_default_regime(c, DIR_IMPORT, day)->id, 3);
	assert_null(codebook_default_regime(c, DIR_EXPORT, day));
	codebook_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_periods),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_regimes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
