/* The words of the rules, the departments, and how findings are shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "model/authority.h"
#include "model/finding.h"

static bool has_chinese(const char *words)
{
	for (; *words != '\0'; words++) {
		if ((unsigned char)*words >= 0xE4)
			return true;
	}
	return false;
}

static void test_words(void **state)
{
	(void)state;
	for (int r = 0; r < RULE_COUNT; r++) {
		const char *slug = rule_slug((enum rule)r);

		if (slug[strspn(slug, "abcdefghijklmnopqrstuvwxyz0123456789-.")] != '\0')
			fail_msg("%s", slug);
		for (int other = 0; other < r; other++)
			assert_string_not_equal(rule_slug((enum rule)other), slug);
		assert_true(rule_source((enum rule)r)[0] != '\0');
		if (rule_detail((enum rule)r, false) == NULL || rule_remedy((enum rule)r, false) == NULL ||
		    rule_detail((enum rule)r, true) == NULL || rule_remedy((enum rule)r, true) == NULL)
			fail_msg("%s has no words", slug);
		assert_true(has_chinese(rule_detail((enum rule)r, true)) && has_chinese(rule_remedy((enum rule)r, true)));
		assert_false(has_chinese(rule_detail((enum rule)r, false)) || has_chinese(rule_remedy((enum rule)r, false)));
	}
	assert_int_equal(rule_customs_code(RULE_MATCH_AMOUNT), 1332);
	assert_int_equal(rule_customs_code(RULE_LINES_NONE), -301001);
	assert_int_equal(rule_customs_code(RULE_REQUIRED), 0);
}

static void test_authorities(void **state)
{
	enum authority found = AUTHORITY_COUNT;

	(void)state;
	for (int a = 0; a < AUTHORITY_COUNT; a++) {
		assert_true(authority_by_code(text_of(authority_code((enum authority)a)), &found));
		assert_int_equal(found, a);
		assert_true(has_chinese(authority_title((enum authority)a, true)));
		assert_false(has_chinese(authority_title((enum authority)a, false)));
	}
	assert_false(authority_by_code(TEXT("cus"), &found));
	assert_false(authority_by_code(TEXT(""), &found));
}

static const struct {
	int number, line;
	const char *element; /* or member, or neither */
	const char *member;
	enum rule rule;
	const char *prefix, *pointer;
	int node;
	const char *xpath;
} places[] = {
	{ 311, -1, "orderNo", NULL, RULE_REQUIRED, "", "/order_no", 0, "/CEB311Message/Order[1]/OrderHead/orderNo" },
	{ 311, 0, "qty", NULL, RULE_REQUIRED, "/3", "/3/lines/0/quantity", 3, "/CEB311Message/Order[4]/OrderList[1]/qty" },
	{ 403, -1, "charge", NULL, RULE_FORM, "", "/amount_received", 1, "/CEB403Message/Receipts[2]/charge" },
	{ 513, -1, NULL, "a/b~c", RULE_UNKNOWN_FIELD, "", "/a~1b~0c", 0, "/CEB513Message/LogisticsStatus[1]/a/b~c" },
	{ 621, 98, NULL, "x", RULE_UNKNOWN_FIELD, "", "/lines/98/x", 0, "/CEB621Message/Inventory[1]/InventoryList[99]/x" },
	{ 311, -1, NULL, NULL, RULE_LINES_NONE, "/0", "/0/lines", 0, "/CEB311Message/Order[1]/OrderList" },
	{ 603, -1, NULL, NULL, RULE_LINES_TOO_MANY, "", "/lines", 0, "/CEB603Message/Inventory[1]/InventoryList" },
	{ 411, -1, NULL, NULL, RULE_KIND, "/2", "/2", 2, "/CEB411Message/Payment[3]" },
};

static void test_places(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 16);
	for (size_t i = 0; i < COUNTOF(places); i++) {
		const struct message_def *def = message_def_by_number(places[i].number);
		struct finding f = { .rule = places[i].rule, .line = places[i].line, .member = text_of(places[i].member) };
		struct buf pointer, xpath;

		if (places[i].element != NULL && f.line >= 0)
			f.field = &def->line_fields[field_line_index_of_element(def, text_of(places[i].element))];
		else if (places[i].element != NULL)
			f.field = &def->fields[field_index_of_element(def, text_of(places[i].element))];
		buf_init(&pointer, &a, 64);
		buf_init(&xpath, &a, 64);
		finding_put_pointer(&pointer, &f, places[i].prefix);
		finding_put_xpath(&xpath, &f, def, places[i].node);
		assert_string_equal(pointer.at, places[i].pointer);
		assert_string_equal(xpath.at, places[i].xpath);
	}
	arena_done(&a);
}

static void test_json(void **state)
{
	const struct message_def *def = message_def_by_number(311);
	struct finding f = {
		.rule = RULE_LENGTH,
		.field = &def->fields[field_index(def, F_ORDER_NO)],
		.line = -1,
		.got = TEXT("a\"b"),
		.expected = "at most 60 characters",
	};
	struct fault fault = { 0 };
	const struct json *j;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, 1 << 16);
	buf_init(&b, &a, 64);
	finding_put_json(&b, &f, TEXT("/order_no"), true);
	j = json_parse(&a, buf_as_text(&b), &fault);
	assert_non_null(j);
	assert_true(text_is(json_text(json_member(j, "pointer")), "/order_no"));
	assert_true(text_is(json_text(json_member(j, "code")), "field.length"));
	assert_true(text_is(json_text(json_member(j, "rule")), rule_source(RULE_LENGTH)));
	assert_true(text_is(json_text(json_member(j, "term")), "订单编号"));
	assert_true(text_is(json_text(json_member(j, "detail")), rule_detail(RULE_LENGTH, true)));
	assert_true(text_is(json_text(json_member(j, "remedy")), rule_remedy(RULE_LENGTH, true)));
	assert_true(text_is(json_text(json_member(j, "expected")), "at most 60 characters"));
	assert_true(text_is(json_text(json_member(j, "got")), "a\"b"));

	f = (struct finding){ .rule = RULE_LINES_NONE, .line = -1 };
	buf_init(&b, &a, 64);
	finding_put_json(&b, &f, TEXT("/lines"), false);
	j = json_parse(&a, buf_as_text(&b), &fault);
	assert_non_null(j);
	assert_null(json_member(j, "got"));
	assert_null(json_member(j, "expected"));
	assert_null(json_member(j, "term"));
	assert_true(text_is(json_text(json_member(j, "detail")), rule_detail(RULE_LINES_NONE, false)));
	arena_done(&a);
}

static void test_limit(void **state)
{
	const struct finding f = { .rule = RULE_REQUIRED, .line = -1 };
	struct findings all;
	struct arena a;

	(void)state;
	arena_init(&a, 1024);
	findings_init(&all, &a);
	assert_false(findings_any(&all));
	for (int i = 0; i < FINDINGS_MAX + 3; i++)
		findings_add(&all, &f);
	assert_true(findings_any(&all));
	assert_int_equal(all.count, FINDINGS_MAX);
	assert_int_equal(all.more, 3);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_authorities),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
