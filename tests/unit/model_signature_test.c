/* Which messages must be signed under which policy, and how customs says that one was not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/signature.h"

static void policies(void **state)
{
	static const struct {
		int number;
		bool schema, text, undeclared_text; /* must it be signed under that policy? every message must under "all" */
	} messages[] = {
		{ 311, false, false, false }, { 411, false, false, false }, { 511, false, false, false }, { 513, false, false, false },
		{ 621, true, true, true },    { 623, true, true, true },    { 625, true, true, true },    { 711, true, true, true },
		{ 303, false, false, false }, { 403, false, false, false }, { 505, false, false, false }, { 507, false, true, false },
		{ 509, false, true, true },   { 603, false, true, true },   { 605, false, true, true },   { 607, false, true, true },
		{ 701, false, true, true },   { 213, false, false, false }, { 0, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(messages); i++) {
		int n = messages[i].number;

		assert_false(signature_is_required(SIGNATURE_NONE, n, true));
		assert_int_equal(signature_is_required(SIGNATURE_SCHEMA, n, true), messages[i].schema);
		assert_int_equal(signature_is_required(SIGNATURE_TEXT, n, true), messages[i].text);
		assert_int_equal(signature_is_required(SIGNATURE_TEXT, n, false), messages[i].undeclared_text);
		assert_true(signature_is_required(SIGNATURE_ALL, n, false));
	}
}

static void names(void **state)
{
	static const char *const all[SIGNATURE_REQUIRED_COUNT] = {
		[SIGNATURE_NONE] = "none", [SIGNATURE_SCHEMA] = "schema", [SIGNATURE_TEXT] = "text", [SIGNATURE_ALL] = "all"
	};
	enum signature_required found = SIGNATURE_REQUIRED_COUNT;

	(void)state;
	for (enum signature_required r = 0; r < SIGNATURE_REQUIRED_COUNT; r++) {
		assert_true(signature_required_by_name(text_of(all[r]), &found));
		assert_int_equal(found, r);
	}
	assert_false(signature_required_by_name(TEXT("ALL"), &found));
	assert_false(signature_required_by_name((struct text){ NULL, 0 }, &found));
}

static void customs_codes(void **state)
{
	(void)state;
	assert_int_equal(signature_customs_code(311, RULE_SIGNATURE_VALUE), -301020);
	assert_int_equal(signature_customs_code(621, RULE_SIGNATURE_VALUE), -621029);
	assert_int_equal(signature_customs_code(621, RULE_SIGNATURE_EXPIRED), -621029);
	assert_int_equal(signature_customs_code(621, RULE_SIGNATURE_MISSING), -621026);
	assert_int_equal(signature_customs_code(621, RULE_SIGNATURE_DIGEST), -621028);
	assert_int_equal(signature_customs_code(603, RULE_SIGNATURE_FORM), -601001);
	assert_int_equal(signature_customs_code(411, RULE_SIGNATURE_VALUE), 0);
	assert_int_equal(signature_customs_code(621, RULE_REQUIRED), 0);
	assert_int_equal(signature_customs_code(621, RULE_MATCH_AMOUNT), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(names),
		cmocka_unit_test(customs_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
