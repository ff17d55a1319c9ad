/* From lines to results without a server: who becomes a candidate, and how each outcome is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "api/filings_judge.h"
#include "base/json.h"
#include "fixture.h"

static const struct text codes[] = { { FIXTURE_PLATFORM, sizeof(FIXTURE_PLATFORM) - 1 } };
static const struct client client = { .id = 7, .role = ROLE_ENTERPRISE, .codes = codes, .code_count = 1 };

struct lines_bench {
	struct arena arena;
	struct rules rules;
	struct rights *rights;
	struct filing_work w;
	struct intake_submission s;
};

static int setup(void **state)
{
	struct lines_bench *b = calloc(1, sizeof(*b));

	arena_init(&b->arena, 16 << 20);
	b->rules.book = fixture_codebook();
	b->rights = rights_new(1 << 20);
	assert_true(rights_seal(b->rights));
	b->w = (struct filing_work){ .arena = &b->arena, .client = &client, .rules = &b->rules, .rights = b->rights, .form = FORM_LINES, .line_bytes = 100000,
		                     .base = TEXT("https://gate.example") };
	assert_true(clock_parse_rfc3339(TEXT(FIXTURE_SENT_AT), &b->w.now_us));
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct lines_bench *b = *state;

	codebook_free(b->rules.book);
	rights_free(b->rights);
	arena_done(&b->arena);
	free(b);
	return 0;
}

/* An order that may be filed, one of an enterprise that is not the client's, one that breaks a rule, and no JSON. */
static void four_lines(struct lines_bench *b)
{
	struct fixture mine, other;
	struct fault f = { 0 };
	struct ndjson n;
	struct buf body;

	fixture_init(&mine);
	fixture_init(&other);
	other.platform = other.merchant = FIXTURE_CARRIER;
	buf_init(&body, &b->arena, 8192);
	buf_text(&body, fixture_json(&b->arena, &mine, DOC_ORDER, DIR_IMPORT));
	buf_char(&body, '\n');
	buf_text(&body, fixture_json(&b->arena, &other, DOC_ORDER, DIR_IMPORT));
	buf_str(&body, "\n\n{\"kind\":\"order\",\"direction\":\"import\"}\n{\n");
	ndjson_begin(&n, buf_as_text(&body), 1);
	assert_true(ndjson_cut(&n, NODES_MAX, SIZE_MAX, &b->w.piece));
	b->w.body = b->w.piece.body;
	assert_true(filings_read(&b->w, &f));
	assert_true(filings_choose(&b->w, &b->s));
}

static const struct json *result(struct lines_bench *b, int i)
{
	struct fault f = { 0 };
	const struct json *j;
	struct buf said;

	buf_init(&said, &b->arena, 64);
	filings_put_result(&said, &b->w, i);
	assert_false(said.full);
	assert_null(memchr(said.at, '\n', said.len)); /* a result is a line */
	j = json_parse(&b->arena, buf_as_text(&said), &f);
	if (j == NULL)
		fail_msg("%s: %s", f.text, said.at);
	return j;
}

static void assert_result(struct lines_bench *b, int i, int64_t line, int64_t status, const char *member)
{
	const struct json *j = result(b, i);
	int64_t n = -1;

	assert_true(json_i64(json_member(j, "line"), &n));
	assert_int_equal(n, line);
	assert_true(json_i64(json_member(j, "status"), &n));
	assert_int_equal(n, status);
	assert_non_null(json_member(j, member));
}

static void only_what_may_be_filed_is_a_candidate(void **state)
{
	struct lines_bench *b = *state;

	four_lines(b);
	assert_int_equal(b->s.candidate_count, 1);
	assert_ptr_equal(b->w.nodes[0].candidate, &b->s.candidates[0]);
	assert_true(text_is(b->s.candidates[0].filer, FIXTURE_PLATFORM));
	assert_int_equal(b->s.client_id, 7);
	assert_string_equal(b->s.media_type, "application/x-ndjson");
	assert_true(text_eq(b->s.body, b->w.piece.body));
	for (int i = 1; i < 4; i++)
		assert_null(b->w.nodes[i].candidate);
}

static void each_line_is_told_by_its_number(void **state)
{
	struct lines_bench *b = *state;
	struct filing_tally t = { 0 };

	four_lines(b);
	b->s.candidates[0].outcome = INTAKE_STORED;
	b->s.candidates[0].receipt = TEXT("{\"id\":\"x\"}");
	assert_result(b, 0, 1, 201, "receipt");
	assert_result(b, 1, 2, 403, "problem");
	assert_result(b, 2, 4, 422, "problem");
	assert_result(b, 3, 5, 400, "problem");
	filings_count(&t, &b->w);
	assert_int_equal(t.all, 4);
	assert_int_equal(t.created, 1);
	assert_int_equal(t.good, 1);
	assert_int_equal(t.unavailable, 0);
}

static void every_outcome_of_intake_has_its_status(void **state)
{
	static const struct { enum intake_outcome outcome; int status; const char *member; } wanted[] = {
		{ INTAKE_STORED, 201, "receipt" }, { INTAKE_REPEAT, 200, "receipt" }, { INTAKE_CONFLICT, 409, "problem" },
		{ INTAKE_REFUSED, 422, "problem" }, { INTAKE_TRY_AGAIN, 503, "problem" }, { INTAKE_UNKNOWN, 503, "problem" },
	};
	struct lines_bench *b = *state;

	four_lines(b);
	b->s.candidates[0].receipt = TEXT("{\"id\":\"x\"}");
	b->s.candidates[0].rule = RULE_COUNT;
	for (size_t i = 0; i < COUNTOF(wanted); i++) {
		b->s.candidates[0].outcome = wanted[i].outcome;
		assert_result(b, 0, 1, wanted[i].status, wanted[i].member);
	}
}

static void a_dry_run_needs_no_outcome(void **state)
{
	struct lines_bench *b = *state;
	const struct json *filing;

	b->w.is_dry = true;
	four_lines(b);
	assert_null(b->s.media_type); /* nothing is made ready for intake */
	filing = json_member(result(b, 0), "filing");
	assert_non_null(filing);
	assert_null(json_member(filing, "taken")); /* nobody looked */
	b->w.has_looked = true;
	assert_non_null(json_member(json_member(result(b, 0), "filing"), "taken"));
	assert_true(text_is(json_text(json_member(filing, "kind")), "order"));
	assert_int_equal(json_text(json_member(filing, "document_sha256")).len, 64);
	assert_result(b, 2, 4, 422, "problem");
}

static void warnings_stand_beside_what_is_good(void **state)
{
	const struct finding odd = { .rule = RULE_UNKNOWN_FIELD, .member = TEXT("colour"), .line = -1 };
	struct lines_bench *b = *state;
	struct findings warnings;

	findings_init(&warnings, &b->arena);
	findings_add(&warnings, &odd);
	four_lines(b);
	b->s.candidates[0].outcome = INTAKE_REPEAT;
	b->s.candidates[0].receipt = TEXT("{}");
	assert_null(json_member(result(b, 0), "warnings"));
	b->w.nodes[0].warnings = &warnings;
	assert_int_equal(json_length(json_member(result(b, 0), "warnings")), 1);
	b->w.is_dry = true;
	assert_int_equal(json_length(json_member(json_member(result(b, 0), "filing"), "warnings")), 1);
}

static void a_line_may_be_refused_unread(void **state)
{
	const struct fault why = { FAULT_FORBIDDEN, "the client was disabled" };
	struct lines_bench *b = *state;
	struct fault f = { 0 };
	const struct json *j;
	struct buf said;

	buf_init(&said, &b->arena, 64);
	filings_put_refusal(&said, &b->w, 12, &why);
	j = json_parse(&b->arena, buf_as_text(&said), &f);
	assert_non_null(j);
	assert_true(text_is(json_text(json_member(json_member(j, "problem"), "detail")), "the client was disabled"));
	assert_true(text_starts(json_text(json_member(json_member(j, "problem"), "type")), "https://gate.example/problems/"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_what_may_be_filed_is_a_candidate, setup, teardown),
		cmocka_unit_test_setup_teardown(each_line_is_told_by_its_number, setup, teardown),
		cmocka_unit_test_setup_teardown(every_outcome_of_intake_has_its_status, setup, teardown),
		cmocka_unit_test_setup_teardown(a_dry_run_needs_no_outcome, setup, teardown),
		cmocka_unit_test_setup_teardown(warnings_stand_beside_what_is_good, setup, teardown),
		cmocka_unit_test_setup_teardown(a_line_may_be_refused_unread, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
