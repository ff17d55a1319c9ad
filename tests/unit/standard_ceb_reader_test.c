/* The CEB reader: every shape in which real messages come, and everything that XML can do to its reader. */
#include "standard_bench.h"

#define GUID "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
#define CEB  "xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\""

/* Of import waybill status, the smallest message; p: prefix. */
#define STATUS_FIELDS(p) \
	"<" p "guid>" GUID "</" p "guid><" p "appType>1</" p "appType><" p "appTime>20260302101112</" p "appTime>" \
	"<" p "appStatus>2</" p "appStatus><" p "logisticsCode>91441800MA5T00045D</" p "logisticsCode>" \
	"<" p "logisticsName>物流</" p "logisticsName><" p "logisticsNo>RR473124829CN</" p "logisticsNo>" \
	"<" p "logisticsStatus>S</" p "logisticsStatus><" p "logisticsTime>20260301000000</" p "logisticsTime>"
#define STATUS_NODE(p) "<" p "LogisticsStatus>" STATUS_FIELDS(p) "</" p "LogisticsStatus>"
#define ROOT(attributes, inside) "<CEB513Message guid=\"" GUID "\" version=\"1.0\" " attributes ">" inside "</CEB513Message>"

#define STATUS_CANONICAL \
	"{\"guid\":\"" GUID "\",\"sent_at\":\"2026-03-02T10:11:12+08:00\",\"standard\":\"1\",\"kind\":\"waybill_status\"," \
	"\"direction\":\"import\",\"action\":\"add\",\"app_status\":\"2\",\"carrier_code\":\"91441800MA5T00045D\"," \
	"\"carrier_name\":\"物流\",\"waybill_no\":\"RR473124829CN\",\"waybill_status\":\"S\"," \
	"\"waybill_status_at\":\"2026-03-01T00:00:00+08:00\"}"

/* All of these are the one filing of STATUS_CANONICAL. */
static const char *const shapes[] = {
	ROOT("", STATUS_NODE("")),
	ROOT("xmlns=\"http://www.chinaport.gov.cn/ceb\"", STATUS_NODE("")),
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>" ROOT("", STATUS_NODE("")),
	"<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n" ROOT("", STATUS_NODE("")),
	"\xEF\xBB\xBF<?xml version=\"1.0\"?>" ROOT("", STATUS_NODE("")),
	"\xEF\xBB\xBF" ROOT("", STATUS_NODE("")),
	"<ceb:CEB513Message guid=\"" GUID "\" version=\"1.0\" " CEB ">" STATUS_NODE("ceb:") "</ceb:CEB513Message>",
	"<x:CEB513Message guid=\"" GUID "\" xmlns:x=\"http://www.chinaport.gov.cn/ceb\">" STATUS_NODE("x:") "</x:CEB513Message>",
	/* prefix that is declared nowhere */
	"<ceb:CEB513Message guid=\"" GUID "\" version=\"1.0\">" STATUS_NODE("ceb:") "</ceb:CEB513Message>",
	/* indentation, CRLF, comments, processing instructions, the envelope in every place */
	"<?xml version=\"1.0\"?>\r\n<!-- made by hand -->\r\n" ROOT("", "\r\n  <BaseTransfer><copCode>1</copCode></BaseTransfer>"
	"\r\n  <LogisticsStatus>\r\n    <?print now?>" STATUS_FIELDS("") "\r\n<!-- end --> </LogisticsStatus>\r\n"
	"<BaseTransfer/><BaseSubscribe><status>ALL</status></BaseSubscribe><ExtendMessage><Message><LogisticsStatus><guid/>"
	"</LogisticsStatus></Message></ExtendMessage><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>"
	"x</ds:SignedInfo></ds:Signature>\r\n") "\r\n",
	/* empty optional elements, order of fields */
	ROOT("", "<LogisticsStatus><note/>" STATUS_FIELDS("") "</LogisticsStatus>"),
	ROOT("", "<LogisticsStatus>" STATUS_FIELDS("") "<note></note></LogisticsStatus>"),
	ROOT("", "<LogisticsStatus>" STATUS_FIELDS("") "<note>\r\n \r\n</note></LogisticsStatus>"),
	ROOT("", "<LogisticsStatus><note/><logisticsTime> 20260301000000\n</logisticsTime><logisticsStatus>S</logisticsStatus>"
	"<logisticsNo><![CDATA[RR4731]]>24829<!-- not a value -->CN</logisticsNo><logisticsName>&#29289;&#x6D41;</logisticsName>"
	"<logisticsCode>91441800MA5T00045<![CDATA[D]]></logisticsCode><appStatus>2</appStatus><appTime>20260302101112</appTime>"
	"<appType>1</appType><guid>" GUID "</guid></LogisticsStatus>"),
};

static void every_shape_is_the_same_filing(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(shapes); i++) {
		if (!bench_read_checked(b, text_of(shapes[i])))
			fail_msg("shape %zu: %s", i, b->f.text);
		assert_int_equal(b->m.node_count, 1);
		assert_int_equal(b->m.number, 513);
		bench_assert_text(b, b->m.guid, GUID);
		bench_assert_clean(b);
		bench_assert_text(b, bench_canonical(b, b->m.nodes[0].doc, NULL), STATUS_CANONICAL);
	}
}

static void the_guid_of_the_message_may_be_missing(void **state)
{
	struct bench *b = *state;

	assert_true(bench_read_checked(b, TEXT("<CEB513Message>" STATUS_NODE("") "</CEB513Message>")));
	assert_null(b->m.guid.at);
	bench_assert_clean(b);
}

/* What a message of head and lines becomes, value by value. */
static void an_export_order_becomes_this(void **state)
{
	struct bench *b = *state;

	assert_true(bench_read_checked(b, TEXT(
		"<ceb:CEB303Message guid=\"" GUID "\" version=\"1.0\" " CEB "><ceb:Order><ceb:OrderHead><ceb:guid>" GUID "</ceb:guid>"
		"<ceb:appType>3</ceb:appType><ceb:appTime>20251231235959</ceb:appTime><ceb:appStatus>2</ceb:appStatus>"
		"<ceb:orderType>E</ceb:orderType><ceb:orderNo>A&amp;B &lt;1&gt;</ceb:orderNo><ceb:ebpCode>无</ceb:ebpCode>"
		"<ceb:ebpName>Platform &quot;X&quot;</ceb:ebpName><ceb:ebcCode>91320500MA1T00013G</ceb:ebcCode>"
		"<ceb:ebcName>电商</ceb:ebcName><ceb:goodsValue>0020.50</ceb:goodsValue><ceb:freight> 0.0 </ceb:freight>"
		"<ceb:currency>502</ceb:currency></ceb:OrderHead><ceb:OrderList><ceb:gnum>01</ceb:gnum><ceb:itemNo>A</ceb:itemNo>"
		"<ceb:itemName>T恤</ceb:itemName><ceb:unit>007</ceb:unit><ceb:currency>502</ceb:currency><ceb:qty>2</ceb:qty>"
		"<ceb:price>10.25</ceb:price><ceb:totalPrice>20.50000</ceb:totalPrice></ceb:OrderList></ceb:Order>"
		"</ceb:CEB303Message>")));
	bench_assert_clean(b);
	bench_assert_text(b, bench_canonical(b, b->m.nodes[0].doc, NULL),
		"{\"guid\":\"" GUID "\",\"sent_at\":\"2025-12-31T23:59:59+08:00\",\"standard\":\"1\",\"kind\":\"order\","
		"\"direction\":\"export\",\"action\":\"delete\",\"app_status\":\"2\",\"order_type\":\"E\",\"order_no\":\"A&B <1>\","
		"\"platform_code\":\"无\",\"platform_name\":\"Platform \\\"X\\\"\",\"merchant_code\":\"91320500MA1T00013G\","
		"\"merchant_name\":\"电商\",\"goods_value\":\"20.5\",\"freight\":\"0\",\"currency\":\"502\",\"lines\":[{\"line_no\":1,"
		"\"item_no\":\"A\",\"item_name\":\"T恤\",\"unit\":\"007\",\"currency\":\"502\",\"quantity\":\"2\",\"price\":\"10.25\","
		"\"total_price\":\"20.5\"}]}");
}

/* ---- findings ---- */

#define ORDER(inside) "<CEB303Message><Order>" inside "</Order></CEB303Message>"
#define AT            "/CEB303Message/Order[1]"

static const struct {
	const char *body, *findings;
} found[] = {
	{ ORDER("<OrderHead><orderNum>1</orderNum></OrderHead>"), "field.unknown " AT "/OrderHead/orderNum" },
	{ ORDER("<OrderHead><orderNo>1</orderNo><orderNo>1</orderNo></OrderHead>"), "field.duplicate " AT "/OrderHead/orderNo" },
	{ ORDER("<OrderHead><note/><note/></OrderHead>"), "field.duplicate " AT "/OrderHead/note" },
	{ ORDER("<OrderHead/><OrderHead><orderNo>2</orderNo></OrderHead>"), "field.duplicate " AT "/OrderHead" },
	{ ORDER("<OrderHead><orderNo>1<b>2</b></orderNo></OrderHead>"), "field.type " AT "/OrderHead/orderNo" },
	{ ORDER("<orderNo>1</orderNo>"), "field.unknown " AT "/orderNo" },
	{ ORDER("<OrderHead/><OrderList><unit/><qty>1</qty><qty>1</qty><x/></OrderList><OrderList><price><a/></price></OrderList>"),
	  "field.duplicate " AT "/OrderList[1]/qty; field.unknown " AT "/OrderList[1]/x; field.type " AT "/OrderList[2]/price" },
	{ ORDER("<OrderHead><orderNo xmlns=\"urn:other\">1</orderNo></OrderHead>"), "field.unknown " AT "/OrderHead/orderNo" },
	{ ORDER("<OrderHead xmlns=\"urn:other\"/>"), "field.unknown " AT "/OrderHead" },
	{ ORDER("<OrderHead><buyerName>1</buyerName></OrderHead>"), "field.unknown " AT "/OrderHead/buyerName" }, /* of 311 */
};

static void findings_are_as_written_here(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(found); i++) {
		if (!bench_read(b, text_of(found[i].body)))
			fail_msg("%s: %s", found[i].body, b->f.text);
		assert_string_equal(bench_findings(b, 0), found[i].findings);
	}
}

/* What does not convert stays, and the check says what is wrong with it. */
static void values_that_do_not_convert_are_told(void **state)
{
	static const char *const values[] = { "20260230101112", "2026030210111", "20260302 101112", "Mon Mar 02", "20260302" };
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(values); i++) {
		struct buf body;

		buf_init(&body, &b->arena, 1024);
		buf_printf(&body, "<CEB513Message><LogisticsStatus><appTime>%s</appTime><appType>4</appType></LogisticsStatus></CEB513Message>",
		           values[i]);
		assert_true(bench_read_checked(b, buf_as_text(&body)));
		bench_assert_text(b, document_get(b->m.nodes[0].doc, F_SENT_AT), values[i]);
		assert_non_null(strstr(bench_findings(b, 0), "field.form /CEB513Message/LogisticsStatus[1]/appTime"));
		assert_non_null(strstr(bench_findings(b, 0), "field.value /CEB513Message/LogisticsStatus[1]/appType"));
	}
}

static void a_bad_node_spoils_no_other(void **state)
{
	struct bench *b = *state;

	assert_true(bench_read_checked(b, TEXT(ROOT("", STATUS_NODE("") "<LogisticsStatus/>" STATUS_NODE("")))));
	assert_int_equal(b->m.node_count, 3);
	assert_string_equal(bench_findings(b, 0), "");
	assert_non_null(strstr(bench_findings(b, 1), "field.required /CEB513Message/LogisticsStatus[2]/logisticsNo"));
	assert_string_equal(bench_findings(b, 2), "");
}

/* ---- what it refuses ---- */

#define BOMB \
	"<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">" \
	"<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">]>"

static const struct {
	const char *body, *text; /* of the fault */
} refused[] = {
	{ "", "empty" },
	{ "   ", "libxml2" },
	{ "not xml", "libxml2" },
	{ "<a/>", "none of the messages taken here: a" },
	{ "<CEB503Message/>", "none of the messages taken here: CEB503Message" },
	{ "<CEB311message/>", "none of the messages taken here" },
	{ "<CEB-11Message/>", "none of the messages taken here" },
	{ "<CEB513Message/>", "no element LogisticsStatus" },
	{ "<CEB513Message><BaseTransfer/></CEB513Message>", "no element LogisticsStatus" },
	{ ROOT("xmlns=\"urn:other\"", STATUS_NODE("")), "another namespace" },
	{ ROOT("", STATUS_NODE("") "<Order/>"), "unexpected element in the message: Order" },
	{ ROOT("", "<LogisticsStatus xmlns=\"urn:other\"/>"), "unexpected element in the message: LogisticsStatus" },
	{ ROOT("", "text" STATUS_NODE("")), "text stands between elements" },
	{ ROOT("", "<LogisticsStatus>lost</LogisticsStatus>"), "text stands between elements" },
	/* document types and entities */
	{ "<!DOCTYPE CEB513Message>" ROOT("", STATUS_NODE("")), "document type declaration" },
	{ "<!DOCTYPE CEB513Message SYSTEM \"http://127.0.0.1:1/x.dtd\">" ROOT("", STATUS_NODE("")), "document type declaration" },
	{ BOMB ROOT("", "<LogisticsStatus><note>&e;&e;&e;</note></LogisticsStatus>"), "document type declaration" },
	{ "<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]>" ROOT("", "<LogisticsStatus><note>&f;</note></LogisticsStatus>"),
	  "document type declaration" },
	{ "<!DOCTYPE x [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>" ROOT("", ""), "document type declaration" },
	{ ROOT("", "<LogisticsStatus><note>&f;</note></LogisticsStatus>"), "an entity other than the five" },
	{ ROOT("x=\"&f;\"", ""), "an entity other than the five" },
	/* not well formed */
	{ "<CEB513Message>", "line 1" },
	{ "<CEB513Message><LogisticsStatus></CEB513Message></LogisticsStatus>", "an end tag does not fit" },
	{ ROOT("", STATUS_NODE("")) "<again/>", "line 1" },
	{ "<CEB513Message a=\"1\" a=\"2\"/>", "an attribute stands twice" },
	{ "<CEB513Message a=1/>", "line 1" },
	{ ROOT("", "<LogisticsStatus><note>a & b</note></LogisticsStatus>"), "line 1" },
	{ ROOT("", "<LogisticsStatus><note>\x01</note></LogisticsStatus>"), "line 1" },
	{ ROOT("", "<LogisticsStatus><note>&#1;</note></LogisticsStatus>"), "a character that XML does not allow" },
	{ ROOT("", "<LogisticsStatus><note>&#0;</note></LogisticsStatus>"), "a character that XML does not allow" },
	{ ROOT("", "<LogisticsStatus><note>\xEF\xBF\xBE</note></LogisticsStatus>"), "line 1" },
	{ " <?xml version=\"1.0\"?>" ROOT("", STATUS_NODE("")), "line 1" },
	/* encodings */
	{ ROOT("", "<LogisticsStatus><note>\xC4\xE3</note></LogisticsStatus>"), "not UTF-8" },
	{ "<?xml version=\"1.0\" encoding=\"GBK\"?>" ROOT("", STATUS_NODE("")), "another encoding" },
	{ "<?xml version=\"1.0\" encoding = 'UTF-16'?>" ROOT("", STATUS_NODE("")), "another encoding" },
	{ "<?xml version=\"1.0\" encoding=\"UTF-7\"?>" ROOT("", STATUS_NODE("")), "another encoding" },
	{ "\xFF\xFE<\x01", "not UTF-8" },
};

static void hostile_xml_is_refused_and_says_why(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(refused); i++) {
		b->f = (struct fault){ 0 };
		if (message_read_ceb(&b->arena, text_of(refused[i].body), READ_LENIENT, &b->m, &b->f))
			fail_msg("taken: %s", refused[i].body);
		assert_int_equal(b->f.code, FAULT_BAD_XML);
		if (strstr(b->f.text, refused[i].text) == NULL)
			fail_msg("%s: %s", refused[i].body, b->f.text);
	}
	/* UTF-16 with and without its mark */
	b->f = (struct fault){ 0 };
	assert_false(message_read_ceb(&b->arena, TEXT("\xFF\xFE<\0a\0/\0>\0"), READ_LENIENT, &b->m, &b->f));
	assert_int_equal(b->f.code, FAULT_BAD_XML);
	b->f = (struct fault){ 0 };
	assert_false(message_read_ceb(&b->arena, TEXT("\0<\0a\0/\0>"), READ_LENIENT, &b->m, &b->f));
	assert_int_equal(b->f.code, FAULT_BAD_XML);
	b->f = (struct fault){ 0 };
	assert_false(message_read_ceb(&b->arena, TEXT("<CEB513Message>\0</CEB513Message>"), READ_LENIENT, &b->m, &b->f));
	assert_int_equal(b->f.code, FAULT_BAD_XML);
}

static struct text repeated(struct bench *b, const char *before, const char *piece, int count, const char *after)
{
	struct buf body;

	buf_init(&body, &b->arena, 4096);
	buf_str(&body, before);
	for (int i = 0; i < count; i++)
		buf_str(&body, piece);
	buf_str(&body, after);
	return buf_as_text(&body);
}

static void depth_nodes_and_lines_are_limited(void **state)
{
	struct bench *b = *state;

	assert_false(bench_read(b, repeated(b, "<CEB513Message>", "<a>", 1000, "")));
	assert_string_equal(b->f.text, "unexpected element in the message: a");
	assert_false(bench_read(b, repeated(b, "<CEB513Message><LogisticsStatus>", "<a>", 1000, "")));
	assert_string_equal(b->f.text, "line 1: nested deeper than 32 levels");
	assert_false(bench_read(b, repeated(b, "<CEB513Message><ExtendMessage>", "<a>", 1000, "")));
	assert_string_equal(b->f.text, "line 1: nested deeper than 32 levels");
	assert_true(bench_read(b, repeated(b, "<CEB513Message>", "<LogisticsStatus/>", NODES_MAX, "</CEB513Message>")));
	assert_int_equal(b->m.node_count, NODES_MAX);
	assert_false(bench_read(b, repeated(b, "<CEB513Message>", "<LogisticsStatus/>", NODES_MAX + 1, "</CEB513Message>")));
	assert_int_equal(b->f.code, FAULT_TOO_LARGE);
	assert_true(bench_read(b, repeated(b, "<CEB303Message><Order>", "<OrderList/>", 150, "</Order></CEB303Message>")));
	assert_int_equal(b->m.nodes[0].doc->line_count, 101);
}

static void truncated_at_any_byte_it_is_refused(void **state)
{
	struct bench *b = *state;
	struct text body = text_of(shapes[6]);

	for (size_t len = 0; len < body.len; len++) {
		char *part = malloc(len + (len == 0));

		memcpy(part, body.at, len);
		b->f = (struct fault){ 0 };
		assert_false(message_read_ceb(&b->arena, (struct text){ part, len }, READ_LENIENT, &b->m, &b->f));
		assert_int_equal(b->f.code, FAULT_BAD_XML);
		free(part);
		arena_done(&b->arena);
	}
}

static void any_allocation_may_fail(void **state)
{
	struct bench *b = *state;
	struct text body = text_of(shapes[6]);
	bool done = false;

	for (long n = 1; !done; n++) {
		assert_in_range(n, 1, 200);
		arena_done(&b->arena);
		arena_fail_nth(n);
		done = bench_read_checked(b, body) && !b->arena.full;
		if (!done && b->f.code != FAULT_NONE)
			assert_int_equal(b->f.code, FAULT_BUSY);
	}
	arena_fail_nth(0);
	bench_assert_clean(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(every_shape_is_the_same_filing),
		BENCH_TEST(the_guid_of_the_message_may_be_missing),
		BENCH_TEST(an_export_order_becomes_this),
		BENCH_TEST(findings_are_as_written_here),
		BENCH_TEST(values_that_do_not_convert_are_told),
		BENCH_TEST(a_bad_node_spoils_no_other),
		BENCH_TEST(hostile_xml_is_refused_and_says_why),
		BENCH_TEST(depth_nodes_and_lines_are_limited),
		BENCH_TEST(truncated_at_any_byte_it_is_refused),
		BENCH_TEST(any_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
