/* The comparisons between flows: every row differs once, and what is no difference. */
#include "verdict_bench.h"

/* Each row of the comparison table, by the one change that provokes it and nothing else. */
static const struct provocation {
	enum direction dir;
	enum doc_kind kind;
	enum field field;
	const char *text;
	enum rule rule;
	enum doc_kind other, corrects;
} provocations[] = {
	{ DIR_IMPORT, DOC_INVENTORY, F_MERCHANT_CODE, "OTHER", RULE_MATCH_COMPANY, DOC_ORDER, DOC_INVENTORY },
	{ DIR_EXPORT, DOC_INVENTORY, F_MERCHANT_CODE, "OTHER", RULE_MATCH_COMPANY, DOC_ORDER, DOC_INVENTORY },
	{ DIR_EXPORT, DOC_PAYMENT, F_MERCHANT_CODE, "OTHER", RULE_MATCH_COMPANY, DOC_ORDER, DOC_PAYMENT },
	{ DIR_IMPORT, DOC_PAYMENT, F_PAYMENT_COMPANY_CODE, "PAY2", RULE_MATCH_COMPANY, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_PAYMENT, F_PAYMENT_NO, "T-78", RULE_MATCH_PAYMENT_NO, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_PAYMENT, F_AMOUNT_PAID, "288.2", RULE_MATCH_AMOUNT, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_PAYMENT, F_AMOUNT_PAID, "288.21001", RULE_MATCH_AMOUNT, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_PAYMENT, F_AMOUNT_PAID, "no number", RULE_MATCH_AMOUNT, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_PAYMENT, F_CURRENCY, "502", RULE_MATCH_CURRENCY, DOC_ORDER, DOC_ORDER },
	{ DIR_EXPORT, DOC_PAYMENT, F_CURRENCY, "142", RULE_MATCH_CURRENCY, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_INVENTORY, F_CURRENCY, "502", RULE_MATCH_CURRENCY, DOC_ORDER, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_INVENTORY, F_BUYER_ID_TYPE, "2", RULE_MATCH_BUYER, DOC_ORDER, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_INVENTORY, F_BUYER_ID_NUMBER, "330100190001010027", RULE_MATCH_BUYER, DOC_ORDER, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_INVENTORY, F_BUYER_NAME, "张叁", RULE_MATCH_BUYER, DOC_ORDER, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_INVENTORY, F_BUYER_TELEPHONE, "1", RULE_MATCH_BUYER, DOC_ORDER, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_PAYMENT, F_PAYER_ID_TYPE, "2", RULE_MATCH_PAYER, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_PAYMENT, F_PAYER_ID_NUMBER, "330100190001010027", RULE_MATCH_PAYER, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_PAYMENT, F_PAYER_NAME, "王五", RULE_MATCH_PAYER, DOC_ORDER, DOC_ORDER },
	{ DIR_IMPORT, DOC_WAYBILL, F_ORDER_NO, "A-102", RULE_MATCH_WAYBILL, DOC_INVENTORY, DOC_WAYBILL },
	{ DIR_IMPORT, DOC_WAYBILL, F_CONSIGNEE, "赵六", RULE_MATCH_CONSIGNEE, DOC_ORDER, DOC_WAYBILL },
	{ DIR_IMPORT, DOC_WAYBILL, F_CONSIGNEE_TELEPHONE, "1", RULE_MATCH_CONSIGNEE, DOC_ORDER, DOC_WAYBILL },
	{ DIR_IMPORT, DOC_WAYBILL, F_CONSIGNEE_ADDRESS, "苏州市1号", RULE_MATCH_CONSIGNEE, DOC_ORDER, DOC_WAYBILL },
	{ DIR_IMPORT, DOC_INVENTORY, F_CONSIGNEE_ADDRESS, "苏州市 2 号", RULE_MATCH_CONSIGNEE, DOC_ORDER, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_INVENTORY, F_FREIGHT, "10.01", RULE_MATCH_FEES, DOC_WAYBILL, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_INVENTORY, F_INSURED_FEE, "1", RULE_MATCH_FEES, DOC_WAYBILL, DOC_INVENTORY },
	{ DIR_IMPORT, DOC_INVENTORY, F_TRADE_MODE, "0110", RULE_REGIME_UNKNOWN, DOC_INVENTORY, DOC_INVENTORY },
};

static void every_row_can_differ(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(provocations); i++) {
		const struct provocation *p = &provocations[i];
		const struct difference *d = &b->v.differences[0];
		const char *text;

		file_four(b, p->dir);
		set(b->docs[p->kind], p->field, p->text);
		if (judge(b, SOON) != VERDICT_CONFLICT || b->v.difference_count != 1)
			fail_msg("provocation %zu: %s, %s", i, verdict_name(b->v.kind), reasons(b));
		assert_int_equal(d->rule, p->rule);
		assert_int_equal(d->corrects, p->corrects);
		assert_int_equal(d->line, -1);
		assert_true((d->left_kind == p->kind && d->right_kind == p->other) ||
		            (d->left_kind == p->other && d->right_kind == p->kind));
		assert_true(d->left_field == p->field || d->right_field == p->field);
		assert_int_equal(b->v.wants_identity, p->rule == RULE_MATCH_PAYER);
		text = reasons(b);
		assert_non_null(strstr(text, rule_slug(p->rule)));
		if (strlen(p->text) > 4)
			assert_null(strstr(text, p->text)); /* no values */
	}
}

static void directions_must_agree(void **state)
{
	struct bench *b = *state;
	static const struct {
		enum doc_kind other;
		int differences;
		enum doc_kind corrects;
	} cases[] = { { DOC_PAYMENT, 2, DOC_PAYMENT }, { DOC_WAYBILL, 2, DOC_WAYBILL }, { DOC_INVENTORY, 3, DOC_INVENTORY },
		{ DOC_ORDER, 3, DOC_PAYMENT } };

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		file_four(b, DIR_IMPORT);
		b->filed[cases[i].other].doc = sample(b, cases[i].other, DIR_EXPORT);
		assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
		assert_int_equal(b->v.difference_count, cases[i].differences);
		for (int k = 0; k < b->v.difference_count; k++)
			assert_int_equal(b->v.differences[k].rule, RULE_MATCH_DIRECTION);
		assert_int_equal(b->v.differences[0].corrects, cases[i].corrects);
	}
}

static void lines_are_compared_one_to_one(void **state)
{
	struct bench *b = *state;
	static const struct {
		enum field field;
		const char *text;
		enum rule rule;
	} cases[] = {
		{ F_QUANTITY, "2", RULE_MATCH_LINE },
		{ F_UNIT, "035", RULE_MATCH_LINE },
		{ F_PRICE, "100.51", RULE_MATCH_LINE },
		{ F_CURRENCY, "116", RULE_MATCH_CURRENCY },
		{ F_LINE_NO, "3", RULE_MATCH_LINE },
	};

	for (size_t i = 0; i < 2 * COUNTOF(cases); i++) {
		file_four(b, i % 2 == 0 ? DIR_IMPORT : DIR_EXPORT);
		set_line(b->docs[DOC_INVENTORY], 1, cases[i / 2].field, cases[i / 2].text);
		assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
		assert_int_equal(b->v.difference_count, 1);
		assert_int_equal(b->v.differences[0].rule, cases[i / 2].rule);
		assert_int_equal(b->v.differences[0].line, 1);
		assert_int_equal(b->v.differences[0].left_field, cases[i / 2].field);
		assert_int_equal(b->v.differences[0].corrects, DOC_INVENTORY);
	}
	file_four(b, DIR_IMPORT);
	b->docs[DOC_INVENTORY]->line_count = 1;
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	assert_int_equal(b->v.difference_count, 1);
	assert_int_equal(b->v.differences[0].rule, RULE_MATCH_LINE_COUNT);
}

static void swap_lines(struct document *d)
{
	for (int i = 0; i < d->def->line_field_count; i++) {
		struct text t = d->lines[i];

		d->lines[i] = d->lines[d->def->line_field_count + i];
		d->lines[d->def->line_field_count + i] = t;
	}
}

static void line_numbers_decide_not_places(void **state)
{
	struct bench *b = *state;
	const char *text;

	file_four(b, DIR_IMPORT);
	swap_lines(b->docs[DOC_INVENTORY]);
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	set_line(b->docs[DOC_INVENTORY], 0, F_PRICE, "7");
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	text = reasons(b);
	assert_non_null(strstr(text, "\"line\":2,"));
	assert_non_null(strstr(text, "[\"lines\",\"1\",\"price\"]"));
	assert_non_null(strstr(text, "[\"lines\",\"0\",\"price\"]"));
	set_line(b->docs[DOC_INVENTORY], 0, F_LINE_NO, "9");
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	assert_non_null(strstr(reasons(b), "\"path\":[\"lines\"]")); /* there is no such line on the right */
}

static void equal_values_in_other_clothes_match(void **state)
{
	struct bench *b = *state;

	file_four(b, DIR_IMPORT);
	set(b->docs[DOC_PAYMENT], F_AMOUNT_PAID, "288.21000");
	set(b->docs[DOC_WAYBILL], F_CONSIGNEE, " 李四\t");
	set(b->docs[DOC_INVENTORY], F_WAYBILL_NO, " W-1 ");
	set_line(b->docs[DOC_INVENTORY], 1, F_PRICE, "100.50");
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	/* what is left out is not compared */
	set(b->docs[DOC_ORDER], F_PAYMENT_NO, NULL);
	set(b->docs[DOC_ORDER], F_PAYMENT_COMPANY_CODE, " ");
	set(b->docs[DOC_WAYBILL], F_INSURED_FEE, NULL);
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
}

static void reasons_name_both_places(void **state)
{
	struct bench *b = *state;

	file_four(b, DIR_IMPORT);
	set(b->docs[DOC_PAYMENT], F_AMOUNT_PAID, "1");
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	assert_string_equal(reasons(b), expected_reason(b, RULE_MATCH_AMOUNT,
	                    "{\"kind\":\"order\",\"field\":\"actual_paid\",\"filing_id\":\"01000000-0000-0000-0000-000000000001\","
	                    "\"path\":[\"actual_paid\"]},\"right\":{\"kind\":\"payment\",\"field\":\"amount_paid\","
	                    "\"filing_id\":\"02000000-0000-0000-0000-000000000001\",\"path\":[\"amount_paid\"]},"
	                    "\"corrects\":\"order\""));
}

static void too_many_differences_are_counted(void **state)
{
	struct bench *b = *state;
	struct document *docs[2];
	char numbers[40][12];

	file_four(b, DIR_IMPORT);
	for (int k = 0; k < 2; k++) {
		docs[k] = b->docs[k == 0 ? DOC_ORDER : DOC_INVENTORY];
		docs[k]->line_count = 0;
		for (int i = 0; i < 40; i++) {
			assert_non_null(document_add_line(&b->arena, docs[k]));
			snprintf(numbers[i], sizeof(numbers[i]), "%d", i + 1);
			set_line(docs[k], i, F_LINE_NO, numbers[i]);
			set_line(docs[k], i, F_QUANTITY, k == 0 ? "1" : "2");
		}
	}
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	assert_int_equal(b->v.difference_count, DIFFERENCES_MAX);
	assert_int_equal(b->v.more, 40 - DIFFERENCES_MAX);
	assert_false(b->v.wants_identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(every_row_can_differ),
		CASE(directions_must_agree),
		CASE(lines_are_compared_one_to_one),
		CASE(line_numbers_decide_not_places),
		CASE(equal_values_in_other_clothes_match),
		CASE(reasons_name_both_places),
		CASE(too_many_differences_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
