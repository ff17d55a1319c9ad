/* Customs' tax bills: one record in every writing of them, what is wrong is told, and the others still count. */
#include "standard/tax_message.h"
#include "standard_bench.h"

#define GUID "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
#define LINE(p, vat) \
	"<" p "TaxListRd><" p "gnum>1</" p "gnum><" p "gcode>1901101090</" p "gcode><" p "taxPrice>400.00</" p "taxPrice><" p "customsTax>0</" p "customsTax>" \
	"<" p "valueAddedTax>" vat "</" p "valueAddedTax><" p "consumptionTax>0</" p "consumptionTax></" p "TaxListRd>"
#define HEAD(p, guid, vat, more) \
	"<" p "TaxHeadRd><" p "guid>" guid "</" p "guid><" p "returnTime>20260302101112345</" p "returnTime><" p "invtNo>I1</" p "invtNo>" \
	"<" p "taxNo>I1_1</" p "taxNo><" p "customsTax>0</" p "customsTax><" p "valueAddedTax>" vat "</" p "valueAddedTax>" \
	"<" p "consumptionTax>0</" p "consumptionTax><" p "status>1</" p "status>" more "</" p "TaxHeadRd>"
#define BILL(p, guid, vat, more) "<" p "Tax>" HEAD(p, guid, vat, more) LINE(p, vat) "</" p "Tax>"

struct read {
	struct tax_message *list;
	int count;
};

static bool read_it(struct bench *b, const char *body, struct read *r)
{
	b->f = (struct fault){ 0 };
	return tax_messages_read(&b->arena, text_of(body), &r->list, &r->count, &b->f);
}

static void one_bill_is_one_in_every_writing(void **state)
{
	static const char *const same[] = {
		"<CEB816Message>" BILL("", GUID, "52.5", "") "</CEB816Message>",
		"<CEB816Message>" BILL("", "00000000-0000-0000-0000-000000000000", "52.5", "<note/>") "</CEB816Message>",
		"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<c:CEB816Message xmlns:c=\"http://www.chinaport.gov.cn/ceb\">" BILL("c:", GUID, "52.5", "<c:other>1</c:other>")
		"</c:CEB816Message>",
		"<CEB816Message xmlns=\"http://www.chinaport.gov.cn/ceb\">" BILL("", GUID, " <![CDATA[52.5]]>\n", "") "</CEB816Message>",
	};
	struct bench *b = *state;
	struct id first = { { 0 } };
	struct read r;

	for (size_t i = 0; i < COUNTOF(same); i++) {
		if (!read_it(b, same[i], &r))
			fail_msg("%zu: %s", i, b->f.text);
		assert_true(b->f.code == FAULT_NONE && r.count == 1 && r.list->is_bill && r.list->status == 1);
		bench_assert_text(b, r.list->record,
		                  "{\"returnTime\":\"20260302101112345\",\"invtNo\":\"I1\",\"taxNo\":\"I1_1\",\"customsTax\":\"0\",\"valueAddedTax\":\"52.5\","
		                  "\"consumptionTax\":\"0\",\"status\":\"1\",\"lines\":[{\"gnum\":\"1\",\"gcode\":\"1901101090\",\"taxPrice\":\"400.00\","
		                  "\"customsTax\":\"0\",\"valueAddedTax\":\"52.5\",\"consumptionTax\":\"0\"}]}");
		assert_true(i == 0 || id_eq(&first, &r.list->id));
		first = r.list->id;
		assert_true(r.list->at_us == INT64_C(1772417472345000));
		assert_true(tax_message_begins(text_of(same[i])));
	}
	assert_true(read_it(b, "<CEB816Message>" BILL("", GUID, "52.50", "") "</CEB816Message>", &r));
	assert_false(id_eq(&first, &r.list->id)); /* what customs wrote otherwise is another message */
}

static void what_real_bills_have_beside_the_schema(void **state)
{
	struct bench *b = *state;
	struct read r;

	assert_true(read_it(b, "<CEB816Message>" BILL("", GUID, "1", "<orderNo>O1</orderNo><logisticNo>W1</logisticNo><agentCode>A</agentCode><ebcCode>M</ebcCode>")
	                    "</CEB816Message>", &r));
	bench_assert_text(b, r.list->order_no, "O1");
	bench_assert_text(b, r.list->declarant, "A");
	bench_assert_text(b, r.list->merchant, "M");
	assert_non_null(strstr(bench_cstr(b, r.list->record), "\"logisticsNo\":\"W1\""));
}

static void a_state_has_no_amounts(void **state)
{
	struct bench *b = *state;
	struct read r;

	assert_true(read_it(b, "<CEB818Message><Tax><TaxHeadStatus><guid>" GUID "</guid><returnTime>20260302101112</returnTime><invtNo>I1</invtNo><taxNo>I1_1</taxNo>"
	                    "<status>3</status><entDutyNo>D-1</entDutyNo></TaxHeadStatus></Tax></CEB818Message>", &r));
	assert_true(!r.list->is_bill && r.list->status == 3 && r.list->customs_duty.at == NULL && r.list->order_no.at == NULL);
	bench_assert_text(b, r.list->duty_payment_no, "D-1");
}

static void what_is_wrong_is_told(void **state)
{
	static const struct { const char *body, *says; } cases[] = {
		{ "<CEB816Message/>", "holds no tax bill" },
		{ "<CEB817Message/>", "none of CEB816Message, CEB818Message" },
		{ "<CEB816Message><Order/></CEB816Message>", "something else than Tax" },
		{ "<CEB816Message><Tax><TaxHeadStatus/></Tax></CEB816Message>", "no part of one" },
		{ "<CEB818Message><Tax>" LINE("", "1") "</Tax></CEB818Message>", "no part of one" },
		{ "<CEB816Message><Tax>" HEAD("", GUID, "1", "") "</Tax></CEB816Message>", "tax bill 1: TaxListRd" },
		{ "<CEB816Message>" BILL("", GUID, "1,5", "") "</CEB816Message>", "tax bill 1: valueAddedTax" },
		{ "<CEB816Message>" BILL("", GUID, "-1", "") "</CEB816Message>", "tax bill 1: valueAddedTax" },
		{ "<CEB816Message>" BILL("", GUID, "0.000001", "") "</CEB816Message>", "tax bill 1: valueAddedTax" },
		{ "<CEB816Message>" BILL("", GUID, "1", "<status>2</status>") "</CEB816Message>", "status stands twice" },
		{ "<CEB816Message><Tax>", "line 1" },
	};
	struct bench *b = *state;
	struct read r;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		if (read_it(b, cases[i].body, &r) || strstr(b->f.text, cases[i].says) == NULL)
			fail_msg("%zu: %s", i, b->f.text);
	}
	assert_true(read_it(b, "<CEB816Message>" BILL("", GUID, "x", "") BILL("", GUID, "2", "") "</CEB816Message>", &r));
	assert_true(r.count == 1 && b->f.code == FAULT_BAD_XML && strstr(b->f.text, "tax bill 1: valueAddedTax") != NULL);
	assert_false(tax_message_begins(TEXT("<CEB622Message/>")));
	assert_false(tax_message_begins(TEXT("{}")));
	assert_false(tax_message_begins((struct text){ NULL, 0 }));
}

static void so_many_and_no_more(void **state)
{
	struct bench *b = *state;
	struct read r;
	struct buf body;

	for (int n = TAX_MESSAGES_MAX; n <= TAX_MESSAGES_MAX + 1; n++) {
		buf_init(&body, &b->arena, 1 << 20);
		buf_str(&body, "<CEB816Message>");
		for (int i = 0; i < n; i++)
			buf_str(&body, BILL("", GUID, "1", ""));
		buf_str(&body, "</CEB816Message>");
		assert_int_equal(read_it(b, body.at, &r), n == TAX_MESSAGES_MAX);
		assert_int_equal(b->f.code, n == TAX_MESSAGES_MAX ? FAULT_NONE : FAULT_TOO_LARGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(one_bill_is_one_in_every_writing),
		BENCH_TEST(what_real_bills_have_beside_the_schema),
		BENCH_TEST(a_state_has_no_amounts),
		BENCH_TEST(what_is_wrong_is_told),
		BENCH_TEST(so_many_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
