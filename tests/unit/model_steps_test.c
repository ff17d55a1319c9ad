/* Who waits for whom, over the real regimes: a case in a line, the steps' states and the sentence as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixture.h"
#include "model/steps.h"
#include "store/codebook_embedded.h"

struct bench {
	struct codebook *book;
	struct arena arena;
	struct steps_case c;
	struct step_filing filings[16];
	struct step_part parts[AUTHORITY_COUNT];
	struct step_party parties[8];
	struct step_report steps[STEP_NUMBER_MAX];
	int count;
};

static void begin(struct bench *b, const char *mode, enum direction d)
{
	b->c = (struct steps_case){ .day = fixture_day("2026-03-02"), .state = STATE_WAITING, .filings = b->filings, .parts = b->parts, .parties = b->parties };
	b->c.regime = codebook_regime(b->book, text_of(mode), d, b->c.day);
	assert_non_null(b->c.regime);
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fault f = { 0 };

	arena_init(&b->arena, 1 << 20);
	b->book = codebook_embedded(&f);
	*state = b;
	return b->book == NULL;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	arena_done(&b->arena);
	codebook_free(b->book);
	free(b);
	return 0;
}

static struct step_filing *file(struct bench *b, const char *kind, const char *key, int revision)
{
	int n = b->c.filing_count++;

	b->filings[n] = (struct step_filing){ .kind = text_of(kind), .business_key = text_of(key), .revision = revision, .received_us = 1000 + n };
	b->filings[n].id.b[0] = (uint8_t)(n + 1);
	return &b->filings[n];
}

static void file_all(struct bench *b, const char *kinds)
{
	struct text rest = text_of(kinds), kind;

	while (text_next(&rest, ' ', &kind))
		file(b, "x", "K", 1)->kind = kind;
}

static void deliver(struct bench *b, enum authority a, enum delivery_state state, enum part_outcome outcome)
{
	b->parts[b->c.part_count++] = (struct step_part){ .authority = a, .state = state, .outcome = outcome, .outcome_us = 5000 };
}

static void party(struct bench *b, const char *role, const char *code, const char *name)
{
	b->parties[b->c.party_count++] = (struct step_party){ .role = role, .code = text_of(code), .name = text_of(name) };
}

/* "order=done payment=waiting* inventory=waiting(2) …": a star for what is next, numbers for what is waited for; what is not needed is left out. */
static const char *judge(struct bench *b)
{
	struct buf out;

	b->count = steps_judge(&b->c, b->steps);
	buf_init(&out, &b->arena, 512);
	for (int i = 0; i < b->count; i++) {
		const struct step_report *r = &b->steps[i];
		const char *mark = "(";

		if (r->progress == PROGRESS_NOT_NEEDED) {
			assert_true(!r->is_next && r->waits_for == 0);
			continue;
		}
		buf_str(&out, out.len == 0 ? "" : " ");
		buf_text(&out, r->step->kind.at != NULL ? r->step->kind : text_of(authority_code(r->step->authority)));
		buf_printf(&out, "=%s%s", step_progress_name(r->progress), r->is_next ? "*" : "");
		for (int n = 1; n <= STEP_NUMBER_MAX; n++) {
			if ((r->waits_for & STEP_BIT(n)) == 0)
				continue;
			buf_printf(&out, "%s%d", mark, n);
			mark = ",";
		}
		buf_str(&out, mark[0] == ',' ? ")" : "");
	}
	assert_false(out.full);
	return out.at;
}

static const char *sentence(struct bench *b, bool chinese)
{
	struct buf out;

	buf_init(&out, &b->arena, 256);
	steps_put_sentence(&out, &b->c, b->steps, b->count, chinese);
	assert_false(out.full);
	return out.at;
}

/* --- before anything is declared --- */

static void flows_run_side_by_side_and_the_inventory_comes_last(void **state)
{
	struct bench *b = *state;

	begin(b, "9610", DIR_IMPORT);
	party(b, "payment_company", "91150100MA0T000386", "支付公司");
	assert_string_equal(judge(b), "order=waiting* payment=waiting* waybill=waiting* inventory=waiting(1,2,3) CUS=waiting(1,2,3,4)"
	                              " TAX=waiting(1,2,3,4) FX=waiting(1,2,3,4) POST=waiting(1,2,3,4)");
	file_all(b, "waybill order");
	assert_string_equal(judge(b), "order=done payment=waiting* waybill=done inventory=waiting(2) CUS=waiting(2,4) TAX=waiting(2,4) FX=waiting(2,4)"
	                              " POST=waiting(2,4)");
	assert_string_equal(sentence(b, false), "Waits for the payment from the payment company 91150100MA0T000386 (支付公司).");
	assert_string_equal(sentence(b, true), "等待支付企业（91150100MA0T000386 支付公司）报送支付凭证。");
	assert_int_equal(b->steps[0].done_us, 1001);
	assert_ptr_equal(b->steps[0].by, &b->filings[1]);
	assert_true(b->steps[1].done_us == INT64_MIN && b->steps[1].by == NULL);

	/* an inventory that came early does not let customs begin */
	file(b, "inventory", "K", 1);
	assert_string_equal(judge(b), "order=done payment=waiting* waybill=done inventory=done CUS=waiting(2) TAX=waiting(2) FX=waiting(2) POST=waiting(2)");
	file(b, "payment", "K", 1);
	assert_string_equal(judge(b), "order=done payment=done waybill=done inventory=done CUS=waiting* TAX=waiting* FX=waiting* POST=waiting*");
	assert_string_equal(sentence(b, true), "等待海关放行；等待税务放行；等待外汇管理放行；等待邮政管理放行。");
}

static void several_may_be_responsible(void **state)
{
	struct bench *b = *state;

	begin(b, "9810", DIR_EXPORT);
	party(b, "merchant", "91320500MA1T00013G", NULL);
	file_all(b, "order waybill");
	judge(b);
	assert_string_equal(sentence(b, false), "Waits for the inventory from the declaring company or the e-commerce company 91320500MA1T00013G.");
	assert_string_equal(sentence(b, true), "等待申报企业或电商企业（91320500MA1T00013G）报送清单。");
}

static void what_was_taken_back_is_waited_for_again(void **state)
{
	struct bench *b = *state;

	begin(b, "9610", DIR_IMPORT);
	file_all(b, "order payment waybill inventory");
	file(b, "payment", "K", 2);
	judge(b);
	assert_ptr_equal(b->steps[1].by, &b->filings[4]); /* the latest revision stands */
	file(b, "payment", "K", 3)->takes_back = true;
	assert_non_null(strstr(judge(b), "payment=waiting*"));
	file(b, "payment", "OTHER", 1);
	assert_non_null(strstr(judge(b), "payment=done"));
}

static void whoever_must_correct_is_waited_for(void **state)
{
	struct bench *b = *state;

	begin(b, "9610", DIR_IMPORT);
	file_all(b, "order payment waybill inventory");
	party(b, "platform", "91330100MA2T000237", "平台");
	b->c.corrects = TEXT("order,inventory");
	assert_non_null(strstr(judge(b), "order=done")); /* of an older match: there is no conflict now */
	b->c.state = STATE_CONFLICT;
	assert_string_equal(judge(b), "order=in_progress* payment=done waybill=done inventory=in_progress(1) CUS=waiting(1,4) TAX=waiting(1,4)"
	                              " FX=waiting(1,4) POST=waiting(1,4)");
	assert_string_equal(sentence(b, false), "Waits for a correction of the order from the platform 91330100MA2T000237 (平台) or the e-commerce company.");
	assert_string_equal(sentence(b, true), "等待电商平台（91330100MA2T000237 平台）或电商企业更正订单。");
}

/* --- declared --- */

static void authorities_clear_in_any_order_and_exports_depart(void **state)
{
	struct bench *b = *state;

	begin(b, "9610", DIR_EXPORT);
	file_all(b, "order payment waybill inventory");
	b->c.state = STATE_DECLARED;
	deliver(b, AUTHORITY_TAX, DELIVERY_SENT, OUTCOME_CLEAR);
	deliver(b, AUTHORITY_CUS, DELIVERY_SENT, OUTCOME_INSPECT);
	deliver(b, AUTHORITY_FX, DELIVERY_DEAD, OUTCOME_NONE);
	deliver(b, AUTHORITY_POST, DELIVERY_DUE, OUTCOME_NONE);
	assert_string_equal(judge(b), "order=done payment=done waybill=done inventory=done CUS=in_progress* TAX=done FX=in_progress* POST=in_progress*"
	                              " departure=waiting(5)");
	assert_int_equal(b->steps[5].done_us, 5000);
	assert_string_equal(sentence(b, false), "Waits for the clearance by Customs (inspection); for an operator: the delivery to Foreign exchange administration"
	                                        " was given up; for the clearance by Postal administration.");
	for (int i = 0; i < b->c.part_count; i++)
		b->parts[i].outcome = OUTCOME_CLEAR;
	b->c.state = STATE_RELEASED;
	assert_string_equal(judge(b), "order=done payment=done waybill=done inventory=done CUS=done TAX=done FX=done POST=done departure=waiting*");
	assert_string_equal(sentence(b, true), "等待物流企业报送离境单。");
	file(b, "departure", "K", 1);
	judge(b);
	assert_string_equal(sentence(b, false), "All that is needed has been done.");
	assert_string_equal(sentence(b, true), "所需步骤均已完成。");
	file(b, "arrival", "K", 1); /* not required, but there */
	assert_non_null(strstr(judge(b), "arrival=done"));
}

static void a_parcels_events_stand_for_what_tells_of_them(void **state)
{
	struct bench *b = *state;
	const struct step_movement moved[] = { { .kind = TEXT("departure"), .at_us = 7 }, { .kind = TEXT("arrival"), .at_us = 6, .has_filing = true } };

	begin(b, "9610", DIR_EXPORT);
	file_all(b, "order payment waybill inventory");
	assert_non_null(strstr(judge(b), "departure=waiting"));
	b->c.movements = moved;
	b->c.movement_count = COUNTOF(moved);
	file(b, "departure", "D", 1); /* the events say when, whenever the filing came */
	assert_non_null(strstr(judge(b), "arrival=done departure=done"));
	for (int i = 0; i < b->count; i++)
		if (b->steps[i].moved != NULL)
			assert_true(b->steps[i].done_us == b->steps[i].moved->at_us && b->steps[i].done_us < 1000);
}

static void a_refusal_waits_for_the_declarant(void **state)
{
	struct bench *b = *state;

	begin(b, "9610", DIR_IMPORT);
	file_all(b, "order payment waybill inventory");
	party(b, "declarant", "91350100M000100Y43", NULL);
	b->c.state = STATE_REJECTED;
	deliver(b, AUTHORITY_CUS, DELIVERY_SENT, OUTCOME_REJECTED);
	deliver(b, AUTHORITY_TAX, DELIVERY_SENT, OUTCOME_CLEAR);
	deliver(b, AUTHORITY_FX, DELIVERY_SENT, OUTCOME_CLEAR);
	deliver(b, AUTHORITY_POST, DELIVERY_SENT, OUTCOME_CLEAR);
	assert_non_null(strstr(judge(b), "CUS=refused*"));
	assert_int_equal(b->steps[4].done_us, 5000);
	assert_string_equal(sentence(b, false), "Waits for a correction, refused by Customs, from the declaring company 91350100M000100Y43.");
	assert_string_equal(sentence(b, true), "等待海关退单后由申报企业（91350100M000100Y43）更正。");
}

static void nothing_is_needed_of_what_was_withdrawn(void **state)
{
	struct bench *b = *state;

	begin(b, "1210", DIR_IMPORT);
	file_all(b, "order payment");
	b->c.state = STATE_WITHDRAWN;
	assert_string_equal(judge(b), "order=done payment=done");
	assert_string_equal(sentence(b, false), "Withdrawn: nothing is waited for.");
}

/* --- the table --- */

static void steps_are_those_of_the_day(void **state)
{
	struct bench *b = *state;
	int now;

	begin(b, "9610", DIR_IMPORT);
	judge(b);
	now = b->count;
	b->c.day = fixture_day("2020-03-27"); /* the day before returns had rules */
	judge(b);
	assert_int_equal(b->count, now - 1);
}

static void every_regime_waits_for_an_order_first_and_ends(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < b->book->regime_count; i++) {
		const struct regime *r = &b->book->regimes[i];

		begin(b, "9610", DIR_IMPORT);
		b->c.regime = r;
		(void)judge(b);
		assert_true(b->count > 0 && b->steps[0].is_next && text_is(b->steps[0].step->kind, "order"));
		for (int k = 0; k < b->count; k++) {
			struct text role, title;

			for (int n = 0; step_role(b->steps[k].step, n, &role); n++) {
				title = step_role_title(role, false);
				assert_false(text_eq(title, role)); /* each role has words */
			}
			if (b->steps[k].step->kind.at != NULL)
				file(b, "x", "K", 1)->kind = b->steps[k].step->kind;
			else
				deliver(b, b->steps[k].step->authority, DELIVERY_SENT, OUTCOME_CLEAR);
		}
		(void)judge(b);
		assert_string_equal(sentence(b, false), "All that is needed has been done.");
	}
	assert_true(text_is(step_kind_title(TEXT("of-the-future"), true), "of-the-future"));
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* --- some goods ask for more --- */

static void goods_bring_authorities_in(void **state)
{
	struct bench *b = *state;

	begin(b, "9610", DIR_IMPORT);
	file_all(b, "order payment waybill inventory");
	codebook_find_goods(b->book, TEXT("1901101090"), b->c.day, &b->c.goods);
	codebook_find_goods(b->book, TEXT("3004909099"), b->c.day, &b->c.goods);
	assert_string_equal(judge(b), "order=done payment=done waybill=done inventory=done CUS=waiting* TAX=waiting* FX=waiting* POST=waiting* NMPA=waiting*");
	for (int i = 0; i < b->count; i++) {
		const struct step_report *r = &b->steps[i];
		bool is_for_medicine = text_is(r->step->goods, "medicine");

		assert_int_equal(r->because != NULL, is_for_medicine);
		if (is_for_medicine)
			assert_true(text_is(r->because->hs, "3004") && text_is(r->because_hs, "3004909099"));
	}
	deliver(b, AUTHORITY_NMPA, DELIVERY_SENT, OUTCOME_CLEAR);
	assert_non_null(strstr(judge(b), "POST=waiting* NMPA=done"));
	/* the same formula outside of the pilot cities */
	begin(b, "1239", DIR_IMPORT);
	codebook_find_goods(b->book, TEXT("1901101090"), b->c.day, &b->c.goods);
	assert_non_null(strstr(judge(b), "FX=waiting(1,2,3,4) SAMR=waiting(1,2,3,4)"));
}

static void nobody_waits_for_who_is_only_told(void **state)
{
	const unsigned all = AUTHORITY_BIT(AUTHORITY_STAT) | AUTHORITY_BIT(AUTHORITY_COM) | AUTHORITY_BIT(AUTHORITY_FIN);
	struct bench *b = *state;

	begin(b, "9610", DIR_IMPORT);
	assert_int_equal(regime_informed(b->c.regime, b->c.day), all);
	assert_int_equal(regime_informed(b->c.regime, fixture_day("2018-12-31")), 0); /* the step's own days */
	assert_int_equal(b->book->informed, all | AUTHORITY_BIT(AUTHORITY_ECO));
	assert_int_equal(regime_authorities(b->c.regime, &b->c.goods) & all, 0);
	file_all(b, "order payment waybill inventory");
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		if ((b->c.regime->authorities & AUTHORITY_BIT(a)) != 0)
			deliver(b, a, DELIVERY_SENT, OUTCOME_CLEAR);
	b->c.state = STATE_RELEASED;
	deliver(b, AUTHORITY_STAT, DELIVERY_DUE, OUTCOME_NONE);
	deliver(b, AUTHORITY_COM, DELIVERY_SENT, OUTCOME_REJECTED);
	assert_string_equal(judge(b), "order=done payment=done waybill=done inventory=done CUS=done TAX=done FX=done POST=done STAT=in_progress COM=refused");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BENCH(flows_run_side_by_side_and_the_inventory_comes_last),
		WITH_BENCH(several_may_be_responsible),
		WITH_BENCH(what_was_taken_back_is_waited_for_again),
		WITH_BENCH(whoever_must_correct_is_waited_for),
		WITH_BENCH(authorities_clear_in_any_order_and_exports_depart),
		WITH_BENCH(a_parcels_events_stand_for_what_tells_of_them),
		WITH_BENCH(a_refusal_waits_for_the_declarant),
		WITH_BENCH(nothing_is_needed_of_what_was_withdrawn),
		WITH_BENCH(steps_are_those_of_the_day),
		WITH_BENCH(every_regime_waits_for_an_order_first_and_ends),
		WITH_BENCH(goods_bring_authorities_in),
		WITH_BENCH(nobody_waits_for_who_is_only_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
