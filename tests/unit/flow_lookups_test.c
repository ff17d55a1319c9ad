/* What a declaration asks departments and what follows from their answers; what a worker remembers of them; how a question is written. */
#include "verdict_bench.h"

#include "flow/judge_priv.h"
#include "flow/lookup_ask.h"
#include "flow/lookup_memory.h"

#define DAY clock_day(OPENED)

enum { LIST = 20003, LICENCE = 20011, PERSON = 20007 };

/* The bench's book has no questions: one that has. */
static void make_book(struct bench *b, bool holds)
{
	static const struct goods_row medicine = { .id = 1018, .goods_class = TEXT("medicine"), .hs = TEXT("3004"), .name_zh = TEXT("x"), .name_en = TEXT("x"),
		                                   .valid_from = 0, .valid_to = INT32_MAX, .source = TEXT("x") };
	const struct lookup_rule rows[] = {
		{ .id = LIST, .authority = AUTHORITY_CIQ, .question = LOOKUP_NEGATIVE_LIST, .use = LOOKUP_CHECK, .holds = holds, .valid_to = INT32_MAX },
		{ .id = 20099, .authority = AUTHORITY_CIQ, .question = LOOKUP_NEGATIVE_LIST, .use = LOOKUP_CHECK, .valid_to = DAY - 1 },
		{ .id = PERSON, .authority = AUTHORITY_POL, .question = LOOKUP_IDENTITY, .use = LOOKUP_ATTEST, .valid_to = INT32_MAX },
		{ .id = LICENCE, .authority = AUTHORITY_NMPA, .question = LOOKUP_LICENCES, .use = LOOKUP_CHECK, .goods_class = TEXT("medicine"), .holds = true,
		  .valid_to = INT32_MAX },
		{ .id = 20098, .authority = AUTHORITY_TAX, .question = LOOKUP_GRADE, .use = LOOKUP_ASK, .valid_to = INT32_MAX },
	};

	codebook_free(b->book);
	b->book = codebook_new(1 << 20);
	assert_non_null(b->book);
	add_regime(b->book, 1, "*", DIR_IMPORT);
	add_regime(b->book, 2, "*", DIR_EXPORT);
	add_regime(b->book, 3, "9610", DIR_IMPORT);
	assert_true(codebook_add_goods(b->book, &medicine));
	for (size_t i = 0; i < COUNTOF(rows); i++)
		assert_true(codebook_add_lookup(b->book, &rows[i]));
	assert_true(codebook_seal(b->book));
}

static struct judged case_of(struct bench *b, const char *hs1, const char *hs2, const char *licence)
{
	struct judged j = { .found = true, .matched_now = true, .state = STATE_WAITING };

	file_four(b, DIR_IMPORT);
	set_line(b->docs[DOC_INVENTORY], 0, F_HS_CODE, hs1);
	set_line(b->docs[DOC_INVENTORY], 1, F_HS_CODE, hs2);
	if (licence != NULL)
		set(b->docs[DOC_INVENTORY], F_LICENSE_NO, licence);
	assert_int_equal(judge(b, SOON), VERDICT_MATCHED);
	j.trade = b->c;
	j.verdict = b->v;
	j.kind = VERDICT_MATCHED;
	return j;
}

static bool want(struct bench *b, struct judged *j, unsigned asked)
{
	return judge_want_lookups(&b->arena, j, b->book, asked);
}

#define ALL (AUTHORITY_BIT(AUTHORITY_CIQ) | AUTHORITY_BIT(AUTHORITY_POL) | AUTHORITY_BIT(AUTHORITY_NMPA) | AUTHORITY_BIT(AUTHORITY_TAX))

static void what_is_asked(void **state)
{
	struct bench *b = *state;
	struct judged j;

	make_book(b, true);
	j = case_of(b, "6109100010", "3004909099", " H1 ");
	assert_true(want(b, &j, ALL));
	assert_int_equal(j.lookup_count, 3);
	assert_true(j.lookups[0].rule->id == LIST && text_is(j.lookups[0].key, "6109100010"));
	assert_true(j.lookups[1].rule->id == LIST && text_is(j.lookups[1].key, "3004909099"));
	assert_true(j.lookups[2].rule->id == LICENCE && text_is(j.lookups[2].key, "H1"));
	assert_null(j.attested_by);

	assert_true(want(b, &j, AUTHORITY_BIT(AUTHORITY_NMPA))); /* who is not connected is not asked */
	assert_int_equal(j.lookup_count, 1);
	j = case_of(b, "6109100010", "6109100010", "H1"); /* the same code once; no medicine, no question about the licence */
	assert_true(want(b, &j, ALL));
	assert_int_equal(j.lookup_count, 1);
	j = case_of(b, "3004909099", "3004909099", NULL); /* none is named: there is nothing to ask by */
	assert_true(want(b, &j, ALL));
	assert_int_equal(j.lookup_count, 1);
}

static void what_was_declared_is_not_asked_about_again(void **state)
{
	struct bench *b = *state;
	struct sha256 basis;
	struct judged j;

	make_book(b, true);
	j = case_of(b, "6109100010", "3004909099", NULL);
	basis = verdict_basis(&j.verdict);
	j.basis = (struct text){ (const char *)basis.b, sizeof(basis.b) };
	assert_true(want(b, &j, ALL));
	assert_int_equal(j.lookup_count, 0);
	j.basis.len = 0;
	j.kind = VERDICT_CONFLICT;
	assert_true(want(b, &j, ALL));
	assert_int_equal(j.lookup_count, 0);
}

static void who_is_to_be_attested(void **state)
{
	struct bench *b = *state;
	const char hash[] = "\001" "0123456789abcdef0123456789abcdef"; /* the version of the key, then the digest */
	struct lookup_asked out[4];
	struct judged j;

	make_book(b, true);
	j = case_of(b, "6109100010", "6109100010", NULL);
	j.kind = VERDICT_CONFLICT;
	j.verdict.wants_identity = true;
	assert_true(want(b, &j, ALL));
	assert_null(j.attested_by); /* without a key nobody is known by a hash */
	j.identity_hash = (struct text){ hash, sizeof(hash) - 1 };
	assert_true(want(b, &j, ALL & ~AUTHORITY_BIT(AUTHORITY_POL)));
	assert_null(j.attested_by);
	assert_true(want(b, &j, ALL));
	assert_int_equal(j.attested_by->id, PERSON);
	assert_int_equal(judge_asked(&j, out, &b->arena), 1);
	assert_int_equal(out[0].key.len, LOOKUP_KEY_MAX);
	assert_true(lookup_key_is_good(LOOKUP_IDENTITY, out[0].key));
}

static void what_follows(void **state)
{
	static const struct { bool holds; enum lookup_standing list, licence; enum verdict_kind kind; int reasons, asked; } cases[] = {
		{ true, LOOKUP_GOOD, LOOKUP_GOOD, VERDICT_MATCHED, 0, 0 }, { true, LOOKUP_HIT, LOOKUP_GOOD, VERDICT_BLOCKED, 2, 0 },
		{ true, LOOKUP_GOOD, LOOKUP_HIT, VERDICT_BLOCKED, 1, 0 }, { true, LOOKUP_UNKNOWN, LOOKUP_GOOD, VERDICT_PENDING, 2, 1 },
		{ true, LOOKUP_AWAY, LOOKUP_UNKNOWN, VERDICT_PENDING, 3, 2 }, { false, LOOKUP_AWAY, LOOKUP_GOOD, VERDICT_MATCHED, 2, 0 },
		{ false, LOOKUP_UNKNOWN, LOOKUP_GOOD, VERDICT_PENDING, 2, 1 }, { true, LOOKUP_UNKNOWN, LOOKUP_HIT, VERDICT_BLOCKED, 3, 0 },
		{ true, LOOKUP_HIT, LOOKUP_UNKNOWN, VERDICT_BLOCKED, 3, 0 },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct lookup_asked out[4];
		struct judged j;

		make_book(b, cases[i].holds);
		j = case_of(b, "3004909099", "3004909099", "H1");
		assert_true(want(b, &j, ALL));
		assert_int_equal(j.lookup_count, 2);
		j.lookups[0].standing = cases[i].list;
		j.lookups[1].standing = cases[i].licence;
		assert_int_equal(judge_passes(&j), cases[i].kind == VERDICT_MATCHED);
		assert_int_equal(j.kind, cases[i].kind);
		assert_int_equal(j.verdict.difference_count, cases[i].reasons); /* the code stands in two lines */
		assert_int_equal(judge_asked(&j, out, &b->arena), cases[i].asked);
	}
}

static void reasons_name_the_line(void **state)
{
	struct bench *b = *state;
	struct judged j;

	make_book(b, true);
	j = case_of(b, "6109100010", "3004909099", NULL);
	assert_true(want(b, &j, ALL));
	j.lookups[0].standing = LOOKUP_UNKNOWN;
	j.lookups[1].standing = LOOKUP_HIT;
	assert_false(judge_passes(&j));
	b->v = j.verdict;
	assert_non_null(strstr(reasons(b), "{\"rule\":\"department.unanswered\",\"source\":\"table lookup_rule\",\"line\":1,\"left\":{\"kind\":\"inventory\",\"field\":\"hs_code\""));
	assert_non_null(strstr(reasons(b), "\"path\":[\"lines\",\"1\",\"hs_code\"]},\"right\":{\"kind\":\"inventory\",\"field\":null,\"filing_id\":null,\"path\":[]},"
	                                   "\"corrects\":\"inventory\"}"));
	assert_non_null(strstr(reasons(b), "\"corrects\":null}"));
}

/* --- memory ------------------------------------------------------------------------------------------------------------ */

static enum lookup_standing standing_of(const struct lookup_known *k, int32_t day, int64_t now_us)
{
	return k == NULL ? LOOKUP_UNKNOWN : lookup_weigh(k, day, now_us);
}

static void remembered_for_a_minute(void **state)
{
	struct lookup_memory *m = lookup_memory_new();
	struct lookup_known k = { .has_answer = true, .valid_until_us = SOON + US_PER_DAY, .reading = { .hits_inside = true, .from = DAY, .to = INT32_MAX } };
	struct text key = TEXT("6109100010");

	(void)state;
	assert_non_null(m);
#define OF(a, q, day, at) standing_of(lookup_memory_get(m, AUTHORITY_##a, LOOKUP_##q, key, at), day, at)
#define GET(day, at)      OF(CIQ, NEGATIVE_LIST, day, at)
	assert_int_equal(GET(DAY, SOON), LOOKUP_UNKNOWN);
	lookup_memory_put(m, AUTHORITY_CIQ, LOOKUP_NEGATIVE_LIST, key, &k, SOON);
	assert_int_equal(GET(DAY, SOON), LOOKUP_HIT);
	assert_int_equal(GET(DAY - 1, SOON), LOOKUP_GOOD);
	assert_int_equal(GET(DAY, SOON + LOOKUP_MEMORY_US - 1), LOOKUP_HIT);
	assert_int_equal(GET(DAY, SOON + LOOKUP_MEMORY_US), LOOKUP_UNKNOWN);
	assert_int_equal(GET(DAY, SOON - 1), LOOKUP_UNKNOWN); /* the clock was moved back */
	assert_int_equal(OF(CIQ, LEVEL, DAY, SOON), LOOKUP_UNKNOWN);
	assert_int_equal(OF(CUS, NEGATIVE_LIST, DAY, SOON), LOOKUP_UNKNOWN);
	lookup_memory_forget(m, AUTHORITY_CIQ, LOOKUP_NEGATIVE_LIST, TEXT("6109100011"));
	assert_int_equal(GET(DAY, SOON), LOOKUP_HIT);
	lookup_memory_forget(m, AUTHORITY_CIQ, LOOKUP_NEGATIVE_LIST, key);
	assert_int_equal(GET(DAY, SOON), LOOKUP_UNKNOWN);

	k.valid_until_us = SOON; /* what may not be used any more is not kept */
	lookup_memory_put(m, AUTHORITY_CIQ, LOOKUP_NEGATIVE_LIST, key, &k, SOON);
	assert_int_equal(GET(DAY, SOON), LOOKUP_UNKNOWN);
	k.valid_until_us = SOON + 1;
	k.is_failing = true; /* nor what is looked at with other eyes in a moment */
	lookup_memory_put(m, AUTHORITY_CIQ, LOOKUP_NEGATIVE_LIST, key, &k, SOON);
	assert_int_equal(GET(DAY, SOON), LOOKUP_UNKNOWN);
	k.is_failing = false;
	lookup_memory_put(m, AUTHORITY_CIQ, LOOKUP_NEGATIVE_LIST, key, &k, SOON);
	assert_int_equal(GET(DAY, SOON), LOOKUP_HIT);
	assert_int_equal(GET(DAY, SOON + 1), LOOKUP_UNKNOWN);
#undef GET
#undef OF
	lookup_memory_free(m);
	lookup_memory_free(NULL);
}

/* --- as it is sent ------------------------------------------------------------------------------------------------------- */

static void a_question_as_it_is_sent(void **state)
{
	struct bench *b = *state;
	struct lookup_row q = { .authority = AUTHORITY_CIQ, .question = LOOKUP_NEGATIVE_LIST, .key = TEXT("6109100010"), .purpose = TEXT("a \"list\"") };

	assert_string_equal(lookup_row_url(&b->arena, &q, "https://ciq.example/q"), "https://ciq.example/q/negative-list");
	assert_string_equal(lookup_row_url(&b->arena, &q, "https://ciq.example/q/"), "https://ciq.example/q/negative-list");
	assert_string_equal(lookup_row_body(&b->arena, &q).at, "{\"hs_code\":\"6109100010\",\"purpose\":\"a \\\"list\\\"\"}");
	q = (struct lookup_row){ .authority = AUTHORITY_POL, .question = LOOKUP_IDENTITY, .key = TEXT("00ff"), .purpose = TEXT("p"), .name = TEXT("张三"), .number = TEXT("1") };
	assert_string_equal(lookup_row_body(&b->arena, &q).at, "{\"id_number\":\"1\",\"name\":\"张三\",\"purpose\":\"p\"}");
	assert_null(lookup_row_digest(&b->arena, &q).at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_asked), CASE(what_was_declared_is_not_asked_about_again), CASE(who_is_to_be_attested), CASE(what_follows), CASE(reasons_name_the_line),
		CASE(remembered_for_a_minute), CASE(a_question_as_it_is_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
