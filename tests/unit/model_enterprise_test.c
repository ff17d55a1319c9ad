/* The states of a registration, and facts against those of the business register. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/enterprise.h"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void steps_between_states(void **state)
{
	static const bool may[ENTERPRISE_STATE_COUNT][ENTERPRISE_STATE_COUNT] = {
		[ENTERPRISE_APPLIED] = { [ENTERPRISE_FILED] = true, [ENTERPRISE_CLOSED] = true },
		[ENTERPRISE_FILED] = { [ENTERPRISE_SUSPENDED] = true, [ENTERPRISE_CLOSED] = true },
		[ENTERPRISE_SUSPENDED] = { [ENTERPRISE_FILED] = true, [ENTERPRISE_CLOSED] = true },
	};

	(void)state;
	for (int from = 0; from < ENTERPRISE_STATE_COUNT; from++) {
		for (int to = 0; to < ENTERPRISE_STATE_COUNT; to++) {
			struct fault with = { 0 }, without = { 0 };
			bool needs = to == ENTERPRISE_SUSPENDED || to == ENTERPRISE_CLOSED;

			assert_int_equal(enterprise_state_may_move((enum enterprise_state)from, (enum enterprise_state)to, TEXT("why"), &with), may[from][to]);
			assert_int_equal(with.code, may[from][to] ? FAULT_NONE : FAULT_STATE_CONFLICT);
			assert_int_equal(enterprise_state_may_move((enum enterprise_state)from, (enum enterprise_state)to, TEXT(" "), &without),
			                 may[from][to] && !needs);
			assert_int_equal(without.code, !may[from][to] ? FAULT_STATE_CONFLICT : needs ? FAULT_BAD_REQUEST : FAULT_NONE);
		}
	}
}

static void names(void **state)
{
	enum enterprise_state s;

	(void)state;
	for (int i = 0; i < ENTERPRISE_STATE_COUNT; i++) {
		assert_true(enterprise_state_by_name(text_of(enterprise_state_name((enum enterprise_state)i)), &s) && (int)s == i);
		assert_string_not_equal(enterprise_state_title((enum enterprise_state)i, true), enterprise_state_title((enum enterprise_state)i, false));
	}
	assert_false(enterprise_state_by_name(TEXT("tested"), &s) || enterprise_state_by_name(TEXT(""), &s));
	assert_true(enterprise_role_known(TEXT("merchant")) && enterprise_role_known(TEXT("warehouse")));
	assert_false(enterprise_role_known(TEXT("")) || enterprise_role_known(TEXT("king")) || enterprise_role_known(TEXT("merchant declarant")));
	assert_true(enterprise_standing_known(TEXT("in_business")) && enterprise_standing_known(TEXT("revoked")) && !enterprise_standing_known(TEXT("x")));
	assert_int_equal(enterprise_facts_read(TEXT("name,standing,of a newer program")), FACT_BIT(FACT_NAME) | FACT_BIT(FACT_STANDING));
	assert_int_equal(enterprise_facts_read((struct text){ NULL, 0 }), 0);
}

static const struct {
	enum enterprise_fact fact;
	const char *ours, *registers; /* NULL: not known */
	bool differs;
} pairs[] = {
	{ FACT_NAME, "钱塘（国际）贸易有限公司", "钱塘(国际)贸易有限公司", false },
	{ FACT_NAME, "ＡＢＣ 贸易　有限公司", "ABC贸易有限公司", false },
	{ FACT_NAME, "钱塘贸易有限公司", "钱塘國际贸易有限公司", true },
	{ FACT_NAME, NULL, "钱塘贸易有限公司", false },
	{ FACT_NAME, "钱塘贸易有限公司", NULL, false },
	{ FACT_ADDRESS, "解放路 1 号", "解放路１号", false },
	{ FACT_ADDRESS, "解放路 1 号", "解放路 2 号", true },
	{ FACT_DISTRICT, "330102", "330106", true },
	{ FACT_REPRESENTATIVE, "digest", "digest", false },
	{ FACT_REPRESENTATIVE, "digest", "dig est", true }, /* byte for byte */
	{ FACT_STANDING, NULL, "in_business", false },
	{ FACT_STANDING, NULL, "revoked", true },
	{ FACT_STANDING, NULL, NULL, false },
	{ FACT_NAME, "cut \xe9", "cut", true }, /* no whole character at its end */
};

static void facts_against_the_register(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(pairs); i++) {
		struct enterprise_facts ours = { 0 }, registers = { 0 };
		unsigned differ;

		ours.of[pairs[i].fact] = text_of(pairs[i].ours);
		registers.of[pairs[i].fact] = text_of(pairs[i].registers);
		differ = enterprise_compare(&arena, &ours, &registers);
		if (differ != (pairs[i].differs ? FACT_BIT(pairs[i].fact) : 0))
			fail_msg("%s: %s, %s", enterprise_fact_name(pairs[i].fact), pairs[i].ours, pairs[i].registers);
	}
}

static void masks(void **state)
{
	static const char *const table[][2] = { { "王小明", "王**" }, { "李", "李" }, { "Ann Lee", "A******" }, { "", "" } };

	(void)state;
	for (size_t i = 0; i < COUNTOF(table); i++)
		assert_true(text_is(enterprise_mask_name(&arena, text_of(table[i][0])), table[i][1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_between_states),
		cmocka_unit_test(names),
		cmocka_unit_test(facts_against_the_register),
		cmocka_unit_test(masks),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
