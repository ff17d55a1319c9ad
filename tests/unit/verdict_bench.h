/*
 * What the tests of the verdict share: filings of one trade, import and export, that match; the means to
 * change a field of one; regimes; a judgement and its reasons as text. Each test starts with a fresh bench.
 */
#ifndef TESTS_VERDICT_BENCH_H
#define TESTS_VERDICT_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/attr.h"
#include "base/clock.h"
#include "model/codebook.h"
#include "model/verdict.h"

#define OPENED (INT64_C(1772416800) * US_PER_S) /* 2026-03-02 10:00 in Shanghai */
#define SOON   (OPENED + US_PER_S)

struct value {
	enum field field;
	const char *text;
};

static const struct value import_order[] = {
	{ F_ORDER_NO, "A-101" }, { F_PLATFORM_CODE, "91330100MA2T000237" }, { F_MERCHANT_CODE, "91320500MA1T00013G" },
	{ F_GOODS_VALUE, "300" }, { F_FREIGHT, "10" }, { F_DISCOUNT, "50" }, { F_TAX_TOTAL, "28.21" },
	{ F_ACTUAL_PAID, "288.21" }, { F_CURRENCY, "142" }, { F_BUYER_NAME, "张三" }, { F_BUYER_TELEPHONE, "13800000000" },
	{ F_BUYER_ID_TYPE, "1" }, { F_BUYER_ID_NUMBER, "320500190001010019" }, { F_PAYMENT_COMPANY_CODE, "PAY1" },
	{ F_PAYMENT_NO, "T-77" }, { F_CONSIGNEE, "李四" }, { F_CONSIGNEE_TELEPHONE, "13900000000" },
	{ F_CONSIGNEE_ADDRESS, "苏州市 1 号" },
};
static const struct value import_payment[] = {
	{ F_ORDER_NO, "A-101" }, { F_PLATFORM_CODE, "91330100MA2T000237" }, { F_PAYMENT_COMPANY_CODE, "PAY1" },
	{ F_PAYMENT_NO, "T-77" }, { F_PAYER_ID_TYPE, "1" }, { F_PAYER_ID_NUMBER, "320500190001010019" },
	{ F_PAYER_NAME, "张三" }, { F_AMOUNT_PAID, "288.21" }, { F_CURRENCY, "142" },
};
static const struct value import_waybill[] = {
	{ F_CARRIER_CODE, "CARRIER" }, { F_WAYBILL_NO, "W-1" }, { F_ORDER_NO, "A-101" }, { F_FREIGHT, "10" },
	{ F_INSURED_FEE, "0" }, { F_CURRENCY, "142" }, { F_CONSIGNEE, "李四" }, { F_CONSIGNEE_TELEPHONE, "13900000000" },
	{ F_CONSIGNEE_ADDRESS, "苏州市 1 号" },
};
static const struct value import_inventory[] = {
	{ F_ORDER_NO, "A-101" }, { F_PLATFORM_CODE, "91330100MA2T000237" }, { F_MERCHANT_CODE, "91320500MA1T00013G" },
	{ F_CARRIER_CODE, "CARRIER" }, { F_WAYBILL_NO, "W-1" }, { F_TRADE_MODE, "9610" }, { F_FREIGHT, "10" },
	{ F_INSURED_FEE, "0" }, { F_CURRENCY, "142" }, { F_BUYER_NAME, "张三" }, { F_BUYER_TELEPHONE, "13800000000" },
	{ F_BUYER_ID_TYPE, "1" }, { F_BUYER_ID_NUMBER, "320500190001010019" }, { F_CONSIGNEE_ADDRESS, "苏州市 1 号" },
};
static const struct value export_order[] = {
	{ F_ORDER_NO, "A-101" }, { F_PLATFORM_CODE, "91330100MA2T000237" }, { F_MERCHANT_CODE, "91320500MA1T00013G" },
	{ F_GOODS_VALUE, "300" }, { F_FREIGHT, "10" }, { F_CURRENCY, "502" },
};
static const struct value export_payment[] = {
	{ F_ORDER_NO, "A-101" }, { F_PLATFORM_CODE, "91330100MA2T000237" }, { F_MERCHANT_CODE, "91320500MA1T00013G" },
	{ F_AMOUNT_RECEIVED, "999" }, { F_CURRENCY, "502" },
};
static const struct value export_waybill[] = {
	{ F_CARRIER_CODE, "CARRIER" }, { F_WAYBILL_NO, "W-1" }, { F_FREIGHT, "99" }, { F_INSURED_FEE, "9" }, { F_CURRENCY, "142" },
};
static const struct value export_inventory[] = {
	{ F_ORDER_NO, "A-101" }, { F_PLATFORM_CODE, "91330100MA2T000237" }, { F_MERCHANT_CODE, "91320500MA1T00013G" },
	{ F_CARRIER_CODE, "CARRIER" }, { F_WAYBILL_NO, "W-1" }, { F_TRADE_MODE, "9610" }, { F_FREIGHT, "0.1" },
	{ F_FREIGHT_FLAG, "1" }, { F_FREIGHT_CURRENCY, "502" }, { F_INSURED_FEE, "0" },
};
static const struct {
	const struct value *values;
	size_t count;
} samples[2][4] = {
#define SAMPLE(a) { a, COUNTOF(a) }
	{ SAMPLE(import_order), SAMPLE(import_payment), SAMPLE(import_waybill), SAMPLE(import_inventory) },
	{ SAMPLE(export_order), SAMPLE(export_payment), SAMPLE(export_waybill), SAMPLE(export_inventory) },
};

enum { FILED_MAX = 12 };

struct bench {
	struct arena arena;
	struct codebook *book;
	struct filed filed[FILED_MAX];
	struct document *docs[FILED_MAX];
	struct trade_case c;
	struct verdict v;
};

static inline void add_regime(struct codebook *book, int32_t id, const char *mode, enum direction d)
{
	unsigned flows = FLOW(DOC_ORDER) | FLOW(DOC_PAYMENT) | FLOW(DOC_WAYBILL) | FLOW(DOC_INVENTORY);

	if (strcmp(mode, "9710") == 0)
		flows &= ~FLOW(DOC_PAYMENT);
	assert_true(codebook_add_regime(book, &(struct regime){
		.id = id, .trade_mode = text_of(mode), .direction = d, .flows = flows, .authorities = 1,
		.wait_hours = strcmp(mode, "*") == 0 ? 72 : 48, .valid_from = 0, .valid_to = INT32_MAX, .source = TEXT("test"),
	}));
}

static inline int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	arena_init(&b->arena, 4 << 20);
	b->book = codebook_new(1 << 20);
	assert_non_null(b->book);
	add_regime(b->book, 1, "*", DIR_IMPORT);
	add_regime(b->book, 2, "*", DIR_EXPORT);
	add_regime(b->book, 3, "9610", DIR_IMPORT);
	add_regime(b->book, 4, "9610", DIR_EXPORT);
	add_regime(b->book, 5, "9710", DIR_EXPORT);
	assert_true(codebook_seal(b->book));
	b->c = (struct trade_case){ .platform_code = TEXT("91330100MA2T000237"), .order_no = TEXT("A-101"), .opened_us = OPENED,
		.filed = b->filed };
	*state = b;
	return 0;
}

static inline int tear_down(void **state)
{
	struct bench *b = *state;

	codebook_free(b->book);
	arena_done(&b->arena);
	free(b);
	return 0;
}

static inline void set(struct document *d, enum field f, const char *text)
{
	int i = field_index(d->def, f);

	if (i < 0)
		fail_msg("%s has no %s", doc_kind_name(d->def->kind), field_name(f));
	d->head[i] = text_of(text);
}

static inline void set_line(struct document *d, int line, enum field f, const char *text)
{
	int i = field_line_index(d->def, f);

	assert_true(i >= 0 && line < d->line_count);
	d->lines[d->def->line_field_count * line + i] = text_of(text);
}

static inline struct document *sample(struct bench *b, enum doc_kind kind, enum direction dir)
{
	struct document *d = document_new(&b->arena, message_def(kind, dir), 2);

	assert_non_null(d);
	for (size_t i = 0; i < samples[dir][kind].count; i++)
		set(d, samples[dir][kind].values[i].field, samples[dir][kind].values[i].text);
	if (d->def->list == NULL)
		return d;
	for (int i = 0; i < 2; i++) {
		assert_non_null(document_add_line(&b->arena, d));
		set_line(d, i, F_LINE_NO, i == 0 ? "1" : "2");
		set_line(d, i, F_QUANTITY, i == 0 ? "2" : "1");
		set_line(d, i, F_UNIT, "007");
		set_line(d, i, F_PRICE, i == 0 ? "100" : "100.5");
		set_line(d, i, F_CURRENCY, dir == DIR_IMPORT ? "142" : "502");
	}
	return d;
}

/* Files the document; the id tells the place, so that it is the same whatever the order. */
static inline struct filed *file(struct bench *b, struct document *d, int revision, const char *key)
{
	int n = b->c.filed_count++;
	struct filed *one = &b->filed[n];

	assert_true(n < FILED_MAX);
	*one = (struct filed){ .kind = d->def->kind, .action = ACTION_ADD, .revision = revision, .business_key = text_of(key),
		.received_us = OPENED + n, .doc = d };
	one->id.b[0] = (uint8_t)(d->def->kind + 1);
	one->id.b[15] = (uint8_t)revision;
	b->docs[n] = d;
	return one;
}

static inline void file_four(struct bench *b, enum direction dir)
{
	b->c.filed_count = 0;
	for (int kind = DOC_ORDER; kind <= DOC_INVENTORY; kind++)
		file(b, sample(b, (enum doc_kind)kind, dir), 1, doc_kind_name((enum doc_kind)kind));
}

static inline enum verdict_kind judge(struct bench *b, int64_t now_us)
{
	verdict_judge(&b->c, b->book, now_us, &b->v);
	return b->v.kind;
}

static inline const char *reasons(struct bench *b)
{
	struct buf out;

	buf_init(&out, &b->arena, 512);
	verdict_put_reasons(&out, &b->v);
	assert_false(out.full);
	return out.at;
}

/* One reason about heads, from its left side on. */
static inline const char *expected_reason(struct bench *b, enum rule rule, const char *from_left)
{
	struct buf out;

	buf_init(&out, &b->arena, 512);
	buf_printf(&out, "[{\"rule\":\"%s\",\"source\":\"%s\",\"line\":null,\"left\":%s}]", rule_slug(rule), rule_source(rule),
	           from_left);
	return out.at;
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
