/* Registers and what is answered from them: by key, by the longest beginning, as a list, of a person; built in where nobody was told of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "fixture.h"
#include "mock/query.h"

#define NOW "2026-11-29T10:00:00+08:00"
#define TODAY ",\"as_of\":\"2026-11-29T00:00:00+08:00\"}"
#define TOLD ",\"as_of\":\"" NOW "\"}"

struct bench {
	struct arena arena;
	struct mock_register r;
	struct fault f;
	int64_t now_us;
};

static int setup(void **state)
{
	static struct bench b;

	b = (struct bench){ .now_us = 0 };
	arena_init(&b.arena, 4 << 20);
	assert_true(clock_parse_rfc3339(TEXT(NOW), &b.now_us));
	*state = &b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	register_clear(&b->r);
	arena_done(&b->arena);
	return 0;
}

static bool put(struct bench *b, enum authority a, const char *name, const char *json)
{
	b->f = (struct fault){ 0 };
	return register_put(&b->r, query_def(a, text_of(name)), text_of(json), b->now_us, &b->f);
}

static const char *ask(struct bench *b, enum authority a, const char *name, const char *asked)
{
	const struct query_def *def = query_def(a, text_of(name));
	struct buf out;

	assert_non_null(def);
	b->f = (struct fault){ 0 };
	buf_init(&out, &b->arena, 512);
	if (!query_answer(&out, a, def, &b->r, json_parse(&b->arena, text_of(asked), &b->f), b->now_us, &b->f))
		return b->f.text;
	return out.at;
}

static void a_row_or_what_is_built_in(void **state)
{
	struct bench *b = *state;

	assert_string_equal(ask(b, AUTHORITY_CIQ, "certificates", "{\"certificate_no\":\"C1\"}"),
	                    "{\"authority\":\"CIQ\",\"query\":\"certificates\",\"certificate_no\":\"C1\",\"found\":true,\"status\":\"valid\",\"scheme\":\"CCC\","
	                    "\"valid_from\":\"2024-01-01\",\"valid_to\":\"2029-12-31\"" TODAY);
	assert_true(put(b, AUTHORITY_CIQ, "certificates", "{\"rows\":[{\"certificate_no\":\"C1\",\"status\":\"withdrawn\"},{\"certificate_no\":\"C1\",\"status\":\"expired\"}],"
	                                                  "\"unknown\":\"not-found\"}"));
	assert_int_equal(b->r.count, 1); /* the newest stands */
	assert_string_equal(ask(b, AUTHORITY_CIQ, "certificates", "{\"certificate_no\":\"C1\"}"),
	                    "{\"authority\":\"CIQ\",\"query\":\"certificates\",\"certificate_no\":\"C1\",\"found\":true,\"status\":\"expired\"" TOLD);
	assert_string_equal(ask(b, AUTHORITY_CIQ, "certificates", "{\"certificate_no\":\"C2\"}"),
	                    "{\"authority\":\"CIQ\",\"query\":\"certificates\",\"certificate_no\":\"C2\",\"found\":false" TODAY);
	assert_string_equal(ask(b, AUTHORITY_CIQ, "certificates", "{}"), "certificate_no is missing");
	register_clear(&b->r);
	assert_string_equal(ask(b, AUTHORITY_FX, "directory", "{\"code\":\"A\"}"),
	                    "{\"authority\":\"FX\",\"query\":\"directory\",\"code\":\"A\",\"found\":true,\"registered\":true,\"class\":\"A\","
	                    "\"class_since\":\"2024-01-01\"" TODAY);
	assert_non_null(strstr(ask(b, AUTHORITY_CIQ, "certificates", "{\"certificate_no\":\"C2\"}"), "\"found\":true"));
}

static void the_negative_list_goes_by_heading(void **state)
{
	struct bench *b = *state;

	assert_true(put(b, AUTHORITY_CIQ, "negative-list", "{\"rows\":[{\"hs_code\":\"0511\",\"reason\":\"animal products\"},"
	                                                   "{\"hs_code\":\"051191\",\"listed\":false,\"as_of\":\"2026-01-01T00:00:00+08:00\"}]}"));
	assert_string_equal(ask(b, AUTHORITY_CIQ, "negative-list", "{\"hs_code\":\"0511100000\"}"),
	                    "{\"authority\":\"CIQ\",\"query\":\"negative-list\",\"hs_code\":\"0511100000\",\"found\":true,\"listed\":true,\"reason\":\"animal products\"" TOLD);
	assert_non_null(strstr(ask(b, AUTHORITY_CIQ, "negative-list", "{\"hs_code\":\"0511911190\"}"), "\"listed\":false,\"as_of\":\"2026-01-01"));
	assert_non_null(strstr(ask(b, AUTHORITY_CIQ, "negative-list", "{\"hs_code\":\"6109100010\"}"), "\"listed\":false" TODAY));
}

static void adverse_records_are_a_list(void **state)
{
	struct bench *b = *state;

	assert_non_null(strstr(ask(b, AUTHORITY_SAMR, "adverse-records", "{\"code\":\"A\"}"), "\"records\":[]" TODAY));
	assert_true(put(b, AUTHORITY_SAMR, "adverse-records", "{\"rows\":[{\"code\":\"A\",\"record_no\":\"1\",\"kind\":\"penalty\",\"is_repaired\":true},"
	                                                      "{\"code\":\"B\",\"record_no\":\"2\"},{\"code\":\"A\",\"record_no\":\"3\"}]}"));
	assert_string_equal(ask(b, AUTHORITY_SAMR, "adverse-records", "{\"code\":\"A\"}"),
	                    "{\"authority\":\"SAMR\",\"query\":\"adverse-records\",\"code\":\"A\",\"records\":[{\"authority\":\"SAMR\",\"record_no\":\"1\",\"kind\":\"penalty\","
	                    "\"is_repaired\":true},{\"authority\":\"SAMR\",\"record_no\":\"3\"}]" TOLD);
}

static void a_person_matches_or_not(void **state)
{
	static const struct { const char *number, *name, *result; } cases[] = {
		{ FIXTURE_BUYER_ID, "李小明", "match" }, { FIXTURE_BUYER_ID, "李小红", "mismatch" },
		{ FIXTURE_OTHER_ID, "王芳", "match" /* built in: the number exists */ }, { "320500190001010018", "王芳", "not_found" },
	};
	struct bench *b = *state;

	assert_true(query_def(AUTHORITY_POL, TEXT("identity"))->is_personal);
	assert_true(put(b, AUTHORITY_POL, "identity", "{\"rows\":[{\"id_number\":\"" FIXTURE_BUYER_ID "\",\"name\":\"李小明\"}]}"));
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct buf asked;

		buf_init(&asked, &b->arena, 200);
		buf_printf(&asked, "{\"id_number\":\"%s\",\"name\":\"%s\",\"purpose\":\"order\"}", cases[i].number, cases[i].name);
		assert_non_null(strstr(ask(b, AUTHORITY_POL, "identity", asked.at), cases[i].result));
		assert_null(strstr(ask(b, AUTHORITY_POL, "identity", asked.at), cases[i].number));
	}
	assert_string_equal(ask(b, AUTHORITY_POL, "identity", "{\"id_number\":\"1\",\"name\":\"x\"}"), "purpose is missing");
}

static void all_or_nothing_of_a_put(void **state)
{
	static const char *const wrong[] = {
		"", "[]x", "{\"rows\":{}}", "{\"rows\":[{}]}", "{\"rows\":[{\"code\":\"A\"},{\"level\":\"regular\"}]}", "{\"rows\":[{\"code\":\"A\",\"level\":\"best\"}]}",
		"{\"rows\":[{\"code\":\"A\",\"registered\":1}]}", "{\"rows\":[{\"code\":\"A\",\"valid_to\":\"2026-02-30\"}]}", "{\"rows\":[{\"code\":\"A\",\"x\":\"y\"}]}",
		"{\"unknown\":\"maybe\"}",
	};
	struct bench *b = *state;

	assert_null(query_def(AUTHORITY_TAX, TEXT("registration")));
	assert_true(put(b, AUTHORITY_CUS, "registration", "{\"rows\":[{\"code\":\"A\",\"level\":\"dishonest\"}]}"));
	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		assert_false(put(b, AUTHORITY_CUS, "registration", wrong[i]));
		assert_int_not_equal(b->f.code, FAULT_NONE);
		assert_int_equal(b->r.count, 1);
	}
	assert_non_null(strstr(ask(b, AUTHORITY_CUS, "registration", "{\"code\":\"A\"}"), "\"registered\":true,\"level\":\"dishonest\""));
}

static void what_is_shown_can_be_put(void **state)
{
	struct bench *b = *state;
	const struct query_def *def = query_def(AUTHORITY_NMPA, TEXT("licences"));
	struct mock_register other = { .count = 0 };
	struct buf shown, again;

	assert_true(put(b, AUTHORITY_NMPA, "licences", "{\"rows\":[{\"licence_no\":\"国药准字\\\"1\",\"scope\":\"retail\"},{\"licence_no\":\"2\"}],\"unknown\":\"not-found\"}"));
	buf_init(&shown, &b->arena, 512);
	register_show(&shown, &b->r, def);
	assert_true(register_put(&other, def, buf_as_text(&shown), 0, &b->f));
	buf_init(&again, &b->arena, 512);
	register_show(&again, &other, def);
	assert_string_equal(shown.at, again.at);
	register_clear(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_or_what_is_built_in, setup, teardown),
		cmocka_unit_test_setup_teardown(the_negative_list_goes_by_heading, setup, teardown),
		cmocka_unit_test_setup_teardown(adverse_records_are_a_list, setup, teardown),
		cmocka_unit_test_setup_teardown(a_person_matches_or_not, setup, teardown),
		cmocka_unit_test_setup_teardown(all_or_nothing_of_a_put, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_shown_can_be_put, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
