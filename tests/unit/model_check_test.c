/* What a filing is refused for: one changed value a case, and the one finding it must give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fixture.h"

static struct codebook *book;

/* The rules a check can give; the reader and the matching give the others. Each must be given by some case. */
static const enum rule given[] = {
	RULE_REQUIRED, RULE_LENGTH, RULE_DIGITS, RULE_FORM, RULE_VALUE, RULE_CODE, RULE_CHARACTERS, RULE_LINES_NONE,
	RULE_LINES_TOO_MANY, RULE_LINE_NUMBER, RULE_CREDIT_CODE, RULE_IDENTITY_NUMBER, RULE_CUSTOMS_CODE, RULE_COMPANY_CODE,
	RULE_HS_CODE, RULE_POSTAL_ITEM, RULE_LINE_TOTAL, RULE_GOODS_VALUE, RULE_ACTUAL_PAID, RULE_NEGATIVE, RULE_WEIGHT,
	RULE_SECOND_QUANTITY, RULE_CURRENCY_CNY, RULE_PACK_ONE, RULE_BONDED_FIELDS, RULE_DIRECT_FIELDS, RULE_REGIME_UNKNOWN,
	RULE_GUARANTOR, RULE_NOT_DECLARED,
};
static bool was_given[RULE_COUNT];

#define S50  "12345678901234567890123456789012345678901234567890"
#define LONG S50 S50 S50 S50 S50 S50 S50 S50 S50 S50

struct one_change {
	int number;         /* message */
	const char *mode;   /* trade mode; NULL: 9610 */
	int line;           /* -1: head */
	enum field field;
	const char *value;
	int rule;           /* -1: nothing is wrong */
	enum field at;      /* 0 (guid): the field itself */
};

enum { FINE = -1, HEAD = -1 };

static const struct one_change changes[] = {
	/* mandatory and optional */
	{ 311, NULL, HEAD, F_ORDER_NO, NULL, RULE_REQUIRED, 0 },
	{ 311, NULL, HEAD, F_ORDER_NO, "", RULE_REQUIRED, 0 },
	{ 303, NULL, HEAD, F_MERCHANT_NAME, "", RULE_REQUIRED, 0 }, /* whatever the schema's least length */
	{ 303, NULL, HEAD, F_MERCHANT_NAME, " \t", RULE_REQUIRED, 0 },
	{ 311, NULL, 1, F_GOODS_MODEL, NULL, RULE_REQUIRED, 0 },
	{ 311, NULL, HEAD, F_PAYMENT_NO, NULL, FINE, 0 },
	{ 311, NULL, HEAD, F_PAYMENT_NO, "", FINE, 0 },
	{ 311, NULL, HEAD, F_GUID, NULL, RULE_REQUIRED, 0 },
	{ 511, NULL, HEAD, F_FREIGHT, NULL, FINE, 0 },
	{ 505, NULL, HEAD, F_FREIGHT, NULL, RULE_REQUIRED, 0 },

	/* texts */
	{ 311, NULL, HEAD, F_GUID, "4CDE1CFD", RULE_LENGTH, 0 },
	{ 311, NULL, HEAD, F_ORDER_NO, LONG, RULE_LENGTH, 0 },
	{ 311, NULL, HEAD, F_BUYER_NAME, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"
	  "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十", FINE, 0 }, /* 60 characters, 180 bytes */
	{ 311, NULL, HEAD, F_BUYER_NAME, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十"
	  "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十甲", RULE_LENGTH, 0 },
	{ 621, NULL, HEAD, F_PRE_ENTRY_NO, "B20260302000000001", FINE, 0 },
	{ 603, NULL, HEAD, F_PRE_ENTRY_NO, "B2026", RULE_LENGTH, 0 },
	{ 311, NULL, HEAD, F_ORDER_NO, "A\nB", RULE_CHARACTERS, 0 },
	{ 311, NULL, HEAD, F_ORDER_NO, "A\x01""B", RULE_CHARACTERS, 0 },
	{ 311, NULL, HEAD, F_NOTE, "first\n\tsecond", FINE, 0 },
	{ 311, NULL, HEAD, F_NOTE, "a\rb", RULE_CHARACTERS, 0 },
	{ 311, NULL, 0, F_NOTE, "a\x1f", RULE_CHARACTERS, 0 },
	{ 311, NULL, HEAD, F_NOTE, "\xff", RULE_CHARACTERS, 0 },
	{ 311, NULL, HEAD, F_NOTE, "a\xef\xbf\xbf", RULE_CHARACTERS, 0 },
	{ 311, NULL, HEAD, F_NOTE, "a\xef\xbf\xbd", FINE, 0 },
	{ 311, NULL, HEAD, F_ORDER_TYPE, "E", RULE_VALUE, 0 },
	{ 303, NULL, HEAD, F_ORDER_TYPE, "W", FINE, 0 },
	{ 303, NULL, HEAD, F_ORDER_TYPE, "I", RULE_VALUE, 0 },
	{ 303, NULL, HEAD, F_ORDER_TYPE, "|", RULE_VALUE, 0 },
	{ 621, NULL, HEAD, F_IE_FLAG, "E", RULE_VALUE, 0 },
	{ 603, NULL, HEAD, F_IE_FLAG, "I", RULE_VALUE, 0 },
	{ 513, NULL, HEAD, F_WAYBILL_STATUS, "R", RULE_VALUE, 0 },
	{ 311, NULL, HEAD, F_BUYER_ID_TYPE, "2", RULE_VALUE, 0 },
	{ 311, NULL, HEAD, F_ACTION, "1", RULE_VALUE, 0 },
	{ 311, NULL, HEAD, F_ACTION, "delete", FINE, 0 },
	{ 311, NULL, HEAD, F_APP_STATUS, "1", RULE_NOT_DECLARED, 0 },
	{ 505, NULL, HEAD, F_APP_STATUS, "1", RULE_NOT_DECLARED, 0 },
	{ 311, NULL, HEAD, F_APP_STATUS, "3", RULE_VALUE, 0 },

	/* codes */
	{ 311, NULL, 0, F_UNIT, "999", RULE_CODE, 0 },
	{ 311, NULL, 0, F_UNIT, "7", RULE_LENGTH, 0 },
	{ 303, NULL, HEAD, F_CURRENCY, "840", RULE_CODE, 0 }, /* the ISO number */
	{ 303, NULL, HEAD, F_CURRENCY, "300", FINE, 0 },
	{ 311, NULL, 0, F_COUNTRY_CODE, "156", RULE_CODE, 0 },
	{ 311, NULL, HEAD, F_CONSIGNEE_DISTRICT, "320508", FINE, 0 },
	{ 311, NULL, HEAD, F_CONSIGNEE_DISTRICT, "320599", RULE_CODE, 0 },
	{ 621, NULL, HEAD, F_CUSTOMS_CODE, "0001", RULE_CODE, 0 },
	{ 603, NULL, HEAD, F_DESTINATION_PORT, "3001", FINE, 0 },
	{ 603, NULL, HEAD, F_DESTINATION_PORT, "3002", RULE_CODE, 0 },
	{ 603, NULL, HEAD, F_WRAP_TYPE, "9", RULE_CODE, 0 },
	{ 621, NULL, HEAD, F_TRANSPORT_MODE, "Q", RULE_CODE, 0 },
	{ 621, NULL, 0, F_HS_CODE, "7701000000", RULE_HS_CODE, 0 },
	{ 603, NULL, 1, F_HS_CODE, "6109", RULE_HS_CODE, 0 },

	/* numbers */
	{ 311, NULL, HEAD, F_FREIGHT, "ten", RULE_FORM, 0 },
	{ 311, NULL, HEAD, F_FREIGHT, "1e1", RULE_FORM, 0 },
	{ 311, NULL, HEAD, F_FREIGHT, "10.", RULE_FORM, 0 },
	{ 311, NULL, HEAD, F_FREIGHT, "+10", RULE_FORM, 0 },
	{ 311, NULL, HEAD, F_FREIGHT, "10,00", RULE_FORM, 0 },
	{ 311, NULL, HEAD, F_FREIGHT, "10.000001", RULE_DIGITS, 0 },
	{ 311, NULL, HEAD, F_FREIGHT, "12345678901234567890", RULE_DIGITS, 0 },
	{ 311, NULL, HEAD, F_FREIGHT, "010.000000", FINE, 0 }, /* made shortest */
	{ 311, NULL, HEAD, F_FREIGHT, "-10", RULE_NEGATIVE, 0 },
	{ 511, NULL, HEAD, F_INSURED_FEE, "-0", FINE, 0 },
	{ 621, NULL, 0, F_QUANTITY_1, "0", RULE_NEGATIVE, 0 },
	{ 621, NULL, 1, F_QUANTITY_2, "0.00", RULE_NEGATIVE, 0 },
	{ 505, NULL, HEAD, F_PACK_COUNT, "0", RULE_NEGATIVE, 0 },
	{ 505, NULL, HEAD, F_PACK_COUNT, "-1", RULE_NEGATIVE, 0 },
	{ 505, NULL, HEAD, F_PACK_COUNT, "12", FINE, 0 },
	{ 505, NULL, HEAD, F_PACK_COUNT, "1.0", RULE_FORM, 0 },
	{ 505, NULL, HEAD, F_PACK_COUNT, "-", RULE_FORM, 0 },
	{ 505, NULL, HEAD, F_PACK_COUNT, "1234567890", RULE_DIGITS, 0 },
	{ 511, NULL, HEAD, F_PACK_COUNT, "2", RULE_PACK_ONE, 0 },
	{ 621, NULL, HEAD, F_PACK_COUNT, "2", RULE_PACK_ONE, 0 },
	{ 621, NULL, HEAD, F_PACK_COUNT, "01", FINE, 0 },

	/* times */
	{ 311, NULL, HEAD, F_SENT_AT, "20260302101112", RULE_FORM, 0 }, /* the reader's to translate */
	{ 311, NULL, HEAD, F_SENT_AT, "2026-02-30T10:11:12+08:00", RULE_FORM, 0 },
	{ 311, NULL, HEAD, F_SENT_AT, "2026-03-02T10:11:12", RULE_FORM, 0 },
	{ 311, NULL, HEAD, F_SENT_AT, "2026-03-02T02:11:12Z", FINE, 0 },
	{ 621, NULL, HEAD, F_DECLARED_ON, "2026-02-29", RULE_FORM, 0 },
	{ 621, NULL, HEAD, F_IE_DATE, "2024-02-29", FINE, 0 },
	{ 411, NULL, HEAD, F_PAID_AT, "yesterday", RULE_FORM, 0 },

	/* companies and persons */
	{ 311, NULL, HEAD, F_PLATFORM_CODE, "91330100MA2T000238", RULE_CREDIT_CODE, 0 },
	{ 311, NULL, HEAD, F_PLATFORM_CODE, "3301961Q43", FINE, 0 },
	{ 311, NULL, HEAD, F_PLATFORM_CODE, "无", RULE_COMPANY_CODE, 0 },
	{ 303, NULL, HEAD, F_PLATFORM_CODE, "无", FINE, 0 },
	{ 303, NULL, HEAD, F_MERCHANT_CODE, "无", RULE_COMPANY_CODE, 0 },
	{ 311, NULL, HEAD, F_MERCHANT_CODE, "33019-1Q43", RULE_CUSTOMS_CODE, 0 },
	{ 411, NULL, HEAD, F_PAYMENT_COMPANY_CODE, "12345", RULE_COMPANY_CODE, 0 },
	{ 511, NULL, HEAD, F_CARRIER_CODE, "91441800MA5T00045C", RULE_CREDIT_CODE, 0 },
	{ 603, NULL, HEAD, F_DECLARANT_CODE, "X", RULE_COMPANY_CODE, 0 },
	{ 603, NULL, HEAD, F_PRODUCER_CODE, "no", RULE_COMPANY_CODE, 0 },
	{ 621, "1210", HEAD, F_ZONE_COMPANY_CODE, "X", RULE_COMPANY_CODE, 0 },
	{ 311, NULL, HEAD, F_BUYER_ID_NUMBER, "320500190001010018", RULE_IDENTITY_NUMBER, 0 },
	{ 621, NULL, HEAD, F_BUYER_ID_NUMBER, "11010519491231002x", RULE_IDENTITY_NUMBER, 0 },
	{ 411, NULL, HEAD, F_PAYER_ID_NUMBER, "P1234567", RULE_IDENTITY_NUMBER, 0 },
	{ 511, NULL, HEAD, F_WAYBILL_NO, "RR473124828CN", RULE_POSTAL_ITEM, 0 },
	{ 513, NULL, HEAD, F_WAYBILL_NO, "RR473124828CN", RULE_POSTAL_ITEM, 0 },
	{ 511, NULL, HEAD, F_WAYBILL_NO, "SF1234567890", FINE, 0 },

	/* arithmetic */
	{ 311, NULL, 0, F_TOTAL_PRICE, "100.01", RULE_LINE_TOTAL, 0 },
	{ 621, NULL, 1, F_TOTAL_PRICE, "12.5", RULE_LINE_TOTAL, 0 },
	{ 603, NULL, 1, F_TOTAL_PRICE, "24.99", RULE_LINE_TOTAL, 0 },
	{ 621, NULL, 1, F_TOTAL_PRICE, "25.00499", FINE, 0 },
	{ 621, NULL, 1, F_TOTAL_PRICE, "25.005", RULE_LINE_TOTAL, 0 },
	{ 303, NULL, HEAD, F_GOODS_VALUE, "125.01", RULE_GOODS_VALUE, 0 },
	{ 303, NULL, HEAD, F_GOODS_VALUE, "125.004", FINE, 0 },
	{ 311, NULL, HEAD, F_ACTUAL_PAID, "138.2", RULE_ACTUAL_PAID, 0 },
	{ 311, NULL, HEAD, F_ACTUAL_PAID, "138.21001", RULE_ACTUAL_PAID, 0 },
	{ 311, NULL, HEAD, F_ACTUAL_PAID, "138.21000", FINE, 0 },
	{ 311, NULL, HEAD, F_DISCOUNT, "0", RULE_ACTUAL_PAID, F_ACTUAL_PAID },
	{ 621, NULL, HEAD, F_NET_WEIGHT, "2.30001", RULE_WEIGHT, 0 },
	{ 603, NULL, HEAD, F_GROSS_WEIGHT, "2", RULE_WEIGHT, F_NET_WEIGHT },
	{ 621, NULL, HEAD, F_NET_WEIGHT, "2.3", FINE, 0 },
	{ 621, NULL, 1, F_UNIT_2, NULL, RULE_SECOND_QUANTITY, 0 },
	{ 603, NULL, 1, F_QUANTITY_2, NULL, RULE_SECOND_QUANTITY, 0 },
	{ 621, NULL, 1, F_UNIT_2, "999", RULE_CODE, 0 },
	{ 311, NULL, 1, F_LINE_NO, "1", RULE_LINE_NUMBER, 0 },
	{ 311, NULL, 1, F_LINE_NO, "3", RULE_LINE_NUMBER, 0 },
	{ 603, NULL, 0, F_LINE_NO, "0", RULE_LINE_NUMBER, 0 },
	{ 621, NULL, 1, F_LINE_NO, "002", FINE, 0 },
	{ 303, NULL, 1, F_LINE_NO, "123456", RULE_DIGITS, 0 },

	/* direction and regime */
	{ 311, NULL, HEAD, F_CURRENCY, "502", RULE_CURRENCY_CNY, 0 },
	{ 311, NULL, 1, F_CURRENCY, "502", RULE_CURRENCY_CNY, 0 },
	{ 411, NULL, HEAD, F_CURRENCY, "502", RULE_CURRENCY_CNY, 0 },
	{ 511, NULL, HEAD, F_CURRENCY, "110", RULE_CURRENCY_CNY, 0 },
	{ 621, NULL, 0, F_CURRENCY, "110", RULE_CURRENCY_CNY, 0 },
	{ 621, NULL, HEAD, F_GUARANTOR_CODE, "91330100MA2T000238", RULE_GUARANTOR, 0 },
	{ 621, NULL, HEAD, F_GUARANTOR_CODE, FIXTURE_CARRIER, FINE, 0 },
	{ 621, NULL, HEAD, F_GUARANTOR_CODE, FIXTURE_DECLARANT, FINE, 0 },
	{ 621, NULL, HEAD, F_TRADE_MODE, "0110", RULE_REGIME_UNKNOWN, 0 },
	{ 621, NULL, HEAD, F_TRADE_MODE, "9710", RULE_REGIME_UNKNOWN, 0 }, /* export only */
	{ 621, NULL, HEAD, F_TRADE_MODE, "0000", RULE_CODE, 0 },
	{ 603, NULL, HEAD, F_TRADE_MODE, "9710", FINE, 0 },
	{ 621, NULL, HEAD, F_VEHICLE_NO, NULL, RULE_DIRECT_FIELDS, 0 },
	{ 621, NULL, HEAD, F_BILL_NO, "", RULE_DIRECT_FIELDS, 0 },
	{ 621, "1210", HEAD, F_BOOK_NO, NULL, RULE_BONDED_FIELDS, 0 },
	{ 621, "1210", HEAD, F_ZONE_COMPANY_CODE, NULL, RULE_BONDED_FIELDS, 0 },
	{ 621, "1210", HEAD, F_ZONE_COMPANY_NAME, NULL, RULE_BONDED_FIELDS, 0 },
	{ 621, "1210", HEAD, F_VOYAGE_NO, "CA1", RULE_BONDED_FIELDS, 0 },
	{ 621, "1210", 1, F_ITEM_RECORD_NO, NULL, RULE_BONDED_FIELDS, 0 },
	{ 621, NULL, 1, F_ITEM_RECORD_NO, NULL, FINE, 0 },
	{ 603, "1210", HEAD, F_BOOK_NO, NULL, RULE_BONDED_FIELDS, 0 },
	{ 603, "1210", 0, F_ITEM_RECORD_NO, NULL, FINE, 0 },
	{ 603, NULL, HEAD, F_VEHICLE_NAME, NULL, FINE, 0 },
};

static struct document *document_of(struct arena *a, int number, const char *mode)
{
	const struct message_def *def = message_def_by_number(number);
	struct fixture f;

	fixture_init(&f);
	if (mode != NULL)
		f.trade_mode = mode;
	return fixture_document(a, &f, def->kind, def->direction);
}

static bool check(struct arena *a, struct document *d, struct findings *out)
{
	findings_init(out, a);
	return document_check(d, book, fixture_day("2026-03-02"), out, NULL);
}

static void show(size_t i, const struct findings *found)
{
	print_message("case %zu: CEB%d %s\n", i, changes[i].number, field_name(changes[i].field));
	for (int k = 0; k < found->count; k++)
		print_message("  %s at %s, line %d\n", rule_slug(found->list[k].rule),
		              found->list[k].field == NULL ? "-" : field_name(found->list[k].field->id), found->list[k].line);
}

static bool is_expected(const struct one_change *c, const struct findings *found)
{
	enum field at = c->at != 0 ? c->at : c->field;

	if (c->rule == FINE)
		return found->count == 0;
	return found->count == 1 && (int)found->list[0].rule == c->rule && found->list[0].line == c->line &&
	       found->list[0].field != NULL && found->list[0].field->id == at;
}

static void test_one_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(changes); i++) {
		const struct one_change *c = &changes[i];
		struct findings found;
		struct document *d;
		struct arena a;
		bool ok;

		arena_init(&a, 1 << 18);
		d = document_of(&a, c->number, c->mode);
		if (c->line == HEAD)
			fixture_set(d, c->field, c->value);
		else
			fixture_set_line(d, c->line, c->field, c->value);
		ok = check(&a, d, &found);
		if (!is_expected(c, &found) || ok != (c->rule == FINE)) {
			show(i, &found);
			fail();
		}
		if (c->rule != FINE)
			was_given[c->rule] = true;
		arena_done(&a);
	}
}

static void test_all_kinds_are_accepted(void **state)
{
	static const int numbers[] = { 311, 411, 511, 513, 621, 303, 403, 505, 603 };
	struct findings found;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 18);
	for (size_t i = 0; i < COUNTOF(numbers); i++)
		assert_true(check(&a, document_of(&a, numbers[i], NULL), &found));
	assert_true(check(&a, document_of(&a, 621, "1210"), &found));
	assert_true(check(&a, document_of(&a, 603, "1210"), &found));
	arena_done(&a);
}

static void test_canonical_values(void **state)
{
	struct findings found;
	struct document *d;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 18);
	d = document_of(&a, 311, NULL);
	fixture_set(d, F_SENT_AT, "2026-03-02T02:11:12.75Z");
	fixture_set(d, F_FREIGHT, "0010.00");
	fixture_set(d, F_NOTE, "  ");
	fixture_set_line(d, 0, F_LINE_NO, "01");
	fixture_set_line(d, 0, F_QUANTITY, "1.0");
	assert_true(check(&a, d, &found));
	assert_true(text_is(document_get(d, F_SENT_AT), "2026-03-02T10:11:12+08:00"));
	assert_true(text_is(document_get(d, F_FREIGHT), "10"));
	assert_true(text_is(document_get(d, F_GOODS_VALUE), "125"));
	assert_true(text_is(document_get(d, F_ACTUAL_PAID), "138.21"));
	assert_null(document_get(d, F_NOTE).at);
	assert_true(text_is(document_line_get(d, 0, F_LINE_NO), "1"));
	assert_true(text_is(document_line_get(d, 0, F_QUANTITY), "1"));

	d = document_of(&a, 511, NULL);
	fixture_set(d, F_INSURED_FEE, "-0.00");
	assert_true(check(&a, d, &found));
	assert_true(text_is(document_get(d, F_INSURED_FEE), "0"));
	arena_done(&a);
}

static void test_line_counts(void **state)
{
	static const int numbers[] = { 311, 621, 303, 603 };
	struct findings found;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNTOF(numbers); i++) {
		struct document *d = document_of(&a, numbers[i], NULL);

		while (d->line_count <= d->def->lines_max)
			assert_non_null(document_add_line(&a, d));
		assert_false(check(&a, d, &found));
		assert_int_equal(found.count, 1);
		assert_int_equal(found.list[0].rule, RULE_LINES_TOO_MANY);
		d->line_count = 0;
		assert_false(check(&a, d, &found));
		assert_int_equal(found.count, 1);
		assert_int_equal(found.list[0].rule, RULE_LINES_NONE);
	}
	was_given[RULE_LINES_NONE] = was_given[RULE_LINES_TOO_MANY] = true;
	arena_done(&a);
}

/* As many lines as there may be, numbered backwards. */
static void test_full_list(void **state)
{
	static char numbers[101][12];
	struct findings found;
	struct document *d;
	struct arena a;
	int room;

	(void)state;
	arena_init(&a, 1 << 20);
	d = document_of(&a, 303, NULL);
	room = d->def->lines_max;
	while (d->line_count < room)
		memcpy(document_add_line(&a, d), d->lines, sizeof(struct text) * (size_t)d->def->line_field_count);
	for (int i = 0; i < room; i++) {
		snprintf(numbers[i], sizeof(numbers[i]), "%d", room - i);
		fixture_set_line(d, i, F_LINE_NO, numbers[i]);
	}
	fixture_set(d, F_GOODS_VALUE, "9925"); /* 99 × 100 + 25 */
	assert_true(check(&a, d, &found));
	arena_done(&a);
}

/* Several mistakes are told at once, each once, and not all of a hundred. */
static void test_many_findings(void **state)
{
	struct findings found;
	struct document *d;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	d = document_of(&a, 311, NULL);
	fixture_set(d, F_ORDER_NO, NULL);
	fixture_set(d, F_CURRENCY, "999");
	fixture_set(d, F_FREIGHT, "x");
	fixture_set_line(d, 1, F_TOTAL_PRICE, "-1");
	assert_false(check(&a, d, &found));
	assert_int_equal(found.count, 4);
	assert_true(text_is(found.list[2].got, "999"));

	memset(d->head, 0, sizeof(struct text) * (size_t)d->def->field_count);
	assert_false(check(&a, d, &found));
	assert_int_equal(found.count, FINDINGS_MAX);
	assert_int_equal(found.more, 24 + 1 - FINDINGS_MAX);
	arena_done(&a);
}

static void test_words_of_findings(void **state)
{
	struct findings found;
	struct document *d;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 18);
	d = document_of(&a, 311, NULL);
	fixture_set(d, F_ACTUAL_PAID, "138");
	fixture_set(d, F_CONSIGNEE, LONG);
	fixture_set_line(d, 0, F_TOTAL_PRICE, "99");
	assert_false(check(&a, d, &found));
	assert_string_equal(found.list[0].expected, "at most 100 characters");
	assert_int_equal(found.list[0].got.len, 80);
	assert_string_equal(found.list[1].expected, "138.21");
	assert_string_equal(found.list[2].expected, "100");
	arena_done(&a);
}

/* By the business day: a code or a regime that is not yet valid, a birth that is yet to come. */
static void test_day(void **state)
{
	struct findings found;
	struct document *d;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 18);
	d = document_of(&a, 621, NULL);
	findings_init(&found, &a);
	assert_false(document_check(d, book, fixture_day("2018-12-31"), &found, NULL));
	assert_int_equal(found.count, 1);
	assert_int_equal(found.list[0].rule, RULE_REGIME_UNKNOWN);
	d = document_of(&a, 513, NULL);
	findings_init(&found, &a);
	assert_true(document_check(d, book, fixture_day("1990-01-01"), &found, NULL));
	d = document_of(&a, 411, NULL);
	findings_init(&found, &a);
	assert_false(document_check(d, book, fixture_day("1899-12-31"), &found, NULL));
	assert_int_equal(found.count, 2); /* currency not valid, payer not born */
	arena_done(&a);
}

static void test_full_arena(void **state)
{
	struct arena a, small;
	struct findings found;
	struct document *d;

	(void)state;
	arena_init(&a, 1 << 18);
	arena_init(&small, 16);
	d = document_of(&a, 311, NULL);
	assert_false(check(&small, d, &found)); /* amounts like 10.00 need room to become 10 */
	assert_int_equal(found.count, 0);
	assert_true(small.full);
	arena_done(&small);
	arena_done(&a);
}

static void test_each_rule_was_given(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(given); i++) {
		if (!was_given[given[i]])
			fail_msg("%s", rule_slug(given[i]));
		was_given[given[i]] = false;
	}
	for (int r = 0; r < RULE_COUNT; r++) {
		if (was_given[r])
			fail_msg("%s is not in the list", rule_slug((enum rule)r));
	}
}

static int open_book(void **state)
{
	(void)state;
	book = fixture_codebook();
	return 0;
}

static int close_book(void **state)
{
	(void)state;
	codebook_free(book);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds_are_accepted),
		cmocka_unit_test(test_one_change),
		cmocka_unit_test(test_canonical_values),
		cmocka_unit_test(test_line_counts),
		cmocka_unit_test(test_full_list),
		cmocka_unit_test(test_many_findings),
		cmocka_unit_test(test_words_of_findings),
		cmocka_unit_test(test_day),
		cmocka_unit_test(test_full_arena),
		cmocka_unit_test(test_each_rule_was_given), /* last */
	};

	return cmocka_run_group_tests(tests, open_book, close_book);
}
