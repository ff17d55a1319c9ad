/* Arenas: alignment, blocks, the limit, deferred calls, extension in place, failing allocations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static void allocations_are_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 17, 100, 4000, 4096, 5000, 70000, 3, 200000, 1 };
	unsigned char *at[COUNTOF(sizes)];
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNTOF(sizes); i++) {
		at[i] = arena_alloc(&a, sizes[i]);
		assert_non_null(at[i]);
		assert_int_equal((uintptr_t)at[i] % _Alignof(max_align_t), 0);
		memset(at[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < COUNTOF(sizes); i++)
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(at[i][k], i + 1);
	assert_false(a.full);
	arena_done(&a);
	assert_int_equal(a.used, 0);
	assert_null(a.blocks);
}

static void many_small_ones_keep_their_bytes(void **state)
{
	enum { COUNT = 20000 };
	static uint32_t *at[COUNT];
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	for (uint32_t i = 0; i < COUNT; i++) {
		at[i] = arena_alloc(&a, sizeof(*at[i]));
		assert_non_null(at[i]);
		*at[i] = i;
	}
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(*at[i], i);
	arena_done(&a);
}

static void limit_holds(void **state)
{
	struct arena a;
	size_t got = 0;

	(void)state;
	arena_init(&a, 1000);
	while (arena_alloc(&a, 16) != NULL)
		got++;
	assert_int_equal(got, 62); /* 62 * 16 = 992, the next passes 1000 */
	assert_true(a.full);
	assert_true(a.used <= a.limit);

	arena_done(&a);
	assert_false(a.full);
	assert_non_null(arena_alloc(&a, 992));
	assert_null(arena_alloc(&a, 16));
	arena_done(&a);

	assert_null(arena_alloc(&a, 1001));
	assert_true(a.full);
	assert_non_null(arena_alloc(&a, 10)); /* smaller work may go on; the mark stays */
	assert_true(a.full);
	arena_done(&a);

	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 7));
	assert_null(arena_copy(&a, "", SIZE_MAX));
	arena_done(&a);
	arena_init(&a, 0);
	assert_null(arena_alloc(&a, 0));
	arena_done(&a);
}

static void copies(void **state)
{
	struct arena a;
	char *copy;
	unsigned char *zero;

	(void)state;
	arena_init(&a, 10000);
	copy = arena_dup(&a, "通关");
	assert_string_equal(copy, "通关");
	copy = arena_copy(&a, "ab\0cd", 5);
	assert_memory_equal(copy, "ab\0cd", 6);
	copy = arena_copy(&a, NULL, 0);
	assert_string_equal(copy, "");
	copy = arena_alloc(&a, 300);
	assert_non_null(copy);
	zero = arena_zalloc(&a, 300);
	for (int i = 0; i < 300; i++)
		assert_int_equal(zero[i], 0);
	arena_done(&a);
}

static int order[4], ran;

static void note(void *object)
{
	order[ran++] = *(int *)object;
}

static void deferred_calls_run_newest_first_and_once(void **state)
{
	struct arena a;
	int one = 1, two = 2, three = 3;

	(void)state;
	ran = 0;
	arena_init(&a, 4096);
	assert_true(arena_defer(&a, note, &one));
	assert_true(arena_defer(&a, note, &two));
	assert_true(arena_defer(&a, note, &three));
	assert_int_equal(ran, 0);
	arena_done(&a);
	assert_int_equal(ran, 3);
	assert_int_equal(order[0], 3);
	assert_int_equal(order[1], 2);
	assert_int_equal(order[2], 1);
	arena_done(&a);
	assert_int_equal(ran, 3);

	arena_init(&a, 8);
	assert_false(arena_defer(&a, note, &one));
	arena_done(&a);
	assert_int_equal(ran, 3); /* what was not tied does not run */
}

static void extending_the_newest(void **state)
{
	struct arena a;
	char *first, *second, *grown;

	(void)state;
	arena_init(&a, 100000);
	first = arena_alloc(&a, 100);
	grown = arena_extend(&a, first, 100, 1000);
	assert_ptr_equal(grown, first);
	second = arena_alloc(&a, 10);
	assert_true(second >= first + 1000);
	assert_null(arena_extend(&a, first, 1000, 1100)); /* no longer the newest */
	assert_null(arena_extend(&a, second, 10, 200000)); /* over the limit */
	assert_false(a.full);
	assert_null(arena_extend(&a, second, 10, 50000)); /* shares its block: cannot move */

	grown = arena_alloc(&a, 20000); /* has its own block */
	memset(grown, 'x', 20000);
	grown = arena_extend(&a, grown, 20000, 60000);
	assert_non_null(grown);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(grown[i], 'x');
	memset(grown, 'y', 60000);
	second = arena_extend(&a, second, 10, 1000); /* the current block is still in use */
	assert_non_null(second);
	assert_int_equal(a.used, 1008 + 1008 + 60000);
	arena_done(&a);
}

static void a_list_grows(void **state)
{
	struct arena a;
	int *list = NULL, room = 0;

	(void)state;
	arena_init(&a, 4096);
	for (int count = 0; count < 100; count++) {
		list = arena_grow(&a, list, count, &room, sizeof(*list));
		assert_non_null(list);
		assert_true(room > count);
		list[count] = count;
	}
	for (int i = 0; i < 100; i++)
		assert_int_equal(list[i], i);
	assert_int_equal(room, 128);
	assert_null(arena_grow(&a, list, 128, &room, 100)); /* over the limit */
	assert_true(a.full);
	assert_int_equal(room, 128);
	arena_done(&a);
}

static void nth_allocation_fails(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 4096);
	arena_fail_nth(3);
	assert_non_null(arena_alloc(&a, 1));
	assert_non_null(arena_dup(&a, "two"));
	assert_null(arena_zalloc(&a, 1));
	assert_true(a.full);
	assert_non_null(arena_alloc(&a, 1)); /* once only */
	arena_fail_nth(1);
	assert_false(arena_defer(&a, note, NULL));
	arena_fail_nth(0);
	for (int i = 0; i < 50; i++)
		assert_non_null(arena_alloc(&a, 1));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_are_aligned_and_apart),
		cmocka_unit_test(many_small_ones_keep_their_bytes),
		cmocka_unit_test(limit_holds),
		cmocka_unit_test(copies),
		cmocka_unit_test(deferred_calls_run_newest_first_and_once),
		cmocka_unit_test(extending_the_newest),
		cmocka_unit_test(a_list_grows),
	cmocka_unit_test(nth_allocation_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
