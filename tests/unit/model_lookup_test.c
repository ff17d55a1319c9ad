/* What departments are asked by, what their answers mean on which day, and when an old one counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/clock.h"
#include "model/lookup.h"

#define NOW (INT64_C(1772416800) * US_PER_S) /* 2026-03-02 10:00 in Shanghai */
#define DAY 20514

static bool read_answer(struct arena *a, enum lookup_question q, const char *body, struct lookup_reading *out, struct fault *f)
{
	*f = (struct fault){ 0 };
	return lookup_read(a, q, text_of(body), NOW, out, f);
}

static void names_go_both_ways(void **state)
{
	enum lookup_question q;
	enum lookup_use u;

	(void)state;
	for (int i = 0; i < LOOKUP_QUESTION_COUNT; i++) {
		assert_true(lookup_by_name(text_of(lookup_name((enum lookup_question)i)), &q));
		assert_int_equal(q, i);
	}
	assert_false(lookup_by_name(TEXT("weather"), &q));
	assert_true(lookup_use_by_name(TEXT("check"), &u) && u == LOOKUP_CHECK);
	assert_false(lookup_use_by_name(TEXT("checks"), &u));
	assert_string_equal(lookup_member(LOOKUP_LICENCES), "licence_no");
	assert_int_equal(lookup_key_of(LOOKUP_IDENTITY), LOOKUP_PERSON);
}

static void keys(void **state)
{
	static const struct { enum lookup_question q; const char *key; bool good; } cases[] = {
		{ LOOKUP_GRADE, "91330100MA2T000237", true }, { LOOKUP_GRADE, "91330100MA2T000238", false }, { LOOKUP_GRADE, "", false },
		{ LOOKUP_REGISTRATION, "3301960ABC", true }, { LOOKUP_NEGATIVE_LIST, "1901101090", true }, { LOOKUP_NEGATIVE_LIST, "19011010", false },
		{ LOOKUP_LICENCES, "H20260001", true }, { LOOKUP_LICENCES, " H1", false }, { LOOKUP_CERTIFICATES, "\x01", false }, { LOOKUP_LICENCES, "国药准字H20260001", true },
		{ LOOKUP_LICENCES, "\xff", false }, { LOOKUP_LICENCES, "", false },
		{ LOOKUP_LICENCES, "012345678901234567890123456789012345678901234567890123456789012345", true },
		{ LOOKUP_LICENCES, "0123456789012345678901234567890123456789012345678901234567890123456", false },
		{ LOOKUP_IDENTITY, "0100112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", true },
		{ LOOKUP_IDENTITY, "320500190001010019", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++)
		if (lookup_key_is_good(cases[i].q, text_of(cases[i].key)) != cases[i].good)
			fail_msg("%s", cases[i].key);
}

/* Of the days before, on and after DAY: does it hit? */
static void what_stands_against_it(void **state)
{
	static const struct { enum lookup_question q; const char *body; bool before, on, after; } cases[] = {
		{ LOOKUP_NEGATIVE_LIST, "{\"found\":false}", false, false, false },
		{ LOOKUP_NEGATIVE_LIST, "{\"found\":true,\"listed\":false}", false, false, false },
		{ LOOKUP_NEGATIVE_LIST, "{\"found\":true,\"listed\":true,\"reason\":\"x\"}", true, true, true },
		{ LOOKUP_NEGATIVE_LIST, "{\"found\":true,\"listed\":true,\"valid_from\":\"2026-03-02\"}", false, true, true },
		{ LOOKUP_NEGATIVE_LIST, "{\"found\":true,\"listed\":true,\"valid_from\":\"2026-03-02\",\"valid_to\":\"2026-03-02\"}", false, true, false },
		{ LOOKUP_LICENCES, "{\"found\":false}", true, true, true },
		{ LOOKUP_LICENCES, "{\"found\":true,\"status\":\"valid\"}", false, false, false },
		{ LOOKUP_LICENCES, "{\"found\":true,\"status\":\"valid\",\"valid_from\":\"2026-03-02\",\"valid_to\":\"2026-03-02\"}", true, false, true },
		{ LOOKUP_CERTIFICATES, "{\"found\":true,\"status\":\"suspended\"}", true, true, true },
		{ LOOKUP_CERTIFICATES, "{\"found\":true,\"status\":\"of the future\",\"valid_to\":null}", true, true, true },
		{ LOOKUP_REGISTRATION, "{\"found\":true,\"level\":\"dishonest\"}", false, false, false },
		{ LOOKUP_ADVERSE_RECORDS, "{\"records\":[{\"kind\":\"penalty\"}]}", false, false, false },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct lookup_reading r;
		struct fault f;

		if (!read_answer(&a, cases[i].q, cases[i].body, &r, &f))
			fail_msg("%s: %s", cases[i].body, f.text);
		if (lookup_hits(&r, DAY - 1) != cases[i].before || lookup_hits(&r, DAY) != cases[i].on || lookup_hits(&r, DAY + 1) != cases[i].after)
			fail_msg("%s: %d %d %d", cases[i].body, lookup_hits(&r, DAY - 1), lookup_hits(&r, DAY), lookup_hits(&r, DAY + 1));
		assert_string_equal(r.kept.at, cases[i].body);
	}
	arena_done(&a);
}

static void what_is_no_answer(void **state)
{
	static const struct { enum lookup_question q; const char *body; } cases[] = {
		{ LOOKUP_GRADE, "" }, { LOOKUP_GRADE, "[]" }, { LOOKUP_GRADE, "{}" }, { LOOKUP_GRADE, "{\"found\":1}" }, { LOOKUP_GRADE, "{\"found\":true" },
		{ LOOKUP_NEGATIVE_LIST, "{\"found\":true}" }, { LOOKUP_NEGATIVE_LIST, "{\"found\":true,\"listed\":\"yes\"}" },
		{ LOOKUP_NEGATIVE_LIST, "{\"found\":true,\"listed\":true,\"valid_to\":\"2026-02-30\"}" }, { LOOKUP_LICENCES, "{\"found\":true}" },
		{ LOOKUP_LICENCES, "{\"found\":true,\"status\":\"valid\",\"valid_from\":7}" }, { LOOKUP_IDENTITY, "{\"result\":\"maybe\"}" },
		{ LOOKUP_IDENTITY, "{\"found\":true}" }, { LOOKUP_ADVERSE_RECORDS, "{\"records\":{}}" },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct lookup_reading r;
		struct fault f;

		assert_false(read_answer(&a, cases[i].q, cases[i].body, &r, &f));
		assert_int_equal(f.code, FAULT_BAD_JSON);
	}
	{
		static char longest[LOOKUP_ANSWER_MAX + 2] = "{\"found\":true}";
		struct text body = { longest, LOOKUP_ANSWER_MAX };
		struct fault f = { 0 };
		struct lookup_reading r;

		memset(longest + strlen(longest), ' ', sizeof(longest) - 1 - strlen(longest));
		assert_true(lookup_read(&a, LOOKUP_GRADE, body, NOW, &r, &f));
		body.len++;
		assert_false(lookup_read(&a, LOOKUP_GRADE, body, NOW, &r, &f));
	}
	arena_done(&a);
}

static void of_a_person_the_result_alone_is_kept(void **state)
{
	struct lookup_reading r;
	struct arena a;
	struct fault f;

	(void)state;
	arena_init(&a, 1 << 20);
	assert_true(read_answer(&a, LOOKUP_IDENTITY, "{\"result\":\"match\",\"name\":\"张三\",\"photo\":\"AAAA\",\"as_of\":\"2026-03-01T00:00:00+08:00\"}", &r, &f));
	assert_true(r.matches);
	assert_string_equal(r.kept.at, "{\"result\":\"match\"}");
	assert_true(r.as_of_us == NOW - 34 * US_PER_HOUR);
	assert_true(read_answer(&a, LOOKUP_IDENTITY, "{\"result\":\"not_found\",\"as_of\":\"2036-03-01T00:00:00+08:00\"}", &r, &f));
	assert_false(r.matches);
	assert_string_equal(r.kept.at, "{\"result\":\"not_found\"}");
	assert_true(r.as_of_us == NOW); /* nothing is known as of a time to come */
	arena_done(&a);
}

static void an_old_answer_counts_while_the_department_is_away(void **state)
{
	static const struct { bool has, failing, hit; int64_t age_s; enum lookup_standing standing; } cases[] = { /* valid 100 s, stale 50 s more */
		{ false, false, false, 0, LOOKUP_UNKNOWN }, { false, true, false, 0, LOOKUP_AWAY },
		{ true, false, false, 99, LOOKUP_GOOD }, { true, false, true, 99, LOOKUP_HIT }, { true, false, true, 100, LOOKUP_UNKNOWN },
		{ true, true, true, 100, LOOKUP_HIT }, { true, true, false, 149, LOOKUP_GOOD }, { true, true, false, 150, LOOKUP_AWAY },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct lookup_known k = { .has_answer = cases[i].has, .is_failing = cases[i].failing, .valid_until_us = NOW + 100 * US_PER_S,
			                  .shown_until_us = NOW + 150 * US_PER_S, .reading = { .hits_inside = cases[i].hit, .from = INT32_MIN, .to = INT32_MAX } };

		assert_int_equal(lookup_weigh(&k, DAY, NOW + cases[i].age_s * US_PER_S), cases[i].standing);
	}
}

static void rows_that_cannot_be_obeyed(void **state)
{
	(void)state;
	assert_null(lookup_rule_fault(&(struct lookup_rule){ .question = LOOKUP_NEGATIVE_LIST, .use = LOOKUP_CHECK }));
	assert_null(lookup_rule_fault(&(struct lookup_rule){ .question = LOOKUP_IDENTITY, .use = LOOKUP_ATTEST }));
	assert_null(lookup_rule_fault(&(struct lookup_rule){ .question = LOOKUP_CERTIFICATES, .use = LOOKUP_ASK }));
	assert_non_null(lookup_rule_fault(&(struct lookup_rule){ .question = LOOKUP_CERTIFICATES, .use = LOOKUP_CHECK }));
	assert_non_null(lookup_rule_fault(&(struct lookup_rule){ .question = LOOKUP_IDENTITY, .use = LOOKUP_ASK }));
	assert_non_null(lookup_rule_fault(&(struct lookup_rule){ .question = LOOKUP_GRADE, .use = LOOKUP_ATTEST }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(keys),
		cmocka_unit_test(what_stands_against_it),
		cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(of_a_person_the_result_alone_is_kept),
		cmocka_unit_test(an_old_answer_counts_while_the_department_is_away),
		cmocka_unit_test(rows_that_cannot_be_obeyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
