/* Answers of authorities: read in both forms, one meaning in every writing of them, and what is not usable is told. */
#include "answer_writer.h"
#include "base/json.h"
#include "model/delivery.h"
#include "standard/answer.h"
#include "standard_bench.h"

#define GUID  "4CDE1CFD-EDED-46B1-946C-B8022E42FC94"
#define AT_US INT64_C(1772417472345000) /* 2026-03-02T10:11:12.345+08:00 */

struct read {
	struct authority_answer *answers;
	int count;
};

static bool read_as(struct bench *b, enum authority from, const char *type, struct text body, struct read *r)
{
	b->f = (struct fault){ 0 };
	return answer_read(&b->arena, from, text_of(type), body, &r->answers, &r->count, &b->f);
}

static bool read_xml(struct bench *b, const char *body, struct read *r)
{
	return read_as(b, AUTHORITY_CUS, "application/xml", text_of(body), r);
}

/* ---- customs ---- */

#define RETURN(p, guid, info) \
	"<" p "InventoryReturn><" p "guid>" guid "</" p "guid><" p "customsCode>2928</" p "customsCode>" \
	"<" p "ebcCode>91320500MA1T00013G</" p "ebcCode><" p "copNo>INT-1</" p "copNo>" \
	"<" p "preNo>B20260302000000001</" p "preNo><" p "returnStatus>800</" p "returnStatus>" \
	"<" p "returnTime>20260302101112345</" p "returnTime><" p "returnInfo>" info "</" p "returnInfo></" p "InventoryReturn>"
#define INFO "[Code:2600;Desc:放行]"

static const char *const same_answer[] = {
	"<CEB622Message guid=\"" GUID "\" version=\"1.0\">" RETURN("", GUID, INFO) "</CEB622Message>",
	"<CEB622Message>" RETURN("", "00000000-0000-0000-0000-000000000000", INFO) "</CEB622Message>",
	"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<ceb:CEB622Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">"
	RETURN("ceb:", GUID, INFO) "</ceb:CEB622Message>",
	"<CEB622Message xmlns=\"http://www.chinaport.gov.cn/ceb\">\n" RETURN("", GUID, "<![CDATA[" INFO "]]>") "\n</CEB622Message>",
	"<CEB622Message><InventoryReturn>\n <returnInfo>" INFO "</returnInfo>\n <returnTime>20260302101112345</returnTime>\n"
	" <returnStatus> 800 </returnStatus><extra>1</extra>\n <preNo>B20260302000000001</preNo><copNo>INT-1</copNo>\n"
	" <ebcCode>91320500MA1T00013G</ebcCode><customsCode>2928</customsCode><invtNo/></InventoryReturn></CEB622Message>",
};

static void one_answer_is_one_in_every_writing(void **state)
{
	struct bench *b = *state;
	struct sha256 digest = { { 0 } };
	struct read r;

	for (size_t i = 0; i < COUNTOF(same_answer); i++) {
		if (!read_xml(b, same_answer[i], &r))
			fail_msg("%zu: %s", i, b->f.text);
		assert_int_equal(b->f.code, FAULT_NONE);
		assert_int_equal(r.count, 1);
		assert_int_equal(r.answers->authority, AUTHORITY_CUS);
		bench_assert_text(b, r.answers->reference, "B20260302000000001");
		bench_assert_text(b, r.answers->status, "800");
		assert_int_equal(r.answers->outcome, OUTCOME_CLEAR);
		assert_true(r.answers->at_us == AT_US);
		bench_assert_text(b, r.answers->info, INFO);
		bench_assert_text(b, r.answers->business_key, "91320500MA1T00013G/INT-1");
		bench_assert_text(b, r.answers->body, "{\"customsCode\":\"2928\",\"ebcCode\":\"91320500MA1T00013G\",\"copNo\":\"INT-1\","
		                  "\"preNo\":\"B20260302000000001\",\"returnStatus\":\"800\",\"returnTime\":\"20260302101112345\","
		                  "\"returnInfo\":\"" INFO "\"}");
		if (i > 0)
			assert_memory_equal(&digest, &r.answers->digest, sizeof(digest));
		digest = r.answers->digest;
	}
}

static void usable_answers_count_and_the_others_are_told(void **state)
{
	static const struct {
		const char *body, *text;
		int count;
	} cases[] = {
		{ "<CEB604Message>" RETURN("", GUID, "") "<InventoryReturn/>" RETURN("", GUID, "x") "</CEB604Message>", "answer 2: preNo", 2 },
		{ "<CEB604Message><InventoryReturn><preNo>B1</preNo></InventoryReturn></CEB604Message>", "answer 1: returnStatus", 0 },
		{ "<CEB604Message><InventoryReturn><preNo>B1</preNo><returnStatus>77</returnStatus></InventoryReturn></CEB604Message>",
		  "answer 1: returnStatus", 0 },
		{ "<CEB604Message><InventoryReturn><preNo>B1</preNo><returnStatus>2</returnStatus><returnTime>20260230101112345</returnTime>"
		  "</InventoryReturn></CEB604Message>", "answer 1: returnTime", 0 },
		{ "<CEB604Message/>", "no answer", 0 },
		{ "<CEB612Message/>", "none of CEB622Message", 0 },
		{ "<CEB624Message><InventoryReturn/></CEB624Message>", "something else than InvtCancelReturn", 0 },
		{ "<CEB622Message><OrderReturn/></CEB622Message>", "something else than InventoryReturn", 0 },
		{ "<CEB622Message><InventoryReturn><preNo>1</preNo><preNo>2</preNo></InventoryReturn></CEB622Message>", "preNo stands twice", 0 },
		{ "<!DOCTYPE x><CEB622Message/>", "document type", 0 },
		{ "{}", "line 1", 0 },
	};
	struct bench *b = *state;
	struct read r;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_int_equal(read_xml(b, cases[i].body, &r), cases[i].count > 0);
		assert_int_equal(b->f.code, FAULT_BAD_XML);
		if (strstr(b->f.text, cases[i].text) == NULL)
			fail_msg("%s: %s", cases[i].body, b->f.text);
		assert_int_equal(r.count, cases[i].count);
	}
}

/* ---- the others ---- */


static const char *declaration_id(struct bench *b, struct id *out)
{
	const struct text key[] = { TEXT("platform"), TEXT("order"), TEXT("") };
	char text[ID_TEXT_BYTES];

	*out = id_of_key('D', key, 3);
	id_format(out, text);
	return bench_cstr(b, text_of(text));
}

/* @ in the form stands for the declaration's id. */
static bool read_json(struct bench *b, struct read *r, const char *form)
{
	struct id ignored;
	const char *id = declaration_id(b, &ignored);
	struct buf body;

	buf_init(&body, &b->arena, 512);
	for (const char *c = form; *c != '\0'; c++) {
		if (*c == '@')
			buf_str(&body, id);
		else
			buf_char(&body, *c);
	}
	return read_as(b, AUTHORITY_TAX, "application/json; charset=utf-8", buf_as_text(&body), r);
}

static void json_answers_mean_the_same_in_every_writing(void **state)
{
	static const char *const bodies[] = {
		"{\"message_id\":\"m1\",\"declaration_id\":\"@\",\"version\":3,\"status\":\"accepted\",\"at\":\"2026-03-02T10:11:12.345+08:00\","
		"\"info\":\"好\"}",
		"[{\"info\":\"\\u597d\",\"at\":\"2026-03-02T02:11:12.345Z\",\"status\":\"accepted\",\"version\":3,\"declaration_id\":\"@\"}]",
		"{\"message_id\":\"m2\",\"declaration_id\":\"@\",\"version\":3,\"status\":\"accepted\",\"at\":\"2026-03-02T10:11:12.345000+08:00\","
		"\"info\":\"好\",\"more\":{}}",
	};
	struct bench *b = *state;
	struct sha256 digest = { { 0 } };
	struct id id;
	struct read r;

	(void)declaration_id(b, &id);
	for (size_t i = 0; i < COUNTOF(bodies); i++) {
		if (!read_json(b, &r, bodies[i]))
			fail_msg("%zu: %s", i, b->f.text);
		assert_int_equal(r.count, 1);
		assert_int_equal(r.answers->authority, AUTHORITY_TAX);
		assert_true(id_eq(&r.answers->declaration, &id));
		assert_int_equal(r.answers->version, 3);
		assert_int_equal(r.answers->outcome, OUTCOME_CLEAR);
		bench_assert_text(b, r.answers->status, "accepted");
		assert_true(r.answers->at_us == AT_US);
		bench_assert_text(b, r.answers->info, "好");
		assert_null(r.answers->reference.at);
		if (i > 0)
			assert_memory_equal(&digest, &r.answers->digest, sizeof(digest));
		digest = r.answers->digest;
	}
}

static void each_status_has_its_outcome(void **state)
{
	static const struct {
		const char *body;
		enum part_outcome outcome;
	} cases[] = {
#define ANSWER(status) "{\"declaration_id\":\"@\",\"version\":1,\"status\":\"" status "\",\"at\":\"2026-03-02T10:11:12+08:00\"}"
		{ ANSWER("received"), OUTCOME_RECEIVED }, { ANSWER("accepted"), OUTCOME_CLEAR }, { ANSWER("review"), OUTCOME_REVIEW },
		{ ANSWER("inspect"), OUTCOME_INSPECT },   { ANSWER("held"), OUTCOME_HELD },      { ANSWER("rejected"), OUTCOME_REJECTED },
	};
	struct bench *b = *state;
	struct read r;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_true(read_json(b, &r, cases[i].body));
		assert_int_equal(r.answers->outcome, cases[i].outcome);
	}
}

static void only_the_post_assesses(void **state)
{
	static const struct { const char *code; enum part_outcome outcome; } codes[] = {
		{ "AC", OUTCOME_CLEAR }, { "RFI", OUTCOME_REVIEW }, { "RFS", OUTCOME_INSPECT }, { "DNL", OUTCOME_REJECTED },
	};
	struct bench *b = *state;
	struct read r;
	struct id id;

	for (size_t i = 0; i < COUNTOF(codes); i++) {
		struct buf body;

		buf_init(&body, &b->arena, 256);
		buf_printf(&body, "{\"declaration_id\":\"%s\",\"version\":1,\"status\":\"%s\",\"at\":\"2026-03-02T10:11:12+08:00\",\"info\":\"addressee's telephone\"}",
		           declaration_id(b, &id), codes[i].code);
		assert_false(read_as(b, AUTHORITY_TAX, "application/json", buf_as_text(&body), &r));
		assert_non_null(strstr(b->f.text, "status is none"));
		assert_true(read_as(b, AUTHORITY_POST, "application/json", buf_as_text(&body), &r));
		assert_int_equal(r.answers->outcome, codes[i].outcome);
		bench_assert_text(b, r.answers->status, codes[i].code);
		bench_assert_text(b, r.answers->info, "addressee's telephone");
	}
}

static void json_that_is_no_answer_is_told(void **state)
{
	static const struct {
		const char *body, *text;
		int count;
		enum fault_code code;
	} cases[] = {
		{ "[" ANSWER("accepted") ",7," ANSWER("held") "]", "answer 2: no object", 2, FAULT_BAD_REQUEST },
		{ ANSWER("Accepted"), "status is none", 0, FAULT_BAD_REQUEST },
		{ ANSWER("none"), "status is none", 0, FAULT_BAD_REQUEST },
		{ "{\"declaration_id\":\"x\",\"version\":1}", "declaration_id", 0, FAULT_BAD_REQUEST },
		{ "{\"declaration_id\":\"@\",\"version\":0}", "version", 0, FAULT_BAD_REQUEST },
		{ "{\"declaration_id\":\"@\",\"version\":\"1\"}", "version", 0, FAULT_BAD_REQUEST },
		{ "{\"declaration_id\":\"@\",\"version\":4294967297}", "version", 0, FAULT_BAD_REQUEST },
		{ "{\"declaration_id\":\"@\",\"version\":1,\"status\":\"held\",\"at\":\"2026-03-02\"}", "at is", 0, FAULT_BAD_REQUEST },
		{ "{\"declaration_id\":\"@\",\"version\":1,\"status\":\"held\",\"at\":\"2026-03-02T10:11:12Z\",\"info\":1}", "info", 0,
		  FAULT_BAD_REQUEST },
		{ "{\"message_id\":1}", "message_id", 0, FAULT_BAD_REQUEST },
		{ "[]", "no answer", 0, FAULT_BAD_REQUEST },
		{ "7", "no object", 0, FAULT_BAD_REQUEST },
		{ "{", "", 0, FAULT_BAD_JSON },
		{ "{\"info\":\"a\",\"info\":\"a\"}", "did not come before", 0, FAULT_BAD_JSON },
		{ ANSWER("held") ",", "end of the text", 0, FAULT_BAD_JSON },
		{ "[" ANSWER("held"), "", 0, FAULT_BAD_JSON },
		{ "[" ANSWER("held") ",{\"version\":01}]", "", 0, FAULT_BAD_JSON },
		{ "{\"version\":99999999999999999999}", "declaration_id", 0, FAULT_BAD_REQUEST },
		{ "{\"info\":\"\xff\"}", "UTF-8", 0, FAULT_BAD_JSON },
		{ "<a/>", "", 0, FAULT_BAD_JSON },
	};
	struct bench *b = *state;
	struct read r;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_int_equal(read_json(b, &r, cases[i].body), cases[i].count > 0);
		assert_int_equal(b->f.code, cases[i].code);
		if (strstr(b->f.text, cases[i].text) == NULL)
			fail_msg("%s: %s", cases[i].body, b->f.text);
		assert_int_equal(r.count, cases[i].count);
	}
}

static void the_content_type_must_fit(void **state)
{
	static const struct {
		enum authority from;
		const char *type;
		bool is_fit;
	} cases[] = {
		{ AUTHORITY_CUS, "application/xml", true }, { AUTHORITY_CUS, "Text/XML ; charset=utf-8", true },
		{ AUTHORITY_CUS, "application/json", false }, { AUTHORITY_CUS, NULL, false }, { AUTHORITY_TAX, "application/xml", false },
		{ AUTHORITY_TAX, "application/jsonx", false }, { AUTHORITY_POST, "application/json", true },
	};
	struct bench *b = *state;
	struct read r;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_false(read_as(b, cases[i].from, cases[i].type, TEXT("?"), &r));
		assert_int_equal(b->f.code != FAULT_MEDIA_TYPE, cases[i].is_fit);
	}
}

static void answers_at_once_are_limited(void **state)
{
	struct bench *b = *state;
	struct buf json, xml;
	struct read r;

	for (int n = ANSWERS_MAX; n <= ANSWERS_MAX + 1; n++) {
		buf_init(&json, &b->arena, 65536);
		buf_init(&xml, &b->arena, 65536);
		buf_str(&xml, "<CEB622Message>");
		for (int i = 0; i < n; i++) {
			buf_str(&json, i == 0 ? "[" ANSWER("held") : "," ANSWER("held"));
			buf_str(&xml, RETURN("", GUID, "x"));
		}
		buf_char(&json, ']');
		buf_str(&xml, "</CEB622Message>");
		assert_int_equal(read_json(b, &r, json.at), n == ANSWERS_MAX);
		assert_int_equal(b->f.code, n == ANSWERS_MAX ? FAULT_NONE : FAULT_TOO_LARGE);
		assert_int_equal(read_xml(b, xml.at, &r), n == ANSWERS_MAX);
		assert_int_equal(b->f.code, n == ANSWERS_MAX ? FAULT_NONE : FAULT_TOO_LARGE);
	}
	assert_int_equal(r.count, 0);
}

/* ---- writing ---- */

static void written_answers_read_back(void **state)
{
	struct bench *b = *state;
	struct authority_answer answers[2] = {
		{ .status = TEXT("120"), .outcome = OUTCOME_ENTERED, .at_us = AT_US, .info = TEXT("[Code:1800;Desc:逻辑校验通过]"),
		  .reference = TEXT("B20260302000000001"), .business_key = TEXT("91320500MA1T00013G/INT-1"), .version = 1 },
		{ .status = TEXT("-621000"), .outcome = OUTCOME_REJECTED, .at_us = AT_US + 1000, .info = TEXT("<&>"),
		  .reference = TEXT("B20260302000000002"), .version = 2 },
	};
	static const char *const types[] = { "application/xml", "application/json" };
	static const enum authority from[] = { AUTHORITY_CUS, AUTHORITY_POST };

	for (int form = 0; form < 2; form++) {
		struct buf out;
		struct read r;

		for (int i = 0; i < 2; i++)
			(void)declaration_id(b, &answers[i].declaration);
		if (form == 1) {
			answers[0].status = TEXT("inspect");
			answers[0].outcome = OUTCOME_INSPECT;
			answers[1].status = TEXT("rejected");
		}
		buf_init(&out, &b->arena, 1024);
		answer_put(&out, from[form], DIR_EXPORT, answers, 2);
		if (!read_as(b, from[form], types[form], buf_as_text(&out), &r))
			fail_msg("%s: %s", b->f.text, out.at);
		assert_int_equal(r.count, 2);
		for (int i = 0; i < 2; i++) {
			bench_assert_text(b, r.answers[i].status, bench_cstr(b, answers[i].status));
			bench_assert_text(b, r.answers[i].info, bench_cstr(b, answers[i].info));
			assert_int_equal(r.answers[i].outcome, answers[i].outcome);
			assert_true(r.answers[i].at_us == answers[i].at_us);
			if (form == 0) {
				bench_assert_text(b, r.answers[i].reference, bench_cstr(b, answers[i].reference));
			} else {
				assert_int_equal(r.answers[i].version, answers[i].version);
				assert_true(id_eq(&r.answers[i].declaration, &answers[i].declaration));
			}
		}
		assert_memory_not_equal(&r.answers[0].digest, &r.answers[1].digest, sizeof(struct sha256));
	}
}

/* What was stored of customs' answers, told again: the same answers, in the order of the message's elements. */
static void stored_answers_are_one_message_again(void **state)
{
	struct bench *b = *state;
	struct answer_stored stored[2];
	struct read first, again;
	struct buf out;

	assert_true(read_xml(b, "<CEB604Message>" RETURN("", GUID, INFO)
	                     "<InventoryReturn><preNo>E20260302000000002</preNo><orderNo>A&amp;B</orderNo><copNo>2</copNo><returnStatus>120</returnStatus>"
	                     "<returnTime>20260302101112</returnTime><returnInfo>&lt;ok&gt;</returnInfo></InventoryReturn></CEB604Message>", &first));
	assert_int_equal(first.count, 2);
	for (int i = 0; i < 2; i++)
		stored[i] = (struct answer_stored){ first.answers[i].body, TEXT(GUID) };
	for (enum direction d = DIR_IMPORT; d <= DIR_EXPORT; d++) {
		buf_init(&out, &b->arena, 256);
		b->f = (struct fault){ 0 };
		assert_true(answer_put_stored(&out, &b->arena, message_def(DOC_INVENTORY_RECEIPT, d), TEXT(GUID), stored, 2, &b->f));
		assert_non_null(strstr(out.at, d == DIR_IMPORT ? "<ceb:CEB622Message" : "<ceb:CEB604Message"));
		assert_true(read_xml(b, out.at, &again));
		assert_int_equal(again.count, 2);
		for (int i = 0; i < 2; i++) {
			assert_true(text_eq(again.answers[i].reference, first.answers[i].reference) && text_eq(again.answers[i].info, first.answers[i].info));
			assert_int_equal(again.answers[i].outcome, first.answers[i].outcome);
			assert_true(again.answers[i].at_us == first.answers[i].at_us);
		}
		/* customsCode stands in 622 only, orderNo in 604 only */
		assert_int_equal(strstr(out.at, "<ceb:customsCode>2928<") != NULL, d == DIR_IMPORT);
		assert_int_equal(strstr(out.at, "<ceb:orderNo>A&amp;B<") != NULL, d == DIR_EXPORT);
		assert_true(strstr(out.at, "<ceb:copNo>") < strstr(out.at, "<ceb:preNo>"));
	}
	stored[1].body = TEXT("[");
	buf_init(&out, &b->arena, 256);
	assert_false(answer_put_stored(&out, &b->arena, message_def(DOC_INVENTORY_RECEIPT, DIR_IMPORT), TEXT(GUID), stored, 2, &b->f));
	assert_int_equal(b->f.code, FAULT_BAD_JSON);
}

/* Of a cancellation: read, written by the simulator's writer, told again. */
static void cancellations_are_answered_in_messages_of_their_own(void **state)
{
	struct bench *b = *state;
	struct read r, again;
	struct buf out;

	for (enum direction d = DIR_IMPORT; d <= DIR_EXPORT; d++) {
		const struct message_def *def = message_def(DOC_CANCELLATION_RECEIPT, d);
		struct authority_answer said = { .authority = AUTHORITY_CUS, .reference = TEXT("B20260302000000009"), .status = TEXT("399"),
			.at_us = INT64_C(1772417472000000), .info = TEXT("agreed"), .business_key = TEXT("M/C1"), .is_cancellation = true };

		buf_init(&out, &b->arena, 512);
		answer_put(&out, AUTHORITY_CUS, d, &said, 1);
		assert_non_null(strstr(out.at, d == DIR_IMPORT ? "<ceb:CEB624Message" : "<ceb:CEB606Message"));
		assert_int_equal(strstr(out.at, "<ceb:ebcCode>M<") != NULL, d == DIR_IMPORT); /* 606 does not name the merchant */
		assert_true(read_xml(b, out.at, &r));
		assert_true(r.count == 1 && r.answers[0].is_cancellation && r.answers[0].outcome == OUTCOME_CLEAR);
		assert_true(text_eq(r.answers[0].reference, said.reference) && r.answers[0].at_us == said.at_us);
		buf_init(&out, &b->arena, 512);
		assert_true(answer_put_stored(&out, &b->arena, def, TEXT(GUID), &(struct answer_stored){ r.answers[0].body, TEXT(GUID) }, 1, &b->f));
		assert_true(read_xml(b, out.at, &again) && again.answers[0].is_cancellation);
		assert_non_null(strstr(out.at, "<ceb:InvtCancelReturn>"));
	}
	assert_true(read_xml(b, "<CEB622Message><InventoryReturn><preNo>B1</preNo><returnStatus>-623005</returnStatus><returnTime>20260302101112345</returnTime>"
	                     "</InventoryReturn></CEB622Message>", &r));
	assert_false(r.answers[0].is_cancellation);
}

static void an_answer_names_the_delivery(void **state)
{
	struct bench *b = *state;
	struct authority_answer answer = { .status = TEXT("held"), .at_us = AT_US, .version = 4 };
	char message_id[ID_TEXT_BYTES];
	struct id id;
	struct buf out, expected;

	(void)declaration_id(b, &answer.declaration);
	id = delivery_message_id(&answer.declaration, AUTHORITY_FX, 4);
	id_format(&id, message_id);
	buf_init(&expected, &b->arena, 256);
	buf_printf(&expected, "[{\"message_id\":\"%s\",\"declaration_id\":\"%s\",\"version\":4,\"status\":\"held\","
	           "\"at\":\"2026-03-02T10:11:12.345000+08:00\"}]", message_id, declaration_id(b, &id));
	buf_init(&out, &b->arena, 256);
	answer_put(&out, AUTHORITY_FX, DIR_IMPORT, &answer, 1);
	assert_string_equal(out.at, expected.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(one_answer_is_one_in_every_writing),
		BENCH_TEST(usable_answers_count_and_the_others_are_told),
		BENCH_TEST(json_answers_mean_the_same_in_every_writing),
		BENCH_TEST(each_status_has_its_outcome),
		BENCH_TEST(only_the_post_assesses),
		BENCH_TEST(json_that_is_no_answer_is_told),
		BENCH_TEST(the_content_type_must_fit),
		BENCH_TEST(answers_at_once_are_limited),
		BENCH_TEST(written_answers_read_back),
		BENCH_TEST(stored_answers_are_one_message_again),
		BENCH_TEST(cancellations_are_answered_in_messages_of_their_own),
		BENCH_TEST(an_answer_names_the_delivery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
