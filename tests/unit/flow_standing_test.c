/* What was just declared: given back once, and never as another's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "flow/standing.h"

static struct standing_case case_of(int n)
{
	struct standing_case c = { .seq = n, .inputs = 4, .state = STATE_DECLARED, .part_count = 2 };
	char text[16];
	struct text part;

	(void)snprintf(text, sizeof(text), "%d", n);
	part = text_of(text);
	c.declaration = id_of_key('D', &part, 1);
	c.parts[0].authority = AUTHORITY_CUS;
	c.parts[1].authority = AUTHORITY_TAX;
	c.parts[1].state = DELIVERY_WAITING;
	return c;
}

static void test_taken_once(void **state)
{
	struct standing *s = standing_new();
	struct standing_case c = case_of(7), out;

	(void)state;
	assert_false(standing_take(s, &c.declaration, &out));
	standing_put(s, &c);
	assert_true(standing_take(s, &c.declaration, &out));
	assert_true(out.seq == 7 && out.inputs == 4 && out.state == STATE_DECLARED && out.part_count == 2);
	assert_true(out.parts[1].authority == AUTHORITY_TAX && out.parts[1].state == DELIVERY_WAITING);
	assert_false(standing_take(s, &c.declaration, &out));
	standing_free(s);
	standing_free(NULL);
}

/* Others are waited for while they are known to be asked. */
static void test_answered(void **state)
{
	struct standing *s = standing_new();
	struct standing_case c = case_of(7), other = case_of(8), out;

	(void)state;
	assert_false(standing_answered(s, &c.declaration, AUTHORITY_CUS)); /* nothing is known of it */
	standing_put(s, &c);
	assert_false(standing_answered(s, &c.declaration, AUTHORITY_CUS)); /* the other one is told when this one has answered */
	c.parts[1].state = DELIVERY_DUE;
	standing_put(s, &c);
	assert_true(standing_answered(s, &c.declaration, AUTHORITY_CUS));
	assert_true(standing_answered(s, &c.declaration, AUTHORITY_CUS)); /* twice by one is not by both */
	assert_false(standing_answered(s, &other.declaration, AUTHORITY_TAX));
	assert_false(standing_answered(s, &c.declaration, AUTHORITY_TAX));
	assert_true(standing_take(s, &c.declaration, &out));
	assert_false(standing_answered(s, &c.declaration, AUTHORITY_CUS));
	standing_free(s);
}

/* More than there is room for: some are forgotten, those given back are right, the newest is always there. */
static void test_many(void **state)
{
	struct standing *s = standing_new();
	int found = 0;

	(void)state;
	for (int n = 1; n <= 20000; n++) {
		struct standing_case c = case_of(n), out;

		standing_put(s, &c);
		if (n % 100 == 0) {
			assert_true(standing_take(s, &c.declaration, &out));
			assert_int_equal(out.seq, n);
		}
	}
	for (int n = 1; n <= 20000; n++) {
		struct standing_case c = case_of(n), out;

		if (standing_take(s, &c.declaration, &out)) {
			assert_int_equal(out.seq, n);
			found++;
		}
	}
	assert_in_range(found, 4000, 8192);
	standing_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_taken_once), cmocka_unit_test(test_answered), cmocka_unit_test(test_many) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
