/* The verdict over three flows: every order of arrival, revisions, duplicates, waybills, the window, regimes. */
#include "verdict_bench.h"

static void both_directions_match(void **state)
{
	struct bench *b = *state;

	for (int dir = DIR_IMPORT; dir <= DIR_EXPORT; dir++) {
		file_four(b, (enum direction)dir);
		assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
		assert_int_equal(b->v.missing, 0);
		assert_int_equal(b->v.regime->id, dir == DIR_IMPORT ? 3 : 4);
		assert_string_equal(reasons(b), "[]");
	}
}

static void the_window_ends_to_the_microsecond(void **state)
{
	struct bench *b = *state;

	file_four(b, DIR_IMPORT);
	b->c.filed_count = 3; /* the inventory has not come: the default regime waits for it */
	assert_int_equal(judge(b, OPENED + 72 * US_PER_HOUR - 1), VERDICT_MISSING);
	assert_int_equal(b->v.missing, FLOW(DOC_INVENTORY));
	assert_int_equal(b->v.regime->id, 1);
	assert_true(b->v.wait_until_us == OPENED + 72 * US_PER_HOUR);
	assert_false(b->v.expired);
	assert_int_equal(judge(b, OPENED + 72 * US_PER_HOUR), VERDICT_MISSING);
	assert_true(b->v.expired);
	b->c.filed_count = 4; /* it comes late: that is not held against it */
	assert_int_equal(judge(b, OPENED + 73 * US_PER_HOUR), VERDICT_MATCHED);
	assert_false(b->v.expired);
	b->c.filed = b->filed + 1; /* without the order; the inventory names a regime that waits shorter */
	b->c.filed_count = 3;
	assert_int_equal(judge(b, OPENED + 48 * US_PER_HOUR - 1), VERDICT_MISSING);
	assert_false(b->v.expired);
	assert_int_equal(judge(b, OPENED + 48 * US_PER_HOUR), VERDICT_MISSING);
	assert_true(b->v.expired);
	b->c.filed = b->filed;
}

/* A voucher paid a part of the order; then another person pays; then the payment comes late. */
static void vouchers_payers_and_late_payments(void **state)
{
	struct bench *b = *state;
	struct filed payment;

	file_four(b, DIR_IMPORT);
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED); /* 300.00 + 10.00 + 28.21 - 50.00 = 288.21, by the buyer */

	set(b->docs[DOC_PAYMENT], F_PAYER_NAME, "王五"); /* another person */
	set(b->docs[DOC_PAYMENT], F_PAYER_ID_NUMBER, "330100190001010027");
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	assert_int_equal(b->v.difference_count, 2);
	assert_true(b->v.wants_identity);
	b->c.identity_attested = true;
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	assert_false(b->v.wants_identity);
	b->c.identity_attested = false;
	set(b->docs[DOC_PAYMENT], F_AMOUNT_PAID, "288.2"); /* then an attestation would decide nothing */
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	assert_int_equal(b->v.difference_count, 3);
	assert_false(b->v.wants_identity);

	file_four(b, DIR_IMPORT);
	payment = b->filed[DOC_PAYMENT];
	b->filed[DOC_PAYMENT] = b->filed[3];
	b->c.filed_count = 3;
	assert_int_equal(judge(b, SOON), VERDICT_MISSING);
	assert_string_equal(reasons(b), expected_reason(b, RULE_FLOW_MISSING,
	                    "{\"kind\":\"payment\",\"field\":null,\"filing_id\":null,\"path\":[]},\"right\":null,"
	                    "\"corrects\":\"payment\""));
	payment.received_us = OPENED + 2 * US_PER_HOUR;
	b->filed[b->c.filed_count++] = payment;
	assert_int_equal(judge(b, OPENED + 2 * US_PER_HOUR), VERDICT_MATCHED);
}

/* All 24 orders in which four flows may come, judged after each arrival: the end is the same to the byte. */
static void order_of_arrival_changes_nothing(void **state)
{
	struct bench *b = *state;
	struct filed four[4];
	struct sha256 basis = { { 0 } };
	char *last = NULL;
	int orders = 0;

	file_four(b, DIR_IMPORT);
	set(b->docs[DOC_PAYMENT], F_AMOUNT_PAID, "1");
	set(b->docs[DOC_WAYBILL], F_CONSIGNEE, "赵六");
	set_line(b->docs[DOC_INVENTORY], 0, F_UNIT, "035");
	memcpy(four, b->filed, sizeof(four));
	for (int code = 0; code < 256; code++) {
		int at[4] = { code & 3, (code >> 2) & 3, (code >> 4) & 3, (code >> 6) & 3 };

		if ((1 << at[0] | 1 << at[1] | 1 << at[2] | 1 << at[3]) != 15)
			continue;
		for (int n = 0; n < 4; n++) {
			b->filed[n] = four[at[n]];
			b->filed[n].received_us = OPENED + n;
			b->c.filed_count = n + 1;
			judge(b, SOON);
			assert_true(b->v.kind == VERDICT_MISSING || b->v.kind == VERDICT_CONFLICT);
			assert_true((b->v.present & b->v.missing) == 0);
		}
		assert_int_equal(b->v.kind, VERDICT_CONFLICT);
		assert_int_equal(b->v.difference_count, 3);
		if (last == NULL) {
			last = strdup(reasons(b));
			basis = verdict_basis(&b->v);
		}
		assert_string_equal(reasons(b), last);
		assert_true(crypto_equal(verdict_basis(&b->v).b, basis.b, sizeof(basis.b)));
		orders++;
	}
	free(last);
	assert_int_equal(orders, 24);
}

static void the_latest_revision_stands(void **state)
{
	struct bench *b = *state;
	struct sha256 before, after;
	struct filed *change, *removal;

	file_four(b, DIR_IMPORT);
	set(b->docs[DOC_PAYMENT], F_AMOUNT_PAID, "1");
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
	before = verdict_basis(&b->v);
	change = file(b, sample(b, DOC_PAYMENT, DIR_IMPORT), 2, "payment");
	change->action = ACTION_CHANGE;
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	assert_ptr_equal(b->v.current[DOC_PAYMENT], change);
	after = verdict_basis(&b->v);
	assert_false(crypto_equal(before.b, after.b, sizeof(after.b)));
	change->received_us = OPENED - 5; /* the number of the revision counts, not when it came */
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);

	removal = file(b, b->docs[DOC_PAYMENT], 3, "payment");
	removal->action = ACTION_DELETE;
	removal->doc = NULL;
	assert_int_equal(judge(b, SOON), VERDICT_MISSING);
	assert_int_equal(b->v.missing, FLOW(DOC_PAYMENT));
	assert_null(b->v.current[DOC_PAYMENT]);

	file(b, sample(b, DOC_PAYMENT, DIR_IMPORT), 4, "payment"); /* filed anew */
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
}

static void nothing_is_left_when_all_is_taken_back(void **state)
{
	struct bench *b = *state;

	file_four(b, DIR_IMPORT);
	for (int i = 0; i < 4; i++) {
		struct filed *removal = file(b, b->docs[i], 2, doc_kind_name((enum doc_kind)i));

		removal->action = ACTION_DELETE;
		removal->doc = NULL;
	}
	assert_int_equal(judge(b, SOON), VERDICT_MISSING);
	assert_int_equal(b->v.present, 0);
}

static void two_of_a_kind_are_duplicates(void **state)
{
	struct bench *b = *state;
	static const enum doc_kind kinds[] = { DOC_PAYMENT, DOC_INVENTORY };
	struct filed *removal;

	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		file_four(b, DIR_IMPORT);
		file(b, sample(b, kinds[i], DIR_IMPORT), 1, "another key");
		assert_int_equal(judge(b, SOON), VERDICT_DUPLICATE);
		assert_int_equal(b->v.difference_count, 1);
		assert_int_equal(b->v.differences[0].rule, RULE_FLOW_DUPLICATE);
		assert_int_equal(b->v.differences[0].corrects, kinds[i]);
		assert_ptr_equal(b->v.differences[0].left, &b->filed[kinds[i]]); /* the first holds the place */
		assert_ptr_equal(b->v.differences[0].right, &b->filed[4]);
		removal = file(b, b->docs[4], 2, "another key");
		removal->action = ACTION_DELETE;
		assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	}
	/* one order for each direction under one key: two filings as well */
	file_four(b, DIR_IMPORT);
	file(b, sample(b, DOC_ORDER, DIR_EXPORT), 1, "order");
	assert_int_equal(judge(b, SOON), VERDICT_DUPLICATE);
	/* a duplicate is told before a conflict, and the conflict with it */
	file_four(b, DIR_IMPORT);
	set(b->docs[DOC_WAYBILL], F_CONSIGNEE, "赵六");
	file(b, sample(b, DOC_PAYMENT, DIR_IMPORT), 1, "another key");
	file(b, sample(b, DOC_PAYMENT, DIR_IMPORT), 1, "a third key");
	assert_int_equal(judge(b, SOON), VERDICT_DUPLICATE);
	assert_int_equal(b->v.difference_count, 3);
	assert_int_equal(b->v.differences[2].rule, RULE_MATCH_CONSIGNEE);
}

static void a_taken_waybill_is_a_duplicate(void **state)
{
	struct bench *b = *state;

	file_four(b, DIR_IMPORT);
	b->c.waybill_taken = true;
	assert_int_equal(judge(b, SOON), VERDICT_DUPLICATE);
	assert_int_equal(b->v.differences[0].rule, RULE_WAYBILL_TAKEN);
	assert_int_equal(b->v.differences[0].corrects, DOC_INVENTORY);
	b->filed[DOC_WAYBILL] = b->filed[DOC_INVENTORY]; /* the waybill itself is not here */
	b->c.filed_count = 3;
	assert_int_equal(judge(b, SOON), VERDICT_DUPLICATE);
	assert_null(b->v.differences[0].right);
	assert_non_null(strstr(reasons(b), "\"right\":{\"kind\":\"waybill\",\"field\":\"waybill_no\",\"filing_id\":null"));
	b->c.filed_count = 2; /* no inventory names it: nothing is claimed */
	assert_int_equal(judge(b, SOON), VERDICT_MISSING);
}

static void the_inventory_names_the_waybill(void **state)
{
	struct bench *b = *state;
	struct document *other = sample(b, DOC_WAYBILL, DIR_IMPORT);
	struct filed inventory;

	file_four(b, DIR_IMPORT);
	set(other, F_WAYBILL_NO, "W-2");
	file(b, other, 1, "other waybill");
	b->filed[4].received_us = OPENED - 1;
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED); /* two waybills are no duplicate */
	assert_ptr_equal(b->v.current[DOC_WAYBILL], &b->filed[DOC_WAYBILL]);
	set(b->docs[DOC_INVENTORY], F_WAYBILL_NO, "W-2");
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	assert_ptr_equal(b->v.current[DOC_WAYBILL], &b->filed[4]);
	set(b->docs[DOC_INVENTORY], F_CARRIER_CODE, "ELSE");
	assert_int_equal(judge(b, SOON), VERDICT_MISSING);
	assert_int_equal(b->v.missing, FLOW(DOC_WAYBILL));
	inventory = b->filed[DOC_INVENTORY];
	b->filed[DOC_INVENTORY] = b->filed[4]; /* before the inventory comes, any of them stands */
	b->c.filed_count = 4;
	assert_int_equal(judge(b, SOON), VERDICT_MISSING);
	assert_int_equal(b->v.missing, FLOW(DOC_INVENTORY));
	b->filed[4] = inventory;
}

static void only_asked_flows_are_declared(void **state)
{
	struct bench *b = *state;
	struct sha256 without, with;
	struct filed payment;

	file_four(b, DIR_EXPORT);
	set(b->docs[DOC_INVENTORY], F_TRADE_MODE, "9710");
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	with = verdict_basis(&b->v);
	payment = b->filed[DOC_PAYMENT];
	b->filed[DOC_PAYMENT] = b->filed[3];
	b->c.filed_count = 3;
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED); /* 9710 asks for no payment */
	assert_int_equal(b->v.regime->id, 5);
	without = verdict_basis(&b->v);
	assert_true(crypto_equal(without.b, with.b, sizeof(with.b)));
	b->filed[b->c.filed_count++] = payment; /* but one that is there must not differ */
	set(b->docs[DOC_PAYMENT], F_CURRENCY, "116");
	assert_int_equal(judge(b, SOON), VERDICT_CONFLICT);
}

static void without_any_regime_nothing_is_declared(void **state)
{
	struct bench *b = *state;
	struct codebook *empty = codebook_new(1 << 16);

	assert_non_null(empty);
	assert_true(codebook_seal(empty));
	file_four(b, DIR_IMPORT);
	verdict_judge(&b->c, empty, SOON, &b->v);
	assert_int_equal(b->v.kind, VERDICT_CONFLICT);
	assert_int_equal(b->v.differences[0].rule, RULE_REGIME_UNKNOWN);
	b->c.filed_count = 2;
	verdict_judge(&b->c, empty, OPENED + 100 * US_PER_DAY, &b->v);
	assert_int_equal(b->v.kind, VERDICT_MISSING);
	assert_false(b->v.expired);
	codebook_free(empty);
}

static void every_kind_has_its_words(void **state)
{
	(void)state;
	for (int i = 0; i < VERDICT_KIND_COUNT; i++) {
		assert_non_null(verdict_name((enum verdict_kind)i));
		assert_string_not_equal(verdict_title((enum verdict_kind)i, false), verdict_title((enum verdict_kind)i, true));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(both_directions_match),
		CASE(the_window_ends_to_the_microsecond),
		CASE(vouchers_payers_and_late_payments),
		CASE(order_of_arrival_changes_nothing),
		CASE(the_latest_revision_stands),
		CASE(nothing_is_left_when_all_is_taken_back),
		CASE(two_of_a_kind_are_duplicates),
		CASE(a_taken_waybill_is_a_duplicate),
		CASE(the_inventory_names_the_waybill),
		CASE(only_asked_flows_are_declared),
		CASE(without_any_regime_nothing_is_declared),
		CASE(every_kind_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
