/* Every embedded read statement says how many parameters it has, uses each of them, and is found by its name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "store/query.h"
#include "store/sql_embedded.h"

/* The highest $n outside comments, and whether each below it is there. */
static int parameters(const char *sql)
{
	bool used[DB_PARAMS_MAX + 1] = { false };
	int highest = 0;

	for (const char *at = sql; *at != '\0'; at++) {
		if (at[0] == '-' && at[1] == '-')
			at += strcspn(at, "\n");
		if (*at != '$')
			continue;
		long n = strtol(at + 1, NULL, 10);

		assert_in_range(n, 1, DB_PARAMS_MAX);
		used[n] = true;
		highest = n > highest ? (int)n : highest;
	}
	for (int i = 1; i <= highest; i++)
		assert_true(used[i]);
	return highest;
}

static void each_says_its_parameters(void **state)
{
	(void)state;
	assert_non_null(sql_queries[0].name);
	for (const struct sql_file *f = sql_queries; f->name != NULL; f++) {
		const struct db_stmt *s = query(f->name);

		assert_ptr_equal(s->sql, f->sql);
		if (parameters(s->sql) != s->param_count)
			fail_msg("%s", s->name);
		assert_int_equal(s->flags & DB_WRITES, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_says_its_parameters) };

	query_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
