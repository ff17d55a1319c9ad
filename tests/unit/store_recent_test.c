/* Filings kept in memory: what is given back is what was put, or nothing; memory is bounded, the oldest go first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "store/recent.h"

enum { SIZE = 64 << 10 };

static struct recent *make(void)
{
	struct fault f = { 0 };
	struct recent *r = recent_new(SIZE, &f);

	assert_non_null(r);
	return r;
}

static struct id id_of(int n)
{
	char text[16];
	struct text part;

	(void)snprintf(text, sizeof(text), "%d", n);
	part = text_of(text);
	return id_of_key('F', &part, 1);
}

/* The n-th filing: its document is of a length and a content of its own. */
static void put(struct recent *r, int n, size_t len)
{
	static char document[SIZE];
	char key[32];

	(void)snprintf(key, sizeof(key), "key/%d", n);
	memset(document, 'a' + n % 26, len);
	recent_put(r, &(struct recent_filing){ .id = id_of(n), .kind = (enum doc_kind)(n % DOC_KIND_COUNT), .action = ACTION_CHANGE, .revision = n,
		.received_us = 1000 + n, .business_key = text_of(key), .document = { document, len } });
}

static bool is_kept(const struct recent *r, int n, size_t len)
{
	struct recent_filing f;
	struct id id = id_of(n);
	char key[32];

	if (!recent_get(r, &id, &f))
		return false;
	(void)snprintf(key, sizeof(key), "key/%d", n);
	assert_true(id_eq(&f.id, &id) && f.kind == (enum doc_kind)(n % DOC_KIND_COUNT) && f.action == ACTION_CHANGE && f.revision == n);
	assert_int_equal(f.received_us, 1000 + n);
	assert_true(text_is(f.business_key, key));
	assert_int_equal(f.document.len, len);
	for (size_t i = 0; i < len; i++)
		assert_int_equal(f.document.at[i], 'a' + n % 26);
	return true;
}

static void test_put_and_get(void **state)
{
	struct recent *r = make();

	(void)state;
	assert_false(is_kept(r, 1, 100));
	for (int n = 0; n < 20; n++)
		put(r, n, 100 + (size_t)n);
	for (int n = 0; n < 20; n++)
		assert_true(is_kept(r, n, 100 + (size_t)n));
	recent_free(r);
	recent_free(NULL);
}

/* Ten times what there is room for: the last are there, the first are not, and none is another's. */
static void test_oldest_go_first(void **state)
{
	struct recent *r = make();
	int kept = 0, first_kept = -1;
	size_t bytes = 0;

	(void)state;
	for (int n = 0; n < 1000; n++)
		put(r, n, 300 + (size_t)(n * 37 % 700));
	for (int n = 0; n < 1000; n++) {
		size_t len = 300 + (size_t)(n * 37 % 700);

		if (!is_kept(r, n, len)) {
			assert_int_equal(first_kept, -1); /* nothing is gone that is younger than something kept */
			continue;
		}
		first_kept = first_kept < 0 ? n : first_kept;
		kept++;
		bytes += len;
	}
	assert_true(is_kept(r, 999, 300 + 999 * 37 % 700));
	assert_in_range(bytes, SIZE / 2, SIZE);
	assert_int_equal(first_kept, 1000 - kept);
	recent_free(r);
}

static void test_too_large_is_not_kept(void **state)
{
	struct recent *r = make();

	(void)state;
	put(r, 1, 100);
	put(r, 2, SIZE / 2);
	assert_true(is_kept(r, 1, 100));
	assert_false(is_kept(r, 2, SIZE / 2));
	recent_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_put_and_get), cmocka_unit_test(test_oldest_go_first), cmocka_unit_test(test_too_large_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
