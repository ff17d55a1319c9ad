/*
 * The numbers of the n-th trade: keys that no other trade of any run has, a buyer whose identity number has the right
 * check digit (born in 1900: no living person), and amounts that add up. All of fixed width, so that they can
 * be written over each other in a template.
 */
#include <string.h>

#include "base/clock.h"
#include "bench/bench.h"

/* A well-mixed number of any other one (the finalizer of splitmix64). */
static uint64_t mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t draw(uint64_t *state, uint64_t below)
{
	*state = mix(*state);
	return (*state >> 11) % below;
}

static void put_digits(char *to, uint64_t n, int width)
{
	for (int i = width - 1; i >= 0; i--, n /= 10)
		to[i] = (char)('0' + n % 10);
}

static void put_money(char *to, uint64_t fen, int width)
{
	put_digits(to, fen / 100, width - 3);
	to[width - 3] = '.';
	put_digits(to + width - 2, fen % 100, 2);
}

bool trader_init(struct trader *r, uint64_t seed, struct text run)
{
	*r = (struct trader){ .seed = seed, .run_hash = mix(seed) };
	if (run.len != RUN_CHARS)
		return false;
	for (int i = 0; i < RUN_CHARS; i++) {
		char c = run.at[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z'))
			return false;
		r->run[i] = c;
		r->run_hash = mix(r->run_hash ^ (uint64_t)(unsigned char)c);
	}
	return true;
}

void trader_stamp(struct trader *r, int64_t now_us)
{
	char text[CLOCK_RFC3339_BYTES];

	if (now_us / US_PER_S == r->stamped_s)
		return;
	r->stamped_s = now_us / US_PER_S;
	clock_rfc3339(now_us, 0, text);
	memcpy(r->sent_at, text, sizeof(r->sent_at));
	memcpy(r->day, text, sizeof(r->day));
}

/* --- the buyer ------------------------------------------------------------------------------------------------------- */

static void put_birth(char *to, unsigned day_of_1900)
{
	static const unsigned char days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned month = 0;

	while (day_of_1900 >= days[month])
		day_of_1900 -= days[month++];
	memcpy(to, "1900", 4);
	put_digits(to + 4, month + 1, 2);
	put_digits(to + 6, day_of_1900 + 1, 2);
}

/* Distinct for PROVINCES * 365 * 999 trades in a row: the step has no factor in common with that. */
static void put_identity(char *to, uint64_t n, uint64_t offset)
{
	static const char provinces[][7] = { "110101", "120101", "210100", "310101", "320500", "330100", "340100", "350100",
		                             "370100", "420100", "430100", "441800", "500101", "510100", "610100", "150100" };
	static const unsigned char weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	const uint64_t all = COUNTOF(provinces) * 365 * 999;
	uint64_t which = (n * 1000003 + offset) % all;
	int sum = 0;

	memcpy(to, provinces[which % COUNTOF(provinces)], 6);
	which /= COUNTOF(provinces);
	put_birth(to + 6, (unsigned)(which % 365));
	put_digits(to + 14, which / 365 + 1, 3);
	for (int i = 0; i < 17; i++)
		sum += (to[i] - '0') * weights[i];
	to[17] = "10X98765432"[sum % 11];
}

static void put_name(char *to, uint64_t *state)
{
	static const char surnames[] = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋";
	static const char given[] = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红建文志";

	memcpy(to, surnames + 3 * draw(state, (sizeof(surnames) - 1) / 3), 3);
	memcpy(to + 3, given + 3 * draw(state, (sizeof(given) - 1) / 3), 3);
	memcpy(to + 6, given + 3 * draw(state, (sizeof(given) - 1) / 3), 3);
}

/* --- the rest -------------------------------------------------------------------------------------------------------- */

static void put_key(char *to, const char *prefix, const struct trade *t, const struct trader *r)
{
	size_t len = strlen(prefix);

	memcpy(to, prefix, len);
	memcpy(to + len, r->run, RUN_CHARS);
	put_digits(to + len + RUN_CHARS, t->n, 11);
}

static void make_amounts(struct trade *t, uint64_t *state)
{
	uint64_t price_1 = 18750 + draw(state, 12500), price_2 = 10500 + draw(state, 7000); /* within a quarter of what is usual: no rule minds */
	uint64_t goods = price_1 + 2 * price_2, freight = 1000 + draw(state, 1000), discount = 500 + draw(state, 500);
	uint64_t tax = ((goods + freight) * 91 + 500) / 1000; /* 9.1 %, to the nearest fen */

	put_money(t->values[SLOT_PRICE_1], price_1, 6);
	put_money(t->values[SLOT_PRICE_2], price_2, 6);
	put_money(t->values[SLOT_TOTAL_2], 2 * price_2, 6);
	put_money(t->values[SLOT_GOODS], goods, 6);
	put_money(t->values[SLOT_FREIGHT], freight, 5);
	put_money(t->values[SLOT_DISCOUNT], discount, 4);
	put_money(t->values[SLOT_TAX], tax, 5);
	put_money(t->values[SLOT_PAID], goods + freight + tax - discount, 6);
}

/* Who buys, at which address and telephone. */
static void make_buyer(struct trade *t, const struct trader *r)
{
	uint64_t hash = r->buyers == 0 ? r->run_hash : mix(r->seed), who = r->buyers == 0 ? t->n : t->n % r->buyers;
	uint64_t state = hash ^ who * UINT64_C(0x9fb21c651e98df25);

	put_name(t->values[SLOT_BUYER], &state);
	put_identity(t->values[SLOT_BUYER_NUMBER], who, hash >> 40);
	memcpy(t->values[SLOT_TELEPHONE], "139", 3);
	put_digits(t->values[SLOT_TELEPHONE] + 3, draw(&state, 100000000), 8);
	put_digits(t->values[SLOT_HOUSE], 1000 + draw(&state, 9000), 4);
	put_digits(t->values[SLOT_ROOM], 100 + draw(&state, 900), 3);
}

void trade_make(struct trade *t, const struct trader *r, uint64_t n)
{
	uint64_t state = r->run_hash ^ n * UINT64_C(0xd1342543de82ef95);

	t->n = n;
	memcpy(t->values[SLOT_SENT_AT], r->sent_at, sizeof(r->sent_at));
	memcpy(t->values[SLOT_DAY], r->day, sizeof(r->day));
	put_key(t->values[SLOT_ORDER_NO], "TG", t, r);
	put_key(t->values[SLOT_PAYMENT_NO], "20260000", t, r);
	put_key(t->values[SLOT_WAYBILL_NO], "YT", t, r);
	make_buyer(t, r);
	make_amounts(t, &state);
}

void trade_order(const struct trader *r, uint64_t n, enum doc_kind out[4])
{
	uint64_t state = mix(r->run_hash ^ n ^ UINT64_C(0x5bd1e995));

	for (int i = 0; i < 4; i++)
		out[i] = (enum doc_kind)i;
	for (int i = 3; i > 0; i--) {
		int k = (int)draw(&state, (uint64_t)i + 1);
		enum doc_kind kind = out[i];

		out[i] = out[k];
		out[k] = kind;
	}
}
