/*
 * Which field of which flow must say the same as which field of another.
 *
 * A row compares when both filings are there, are of one direction, and both give the field: what a message
 * does not have or its sender left out is no difference. Text must be equal to the byte after trimming
 * blanks, numbers by value, money without tolerance. Order number and platform are in no row: they are
 * the declaration's key, so filings that differ in them never meet.
 *
 * Not compared, for want of a rule: names of goods, weights, the amount received for an export, and
 * export freight, which its inventory may give as a rate.
 */
#include "model/verdict_match.h"

enum how { SAME_TEXT, SAME_NUMBER, SAME_DIRECTION, SAME_PERSON /* text, unless the identity is attested */ };

#define IMPORT (1u << DIR_IMPORT)
#define EXPORT (1u << DIR_EXPORT)
#define BOTH   (IMPORT | EXPORT)

static const struct row {
	enum rule rule;
	enum doc_kind left_kind;
	enum field left_field;
	enum doc_kind right_kind;
	enum field right_field;
	enum how how;
	unsigned in; /* directions in which it holds */
	enum doc_kind corrects;
} rows[] = {
	{ RULE_MATCH_DIRECTION, DOC_ORDER, FIELD_NONE, DOC_PAYMENT, FIELD_NONE, SAME_DIRECTION, BOTH, DOC_PAYMENT },
	{ RULE_MATCH_DIRECTION, DOC_ORDER, FIELD_NONE, DOC_WAYBILL, FIELD_NONE, SAME_DIRECTION, BOTH, DOC_WAYBILL },
	{ RULE_MATCH_DIRECTION, DOC_ORDER, FIELD_NONE, DOC_INVENTORY, FIELD_NONE, SAME_DIRECTION, BOTH, DOC_INVENTORY },
	{ RULE_MATCH_DIRECTION, DOC_INVENTORY, FIELD_NONE, DOC_PAYMENT, FIELD_NONE, SAME_DIRECTION, BOTH, DOC_PAYMENT },
	{ RULE_MATCH_DIRECTION, DOC_INVENTORY, FIELD_NONE, DOC_WAYBILL, FIELD_NONE, SAME_DIRECTION, BOTH, DOC_WAYBILL },

	{ RULE_MATCH_COMPANY, DOC_ORDER, F_MERCHANT_CODE, DOC_INVENTORY, F_MERCHANT_CODE, SAME_TEXT, BOTH, DOC_INVENTORY },
	{ RULE_MATCH_COMPANY, DOC_ORDER, F_MERCHANT_CODE, DOC_PAYMENT, F_MERCHANT_CODE, SAME_TEXT, EXPORT, DOC_PAYMENT },
	{ RULE_MATCH_COMPANY, DOC_ORDER, F_PAYMENT_COMPANY_CODE, DOC_PAYMENT, F_PAYMENT_COMPANY_CODE, SAME_TEXT, BOTH, DOC_ORDER },
	{ RULE_MATCH_PAYMENT_NO, DOC_ORDER, F_PAYMENT_NO, DOC_PAYMENT, F_PAYMENT_NO, SAME_TEXT, BOTH, DOC_ORDER },

	/* the payment is what happened: the order must say the same */
	{ RULE_MATCH_AMOUNT, DOC_ORDER, F_ACTUAL_PAID, DOC_PAYMENT, F_AMOUNT_PAID, SAME_NUMBER, IMPORT, DOC_ORDER },
	{ RULE_MATCH_CURRENCY, DOC_ORDER, F_CURRENCY, DOC_PAYMENT, F_CURRENCY, SAME_TEXT, BOTH, DOC_ORDER },
	{ RULE_MATCH_CURRENCY, DOC_ORDER, F_CURRENCY, DOC_INVENTORY, F_CURRENCY, SAME_TEXT, BOTH, DOC_INVENTORY },

	{ RULE_MATCH_BUYER, DOC_ORDER, F_BUYER_ID_TYPE, DOC_INVENTORY, F_BUYER_ID_TYPE, SAME_TEXT, IMPORT, DOC_INVENTORY },
	{ RULE_MATCH_BUYER, DOC_ORDER, F_BUYER_ID_NUMBER, DOC_INVENTORY, F_BUYER_ID_NUMBER, SAME_TEXT, IMPORT, DOC_INVENTORY },
	{ RULE_MATCH_BUYER, DOC_ORDER, F_BUYER_NAME, DOC_INVENTORY, F_BUYER_NAME, SAME_TEXT, IMPORT, DOC_INVENTORY },
	{ RULE_MATCH_BUYER, DOC_ORDER, F_BUYER_TELEPHONE, DOC_INVENTORY, F_BUYER_TELEPHONE, SAME_TEXT, IMPORT, DOC_INVENTORY },

	{ RULE_MATCH_PAYER, DOC_ORDER, F_BUYER_ID_TYPE, DOC_PAYMENT, F_PAYER_ID_TYPE, SAME_PERSON, IMPORT, DOC_ORDER },
	{ RULE_MATCH_PAYER, DOC_ORDER, F_BUYER_ID_NUMBER, DOC_PAYMENT, F_PAYER_ID_NUMBER, SAME_PERSON, IMPORT, DOC_ORDER },
	{ RULE_MATCH_PAYER, DOC_ORDER, F_BUYER_NAME, DOC_PAYMENT, F_PAYER_NAME, SAME_PERSON, IMPORT, DOC_ORDER },

	{ RULE_MATCH_WAYBILL, DOC_INVENTORY, F_ORDER_NO, DOC_WAYBILL, F_ORDER_NO, SAME_TEXT, IMPORT, DOC_WAYBILL },
	{ RULE_MATCH_CONSIGNEE, DOC_ORDER, F_CONSIGNEE, DOC_WAYBILL, F_CONSIGNEE, SAME_TEXT, IMPORT, DOC_WAYBILL },
	{ RULE_MATCH_CONSIGNEE, DOC_ORDER, F_CONSIGNEE_TELEPHONE, DOC_WAYBILL, F_CONSIGNEE_TELEPHONE, SAME_TEXT, IMPORT, DOC_WAYBILL },
	{ RULE_MATCH_CONSIGNEE, DOC_ORDER, F_CONSIGNEE_ADDRESS, DOC_WAYBILL, F_CONSIGNEE_ADDRESS, SAME_TEXT, IMPORT, DOC_WAYBILL },
	{ RULE_MATCH_CONSIGNEE, DOC_ORDER, F_CONSIGNEE_ADDRESS, DOC_INVENTORY, F_CONSIGNEE_ADDRESS, SAME_TEXT, IMPORT, DOC_INVENTORY },

	/* the carrier knows what it charges */
	{ RULE_MATCH_FEES, DOC_WAYBILL, F_FREIGHT, DOC_INVENTORY, F_FREIGHT, SAME_NUMBER, IMPORT, DOC_INVENTORY },
	{ RULE_MATCH_FEES, DOC_WAYBILL, F_INSURED_FEE, DOC_INVENTORY, F_INSURED_FEE, SAME_NUMBER, IMPORT, DOC_INVENTORY },
};

/* Line by line, order against inventory, under the same line number. */
static const struct line_row {
	enum rule rule;
	enum field field;
	enum how how;
} line_rows[] = {
	{ RULE_MATCH_LINE, F_QUANTITY, SAME_NUMBER },
	{ RULE_MATCH_LINE, F_UNIT, SAME_TEXT },
	{ RULE_MATCH_LINE, F_PRICE, SAME_NUMBER },
	{ RULE_MATCH_CURRENCY, F_CURRENCY, SAME_TEXT },
};

void verdict_add(struct verdict *v, const struct difference *d)
{
	if (v->difference_count == DIFFERENCES_MAX)
		v->more++;
	else
		v->differences[v->difference_count++] = *d;
}

static bool is_given(struct text t)
{
	return t.at != NULL && text_trim(t).len > 0;
}

bool verdict_same_text(const struct document *a, const struct document *b, enum field f)
{
	struct text left = document_get(a, f), right = document_get(b, f);

	return is_given(left) && is_given(right) && text_eq(text_trim(left), text_trim(right));
}

int verdict_line_of(const struct document *d, const struct document *of, int line)
{
	struct text number = document_line_get(of, line, F_LINE_NO);

	if (line < d->line_count && text_eq(document_line_get(d, line, F_LINE_NO), number))
		return line; /* mostly they come in the same order */
	for (int i = 0; i < d->line_count; i++) {
		if (text_eq(document_line_get(d, i, F_LINE_NO), number))
			return i;
	}
	return -1;
}

static bool numbers_differ(const struct document *l, enum field lf, const struct document *r, enum field rf)
{
	struct decimal left, right;

	/* what is no number cannot be equal to one: a checked document has none of it */
	return !document_decimal(l, lf, &left) || !document_decimal(r, rf, &right) || !decimal_eq(left, right);
}

static bool row_differs(const struct row *row, const struct document *l, const struct document *r, bool identity_attested)
{
	struct text left, right;

	if (row->how == SAME_DIRECTION)
		return l->def->direction != r->def->direction;
	if (l->def->direction != r->def->direction || (row->in & (1u << l->def->direction)) == 0)
		return false;
	if (row->how == SAME_PERSON && identity_attested)
		return false;
	left = document_get(l, row->left_field);
	right = document_get(r, row->right_field);
	if (!is_given(left) || !is_given(right))
		return false;
	if (row->how == SAME_NUMBER)
		return numbers_differ(l, row->left_field, r, row->right_field);
	return !text_eq(text_trim(left), text_trim(right));
}

static bool line_differs(const struct line_row *row, const struct document *l, int i, const struct document *r, int j)
{
	struct text left = document_line_get(l, i, row->field), right = document_line_get(r, j, row->field);
	struct decimal a, b;

	if (!is_given(left) || !is_given(right))
		return false;
	if (row->how == SAME_TEXT)
		return !text_eq(text_trim(left), text_trim(right));
	return !document_line_decimal(l, i, row->field, &a) || !document_line_decimal(r, j, row->field, &b) || !decimal_eq(a, b);
}

static void add_line(struct verdict *v, enum rule rule, enum field field, int line)
{
	verdict_add(v, &(struct difference){
		.rule = rule,
		.left_kind = DOC_ORDER, .left_field = field, .left = v->current[DOC_ORDER],
		.right_kind = DOC_INVENTORY, .right_field = field, .right = v->current[DOC_INVENTORY],
		.line = line,
		.corrects = DOC_INVENTORY,
	});
}

static void compare_lines(struct verdict *v, const struct document *order, const struct document *inventory)
{
	if (order->line_count != inventory->line_count) {
		add_line(v, RULE_MATCH_LINE_COUNT, FIELD_NONE, -1);
		return;
	}
	for (int i = 0; i < order->line_count; i++) {
		int j = verdict_line_of(inventory, order, i);

		if (j < 0) {
			add_line(v, RULE_MATCH_LINE, F_LINE_NO, i);
			continue;
		}
		for (size_t k = 0; k < COUNTOF(line_rows); k++) {
			if (line_differs(&line_rows[k], order, i, inventory, j))
				add_line(v, line_rows[k].rule, line_rows[k].field, i);
		}
	}
}

void verdict_compare(struct verdict *v, bool identity_attested)
{
	const struct filed *order = v->current[DOC_ORDER], *inventory = v->current[DOC_INVENTORY];

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const struct row *row = &rows[i];
		const struct filed *left = v->current[row->left_kind], *right = v->current[row->right_kind];

		if (left == NULL || right == NULL || !row_differs(row, left->doc, right->doc, identity_attested))
			continue;
		verdict_add(v, &(struct difference){
			.rule = row->rule,
			.left_kind = row->left_kind, .left_field = row->left_field, .left = left,
			.right_kind = row->right_kind, .right_field = row->right_field, .right = right,
			.line = -1,
			.corrects = row->corrects,
		});
	}
	if (order != NULL && inventory != NULL && order->doc->def->direction == inventory->doc->def->direction)
		compare_lines(v, order->doc, inventory->doc);
}
