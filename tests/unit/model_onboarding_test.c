/* The steps by which an enterprise comes in, and what they allow in which kind of database. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "model/onboarding.h"

static void one_step_forward_any_back(void **state)
{
	(void)state;
	for (int from = 0; from < CLIENT_STATE_COUNT; from++) {
		for (int to = 0; to < CLIENT_STATE_COUNT; to++) {
			struct fault without = { 0 }, with = { 0 }, blank = { 0 };
			bool forward = to == from + 1, back = to < from;

			assert_int_equal(client_state_may_move((enum client_state)from, (enum client_state)to, (struct text){ NULL, 0 }, &without), forward);
			assert_int_equal(client_state_may_move((enum client_state)from, (enum client_state)to, TEXT("audit"), &with), forward || back);
			assert_int_equal(client_state_may_move((enum client_state)from, (enum client_state)to, TEXT("  "), &blank), forward);
			assert_int_equal(without.code, forward ? FAULT_NONE : back ? FAULT_BAD_REQUEST : FAULT_STATE_CONFLICT);
			assert_int_equal(with.code, forward || back ? FAULT_NONE : FAULT_STATE_CONFLICT);
		}
	}
}

static void only_live_ones_file_in_production(void **state)
{
	(void)state;
	for (int s = 0; s < CLIENT_STATE_COUNT; s++) {
		for (int p = 0; p < PURPOSE_COUNT; p++) {
			struct fault f = { 0 };
			bool may = p != PURPOSE_PRODUCTION || s == CLIENT_LIVE;

			assert_int_equal(client_state_may_file((enum client_state)s, (enum purpose)p, &f), may);
			if (may)
				continue;
			assert_int_equal(f.code, FAULT_NOT_LIVE);
			assert_non_null(strstr(f.text, client_state_name((enum client_state)s)));
			assert_non_null(strstr(f.text, client_state_next((enum client_state)s, false))); /* said whole, not cut */
		}
	}
}

static void names_lead_back(void **state)
{
	enum client_state s;
	enum purpose p;

	(void)state;
	for (int i = 0; i < CLIENT_STATE_COUNT; i++) {
		assert_true(client_state_by_name(text_of(client_state_name((enum client_state)i)), &s) && s == (enum client_state)i);
		assert_string_not_equal(client_state_title((enum client_state)i, false), client_state_title((enum client_state)i, true));
		assert_int_equal(client_state_next((enum client_state)i, false) == NULL, i == CLIENT_LIVE);
		assert_int_equal(client_state_next((enum client_state)i, true) == NULL, i == CLIENT_LIVE);
	}
	for (int i = 0; i < PURPOSE_COUNT; i++)
		assert_true(purpose_by_name(text_of(purpose_name((enum purpose)i)), &p) && p == (enum purpose)i);
	assert_false(client_state_by_name(TEXT("Live"), &s) || client_state_by_name((struct text){ NULL, 0 }, &s));
	assert_false(purpose_by_name(TEXT("prod"), &p) || purpose_by_name((struct text){ NULL, 0 }, &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_step_forward_any_back),
		cmocka_unit_test(only_live_ones_file_in_production),
		cmocka_unit_test(names_lead_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
