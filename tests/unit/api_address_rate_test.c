/* So many a minute for each address, in fixed memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "api/address_rate.h"
#include "base/clock.h"

#define MINUTE (60 * US_PER_S)

static struct text address(char out[16], int length, int n)
{
	memset(out, 0, 16);
	memcpy(out + (length == 16 ? 4 : 0), &n, sizeof(n));
	return (struct text){ out, (size_t)length };
}

static void test_a_minute(void **state)
{
	struct address_rate *a = address_rate_new(3);
	char one[16], two[16];

	(void)state;
	for (int minute = 7; minute < 9; minute++) {
		for (int i = 0; i < 5; i++) {
			assert_int_equal(address_rate_take(a, address(one, 4, 1), minute * MINUTE + i), i < 3);
			assert_int_equal(address_rate_take(a, address(two, 4, 2), minute * MINUTE + i), i < 3);
		}
		assert_false(address_rate_take(a, address(one, 4, 1), minute * MINUTE + MINUTE - 1));
	}
	assert_true(address_rate_take(a, (struct text){ NULL, 0 }, 0)); /* unknown addresses are one */
	address_rate_free(a);
	address_rate_free(NULL);
}

static void test_a_household_is_one(void **state)
{
	struct address_rate *a = address_rate_new(1);
	char one[16], other[16];

	(void)state;
	(void)address(one, 16, 5);
	(void)address(other, 16, 5);
	other[15] = 9; /* another host of the same network */
	assert_true(address_rate_take(a, (struct text){ one, 16 }, 0));
	assert_false(address_rate_take(a, (struct text){ other, 16 }, 1));
	assert_true(address_rate_take(a, address(other, 16, 6), 1));
	memcpy(one, "\0\0\0\0\0\0\0\0\0\0\377\377\12\0\0\1", 16); /* ::ffff:10.0.0.1 is 10.0.0.1, and no network */
	memcpy(other, one, sizeof(one));
	other[15] = 2;
	assert_true(address_rate_take(a, (struct text){ one, 16 }, 1));
	assert_true(address_rate_take(a, (struct text){ other, 16 }, 1));
	assert_false(address_rate_take(a, (struct text){ one + 12, 4 }, 2));
	address_rate_free(a);
}

/* Many who ask once each do not free the one who asks often: he is worth most in his set. */
static void test_a_crowd(void **state)
{
	struct address_rate *a = address_rate_new(100);
	char who[16];
	int let = 0;

	(void)state;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 2; i++)
			let += address_rate_take(a, address(who, 4, -1), round);
		for (int n = 0; n < 500; n++)
			assert_true(address_rate_take(a, address(who, 4, round * 500 + n), round));
	}
	assert_int_equal(let, 100);
	address_rate_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_minute),
		cmocka_unit_test(test_a_household_is_one),
		cmocka_unit_test(test_a_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
