/*
 * Check digits and forms of identifiers.
 *
 * Each function walks the text once with a table of weights; none allocates. They run several times
 * for every filing.
 */
#include "model/identifier.h"

#include "base/clock.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool are_digits(const char *at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_digit(at[i]))
			return false;
	}
	return true;
}

/* Value of a character of a credit code; -1: not of its alphabet, which leaves out I O S V Z. */
static int credit_value(char c)
{
	static const signed char letters[26] = {
		/* A   B   C   D   E   F   G   H   I   J   K   L   M   N   O   P   Q   R   S   T   U   V   W   X   Y   Z */
		10, 11, 12, 13, 14, 15, 16, 17, -1, 18, 19, 20, 21, 22, -1, 23, 24, 25, -1, 26, 27, -1, 28, 29, 30, -1,
	};

	if (is_digit(c))
		return c - '0';
	return is_upper(c) ? letters[c - 'A'] : -1;
}

bool identifier_credit_code(struct text t)
{
	static const unsigned char weights[17] = { 1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28 };
	int sum = 0;

	if (t.len != 18)
		return false;
	for (int i = 0; i < 17; i++) {
		int value = credit_value(t.at[i]);

		if (value < 0)
			return false;
		sum += value * weights[i];
	}
	return credit_value(t.at[17]) == (31 - sum % 31) % 31;
}

/* The first two digits of a division: provinces, then Taiwan, Hong Kong, Macao and residents from Taiwan. */
static bool is_province(const char *at)
{
	static const unsigned short units[10] = { /* bit n: second digit n exists after this first digit */
		[1] = 0x3e, [2] = 0x0e, [3] = 0xfe, [4] = 0x7e, [5] = 0x1f, [6] = 0x3e, [7] = 0x02, [8] = 0x0e,
	};

	return (units[at[0] - '0'] >> (at[1] - '0') & 1) != 0;
}

bool identifier_identity_number(struct text t, int32_t today)
{
	static const unsigned char weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	int64_t born_us;
	int sum = 0;

	if (t.len != 18 || !are_digits(t.at, 17) || !is_province(t.at))
		return false;
	for (int i = 0; i < 17; i++)
		sum += (t.at[i] - '0') * weights[i];
	if (t.at[17] != "10X98765432"[sum % 11])
		return false;
	return clock_parse_compact((struct text){ t.at + 6, 8 }, &born_us) && clock_day(born_us) <= today;
}

bool identifier_customs_code(struct text t)
{
	if (t.len != 10 || !are_digits(t.at, 4))
		return false;
	for (size_t i = 4; i < t.len; i++) {
		if (!is_digit(t.at[i]) && !is_upper(t.at[i]))
			return false;
	}
	return true;
}

bool identifier_company(struct text t)
{
	return t.len == 18 ? identifier_credit_code(t) : identifier_customs_code(t);
}

bool identifier_looks_s10(struct text t)
{
	return t.len == 13 && is_upper(t.at[0]) && is_upper(t.at[1]) && are_digits(t.at + 2, 9) && is_upper(t.at[11]) &&
	       is_upper(t.at[12]);
}

bool identifier_s10(struct text t)
{
	static const unsigned char weights[8] = { 8, 6, 4, 2, 3, 5, 9, 7 };
	int sum = 0, check;

	if (!identifier_looks_s10(t))
		return false;
	for (int i = 0; i < 8; i++)
		sum += (t.at[2 + i] - '0') * weights[i];
	check = 11 - sum % 11;
	if (check >= 10)
		check = check == 10 ? 0 : 5;
	return t.at[10] == '0' + check;
}

bool identifier_looks_gtin(struct text t)
{
	return (t.len == 8 || (t.len >= 12 && t.len <= 14)) && are_digits(t.at, t.len);
}

/* Weights 3 and 1 by turns from the digit before the check digit on. */
bool identifier_gtin(struct text t)
{
	int sum = 0;

	if (!identifier_looks_gtin(t))
		return false;
	for (size_t i = 0; i < t.len; i++)
		sum += (t.at[i] - '0') * ((t.len - i) % 2 == 0 ? 3 : 1);
	return sum % 10 == 0;
}

bool identifier_hs(struct text t)
{
	int chapter;

	if (t.len != 10 || !are_digits(t.at, t.len))
		return false;
	chapter = (t.at[0] - '0') * 10 + (t.at[1] - '0');
	return chapter >= 1 && chapter <= 97 && chapter != 77;
}
