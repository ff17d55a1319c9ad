/* What others get: customs XML that reads back to the same filing, receipts, and each authority's own message. */
#include "standard_bench.h"

#define GUID "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
#define AT_US INT64_C(1772417472345000) /* 2026-03-02T10:11:12.345+08:00 */

static struct document *fixture_checked(struct bench *b, enum doc_kind kind, enum direction d)
{
	struct fixture fix;

	fixture_init(&fix);
	assert_true(bench_read_checked(b, fixture_json(&b->arena, &fix, kind, d)));
	bench_assert_clean(b);
	return b->m.nodes[0].doc;
}

/* ---- customs XML ---- */

static void round_trip(struct bench *b, enum doc_kind kind, enum direction d)
{
	struct document *doc = fixture_checked(b, kind, d);
	const struct document *const twice[] = { doc, doc };
	struct sha256 first, again;
	struct text canonical = bench_canonical(b, doc, &first);
	struct buf xml;

	buf_init(&xml, &b->arena, 4096);
	ceb_put_message(&xml, twice, 2, TEXT(GUID), AT_US);
	assert_false(xml.full);
	if (!bench_read_checked(b, buf_as_text(&xml)))
		fail_msg("%s: %s", xml.at, b->f.text);
	assert_int_equal(b->m.number, doc->def->number);
	assert_int_equal(b->m.node_count, 2);
	bench_assert_clean(b);
	for (int i = 0; i < 2; i++) {
		bench_assert_text(b, bench_canonical(b, b->m.nodes[i].doc, &again), bench_cstr(b, canonical));
		assert_memory_equal(&first, &again, sizeof(first));
	}
}

static void every_message_reads_back_as_the_same_filing(void **state)
{
	bench_each_message(*state, round_trip);
}

/* Any character that a value may hold survives. */
static void odd_characters_survive(void **state)
{
	static const char *const values[] = { "<&>\"'", "]]>", "a\tb\nc", "é中😀\xC2\x85\xE2\x80\xA8", "&amp;", "  x  ", "<![CDATA[x]]>" };
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(values); i++) {
		struct document *doc = fixture_checked(b, DOC_WAYBILL_STATUS, DIR_IMPORT);
		const struct document *const one[] = { doc };
		struct buf xml;

		fixture_set(doc, F_NOTE, values[i]);
		buf_init(&xml, &b->arena, 4096);
		ceb_put_message(&xml, one, 1, TEXT(GUID), AT_US);
		assert_true(bench_read_checked(b, buf_as_text(&xml)));
		bench_assert_clean(b);
		bench_assert_text(b, document_get(b->m.nodes[0].doc, F_NOTE), values[i]);
	}
}

static void a_payment_is_written_like_this(void **state)
{
	struct bench *b = *state;
	const struct document *const one[] = { fixture_checked(b, DOC_PAYMENT, DIR_EXPORT) };
	struct buf xml;

	buf_init(&xml, &b->arena, 4096);
	ceb_put_enveloped(&xml, one, 1, &(struct ceb_envelope){ TEXT(GUID), TEXT("DXPENT0000458763"), AT_US });
	bench_assert_text(b, buf_as_text(&xml),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ceb:CEB403Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" "
		"guid=\"" GUID "\" version=\"1.0\"><ceb:Receipts><ceb:guid>4CDE1CFD-EDED-46B1-946C-000000000001</ceb:guid>"
		"<ceb:appType>1</ceb:appType><ceb:appTime>20260302101112</ceb:appTime><ceb:appStatus>2</ceb:appStatus>"
		"<ceb:ebpCode>91330100MA2T000237</ceb:ebpCode><ceb:ebpName>测试平台有限公司</ceb:ebpName>"
		"<ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode><ceb:ebcName>测试电商有限公司</ceb:ebcName>"
		"<ceb:orderNo>TG-0001</ceb:orderNo><ceb:payCode>91150100MA0T000386</ceb:payCode>"
		"<ceb:payName>测试支付有限公司</ceb:payName><ceb:payNo>PAY-0001</ceb:payNo><ceb:charge>135</ceb:charge>"
		"<ceb:currency>502</ceb:currency><ceb:accountingDate>20260302101112</ceb:accountingDate></ceb:Receipts>"
		"<ceb:BaseTransfer><ceb:copCode>91150100MA0T000386</ceb:copCode><ceb:copName>测试支付有限公司</ceb:copName>"
		"<ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpId>DXPENT0000458763</ceb:dxpId></ceb:BaseTransfer></ceb:CEB403Message>\n");
}

/* ---- receipts ---- */

static void receipts_carry_the_keys_of_their_filings(void **state)
{
	struct bench *b = *state;
	const struct ceb_return returns[] = {
		{ fixture_checked(b, DOC_INVENTORY, DIR_IMPORT), TEXT("2"), TEXT("新增申报成功[<&>]"), AT_US, TEXT(GUID) },
		{ NULL, TEXT("-621030"), TEXT("not readable"), AT_US, TEXT(GUID) },
	};
	struct buf xml;

	buf_init(&xml, &b->arena, 4096);
	ceb_put_receipt(&xml, 622, TEXT(GUID), returns, 2);
	bench_assert_text(b, buf_as_text(&xml),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ceb:CEB622Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\" "
		"guid=\"" GUID "\" version=\"1.0\"><ceb:InventoryReturn><ceb:guid>" GUID "</ceb:guid>"
		"<ceb:customsCode>2928</ceb:customsCode><ceb:ebpCode>91330100MA2T000237</ceb:ebpCode>"
		"<ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode><ceb:agentCode>91350100M000100Y43</ceb:agentCode>"
		"<ceb:copNo>4CDE1CFD-EDED-46B1-9</ceb:copNo><ceb:preNo>B20260302000000000</ceb:preNo>"
		"<ceb:returnStatus>2</ceb:returnStatus><ceb:returnTime>20260302101112345</ceb:returnTime>"
		"<ceb:returnInfo>新增申报成功[&lt;&amp;&gt;]</ceb:returnInfo></ceb:InventoryReturn><ceb:InventoryReturn>"
		"<ceb:guid>" GUID "</ceb:guid><ceb:returnStatus>-621030</ceb:returnStatus>"
		"<ceb:returnTime>20260302101112345</ceb:returnTime><ceb:returnInfo>not readable</ceb:returnInfo>"
		"</ceb:InventoryReturn></ceb:CEB622Message>\n");
}

static void receipt_of(struct bench *b, enum doc_kind kind, enum direction d)
{
	static const struct {
		int message, receipt;
		const char *keys; /* from guid to returnStatus */
	} receipts[] = {
		{ 311, 312, "<ceb:ebpCode>91330100MA2T000237</ceb:ebpCode><ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode>"
		            "<ceb:orderNo>TG-0001</ceb:orderNo>" },
		{ 411, 412, "<ceb:payCode>91150100MA0T000386</ceb:payCode><ceb:payTransactionId>PAY-0001</ceb:payTransactionId>" },
		{ 511, 512, "<ceb:logisticsCode>91441800MA5T00045D</ceb:logisticsCode><ceb:logisticsNo>RR473124829CN</ceb:logisticsNo>" },
		{ 513, 514, "<ceb:logisticsCode>91441800MA5T00045D</ceb:logisticsCode><ceb:logisticsNo>RR473124829CN</ceb:logisticsNo>"
		            "<ceb:logisticsStatus>S</ceb:logisticsStatus>" },
		{ 621, 622, "<ceb:customsCode>2928</ceb:customsCode><ceb:ebpCode>91330100MA2T000237</ceb:ebpCode>"
		            "<ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode><ceb:agentCode>91350100M000100Y43</ceb:agentCode>" },
		{ 303, 304, "<ceb:ebpCode>91330100MA2T000237</ceb:ebpCode><ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode>"
		            "<ceb:orderNo>TG-0001</ceb:orderNo>" },
		{ 403, 404, "<ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode><ceb:orderNo>TG-0001</ceb:orderNo><ceb:payNo>PAY-0001</ceb:payNo>" },
		{ 505, 506, "<ceb:logisticsCode>91441800MA5T00045D</ceb:logisticsCode><ceb:logisticsNo>RR473124829CN</ceb:logisticsNo>" },
		{ 603, 604, "<ceb:agentCode>91350100M000100Y43</ceb:agentCode><ceb:copNo>INT-1</ceb:copNo>"
		            "<ceb:preNo>B20260302000000000</ceb:preNo><ceb:invtNo></ceb:invtNo>"
		            "<ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode><ceb:ebpCode>91330100MA2T000237</ceb:ebpCode>"
		            "<ceb:orderNo>TG-0001</ceb:orderNo><ceb:statisticsFlag>B</ceb:statisticsFlag>" },
	};
	struct ceb_return one = { fixture_checked(b, kind, d), TEXT("2"), TEXT("ok"), AT_US, TEXT(GUID) };
	struct buf xml;

	for (size_t i = 0; i < COUNTOF(receipts); i++) {
		if (receipts[i].message != one.doc->def->number)
			continue;
		buf_init(&xml, &b->arena, 1024);
		ceb_put_receipt(&xml, receipts[i].receipt, TEXT(GUID), &one, 1);
		if (strstr(xml.at, bench_cstr(b, text_of(receipts[i].keys))) == NULL)
			fail_msg("%d: %s", receipts[i].message, xml.at);
		return;
	}
	fail();
}

static void every_message_has_its_receipt(void **state)
{
	bench_each_message(*state, receipt_of);
}

static void a_receipts_words_are_cut_at_a_thousand_characters(void **state)
{
	struct bench *b = *state;
	struct ceb_return one = { NULL, TEXT("2"), { NULL, 0 }, AT_US, TEXT(GUID) };
	struct buf info, xml;
	const char *from, *to;

	buf_init(&info, &b->arena, 4096);
	for (int i = 0; i < 1001; i++)
		buf_str(&info, "字");
	one.info = buf_as_text(&info);
	buf_init(&xml, &b->arena, 4096);
	ceb_put_receipt(&xml, 312, TEXT(GUID), &one, 1);
	from = strstr(xml.at, "<ceb:returnInfo>") + strlen("<ceb:returnInfo>");
	to = strstr(xml.at, "</ceb:returnInfo>");
	assert_int_equal(to - from, 3000);
}

static void ceb900_carries_any_original(void **state)
{
	static const struct {
		const char *original, *type, *data, *id;
	} cases[] = {
		{ "<CEB311Message>\r\n", "CEB311Message", "<![CDATA[<CEB311Message>\r\n]]>", "MSG-1" },
		{ "<x:CEB 411Message/>", "Unknown", "<![CDATA[<x:CEB 411Message/>]]>", NULL },
		{ "a]]>b]]]>", "Unknown", "<![CDATA[a]]]]><![CDATA[>b]]]]]><![CDATA[>]]>", NULL },
		{ "\x01\x1f\x7f", "Unknown", "<![CDATA[\xEF\xBF\xBD\xEF\xBF\xBD\x7f]]>", NULL },
		{ "中\xEF\xBF\xBEx", "Unknown", "<![CDATA[中\xEF\xBF\xBDx]]>", NULL },
		{ "中\xFFz中", "Unknown", "<![CDATA[中\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD]]>", NULL },
		{ "", "Unknown", "<![CDATA[]]>", NULL },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct buf xml, expected;

		buf_init(&expected, &b->arena, 1024);
		buf_printf(&expected, "<ceb:oriCopMsgId>%s</ceb:oriCopMsgId><ceb:oriMessageType>%s</ceb:oriMessageType><ceb:oriBizMessage>%s</ceb:oriBizMessage>",
		           cases[i].id == NULL ? "" : cases[i].id, cases[i].type, cases[i].data);
		buf_init(&xml, &b->arena, 1024);
		ceb_put_900(&xml, &(struct ceb_refused){ .guid = TEXT(GUID), .status = TEXT("-999999"), .info = TEXT("no good"),
		                                         .original = text_of(cases[i].original), .original_id = text_of(cases[i].id), .at_us = AT_US });
		if (strstr(xml.at, expected.at) == NULL)
			fail_msg("%s", xml.at);
		if (!message_read_ceb(&b->arena, buf_as_text(&xml), READ_STRICT, &b->m, &b->f))
			fail_msg("%s", b->f.text);
		assert_string_equal(bench_findings(b, 0), "");
		bench_assert_text(b, document_get(b->m.nodes[0].doc, F_ORIGINAL_TYPE), cases[i].type);
	}
}

/* ---- authorities ---- */

struct outgoing_case {
	struct filed filed[DOC_KIND_COUNT];
	struct verdict verdict;
	struct outgoing out;
};

static void prepare(struct bench *b, struct outgoing_case *c, enum direction d)
{
	const struct text key[] = { TEXT("platform"), TEXT("order") };

	memset(c, 0, sizeof(*c));
	for (int k = DOC_ORDER; k <= DOC_INVENTORY; k++) {
		c->filed[k].doc = fixture_checked(b, (enum doc_kind)k, d);
		c->verdict.current[k] = &c->filed[k];
	}
	c->verdict.kind = VERDICT_MATCHED;
	c->out = (struct outgoing){
		.declaration = id_of_key('D', key, 2), .message_id = id_of_key('M', key, 2), .version = 2, .is_change = true,
		.pre_entry_no = TEXT("B20260302000000001"), .exchange_id = TEXT("DXPENT0000000077"), .at_us = AT_US, .verdict = &c->verdict,
	};
}

static const char *sent(struct bench *b, struct outgoing_case *c, enum authority to)
{
	struct buf out;

	buf_init(&out, &b->arena, 4096);
	c->out.authority = to;
	outgoing_put(&out, &c->out);
	assert_false(out.full);
	return out.at;
}

static void customs_gets_the_inventory_under_our_number(struct bench *b, enum direction d)
{
	struct outgoing_case c;
	const char *xml;
	struct document *sent_doc;

	prepare(b, &c, d);
	xml = sent(b, &c, AUTHORITY_CUS);
	assert_string_equal(outgoing_content_type(AUTHORITY_CUS), "application/xml");
	assert_non_null(strstr(xml, "<ceb:copCode>91350100M000100Y43</ceb:copCode><ceb:copName>测试报关有限公司</ceb:copName>"
	                            "<ceb:dxpMode>DXP</ceb:dxpMode><ceb:dxpId>DXPENT0000000077</ceb:dxpId>"));
	assert_true(bench_read_checked(b, text_of(xml)));
	bench_assert_clean(b);
	assert_int_equal(b->m.number, d == DIR_IMPORT ? 621 : 603);
	assert_int_equal(b->m.guid.len, 36);
	sent_doc = b->m.nodes[0].doc;
	bench_assert_text(b, document_get(sent_doc, F_PRE_ENTRY_NO), "B20260302000000001");
	bench_assert_text(b, document_get(sent_doc, F_ACTION), "change");
	bench_assert_text(b, document_get(sent_doc, F_SENT_AT), "2026-03-02T10:11:12+08:00");
	/* the filing itself is untouched, and but for these three fields they are the same */
	assert_null(document_get(c.filed[DOC_INVENTORY].doc, F_PRE_ENTRY_NO).at);
	fixture_set(sent_doc, F_PRE_ENTRY_NO, NULL);
	fixture_set(sent_doc, F_ACTION, "add");
	bench_assert_text(b, bench_canonical(b, sent_doc, NULL),
	                  bench_cstr(b, bench_canonical(b, c.filed[DOC_INVENTORY].doc, NULL)));
	c.out.is_change = false;
	assert_non_null(strstr(sent(b, &c, AUTHORITY_CUS), "<ceb:appType>1</ceb:appType>"));
}

static void customs_gets_its_own_form(void **state)
{
	customs_gets_the_inventory_under_our_number(*state, DIR_IMPORT);
	customs_gets_the_inventory_under_our_number(*state, DIR_EXPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(every_message_reads_back_as_the_same_filing),
		BENCH_TEST(odd_characters_survive),
		BENCH_TEST(a_payment_is_written_like_this),
		BENCH_TEST(receipts_carry_the_keys_of_their_filings),
		BENCH_TEST(every_message_has_its_receipt),
		BENCH_TEST(a_receipts_words_are_cut_at_a_thousand_characters),
		BENCH_TEST(ceb900_carries_any_original),
		BENCH_TEST(customs_gets_its_own_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
