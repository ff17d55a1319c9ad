/* The course of a case: every pair of states against the table drawn here, and no way to the end around the review. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/case_cycle.h"

static const char *const drawn[CASE_STATE_COUNT] = { /* a row a state: what may follow */
	"assessed",
	"assessed warned disposed",
	"assessed disposed reviewed",
	"reviewed",
	"closed",
	"",
};

static void test_every_pair(void **state)
{
	(void)state;
	for (int from = 0; from < CASE_STATE_COUNT; from++) {
		for (int to = 0; to < CASE_STATE_COUNT; to++) {
			struct fault f = { 0 };
			bool may = case_may_follow((enum case_state)from, (enum case_state)to, &f);

			assert_int_equal(may, text_is_among(text_of(drawn[from]), ' ', text_of(case_state_name((enum case_state)to))));
			assert_int_equal(f.code, may ? FAULT_NONE : FAULT_STATE_CONFLICT);
		}
	}
}

/* Without the review, nothing that can be reached is closed. */
static void test_no_end_without_review(void **state)
{
	bool reached[CASE_STATE_COUNT] = { [CASE_COLLECTED] = true };
	enum case_state next[CASE_STATE_COUNT];

	(void)state;
	for (int round = 0; round < CASE_STATE_COUNT; round++)
		for (int s = 0; s < CASE_STATE_COUNT; s++)
			for (int i = 0, n = reached[s] && s != CASE_REVIEWED ? case_followers((enum case_state)s, next) : 0; i < n; i++)
				reached[next[i]] = true;
	for (int s = 0; s < CASE_STATE_COUNT; s++)
		assert_int_equal(reached[s], s != CASE_CLOSED);
}

static void test_names(void **state)
{
	enum case_access access;
	enum case_state found;

	(void)state;
	for (int s = 0; s < CASE_STATE_COUNT; s++)
		assert_true(case_state_by_name(text_of(case_state_name((enum case_state)s)), &found) && (int)found == s);
	assert_false(case_state_by_name(TEXT("opened"), &found));
	assert_string_equal(case_state_needs(CASE_ASSESSED), "points class grade");
	for (int a = 0; a < CASE_ACCESS_COUNT; a++)
		assert_true(case_access_by_name(text_of(case_access_name((enum case_access)a)), &access) && (int)access == a);
	assert_false(case_access_by_name(TEXT("write"), &access));
}

static void test_words(void **state)
{
	struct fault f = { 0 };

	(void)state;
	assert_false(case_may_follow(CASE_DISPOSED, CASE_CLOSED, &f));
	assert_string_equal(f.text, "a case is closed after its review alone; it is disposed: reviewed follows");
	f = (struct fault){ 0 };
	assert_false(case_may_follow(CASE_CLOSED, CASE_ASSESSED, &f));
	assert_string_equal(f.text, "the case is closed: what is new is a case of its own");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair), cmocka_unit_test(test_no_end_without_review), cmocka_unit_test(test_names), cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
