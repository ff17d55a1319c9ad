/*
 * Decimals as a count of hundred-thousandths in 128 bits: sums are exact, products are rounded once.
 *
 * The parser holds a number to its field's digits, so that sums of thousands of amounts stay far below
 * what 128 bits hold; only a product can leave that range, and is cut at BOUND_E5.
 */
#include "base/decimal.h"

#include <assert.h>

enum { PLACES = 5, DIGITS_MAX = 30 };

#define BOUND_E5 ((__int128)1000000000000000000 * 1000000000000000) /* 10^33: 10^28 with five places */

static const int power[PLACES + 1] = { 1, 10, 100, 1000, 10000, 100000 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_at(struct text t, size_t from)
{
	size_t i = from;

	while (i < t.len && is_digit(t.at[i]))
		i++;
	return i - from;
}

static __int128 with_digits(__int128 n, const char *at, size_t count)
{
	for (size_t i = 0; i < count; i++)
		n = n * 10 + (at[i] - '0');
	return n;
}

bool decimal_parse(struct text t, int total_digits, int fraction_digits, struct decimal *out)
{
	bool negative = t.len > 0 && t.at[0] == '-';
	size_t start = negative, whole, fraction = 0, point;
	__int128 n;

	assert(total_digits <= DIGITS_MAX && fraction_digits >= 0 && fraction_digits <= PLACES);
	whole = digits_at(t, start);
	point = start + whole;
	if (whole == 0)
		return false;
	if (point < t.len) {
		if (t.at[point] != '.')
			return false;
		fraction = digits_at(t, point + 1);
		if (fraction == 0 || point + 1 + fraction != t.len)
			return false;
	}
	for (; whole > 0 && t.at[start] == '0'; start++)
		whole--;
	while (fraction > 0 && t.at[point + fraction] == '0')
		fraction--;
	if (fraction > (size_t)fraction_digits || whole + fraction > (size_t)total_digits)
		return false;

	n = with_digits(0, t.at + start, whole);
	if (fraction > 0)
		n = with_digits(n, t.at + point + 1, fraction);
	n *= power[PLACES - fraction];
	out->e5 = negative ? -n : n;
	return true;
}

/* n / by, rounded half away from zero. */
static __int128 rounded(__int128 n, __int128 by)
{
	__int128 whole = n / by, rest = n % by;

	if (rest < 0)
		return -rest >= by - -rest ? whole - 1 : whole;
	return rest >= by - rest ? whole + 1 : whole;
}

static void put_number(struct buf *b, struct decimal d, int places)
{
	char digits[44];
	size_t at = sizeof(digits);
	unsigned __int128 left = d.e5 < 0 ? 0 - (unsigned __int128)d.e5 : (unsigned __int128)d.e5;

	left /= (unsigned)power[PLACES - places];
	for (int i = 0; i < places; i++, left /= 10)
		digits[--at] = (char)('0' + (int)(left % 10));
	if (places > 0)
		digits[--at] = '.';
	do {
		digits[--at] = (char)('0' + (int)(left % 10));
		left /= 10;
	} while (left > 0);
	if (d.e5 < 0)
		digits[--at] = '-';
	buf_put(b, digits + at, sizeof(digits) - at);
}

void decimal_put(struct buf *b, struct decimal d)
{
	int places = PLACES, fraction = (int)(d.e5 % power[PLACES]);

	while (places > 0 && fraction % power[PLACES - places + 1] == 0)
		places--;
	put_number(b, d, places);
}

struct decimal decimal_mul(struct decimal a, struct decimal b, int places)
{
	bool negative = (a.e5 < 0) != (b.e5 < 0);
	__int128 product;

	assert(places >= 0 && places <= PLACES);
	if (__builtin_mul_overflow(a.e5, b.e5, &product))
		return (struct decimal){ negative ? -BOUND_E5 : BOUND_E5 };
	product = rounded(product, (__int128)power[PLACES] * power[PLACES - places]) * power[PLACES - places];
	if (product > BOUND_E5)
		product = BOUND_E5;
	if (product < -BOUND_E5)
		product = -BOUND_E5;
	return (struct decimal){ product };
}
