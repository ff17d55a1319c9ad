/* Problem documents: valid JSON with the right members, and which language a header asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/problem.h"
#include "base/json.h"

static const struct json *parsed(struct arena *a, const struct problem *p)
{
	struct fault f = { 0 };
	const struct json *j;
	struct buf b;

	buf_init(&b, a, 16);
	problem_put(&b, p);
	assert_false(b.full);
	j = json_parse(a, buf_as_text(&b), &f);
	if (j == NULL)
		fail_msg("%s: %s", f.text, b.at);
	return j;
}

static void says_what_is_wrong(void **state)
{
	const struct id first = { { 0xde, 0xad } };
	const struct problem p = {
		.code = FAULT_KEY_CONFLICT, .detail = TEXT("a \"quoted\" detail"), .base = TEXT("https://gate.example"),
		.instance = TEXT("/v1/filings"), .trace_id = TEXT("abc"), .node = -1, .first_id = &first,
	};
	const struct json *j;
	struct arena a;
	int64_t status;

	(void)state;
	arena_init(&a, 65536);
	j = parsed(&a, &p);
	assert_true(text_is(json_text(json_member(j, "type")), "https://gate.example/problems/key-conflict"));
	assert_true(text_is(json_text(json_member(j, "title")), fault_title(FAULT_KEY_CONFLICT, false)));
	assert_true(json_i64(json_member(j, "status"), &status) && status == 409);
	assert_true(text_is(json_text(json_member(j, "detail")), "a \"quoted\" detail"));
	assert_true(text_is(json_text(json_member(j, "instance")), "/v1/filings"));
	assert_true(text_is(json_text(json_member(j, "trace_id")), "abc"));
	assert_int_equal(json_text(json_member(j, "first_id")).len, 36);
	assert_null(json_member(j, "errors"));
	arena_done(&a);
}

static void leaves_out_what_is_not_there(void **state)
{
	const struct problem p = { .code = FAULT_BUSY, .chinese = true, .node = -1 };
	const struct json *j;
	struct arena a;

	(void)state;
	arena_init(&a, 65536);
	j = parsed(&a, &p);
	assert_true(text_is(json_text(json_member(j, "type")), "/problems/busy"));
	assert_true(text_is(json_text(json_member(j, "title")), fault_title(FAULT_BUSY, true)));
	assert_null(json_member(j, "detail"));
	assert_null(json_member(j, "instance"));
	assert_null(json_member(j, "trace_id"));
	assert_null(json_member(j, "first_id"));
	arena_done(&a);
}

static struct text pointer_of(struct arena *a, struct problem *p, const struct finding *one)
{
	static struct findings all;

	findings_init(&all, a);
	findings_add(&all, one);
	all.more = 3;
	p->code = FAULT_RULE_BROKEN;
	p->findings = &all;
	return json_text(json_member(json_item(json_member(parsed(a, p), "errors"), 0), "pointer"));
}

static void points_in_the_senders_dialect(void **state)
{
	const struct message_def *def = message_def(DOC_ORDER, DIR_IMPORT);
	int at = field_index(def, F_ORDER_NO);
	const struct finding one = { .rule = RULE_REQUIRED, .field = &def->fields[at], .line = -1 };
	const struct finding member = { .rule = RULE_UNKNOWN_FIELD, .member = TEXT("or/der"), .line = -1 };
	struct arena a;

	(void)state;
	arena_init(&a, 65536);
	assert_true(text_is(pointer_of(&a, &(struct problem){ .node = -1 }, &one), "/order_no"));
	assert_true(text_is(pointer_of(&a, &(struct problem){ .node = 3 }, &one), "/3/order_no"));
	assert_true(text_is(pointer_of(&a, &(struct problem){ .node = 12 }, &member), "/12/or~1der"));
	assert_true(text_is(pointer_of(&a, &(struct problem){ .node = 3, .def = def }, &one), "/CEB311Message/Order[4]/OrderHead/orderNo"));
	arena_done(&a);
}

static void hears_the_language(void **state)
{
	static const struct { const char *header; bool chinese; } cases[] = {
		{ NULL, false }, { "", false }, { "zh", true }, { "zh-CN,zh;q=0.9,en;q=0.8", true }, { "en-GB,en;q=0.9,zh;q=0.8", false },
		{ "fr, zh;q=0.5", true }, { "ZH-hans", true }, { "zh;q=0", false }, { "zh;q=0.001", true }, { "en;q=0.2, zh;q=0.21", true },
		{ "*", false }, { "zhx", false }, { "de;q=1.0", false }, { ",,;;q", false }, { "zh;q=", false }, { "zh ; q=0.7 , en ; q=1", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++)
		if (problem_wants_chinese(text_of(cases[i].header)) != cases[i].chinese)
			fail_msg("%s", cases[i].header == NULL ? "(absent)" : cases[i].header);
}

static void knows_what_callers_can_see(void **state)
{
	enum fault_code code = FAULT_NONE;

	(void)state;
	assert_true(problem_by_slug(TEXT("busy"), &code) && code == FAULT_BUSY);
	assert_true(problem_by_slug(TEXT("stopping"), &code) && code == FAULT_STOPPING);
	assert_false(problem_by_slug(TEXT("none"), &code));
	assert_false(problem_by_slug(TEXT("config"), &code));
	assert_false(problem_by_slug(TEXT(""), &code));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(leaves_out_what_is_not_there),
		cmocka_unit_test(points_in_the_senders_dialect),
		cmocka_unit_test(hears_the_language),
		cmocka_unit_test(knows_what_callers_can_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
