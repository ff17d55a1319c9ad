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

/* Who is only told is not required: a row that says so cannot be obeyed. */
static void test_told(void **state)
{
	(void)state;
	for (int required = 0; required <= 1; required++) {
		struct codebook *c = codebook_new(1 << 16);
		struct regime r = { .id = 1, .trade_mode = TEXT("*"), .direction = DIR_IMPORT, .source = TEXT("test"), .valid_to = INT32_MAX };
		struct regime_step flow = { .regime_id = 1, .number = 1, .required = true, .responsible = TEXT("platform"), .valid_to = INT32_MAX, .source = TEXT("test") };
		struct regime_step told = flow;
		struct fault f = { 0 };

		told.number = 2;
		told.required = required != 0;
		assert_true(regime_step_read(&flow, TEXT("match"), TEXT("order"), (struct text){ NULL, 0 }, TEXT("")));
		assert_true(regime_step_read(&told, TEXT("follow"), (struct text){ NULL, 0 }, TEXT("STAT"), TEXT("1")));
		assert_true(codebook_add_regime(c, &r) && codebook_add_step(c, &flow) && codebook_add_step(c, &told) && codebook_seal(c));
		assert_int_equal(codebook_check_regimes(c, &f), required == 0);
		assert_true(required == 0 || strstr(f.text, "nobody waits") != NULL);
		assert_int_equal(c->informed, AUTHORITY_BIT(AUTHORITY_STAT));
		codebook_free(c);
	}
}

/* --- classes of goods --- */

static void add_goods(struct codebook *c, int id, const char *goods_class, const char *hs, const char *from, const char *to)
{
	const struct goods_row row = { .id = id, .goods_class = text_of(goods_class), .hs = text_of(hs), .valid_from = fixture_day(from),
		                       .valid_to = to == NULL ? INT32_MAX : fixture_day(to) };

	assert_true(codebook_add_goods(c, &row));
}

/* The ids of the rows that a code is found by: "1 2". */
static const char *goods_of(const struct codebook *c, const char *hs, const char *day, char out[64])
{
	struct goods_found found = { 0 };
	size_t len = 0;

	codebook_find_goods(c, text_of(hs), fixture_day(day), &found);
	out[0] = '\0';
	for (int n = 0; n < GOODS_CLASSES_MAX; n++)
		if ((found.classes >> n & 1) != 0)
			len += (size_t)snprintf(out + len, 64 - len, "%s%d", len == 0 ? "" : " ", (int)found.why[n].row->id);
	return out;
}

static void test_goods(void **state)
{
	struct codebook *c = codebook_new(1 << 16);
	char out[64];

	(void)state;
	add_goods(c, 1, "a", "02", "2019-01-01", NULL);
	add_goods(c, 2, "b", "020714", "2019-01-01", "2020-12-31");
	add_goods(c, 3, "b", "0207141100", "2021-01-01", NULL);
	add_goods(c, 4, "c", "30", "2019-01-01", NULL);
	add_goods(c, 5, "a", "0207", "2019-01-01", NULL);
	assert_true(codebook_seal(c));
	assert_string_equal(goods_of(c, "0201100000", "2026-03-02", out), "1");
	assert_string_equal(goods_of(c, "0207141100", "2020-12-31", out), "1 2"); /* of a class the widest row says it */
	assert_string_equal(goods_of(c, "0207141100", "2021-01-01", out), "1 3");
	assert_string_equal(goods_of(c, "0207141101", "2021-01-01", out), "1");
	assert_string_equal(goods_of(c, "3004", "2021-01-01", out), "4");
	assert_string_equal(goods_of(c, "0207", "2018-12-31", out), "");
	assert_string_equal(goods_of(c, "1901101090", "2026-03-02", out), "");
	assert_string_equal(goods_of(c, "0", "2026-03-02", out), "");
	codebook_free(c);
}

/* --- what an authority may see --- */

static void allow(struct codebook *c, int place, const char *mode, const char *member, const char *value, const char *from, const char *to)
{
	struct form_row row = { .place = place, .direction = TEXT("*"), .trade_mode = text_of(mode), .member = text_of(member), .value = text_of(value),
		                .purpose = TEXT("test"), .source = TEXT("test"), .valid_from = fixture_day(from), .valid_to = to == NULL ? INT32_MAX : fixture_day(to) };
	const char *why;

	assert_true(form_row_read(&row, TEXT("STAT"), TEXT("json"), TEXT("may"), &why));
	assert_true(codebook_add_form_row(c, &row));
}

/* "2020-01-01 9610,1210: order_no freight": edition, trade modes and members. */
static const char *form_of(const struct codebook *c, const char *mode, const char *day, char out[128])
{
	const struct authority_form *f = codebook_form(c, AUTHORITY_STAT, DIR_IMPORT, text_of(mode), fixture_day(day));
	size_t len;

	if (f == NULL)
		return "none";
	len = (size_t)snprintf(out, 128, "%s " TEXT_FMT ":", f->edition, TEXT_ARG(f->trade_modes));
	for (int i = 0; i < f->entry_count; i++)
		len += (size_t)snprintf(out + len, 128 - len, " " TEXT_FMT, TEXT_ARG(f->entries[i].row->member));
	return out;
}

static void test_editions(void **state)
{
	static const char *const modes[] = { "9610", "1210", "1239" };
	struct codebook *c = codebook_new(1 << 16);
	char out[128];

	(void)state;
	for (size_t i = 0; i < COUNTOF(modes); i++) {
		const struct regime r = { .id = (int)i, .trade_mode = text_of(modes[i]), .direction = DIR_IMPORT, .source = TEXT("test"), .valid_to = INT32_MAX };

		assert_true(codebook_add_regime(c, &r));
	}
	allow(c, 20, "*", "freight", "order.freight", "2020-01-01", NULL);
	allow(c, 10, "*", "order_no", "inventory.order_no", "2019-01-01", NULL);
	allow(c, 30, "1239", "book_no", "inventory.book_no", "2020-01-01", "2020-06-30");
	allow(c, 40, "*", "producer_code", "inventory.producer_code", "2019-01-01", NULL); /* an export inventory's */
	assert_true(codebook_seal(c));
	assert_string_equal(form_of(c, "9610", "2018-12-31", out), "none");
	assert_string_equal(form_of(c, "9610", "2019-12-31", out), "2019-01-01 9610,1210,1239: order_no");
	assert_string_equal(form_of(c, "1210", "2020-01-01", out), "2020-01-01 9610,1210: order_no freight");
	assert_string_equal(form_of(c, "1239", "2020-06-30", out), "2020-01-01 1239: order_no freight book_no");
	assert_string_equal(form_of(c, "1239", "2020-07-01", out), "2020-07-01 1239: order_no freight");
	assert_string_equal(form_of(c, "9710", "2020-07-01", out), "none");
	codebook_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_periods),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_regimes), cmocka_unit_test(test_told),
		cmocka_unit_test(test_goods),
		cmocka_unit_test(test_editions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
