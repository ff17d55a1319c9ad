/* Exact decimals: forms, digits, rounding, products that need 128 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/decimal.h"

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

static struct decimal d(const char *text)
{
	struct decimal out;

	if (!decimal_parse(text_of(text), 30, 5, &out))
		fail_msg("\"%s\" was not read", text);
	return out;
}

static const char *shortest(struct decimal n)
{
	struct buf b;

	buf_init(&b, &arena, 0);
	decimal_put(&b, n);
	return b.at;
}

static void forms(void **state)
{
	static const struct {
		const char *text;
		int total, fraction;
		const char *out; /* NULL: refused */
	} cases[] = {
		{ "0", 19, 5, "0" }, { "-0", 19, 5, "0" }, { "0.00000", 19, 5, "0" }, { "1", 19, 5, "1" },
		{ "10.50", 19, 5, "10.5" }, { "3.00", 19, 5, "3" }, { "-12.34", 19, 5, "-12.34" }, { "0.00001", 19, 5, "0.00001" },
		{ "-0.00001", 19, 5, "-0.00001" }, { "007.10", 19, 5, "7.1" }, { "100", 19, 5, "100" },
		{ "12345678901234.56789", 19, 5, "12345678901234.56789" }, { "99999999999999.99999", 19, 5, "99999999999999.99999" },
		{ "1234567890123456789", 19, 5, "1234567890123456789" }, { "12345678901234567890", 19, 5, NULL },
		{ "123456789012345.56789", 19, 5, NULL }, /* 20 digits */
		{ "123456789012345.5678", 19, 5, "123456789012345.5678" },
		{ "123456789012345.56780", 19, 5, "123456789012345.5678" }, /* a zero at the end counts not */
		{ "0000000000000000000000000000000000000000000001.5", 19, 5, "1.5" },
		{ "1.500000000000000000000000000000000000000000", 19, 5, "1.5" },
		{ "1.234567", 19, 5, NULL }, { "1.234560", 19, 5, "1.23456" }, { "1.23", 19, 1, NULL }, { "1.20", 19, 1, "1.2" },
		{ "1.0", 19, 0, "1" }, { "1.1", 19, 0, NULL }, { "99.9", 3, 2, "99.9" }, { "999.9", 3, 2, NULL },
		{ "999999999999999999999999999999", 30, 5, "999999999999999999999999999999" },
		{ "", 19, 5, NULL }, { "-", 19, 5, NULL }, { ".", 19, 5, NULL }, { ".5", 19, 5, NULL }, { "5.", 19, 5, NULL },
		{ "+1", 19, 5, NULL }, { "--1", 19, 5, NULL }, { " 1", 19, 5, NULL }, { "1 ", 19, 5, NULL }, { "1,5", 19, 5, NULL },
		{ "1.2.3", 19, 5, NULL }, { "1e3", 19, 5, NULL }, { "0x1", 19, 5, NULL }, { "NaN", 19, 5, NULL }, { "1-", 19, 5, NULL },
		{ "-.5", 19, 5, NULL }, { "１", 19, 5, NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct decimal n = { 4242 };

		print_message("decimal \"%s\" %d,%d\n", cases[i].text, cases[i].total, cases[i].fraction);
		assert_int_equal(decimal_parse(text_of(cases[i].text), cases[i].total, cases[i].fraction, &n), cases[i].out != NULL);
		if (cases[i].out != NULL)
			assert_string_equal(shortest(n), cases[i].out);
		else
			assert_true(n.e5 == 4242);
	}
	assert_false(decimal_parse((struct text){ NULL, 0 }, 19, 5, &(struct decimal){ 0 }));
}

static void sums_and_order(void **state)
{
	struct decimal sum = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		sum = decimal_add(sum, d("0.1"));
	assert_string_equal(shortest(sum), "100"); /* floating point would not */
	assert_string_equal(shortest(decimal_sub(d("0.3"), d("0.1"))), "0.2");
	assert_string_equal(shortest(decimal_sub(d("1"), d("1.00001"))), "-0.00001");
	assert_string_equal(shortest(decimal_add(d("99999999999999.99999"), d("0.00001"))), "100000000000000");
	assert_int_equal(decimal_cmp(d("1.1"), d("1.10000")), 0);
	assert_int_equal(decimal_cmp(d("-2"), d("1")), -1);
	assert_int_equal(decimal_cmp(d("12345678901234567890"), d("12345678901234567889.99999")), 1);
	assert_true(decimal_eq(d("5.0"), d("5")));
	assert_false(decimal_eq(d("5.00001"), d("5")));
}

static void products(void **state)
{
	static const struct {
		const char *a, *b;
		int places;
		const char *out;
	} cases[] = {
		{ "3", "4", 5, "12" }, { "0.1", "0.1", 5, "0.01" }, { "19.99", "3", 2, "59.97" }, { "1.005", "1", 2, "1.01" },
		{ "1.015", "1", 2, "1.02" }, { "2.5", "0.5", 1, "1.3" }, { "-2.5", "0.5", 1, "-1.3" }, { "-2.5", "-0.5", 1, "1.3" },
		{ "0.00001", "0.5", 5, "0.00001" }, { "0.00001", "0.49999", 5, "0" }, { "-0.00001", "0.5", 5, "-0.00001" },
		{ "100.50", "0.091", 2, "9.15" }, { "0", "99999999999999.99999", 5, "0" },
		/* 38 digits before rounding: beyond 64 bits by far */
		{ "99999999999999.99999", "99999999999999.99999", 5, "9999999999999999998000000000" },
		{ "99999999999999.99999", "1.00001", 5, "100000999999999.99999" },
		{ "12345678901234.56789", "98765.4321", 5, "1219326311248285321.11264" },
		{ "12345678901234.56789", "98765.4321", 2, "1219326311248285321.11" },
		{ "12345678901234.56789", "98765.4321", 0, "1219326311248285321" },
		/* no such amount: cut to the bound with its sign */
		{ "1000000000000000000", "100000000000", 5, "10000000000000000000000000000" },
		{ "999999999999999999999999999999", "999999999999999999999999999999", 5, "10000000000000000000000000000" },
		{ "-999999999999999999999999999999", "999999999999999999999999999999", 5, "-10000000000000000000000000000" },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		print_message("%s * %s to %d\n", cases[i].a, cases[i].b, cases[i].places);
		assert_string_equal(shortest(decimal_mul(d(cases[i].a), d(cases[i].b), cases[i].places)), cases[i].out);
		assert_string_equal(shortest(decimal_mul(d(cases[i].b), d(cases[i].a), cases[i].places)), cases[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(forms, begin, end),
		cmocka_unit_test_setup_teardown(sums_and_order, begin, end),
		cmocka_unit_test_setup_teardown(products, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
