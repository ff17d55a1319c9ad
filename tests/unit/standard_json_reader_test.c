/* The JSON reader: what it takes, what it finds, what it refuses, and that nothing in between gets through. */
#include "standard_bench.h"

/* ---- what it takes ---- */

static const struct {
	const char *body, *canonical;
} taken[] = {
	/* members in any order, kind and direction last */
	{ "{\"lines\":[{\"total_price\":\"20.00\",\"price\":\"10.0\",\"quantity\":\"2.000\",\"currency\":\"502\",\"unit\":\"007\","
	  "\"item_name\":\"T\\u6064\",\"item_no\":\"A-1\",\"line_no\":1}],\"note\":\"a\\\"b\\\\c\\/d\\te\\n\",\"currency\":\"502\","
	  "\"freight\":\"0\",\"goods_value\":\"020\",\"merchant_name\":\"\\ud83d\\ude00 Shop\",\"merchant_code\":\"91320500MA1T00013G\","
	  "\"platform_name\":\"平台\",\"platform_code\":\"91330100MA2T000237\",\"order_no\":\"X/1%\",\"order_type\":\"E\","
	  "\"app_status\":\"2\",\"sent_at\":\"2026-03-02T02:11:12Z\",\"action\":\"add\","
	  "\"guid\":\"4CDE1CFD-EDED-46B1-946C-B8022E42FC94\",\"direction\":\"export\",\"kind\":\"order\"}",
	  "{\"guid\":\"4CDE1CFD-EDED-46B1-946C-B8022E42FC94\",\"sent_at\":\"2026-03-02T10:11:12+08:00\",\"standard\":\"1\","
	  "\"kind\":\"order\",\"direction\":\"export\",\"action\":\"add\",\"app_status\":\"2\",\"order_type\":\"E\",\"order_no\":\"X/1%\","
	  "\"platform_code\":\"91330100MA2T000237\",\"platform_name\":\"平台\",\"merchant_code\":\"91320500MA1T00013G\","
	  "\"merchant_name\":\"😀 Shop\",\"goods_value\":\"20\",\"freight\":\"0\",\"currency\":\"502\",\"note\":\"a\\\"b\\\\c/d\\te\\n\","
	  "\"lines\":[{\"line_no\":1,\"item_no\":\"A-1\",\"item_name\":\"T恤\",\"unit\":\"007\",\"currency\":\"502\",\"quantity\":\"2\","
	  "\"price\":\"10\",\"total_price\":\"20\"}]}" },
	/* white space everywhere, an escaped member name, optional members empty */
	{ " {\r\n\t\"kind\" : \"waybill_status\" , \"dire\\u0063tion\":\"import\",\"standard\":\"1\",\n \"guid\":"
	  "\"4CDE1CFD-EDED-46B1-946C-B8022E42FC94\",\"action\":\"change\",\"sent_at\":\"2026-03-02T10:11:12.999+08:00\","
	  "\"app_status\":\"2\",\"carrier_code\":\"91441800MA5T00045D\",\"carrier_name\":\"物流\",\"waybill_no\":\"RR473124829CN\","
	  "\"waybill_status\":\"S\",\"waybill_status_at\":\"2026-03-01T00:00:00+08:00\",\"note\":\"\"} \n",
	  "{\"guid\":\"4CDE1CFD-EDED-46B1-946C-B8022E42FC94\",\"sent_at\":\"2026-03-02T10:11:12+08:00\",\"standard\":\"1\","
	  "\"kind\":\"waybill_status\",\"direction\":\"import\",\"action\":\"change\",\"app_status\":\"2\","
	  "\"carrier_code\":\"91441800MA5T00045D\",\"carrier_name\":\"物流\",\"waybill_no\":\"RR473124829CN\",\"waybill_status\":\"S\","
	  "\"waybill_status_at\":\"2026-03-01T00:00:00+08:00\"}" },
	/* an integer as text */
	{ "{\"kind\":\"waybill\",\"direction\":\"export\",\"guid\":\"4CDE1CFD-EDED-46B1-946C-B8022E42FC94\",\"action\":\"delete\","
	  "\"sent_at\":\"2026-03-02T10:11:12+08:00\",\"app_status\":\"2\",\"carrier_code\":\"91441800MA5T00045D\","
	  "\"carrier_name\":\"物流\",\"waybill_no\":\"RR473124829CN\",\"freight\":\"1.50000\",\"insured_fee\":\"0.00\","
	  "\"currency\":\"502\",\"gross_weight\":\"2.30\",\"pack_count\":\"003\",\"goods_info\":\"T恤\"}",
	  "{\"guid\":\"4CDE1CFD-EDED-46B1-946C-B8022E42FC94\",\"sent_at\":\"2026-03-02T10:11:12+08:00\",\"standard\":\"1\","
	  "\"kind\":\"waybill\",\"direction\":\"export\",\"action\":\"delete\",\"app_status\":\"2\","
	  "\"carrier_code\":\"91441800MA5T00045D\",\"carrier_name\":\"物流\",\"waybill_no\":\"RR473124829CN\",\"freight\":\"1.5\","
	  "\"insured_fee\":\"0\",\"currency\":\"502\",\"gross_weight\":\"2.3\",\"pack_count\":3,\"goods_info\":\"T恤\"}" },
};

static void canonical_texts_are_as_written_here(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(taken); i++) {
		assert_true(bench_read_checked(b, text_of(taken[i].body)));
		assert_int_equal(b->m.node_count, 1);
		assert_false(b->m.is_batch);
		bench_assert_clean(b);
		bench_assert_text(b, bench_canonical(b, b->m.nodes[0].doc, NULL), taken[i].canonical);
	}
}

static void round_trip(struct bench *b, enum doc_kind kind, enum direction d)
{
	struct fixture fix;
	struct text first, second;
	struct sha256 one, two;
	struct document *again;

	fixture_init(&fix);
	assert_true(bench_read_checked(b, fixture_json(&b->arena, &fix, kind, d)));
	bench_assert_clean(b);
	first = bench_canonical(b, b->m.nodes[0].doc, &one);
	again = document_read(&b->arena, first);
	assert_non_null(again);
	second = bench_canonical(b, again, &two);
	assert_string_equal(bench_cstr(b, second), bench_cstr(b, first));
	assert_memory_equal(&one, &two, sizeof(one));
}

static void every_message_comes_back_from_its_canonical_text(void **state)
{
	bench_each_message(*state, round_trip);
}

static void a_damaged_canonical_text_is_no_document(void **state)
{
	static const char *const damaged[] = {
		"", "{}", "[]", "null", "{\"kind\":\"order\"}", "{\"kind\":\"order\",\"direction\":\"import\",\"x\":\"1\"}",
		"[{\"kind\":\"order\",\"direction\":\"import\"}]", "{\"kind\":\"order\",\"direction\":\"import\"}}",
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(damaged); i++)
		assert_null(document_read(&b->arena, text_of(damaged[i])));
	assert_non_null(document_read(&b->arena, TEXT("{\"kind\":\"order\",\"direction\":\"import\"}")));
}

/* ---- what it finds ---- */

#define ORDER "{\"kind\":\"order\",\"direction\":\"import\","

static const struct {
	const char *body, *findings;
} found[] = {
	{ "{}", "filing.kind /kind; filing.kind /direction" },
	{ "{\"kind\":\"order\"}", "filing.kind /direction" },
	{ "{\"kind\":\"Order\",\"direction\":\"import\"}", "filing.kind /kind" },
	{ "{\"kind\":\"waybill_status\",\"direction\":\"export\"}", "filing.kind /kind" },
	{ "{\"kind\":null,\"direction\":7}", "field.type /kind; field.type /direction" },
	{ "{\"order_no\":\"1\",\"x\":{\"kind\":\"order\"},\"direction\":\"import\"}", "filing.kind /kind" },
	{ "{\"kind\":\"order\",\"kind\":\"order\",\"direction\":\"import\"}", "field.duplicate /kind" },
	{ ORDER "\"standard\":\"2\"}", "field.value /standard" },
	{ ORDER "\"standard\":1}", "field.type /standard" },
	{ ORDER "\"order_no\":\"1\",\"order_no\":\"1\"}", "field.duplicate /order_no" },
	{ ORDER "\"order_no\":\"1\",\"order\\u005fno\":\"2\"}", "field.duplicate /order_no" },
	{ ORDER "\"order_no\":null,\"order_no\":\"2\"}", "field.type /order_no; field.duplicate /order_no" },
	{ ORDER "\"orderNo\":\"1\"}", "field.unknown /orderNo" },
	{ ORDER "\"a/b~c\":{\"deep\":[1,2,{}]}}", "field.unknown /a~1b~0c" },
	{ ORDER "\"waybill_no\":\"1\"}", "field.unknown /waybill_no" }, /* of another message */
	{ ORDER "\"goods_value\":12.5}", "field.type /goods_value" },
	{ ORDER "\"goods_value\":true,\"note\":false}", "field.type /goods_value; field.type /note" },
	{ ORDER "\"goods_value\":{},\"note\":[]}", "field.type /goods_value; field.type /note" },
	{ ORDER "\"lines\":{}}", "field.type /lines" },
	{ ORDER "\"lines\":[],\"lines\":[]}", "field.duplicate /lines" },
	{ ORDER "\"lines\":[{\"line_no\":1.0}]}", "field.type /lines/0/line_no" },
	{ ORDER "\"lines\":[{\"line_no\":1e0},{\"line_no\":true}]}", "field.type /lines/0/line_no; field.type /lines/1/line_no" },
	{ ORDER "\"lines\":[{},7,{\"qty\":\"1\"},{\"unit\":\"1\",\"unit\":\"1\"}]}",
	  "field.type /lines/1; field.unknown /lines/2/qty; field.duplicate /lines/3/unit" },
	{ "{\"kind\":\"payment\",\"direction\":\"import\",\"lines\":[]}", "field.unknown /lines" },
};

static void findings_are_as_written_here(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(found); i++) {
		assert_true(bench_read(b, text_of(found[i].body)));
		assert_string_equal(bench_findings(b, 0), found[i].findings);
	}
}

static void a_finding_tells_what_was_due_and_what_came(void **state)
{
	struct bench *b = *state;
	const struct finding *f;

	assert_true(bench_read(b, TEXT(ORDER "\"freight\":12.50,\"lines\":[{\"line_no\":{}}]}")));
	f = b->m.nodes[0].findings->list;
	assert_string_equal(f[0].expected, "a string");
	bench_assert_text(b, f[0].got, "12.50");
	assert_string_equal(f[1].expected, "an integer");
	bench_assert_text(b, f[1].got, "an object");
}

/* One mistake, one finding: the check does not miss what reading refused. */
static void the_check_adds_what_reading_could_not_see(void **state)
{
	struct bench *b = *state;
	const char *told;

	assert_true(bench_read_checked(b, TEXT(ORDER "\"freight\":12.50,\"lines\":7,\"currency\":\"999\"}")));
	told = bench_findings(b, 0);
	assert_non_null(strstr(told, "field.type /freight; field.type /lines"));
	assert_non_null(strstr(told, "field.code /currency"));
	assert_non_null(strstr(told, "field.required /order_no"));
	assert_null(strstr(told, "field.required /freight"));
	assert_null(strstr(told, "filing.lines-none"));
}

static void findings_are_limited_and_the_rest_is_counted(void **state)
{
	struct bench *b = *state;
	struct buf body;

	buf_init(&body, &b->arena, 4096);
	buf_str(&body, ORDER "\"x\":1");
	for (int i = 0; i < 99; i++)
		buf_printf(&body, ",\"x%d\":1", i);
	buf_char(&body, '}');
	assert_true(bench_read(b, buf_as_text(&body)));
	assert_int_equal(b->m.nodes[0].findings->count, FINDINGS_MAX);
	assert_int_equal(b->m.nodes[0].findings->more, 100 - FINDINGS_MAX);
}

static void one_line_too_many_is_kept_for_the_check(void **state)
{
	struct bench *b = *state;
	struct fixture fix;
	struct text order;
	struct buf body;

	fixture_init(&fix);
	order = fixture_json(&b->arena, &fix, DOC_ORDER, DIR_IMPORT);
	buf_init(&body, &b->arena, 4096);
	buf_put(&body, order.at, (size_t)(strstr(order.at, "\"lines\":[") - order.at));
	buf_str(&body, "\"lines\":[{}");
	for (int i = 1; i < 150; i++)
		buf_str(&body, ",{}");
	buf_str(&body, "]}");
	assert_true(bench_read_checked(b, buf_as_text(&body)));
	assert_int_equal(b->m.nodes[0].doc->line_count, 100);
	assert_string_equal(bench_findings(b, 0), "filing.lines-too-many /lines");
}

/* ---- batches ---- */

static struct text batch(struct bench *b, int count)
{
	struct buf body;

	buf_init(&body, &b->arena, 4096);
	buf_char(&body, '[');
	for (int i = 0; i < count; i++)
		buf_str(&body, i == 0 ? ORDER "\"order_no\":\"1\"}" : "," ORDER "\"order_no\":\"1\"}");
	buf_char(&body, ']');
	return buf_as_text(&body);
}

static void a_batch_holds_one_to_a_hundred(void **state)
{
	struct bench *b = *state;

	assert_true(bench_read(b, batch(b, 1)));
	assert_true(b->m.is_batch);
	assert_int_equal(b->m.node_count, 1);
	assert_true(bench_read(b, batch(b, NODES_MAX)));
	assert_int_equal(b->m.node_count, NODES_MAX);
	bench_assert_clean(b);
	assert_false(bench_read(b, batch(b, NODES_MAX + 1)));
	assert_int_equal(b->f.code, FAULT_TOO_LARGE);
	assert_false(bench_read(b, TEXT(" [ ] ")));
	assert_int_equal(b->f.code, FAULT_BAD_JSON);
}

static void a_bad_node_spoils_no_other(void **state)
{
	struct bench *b = *state;

	assert_true(bench_read(b, TEXT("[" ORDER "\"note\":\"1\"},7,[[]],{\"kind\":1}," ORDER "\"x\":1},{\"direction\":\"export\","
	                               "\"note\":\"2\",\"kind\":\"payment\"}]")));
	assert_int_equal(b->m.node_count, 6);
	assert_string_equal(bench_findings(b, 0), "");
	assert_string_equal(bench_findings(b, 1), "filing.kind ");
	assert_null(b->m.nodes[1].doc);
	assert_string_equal(bench_findings(b, 2), "filing.kind ");
	assert_string_equal(bench_findings(b, 3), "field.type /kind; filing.kind /direction");
	assert_string_equal(bench_findings(b, 4), "field.unknown /x");
	assert_non_null(b->m.nodes[4].doc);
	assert_string_equal(bench_findings(b, 5), "");
	assert_int_equal(b->m.nodes[5].doc->def->number, 403);
	bench_assert_text(b, document_get(b->m.nodes[5].doc, F_NOTE), "2");
}

/* ---- what it refuses ---- */

static const struct {
	const char *body, *text; /* of the fault */
} refused[] = {
	{ "", "byte 0: an object or an array" },
	{ "7", "byte 0: an object or an array" },
	{ "\"kind\"", "byte 0: an object or an array" },
	{ "\xEF\xBB\xBF{}", "byte 0: an object or an array" },
	{ "{} {}", "byte 3: the end of the text" },
	{ "{},", "byte 2: the end of the text" },
	{ "{\"a\":1,}", "byte 7: a member name" },
	{ "{,}", "byte 1: a member name" },
	{ "{a:1}", "byte 1: a member name" },
	{ "{'a':1}", "byte 1: a member name" },
	{ "{\"a\" 1}", "byte 5: a colon" },
	{ "{\"a\":1 \"b\":1}", "byte 7: a comma or a closing brace" },
	{ "{\"a\":}", "byte 5: a value" },
	{ "{\"a\":nul}", "byte 5: a value" },
	{ "{\"a\":nullx}", "byte 9: a comma or a closing brace" },
	{ "{\"a\":True}", "byte 5: a value" },
	{ "{\"a\":01}", "byte 6: a comma or a closing brace" },
	{ "{\"a\":+1}", "byte 5: a value" },
	{ "{\"a\":-}", "byte 6: a value" },
	{ "{\"a\":.5}", "byte 5: a value" },
	{ "{\"a\":1.}", "byte 7: a digit" },
	{ "{\"a\":1e}", "byte 7: a digit" },
	{ "{\"a\":1e+}", "byte 8: a digit" },
	{ "{\"a\":NaN}", "byte 5: a value" },
	{ "{\"a\":[1,]}", "byte 8: a value" },
	{ "{\"a\":[1 2]}", "byte 8: a comma or a closing bracket" },
	{ "[{}}", "byte 3: a comma or a closing bracket" },
	{ "{\"a\":1} // note", "byte 8: the end of the text" },
	{ "{/**/\"a\":1}", "byte 1: a member name" },
	{ "{\"a\":\"\x01\"}", "byte 6: a closing quote" },
	{ "{\"a\":\"\n\"}", "byte 6: a closing quote" },
	{ "{\"a\":\"x\\n\t\"}", "byte 9: a closing quote" },
	{ "{\"a\":\"\\x41\"}", "byte 7: one of the escapes" },
	{ "{\"a\":\"\\", "byte 7: one of the escapes" },
	{ "{\"a\":\"\\u12\"}", "byte 8: four hexadecimal digits" },
	{ "{\"a\":\"\\u00g0\"}", "byte 8: four hexadecimal digits" },
	{ "{\"a\":\"\\u0000\"}", "byte 8: a character" },
	{ "{\"a\":\"\\udc00\"}", "byte 8: a character" },
	{ "{\"a\":\"\\ud800\"}", "the second half of a surrogate pair" },
	{ "{\"a\":\"\\ud800\\u0041\"}", "the second half of a surrogate pair" },
	{ "{\"a\":\"\\ud800\\ud800\"}", "the second half of a surrogate pair" },
	{ "{\"a\":\"\x80\"}", "byte 6: not UTF-8" },
	{ "{\"a\":\"\xC0\xAF\"}", "byte 6: not UTF-8" },
	{ "{\"a\":\"\xE0\x80\xAF\"}", "byte 6: not UTF-8" },
	{ "{\"a\":\"\xED\xA0\x80\"}", "byte 6: not UTF-8" },
	{ "{\"a\":\"\xF4\x90\x80\x80\"}", "byte 6: not UTF-8" },
	{ "{\"a\":\"\xE4\xBD\"}", "byte 6: not UTF-8" },
	{ "{\"a\":\"12345678\xFF\"}", "byte 14: not UTF-8" },
};

static void what_is_no_json_is_refused_with_its_place(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(refused); i++) {
		assert_false(bench_read(b, text_of(refused[i].body)));
		assert_int_equal(b->f.code, FAULT_BAD_JSON);
		if (strstr(b->f.text, refused[i].text) == NULL)
			fail_msg("%s: %s", refused[i].body, b->f.text);
	}
	assert_false(bench_read(b, TEXT("{\"a\":\"1\0002\"}")));
	assert_string_equal(b->f.text, "byte 7: not UTF-8, or NUL");
	assert_false(bench_read(b, TEXT("{\0}")));
}

static struct text nested(struct bench *b, const char *before, int levels, const char *open, const char *close)
{
	struct buf body;

	buf_init(&body, &b->arena, 4096);
	buf_str(&body, before);
	for (int i = 0; i < levels; i++)
		buf_str(&body, open);
	buf_char(&body, '1');
	for (int i = 0; i < levels; i++)
		buf_str(&body, close);
	if (before[0] == '{')
		buf_char(&body, '}');
	return buf_as_text(&body);
}

static void depth_is_limited(void **state)
{
	struct bench *b = *state;

	assert_true(bench_read(b, nested(b, "{\"a\":", 31, "[", "]")));
	assert_false(bench_read(b, nested(b, "{\"a\":", 32, "[", "]")));
	assert_string_equal(b->f.text, "byte 36: a nesting of at most 32 levels was due");
	assert_true(bench_read(b, nested(b, ORDER "\"a\":", 31, "{\"a\":", "}")));
	assert_false(bench_read(b, nested(b, ORDER "\"a\":", 1000, "{\"a\":", "}")));
	assert_int_equal(b->f.code, FAULT_BAD_JSON);
	assert_false(bench_read(b, nested(b, "", 1000, "[", "]")));
	assert_int_equal(b->f.code, FAULT_BAD_JSON);
}

/* ---- no part of a filing is a filing ---- */

static struct text exact_copy(struct text t)
{
	char *bytes = malloc(t.len + (t.len == 0)); /* so that a sanitizer sees the first byte read beyond it */

	assert_non_null(bytes);
	memcpy(bytes, t.at, t.len);
	return (struct text){ bytes, t.len };
}

static void truncated_at_any_byte_it_is_refused(void **state)
{
	struct bench *b = *state;
	struct text body = text_of(taken[0].body);

	for (size_t len = 0; len < body.len; len++) {
		struct text part = exact_copy((struct text){ body.at, len });

		assert_false(bench_read(b, part));
		assert_int_equal(b->f.code, FAULT_BAD_JSON);
		free((char *)part.at);
	}
}

/* Any byte replaced by any of these: it may be taken, but never crash, and what is taken has a canonical form. */
static void with_one_byte_changed_it_never_crashes(void **state)
{
	static const char bytes[] = "\"\\{}[]:,0-.eu\x01\x80\xEF";
	struct bench *b = *state;
	struct text original = text_of(taken[0].body);

	for (size_t at = 0; at < original.len; at++) {
		for (size_t k = 0; k < sizeof(bytes); k++) {
			struct text body = exact_copy(original);

			((char *)body.at)[at] = bytes[k];
			if (bench_read(b, body) && b->m.nodes[0].findings == NULL)
				assert_non_null(document_read(&b->arena, bench_canonical(b, b->m.nodes[0].doc, NULL)));
			free((char *)body.at);
			arena_done(&b->arena);
		}
	}
}

static void any_allocation_may_fail(void **state)
{
	struct bench *b = *state;
	bool done = false;

	for (long n = 1; !done; n++) {
		struct text body = text_of(taken[0].body);

		assert_in_range(n, 1, 200);
		arena_done(&b->arena);
		arena_fail_nth(n);
		done = bench_read_checked(b, body) && !b->arena.full;
		if (!done && b->f.code != FAULT_NONE)
			assert_int_equal(b->f.code, FAULT_BUSY);
		if (!done)
			assert_true(b->arena.full);
	}
	arena_fail_nth(0);
	bench_assert_clean(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(canonical_texts_are_as_written_here),
		BENCH_TEST(every_message_comes_back_from_its_canonical_text),
		BENCH_TEST(a_damaged_canonical_text_is_no_document),
		BENCH_TEST(findings_are_as_written_here),
		BENCH_TEST(a_finding_tells_what_was_due_and_what_came),
		BENCH_TEST(the_check_adds_what_reading_could_not_see),
		BENCH_TEST(findings_are_limited_and_the_rest_is_counted),
		BENCH_TEST(one_line_too_many_is_kept_for_the_check),
		BENCH_TEST(a_batch_holds_one_to_a_hundred),
		BENCH_TEST(a_bad_node_spoils_no_other),
		BENCH_TEST(what_is_no_json_is_refused_with_its_place),
		BENCH_TEST(depth_is_limited),
		BENCH_TEST(truncated_at_any_byte_it_is_refused),
		BENCH_TEST(with_one_byte_changed_it_never_crashes),
		BENCH_TEST(any_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
