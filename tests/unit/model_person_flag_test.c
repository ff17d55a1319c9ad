/* What may become of a flag: every pair of changes against the table drawn here, before its end and after. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/person_flag.h"

static const char *const drawn[2][PERSON_FLAG_CHANGE_COUNT + 1] = { /* a row before its end, a row after; a column a state */
	{ [PERSON_FLAG_DISPUTED] = "upheld withdrawn", [PERSON_FLAG_UPHELD] = "withdrawn", [PERSON_FLAG_WITHDRAWN] = "",
	  [PERSON_FLAG_CHANGE_COUNT] = "disputed withdrawn" },
	{ [PERSON_FLAG_DISPUTED] = "upheld withdrawn", [PERSON_FLAG_UPHELD] = "withdrawn", [PERSON_FLAG_WITHDRAWN] = "",
	  [PERSON_FLAG_CHANGE_COUNT] = "withdrawn" },
};

static void test_every_pair(void **state)
{
	(void)state;
	for (int ended = 0; ended < 2; ended++) {
		for (int from = 0; from <= PERSON_FLAG_CHANGE_COUNT; from++) {
			for (int to = 0; to < PERSON_FLAG_CHANGE_COUNT; to++) {
				struct fault f = { 0 };
				bool fits = person_flag_fits((enum person_flag_change)from, (enum person_flag_change)to, ended == 1, &f);

				assert_int_equal(fits, text_is_among(text_of(drawn[ended][from]), ' ', text_of(person_flag_change_name((enum person_flag_change)to))));
				assert_int_equal(f.code, fits ? FAULT_NONE : FAULT_STATE_CONFLICT);
			}
		}
	}
}

static void test_names(void **state)
{
	enum person_flag_change found;

	(void)state;
	for (int c = 0; c < PERSON_FLAG_CHANGE_COUNT; c++)
		assert_true(person_flag_change_by_name(text_of(person_flag_change_name((enum person_flag_change)c)), &found) && (int)found == c);
	assert_false(person_flag_change_by_name(TEXT("raised"), &found));
	assert_string_equal(person_flag_change_name(PERSON_FLAG_CHANGE_COUNT), "raised");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_pair), cmocka_unit_test(test_names) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
