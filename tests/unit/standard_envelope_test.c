/* Envelopes: what is recognised, what is taken out, what is refused with which of the exchange's codes, and the way back. */
#include <stdio.h>

#include "standard/envelope.h"

#include "standard_bench.h"

#define DXP   "xmlns:dxp=\"http://www.chinaport.gov.cn/dxp\""
#define ASKED "<CEB513Message guid=\"x\"/>"
#define B64   "PENFQjUxM01lc3NhZ2UgZ3VpZD0ieCIvPg=="
#define HEAD(p) \
	"<" p "TransInfo><" p "CopMsgId>MSG-1</" p "CopMsgId><" p "SenderId>DXPENT0000000001</" p "SenderId>" \
	"<" p "ReceiverIds><" p "ReceiverId>DXPEDCCEB0000002</" p "ReceiverId><" p "ReceiverId>R2</" p "ReceiverId></" p "ReceiverIds>" \
	"<" p "CreatTime>2026-03-02T10:11:12</" p "CreatTime><" p "MsgType>CEB513Message</" p "MsgType></" p "TransInfo>"
#define DATA(p, of) "<" p "Data>" of "</" p "Data>"
#define MESSAGE(inside) "<dxp:DxpMsg " DXP " ver=\"1.0\">" inside "</dxp:DxpMsg>"
#define RELAY_HEAD "\"MessageHead\":{\"MessageId\":\"MSG-1\",\"MessageType\":\"CEB513Message.xml\",\"SenderID\":\"DXPENT0000000001\"," \
	"\"ReceiverID\":\"DXPEDCCEB0000002\",\"SendTime\":\"2026-03-02 10:11:12\",\"Version\":\"1.0\"}"
#define RELAY(data) "{\"Message\":{" RELAY_HEAD ",\"MessageBody\":{\"data\":\"" data "\"}}}"

static bool looks_like_xml(struct text body)
{
	return memchr(body.at, '<', body.len < 4 ? body.len : 4) != NULL;
}

static bool open_it(struct bench *b, const char *body, struct envelope *e)
{
	b->f = (struct fault){ 0 };
	return envelope_open(&b->arena, looks_like_xml(text_of(body)), text_of(body), e, &b->f);
}

static void bare_messages_are_themselves(void **state)
{
	static const char *const bare[] = {
		ASKED, "<?xml version=\"1.0\"?>\n<!-- DxpMsg --><CEB513Message/>", "<ceb:CEB311Message/>", "<", "<a", "<DxpMsgs/>", "<DxpRep/>", "<!-- ", "x<", "<?xml ",
		"{}", "[{}]", "{\"kind\":\"order\"}", "{\"message\":{}}", "{\"Messages\":1}", "[{\"Message\":{}}]", "{\"a\":1,\"Message\":{}}", "{", "",
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(bare); i++) {
		struct envelope e;

		print_message("bare %zu\n", i);
		assert_true(open_it(b, bare[i], &e));
		assert_int_equal(e.kind, ENVELOPE_NONE);
		assert_int_equal(e.is_xml, looks_like_xml(text_of(bare[i])));
		assert_ptr_equal(e.content.at, bare[i]);
		assert_int_equal(e.content.len, strlen(bare[i]));
	}
}

static void a_bare_message_costs_no_memory(void **state)
{
	struct arena none;
	struct envelope e;
	struct fault f = { 0 };

	(void)state;
	arena_init(&none, 0);
	assert_true(envelope_open(&none, true, TEXT(ASKED), &e, &f));
	assert_true(envelope_open(&none, false, TEXT("{\"kind\":\"order\"}"), &e, &f));
	assert_false(none.full);
}

static void the_message_is_taken_out(void **state)
{
	static const char *const shapes[] = {
		MESSAGE(HEAD("dxp:") DATA("dxp:", B64)),
		"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<!-- a -->\r\n" MESSAGE("\r\n" DATA("dxp:", "\r\n" B64 "\r\n") "\r\n" HEAD("dxp:")),
		"<DxpMsg xmlns=\"http://www.chinaport.gov.cn/dxp\" ver=\"1.0\">" HEAD("") DATA("", B64) "</DxpMsg>",
		"<DxpMsg>" HEAD("") DATA("", "<![CDATA[PENFQjUxM01lc3Nh\nZ2UgZ3VpZD0i]]>eCIvPg==") "</DxpMsg>",
		"<DxpMsg>" HEAD("") DATA("", B64) "<AddInfo><FileName>x</FileName><BizKey><Key name=\"a\">b</Key></BizKey></AddInfo>"
		"<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo><TransInfo/></ds:SignedInfo></ds:Signature></DxpMsg>",
		"<dxp:DxpMsgSv " DXP "><dxp:SvNo><dxp:MsgId>1</dxp:MsgId></dxp:SvNo>" MESSAGE(HEAD("dxp:") DATA("dxp:", B64)) "</dxp:DxpMsgSv>",
		RELAY(B64),
		" {\n\"Message\" : {\"MessageBody\":{\"data\":\"PENFQjUxM01lc3NhZ2Ug\\r\\nZ3VpZD0ieCIvPg==\"}," RELAY_HEAD "}}\n",
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(shapes); i++) {
		struct envelope e;

		if (!open_it(b, shapes[i], &e))
			fail_msg("shape %zu: %s", i, b->f.text);
		assert_int_equal(e.kind, *shapes[i] == '{' || *shapes[i] == ' ' ? ENVELOPE_RELAY : ENVELOPE_DXP);
		assert_true(e.is_xml);
		bench_assert_text(b, e.content, ASKED);
		bench_assert_text(b, e.message_id, "MSG-1");
		bench_assert_text(b, e.sender, "DXPENT0000000001");
		bench_assert_text(b, e.receivers[0], "DXPEDCCEB0000002");
		assert_int_equal(e.receiver_count, e.kind == ENVELOPE_DXP ? 2 : 1);
		assert_false(e.type_differs);
		assert_int_equal(e.created.len, 19);
	}
}

static void relays_may_say_little_or_more(void **state)
{
	struct bench *b = *state;
	struct envelope e;

	assert_true(open_it(b, "{\"Message\":{\"MessageHead\":{\"MessageId\":\"1\",\"SenderID\":null,\"ReceiverID\":\"\",\"Extra\":[{\"a\":1}]},"
	                       "\"MessageBody\":{\"data\":\"" B64 "\"}}}", &e));
	assert_true(e.sender.at == NULL && e.receiver_count == 0 && e.type.at == NULL && !e.type_differs);
}

static void a_type_that_differs_is_seen(void **state)
{
	static const struct {
		const char *type;
		bool differs;
	} cases[] = {
		{ "CEB513Message", false }, { "CEB513Message.xml", false }, { "ceb513message.XML", false }, { "CEB311Message", true },
		{ "CEB513", true }, { "", false },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct envelope e;
		char body[512];

		(void)snprintf(body, sizeof(body), "{\"Message\":{\"MessageHead\":{\"MessageId\":\"1\",\"MessageType\":\"%s\"},\"MessageBody\":{\"data\":\"%s\"}}}",
		               cases[i].type, B64);
		assert_true(open_it(b, body, &e));
		assert_int_equal(e.type_differs, cases[i].differs);
	}
}

static void the_refused_have_a_code(void **state)
{
	static const struct {
		const char *body;
		enum exchange_code code;
		const char *says;
	} cases[] = {
		{ "<DxpMsg>", EXCHANGE_BAD_FORMAT, "too early" },
		{ "<!DOCTYPE x><DxpMsg/>", EXCHANGE_TAKEN, NULL }, /* seen as bare: the message's reader refuses it */
		{ "<DxpMsg>&x;</DxpMsg>", EXCHANGE_BAD_FORMAT, "entity" },
		{ "<DxpMsg/>", EXCHANGE_SCHEMA, "CopMsgId" },
		{ "<DxpMsg>" HEAD("") "</DxpMsg>", EXCHANGE_SCHEMA, "data are missing" },
		{ "<DxpMsg>" HEAD("") "<Data> \n</Data></DxpMsg>", EXCHANGE_SCHEMA, "data are missing" },
		{ "<DxpMsg>" HEAD("") "<Data>PENF*</Data></DxpMsg>", EXCHANGE_BAD_FORMAT, "base64" },
		{ "<DxpMsg>" HEAD("") "<Data>" ASKED "</Data></DxpMsg>", EXCHANGE_SCHEMA, "inside a value" },
		{ "<DxpMsg>" HEAD("") DATA("", B64) DATA("", B64) "</DxpMsg>", EXCHANGE_SCHEMA, "twice" },
		{ "<DxpMsg>" HEAD("") HEAD("") DATA("", B64) "</DxpMsg>", EXCHANGE_SCHEMA, "twice" },
		{ "<DxpMsg>" HEAD("") DATA("", B64) "<Other/></DxpMsg>", EXCHANGE_SCHEMA, "not its own" },
		{ "<DxpMsg>text" HEAD("") DATA("", B64) "</DxpMsg>", EXCHANGE_SCHEMA, "between" },
		{ "<DxpMsgSv><DxpMsg>" HEAD("") DATA("", B64) "</DxpMsg><DxpMsg/></DxpMsgSv>", EXCHANGE_SCHEMA, "twice" },
		{ "<DxpMsgSv><DxpMsgSv/></DxpMsgSv>", EXCHANGE_SCHEMA, "not its own" },
		{ "<x:DxpMsg xmlns:x=\"http://www.chinaport.gov.cn/ceb\">" HEAD("x:") DATA("x:", B64) "</x:DxpMsg>", EXCHANGE_SCHEMA, "not its own" },
		{ "<DxpMsg><TransInfo><SenderId>12345678901234567</SenderId></TransInfo></DxpMsg>", EXCHANGE_SCHEMA, "longer" },
		{ "<DxpMsg><TransInfo><ReceiverIds><ReceiverId>1</ReceiverId><ReceiverId>2</ReceiverId><ReceiverId>3</ReceiverId><ReceiverId>4</ReceiverId>"
		  "<ReceiverId>5</ReceiverId><ReceiverId>6</ReceiverId></ReceiverIds></TransInfo></DxpMsg>", EXCHANGE_SCHEMA, "five" },
		{ "<DxpMsg><TransInfo><CopMsgId>1</CopMsgId><SenderId>1</SenderId><ReceiverIds><ReceiverId/></ReceiverIds></TransInfo>" DATA("", B64) "</DxpMsg>",
		  EXCHANGE_SCHEMA, "ReceiverId" },
		{ "{\"Message\":", EXCHANGE_BAD_FORMAT, "object" },
		{ "{\"Message\":{}}", EXCHANGE_SCHEMA, "MessageId" },
		{ "{\"Message\":{" RELAY_HEAD "}}", EXCHANGE_SCHEMA, "data are missing" },
		{ "{\"Message\":{" RELAY_HEAD ",\"MessageBody\":{\"data\":7}}}", EXCHANGE_BAD_FORMAT, "string" },
		{ "{\"Message\":{" RELAY_HEAD ",\"MessageBody\":{\"data\":\"" B64 "\",\"data\":\"" B64 "\"}}}", EXCHANGE_SCHEMA, "twice" },
		{ "{\"Message\":{" RELAY_HEAD ",\"MessageBody\":{\"body\":\"" B64 "\"}}}", EXCHANGE_SCHEMA, "one member" },
		{ "{\"Message\":{" RELAY_HEAD ",\"Other\":1}}", EXCHANGE_SCHEMA, "members" },
		{ "{\"Message\":{},\"Other\":1}", EXCHANGE_SCHEMA, "no other" },
		{ RELAY("*") , EXCHANGE_BAD_FORMAT, "base64" },
		{ RELAY(B64) "x", EXCHANGE_BAD_FORMAT, "end" },
		{ "{\"Message\":\"\xff\"}", EXCHANGE_BAD_FORMAT, "UTF-8" },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct envelope e;

		print_message("refused %zu\n", i);
		if (cases[i].says == NULL) {
			assert_true(open_it(b, cases[i].body, &e));
			continue;
		}
		assert_false(open_it(b, cases[i].body, &e));
		assert_int_equal(e.code, cases[i].code);
		assert_int_equal(b->f.code, *cases[i].body == '<' ? FAULT_BAD_XML : FAULT_BAD_JSON);
		if (strstr(b->f.text, cases[i].says) == NULL)
			fail_msg("case %zu says: %s", i, b->f.text);
	}
}

static void depth_and_memory_are_bounded(void **state)
{
	struct bench *b = *state;
	struct envelope e;
	struct arena small;
	struct buf deep;

	buf_init(&deep, &b->arena, 4096);
	buf_str(&deep, "<DxpMsg><AddInfo>");
	for (int i = 0; i < 100; i++)
		buf_str(&deep, "<a>");
	assert_false(open_it(b, deep.at, &e));
	assert_non_null(strstr(b->f.text, "deeper"));

	arena_init(&small, 64);
	b->f = (struct fault){ 0 };
	assert_false(envelope_open(&small, true, TEXT(MESSAGE(HEAD("dxp:") DATA("dxp:", B64))), &e, &b->f));
	assert_int_equal(b->f.code, FAULT_BUSY);
	arena_done(&small);
	arena_init(&small, 64);
	b->f = (struct fault){ 0 };
	assert_false(envelope_open(&small, false, TEXT(RELAY(B64 B64 B64)), &e, &b->f));
	assert_true(b->f.code == FAULT_BUSY || b->f.code == FAULT_BAD_JSON);
	arena_done(&small);
}

/* --- the way back -------------------------------------------------------------------------------------------------- */

static struct text answered(struct bench *b, const char *body)
{
	const struct envelope_answer answer = { .message_id = TEXT("BACK<1>"), .type = TEXT("CEB514Message"), .content = TEXT("<a/>"),
		                                .at_us = INT64_C(1772417472) * US_PER_S };
	struct envelope e;
	struct buf out;

	assert_true(open_it(b, body, &e));
	buf_init(&out, &b->arena, 64);
	envelope_put(&out, &e, &answer);
	assert_false(out.full);
	return buf_as_text(&out);
}

static void an_answer_goes_back_as_the_message_came(void **state)
{
	struct bench *b = *state;

	bench_assert_text(b, answered(b, ASKED), "<a/>");
	bench_assert_text(b, answered(b, MESSAGE(HEAD("dxp:") DATA("dxp:", B64))),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dxp:DxpMsg " DXP " ver=\"1.0\"><dxp:TransInfo><dxp:CopMsgId>BACK&lt;1&gt;</dxp:CopMsgId>"
		"<dxp:SenderId>DXPEDCCEB0000002</dxp:SenderId><dxp:ReceiverIds><dxp:ReceiverId>DXPENT0000000001</dxp:ReceiverId></dxp:ReceiverIds>"
		"<dxp:CreatTime>2026-03-02T10:11:12</dxp:CreatTime><dxp:MsgType>CEB514Message</dxp:MsgType></dxp:TransInfo>"
		"<dxp:Data>PGEvPg==</dxp:Data></dxp:DxpMsg>");
	bench_assert_text(b, answered(b, RELAY(B64)),
		"{\"Message\":{\"MessageHead\":{\"MessageId\":\"BACK<1>\",\"MessageType\":\"CEB514Message.xml\",\"SenderID\":\"DXPEDCCEB0000002\","
		"\"ReceiverID\":\"DXPENT0000000001\",\"SendTime\":\"2026-03-02T10:11:12\",\"Version\":\"1.0\"},\"MessageBody\":{\"data\":\"PGEvPg==\"}}}");
}

static void an_answer_is_an_envelope_again(void **state)
{
	static const char *const shapes[] = { MESSAGE(HEAD("dxp:") DATA("dxp:", B64)), RELAY(B64) };
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(shapes); i++) {
		struct envelope e;

		assert_true(open_it(b, bench_cstr(b, answered(b, shapes[i])), &e));
		bench_assert_text(b, e.content, "<a/>");
		bench_assert_text(b, e.message_id, "BACK<1>");
		bench_assert_text(b, e.sender, "DXPEDCCEB0000002");
		bench_assert_text(b, e.receivers[0], "DXPENT0000000001");
	}
}

static void the_exchange_says_why_not(void **state)
{
	struct bench *b = *state;
	struct envelope e;
	struct buf out;

	assert_false(open_it(b, MESSAGE(HEAD("dxp:")), &e));
	buf_init(&out, &b->arena, 64);
	dxp_rep_put(&out, &e, e.code, TEXT("no <Data>"), INT64_C(1772417472) * US_PER_S);
	bench_assert_text(b, buf_as_text(&out),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dxp:DxpRep " DXP " ver=\"1.0\"><dxp:RecevierId>DXPENT0000000001</dxp:RecevierId>"
		"<dxp:Response><dxp:ResponseCode>0002</dxp:ResponseCode><dxp:ResponseInfo>no &lt;Data&gt;</dxp:ResponseInfo></dxp:Response>"
		"<dxp:NoticeTime>2026-03-02T10:11:12</dxp:NoticeTime><dxp:OriHead><dxp:CopMsgId>MSG-1</dxp:CopMsgId>"
		"<dxp:SenderId>DXPENT0000000001</dxp:SenderId><dxp:ReceiverIds><dxp:ReceiverId>DXPEDCCEB0000002</dxp:ReceiverId>"
		"<dxp:ReceiverId>R2</dxp:ReceiverId></dxp:ReceiverIds><dxp:CreatTime>2026-03-02T10:11:12</dxp:CreatTime>"
		"<dxp:MsgType>CEB513Message</dxp:MsgType></dxp:OriHead></dxp:DxpRep>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(bare_messages_are_themselves),
		cmocka_unit_test(a_bare_message_costs_no_memory),
		BENCH_TEST(the_message_is_taken_out),
		BENCH_TEST(relays_may_say_little_or_more),
		BENCH_TEST(a_type_that_differs_is_seen),
		BENCH_TEST(the_refused_have_a_code),
		BENCH_TEST(depth_and_memory_are_bounded),
		BENCH_TEST(an_answer_goes_back_as_the_message_came),
		BENCH_TEST(an_answer_is_an_envelope_again),
		BENCH_TEST(the_exchange_says_why_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
